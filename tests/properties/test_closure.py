"""Spans of an edited block map back to the block as it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hospital_redact.model import (
    Block,
    Document,
    Edit,
    Location,
    RedactionPlan,
    ReleaseContext,
    Segment,
    Span,
    View,
    apply_edits,
    join_blocks,
)
from hospital_redact.planning import BOX, apply_plan, span_before


@given(st.text("abcdefgh", min_size=1, max_size=30), st.booleans(), st.data())
def test_kept_characters_map_to_themselves_and_touched_replacements_whole(
    text: str, boxes: bool, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    edits = [
        Edit(f"e{n}", Span(0, a, b), BOX if boxes else "#" * (n % 4), "r", "c", "E", "", "g")
        for n, (a, b) in enumerate(zip(cuts[::2], cuts[1::2], strict=False))
    ]
    edited = apply_edits(text, edits)
    if not edited:
        return
    start = data.draw(st.integers(0, len(edited) - 1))
    span = Span(0, start, data.draw(st.integers(start + 1, len(edited))))
    before = span_before(span, edits, boxes=boxes)
    inside = [e for e in edits if e.span.start >= before.start and e.span.end <= before.end]
    piece = text[before.start : before.end]
    again = apply_edits(
        piece,
        [
            Edit(
                e.id,
                Span(0, e.span.start - before.start, e.span.end - before.start),
                e.replacement,
                "r",
                "c",
                "E",
                "",
                "g",
            )
            for e in inside
        ],
    )
    assert edited[span.start : span.end] in again


@given(st.lists(st.text("abc王", max_size=10), min_size=1, max_size=5), st.data())
def test_the_edited_views_hold_the_edited_blocks(lines: list[str], data: st.DataObject) -> None:
    blocks = tuple(Block(line, Location("text")) for line in lines)
    view = join_blocks(blocks)
    # A second view that cuts blocks at arbitrary places, as the drawing order of a page does.
    cut = tuple(
        Segment(s.start + at, s.block, s.offset + at, length)
        for s in view.segments
        for at, length in _cuts(s.length, data.draw(st.integers(1, 4)))
    )
    document = Document("a", "text/plain", "", blocks, (view, View("cut", view.text, cut)))
    edits = []
    for number, line in enumerate(lines):
        if line and data.draw(st.booleans()):
            start = data.draw(st.integers(0, len(line) - 1))
            end = data.draw(st.integers(start + 1, len(line)))
            edits.append(Edit(f"e{number}", Span(number, start, end), "<>", "r", "c", "E", "", "g"))
    plan = RedactionPlan("", "", "p", "v", ReleaseContext(), tuple(edits))
    edited = apply_plan(document, plan)
    expected = [apply_edits(line, [e for e in edits if e.span.block == n]) for n, line in enumerate(lines)]
    assert [block.text for block in edited.blocks] == expected
    for shown in edited.views:
        assert shown.text == "\n".join(expected)
        for s in shown.segments:
            assert shown.text[s.start : s.start + s.length] == expected[s.block][s.offset : s.offset + s.length]


def _cuts(length: int, step: int) -> list[tuple[int, int]]:
    return [(at, min(step, length - at)) for at in range(0, length, step)]
