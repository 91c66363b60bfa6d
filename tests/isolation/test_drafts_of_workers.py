"""Whatever ends a worker, or the parent: no draft stays and no half-written copy gets its name."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import ROOT

from hospital_redact.drafts import draft_file
from hospital_redact.isolation import Limits, WorkerPool, leftovers, remove_drafts, remove_stale
from isolation import plugins

posix = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX signal or limit")
LIMITS = Limits(seconds=2.0, memory_bytes=256 * 1024**2, start_seconds=30)
WAIT = 20.0
"""Seconds after which something that should happen soon has not happened."""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def wait_for(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture(scope="module")
def folder_pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WorkerPool[plugins.State], Path]]:
    folder = tmp_path_factory.mktemp("out")
    with WorkerPool(plugins.start, LIMITS, folder=folder) as pool:
        yield pool, folder


@posix
@pytest.mark.parametrize(
    ("act", "code"),
    [
        ("hang", "HR801"),
        ("abort", "HR802"),
        ("killed", "HR802"),
        ("eat", "HR204"),
        ("quote", "HR900"),
        ("fill", "HR703"),
    ],
)
def test_a_fault_leaves_no_draft_and_the_others_are_done(
    folder_pool: tuple[WorkerPool[plugins.State], Path], act: str, code: str
) -> None:
    pool, folder = folder_pool
    tasks = [(str(folder), f"{act}-{name}", act if name == "b" else "") for name in "abc"]
    outcomes = list(pool.run(plugins.copy_into, tasks))
    assert [outcome.error.code if outcome.error else None for outcome in outcomes] == [None, code, None]
    written = [path for path in folder.iterdir() if path.name.startswith((act, "."))]
    assert sorted(path.name for path in written) == [f"{act}-a", f"{act}-c"]
    assert {path.read_bytes() for path in written} == {b"whole"}


def test_a_folder_that_cannot_be_written_costs_its_files(tmp_path: Path) -> None:
    # A file in the folder's place: root, as which tests may run, can write into a read-only folder.
    (tmp_path / "file").write_bytes(b"")
    tasks = [(str(tmp_path / "file"), "a", ""), (str(tmp_path / "out"), "b", "")]
    with WorkerPool(plugins.start, LIMITS, folder=tmp_path / "file") as pool:
        outcomes = list(pool.run(plugins.copy_into, tasks))
    assert [outcome.error.code if outcome.error else None for outcome in outcomes] == ["HR703", None]
    assert names(tmp_path) == ["file", "out"]


PARENT = """
import signal, sys
from pathlib import Path
from hospital_redact.isolation import Limits, WorkerPool
from isolation import plugins

if __name__ == "__main__":
    # A shell starts what runs in the background with the interrupt ignored, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    folder, act, seconds = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    tasks = [(str(folder), "a", ""), *((str(folder), name, act) for name in "bc")]
    with WorkerPool(plugins.start, Limits(seconds=seconds, start_seconds=30), workers=2, folder=folder) as pool:
        for outcome in pool.run(plugins.copy_into, tasks):
            print(outcome)
"""


def start_parent(tmp_path: Path, act: str, seconds: float) -> tuple[subprocess.Popen[bytes], Path, set[int]]:
    """Start a parent whose two workers hang over their drafts; return it, the folder, and the workers' ids."""
    script, folder = tmp_path / "parent.py", tmp_path / "out"
    script.write_text(PARENT, encoding="utf-8")
    folder.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
    command = [sys.executable, str(script), str(folder), act, str(seconds)]
    parent = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert wait_for(lambda: len(names(folder)) == 3), "the workers have not begun"
    workers = {int(name.split("-")[2]) for name in names(folder) if name.startswith(".hospital-redact-")}
    assert len(workers) == 2
    return parent, folder, workers


@posix
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_their_parent(tmp_path: Path, how: signal.Signals) -> None:
    parent, folder, workers = start_parent(tmp_path, "hang", 600)
    parent.send_signal(how)
    parent.wait(WAIT)
    assert wait_for(lambda: all(map(leftovers.is_gone, workers)))
    assert names(folder) == ["a"]
    assert (folder / "a").read_bytes() == b"whole"


@posix
def test_a_worker_whose_interpreter_is_stuck_ends_at_its_own_time_limit(tmp_path: Path) -> None:
    parent, folder, workers = start_parent(tmp_path, "hold", 1.5)
    parent.kill()
    parent.wait(WAIT)
    assert wait_for(lambda: all(map(leftovers.is_gone, workers)))
    # No Python ran any more in them: what they left is hidden, unfinished, and removed by the next run.
    assert len(names(folder)) == 3
    assert remove_stale(folder) == 2
    assert names(folder) == ["a"]


@posix
def test_only_drafts_of_processes_that_are_gone_are_stale(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    kept = (".hospital-redact-0-0.draft", ".hospital-redact-12-xyz.draft", "letter.draft", "a.txt")
    dead = f".hospital-redact-{ended.pid}-0123456789abcdef.draft"
    huge = ".hospital-redact-9999999999-0123456789abcdef.draft"
    for name in (*kept, dead, huge):
        (tmp_path / name).touch()
    (tmp_path / f".hospital-redact-{ended.pid}-fedcba9876543210.draft").mkdir()
    with draft_file(tmp_path / "b.txt") as draft:
        assert remove_stale(tmp_path) == 2
        assert draft.exists()
    assert set(names(tmp_path)) == {*kept, f".hospital-redact-{ended.pid}-fedcba9876543210.draft"}


def test_a_stale_link_does_not_cost_what_it_points_to(tmp_path: Path) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_bytes(b"x")
    link = tmp_path / ".hospital-redact-77-0123456789abcdef.draft"
    link.symlink_to(precious)
    assert remove_drafts(tmp_path, 77) == 1
    assert names(tmp_path) == ["precious.txt"]


def test_the_drafts_of_one_process_are_removed(tmp_path: Path) -> None:
    other = tmp_path / ".hospital-redact-77-0123456789abcdef.draft"
    other.touch()
    # The name is that of drafts.py: this fails when the two no longer agree.
    with draft_file(tmp_path / "b.txt") as draft:
        assert remove_drafts(tmp_path, os.getpid()) == 1
        assert not draft.exists()
    assert names(tmp_path) == [other.name]


def test_a_folder_that_is_not_there_holds_no_drafts(tmp_path: Path) -> None:
    assert remove_stale(tmp_path / "missing") == remove_drafts(tmp_path / "missing", 1) == 0


def test_where_processes_cannot_be_asked_for_old_drafts_are_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = (tmp_path / f".hospital-redact-77-{digit * 16}.draft" for digit in "01")
    for draft in (old, new):
        draft.touch()
    day = 24 * 60 * 60
    os.utime(old, (time.time() - day - 60,) * 2)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "platform", "win32")
        assert remove_stale(tmp_path) == 1
    assert names(tmp_path) == [new.name]
