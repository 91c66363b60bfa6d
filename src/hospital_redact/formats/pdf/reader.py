"""Reading a PDF: opening within limits, interpreting every page, building blocks and views."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from statistics import median

import pikepdf
from pikepdf import settings

from hospital_redact.errors import ReadError
from hospital_redact.formats.base import MAX_FILE_BYTES, Source
from hospital_redact.formats.pdf import coverage, hidden, limits
from hospital_redact.formats.pdf.content import Drawn, PageContent
from hospital_redact.formats.pdf.interpreter import interpret_page
from hospital_redact.formats.pdf.labels import is_label_font
from hospital_redact.formats.pdf.limits import corrupt, too_large
from hospital_redact.formats.pdf.lines import COVERED, Line, build_lines, continues, hyphenated
from hospital_redact.formats.pdf.objects import entry, is_dict
from hospital_redact.formats.pdf.streams import Streams
from hospital_redact.model import Block, Box, Document, Glyph, Kind, Location, Segment, Unread, View, join_blocks

# qpdf's own limits, process-wide. No limit on parser errors: qpdf would end a damaged content stream without an
# error, and what stands behind the damage would be unseen.
settings.set_qpdf_limits(
    parser_max_errors=0,
    parser_max_container_size=4_000_000,
    max_stream_filters=8,
    flate_max_memory=limits.MAX_STREAM_BYTES,
    png_max_memory=limits.MAX_STREAM_BYTES,
    tiff_max_memory=limits.MAX_STREAM_BYTES,
    run_length_max_memory=limits.MAX_STREAM_BYTES,
    dct_max_memory=limits.MAX_STREAM_BYTES,
)

HEADING_SIZE = 1.2
"""A line on page 1 this much larger than the document's median is a heading."""


@dataclass(eq=False, slots=True)
class Reading:
    """A file as read: the open document and, for each block, the glyphs behind its characters.

    ``places[block][character]`` is an index into the glyphs of the block's page, or ``None``.
    """

    pdf: pikepdf.Pdf
    pages: list[PageContent]
    places: list[list[int | None]]
    document: Document


def open_pdf(data: bytes) -> pikepdf.Pdf:
    """Open a file with the empty password. Raises HR202 where that does not do, HR203 corrupt, HR204 too large."""
    if len(data) > MAX_FILE_BYTES:
        raise too_large("the file size")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pdf = pikepdf.open(BytesIO(data), suppress_warnings=True)
            count = len(pdf.pages)
    except pikepdf.PasswordError:
        raise ReadError("HR202", "the PDF is encrypted; save it without a password and try again") from None
    except (pikepdf.PdfError, RuntimeError, ValueError, MemoryError) as error:
        if "security handler" in str(error) or "encryption" in str(error):
            raise ReadError("HR202", "the PDF is encrypted in an unknown way; save it without encryption") from None
        raise corrupt("it is damaged or truncated") from None
    if count > limits.MAX_PAGES:
        raise too_large("the number of pages")
    if count == 0:
        raise ReadError("HR205", "the PDF has no pages")
    return pdf


def resources_of(page: pikepdf.Object) -> pikepdf.Object | None:
    """Return the resources of a page, its own or those of the nearest node above (ISO 32000-1, 7.7.3.4)."""
    node: pikepdf.Object | None = page
    for _ in range(64):
        found = entry(node, "/Resources")
        if found is not None and is_dict(found):
            return found
        node = entry(node, "/Parent")
        if node is None:
            return None
    return None


def read_pdf(source: Source) -> Reading:
    """Read a file. The caller closes ``Reading.pdf``."""
    pdf = open_pdf(source.data)
    streams = Streams()
    try:
        pages = [interpret_page(streams, page, i, resources_of(page.obj)) for i, page in enumerate(pdf.pages, 1)]
        found = hidden.inspect(pdf, streams)
        unread = list(found.unread)
        seen = coverage.pages(source.data, len(pages))
        # pdfium puts ActualText in the place of glyphs, and that need not be what they show: nothing is borrowed there.
        lent = [[] if content.shadow else characters for content, characters in zip(pages, seen, strict=True)]
        coverage.borrow([(content.glyphs, characters) for content, characters in zip(pages, lent, strict=True)])
        for content, characters in zip(pages, seen, strict=True):
            unread.extend(_check(content, characters))
        document, places = _document(source, pages, found, unread, pdf)
    except BaseException:
        pdf.close()
        raise
    return Reading(pdf, pages, places, document)


def _check(content: PageContent, seen: list[coverage.Character]) -> Iterable[Unread]:
    kinds = Counter(what for what, _, _ in content.seen)
    numbers: Counter[str] = Counter()
    for what, box, reason in content.seen:
        numbers[what] += 1
        # A person accepts each by its place: two of a kind on one page must not have the same.
        address = f"{what} {numbers[what]}" if kinds[what] > 1 else ""
        yield Unread(what, Location("page", address, content.page, box), reason)
    silent = [glyph for glyph in content.glyphs if not glyph.text]
    if silent:
        box = silent[0].box
        reason = f"{len(silent)} glyphs have no Unicode text in either reader"
        yield Unread("glyphs_without_text", Location("page", "", content.page, box), reason)
    missing = coverage.unplaced(content.glyphs, seen)
    if missing:
        reason = f"the second reader shows {len(missing)} characters that were not placed"
        yield Unread("unplaced_text", Location("page", "", content.page, missing[0]), reason)


def _document(
    source: Source, pages: list[PageContent], found: hidden.Hidden, unread: list[Unread], pdf: pikepdf.Pdf
) -> tuple[Document, list[list[int | None]]]:
    boxes = [[glyph.box for glyph in content.glyphs] for content in pages]
    texts, labels = [], []
    for content, of_page in zip(pages, boxes, strict=True):
        lettered = [index for index, glyph in enumerate(content.glyphs) if is_label_font(glyph.run.font)]
        rest = sorted(set(range(len(of_page))).difference(lettered))
        texts += build_lines(content.page, content.glyphs, of_page, content.dark, rest)
        labels += build_lines(content.page, content.glyphs, of_page, (), lettered)
    lines = texts + labels  # labels last, so that a page's lines read as they do without
    sizes = [line.em for line in texts for _ in range(min(len(line.text), 80))]
    body = median(sizes) if sizes else 0.0
    blocks: list[Block] = []
    numbers: dict[int, int] = {}
    for count, line in enumerate(lines):
        numbers[line.page] = numbers.get(line.page, 0) + 1
        heading = line.page == 1 and line.em >= HEADING_SIZE * body and len(line.text) <= 80
        kind = Kind.HEADING if heading else Kind.PARAGRAPH
        blocks.append(
            Block(
                line.text,
                Location("page", f"line {numbers[line.page]}", line.page, line.box),
                kind if count < len(texts) else Kind.LABEL,
                glyphs=_glyphs(line, pages[line.page - 1].glyphs, boxes[line.page - 1]),
            )
        )
    for content in pages:
        for text in content.shadow:
            if text.strip("\0 \t\r\n"):
                location = Location("marked content", "", content.page)
                blocks.append(Block(text, location, Kind.ALT_TEXT, survives=False))
    blocks.extend(found.blocks)
    views = build_views(pages, lines, blocks, len(texts))
    notes = ("owner_restrictions",) if pdf.is_encrypted else ()
    document = Document(
        source.name,
        "application/pdf",
        source.sha256,
        tuple(blocks),
        views,
        tuple(unread),
        found.dropped,
        notes,
    )
    return document, [line.glyphs for line in lines]


def _glyphs(line: Line, drawn: list[Drawn], boxes: list[Box]) -> tuple[Glyph | None, ...]:
    made: dict[int, Glyph] = {}
    result: list[Glyph | None] = []
    for index in line.glyphs:
        if index is None:
            result.append(None)
            continue
        glyph = made.get(index)
        if glyph is None:
            one = drawn[index]
            glyph = made[index] = Glyph(line.page, one.run.font.key, one.code, one.x, one.y, boxes[index])
        result.append(glyph)
    return tuple(result)


@dataclass(eq=False, slots=True)
class _Fragment:
    """Characters ``offset`` to ``offset + length`` of a block, drawn one after the other."""

    block: int
    offset: int
    length: int
    line: Line


def build_views(pages: list[PageContent], lines: list[Line], blocks: list[Block], texts: int) -> tuple[View, ...]:
    """Return the views: lines, the same joined where they wrap, and both in drawing order where that differs.

    The first ``texts`` lines are the page's own; what follows are labels in boxes, which stay at the end.
    """
    whole = [_Fragment(number, 0, len(line.text), line) for number, line in enumerate(lines)]
    views = [join_blocks(blocks, name="lines"), _join("joined", whole)]
    drawing = [*_fragments(pages, lines[:texts]), *whole[texts:]]
    if [(f.block, f.offset, f.length) for f in drawing] != [(f.block, f.offset, f.length) for f in whole]:
        views.append(_join("drawing", drawing, wrap=False))
        views.append(_join("drawing_joined", drawing))
    return tuple(views)


def _fragments(pages: list[PageContent], lines: list[Line]) -> list[_Fragment]:
    where: list[dict[int, tuple[int, int, int]]] = [{} for _ in pages]
    for number, line in enumerate(lines):
        places = where[line.page - 1]
        for offset, index in enumerate(line.glyphs):
            if index is not None:
                known = places.get(index)
                places[index] = (number, known[1] if known else offset, (known[2] if known else 0) + 1)
    fragments: list[_Fragment] = []
    for page in where:
        for index in sorted(page):
            block, offset, length = page[index]
            last = fragments[-1] if fragments else None
            end = last.offset + last.length if last is not None else 0
            gap = offset - end
            if last is not None and last.block == block and gap >= 0 and _passes(lines[block].text[end:offset]):
                last.length += gap + length
                continue
            fragments.append(_Fragment(block, offset, length, lines[block]))
    _add_boxes(fragments, lines)
    for fragment in fragments:
        line = fragment.line
        if fragment.length < len(line.text):
            fragment.line = _part(line, fragment, pages[line.page - 1].glyphs)
    return fragments


def _passes(between: str) -> bool:
    """Whether drawing goes on over what no glyph draws: nothing, a space, or a box with its surroundings."""
    return between in ("", " ") or (COVERED in between and not between.strip(f"{COVERED} \t"))


def _add_boxes(fragments: list[_Fragment], lines: list[Line]) -> None:
    """Put the boxes at the ends of lines, which no glyph draws, to the fragments beside them."""
    first: dict[int, _Fragment] = {}
    last: dict[int, _Fragment] = {}
    for fragment in fragments:
        if fragment.block not in first or fragment.offset < first[fragment.block].offset:
            first[fragment.block] = fragment
        if fragment.block not in last or fragment.offset > last[fragment.block].offset:
            last[fragment.block] = fragment
    for block, line in enumerate(lines):
        if block in last and COVERED in line.text[last[block].offset + last[block].length :]:
            last[block].length = len(line.text) - last[block].offset
        if block in first and COVERED in line.text[: first[block].offset]:
            first[block].length += first[block].offset
            first[block].offset = 0
        if block not in first:
            after = next((i for i, f in reversed(list(enumerate(fragments))) if f.block < block), -1)
            fragments.insert(after + 1, _Fragment(block, 0, len(line.text), line))


def _part(line: Line, fragment: _Fragment, drawn: list[Drawn]) -> Line:
    """Return the piece of a line that a fragment is, so that pieces of cells are joined as lines are."""
    indexes = line.glyphs[fragment.offset : fragment.offset + fragment.length]
    used = [drawn[i] for i in indexes if i is not None]
    first = next(i for i in line.glyphs if i is not None)
    origin = drawn[first]
    ux, uy = origin.run.ux, origin.run.uy
    base = origin.x * ux + origin.y * uy
    alongs = [line.start + g.x * ux + g.y * uy - base for g in used]
    ends = [a + g.advance for a, g in zip(alongs, used, strict=True)]
    text = line.text[fragment.offset : fragment.offset + fragment.length]
    return Line(line.page, line.angle, text, indexes, min(alongs), max(ends), line.up, line.em, line.first, line.box)


def _parts_words(before: str, after: str) -> bool:
    """Whether a line end stands between two Latin words, which are written apart; numbers and Chinese run on."""
    last, first = before[-1:], after[:1]
    both = last.isascii() and last.isalnum() and first.isascii() and first.isalnum()
    return both and (last.isalpha() or first.isalpha())


def _join(name: str, fragments: list[_Fragment], *, wrap: bool = True) -> View:
    pieces: list[str] = []
    segments: list[Segment] = []
    length = 0
    for number, fragment in enumerate(fragments):
        text = fragment.line.text
        keep = len(text)
        separator = "\n"
        following = fragments[number + 1].line if number + 1 < len(fragments) else None
        after = fragments[number + 1] if number + 1 < len(fragments) else None
        if after is not None and after.block == fragment.block and after.offset == fragment.offset + len(text) + 1:
            separator = "\t"
        elif wrap and following is not None and continues(fragment.line, following):
            separator = ""
            keep = len(text.rstrip())
            if hyphenated(text, following.text):
                keep -= 1
            elif _parts_words(text[:keep], following.text):
                separator = " "
        if keep:
            segments.append(Segment(length, fragment.block, fragment.offset, keep))
        pieces.append(text[:keep] + separator)
        length += keep + len(separator)
    return View(name, "".join(pieces), tuple(segments))
