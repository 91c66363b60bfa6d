"""Styles of tables under identifiers of our own: their names and identifiers are free text of the source.

Source: ECMA-376 part 1, clause 20.1.4.2.
"""

from __future__ import annotations

from lxml import etree

from hospital_redact.formats.ooxml.package import Element
from hospital_redact.formats.ooxml.shapes import copy_formatting
from hospital_redact.formats.pptx.vocabulary import a

BUILT_IN = "{5C22544A-7EE6-4342-B048-85BDC9FD1C3A}"
"""Medium Style 2 - Accent 1, which every program knows without a definition."""
_MAX_STYLES = 500
_FRAMES = frozenset(
    map(
        a,
        [
            "tblBg",
            "wholeTbl",
            "band1H",
            "band2H",
            "band1V",
            "band2V",
            "lastCol",
            "firstCol",
            "lastRow",
            "seCell",
            "swCell",
            "firstRow",
            "neCell",
            "nwCell",
            "tcTxStyle",
            "tcStyle",
            "tcBdr",
            "left",
            "right",
            "top",
            "bottom",
            "insideH",
            "insideV",
            "tl2br",
            "tr2bl",
            "fill",
        ],
    )
)
_SWITCHES = ("on", "off", "def")


def copy_styles(source: Element) -> tuple[Element, dict[str, str]]:
    """Return the root of a clean part, and the new identifier of each style of ``source``."""
    root = etree.Element(a("tblStyleLst"), {"def": BUILT_IN}, nsmap={"a": a("")[1:-1]})
    new_ids: dict[str, str] = {}
    for style in source.findall(a("tblStyle"))[:_MAX_STYLES]:
        number = len(new_ids) + 1
        new_ids[style.get("styleId", "")] = key = f"{{00000000-0000-4000-8000-{number:012X}}}"
        new = etree.SubElement(root, a("tblStyle"), {"styleId": key, "styleName": f"Style {number}"})
        for child in style:
            _copy(child, new)
    return root, new_ids


def _copy(source: Element, out: Element) -> None:
    if source.tag not in _FRAMES:
        copy_formatting(source, out)
        return
    new = etree.SubElement(out, source.tag)
    for name in ("b", "i"):
        if (value := source.get(name, "")) in _SWITCHES:
            new.set(name, value)
    for child in source:
        _copy(child, new)
