"""Who can still be recognised: three kinds of quasi-identifiers of one person that stay, with a coarser form."""

from __future__ import annotations

from functools import cache

import pytest

from hospital_redact.formats.text import document_of_text
from hospital_redact.model import Action, Finding, Recognisable, ReleaseContext, Role, Span
from hospital_redact.pipeline import Redactor
from hospital_redact.policy import load_policy
from hospital_redact.quasi_identifiers import count_persons, find_recognisable

POLICY = load_policy()

STORY = "医院故事\n张某（化名），苗族，37岁，云岭县人，与双胞胎姐姐同住，多年反复手抖，确诊为肝豆状核变性，治疗后好转。"
DATED = "医院故事\n张某（化名），养蜂人，2024年3月5日因反复手抖由家人送到急诊，确诊为肝豆状核变性。"
LETTER = (
    "CASE LETTER\nMRN 0012345 Patient: Rose May. A 37-year-old Tibetan, resident of Ashcombe, and a twin sister of a "
    "patient of ours, she was diagnosed with Fabry disease."
)


@cache
def redactor() -> Redactor:
    return Redactor()


def recognisable(text: str, context: ReleaseContext | None = None) -> tuple[Recognisable, ...]:
    return redactor().review_text(text, context=context or ReleaseContext()).suggestion.recognisable


def kinds(who: Recognisable) -> set[str]:
    return {item.kind for item in who.items}


def test_a_false_name_does_not_hide_a_person() -> None:
    (who,) = recognisable(STORY)
    assert kinds(who) >= {"minority", "kinship", "age", "rare_disease"}
    review = redactor().review_text(STORY)
    assert f"recognisable:{who.person}" in review.suggestion.needs_human
    # Nothing is edited by itself.
    offered = {item.spans for item in who.items}
    assert not [edit for edit in review.plan.edits if (edit.span,) in offered]


def test_each_has_a_coarser_form() -> None:
    (who,) = recognisable(STORY)
    made = document_of_text(DATED)
    findings = redactor().review_text(DATED).findings
    (dated,) = find_recognisable(made, findings, POLICY, lambda _: False)
    offers = {item.kind: (item.offer, item.replacement) for item in (*who.items, *dated.items)}
    assert offers["date"] == ("year_only", "2024年")
    assert offers["occupation"] == ("occupation_group", "")
    assert offers["age"] == ("age_band", "30—39岁")
    assert offers["rare_disease"] == ("disease_group", "某罕见病")
    assert offers["minority"] == ("leave_out", "")
    assert "肝豆" not in repr(who)
    assert "2024" not in repr(dated)


def test_english() -> None:
    (who,) = recognisable(LETTER)
    assert kinds(who) >= {"kinship", "rare_disease"}
    assert {i.replacement for i in who.items if i.kind == "age"} <= {"30–39 years old"}


def test_two_kinds_are_not_enough() -> None:
    assert recognisable("医院故事\n张某（化名），37岁，是一名养蜂人，确诊为肝豆状核变性。") == ()


def test_each_person_counts_alone() -> None:
    text = "随访\n张某，苗族，因头痛就诊，诊断为偏头痛。\n李某，养蜂人，因咳嗽就诊。\n王某，确诊为戈谢病，正在治疗。"
    assert recognisable(text) == ()


def test_whose_name_stays_is_known_anyway() -> None:
    record = STORY.replace("张某（化名）", "患者姓名：张伟").replace("医院故事", "出院小结 住院号：0004417820")
    context = ReleaseContext("referral-hospital", name="上级医院", subject="张伟")
    assert recognisable(record, context) == ()


@pytest.mark.parametrize(
    "text",
    [
        "关于教师节放假的通知\n2024年9月10日放假一天，请各科室安排值班。\n院办公室\n2024年9月1日",
        "健康科普：戈谢病是一种罕见病，37岁以上、养蜂人等人群应注意。发布日期：2024年3月5日",
    ],
)
def test_a_text_about_nobody(text: str) -> None:
    assert recognisable(text) == ()


def name(block: int, role: Role, subject: str | None) -> Finding:
    return Finding(
        (Span(block, 0, 2),), "person", "patient_identity", "patient", "PERSON_NAME", Action.PLACEHOLDER, 0.9, "test",
        role, subject,
    )  # fmt: skip


def quasi(block: int, kind: str) -> Finding:
    return Finding((Span(block, 3, 5),), "quasi", "none", "nothing", f"QUASI_{kind}", Action.FLAG, 0.6, "test")


def test_age_and_home_town_count_as_one() -> None:
    document = document_of_text("张伟 37岁，某县人，养蜂人，苗族")
    base = [name(0, Role.PATIENT, "person-1"), quasi(0, "OCCUPATION"), quasi(0, "MINORITY")]
    gone = lambda finding: finding.action is Action.PLACEHOLDER  # noqa: E731 - a plan in one line
    assert find_recognisable(document, [*base, quasi(0, "AGE")], POLICY, gone) == ()
    assert find_recognisable(document, [*base, quasi(0, "HOME_TOWN")], POLICY, gone) == ()
    (who,) = find_recognisable(document, [*base, quasi(0, "AGE"), quasi(0, "HOME_TOWN")], POLICY, gone)
    assert who.person == "person-1"
    assert find_recognisable(document, [*base, quasi(0, "AGE"), quasi(0, "HOME_TOWN")], POLICY, lambda _: False) == ()


def test_persons_are_counted_by_their_key() -> None:
    names = [name(0, Role.PATIENT, "person-1"), name(1, Role.PATIENT, "person-1"), name(2, Role.RELATIVE, "person-2")]
    assert count_persons([*names, name(3, Role.STAFF, "person-3"), name(4, Role.OTHER, None)]) == 3
