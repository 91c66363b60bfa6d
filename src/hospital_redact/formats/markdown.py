"""Markdown: plain text whose lines are headings, rows and paragraphs, read once as written and once as it shows.

All characters of the file are blocks, so nothing hides in a link or a comment, and the copy is the file with the
planned characters exchanged. A second view leaves out what marks emphasis, code and links, since a value may stand
half inside it: ``**张**伟``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from hospital_redact.formats.base import Source
from hospital_redact.formats.text import TextFormat
from hospital_redact.model import Block, Document, Kind, Segment, Unread, View

_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)")
# What shows nothing itself: escapes, emphasis, code, tags and comments, and all of a link but its words.
_MARKUP = re.compile(
    r"""\\[!-/:-@\[-`{-~]|\*{1,3}|~~|`+|(?<![^\W_])_{1,3}|_{1,3}(?![^\W_])|!?\[(?=[^\]\n]*\][(\[])|\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*"""
    r"""(?:\s+(?:"[^"\n]*"|'[^'\n]*'))?\)|\]\[[^\]\n]*\]|<!--.*?-->|</?[A-Za-z][^<>\n]*>"""
)
_PICTURE = re.compile(r"data:image/", re.IGNORECASE)


class MarkdownFormat(TextFormat):
    """See the module."""

    name = "markdown"
    media_type = "text/markdown"
    suffixes: tuple[str, ...] = (".md", ".markdown")

    def read(self, source: Source) -> Document:
        """Return one block a line; a picture inside the text is unread."""
        document = super().read(source)
        blocks = tuple(
            replace(block, kind=Kind.HEADING) if _HEADING.match(block.text) else block for block in document.blocks
        )
        shown = _shown(blocks)
        return replace(
            document,
            media_type=self.media_type,
            blocks=blocks,
            views=(*document.views, *([shown] if shown else [])),
            unread=tuple(_pictures(blocks)),
        )


def _pictures(blocks: Sequence[Block]) -> Iterator[Unread]:
    for block in blocks:
        if _PICTURE.search(block.text):
            yield Unread("image", block.location, "a picture stands in the text as data; take it out")


def _shown(blocks: Sequence[Block]) -> View | None:
    """Return the lines without their markup; nothing where there is none."""
    pieces: list[str] = []
    segments: list[Segment] = []
    length = 0
    found = False
    for number, block in enumerate(blocks):
        at = 0
        for mark in _MARKUP.finditer(block.text):
            found = True
            if mark.start() > at:
                segments.append(Segment(length, number, at, mark.start() - at))
                pieces.append(block.text[at : mark.start()])
                length += mark.start() - at
            at = mark.start() + 1 if mark.group()[0] == "\\" else mark.end()
        if at < len(block.text):
            segments.append(Segment(length, number, at, len(block.text) - at))
        pieces += (block.text[at:], "\n")
        length += len(block.text) - at + 1
    return View("as shown", "".join(pieces), tuple(segments)) if found else None


FORMAT = MarkdownFormat()
