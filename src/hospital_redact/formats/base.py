"""What a format is: one module with ``read`` and ``write``, and two answers that the verifier needs.

Readers never see a policy, writers never see findings, and nothing outside this folder imports a file library.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple, Protocol

from hospital_redact.model import Document, RedactionPlan, RemovedPart

MAX_FILE_BYTES = 256 * 1024 * 1024
"""Largest file that is opened, in bytes."""


@dataclass(frozen=True, slots=True, weakref_slot=True, repr=False)
class Source:
    """A file's name (without folders) and bytes.

    What was unlocked or converted before it is read (``formats.prepare``) keeps in ``origin`` the hash of the file that
    somebody has, and in ``notes`` what was done to it, as stable words. ``passwords`` open what is encrypted, in it as
    well; they are shown nowhere. ``tracked_changes`` says how an office document is read: its changes ``accepted`` or
    ``rejected``.
    """

    name: str
    data: bytes
    origin: str = ""
    notes: tuple[str, ...] = ()
    passwords: tuple[str, ...] = ()
    tracked_changes: str = "accepted"

    @property
    def sha256(self) -> str:
        """Hexadecimal hash of the bytes of the file that somebody has."""
        return self.origin or hashlib.sha256(self.data).hexdigest()

    def __repr__(self) -> str:
        return f"Source({len(self.data)} bytes)"


class Reading(NamedTuple):
    """One independent look into a written copy.

    ``reader`` names who read (``pdfium``, ``python-docx``, ``zip parts``), ``place`` where (``page 2``,
    ``word/footer1.xml``). Exactly one of ``text`` and ``data`` is set: decoded text, or raw decoded bytes that
    the verifier sweeps for the removed values in every encoding.
    """

    reader: str
    place: str
    text: str | None = None
    data: bytes | None = None


class Difference(NamedTuple):
    """A place where a copy is not what the plan makes of the source; no text.

    ``hidden`` marks what never shows and no copy of ours keeps: another tool's copy may, as long as no removed value
    and nothing that detection finds is in it.
    """

    place: str
    what: str
    hidden: bool = False


class Format(Protocol):
    """The contract, held for every format by ``tests/formats/contract.py``."""

    name: str
    """Short stable name: ``text``, ``docx``, ``pdf``."""
    media_type: str
    suffixes: tuple[str, ...]
    """File name endings in lower case, with the dot."""

    def recognises(self, data: bytes) -> bool:
        """Whether the content (not the name) is of this format. Cheap, never raises."""
        ...

    def read(self, source: Source) -> Document:
        """Return all text with its places, and what could not be read.

        Raises :class:`~hospital_redact.errors.ReadError` (HR202 encrypted, HR203 corrupt, HR204 over a limit).
        """
        ...

    def write(self, source: Source, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
        """Write the redacted copy to ``target`` and return what was left out. The source is not touched.

        The spans of the plan count blocks exactly as ``read(source)`` numbers them.
        """
        ...

    def compare(self, source: Document, plan: RedactionPlan, copy: Document) -> Iterator[Difference]:
        """Yield each place where ``copy`` (read again) is not ``source`` with ``plan`` applied (rule 1)."""
        ...

    def compare_pictures(
        self,
        source: Source,  # noqa: ARG002 - for formats that override this
        document: Document,  # noqa: ARG002
        plan: RedactionPlan,  # noqa: ARG002
        copy: Source,  # noqa: ARG002
    ) -> Iterator[Difference]:
        """Yield each place where what shows in ``copy`` but is no text is not ``source`` with ``plan`` applied.

        ``document`` is ``source`` as read. Where OCR read text (rule 1 of text cannot hold, since two readings of a
        picture may differ), each edited box must be painted over and every pixel outside must be the same. A format
        whose copies hold no pictures yields nothing.
        """
        yield from ()

    def readings(self, data: bytes) -> Iterator[Reading]:
        """Yield what independent readers, every decoded part and the raw bytes hold (rule 2)."""
        ...
