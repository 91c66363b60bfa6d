"""Dates of both languages and calendars: in a record all, elsewhere those beside the label of a birth or a visit."""

from __future__ import annotations

import datetime

import pytest
from detection_kit import found
from hypothesis import given, settings
from hypothesis import strategies as st

RECORD = "出院记录\n住院号：0098213\n入院诊断：肺炎\n"
LETTER = "DISCHARGE SUMMARY\nThe patient was admitted. MRN 0012345\n"
CIVIL = (
    "{d.year}年{d.month}月{d.day}日",
    "{d:%Y-%m-%d}",
    "{d:%Y/%m/%d}",
    "{d:%Y.%m.%d}",
    "{d:%Y%m%d}",
    "{d.month}月{d.day}日",
)
ENGLISH = (
    "{d.day} {m} {d.year}",
    "{m} {d.day}, {d.year}",
    "{d.day} {m:.3} {d.year}",
    "{d:%d/%m/%Y}",
    "{d.day}-{m:.3}-{d.year}",
)
# Not strftime's names: it speaks the locale's language.
MONTHS = """January February March April May June July August September October November December""".split()  # noqa: SIM905 - a line is easier to read


@given(day=st.dates(datetime.date(1920, 1, 1), datetime.date(2029, 12, 31)), form=st.sampled_from(CIVIL))
@settings(max_examples=60, deadline=None)
def test_a_date_in_a_record_is_found_whole(day: datetime.date, form: str) -> None:
    date = form.format(d=day)
    assert any(date in value for value in found(f"{RECORD}患者于{date}复查。"))


@given(day=st.dates(datetime.date(1920, 1, 1), datetime.date(2029, 12, 31)), form=st.sampled_from(ENGLISH))
@settings(max_examples=60, deadline=None)
def test_an_english_date_in_a_record_is_found_whole(day: datetime.date, form: str) -> None:
    date = form.format(d=day, m=MONTHS[day.month - 1])
    assert any(date in value for value in found(f"{LETTER}Reviewed on {date} in clinic."))


@pytest.mark.parametrize(
    "date",
    [
        "二〇二四年三月五日",
        "三月五日",
        "七月二十六号",
        "乙巳年二月初六",
        "农历正月初八",
        "腊月廿三",
        "2O24年 12 月 O8日",
        "2024年5月第3周",
        "2024年3月上旬",
        "1930年5月5日（端午）",
        "3月6日至9日",
        "24年3月1日",
        "去年11月",
        "2 0 2 3 - 0 5 - 1 9",
    ],
)
def test_chinese_forms(date: str) -> None:
    assert "".join(found(f"{RECORD}患者{date}，不适。")).endswith(date)


@pytest.mark.parametrize(
    "date", ["the 5th of March 2024", "March 5th, 2024", "March 2024", "Tuesday 9th July", "12-Dec-24", "20/1"]
)
def test_english_forms(date: str) -> None:
    assert date in found(f"{LETTER}It was started on {date}. No fever.")


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("出生日期：1949年12月31日", "1949年12月31日"),
        ("出生日期 1957 年 O3 月 29 日", "1957 年 O3 月 29 日"),
        ("一九五三年冬月初九生的", "一九五三年冬月初九"),
        ("1992-09-18出生", "1992-09-18"),
        ("Date of Birth: 5/4/72", "5/4/72"),
        ("born on May 4, 1972", "May 4, 1972"),
        ("入院日期：2024-03-05", "2024-03-05"),
        ("采样时间\n2024/3/5", "2024/3/5"),
        ("Date of service: 03/05/2024", "03/05/2024"),
    ],
)
def test_beside_its_label_a_date_needs_no_record(text: str, date: str) -> None:
    assert found(text) == [date]


@pytest.mark.parametrize(
    "text",
    [
        "关于召开会议的通知\n2024年1月5日\n各科室：10月1日至7日放假",
        "本办法自2010年3月1日起施行。",
        "出生体重3200g，出生时评分9分",
        "入院时间以病案首页为准",
        "Published 8 March 2023",
    ],
)
def test_dates_of_papers_stay(text: str) -> None:
    assert found(text) == []
