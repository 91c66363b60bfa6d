"""Walks one story (body, header, footer, note): reads its text and builds its clean twin in the same pass.

Insertions are accepted, deletions and moves left out; hyperlinks, fields, smart tags and content controls are
unwrapped; of alternative contents one is taken. Text that does not show becomes a dead block.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from lxml import etree

from hospital_redact.formats.docx import drawing
from hospital_redact.formats.docx.draft import Draft, Passage, Picture, Piece
from hospital_redact.formats.docx.fields import DRAWN, KEPT, balance_fields, find_fields, is_plain, name_of
from hospital_redact.formats.docx.package import Element, NewPart
from hospital_redact.formats.docx.properties import Cleaner, Styles, is_on
from hospital_redact.formats.docx.tables import TableHeads
from hospital_redact.formats.docx.texts import MATH_TEXT, SPACE, T, is_pictograph, new_text, plain_text, symbol_text
from hospital_redact.formats.docx.vocabulary import (
    DELETED,
    MATH,
    MEANINGLESS,
    NS_M,
    NS_MC,
    NS_R,
    NS_W,
    RUN_MARKS,
    RUN_TEXT,
    UNDERSTOOD_CHOICES,
    UNWRAPPED,
    is_harmless_value,
    is_known_font,
    w,
)
from hospital_redact.model import Block, Kind, Location, TablePosition, Unread

P, R, TBL, TR, TC = w("p"), w("r"), w("tbl"), w("tr"), w("tc")
P_PR, R_PR, FIELD_MARK, SECTION = w("pPr"), w("rPr"), w("fldChar"), w("sectPr")
VAL = w("val")
ALTERNATIVES = f"{{{NS_MC}}}AlternateContent"
CHOICE, FALLBACK = f"{{{NS_MC}}}Choice", f"{{{NS_MC}}}Fallback"
IN_MAIN, IN_MATH = f"{{{NS_W}}}", f"{{{NS_M}}}"
IMAGE_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
TITLE_HALF_POINTS = 28
TITLE_LENGTH = 60
_NOTE_MARKS = {w("footnoteReference"): "footnote", w("endnoteReference"): "endnote"}
_WRAPPER_TAGS = frozenset(w(name) for name in UNWRAPPED)
_DELETED_TAGS = frozenset(w(name) for name in DELETED)
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

    def section(self, story: Story, source: Element, out: Element) -> None:
        """Take over the header and footer references of a section."""

    def picture_part(self, story: Story, relation: str) -> str | None:
        """Return the name in the copy of the part of a picture, ``None`` if it cannot stay."""

    def hidden_text_of(self, story: Story, relation: str) -> str:
        """Return all text of a chart's or diagram's part, for detection only."""


@dataclass(slots=True)
class _Line:
    """A paragraph while it is read."""

    location: Location
    style: str
    cell: TablePosition | None
    pieces: list[Piece] = field(default_factory=list)
    dead: dict[str, list[str]] = field(default_factory=dict)

    def add(self, element: Element, text: str) -> None:
        if text:
            self.pieces.append(Piece(element, text))

    def bury(self, what: str, text: str) -> None:
        if text:
            self.dead.setdefault(what, []).append(text)


class Story:
    """Reads ``root`` (of part ``key`` in the source) into ``out`` and the draft. One object a part."""

    def __init__(self, around: Surroundings, key: str, part: NewPart, root: Element, kind: Kind) -> None:
        self.key = key
        self.part = part
        self._around = around
        self._draft = around.draft
        self._kind = kind
        self._fields = find_fields(root)
        self._open_codes: set[Element] = set()
        self._paragraphs = 0
        self._tables = 0
        self._counts: dict[str, int] = {}
        self._leading = kind is Kind.PARAGRAPH

    # -- blocks ------------------------------------------------------------------------------------------------

    def walk(self, source: Element, out: Element, place: str = "", cell: TablePosition | None = None) -> None:
        """Read the block-level content of ``source`` into ``out``."""
        for child in source:
            tag = child.tag
            if tag == P:
                self._paragraph(child, out, place, cell)
            elif tag == TBL:
                self._table(child, out)
            elif tag == SECTION:
                self._section(child, out)
            elif tag == ALTERNATIVES:
                chosen = self._choose(child, self._location(place))
                if chosen is not None:
                    self.walk(chosen, out, place, cell)
            elif self._is_wrapper(tag):
                self._note_wrapper(child, self._location(place))
                self.walk(child, out, place, cell)
            elif tag in _DELETED_TAGS:
                self._draft.drop("tracked_deletion", self.part.name)
                self._skip(child, self._location(place))
            else:
                self._unknown(child, self._location(place), None)

    def _section(self, source: Element, out: Element) -> None:
        new = self._around.cleaner.copy(source, out)
        if new is not None:
            self._around.section(self, source, new)

    def _location(self, place: str) -> Location:
        return Location(self.part.name, place or f"paragraph {max(1, self._paragraphs)}")

    def _paragraph(self, source: Element, out: Element, place: str, cell: TablePosition | None) -> None:
        if cell is None:
            self._paragraphs += 1
        paragraph = etree.SubElement(out, P)
        properties = source.find(P_PR)
        style = ""
        if properties is not None:
            named = properties.find(w("pStyle"))
            style = "" if named is None else named.get(VAL, "")
            new = self._around.cleaner.copy(properties, paragraph)
            section, made = properties.find(SECTION), None if new is None else new.find(SECTION)
            if section is not None and made is not None:
                self._around.section(self, section, made)
        line = _Line(self._location(place), style, cell)
        self._inline(source, paragraph, line, None)
        balance_fields(paragraph)
        text = "".join(piece.text for piece in line.pieces)
        block = Block(text, line.location, self._kind_of(paragraph, style, text, cell), cell)
        self._draft.live.append(Passage(block, tuple(line.pieces)))
        for what, pieces in line.dead.items():
            kind = Kind.METADATA if what == "field_code" else Kind.PARAGRAPH
            self._draft.bury("".join(pieces), kind, line.location, cell)

    def _kind_of(self, paragraph: Element, style: str, text: str, cell: TablePosition | None) -> Kind:
        if self._kind is not Kind.PARAGRAPH:
            return self._kind
        if cell is not None:
            self._leading = False
            return Kind.CELL
        level = paragraph.find(f"{P_PR}/{w('outlineLvl')}")
        direct = "" if level is None else level.get(VAL, "")
        if text.strip() and (
            (direct and direct in "012345678") or self._around.styles.outline_level(style) is not None
        ):
            return Kind.HEADING
        if self._leading and text.strip():
            # Titles of Chinese official documents are plain paragraphs: the first ones, centred, large or bold.
            self._leading = len(text) <= TITLE_LENGTH and self._is_title(paragraph, style)
            return Kind.HEADING if self._leading else Kind.PARAGRAPH
        return Kind.PARAGRAPH

    def _is_title(self, paragraph: Element, style: str) -> bool:
        styles = self._around.styles
        aligned = paragraph.find(f"{P_PR}/{w('jc')}")
        where = aligned.get(VAL) if aligned is not None else styles.lookup(style, f"{P_PR}/{w('jc')}")
        if where != "center":
            return False
        sizes = [e.get(VAL, "") for e in paragraph.iterfind(f"{R}/{R_PR}/{w('sz')}")]
        sizes.append(styles.lookup(style, f"{R_PR}/{w('sz')}") or "")
        large = any(size.isdigit() and int(size) >= TITLE_HALF_POINTS for size in sizes)
        return large or any(is_on(e) for e in paragraph.iterfind(f"{R}/{R_PR}/{w('b')}"))

    # -- tables ------------------------------------------------------------------------------------------------

    def _table(self, source: Element, out: Element) -> None:
        self._tables += 1
        self._draft.tables += 1
        place = f"table {self._tables}"
        table = etree.SubElement(out, TBL)
        for child in source:
            if child.tag in (w("tblPr"), w("tblGrid")):
                self._around.cleaner.copy(child, table)
        for said in source.iterfind(f"{w('tblPr')}/*"):
            if said.tag in (w("tblCaption"), w("tblDescription")):
                self._say(said.get(VAL, ""), Location(self.part.name, place))
        rows = []
        for row in self._members(source, TR, place):
            if row.find(f"{w('trPr')}/{w('del')}") is not None:
                self._draft.drop("tracked_deletion", self.part.name)
                self._skip(row, Location(self.part.name, place))
            else:
                rows.append([(row, cell) for cell in self._members(row, TC, place)])
        rows = [row for row in rows if row]
        heads = TableHeads(self._draft.tables - 1, [[cell for _, cell in row] for row in rows])
        for index, row_cells in enumerate(rows):
            new_row = self._row(row_cells[0][0], table)
            for column, (_, cell) in enumerate(row_cells):
                self._cell(cell, new_row, heads.position(index, column), heads, place)
        if table.find(TR) is None:
            out.remove(table)  # no cell is left, so no table was nested in it either
            self._tables -= 1
            self._draft.tables -= 1

    def _row(self, source: Element, table: Element) -> Element:
        row = etree.SubElement(table, TR)
        for child in source:
            if child.tag in (w("tblPrEx"), w("trPr")):
                self._around.cleaner.copy(child, row)
        return row

    def _cell(self, source: Element, row: Element, position: TablePosition, heads: TableHeads, place: str) -> None:
        live = self._draft.live
        place = f"{place} row {position.row + 1} column {position.column + 1}"
        cell = etree.SubElement(row, TC)
        properties = source.find(w("tcPr"))
        if properties is not None:
            self._around.cleaner.copy(properties, cell)
        first = len(live)
        if properties is not None and properties.find(w("cellDel")) is not None:
            self._draft.drop("tracked_deletion", self.part.name)
            self._skip(source, Location(self.part.name, place))
        else:
            self.walk(source, cell, place, position)
        if len(cell) == 0 or cell[-1].tag != P:  # a cell ends with a paragraph (clause 17.4.66)
            etree.SubElement(cell, P)
            live.append(Passage(Block("", Location(self.part.name, place), Kind.CELL, position)))
        heads.note(position, first, "".join(passage.block.text for passage in live[first:]))

    def _members(self, source: Element, wanted: str, place: str) -> Iterator[Element]:
        """Yield the rows of a table or the cells of a row, out of whatever wraps them."""
        for child in source:
            if child.tag == wanted:
                yield child
            elif child.tag == ALTERNATIVES:
                chosen = self._choose(child, Location(self.part.name, place))
                if chosen is not None:
                    yield from self._members(chosen, wanted, place)
            elif self._is_wrapper(child.tag):
                self._note_wrapper(child, Location(self.part.name, place))
                yield from self._members(child, wanted, place)
            elif child.tag in _DELETED_TAGS:
                self._draft.drop("tracked_deletion", self.part.name)
                self._skip(child, Location(self.part.name, place))
            else:
                self._unknown(child, Location(self.part.name, place), None)

    # -- inside a paragraph ------------------------------------------------------------------------------------

    def _inline(self, source: Element, out: Element, line: _Line, dead: str | None) -> None:
        for child in source:
            tag = child.tag
            if tag == R:
                self._run(child, out, line, dead)
            elif tag == P_PR:
                continue
            elif tag == w("fldSimple"):
                self._simple_field(child, out, line, dead)
            elif self._is_wrapper(tag):
                self._note_wrapper(child, line.location)
                self._inline(child, out, line, dead)
            elif tag in _DELETED_TAGS:
                self._draft.drop("tracked_deletion", self.part.name)
                self._inline(child, out, line, "tracked_deletion")
            elif tag.startswith(IN_MATH):
                self._equation(child, out, line, dead)
            elif tag == ALTERNATIVES:
                chosen = self._choose(child, line.location)
                if chosen is not None:
                    self._inline(chosen, out, line, dead)
            else:
                self._unknown(child, line.location, line if dead else None)

    def _run(self, source: Element, out: Element, line: _Line, dead: str | None) -> None:
        properties = source.find(R_PR)
        if dead is None and self._around.styles.is_hidden(properties, line.style):
            dead = "hidden_text"
            self._draft.drop("hidden_text", self.part.name)
        self._run_content(source, out, line, dead, self._new_run(out, properties))
        self._drop_empty_runs(out)

    def _new_run(self, out: Element, properties: Element | None) -> Element:
        run = etree.SubElement(out, R)
        if properties is not None:
            self._around.cleaner.copy(properties, run)
        return run

    @staticmethod
    def _drop_empty_runs(out: Element) -> None:
        while len(out) and out[-1].tag == R and (len(out[-1]) == 0 or (len(out[-1]) == 1 and out[-1][0].tag == R_PR)):
            out.remove(out[-1])

    def _run_content(self, source: Element, out: Element, line: _Line, dead: str | None, run: Element) -> None:
        for child in source:
            tag = child.tag
            if tag == R_PR:
                continue
            if tag == FIELD_MARK:
                self._field_mark(child, run, line, dead)
                continue
            gone = dead or ("field_code" if self._open_codes else None)
            if tag == T:
                self._text(child, run, line, gone)
            elif tag == w("delText"):
                line.bury(gone or "tracked_deletion", child.text or "")
            elif tag in (w("instrText"), w("delInstrText")):
                continue  # read with its field, see _field_mark
            elif tag.startswith(IN_MAIN) and tag[len(IN_MAIN) :] in RUN_MARKS:
                self._mark(child, run, line, gone)
            elif tag == w("sym"):
                self._symbol(child, run, line, gone)
            elif tag in _NOTE_MARKS:
                self._note_mark(child, run, gone)
            elif tag in (w("drawing"), w("pict"), w("object")):
                self._drawing(child, run, line, gone)
            elif tag == w("ruby"):
                run = self._ruby(child, out, line, gone, source.find(R_PR))
            elif tag == ALTERNATIVES:
                chosen = self._choose(child, line.location)
                if chosen is not None:
                    self._run_content(chosen, out, line, dead, run)
            else:
                self._unknown(child, line.location, line if gone else None)

    def _text(self, source: Element, run: Element, line: _Line, dead: str | None) -> None:
        text = source.text or ""
        if dead:
            line.bury(dead, text)
        elif text:
            line.add(new_text(run, text), text)

    def _mark(self, source: Element, run: Element, line: _Line, dead: str | None) -> None:
        name = source.tag[len(IN_MAIN) :]
        text = RUN_TEXT.get(name, "")
        if dead:
            line.bury(dead, text)
            return
        kept = {w(key): source.get(w(key), "") for key in RUN_MARKS[name]}
        element = etree.SubElement(run, source.tag, {k: v for k, v in kept.items() if v and is_harmless_value(v)})
        line.add(element, text)

    def _symbol(self, source: Element, run: Element, line: _Line, dead: str | None) -> None:
        font, code = source.get(w("font"), ""), source.get(w("char"), "")
        text = symbol_text(font, code)
        if dead:
            line.bury(dead, text)
        elif is_pictograph(font, text):
            attributes = {w("font"): font if is_known_font(font) else "Symbol", w("char"): code}
            line.add(etree.SubElement(run, source.tag, attributes), text)
        elif text:
            # A character that has a code point of its own is written as text, so that nothing stays in disguise.
            line.add(new_text(run, text), text)

    def _note_mark(self, source: Element, run: Element, dead: str | None) -> None:
        new = None if dead else self._around.note(_NOTE_MARKS[source.tag], source.get(w("id"), ""))
        if new is not None:
            attributes = {w("id"): new}
            if source.get(w("customMarkFollows")) in ("1", "true", "on"):
                attributes[w("customMarkFollows")] = "1"
            etree.SubElement(run, source.tag, attributes)

    def _ruby(
        self, source: Element, out: Element, line: _Line, dead: str | None, properties: Element | None
    ) -> Element:
        """Keep the base text and leave the reading above it out: it would repeat a name in another script."""
        self._draft.drop("phonetic_guide", self.part.name)
        for part in source:
            if part.tag == w("rubyBase"):
                self._inline(part, out, line, dead)
            elif part.tag == w("rt"):
                self._skip(part, line.location, what="phonetic guide", cell=line.cell)
        return self._new_run(out, properties)

    def _equation(self, source: Element, out: Element, line: _Line, dead: str | None) -> None:
        name = source.tag[len(IN_MATH) :]
        if name not in MATH:
            self._unknown(source, line.location, line if dead else None)
            return
        if name == "t":
            text = source.text or ""
            if dead:
                line.bury(dead, text)
            elif text:
                element = etree.SubElement(out, MATH_TEXT, {SPACE: "preserve"})
                element.text = text
                line.add(element, text)
            return
        element = out if dead else self._around.cleaner.copy_math(source, out)
        for child in source:
            if child.tag.startswith(IN_MATH):
                self._equation(child, element, line, dead)
            elif child.tag == R_PR:
                if not dead:
                    self._around.cleaner.copy(child, element)
            elif child.tag in _DELETED_TAGS:
                self._draft.drop("tracked_deletion", self.part.name)
                self._skip(child, line.location)
            elif child.tag == w("ins"):
                self._note_wrapper(child, line.location)
                self._equation_parts(child, element, line, dead)
            else:
                self._unknown(child, line.location, line if dead else None)

    def _equation_parts(self, source: Element, out: Element, line: _Line, dead: str | None) -> None:
        for child in source:
            if child.tag.startswith(IN_MATH):
                self._equation(child, out, line, dead)
            else:
                self._unknown(child, line.location, line if dead else None)

    # -- fields ------------------------------------------------------------------------------------------------

    def _simple_field(self, source: Element, out: Element, line: _Line, dead: str | None) -> None:
        code = source.get(w("instr"), "")
        name = name_of(code)
        if name in KEPT and dead is None and not self._open_codes:
            if not is_plain(code):
                self._draft.bury(code, Kind.METADATA, line.location, line.cell)
            out = etree.SubElement(out, source.tag, {w("instr"): name})
        else:
            self._code(code, line)
        self._inline(source, out, line, dead)

    def _field_mark(self, mark: Element, run: Element, line: _Line, dead: str | None) -> None:
        begin = self._fields.begin_of.get(mark)
        if begin is None:
            return
        information = self._fields.by_begin[begin]
        name = name_of(information.code)
        if mark is begin:
            hidden = dead or bool(self._open_codes)
            self._open_codes.add(begin)
            if name not in KEPT or hidden:
                self._code(information.code, line)
            elif not is_plain(information.code):
                self._draft.bury(information.code, Kind.METADATA, line.location, line.cell)
            form = mark.find(w("ffData"))
            if form is not None:
                self._form(form, run, line, name, hidden=bool(hidden))
        elif mark is information.code_end:
            self._open_codes.discard(begin)
        if name not in KEPT or dead or self._open_codes - {begin}:
            return
        if mark is begin:
            etree.SubElement(run, FIELD_MARK, {w("fldCharType"): "begin"})
            etree.SubElement(run, w("instrText")).text = name
        else:
            etree.SubElement(run, FIELD_MARK, {w("fldCharType"): mark.get(w("fldCharType"), "")})

    def _code(self, code: str, line: _Line) -> None:
        self._draft.drop("field", self.part.name)
        if name_of(code) in DRAWN:
            self._miss("field", line.location, "the field shows what its code says, which is not redacted yet")
        if not is_plain(code):
            self._draft.bury(code, Kind.METADATA, line.location, line.cell)

    def _form(self, form: Element, run: Element, line: _Line, name: str, *, hidden: bool) -> None:
        """Read a legacy form field: its box or choice becomes plain text, its names and help texts go."""
        entries = [e.get(VAL, "") for e in form.iterfind(f"{w('ddList')}/{w('listEntry')}")]
        said = [e.get(VAL, "") for e in form.iter(w("name"), w("helpText"), w("statusText"), w("entryMacro"))]
        said += [e.get(VAL, "") for e in form.iter(w("exitMacro"))]
        said += [e.get(VAL, "") for e in form.iterfind(f"{w('textInput')}/{w('default')}")]
        text = ""
        box = form.find(w("checkBox"))
        if name == "FORMCHECKBOX" and box is not None:
            ticked = is_on(box.find(w("checked")))
            text = "☒" if (is_on(box.find(w("default"))) if ticked is None else ticked) else "☐"
        elif name == "FORMDROPDOWN" and entries:
            chosen = form.find(f"{w('ddList')}/{w('result')}")
            if chosen is None:
                chosen = form.find(f"{w('ddList')}/{w('default')}")
            index = "0" if chosen is None else chosen.get(VAL, "0")
            text = entries[int(index)] if index.isdecimal() and int(index) < len(entries) else entries[0]
        if text and not hidden:
            line.add(new_text(run, text), text)
        said += [entry for entry in entries if hidden or entry != text]
        self._draft.bury("\n".join(word for word in said if word), Kind.METADATA, line.location, line.cell)

    # -- what is not text ----------------------------------------------------------------------------------------

    def _drawing(self, source: Element, run: Element, line: _Line, dead: str | None) -> None:
        found = drawing.classify(source)
        location = line.location
        for text in found.sayings:
            self._say(text, location)
        hidden = dead or self._is_hidden_drawing(source)
        if not hidden and found.what == "image":
            self._picture(source, run, found, line)
            return
        self._draft.drop("hidden_drawing" if hidden else found.what, self.part.name)
        if not hidden and found.what != "shape":
            self._miss(found.what, location, found.reason)
        for text in found.letters:
            self._draft.bury(text, Kind.PARAGRAPH, location, line.cell)
        if found.relation and found.what in ("chart", "smartart"):
            self._draft.bury(self._around.hidden_text_of(self, found.relation), Kind.PARAGRAPH, location, line.cell)
        self._skip(source, location, what=found.what.replace("_", " "), cell=line.cell)

    @staticmethod
    def _is_hidden_drawing(source: Element) -> bool:
        return any(e.get("hidden") in ("1", "true") for e in source.iterfind("./*/*") if e.tag.endswith("}docPr"))

    def _picture(self, source: Element, run: Element, found: drawing.Drawing, line: _Line) -> None:
        target = self._around.picture_part(self, found.relation)
        if target is None:
            self._draft.drop("image_not_kept", self.part.name)
            self._miss("image_not_kept", line.location, "the picture is no PNG or JPEG, is damaged or is missing")
            return
        unread = self._miss(found.what, line.location, found.reason)
        relation = self.part.relate(IMAGE_RELATION, target)
        element = drawing.picture(source, run, relation, len(self._draft.pictures) + 1)
        self._draft.pictures.append(Picture(unread, element, self.part, target))

    def _say(self, text: str, location: Location) -> None:
        self._draft.drop("alternative_text", self.part.name)
        self._draft.bury(text, Kind.ALT_TEXT, location)

    # -- what is left out ----------------------------------------------------------------------------------------

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

    def _unknown(self, source: Element, location: Location, line: _Line | None) -> None:
        """Leave out an element that is on no list; if it may show something, the document is not fully read."""
        name = etree.QName(source).localname
        if source.tag.startswith(IN_MAIN) and name in MEANINGLESS:
            if name == "bookmarkStart" and not source.get(w("name"), "_").startswith("_"):
                self._draft.drop("bookmark", self.part.name)
            return
        text = "".join(source.itertext())
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

    @staticmethod
    def _is_wrapper(tag: str) -> bool:
        return tag in _WRAPPER_TAGS


def _is_understood(choice: Element) -> bool:
    required = (choice.get("Requires") or "").split()
    return bool(required) and all(choice.nsmap.get(prefix) in UNDERSTOOD_CHOICES for prefix in required)
