"""Text bodies of shapes and cells: paragraphs, their runs and breaks, built anew while they are read."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from hospital_redact.formats.ooxml.namespaces import NS_MC
from hospital_redact.formats.ooxml.package import Element
from hospital_redact.formats.ooxml.shapes import copy_formatting
from hospital_redact.formats.pptx.draft import Piece
from hospital_redact.formats.pptx.vocabulary import a

ALTERNATIVES = f"{{{NS_MC}}}AlternateContent"
_FALLBACK = f"{{{NS_MC}}}Fallback"
_RUNS = (a("r"), a("fld"))
BREAK = "\n"


def copy_body(source: Element, out: Element) -> Iterator[tuple[str, tuple[Piece, ...]]]:
    """Fill ``out``, an empty text body, from ``source``; yield each paragraph's text and pieces.

    A field (slide number, date) becomes the text that it shows.
    """
    for child in source:
        if child.tag == a("p"):
            paragraph = etree.SubElement(out, a("p"))
            pieces: list[Piece] = []
            _copy_runs(child, paragraph, pieces)
            yield "".join(piece.text for piece in pieces), tuple(pieces)
        else:
            copy_formatting(child, out)
    if out.find(a("bodyPr")) is None:
        out.insert(0, etree.Element(a("bodyPr")))
    if out.find(a("p")) is None:
        etree.SubElement(out, a("p"))


def empty_body(source: Element, out: Element) -> None:
    """Fill ``out`` with the formatting of ``source`` and one empty paragraph."""
    for child in source:
        if child.tag != a("p"):
            copy_formatting(child, out)
    if out.find(a("bodyPr")) is None:
        out.insert(0, etree.Element(a("bodyPr")))
    etree.SubElement(out, a("p"))


def has_equation(source: Element) -> bool:
    """Whether a body holds what is no run and has no text to fall back on: an equation of a later version."""
    for alternatives in source.iter(ALTERNATIVES):
        fallback = alternatives.find(_FALLBACK)
        if fallback is None or not plain_text(fallback).strip():
            return True
    return False


def plain_text(element: Element) -> str:
    """Return the text under ``element``, a line a paragraph."""
    pieces: list[str] = []
    for child in element.iter(a("p"), a("t"), a("br")):
        if child.tag == a("t"):
            pieces.append(child.text or "")
        elif pieces:
            pieces.append("\n")
    return "".join(pieces)


def _copy_runs(source: Element, out: Element, pieces: list[Piece]) -> None:
    for child in source:
        if child.tag in _RUNS:
            run = etree.SubElement(out, a("r"))
            for properties in child.findall(a("rPr")):
                copy_formatting(properties, run)
            text = "".join(part.text or "" for part in child.findall(a("t")))
            shown = etree.SubElement(run, a("t"))
            shown.text = text
            pieces.append(Piece(shown, text))
        elif child.tag == a("br"):
            pieces.append(Piece(etree.SubElement(out, a("br")), BREAK))
        elif child.tag == ALTERNATIVES:
            for fallback in child.findall(_FALLBACK):
                _copy_runs(fallback, out, pieces)
        elif child.tag in (a("pPr"), a("endParaRPr")):
            copy_formatting(child, out)
