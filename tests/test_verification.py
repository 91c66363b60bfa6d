"""Each rule of the verification finds the mistake that it is there for."""

from __future__ import annotations

import dataclasses

import pytest

from hospital_redact.errors import VerificationError
from hospital_redact.formats import read_document
from hospital_redact.formats.base import Source
from hospital_redact.formats.text import FORMAT
from hospital_redact.model import Document, Edit, Finding, RedactionPlan, ReleaseContext, Span, Verification
from hospital_redact.policy import load_policy
from hospital_redact.replacements import squeeze
from hospital_redact.verification import removed_values, require_passed, verify_copy

POLICY = load_policy("default")
TEXT = "姓名：赵小满\n电话：139 5710 0321\n床号：12\n复查12日\n赵小满之女陪同\n"


def document_of(text: str) -> Document:
    return read_document(Source("a.txt", text.encode()))


def plan_of(document: Document, *removed: tuple[str, str]) -> RedactionPlan:
    edits: list[Edit] = []
    for value, replacement in removed:
        for number, block in enumerate(document.blocks):
            start = block.text.find(value)
            if start >= 0:
                span = Span(number, start, start + len(value))
                name = f"e{len(edits)}"
                edits.append(Edit(name, span, replacement, "r", "patient_identity", "X", "", name))
    return RedactionPlan(document.sha256, document.digest, POLICY.id, POLICY.version, ReleaseContext(), tuple(edits))


SOURCE = Source("a.txt", TEXT.encode())


def nothing(_: Document) -> tuple[Finding, ...]:
    return ()


def verify(copy: str, plan: RedactionPlan, encoding: str = "utf-8") -> Verification:
    return verify_copy(
        document_of(TEXT),
        plan,
        Source("a.txt", copy.encode(encoding)),
        source=SOURCE,
        format_=FORMAT,
        policy=POLICY,
        detect=nothing,
    )


PLAN = plan_of(document_of(TEXT), ("赵小满", "[患者1]"), ("139 5710 0321", "[电话1]"))
GOOD = TEXT.replace("赵小满", "[患者1]").replace("139 5710 0321", "[电话1]")


def failed(verification: Verification) -> set[str]:
    return {check.name for check in verification.checks if not check.passed}


def test_the_right_copy_passes() -> None:
    verification = verify(GOOD, PLAN)
    assert verification.passed
    assert verification.edits_proved == 3
    require_passed(verification)


@pytest.mark.parametrize(
    ("copy", "names"),
    [
        (GOOD.replace("[患者1]之女", "赵小满之女"), {"copy equals plan", "removed values are nowhere in the file"}),
        (GOOD.replace("[电话1]", "139 57"), {"copy equals plan"}),
        (GOOD.replace("复查12日", "复查13日"), {"copy equals plan"}),
        (GOOD + "１３９５７１００３２１\n", {"copy equals plan", "removed values are nowhere in the file"}),
        (GOOD.replace("陪同", "陪同赵\u200b小满"), {"copy equals plan", "removed values are nowhere in the file"}),
    ],
)
def test_a_wrong_copy_is_found(copy: str, names: set[str]) -> None:
    verification = verify(copy, PLAN)
    assert failed(verification) == names
    with pytest.raises(VerificationError) as caught:
        require_passed(verification)
    assert caught.value.code in ("HR501", "HR502")
    assert "赵" not in str(caught.value)


def test_a_value_kept_elsewhere_is_proved_by_its_place() -> None:
    document = document_of(TEXT)
    bed = next(n for n, b in enumerate(document.blocks) if b.text == "床号：12")
    edit = Edit("e", Span(bed, 3, 5), "**", "r", "patient_identity", "BED", "", "g")
    plan = dataclasses.replace(PLAN, edits=(edit,))
    assert "12" not in removed_values(document, plan)
    assert verify(TEXT.replace("床号：12", "床号：**"), plan).passed
    assert failed(verify(TEXT.replace("复查12日", "复查**日"), plan)) == {"copy equals plan"}


def test_a_copy_that_cannot_be_read_is_not_proved() -> None:
    verification = verify_copy(
        document_of(TEXT),
        PLAN,
        Source("a.txt", b"\x81"),
        source=SOURCE,
        format_=FORMAT,
        policy=POLICY,
        detect=nothing,
    )
    assert failed(verification) == {"the copy can be read"}
    with pytest.raises(VerificationError):
        require_passed(verification)


def test_no_check_is_no_proof() -> None:
    empty = Verification((), 0, 0, 0, 0, 0)
    assert not empty.passed
    with pytest.raises(VerificationError):
        require_passed(empty)


@pytest.mark.parametrize(
    ("copy", "names"),
    [
        (TEXT.replace("赵小满", "XXX").replace("139 5710 0321", ""), set()),
        (TEXT.replace("赵小满", "XXX").replace("139 5710 0321", "139****0321"), {"copy equals plan"}),
        (TEXT.replace("赵小满", "XXX").replace("139 5710 0321", "").replace("陪同", "离开"), {"copy equals plan"}),
        (TEXT, {"copy equals plan", "removed values are nowhere in the file"}),
    ],
)
def test_another_tools_copy_may_word_its_replacements_and_nothing_else(copy: str, names: set[str]) -> None:
    document = document_of(TEXT)
    verification = verify_copy(
        document,
        PLAN,
        Source("a.txt", copy.encode()),
        source=SOURCE,
        format_=FORMAT,
        policy=POLICY,
        detect=nothing,
        foreign=True,
    )
    assert failed(verification) == names


def test_values_are_compared_after_folding() -> None:
    assert squeeze("１３９\u00a05710\u200b 0321") == "13957100321"
