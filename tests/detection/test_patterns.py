from __future__ import annotations

import pytest
from detection_kit import make_policy, make_rule, removed, table_document, text_document

from hospital_redact.detection import Detector, patterns
from hospital_redact.errors import DetectionError
from hospital_redact.model import Action, Document, Rule


def texts(document: Document, *rules: Rule) -> list[str]:
    return removed(document, Detector(make_policy(*rules)).detect(document))


NUMBER = r"(?<![0-9A-Za-z])\d{6}(?![0-9A-Za-z])"


def test_group_value_narrows_the_span() -> None:
    rule = make_rule(pattern=r"工号(?P<value>\d{4})")
    assert texts(text_document("工号1234"), rule) == ["1234"]


@pytest.mark.parametrize("text", ["编号 123456", "编 号:123456", "编号\n123456"])
def test_context_is_required_and_found(text: str) -> None:
    rule = make_rule(pattern=NUMBER, context=("编号",), require_context=True)
    assert texts(text_document(text), rule) == ["123456"]
    assert texts(text_document("金额 123456"), rule) == []


def test_context_may_stand_in_the_column_header() -> None:
    rule = make_rule(pattern=NUMBER, context=("编号",), require_context=True)
    document = table_document([["项目", "编号", "金额"], ["甲", "123456", "654321"]])
    assert texts(document, rule) == ["123456"]
    assert texts(text_document("项目\t编号\t金额\n甲\t123456\t654321"), rule) == ["123456"]


def test_context_has_a_window() -> None:
    rule = make_rule(pattern=NUMBER, context=("编号",), require_context=True, window=4)
    assert texts(text_document("编号是这样的一个数字123456"), rule) == []


def test_failed_check_lowers_or_drops() -> None:
    text = text_document("身份证 110105194912310021")
    lowered = make_rule(pattern=r"\d{17}[\dX]", validator="cn_resident_id", failed_confidence=0.4)
    (finding,) = Detector(make_policy(lowered)).detect(text)
    assert finding.confidence == 0.4
    assert "failed_check" in finding.evidence
    dropping = make_rule(pattern=r"\d{17}[\dX]", validator="cn_resident_id")
    assert Detector(make_policy(dropping)).detect(text) == ()


def test_slow_pattern_is_an_error_and_names_only_the_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "TIMEOUT_SECONDS", 0.05)
    rule = make_rule("slow", pattern=r"(?:(?:a|aa)+)+x")
    with pytest.raises(DetectionError) as caught:
        Detector(make_policy(rule)).detect(text_document("a" * 60 + "张伟 x"))
    assert caught.value.code == "HR301"
    assert "slow" in str(caught.value)
    assert "张伟" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_values_at_window_edges_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "WINDOW", 50)
    monkeypatch.setattr(patterns, "OVERLAP", 20)
    text = "".join(f"项{i:06d}目" for i in range(100, 180))
    assert texts(text_document(text), make_rule(pattern=NUMBER)) == [f"{i:06d}" for i in range(100, 180)]


def test_keep_rule_cancels_weak_findings_only() -> None:
    keep = make_rule("keep", action=Action.KEEP, priority=90, pattern=r"批号\d{6}")
    weak = make_rule(pattern=NUMBER)
    labelled = make_rule("labelled", pattern=NUMBER, context=("住院号",))
    text = text_document("批号123456")
    assert texts(text, keep, make_rule("free", pattern=r"\d{6}")) == []
    assert texts(text_document("住院号123456"), keep, weak, labelled) == ["123456"]


def test_only_with_needs_its_category() -> None:
    rule = make_rule(pattern=NUMBER, only_with="salary")
    assert texts(text_document("金额123456"), rule) == []


@pytest.mark.parametrize(
    "text",
    [
        "电话 138 0013 8000",
        "电话138-0013-8000",
        "电话１３８００１３８０００",
        "电话1380\u200b013\u200b8000",
        "电话 1 3 8 0 0 1 3 8 0 0 0",
        "电话 1380013\n8000",
        "电话一三八零零一三八零零零",
    ],
)
def test_numbers_in_disguise(text: str) -> None:
    rule = make_rule(
        pattern=r"(?<![0-9A-Za-z])1[3-9]\d(?:[ -]?\d{4}){2}(?![0-9A-Za-z])", validator="cn_mobile", context=("电话",)
    )
    document = text_document(text)
    (value,) = texts(document, rule)
    assert value[-1] in "0０零"
    covered = sum(len(part) for part in value.split())
    assert covered >= 11


def test_squeezed_numbers_need_evidence() -> None:
    rule = make_rule(pattern=r"(?<!\d)1[3-9]\d{9}(?!\d)", validator="cn_mobile")
    assert texts(text_document("读数 7.2 138 0013 800 0.5"), rule) == []
