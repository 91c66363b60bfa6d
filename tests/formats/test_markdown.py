"""Markdown: read as written and as it shows, copied character by character."""

from __future__ import annotations

import io
from pathlib import Path

import planting
import pytest
from contract import VALUE
from markup_builder import full_markdown

import hospital_redact as hr
from hospital_redact.formats import identify
from hospital_redact.formats.base import Source
from hospital_redact.formats.markdown import FORMAT
from hospital_redact.model import Document, Kind


def read(text: str) -> Document:
    return FORMAT.read(Source("a.md", text.encode()))


def as_shown(text: str) -> str:
    return "".join(view.text for view in read(text).views if view.name == "as shown").strip()


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("**张**伟", "张伟"),
        ("张*伟* __x__ _y_ snake_case", "张伟 x y snake_case"),
        ("`0012` ``a`` ~~b~~", "0012 a b"),
        ("[张](https://a.cn/x_(y) \"t\")伟", "张伟"),
        ("![照片](a.png) [甲][1] [注]", "照片 甲 [注]"),
        ("张<b>伟</b><!-- x --><br/>", "张伟"),
        ("1390\\-0001\\*", "1390-0001*"),
        ("# 一 *二*", "# 一 二"),
        ("3 < 5 > 2 **", "3 < 5 > 2"),
    ],
)  # fmt: skip
def test_markup_does_not_part_a_value(text: str, shows: str) -> None:
    assert as_shown(text) == shows


def test_headings_are_headings_and_plain_text_has_one_view() -> None:
    document = read("# 小结\n#标签\n正文\n   ###### 末")
    assert [block.kind for block in document.blocks] == [Kind.HEADING, Kind.PARAGRAPH, Kind.PARAGRAPH, Kind.HEADING]
    assert len(document.views) == 1


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", b"\xef\xbb\xbf"), ("gb18030", b""), ("utf-16-le", b"\xff\xfe")]
)
def test_nothing_changes_but_the_value(encoding: str, mark: bytes) -> None:
    source = Source("a.md", mark + full_markdown(VALUE).replace("\n", "\r\n").encode(encoding))
    document = FORMAT.read(source)
    target = io.BytesIO()
    plan = planting.plan_for(document, VALUE)
    FORMAT.write(source, plan, target)
    written = target.getvalue().removeprefix(mark).decode(encoding)
    split = f"**{VALUE[:3]}**{VALUE[3:]}"
    assert written == full_markdown(VALUE).replace("\n", "\r\n").replace(split, "**[患者1]**").replace(VALUE, "[患者1]")
    assert target.getvalue().startswith(mark)
    assert list(FORMAT.compare(document, plan, FORMAT.read(Source("a.md", target.getvalue())))) == []


def test_a_picture_as_data_blocks() -> None:
    unread = read("一\n![x](data:image/png;base64,iVBORw0KGgo=)\n").unread
    assert [(u.what, str(u.location)) for u in unread] == [("image", "text, line 2")]


@pytest.mark.parametrize(("name", "kind"), [("a.md", "markdown"), ("a.markdown", "markdown"), ("a.txt", "text")])
def test_the_name_decides(name: str, kind: str) -> None:
    assert identify(Source(name, full_markdown("x").encode())).name == kind


def test_a_summary_is_redacted_and_proved(tmp_path: Path) -> None:
    path = tmp_path / "小结.md"
    path.write_text(
        "# 出院小结\n\n- **姓名**：**赵**小满\n- 住院号：`0004417820`\n\n"
        "| 联系人 | 电话 |\n|---|---|\n| 孙晓雯 | 13957100654 |\n\n"
        "患者[赵小满](https://his.example/0004417820)因右上腹痛入院，诊断*胆囊结石*。\n",
        encoding="utf-8",
    )
    redactor = hr.Redactor()
    copy = redactor.redact(redactor.review(path), tmp_path / "out.md")
    text = copy.path.read_text(encoding="utf-8")
    assert copy.verification.passed
    assert not [value for value in ("赵小满", "小满", "0004417820", "孙晓雯", "13957100654") if value in text]
    assert not [words for words in ("# 出院小结", "|---|---|", "右上腹痛", "*胆囊结石*") if words not in text]
