"""The register: every change of its chain is named, appends survive crashes, and nothing but hashes is kept."""

from __future__ import annotations

import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hospital_redact.drafts import publish
from hospital_redact.errors import RegisterError
from hospital_redact.model import Decision, Level, ReleaseRecord
from hospital_redact.release import GENESIS, Break, Broken, Register, store
from hospital_redact.release.chain import TEXT_FIELDS, hash_fields

RECORD = ReleaseRecord(
    source_sha256="a" * 64,
    plan_sha256="b" * 64,
    copy_sha256="c" * 64,
    policy_id="default",
    policy_version="d" * 64,
    level=Level.SECRET,
    residual_level=Level.INTERNAL,
    decision=Decision.RELEASE_REDACTED,
    status="verified",
    time="2024-05-06T01:02:03+00:00",
)
SIZE = 6
FIELDS = ("format_version", *TEXT_FIELDS)
COLUMNS = ("number", *FIELDS, "previous", "hash")

positions = st.integers(1, SIZE)
one_file = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)


def record(number: int) -> ReleaseRecord:
    return replace(RECORD, source_sha256=f"{number:064x}")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register of SIZE entries, closed; tests work on copies."""
    path = tmp_path_factory.mktemp("whole") / "register.sqlite"
    with closing(Register(path)) as register:
        for number in range(1, SIZE + 1):
            register.append(record(number), who="王 小明 \ufffd")
    assert [p.name for p in path.parent.iterdir()] == ["register.sqlite"]
    return path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "register.sqlite"


@contextmanager
def tampered(whole: Path, folder: Path) -> Iterator[tuple[sqlite3.Connection, Callable[..., Broken | None]]]:
    """Yield a connection to a fresh copy, and how to verify it afterwards."""
    path = folder / "copy.sqlite"
    shutil.copy(whole, path)

    def verify(expect: str | None = None) -> Broken | None:
        with closing(Register(path, create=False)) as register:
            return register.verify(expect=expect)

    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection, verify


def rows(connection: sqlite3.Connection) -> list[dict[str, object]]:
    found = connection.execute(f"SELECT {', '.join(COLUMNS)} FROM entries ORDER BY number").fetchall()
    return [dict(zip(COLUMNS, row, strict=True)) for row in found]


def put(connection: sqlite3.Connection, row: dict[str, object]) -> None:
    marks = ", ".join("?" * len(COLUMNS))
    connection.execute(f"INSERT INTO entries ({', '.join(COLUMNS)}) VALUES ({marks})", [row[c] for c in COLUMNS])


def rehash(row: dict[str, object], number: int) -> dict[str, object]:
    digest = hash_fields(number, {name: row[name] for name in FIELDS}, row["previous"])
    return {**row, "number": number, "hash": digest}


def shift(connection: sqlite3.Connection, first: int, by: int) -> None:
    """Renumber the entries from ``first`` on."""
    connection.execute("UPDATE entries SET number = -(number + ?) WHERE number >= ?", (by, first))
    connection.execute("UPDATE entries SET number = -number WHERE number < 0")


def swap(connection: sqlite3.Connection, one: int, two: int) -> None:
    for old, new in ((one, -1), (two, one), (-1, two)):
        connection.execute("UPDATE entries SET number = ? WHERE number = ?", (new, old))


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(RegisterError) as caught:
        action()
    return caught.value.code


# Appending and reading


def test_entries_are_numbered_linked_and_come_back_as_they_were(place: Path) -> None:
    with closing(Register(place)) as register:
        assert register.head() == GENESIS
        assert register.verify(expect=GENESIS) is None
        written = [register.append(record(n), who="王小明") for n in range(1, 4)]
        assert list(register) == written
        assert [e.number for e in written] == [1, 2, 3]
        assert [e.previous for e in written] == [GENESIS, written[0].hash, written[1].hash]
        assert register.head() == written[-1].hash
        assert register.verify() is None
    with closing(Register(f"sqlite:///{place}", create=False)) as again:
        assert list(again) == written


def test_a_head_noted_earlier_is_still_in_a_register_that_grew(place: Path) -> None:
    with closing(Register(place)) as register:
        heads = [GENESIS, *(register.append(record(n), who="w").hash for n in range(3))]
        assert [register.verify(expect=head) for head in heads] == [None] * 4


def test_the_package_loads_no_database_library_until_a_register_is_made() -> None:
    script = "import sys, hospital_redact.release; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_repr_holds_neither_place_nor_people(place: Path) -> None:
    with closing(Register(place)) as register:
        entry = register.append(RECORD, who="王小明")
        assert repr(register) == "Register()"
        assert repr(entry) == f"Entry(1, verified, 秘密, {entry.hash[:12]})"


def test_a_pickled_register_is_the_same_and_makes_no_file(place: Path) -> None:
    with closing(Register(place)) as register:
        register.append(RECORD, who="w")
        data = pickle.dumps(register)
        with closing(pickle.loads(data)) as other:
            assert other.append(RECORD, who="w").number == 2
        assert register.verify() is None
    place.unlink()
    assert code_of(lambda: pickle.loads(data)) == "HR601"
    assert not place.exists()


@pytest.mark.parametrize("who", ["", "  ", "a\nb", "a\x1b[31m", "a\u202eb", "x" * 201, "\ud800"])
def test_who_is_one_printable_line(place: Path, who: str) -> None:
    with closing(Register(place)) as register:
        assert code_of(lambda: register.append(RECORD, who=who)) == "HR605"
        assert register.head() == GENESIS


@pytest.mark.parametrize(
    "field",
    [
        {"source_sha256": "患者赵小满"},
        {"plan_sha256": "A" * 64},
        {"copy_sha256": ""},
        {"policy_id": "a\nb"},
        {"policy_id": Decision.RELEASE},
        {"policy_version": "x" * 201},
        {"status": "clean"},
        {"status": "withdrawn"},
        {"time": "2024-05-06T01:02:03"},
        {"time": "2024-05-06T01:02:03+08:00"},
        {"time": "yesterday"},
    ],
)
def test_a_record_that_is_not_hashes_and_words_is_refused(place: Path, field: dict[str, str]) -> None:
    with closing(Register(place)) as register:
        wrong = replace(RECORD, **field)  # type: ignore[arg-type]  # every field above is text
        with pytest.raises(RegisterError) as caught:
            register.append(wrong, who="w")
        assert caught.value.code == "HR605"
        assert "赵小满" not in str(caught.value)
        assert register.head() == GENESIS


def test_verifying_and_reading_take_constant_memory(place: Path) -> None:
    count = 3000
    Register(place).close()
    with closing(Register(place)) as register:
        register.append(RECORD, who="w")
    with closing(sqlite3.connect(place, isolation_level=None)) as connection:
        (row,) = rows(connection)
        connection.execute("BEGIN")
        for number in range(2, count + 1):
            row = rehash({**row, "previous": row["hash"]}, number)
            put(connection, row)
        connection.execute("COMMIT")
    with closing(Register(place)) as register:
        register.verify()
        tracemalloc.start()
        try:
            assert register.verify() is None
            assert sum(1 for _ in register) == count
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 1_500_000 < count * 1000  # bytes; an entry is more than a thousand


# Entry first, then the rename


def test_a_rename_that_fails_is_withdrawn(place: Path) -> None:
    with closing(Register(place)) as register:
        with pytest.raises(OSError, match="no"), register.recorded(RECORD, who="w"):
            raise OSError("no")
        first, second = register
        assert (first.record.status, second.record.status) == ("verified", "withdrawn")
        assert second.refers_to == first.hash
        assert second.record.copy_sha256 == RECORD.copy_sha256
        assert register.verify() is None


def test_a_rename_that_works_leaves_one_entry(place: Path, tmp_path: Path) -> None:
    with closing(Register(place)) as register:
        with register.recorded(RECORD, who="w") as entry:
            (tmp_path / "copy").touch()
        assert list(register) == [entry]


def test_an_entry_that_cannot_be_made_stops_the_rename(place: Path, tmp_path: Path) -> None:
    with closing(Register(place)) as register:
        place.unlink()
        with pytest.raises(RegisterError), register.recorded(RECORD, who="w"):
            (tmp_path / "copy").touch()
    assert not (tmp_path / "copy").exists()


def test_an_interrupt_which_may_come_after_the_rename_withdraws_nothing(place: Path) -> None:
    with closing(Register(place)) as register:
        with pytest.raises(KeyboardInterrupt), register.recorded(RECORD, who="w"):
            raise KeyboardInterrupt
        assert [entry.record.status for entry in register] == ["verified"]


def test_an_entry_that_cannot_be_withdrawn_is_said_on_the_first_error(place: Path) -> None:
    def fail(register: Register) -> None:
        with register.recorded(RECORD, who="w"):
            place.unlink()
            raise OSError("no")

    with closing(Register(place)) as register, pytest.raises(OSError, match="no") as caught:
        fail(register)
    assert caught.value.__notes__ == ["entry 1 of the register stays, although it has no copy (HR601)"]


# Tampering


@pytest.mark.parametrize("number", [1, 3, SIZE])
@pytest.mark.parametrize("column", [*FIELDS, "previous", "hash"])
def test_a_changed_field_is_named(whole: Path, tmp_path: Path, column: str, number: int) -> None:
    value = 2 if column == "format_version" else "e" * 64
    with tampered(whole, tmp_path) as (connection, verify):
        connection.execute(f"UPDATE entries SET {column} = ? WHERE number = ?", (value, number))
        assert verify() == Broken(number, Break.CHANGED)


@pytest.mark.parametrize("value", ["X'FF'", "CAST(X'E78E8B20E5B08FE6988E20FF' AS TEXT)", "''", "who || x'00'", "7"])
def test_a_value_of_another_type_or_of_bytes_that_are_no_text_is_named(whole: Path, tmp_path: Path, value: str) -> None:
    with tampered(whole, tmp_path) as (connection, verify):
        connection.execute(f"UPDATE entries SET who = {value} WHERE number = 2")
        assert verify() == Broken(2, Break.CHANGED)


@one_file
@given(number=positions, new=st.integers(-3, 0) | st.integers(SIZE + 1, SIZE + 3))
def test_a_changed_number_is_named(whole: Path, tmp_path: Path, number: int, new: int) -> None:
    with tampered(whole, tmp_path) as (connection, verify):
        connection.execute("UPDATE entries SET number = ? WHERE number = ?", (new, number))
        broken = verify()
    assert broken is not None
    # Moved to the front, it is the first row; moved to the end, its own place is the first that is wrong.
    assert broken.number == (number if new > 0 else 1)
    assert broken.kind in (Break.CHANGED, Break.REORDERED)


@one_file
@given(gone=st.sets(positions, min_size=1, max_size=SIZE - 1), renumber=st.booleans())
def test_removed_entries_are_named(whole: Path, tmp_path: Path, gone: set[int], renumber: bool) -> None:
    with tampered(whole, tmp_path) as (connection, verify):
        head = str(rows(connection)[-1]["hash"])
        for number in sorted(gone, reverse=True):
            connection.execute("DELETE FROM entries WHERE number = ?", (number,))
            if renumber:
                shift(connection, number + 1, -1)
        kept = [n for n in range(1, SIZE + 1) if n not in gone]
        cut = min(gone) == len(kept) + 1  # nothing is left behind the gap
        assert verify() == (None if cut else Broken(min(gone), Break.REMOVED))
        assert verify(expect=head) == Broken(min(gone), Break.CUT_TAIL if cut else Break.REMOVED)


@one_file
@given(st.tuples(positions, positions).filter(lambda pair: pair[0] < pair[1]))
def test_swapped_entries_are_named(whole: Path, tmp_path: Path, pair: tuple[int, int]) -> None:
    with tampered(whole, tmp_path) as (connection, verify):
        swap(connection, *pair)
        assert verify() == Broken(pair[0], Break.REORDERED)


@one_file
@given(st.permutations(range(1, SIZE + 1)))
def test_any_other_order_is_named(whole: Path, tmp_path: Path, order: list[int]) -> None:
    first = next((n for n, was in enumerate(order, start=1) if n != was), None)
    with tampered(whole, tmp_path) as (connection, verify):
        connection.execute("UPDATE entries SET number = -number")
        for new, old in enumerate(order, start=1):
            connection.execute("UPDATE entries SET number = ? WHERE number = ?", (new, -old))
        assert verify() == (None if first is None else Broken(first, Break.REORDERED))


@one_file
@given(number=positions, count=st.integers(1, 3), valid=st.booleans())
def test_inserted_entries_are_named(whole: Path, tmp_path: Path, number: int, count: int, valid: bool) -> None:
    with tampered(whole, tmp_path) as (connection, verify):
        forged = {**rows(connection)[number - 1], "who": "somebody"}
        shift(connection, number, count)
        for place in range(number, number + count):
            forged = rehash(forged, place) if valid else {**forged, "number": place}
            put(connection, forged)
            forged["previous"] = forged["hash"]
        assert verify() == Broken(number, Break.INSERTED)


@one_file
@given(number=positions)
def test_an_inserted_entry_that_follows_nothing_is_named(whole: Path, tmp_path: Path, number: int) -> None:
    with tampered(whole, tmp_path) as (connection, verify):
        forged = {**rows(connection)[number - 1], "previous": "f" * 64}
        shift(connection, number, 1)
        put(connection, rehash(forged, number))
        assert verify() == Broken(number, Break.INSERTED)


@one_file
@given(source=positions, place=st.integers(1, SIZE + 1))
def test_a_copy_of_an_entry_is_named(whole: Path, tmp_path: Path, source: int, place: int) -> None:
    with tampered(whole, tmp_path) as (connection, verify):
        copy = rows(connection)[source - 1]
        shift(connection, place, 1)
        put(connection, {**copy, "number": place})
        # Right before itself, the copy is the one that holds and the original is one too many.
        assert verify() == Broken(place + 1 if place == source else place, Break.INSERTED)


@one_file
@given(st.tuples(positions, positions).map(sorted))
def test_new_hashes_for_changed_entries_do_not_hide_them(whole: Path, tmp_path: Path, ends: list[int]) -> None:
    start, stop = ends
    with tampered(whole, tmp_path) as (connection, verify):
        entries = rows(connection)
        head = str(entries[-1]["hash"])
        entries[start - 1]["who"] = "somebody"
        for index in range(start - 1, stop):
            if index:
                entries[index]["previous"] = entries[index - 1]["hash"]
            entries[index] = rehash(entries[index], index + 1)
        connection.execute("DELETE FROM entries")
        for row in entries:
            put(connection, row)
        if stop < SIZE:
            assert verify() == Broken(stop, Break.CHANGED)
        else:  # written anew to its end, a chain shows nothing by itself
            assert verify() is None
            assert verify(expect=head) == Broken(SIZE + 1, Break.CUT_TAIL)


def test_an_emptied_register_lacks_its_head(whole: Path, tmp_path: Path) -> None:
    with tampered(whole, tmp_path) as (connection, verify):
        head = str(rows(connection)[-1]["hash"])
        connection.execute("DELETE FROM entries")
        assert verify() is None
        assert verify(expect=head) == Broken(1, Break.CUT_TAIL)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=80)
@given(data=st.data())
def test_a_flipped_bit_is_found_or_changes_nothing(whole: Path, tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(whole.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    path = tmp_path / "flipped.sqlite"
    path.write_bytes(content)
    with closing(Register(whole)) as register:
        entries = list(register)
    try:
        with closing(Register(path, create=False)) as register:
            found: object = register.verify(expect=entries[-1].hash) or list(register)
    except RegisterError as error:
        found = error
    assert found == entries or isinstance(found, Broken | RegisterError)


def test_a_break_says_what_happened_and_what_to_do() -> None:
    messages = {kind: Broken(7, kind).as_error() for kind in Break}
    assert {error.code for error in messages.values()} == {"HR603"}
    assert all("7" in error.message and "stop releasing" in error.message for error in messages.values())
    assert len({error.message for error in messages.values()}) == len(Break)


@pytest.mark.parametrize("expect", ["", "abc", "G" * 64, "A" * 64, GENESIS + "\n"])
def test_a_head_that_is_none_is_refused(place: Path, expect: str) -> None:
    with closing(Register(place)) as register:
        assert code_of(lambda: register.verify(expect=expect)) == "HR605"


def test_a_broken_end_gets_no_further_entry_and_is_not_read_as_true(whole: Path, tmp_path: Path) -> None:
    with tampered(whole, tmp_path) as (connection, _):
        connection.execute("UPDATE entries SET level = '公开' WHERE number = ?", (SIZE,))
        with closing(Register(tmp_path / "copy.sqlite")) as register:
            assert code_of(lambda: register.append(RECORD, who="w")) == "HR603"
            assert code_of(register.head) == "HR603"
            assert code_of(lambda: list(register)) == "HR603"


def test_a_number_at_the_end_of_all_numbers_is_no_overflow(whole: Path, tmp_path: Path) -> None:
    with tampered(whole, tmp_path) as (connection, verify):
        put(connection, rehash(rows(connection)[-1], 2**63 - 1))
        assert verify() == Broken(SIZE + 1, Break.REMOVED)
        with closing(Register(tmp_path / "copy.sqlite")) as register:
            assert code_of(lambda: register.append(RECORD, who="w")) == "HR602"


def test_a_number_that_is_none_is_refused(whole: Path, tmp_path: Path) -> None:
    with tampered(whole, tmp_path) as (connection, verify):
        connection.execute("CREATE TABLE other AS SELECT * FROM entries")
        connection.execute("UPDATE other SET number = 'x' WHERE number = 2")
        connection.execute("DROP TABLE entries")
        connection.execute("ALTER TABLE other RENAME TO entries")
        assert code_of(verify) == "HR602"


def test_an_unknown_word_under_a_valid_hash_is_not_read(whole: Path, tmp_path: Path) -> None:
    with tampered(whole, tmp_path) as (connection, _):
        row = rehash({**rows(connection)[-1], "level": "unknown"}, SIZE)
        connection.execute("DELETE FROM entries WHERE number = ?", (SIZE,))
        put(connection, row)
        with closing(Register(tmp_path / "copy.sqlite")) as register:
            assert code_of(lambda: list(register)) == "HR603"


# Files that are no register


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t BEFORE INSERT ON entries BEGIN SELECT RAISE(IGNORE); END",
        "CREATE TABLE other (a)",
        "CREATE VIEW other AS SELECT 1",
        "ALTER TABLE entries RENAME COLUMN who TO whom",
        "ALTER TABLE entries ADD COLUMN text TEXT",
        "DROP TABLE register_format",
        "DELETE FROM register_format",
        "INSERT INTO register_format VALUES (2)",
        "UPDATE register_format SET version = 0",
        "UPDATE register_format SET version = 'x'",
        "UPDATE entries SET who = hex(zeroblob(1000000)) WHERE number = 3",
    ],
)
def test_other_tables_triggers_and_sizes_are_refused(whole: Path, tmp_path: Path, statement: str) -> None:
    with tampered(whole, tmp_path) as (connection, verify):
        connection.execute(statement)
        assert code_of(verify) == "HR602"


def test_a_newer_format_is_refused_and_an_open_register_notices(place: Path) -> None:
    with closing(Register(place)) as register:
        with closing(sqlite3.connect(place, isolation_level=None)) as connection:
            connection.execute("UPDATE register_format SET version = 2")
        with pytest.raises(RegisterError, match="HR602: a newer version"):
            register.append(RECORD, who="w")
    with pytest.raises(RegisterError, match="HR602: a newer version"):
        Register(place)


@pytest.mark.parametrize("content", [b"", b"\x00" * 4096, "患者赵小满".encode() * 100])
def test_another_file_is_refused_and_left_alone(place: Path, content: bytes) -> None:
    place.write_bytes(content)
    assert code_of(lambda: Register(place)) == "HR602"
    assert place.read_bytes() == content


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://localhost/register",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:x?mode=memory&uri=true",
        "sqlite+aiosqlite:///x",
        "not a url://",
    ],
)
def test_only_files_of_sqlite_are_taken(url: str) -> None:
    assert code_of(lambda: Register(url)) == "HR601"


def test_a_place_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert code_of(lambda: Register(tmp_path)) == "HR601"
    assert code_of(lambda: Register(tmp_path / "file" / "register")) == "HR601"
    assert code_of(lambda: Register(tmp_path / "a\0b")) == "HR601"
    assert code_of(lambda: Register(tmp_path / "missing", create=False)) == "HR601"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_strange_names_are_paths_and_no_options(tmp_path: Path) -> None:
    path = tmp_path / "a b?mode=memory#登记%41.sqlite"
    with closing(Register(path)) as register:
        register.append(RECORD, who="w")
    assert path.is_file()
    with closing(Register(path, create=False)) as register:
        assert register.verify() is None


def test_a_file_moved_away_under_an_open_register_takes_no_entry(place: Path, tmp_path: Path) -> None:
    with closing(Register(place)) as register:
        register.append(RECORD, who="w")
        place.rename(tmp_path / "elsewhere")
        assert code_of(lambda: register.append(RECORD, who="w")) == "HR601"
        assert not place.exists()


def test_a_file_that_took_the_place_of_an_open_one_is_the_register(place: Path, whole: Path) -> None:
    with closing(Register(place)) as register:
        register.append(RECORD, who="w")
        shutil.copy(whole, place.with_name("other"))
        place.with_name("other").replace(place)
        for rest in ("-wal", "-shm"):
            place.with_name(place.name + rest).unlink()
        assert sum(1 for _ in register) == SIZE
        assert register.append(RECORD, who="w").number == SIZE + 1
        assert register.verify() is None


def test_a_file_moved_away_during_an_append_is_an_error(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add = store.Session.add

    def add_and_delete(session: store.Session, entry: object) -> None:
        add(session, entry)  # type: ignore[arg-type]  # an Entry, handed through
        place.unlink()

    with closing(Register(place)) as register:
        monkeypatch.setattr(store.Session, "add", add_and_delete)
        assert code_of(lambda: register.append(RECORD, who="w")) == "HR601"


def test_a_register_that_another_made_meanwhile_is_used(
    place: Path, whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_late(draft: Path, target: Path, *, overwrite: bool) -> None:
        shutil.copy(whole, target)
        publish(draft, target, overwrite=overwrite)

    monkeypatch.setattr(store, "publish", too_late)
    with closing(Register(place)) as register:
        assert sum(1 for _ in register) == SIZE


@pytest.mark.skipif(sys.platform == "win32", reason="SQLite has no such locking here")
def test_a_file_system_without_wal_holds_no_register(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = store._open
    monkeypatch.setattr(store, "_open", lambda path, options: opened(path, f"{options}&vfs=unix-dotfile"))
    with pytest.raises(RegisterError, match="HR601: this file system"):
        Register(place)
    assert list(place.parent.iterdir()) == []


# Faults and several writers


def test_a_lock_held_too_long_is_said(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.05)
    with closing(Register(place)) as register:
        with closing(sqlite3.connect(place, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(RegisterError, match="HR604: another process"):
                register.append(RECORD, who="w")
            assert register.verify() is None  # reading waits for nobody
        assert register.append(RECORD, who="w").number == 1


def test_a_full_disk_enters_nothing_and_breaks_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = store._open

    def small(path: Path, options: str) -> sqlite3.Connection:
        connection = opened(path, options)
        connection.execute("PRAGMA max_page_count = 6")
        return connection

    returned: list[int] = []

    def fill(register: Register) -> None:
        for _ in range(100):
            returned.append(register.append(RECORD, who="w").number)  # noqa: PERF401 - counted up to the error

    with monkeypatch.context() as patch, closing(Register(place)) as register:
        patch.setattr(store, "_open", small)
        register.close()
        with pytest.raises(RegisterError, match="HR604: the disk is full"):
            fill(register)
        assert register.verify() is None
    with closing(Register(place)) as register:
        entered = sum(1 for _ in register)
        assert entered == len(returned) > 0
        assert register.append(RECORD, who="w").number == entered + 1
        assert register.verify() is None


SCRIPT = (
    f"""
import os, sys, time
from contextlib import closing
from hospital_redact.errors import RegisterError
from hospital_redact.model import *
from hospital_redact.release import Register

RECORD = {RECORD!r}
""".replace("<Level.SECRET: '秘密'>", "Level.SECRET")
    .replace("<Level.INTERNAL: '内部'>", "Level.INTERNAL")
    .replace("<Decision.RELEASE_REDACTED: 'release_redacted'>", "Decision.RELEASE_REDACTED")
)


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-X", "utf8", "-c", SCRIPT + script, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> str:
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return output


def test_two_processes_append_a_thousand_entries_each(place: Path) -> None:
    script = """
with closing(Register(sys.argv[1])) as register:
    for _ in range(1000):
        print(register.append(RECORD, who=sys.argv[2]).number)
"""
    processes = {who: start(script, place, who) for who in ("one", "two")}
    numbers = {who: [int(line) for line in finish(process).split()] for who, process in processes.items()}
    with closing(Register(place, create=False)) as register:
        assert register.verify() is None
        entries = list(register)
    assert [entry.number for entry in entries] == list(range(1, 2001))
    for who, returned in numbers.items():
        assert returned == [entry.number for entry in entries if entry.who == who]


def test_threads_share_a_register_and_its_making(place: Path) -> None:
    failed: list[Exception] = []

    def append(shared: Register) -> None:
        try:
            with closing(Register(place)) as own:
                for register in (own, shared) * 10:
                    register.append(RECORD, who="w")
        except Exception as error:
            failed.append(error)

    with closing(Register(place)) as shared:
        threads = [threading.Thread(target=append, args=(shared,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        assert shared.verify() is None
        assert [entry.number for entry in shared] == list(range(1, 81))


def test_several_processes_make_one_register(place: Path) -> None:
    script = "\nwith closing(Register(sys.argv[1])) as register: register.append(RECORD, who='w')\n"
    for process in [start(script, place) for _ in range(3)]:
        finish(process)
    with closing(Register(place, create=False)) as register:
        assert [entry.number for entry in register] == [1, 2, 3]
        assert register.verify() is None


def test_a_process_killed_while_appending_leaves_a_chain_that_holds(place: Path) -> None:
    script = """
with closing(Register(sys.argv[1])) as register:
    while True:
        print(register.append(RECORD, who="w").number, flush=True)
"""
    for acknowledged in (1, 7, 40):
        process = start(script, place)
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(acknowledged)]
        process.kill()
        lines += process.communicate(timeout=60)[0].splitlines()
        with closing(Register(place, create=False)) as register:
            assert register.verify() is None
            # What was returned is there; one more may be, whose number nobody was told.
            last = max(int(line) for line in lines if line.strip())
            assert last <= sum(1 for _ in register) <= last + 1


def test_a_process_killed_between_entry_and_rename_leaves_an_entry_and_no_file(place: Path, tmp_path: Path) -> None:
    script = """
register = Register(sys.argv[1])
with register.recorded(RECORD, who="w"):
    print("entered", flush=True)
    time.sleep(600)
    open(sys.argv[2], "w").close()
"""
    process = start(script, place, tmp_path / "copy")
    assert process.stdout is not None
    assert process.stdout.readline() == "entered\n"
    process.kill()
    process.communicate(timeout=60)
    with closing(Register(place, create=False)) as register:
        assert register.verify() is None
        assert [entry.record for entry in register] == [RECORD]
    assert not (tmp_path / "copy").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no limits on file sizes here")
def test_a_file_that_may_not_grow_enters_nothing_more(place: Path) -> None:
    script = """
import resource
register = Register(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
try:
    for entered in range(1000):
        register.append(RECORD, who="w")
except RegisterError as error:
    print(entered, error.code, flush=True)
"""
    entered, code = finish(start(script, place)).split()
    assert code == "HR604"
    with closing(Register(place, create=False)) as register:
        assert register.verify() is None
        assert sum(1 for _ in register) == int(entered) > 0


def in_child(action: Callable[[], str], *, unprivileged: bool = False) -> str:
    """Return what ``action`` gives in a forked child, there without root's rights if asked."""
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if unprivileged and os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            os.write(writable, action().encode())
        finally:
            os._exit(0)
    os.close(writable)
    with os.fdopen(readable) as stream:
        answer = stream.read()
    os.waitpid(child, 0)
    return answer


forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork and no such rights")


@forks
def test_a_forked_child_appends_to_the_register_it_inherited(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Register(place)) as register:
        register.append(RECORD, who="parent")
        opened: list[Path] = []
        connect = store._connect

        def count(path: Path) -> sqlite3.Connection:
            opened.append(path)
            return connect(path)

        monkeypatch.setattr(store, "_connect", count)
        assert in_child(lambda: f"{register.append(RECORD, who='child').number} {len(opened)}") == "2 1"
        assert opened == []  # the parent goes on with its own connection, the child has made another one
        assert register.append(RECORD, who="parent").number == 3
        assert [entry.who for entry in register] == ["parent", "child", "parent"]
        assert register.verify() is None


def answer(action: Callable[[], object]) -> str:
    try:
        return repr(action())
    except RegisterError as error:
        return error.code


@forks
@pytest.mark.parametrize(("folder_mode", "file_mode"), [(0o555, 0o444), (0o777, 0o444)])
def test_a_read_only_register_verifies_and_takes_nothing(whole: Path, folder_mode: int, file_mode: int) -> None:
    # Not pytest's folder: that one is closed to the child, who is not its owner.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "register.sqlite"
        shutil.copy(whole, path)
        path.chmod(file_mode)
        folder.chmod(folder_mode)

        def look() -> str:
            with closing(Register(path)) as register:
                return f"{register.verify()} {answer(lambda: register.append(RECORD, who='w'))} {register.verify()}"

        assert in_child(look, unprivileged=True) == "None HR604 None"
        folder.chmod(0o755)
        # Files for WAL that a reader left would be the reader's, and shut the owner out.
        assert [p.name for p in folder.iterdir()] == ["register.sqlite"]


@forks
def test_a_register_open_elsewhere_is_read_by_one_who_may_not_write(whole: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "register.sqlite"
        shutil.copy(whole, path)
        folder.chmod(0o755)
        with closing(Register(path)) as register:
            register.append(RECORD, who="w")  # still in the WAL alone

            def count() -> str:
                with closing(Register(path, create=False)) as other:
                    return f"{other.verify()} {sum(1 for _ in other)}"

            assert in_child(count, unprivileged=True) == f"None {SIZE + 1}"
            assert register.append(RECORD, who="w").number == SIZE + 2


def test_an_append_during_a_reading_without_lock_is_said(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Register(place)) as register:
        for _ in range(2):
            register.append(RECORD, who="w")
    monkeypatch.setattr(store, "_is_frozen", lambda path: True)
    with closing(Register(place)) as register:
        entries = iter(register)
        next(entries)
        with place.open("ab") as stream:
            stream.write(bytes(4096))
        assert code_of(lambda: list(entries)) == "HR604"


@forks
def test_a_closed_folder_holds_no_new_register() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        assert in_child(lambda: answer(lambda: Register(folder / "r")), unprivileged=True) == "HR601"
        folder.chmod(0o000)
        assert in_child(lambda: answer(lambda: Register(folder / "r")), unprivileged=True) == "HR601"
        folder.chmod(0o755)
        assert list(folder.iterdir()) == []
