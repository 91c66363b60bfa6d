from __future__ import annotations

import logging
import pickle
import socket
import subprocess
import sys
from typing import Any

import pytest
import regex
from detection_kit import found, make_policy, make_rule, removed, shipped_detector, text_document
from hypothesis import given, settings
from hypothesis import strategies as st

from hospital_redact.detection import Detector, detector, find_terms
from hospital_redact.detection.presidio_bridge import built_in_recognizers
from hospital_redact.model import Action, Block, Document, Location, Segment, View, join_blocks

TEXT = "患者段雨桐，女，身份证11010119900307002X，电话13911223344。\nPatient: Jonathan Ashcroft, seen by Dr Lee."


def test_nothing_reaches_for_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert "段雨桐" in found(TEXT)


def test_import_loads_no_model() -> None:
    code = (
        "import sys, hospital_redact.detection;"
        "print([m for m in ('spacy', 'presidio_analyzer', 'onnxruntime') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_values_are_not_logged_or_shown(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        findings = shipped_detector().detect(text_document(TEXT))
    shown = caplog.text + repr(findings) + repr(shipped_detector())
    for value in ("段雨桐", "110101", "139112", "Ashcroft"):
        assert value not in shown


def test_findings_cross_processes() -> None:
    findings = shipped_detector().detect(text_document(TEXT))
    assert pickle.loads(pickle.dumps(findings)) == findings


def test_every_view_counts() -> None:
    blocks = (Block("0123", Location("page")), Block("住院号:", Location("page")), Block("4567", Location("page")))
    swapped = View("order", "住院号:01234567", (Segment(0, 1, 0, 4), Segment(4, 0, 0, 4), Segment(8, 2, 0, 4)))
    document = Document("x", "x", "0", blocks, (join_blocks(blocks), swapped))
    rule = make_rule(recogniser="labelled_value", pattern=r"\d{8}", context=("住院号",))
    (finding,) = Detector(make_policy(rule)).detect(document)
    assert [(s.block, s.start, s.end) for s in finding.spans] == [(0, 0, 4), (2, 0, 4)]


def test_overlaps_widen_and_name_by_priority() -> None:
    low = make_rule("low", entity="LOW", pattern=r"ABC\d{3}", priority=10)
    high = make_rule("high", entity="HIGH", pattern=r"\d{3}XYZ", priority=20)
    document = text_document("ABC123XYZ")
    (finding,) = Detector(make_policy(low, high)).detect(document)
    assert document.text_of(finding.spans) == "ABC123XYZ"
    assert finding.entity == "HIGH"


def test_number_is_found_again_without_label() -> None:
    rule = make_rule(recogniser="labelled_value", pattern=r"[A-Z]?\d{6,8}", context=("住院号",))
    document = text_document("住院号：A1234567\n扫描件 A1234567.pdf，旧号 99A12345678")
    findings = Detector(make_policy(rule)).detect(document)
    assert removed(document, findings) == ["A1234567", "A1234567"]
    assert len({f.subject for f in findings}) == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["A1", "B2B", " ", "x", "\n", "\u200b", "12"]), max_size=12))
def test_found_characters_are_found_once(parts: list[str]) -> None:
    document = text_document("".join(parts))
    rules = (make_rule("a", pattern=r"[AB]\d"), make_rule("b", pattern=r"\dB\s?x?"), make_rule("c", pattern=r"1\s*2"))
    places: list[tuple[int, int]] = []
    for finding in Detector(make_policy(*rules)).detect(document):
        assert finding.action is Action.MASK
        for span in finding.spans:
            assert span.end <= len(document.blocks[span.block].text)
            places.extend((span.block, i) for i in range(span.start, span.end))
    assert len(places) == len(set(places))


@pytest.mark.parametrize(
    ("text", "term", "value"),
    [
        ("甲方第五明公司", "第五明", "第五明"),
        ("第 五\n明", "第五明", "第 五明"),
        ("ＡＢＣ１２", "ABC12", "ＡＢＣ１２"),
        ("xABC12y", "ABC12", "ABC12"),
        ("A\u200bB", "AB", "A\u200bB"),
    ],
)
def test_terms_are_found_literally(text: str, term: str, value: str) -> None:
    document = text_document(text)
    (finding,) = find_terms(document, [term])
    assert document.text_of(finding.spans) == value
    assert (finding.rule, finding.entity, finding.action) == ("terms", "LISTED_TERM", Action.PLACEHOLDER)


def test_terms_are_case_sensitive_and_empty_ones_match_nothing() -> None:
    assert find_terms(text_document("abc"), ["ABC", "", "  ", "\u200b"]) == ()


@given(st.text(alphabet="ab １王", min_size=1, max_size=8), st.text(alphabet="xy\n", max_size=6))
def test_a_planted_term_is_always_found(term: str, around: str) -> None:
    document = text_document(around + term + around)
    covered = {(s.block, i) for f in find_terms(document, [term]) for s in f.spans for i in range(s.start, s.end)}
    assert bool(term.strip()) == bool(covered)


def test_mark_by_position() -> None:
    def marks(text: str) -> list[str]:
        document = text_document(text)
        return [document.text_of(f.spans) for f in shipped_detector().detect(document) if f.action is Action.STOP]

    assert marks("000023\n机密★5年\n特急\n关于某事的通知") == ["机密★5年"]
    assert marks("标志写法：密级在前，例如“机密★5年”，标在首页") == []
    assert marks("绝密级事项的保密期限不超过三十年") == []


def test_addresses() -> None:
    assert "湖里区殿前七里香公寓B座507" in found("租住湖里区殿前七里香公寓B座507，与人合租")
    assert found("区别不大，市场部的路线") == []
    assert found("请到杭州市西湖区人民医院复诊") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("短信：您10月6日的预约已改期，诊疗卡 450300-88102", True),
        ("招聘公告\n10月6日前报名，诊疗卡 450300-88102", False),
        ("短信：您10月6日的会议已改期", False),
    ],
)
def test_a_patients_number_opens_the_rules_of_records(text: str, found: bool) -> None:
    document = text_document(text)
    findings = shipped_detector().detect(document)
    assert any(finding.rule == "record_date" for finding in findings) is found


@pytest.mark.parametrize(
    "value",
    [
        "X1234567L",
        "12345678Z",
        "1234567-a",
        "RSSMRA85T10A562S",
        "S1234567D",
        "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
    ],
)
def test_presidio_is_asked_wherever_one_of_its_own_expressions_could_match(value: str) -> None:
    own: Any = built_in_recognizers()  # its expressions are no part of the type that presidio declares
    assert any(regex.search(p.regex, value, r.global_regex_flags) for r in own for p in r.patterns)
    assert detector._FOREIGN_NUMBER.search(f"码{value}。")
