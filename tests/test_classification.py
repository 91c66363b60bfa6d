"""Levels, residual levels and decisions, on findings made here and on whole invented documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest

from hospital_redact.classification import classify
from hospital_redact.detection import Detector
from hospital_redact.formats.text import document_of_text as text_document
from hospital_redact.model import (
    CATEGORY_CUE,
    Action,
    Block,
    Decision,
    Document,
    Finding,
    Level,
    LevelSuggestion,
    Location,
    ReleaseContext,
    Role,
    Span,
    Unread,
    join_blocks,
)
from hospital_redact.policy import load_policy

POLICY = load_policy()
RULES = {rule.id: rule for rule in POLICY.rules}
CATEGORIES = {rule.id: rule for rule in POLICY.categories}


def document(lines: int = 9) -> Document:
    blocks = tuple(Block("0123456789", Location("text", f"line {n}")) for n in range(1, lines + 1))
    return Document("a.txt", "text/plain", "", blocks, (join_blocks(blocks),))


def value(rule: str, block: int = 0, *, role: Role | None = None, evidence: tuple[str, ...] = ()) -> Finding:
    """Return a finding of an identifier rule as the detector makes it."""
    made = RULES[rule]
    return Finding(
        (Span(block, 0, 4),), rule, made.category, made.matter, made.entity, made.action, 0.9, "test", role, None,
        evidence,
    )  # fmt: skip


def cue(rule: str, *evidence: str, block: int = 8) -> Finding:
    """Return a finding of a category rule."""
    made = CATEGORIES[rule]
    return Finding(
        (Span(block, 5, 9),), rule, made.category, made.matter, CATEGORY_CUE, Action.FLAG, 0.9, "cues", None, None,
        evidence or ("titles", "patterns"),
    )  # fmt: skip


def suggest(
    findings: Sequence[Finding], context: ReleaseContext | None = None, policy: str = "default"
) -> LevelSuggestion:
    return classify(document(), findings, load_policy(policy), context or ReleaseContext())


def test_nothing_found_is_internal() -> None:
    suggestion = suggest([])
    assert (suggestion.level, suggestion.residual_level) == (Level.INTERNAL, Level.INTERNAL)
    assert suggestion.decision is Decision.RELEASE
    assert suggestion.categories == ()
    assert suggestion.term_years is None


def test_public_needs_evidence_and_a_person_unless_a_reference_is_given() -> None:
    suggestion = suggest([cue("published")])
    assert suggestion.level is Level.PUBLIC
    assert suggestion.needs_human == ("published_by_own_words",)
    assert suggestion.reasons[0].level is Level.PUBLIC
    assert suggest([cue("published")], ReleaseContext(reference="DOI 10.1/x")).needs_human == ()


def test_a_notice_that_calls_itself_public_stays_internal() -> None:
    assert suggest([cue("published"), cue("general_notice")]).level is Level.INTERNAL


def test_a_redacted_patient_record_is_internal() -> None:
    suggestion = suggest([value("resident_id"), value("medical_record_number", 1), cue("medical_record")])
    assert (suggestion.level, suggestion.residual_level) == (Level.SECRET, Level.INTERNAL)
    assert suggestion.decision is Decision.RELEASE_REDACTED
    assert suggestion.categories == ("patient_identity", "medical_record")
    assert suggestion.term_years is None  # patient data does not expire


def test_a_record_without_anybody_in_it_is_not_a_patients() -> None:
    suggestion = suggest([cue("medical_record")])
    assert suggestion.level is Level.INTERNAL
    assert suggestion.categories == ()


def test_what_the_recipient_keeps_keeps_its_level() -> None:
    findings = [value("medical_record_number"), cue("medical_record")]
    suggestion = classify(document(), findings, POLICY, ReleaseContext(), removed=lambda _: False)
    assert suggestion.residual_level is Level.SECRET
    assert suggestion.decision is Decision.APPROVE_THEN_RELEASE


@pytest.mark.parametrize(
    ("category", "payload", "level", "article_11"),
    [
        ("salary", "salary_column", Level.CONFIDENTIAL, Level.SECRET),
        ("bonus", "bonus_amount", Level.TOP_SECRET, Level.SECRET),
        ("finance", "finance_amount", Level.CONFIDENTIAL, Level.CONFIDENTIAL),
    ],
)
def test_payload(category: str, payload: str, level: Level, article_11: Level) -> None:
    findings = [cue(category), value(payload)]
    suggestion = suggest(findings)
    assert (suggestion.level, suggestion.residual_level) == (level, Level.INTERNAL)
    # A figure that was missed would still be there.
    assert f"payload_removed:{category}" in suggestion.needs_human
    assert suggestion.categories == (CATEGORIES[category].category,)
    assert suggestion.term_years == POLICY.terms_years[level]
    assert suggest(findings, policy="article-11").level is article_11
    # The category without its payload found: nobody knows that it is gone.
    assert suggest([cue(category)]).residual_level is level


@pytest.mark.parametrize(
    ("category", "statement"),
    [("personnel", "personnel_opinion"), ("decision", "decision_item"), ("epidemic", "epidemic_figure")],
)
def test_a_category_of_statements_keeps_its_level(category: str, statement: str) -> None:
    suggestion = suggest([cue(category), value(statement)])
    assert suggestion.residual_level is suggestion.level >= Level.SECRET
    assert suggestion.decision is Decision.APPROVE_THEN_RELEASE


def test_an_undecided_matter_is_at_least_secret_and_for_a_person() -> None:
    suggestion = suggest([cue("bonus"), value("bonus_amount")], policy="article-03")
    assert suggestion.level is Level.SECRET
    assert "level_undecided" in suggestion.needs_human


def test_a_state_mark_is_a_floor_and_refers_up() -> None:
    suggestion = suggest([value("state_mark", evidence=("position", "level:绝密"))])
    assert suggestion.level is suggestion.residual_level is Level.TOP_SECRET
    assert suggestion.decision is Decision.REFER_UP
    assert suggestion.categories == ("state_secret_mark",)
    assert "state_mark" in suggestion.needs_human


def test_a_hospital_mark_is_a_floor_that_stays() -> None:
    suggestion = suggest([value("hospital_mark", evidence=("level:机密",))])
    assert suggestion.level is suggestion.residual_level is Level.CONFIDENTIAL
    assert suggestion.categories == ()
    assert "hospital_mark" in suggestion.needs_human


def test_a_general_notice_exempts_wording_and_says_so() -> None:
    findings = [cue("general_notice"), cue("finance", "titles", "phrases")]
    suggestion = suggest(findings)
    assert suggestion.level is Level.INTERNAL
    assert "exempted:finance" in suggestion.needs_human


@pytest.mark.parametrize("evidence", ["columns", "patterns", "persons"])
def test_a_general_notice_never_exempts_evidence(evidence: str) -> None:
    assert suggest([cue("general_notice"), cue("salary", "titles", evidence)]).level is Level.CONFIDENTIAL


@pytest.mark.parametrize("evidence", ["columns", "persons"])
def test_a_published_text_never_exempts_a_table(evidence: str) -> None:
    suggestion = suggest([cue("published"), cue("salary", "titles", "patterns", evidence)])
    assert suggestion.level is Level.CONFIDENTIAL


def test_what_an_advertisement_says_of_pay_is_explained_and_said_so() -> None:
    suggestion = suggest([cue("published"), cue("salary", "patterns", "phrases")])
    assert suggestion.level is Level.PUBLIC
    assert "exempted:salary" in suggestion.needs_human


def test_an_amount_beside_a_name_is_explained_by_no_advertisement() -> None:
    findings = [cue("published"), cue("salary", "patterns"), value("salary_amount", 2), value("person_other", 2)]
    assert suggest(findings).level is Level.CONFIDENTIAL


def test_a_text_that_must_not_leave_is_no_advertisement() -> None:
    findings = [cue("published"), cue("self_declared", "phrases"), cue("salary", "patterns")]
    assert suggest(findings).level is Level.CONFIDENTIAL


@pytest.mark.parametrize("rule", ["resident_id", "medical_record_number", "passport", "bank_card"])
def test_a_published_text_never_lowers_a_numbered_identifier(rule: str) -> None:
    assert suggest([cue("published"), value(rule)]).level is Level.SECRET


def test_a_published_text_never_lowers_a_patients_name() -> None:
    assert suggest([cue("published"), value("person_patient", role=Role.PATIENT)]).level is Level.SECRET


def test_a_contact_in_a_published_text_is_removed_and_does_not_raise_it() -> None:
    suggestion = suggest([cue("published"), value("landline"), value("person_other", 1, role=Role.OTHER)])
    assert suggestion.level is Level.PUBLIC
    assert suggestion.decision is Decision.RELEASE_REDACTED
    assert "exempted:personal_data" in suggestion.needs_human


def test_a_published_hotline_does_not_raise_the_level() -> None:
    assert suggest([value("landline"), value("keep_public_contact")]).level is Level.INTERNAL
    assert suggest([value("landline"), value("keep_public_contact", 1)]).level is Level.SECRET


def test_staff_in_office_and_keep_rules_do_not_raise_the_level() -> None:
    assert suggest([value("person_staff", role=Role.STAFF), value("keep_icd_code", 1)]).level is Level.INTERNAL


def test_personal_data_belongs_to_the_category_it_stands_in() -> None:
    suggestion = suggest([cue("salary"), value("salary_amount"), value("resident_id", 1), value("credential", 2)])
    assert suggestion.categories == ("salary",)


def test_personal_data_alone_count_as_a_patients() -> None:
    assert suggest([value("mobile")]).categories == ("patient_identity",)


def test_a_channel_below_the_level_refuses() -> None:
    findings = [cue("personnel")]
    assert suggest(findings, ReleaseContext(channel="email")).decision is Decision.REFUSE
    assert suggest(findings, ReleaseContext(channel="hand")).decision is Decision.APPROVE_THEN_RELEASE
    redacted = [value("resident_id"), cue("medical_record")]
    assert suggest(redacted, ReleaseContext(channel="email")).decision is Decision.RELEASE_REDACTED


def test_a_recipient_that_needs_approval_gets_a_draft() -> None:
    context = ReleaseContext("vendor", name="珩曜公司", reference="院长办公会")
    assert suggest([], context).decision is Decision.APPROVE_THEN_RELEASE


def test_a_missing_requirement_is_named() -> None:
    assert "context_missing:reference" in suggest([], ReleaseContext("vendor", name="x")).needs_human


def test_genes_and_persons_do_not_go_abroad() -> None:
    context = ReleaseContext("foreign-party", name="x", reference="y")
    assert suggest([value("gene_variant")], context).decision is Decision.REFER_UP
    kept = classify(document(), [value("resident_id")], POLICY, context, removed=lambda _: False)
    assert kept.decision is Decision.REFER_UP
    assert suggest([value("resident_id")], context).decision is Decision.APPROVE_THEN_RELEASE


def test_a_special_disease_beside_a_patient_needs_approval() -> None:
    findings = [value("medical_record_number"), value("special_disease", 1)]
    suggestion = suggest(findings)
    assert "flagged:special_disease" in suggestion.needs_human
    assert suggestion.decision is Decision.APPROVE_THEN_RELEASE
    assert suggestion.approvers[-1] == "医务部"
    assert suggest(findings[1:]).decision is Decision.RELEASE  # nobody is in it


def test_unread_parts_need_a_person() -> None:
    unread = replace(document(), unread=(Unread("image", Location("page"), "no text"),))
    assert "unread" in classify(unread, [], POLICY, ReleaseContext()).needs_human


def test_reasons_name_rule_clause_quotation_and_place() -> None:
    suggestion = suggest([cue("bonus", block=3), value("bonus_amount", 2), value("mobile", 5)])
    first = suggestion.reasons[0]
    assert (first.rule, first.level) == ("bonus", Level.TOP_SECRET)
    assert first.clause.section == "第4篇 4.2.1"
    assert "绝密" in first.clause.quote
    assert first.where == (Location("text", "line 4"),)
    assert [reason.level.rank for reason in suggestion.reasons] == sorted(
        (reason.level.rank for reason in suggestion.reasons), reverse=True
    )


# Whole documents, written for this test: their level under `default` and their categories.
DOCUMENTS = {
    "payroll": (
        "临江区中心卫生院11月职工工薪发放表\n姓名\t岗位薪资\t工龄补贴\t扣五险一金\t到手金额\n"
        "葛青\t2680\t320\t611.20\t4488.80\n闵昊\t3120\t180\t702.50\t5247.50",
        "机密",
        {"salary"},
    ),
    "pay letter": (
        "Following the annual remuneration review your base pay will increase to $84,500 per annum. Your overtime rate "
        "becomes $58.20 an hour.\nHuman Resources, Northfield District Hospital",
        "机密",
        {"salary"},
    ),
    "bonus": (
        "关于科室超收节支奖励发放的说明\n心内科：核定奖励总额312,400元，科主任提取8%，其余按工作量分。\n上述数额请勿外传。",
        "绝密",
        {"bonus"},
    ),
    "balance sheet": (
        "资产负债表\n编制单位：青禾医院　单位：元\n项目\t年初数\t年末数\n货币资金\t31,204,551.20\t27,118,003.77\n"
        "短期借款\t40,000,000.00\t55,000,000.00",
        "机密",
        {"finance"},
    ),
    "plan": (
        "三年改革路线图（党委会审议件）\n1. 2025年底前撤销城西门诊部，人员并入总院；\n2. 与华康集团合资组建影像中心；",
        "机密",
        {"plan"},
    ),
    "contract": (
        "SERVICE LEVEL AGREEMENT between Westmere Hospital and Lumen Imaging Ltd\n1. Fee. The Hospital shall pay "
        "GBP 214,000 per annum in quarterly instalments.\n3. Either party may terminate on six months' notice.",
        "秘密",
        {"contract"},
    ),
    "network": (
        "Server handover notes\nehr-db01 192.168.40.12 login svc_ehr / Tulip!2291 ; VPN gateway pre-shared key "
        "Qz7-kk2M-88; firewall rule 14 is open to any.",
        "秘密",
        {"it_security"},
    ),
    "emergency record": (
        "急诊抢救记录\n患者姓名：贾小川 性别：男 急诊号：E20240511093\n患者因胸痛30分钟来诊，BP 88/50mmHg，"
        "立即予阿司匹林300mg嚼服。\n家属：邢玉 电话13512340000",
        "秘密",
        {"patient_identity", "medical_record"},
    ),
    "job advertisement": (
        "招聘启事\n面向社会公开招聘护士10名，月薪6000—8500元，奖金另计。咨询电话 0351-6655 7788。",
        "公开",
        set(),
    ),
    "published accounts": (
        "2023年度部门决算公开\n本年收入合计12,345.67万元。本说明在市政府网站公开，接受社会监督。",
        "公开",
        set(),
    ),
    "notice": ("关于召开财务工作会议的通知\n各科室：定于3月5日召开财务工作会议，布置预算编报时间安排。", "内部", set()),
    "blank form": (
        "科室奖金二次分配申报表（空白样张）\n姓名|工号|系数|应得奖金|签名\n---|---|---|---|---\n1||||\n2||||\n填表说明：用钢笔填写",
        "内部",
        set(),
    ),
    "rule book": (
        "青禾医院保密工作规定\n第六条 密级分绝密、机密、秘密三级。奖金资料定绝密，工资性收入定机密。\n"
        "第七条 标志写法：例如“机密★5年”。",
        "内部",
        set(),
    ),
}  # fmt: skip


@cache
def detector() -> Detector:
    return Detector(POLICY)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents(name: str) -> None:
    text, level, categories = DOCUMENTS[name]
    made = text_document(text)
    suggestion = classify(made, detector().detect(made), POLICY, ReleaseContext())
    assert suggestion.level is Level(level)
    assert set(suggestion.categories) == categories


@pytest.mark.parametrize("title", ["招聘公告", "关于放假的通知", "空白样张", "保密制度", "健康科普"])
def test_a_title_does_not_smuggle_a_payroll(title: str) -> None:
    text, _, _ = DOCUMENTS["payroll"]
    made = text_document(f"{title}\n{text}")
    assert classify(made, detector().detect(made), POLICY, ReleaseContext()).level >= Level.CONFIDENTIAL


def test_a_code_under_no_finding_in_a_patients_paper_is_for_a_person() -> None:
    blocks = (Block("住院号 0123456", Location("text")), Block("另见 QX880417", Location("text")))
    paper = Document("a.txt", "text/plain", "", blocks, (join_blocks(blocks),))
    made = RULES["medical_record_number"]
    number = Finding(
        (Span(0, 4, 11),), made.id, made.category, made.matter, made.entity, made.action, 0.9, "test"
    )  # fmt: skip
    rest = replace(number, spans=(Span(1, 3, 11),))
    assert "unexplained_code" in classify(paper, [number], POLICY, ReleaseContext()).needs_human
    assert "unexplained_code" not in classify(paper, [number, rest], POLICY, ReleaseContext()).needs_human
