"""The theme of a copy: colours and fonts of the source's theme in a form of our own."""

from __future__ import annotations

import re

from lxml import etree

from hospital_redact.formats.ooxml.fonts import is_known_font
from hospital_redact.formats.ooxml.namespaces import NS_A
from hospital_redact.formats.ooxml.package import Element

_A = f"{{{NS_A}}}"
_SLOTS = [
    "dk1",
    "lt1",
    "dk2",
    "lt2",
    "accent1",
    "accent2",
    "accent3",
    "accent4",
    "accent5",
    "accent6",
    "hlink",
    "folHlink",
]
_DEFAULTS = [
    "000000",
    "FFFFFF",
    "44546A",
    "E7E6E6",
    "4472C4",
    "ED7D31",
    "A5A5A5",
    "FFC000",
    "5B9BD5",
    "70AD47",
    "0563C1",
    "954F72",
]
# A theme must bring three fills, lines, effects and backgrounds (clause 20.1.4.1.14); text uses none of them.
_FORMATS = (
    f'<a:fmtScheme xmlns:a="{NS_A}" name="Plain">'
    + "<a:fillStyleLst>{fills}</a:fillStyleLst><a:lnStyleLst>{lines}</a:lnStyleLst>".format(
        fills='<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>' * 3,
        lines='<a:ln w="6350"><a:solidFill><a:schemeClr val="phClr"/></a:solidFill></a:ln>' * 3,
    )
    + "<a:effectStyleLst>{effects}</a:effectStyleLst><a:bgFillStyleLst>{fills}</a:bgFillStyleLst>".format(
        effects="<a:effectStyle><a:effectLst/></a:effectStyle>" * 3,
        fills='<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>' * 3,
    )
    + "</a:fmtScheme>"
)


def theme_part(source: Element) -> Element:
    """Return a theme with the twelve colours of ``source`` and those of its fonts that are known."""
    theme = etree.Element(_A + "theme", {"name": "Theme"}, nsmap={"a": NS_A})
    elements = etree.SubElement(theme, _A + "themeElements")
    colours = etree.SubElement(elements, _A + "clrScheme", {"name": "Colours"})
    for slot, default in zip(_SLOTS, _DEFAULTS, strict=True):
        place = etree.SubElement(colours, _A + slot)
        etree.SubElement(place, _A + "srgbClr", {"val": _colour(source.find(f".//{_A}clrScheme/{_A}{slot}"), default)})
    fonts = etree.SubElement(elements, _A + "fontScheme", {"name": "Fonts"})
    for name in ("majorFont", "minorFont"):
        _fonts(source.find(f".//{_A}fontScheme/{_A}{name}"), etree.SubElement(fonts, _A + name))
    elements.append(etree.fromstring(_FORMATS))
    return theme


def _colour(slot: Element | None, default: str) -> str:
    if slot is None or len(slot) == 0:
        return default
    value = slot[0].get("lastClr") or slot[0].get("val") or ""
    return value if re.fullmatch(r"[0-9A-Fa-f]{6}", value) else default


def _fonts(source: Element | None, out: Element) -> None:
    for name in ("latin", "ea", "cs"):
        font = None if source is None else source.find(_A + name)
        typeface = "" if font is None else font.get("typeface", "")
        etree.SubElement(out, _A + name, {"typeface": typeface if is_known_font(typeface) else ""})
    for font in [] if source is None else source.findall(_A + "font"):
        script, typeface = font.get("script", ""), font.get("typeface", "")
        if re.fullmatch(r"[A-Z][a-z]{3}", script) and typeface and is_known_font(typeface):
            etree.SubElement(out, _A + "font", {"script": script, "typeface": typeface})
