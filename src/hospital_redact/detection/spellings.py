"""The Latin spellings of people who are known: pinyin, both orders, run together, with initials, and initials alone.

A spelling counts where it is clear: full names anywhere, a family name with an initial where both are capitals or in
a login or address, initials alone only where a name is announced.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from typing import NamedTuple

import regex

from hospital_redact.detection.pinyin import read_aloud
from hospital_redact.detection.words import PARTICLES, words

MAX_WORDS = 5
"""A spelled name has at most so many words."""

_HAN_NAME = regex.compile(r"\p{Han}{2,4}")
_LATIN = regex.compile(r"\p{L}[\p{L}'’-]*")
_TOKEN = regex.compile(r"[A-Za-zÀ-ÖØ-öø-ÿĀ-ſ]+")
_CAMEL = regex.compile(r"\p{Lu}\p{Ll}+(?=\p{Lu}\p{Ll})")
_BETWEEN = regex.compile(r"[ ._'’,-]{1,2}|, ")
_WORDS_TOO = words("not_pinyin") | words("latin_common") | words("pinyin_places")
_ANNOUNCED = regex.compile(
    r"(?:患者|病人|受试者|受检者|参与者|姓名|缩写|签名|签字|简称|代号|(?i:initials|patient|subject|participant|pt|name|signed|sign))"
    r"[ ]?(?:为|是|is)?[ ]?(?P<mark>[:(])?[ ]?$"
)
_ABBREVIATIONS = words("latin_abbreviations")
_LOGIN = regex.compile(
    r"(?:[@_]|(?:账号|帐号|用户|用户名|登录名|登录|微信|邮箱|(?i:user|login|account|userid|username|e-?mail))"
    r"[ ]?(?:为|是)?[ ]?[::]?[ ]?)$"
)
_MANY = 400
"""A document that names more people is a list; their pinyin is then followed for the first ones only."""


class Kind(IntEnum):
    """How much of the name a spelling holds."""

    INITIALS = 0
    SHORT = 1
    FULL = 2


class Spelling(NamedTuple):
    """What a run of letters may stand for: the owner's key and how much of the name it is."""

    owner: str
    kind: Kind


def spell(names: Iterable[str]) -> dict[str, Spelling]:
    """Return the spellings of ``names`` (Chinese, or Latin with two words and more): letters in small -> spelling.

    The first of two people with one spelling has it; a fuller spelling goes before a shorter one.
    """
    table: dict[str, Spelling] = {}
    for name in itertools.islice(names, _MANY):
        for letters, kind in _spellings(name):
            old = table.get(letters)
            if old is None or kind > old.kind:
                table[letters] = Spelling(name, kind)
    return table


def full_spellings(name: str) -> frozenset[str]:
    """Return the full spellings of one name, in small letters without blanks."""
    return frozenset(letters for letters, kind in _spellings(name) if kind is Kind.FULL)


def _spellings(name: str) -> Iterator[tuple[str, Kind]]:
    if _HAN_NAME.fullmatch(name):
        for family, given in read_aloud(name):
            yield from _arranged(family, given, joined=True)
        return
    head, comma, tail = name.partition(",")
    parts = [part.casefold().replace("'", "").replace("’", "").replace("-", "") for part in _LATIN.findall(head)]
    if comma:
        names = [part.casefold().replace("'", "").replace("-", "") for part in _LATIN.findall(tail)]
        if parts and names:
            yield from _arranged("".join(parts), tuple(names), joined=False)
        return
    at = next((i for i, part in enumerate(parts) if i and part in PARTICLES), len(parts) - 1)
    if at >= 1:
        yield from _arranged("".join(parts[at:]), tuple(parts[:at]), joined=False)


def _arranged(family: str, given: tuple[str, ...], *, joined: bool) -> Iterator[tuple[str, Kind]]:
    """Yield the usual arrangements; ``joined``: all given syllables are one name, else the first alone is one too."""
    whole = "".join(given)
    for form in {whole} if joined else {whole, given[0]}:
        if len(form) > 1:
            yield family + form, Kind.FULL
            yield form + family, Kind.FULL
    initials = "".join(part[0] for part in given)
    for short in {initials} if joined else {initials, given[0][0]}:
        if len(family) > 1:
            yield family + short, Kind.SHORT
            yield short + family, Kind.SHORT
        yield family[0] + short, Kind.INITIALS
        yield short + family[0], Kind.INITIALS


def find_spellings(text: str, table: Mapping[str, Spelling]) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and owner of each clear spelling in ``text``, the longest where several begin."""
    if not table:
        return
    longest = max(map(len, table))
    tokens = [place for token in _TOKEN.finditer(text) for place in _humps(text, *token.span())]
    number = 0
    while number < len(tokens):
        found = _longest(text, tokens[number : number + MAX_WORDS], table, longest)
        if found is None:
            number += 1
            continue
        count, owner = found
        start, end = tokens[number][0], tokens[number + count - 1][1]
        yield start, end + (text[end : end + 1] == "." and end - tokens[number + count - 1][0] == 1), owner
        number += count


def _humps(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the words of a run of letters: ZhangWei is two."""
    at = start
    for hump in _CAMEL.finditer(text, start, end):
        yield at, hump.end()
        at = hump.end()
    yield at, end


def _longest(
    text: str, tokens: list[tuple[int, int]], table: Mapping[str, Spelling], longest: int
) -> tuple[int, str] | None:
    """Return how many of ``tokens`` are a clear spelling, and its owner."""
    letters = ""
    best: tuple[int, str] | None = None
    for count, (start, end) in enumerate(tokens, 1):
        if count > 1 and start > tokens[count - 2][1] and not _BETWEEN.fullmatch(text, tokens[count - 2][1], start):
            break
        letters += text[start:end].casefold()
        if len(letters) > longest:
            break
        spelling = table.get(letters)
        if spelling and _is_clear(text, tokens[:count], letters, spelling):
            best = count, spelling.owner
    return best


def _is_clear(text: str, tokens: list[tuple[int, int]], letters: str, spelling: Spelling) -> bool:
    start, end = tokens[0][0], tokens[-1][1]
    kind = spelling.kind
    parts = [text[a:b] for a, b in tokens]
    capital = all(part[0].isupper() for part in parts)
    if kind is Kind.INITIALS:
        return all(part.isupper() for part in parts) and _announced(text, start, end, spelling.owner)
    login = _LOGIN.search(text, max(0, start - 10), start) is not None or text.startswith(("@", "_"), end)
    if len(parts) == 1:
        if kind is Kind.SHORT:
            return login and len(letters) >= 4
        return login or (len(letters) >= 5 and letters not in _WORDS_TOO)
    if kind is Kind.SHORT:
        single = [part for part in parts if len(part) > 1]
        dotted = "." in text[start : end + 1]
        return capital and (dotted or not any(part.casefold() in _WORDS_TOO for part in single))
    return capital or login or not any(part.casefold() in _WORDS_TOO for part in parts)


def _announced(text: str, start: int, end: int, owner: str) -> bool:
    """Whether initials stand where somebody is named: after such a word, or in brackets after the owner's name."""
    after = text[end : end + 2].lstrip(".")
    if after[:1].isalnum() or (after[:1] in ("-", "_", "/") and after[1:].isalnum()):
        return False
    before = text[max(0, start - 14) : start].rstrip()
    if before.endswith("("):
        named = before[:-1].rstrip().casefold().endswith(owner[-2:].casefold())
        return after.startswith(")") and (named or before[:-1].endswith(("缩写", "简称", "代号")))
    letters = "".join(char for char in text[start:end] if char.isalpha()).casefold()
    announced = _ANNOUNCED.search(text, max(0, start - 14), start)
    return announced is not None and (announced["mark"] is not None or letters not in _ABBREVIATIONS)
