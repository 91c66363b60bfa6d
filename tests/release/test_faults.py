"""Faults and several writers: full disks, locks, closed folders, kills and forks leave a chain that holds."""

from __future__ import annotations

import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from registers import RECORD, SIZE, code_of

from hospital_redact.errors import RegisterError
from hospital_redact.release import Register, store


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


SCRIPT = f"""
import os, pickle, sys, time
from contextlib import closing
from hospital_redact.errors import RegisterError
from hospital_redact.release import Register

RECORD = pickle.loads({pickle.dumps(RECORD)!r})
"""


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
