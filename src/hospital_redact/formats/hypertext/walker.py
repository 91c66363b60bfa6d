"""Walks the tree of a page: what shows becomes blocks and the parts of the copy, all else is noted and left out."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from functools import partial
from urllib.parse import unquote_to_bytes
from xml.etree.ElementTree import Element

from hospital_redact.errors import ReadError
from hospital_redact.formats.hypertext import styles
from hospital_redact.formats.hypertext import vocabulary as known
from hospital_redact.formats.hypertext.draft import Address, Draft, Picture, Words
from hospital_redact.formats.hypertext.parsing import attributes_of, local_name
from hospital_redact.formats.hypertext.tables import Table
from hospital_redact.formats.pictures import PictureReading, read_picture
from hospital_redact.model import Block, Kind, Location, TablePosition, Unread

_DATA_URI = re.compile(r"\s*data:([^,]{0,200}),(.*)", re.IGNORECASE | re.DOTALL)
_SHORT_NUMBER = re.compile(r"[0-9]{1,3}")
_TELLS = re.compile(r"[^\x00-\x7f]|[0-9]{5}|@|%[0-9A-Fa-f]{2}")
_DRAWN_WORDS = ("svg:text", "svg:textpath", "svg:image", "svg:foreignobject")
_UNSHOWN_INPUTS = ("hidden", "password", "file", "color", "range", "image", "checkbox", "radio")


class Walker:
    """Reads a page. The steps that are still to do wait in a stack, so that no depth costs a call."""

    def __init__(self, root: Element, *, reads_pictures: bool = True) -> None:
        """Prepare to walk; without ``reads_pictures`` their data is taken alone, which is much faster."""
        self._reads_pictures = reads_pictures
        self.draft = Draft()
        self.language = ""
        self.title: Words | None = None
        self._todo: list[Callable[[], object]] = [partial(self._enter, root)]
        self._styles = styles.Styles(["".join(e.itertext()) for e in root.iter() if local_name(e) == "style"])
        self._above: list[styles.Element] = []
        self._tables: list[Table] = []
        self._in_head = 0
        self._table_count = 0
        self._numbers: dict[str, int] = {}
        self._steps: dict[str, Callable[[Element, dict[str, str]], None]] = {
            "a": self._read_a,
            "br": self._read_br,
            "button": self._read_button,
            "dd": self._read_dd,
            "dl": self._read_dl,
            "dt": self._read_dt,
            "head": self._read_head,
            "hr": self._read_hr,
            "html": self._read_html,
            "img": self._read_img,
            "input": self._read_input,
            "rt": self._read_rt,
            "select": self._read_select,
            "source": self._read_source,
            "span": self._read_span,
            "table": self._read_table,
            "td": self._read_cell,
            "textarea": self._read_textarea,
            "th": self._read_cell,
            "thead": self._read_thead,
            "title": self._read_title,
            "tr": self._read_tr,
        }
        """Elements that are read in a way of their own."""
        self._title_element: Element | None = None
        self._take_title(root)

    def walk(self) -> None:
        """Fill the draft."""
        while self._todo:
            self._todo.pop()()
        self.draft.end_line()

    # -- steps

    def _then(self, *steps: Callable[[], object]) -> None:
        """Do ``steps`` next, in this order."""
        self._todo.extend(reversed(steps))

    def _inside(self, element: Element) -> tuple[Callable[[], object], ...]:
        """Return the steps for all that stands in ``element``."""
        steps: list[Callable[[], object]] = []
        between_cells = local_name(element) in known.TABLE_PARTS

        def later(text: str | None) -> None:
            if text and not (between_cells and not text.strip(known.SPACE)):
                steps.append(partial(self.draft.add, text))

        later(element.text)
        for child in element:
            steps.append(partial(self._enter, child))
            later(child.tail)
        return tuple(steps)

    def _enter(self, element: Element) -> None:
        name = local_name(element)
        if not name:
            self.draft.hide("comment", element.text or "", Kind.COMMENT)
            return
        attributes = attributes_of(element)
        self._tell(element, name, attributes)
        if self._is_hidden(name, attributes):
            self.draft.hide("hidden_text", "".join(element.itertext()))
            return
        self._above.append(_styled(name, attributes))
        self._then(self._above.pop)
        self._step(name, element, attributes)

    def _step(self, name: str, element: Element, attributes: dict[str, str]) -> None:
        if name in self._steps:
            self._steps[name](element, attributes)
        elif name.startswith("svg:"):
            self._read_drawing(element)
        elif name.removeprefix("other:") in known.NEVER_SHOWN:
            text = "" if name in known.UNREAD_TEXT else "".join(element.itertext())
            if text.strip() or name in known.UNREAD_TEXT:
                self.draft.hide(name if name in known.UNREAD_TEXT else "hidden_text", text)
        elif name in known.EMBEDDED:
            self._read_embedded(element, attributes)
        elif name in known.BLOCKS:
            self._read_block(name, element, attributes)
        elif name in known.KEPT_INLINE:
            self._then(
                partial(self.draft.markup, f"<{name}>"),
                *self._inside(element),
                partial(self.draft.markup, f"</{name}>"),
            )
        else:
            self._then(*self._inside(element))

    def _number(self, what: str) -> int:
        self._numbers[what] = self._numbers.get(what, 0) + 1
        return self._numbers[what]

    # -- what does not show

    def _tell(self, element: Element, name: str, attributes: dict[str, str]) -> None:
        """Note attributes; those that may hold a value are read as text that no copy keeps."""
        shown = {"alt"} if name == "img" else {"value"} if name == "input" and _shows_value(attributes) else set()
        if name == "a" and _is_plain_link(element, attributes):
            shown = {"href"}
        for attribute, value in attributes.items():
            named = attribute in known.TOLD_ATTRIBUTES or attribute.startswith(("data-", "aria-"))
            if named and attribute not in shown and value.lstrip()[:5].lower() != "data:":
                self.draft.hide("attribute", value if _TELLS.search(value) else "")

    def _is_hidden(self, name: str, attributes: dict[str, str]) -> bool:
        if name in ("html", "body"):  # a page hides itself until its scripts have run
            return False
        if name == "dialog" and "open" not in attributes:
            return True
        own = styles.hides_by_itself(attributes)
        return self._styles.hide(_styled(name, attributes), self._above) if own is None else own

    def _read_head(self, element: Element, attributes: dict[str, str]) -> None:  # noqa: ARG002 - as all steps
        self._then(*(partial(self._enter, child) for child in element))

    def _read_html(self, element: Element, attributes: dict[str, str]) -> None:
        language = attributes.get("lang", "")
        self.language = language if language.lower() in known.KEPT_LANGUAGES else ""
        self._then(*self._inside(element))

    def _read_title(self, element: Element, attributes: dict[str, str]) -> None:  # noqa: ARG002
        if element is not self._title_element:
            self.draft.hide("hidden_text", "".join(element.itertext()))

    def _take_title(self, root: Element) -> None:
        """Read the title before all else, as it stands in every copy; one outside the head shows nowhere."""
        head = next((child for child in root if local_name(child) == "head"), None)
        titles = () if head is None else (child for child in head if local_name(child) == "title")
        self._title_element = next(iter(titles), None)
        if self._title_element is not None:
            text = "".join(self._title_element.itertext())
            self.title = Words(self.draft.place(Block(text, Location("text", "title"), Kind.HEADING)), 0, text)

    def _read_embedded(self, element: Element, attributes: dict[str, str]) -> None:
        place = Location("text", f"embedded object {self._number('embedded')}")
        inside = any(attributes.get(name, "").lstrip()[:5].lower() == "data:" for name in ("src", "data", "poster"))
        if inside or attributes.get("srcdoc", "").strip():
            self.draft.unread.append(Unread("embedded_object", place, "content of this kind is not read yet"))
        self.draft.hide("embedded_object", " ".join(("".join(element.itertext()), attributes.get("srcdoc", ""))))

    def _read_drawing(self, element: Element) -> None:
        place = Location("text", f"drawing {self._number('drawing')}")
        if any(local_name(part) in _DRAWN_WORDS for part in element.iter()):
            self.draft.unread.append(Unread("drawing", place, "a drawing that holds words or pictures is not read yet"))
        self.draft.hide("drawing", " ".join(text for text in element.itertext() if text.strip()))

    # -- blocks

    def _read_block(self, name: str, element: Element, attributes: dict[str, str]) -> None:
        draft = self.draft
        kept = name if name in known.KEPT_BLOCKS and not _holds_blocks(name, element) else "div"
        before = draft.kind, draft.preserves, draft.in_pre
        opening = "".join(
            f' {attribute}="{attributes[attribute]}"'
            for attribute in sorted(known.KEPT_ATTRIBUTES.get(kept, frozenset()))
            if _SHORT_NUMBER.fullmatch(attributes.get(attribute, ""))
        )

        def begin() -> None:
            draft.end_line()
            if name in known.HEADINGS and draft.kind is Kind.PARAGRAPH:
                draft.kind = Kind.HEADING
            draft.preserves = draft.preserves or name in known.PRESERVING or styles.preserves_space(attributes)
            draft.in_pre = draft.in_pre or kept == "pre"
            draft.markup(f"<{kept}{opening}>")

        def end() -> None:
            draft.end_line()
            draft.kind, draft.preserves, draft.in_pre = before
            draft.markup(f"</{kept}>" if draft.preserves else f"</{kept}>\n")

        self._then(begin, *self._inside(element), end)

    def _read_textarea(self, element: Element, attributes: dict[str, str]) -> None:
        self._read_block("pre", element, attributes)

    def _read_a(self, element: Element, attributes: dict[str, str]) -> None:
        """Keep where a link leads if its address is plain: it is text like what shows, and edited like it."""
        if not _is_plain_link(element, attributes):
            self._then(*self._inside(element))
            return
        draft = self.draft

        def begin() -> None:
            address = attributes["href"].strip()
            place = Location("text", f"link {self._number('link')}")
            draft.markup("<a")
            draft.parts.append(Address(draft.place(Block(address, place, Kind.LINK)), address))
            draft.markup(">")

        self._then(begin, *self._inside(element), partial(draft.markup, "</a>"))

    def _read_br(self, element: Element, attributes: dict[str, str]) -> None:  # noqa: ARG002
        self.draft.end_line()
        self.draft.markup("<br>")

    def _read_hr(self, element: Element, attributes: dict[str, str]) -> None:  # noqa: ARG002
        self.draft.end_line()
        self.draft.markup("<hr>")

    def _read_span(self, element: Element, attributes: dict[str, str]) -> None:
        if not styles.preserves_space(attributes):
            self._then(*self._inside(element))
            return
        before = self.draft.preserves

        def begin() -> None:
            self.draft.preserves = True
            self.draft.hold()

        def end() -> None:
            self.draft.preserves = before

        self._then(begin, *self._inside(element), end)

    def _read_rt(self, element: Element, attributes: dict[str, str]) -> None:  # noqa: ARG002
        """Read what stands above a word as a line of its own: the word goes on behind it."""
        draft = self.draft
        line = draft.leave_line()

        def end() -> None:
            draft.end_line()
            draft.markup("</rt>")
            draft.take_up_line(line)

        self._then(partial(draft.markup, "<rt>"), *self._inside(element), end)

    # -- tables

    def _read_table(self, element: Element, attributes: dict[str, str]) -> None:
        self._begin_table(in_list=False)
        self._read_block("table", element, attributes)

    def _begin_table(self, *, in_list: bool) -> None:
        self._tables.append(Table(self._table_count, row=0 if in_list else -1, in_list=in_list))
        self._table_count += 1
        self._then(self._tables.pop)

    def _read_thead(self, element: Element, attributes: dict[str, str]) -> None:
        self._in_head += 1
        self._then(self._leave_head)
        self._read_block("thead", element, attributes)

    def _leave_head(self) -> None:
        self._in_head -= 1

    def _read_tr(self, element: Element, attributes: dict[str, str]) -> None:
        if self._tables:
            table = self._tables[-1]
            table.begin_row(element, in_head=self._in_head > 0)
            self._then(table.end_row)
        self._read_block("tr", element, attributes)

    def _read_cell(self, element: Element, attributes: dict[str, str]) -> None:
        name = local_name(element)
        if self._tables:
            table = self._tables[-1]
            position, columns = table.begin_cell(attributes)
            first = self._place_in(position)
            self._then(lambda: table.end_cell(columns, self._block_from(first), is_th=name == "th"))
        self._read_block(name, element, attributes)

    def _place_in(self, position: TablePosition | None) -> int:
        """Let what is inside stand at ``position``; return the number that its first block will have."""
        draft = self.draft
        draft.end_line()
        before = draft.cell, draft.kind
        draft.cell, draft.kind = position, Kind.CELL

        def end() -> None:
            draft.end_line()
            draft.cell, draft.kind = before

        self._then(end)
        return len(draft.texts)

    def _block_from(self, number: int) -> int | None:
        return number if number < len(self.draft.texts) else None

    def _read_dl(self, element: Element, attributes: dict[str, str]) -> None:
        """Read a list of words and what is said of them as a table of two columns."""
        self._begin_table(in_list=True)
        self._read_block("dl", element, attributes)

    def _read_dt(self, element: Element, attributes: dict[str, str]) -> None:
        if self._tables and self._tables[-1].in_list:
            table = self._tables[-1]
            table.row += 1
            first = self._place_in(TablePosition(table.number, table.row, 0))
            self._then(lambda: table.end_word(self._block_from(first)))
        self._read_block("dt", element, attributes)

    def _read_dd(self, element: Element, attributes: dict[str, str]) -> None:
        if self._tables and self._tables[-1].in_list:
            table = self._tables[-1]
            self._place_in(TablePosition(table.number, table.row, 1, None, table.row_head))
        self._read_block("dd", element, attributes)

    # -- forms

    def _read_input(self, element: Element, attributes: dict[str, str]) -> None:
        kind = attributes.get("type", "text").lower()
        if kind in ("checkbox", "radio"):
            self.draft.add("☑ " if "checked" in attributes else "☐ ")
        elif kind == "image":
            self._read_img(element, attributes)
        elif _shows_value(attributes):
            self.draft.add(f" {attributes.get('value', '')} ")

    def _read_select(self, element: Element, attributes: dict[str, str]) -> None:
        """Say what a list has chosen; one that is open shows all."""
        options = [option for option in element.iter() if local_name(option) == "option"]
        is_open = "multiple" in attributes or attributes.get("size", "1") not in ("", "0", "1")
        chosen = [option for option in options if "selected" in attributes_of(option)][-1:] or options[:1]
        for option in options:
            text = "".join(option.itertext()) or attributes_of(option).get("label", "")
            if is_open or option in chosen:
                self.draft.add(f" {text} ")
            else:
                self.draft.hide("option", text)

    def _read_button(self, element: Element, attributes: dict[str, str]) -> None:  # noqa: ARG002
        self._then(partial(self.draft.add, " "), *self._inside(element), partial(self.draft.add, " "))

    # -- pictures

    def _read_img(self, element: Element, attributes: dict[str, str]) -> None:  # noqa: ARG002
        """Keep a picture that stands in the page as data, and the words for it; those from elsewhere stay away."""
        draft = self.draft
        place = f"image {self._number('image')}"
        draft.markup("<img")
        source = attributes.get("src", "")
        inside = any("data:" in attributes.get(name, "").lower() for name in ("src", "srcset"))
        data = data_of(source)
        if data is not None and not attributes.get("srcset", "").strip():
            self._keep_picture(data, place)
        elif inside:
            draft.unread.append(Unread("image", Location(place), "content of this kind is not read yet"))
        elif source:
            draft.hide("linked_image", "")
        if "alt" in attributes:
            number = draft.place(Block(attributes["alt"], Location("text", place), Kind.ALT_TEXT))
            draft.markup(' alt="')
            draft.parts.append(Words(number, 0, attributes["alt"], quoted=True, steady=True))
            draft.markup('"')
        draft.markup(">")

    def _keep_picture(self, data: bytes, place: str) -> None:
        draft = self.draft
        try:
            reading = read_picture(data, place) if self._reads_pictures else PictureReading(())
        except ReadError:
            draft.unread.append(Unread("image", Location(place), "a picture that cannot be opened"))
            return
        first = len(draft.texts)
        blocks = reading.placed(first, self._table_count)
        self._table_count += max((block.cell.table + 1 for block in reading.blocks if block.cell), default=0)
        for block in blocks:
            draft.place(block)
        draft.unread.extend(reading.unread)
        for part in reading.dropped:
            draft.counts[part.what] = draft.counts.get(part.what, 0) + part.count
        draft.markup(' src="')
        draft.parts.append(Picture(data, first, reading))
        draft.markup('"')

    def _read_source(self, element: Element, attributes: dict[str, str]) -> None:  # noqa: ARG002
        """Look at the other pictures of which a browser may choose one."""
        if "data:" in (attributes.get("srcset", "") + attributes.get("src", "")).lower():
            place = Location(f"image {self._number('source')}", "source")
            self.draft.unread.append(Unread("image", place, "content of this kind is not read yet"))


def _styled(name: str, attributes: dict[str, str]) -> styles.Element:
    return styles.Element(name, attributes.get("id", ""), frozenset(attributes.get("class", "").split()))


def _shows_value(attributes: dict[str, str]) -> bool:
    return attributes.get("type", "text").lower() not in _UNSHOWN_INPUTS


def _is_plain_link(element: Element, attributes: dict[str, str]) -> bool:
    """Whether a link around words of one line has an address in which nothing is written otherwise than it reads."""
    if known.PLAIN_ADDRESS.fullmatch(attributes.get("href", "").strip()) is None:
        return False
    inside = [local_name(inner) for inner in element.iter() if inner is not element]
    return all(not name or name == "img" or name in known.KEPT_INLINE or name in ("span", "font") for name in inside)


def _holds_blocks(name: str, element: Element) -> bool:
    """Whether a paragraph or heading holds elements of their own line, which would end it when read again."""
    if name != "p" and name not in known.HEADINGS:
        return False
    return any(local_name(inner) in known.BLOCKS for inner in element.iter() if inner is not element)


def data_of(address: str) -> bytes | None:
    """Return what stands in a ``data:`` address (RFC 2397), ``None`` for other addresses and what is no base64."""
    match = _DATA_URI.fullmatch(address)
    if match is None:
        return None
    raw = unquote_to_bytes(match[2])
    if not match[1].lower().rstrip().endswith(";base64"):
        return raw
    try:
        return base64.b64decode(b"".join(raw.split()) + b"==", validate=False)
    except binascii.Error:
        return None
