"""Spans, views and edits: offsets survive the way there and back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hospital_redact.model import Block, Edit, Location, Span, apply_edits, join_blocks

texts = st.lists(st.text(max_size=12), min_size=1, max_size=8)


@given(texts, st.data())
def test_a_range_of_a_view_maps_to_the_same_characters(lines: list[str], data: st.DataObject) -> None:
    blocks = [Block(line, Location("text")) for line in lines]
    view = join_blocks(blocks)
    start = data.draw(st.integers(0, len(view.text)))
    end = data.draw(st.integers(start, len(view.text)))
    spans = view.locate(start, end)
    mapped = "\n".join(blocks[s.block].text[s.start : s.end] for s in spans)
    # Line ends at the borders of the range, and empty blocks in it, belong to no block.
    squeezed = [part for part in view.text[start:end].split("\n") if part]
    assert [part for part in mapped.split("\n") if part] == squeezed


@given(texts)
def test_every_character_of_every_block_is_in_the_view_once(lines: list[str]) -> None:
    blocks = [Block(line, Location("text")) for line in lines]
    view = join_blocks(blocks)
    for segment in view.segments:
        piece = view.text[segment.start : segment.start + segment.length]
        assert piece == blocks[segment.block].text[segment.offset : segment.offset + segment.length]
    assert sum(s.length for s in view.segments) == sum(len(line) for line in lines)


@given(st.text(min_size=1, max_size=40), st.data())
def test_edits_change_the_planned_characters_and_nothing_else(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    spans = [Span(0, a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    edits = [Edit(f"e{n}", s, f"<{n}>", "r", "c", "E", "", "g") for n, s in enumerate(spans)]
    expected, position = "", 0
    for number, span in enumerate(spans):
        expected += text[position : span.start] + f"<{number}>"
        position = span.end
    assert apply_edits(text, data.draw(st.permutations(edits))) == expected + text[position:]
