"""Whose name it is: patients, relatives, staff in office on positive evidence only, employees a document is about."""

from __future__ import annotations

import pytest
from detection_kit import found, roles

from hospital_redact.detection.roles import concerns_complaint, is_elsewhere, role_around
from hospital_redact.model import Role


@pytest.mark.parametrize(
    ("text", "name", "role"),
    [
        ("术者：邹建平  一助：康丽", "康丽", Role.STAFF),
        ("我院院长邹建平陪同", "邹建平", Role.STAFF),
        ("上海市委书记邹建平视察", "邹建平", Role.OTHER),
        ("国家体改委主任邹建平说", "邹建平", Role.OTHER),
        ("市人民医院院长邹建平致辞", "邹建平", Role.STAFF),
        ("接收人：邹建平", "邹建平", Role.OTHER),
        ("项目负责人：邹建平", "邹建平", Role.OTHER),
        ("其妻康丽签字", "康丽", Role.RELATIVE),
        ("二舅钱多多商量后同意", "钱多多", Role.RELATIVE),
        ("MEMO\nTO:  Karen Whitfield\nFROM:  Daniel Osei", "Karen Whitfield", Role.OTHER),
        ("Re: Harriet Bloom, DOB 04/05/1971", "Harriet Bloom", Role.PATIENT),
        ("Patient: Dr Helen Marsh, 70 years", "Helen Marsh", Role.PATIENT),
    ],
)
def test_role_of_a_name(text: str, name: str, role: Role) -> None:
    assert roles(text).get(name) is role


def test_the_matter_of_a_memorandum_is_nobody() -> None:
    assert "Overtime Claims" not in found("FROM:  Priya Raman, Finance\nRE: Overtime Claims")


def test_who_a_complaint_is_about_goes_and_who_handles_it_stays() -> None:
    text = "投诉登记\n投诉人：周敏\n当班护士：孙丽，态度差\n受理人：康平生\n孙丽解释称当时忙"
    shown = roles(text)
    assert shown["孙丽"] is Role.STAFF_SUBJECT
    assert shown["康平生"] is Role.STAFF
    assert concerns_complaint([text])
    assert not concerns_complaint(["如有疑问请拨打投诉电话"])


def test_an_employee_of_a_pay_table_goes_from_the_signature_too() -> None:
    head = "2024年9月绩效发放表\n姓名\t科室\t绩效\t实发\n"
    text = f"{head}上官云鹤\t内科\t3440\t3000\n丁一\t外科\t3500\t3100\n制表：上官云鹤"
    assert found(text).count("上官云鹤") == 2


def test_roles_beside_a_name() -> None:
    assert role_around("患者张伟", 2, 4) is Role.PATIENT
    assert role_around("张伟主任医师", 0, 2) is Role.STAFF
    assert role_around("某市张伟", 2, 4) is Role.OTHER
    assert is_elsewhere("上海市委书记", 4)
    assert not is_elsewhere("ICU病区主任", 5)
