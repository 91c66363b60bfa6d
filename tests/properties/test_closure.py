"""Spans of an edited block map back to the block as it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hospital_redact.model import Edit, Span, apply_edits
from hospital_redact.planning import BOX, span_before


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
