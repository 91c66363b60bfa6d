"""Numbers written so that a pattern misses them: spaced out, over line ends and cells, in Chinese or spoken figures,
misread by OCR.

A run of figures is cut into groups, and consecutive groups that together have the shape of an identifier, or that a
label announces, are read as one number of plain digits. What joins them must look like one way of writing, since
joining may bring together what does not belong together (a row of results, a list of counts).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from hospital_redact.detection.encodings import Piece
from hospital_redact.detection.validators import bank_card, cn_mobile, cn_resident_id

_CHINESE = "〇零○一二三四五六七八九壹贰叁肆伍陆柒捌玖弌弍弎幺两拐洞勾"
_CHINESE_DIGITS = "00012345678912345678912312709"
_MISREAD = "OoQDIl!ZzSsBbGgq"
_MISREAD_DIGITS = "0000111225586699"
_DIGITS = str.maketrans(_CHINESE + _MISREAD, _CHINESE_DIGITS + _MISREAD_DIGITS)

_FIGURE = rf"0-9{_CHINESE}{_MISREAD}"
_LINE_END = r"\n\v\f\r\x1c-\x1e\x85\u2028\u2029"
_GAP = rf"[ \t\u00a0.\-_/·•∙*,、~—–|;…'`]{{1,4}}|[ \t]{{0,12}}[{_LINE_END}]{{1,2}}[ \t]{{0,12}}"
# Expressions begin with their first character, so that the search for it is fast; what may not stand before follows.
_ALONE = r"(?<![0-9A-Za-z].)"
_RUN = re.compile(
    rf"[{_FIGURE}]{_ALONE}[{_FIGURE}]*(?:(?:{_GAP})[{_FIGURE}]+)*(?:(?:{_GAP})?[Xx])?(?![0-9A-Za-z])", re.DOTALL
)
_SET_APART = re.compile(rf"[0-9A-Za-z]{_ALONE}(?: [0-9A-Za-z]){{6,40}}(?![0-9A-Za-z])", re.DOTALL)
_GROUP = re.compile(rf"[{_FIGURE}Xx]+")
_BREAK = re.compile(f"[{_LINE_END}]")

_ANNOUNCED = re.compile(
    r"(?:号码?|编号|编码|条码|证件?|(?i:id|no|number|tel|phone|mobile|cell|mrn|nhs|ssn|fax|passport|account|acct|card|"
    r"call|ring|qq|whatsapp|wechat|contact|pin))"
    r"[ \t]*(?:是|为|改为|换成|登记为|is|was|at|on)?[ \t]*[:=#.\-()\[\]]{0,3}\s{0,4}$"
    r"|(?:电话|手机|宅电|座机|固话|护照|驾照|身份证|微信|联系方式|账户|帐户|传真|邮编|拨打?|致电|打|呼|转|密码)"
    r"[是为: \t(]{0,4}\s{0,2}$"
)
_EXCLUDED = re.compile(
    r"(?:(?i:isbn|issn|doi|lot|batch|ref(?:erence)?(?: range)?|version|ver|art(?:icle)?|gb/?t?|yy/?t?|ws/?t?|iso|nct|"
    r"chictr|pmid|udi)|批号|批次|准字[A-Z]?|注册证号?|版本|文号|刊号|型号|货号|规格|目录号|"
    r"参考(?:值|区间|范围)|范围|正常值|页码|±|×|[<>≤≥])[号]?[ \t]*[:.#]?[ \t]*$"
    r"|10\.\d{4,9}/\S*$"
)
_UNIT = re.compile(r"\s?(?:[%‰℃°元年月日岁天次例人份个周]|mm|cm|mg|ml|mL|g/|μ|U/|IU|kg|bpm|mmol|×|\^)")
_BEFORE = 28

_LANDLINE = re.compile(r"0(?:10|2\d|[3-9]\d{2})[2-9]\d{6,7}")
_MOBILE = re.compile(r"(?:(?:00)?86)?1[3-9]\d{9}")
_RESIDENT = re.compile(r"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]")
_CARD = re.compile(r"(?:62|60|4\d|5[1-5]|3[47]|35|9\d)\d{11,17}")
_SHAPES = (_RESIDENT, _MOBILE, _LANDLINE, re.compile(_LANDLINE.pattern.replace("{6,7}", "{6}")))
_CELL = re.compile(r"[\t|\n]")
_PHONE_GROUPS = frozenset({(3, 4, 4), (3, 8), (7, 4), (2, 3, 4, 4), (4, 3, 4, 4), (2, 11), (2, 3, 8), (2, 1, 3, 3, 4)})
_MOST_PHONE_GROUPS = max(map(len, _PHONE_GROUPS))
_LONGEST = 30
_SHORTEST = 7


@dataclass(frozen=True, slots=True)
class _Group:
    """Figures that stand together: where they are, as digits, and what stands before them up to the last group."""

    start: int
    raw: str
    gap: str

    @property
    def digits(self) -> str:
        return self.raw.translate(_DIGITS)

    @property
    def plain(self) -> bool:
        return self.raw.rstrip("Xx").isdigit() and self.raw.isascii()


def announces(*heads: str) -> bool:
    """Whether a head of a column or row, or a label, stands for a number."""
    return any(head and _ANNOUNCED.search(head.rstrip(":") + ":") for head in heads)


def find_figures(text: str, heads: Callable[[int], bool]) -> Iterator[Piece]:
    """Yield numbers of ``text`` (normalised) that are not plain digits, each character at its own figure.

    ``heads`` says whether the head of a column or row announces a number at a place. Linear in ``len(text)``.
    """
    for run in _RUN.finditer(text):
        if run.end() - run.start() < _SHORTEST:
            continue
        groups = _groups(run)
        if sum(len(group.raw) for group in groups) >= _SHORTEST and (len(groups) > 1 or not groups[0].plain):
            yield from _read_groups(text, groups, heads)
    for run in _SET_APART.finditer(text):
        if not _GROUP.fullmatch(run.group().replace(" ", "")):
            yield from _spelled_out(text, run, heads)


def _groups(run: re.Match[str]) -> list[_Group]:
    groups: list[_Group] = []
    end = run.start()
    for match in _GROUP.finditer(run.string, run.start(), run.end()):
        groups.append(_Group(match.start(), match.group(), run.string[end : match.start()]))
        end = match.end()
    return groups


def _read_groups(text: str, groups: Sequence[_Group], heads: Callable[[int], bool]) -> Iterator[Piece]:
    """Yield the numbers that consecutive groups make, the longest first at each place."""
    digits = "".join(group.digits for group in groups)
    ends = accumulate(len(group.raw) for group in groups)
    borders = {end: number for number, end in enumerate(ends, 1)}  # how many groups end before a digit
    first = at = 0
    excluded = _EXCLUDED.search(text, max(0, groups[0].start - _BEFORE), groups[0].start) is not None
    while first < len(groups):
        group = groups[first]
        excluded = excluded and (first == 0 or set(group.gap) <= {"-", "."})
        count = 0
        last, enough = (first, False) if excluded else _alike(groups, first)
        if enough:
            # A label stands before a run, not in it; a new cell may have its own head.
            announced = _is_announced(text, group.start, heads) if first == 0 or _CELL.search(group.gap) else False
            for length in _lengths(digits, at, announced=announced):
                end = borders.get(at + length, 0)
                if first < end <= last and _is_number(text, groups[first:end], announced=announced):
                    count = end - first
                    break
        if count:
            yield _piece(groups[first : first + count])
        for taken in groups[first : first + (count or 1)]:
            at += len(taken.raw)
        first += count or 1


def _alike(groups: Sequence[_Group], first: int) -> tuple[int, bool]:
    """Return up to where groups from ``first`` on may be one writing, and whether they have figures enough.

    What :func:`_is_one_writing` refuses for a few groups it refuses for more: a row of results is soon done with.
    """
    size = len(groups[first].raw)
    single, cells, breaks = size == 1, False, 0
    gaps: set[str] = set()
    for number in range(first + 1, len(groups)):
        group = groups[number]
        gap = group.gap.strip(" ")
        single = single and len(group.raw) == 1
        cells = cells or "\t" in gap or "|" in gap
        if _BREAK.search(gap):
            breaks += 1
        else:
            gaps.add(gap)
        several = not single and (cells or (breaks > 1 and number - first >= _MOST_PHONE_GROUPS))
        if several or len(gaps) > 1 or size >= _LONGEST:
            return number, size >= _SHORTEST
        size += len(group.raw)
    return len(groups), size >= _SHORTEST


def _lengths(digits: str, at: int, *, announced: bool) -> list[int]:
    """Return how many digits from ``at`` on may be one number, the most first."""
    if announced:
        return list(range(_LONGEST, _SHORTEST - 1, -1))
    lengths = [match.end() - at for pattern in _SHAPES if (match := pattern.match(digits, at))]
    if _CARD.match(digits, at):
        lengths += [length for length in range(15, 20) if bank_card(digits[at : at + length])]
    return sorted(set(lengths), reverse=True)


def _is_announced(text: str, at: int, heads: Callable[[int], bool]) -> bool:
    return _ANNOUNCED.search(text, max(0, at - _BEFORE), at) is not None or heads(at)


def _is_number(text: str, groups: Sequence[_Group], *, announced: bool) -> bool:
    """Whether ``groups`` are one number in disguise: written in one way, of a known shape or announced."""
    if not _is_one_writing(text, groups, announced=announced):
        return False
    value = "".join(group.digits for group in groups)
    sizes = tuple(len(group.raw) for group in groups)
    gaps = [group.gap.strip(" ") for group in groups[1:]]
    single, broken = set(sizes) == {1}, any(map(_BREAK.search, gaps))
    # What a person writes every day is what the rules' own patterns read.
    everyday = not single and len(groups) > 1 and all(group.plain for group in groups) and set(gaps) <= {"", "-"}
    if _RESIDENT.fullmatch(value):
        return not (everyday and sizes == (6, 8, 4)) and (
            announced or single or len(groups) <= 4 or cn_resident_id(value)
        )
    steady = single or len(groups) == 1 or (broken and len(groups) == 2 and _follows_text(text, groups[0].start))
    if _MOBILE.fullmatch(value) and cn_mobile(value):
        return steady or (not everyday if sizes in _PHONE_GROUPS else announced)
    if _CARD.fullmatch(value) and len(value) >= 15 and bank_card(value):
        return not everyday and (announced or steady or (set(sizes[:-1]) == {4} and not broken))
    if _LANDLINE.fullmatch(value):
        return not everyday and (announced or single or len(groups) == 1)
    misread = any(char in _MISREAD for char in "".join(group.raw for group in groups))
    return announced and not everyday and not misread and _is_entry(groups, sizes, gaps, single=single)


def _is_one_writing(text: str, groups: Sequence[_Group], *, announced: bool) -> bool:
    """Whether ``groups`` are set apart in one way, in one cell, with more figures than letters, and no unit behind."""
    raw = "".join(group.raw for group in groups)
    sizes = tuple(len(group.raw) for group in groups)
    gaps = [group.gap.strip(" ") for group in groups[1:]]
    breaks = [gap for gap in gaps if _BREAK.search(gap)]
    single = set(sizes) == {1}
    if (len(groups) == 1 and groups[0].plain) or len(set(gaps) - set(breaks)) > 1:
        return False
    # Two cells hold two values, unless each holds one figure; and a value goes over one line end.
    if not single and (
        any("\t" in gap or "|" in gap for gap in gaps) or (len(breaks) > 1 and sizes not in _PHONE_GROUPS)
    ):
        return False
    letters = sum(char in _MISREAD for char in raw)
    if letters * (3 if announced else 4) > len(raw) * 2:
        return False
    return announced or _UNIT.match(text, groups[-1].start + len(groups[-1].raw)) is None


def _is_entry(groups: Sequence[_Group], sizes: Sequence[int], gaps: Sequence[str], *, single: bool) -> bool:
    """Whether an announced number of no known shape is written as one value and not as several."""
    if single or len(groups) == 1:
        return True
    return set(gaps) <= {"", "-", "·"} and len(groups) <= 6 and min(sizes[:-1]) >= 2


def _follows_text(text: str, at: int) -> bool:
    """Whether something else stands on the line before ``at``: a number that starts in a line and ends in the next."""
    lowest = max(0, at - _BEFORE)
    return bool(text[max(lowest, text.rfind("\n", lowest, at) + 1) : at].strip())


def _piece(groups: Sequence[_Group]) -> Piece:
    text = "".join(group.digits for group in groups)
    places = tuple((group.start + i, group.start + i + 1) for group in groups for i in range(len(group.raw)))
    return Piece(places[0][0], places[-1][1], text, places)


# --------------------------------------------------------------------------- letters and digits set apart


def _spelled_out(text: str, run: re.Match[str], heads: Callable[[int], bool]) -> Iterator[Piece]:
    """Yield ``E 1 2 3 4 5 6 7 8`` as one code where a label announces it."""
    value = run.group().replace(" ", "")
    if sum(map(str.isdigit, value)) * 2 > len(value) and _is_announced(text, run.start(), heads):
        places = tuple((at, at + 1) for at in range(run.start(), run.end(), 2))
        yield Piece(run.start(), run.end(), value, places)


# --------------------------------------------------------------------------- spoken

_WORDS = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ling": "0", "dong": "0", "yao": "1", "yi": "1", "er": "2", "liang": "2", "san": "3", "si": "4", "wu": "5",
    "liu": "6", "qi": "7", "guai": "7", "ba": "8", "jiu": "9",
}  # fmt: skip
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_SHORT_WORDS = re.compile(
    rf"[0-9A-Za-z]{_ALONE}[A-Za-z]{{0,5}}(?:[ ,.\-\n]{{1,3}}(?:[A-Za-z]{{1,6}}|[0-9])(?![0-9A-Za-z])){{6,}}", re.DOTALL
)
_SAID_WORD = re.compile(r"[A-Za-z]+|[0-9]")


def find_spoken(text: str) -> Iterator[Piece]:
    """Yield numbers said digit by digit in English or pinyin (``oh seven double five``), each at its words."""
    for run in _SHORT_WORDS.finditer(text):
        said: list[tuple[str, re.Match[str]]] = []
        for word in _SAID_WORD.finditer(text, run.start(), run.end()):
            spelt = word.group().casefold()
            if spelt in _WORDS or spelt in _TIMES or spelt.isdigit():
                said.append((spelt, word))
                continue
            yield from _said(said)
            said = []
        yield from _said(said)


def _said(words: Sequence[tuple[str, re.Match[str]]]) -> Iterator[Piece]:
    """Yield the number that consecutive words say, if they are enough and not all of them digits."""
    digits: list[str] = []
    places: list[tuple[int, int]] = []
    times, since = 1, -1
    for spelt, word in words:
        since = word.start() if since < 0 else since
        if spelt in _TIMES:
            times = _TIMES[spelt]
            continue
        digits += [_WORDS.get(spelt, spelt)] * times
        places += [(since, word.end())] * times
        times, since = 1, -1
    if len(digits) >= _SHORTEST and any(not spelt.isdigit() for spelt, _ in words):
        yield Piece(places[0][0], places[-1][1], "".join(digits), tuple(places))
