"""Small things about the text of a run: symbols, new text elements, and text without its markup."""

from __future__ import annotations

import re

from lxml import etree

from hospital_redact.formats.docx.vocabulary import DINGBATS, RUN_TEXT, SYMBOL_LETTERS, w
from hospital_redact.formats.ooxml.namespaces import NS_A, NS_M, NS_V, NS_W, NS_XML
from hospital_redact.formats.ooxml.package import Element

T = w("t")
TEXT_PATH = f"{{{NS_V}}}textpath"
"""Text drawn along a form in the old drawing language; it stands in the attribute ``string``."""
MATH_TEXT = f"{{{NS_M}}}t"
SPACE = f"{{{NS_XML}}}space"
UNKNOWN_SIGN = "\ufffc"
"""Stands for a pictograph of a symbol font that has no character of its own."""
_TEXTS = frozenset({T, w("delText"), MATH_TEXT, f"{{{NS_A}}}t"})
_PARAGRAPHS = frozenset({w("p"), f"{{{NS_A}}}p"})
_MAIN = f"{{{NS_W}}}"


def plain_text(element: Element) -> str:
    """Return the text under ``element`` in reading order, a line a paragraph, whatever its markup means."""
    pieces: list[str] = []
    for child in element.iter("*"):
        if child.tag in _PARAGRAPHS and pieces:
            pieces.append("\n")
        elif child.tag in _TEXTS:
            pieces.append(child.text or "")
        elif child.tag == TEXT_PATH:
            pieces.append(child.get("string", ""))
        elif child.tag.startswith(_MAIN):
            pieces.append(RUN_TEXT.get(child.tag[len(_MAIN) :], ""))
    return "".join(pieces)


def new_text(run: Element, text: str) -> Element:
    """Append a ``w:t`` with ``text`` to ``run`` and return it."""
    element = etree.SubElement(run, T)
    set_text(element, text)
    return element


def set_text(element: Element, text: str) -> None:
    """Give a ``w:t`` its text; blanks at its ends would be lost without a word that they count (clause 17.3.3.31)."""
    element.text = text
    if text[:1].isspace() or text[-1:].isspace() or "  " in text:
        element.set(SPACE, "preserve")


def symbol_text(font: str, code: str) -> str:
    """Return what a ``w:sym`` reads as: a character, ``UNKNOWN_SIGN``, or nothing for a malformed code."""
    if not re.fullmatch(r"[0-9A-Fa-f]{4}", code):
        return ""
    number = int(code, 16)
    if 0xF000 <= number <= 0xF0FF:  # the private use area in which symbol fonts are addressed (clause 17.3.3.30)
        number -= 0xF000
    if _is_pictorial(font):
        return DINGBATS.get(number, UNKNOWN_SIGN)
    if font.strip().lower() == "symbol" and number < 0x100:
        return SYMBOL_LETTERS.get(number) or (chr(number) if 0x20 <= number < 0x7F else UNKNOWN_SIGN)
    return chr(number) if chr(number).isprintable() else UNKNOWN_SIGN


def is_pictograph(font: str, text: str) -> bool:
    """Whether a symbol that reads as ``text`` stays a symbol in the copy; any other becomes plain text."""
    return bool(text) and (text == UNKNOWN_SIGN or _is_pictorial(font))


def _is_pictorial(font: str) -> bool:
    return font.strip().lower().startswith(("wingdings", "webdings", "marlett"))
