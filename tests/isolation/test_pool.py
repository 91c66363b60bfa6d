"""A worker that hangs, dies, eats memory or raises costs its own file, and that one only."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from hospital_redact.errors import HospitalRedactError
from hospital_redact.isolation import IsolationError, Limits, Outcome, WorkerPool
from isolation import plugins

QUICK = Limits(seconds=1.0, memory_bytes=256 * 1024**2, open_files=64, start_seconds=30)
PATIENT = Limits(seconds=30.0, memory_bytes=256 * 1024**2, open_files=64, start_seconds=30)

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
    assert first.value and second.value and third.value
    assert [first.value[1], second.value[1], third.value[1]] == [1, 2, 3]
    assert first.value[2] == second.value[2] != os.getpid()


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
        pytest.param("eat", "HR204", "memory", marks=linux),
        pytest.param("gulp", "HR204", "memory", marks=linux),
    ],
)
def test_a_fault_costs_one_file_and_the_worker_is_replaced(act: str, code: str, said: str) -> None:
    before, fault, after = run(["a", act, "b"], limits=QUICK)
    assert codes([before, fault, after]) == [None, code, None]
    assert fault.error and said in fault.error.message
    assert fault.value is None
    assert before.value and after.value
    assert before.value[2] != after.value[2]
    assert after.value[1] == 1


@pytest.mark.parametrize(
    ("act", "code"), [("refuse", "HR203"), pytest.param("files", "HR804", marks=posix), ("quote", "HR900")]
)
def test_an_exception_is_one_of_ours(act: str, code: str) -> None:
    outcomes = run(["a", act, "b"])
    assert codes(outcomes) == [None, code, None]


def test_a_refused_file_keeps_its_worker() -> None:
    first, _, last = run(["a", "refuse", "b"])
    assert first.value and last.value
    assert first.value[2] == last.value[2]


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
    assert all(
        not outcome.error or outcome.error.__cause__ is outcome.error.__context__ is None for outcome in outcomes
    )
    # A library that prints by itself is not stopped, but the caller's standard output is its own.
    assert printed.out == ""
    assert printed.err.count(plugins.SECRET) == 2
    assert "Traceback" not in printed.err


@linux
def test_a_worker_that_leaks_is_replaced_before_it_fails() -> None:
    outcomes = run([60 * 1024**2] * 12, function=plugins.hoard)
    assert codes(outcomes) == [None] * 12
    assert max(outcome.value[0] for outcome in outcomes if outcome.value) == 3
    assert len({outcome.value[1] for outcome in outcomes if outcome.value}) == 4


def test_a_result_that_cannot_be_handed_over_is_an_error() -> None:
    limits = Limits(seconds=30, memory_bytes=1024**3)
    outcomes = run([65 * 1024**2, 10], function=plugins.large, limits=limits)
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


def test_a_worker_that_dies_idle_costs_nothing() -> None:
    with WorkerPool(plugins.start, PATIENT) as pool:
        (first,) = pool.run(plugins.misbehave, ["a"])
        assert first.value
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

    with WorkerPool(plugins.start, PATIENT, workers=2) as pool:
        outcomes = iter(pool.run(plugins.misbehave, tasks()))
        next(outcomes)
        assert len(taken) <= 4


def test_no_process_is_left() -> None:
    with WorkerPool(plugins.start, PATIENT, workers=2) as pool:
        outcomes = list(pool.run(plugins.misbehave, ["a", "b", "c"]))
        processes = [worker.process for worker in pool._workers]
    assert len(outcomes) == 3
    assert processes
    assert [process.exitcode for process in processes] == [0] * len(processes)


def test_no_tasks_start_no_worker() -> None:
    assert run([], start=plugins.start_forever) == []


def test_an_error_crosses_the_border_whole() -> None:
    (outcome,) = run(["files" if os.name == "posix" else "quote"])
    assert outcome.error
    assert str(outcome.error) == f"{outcome.error.code}: {outcome.error.message}"
    assert isinstance(outcome.error, IsolationError if os.name == "posix" else HospitalRedactError)


def test_a_pool_has_a_worker() -> None:
    with pytest.raises(ValueError, match="at least one"):
        WorkerPool(plugins.start, PATIENT, workers=0)
