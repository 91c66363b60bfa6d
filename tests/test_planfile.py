"""The plan as JSON: it comes back as it was, a person's changes are signed, mistakes are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hospital_redact.errors import PlanError
from hospital_redact.formats.text import document_of_text
from hospital_redact.model import AcceptedUnread, Edit, Kept, RedactionPlan, ReleaseContext, Span
from hospital_redact.planfile import dump_plan, hash_plan, load_plan

DOCUMENT = document_of_text("姓名：赵小满\n电话：13900001111", sha256="0" * 64)
PLAN = RedactionPlan(
    DOCUMENT.sha256,
    DOCUMENT.digest,
    "default",
    "1" * 64,
    ReleaseContext("insurer", "某保险公司", "赵小满", reference="C-1"),
    (
        Edit("e1", Span(0, 3, 6), "[患者1]", "person_patient", "patient_identity", "PERSON", "前言 范围1", "g1"),
        Edit("e2", Span(1, 3, 14), "*" * 11, "mobile", "patient_identity", "PHONE", "前言 范围1", "g2", "mask"),
    ),
    (Kept("k1", (Span(0, 0, 2),), "r", "patient_identity", "X", "context:insurer"),),
    (AcceptedUnread("image", "page 1", "王审", "院徽"),),
)


def edited(change: dict[str, Any], *, edit: int = 0) -> str:
    data = json.loads(dump_plan(PLAN, DOCUMENT))
    data["edits"][edit].update(change)
    return json.dumps(data)


def test_a_plan_comes_back_as_it_was() -> None:
    assert load_plan(dump_plan(PLAN, DOCUMENT)) == PLAN
    assert load_plan(dump_plan(PLAN, DOCUMENT, show_values=True)) == PLAN


def test_values_stand_in_the_file_only_when_asked_for() -> None:
    hidden, shown = dump_plan(PLAN, DOCUMENT), dump_plan(PLAN, DOCUMENT, show_values=True)
    assert "13900001111" not in hidden
    assert "13900001111" in shown


def test_a_rejected_edit_is_kept_with_who_and_why() -> None:
    plan = load_plan(edited({"status": "rejected", "by": "王审", "why": "已公开"}))
    assert [e.id for e in plan.edits] == ["e2"]
    assert Kept("e1", (Span(0, 3, 6),), "person_patient", "patient_identity", "PERSON", "已公开", "王审") in plan.kept


def test_an_edit_can_be_added_widened_and_worded_otherwise() -> None:
    data = json.loads(dump_plan(PLAN, DOCUMENT))
    data["edits"][0].update(start=0, replacement="[略]", by="王审", why="连标签")
    data["edits"].append({"block": 1, "start": 0, "end": 2, "replacement": "", "by": "王审", "why": "多余"})
    plan = load_plan(json.dumps(data))
    assert (plan.edits[0].span, plan.edits[0].replacement) == (Span(0, 0, 6), "[略]")
    assert (plan.edits[2].span, plan.edits[2].by) == (Span(1, 0, 2), "王审")


@pytest.mark.parametrize(
    "change",
    [
        {"status": "rejected"},
        {"status": "rejected", "by": "王审"},
        {"status": "rejected", "by": " ", "why": "x"},
        {"status": "dropped"},
        {"rejected": True},
        {"start": -1},
        {"start": 9, "end": 3},
        {"block": "zero"},
    ],
)
def test_mistakes_are_refused_without_their_values(change: dict[str, Any]) -> None:
    with pytest.raises(PlanError) as caught:
        load_plan(edited(change))
    assert caught.value.code == "HR401"
    assert "赵小满" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "{}", "not json", '{"schema_version": 2}'])
def test_what_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(PlanError) as caught:
        load_plan(text)
    assert caught.value.code == "HR401"
    assert caught.value.__cause__ is None


def test_the_hash_covers_every_decision() -> None:
    assert hash_plan(PLAN) == hash_plan(load_plan(dump_plan(PLAN, DOCUMENT)))
    assert hash_plan(PLAN) != hash_plan(load_plan(edited({"end": 5})))
