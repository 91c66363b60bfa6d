"""Month and day without a word for either (3/20, 12-5, 6.12), read by the dates that their document names in full.

Alone 4/5 is the strength of a muscle, 1-2 a span of days and 6.12 a laboratory value. In a document whose dates lie in
March, 3/20 is one of them, unless what stands beside it measures something.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex

from hospital_redact.detection.compilation import compile_later
from hospital_redact.detection.shapes import HAN

_SHORT = compile_later(
    r"(?<![0-9A-Za-z./\-~+:%<>=×*])(?P<first>[0-9]{1,2})(?P<mark>[./-])(?P<second>[0-9]{1,2})(?![0-9A-Za-z%‰/]"
    r"|[.\-~:][0-9])"
)
# Full dates by their month: what the parts of a short one are compared with.
_FULL = compile_later(
    r"(?<![0-9])(?:19|20)[0-9]{2}[ ]?[年./-][ ]?(?P<month>[0-9]{1,2})(?![0-9])"
    r"|(?<![0-9])(?P<month>[0-9]{1,2})[ ]?月(?=[ ]?[0-9上中下初底末])"
    r"|(?<![0-9])(?:19|20)[0-9]{2}(?P<month>0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?![0-9])"
    r"|(?<![0-9./-])(?P<one>[0-9]{1,2})[/.-](?P<two>[0-9]{1,2})[/.-](?:(?:19|20)?[0-9]{2})(?![0-9/-]|\.[0-9])"
    r"|(?<![A-Za-z])(?P<name>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?:[a-z]{1,6})?(?![A-Za-z])"
)
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR = 12
_LAST_DAY = 31
_NEAR = 2
"""Months between a short date and the nearest full one of its document."""

# Before a ratio, a score or a part.
_MEASURED_BEFORE = compile_later(
    r"(?:肌力|评分|视力|积分|得分|评级|分级|心功能|血压|淋巴结|转移|见癌|阳性|阴性|比[例值]?|约|[上中下内外前后][段叶份]?|第|各|共|近|远|每"
    r"|(?i:power|strength|grip|pain|scores?|scored|vision|acuity|va|pulses?|reflex(?:es)?|murmurs?|grade|stage|gcs"
    r"|apgar|nrs|vas|"
    r"nodes?|bp|intensity|rated|level|mrc|tone|quads|feet|eyes?|left|right|bilaterally|for|over|past|last|x"
    r"|of))[ ]?[::]?[ ]{0,2}\(?$"
)
_ABBREVIATION_BEFORE = compile_later(r"[A-Za-z]{2,8}[::=]?[ ]{0,2}\(?$")  # CRP 5/6, beside Chinese
_SETTLED_BEFORE = compile_later(r"(?:已约|预约|约了|改约|改到|改至|改成|定在|定于|约在|推到|延到|提到|排在)[ ]?$")
_DATED_BEFORE = compile_later(
    r"(?:^|[\n(（,;。；、]|(?i:(?<![a-z])(?:on|from|to|until|since|by|before|after|between|and|dated|seen|due|night|day"
    r"|date|admitted|discharged|lmp|edd|"
    r"ed|lab|echo|mri|ct|x-?ray|x?r|clinic|note|letter|of|for|booked|reviewed|his|her|the|po|dc|op|surgery|cultures?"
    r"|labs|last|next|"
    r"mon|tues?|wed|thurs?|fri|sat|sun)(?:day)?s?)|[于至到从自在约改定了的])[ ]{0,3}$"
)
_PROMISED_BEFORE = compile_later(
    r"(?i:(?<![a-z])(?:on|since|until|dated?|night|shift|admitted|discharged|seen|lmp|edd|booked|reviewed"
    r"|due)[ ]?:?[ ]{1,3})$"
)
_MEASURED_AFTER = compile_later(
    r"[ ]?(?:[级分度次片粒支枚个份倍人例天日周月年岁秒层段部处椎]|小时|分钟"
    r"|视野|毫|厘米|公斤|公分|mm|cm|ml|mL|mg|kg|g(?![a-z])|L(?![a-z])|"
    r"(?i:in strength|strength|power|murmur|bilat|throughout|pain|reflex|ago|history|hx|days?|weeks?|months?|hours?"
    r"|tabs?|tablets?|toes|stairs|positive|nodes?|of))"
)
_CLOCK_AFTER = compile_later(r"[ ]{1,2}(?:[01]?[0-9]|2[0-3])[:：][0-5][0-9]")
_HAN_AFTER = compile_later(
    r"[ ]?(?:(?:上午|下午|早|晚|晨|凌晨|中午|夜|夜间|当[天日晚])"
    r"|(?:做|行|予|停|加用|改|转|入|出|拔|拆|换|复|查|手|术|因|起|患者|来|去|到|发|咳|诉|送|采|抽|死|生"
    r"|产|顺|剖|化|放|输|透|会|签|家属|电话|随|返|离|约|预约|检|报|回|住|拍"
    r"|打|挂|门诊|急诊|开始|结束|由|在|于|再|又|曾|已|拟))"
)
_BEGINS = compile_later(r"(?:^|[\n,;。；、(（])[ ]{0,4}$")
_SMALL = 10  # 2/3, 4/10: more often a ratio
_SHORTHAND = frozenset({7, 12, 52})
"""British shorthand: 3/7 are three days, 2/52 two weeks, 6/12 six months."""

_SCALES = frozenset({5, 10})
_SAME_SCALE = compile_later(
    r"(?<![0-9])[0-9]{1,2}/(?P<scale>5|10)(?![0-9/])[^\n]{1,14}(?<![0-9])[0-9]{1,2}"
    r"/(?P=scale)(?![0-9/])|(?i:page\s{1,3}[0-9])"
)
"""2/5 arm, 4/5 leg: strengths and scores stand together on one scale."""


def find_short_dates(text: str) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the short dates in ``text`` that its full dates and their surroundings explain."""
    short = [*_SHORT.finditer(text)]
    if not short:
        return
    months, day_first = _told(text)
    sure = [(int(match["first"]), int(match["second"])) for match in short if _is_sure(text, match)]
    months |= {month for pair in sure for month in pair if month <= _YEAR}
    for match in short:
        if _is_date(text, match, months, day_first=day_first):
            yield match.span()


def _told(text: str) -> tuple[frozenset[int], bool | None]:
    """Return the months of the full dates in ``text``, and whether the day stands before the month (None: unknown)."""
    months: set[int] = set()
    day_first: bool | None = None
    ambiguous: list[tuple[int, int]] = []
    for match in _FULL.finditer(text):
        if match["month"]:
            months.add(int(match["month"]))
        elif match["name"]:
            months.add(_NAMES.index(match["name"].casefold()) + 1)
        else:
            one, two = int(match["one"]), int(match["two"])
            if one > _YEAR >= two:
                day_first = True
                months.add(two)
            elif two > _YEAR >= one:
                day_first = False
                months.add(one)
            else:
                ambiguous.append((one, two))
    for one, two in ambiguous:
        months.update({two} if day_first else {one} if day_first is False else {one, two})
    return frozenset(month for month in months if 1 <= month <= _YEAR), day_first


def _is_sure(text: str, match: regex.Match[str]) -> bool:
    """Whether a short date stands between words that only dates stand between, in Chinese."""
    low, high = sorted((int(match["first"]), int(match["second"])))
    if not (1 <= low <= _YEAR and high <= _LAST_DAY) or _MEASURED_AFTER.match(text, match.end()):
        return False
    if _CLOCK_AFTER.match(text, match.end()):
        return True
    if _PROMISED_BEFORE.search(text, max(0, match.start() - 14), match.start()):
        return match["mark"] == "/"
    dated = _DATED_BEFORE.search(text, max(0, match.start() - 14), match.start()) is not None
    return dated and (_CLOCK_AFTER.match(text, match.end()) or _HAN_AFTER.match(text, match.end())) is not None


def _is_date(text: str, match: regex.Match[str], months: frozenset[int], *, day_first: bool | None) -> bool:
    """Whether a short date lies near ``months`` and nothing beside it measures."""
    start, end = match.span()
    one, two, mark = int(match["first"]), int(match["second"]), match["mark"]
    han = HAN.search(text, max(0, start - 40), min(len(text), end + 40)) is not None
    readings = [(one, two)] if han or mark != "/" else [(one, two), (two, one)]
    if not han and day_first is not None:
        readings = [(two, one)] if day_first else [(one, two)]
    near = any(1 <= day <= _LAST_DAY and _is_near(month, months) for month, day in readings)
    scaled = not han and two in _SCALES and _SAME_SCALE.search(text, max(0, start - 20), min(len(text), end + 20))
    if not near or scaled or _MEASURED_AFTER.match(text, end):
        return False
    if _CLOCK_AFTER.match(text, end):
        return True
    before = text[max(0, start - 14) : start]
    if mark != "/":
        return _is_dotted_date(before, text, end, mark)
    if not han and two in _SHORTHAND and day_first is not False and not _PROMISED_BEFORE.search(before):
        return False
    measured = _MEASURED_BEFORE.search(before) or (han and _ABBREVIATION_BEFORE.search(before))
    beside = _DATED_BEFORE.search(before) or _HAN_AFTER.match(text, end)
    return beside is not None or not (measured or (not han and one < two <= _SMALL))


def _is_dotted_date(before: str, text: str, end: int, mark: str) -> bool:
    """Whether 12-5 or 6.12 is a date: somebody does something right behind it, or an appointment is settled on it."""
    if mark == "-" and _SETTLED_BEFORE.search(before):
        return True
    acts = text[end : end + 1] != " " and _HAN_AFTER.match(text, end) is not None
    measured = _MEASURED_BEFORE.search(before) and not _DATED_BEFORE.search(before)
    return acts and not measured and (mark == "-" or _BEGINS.search(before) is not None)


def _is_near(month: int, months: frozenset[int]) -> bool:
    return 1 <= month <= _YEAR and any(min(abs(month - told), _YEAR - abs(month - told)) <= _NEAR for told in months)
