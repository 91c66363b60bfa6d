"""Reads what is inside a paragraph: runs, fields, equations; drawings have a room of their own."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy

from lxml import etree

from hospital_redact.formats.docx.draft import Piece
from hospital_redact.formats.docx.drawings import DrawingReader
from hospital_redact.formats.docx.fields import DRAWN, KEPT, is_plain, name_of
from hospital_redact.formats.docx.frames import ALTERNATIVES
from hospital_redact.formats.docx.properties import is_on
from hospital_redact.formats.docx.texts import MATH_TEXT, SPACE, T, is_pictograph, new_text, set_text, symbol_text
from hospital_redact.formats.docx.vocabulary import MATH, RUN_MARKS, RUN_TEXT, is_harmless_value, w
from hospital_redact.formats.docx.walker import (
    DELETED_TAGS,
    FIELD_MARK,
    IN_MAIN,
    IN_MATH,
    P_PR,
    R_PR,
    VAL,
    WRAPPER_TAGS,
    Line,
    R,
)
from hospital_redact.formats.ooxml.fonts import is_known_font
from hospital_redact.formats.ooxml.package import Element
from hospital_redact.model import Kind

_NOTE_MARKS = {w("footnoteReference"): "footnote", w("endnoteReference"): "endnote"}
# Codes are read with their field, properties with their run.
_SKIPPED = frozenset({R_PR, w("instrText"), w("delInstrText")})


class RunReader(DrawingReader):
    """Reads the content of a paragraph into its twin and the line.

    ``dead`` is ``None`` for text that stays, else the word under which it is left out (``tracked_deletion`` …).
    """

    def _inline(self, source: Element, out: Element, line: Line, dead: str | None) -> None:
        for child in source:
            tag = child.tag
            if tag == R:
                if dead or self._open_codes or not self._plain_run(child, out, line):
                    self._run(child, out, line, dead)
            elif tag != P_PR:
                self._other(child, out, line, dead)

    def _other(self, source: Element, out: Element, line: Line, dead: str | None) -> None:
        tag = source.tag
        if tag == w("fldSimple"):
            self._simple_field(source, out, line, dead)
        elif tag in WRAPPER_TAGS:
            self._note_wrapper(source, line.location)
            self._inline(source, out, line, dead)
        elif tag in DELETED_TAGS:
            self._draft.drop("tracked_deletion", self.part.name)
            self._inline(source, out, line, "tracked_deletion")
        elif tag.startswith(IN_MATH):
            self._equation(source, out, line, dead)
        elif tag == ALTERNATIVES:
            chosen = self._choose(source, line.location)
            if chosen is not None:
                self._inline(chosen, out, line, dead)
        else:
            self._unknown(source, line.location, line if dead else None)

    def _plain_run(self, source: Element, out: Element, line: Line) -> bool:
        """Read a run of one shown text, as nearly all are; return whether it is one.

        It gives what :meth:`_run` gives, in half the time.
        """
        parts = list(source)
        properties = parts[0] if len(parts) == 2 and parts[0].tag == R_PR else None
        if not parts or len(parts) > (1 if properties is None else 2) or parts[-1].tag != T:
            return False
        text = parts[-1].text
        twin = self._around.cleaner.run_twin(properties)
        if not text or self._around.styles.hides(twin.hides, twin.style, line.style):
            return False
        run = copy(twin.run)
        out.append(run)
        set_text(run[-1], text)
        line.pieces.append(Piece(run[-1], text))
        return True

    def _run(self, source: Element, out: Element, line: Line, dead: str | None) -> None:
        properties = source[0] if len(source) and source[0].tag == R_PR else source.find(R_PR)
        if dead is None and self._around.styles.is_hidden(properties, line.style):
            dead = "hidden_text"
            self._draft.drop("hidden_text", self.part.name)
        self._run_content(source, out, line, dead, self._new_run(out, properties))
        self._drop_empty_runs(out)

    def _new_run(self, out: Element, properties: Element | None) -> Element:
        run = etree.SubElement(out, R)
        if properties is not None:
            self._around.cleaner.copy_flat(properties, run)
        return run

    @staticmethod
    def _drop_empty_runs(out: Element) -> None:
        while len(out):
            last = out[-1]
            if last.tag != R or len(last) > 1 or (len(last) and last[0].tag != R_PR):
                break
            out.remove(last)

    def _run_content(self, source: Element, out: Element, line: Line, dead: str | None, run: Element) -> None:
        for child in source:
            gone = dead or ("field_code" if self._open_codes else None)
            if child.tag in _SKIPPED:
                continue
            reader = _RUN_READERS.get(child.tag)
            if child.tag == FIELD_MARK:
                self._field_mark(child, run, line, dead)
            elif reader is not None:
                reader(self, child, run, line, gone)
            elif child.tag == w("ruby"):
                run = self._ruby(child, out, line, gone, source.find(R_PR))
            elif child.tag == ALTERNATIVES:
                chosen = self._choose(child, line.location)
                if chosen is not None:
                    self._run_content(chosen, out, line, dead, run)
            else:
                self._unknown(child, line.location, line if gone else None)

    def _text(self, source: Element, run: Element, line: Line, dead: str | None) -> None:
        text = source.text or ""
        if dead:
            line.bury(dead, text)
        elif text:
            line.add(new_text(run, text), text)

    def _deleted_text(self, source: Element, run: Element, line: Line, dead: str | None) -> None:  # noqa: ARG002 - as its kin
        line.bury(dead or "tracked_deletion", source.text or "")

    def _mark(self, source: Element, run: Element, line: Line, dead: str | None) -> None:
        name = source.tag[len(IN_MAIN) :]
        text = RUN_TEXT.get(name, "")
        if dead:
            line.bury(dead, text)
            return
        kept = {w(key): source.get(w(key), "") for key in RUN_MARKS[name]}
        element = etree.SubElement(run, source.tag, {k: v for k, v in kept.items() if v and is_harmless_value(v)})
        line.add(element, text)

    def _symbol(self, source: Element, run: Element, line: Line, dead: str | None) -> None:
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

    def _note_mark(self, source: Element, run: Element, line: Line, dead: str | None) -> None:  # noqa: ARG002 - as its kin
        new = None if dead else self._around.note(_NOTE_MARKS[source.tag], source.get(w("id"), ""))
        if new is not None:
            attributes = {w("id"): new}
            if source.get(w("customMarkFollows")) in ("1", "true", "on"):
                attributes[w("customMarkFollows")] = "1"
            etree.SubElement(run, source.tag, attributes)

    def _ruby(self, source: Element, out: Element, line: Line, dead: str | None, properties: Element | None) -> Element:
        """Keep the base text and leave the reading above it out: it would repeat a name in another script."""
        self._draft.drop("phonetic_guide", self.part.name)
        self._drop_empty_runs(out)
        for part in source:
            if part.tag == w("rubyBase"):
                self._inline(part, out, line, dead)
            elif part.tag == w("rt"):
                self._skip(part, line.location, what="phonetic guide", cell=line.cell)
        return self._new_run(out, properties)

    def _equation(self, source: Element, out: Element, line: Line, dead: str | None) -> None:
        name = source.tag[len(IN_MATH) :]
        if name not in MATH:
            self._unknown(source, line.location, line if dead else None)
        elif name != "t":
            self._equation_parts(source, out if dead else self._around.cleaner.copy_math(source, out), line, dead)
        elif dead:
            line.bury(dead, source.text or "")
        elif source.text:
            element = etree.SubElement(out, MATH_TEXT, {SPACE: "preserve"})
            element.text = source.text
            line.add(element, source.text)

    def _equation_parts(self, source: Element, out: Element, line: Line, dead: str | None) -> None:
        for child in source:
            if child.tag.startswith(IN_MATH):
                self._equation(child, out, line, dead)
            elif child.tag == R_PR:
                if not dead:
                    self._around.cleaner.copy(child, out)
            elif child.tag in DELETED_TAGS:
                self._draft.drop("tracked_deletion", self.part.name)
                self._skip(child, line.location)
            elif child.tag == w("ins"):
                self._note_wrapper(child, line.location)
                self._equation_parts(child, out, line, dead)
            else:
                self._unknown(child, line.location, line if dead else None)

    # -- fields ------------------------------------------------------------------------------------------------

    def _simple_field(self, source: Element, out: Element, line: Line, dead: str | None) -> None:
        code = source.get(w("instr"), "")
        name = name_of(code)
        if name in KEPT and dead is None and not self._open_codes:
            if not is_plain(code):
                self._draft.bury(code, Kind.METADATA, line.location, line.cell)
            out = etree.SubElement(out, source.tag, {w("instr"): name})
        else:
            self._code(code, line)
        self._inline(source, out, line, dead)

    def _field_mark(self, mark: Element, run: Element, line: Line, dead: str | None) -> None:
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

    def _code(self, code: str, line: Line) -> None:
        self._draft.drop("field", self.part.name)
        if name_of(code) in DRAWN:
            self._miss("field", line.location, "the field shows what its code says, which is not redacted yet")
        if not is_plain(code):
            self._draft.bury(code, Kind.METADATA, line.location, line.cell)

    def _form(self, form: Element, run: Element, line: Line, name: str, *, hidden: bool) -> None:
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


_Reader = Callable[[RunReader, Element, Element, Line, str | None], None]
_RUN_READERS: dict[str, _Reader] = {
    T: RunReader._text,  # noqa: SLF001 - the table belongs to the class
    w("delText"): RunReader._deleted_text,  # noqa: SLF001 - the table belongs to the class
    w("sym"): RunReader._symbol,  # noqa: SLF001 - the table belongs to the class
    **{w(name): RunReader._mark for name in RUN_MARKS},  # noqa: SLF001 - the table belongs to the class
    **dict.fromkeys(_NOTE_MARKS, RunReader._note_mark),  # noqa: SLF001 - the table belongs to the class
    **dict.fromkeys((w("drawing"), w("pict"), w("object")), RunReader._drawing),  # noqa: SLF001 - as above
}
