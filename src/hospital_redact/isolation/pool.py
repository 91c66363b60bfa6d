"""The parent's side: give each file to a worker, end the worker that breaks a limit, replace it, go on.

Each worker has a pipe of its own, so that one that dies in the middle of a message harms no other. The parent has
no thread: it waits for all pipes at once until the next deadline.

The pool is our own because the kept ones do not do it. ``concurrent.futures`` and loky fail every task when one
worker dies and cannot end one that hangs. pebble (5.2) can, but all its workers share one pipe and its lock, a
worker that fails to start breaks the pool, ``os._exit(0)`` counts as a time-out, it does not say which process a
timed-out task had (whose draft is to go), and it carries and logs the text of foreign exceptions.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from hospital_redact.errors import HospitalRedactError, IsolationError
from hospital_redact.isolation.leftovers import remove_drafts
from hospital_redact.isolation.limits import Limits
from hospital_redact.isolation.worker import MAX_ANSWER_BYTES, Answer, packed, work

_STATE = TypeVar("_STATE")
_TASK = TypeVar("_TASK")
_VALUE = TypeVar("_VALUE")

_LEAVE_SECONDS = 2.0
_REAP_SECONDS = 5.0


@dataclass(frozen=True, slots=True, repr=False)
class Outcome(Generic[_TASK, _VALUE]):
    """What came of a task: the function's ``value``, or the ``error`` in its place."""

    task: _TASK
    value: _VALUE | None = None
    error: HospitalRedactError | None = None

    def __repr__(self) -> str:
        return f"Outcome({self.error.code if self.error else 'done'})"


@dataclass(slots=True, eq=False)
class _Worker:
    """A process and its pipe; ``number`` is that of the task it has, if any. ``ready`` once it has loaded.

    ``seconds`` is how long the task may take.
    """

    process: SpawnProcess
    connection: Connection
    deadline: float
    number: int | None = None
    ready: bool = False
    seconds: float = 0.0


class WorkerPool(Generic[_STATE]):
    """Worker processes that are reused, and replaced after a fault. A context manager; for one thread.

    ``start`` is called once in each worker and returns its state (a loaded Redactor). It, the functions, tasks and
    results cross a process border: all must be picklable. ``folder`` is where the tasks write; the drafts of a
    worker that was ended are deleted there. ``weigh`` says how many pictures a task has, for its time.

    Workers are spawned, never forked, since a fork of a process with threads may hang; so a script that makes a pool
    guards its own code by ``if __name__ == "__main__":``.
    """

    def __init__(
        self,
        start: Callable[[], _STATE],
        limits: Limits,
        *,
        workers: int = 1,
        folder: Path | None = None,
        weigh: Callable[[Any], int] | None = None,
    ) -> None:
        if workers < 1:
            raise ValueError("a pool has at least one worker")
        self._start = start
        self._limits = limits
        self._size = workers
        self._folder = folder
        self._weigh = weigh
        self._workers: list[_Worker] = []
        self._started_once = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end_busy()
        # An idle worker leaves by itself when its pipe is closed.
        for worker in self._workers:
            worker.connection.close()
        deadline = time.monotonic() + _LEAVE_SECONDS
        for worker in self._workers:
            worker.process.join(max(0.0, deadline - time.monotonic()))
        for worker in tuple(self._workers):
            self._end(worker)

    def run(
        self, function: Callable[[_STATE, _TASK], _VALUE], tasks: Iterable[_TASK]
    ) -> Iterator[Outcome[_TASK, _VALUE]]:
        """Yield the outcome of ``function(state, task)`` for each task, in their order, as soon as it is known.

        A task that times out (HR801), or whose worker dies (HR802) or cannot be replaced (HR803), has that error;
        any other exception becomes one of ours. Raises the error of ``start``, or IsolationError HR803, when not
        even the first worker could be started.
        """
        coming = enumerate(tasks)
        running: dict[int, _TASK] = {}
        done: dict[int, Outcome[_TASK, _VALUE]] = {}
        following = 0
        try:
            while True:
                while len(running) < self._size and (taken := next(coming, None)):
                    number, running[number] = taken
                    if refused := self._assign(number, function, running[number]):
                        done[number] = Outcome(running.pop(number), error=refused)
                while following in done:
                    yield done.pop(following)
                    following += 1
                if not running:
                    return
                for number, answer in self._answers(function, running):
                    done[number] = Outcome(running.pop(number), answer.value, answer.error)
        finally:
            # The caller wants no more: what still runs must not answer a later run.
            self._end_busy()

    def _assign(self, number: int, function: Callable[..., Any], task: Any) -> HospitalRedactError | None:
        """Give a task to an idle worker, else to a new one, which gets it when it has loaded.

        Returns the error where the system has no room for another process.
        """
        for worker in tuple(self._workers):
            if worker.number is None:
                worker.number = number
                if worker.process.is_alive() and self._send(worker, function, task):
                    return None
                self._end(worker)  # it died while it had nothing to do; no file is to blame
        try:
            self._workers.append(self._new_worker(number))
        except OSError as error:
            failure = IsolationError("HR803", "no worker can be started ({kind})", kind=type(error).__name__)
            if not self._started_once:
                raise failure from None
            return failure
        return None

    def _new_worker(self, number: int) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        with theirs:
            process = context.Process(target=work, args=(theirs, self._start, self._limits, self._folder), daemon=True)
            process.start()
        return _Worker(process, ours, time.monotonic() + self._limits.start_seconds, number)

    def _send(self, worker: _Worker, function: Callable[..., Any], task: Any) -> bool:
        worker.seconds = self._limits.seconds_for(self._weigh(task) if self._weigh is not None else 0)
        try:
            worker.connection.send_bytes(packed(worker.seconds, function, task))
        except OSError:
            return False
        worker.deadline = time.monotonic() + worker.seconds
        return True

    def _answers(self, function: Callable[..., Any], running: dict[int, Any]) -> Iterator[tuple[int, Answer]]:
        """Wait until something happens; yield the number and answer of each task that is over."""
        busy = [worker for worker in self._workers if worker.number is not None]
        pause = max(0.0, min(worker.deadline for worker in busy) - time.monotonic())
        happened = wait([x for w in busy for x in (w.connection, w.process.sentinel)], pause)
        for worker in busy:
            number = worker.number
            assert number is not None
            if worker.connection in happened or worker.process.sentinel in happened:
                answer = self._receive(worker)
            elif time.monotonic() >= worker.deadline:
                # The last look: an answer that came meanwhile counts, since its copy may have its final name.
                answer = self._receive(worker) if worker.connection.poll() else self._time_out(worker)
            else:
                continue
            if not worker.ready and answer.error is None:
                worker.ready = self._started_once = True
                if self._send(worker, function, running[number]):
                    continue
                answer = self._died(worker)
            if not self._started_once:
                assert answer.error is not None
                raise answer.error
            if answer.last:
                self._end(worker)
            worker.number = None
            yield number, answer

    def _receive(self, worker: _Worker) -> Answer:
        try:
            # A worker may have answered before it died.
            if not worker.connection.poll():
                return self._died(worker)
            answer = pickle.loads(worker.connection.recv_bytes(MAX_ANSWER_BYTES))  # noqa: S301 - from our own worker
        except Exception:  # the end of the pipe, or half an answer of a worker whose memory is broken
            return self._died(worker)
        return answer if isinstance(answer, Answer) else self._died(worker)

    def _time_out(self, worker: _Worker) -> Answer:
        limits = self._limits
        if worker.ready:
            error = IsolationError(
                "HR801", "not done within {seconds} s; raise the limit or split the file", seconds=f"{worker.seconds:g}"
            )
        else:
            error = IsolationError(
                "HR803", "a worker did not start within {seconds} s; try again", seconds=f"{limits.start_seconds:g}"
            )
        return Answer(error=error, last=True)

    def _died(self, worker: _Worker) -> Answer:
        worker.process.join(_REAP_SECONDS)
        how = _how_it_ended(worker.process.exitcode)
        if worker.ready:
            error = IsolationError(
                "HR802", "the worker died ({how}); the file may be damaged, or memory ran out", how=how
            )
        else:
            error = IsolationError(
                "HR803", "a worker died while it started ({how}); run without workers to see why", how=how
            )
        return Answer(error=error, last=True)

    def _end_busy(self) -> None:
        for worker in tuple(self._workers):
            if worker.number is not None:
                self._end(worker)

    def _end(self, worker: _Worker) -> None:
        """End a worker, whatever it does, and delete its drafts."""
        worker.process.kill()
        # A process that waits for a dead disk cannot be ended by anybody: it is left behind.
        worker.process.join(_REAP_SECONDS)
        worker.connection.close()
        self._workers.remove(worker)
        if self._folder is not None and worker.process.pid is not None:
            remove_drafts(self._folder, worker.process.pid)


def _how_it_ended(code: int | None) -> str:
    if code is None:
        return "its pipe closed"
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
