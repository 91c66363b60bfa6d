"""Web pages: what a browser shows is read and kept, what it does not show is gone from every byte of the copy."""

from __future__ import annotations

import base64
import html
import io
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import html5lib  # type: ignore[import-untyped]  # ships no types
import picture_builder
import planting
import pytest
from contract import VALUE
from hypothesis import given
from hypothesis import strategies as st
from markup_builder import HTML_HEAD, HTML_HIDDEN, HTML_SHOWN, full_page, page
from PIL import Image, ImageDraw
from support import shared_dir

import hospital_redact as hr
from hospital_redact.errors import ReadError
from hospital_redact.formats import hypertext, identify
from hospital_redact.formats.base import Source
from hospital_redact.formats.hypertext import parsing
from hospital_redact.model import Document, Kind, RedactionPlan, Span

FORMAT = hypertext.FORMAT


def read(text: str | bytes) -> Document:
    return FORMAT.read(Source("a.html", text.encode() if isinstance(text, str) else text))


def write(text: str | bytes, plan: RedactionPlan) -> bytes:
    target = io.BytesIO()
    FORMAT.write(Source("a.html", text.encode() if isinstance(text, str) else text), plan, target)
    return target.getvalue()


def copy_of(text: str) -> str:
    """Return the copy without edits."""
    return write(text, planting.make_plan(read(text), [])).decode()


def shown(document: Document) -> list[str]:
    return [block.text for block in document.blocks if block.survives]


def survivors(copy: bytes, value: str) -> list[str]:
    """Return where another reader finds ``value``: bytes, references, addresses, base64, and the tree of html5lib."""

    class Everything(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[str] = []

        def handle_data(self, data: str) -> None:
            self.seen.append(data)

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.seen += [f" {tag} {name} {content} " for name, content in attrs]

        def handle_comment(self, data: str) -> None:
            self.seen.append(data)

    parser = Everything()
    parser.feed(copy.decode())
    tree = html5lib.parse(copy.decode(), treebuilder="etree")
    inside = [base64.b64decode(run + b"==") for run in re.findall(rb"[A-Za-z0-9+/]{12,}", copy)]
    places = {
        "bytes": copy.decode(),
        "references": html.unescape(copy.decode()),
        "addresses": unquote(copy.decode()),
        "html.parser": "".join(parser.seen),
        "html5lib": "".join(tree.itertext()) + " ".join(v for e in tree.iter() for v in e.attrib.values()),
        "base64": "".join(data.decode("utf-8", "replace") for data in inside),
    }
    return [place for place, text in places.items() if value.casefold() in planting.squeeze(text).casefold()]


@pytest.mark.parametrize("slot", HTML_SHOWN)
def test_what_shows_is_read_and_edited(slot: str) -> None:
    text = page(HTML_HEAD["classes"]("x"), HTML_SHOWN[slot](VALUE))
    document = read(text)
    assert VALUE in planting.squeeze("".join(shown(document)))
    plan = planting.plan_for(document, VALUE)
    copy = write(text, plan)
    assert survivors(copy, VALUE) == []
    assert "[患者1]" in copy.decode()
    assert list(FORMAT.compare(document, plan, read(copy))) == []
    assert list(FORMAT.compare_pictures(Source("a", text.encode()), document, plan, Source("b", copy))) == []


@pytest.mark.parametrize("slot", HTML_HIDDEN)
def test_what_does_not_show_is_in_no_copy(slot: str) -> None:
    text = page(HTML_HEAD["classes"]("x"), f"<p>前</p>{HTML_HIDDEN[slot](VALUE)}<p>后</p>")
    document = read(text)
    assert VALUE not in "".join(shown(document))
    copy = write(text, planting.make_plan(document, []))
    assert survivors(copy, VALUE) == []
    assert [line for line in shown(read(copy)) if line in ("前", "后")] == ["前", "后"]
    assert document.dropped or document.unread or slot in ("names", "bogus comment")


@pytest.mark.parametrize("slot", [slot for slot in HTML_HEAD if slot != "title"])
def test_the_head_keeps_nothing_but_the_title(slot: str) -> None:
    text = page(HTML_HEAD[slot](VALUE), "x")
    assert survivors(write(text, planting.make_plan(read(text), [])), VALUE) == []
    title = page(HTML_HEAD["title"](VALUE), "x")
    document = read(title)
    assert document.blocks[0].kind is Kind.HEADING
    assert survivors(write(title, planting.plan_for(document, VALUE)), VALUE) == []


@pytest.mark.parametrize(
    ("slot", "what"),
    [
        ("drawn text", "drawing"),
        ("drawn link", "drawing"),
        ("embedded page", "embedded_object"),
        ("embedded data", "embedded_object"),
        ("picture data", "image"),
        ("picture data in base64", "image"),
    ],
)
def test_what_shows_and_is_not_read_blocks(slot: str, what: str) -> None:
    assert [u.what for u in read(page("", HTML_HIDDEN[slot](VALUE))).unread] == [what]


def test_nothing_of_the_full_page_survives() -> None:
    text = full_page(VALUE)
    copy = write(text, planting.plan_for(read(text), VALUE))
    assert survivors(copy, VALUE) == []
    tags = set(re.findall(r"<([a-zA-Z0-9-]+)", copy.decode()))
    assert not tags & {"script", "style", "link", "iframe", "object", "svg", "template", "form", "input", "a", "base"}
    assert not re.search(r"\s(?:on\w+|href|class|id|data-\w+)\s*=", copy.decode())


# --------------------------------------------------------------------------- what a browser shows


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("<p> 一\n\t二  三 </p>", ["一 二 三"]),
        ("<p>一 <b> 二 </b> 三</p>", ["一 二 三"]),
        ("一<br> 二<hr>三", ["一", "二", "三"]),
        ("<pre>\n 一\n\n二 </pre>", [" 一", "二 "]),
        ("<p>一&nbsp;&amp;&lt;b&gt;</p>", ["一\xa0&<b>"]),
        ("<div>一<p>二</div>三", ["一", "二", "三"]),
        ("<b><p>一</b>二</p>", ["一二"]),
        ("<table><tr><td>一<td>二</table>", ["一", "二"]),
        ("<p>一<!-- x -->二</p>", ["一二"]),
        ("<textarea>一\n 二</textarea>", ["一", " 二"]),
        ("<input type=checkbox checked>男 <input type=radio>女", ["☑ 男 ☐ 女"]),
        ("<select multiple><option>一<option>二</select>", ["一 二"]),
        ("<ruby>张<rt>zhāng</rt>伟<rt>wěi</rt></ruby>", ["张伟", "zhāng", "wěi"]),
        ("<div style='display:none;display:block'>一</div>", ["一"]),
        ("<div hidden style='display:block'>一</div>", ["一"]),
        ("<block>一</block><cell>二</cell>", ["一二"]),
        ("<p>一<table><tr><td>二</table>三", ["一", "二", "三"]),
        ("<span style='white-space:pre-wrap'> 一  二</span>", [" 一  二"]),
        ("<title>一</title>", []),
        ("<pre><table>\n <tr>\n <td>一</td>\n </tr></table></pre>", ["一"]),
        ("一<span style='white-space:pre-wrap'></span><div>二</div>", ["一", "二"]),
    ],
)
def test_lines_are_read_as_they_show_and_written_so(body: str, lines: list[str]) -> None:
    text = f"<!DOCTYPE html><body>{body}"
    assert shown(read(text)) == lines
    assert shown(read(copy_of(text))) == lines


@pytest.mark.parametrize(
    ("style", "hidden"),
    [
        (".x{display:none}", True),
        ("div.x.y , p { DISPLAY : none !important }", True),
        ("#i{visibility:hidden}", True),
        ("body > .x{display:none}", True),
        ("section .x{display:none}", False),
        (".z{display:none}", False),
        (".x{display:none} .x.y{display:block}", False),
        ("@media print{.x{display:none}}", False),
        ("@media screen and (min-width:1px){.x{display:none}}", True),
        ("/* } */ @import 'a'; .x{display:none}", True),
        (".x{color:red} @font-face{src:none}", False),
        (".x:not(.y){display:none}", False),
        ("}} .x{display:none", False),
        ("html, body{display:none}", False),
    ],
)
def test_styles_hide_as_they_do_in_a_browser(style: str, hidden: bool) -> None:
    text = f"<style>{style}</style><body><div class='x y' id=i>一</div>二"
    assert shown(read(text)) == (["二"] if hidden else ["一", "二"])
    assert shown(read(copy_of(text))) == shown(read(text))


def test_cells_know_their_heads() -> None:
    document = read(
        "<table><tr><td colspan=2>工资表<tr><th>姓名<th colspan=2>金额"
        "<tr><td rowspan=2>张一<td>1<td>2<tr><td>3<td>4</table><dl><dt>住院号<dd>0012</dl>"
    )
    heads = {
        block.text: document.blocks[block.cell.column_header].text
        for block in document.blocks
        if block.cell is not None and block.cell.column_header is not None
    }
    assert heads == {"张一": "姓名", "1": "金额", "2": "金额", "3": "金额", "4": "金额"}
    row = next(block.cell for block in document.blocks if block.text == "0012")
    assert row is not None
    assert row.row_header is not None
    assert document.blocks[row.row_header].text == "住院号"
    assert "住院号\t0012" in document.views[0].text


def test_the_copy_of_a_copy_is_the_same() -> None:
    first = copy_of(full_page("甲"))
    assert copy_of(first) == first


# --------------------------------------------------------------------------- encodings


@pytest.mark.parametrize(
    ("declared", "codec"),
    [("utf-8", "utf-8"), ("GB2312", "gbk"), ("gbk", "gb18030"), ("big5", "big5"), ("shift_jis", "shift_jis"),
     ("", "utf-8"), ("", "gb18030"), ("utf-16", "utf-16")],
)  # fmt: skip
def test_encodings_are_kept(declared: str, codec: str) -> None:
    meta = f"<meta http-equiv=Content-Type content='text/html; charset={declared}'>" if declared else ""
    data = f"<html><head>{meta}<title>x</title></head><body><p>山田太郎病院，住院病人</p>".encode(codec)
    document = read(data)
    assert document.blocks[1].text == "山田太郎病院，住院病人"
    copy = write(data, planting.plan_for(document, "太郎", "[甲😀]"))
    assert "<p>山田[甲" in copy.decode(codec)
    assert read(copy).blocks[1].text == "山田[甲😀]病院，住院病人"


@pytest.mark.parametrize("declared", ["gb2312", "iso-8859-1", "windows-1252", "shift_jis"])
def test_a_page_in_another_encoding_than_it_declares_is_read_as_what_it_is(declared: str) -> None:
    document = read(f"<meta charset={declared}><p>患者张伟强，住院号0004417820</p>".encode())
    assert shown(document) == ["患者张伟强，住院号0004417820"]


def test_chinese_under_a_latin_name_is_refused() -> None:
    with pytest.raises(ReadError) as caught:
        read("<meta charset=iso-8859-1><p>患者张伟强，住院号0004417820，病情好转</p>".encode("gbk"))
    assert caught.value.code == "HR203"


# --------------------------------------------------------------------------- edits


BODY = st.text(st.sampled_from("a b\n\t<>&\"'张伟;-"), min_size=1, max_size=8)


@given(BODY, BODY, st.text(st.sampled_from("ab <>&\"'[]1"), max_size=4), st.data())
def test_any_edit_comes_back(first: str, second: str, new: str, data: st.DataObject) -> None:
    text = (
        f"<title>{html.escape(first)}</title><p>{html.escape(first)}<b>{html.escape(second)}</b> x</p>"
        f"<pre>{html.escape(second)}</pre><img alt='{html.escape(first)}'>"
    )
    document = read(text)
    number = data.draw(st.sampled_from([n for n, block in enumerate(document.blocks) if block.survives and block.text]))
    start = data.draw(st.integers(0, len(document.blocks[number].text) - 1))
    end = data.draw(st.integers(start + 1, len(document.blocks[number].text)))
    plan = planting.make_plan(document, [planting.edit("e", Span(number, start, end), new)])
    assert list(FORMAT.compare(document, plan, read(write(text, plan)))) == []


# --------------------------------------------------------------------------- pictures


def _picture() -> bytes:
    image = Image.new("RGB", (120, 40), "white")
    ImageDraw.Draw(image).rectangle((10, 10, 50, 30), fill="navy")
    stream = io.BytesIO()
    image.save(stream, "PNG", pnginfo=None)
    return stream.getvalue() + b"hidden behind the end"


def test_a_picture_in_the_page_is_kept_without_what_hides_in_it() -> None:
    text = page("", f"<p>一<img src='data:image/png;base64,{base64.b64encode(_picture()).decode()}' alt='图'>二</p>")
    document = read(text)
    plan = planting.plan_for(document, "一", "[1]")
    copy = write(text, plan)
    run = re.search(rb"data:image/png;base64,([A-Za-z0-9+/=]+)", copy)
    assert run is not None
    kept = base64.b64decode(run.group(1))
    assert Image.open(io.BytesIO(kept)).size == (120, 40)
    assert b"hidden" not in kept
    source, written = Source("a", text.encode()), Source("b", copy)
    assert list(FORMAT.compare_pictures(source, document, plan, written)) == []
    assert [line for line in shown(read(copy)) if line in ("[1]二", "图")] == ["[1]二", "图"]
    other = page("", "<p>一二</p>").encode()
    assert [d.what for d in FORMAT.compare_pictures(source, document, plan, Source("c", other))] == [
        "the number of pictures differs"
    ]


# --------------------------------------------------------------------------- limits


@pytest.mark.parametrize(
    "text",
    ["<div>" * 600, "<b>" * 2_000, "".join(f"<font size={n}>" for n in range(600)) + "<p>x" * 600, "<a>x</a>" * 210_000,
     "<p " + "a=1 " * 6_000 + ">", "x" * (parsing.MAX_CHARS + 1), "<table><tr><td>" * 200],
)  # fmt: skip
def test_pages_without_end_are_refused(text: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(text)
    assert caught.value.code == "HR204"


@pytest.mark.parametrize(
    "text",
    [
        "<svg" + "><g" * 200,
        "<!--" * 5_000,
        "<" * 20_000,
        "&#x" * 20_000,
        "<p>\udcff".encode("utf-8", "surrogatepass").decode("latin-1"),
        "<select><table><math>" * 20,
        "<frameset><frame src=x></frameset>",
        "</p></br>",
        "<plaintext>一</p>",
    ],
)
def test_odd_pages_are_read(text: str) -> None:
    document = read(text)
    copy = write(text, planting.make_plan(document, []))
    assert shown(read(copy)) == shown(document)


@pytest.mark.parametrize(
    ("name", "data", "outcome"),
    [
        ("a.html", full_page("x").encode(), "html"),
        ("a.htm", "没有标签".encode(), "html"),
        ("a.txt", full_page("x").encode(), "text"),
        ("a.html", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "HR207"),
        ("a.html", b"PK\x03\x04" + b"\0" * 60, "HR207"),
    ],
)
def test_the_name_decides_among_texts(name: str, data: bytes, outcome: str) -> None:
    if outcome.startswith("HR"):
        with pytest.raises(ReadError) as caught:
            identify(Source(name, data))
        assert caught.value.code == outcome
    else:
        assert identify(Source(name, data)).name == outcome


PRESS = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="gb2312"><title>我院成功救治一名重症患者</title>
<meta name="author" content="宣传科 李建国"><style>.draft { display: none }</style>
<script>var patient = {"name": "赵小满", "no": "0004417820"};</script></head>
<body><nav><a href="/index.html">首页</a></nav>
<h1>我院成功救治一名重症患者</h1><!-- 原稿：赵小满 13957100321 -->
<p>患者<b>赵</b>小满，女，46岁，住院号：0004417820，因<em>右上腹痛</em>入院。</p>
<p class="draft">身份证号：330106197803124560</p>
<table><tr><th>姓名</th><th>电话</th></tr><tr><td>赵小满</td><td>13957100321</td></tr></table>
<p>住址：浙江省杭州市西湖区文三路123号5幢2单元301室</p>
<img src="photo/赵小满.jpg" alt="赵小满与医护人员合影" title="赵小满"><input type="hidden" value="330106197803124560">
</body></html>"""


def test_a_press_page_is_redacted_and_proved(tmp_path: Path) -> None:
    path = tmp_path / "新闻稿.html"
    path.write_bytes(PRESS.encode("gbk"))
    redactor = hr.Redactor()
    copy = redactor.redact(redactor.review(path), tmp_path / "out.html")
    text = copy.path.read_bytes().decode("gbk")
    assert copy.verification.passed
    values = ("赵小满", "小满", "0004417820", "13957100321", "330106197803124560", "文三路123号", "李建国")
    assert not [value for value in values if value in text]
    kept = ("我院成功救治一名重症患者", "右上腹痛", "首页", "<th>姓名</th>", 'charset="gbk"', '<html lang="zh-CN">')
    assert not [words for words in kept if words not in text]
    assert {part.what for part in copy.removed_parts} >= {"script", "style", "comment", "hidden_text", "attribute"}


def test_public_files_lose_a_word_and_nothing_else() -> None:
    for path in sorted(shared_dir("corpus", "html").iterdir()):
        source = Source(path.name, path.read_bytes())
        document = FORMAT.read(source)
        text = "\n".join(block.text for block in document.blocks if block.survives)
        words = re.findall(r"[\u4e00-\u9fff]{3,5}|[A-Za-z]{6,}", text)
        if not words:
            continue
        word = words[len(words) // 2]
        plan = planting.plan_for(document, word, "[X]")
        target = io.BytesIO()
        FORMAT.write(source, plan, target)
        copy = FORMAT.read(Source(path.name, target.getvalue()))
        assert list(FORMAT.compare(document, plan, copy)) == [], path.name
        assert word not in planting.squeeze(target.getvalue().decode(errors="replace")), path.name


def test_text_in_a_picture_of_the_page_is_painted_over() -> None:
    picture = base64.b64encode(picture_builder.sample("QZ8842917K")).decode()
    text = page("", f"<p>姓名：QZ8842917K</p><img src='data:image/png;base64,{picture}' alt='x'>")
    document = read(text)
    lines = [block for block in document.blocks if block.kind is Kind.PICTURE]
    assert [line for line in lines if "QZ8842917K" in planting.squeeze(line.text)]
    plan = planting.plan_for(document, "QZ8842917K")
    copy = write(text, plan)
    again = read(copy)
    assert not [block for block in again.blocks if "8842917" in block.text]
    assert list(FORMAT.compare(document, plan, again)) == []
    source, written = Source("a", text.encode()), Source("b", copy)
    assert list(FORMAT.compare_pictures(source, document, plan, written)) == []
    nothing = Source("c", write(text, planting.make_plan(document, [])))
    assert list(FORMAT.compare_pictures(source, document, plan, nothing))


# --------------------------------------------------------------------------- links


@pytest.mark.parametrize("address", ["https://www.example.org/guide/a-1.html", "mailto:office@example.org"])
def test_a_plain_link_stays_and_is_read(address: str) -> None:
    text = page("", f"<p>请见<a href='{address}' title='说明' onclick='x()'>就诊<b>指南</b></a>。</p>")
    document = read(text)
    assert address in [block.text for block in document.blocks if block.survives]
    copy = write(text, planting.make_plan(document, []))
    assert f'<a href="{address}">就诊<b>指南</b></a>'.encode() in copy
    assert b"title" not in copy.split(b"<body>")[1]
    assert list(FORMAT.compare(document, planting.make_plan(document, []), FORMAT.read(Source("a.html", copy)))) == []


@pytest.mark.parametrize("where", ["https://a.example.org/u/{}/x", "mailto:{}@example.org"])
def test_a_link_with_a_removed_value_goes_as_a_whole(where: str) -> None:
    text = page("", f"<p><a href='{where.format('wangxiaoce88')}'>联系</a> wangxiaoce88</p>")
    document = read(text)
    plan = planting.plan_for(document, "wangxiaoce88", "[患者1]")
    copy = write(text, plan)
    assert b"wangxiaoce88" not in copy
    assert b"example.org" not in copy
    assert "<a>联系</a>".encode() in copy
    assert list(FORMAT.compare(document, plan, FORMAT.read(Source("a.html", copy)))) == []


@pytest.mark.parametrize(
    "address",
    [
        "javascript:x()",
        "https://a.example.org/?n=1",
        "https://a.example.org/%E5%BC%A0",
        "file:///C:/a",
        "/a",
        "//a.b/c",
    ],
)
def test_other_addresses_go(address: str) -> None:
    text = page("", f"<p><a href='{address}'>说明</a></p>")
    copy = write(text, planting.make_plan(read(text), []))
    assert b"href" not in copy
