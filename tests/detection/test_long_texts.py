"""Long texts are searched in overlapping windows: a value across a border is found, once, at its place."""

from __future__ import annotations

import pytest
from detection_kit import make_policy, make_rule, removed, shipped_detector, text_document
from hypothesis import given, settings
from hypothesis import strategies as st

from hospital_redact.detection import Detector, patterns

FILLER = "查体：神志清楚，双肺呼吸音清，未闻及干湿性啰音，腹软，无压痛及反跳痛。"
RULE = make_rule(pattern=r"(?<![0-9A-Za-z])\d{6}(?:\s?-\s?\d{4})?(?![0-9A-Za-z])")


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 120), st.sampled_from(["123456", "123456-7890", "123456 -\n7890"]))
def test_a_value_anywhere_about_a_border_is_found_whole(before: int, value: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patterns, "WINDOW", 60)
        patch.setattr(patterns, "OVERLAP", 30)
        document = text_document("x" * before + " " + value + " " + "x" * 80)
        assert removed(document, Detector(make_policy(RULE)).detect(document)) == ["".join(value.split("\n"))]


def test_an_expression_without_bound_goes_on_over_borders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "WINDOW", 100)
    monkeypatch.setattr(patterns, "OVERLAP", 60)
    rule = make_rule(pattern=r"(?s)开始.*?结束")
    document = text_document("字" * 70 + "开始" + "值" * 40 + "结束" + "字" * 150)
    (value,) = removed(document, Detector(make_policy(rule)).detect(document))
    assert value == "开始" + "值" * 40 + "结束"


def test_findings_in_a_long_text_are_those_of_its_parts() -> None:
    letters = [f"患者段雨桐，电话1391122{n:04d}，住院号0{n:06d}。\n" + FILLER * 4 for n in range(300)]
    document = text_document("\n".join(letters))
    assert sum(map(len, letters)) > 2 * patterns.WINDOW
    values = removed(document, shipped_detector().detect(document))
    for number in range(300):
        assert values.count(f"1391122{number:04d}") == 1
        assert values.count(f"0{number:06d}") == 1
    assert values.count("段雨桐") == 300
