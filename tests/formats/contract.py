"""What every format owes: one class of tests, run over one case a format (``test_contract.py``)."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Callable
from dataclasses import dataclass

import planting
import pytest

from hospital_redact.errors import ReadError
from hospital_redact.formats.base import Format, Source
from hospital_redact.model import Document, RedactionPlan

VALUE = "QZ8842917K"
"""Planted in every sample: plain ASCII, so that every format and font can hold it."""


@dataclass(frozen=True)
class Case:
    """A format and its samples. ``sample`` builds a file that shows the value given."""

    format: Format
    sample: Callable[[str], bytes]
    empty: bytes
    encrypted: bytes | None = None
    unknown_part: bytes | None = None
    damage_shows: bool = True
    """Whether a damaged file can be told from a whole one (not so for plain text)."""

    empty_text: str = ""
    """What even an empty file says: an element of XML has a name."""

    def read(self, data: bytes) -> Document:
        return self.format.read(Source(f"sample{self.format.suffixes[0]}", data))

    def write(self, data: bytes, plan: RedactionPlan) -> bytes:
        target = io.BytesIO()
        self.format.write(Source(f"sample{self.format.suffixes[0]}", data), plan, target)
        return target.getvalue()


def holds(case: Case, data: bytes, value: str) -> list[str]:
    """Return the places in which a reading of ``data`` holds ``value``."""
    places = []
    for reading in case.format.readings(data):
        assert (reading.text is None) != (reading.data is None)
        if reading.text is not None and planting.squeeze(value) in planting.squeeze(reading.text):
            places.append(f"{reading.reader}: {reading.place}")
        encodings = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
        if reading.data is not None and any(value.encode(e) in reading.data for e in encodings):
            places.append(f"{reading.reader}: {reading.place}")
    return places


def _read_or_refusal(case: Case, data: bytes) -> Document | ReadError:
    try:
        return case.read(data)
    except ReadError as error:
        return error


class FormatContract:
    """Subclass it with a fixture ``case``."""

    def test_recognises_its_own_and_nothing_else(self, case: Case) -> None:
        assert case.format.recognises(case.sample(VALUE))
        assert not case.format.recognises(b"\x00\x01\x02\x03 nothing known")
        assert not case.format.recognises(b"")

    def test_each_character_is_in_one_block_and_views_lead_back_to_it(self, case: Case) -> None:
        document = case.read(case.sample(VALUE))
        seen: set[tuple[int, int]] = set()
        for view in document.views:
            end = 0
            for segment in view.segments:
                assert segment.start >= end
                end = segment.start + segment.length
                block = document.blocks[segment.block].text
                assert view.text[segment.start : end] == block[segment.offset : segment.offset + segment.length]
                seen.update((segment.block, segment.offset + i) for i in range(segment.length))
        assert seen == {(number, i) for number, b in enumerate(document.blocks) for i in range(len(b.text))}

    def test_reading_is_repeatable_and_describes_the_source(self, case: Case) -> None:
        data = case.sample(VALUE)
        first, second = case.read(data), case.read(data)
        assert first == second
        assert first.digest == second.digest
        assert first.sha256 == hashlib.sha256(data).hexdigest()
        assert first.digest != case.read(case.sample("another")).digest

    def test_the_value_is_found_and_then_gone_from_every_reading(self, case: Case) -> None:
        data = case.sample(VALUE)
        document = case.read(data)
        assert holds(case, data, VALUE)
        plan = planting.plan_for(document, VALUE)
        assert plan.edits
        copy = case.write(data, plan)
        assert holds(case, copy, VALUE) == []
        assert case.format.recognises(copy)

    def test_the_right_copy_is_proved(self, case: Case) -> None:
        data = case.sample(VALUE)
        document = case.read(data)
        plan = planting.plan_for(document, VALUE)
        copy = case.read(case.write(data, plan))
        assert list(case.format.compare(document, plan, copy)) == []

    def test_a_copy_that_still_holds_the_value_is_not_proved(self, case: Case) -> None:
        data = case.sample(VALUE)
        document = case.read(data)
        plan = planting.plan_for(document, VALUE)
        nothing = planting.make_plan(document, [], list(plan.accepted_unread))
        assert list(case.format.compare(document, plan, case.read(case.write(data, nothing))))
        assert list(case.format.compare(document, plan, document))

    def test_a_copy_that_lost_more_than_planned_is_not_proved(self, case: Case) -> None:
        data = case.sample(VALUE)
        document = case.read(data)
        plan = planting.plan_for(document, VALUE)
        nothing = planting.make_plan(document, [], list(plan.accepted_unread))
        assert list(case.format.compare(document, nothing, case.read(case.write(data, plan))))

    def test_other_text_stays_and_the_source_is_not_touched(self, case: Case) -> None:
        data = case.sample(VALUE)
        before = bytes(data)
        document = case.read(data)
        plan = planting.plan_for(document, VALUE)
        copy = case.read(case.write(data, plan))
        assert data == before
        edited = {edit.span.block for edit in plan.edits}
        kept = [b.text for n, b in enumerate(document.blocks) if b.survives and n not in edited]
        assert [b.text for b in copy.blocks if b.survives and b.text in kept] == kept

    def test_writing_is_repeatable(self, case: Case) -> None:
        data = case.sample(VALUE)
        plan = planting.plan_for(case.read(data), VALUE)
        assert case.write(data, plan) == case.write(data, plan)

    def test_a_damaged_file_is_refused_or_read_but_never_fails_otherwise(self, case: Case) -> None:
        data = case.sample(VALUE)
        chance = random.Random(7)
        damaged = [data[: len(data) * part // 16] for part in range(16)]
        for _ in range(60):
            broken = bytearray(data)
            for _ in range(chance.choice((1, 3, 30))):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
            damaged.append(bytes(broken))
        refused = 0
        for broken_data in damaged:
            assert case.format.recognises(broken_data) in (True, False)
            outcome = _read_or_refusal(case, broken_data)
            if isinstance(outcome, ReadError):
                refused += 1
                assert outcome.code.startswith("HR2")
                assert VALUE not in str(outcome)
                assert outcome.__cause__ is None
                assert outcome.__suppress_context__ or outcome.__context__ is None
        assert refused or not case.damage_shows

    def test_an_encrypted_file_is_refused_as_encrypted(self, case: Case) -> None:
        if case.encrypted is None:
            pytest.skip("this format has no encryption")
        with pytest.raises(ReadError) as caught:
            case.read(case.encrypted)
        assert caught.value.code == "HR202"

    def test_an_unknown_part_blocks_or_is_listed(self, case: Case) -> None:
        if case.unknown_part is None:
            pytest.skip("this format has no parts")
        document = case.read(case.unknown_part)
        assert document.unread or document.dropped

    def test_an_empty_document_is_read_and_written(self, case: Case) -> None:
        document = case.read(case.empty)
        assert "".join(b.text for b in document.blocks if b.survives) == case.empty_text
        plan = planting.make_plan(document, [])
        copy = case.read(case.write(case.empty, plan))
        assert list(case.format.compare(document, plan, copy)) == []

    def test_nothing_shows_text_in_repr(self, case: Case) -> None:
        data = case.sample(VALUE)
        document = case.read(data)
        source = Source(VALUE, data)
        plan = planting.plan_for(document, VALUE, VALUE)
        shown = [
            document,
            source,
            plan,
            *document.blocks,
            *document.views,
            *document.unread,
            *document.dropped,
            *plan.edits,
        ]
        assert not [thing for thing in shown if VALUE in repr(thing)]
