"""Kinds of text that speak of confidential matters and hold none. Everybody and every number is invented."""

from __future__ import annotations

from functools import cache

import pytest

from hospital_redact.detection import Detector
from hospital_redact.detection.genre import explained_by_genre
from hospital_redact.formats.text import document_of_text
from hospital_redact.model import CATEGORY_CUE, Finding
from hospital_redact.policy import load_policy

POLICY = load_policy()
RULES = {rule.id: rule for rule in POLICY.rules}


@cache
def detector() -> Detector:
    return Detector(POLICY)


def detect(text: str) -> tuple[Finding, ...]:
    return detector().detect(document_of_text(text))


ADVERTISEMENT = "护理岗位招聘启事\n诚聘护士10名，月薪8000—12000元，年终奖另计。\n简历投递至官网招聘专栏。\n"
RULE_BOOK = "某医院奖金分配管理办法\n第三条 有下列行为之一的，给予警告处分。\n第九条 本办法自公布之日起施行。\n"
FORM = (
    "职工家庭情况登记表\n姓名：______　部门：______　手机：________\n家庭住址：________\n配偶姓名：____　单位：______\n"
)


@pytest.mark.parametrize("text", [ADVERTISEMENT, RULE_BOOK, FORM])
def test_a_kind_explains_what_it_speaks_of_and_nothing_is_blacked_out(text: str) -> None:
    findings = detect(text)
    confidential = {f.rule for f in findings if f.entity == CATEGORY_CUE and f.category != "none"}
    assert confidential <= explained_by_genre(findings, RULES)
    assert not [f.rule for f in findings if f.entity != CATEGORY_CUE and RULES[f.rule].only_with]


def test_a_name_beside_an_amount_is_explained_by_no_kind() -> None:
    findings = detect(ADVERTISEMENT + "上月工资发放：\n姓名：程远航，实发工资 6512.30元\n")
    assert "salary" not in explained_by_genre(findings, RULES)
    assert any(f.entity == "AMOUNT_SALARY" for f in findings)


def test_a_table_of_persons_is_explained_by_no_kind() -> None:
    table = "姓名\t岗位工资\t薪级工资\t实发\n程远航\t3200.00\t1450.00\t6512.30\n"
    findings = detect(ADVERTISEMENT + table)
    assert "salary" not in explained_by_genre(findings, RULES)
    assert any(f.entity == "AMOUNT_SALARY" for f in findings)


def test_what_says_that_it_must_not_leave_is_no_advertisement() -> None:
    assert explained_by_genre(detect(ADVERTISEMENT + "内部资料，请勿外传。"), RULES) == frozenset()


def test_a_filled_contract_with_blanks_for_signatures_is_no_form() -> None:
    text = "设备采购合同\n甲方：某医院　乙方：某公司\n第二条 价款　合同总价598万元，甲方分三期支付\n"
    text += "甲方签字：____　日期：__年__月__日\n"
    findings = detect(text)
    assert "blank_form" not in {f.rule for f in findings}
    assert any(f.entity == "CONTRACT_TERM" for f in findings)
