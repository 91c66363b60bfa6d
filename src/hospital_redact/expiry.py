"""Whose term is over: 保密期限届满，自行解密 (第4篇 5.8, 第11篇 二.4).

The end of a term leads to 内部 and a review, never to 公开, and data of patients does not expire (design, section 5).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from hospital_redact.marking import Mark, read_mark
from hospital_redact.model import Level, Policy

if TYPE_CHECKING:
    from hospital_redact.pipeline import Review
    from hospital_redact.release import Register

PATIENT_CATEGORIES = frozenset({"patient_identity", "medical_record"})


class State(StrEnum):
    """What became of a mark."""

    UNMARKED = "unmarked"
    IN_FORCE = "in_force"
    EVENT = "event"  # in force until something happens that no calendar knows
    UNKNOWN = "unknown"  # a term in years, and nobody knows since when
    DECLASSIFIED = "declassified"
    PATIENT_DATA = "patient_data"  # the term is over, the data of patients stays


class Expiry(NamedTuple):
    """The state of a document or entry, the level it has now, and the day on which its term ends or ended."""

    state: State
    level: Level
    expires: date | None = None


def expiry_of(review: Review, on: date) -> Expiry:
    """Return what became of the mark of a reviewed document by the day ``on``."""
    mark = read_mark(review.source, review.document)
    if mark is None:
        return Expiry(State.UNMARKED, review.suggestion.level)
    return _judge(mark, on, patients=bool(PATIENT_CATEGORIES & set(review.suggestion.categories)))


def registered_expiries(register: Register, policy: Policy, on: date) -> Iterator[tuple[int, Expiry]]:
    """Yield number and state of each entry of ``register`` that stands for a confidential copy.

    An entry holds no term: the policy's default for its level counts from its time.
    """
    withdrawn = {entry.refers_to for entry in register if entry.refers_to}
    for entry in register:
        level = entry.record.residual_level
        if level >= Level.SECRET and entry.hash not in withdrawn and not entry.refers_to:
            set_on = date.fromisoformat(entry.record.time[:10])
            yield entry.number, _judge(Mark(level, policy.terms_years[level], set_on=set_on), on, patients=False)


def _judge(mark: Mark, on: date, *, patients: bool) -> Expiry:
    expires = mark.expires
    if expires is None:
        return Expiry(State.EVENT if mark.event else State.UNKNOWN, mark.level)
    if on <= expires:
        return Expiry(State.IN_FORCE, mark.level, expires)
    if patients:
        return Expiry(State.PATIENT_DATA, Level.SECRET, expires)
    return Expiry(State.DECLASSIFIED, Level.INTERNAL, expires)
