"""The decision matrix on situations made here: its order, who signs, and the clause."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hospital_redact.decisions import Situation, Verdict, decide
from hospital_redact.model import Decision, Level, ReleaseContext
from hospital_redact.policy import load_policy

POLICY = load_policy()
NOTHING = Situation(
    residual=Level.INTERNAL,
    staying=frozenset(),
    undecided=frozenset(),
    categories=(),
    flagged=frozenset(),
    persons=0,
    persons_stay=False,
    removes=False,
)
SECRET = replace(NOTHING, residual=Level.SECRET, staying=frozenset({"contract"}))
RECORD = replace(NOTHING, residual=Level.SECRET, staying=frozenset({"patient"}), persons=1, persons_stay=True)


def verdict(situation: Situation, recipient: str = "public", channel: str = "") -> Verdict:
    return decide(situation, POLICY, ReleaseContext(recipient, "名称", "某人", "", channel, "编号"))


def sections(made: Verdict) -> list[str]:
    return [reason.clause.section for reason in made.reasons]


def test_nothing_found_is_released_with_one_sign_off() -> None:
    made = verdict(NOTHING)
    assert made.decision is Decision.RELEASE
    assert made.approvers == POLICY.texts("approvers.publicity")


def test_what_is_removed_makes_a_redacted_release() -> None:
    assert verdict(replace(NOTHING, removes=True)).decision is Decision.RELEASE_REDACTED


# Each situation has all that stands below it as well, and the strictest rule wins.
ORDER = [
    (replace(SECRET, state_mark=True, copy_barred=True), "foreign-party", "post", Decision.REFER_UP, "第31条"),
    (replace(SECRET, persons_stay=True), "foreign-party", "post", Decision.REFUSE, "第1篇 三"),
    (replace(SECRET, staying=frozenset({"tender"})), "bidder", "", Decision.REFUSE, "第22条"),
    (replace(SECRET, persons_stay=True), "foreign-party", "hand", Decision.REFER_UP, "第38条"),
    (replace(SECRET, flagged=frozenset({"GENE_VARIANT"})), "foreign-party", "hand", Decision.REFER_UP, "第38条"),
    (replace(NOTHING, residual=Level.SECRET, undecided=frozenset({"plan"})), "public", "", Decision.REFER_UP, "第25条"),
    (SECRET, "public", "", Decision.APPROVE_THEN_RELEASE, "第4篇 5.4"),
]


@pytest.mark.parametrize(("situation", "recipient", "channel", "decision", "section"), ORDER)
def test_order(situation: Situation, recipient: str, channel: str, decision: Decision, section: str) -> None:
    made = verdict(situation, recipient, channel)
    assert made.decision is decision
    assert section in sections(made)


def test_an_undecided_matter_beside_a_decided_secret_is_approved() -> None:
    assert verdict(replace(SECRET, undecided=frozenset({"plan"}))).decision is Decision.APPROVE_THEN_RELEASE


def test_a_marked_original_without_an_approval_is_refused() -> None:
    made = verdict(replace(NOTHING, copy_barred=True))
    assert (made.decision, made.approvers) == (Decision.REFUSE, POLICY.texts("approvers.copy"))


@pytest.mark.parametrize("recipient", ["patient", "referral-hospital"])
def test_an_own_record_needs_no_approval(recipient: str) -> None:
    assert verdict(RECORD, recipient).decision is Decision.RELEASE
    assert verdict(replace(RECORD, removes=True), recipient).decision is Decision.RELEASE_REDACTED
    special = replace(RECORD, flagged=frozenset({"SPECIAL_DISEASE"}))
    assert verdict(special, recipient).decision is Decision.APPROVE_THEN_RELEASE
    second = replace(RECORD, look_at=("second_patient",))
    assert verdict(second, recipient).decision is Decision.APPROVE_THEN_RELEASE
    # What of the house stands in the record is no part of it.
    secret = replace(RECORD, staying=frozenset({"patient", "contract"}))
    assert verdict(secret, recipient).decision is Decision.APPROVE_THEN_RELEASE


def test_a_record_that_stays_for_anybody_else_is_approved() -> None:
    assert verdict(RECORD).decision is Decision.APPROVE_THEN_RELEASE


@pytest.mark.parametrize(
    ("flagged", "approver", "condition"),
    [("SPECIAL_DISEASE", "医务部", "consent_special_disease"), ("MINOR", "医务部", "consent_guardian")],
)
def test_what_raises_the_decision_names_who_signs(flagged: str, approver: str, condition: str) -> None:
    made = verdict(replace(NOTHING, flagged=frozenset({flagged}), persons=1, removes=True))
    assert made.decision is Decision.APPROVE_THEN_RELEASE
    assert approver in made.approvers
    assert condition in made.conditions
    assert verdict(replace(NOTHING, flagged=frozenset({flagged}))).decision is Decision.RELEASE


def test_more_persons_than_the_setting_raise_the_decision() -> None:
    limit = POLICY.number("release.many_persons")
    assert verdict(replace(NOTHING, persons=limit, removes=True)).decision is Decision.RELEASE_REDACTED
    many = verdict(replace(NOTHING, persons=limit + 1, removes=True))
    assert (many.decision, many.look_at) == (Decision.APPROVE_THEN_RELEASE, ("many_persons",))


def test_a_document_that_does_not_fit_is_for_a_person() -> None:
    made = verdict(replace(NOTHING, categories=("salary", "medical_record"), removes=True), "patient")
    assert made.decision is Decision.APPROVE_THEN_RELEASE
    assert made.look_at == ("unfit_document:salary",)
    assert verdict(replace(NOTHING, categories=("salary",))).look_at == ()


def test_what_stays_needs_a_channel_that_may_carry_it() -> None:
    assert "secure_channel" in verdict(RECORD, "patient").conditions
    assert "secure_channel" not in verdict(RECORD, "patient", "hand").conditions
    assert "secure_channel" not in verdict(NOTHING, "patient").conditions
