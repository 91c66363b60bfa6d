"""Characters read as those they look like: letters of other scripts, radicals, digits of any script, traditional forms.

NFKC (Unicode Standard Annex 15) folds what is compatible, and leaves a Cyrillic А, a radical ⻋ and 號 as they are.
All folding here is one character for one, so that offsets stay.
"""

from __future__ import annotations

import importlib.resources
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

_FOLDER = importlib.resources.files("hospital_redact.detection")
_DATA = tomllib.loads(_FOLDER.joinpath("lookalikes.toml").read_text("utf-8"))


def _pairs(text: str) -> dict[str, str]:
    flat = "".join(text.split())
    return dict(zip(flat[::2], flat[1::2], strict=True))


_LETTERS = _pairs(_DATA["letters"])
_SCIENCE = _pairs(_DATA["science"])
_SUSPECT = re.compile(f"[{''.join(_LETTERS)}{''.join(_SCIENCE)}]")
# Letters and digits of every script that has no Han; Han begins another word.
_WORD = re.compile(r"[0-9A-Za-z\u00c0-\u1fff\u2c00-\u2dff\ua4d0-\ua7ff\uab30-\uabff]+")

_COMPATIBLE = ((0xA0, 0x100), (0x2000, 0x2C00), (0x2E80, 0x3000), (0x3000, 0x3001), (0x3200, 0x3400), (0xF900, 0xFB00),
               (0xFE10, 0xFE70), (0xFF01, 0xFF5F), (0xFFE0, 0xFFE7), (0x1D400, 0x1D800),
               (0x1F100, 0x1F200), (0x2F800, 0x2FA20))  # fmt: skip


def _table() -> dict[int, str]:
    """Return what single characters become wherever they stand."""
    table: dict[int, str] = {}
    for first, last in _COMPATIBLE:
        for code in range(first, last):
            folded = unicodedata.normalize("NFKC", chr(code))
            if len(folded) == 1 and folded != chr(code):
                table[code] = folded
    for char in filter(str.isdecimal, map(chr, range(0x660, 0x20000))):
        table.setdefault(ord(char), str(unicodedata.decimal(char)))
    pairs = (_DATA["everywhere"], _DATA["digits"], _FOLDER.joinpath("traditional.txt").read_text("utf-8"))
    for text in pairs:
        table.update((ord(char), folded) for char, folded in _pairs(text).items())
    # A compatibility form of a traditional character (U+F9xx) becomes the simplified one at once.
    return {code: table.get(ord(folded), folded) for code, folded in table.items()}


EVERYWHERE: Mapping[int, str] = MappingProxyType(_table())
"""Single characters, by number, that are read as another wherever they stand; none combines."""


def fold_letters(text: str) -> str:
    """Return ``text``, of equal length, with letters of other scripts as the Latin ones that they look like.

    Only in words of Latin letters and digits otherwise, or made of look-alikes alone: Иванов stays.
    """
    if text.isascii() or not _SUSPECT.search(text):
        return text
    return _WORD.sub(lambda match: _fold_word(match.group()), text)


def _fold_word(word: str) -> str:
    if word.isascii() or not _SUSPECT.search(word):
        return word
    folded = "".join(_LETTERS.get(char, char) for char in word)
    if any(
        not char.isascii() and char not in _SCIENCE and "LATIN" not in unicodedata.name(char, "") for char in folded
    ):
        return word
    return "".join(
        _SCIENCE[char] if char in _SCIENCE and _is_between_latin(folded, i) else char for i, char in enumerate(folded)
    )


def _is_between_latin(word: str, at: int) -> bool:
    before, after = word[at - 1 : at], word[at + 1 : at + 2]
    return before.isascii() and before.isalpha() and after.isascii() and after.isalpha()
