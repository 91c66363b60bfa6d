"""People by their given names in English text, and the places, firms and references that bear the same names."""

from __future__ import annotations

import pytest
from detection_kit import found
from hypothesis import given, settings
from hypothesis import strategies as st

from hospital_redact.detection.words import words

LETTER = "CLINIC LETTER\nThe patient was admitted. MRN 0012345\n"
GIVEN = sorted(words("given_names"))


@given(
    name=st.sampled_from(GIVEN),
    rest=st.sampled_from(["on the day shift knows what to do.", "brought the tablets in.", "rang twice."]),
)
@settings(max_examples=60, deadline=None)
def test_a_given_name_alone_names_somebody(name: str, rest: str) -> None:
    assert any(name in value for value in found(f"{LETTER}We heard that {name} {rest}"))


@given(name=st.sampled_from(GIVEN), family=st.sampled_from(["Halloran", "Obi", "Kowalczyk", "Beddoes"]))
@settings(max_examples=40, deadline=None)
def test_the_family_name_belongs_to_it(name: str, family: str) -> None:
    assert any(f"{name} {family}" in value for value in found(f"{LETTER}Her friend, {name} {family}, drove."))


@pytest.mark.parametrize(
    "sentence",
    [
        "admitted to St James Hospital",
        "moved to Henry Ward yesterday",
        "near Martin Street car park",
        "the Adam Trust funded it",
        "see Thomas et al for details",
    ],
)
def test_places_and_references_are_nobody(sentence: str) -> None:
    names = {"James", "Henry", "Martin", "Adam", "Thomas"}
    assert not any(name in value for value in found(f"NOTICE\n{sentence}") for name in names)


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("I was told by PC 2281 Whelan that", "Whelan"),
        ("Officer J. Ramirez took the statement", "Ramirez"),
        ("Wife in Gdynia: Halyna, informed", "Halyna"),
        ("A 49-year-old woman (X.L.F., hospital no. 1073 5528) came", "X.L.F."),
        ("to MICU. Ms D awake and cross", "D"),
        ("CHAN WING SZE, your result is ready", "CHAN WING SZE"),
        ("Kim Min-jun collected her", "Kim Min-jun"),
        ("母 Aizhan Bekova 陪护", "Aizhan Bekova"),
        ("COWORKER ESTEBAN HIT THE STOP", "ESTEBAN"),
    ],
)
def test_other_signs_show_a_name(sentence: str, name: str) -> None:
    assert any(name in value for value in found(LETTER + sentence))


@pytest.mark.parametrize("line", ["Cc: JOHN SMITH", "To: KWABENA OSEI", "Attn: OLUWASEUN ADEBAYO"])
def test_capitals_behind_a_label_are_somebody(line: str) -> None:
    assert found(f"{LETTER}{line}\nYours sincerely") == ["0012345", line.partition(": ")[2]]


@pytest.mark.parametrize("line", ["CC: HAND CAUGHT in door", "Attn: Pharmacy Appeals", "To: PICU"])
def test_complaints_and_departments_behind_a_label_are_nobody(line: str) -> None:
    assert found(f"{LETTER}{line}\nYours sincerely") == ["0012345"]
