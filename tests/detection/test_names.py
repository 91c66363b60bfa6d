from __future__ import annotations

import pytest
from detection_kit import found, roles, shipped_detector, table_document, text_document

from hospital_redact import Redactor
from hospital_redact.model import Role


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("姓名：段雨桐  性别：女", "段雨桐"),
        ("姓 名：邬 国 栋  性别：男", "邬 国 栋"),
        ("患者欧阳楠，女，32岁", "欧阳楠"),
        ("患者阿卜杜拉·买买提因腹痛来诊", "阿卜杜拉·买买提"),
        ("患者阿卜杜拉•买买提，男", "阿卜杜拉•买买提"),
        ("丈夫查尔康来院签字", "查尔康"),
        ("其子索朗多吉全程在场", "索朗多吉"),
        ("联系人：段国梁（父亲）", "段国梁"),
        ("姓名：高峰", "高峰"),
        ("李秀芳之子，男，足月儿", "李秀芳之子"),
        ("受检者\t钟离雪\t女", "钟离雪"),
        ("举报人吴敏提供了录音", "吴敏"),
        ("她丈夫Pham Quoc Bao的手机", "Pham Quoc Bao"),
        ("Patient: MARLOWE, Rose T.", "MARLOWE, Rose T."),
        ("Dear Mrs Ashcroft,", "Ashcroft"),
        ("His wife Margaret was told", "Margaret"),
        ("From: Kofi Addae <kofi@example.org>", "Kofi Addae"),
        ("ZHANG Wei was transferred", "ZHANG Wei"),
    ],
)
def test_names_by_their_surroundings(text: str, name: str) -> None:
    assert name in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "患者黄疸消退，何时出院待定",
        "认识帕金森病，克罗恩病与霍奇金淋巴瘤",
        "予万古霉素静滴，白蛋白10g",
        "王不留行、杜仲、当归煎服",
        "平时血压高，马上复查，安静状态下心率80",
        "家属拒绝签字，患者同意手术",
        "姓名：____ 性别：__",
        "王某某与张××发生口角",
        "各位先生女士",
        "Foley catheter out, Crohn disease, Murphy sign negative",
        "Parkinson's disease and Hashimoto thyroiditis",
    ],
)
def test_what_is_no_name_stays(text: str) -> None:
    assert found(text) == []


def test_roles() -> None:
    assert roles("主治医师：贺建平")["贺建平"] is Role.STAFF
    assert roles("姓名：段雨桐")["段雨桐"] is Role.PATIENT
    assert roles("紧急联系人：段国梁")["段国梁"] is Role.RELATIVE
    assert roles("陪同者自称裴阿福先生")["裴阿福"] is Role.OTHER
    assert roles("Seen by Dr. Iqbal Farooq")["Iqbal Farooq"] is Role.STAFF


def test_employees_of_a_pay_table_are_its_subject() -> None:
    rows = [
        ["工号", "姓名", "岗位工资", "应发合计", "实发"],
        ["0117", "上官云鹤", "3440.00", "5000.00", "4500.00"],
        ["0242", "田七", "2410.00", "4000.00", "3600.00"],
    ]
    document = table_document(rows, note="2024年9月工资发放明细表 制表：游芳")
    subjects = {document.text_of(f.spans) for f in shipped_detector().detect(document) if f.role is Role.STAFF_SUBJECT}
    assert subjects == {"上官云鹤", "田七"}


def test_once_found_found_everywhere() -> None:
    text = "姓名：段雨桐\n昨日段 雨 桐复诊，段女士诉头晕。\n附件：段雨桐.pdf"
    assert found(text) == ["段雨桐", "段 雨 桐", "段", "段雨桐"]


def test_everyday_word_is_followed_only_as_a_name() -> None:
    assert found("姓名：高峰\n血药浓度高峰不符。高峰自觉心慌。") == ["高峰", "高峰"]


def test_one_person_has_one_subject() -> None:
    document = text_document("姓名：段雨桐\n段雨桐复诊。\n联系人：段国梁")
    people = {document.text_of(f.spans): f.subject for f in shipped_detector().detect(document) if f.role}
    assert people["段雨桐"] != people["段国梁"]
    subjects = [f.subject for f in shipped_detector().detect(document) if document.text_of(f.spans) == "段雨桐"]
    assert len(subjects) == 2
    assert len(set(subjects)) == 1


def test_list_continues() -> None:
    assert found("家属：段国梁、吴敏、郝志强") == ["段国梁", "吴敏", "郝志强"]


def test_latin_parts_are_followed() -> None:
    values = found("Patient: Jonathan Ashcroft\nAshcroft was seen. Jonathan agreed.")
    assert values == ["Jonathan Ashcroft", "Ashcroft", "Jonathan"]


def test_a_family_name_and_a_title_before_a_child_is_no_new_person() -> None:
    review = Redactor().review_text("姓名：欧阳景行 男 61岁\n患者欧阳景行入院。欧阳先生之子欧阳牧陪同。")
    labels = [(review.document.text_of((edit.span,)), edit.replacement) for edit in review.plan.edits]
    assert labels[-2:] == [("欧阳", "[患者1]"), ("欧阳牧", "[患者1之子]")]
