"""JSON and XML: values under their names, everything else as it was, values gone from every place."""

from __future__ import annotations

import base64
import io
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import planting
import pytest
from contract import VALUE
from hypothesis import given
from hypothesis import strategies as st
from markup_builder import JSON, XML, full_json, full_xml

import hospital_redact as hr
from hospital_redact.errors import PlanError, ReadError
from hospital_redact.formats import identify, jsontext, naming, xmltext
from hospital_redact.formats.base import Format, Source
from hospital_redact.formats.xmltext import walker
from hospital_redact.model import Document, Kind, RedactionPlan, Span

J, X = jsontext.FORMAT, xmltext.FORMAT


def write(format_: Format, source: Source, plan: RedactionPlan) -> str:
    target = io.BytesIO()
    format_.write(source, plan, target)
    return target.getvalue().decode()


def read(format_: Format, text: str | bytes) -> Document:
    return format_.read(Source("a", text.encode() if isinstance(text, str) else text))


def view(document: Document, name: str = "blocks") -> list[str]:
    return [line for v in document.views if v.name == name for line in v.text.split("\n") if line.strip()]


def strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    else:
        yield str(value)


def redacted(format_: Format, text: str, value: str) -> str:
    source = Source("a", text.encode())
    document = format_.read(source)
    plan = planting.plan_for(document, value)
    assert plan.edits or any(value in block.text for block in document.blocks if not block.survives)
    copy = write(format_, source, plan)
    assert list(format_.compare(document, plan, read(format_, copy))) == []
    return copy


# --------------------------------------------------------------------------- JSON


@pytest.mark.parametrize("slot", JSON)
def test_no_place_of_json_keeps_a_value(slot: str) -> None:
    copy = redacted(J, "{" + JSON[slot](VALUE) + "}", VALUE)
    assert VALUE not in copy
    assert not [text for text in strings(json.loads(copy)) if VALUE in text]


def test_json_stays_as_it_was_but_for_the_value() -> None:
    text = '{ "a" :[1.50, true,null ,"\\u59d3\\/\\ud83d\\ude00王\\n五"],\r\n\t"a": -0e2}\n'
    source = Source("a.json", text.encode())
    document = J.read(source)
    assert write(J, source, planting.make_plan(document, [])) == text
    number = next(n for n, block in enumerate(document.blocks) if "王" in block.text)
    assert document.blocks[number].text == "姓/😀王\n五"
    plan = planting.make_plan(document, [planting.edit("e", Span(number, 3, 4), '"[甲]\\')])
    assert write(J, source, plan) == text.replace("王", '\\"[甲]\\\\')


@pytest.mark.parametrize("number", ["13957100321", "1.3957100321e10", "13957100321.0", "139571003210E-1"])
def test_an_edited_number_becomes_a_string(number: str) -> None:
    document = read(J, f'{{"phone": {number}, "n": 1}}')
    copy = redacted(J, f'{{"phone": {number}, "n": 1}}', "13957100321")
    assert json.loads(copy) == {"phone": "[患者1]" + (".0" if "." in document.blocks[1].text else ""), "n": 1}


def test_words_and_numbers_are_read_with_their_keys() -> None:
    document = read(J, '{"HIV阳性": true, "年龄": 46, "records": [{"姓名": "李一", "备注": {"value": "x"}}]}')
    assert view(document) == ["HIV阳性: true", "年龄: 46", "records:", "姓名: 李一", "备注:", "value 备注: x"]
    by_text = {block.text: block for block in document.blocks}
    cell = by_text["李一"].cell
    assert cell is not None
    assert cell.column_header is not None
    assert document.blocks[cell.column_header].text == "姓名"
    assert by_text["李一"].kind is Kind.CELL


def test_objects_of_an_array_are_rows_of_one_table() -> None:
    document = read(J, '[{"姓名": "李一", "号": "1"}, {"姓名": "王二", "号": "2"}]')
    cells = {block.text: block.cell for block in document.blocks if block.cell is not None}
    assert cells["李一"].table == cells["王二"].table
    assert (cells["李一"].row, cells["王二"].row) == (1, 2)
    heads = [document.blocks[cell.column_header].text for cell in cells.values() if cell.column_header is not None]
    assert heads == ["姓名", "号", "姓名", "号"]


def test_keys_that_become_alike_stay_apart() -> None:
    text = '{"13900001111": 1, "13900002222": 2, "x": {"13900001111": 3}}'
    document = read(J, text)
    edits = [
        planting.edit(f"e{n}", Span(n, 0, 11), "*" * 11)
        for n, b in enumerate(document.blocks)
        if b.text.startswith("139")
    ]
    plan = planting.make_plan(document, edits)
    copy = write(J, Source("a", text.encode()), plan)
    assert copy == '{"***********": 1, "***********": 2, "x": {"***********": 3}}'
    assert list(J.compare(document, plan, read(J, copy))) == []


@pytest.mark.parametrize(
    ("name", "meaning"),
    [("zyh", "住院号"), ("inpatientNo", "住院号"), ("sfz_h", "身份证号"), ("PID.5", "姓名"), ("项", "")],
)  # fmt: skip
def test_names_of_programs_are_read_as_what_they_stand_for(name: str, meaning: str) -> None:
    assert naming.meaning_of(name) == meaning
    assert view(read(J, json.dumps({name: "x1"}))) == [f"{name} {meaning}: x1" if meaning else f"{name}: x1"]


def test_no_name_stands_for_two_things() -> None:
    meanings = tomllib.loads(Path(naming.__file__).with_suffix(".toml").read_text(encoding="utf-8"))["meanings"]
    names = [name for words in meanings.values() for name in words.split()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "text",
    [
        '{"columns": ["姓名", "电话"], "rows": [["李一", 139], ["王二", 138]]}',
        '[["姓名", "电话"], ["李一", 139], ["王二", 138]]',
    ],
)
def test_arrays_in_an_array_are_a_table(text: str) -> None:
    assert view(read(J, text))[-4:] == ["姓名: 李一", "电话: 139", "姓名: 王二", "电话: 138"]


def test_json_lines_are_read() -> None:
    text = '{"姓名": "李一"}\n{"姓名": "王二"}\n'
    assert view(read(J, text)) == ["姓名: 李一", "姓名: 王二"]
    assert redacted(J, text, "王二") == text.replace("王二", "[患者1]")
    assert identify(Source("a.jsonl", text.encode())) is J


def test_parts_of_a_name_are_one_name_in_json() -> None:
    document = read(
        J, '{"name": [{"family": "欧阳", "given": ["小", "满"]}], "x": {"firstName": "A", "lastName": "B"}}'
    )
    assert view(document, "names") == ["name: 欧阳小满", "x: A B"]


@pytest.mark.parametrize(
    "text",
    ["{", "[1,]", '{"a":1,}', "[1 2]", '{"a"}', "{1:2}", "[1}", '["\\x"]', "[01]", "[NaN]", '"a', '["\\ud800"]', "",
     '{"a":1}}', "'a'", "[1]//x", '["\x01"]', '["\\u0000"]', "[1],[2]", ":", "[.5]", "[+1]", '{"a" 1}', "nul"],
)  # fmt: skip
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ReadError) as caught:
        J.read(Source("a.json", text.encode() or b" \0"))
    assert caught.value.code == "HR203"


def test_limits_of_json(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(J, '{"a":' * 200 + "1" + "}" * 200).blocks
    monkeypatch.setattr(jsontext, "MAX_VALUES", 20)
    for text in ("[" * 201 + "]" * 201, "[" + "1," * 20 + "1]", "{" + '"a":1,' * 10 + '"b":2}', "[" * 100_000):
        with pytest.raises(ReadError) as caught:
            read(J, text)
        assert caught.value.code == "HR204"


KEYS = st.text(st.sampled_from("ab姓名 _"), max_size=4)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8)
)  # fmt: skip
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=12
)


@given(VALUES, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_any_json_comes_back(value: object, ascii_: bool, indent: int | str | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_, indent=indent)
    source = Source("a.json", text.encode())
    document = J.read(source)
    assert write(J, source, planting.make_plan(document, [])) == text
    seen = {block.text for block in document.blocks}
    assert not [word for word in strings(value) if word not in seen and not _is_other(word)]
    for number, block in enumerate(document.blocks):
        if block.text:
            plan = planting.make_plan(document, [planting.edit("e", Span(number, 0, len(block.text)), '\\u"x')])
            assert list(J.compare(document, plan, read(J, write(J, source, plan)))) == []


def _is_other(word: str) -> bool:
    """Whether Python shows a value otherwise than JSON spells it."""
    return word in ("None", "True", "False") or re.fullmatch(r"-?[0-9.e+-]+", word) is not None


# --------------------------------------------------------------------------- XML


@pytest.mark.parametrize("slot", XML)
def test_no_place_of_xml_keeps_a_value(slot: str) -> None:
    copy = redacted(X, f"<root>{XML[slot](VALUE)}</root>", VALUE)
    assert VALUE not in copy
    root = ElementTree.fromstring(copy)
    assert VALUE not in "".join(root.itertext())
    assert not [v for element in root.iter() for v in (*element.attrib.values(), element.tag) if VALUE in v]


def test_xml_stays_as_it_was_but_for_the_value() -> None:
    text = "<?xml version='1.0' encoding='GB2312'?>\r\n<病历 a = 'x&amp;y' ><b>&#x59d3; 王\r\n五</b ><c/>\t</病历>\r\n"
    source = Source("a.xml", text.encode("gbk"))
    document = X.read(source)
    number = next(n for n, block in enumerate(document.blocks) if "王" in block.text)
    assert document.blocks[number].text == "姓 王\n五"
    target = io.BytesIO()
    plan = planting.make_plan(document, [planting.edit("e", Span(number, 2, 3), "<甲>&€😀")])
    X.write(source, plan, target)
    assert target.getvalue().decode("gbk") == text.replace("王", "&lt;甲&gt;&amp;&#8364;&#128512;")
    assert list(X.compare(document, plan, X.read(Source("a.xml", target.getvalue())))) == []


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("GBK", "gb18030"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
        ("Big5", "big5"),
        ("ISO-8859-1", "latin-1"),
    ],
)
def test_declared_encodings_are_kept(declared: str, codec: str) -> None:
    value = "Muller" if codec == "latin-1" else "王五"
    data = f'<?xml version="1.0" encoding="{declared}"?><a>{value} 1</a>'.encode(codec)
    document = read(X, data)
    target = io.BytesIO()
    X.write(Source("a.xml", data), planting.plan_for(document, value, "[1]"), target)
    assert target.getvalue().decode(codec).endswith("<a>[1] 1</a>")
    assert target.getvalue()[:2] == data[:2]


def test_values_of_xml_are_read_with_their_names() -> None:
    text = """<bundle><patient id="P1"><name><family>欧阳</family><given>小满</given></name>
    <birthTime value="19800101"/><note>患者<b>欧阳</b>小满</note></patient>
    <patient id="P2"><telecom value="tel:13900001111"/></patient></bundle>"""
    document = read(X, text)
    assert [line for line in view(document) if ": " in line] == [
        "id: P1", "family: 欧阳", "given: 小满", "birthTime 出生日期: 19800101", "note: 患者欧阳小满", "id: P2",
        "telecom: tel:13900001111",
    ]  # fmt: skip
    assert view(document, "names") == ["name: 欧阳小满"]
    rows = {block.text: block.cell for block in document.blocks if block.cell is not None}
    assert rows["P1"].table == rows["P2"].table
    assert rows["P2"].row == 2


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("<table><thead><tr><th>姓名</th><th>号</th></tr></thead><tbody><tr><td>李一</td><td>1</td></tr></tbody></table>",
         ["姓名: 李一", "号: 1"]),
        ("<Table><Row><Cell><Data>姓名</Data></Cell></Row><Row><Cell><Data>李一</Data></Cell></Row></Table>",
         ["姓名: 李一"]),
        ("<table><tr><th>姓名</th><td>李一</td></tr><tr><th>号</th><td>1</td></tr></table>", ["李一", "号: 1"]),
        ("<rows><row><name>李一</name></row><row><name>王二</name></row></rows>", ["name: 李一", "name: 王二"]),
    ],
)  # fmt: skip
def test_cells_of_xml_are_read_with_what_heads_them(text: str, lines: list[str]) -> None:
    said = "\n".join(view(read(X, text)))
    assert not [line for line in lines if line not in said]


def test_components_of_hl7_are_read_under_their_field() -> None:
    text = (
        "<PID><PID.3><CX.1>0012</CX.1></PID.3><PID.5><XPN.1><FN.1>欧阳</FN.1></XPN.1><XPN.2>小满</XPN.2></PID.5></PID>"
    )
    document = read(X, text)
    assert view(document)[:3] == ["PID.3 病案号: 0012", "PID.5 姓名: 欧阳", "PID.5 姓名: 小满"]
    assert view(document, "names") == ["PID.5: 欧阳小满"]


def test_comments_and_instructions_are_read_and_left_out() -> None:
    document = read(X, "<!-- 一 --><?xml-stylesheet href='二'?><!DOCTYPE a><a>x<!-- 三 -->y<?do 四?></a>")
    assert {b.text for b in document.blocks if not b.survives} == {"一", "xml-stylesheet href='二'", "a", "三", "do 四"}
    assert {(part.what, part.count) for part in document.dropped} == {
        ("comment", 2), ("processing_instruction", 2), ("document_type", 1),
    }  # fmt: skip
    copy = write(X, Source("a", full_xml(VALUE).encode()), planting.make_plan(read(X, full_xml(VALUE)), []))
    assert "<!--" not in copy
    assert "<?do" not in copy


@pytest.mark.parametrize("text", ["<P123王五>x</P123王五>", '<a P123王五="x"/>', '<a xmlns="urn:P123"/>'])
def test_a_name_that_holds_a_value_cannot_be_edited(text: str) -> None:
    source = Source("a.xml", text.encode())
    with pytest.raises(PlanError) as caught:
        X.write(source, planting.plan_for(X.read(source), "P123"), io.BytesIO())
    assert caught.value.code == "HR401"
    assert "P123" not in str(caught.value)


def test_a_name_space_bears_a_mask() -> None:
    document = read(X, '<a xmlns="urn:P123" xmlns:v="urn:hl7-org:v3"/>')
    plan = planting.plan_for(document, "P123", "****")
    assert write(X, Source("a", b'<a xmlns="urn:P123"/>'), plan) == '<a xmlns="urn:****"/>'
    assert not [block for block in document.blocks if "hl7" in block.text]


BILLION = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>'


@pytest.mark.parametrize(
    "text",
    ["<a>", "<a></b>", "<a>&x;</a>", BILLION, OUTSIDE, "<a b=1/>", "<a/><b/>", "x<a/>", "<a/>x", "<a>]]></a>", "<a",
     '<a b="1" b="2"/>', '<?xml version="1.0" z="王五"?><a/>', "<a b='<'/>", "<a>&#0;</a>", "<a>&#xd800;</a>", "<x:a/>",
     "<a><!-- a -- b --></a>", "<a/><!DOCTYPE a>", "", '<?xml version="1.0" encoding="x-none"?><a/>', "<a>\x01</a>",
     '<?xml version="1.0" encoding="utf-16"?><a/>', "&lt;a/>", '\ufeff<?xml version="1.0" encoding="x-P123"?><a/>'],
)  # fmt: skip
def test_what_is_no_plain_xml_is_refused(text: str) -> None:
    with pytest.raises(ReadError) as caught:
        X.read(Source("a.xml", text.encode() or b" "))
    assert caught.value.code == "HR203"
    assert "王五" not in str(caught.value)


def test_limits_of_xml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walker, "MAX_VALUES", 50)
    for text in ("<a>" * 201 + "</a>" * 201, "<r>" + "<a>x</a>" * 60 + "</r>", "<r>" + "<!--x-->" * 60 + "</r>"):
        with pytest.raises(ReadError) as caught:
            read(X, text)
        assert caught.value.code == "HR204"


TEXT = st.text(st.sampled_from("ab姓 \t\n&<>'\"\r]"), max_size=8)


@given(TEXT, TEXT, TEXT, st.booleans())
def test_any_text_of_xml_comes_back(text: str, value: str, new: str, as_cdata: bool) -> None:
    root = ElementTree.Element("病历", {"名": value})
    for part in (text, value):
        ElementTree.SubElement(root, "a").text = part
        root[-1].tail = part
    written = ElementTree.tostring(root, encoding="unicode")
    if as_cdata and "]" not in text and "\r" not in text:
        written = written.replace("</病历>", f"<c><![CDATA[{text}]]></c></病历>")
    source = Source("a.xml", written.encode())
    document = X.read(source)
    assert write(X, source, planting.make_plan(document, [])) == written
    for number, block in enumerate(document.blocks):
        if block.text and not block.location.address.startswith("name"):
            plan = planting.make_plan(document, [planting.edit("e", Span(number, 0, len(block.text)), new)])
            assert list(X.compare(document, plan, read(X, write(X, source, plan)))) == []


# --------------------------------------------------------------------------- both


@pytest.mark.parametrize(
    ("name", "text", "ours"),
    [
        ("a.json", full_json("x"), J),
        ("a.json", "[]", J),
        ("a.txt", full_json("x"), None),
        ("a.xml", full_xml("x"), X),
        ("a.txt", full_xml("x"), None),
        ("a.xml", "<!-- x --><a/>", X),
    ],
)
def test_the_name_decides_among_texts(name: str, text: str, ours: Format | None) -> None:
    found = identify(Source(name, text.encode()))
    assert found is ours or (ours is None and found.name == "text")


RECORD = {
    "resourceType": "Patient",
    "identifier": [{"system": "urn:oid:2.16.156", "type": {"text": "身份证号"}, "value": "330106197803124560"}],
    "name": [{"use": "official", "family": "赵", "given": ["小满"]}],
    "telecom": [{"system": "phone", "value": 13957100321}],
    "address": [{"text": "浙江省杭州市西湖区文三路123号5幢2单元301室"}],
    "encounter": {"住院号": "0004417820", "诊断": "胆囊结石伴急性胆囊炎", "病程": "患者赵小满因右上腹痛3天入院。"},
}
RECORD_VALUES = ("赵小满", "330106197803124560", "13957100321", "0004417820", "文三路123号")
RECORD_XML = """<?xml version="1.0" encoding="UTF-8"?>
<!-- 导出：赵小满 -->
<ClinicalDocument xmlns="urn:hl7-org:v3">
  <patientRole><id extension="330106197803124560"/>
    <patient><name><family>赵</family><given>小满</given></name><birthTime value="19780312"/></patient>
    <telecom value="tel:13957100321"/><addr>浙江省杭州市西湖区文三路123号5幢2单元301室</addr></patientRole>
  <住院 住院号="0004417820"><诊断>胆囊结石伴急性胆囊炎</诊断><病程>患者<b>赵小</b>满因右上腹痛3天入院。</病程></住院>
</ClinicalDocument>
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [("患者.json", json.dumps(RECORD, ensure_ascii=False)), ("esc.json", json.dumps(RECORD)), ("c.xml", RECORD_XML)],
)
def test_a_record_is_redacted_and_proved(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    redactor = hr.Redactor()
    copy = redactor.redact(redactor.review(path), tmp_path / "out" / "copy")
    written = copy.path.read_text(encoding="utf-8")
    plain = "\n".join(strings(json.loads(written))) if name.endswith("json") else re.sub("<[^>]*>", "", written)
    assert copy.verification.passed
    assert not [value for value in RECORD_VALUES if value in planting.squeeze(plain)]
    assert not [value for value in RECORD_VALUES[1:] if value in written]
    assert "胆囊结石伴急性胆囊炎" in plain
    assert "因右上腹痛3天入院" in plain


def test_base64_stays_to_be_judged_by_detection() -> None:
    text = json.dumps({"a": base64.b64encode("患者赵小满，电话13957100321".encode()).decode()})
    source = Source("a.json", text.encode())
    assert write(J, source, planting.make_plan(J.read(source), [])) == text
