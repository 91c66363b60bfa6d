from __future__ import annotations

import re

import pytest
from detection_kit import (
    found,
    make_policy,
    make_rule,
    removed,
    shipped_detector,
    table_document,
    text_document,
)

from hospital_redact.detection import Detector
from hospital_redact.model import Document, Rule

RULE = make_rule(recogniser="labelled_value", pattern=r"[0-9A-Z]{4,12}", context=("住院号", "MRN"))
COLUMN = make_rule(recogniser="table_column", pattern=r"[0-9.,]+", context=("实发",))


def texts(document: Document, rule: Rule = RULE) -> list[str]:
    return removed(document, Detector(make_policy(rule)).detect(document))


@pytest.mark.parametrize(
    "text",
    [
        "住院号:A12345",
        "住院号 A12345",
        "住 院 号：A12345",
        "住院号\tA12345",
        "住院号\nA12345",
        "住院号（本次）：A12345",
        "MRN A12345",
    ],
)
def test_value_beside_its_label(text: str) -> None:
    assert texts(text_document(text)) == ["A12345"]


def test_value_spaced_out_is_taken_whole() -> None:
    assert texts(text_document("住院号 2 0 2 4 0 8 8 1")) == ["2 0 2 4 0 8 8 1"]


@pytest.mark.parametrize("text", ["住院号：____ 床号：", "住院号 床号 姓名", "住院号见首页", "XMRNA12345"])
def test_no_value(text: str) -> None:
    assert texts(text_document(text)) == []


def test_value_under_its_header() -> None:
    rows = [["姓名", "住院号", "床号"], ["甲", "A12345", "B22222"]]
    assert texts(table_document(rows)) == ["A12345"]
    assert texts(text_document("姓名|住院号|床号\n---|---|---\n甲|A12345|B22222")) == ["A12345"]
    assert texts(text_document("姓名    住院号    床号\n甲      A12345    B22222")) == ["A12345"]


def test_column_values_are_all_found() -> None:
    rows = [["姓名", "应发", "实发"], ["甲", "100.00", "90.00"], ["乙", "200.00", "180.00"]]
    assert texts(table_document(rows), COLUMN) == ["90.00", "180.00"]


def test_headers_are_no_values() -> None:
    assert texts(text_document("实发\t合计\n单位\t元"), COLUMN) == []


NUMBERS = make_rule(recogniser="labelled_value", context=("检查号", "病案", "claim no", "MRN", "serial", "Specimen"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("检查编号：CT-0093311", "CT-0093311"),  # a label for a number stands for all its endings
        ("检查流水号 24031807", "24031807"),
        ("【检查号】24031807", "24031807"),
        ("Claim #: CL2024-88", "CL2024-88"),
        ("Claim Number CL2024-88", "CL2024-88"),
        ("MRN ........ K204417", "K204417"),
        ("MRN No.: 4471", "4471"),
        ("the serial number is BXK44120", "BXK44120"),
        ("病案 00318862", "00318862"),
        ("检查号：（急）E24-0427", "(急)E24-0427"),
        ("检查号：宜中18-3302", "宜中18-3302"),
        ("检查号：26+", "26+"),
        ("检查号：0012345 性别 女", "0012345"),
    ],
)
def test_number_beside_a_label_in_other_words(text: str, value: str) -> None:
    assert [plain(t) for t in texts(text_document(text), NUMBERS)] == [value]


def plain(text: str) -> str:
    return text.replace("（", "(").replace("）", ")")


@pytest.mark.parametrize(
    "text", ["claim no evidence", "Specimen 2 of 3", "病案 2 份", "Specimen 2024", "serial 3 ECGs"]
)
def test_a_count_or_a_year_is_no_number_of_a_label_without_ending(text: str) -> None:
    assert texts(text_document(text), NUMBERS) == []


FORM = (
    "姓名：赵晓雯　性别：女　年龄：34岁　民族：汉族\n住院号：0098213　床号：3　病区：普外一病区\n入院日期：2024年3月5日"
)


def test_columns_of_a_form_on_one_line() -> None:
    assert found(FORM) == ["赵晓雯", "0098213", "3", "2024年3月5日"]


def test_labels_over_values_line_by_line() -> None:
    pairs = {"姓名": "吴家豪", "出生日期": "1988-11-02", "病案号": "A0077123", "工作单位": "无锡惠联机械厂"}
    text = "\n".join(line for pair in (*pairs.items(), ("性别", "男")) for line in pair)
    assert found(text) == list(pairs.values())


def test_a_row_of_labels_over_a_row_of_values_in_cells() -> None:
    rows = [
        ["姓名", "床号", "住院号", "年龄", "家庭住址"],
        ["褚敏", "加2", "1100233", "93", "苏州市吴中区木渎镇金山路21号"],
    ]
    assert sorted(found_in(rows)) == sorted(["褚敏", "加2", "1100233", "93", "苏州市吴中区木渎镇金山路21号"])


def found_in(rows: list[list[str]]) -> list[str]:
    document = table_document(rows)
    return removed(document, shipped_detector().detect(document))


RECORD = "出院记录\n住院号：0098213\n入院诊断：肺炎\n"
LETTER = "DISCHARGE SUMMARY\nThe patient was admitted. MRN 0012345\n"


@pytest.mark.parametrize(
    "text",
    [
        "转至⟦重症监护室7床⟧",
        "收入⟦东三病区7床⟧",
        "术后住手外科⟦14床⟧",
        "病房 ⟦内二⟧",
        "床号：⟦+3⟧",
        "今日⟦加5床⟧出院",
        "在输液室⟦12号椅⟧等候",
        "患者⟦九十三岁⟧",
        "女，⟦91岁⟧",
        "以⟦手工擀毡⟧为生",
        "藏族，⟦雕版印刷刻工⟧，因咳嗽入院",
        "职业：⟦深海钻井平台医务员⟧",
        "其弟现于⟦兰州东部市场恒发布行⟧做工",
        "系⟦徐州云龙灯具商贸行⟧店员",
        "单位：⟦北崮水泥有限责任公司 矿山车间⟧",
        "附件 ⟦IMG_2033.jpg⟧",
        "附件截图⟦CAM07_1855.png⟧",
        "保单号：⟦P2024330100998877⟧，报案号 ⟦BA2024-09981⟧",
        "驾驶证号 ⟦410300182746⟧",
        "起搏器序列号 ⟦PJN612345S⟧ 条码 ⟦(01)06954321098765(17)260101(21)AB3391⟧",
    ],
)
def test_what_identifies_a_patient_in_a_record(text: str) -> None:
    expected, bare = marked(text)
    assert set(expected) <= set(found(RECORD + bare))


@pytest.mark.parametrize(
    "text",
    [
        "Bed: ⟦12B⟧",
        "This ⟦92-year-old⟧ man",
        "Age: ⟦91⟧",
        "aged ⟦ninety-four⟧",
        "a 36-year-old ⟦harp restorer⟧ with colitis",
        "She works as a ⟦stained-glass restorer⟧.",
        "retired from ⟦Dalton Carpet Mill #3⟧.",
        "Employer: ⟦Hillcrest Auto Parts Inc.⟧",
        "Pt ID: ⟦00881⟧",
        "Acct #: ⟦V00231⟧",
        "Accession: ⟦XR-24-88121⟧",
        "Policy No: ⟦PL-0087123⟧",
        "Member ID: ⟦W220018877⟧",
        "Driver's License: ⟦D440-1123-8817⟧",
    ],
)
def test_what_identifies_a_patient_in_english(text: str) -> None:
    expected, bare = marked(text)
    assert set(expected) <= set(found(LETTER + bare))


def marked(text: str) -> tuple[list[str], str]:
    """Return the values in ⟦⟧ and the text without the marks."""
    return re.findall("⟦(.*?)⟧", text), text.replace("⟦", "").replace("⟧", "")


@pytest.mark.parametrize(
    "text",
    [
        "批号：EK3311，有效期至：2026-05，型号：AT-7731，国药准字H20051408",
        "生产厂家：某制药有限公司",
        "开放床位42张，按20床日用量储备，卧床休息3天",
        "职业：农民　婚姻：已婚",
        "女，56岁，教师，因头晕入院",
        "90岁以上老人优先",
        "白细胞3.5-9.5，钾3.5-5.3mmol/L，肌力4/5，淋巴结转移2/19",
        "DOI 10.1016/j.jacc.2019.03.010，ISBN 978-7-117-29876-6，GB/T 14233.1-2008，编码 I10.x00x002",
        "帕金森病，霍奇金淋巴瘤，墨菲征阴性，何首乌15g，杜仲15g",
    ],
)
def test_look_alikes_in_a_record_stay(text: str) -> None:
    assert found(RECORD + text) == ["0098213"]
