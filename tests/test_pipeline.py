"""The flow end to end on text: what is written is proved, and what fails leaves nothing."""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import pickle
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest
from support import LETTER, LETTER_VALUES

import hospital_redact as hr
from hospital_redact.formats.base import Source
from hospital_redact.formats.text import FORMAT
from hospital_redact.model import Decision, Edit, Kept, Level, RedactionPlan, RemovedPart, Span


@pytest.fixture(scope="module")
def redactor() -> hr.Redactor:
    return hr.Redactor(policy="default")


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "转诊单.txt"
    path.write_text(LETTER, encoding="utf-8")
    return path


def test_the_five_lines_of_the_readme(redactor: hr.Redactor, letter: Path, tmp_path: Path) -> None:
    before = hashlib.sha256(letter.read_bytes()).hexdigest()
    review = redactor.review(letter)
    copy = redactor.redact(review, tmp_path / "out" / letter.name)
    written = copy.path.read_text(encoding="utf-8")
    assert not [value for value in LETTER_VALUES if value in written]
    assert "[患者1]" in written
    assert written.count("\n") == LETTER.count("\n")
    assert copy.verification.passed
    assert review.suggestion.level >= Level.SECRET
    assert review.suggestion.residual_level < review.suggestion.level
    assert all(reason.clause.section for reason in review.suggestion.reasons)
    assert hashlib.sha256(letter.read_bytes()).hexdigest() == before
    assert sorted(p.name for p in copy.path.parent.iterdir()) == [letter.name]


def test_text_and_bytes_work_like_files(redactor: hr.Redactor, letter: Path) -> None:
    of_file, of_bytes, of_text = (
        redactor.review(letter),
        redactor.review(LETTER.encode(), name=letter.name),
        redactor.review_text(LETTER),
    )
    assert [f.spans for f in of_file.removed] == [f.spans for f in of_bytes.removed]
    assert [f.spans for f in of_file.removed] == [f.spans for f in of_text.removed]


def test_everything_between_steps_can_be_pickled_and_shows_no_text(redactor: hr.Redactor, letter: Path) -> None:
    review = redactor.review(letter)
    assert pickle.loads(pickle.dumps(review)).plan == review.plan
    parts = [review, review.document, review.plan, review.suggestion, *review.findings, *review.document.blocks]
    shown = " ".join(map(repr, [*parts, *review.document.views, *review.plan.edits, *review.plan.kept]))
    assert not [value for value in LETTER_VALUES if value in shown]
    assert not [value for value in LETTER_VALUES if value in " ".join(map(str, review.suggestion.reasons))]


BrokenWrite = Callable[[Source, RedactionPlan, BinaryIO], tuple[RemovedPart, ...]]


def leaves_a_value(source: Source, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
    return FORMAT.__class__.write(FORMAT, source, dataclasses.replace(plan, edits=plan.edits[1:]), target)


def leaves_half_a_value(source: Source, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
    edit = max(plan.edits, key=lambda e: e.span.end - e.span.start)
    half = dataclasses.replace(edit, span=Span(edit.span.block, edit.span.start, edit.span.end - 2))
    edits = tuple(half if e is edit else e for e in plan.edits)
    return FORMAT.__class__.write(FORMAT, source, dataclasses.replace(plan, edits=edits), target)


def appends_a_value(source: Source, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
    removed = FORMAT.__class__.write(FORMAT, source, plan, target)
    target.write(LETTER_VALUES[-1].encode("utf-16-le"))
    return removed


def loses_a_line(source: Source, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
    whole = source.data.split(b"\n")
    shorter = Source(source.name, b"\n".join(whole[:-2]))
    return FORMAT.__class__.write(FORMAT, shorter, plan, target)


def writes_nothing(source: Source, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
    return ()


def breaks_in_the_middle(source: Source, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
    target.write(source.data[:20])
    raise OSError("disk full")


@pytest.mark.parametrize(
    "write",
    [leaves_a_value, leaves_half_a_value, appends_a_value, loses_a_line, writes_nothing, breaks_in_the_middle],
)
def test_the_draft_of_a_broken_writer_is_deleted(
    write: BrokenWrite, redactor: hr.Redactor, letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = redactor.review(letter)
    monkeypatch.setattr(FORMAT, "write", write)
    out = tmp_path / "out"
    with pytest.raises(hr.HospitalRedactError) as caught:
        redactor.redact(review, out / letter.name)
    assert caught.value.code[:3] in ("HR5", "HR7")
    assert list(out.iterdir()) == []
    assert not [value for value in LETTER_VALUES if value in str(caught.value)]


def test_a_rejected_finding_stays_and_is_accounted_for(redactor: hr.Redactor, letter: Path, tmp_path: Path) -> None:
    review = redactor.review(letter)
    group = next(e for e in review.plan.edits if e.entity != "PERSON_NAME" and e.span.end - e.span.start >= 11)
    value = review.document.text_of((group.span,))
    same = [e for e in review.plan.edits if review.document.text_of((e.span,)) == value]
    kept = tuple(Kept(e.id, (e.span,), e.rule, e.category, e.entity, "已公开", "王审") for e in same)
    plan = dataclasses.replace(
        review.plan, edits=tuple(e for e in review.plan.edits if e not in same), kept=(*review.plan.kept, *kept)
    )
    copy = redactor.redact(redactor.with_plan(review, plan), tmp_path / "out.txt")
    assert value in copy.path.read_text(encoding="utf-8")
    assert copy.verification.kept >= 1


def test_an_edit_taken_away_without_a_word_fails(redactor: hr.Redactor, letter: Path, tmp_path: Path) -> None:
    review = redactor.review(letter)
    plan = dataclasses.replace(review.plan, edits=review.plan.edits[:-1])
    with pytest.raises(hr.PlanError) as refused:
        redactor.with_plan(review, plan)
    assert refused.value.code == "HR401"
    with pytest.raises(hr.VerificationError) as caught:
        redactor.redact(dataclasses.replace(review, plan=plan), tmp_path / "out.txt")
    assert caught.value.code == "HR503"
    assert not (tmp_path / "out.txt").exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"source_sha256": "0" * 64}, "HR402"),
        ({"document_digest": "0" * 64}, "HR403"),
        ({"policy_version": "0" * 64}, "HR403"),
        ({"policy_id": "article-11"}, "HR403"),
    ],
)
def test_a_plan_for_something_else_is_refused(
    change: dict[str, str], code: str, redactor: hr.Redactor, letter: Path
) -> None:
    review = redactor.review(letter)
    with pytest.raises(hr.PlanError) as caught:
        redactor.with_plan(review, dataclasses.replace(review.plan, **change))  # type: ignore[arg-type]
    assert caught.value.code == code


def test_edits_outside_the_document_or_over_each_other_are_refused(redactor: hr.Redactor, letter: Path) -> None:
    review = redactor.review(letter)
    first = review.plan.edits[0]
    for bad in (Span(9999, 0, 1), Span(first.span.block, 0, 99_999), first.span):
        edit = Edit("x", bad, "", "person", "terms", "BY_HAND", "", "gx", by="a", why="b")
        plan = dataclasses.replace(review.plan, edits=(*review.plan.edits, edit))
        with pytest.raises(hr.PlanError) as caught:
            redactor.with_plan(review, plan)
        assert caught.value.code == "HR404"


def test_a_state_mark_writes_nothing(redactor: hr.Redactor, tmp_path: Path) -> None:
    review = redactor.review_text("机密★5年\n特急\n\n关于某事项的报告\n" + LETTER)
    assert review.suggestion.decision is Decision.REFER_UP
    assert review.suggestion.level >= Level.CONFIDENTIAL
    with pytest.raises(hr.OutputError) as caught:
        redactor.redact(review, tmp_path / "a.txt")
    assert caught.value.code == "HR701"
    assert list(tmp_path.iterdir()) == []


def test_listed_terms_go_everywhere_and_nothing_else_does(redactor: hr.Redactor, letter: Path, tmp_path: Path) -> None:
    review = redactor.review(letter, terms=["胆囊结石"], terms_only=True)
    copy = redactor.redact(review, tmp_path / "out.txt")
    written = copy.path.read_text(encoding="utf-8")
    assert "胆囊结石" not in written
    assert LETTER_VALUES[0] in written
    assert copy.status == "draft"


def test_no_value_reaches_a_log(
    redactor: hr.Redactor, letter: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    redactor.redact(redactor.review(letter), tmp_path / "out.txt")
    assert not [value for value in LETTER_VALUES if value in caplog.text]


def test_the_name_of_a_copy_is_redacted_too(redactor: hr.Redactor, tmp_path: Path) -> None:
    path = tmp_path / f"{LETTER_VALUES[0]}-转诊单.txt"
    path.write_text(LETTER, encoding="utf-8")
    review = redactor.review(path)
    assert LETTER_VALUES[0] not in review.output_name
    assert redactor.redact(review, tmp_path / "out" / review.output_name).verification.passed
    with pytest.raises(hr.VerificationError):
        redactor.redact(review, tmp_path / "out" / path.name)


def quotes_the_document(source: Source, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
    raise ValueError(source.data.decode())


def test_a_plug_ins_exception_is_not_passed_on(
    redactor: hr.Redactor, letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = redactor.review(letter)
    monkeypatch.setattr(FORMAT, "write", quotes_the_document)
    with pytest.raises(hr.HospitalRedactError) as caught:
        redactor.redact(review, tmp_path / "out" / "a.txt")
    assert caught.value.code == "HR900"
    shown = "".join(traceback.format_exception(caught.value))
    assert not [value for value in LETTER_VALUES if value in shown]
    assert list((tmp_path / "out").iterdir()) == []
