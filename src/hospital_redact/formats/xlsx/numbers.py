"""Number formats: how a stored number shows, and whether a format says words of its own.

Source: ECMA-376 part 1, 18.8.30 and 18.8.31. What a programme shows besides depends on its language and on the
width of the column; where a code is not understood the number shows as ``General`` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from hospital_redact.formats.xlsx.dates import DATE_CODE, show_date, shows_whole_date

_WIDE = Context(prec=400)
"""Enough for all digits of any number that a sheet can store."""
MAX_CODE = 255
"""Longest format code that is looked at; Excel allows no more."""

_TOKEN = re.compile(
    r"""(?P<quoted>"[^"]*"?)|[\\!](?P<escaped>.)|_(?P<room>.)|\*(?P<fill>.)|(?P<bracket>\[[^\]]*\])"""
    r"""|(?P<general>General|G/通用格式)|(?P<exponent>[Ee][+-])|(?P<at>@)|(?P<percent>%)"""
    rf"""|(?P<date>{DATE_CODE})|(?P<digit>[0#?])|(?P<mark>[.,/;])|(?P<bare>.)""",
    re.DOTALL | re.IGNORECASE,
)
_COLOURS = re.compile(
    r"(?i)black|blue|cyan|green|magenta|red|white|yellow|color ?\d{1,2}|[黑蓝青绿红白黄]色|洋红色?|颜色 ?\d{1,2}"
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=) ?(-?\d{1,15}(?:\.\d{1,15})?)")
_SHORT_CONDITION = re.compile(r"\D*-?\d{1,6}(?:\.\d{1,4})?")
_CURRENCY = re.compile(r"\$([^-]*)(?:-[0-9A-Za-z]*)?")
_LOCALE = re.compile(r"\$[^-]*(?:-[0-9A-Fa-f]{1,6})?")
_ELAPSED = re.compile(r"(?i)h+|m+|s+")
_NUMERALS = re.compile(r"(?i)dbnum([1-4])")
_UNITS = re.compile(
    r"[^\w]*(?:(?:年|月|日|时|分|秒|点|元|角|万|亿|千|百|万元|亿元|千元|人|人次|次|例|个|天|岁|周|周岁|小时|分钟|月份|季度|床|台|套|件|份|张|支|片"
    r"|粒|盒|瓶|袋|户|家|项|名|位|页|第|共|楼|层|室|号|星期|上午|下午|公里|平方米|吨|公斤|克|升|kg|g|mg|ug|μg|ml|mL|L|cm|mm|m|m2|km|h|min|s|d"
    r"|mmHg|mmol|bpm|IU|U|RMB|CNY|USD|EUR|GBP|HKD|MOP|TWD|JPY|AM|PM|A|P|x|X)[^\w]*){0,4}"
)
"""Literals that say nothing about anybody: signs, units, currencies."""


class _Token(NamedTuple):
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class _Section:
    tokens: tuple[_Token, ...]
    condition: tuple[str, Decimal] | None
    numerals: int = 0

    @property
    def is_date(self) -> bool:
        return any(token.kind in ("date", "elapsed") for token in self.tokens)

    @property
    def is_general(self) -> bool:
        return any(token.kind == "general" for token in self.tokens)


def general(value: float) -> str:
    """Return ``value`` as the format ``General`` shows it in a wide column: at most 11 characters of digits."""
    size = abs(value)
    if value == int(value) and size < 1e11:
        return str(int(value))
    if 1e-4 <= size < 1e11:
        places = 9 if size < 1 else 10 - len(str(int(size)))
        text = _rounded(Decimal(repr(value)), max(places, 0))
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, _, exponent = f"{value:.5E}".partition("E")
    mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}E{exponent[0]}{int(exponent[1:]):02d}"


def _rounded(value: Decimal, places: int) -> str:
    # Half away from zero on the decimal digits, as spreadsheets do; Python's own format rounds the binary number.
    return format(value.quantize(Decimal(1).scaleb(-min(places, 30)), ROUND_HALF_UP, _WIDE), "f")


class NumberFormat:
    """A format code, ready to show numbers and texts.

    ``telling`` says that the code itself holds words (``"张三"0``), so that no copy may keep it; ``words`` are they.
    """

    __slots__ = ("_plain", "_sections", "_whole_date", "changes_text", "code", "is_date", "telling", "words")

    def __init__(self, code: str) -> None:
        self.code = code
        parsed = _parse(code[:MAX_CODE])
        self._sections = parsed.sections
        self.words = tuple(word for word in parsed.words if not _UNITS.fullmatch(word))
        self.telling = bool(self.words) or len(code) > MAX_CODE or parsed.odd
        self.is_date = any(section.is_date for section in self._sections)
        self._whole_date = self.is_date and shows_whole_date(code)
        self._plain = _plain_places(code)
        self.changes_text = self.show_text("x") != "x"
        # In a copy a number may become a text, and a text that shows otherwise would change once more.
        self.telling |= self.changes_text

    def __repr__(self) -> str:
        return f"NumberFormat(date {self.is_date}, telling {self.telling})"

    def shows_all_of(self, value: float) -> bool:
        """Whether a date shows with its year, month and day, so that its serial number says nothing more."""
        return self._whole_date and value >= 1

    def show(self, value: float, *, from_1904: bool = False) -> str:
        """Return how ``value`` shows; an empty text where the format hides it."""
        if self._plain is not None and value >= 0:
            grouped, places = self._plain
            text = _rounded(Decimal(repr(value)), places)
            return f"{Decimal(text):,f}" if grouped else text
        section, signed = self._section_for(value)
        if section is None or section.is_general:
            sides = () if section is None else section.tokens
            shown = general(value if signed else abs(value))
            return (
                "".join(
                    shown if t.kind == "general" else t.text for t in sides if t.kind in ("general", "text", "room")
                )
                or shown
            )
        if section.is_date:
            return show_date([(t.kind, t.text) for t in section.tokens], value, from_1904=from_1904) or general(value)
        text = _show_number(section.tokens, Decimal(repr(abs(value))))
        if section.numerals:
            text = _chinese_digits(text, section.numerals)
        minus = "-" if value < 0 and signed and any(c not in "0." for c in text if c.isdigit() or c == ".") else ""
        return minus + text

    def show_text(self, text: str) -> str:
        """Return how a text shows under this format: only a section with ``@`` changes it."""
        if len(self._sections) == 4:
            tokens: Sequence[_Token] = self._sections[3].tokens
        elif any(t.kind == "at" for t in self._sections[-1].tokens):
            tokens = self._sections[-1].tokens
        else:
            return text
        return "".join(text if t.kind == "at" else t.text for t in tokens if t.kind in ("at", "text"))

    def _section_for(self, value: float) -> tuple[_Section | None, bool]:
        """Return the section that shows ``value`` and whether a minus must be added."""
        numeric = [s for s in self._sections[:3] if not any(t.kind == "at" for t in s.tokens)] or []
        if not numeric:
            return None, True
        for section in numeric:
            if section.condition is not None and _holds(section.condition, Decimal(repr(value))):
                return section, len(numeric) == 1 or value >= 0
        if any(section.condition is not None for section in numeric):
            return next((s for s in numeric if s.condition is None), None), True
        if len(numeric) == 1:
            return numeric[0], True
        if len(numeric) == 3 and value == 0:
            return numeric[2], False
        return (numeric[1], False) if value < 0 else (numeric[0], False)


class _Parsed(NamedTuple):
    sections: tuple[_Section, ...]
    words: tuple[str, ...]
    odd: bool


def _parse(code: str) -> _Parsed:
    sections: list[_Section] = []
    tokens: list[_Token] = []
    words: list[str] = []
    condition: tuple[str, Decimal] | None = None
    numerals = 0
    odd = False
    for found in _TOKEN.finditer(code + ";"):
        kind = found.lastgroup or "bare"
        text = found.group(kind)
        if kind == "mark" and text == ";":
            sections.append(_Section(tuple(_joined(tokens)), condition, numerals))
            tokens, condition, numerals = [], None, 0
        elif kind == "bracket":
            inner = text[1:-1]
            if matched := _CONDITION.fullmatch(inner):
                condition = (matched[1], Decimal(matched[2]))
                odd |= _SHORT_CONDITION.fullmatch(inner) is None
            elif _ELAPSED.fullmatch(inner):
                tokens.append(_Token("elapsed", inner.lower()))
            elif numeral := _NUMERALS.fullmatch(inner):
                numerals = int(numeral[1])
            elif currency := _CURRENCY.fullmatch(inner):
                tokens.append(_Token("text", currency[1]))
                odd |= _LOCALE.fullmatch(inner) is None
            elif not _COLOURS.fullmatch(inner):
                words.append(inner)
        else:
            # What only makes room (_x) or fills (*x) is one sign, and no letter.
            odd |= kind in ("room", "fill") and (not text.isascii() or text.isalnum())
            tokens.append(_token(kind, text))
    if tokens or not sections:
        sections.append(_Section(tuple(_joined(tokens)), condition, numerals))  # a quotation mark that nothing closes
    words += [token.text for section in sections for token in section.tokens if token.kind == "text"]
    return _Parsed(tuple(sections), tuple(words), odd)


def _token(kind: str, text: str) -> _Token:
    match kind:
        case "quoted":
            return _Token("text", text.strip('"'))
        case "escaped" | "bare":
            return _Token("text", text)
        case "room":
            return _Token("room", " " if text.isascii() and not text.isalnum() else "")
        case "fill":
            return _Token("text", "")
        case "date":
            return _Token("date", text if text.startswith(("上", "下")) else text.lower())
        case _:
            return _Token(kind, text)


def _joined(tokens: Iterable[_Token]) -> list[_Token]:
    """Return ``tokens`` with neighbouring texts as one, since a name may be spelt letter by letter."""
    joined: list[_Token] = []
    for token in tokens:
        if token.kind == "text" and joined and joined[-1].kind == "text":
            joined[-1] = _Token("text", joined[-1].text + token.text)
        else:
            joined.append(token)
    return joined


_PLAIN = re.compile(r"(#,##)?0(?:\.(0+))?")


def _plain_places(code: str) -> tuple[bool, int] | None:
    """Return (grouped, decimals) of the commonest codes, ``0.00`` and ``#,##0``, which need no parsing."""
    found = _PLAIN.fullmatch(code)
    return None if found is None else (found[1] is not None, len(found[2] or ""))


def _holds(condition: tuple[str, Decimal], value: Decimal) -> bool:
    sign, limit = condition
    return {
        "<": value < limit,
        "<=": value <= limit,
        ">": value > limit,
        ">=": value >= limit,
        "=": value == limit,
        "<>": value != limit,
    }[sign]


def _show_number(tokens: Sequence[_Token], value: Decimal) -> str:
    digits = [n for n, t in enumerate(tokens) if t.kind == "digit"]
    percent = sum(t.kind == "percent" for t in tokens)
    value = value.scaleb(2 * percent)
    if not digits:
        return "".join("%" if t.kind == "percent" else t.text for t in tokens if t.kind in ("text", "room", "percent"))
    exponent = next((n for n, t in enumerate(tokens) if t.kind == "exponent"), None)
    if exponent is not None:
        return _show_exponent(tokens, exponent, value)
    slash = next((n for n, t in enumerate(tokens) if t.kind == "mark" and t.text == "/"), None)
    if slash is not None:
        return _show_fraction(tokens, slash, value)
    point = next((n for n, t in enumerate(tokens) if t.kind == "mark" and t.text == "."), len(tokens))
    whole = [n for n in digits if n < point]
    commas = [n for n, t in enumerate(tokens) if t.kind == "mark" and t.text == "," and n < point]
    last = whole[-1] if whole else -1
    value = value.scaleb(-3 * sum(n > last for n in commas))
    grouped = any(whole and whole[0] < n < last for n in commas)
    places = sum(n > point for n in digits)
    text = _rounded(value, places)
    head, _, tail = text.partition(".")
    return _place(tokens, point, _spread(tokens, whole, head.lstrip("0"), grouped=grouped), tail)


def _spread(tokens: Sequence[_Token], whole: Sequence[int], head: str, *, grouped: bool) -> dict[int, str]:
    """Return what stands at each placeholder left of the point: the last takes the last digit, the first the rest."""
    shown: dict[int, str] = {}
    width = max(len(head), sum(tokens[n].text == "0" for n in whole))
    rest, place = head, 0
    for n in reversed(whole):
        taken = rest[-1:] if n != whole[0] else rest
        rest = rest[: len(rest) - len(taken)]
        if not taken and tokens[n].text != "#":
            taken = "0" if tokens[n].text == "0" else " "
        out = ""
        for digit in reversed(taken):
            comma = "," if grouped and place and place % 3 == 0 and place < width else ""
            out = digit + comma + out
            place += 1
        shown[n] = out
    return shown


def _place(tokens: Sequence[_Token], point: int, head: dict[int, str], tail: str) -> str:
    out: list[str] = []
    position = 0
    needed = len(tail.rstrip("0"))
    for n, token in enumerate(tokens):
        if token.kind == "digit" and n < point:
            out.append(head[n])
        elif token.kind == "digit":
            digit = tail[position : position + 1]
            position += 1
            out.append(digit if position <= needed or token.text == "0" else " " if token.text == "?" else "")
        elif n == point:
            out.append(".")
        elif token.kind == "percent":
            out.append("%")
        elif token.kind in ("text", "room"):
            out.append(token.text)
    return "".join(out)


def _show_exponent(tokens: Sequence[_Token], exponent: int, value: Decimal) -> str:
    places = 0
    seen_point = False
    for token in tokens[:exponent]:
        seen_point |= token.text == "."
        places += seen_point and token.kind == "digit"
    mantissa, _, power = f"{value:.{places}E}".partition("E")
    width = sum(t.kind == "digit" for t in tokens[exponent:])
    sign = "-" if power.startswith("-") else "+" if tokens[exponent].text.endswith("+") else ""
    return f"{mantissa}E{sign}{power.lstrip('+-').zfill(width)}"


def _show_fraction(tokens: Sequence[_Token], slash: int, value: Decimal) -> str:
    below = "".join(t.text for t in tokens[slash + 1 :] if t.kind in ("digit", "text"))
    fixed = below.strip()
    if fixed.isascii() and fixed.isdigit() and int(fixed) > 0:
        bottom = int(fixed)
        part = Fraction(round(Fraction(value) * bottom), bottom)
    else:
        bottom = 0
        part = Fraction(value).limit_denominator(10 ** min(max(len(fixed), 1), 5) - 1)
    mixed = sum(t.kind == "digit" for t in tokens[:slash]) > 1 and any(t.text == " " for t in tokens[:slash])
    whole = int(part) if mixed else 0
    rest = part - whole
    if mixed and rest == 0:
        return str(whole)
    top = rest * bottom if bottom else rest
    shown = f"{int(top) if bottom else rest.numerator}/{bottom or rest.denominator}"
    return f"{whole} {shown}" if mixed and whole else shown


_NUMERALS_OF = {1: "〇一二三四五六七八九", 2: "零壹贰叁肆伍陆柒捌玖", 3: "０１２３４５６７８９", 4: "0123456789"}


def _chinese_digits(text: str, kind: int) -> str:
    """Return ``text`` with the digits of ``[DBNum1]`` to ``[DBNum3]``, digit by digit."""
    return text.translate(str.maketrans("0123456789", _NUMERALS_OF[kind]))


BUILT_IN = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '"¥"#,##0;"¥"-#,##0',
    6: '"¥"#,##0;[Red]"¥"-#,##0',
    7: '"¥"#,##0.00;"¥"-#,##0.00',
    8: '"¥"#,##0.00;[Red]"¥"-#,##0.00',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy/m/d",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy/m/d h:mm",
    27: 'yyyy"年"m"月"',
    28: 'm"月"d"日"',
    29: 'm"月"d"日"',
    30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"',
    32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"',
    34: '上午/下午h"时"mm"分"',
    35: '上午/下午h"时"mm"分"ss"秒"',
    36: 'yyyy"年"m"月"',
    37: "#,##0;-#,##0",
    38: "#,##0;[Red]-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;[Red]-#,##0.00",
    41: "#,##0;-#,##0;-",
    42: '"¥"#,##0;"¥"-#,##0;"¥"-',
    43: "#,##0.00;-#,##0.00;-",
    44: '"¥"#,##0.00;"¥"-#,##0.00;"¥"-',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
    50: 'yyyy"年"m"月"',
    51: 'm"月"d"日"',
    52: 'yyyy"年"m"月"',
    53: 'm"月"d"日"',
    54: 'm"月"d"日"',
    55: '上午/下午h"时"mm"分"',
    56: '上午/下午h"时"mm"分"ss"秒"',
    57: 'yyyy"年"m"月"',
    58: 'm"月"d"日"',
}
"""Codes of the numbers that no file spells out (18.8.30), with the Chinese ones of 27 to 36 and 50 to 58."""


@lru_cache(maxsize=1024)
def number_format(code: str) -> NumberFormat:
    """Return the format of ``code``, parsed once."""
    return NumberFormat(code)
