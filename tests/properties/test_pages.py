"""Random pages and random spans: what is removed is gone for every reader, and nothing else moves or goes."""

from __future__ import annotations

import io
import math
import random

import planting
from hypothesis import given, settings
from hypothesis import strategies as st
from pdf_builder import AFTER, BEFORE, Builder

from hospital_redact.formats.base import Source
from hospital_redact.formats.pdf import FORMAT, coverage
from hospital_redact.model import Document, RedactionPlan, Span

MOVED = 0.01
"""Points by which a glyph that stays may move."""
LETTERS = "ABCDEFGHKLMNPRSTUVWXYZabcdefghkmnprstuvwxyz23456789"
HAN = "陈超英欧阳静姝赵小满周建国林秀兰沈阳王若曦孙浩然"
STYLES = ("plain", "kerned", "spaced", "pieces", "turned", "form", "wide")


def words_of(dice: random.Random, count: int) -> list[str]:
    """Return words of which none stands in another: each begins and ends with a number of its own."""
    found = []
    for number in range(count):
        pool = HAN if dice.random() < 0.5 else LETTERS
        middle = "".join(dice.choice(pool) for _ in range(dice.randint(1, 6)))
        found.append(f"{number:02d}{middle}{number:02d}")
    return found


def hexed(text: str) -> str:
    return text.encode("utf-16-be").hex()


def drawn(builder: Builder, dice: random.Random, words: list[str], row: int) -> bytes:
    """Return the operators that draw one line in a style of its own."""
    style, size = dice.choice(STYLES), dice.choice((7, 9.5, 12, 14))
    place = f"1 0 0 1 {dice.randint(30, 60)} {720 - 26 * row} Tm"
    if style == "turned":
        angle = math.radians(dice.choice((-20, 5, 90)))
        cos, sin = math.cos(angle), math.sin(angle)
        place = f"{cos:.5f} {sin:.5f} {-sin:.5f} {cos:.5f} {dice.randint(250, 400)} {dice.randint(150, 500)} Tm"
    text = " ".join(words)
    font = f"/F2 {size} Tf {place}"
    if style == "kerned":
        items = " ".join(f"<{hexed(letter)}> {dice.randint(-60, 90)}" for letter in text)
        return f"BT {font} [{items}] TJ ET".encode()
    if style == "pieces":
        cut = dice.randint(1, len(text) - 1)
        return f"BT {font} <{hexed(text[:cut])}> Tj <{hexed(text[cut:])}> Tj ET".encode()
    if style == "form":
        builder.xobjects[f"/X{row}"] = builder.form(f"BT {font} <{hexed(text)}> Tj ET".encode())
        return f"q 1 0 0 1 3 -2 cm /X{row} Do Q".encode()
    state = {"spaced": "1.5 Tc 90 Tz", "wide": "130 Tz 2 Ts"}.get(style, "")
    return f"BT {font} {state} <{hexed(text)}> Tj ET".encode()


def page(seed: int) -> tuple[bytes, list[str]]:
    """Return a page and its words."""
    dice = random.Random(seed)
    builder = Builder()
    words = words_of(dice, dice.randint(6, 16))
    lines = [words[start : start + 4] for start in range(0, len(words), 4)]
    content = b"\n".join(b"q " + drawn(builder, dice, line, row) + b" Q" for row, line in enumerate(lines))
    return builder.build(content), words


def glyphs(data: bytes) -> list[tuple[str, float, float]]:
    with coverage.opened(data) as document:
        return [(c.text, c.x, c.y) for i in range(len(document)) for c in coverage.characters(document, i)]


def unmoved(stays: list[tuple[str, float, float]], found: list[tuple[str, float, float]]) -> bool:
    """Whether both hold the same characters, each in its place."""
    if len(stays) != len(found):
        return False
    left = list(found)
    for text, x, y in stays:
        near = [g for g in left if g[0] == text and math.hypot(g[1] - x, g[2] - y) <= MOVED]
        if not near:
            return False
        left.remove(near[0])
    return True


def write(document: Document, data: bytes, plan: RedactionPlan) -> bytes:
    target = io.BytesIO()
    FORMAT.write(Source("a.pdf", data), plan, target)
    copy = target.getvalue()
    assert list(FORMAT.compare(document, plan, FORMAT.read(Source("a.pdf", copy)))) == []
    return copy


@given(st.integers(0, 2**32), st.data())
@settings(max_examples=15, deadline=None)
def test_removed_words_are_gone_and_other_words_stay(seed: int, data: st.DataObject) -> None:
    file, words = page(seed)
    gone = data.draw(st.sets(st.sampled_from(words), min_size=1, max_size=5))
    document = FORMAT.read(Source("a.pdf", file))
    edits = [
        planting.edit(f"e{word}{n}{i}", span, "", group=word)
        for word in sorted(gone)
        for n, spans in enumerate(planting.occurrences(document, word)[:1])
        for i, span in enumerate(spans)
    ]
    copy = write(document, file, planting.make_plan(document, edits))
    readings = [(r.reader, planting.squeeze(r.text)) for r in FORMAT.readings(copy) if r.text is not None]
    assert [(word, reader) for word in gone for reader, text in readings if word in text] == []
    shown = planting.squeeze("".join(text for text, _, _ in glyphs(copy)))
    assert [word for word in words if word not in gone and word not in shown] == []
    assert planting.squeeze(BEFORE) in shown
    assert planting.squeeze(AFTER) in shown


@given(st.integers(0, 2**32), st.data())
@settings(max_examples=15, deadline=None)
def test_any_span_goes_and_no_other_glyph_moves(seed: int, data: st.DataObject) -> None:
    file, _ = page(seed)
    document = FORMAT.read(Source("a.pdf", file))
    numbers = [number for number, block in enumerate(document.blocks) if len(block.text) > 1]
    spans = []
    for number in data.draw(st.sets(st.sampled_from(numbers), min_size=1, max_size=4)):
        length = len(document.blocks[number].text)
        start = data.draw(st.integers(0, length - 1))
        spans.append(Span(number, start, data.draw(st.integers(start + 1, length))))
    plan = planting.make_plan(document, [planting.edit(f"e{n}", span, "") for n, span in enumerate(spans)])
    removed = {
        (glyph.x, glyph.y)
        for span in spans
        for glyph in document.blocks[span.block].glyphs[span.start : span.end]
        if glyph is not None
    }
    stays = [g for g in glyphs(file) if not any(math.hypot(g[1] - x, g[2] - y) < 0.3 for x, y in removed)]
    assert unmoved(stays, glyphs(write(document, file, plan)))
