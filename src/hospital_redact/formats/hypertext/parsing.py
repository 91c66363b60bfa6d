"""The tree that a browser makes of a page: html5lib, which follows the parsing rules of the HTML standard."""

from __future__ import annotations

import re
from collections import Counter
from xml.etree.ElementTree import Element

import html5lib  # type: ignore[import-untyped]  # ships no types

from hospital_redact.errors import ReadError

MAX_CHARS = 16_000_000
"""Most characters of a page; html5lib reads about 300,000 a second."""
MAX_TAGS = 300_000
MAX_DEPTH = 250
"""Deepest nesting that is read; pages have some dozens of levels."""
MAX_ATTRIBUTES = 5000
"""Most attributes of an element: the parser compares each with all others."""

HTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"
_TAG = re.compile(r"<[/!?a-zA-Z]")
_OPENING = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)([^<>]*)")
# What is left open of these, the parser opens again in each paragraph that follows.
_FORMATTING = ("b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u")


def parse_page(text: str) -> Element:
    """Return the root of a page; raise HR204 for what is too large, too deep, or made to keep the parser busy."""
    if len(text) > MAX_CHARS or sum(1 for _ in _TAG.finditer(text)) > MAX_TAGS:
        raise ReadError("HR204", "the page is too large; split it")
    _check_nesting(text)
    root: Element = html5lib.parse(text, treebuilder="etree", namespaceHTMLElements=True)
    if depth_of(root) > MAX_DEPTH:
        raise ReadError("HR204", "the page is nested deeper than {levels}; split it", levels=MAX_DEPTH)
    return root


def _check_nesting(text: str) -> None:
    """Refuse what keeps the parser busy: elements of formatting left open by the hundred, thousands of attributes."""
    open_: Counter[str] = Counter()
    total = 0
    for match in _OPENING.finditer(text):
        name = match[2].lower()
        if name in _FORMATTING and not (match[1] and not open_[name]):
            step = -1 if match[1] else 1
            open_[name] += step
            total += step
        if total > MAX_DEPTH or match[3].count("=") > MAX_ATTRIBUTES:
            raise ReadError("HR204", "the page is nested deeper than {levels}; split it", levels=MAX_DEPTH)


def depth_of(root: Element) -> int:
    """Return how deep a tree is, without a call a level."""
    deepest, waiting = 0, [(root, 1)]
    while waiting:
        element, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting.extend((child, depth + 1) for child in element)
    return deepest


def local_name(element: Element) -> str:
    """Return ``p`` for an element of HTML, ``svg:text`` for one of SVG, ``other:mi`` else; nothing for a comment."""
    tag: object = element.tag  # a comment has a function there
    if not isinstance(tag, str):
        return ""
    if tag.startswith(HTML):
        return tag[len(HTML) :].lower()
    return ("svg:" if tag.startswith(SVG) else "other:") + tag.rpartition("}")[2].lower()


def attributes_of(element: Element) -> dict[str, str]:
    """Return the attributes of an element by their local names."""
    return {str(name).rpartition("}")[2].lower(): value for name, value in element.attrib.items()}
