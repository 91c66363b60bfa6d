from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_redact.detection.normalisation import normalise

ODD = "\u200b\u200d\u00ad\u202e\ufe0f\U000e0041\u0301\u0327ｅ１２：㎎ﬁ①　王·・Å\u034f\u115f가각"
TEXTS = st.text(alphabet=st.one_of(st.sampled_from(ODD), st.characters(codec="utf-8")), max_size=60)


@given(TEXTS)
def test_map_is_monotone_and_inside_the_original(text: str) -> None:
    result = normalise(text)
    assert len(result.text) == len(result.starts) == len(result.ends)
    assert all(0 <= a < b <= len(text) for a, b in zip(result.starts, result.ends, strict=True))
    assert list(result.starts) == sorted(result.starts)
    assert list(result.ends) == sorted(result.ends)


@given(TEXTS)
def test_every_visible_character_is_reached(text: str) -> None:
    result = normalise(text)
    reached = {i for a, b in zip(result.starts, result.ends, strict=True) for i in range(a, b)}
    for i, char in enumerate(text):
        if char.isalnum() and unicodedata.category(char) != "Cf" and normalise(char).text:
            assert i in reached


@given(TEXTS)
def test_plain_text_is_left_alone(text: str) -> None:
    once = normalise(text).text
    assert all(normalise(char).text for char in once)


@given(st.text(alphabet="0123456789", min_size=1, max_size=20), st.sampled_from("\u200b\u00ad\u2060\ufe0f\u202d"))
def test_invisible_characters_inside_a_number_are_covered(digits: str, hidden: str) -> None:
    text = hidden.join(digits)
    result = normalise(text)
    assert result.text == digits
    assert result.original(0, len(digits)) == (0, len(text))


@given(st.text(alphabet="０１２３４５６７８９", min_size=1, max_size=20))
def test_full_width_digits_are_digits(digits: str) -> None:
    result = normalise(digits)
    assert result.text.isascii()
    assert result.original(0, len(digits)) == (0, len(digits))


@pytest.mark.parametrize(
    ("text", "folded"), [("e\u0301x", "éx"), ("㎎", "mg"), ("王\u3000伟", "王 伟"), ("a\x00b", "ab")]
)
def test_folding(text: str, folded: str) -> None:
    assert normalise(text).text == folded


def test_ranges_outside_are_refused() -> None:
    with pytest.raises(IndexError):
        normalise("王").original(0, 2)


def test_repr_holds_no_text() -> None:
    assert "张伟" not in repr(normalise("张伟"))
