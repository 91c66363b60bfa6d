"""The register: one entry for each copy that leaves, in a hash chain, never with text of a document.

Its errors are RegisterError:

=====  =======================================================================================
HR601  the register cannot be made or opened, or its file was moved away
HR602  the file is no register, is damaged, or was written by a newer version
HR603  the chain is broken: an entry was changed, removed, reordered or inserted
HR604  an entry could not be added: the disk is full, the file is read-only or locked too long
HR605  an entry or a head is refused: a field is not what it must be
=====  =======================================================================================

**The entry comes first, then the rename of the copy.** Whatever happens between the two, a kill -9 as well, leaves an
entry without a file and never a file without an entry. To reconcile after a crash, hash the copies in the output
folder: an entry whose ``copy_sha256`` no file bears, and which no later entry withdraws (``refers_to``), is of a copy
that never got its name (or was moved since). A rename that fails in the ordinary way is withdrawn at once, see
:meth:`Register.recorded`. Entries are never changed or deleted.

Appends take turns through SQLite's write lock, so that numbers have no gaps, whichever process or thread appends.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from hospital_redact.errors import RegisterError
from hospital_redact.logs import log_event
from hospital_redact.model import ReleaseRecord
from hospital_redact.release.chain import GENESIS, Broken, Entry, entry_of, find_break, make_entry

WITHDRAWN = "withdrawn"
"""Status of an entry that says of an earlier one: its copy never got its name."""

STATUSES = ("verified", "draft")
"""What the status of an appended record may be."""

MAX_LINE = 200
"""Longest ``who``, policy id or policy version, in code points."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Register:
    """The register at ``place``: a path, or a URL ``sqlite:///path``. It is made there if ``create`` is true.

    It may be shared by threads, pickled for other processes, and used after a fork. While it is open, the files
    ``<place>-wal`` and ``<place>-shm`` belong to it; back it up with them, or after :meth:`close`.

    Raises RegisterError HR601, HR602 or HR604.
    """

    def __init__(self, place: str | Path, *, create: bool = True) -> None:
        from hospital_redact.release import store  # noqa: PLC0415 - SQLAlchemy: only who keeps a register pays for it

        self._path = store.path_of(place)
        if create:
            store.create_file(self._path)
        self._store = store.Store(self._path)
        # Connections end with the register; closed late, they warn.
        weakref.finalize(self, self._store.close)
        with self._store.read():  # says now what is wrong with the file, and not at the first copy
            pass

    def append(self, record: ReleaseRecord, *, who: str) -> Entry:
        """Add an entry for a copy that is about to get its name, and return it once it is on the disk.

        ``who`` names who had the copy made: one printable line of at most 200 characters. The record's status is
        ``verified`` or ``draft``. Raises RegisterError HR601 to HR605; then the copy must not get its name.
        """
        if record.status not in STATUSES:
            raise RegisterError(
                "HR605", "the entry is refused: the status must be one of {statuses}", statuses=", ".join(STATUSES)
            )
        return self._append(record, who=who)

    def withdraw(self, entry: Entry, *, who: str) -> Entry:
        """Add an entry that withdraws ``entry``, whose copy did not get its name.

        It repeats the record with status ``withdrawn`` and the time of now, and refers to the hash of ``entry``.
        Raises RegisterError HR601 to HR605.
        """
        time = datetime.now(UTC).isoformat(timespec="seconds")
        return self._append(replace(entry.record, status=WITHDRAWN, time=time), who=who, refers_to=entry.hash)

    @contextmanager
    def recorded(self, record: ReleaseRecord, *, who: str) -> Iterator[Entry]:
        """Append ``record``, then let the body give the copy its name, and nothing else; see :meth:`append`.

        When the body raises, the entry is withdrawn and the error goes on. An entry that cannot be withdrawn either
        stays, and a note on the error says so.
        """
        entry = self.append(record, who=who)
        try:
            yield entry
        # Not BaseException: an interrupt may come after the rename, and a copy that is there must keep its entry.
        except Exception as error:
            try:
                self.withdraw(entry, who=who)
            except RegisterError as failed:
                log_event("entry_not_withdrawn", number=entry.number, code=failed.code)
                error.add_note(f"entry {entry.number} of the register stays, although it has no copy ({failed.code})")
            raise

    def verify(self, *, expect: str | None = None) -> Broken | None:
        """Return the first break of the chain, or None when every entry is as it was written.

        ``expect`` is a head that was noted elsewhere: it must still be in the chain, which shows a cut tail and a
        chain that was written anew. Without it neither can be seen. Memory does not grow with the register.
        Raises RegisterError HR601, HR602, HR604, or HR605 when ``expect`` is no head.
        """
        if expect is not None and not _SHA256.fullmatch(expect):
            raise RegisterError("HR605", "the expected head must be the 64 hexadecimal digits that an earlier run gave")
        with self._store.read() as session:
            return find_break(session.rows(), session, expect=expect)

    def head(self) -> str:
        """Return the hash of the newest entry, to be noted elsewhere; that of an empty register is GENESIS.

        Only :meth:`verify` says whether the chain behind it holds. Raises RegisterError HR601 to HR604.
        """
        with self._store.read() as session:
            last = session.last()
            return GENESIS if last is None else entry_of(last).hash

    def __iter__(self) -> Iterator[Entry]:
        """Yield the entries by number, as they are when the iteration begins, in constant memory.

        Raises RegisterError HR603 at one whose hash is not that of its fields; the links are :meth:`verify`'s matter.
        """
        with self._store.read() as session:
            yield from map(entry_of, session.rows())

    def close(self) -> None:
        """Close the file; the next call opens it again."""
        self._store.close()

    def _append(self, record: ReleaseRecord, *, who: str, refers_to: str = "") -> Entry:
        _check(record, who)
        with self._store.write() as session:
            last = session.last()
            # A chain whose end is visibly broken gets no further link.
            number, previous = (0, GENESIS) if last is None else (last.number, entry_of(last).hash)
            entry = make_entry(number + 1, record, who=who, refers_to=refers_to, previous=previous)
            session.add(entry)
        return entry

    def __reduce__(self) -> tuple[partial[Register], tuple[Path]]:
        return partial(Register, create=False), (self._path,)

    def __repr__(self) -> str:
        return "Register()"


def _check(record: ReleaseRecord, who: str) -> None:
    """Raise RegisterError HR605 unless every field is what the register keeps: hashes, words, a time, never text."""
    lines = {"who": who, "policy_id": record.policy_id, "policy_version": record.policy_version}
    hashes = {
        "source_sha256": record.source_sha256,
        "plan_sha256": record.plan_sha256,
        "copy_sha256": record.copy_sha256,
    }
    wrong = [name for name, line in lines.items() if not _is_line(line)]
    wrong += [name for name, digest in hashes.items() if not _SHA256.fullmatch(digest)]
    wrong += [] if _is_time(record.time) else ["time"]
    if wrong:
        raise RegisterError(
            "HR605",
            "the entry is refused: check {wrong} (hashes are SHA-256, who and the policy one printable line of at most "
            "{max_line} characters, the time ISO 8601 in UTC)",
            wrong=", ".join(wrong),
            max_line=MAX_LINE,
        )


def _is_line(line: str) -> bool:
    return len(line) <= MAX_LINE and line.isprintable() and bool(line.strip())


def _is_time(time: str) -> bool:
    try:
        return datetime.fromisoformat(time).utcoffset() == timedelta(0)
    except ValueError:
        return False
