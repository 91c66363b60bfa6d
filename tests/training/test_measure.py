"""The figures of decision 0007: how they are counted, and that its tables come from the script."""

from __future__ import annotations

import pytest
from support import ROOT

pytest.importorskip("pycrfsuite", reason="python-crfsuite is not installed: training/requirements.txt")

from training.measure import CANDIDATES, SETTINGS, Text, by_both, by_lac, f1_and_recall


def test_exact_spans_and_characters_are_counted() -> None:
    texts = [Text("何平和陆晓彤", [(0, 2), (3, 6)])]
    assert f1_and_recall(texts, [[(0, 2), (3, 6)]]) == (100.0, 100.0)
    f1, recall = f1_and_recall(texts, [[(0, 2), (3, 5)]])
    assert f1 == pytest.approx(50.0)
    assert recall == pytest.approx(80.0)
    assert f1_and_recall(texts, [[]]) == (0.0, 0.0)


def test_united_findings_hold_those_of_lac() -> None:
    text = "患者陆晓彤因反复胸闷3天入院，值班护士熊佳慧。"
    assert set(by_lac(text)) <= set(by_both(text))


def test_the_decision_has_a_row_for_each_candidate() -> None:
    page = (ROOT / "docs" / "decisions" / "0007-taggers.md").read_text(encoding="utf-8")
    assert all(f"| {name} |" in page for name in (*CANDIDATES, *SETTINGS))
    assert "| everything |" in page
