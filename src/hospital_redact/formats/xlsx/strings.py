"""Texts of cells: runs with their format, shared strings, and what no reader sees (phonetic hints).

A text without format is one run. Source: ECMA-376 part 1, 18.4.
"""

from __future__ import annotations

from typing import NamedTuple

from lxml import etree

from hospital_redact.errors import ReadError
from hospital_redact.formats.ooxml.package import Element, parse_xml
from hospital_redact.formats.xlsx.vocabulary import clean_xml, escape_text, s, unescape_text

SI, T, R, R_PR, R_PH = s("si"), s("t"), s("r"), s("rPr"), s("rPh")
_TAGS = frozenset({SI, s("is"), T, R, R_PR, R_PH, s("phoneticPr")})


class Run(NamedTuple):
    """Characters of one format; ``format`` is a clean ``rPr`` as XML, or empty."""

    text: str
    format: str = ""


class Text(NamedTuple):
    """A cell's text: ``plain`` all of it, ``runs`` if it has formats, ``hidden`` what never shows."""

    plain: str
    runs: tuple[Run, ...] = ()
    hidden: str = ""


def read_text(element: Element) -> Text:
    """Return the text of an ``si``, ``is`` or ``text`` element."""
    if len(element) == 1 and element[0].tag == T:
        return Text(unescape_text(element[0].text or ""))
    runs: list[Run] = []
    hidden: list[str] = []
    for child in element:
        if child.tag == T:
            runs.append(Run(unescape_text(child.text or "")))
        elif child.tag == R:
            properties = child.find(R_PR)
            # Several texts in a run are not allowed, but some reader may show them all.
            text = "".join(t.text or "" for t in child.findall(T))
            runs.append(Run(unescape_text(text), "" if properties is None else _format_of(properties)))
        elif child.tag != R_PR:
            hidden.append("".join(str(piece) for piece in child.itertext()))
    plain = "".join(run.text for run in runs)
    formatted = any(run.format for run in runs)
    return Text(plain, tuple(run for run in runs if run.text) if formatted else (), " ".join(filter(None, hidden)))


def _format_of(properties: Element) -> str:
    inner = "".join(clean_xml(child) for child in properties)
    return f"<rPr>{inner}</rPr>" if inner else ""


def read_shared(data: bytes) -> list[Text]:
    """Return the shared strings of a part; raise HR203 or HR204."""
    root = parse_xml(data)
    if root.tag != s("sst"):
        raise ReadError("HR203", "the part of texts is not what it is declared to be; open and save it in Excel")
    return [read_text(element) for element in root if element.tag == SI]


def edit_runs(runs: tuple[Run, ...], edits: list[tuple[int, int, str]]) -> tuple[Run, ...]:
    """Return ``runs`` with ``edits`` (start, end, replacement; sorted, apart) carried out.

    A replacement takes the format of the first character that it replaces.
    """
    out: list[Run] = []
    start = 0
    for run in runs:
        end = start + len(run.text)
        pieces: list[str] = []
        position = start
        for first, last, replacement in edits:
            if last <= start or first >= end:
                continue
            pieces.append(run.text[position - start : max(first, start) - start])
            if first >= start:
                pieces.append(replacement)
            position = min(last, end)
        pieces.append(run.text[position - start :])
        out.append(Run("".join(pieces), run.format))
        start = end
    return tuple(run for run in out if run.text)


def text_xml(plain: str, runs: tuple[Run, ...] = ()) -> str:
    """Return the content of an ``is`` element."""
    if not runs:
        return f"<t{_space(plain)}>{escape_text(plain)}</t>"
    return "".join(f"<r>{run.format}<t{_space(run.text)}>{escape_text(run.text)}</t></r>" for run in runs)


def _space(text: str) -> str:
    return ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""


def loose_texts(root: Element) -> list[str]:
    """Return the texts between the tags of ``root``."""
    return [text for text in (str(piece).strip() for piece in root.itertext()) if text]


def is_text_part(data: bytes) -> bool:
    """Whether ``data`` may be XML, by its first characters."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"\xff\xfe", b"\xfe\xff"))


def parse_or_none(data: bytes) -> Element | None:
    """Return the root of ``data``, ``None`` if it is no XML that can be read: it is left out whatever it holds."""
    if not is_text_part(data):
        return None
    try:
        return parse_xml(data)
    except (ReadError, etree.LxmlError):
        return None
