"""Dates and times of number formats: serial numbers count days from 1900 or 1904 (ECMA-376 part 1, 18.17.4)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

DATE_CODE = r"上午/下午|am/pm|a/p|y+|m+|d+|h+|s+(?:\.0{1,3})?|a{3,4}|e+|g+|b{2,4}"
"""Codes that show a part of a date or time, as a regular expression."""

LAST_DAY = 2958466
"""First serial number after the year 9999."""

_WEEKDAYS = "一二三四五六日"
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"),
    "December",
)
_LITERALS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


def shows_whole_date(code: str) -> bool:
    """Whether a format code shows year, month and day."""
    bare = _LITERALS.sub("", code).lower()
    return ("y" in bare or "e" in bare) and "d" in bare and "m" in bare


def date_of(serial: float, *, from_1904: bool = False) -> datetime | None:
    """Return the moment of ``serial``, ``None`` outside of the calendar."""
    if not 0 <= serial < LAST_DAY:
        return None
    days = int(serial)
    # The 29th of February 1900 counts, though it never was.
    since_1900 = datetime(1899, 12, 30) if days >= 60 else datetime(1899, 12, 31)
    start = datetime(1904, 1, 1) if from_1904 else since_1900
    return start + timedelta(days=days, milliseconds=round((serial - days) * 86_400_000))


def show_date(tokens: Sequence[tuple[str, str]], serial: float, *, from_1904: bool) -> str:
    """Return how ``serial`` shows under ``tokens`` of (kind, text); an empty text where it is no date."""
    moment = date_of(serial, from_1904=from_1904)
    if moment is None:
        return ""
    if not any("." in text for kind, text in tokens if kind == "date"):
        moment += timedelta(milliseconds=500)  # seconds are rounded
        moment -= timedelta(microseconds=moment.microsecond)
    half = any(kind == "date" and text in ("am/pm", "a/p", "上午/下午") for kind, text in tokens)
    out: list[str] = []
    for number, (kind, text) in enumerate(tokens):
        if kind == "elapsed":
            unit = {"h": 3600, "m": 60, "s": 1}[text[0]]
            out.append(str(int(serial * 86400 + 0.5) // unit).zfill(len(text)))
        elif kind == "date":
            minutes = text[0] == "m" and _is_minute(tokens, number)
            out.append(_minute(moment, text) if minutes else _part(moment, text, half=half))
        elif kind in ("text", "room", "mark", "digit"):
            out.append(text)
    return "".join(out)


def _is_minute(tokens: Sequence[tuple[str, str]], number: int) -> bool:
    """Whether an ``m`` stands behind hours or before seconds."""
    dates = [n for n, (kind, _) in enumerate(tokens) if kind in ("date", "elapsed")]
    place = dates.index(number)
    before = tokens[dates[place - 1]][1] if place else ""
    after = tokens[dates[place + 1]][1] if place + 1 < len(dates) else ""
    return len(tokens[number][1]) <= 2 and (before.startswith("h") or after.startswith("s"))


def _minute(moment: datetime, text: str) -> str:
    return str(moment.minute).zfill(min(len(text), 2))


def _part(moment: datetime, text: str, *, half: bool) -> str:
    """Return how a code other than minutes shows."""
    if text in ("am/pm", "a/p"):
        return ("AM" if moment.hour < 12 else "PM")[: 2 if text == "am/pm" else 1]
    hour = (moment.hour + 11) % 12 + 1 if half else moment.hour
    shown = {
        "y": f"{moment.year:04d}" if len(text) > 2 else f"{moment.year % 100:02d}",
        "e": f"{moment.year:04d}",
        "b": str(moment.year + 543),
        "m": _named(_MONTH_NAMES[moment.month - 1], moment.month, len(text)),
        "d": _named(_DAY_NAMES[moment.weekday()], moment.day, len(text)),
        "h": str(hour).zfill(min(len(text), 2)),
        "s": _seconds(moment, text),
        "上": "上午" if moment.hour < 12 else "下午",
        "a": ("星期" if len(text) == 4 else "") + _WEEKDAYS[moment.weekday()],
    }
    return shown.get(text[0], "")


def _seconds(moment: datetime, text: str) -> str:
    whole, _, places = text.partition(".")
    seconds = str(moment.second).zfill(min(len(whole), 2))
    return f"{seconds}.{moment.microsecond:06d}"[: len(seconds) + 1 + len(places)] if places else seconds


def _named(name: str, number: int, length: int) -> str:
    if length <= 2:
        return str(number).zfill(length)
    return {3: name[:3], 5: name[:1]}.get(length, name)
