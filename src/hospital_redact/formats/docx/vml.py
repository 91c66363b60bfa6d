"""Shapes in the old drawing language (VML): text boxes, WordArt, lines, groups and pictures, built anew.

A shape's type becomes one that needs no definition (a rectangle, an ellipse, a path from the list); text along a form
keeps one definition of our own. Source: ECMA-376 part 4, clause 19.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from lxml import etree

from hospital_redact.formats.docx.drawing import PATHS, TEXT_BODY
from hospital_redact.formats.docx.texts import TEXT_PATH
from hospital_redact.formats.ooxml.fonts import is_known_font
from hospital_redact.formats.ooxml.namespaces import NS_O, NS_R, NS_V
from hospital_redact.formats.ooxml.package import Element

NS_W10 = "urn:schemas-microsoft-com:office:word"
_V = f"{{{NS_V}}}"
_O = f"{{{NS_O}}}"
_PREFIXES = {"v": NS_V, "o": NS_O, "r": NS_R, "w10": NS_W10}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


class VmlShapes(NamedTuple):
    """What the shapes of a copy show.

    ``texts`` pairs the text of each box with its empty place, ``images`` each ``v:imagedata`` of the source with its
    twin (without its image), ``paths`` are the texts along a form with their twins, ``fills`` pictures that fill a
    form, ``hidden`` the shapes of the source that do not show.
    """

    texts: list[tuple[Element, Element]]
    images: list[tuple[Element, Element]]
    paths: list[tuple[Element, str]]
    fills: list[Element]
    hidden: list[Element]


def copy_vml(source: Element, run: Element) -> VmlShapes:
    """Append the shapes of ``source``, a ``w:pict``, to ``run``."""
    element = etree.SubElement(run, source.tag, nsmap=_PREFIXES)
    types = {kind.get("id", ""): kind for kind in source.iter(_V + "shapetype")}
    shapes = VmlShapes([], [], [], [], [])
    for child in source:
        _copy(child, element, types, shapes)
    return shapes


def size_of(source: Element) -> tuple[int, int]:
    """Return the width and height (EMU) of the first shape in ``source``, an inch where it says none."""
    for shape in source.iter(*(_V + name for name in _FORMS)):
        style = _style(shape)
        sides = [_emu(style.get(name, "")) for name in ("width", "height")]
        if all(sides):
            return sides[0], sides[1]
    return 914_400, 914_400


def is_hidden(source: Element) -> bool:
    """Whether the shapes of ``source`` do not show."""
    tops = [child for child in source if child.tag.startswith(_V) and child.tag != _V + "shapetype"]
    return bool(tops) and all(map(_is_hidden, tops))


def _is_hidden(form: Element) -> bool:
    style = _style(form)
    return style.get("visibility") == "hidden" or style.get("display") == "none"


_FORMS = ("shape", "rect", "roundrect", "oval", "line", "group", "image")
_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "shape": ("coordsize", "coordorigin", "fillcolor", "filled", "strokecolor", "stroked", "strokeweight", "adj"),
    "group": ("coordsize", "coordorigin", "editas"),
    "line": ("from", "to", "strokecolor", "stroked", "strokeweight"),
    "fill": ("color", "color2", "type", "on", "opacity", "opacity2", "angle", "focus", "focussize", "method", "rotate"),
    "stroke": ("color", "on", "dashstyle", "endarrow", "startarrow", "endcap", "joinstyle", "linestyle", "weight"),
    "roundrect": ("arcsize", "fillcolor", "filled", "strokecolor", "stroked", "strokeweight"),
    "path": ("arrowok", "fillok", "strokeok", "textpathok", "connecttype"),
    "textbox": ("inset",),
    "textpath": ("on", "fitshape", "fitpath", "trim", "xscale"),
    "wrap": ("type", "side", "anchorx", "anchory"),
    "imagedata": ("gain", "blacklevel", "gamma", "grayscale"),
}
_RULE = ("hr", "hrstd", "hralign", "hrpct", "hrnoshade")
"""Attributes of a horizontal rule, in the namespace of Office."""
_KINDS = {"3": "oval", "2": "roundrect", "176": "roundrect", "116": "roundrect", "120": "oval"}
_TEXT_TYPE = (
    f'<v:shapetype xmlns:v="{NS_V}" xmlns:o="{NS_O}" id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
    'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/>'
    '<v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/>'
    '<v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
    '<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
)
"""Plain text along two lines (``o:spt`` 136): the form of watermarks, and of all WordArt in a copy."""


def _copy(source: Element, out: Element, types: dict[str, Element], shapes: VmlShapes) -> None:
    name = etree.QName(source).localname
    if name in _FORMS and source.tag.startswith(_V):
        if _is_hidden(source):
            shapes.hidden.append(source)
        else:
            _form(source, out, types, shapes)
    elif name == "textbox":
        box = _styled(source, out, name)
        for text in source.iterfind(TEXT_BODY):
            shapes.texts.append((text, etree.SubElement(box, TEXT_BODY)))
    elif name == "textpath":
        path = _styled(source, out, name)
        path.set("string", source.get("string", ""))
        shapes.paths.append((path, source.get("string", "")))
    elif name == "imagedata":
        shapes.images.append((source, etree.SubElement(out, source.tag, _kept(source, name))))
    elif name in ("fill", "stroke", "path") or source.tag == f"{{{NS_W10}}}wrap":
        if source.get(f"{{{NS_R}}}id") or source.get(_O + "relid"):
            shapes.fills.append(source)
        etree.SubElement(out, source.tag, _kept(source, name))


def _styled(source: Element, out: Element, name: str) -> Element:
    element = etree.SubElement(out, source.tag, _kept(source, name))
    if style := _clean_style(source):
        element.set("style", style)
    return element


def _form(source: Element, out: Element, types: dict[str, Element], shapes: VmlShapes) -> None:
    number = _number_of(source, types)
    form = _new_form(source, out, number)
    name = etree.QName(source).localname
    for key, value in _kept(source, name if name in _ATTRIBUTES else "shape").items():
        if name != "shape" or key not in ("coordsize", "coordorigin", "adj"):
            form.set(key, value)
    if name == "shape" and number == "75":  # a picture's frame, whose definition says so
        defaults = {"filled": "f", "stroked": "f"}
    else:
        kind = types.get(source.get("type", "")[1:])
        defaults = {} if kind is None else {key: kind.get(key, "") for key in ("filled", "stroked")}
    for key, value in defaults.items():
        if key not in form.attrib and value in ("t", "f"):
            form.set(key, value)
    for key in _RULE:
        if _is_plain(value := source.get(_O + key, "")) and value:
            form.set(_O + key, value)
    if style := _clean_style(source):
        form.set("style", style)
    for child in source:
        _copy(child, form, types, shapes)


def _new_form(source: Element, out: Element, number: str) -> Element:
    name = etree.QName(source).localname
    if next(source.iterfind(TEXT_PATH), None) is not None:
        if next(out.iterfind(f"{_V}shapetype"), None) is None:
            out.append(etree.fromstring(_TEXT_TYPE))
        return etree.SubElement(out, _V + "shape", {"type": "#_x0000_t136"})
    if name not in ("shape", "image"):
        return etree.SubElement(out, source.tag)
    path: str = PATHS.get(number) or source.get("path") or ""
    if path in PATHS.values():
        return etree.SubElement(out, _V + "shape", {"path": path, "coordsize": "21600,21600"})
    return etree.SubElement(out, _V + _KINDS.get(number, "rect"))


def _number_of(source: Element, types: dict[str, Element]) -> str:
    """Return the number of a shape's form: that of its definition, else the one in the definition's name."""
    name = source.get("type", "")[1:]
    kind = types.get(name)
    given = source.get(_O + "spt", "") or ("" if kind is None else kind.get(_O + "spt", ""))
    found = re.fullmatch(r"_x0000_t(\d{1,3})", name)
    return given or (found[1] if found else "")


def _kept(source: Element, name: str) -> dict[str, str]:
    values = ((key, source.get(key)) for key in _ATTRIBUTES.get(name, ()))
    return {key: value for key, value in values if value is not None and _is_plain(value)}


_WORDS = _words(
    "t f true false none solid gradient gradientradial pattern frame any linear sigma tile single thinthin thinthick"
    " thickthin thickbetweenthin dot dash dashdot longdash longdashdot longdashdotdot shortdash shortdot shortdashdot"
    " shortdashdotdot 1 block classic oval diamond open flat square round bevel miter double perspective emboss rect"
    " segments custom both left right largest topandbottom tight through page margin text char line top bottom center"
    " inside outside black white red green blue yellow gray grey silver maroon olive lime aqua teal navy fuchsia purple"
    " windowtext window this fill lineorcolor orgchart canvas absolute relative static x y xy"
    " column horizontal vertical vertical-ideographic bottom-to-top middle top-center middle-center bottom-center"
    " top-baseline bottom-baseline auto normal bold italic letter-justify stretch-justify page-area left-margin-area"
    " right-margin-area top-margin-area bottom-margin-area inner-margin-area outer-margin-area top-to-bottom"
    " none-with-wrap"
)
_LENGTH = r"-?\d{0,6}(?:\.\d{1,6})?(?:pt|px|in|cm|mm|pc|emu|f|fd|%|em)?"
_NUMBERS = re.compile(rf"{_LENGTH}(?:[, ]{_LENGTH}){{0,3}}")
_COLOUR = re.compile(
    r"#[0-9A-Fa-f]{3,6}(?: \[\d{1,4}\])?|(?:black|white|red|gray|silver) \[\d{1,4}\]|fill (?:darken|lighten)\(\d{1,3}\)"
)
_STYLE = _words(
    "position left top width height margin-left margin-top margin-right margin-bottom rotation flip z-index"
    " mso-position-horizontal mso-position-horizontal-relative mso-position-vertical mso-position-vertical-relative"
    " mso-wrap-style mso-wrap-distance-left mso-wrap-distance-right mso-wrap-distance-top mso-wrap-distance-bottom"
    " mso-width-percent mso-height-percent mso-width-relative mso-height-relative v-text-anchor v-text-kern text-align"
    " layout-flow mso-layout-flow-alt mso-fit-shape-to-text font-size font-weight font-style v-text-align"
    " v-same-letter-heights v-text-spacing"
)


def _is_plain(value: str) -> bool:
    return value.lower() in _WORDS or _NUMBERS.fullmatch(value) is not None or _COLOUR.fullmatch(value) is not None


def _style(element: Element) -> dict[str, str]:
    pairs = (part.partition(":") for part in element.get("style", "").split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs if value.strip()}


def _clean_style(element: Element) -> str:
    kept = []
    for name, value in _style(element).items():
        font = value.strip("\"'&quot;")
        if name == "font-family" and is_known_font(font):
            kept.append(f'{name}:"{font}"')
        elif name == "z-index" and re.fullmatch(r"-?\d{1,10}", value):
            kept.append(f"{name}:{-1 if value.startswith('-') else 1}")
        elif name in _STYLE and _is_plain(value):
            kept.append(f"{name}:{value}")
    return ";".join(kept)


def _emu(length: str) -> int:
    found = re.fullmatch(r"(\d{1,5}(?:\.\d{1,4})?)(pt|in|cm|mm|px|)", length)
    units = {"pt": 12_700, "in": 914_400, "cm": 360_000, "mm": 36_000, "px": 9_525, "": 9_525}
    return int(float(found[1]) * units[found[2]]) if found else 0
