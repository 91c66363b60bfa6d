from __future__ import annotations

import pytest
from detection_kit import make_policy, make_rule, removed, table_document, text_document

from hospital_redact.detection import Detector
from hospital_redact.model import Document, Rule

RULE = make_rule(recogniser="labelled_value", pattern=r"[0-9A-Z]{4,12}", context=("住院号", "MRN"))
COLUMN = make_rule(recogniser="table_column", pattern=r"[0-9.,]+", context=("实发",))


def texts(document: Document, rule: Rule = RULE) -> list[str]:
    return removed(document, Detector(make_policy(rule)).detect(document))


@pytest.mark.parametrize(
    "text",
    [
        "住院号:A12345",
        "住院号 A12345",
        "住 院 号：A12345",
        "住院号\tA12345",
        "住院号\nA12345",
        "住院号（本次）：A12345",
        "MRN A12345",
    ],
)
def test_value_beside_its_label(text: str) -> None:
    assert texts(text_document(text)) == ["A12345"]


def test_value_spaced_out_is_taken_whole() -> None:
    assert texts(text_document("住院号 2 0 2 4 0 8 8 1")) == ["2 0 2 4 0 8 8 1"]


@pytest.mark.parametrize("text", ["住院号：____ 床号：", "住院号 床号 姓名", "住院号见首页", "XMRNA12345"])
def test_no_value(text: str) -> None:
    assert texts(text_document(text)) == []


def test_value_under_its_header() -> None:
    rows = [["姓名", "住院号", "床号"], ["甲", "A12345", "B22222"]]
    assert texts(table_document(rows)) == ["A12345"]
    assert texts(text_document("姓名|住院号|床号\n---|---|---\n甲|A12345|B22222")) == ["A12345"]
    assert texts(text_document("姓名    住院号    床号\n甲      A12345    B22222")) == ["A12345"]


def test_column_values_are_all_found() -> None:
    rows = [["姓名", "应发", "实发"], ["甲", "100.00", "90.00"], ["乙", "200.00", "180.00"]]
    assert texts(table_document(rows), COLUMN) == ["90.00", "180.00"]


def test_headers_are_no_values() -> None:
    assert texts(text_document("实发\t合计\n单位\t元"), COLUMN) == []
