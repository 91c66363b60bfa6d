"""A worker that hangs, dies, eats memory or raises costs its own file, and that one only."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, NoReturn

import pytest

from hospital_redact.errors import HospitalRedactError, IsolationError
from hospital_redact.isolation import Limits, Outcome, WorkerPool
from isolation import plugins

QUICK = Limits(seconds=1.0, memory_bytes=256 * 1024**2, open_files=64, start_seconds=30)
PATIENT = Limits(seconds=30.0, memory_bytes=1024**3, open_files=64, start_seconds=30)

posix = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX signal or limit")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is limited on Linux only")


def run(
    tasks: Iterable[Any],
    *,
    function: Callable[[plugins.State, Any], Any] = plugins.misbehave,
    limits: Limits = PATIENT,
    workers: int = 1,
    start: Callable[[], plugins.State] = plugins.start,
    folder: Path | None = None,
) -> list[Outcome[Any, Any]]:
    with WorkerPool(start, limits, workers=workers, folder=folder) as pool:
        return list(pool.run(function, tasks))


@pytest.fixture(scope="module")
def quick_pool() -> Iterator[WorkerPool[plugins.State]]:
    """One pool for many faults, as in a long run."""
    with WorkerPool(plugins.start, QUICK) as pool:
        yield pool


def codes(outcomes: Iterable[Outcome[Any, Any]]) -> list[str | None]:
    return [outcome.error.code if outcome.error else None for outcome in outcomes]


@pytest.mark.parametrize("workers", [1, 3])
def test_outcomes_come_in_the_order_of_the_tasks(workers: int) -> None:
    tasks = ["pause 0.4", *(f"task {n}" for n in range(8)), "pause 0.1"]
    outcomes = run(tasks, workers=workers)
    assert [outcome.task for outcome in outcomes] == tasks
    assert [outcome.value[0] for outcome in outcomes if outcome.value] == tasks
    assert len({outcome.value[2] for outcome in outcomes if outcome.value}) <= workers


def test_a_worker_is_reused_and_is_another_process() -> None:
    first, second, third = run(["a", "b", "c"])
    assert [outcome.value[1] for outcome in (first, second, third) if outcome.value] == [1, 2, 3]
    (worker,) = {outcome.value[2] for outcome in (first, second, third) if outcome.value}
    assert worker != os.getpid()


def test_several_workers_work_at_once(tmp_path: Path) -> None:
    # Each waits for the others; one worker alone would run into the time limit.
    tasks = [(str(tmp_path), number, 3) for number in range(3)]
    assert codes(run(tasks, function=plugins.meet, workers=3)) == [None] * 3


@pytest.mark.parametrize(
    ("act", "code", "said"),
    [
        ("hang", "HR801", "within 1 s"),
        pytest.param("deaf", "HR801", "within 1 s", marks=posix),
        pytest.param("hold", "HR801", "within 1 s", marks=posix),
        pytest.param("abort", "HR802", "SIGABRT", marks=posix),
        pytest.param("crash", "HR802", "SIGSEGV", marks=posix),
        pytest.param("killed", "HR802", "SIGKILL", marks=posix),
        ("exit0", "HR802", "exit code 0"),
        ("sysexit", "HR900", "SystemExit"),
    ],
)
def test_a_fault_costs_one_file_and_the_worker_is_replaced(
    quick_pool: WorkerPool[plugins.State], act: str, code: str, said: str
) -> None:
    before, fault, after = quick_pool.run(plugins.misbehave, ["a", act, "b"])
    assert codes([before, fault, after]) == [None, code, None]
    assert fault.error is not None
    assert said in fault.error.message
    assert fault.value is None
    assert before.value is not None
    assert after.value is not None
    assert before.value[2] != after.value[2]
    assert after.value[1] == 1


@linux
def test_a_file_that_eats_memory_costs_itself() -> None:
    limits = Limits(seconds=30, memory_bytes=256 * 1024**2)
    outcomes = run(["a", "eat", "b", "gulp", "c"], limits=limits)
    assert codes(outcomes) == [None, "HR204", None, "HR204", None]
    # What such a file leaves of a library's state is not trusted.
    assert len({outcome.value[2] for outcome in outcomes if outcome.value}) == 3


@pytest.mark.parametrize(
    ("act", "code"), [("refuse", "HR203"), pytest.param("files", "HR804", marks=posix), ("quote", "HR900")]
)
def test_an_exception_is_one_of_ours(quick_pool: WorkerPool[plugins.State], act: str, code: str) -> None:
    before, fault, after = quick_pool.run(plugins.misbehave, ["a", act, "b"])
    assert codes([before, fault, after]) == [None, code, None]
    assert fault.error is not None
    assert str(fault.error) == f"{code}: {fault.error.message}"


def test_a_refused_file_keeps_its_worker() -> None:
    first, _, last = run(["a", "refuse", "b"])
    assert len({outcome.value[2] for outcome in (first, last) if outcome.value}) == 1


def test_many_faults_among_many_files() -> None:
    acts = ("abort", "hang", "x", "killed", "exit0", "x", "quote", "x") if os.name == "posix" else ("hang", "x")
    expected = {"abort": "HR802", "hang": "HR801", "killed": "HR802", "exit0": "HR802", "quote": "HR900", "x": None}
    tasks = [*acts, *acts]
    assert codes(run(tasks, workers=2, limits=QUICK)) == [expected[act] for act in tasks]


def test_nothing_of_a_foreign_exception_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    outcomes = run(["quote", "sysexit", "thread", "print"])
    assert codes(outcomes) == ["HR900", "HR900", None, None]
    printed = capfd.readouterr()
    assert plugins.SECRET not in repr(outcomes) + "".join(str(outcome.error) for outcome in outcomes)
    errors = [outcome.error for outcome in outcomes if outcome.error]
    assert [error.__cause__ or error.__context__ for error in errors] == [None, None]
    # A library that prints by itself is not stopped, but the caller's standard output is its own.
    assert printed.out == ""
    assert printed.err.count(plugins.SECRET) == 2
    assert "Traceback" not in printed.err


@linux
def test_a_worker_that_leaks_is_replaced_before_it_fails() -> None:
    limits = Limits(seconds=30, memory_bytes=2 * 1024**3)
    outcomes = run([400 * 1024**2] * 7, function=plugins.hoard, limits=limits)
    assert codes(outcomes) == [None] * 7
    # The third passes half the limit; threads of the worker take some address space too.
    assert max(outcome.value[0] for outcome in outcomes if outcome.value) in (2, 3)
    assert len({outcome.value[1] for outcome in outcomes if outcome.value}) > 2


def test_a_result_that_cannot_be_handed_over_is_an_error() -> None:
    outcomes = run([65 * 1024**2, 10], function=plugins.large)
    assert codes(outcomes) == ["HR805", None]
    assert codes(run(["a"], function=plugins.unpicklable)) == ["HR900"]


def test_the_time_to_start_is_not_the_files() -> None:
    limits = Limits(seconds=0.5, start_seconds=30)
    assert codes(run(["a", "hang", "b"], start=plugins.start_slowly, limits=limits)) == [None, "HR801", None]


@pytest.mark.parametrize(
    ("start", "code"),
    [
        (plugins.start_forever, "HR803"),
        pytest.param(plugins.start_and_die, "HR803", marks=posix),
        (plugins.start_without_policy, "HR101"),
        (plugins.start_and_quote, "HR900"),
    ],
)
def test_a_pool_that_cannot_start_says_so(
    start: Callable[[], plugins.State], code: str, capfd: pytest.CaptureFixture[str]
) -> None:
    limits = Limits(seconds=30, start_seconds=1.0)
    with pytest.raises(HospitalRedactError) as caught:
        run(["a", "b"], start=start, limits=limits)
    assert caught.value.code == code
    printed = capfd.readouterr()
    assert plugins.SECRET not in str(caught.value) + printed.out + printed.err


def test_a_worker_that_cannot_be_replaced_costs_its_files(tmp_path: Path) -> None:
    outcomes = run(["a", "exit0", "b", "c"], start=plugins.StartOnce(tmp_path / "mark"))
    assert codes(outcomes) == [None, "HR802", "HR900", "HR900"]


def test_no_room_for_a_process_costs_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> NoReturn:
        raise BlockingIOError("Resource temporarily unavailable")

    with WorkerPool(plugins.start, PATIENT) as pool:
        with monkeypatch.context() as patch:
            patch.setattr(SpawnProcess, "start", refuse)
            with pytest.raises(IsolationError) as caught:
                next(pool.run(plugins.misbehave, ["a"]))
        assert caught.value.code == "HR803"
        # The first task ends the worker, and there is no other.
        assert codes(pool.run(plugins.misbehave, ["a", "exit0"])) == [None, "HR802"]
        with monkeypatch.context() as patch:
            patch.setattr(SpawnProcess, "start", refuse)
            assert codes(pool.run(plugins.misbehave, ["d", "e"])) == ["HR803", "HR803"]


def test_a_worker_that_dies_idle_costs_nothing() -> None:
    with WorkerPool(plugins.start, PATIENT) as pool:
        (first,) = pool.run(plugins.misbehave, ["a"])
        assert first.error is None
        pool._workers[0].process.kill()
        pool._workers[0].process.join()
        assert codes(pool.run(plugins.misbehave, ["b"])) == [None]


def test_a_run_that_is_given_up_leaves_no_answer_behind() -> None:
    with WorkerPool(plugins.start, PATIENT, workers=2) as pool:
        outcomes = pool.run(plugins.misbehave, ["a", "hang", "hang"])
        assert next(outcomes).task == "a"
        outcomes.close()  # type: ignore[attr-defined]  # a generator, declared as what callers need
        assert [outcome.value[0] for outcome in pool.run(plugins.misbehave, ["b", "c"]) if outcome.value] == ["b", "c"]


def test_tasks_are_taken_as_they_are_needed() -> None:
    taken = []

    def tasks() -> Iterable[str]:
        for number in range(100):
            taken.append(number)
            yield str(number)

    with WorkerPool(plugins.start, PATIENT) as pool:
        outcomes = iter(pool.run(plugins.misbehave, tasks()))
        for _ in range(3):
            next(outcomes)
        # One for the worker while the caller looks at the third outcome.
        assert taken == [0, 1, 2, 3]


def test_no_process_is_left() -> None:
    with WorkerPool(plugins.start, PATIENT, workers=2) as pool:
        outcomes = list(pool.run(plugins.misbehave, ["a", "b", "c"]))
        processes = [worker.process for worker in pool._workers]
    assert len(outcomes) == 3
    assert processes
    assert [process.exitcode for process in processes] == [0] * len(processes)


def test_a_pool_that_is_left_while_workers_are_busy_ends_them(capfd: pytest.CaptureFixture[str]) -> None:
    with WorkerPool(plugins.start, PATIENT, workers=2) as pool:
        outcomes = pool.run(plugins.misbehave, ["a", "hang", "b", "hang", "hang"])
        assert next(outcomes).error is None
        processes = [worker.process for worker in pool._workers]
    assert all(process.exitcode is not None for process in processes)
    assert capfd.readouterr().err == ""


def test_no_tasks_start_no_worker() -> None:
    assert run([], start=plugins.start_forever) == []


def test_a_pool_has_a_worker() -> None:
    with pytest.raises(ValueError, match="at least one"):
        WorkerPool(plugins.start, PATIENT, workers=0)
