"""Page headers and footers: their texts, and the codes between them (ECMA-376 part 1, 18.3.1.46)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from hospital_redact.formats.ooxml.package import Element
from hospital_redact.formats.xlsx.vocabulary import s, unescape_text

TAGS = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")
SIGN = "#"
"""What a page number, a date or a sheet's name reads as."""
_CODE = re.compile(r'&(?:"[^"]*"|[0-9]+|K(?:[0-9A-Fa-f]{6}|[0-9]{2}[+-][0-9]{3})|.)', re.DOTALL)
_KEPT = frozenset("PNDTAF")
_FORMATS = frozenset("BIUESXYOH")
_SIZE = re.compile(r"&[1-9][0-9]{0,2}")
_ENDS_IN_SIZE = re.compile(r"(?<!&)(?:&&)*&[1-9][0-9]*\Z")
ATTRIBUTES = ("differentOddEven", "differentFirst", "scaleWithDoc", "alignWithMargins")


class Third(NamedTuple):
    """The left, middle or right of a header: pieces of (text as shown, code or nothing)."""

    tag: str
    side: str
    pieces: tuple[tuple[str, str], ...]
    lost: str
    """Codes that no copy keeps: fonts, paths, long sizes."""


def read_margins(element: Element) -> Iterator[Third]:
    """Yield the thirds of a ``headerFooter`` element that are not empty, in the order in which a copy has them."""
    for tag in TAGS:
        # Of several with one name only the first counts; the others are read as what is lost.
        for number, child in enumerate(element.findall(s(tag))):
            text = unescape_text(child.text or "")
            if number == 0:
                yield from _thirds(tag, text)
            else:
                yield Third(tag, "C", (), text)


def _thirds(tag: str, text: str) -> Iterator[Third]:
    side = "C"
    pieces: dict[str, list[tuple[str, str]]] = {"L": [], "C": [], "R": []}
    lost: dict[str, list[str]] = {"L": [], "C": [], "R": []}
    position = 0
    for code in _CODE.finditer(text):
        _add(pieces[side], text[position : code.start()])
        position = code.end()
        piece = code.group()
        letter = piece[1].upper()
        if letter in pieces:
            side = letter
        elif letter == "&":
            _add(pieces[side], "&")
        elif letter in _KEPT:
            pieces[side].append((SIGN, piece))
        elif letter in _FORMATS or _SIZE.fullmatch(piece):
            pieces[side].append(("", piece))
        else:
            lost[side].append(piece)
    _add(pieces[side], text[position:])
    for name in "LCR":
        if pieces[name] or lost[name]:
            yield Third(tag, name, tuple(pieces[name]), "".join(lost[name]))


def _add(pieces: list[tuple[str, str]], text: str) -> None:
    if not text:
        return
    if pieces and pieces[-1][1] == "" and pieces[-1][0]:
        pieces[-1] = (pieces[-1][0] + text, "")
    else:
        pieces.append((text, ""))


def write_third(side: str, pieces: tuple[tuple[str, str], ...], edits: list[tuple[int, int, str]]) -> str:
    """Return a third with ``edits`` (start, end, replacement, by the characters of its block) carried out."""
    out: list[str] = [f"&{side}"]
    start = 0
    for text, code in pieces:
        end = start + len(text)
        if not text:
            out.append(code)
            continue
        put: list[str] = []
        position = start
        for first, last, replacement in edits:
            if last <= start or first >= end:
                continue
            put.append(_kept(text, code, position - start, max(first, start) - start))
            if first >= start:
                put.append(_literal(replacement))
            position = min(last, end)
        put.append(_kept(text, code, position - start, end - start))
        out += put
        start = end
    text = ""
    for piece in out:
        # A size swallows digits that follow; two codes that undo each other keep them apart.
        text += ("&B&B" if _ENDS_IN_SIZE.search(text) and piece[:1].isdigit() else "") + piece
    return text


def _kept(text: str, code: str, first: int, last: int) -> str:
    if first >= last:
        return ""
    return code or _literal(text[first:last])


def _literal(text: str) -> str:
    return text.replace("&", "&&")
