"""The worker's side: load once, then one task after another until the parent closes the pipe or is gone."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import pickle
import signal
import struct
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NamedTuple

from hospital_redact.errors import HospitalRedactError, IsolationError
from hospital_redact.isolation.faults import as_our_error
from hospital_redact.isolation.leftovers import remove_drafts
from hospital_redact.isolation.limits import Limits, address_space, lower_limits

MAX_ANSWER_BYTES = 64 * 1024 * 1024
"""Largest pickled answer, in bytes: the parent has no memory limit of its own."""

_GRACE_SECONDS = 2.0


class Answer(NamedTuple):
    """What a worker says: that it is ready (both ``None``), or what came of a task; ``last`` when it then ends."""

    value: Any = None
    error: HospitalRedactError | None = None
    last: bool = False


def packed(seconds: float, function: Callable[..., Any], task: Any) -> bytes:
    """Return the message that gives a worker a task, which may take so many ``seconds``."""
    return struct.pack("<d", seconds) + pickle.dumps((function, task))


def work(connection: Connection, start: Callable[[], Any], limits: Limits, folder: Path | None) -> None:
    """Be a worker: answer each ``(function, task)`` that comes over ``connection`` with ``function(state, task)``."""
    _detach(folder)
    try:
        state = start()
    except BaseException as error:
        # Anything: an uncaught exception would print its text.
        connection.send_bytes(pickle.dumps(Answer(error=as_our_error(error), last=True)))
        return
    ceiling = lower_limits(limits)
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - a device, not a path of ours
        connection.send_bytes(pickle.dumps(Answer()))
        last = False
        while not last:
            try:
                message = connection.recv_bytes()
            except (EOFError, OSError):  # the parent needs no more
                return
            # For the parent that was killed while a library holds the interpreter's lock, so that no thread of
            # ours runs: this timer needs no lock. The parent's own limit comes first.
            (seconds,) = struct.unpack_from("<d", message)
            faulthandler.dump_traceback_later(seconds + _GRACE_SECONDS, exit=True, file=nowhere)
            answer, last = _answer(message[struct.calcsize("<d") :], state, limits, ceiling)
            with suppress(OSError):  # the parent wants no answer any more; the next message says so
                connection.send_bytes(answer)
            faulthandler.cancel_dump_traceback_later()


def _answer(message: bytes, state: Any, limits: Limits, ceiling: int | None) -> tuple[bytes, bool]:
    """Return the pickled answer to ``message``, and whether the worker ends after it."""
    error: HospitalRedactError
    try:
        function, task = pickle.loads(message)  # noqa: S301 - from our own parent
        value = function(state, task)
        # Freed memory may stay with the process; a file must not pay for those before it.
        last = ceiling is not None and (address_space() or 0) > ceiling - limits.memory_bytes // 2
        answer = pickle.dumps(Answer(value, last=last))
    except HospitalRedactError as ours:
        error, last = ours, False
    except BaseException as fault:
        # SystemExit and the like as well: a file does not end the run, and its text is not printed.
        error, last = as_our_error(fault), True
    else:
        if len(answer) <= MAX_ANSWER_BYTES:
            return answer, last
        error = IsolationError("HR805", "the result is too large to be handed over; split the file")
    return pickle.dumps(Answer(error=error, last=last)), last


def _detach(folder: Path | None) -> None:
    """Leave Ctrl-C and standard output to the parent, and end when it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):  # no standard error: then nothing is printed either
        os.dup2(sys.__stderr__.fileno() if sys.__stderr__ else 2, 1)
    # The traceback of a library's thread or finaliser may quote the document.
    threading.excepthook = lambda _: None
    sys.unraisablehook = lambda _: None
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()


def _end_with_parent(folder: Path | None) -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    if folder is not None:
        remove_drafts(folder, os.getpid())
    os._exit(1)
