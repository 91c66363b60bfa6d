"""Views of a PDF: what detectors see of its lines: as they stand, joined where they wrap, in the order of drawing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from hospital_redact.formats.pdf.content import Drawn, PageContent
from hospital_redact.formats.pdf.lines import COVERED, Line, continues, hyphenated
from hospital_redact.model import Block, Segment, View, join_blocks


@dataclass(eq=False, slots=True)
class _Fragment:
    """Characters ``offset`` to ``offset + length`` of a block, drawn one after the other."""

    block: int
    offset: int
    length: int
    line: Line


def build_views(pages: list[PageContent], lines: list[Line], blocks: list[Block], texts: int) -> tuple[View, ...]:
    """Return the views: all lines; pages whose lines wrap, joined; pages drawn in another order, both ways.

    The first ``texts`` lines are the pages' own; what follows are labels in boxes, which the first view alone has. A
    page that reads the same in two views is in the first of them only, since each is detected in full.
    """
    joined: list[_Fragment] = []
    drawing: list[_Fragment] = []
    number = 0
    for content in pages:
        first = number
        while number < texts and lines[number].page == content.page:
            number += 1
        whole = [_Fragment(block, 0, len(lines[block].text), lines[block]) for block in range(first, number)]
        if any(continues(one.line, other.line) for one, other in pairwise(whole)):
            joined += whole
        drawn = _fragments(content, first, lines[first:number])
        if [(f.block, f.offset, f.length) for f in drawn] != [(f.block, f.offset, f.length) for f in whole]:
            drawing += drawn
    views = [join_blocks(blocks, name="lines")]
    if joined:
        views.append(_join("joined", joined))
    if drawing:
        views.append(_join("drawing", drawing, wrap=False))
        views.append(_join("drawing_joined", drawing))
    return tuple(views)


def _fragments(content: PageContent, first: int, lines: list[Line]) -> list[_Fragment]:
    """Return the ``lines`` of a page, the blocks from ``first`` on, in pieces in the order of drawing."""
    places: dict[int, tuple[int, int, int]] = {}
    for number, line in enumerate(lines, first):
        for offset, index in enumerate(line.glyphs):
            if index is not None:
                known = places.get(index)
                places[index] = (number, known[1], known[2] + 1) if known else (number, offset, 1)
    fragments: list[_Fragment] = []
    last: _Fragment | None = None
    for index in sorted(places):
        block, offset, length = places[index]
        if last is not None and last.block == block:
            end = last.offset + last.length
            if offset == end or (offset > end and _passes(lines[block - first].text[end:offset])):
                last.length += offset - end + length
                continue
        last = _Fragment(block, offset, length, lines[block - first])
        fragments.append(last)
    _add_boxes(fragments, first, lines)
    for fragment in fragments:
        line = fragment.line
        if fragment.length < len(line.text):
            fragment.line = _part(line, fragment, content.glyphs)
    return fragments


def _passes(between: str) -> bool:
    """Whether drawing goes on over what no glyph draws: nothing, a space, or a box with its surroundings."""
    return between in ("", " ") or (COVERED in between and not between.strip(f"{COVERED} \t"))


def _add_boxes(fragments: list[_Fragment], start: int, lines: list[Line]) -> None:
    """Put the boxes of lines, which no glyph draws, to the fragments before them, or behind where there is none."""
    parts: dict[int, list[_Fragment]] = {}
    for fragment in fragments:
        parts.setdefault(fragment.block, []).append(fragment)
    for block, line in enumerate(lines, start):
        if block not in parts:
            after = next((i for i, f in reversed(list(enumerate(fragments))) if f.block < block), -1)
            fragments.insert(after + 1, _Fragment(block, 0, len(line.text), line))
        elif COVERED in line.text:
            _widen(sorted(parts[block], key=lambda f: f.offset), line.text)


def _widen(parts: list[_Fragment], text: str) -> None:
    """Lengthen the fragments of a line, in its order, by the boxes that stand between them and at its ends."""
    if COVERED in text[: parts[0].offset]:
        parts[0].length += parts[0].offset
        parts[0].offset = 0
    for number, part in enumerate(parts):
        end = part.offset + part.length
        limit = parts[number + 1].offset if number + 1 < len(parts) else len(text)
        last = text.rfind(COVERED, end, limit)
        if last >= end:
            part.length = (len(text) if limit == len(text) else last + 1) - part.offset


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
    return Line(
        line.page, line.angle, text, indexes, min(alongs), max(ends), line.up, line.em, line.first, line.box, line.cell
    )


def _tabbed(fragment: _Fragment, after: _Fragment) -> bool:
    """Whether two fragments are parted by a tab: in their line, or as neighbouring cells of a row."""
    if after.block == fragment.block and after.offset == fragment.offset + len(fragment.line.text) + 1:
        return True
    one, other = fragment.line.cell, after.line.cell
    if one is None or other is None or fragment.line.page != after.line.page:
        return False
    return one[:2] == other[:2] and one != other


def _parts_words(before: str, after: str) -> bool:
    """Whether a line end stands between two Latin words, which are written apart; numbers and Chinese run on.

    A box counts as a word where no Chinese stands in the two lines.
    """
    last, first = before[-1:], after[:1]
    if COVERED in (last, first):
        rest = (before + after).replace(COVERED, "")
        return rest.isascii() and all(one == COVERED or one.isalnum() for one in (last, first))
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
        after = fragments[number + 1] if number + 1 < len(fragments) else None
        following = after.line if after is not None else None
        if after is not None and _tabbed(fragment, after):
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
