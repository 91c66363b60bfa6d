"""What all readers of a story share: its state, and how things are left out.

Nothing is left out in silence: what does not show becomes a dead block and is counted, what may show and is not
understood becomes unread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from lxml import etree

from hospital_redact.formats.docx.draft import Draft, Image, Piece
from hospital_redact.formats.docx.fields import find_fields
from hospital_redact.formats.docx.frames import CHOICE, FALLBACK
from hospital_redact.formats.docx.properties import Cleaner, Styles
from hospital_redact.formats.docx.texts import plain_text
from hospital_redact.formats.docx.vocabulary import DELETED, MEANINGLESS, UNDERSTOOD_CHOICES, UNWRAPPED, w
from hospital_redact.formats.ooxml.charts import Chart
from hospital_redact.formats.ooxml.namespaces import NS_M, NS_R, NS_W, NS_WP
from hospital_redact.formats.ooxml.package import Element, NewPart
from hospital_redact.model import Kind, Location, TablePosition, Unread

P, R, P_PR, R_PR, FIELD_MARK = w("p"), w("r"), w("pPr"), w("rPr"), w("fldChar")
VAL = w("val")
IN_MAIN, IN_MATH = f"{{{NS_W}}}", f"{{{NS_M}}}"
WRAPPER_TAGS = frozenset(w(name) for name in UNWRAPPED)
DELETED_TAGS = frozenset(w(name) for name in DELETED)
_COUNTED = {
    "ins": "tracked_insertion",
    "moveTo": "tracked_insertion",
    "sdt": "content_control",
    "hyperlink": "hyperlink",
    "smartTag": "smart_tag",
    "customXml": "custom_xml",
}
_UNREAD_ELEMENTS = {
    "altChunk": "alt_chunk",
    "contentPart": "ink",
    "subDoc": "subdocument",
    "control": "embedded_object",
}


class Surroundings(Protocol):
    """What a story needs of the rest of the file."""

    draft: Draft
    styles: Styles
    cleaner: Cleaner

    def note(self, kind: str, key: str) -> str | None:
        """Return the id in the copy of footnote or endnote ``key``, ``None`` if there is none."""

    def section(self, story: Walker, source: Element, out: Element) -> None:
        """Take over the header and footer references of a section."""

    def image(self, story: Walker, relation: str, crop: tuple[float, float, float, float]) -> Image | None:
        """Return the picture in the copy, without what is cut off at its sides; ``None`` if it cannot stay."""

    def chart(self, story: Walker, relation: str) -> tuple[str, Chart] | None:
        """Return a chart and the name of its part in the copy, ``None`` if its kind is not known."""

    def diagram(self, story: Walker, relation: str) -> tuple[str, ...]:
        """Return what a diagram says, a line a paragraph."""

    def hidden_text_of(self, story: Walker, relation: str) -> str:
        """Return all text of a chart's or diagram's part, for detection only."""


@dataclass(slots=True)
class Line:
    """A paragraph while it is read."""

    location: Location
    style: str
    cell: TablePosition | None
    pieces: list[Piece] = field(default_factory=list)
    dead: dict[str, list[str]] = field(default_factory=dict)
    after: list[Callable[[], None]] = field(default_factory=list)
    """Reads what is drawn in the paragraph, when the paragraph itself has been read."""

    def add(self, element: Element, text: str) -> None:
        """Note that ``element`` of the copy shows ``text``."""
        if text:
            self.pieces.append(Piece(element, text))

    def bury(self, what: str, text: str) -> None:
        """Note text that no copy keeps, under the word that says why."""
        if text:
            self.dead.setdefault(what, []).append(text)


class Walker:
    """One part of the source (``key``) on its way to ``part`` of the copy. ``kind`` is that of its blocks."""

    def __init__(self, around: Surroundings, key: str, part: NewPart, root: Element, kind: Kind) -> None:
        self.key = key
        self.part = part
        self._around = around
        self._draft = around.draft
        self._kind = kind
        self._fields = find_fields(root)
        self._open_codes: set[Element] = set()
        self._counts: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._ranks = _ranks(root)

    def _say(self, text: str, location: Location) -> None:
        self._draft.drop("alternative_text", self.part.name)
        self._draft.bury(text, Kind.ALT_TEXT, location)

    def _miss(self, what: str, location: Location, reason: str) -> Unread:
        # Numbered, so that accepting one picture of a paragraph does not accept its neighbour.
        number = self._counts[what] = self._counts.get(what, 0) + 1
        place = Location(location.part, f"{location.address}, {what} {number}")
        self._draft.unread.append(Unread(what, place, reason))
        return self._draft.unread[-1]

    def _choose(self, alternatives: Element, location: Location) -> Element | None:
        """Return the first branch that is understood (ISO 29500-3, 9.3); what the others say is buried."""
        branches = [child for child in alternatives if child.tag in (CHOICE, FALLBACK)]
        chosen = next((branch for branch in branches if branch.tag == FALLBACK or _is_understood(branch)), None)
        said = "" if chosen is None else plain_text(chosen)
        for branch in branches:
            if branch is not chosen:
                self._skip(branch, location, unless=said)
        return chosen

    def _note_wrapper(self, source: Element, location: Location) -> None:
        name = source.tag[len(IN_MAIN) :]
        if name in _COUNTED:
            self._draft.drop(_COUNTED[name], self.part.name)
        if name == "hyperlink":
            self._draft.bury(source.get(w("tooltip"), ""), Kind.LINK, location)

    def _skip(
        self, source: Element, location: Location, what: str = "", cell: TablePosition | None = None, unless: str = ""
    ) -> None:
        """Leave ``source`` out; its text becomes a dead block, and its field marks still count."""
        for mark in source.iter(FIELD_MARK):
            begin = self._fields.begin_of.get(mark)
            if begin is mark:
                self._open_codes.add(mark)
            elif begin is not None and mark is self._fields.by_begin[begin].code_end:
                self._open_codes.discard(begin)
        text = plain_text(source)
        if text != unless:
            place = Location(location.part, f"{location.address}, {what}") if what else location
            self._draft.bury(text, Kind.PARAGRAPH, place, cell)

    def _unknown(self, source: Element, location: Location, line: Line | None) -> None:
        """Leave out an element that is on no list; if it may show something, the document is not fully read."""
        name = etree.QName(source).localname
        if source.tag.startswith(IN_MAIN) and name in MEANINGLESS:
            if name == "bookmarkStart" and not source.get(w("name"), "_").startswith("_"):
                self._draft.drop("bookmark", self.part.name)
            return
        text = "".join(str(piece) for piece in source.itertext())
        self._draft.drop(_UNREAD_ELEMENTS.get(name, "unknown_element"), self.part.name)
        self._skip(source, location, unless=plain_text(source))
        if line is not None:
            line.bury("unknown_element", text)
            return
        self._draft.bury(text, Kind.PARAGRAPH, location)
        refers = any(str(key).startswith(f"{{{NS_R}}}") for child in source.iter("*") for key in child.attrib)
        if name in _UNREAD_ELEMENTS:
            self._miss(_UNREAD_ELEMENTS[name], location, "content of this kind is not read yet")
        elif refers:
            self._miss("unknown_part", location, "something refers to a part of an unknown kind")
        elif text.strip():
            self._miss("unknown_element", location, "text stands in an element of an unknown kind")


def _ranks(root: Element) -> dict[Element, int]:
    """Return for each drawing that lies in front of or behind others how many it lies in front of, from 1."""

    def height(anchor: Element) -> int:
        value = anchor.get("relativeHeight", "")
        return int(value) if value.isascii() and value.isdigit() and len(value) < 12 else 0

    return {anchor: rank for rank, anchor in enumerate(sorted(root.iter(f"{{{NS_WP}}}anchor"), key=height), 1)}


def _is_understood(choice: Element) -> bool:
    required = (choice.get("Requires") or "").split()
    return bool(required) and all(choice.nsmap.get(prefix) in UNDERSTOOD_CHOICES for prefix in required)
