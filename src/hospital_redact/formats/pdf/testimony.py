"""Whether fonts tell the truth: does each glyph look like the character that the file says it is.

A font's map to Unicode may say 公 where its outline shows 张. Detectors would read the one and people the other, so a
page with such a glyph blocks. Every code of a font in the file is drawn once, alone. One that looks like its character
in the label font is believed; what does not is read by OCR where that is installed, and else compared with all
characters of the label font. Only what surely looks like something else counts: a decorative letter is no lie.
For fonts outside the file their encoding is the truth, and what their map says beside it is held against it.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pikepdf

from hospital_redact.formats.pdf import likeness, limits, specimens
from hospital_redact.formats.pdf.content import Drawn, PageContent
from hospital_redact.formats.pdf.fonts import Font
from hospital_redact.formats.pdf.limits import too_large
from hospital_redact.formats.pdf.specimens import Picture
from hospital_redact.formats.pictures import available
from hospital_redact.formats.pictures.signs import Sign, read_signs
from hospital_redact.model import Location, Unread

_Key = tuple[Font, int, int]
"""Font, code and its length in bytes."""

_SURE = 0.9
_SURER = 0.97
_NEVER = 2.0
"""Probability of another character from which a glyph is that, and the same where signs are easily confused."""
_FULL = 3
"""Strokes that a row and a column of a character cross, which no letter or sign has in both."""
_TALL = 0.55
"""Ems from which a sign may be a digit: quotation marks are smaller."""
_EXCLUDED = 0.01
"""Probability of its own character below which a glyph is surely another."""
_REMEMBERED = 20_000
_ALIKE = (
    "0OoQD。○〇°口", "1lIi|!丨/JjtfrL[](){}'’′", "2zZ?", "5sS$§", "vVyY¥", "xX×", "-—–一_", "=二", "t七f", "+十†",
    "*大", "#井", "<八人^A", "T丁", "nh", "6b", "9qg", "c(<C⊂€©", "B8日",
)  # fmt: skip
"""Signs that differ in little, or in size only."""


class _Claim(NamedTuple):
    """What the file says that a glyph is, in its usual form, and where one of its glyphs stands."""

    text: str
    page: int
    glyph: Drawn


def false_text(owner: pikepdf.Pdf, pages: Sequence[PageContent]) -> Iterator[Unread]:
    """Yield one entry for each page that shows glyphs which look like other characters than the file says."""
    claims = _claims(pages)
    lies: set[_Key] = set()
    by_font: dict[Font, list[_Key]] = {}
    for key, claim in claims.items():
        font = key[0]
        if font.embedded:
            by_font.setdefault(font, []).append(key)
        elif _contradicts(claim.text, font.encoded(key[1])):
            lies.add(key)
    for font, keys in by_font.items():
        pictures = specimens.draw(owner, font, [key[1:] for key in keys])
        shown = [(key, one) for key, one in zip(keys, pictures, strict=True) if one is not None]
        judged = _judge([(claims[key].text, one) for key, one in shown])
        lies.update(key for (key, _), is_lie in zip(shown, judged, strict=True) if is_lie)
    if not lies:
        return
    for content in pages:
        false = [g for g in content.glyphs if (g.run.font, g.code, g.length) in lies]
        if false:
            reason = f"{len(false)} glyphs look like other characters than the file says that they are"
            yield Unread("false_text", Location("page", "", content.page, false[0].box), reason)


def _claims(pages: Sequence[PageContent]) -> dict[_Key, _Claim]:
    claims: dict[_Key, _Claim] = {}
    for content in pages:
        for glyph in content.glyphs:
            key = (glyph.run.font, glyph.code, glyph.length)
            if key not in claims and glyph.text:
                claims[key] = _Claim(_usual(glyph.text), content.page, glyph)
    if len(claims) > limits.MAX_SPECIMENS:
        raise too_large("the number of different glyphs")
    return claims


def _usual(text: str) -> str:
    """Return a text in the form in which it is compared: of what shows alike one, and what does not show as a space."""
    shown = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) not in ("Cf", "Mn"))
    return shown.strip() or " "


def _contradicts(claim: str, encoded: str) -> bool:
    """Whether the map of a font that is not in the file says another letter than its encoding."""
    if not encoded:
        return False
    truth = _usual(encoded)
    if not any(c.isalnum() for c in truth):
        return False
    return not set(_family(truth)) & set(_family(claim))


def _family(text: str) -> str:
    """Return the characters of ``text`` with all that look nearly alike."""
    own = set(text) | set(text.swapcase())
    return "".join(sorted(own.union(*(group for group in _ALIKE if own.intersection(group)))))


_verdicts: OrderedDict[tuple[bytes, str, bool], bool] = OrderedDict()
"""Glyphs that were judged: the same outline comes back in the copy, and in other files with the same font."""


def _judge(claims: Sequence[tuple[str, Picture]]) -> list[bool]:
    """Return for each text and picture whether the picture surely shows something else."""
    by_ocr = available()
    keys = [(hashlib.sha256(picture.tobytes()).digest(), text, by_ocr) for text, picture in claims]
    found: dict[tuple[bytes, str, bool], bool] = {}
    doubtful: dict[tuple[bytes, str, bool], tuple[str, Picture]] = {}
    for key, (text, picture) in zip(keys, claims, strict=True):
        known = _verdicts.get(key)
        if known is None and not _is_plain(text, picture):
            doubtful[key] = (text, picture)
        else:
            found[key] = bool(known)
    if doubtful:
        judge = _read if by_ocr else _compare
        found.update(zip(doubtful, judge(list(doubtful.values())), strict=True))
    _verdicts.update(found)
    while len(_verdicts) > _REMEMBERED:
        _verdicts.popitem(last=False)
    return [found[key] for key in keys]


def _is_plain(text: str, picture: Picture) -> bool:
    """Whether a glyph is what it should be at first sight: nothing that shows, or much like the label font's."""
    shape = likeness.shape_of(picture)
    if shape is None:
        return True
    alike = likeness.likeness(shape, text)
    return alike is not None and alike >= (likeness.SAME if _is_han(text) else likeness.SAME_SIGN)


def _read(claims: Sequence[tuple[str, Picture]]) -> list[bool]:
    """Judge by OCR."""
    families = [_family(text) for text, _ in claims]
    signs = read_signs([picture for _, picture in claims], families, specimens.LINE)
    return [
        sign.asked < _EXCLUDED
        and sign.score >= _needed(text, sign, picture)
        and not set(family) & set(_usual(sign.text))
        for (text, picture), family, sign in zip(claims, families, signs, strict=True)
    ]


def _needed(text: str, sign: Sign, picture: Picture) -> float:
    """Return how sure OCR must be that ``picture`` is not ``text``; :data:`_NEVER` where it cannot tell."""
    if _is_han(text):
        # A rare character that the model does not know is read as one like it.
        return _SURE if sign.known else _NEVER
    if text.isascii() and text.isalnum():
        return _SURE if sign.text.isalnum() else _NEVER
    if text.isalpha() or not unicodedata.category(text[0]).startswith(("P", "Z")):
        # Letters of other scripts and mathematical signs resemble much.
        return _SURER if _is_han(sign.text) and sign.known and _is_full(picture) else _NEVER
    if _is_han(sign.text):
        return _SURE if _is_full(picture) else _NEVER
    is_letter = sign.text.isascii() and sign.text.isalnum()
    return _SURER if is_letter and likeness.height(picture) >= _TALL else _NEVER


def _compare(claims: Sequence[tuple[str, Picture]]) -> list[bool]:
    """Judge by the label font: Chinese characters, and what should show nothing."""
    return [_is_another(text, picture) for text, picture in claims]


def _is_another(text: str, picture: Picture) -> bool:
    shape = likeness.shape_of(picture)
    if shape is None or not _is_full(picture):
        return False
    own = likeness.likeness(shape, text) if _is_han(text) else 0.0 if text == " " else None
    return own is not None and likeness.is_unlike(own, likeness.nearest(shape)[1])


def _is_full(picture: Picture) -> bool:
    """Whether a glyph has so many strokes that it can be no sign, as most Chinese characters have."""
    return min(likeness.strokes(picture)) >= _FULL


def _is_han(text: str) -> bool:
    return len(text) == 1 and "\u4e00" <= text <= "\u9fff"
