"""Plans for tests: finds a value as a detector would, in every view, whatever stands between its characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from hospital_redact.formats.base import Reading
from hospital_redact.model import AcceptedUnread, Document, Edit, RedactionPlan, ReleaseContext, Span

IGNORED = "\u00ad\t\n\r "


def occurrences(document: Document, value: str) -> list[tuple[Span, ...]]:
    """Return the spans of each occurrence of ``value``, after NFKC and without white space and soft hyphens."""
    found: list[tuple[Span, ...]] = []
    wanted = squeeze(value)
    if not wanted:
        raise ValueError("a value has characters other than white space")
    for view in document.views:
        letters: list[str] = []
        places: list[int] = []
        for place, letter in enumerate(view.text):
            for normal in squeeze(letter):
                letters.append(normal)
                places.append(place)
        text = "".join(letters)
        start = text.find(wanted)
        while start >= 0:
            spans = view.locate(places[start], places[start + len(wanted) - 1] + 1)
            if spans not in found:
                found.append(spans)
            start = text.find(wanted, start + len(wanted))
    return found


@lru_cache(maxsize=4096)
def squeeze(text: str) -> str:
    """Return ``text`` after NFKC, without white space and soft hyphens."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c not in IGNORED)


def plan_for(document: Document, value: str, replacement: str = "[患者1]", *, accept: bool = True) -> RedactionPlan:
    """Return a plan that replaces each occurrence of ``value`` and, if asked, accepts all that is unread."""
    edits: list[Edit] = []
    for number, spans in enumerate(occurrences(document, value)):
        for position, span in enumerate(spans):
            if any(edit.span.overlaps(span) for edit in edits):
                continue
            text = replacement if position == 0 else ""
            edits.append(edit(f"e{len(edits)}", span, text, group=f"g{number}"))
    accepted = [AcceptedUnread(u.what, str(u.location), "reviewer", "test") for u in document.unread] if accept else []
    return make_plan(document, edits, accepted)


def edit(key: str, span: Span, replacement: str, group: str = "g") -> Edit:
    return Edit(key, span, replacement, "test-rule", "patient_identity", "TEST", "test", group)


def make_plan(document: Document, edits: list[Edit], accepted: list[AcceptedUnread] | None = None) -> RedactionPlan:
    return RedactionPlan(
        source_sha256=document.sha256,
        document_digest=document.digest,
        policy_id="test",
        policy_version="0",
        context=ReleaseContext(),
        edits=tuple(edits),
        accepted_unread=tuple(accepted or ()),
    )


def places_of(values: Iterable[str], readings: Iterable[Reading]) -> list[str]:
    """Return the readings of a file that hold one of ``values`` in any encoding."""
    wanted, found = list(values), []
    for reading in readings:
        place = f"{reading.reader} {reading.place}"
        if reading.text is not None:
            text = squeeze(reading.text)
            found += [place for value in wanted if squeeze(value) in text]
        if reading.data is not None:
            encodings = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
            found += [place for value in wanted if any(value.encode(name) in reading.data for name in encodings)]
    return found
