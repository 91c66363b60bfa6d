"""Text that no page draws: metadata, outlines, annotations, form fields, attachments, structure, layers, scripts.

All of it is read, so that it counts for detection and the level, and no copy keeps any of it. What an annotation
shows on a page is reported as unread, because the copy will be without it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf
from lxml import etree

from hospital_redact.errors import ReadError
from hospital_redact.formats.pdf import limits
from hospital_redact.formats.pdf.annotations import is_hidden, shown_form
from hospital_redact.formats.pdf.interpreter import interpret_form
from hospital_redact.formats.pdf.layers import NEUTRAL_NAME
from hospital_redact.formats.pdf.limits import too_large
from hospital_redact.formats.pdf.lines import build_lines
from hospital_redact.formats.pdf.objects import (
    decoded,
    entry,
    every_object,
    is_array,
    is_dict,
    is_stream,
    is_string,
    items_of,
    key_of,
    keys_of,
    name_of,
    numbers,
    text_string,
    value_of,
    written,
)
from hospital_redact.formats.pdf.streams import Streams
from hospital_redact.model import Block, Box, Kind, Location, RemovedPart, Unread

_CATALOG = {
    "/Outlines": ("outline", Kind.METADATA),
    "/Names": ("names", Kind.METADATA),
    "/Dests": ("destinations", Kind.METADATA),
    "/PageLabels": ("page_labels", Kind.METADATA),
    "/AcroForm": ("form", Kind.COMMENT),
    "/StructTreeRoot": ("structure", Kind.ALT_TEXT),
    "/OpenAction": ("action", Kind.METADATA),
    "/AA": ("action", Kind.METADATA),
    "/Threads": ("threads", Kind.METADATA),
    "/PieceInfo": ("private_data", Kind.METADATA),
    "/Collection": ("portfolio", Kind.METADATA),
    "/AF": ("attachment", Kind.FILE_NAME),
    "/URI": ("link", Kind.LINK),
    "/OCProperties": ("layer_names", Kind.METADATA),
    "/MarkInfo": ("structure", Kind.METADATA),
    "/Lang": ("language", Kind.METADATA),
    "/OutputIntents": ("output_intent", Kind.METADATA),
    "/DSS": ("signature", Kind.METADATA),
    "/Perms": ("signature", Kind.METADATA),
    "/Legal": ("signature", Kind.METADATA),
}
"""What a key of the catalog is called in the list of removed parts. A key not named here is ``unknown_key``."""

_CATALOG_KEPT = {"/Type", "/Pages", "/Version"}
_PAGE_KEPT = written(
    "/Type /Parent /MediaBox /CropBox /BleedBox /TrimBox /ArtBox /Rotate /UserUnit /Contents /Resources /Group"
)
_PAGE_DROPPED = {"/AA": "action", "/PieceInfo": "private_data", "/Thumb": "thumbnail", "/Metadata": "metadata",
                 "/B": "threads",
                 "/StructParents": "structure", "/AF": "attachment"}  # fmt: skip
_NO_TEXT_KEYS = {"/DA", "/DS", "/M", "/CreationDate", "/ModDate", "/NM", "/P", "/Parent", "/Popup", "/IRT", "/AP",
                 "/ID",
                 "/CheckSum", "/DR", "/Prev", "/StructParent", "/Page", "/Pg", "/K", "/Dest", "/D",
                 "/ByteRange", "/Cert"}  # fmt: skip
_FOLLOWED = {
    "/StructTreeRoot": frozenset({"/K"}),
    "/Dests": frozenset({"/D"}),
    "/Names": frozenset({"/D"}),
    "/PageLabels": frozenset({"/P"}),
    "/Threads": frozenset({"/D"}),
}
"""Keys that lead back to pages elsewhere, and to text here."""
_STRUCTURE_TEXT = {"/Alt", "/ActualText", "/E", "/T", "/Title"}
_SILENT_ANNOTATIONS = {b"/Link", b"/Popup", b"/Highlight", b"/Underline", b"/Squiggly", b"/StrikeOut", b"/PrinterMark",
                       b"/TrapNet"}  # fmt: skip
_MAX_STATES = 64
_INFO_KEYS = ("/Title", "/Author", "/Subject", "/Keywords", "/Creator", "/Producer", "/Company", "/Manager")
_DATE_KEYS = {"/CreationDate", "/ModDate", "/Trapped"}


@dataclass(eq=False, slots=True)
class Hidden:
    """What stands in a file beside its pages' drawings."""

    blocks: list[Block] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    drawn_anew: bool = False
    """Whether viewers draw the form's fields anew from their values (NeedAppearances)."""

    def text(self, text: str, kind: Kind, part: str, address: str = "", page: int | None = None) -> None:
        """Add a text as a block that no copy keeps."""
        if text.strip("\0 \t\r\n"):
            if len(self.blocks) >= limits.MAX_STRINGS:
                raise too_large("the number of texts beside the pages")
            self.blocks.append(Block(text, Location(part, address, page), kind, survives=False))

    def drop(self, what: str, part: str = "document", count: int = 1) -> None:
        """Count a part that no copy keeps."""
        self.counts[what, part] += count

    @property
    def dropped(self) -> tuple[RemovedPart, ...]:
        """What no copy keeps, in a stable order."""
        return tuple(RemovedPart(what, part, count) for (what, part), count in sorted(self.counts.items()))


def inspect(pdf: pikepdf.Pdf, streams: Streams) -> Hidden:
    """Read all text beside the pages' drawings and list what no copy keeps."""
    hidden = Hidden(drawn_anew=value_of(entry(pdf.Root, "/AcroForm"), "/NeedAppearances") is True)
    _info(pdf, hidden)
    root = pdf.Root
    for key in keys_of(root):
        if key in _CATALOG_KEPT or key == "/Metadata":
            continue
        what, kind = _CATALOG.get(key, ("unknown_key", Kind.METADATA))
        only = _STRUCTURE_TEXT if key == "/StructTreeRoot" else None
        if key == "/Names":
            _names(root[key], hidden)
        else:
            hidden.drop(what)
        value = value_of(root, key)
        follow = _FOLLOWED.get(key, frozenset())
        for inner, text in strings(value, only=only, follow=follow):
            if what == "layer_names" and NEUTRAL_NAME.fullmatch(text):
                continue
            hidden.text(text, Kind.LINK if inner == "/URI" else kind, what)
    _metadata_streams(pdf, hidden)
    for index, page in enumerate(pdf.pages, 1):
        _page(page.obj, index, hidden)
        for annotation in items_of(entry(page.obj, "/Annots")):
            if isinstance(annotation, pikepdf.Object) and is_dict(annotation):
                _annotation(annotation, index, hidden, streams)
    return hidden


def strings(
    root: object, *, only: set[str] | None = None, follow: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str]]:
    """Yield (key, text) of each string under ``root``, each object once, without recursion.

    ``only`` names the keys whose strings count; ``follow`` keys that are normally left out, as they lead back to
    pages. Scripts in streams count as strings.
    """
    seen: set[tuple[int, int]] = set()
    stack: list[tuple[str, object, int]] = [("", root, 0)]
    visited = 0
    while stack:
        key, value, depth = stack.pop()
        if not isinstance(value, pikepdf.Object) or depth > limits.MAX_NESTING:
            continue
        visited += 1
        if visited > limits.MAX_OBJECTS:
            raise too_large("the number of objects beside the pages")
        if is_string(value):
            if only is None or key in only:
                yield key, text_string(value)
            continue
        mark = key_of(value)
        if mark in seen or name_of(entry(value, "/Type")) in (b"/Page", b"/Pages"):
            continue
        if mark != (0, 0):
            seen.add(mark)
        if is_stream(value) and key in ("/JS", "/RC", "/V", "/XFA"):
            yield key, _stream_text(value)
        stack.extend(_inside(key, value, depth, follow))


def _inside(key: str, value: pikepdf.Object, depth: int, follow: frozenset[str]) -> list[tuple[str, object, int]]:
    """Return what a container holds, last first, each with its key and depth."""
    if is_array(value):
        return [(key, item, depth + 1) for item in reversed(items_of(value))]
    names = [name for name in reversed(keys_of(value)) if name not in _NO_TEXT_KEYS or name in follow]
    # A list of siblings is not depth.
    return [(name, value_of(value, name), depth if name == "/Next" else depth + 1) for name in names]


def _stream_text(stream: pikepdf.Object) -> str:
    try:
        data = decoded(stream)
    except ReadError:
        return ""
    return xml_text(data) if data.lstrip()[:1] == b"<" else data.decode("utf-8", "replace")


def xml_text(data: bytes) -> str:
    """Return all text and attribute values of an XML document, one a line; the raw text where it is no XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=False)
    try:
        tree = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return data.decode("utf-8", "replace").strip("\0 \t\r\n")
    pieces: list[str] = []
    for element in tree.iter():
        if isinstance(element.tag, str):
            pieces.extend(str(value) for value in element.attrib.values())
        pieces.extend((element.text or "", element.tail or ""))
    return "\n".join(piece.strip() for piece in pieces if piece.strip())


def _info(pdf: pikepdf.Pdf, hidden: Hidden) -> None:
    info = entry(pdf.trailer, "/Info")
    if info is None or not is_dict(info):
        return
    for key in keys_of(info):
        hidden.drop("metadata")
        if key in _DATE_KEYS:
            continue
        # A custom key may itself be a text.
        address = key[1:] if key in _INFO_KEYS else "custom key"
        if address == "custom key":
            hidden.text(
                key[1:].encode("utf-8", "surrogateescape").decode("utf-8", "replace"), Kind.METADATA, "metadata"
            )
        value = value_of(info, key)
        if isinstance(value, pikepdf.Object) and is_string(value):
            hidden.text(text_string(value), Kind.METADATA, "metadata", address)


def _metadata_streams(pdf: pikepdf.Pdf, hidden: Hidden) -> None:
    """Read XMP wherever it stands: document, page, image, font."""
    for count, item in enumerate(every_object(pdf)):
        if count > limits.MAX_OBJECTS:
            raise too_large("the number of objects")
        if is_stream(item) and name_of(entry(item, "/Type")) == b"/Metadata":
            hidden.drop("metadata")
            hidden.text(_stream_text(item), Kind.METADATA, "metadata", "XMP")


def _names(names: object, hidden: Hidden) -> None:
    words = {"/EmbeddedFiles": "attachment", "/JavaScript": "javascript", "/Dests": "destinations"}
    for key in keys_of(names):
        what = words.get(key, "names")
        count = 1
        if key in ("/EmbeddedFiles", "/JavaScript"):
            count = max(1, sum(len(items_of(entry(node, "/Names"))) // 2 for node in _tree(value_of(names, key))))
        hidden.drop(what, count=count)
        if key == "/EmbeddedFiles":
            for node in _tree(value_of(names, key)):
                _attachment_names(node, hidden)


def _attachment_names(node: pikepdf.Object, hidden: Hidden) -> None:
    for key, text in strings(node):
        hidden.text(text, Kind.FILE_NAME if key in ("/F", "/UF", "/Names") else Kind.METADATA, "attachment")


def _tree(root: object) -> Iterator[pikepdf.Object]:
    seen: set[tuple[int, int]] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, pikepdf.Object) and is_dict(node) and (key_of(node) == (0, 0) or key_of(node) not in seen):
            seen.add(key_of(node))
            yield node
            stack.extend(items_of(entry(node, "/Kids")))
            if len(seen) > limits.MAX_STRINGS:
                raise too_large("the number of names")


def _page(page: pikepdf.Object, index: int, hidden: Hidden) -> None:
    for key in keys_of(page):
        if key in _PAGE_KEPT or key == "/Annots":
            continue
        hidden.drop(_PAGE_DROPPED.get(key, "unknown_key"), f"page {index}")
        for _, text in strings(value_of(page, key)):
            hidden.text(text, Kind.METADATA, "page data", "", index)


def _annotation(annotation: pikepdf.Object, page: int, hidden: Hidden, streams: Streams) -> None:
    subtype = name_of(entry(annotation, "/Subtype"))
    what = {b"/Link": "link", b"/Widget": "form_field", b"/FileAttachment": "attachment"}.get(subtype, "annotation")
    hidden.drop(what, f"page {page}")
    kind = Kind.LINK if subtype == b"/Link" else Kind.COMMENT
    for key, text in strings(annotation):
        fitting = Kind.LINK if key == "/URI" else Kind.FILE_NAME if key in ("/F", "/UF") else kind
        hidden.text(text, fitting, what, "", page)
    holder, steps = entry(annotation, "/Parent"), 0
    while subtype == b"/Widget" and holder is not None and is_dict(holder) and steps < 12:
        for key in ("/V", "/DV", "/TU", "/T", "/Opt"):
            for _, text in strings(value_of(holder, key)):
                hidden.text(text, Kind.COMMENT, what, "", page)
        holder, steps = entry(holder, "/Parent"), steps + 1
    if subtype == b"/Widget" and _inherited(annotation, "/FT") == b"/Sig":
        hidden.drop("signature", f"page {page}")
    drawn = _appearance(annotation, page, hidden, streams, what)
    reason = _unread_reason(annotation, subtype, drawn=drawn)
    if not reason and subtype == b"/Widget" and hidden.drawn_anew and _differs(annotation, page, streams):
        reason = "a form field's value is not what its appearance shows"
    if reason:
        rectangle = numbers(entry(annotation, "/Rect"), 4)
        box = Box(*rectangle) if rectangle else None
        word = "unapplied_redaction" if subtype == b"/Redact" else "annotation"
        hidden.unread.append(Unread(word, Location("page", what, page, box), reason))


def _appearance(annotation: pikepdf.Object, page: int, hidden: Hidden, streams: Streams, what: str) -> bool:
    """Read the appearance streams of an annotation that the page does not get; return whether they draw anything."""
    drawn = False
    shown = shown_form(annotation)
    for form in _appearance_streams(annotation):
        if shown is not None and key_of(form) == key_of(shown):
            continue
        content = interpret_form(streams, form, page)
        lines = build_lines(page, content.glyphs)
        hidden.text("\n".join(line.text for line in lines), Kind.COMMENT, what, "appearance", page)
        for shadow in content.shadow:
            hidden.text(shadow, Kind.ALT_TEXT, what, "appearance", page)
        drawn = drawn or any(g.text.strip() or not g.text for g in content.glyphs) or bool(content.seen)
    return drawn


def _appearance_streams(annotation: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Yield the appearances of an annotation: one, or one a state, for each of three occasions (12.5.5)."""
    for key in ("/N", "/R", "/D"):
        held = value_of(entry(annotation, "/AP"), key)
        states = [held] if is_stream(held) else [value_of(held, state) for state in keys_of(held)[:_MAX_STATES]]
        yield from (state for state in states if isinstance(state, pikepdf.Object) and is_stream(state))


def _unread_reason(annotation: pikepdf.Object, subtype: bytes, *, drawn: bool) -> str:
    """Return why a person must look at an annotation, "" where nobody need."""
    if is_hidden(annotation):
        return ""
    if subtype == b"/Redact":
        return "a place is marked for redaction, and the redaction was never carried out"
    if subtype in _SILENT_ANNOTATIONS or shown_form(annotation) is not None:
        return ""
    if subtype == b"/Widget":
        value = _value(annotation)
        filled = is_stream(value) or is_array(value) or (is_string(value) and bool(bytes(value).strip()))
        drawn = drawn or filled
    return "an annotation shows content that no copy keeps" if drawn or subtype == b"/FreeText" else ""


def _value(field_: pikepdf.Object) -> object:
    """Return the value of a form field, its own or that of the field above it."""
    return value_of(field_, "/V") or value_of(entry(field_, "/Parent"), "/V")


def _differs(field_: pikepdf.Object, page: int, streams: Streams) -> bool:
    """Whether a field's value is not in its appearance, which a viewer would then draw anew."""
    value, form = _value(field_), shown_form(field_)
    if form is None or is_hidden(field_) or not isinstance(value, pikepdf.Object) or not is_string(value):
        return False
    lines = build_lines(page, interpret_form(streams, form, page).glyphs)
    shown, wanted = ("".join(text.split()) for text in ("".join(line.text for line in lines), text_string(value)))
    return wanted not in shown


def _inherited(field_: pikepdf.Object, key: str) -> bytes:
    """Return a name of a form field, its own or that of a field above it."""
    node: pikepdf.Object | None = field_
    for _ in range(12):
        if (found := name_of(entry(node, key))) or node is None:
            return found
        node = entry(node, "/Parent")
    return b""
