"""Reading a PDF: opening within limits, interpreting every page, building blocks and views."""

from __future__ import annotations

import hashlib
import warnings
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from io import BytesIO
from statistics import median

import pikepdf
from pikepdf import settings

from hospital_redact.errors import ReadError
from hospital_redact.formats.base import MAX_FILE_BYTES, Source
from hospital_redact.formats.pdf import coverage, hidden, limits
from hospital_redact.formats.pdf.codes import drawn_codes
from hospital_redact.formats.pdf.content import Drawn, PageContent
from hospital_redact.formats.pdf.interpreter import interpret_page
from hospital_redact.formats.pdf.labels import is_label_font
from hospital_redact.formats.pdf.limits import corrupt, too_large
from hospital_redact.formats.pdf.lines import Line, build_lines
from hospital_redact.formats.pdf.objects import entry, is_dict
from hospital_redact.formats.pdf.pictures import PdfPicture, Pictures
from hospital_redact.formats.pdf.streams import Streams
from hospital_redact.formats.pdf.tables import find_tables, table_positions
from hospital_redact.formats.pdf.testimony import false_text
from hospital_redact.formats.pdf.views import build_views
from hospital_redact.formats.pictures import views_of
from hospital_redact.model import Block, Box, Document, Glyph, Kind, Location, Unread, join_blocks

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

    ``places[block][character]`` is an index into the glyphs of the block's page, or ``None``; ``pictures`` are the
    images that were read.
    """

    pdf: pikepdf.Pdf
    pages: list[PageContent]
    places: list[list[int | None]]
    document: Document
    pictures: list[PdfPicture]


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


def interpret_pages(pdf: pikepdf.Pdf, numbers: Iterable[int], streams: Streams | None = None) -> list[PageContent]:
    """Return what the pages with ``numbers`` (from 1) draw."""
    streams = streams or Streams()
    fonts = entry(entry(entry(pdf.Root, "/AcroForm"), "/DR"), "/Font")
    return [interpret_page(streams, pdf.pages[n - 1], n, resources_of(pdf.pages[n - 1].obj), fonts) for n in numbers]


_kept: dict[str, Reading] = {}
"""The last file read, by the hash of its bytes, for the writer: it need not be read again to be redacted."""


def keep_reading(data: bytes, reading: Reading) -> None:
    """Keep ``reading`` of ``data`` for :func:`take_reading`, or close it where it is large."""
    forget_reading()
    if sum(len(content.glyphs) for content in reading.pages) > limits.MAX_KEPT_GLYPHS:
        reading.pdf.close()
    else:
        _kept[hashlib.sha256(data).hexdigest()] = reading


def take_reading(source: Source) -> Reading:
    """Return the kept reading of the same bytes, which is then the caller's to close; else read them again."""
    kept = _kept.pop(hashlib.sha256(source.data).hexdigest(), None)
    return kept if kept is not None else read_pdf(source)


def forget_reading() -> None:
    """Let go of the file that is kept."""
    while _kept:
        try:
            _, old = _kept.popitem()
        except KeyError:  # another thread was faster
            return
        old.pdf.close()


def read_pdf(source: Source) -> Reading:
    """Read a file. The caller closes ``Reading.pdf``."""
    pdf = open_pdf(source.data)
    streams = Streams()
    try:
        pages = interpret_pages(pdf, range(1, len(pdf.pages) + 1), streams)
        found = hidden.inspect(pdf, streams)
        missing = coverage.compare_pages(source.data, pages)
        unread = [
            *found.unread,
            *(u for content, places in zip(pages, missing, strict=True) for u in _check(content, places)),
            *false_text(pdf, pages),
        ]
        document, places = _document(source, pages, found, unread, pdf)
        document, pictures = _with_pictures(document, pages, pdf, source)
    except BaseException:
        pdf.close()
        raise
    return Reading(pdf, pages, places, document, pictures)


def _with_pictures(
    document: Document, pages: list[PageContent], pdf: pikepdf.Pdf, source: Source
) -> tuple[Document, list[PdfPicture]]:
    """Return ``document`` with what OCR reads in the images of its pages."""
    table = 1 + max((block.cell.table for block in document.blocks if block.cell is not None), default=-1)
    first = len(document.blocks)
    pictures, blocks, unread = Pictures(pdf).read(pages, first, table)
    unread.extend(drawn_codes(source.data, pages))
    numbers = range(first, first + len(blocks))
    views = [join_blocks(blocks, name="pictures", numbers=numbers)] if blocks else []
    for picture in pictures:
        views.extend(views_of(picture.reading.blocks, picture.first)[1:])
    return (
        replace(
            document,
            blocks=(*document.blocks, *blocks),
            views=(*document.views, *views),
            unread=(*document.unread, *unread),
        ),
        pictures,
    )


def _check(content: PageContent, missing: list[Box]) -> Iterable[Unread]:
    """Yield what a page shows that was not read; ``missing`` is where pdfium has characters and there are no glyphs."""
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
    if missing:
        reason = f"the second reader shows {len(missing)} characters that were not placed"
        yield Unread("unplaced_text", Location("page", "", content.page, missing[0]), reason)


def _document(
    source: Source, pages: list[PageContent], found: hidden.Hidden, unread: list[Unread], pdf: pikepdf.Pdf
) -> tuple[Document, list[list[int | None]]]:
    boxes = [[glyph.box for glyph in content.glyphs] for content in pages]
    grids = [find_tables(content.rules) for content in pages]
    texts, labels = [], []
    for content, of_page in zip(pages, boxes, strict=True):
        lettered = [index for index, glyph in enumerate(content.glyphs) if is_label_font(glyph.run.font)]
        rest = sorted(set(range(len(of_page))).difference(lettered)) if lettered else None
        texts += build_lines(content.page, content.glyphs, of_page, content.dark, rest, grids=grids[content.page - 1])
        labels += build_lines(content.page, content.glyphs, of_page, (), lettered) if lettered else []
    positions = table_positions(texts, grids)
    lines = texts + labels  # labels last, so that a page's lines read as they do without
    # By length on the page, which a box in the place of a value does not change.
    sizes = [line.em for line in texts if line.em for _ in range(min(int(2 * (line.end - line.start) / line.em), 80))]
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
                Kind.LABEL if count >= len(texts) else Kind.CELL if line.cell is not None else kind,
                positions.get(count),
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
