"""Tracked changes (clause 17.13.5): what is inserted stays and what is deleted goes, or the other way round.

The stories accept all changes while they read. To reject them, each change is turned into its opposite first.
"""

from __future__ import annotations

from hospital_redact.formats.docx.vocabulary import w
from hospital_redact.formats.ooxml.package import Element

_OPPOSITE = {
    w("ins"): w("del"),
    w("del"): w("ins"),
    w("moveTo"): w("moveFrom"),
    w("moveFrom"): w("moveTo"),
    w("cellIns"): w("cellDel"),
    w("cellDel"): w("cellIns"),
    w("delText"): w("t"),
    w("delInstrText"): w("instrText"),
}
_FORMER = {w(name + "Change"): w(name) for name in ("rPr", "pPr", "tblPr", "tblPrEx", "trPr", "tcPr", "sectPr")}
_CHANGE = tuple(_FORMER)
_MARKS = tuple(_OPPOSITE)


def turn_changes(root: Element) -> None:
    """Turn every change under ``root`` into its opposite, so that accepting it gives the text before all changes."""
    for change in list(root.iter(*_CHANGE)):
        now = change.getparent()
        former = change.find(_FORMER[change.tag])
        if now is None or now.tag != _FORMER[change.tag]:
            continue
        now.remove(change)
        if former is None:
            continue
        # A paragraph's own mark and a section stay: the former properties do not name them (CT_PPrBase).
        kept = [child for child in now if child.tag in (w("rPr"), w("sectPr"), *_MARKS)]
        for child in list(now):
            now.remove(child)
        now.extend([*former, *kept])
    for element in root.iter(*_MARKS):
        element.tag = _OPPOSITE[element.tag]


def ends_in_deletion(paragraph: Element) -> bool:
    """Whether the mark that ends ``paragraph`` is deleted, so that it is one paragraph with the next (17.13.5.15)."""
    properties = paragraph.find(_PROPERTIES)
    mark = None if properties is None else properties.find(_MARK)
    return mark is not None and any(child.tag in _DELETIONS for child in mark)


_PROPERTIES, _MARK = w("pPr"), w("rPr")
_DELETIONS = frozenset({w("del"), w("moveFrom")})
