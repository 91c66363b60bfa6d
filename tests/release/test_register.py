"""The register: entries come back as they were, hold nothing but hashes, and precede the rename of their copies."""

from __future__ import annotations

import pickle
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from registers import RECORD, SIZE, code_of, record

from hospital_redact.drafts import publish
from hospital_redact.errors import RegisterError
from hospital_redact.model import Decision
from hospital_redact.release import GENESIS, Register, store

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


# Files that are no register


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
