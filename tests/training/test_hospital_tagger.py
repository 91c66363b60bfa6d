"""The trained tagger as a user calls it: spans, clauses, long texts, the spaCy component, a changed file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hospital_redact.detection import hospital_tagger
from hospital_redact.detection.hospital_tagger import (
    CHUNK,
    decode,
    load_network,
    score,
)
from hospital_redact.detection.hospital_tagger import tag_persons as tag
from hospital_redact.errors import DetectionError

MIXED = st.text(alphabet="患者张伟王李丽因胸闷3天入院，。：\n\t Ab·́\ud800😀", max_size=80)


def names(text: str) -> list[str]:
    return [text[person.start : person.end] for person in tag(text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("患者陆晓彤因反复胸闷3天入院。", "陆晓彤"),
        ("值班护士熊佳慧已通知家属。", "熊佳慧"),
        ("由其女儿曹雨薇陪同就诊", "曹雨薇"),
        ("12\t尹建国\t男\t67\t冠心病", "尹建国"),
    ],
)
def test_persons_are_found(text: str, name: str) -> None:
    assert names(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "予阿托伐他汀20mg每晚一次，监测肝功能。",
        "双肺呼吸音清，未闻及干湿性啰音，心律齐。",
        "黄芪30g，白术15g，防风10g，当归12g，水煎服。",
        "",
        "\n\n",
    ],
)
def test_clinical_text_without_a_person_has_none(text: str) -> None:
    assert names(text) == []


@given(MIXED)
@settings(deadline=None, max_examples=60)
def test_spans_lie_in_the_text_in_order(text: str) -> None:
    end = 0
    for person in tag(text):
        assert end <= person.start < person.end <= len(text)
        assert 0 <= person.confidence <= 1
        end = person.end


def test_a_long_text_is_scored_as_its_parts_are() -> None:
    line = "患者陆晓彤因反复胸闷3天入院，值班护士熊佳慧。\n"
    whole = score(line * (2 * CHUNK // len(line) + 3), load_network())
    # Far from the ends of the text each line looks the same, also the two that lie across the borders of a chunk.
    inner = whole[len(line) : len(whole) - len(line)].reshape(-1, len(line), 4)
    assert len(whole) > 2 * CHUNK
    assert np.allclose(inner, inner[0], atol=1e-3)


def test_bias_trades_misses_for_false_alarms() -> None:
    output = score("患者陆晓彤因反复胸闷3天入院，值班护士熊佳慧。", load_network())
    assert decode(output, bias=1000.0)
    assert decode(output, bias=-1000.0) == []


def test_the_component_sets_persons() -> None:
    spacy = pytest.importorskip("spacy")
    hospital_tagger.register()
    pipeline = spacy.blank("zh")
    pipeline.add_pipe("hospital_redact_names")
    document = pipeline("患者陆晓彤因反复胸闷3天入院。")
    assert [(entity.text, entity.label_) for entity in document.ents] == [("陆晓彤", "PERSON")]


@pytest.mark.parametrize("content", [None, b"another model"])
def test_a_missing_or_changed_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    path = tmp_path / "weights.npz"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setattr(hospital_tagger, "WEIGHTS", path)
    load_network.cache_clear()
    try:
        with pytest.raises(DetectionError) as caught:
            load_network()
        assert caught.value.code == "HR302"
    finally:
        load_network.cache_clear()
