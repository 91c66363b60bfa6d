"""Web pages (HTML): what a browser shows is read, and the copy is written anew from it.

The copy holds the page's text in elements of an own list (:mod:`.vocabulary`), without styles, scripts, comments and
attributes; of addresses only plain ones of links stay. Pictures that stand in the page as data are read, painted over
and kept.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import zip_longest
from typing import BinaryIO, NamedTuple

from hospital_redact.errors import ReadError
from hospital_redact.formats.base import Difference, Format, Reading, Source
from hospital_redact.formats.comparison import compare_blocks
from hospital_redact.formats.hypertext.characters import Page, decode_page, encode_page
from hospital_redact.formats.hypertext.draft import Address, Markup, Part, Picture, Words
from hospital_redact.formats.hypertext.parsing import parse_page
from hospital_redact.formats.hypertext.readings import page_readings
from hospital_redact.formats.hypertext.vocabulary import SPACE
from hospital_redact.formats.hypertext.walker import Walker
from hospital_redact.formats.ooxml.waiting import Waiting
from hospital_redact.formats.pictures import compare_picture, patches_of, redact_picture
from hospital_redact.formats.splicing import portion
from hospital_redact.model import (
    Block,
    Document,
    Edit,
    RedactionPlan,
    RemovedPart,
    apply_edits,
    edits_by_block,
    join_blocks,
)

_START = re.compile(
    r"\s*(?:<\?xml[^<>]*>\s*)?(?:<!--.{0,4000}?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title|table|div|p|h[1-6])[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_HEAD_CHARS = 20_000
_UNSTEADY = re.compile(f"^[{SPACE}]|[{SPACE}]$|[{SPACE}]{{2}}|[\\t\\n\\r\\f]|^$")
_KEPT_SPACE = '<span style="white-space:pre-wrap">'


def _walk(page: Page, *, reads_pictures: bool = True) -> Walker:
    walker = Walker(parse_page(page.text), reads_pictures=reads_pictures)
    walker.walk()
    return walker


def _blocks(walker: Walker) -> tuple[Block, ...]:
    shown = tuple(block for block in walker.draft.texts if block is not None)
    assert len(shown) == len(walker.draft.texts)  # a line that was begun has been ended
    return (*shown, *walker.draft.hidden)


class HypertextFormat(Format):
    """See the module."""

    name = "html"
    media_type = "text/html"
    suffixes: tuple[str, ...] = (".html", ".htm")

    def __init__(self) -> None:
        self._walks = Waiting(lambda source: _walk(decode_page(source.data)))

    def recognises(self, data: bytes) -> bool:
        """Whether ``data`` begins as a page."""
        try:
            return bool(data) and bool(_START.match(decode_page(data).text[:_HEAD_CHARS]))
        except ReadError:
            return False

    def read(self, source: Source) -> Document:
        """Return a block for each line that shows; raise HR203 (not decodable) or HR204 (too large, too deep)."""
        page = decode_page(source.data)
        walker = self._walks.read(source)
        blocks = _blocks(walker)
        shown = len(walker.draft.texts)
        views = [join_blocks(blocks[:shown])]
        if len(blocks) > shown:
            views.append(join_blocks(blocks[shown:], name="hidden", numbers=range(shown, len(blocks))))
        return Document(
            name=source.name,
            media_type=self.media_type,
            sha256=source.sha256,
            blocks=blocks,
            views=tuple(views),
            unread=tuple(walker.draft.unread),
            dropped=walker.draft.dropped(),
            notes=(f"encoding:{page.label}",),
        )

    def write(self, source: Source, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
        """Write the page anew, with the plan's edits."""
        page = decode_page(source.data)
        walker = self._walks.look(source)
        edits = edits_by_block(plan.edits)
        language = f' lang="{walker.language}"' if walker.language else ""
        out = [f'<!DOCTYPE html>\n<html{language}>\n<head>\n<meta charset="{page.label}">\n']
        if walker.title is not None:
            title = portion(walker.title.text, 0, edits.get(walker.title.block, ()))
            out.append(f"<title>{escape(title, quote=False)}</title>\n")
        out.append("</head>\n<body>\n")
        spacing = _spacing(_blocks(walker), edits)
        out.extend(_written(part, edits, spacing) for part in walker.draft.parts)
        target.write(encode_page("".join([*out, "</body>\n</html>\n"]), page))
        return walker.draft.dropped()

    def compare(self, source: Document, plan: RedactionPlan, copy: Document) -> Iterator[Difference]:
        """Yield lines that differ from the plan, and a changed encoding."""
        yield from compare_blocks(source, plan, copy)
        for before, after in zip_longest(source.notes, copy.notes):
            if before != after:
                yield Difference("text", "the encoding or the structure changed")

    def compare_pictures(
        self,
        source: Source,
        document: Document,  # noqa: ARG002 - as the contract has it
        plan: RedactionPlan,
        copy: Source,
    ) -> Iterator[Difference]:
        """Yield each picture that is not that of the source, painted over where the plan says."""
        before = _pictures(self._walks.look(source))
        after = _pictures(_walk(decode_page(copy.data), reads_pictures=False))
        if len(before) != len(after):
            yield Difference("image", "the number of pictures differs")
            return
        edits = edits_by_block(plan.edits)
        for number, (old, new) in enumerate(zip(before, after, strict=True), 1):
            if wrong := compare_picture(old.data, new.data, patches_of(_edits_in(old, edits), old.reading)):
                yield Difference(f"image {number}", wrong)

    def readings(self, data: bytes) -> Iterator[Reading]:
        """Yield the bytes, and what three other parsers of HTML find in text, attributes and comments."""
        return page_readings(data, decode_page(data).text)


def _pictures(walker: Walker) -> list[Picture]:
    return [part for part in walker.draft.parts if isinstance(part, Picture)]


def _edits_in(picture: Picture, edits: Mapping[int, Sequence[Edit]]) -> dict[int, Sequence[Edit]]:
    """Return the edits of a picture's blocks by their index in it."""
    numbers = range(picture.first, picture.first + len(picture.reading.blocks))
    return {number - picture.first: edits[number] for number in numbers if number in edits}


class _Spacing(NamedTuple):
    """Lines whose white space a browser, and so a reader, would not show as the plan has it; those without text."""

    loose: frozenset[int]
    empty: frozenset[int]

    def wants(self, words: Words) -> bool:
        """Whether ``words`` stand in an element that keeps white space, or keeps the place of a line."""
        if words.quoted:
            return False
        return words.block in self.empty or (words.block in self.loose and not words.steady)


def _spacing(blocks: Sequence[Block], edits: Mapping[int, Sequence[Edit]]) -> _Spacing:
    texts = [apply_edits(block.text, edits.get(number, ())) for number, block in enumerate(blocks)]
    loose = frozenset(number for number, text in enumerate(texts) if _UNSTEADY.search(text))
    return _Spacing(loose, frozenset(number for number in loose if not texts[number]))


def _written(part: Part, edits: Mapping[int, Sequence[Edit]], spacing: _Spacing) -> str:
    """Return a part of the copy."""
    match part:
        case Markup(text):
            return text
        case Words(block, start, text, quoted):
            new = escape(portion(text, start, edits.get(block, ())), quote=quoted)
            return f"{_KEPT_SPACE}{new}</span>" if spacing.wants(part) else new
        case Address(block, text):
            return "" if edits.get(block) else f' href="{escape(text)}"'
        case Picture(data, _, reading):
            picture = redact_picture(data, _edits_in(part, edits), reading)
            return f"data:{picture.content_type};base64,{base64.b64encode(picture.data).decode('ascii')}"


FORMAT = HypertextFormat()
