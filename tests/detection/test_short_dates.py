"""Month and day without a word for either, in documents whose other dates tell what they are."""

from __future__ import annotations

import pytest
from detection_kit import found
from hypothesis import given, settings
from hypothesis import strategies as st

from hospital_redact.detection.short_dates import find_short_dates

RECORD = "出院记录\n住院号：0098213\n入院诊断：肺炎\n入院日期：2025年{month}月2日\n"
LETTER = "DISCHARGE SUMMARY\nThe patient was admitted on 09/02/2025. MRN 0012345\n"


@given(
    month=st.integers(1, 12),
    day=st.integers(1, 28),
    mark=st.sampled_from("/"),
    verb=st.sampled_from(["拆线", "复查", "出院", "做的", "转入"]),
)
@settings(max_examples=40, deadline=None)
def test_a_slash_date_near_the_dates_of_its_record_is_found(month: int, day: int, mark: str, verb: str) -> None:
    date = f"{month}{mark}{day}"
    assert any(date in value for value in found(f"{RECORD.format(month=month)}切口{date}{verb}。"))


@pytest.mark.parametrize(
    ("sentence", "date"),
    [
        ("6.12 03:20 返ICU。", "6.12"),
        ("手足口复诊改到6-23，地点不变。", "6-23"),
        ("王子轩的6-22手足口复诊已取消。", ""),
        ("3.16复查血象正常。", ""),
    ],
)
def test_points_and_hyphens_need_a_clock_an_appointment_or_an_act(sentence: str, date: str) -> None:
    text = RECORD.format(month=6) + sentence
    ranges = [text[start:end] for start, end in find_short_dates(text)]
    assert (date in ranges) if date else True


@pytest.mark.parametrize(
    "measure",
    [
        "右侧肌力 4/5，余正常",
        "淋巴结转移 2/6",
        "疼痛评分 3/10",
        "每日 1-2 次",
        "血钾 6.12 mmol/L",
        "下1/3段",
        "视力 5/6",
    ],
)
def test_measures_of_a_record_are_no_dates(measure: str) -> None:
    text = RECORD.format(month=5) + measure
    assert [*find_short_dates(text)] == []


@pytest.mark.parametrize(
    "sentence", ["Echo 9/3 as above", "transitioned to PO 9/6. Home", "His 9/18 MRI shows", "rash since 9/4"]
)
def test_american_short_dates_are_found(sentence: str) -> None:
    date = next(word for word in sentence.replace(".", " ").split() if "/" in word)
    text = LETTER + sentence
    assert date in [text[start:end] for start, end in find_short_dates(text)]


@pytest.mark.parametrize(
    "measure",
    ["power 4/5 in the left leg", "biceps 2/5 arm, 4/5 leg", "pain 6/10", "review in 6/12", "for 3/7", "Page 1/1"],
)
def test_english_scores_and_shorthand_are_no_dates(measure: str) -> None:
    text = "Clinic date: 14 May 2025\n" + measure
    assert [*find_short_dates(text)] == []


def test_without_any_date_to_compare_nothing_is_read_as_one() -> None:
    assert [*find_short_dates("剂量 4/5，分两次")] == []


@given(text=st.text(alphabet="0123456789/.-: 月年日复查\n", max_size=60))
@settings(max_examples=80, deadline=None)
def test_ranges_lie_in_the_text_and_hold_two_numbers(text: str) -> None:
    for start, end in find_short_dates(text):
        assert 0 <= start < end <= len(text)
        assert (
            len(
                [
                    part
                    for part in text[start:end].replace("/", " ").replace(".", " ").replace("-", " ").split()
                    if part.isdigit()
                ]
            )
            == 2
        )
