"""What goes wrong in a worker: functions as a bad format plug-in or a hostile file would behave."""

from __future__ import annotations

import ctypes
import mmap
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import NoReturn

from hospital_redact.drafts import draft_file, publish
from hospital_redact.errors import PolicyError, ReadError

SECRET = "赵小满330106197803124560"
"""A text that a third party's exception quotes; no outcome, message or stream may hold it."""


class State:
    """What a worker loads; counts its tasks, so that tests see whether a worker was reused."""

    def __init__(self) -> None:
        self.tasks = 0
        self.kept: list[mmap.mmap] = []


def start() -> State:
    return State()


def start_slowly() -> State:
    time.sleep(0.8)
    return State()


def start_forever() -> State:
    time.sleep(600)
    return State()


def start_and_die() -> State:
    os.abort()


def start_without_policy() -> State:
    raise PolicyError("HR101", "no such policy")


def start_and_quote() -> State:
    raise ValueError(SECRET)


class StartOnce:
    """Starts the first worker only: every later start fails. Picklable, so the mark is a file."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __call__(self) -> State:
        self.mark.touch(exist_ok=False)
        return State()


def echo(state: State, task: str) -> tuple[str, int, int]:
    """Return the task, the number of tasks this worker has had, and its process id."""
    state.tasks += 1
    return task, state.tasks, os.getpid()


def misbehave(state: State, task: str) -> tuple[str, int, int]:
    """Do what the first word of ``task`` says, else echo."""
    word, _, rest = task.partition(" ")
    if act := ACTS.get(word):
        act(rest)
    return echo(state, task)


def hang(_: str) -> None:
    time.sleep(600)


def pause(seconds: str) -> None:
    time.sleep(float(seconds))


def hold_the_lock(_: str) -> None:
    """Hang in native code that keeps the interpreter's lock: no thread of Python runs any more."""
    ctypes.PyDLL(None).sleep(600)


def ignore_signals_and_hang(_: str) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)


def abort(_: str) -> NoReturn:
    os.abort()


def crash(_: str) -> None:
    ctypes.string_at(0)


def exit_silently(_: str) -> NoReturn:
    os._exit(0)


def leave(_: str) -> NoReturn:
    sys.exit(SECRET)


def be_killed(_: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(10)


def eat_memory(_: str) -> None:
    hoard = []
    while True:
        hoard.append(bytearray(16 * 1024 * 1024))


def eat_at_once(_: str) -> None:
    bytearray(8 * 1024**3)


def open_many(_: str) -> None:
    files = []
    try:
        while True:
            files.append(Path(os.devnull).open())  # noqa: SIM115 - as a leak does
    finally:
        for file in files:
            file.close()


def quote(_: str) -> NoReturn:
    raise ValueError(SECRET)


def quote_in_a_thread(_: str) -> None:
    thread = threading.Thread(target=quote, args=("",))
    thread.start()
    thread.join()


def refuse(_: str) -> NoReturn:
    raise ReadError("HR203", "the file is corrupt")


def write(text: str) -> None:
    """Print, as a library that talks does."""
    sys.stdout.write(SECRET + text)
    sys.stdout.flush()
    os.write(1, SECRET.encode())


ACTS = {
    "hang": hang,
    "pause": pause,
    "hold": hold_the_lock,
    "deaf": ignore_signals_and_hang,
    "abort": abort,
    "crash": crash,
    "exit0": exit_silently,
    "sysexit": leave,
    "killed": be_killed,
    "eat": eat_memory,
    "gulp": eat_at_once,
    "files": open_many,
    "quote": quote,
    "thread": quote_in_a_thread,
    "refuse": refuse,
    "print": write,
}


def hoard(state: State, size: int) -> tuple[int, int]:
    """Keep ``size`` bytes of address space for ever, as a library that leaks does."""
    state.kept.append(mmap.mmap(-1, size))
    return echo(state, "")[1:]


def large(_: State, size: int) -> bytes:
    return bytes(size)


def unpicklable(_: State, task: str) -> object:
    return lambda: task


def copy_into(_: State, task: tuple[str, str, str]) -> str:
    """Write half a draft, do what ``act`` says, then write the rest and publish it."""
    folder, name, act = task
    target = Path(folder) / name
    with draft_file(target) as draft:
        draft.write_bytes(b"half")
        if act == "fill":
            fill_disk(draft)
        elif act:
            ACTS[act]("")
        draft.write_bytes(b"whole")
        publish(draft, target, overwrite=False)
    return name


def fill_disk(draft: Path) -> None:
    """Write until the system refuses: a limit on the file size stands for a full disk."""
    import resource  # noqa: PLC0415 - POSIX only

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, hard))
    try:
        draft.write_bytes(bytes(1024 * 1024))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def limits_now(_: State, task: str) -> dict[str, tuple[int, int]]:
    import resource  # noqa: PLC0415 - POSIX only

    names = ("RLIMIT_AS", "RLIMIT_NOFILE", "RLIMIT_CORE")
    return {name: resource.getrlimit(getattr(resource, name)) for name in names}


def meet(_: State, task: tuple[str, int, int]) -> None:
    """Return when all ``count`` tasks of this kind run at the same time."""
    folder, number, count = task
    (Path(folder) / str(number)).touch()
    while len(list(Path(folder).iterdir())) < count:
        time.sleep(0.01)


def slow(state: State, task: str) -> str:
    """Take longer than a fifth of a second."""
    time.sleep(0.6)
    state.tasks += 1
    return task
