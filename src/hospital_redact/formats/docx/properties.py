"""Formatting for the copy: paragraph, run, table and section properties by allow-list; styles and numbering.

Style ids and the names of styles that are not Word's own become ``s1`` and ``Style 1``: both can hold text.
Whatever hides text (``w:vanish`` and its kin on a run or in a style) is on no list, so that what stands in a copy also
shows in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from copy import copy
from typing import NamedTuple, TypeAlias

from lxml import etree

from hospital_redact.formats.docx.vocabulary import (
    PROPERTIES,
    is_harmless_value,
    is_known_style,
    is_plain_numbering,
    w,
)
from hospital_redact.formats.ooxml.fonts import is_known_font
from hospital_redact.formats.ooxml.namespaces import NS_M, NS_W
from hospital_redact.formats.ooxml.package import Element

STYLE_REFERENCES = frozenset({"pStyle", "rStyle", "tblStyle", "basedOn", "next", "link", "styleLink", "numStyleLink"})
MAX_STYLES = 5000
NEUTRAL_NAME = re.compile(r"Style \d{1,4}")
"""The names of styles in a copy that are not Word's own."""
_COUNT = re.compile(r"[0-9]{1,6}")
_TYPEFACES = frozenset({"ascii", "hAnsi", "eastAsia", "cs"})
_ON = ("1", "true", "on")
_OFF = frozenset({"0", "false", "off"})
_VAL = w("val")
_P_PR, _R_PR, _RUN, _TEXT = w("pPr"), w("rPr"), w("r"), w("t")
_Key: TypeAlias = tuple[object, ...]
_VANISH, _RUN_STYLE = w("vanish"), w("rStyle")
_HIDES = f"{w('rPr')}/{_VANISH}"
_ALLOWED: dict[str, tuple[str, dict[str, str]]] = {
    w(name): (name, {w(attribute): attribute for attribute in attributes}) for name, attributes in PROPERTIES.items()
}


def is_on(element: Element | None) -> bool | None:
    """Return the value of an on-off property (clause 17.17.4), ``None`` where it is not given."""
    return None if element is None else element.get(_VAL, "1") not in _OFF


class Styles:
    """The styles of a document: their new ids, and what a reader asks of them along ``w:basedOn``."""

    def __init__(self, root: Element | None) -> None:
        self.sources: dict[str, Element] = {}
        self._ids: dict[str, str] = {}
        self.default_paragraph = ""
        self._found: dict[tuple[str, str], str | None] = {}
        self._levels: dict[str, int | None] = {}
        self._default_hidden = False
        for style in [] if root is None else root.findall(w("style"))[:MAX_STYLES]:
            self._add(style)
        if root is not None:
            hidden = root.find(f"{w('docDefaults')}/{w('rPrDefault')}/{w('rPr')}/{w('vanish')}")
            self._default_hidden = bool(is_on(hidden))

    def _add(self, style: Element) -> None:
        key = style.get(w("styleId"), "")
        if not key or key in self.sources:
            return
        self.sources[key] = style
        if style.get(w("type")) == "paragraph" and style.get(w("default")) in _ON:
            self.default_paragraph = key

    def name(self, key: str) -> str:
        """Return the name that the source gives a style."""
        named = self.sources[key].find(w("name"))
        return "" if named is None else named.get(_VAL, "").strip()

    def new_id(self, key: str) -> str | None:
        """Return a style's id in the copy, ``None`` if there is no such style.

        Ids are counted in the order in which they are asked for, so that a copy of the copy has the same.
        """
        if key not in self.sources:
            return None
        if key not in self._ids:
            name = self.name(key)
            plain = re.sub(r"[^A-Za-z0-9]", "", name)
            known = is_known_style(name) and key.lower() == plain.lower()
            self._ids[key] = key if known else f"s{len(self._ids) + 1}"
        return self._ids[key]

    def new_name(self, key: str) -> str:
        """Return a style's name in the copy: its own if it is one of Word's, else ``Style 1`` and so on."""
        name = self.name(key)
        return name if is_known_style(name) else f"Style {(self.new_id(key) or '')[1:]}"

    def renamed(self) -> list[str]:
        """Return the names of the copied styles that a copy replaces by neutral ones."""
        names = (self.name(key) for key in self._ids)
        return [name for name in names if name and not is_known_style(name) and not NEUTRAL_NAME.fullmatch(name)]

    def closure(self, used: Iterable[str]) -> set[str]:
        """Return ``used``, the default styles, and all that these are based on, linked to or followed by."""
        waiting = [*used, *(key for key, style in self.sources.items() if style.get(w("default")) in _ON)]
        found: set[str] = set()
        while waiting:
            key = waiting.pop()
            if key in found or key not in self.sources:
                continue
            found.add(key)
            for name in ("basedOn", "link", "next"):
                named = self.sources[key].find(w(name))
                if named is not None:
                    waiting.append(named.get(_VAL, ""))
        return found

    def lookup(self, style: str, path: str) -> str | None:
        """Return ``w:val`` ("1" where it has none) of the property at ``path`` in ``style`` or those it is based on."""
        if (style, path) not in self._found:
            self._found[style, path] = self._search(style, path)
        return self._found[style, path]

    def _search(self, style: str, path: str) -> str | None:
        seen: set[str] = set()
        while style in self.sources and style not in seen:
            seen.add(style)
            element = self.sources[style].find(path)
            if element is not None:
                return element.get(_VAL, "1")
            base = self.sources[style].find(w("basedOn"))
            style = "" if base is None else base.get(_VAL, "")
        return None

    def is_hidden(self, run_properties: Element | None, paragraph_style: str) -> bool:
        """Whether a run with these properties does not show (``w:vanish``, a toggle: clause 17.7.3)."""
        return self.hides(*said_of_hiding(run_properties), paragraph_style)

    def hides(self, direct: bool | None, run_style: str, paragraph_style: str) -> bool:
        """Whether a run does not show, of which :func:`said_of_hiding` says the first two."""
        if direct is not None:
            return direct
        in_paragraph = self.lookup(paragraph_style or self.default_paragraph, _HIDES)
        in_run = self.lookup(run_style, _HIDES) if run_style else None
        if in_paragraph is None and in_run is None:
            return self._default_hidden
        on = [value is not None and value not in _OFF for value in (in_paragraph, in_run)]
        return on[0] != on[1]

    def outline_level(self, paragraph_style: str) -> int | None:
        """Return 0 to 8 for the style of a heading (0 also for titles), ``None`` for text."""
        if paragraph_style not in self._levels:
            self._levels[paragraph_style] = self._find_level(paragraph_style)
        return self._levels[paragraph_style]

    def _find_level(self, paragraph_style: str) -> int | None:
        name = ""
        seen: set[str] = set()
        style = paragraph_style
        while style in self.sources and style not in seen:
            seen.add(style)
            name = self.name(style).lower()
            if match := re.fullmatch(r"heading (\d)", name):
                return int(match.group(1)) - 1
            if name in ("title", "subtitle"):
                return 0
            base = self.sources[style].find(w("basedOn"))
            style = "" if base is None else base.get(_VAL, "")
        level = self.lookup(paragraph_style, f"{w('pPr')}/{w('outlineLvl')}")
        return int(level) if level is not None and level in "012345678" and level else None


def said_of_hiding(run_properties: Element | None) -> tuple[bool | None, str]:
    """Return whether the properties of a run hide it, ``None`` where they do not say, and the run's style."""
    style = ""
    for child in () if run_properties is None else run_properties:
        if child.tag == _VANISH:
            return child.get(_VAL, "1") not in _OFF, ""
        if child.tag == _RUN_STYLE:
            style = child.get(_VAL, "")
    return None, style


class RunTwin(NamedTuple):
    """The twin of a run of one text, still empty, and what :func:`said_of_hiding` says of it."""

    run: Element
    hides: bool | None
    style: str


class Cleaner:
    """Copies properties by allow-list, with style ids mapped.

    ``lost_fonts`` are names of fonts that were left out, ``used_styles`` the source's ids of styles referred to.
    """

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._harmless: dict[str, bool] = {}
        self._twins: dict[_Key, Element] = {}
        self._runs: dict[_Key, RunTwin] = {}
        self.lost_fonts: set[str] = set()
        self.used_styles: set[str] = set()

    def copy_flat(self, source: Element, parent: Element) -> Element:
        """Append the twin of ``w:pPr`` or ``w:rPr``, as :meth:`copy` does; equal ones are cleaned once."""
        key = self._key(source)
        twin = self._twins.get(key)
        if twin is None:
            twin = self._twins[key] = etree.Element(source.tag)
            self.copy_children(source, twin)
            mark = source.find(_R_PR) if source.tag == _P_PR else None
            if mark is not None and is_on(mark.find(_VANISH)):
                # Hides the end of the paragraph and no text: an empty one takes no room.
                new = twin.find(_R_PR)
                etree.SubElement(etree.SubElement(twin, _R_PR) if new is None else new, _VANISH)
        new = copy(twin)  # with all that is in it
        parent.append(new)
        return new

    def run_twin(self, properties: Element | None) -> RunTwin:
        """Return the twin of a run with ``properties`` and one text; equal ones are one and must be copied."""
        key = () if properties is None else self._key(properties)
        twin = self._runs.get(key)
        if twin is None:
            run = etree.Element(_RUN)
            if properties is not None:
                self.copy_flat(properties, run)
            etree.SubElement(run, _TEXT)
            twin = self._runs[key] = RunTwin(run, *said_of_hiding(properties))
        return twin

    @staticmethod
    def _key(element: Element) -> _Key:
        # Attributes are pairs of texts; what follows is a text and then pairs, so that the two are told apart.
        return (
            (element.tag, *element.items(), *map(Cleaner._key, element))
            if len(element)
            else (element.tag, *element.items())
        )

    def copy(self, source: Element, parent: Element) -> Element | None:
        """Append the allowed part of ``source`` and what is in it to ``parent``; return it, or ``None``."""
        allowed = _ALLOWED.get(source.tag)
        if allowed is None:
            return None
        name, attributes = allowed
        kept: dict[str, str] = {}
        for key, value in source.attrib.items():
            local = attributes.get(str(key))
            new = None if local is None else self._value(name, local, str(value))
            if new is not None:
                kept[str(key)] = new
            elif str(key) == _VAL and local is not None:
                return None  # without its value the element would mean something else
        element = etree.SubElement(parent, source.tag, kept)
        for child in source:
            self.copy(child, element)
        return element

    def _value(self, name: str, attribute: str, value: str) -> str | None:
        """Return what ``attribute`` of element ``name`` has in the copy, ``None`` if it must go."""
        if name in STYLE_REFERENCES:
            self.used_styles.add(value)
            return self._styles.new_id(value)
        if name == "rFonts" and attribute in _TYPEFACES:
            if is_known_font(value):
                return value
            self.lost_fonts.add(value)
            return None
        return value if self._is_harmless(value) else None

    def _is_harmless(self, value: str) -> bool:
        if value not in self._harmless:
            self._harmless[value] = is_harmless_value(value)
        return self._harmless[value]

    def copy_children(self, source: Element, parent: Element) -> None:
        """Append the allowed children of ``source`` to ``parent``."""
        for child in source:
            self.copy(child, parent)

    def copy_math(self, source: Element, parent: Element) -> Element:
        """Append an equation's property element and its harmless value to ``parent``."""
        value = source.get(f"{{{NS_M}}}val")
        element = etree.SubElement(parent, source.tag)
        if value is not None and (len(value) == 1 or is_harmless_value(value) or is_known_font(value)):
            element.set(f"{{{NS_M}}}val", value)
        return element


def styles_part(root: Element, styles: Styles, cleaner: Cleaner) -> Element:
    """Return ``word/styles.xml`` of the copy: the defaults, and the styles that the copy uses, renamed.

    Call it when everything else has been copied. Latent styles are left to Word.
    """
    out = etree.Element(w("styles"), nsmap={"w": NS_W})
    defaults = root.find(w("docDefaults"))
    if defaults is not None:
        cleaner.copy(defaults, out)
    used = styles.closure(cleaner.used_styles)
    for key, style in styles.sources.items():
        if key not in used:
            continue
        kind = style.get(w("type"), "paragraph")
        if not is_harmless_value(kind):
            continue
        element = etree.SubElement(out, w("style"), {w("type"): kind, w("styleId"): styles.new_id(key) or ""})
        if style.get(w("default")) in _ON:
            element.set(w("default"), "1")
        name = styles.new_name(key)
        if NEUTRAL_NAME.fullmatch(name):
            element.set(w("customStyle"), "1")
        etree.SubElement(element, w("name"), {_VAL: name})
        cleaner.copy_children(style, element)
    return out


def numbering_part(root: Element, cleaner: Cleaner, report: Callable[[str], None]) -> Element:
    """Return ``word/numbering.xml`` of the copy; ``report`` gets each number text that holds other words."""
    out = etree.Element(w("numbering"), nsmap={"w": NS_W})
    for abstract in root.findall(w("abstractNum")):
        element = _numbered(abstract, "abstractNumId", out)
        if element is not None:
            for child in abstract:
                if child.tag == w("lvl"):
                    _level(child, element, cleaner, report)
                else:
                    cleaner.copy(child, element)
    for number in root.findall(w("num")):
        element = _numbered(number, "numId", out)
        if element is not None:
            _instance(number, element, cleaner, report)
    return out


def _instance(number: Element, element: Element, cleaner: Cleaner, report: Callable[[str], None]) -> None:
    target = number.find(w("abstractNumId"))
    value = "" if target is None else target.get(_VAL, "")
    if _COUNT.fullmatch(value):
        etree.SubElement(element, w("abstractNumId"), {_VAL: value})
    for override in number.findall(w("lvlOverride")):
        new = _numbered(override, "ilvl", element)
        start = override.find(w("startOverride"))
        if new is not None and start is not None and _COUNT.fullmatch(start.get(_VAL, "")):
            etree.SubElement(new, w("startOverride"), {_VAL: start.get(_VAL, "")})
        if new is not None:
            for level in override.findall(w("lvl")):
                _level(level, new, cleaner, report)


def _numbered(source: Element, attribute: str, parent: Element) -> Element | None:
    value = source.get(w(attribute), "")
    if not _COUNT.fullmatch(value):
        return None
    return etree.SubElement(parent, source.tag, {w(attribute): value})


def _level(level: Element, parent: Element, cleaner: Cleaner, report: Callable[[str], None]) -> None:
    element = _numbered(level, "ilvl", parent)
    if element is None:
        return
    for child in level:
        if child.tag == w("start"):
            if is_harmless_value(child.get(_VAL, "")):
                etree.SubElement(element, child.tag, {_VAL: child.get(_VAL, "")})
        elif child.tag == w("lvlText"):
            text = child.get(_VAL, "")
            if not is_plain_numbering(text):
                report(text)
                text = ".".join(re.findall(r"%[1-9]", text))
            etree.SubElement(element, child.tag, {_VAL: text})
        else:
            cleaner.copy(child, element)


def settings_part(root: Element | None, cleaner: Cleaner) -> Element:
    """Return ``word/settings.xml`` of the copy: what the layout depends on, and nothing else."""
    out = etree.Element(w("settings"), nsmap={"w": NS_W})
    if root is None:
        return out
    for child in root:
        name = etree.QName(child).localname
        if name == "compat":
            _compatibility(child, out)
        elif name in _SETTINGS:
            value = child.get(_VAL)
            if value is None:
                etree.SubElement(out, child.tag)
            elif is_harmless_value(value):
                etree.SubElement(out, child.tag, {_VAL: value})
        elif name in ("footnotePr", "endnotePr"):
            cleaner.copy(child, out)
        elif name == "themeFontLang":
            kept = {str(k): str(v) for k, v in child.attrib.items() if is_harmless_value(str(v))}
            known = {key: value for key, value in kept.items() if key in (_VAL, w("eastAsia"), w("bidi"))}
            etree.SubElement(out, child.tag, known)
        elif name == "clrSchemeMapping":
            pairs = ((etree.QName(str(key)).localname, str(value)) for key, value in child.attrib.items())
            known = {w(n): value for n, value in pairs if n in _MAPPED and is_harmless_value(value)}
            etree.SubElement(out, child.tag, known)
    return out


_SETTINGS = frozenset(
    {
        "mirrorMargins",
        "alignBordersAndEdges",
        "bordersDoNotSurroundHeader",
        "bordersDoNotSurroundFooter",
        "gutterAtTop",
        "defaultTabStop",
        "autoHyphenation",
        "displayBackgroundShape",
        "consecutiveHyphenLimit",
        "hyphenationZone",
        "doNotHyphenateCaps",
        "evenAndOddHeaders",
        "bookFoldPrinting",
        "drawingGridHorizontalSpacing",
        "drawingGridVerticalSpacing",
        "displayHorizontalDrawingGridEvery",
        "displayVerticalDrawingGridEvery",
        "characterSpacingControl",
        "strictFirstAndLastChars",
    }
)
_COMPATIBILITY = frozenset(
    {
        "spaceForUL",
        "balanceSingleByteDoubleByteWidth",
        "doNotLeaveBackslashAlone",
        "ulTrailSpace",
        "doNotExpandShiftReturn",
        "adjustLineHeightInTable",
        "useFELayout",
        "growAutofit",
        "doNotBreakWrappedTables",
        "doNotSnapToGridInCell",
        "doNotWrapTextWithPunct",
        "doNotUseEastAsianBreakRules",
    }
)
_MAPPED = frozenset(
    [
        "bg1",
        "t1",
        "bg2",
        "t2",
        "accent1",
        "accent2",
        "accent3",
        "accent4",
        "accent5",
        "accent6",
        "hyperlink",
        "followedHyperlink",
    ]
)


def _compatibility(source: Element, out: Element) -> None:
    element = etree.SubElement(out, w("compat"))
    for child in source:
        if etree.QName(child).localname in _COMPATIBILITY and etree.QName(child).namespace == NS_W:
            etree.SubElement(element, child.tag)
        elif child.tag == w("compatSetting") and child.get(w("name")) == "compatibilityMode":
            value = child.get(_VAL, "")
            if value in ("11", "12", "14", "15"):
                uri = "http://schemas.microsoft.com/office/word"
                attributes = {w("name"): "compatibilityMode", w("uri"): uri, _VAL: value}
                etree.SubElement(element, child.tag, attributes)
