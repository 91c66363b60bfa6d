"""The chain: whatever somebody does to the file, the first entry that is not as it was written is named."""

from __future__ import annotations

import shutil
import sqlite3
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from registers import RECORD, SIZE, code_of

from hospital_redact.errors import RegisterError
from hospital_redact.release import GENESIS, Break, Broken, Register
from hospital_redact.release.chain import TEXT_FIELDS, hash_fields

FIELDS = ("format_version", *TEXT_FIELDS)
COLUMNS = ("number", *FIELDS, "previous", "hash")

positions = st.integers(1, SIZE)
one_file = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)


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
