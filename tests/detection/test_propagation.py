"""Once found, found everywhere: spaced, with a title, by parts, in pinyin, as initials, in file names."""

from __future__ import annotations

import pytest
from detection_kit import found, roles, shipped_detector
from hypothesis import given, settings
from hypothesis import strategies as st

from hospital_redact.detection.propagation import Person
from hospital_redact.detection.shapes import is_dual
from hospital_redact.detection.spellings import find_spellings, full_spellings, spell
from hospital_redact.detection.words import NOT_NAMES
from hospital_redact.model import Block, Document, Kind, Location, Role, join_blocks

RECORD = "住院号:240719033 主诉:发热 入院诊断:肺炎\n"


def named(text: str, *, file_name: str = "") -> tuple[list[str], list[str]]:
    """Return the names found in ``text`` and in ``file_name``."""
    blocks = [Block(line, Location("text", f"line {n}")) for n, line in enumerate(text.split("\n"), 1)]
    if file_name:
        blocks.append(Block(file_name, Location("name"), Kind.FILE_NAME))
    document = Document(file_name or "a.txt", "text/plain", "0" * 64, tuple(blocks), (join_blocks(tuple(blocks)),))
    body: list[str] = []
    name: list[str] = []
    for finding in shipped_detector().detect(document):
        if finding.entity == "PERSON_NAME" and finding.role is not Role.STAFF:
            inside = any(blocks[span.block].kind is Kind.FILE_NAME for span in finding.spans)
            (name if inside else body).append(document.text_of(finding.spans))
    return body, name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("患者:邹小燕 女 28岁\n邹小燕之婴体重3.2kg", "邹小燕"),
        (RECORD + "患者:邹小燕 女 28岁\n小燕，你明天来复查", "小燕"),
        (RECORD + "患者:邹明 男 28岁\n阿明说好多了", "阿明"),
        (RECORD + "患者:邹明 男 28岁\n老邹睡得好", "老邹"),
        ("患者:邹小燕 女\n家属与邹女士谈话", "邹"),
        ("患者:邹小燕 女\n邹家属已签字", "邹"),
        ("患者:邹小燕 女\n邹某陈述昨日头痛", "邹"),
        ("患者:邹燕，女\n邹 燕今晨诉腹痛", "邹 燕"),
        ("患者:邹大\n勇，男，50岁", "邹大\n勇"),
        ("患者阿依古丽·买买提，女\n阿依古丽自述头晕", "阿依古丽"),
        ("患者：Michael Johnson，男\nJohnson先生诉胸痛", "Johnson"),
        ("Patient: SMITH, John\nJohn Smith slept well", "John Smith"),
        ("Patient: Willem van den Berg\nMr van den Berg smokes", "van den Berg"),
        ("Patient: John Carter, 56 years\nwe saw Carter's wound heal", "Carter"),
        ('The patient, Margaret "Peggy" Doyle, came.\nPeggy lives alone', "Peggy"),
        ("Patient Name: May Rose\nMay said she slept", "May"),
    ],
)
def test_what_else_a_person_is_called(text: str, name: str) -> None:
    assert name.replace("\n", "") in [value.replace("\n", "") for value in named(text)[0]]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("患者高兴，男，32岁\n术后高兴得睡不着", "高兴得"),
        ("家属江山（身份证见附件）。祖国江山多娇", "江山多娇"),
        ("患者苏木，女\n给予苏木10g煎服", "苏木10g"),
        ("姓名：冉冉  性别：女\n病情冉冉好转", "冉冉好转"),
        ("Patient Name: May Rose\nSeen in May 2024", "in May"),
        ("患者张伟，男\nZW-200型设备", "ZW-200"),
        ("患者王炳成，男\n白细胞(WBC)升高", "WBC"),
    ],
)
def test_everyday_words_and_things_of_the_same_spelling_stay(text: str, kept: str) -> None:
    at = text.index(kept)
    blocks = tuple(Block(line, Location("text")) for line in text.split("\n"))
    document = Document("a.txt", "text/plain", "0" * 64, blocks, (join_blocks(blocks),))
    line, offset = text.count("\n", 0, at), at - (text.rfind("\n", 0, at) + 1)
    spans = [span for f in shipped_detector().detect(document) if f.entity == "PERSON_NAME" for span in f.spans]
    assert not [span for span in spans if span.block == line and span.start < offset + len(kept) and span.end > offset]


@pytest.mark.parametrize(
    "form",
    ["Wang Xiaoming", "WANG XIAOMING", "Xiaoming Wang", "Wang Xiao-Ming", "WANG, Xiaoming", "X. M. Wang", "Wang XM"],
)
def test_pinyin_of_a_chinese_name(form: str) -> None:
    assert form in named(f"患者王晓明，男，60岁。片号见 {form} 原件")[0]


@pytest.mark.parametrize("text", ["受试者WXM", "缩写(WXM)", "王晓明(WXM)", "签名:W.X.M."])
def test_initials_where_somebody_is_announced(text: str) -> None:
    assert any(name.startswith("W") for name in named(f"患者王晓明，男，60岁\n{text}，已签收")[0])


def test_one_person_in_two_scripts_has_one_subject() -> None:
    blocks = tuple(Block(line, Location("text")) for line in ("患者王晓明，男", "WANG Xiaoming 复查"))
    document = Document("a.txt", "text/plain", "0" * 64, blocks, (join_blocks(blocks),))
    findings = [f for f in shipped_detector().detect(document) if f.entity == "PERSON_NAME"]
    assert len(findings) == 2
    assert len({f.subject for f in findings}) == 1
    assert {f.role for f in findings} == {Role.PATIENT}


@pytest.mark.parametrize(
    ("file_name", "text", "name"),
    [
        ("patient_John_Smith_2024.pdf", "The scan shows nothing.", "John_Smith"),
        ("邹燕_CT.docx", "患者邹燕，女", "邹燕"),
        ("CT报告_欧阳倩倩_复查.pdf", "CT 平扫", "欧阳倩倩"),
        ("zouyan_MRI.docx", "患者邹燕，女", "zouyan"),
    ],
)
def test_names_in_file_names(file_name: str, text: str, name: str) -> None:
    assert name in named(text, file_name=file_name)[1]


@pytest.mark.parametrize("file_name", ["高血压_指南.docx", "Annual_Report_2024.pdf", "平安_通知.docx"])
def test_file_names_without_names(file_name: str) -> None:
    assert named("通知", file_name=file_name)[1] == []


def test_a_patient_of_the_same_name_as_staff_goes_everywhere() -> None:
    assert found("主治医师：邹建平\n患者：邹建平，男，40岁").count("邹建平") == 2
    assert roles("主治医师：邹建平\n患者：康丽，女，40岁")["邹建平"] is Role.STAFF


_SURNAME = st.sampled_from("王李张刘陈杨赵吴周徐孙朱胡郭林罗郑梁谢唐许邓冯韩曹彭")
_GIVEN = st.text(st.sampled_from("伟娜强磊洋勇艳杰娟涛超霞刚桂英玲辉鹏慧颖琳"), min_size=1, max_size=2)
_FILLER = st.lists(
    st.sampled_from(
        ["复诊。", "术后第2天，", "查体无殊；", "\n", " ", "血压120/80。", "WBC 6.2，", "（", "）", "由", "与"]
    ),
    max_size=8,
).map("".join)


@settings(max_examples=40, deadline=None)
@given(_SURNAME, _GIVEN, st.lists(_FILLER, min_size=1, max_size=4))
def test_every_occurrence_of_a_confirmed_name_is_covered(surname: str, given_name: str, fillers: list[str]) -> None:
    name = surname + given_name
    if is_dual(name) or name in NOT_NAMES:
        return
    text = f"患者姓名：{name}\n" + f"。{name}，".join(("", *fillers, ""))
    blocks = tuple(Block(line, Location("text")) for line in text.split("\n"))
    document = Document("a.txt", "text/plain", "0" * 64, blocks, (join_blocks(blocks),))
    findings = [f for f in shipped_detector().detect(document) if f.entity == "PERSON_NAME"]
    covered = {(span.block, at) for f in findings for span in f.spans for at in range(span.start, span.end)}
    for finding in findings:
        for span in finding.spans:
            assert 0 <= span.start < span.end <= len(blocks[span.block].text)
    for number, block in enumerate(blocks):
        at = block.text.find(name)
        while at >= 0:
            assert {(number, at + k) for k in range(len(name))} <= covered
            at = block.text.find(name, at + 1)


@given(st.text(st.sampled_from("zhangwei ZHANGWei.,-_@()W1:姓名张伟"), max_size=60))
def test_spellings_lie_inside_the_text(text: str) -> None:
    table = spell(["张伟", "John Smith"])
    for start, end, owner in find_spellings(text, table):
        assert 0 <= start < end <= len(text)
        letters = "".join(char for char in text[start:end] if char.isalpha()).casefold()
        assert table[letters].owner == owner


def test_family_names_have_their_own_reading() -> None:
    assert "shanxiong" in full_spellings("单雄")
    assert {"lvlv", "lulu", "lyulyu"} <= full_spellings("吕绿")
    assert full_spellings("张𠮷") == frozenset()


def test_a_person_shows_no_text() -> None:
    person = Person(1, "邹建平", Role.PATIENT, 0.9, ("label",), {"建平"})
    assert "建平" not in repr(person)
