"""How a worker talks to the command that started it: one JSON object in, one out.

In: ``{"task", "input", "runs"}``. Out: what the task returns, with ``peak_mib``, the largest resident memory of this
process in MiB, or ``{"error"}``. Plain Python, because the peers' environment has nothing else in common with ours.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

Json = dict[str, Any]


class UnmeasuredError(Exception):
    """A task that cannot be measured; the message goes into the table and holds no document text."""


def serve(tasks: dict[str, Callable[[Json], Json]]) -> None:
    """Answer the request on standard input. What a library prints goes to standard error."""
    answer_stream = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    socket.getaddrinfo = _no_network  # what reaches for the network by name fails at once, for every tool alike
    try:
        request = json.loads(sys.stdin.buffer.read())
        answer = tasks[request["task"]](request)
    except UnmeasuredError as error:
        answer = {"error": str(error)}
    except Exception as error:  # another library's words may quote a document
        answer = {"error": f"{type(error).__name__} {getattr(error, 'code', '')}".strip()}
    json.dump({**answer, "peak_mib": peak_mib()}, answer_stream)
    answer_stream.close()


def _no_network(*_args: object, **_more: object) -> NoReturn:
    raise OSError("no network in a benchmark")


def load(request: Json) -> Any:
    """Return the JSON of the request's input file."""
    return json.loads(Path(request["input"]).read_text(encoding="utf-8"))


def time_texts(request: Json, use: Callable[[str, str], int]) -> Json:
    """Time ``use(text, language)`` over the texts of each run, in CPU seconds; it returns the number of findings.

    The first run warms up and is not counted. Each run has texts of its own, so that no cache answers for the tool.
    """
    content = load(request)
    language = content["language"]
    rows = []
    for texts in content["runs"]:
        start = time.process_time()
        found = sum(use(text, language) for text in texts)
        rows.append((time.process_time() - start, sum(map(len, texts)), found))
    return _rates(rows[1:])


def time_runs(request: Json, use: Callable[[], int]) -> Json:
    """Time ``use()`` as often as the request says; it returns the amount of work done (pages, paragraphs)."""
    rows = []
    for _ in range(request["runs"]):
        start = time.perf_counter()
        amount = use()
        rows.append((time.perf_counter() - start, amount, amount))
    return _rates(rows)


def _rates(rows: Iterable[tuple[float, int, int]]) -> Json:
    rows = list(rows)
    if not all(found for _, _, found in rows):
        raise UnmeasuredError("nothing was found or read")
    return {"rates": [amount / seconds for seconds, amount, _ in rows]}


def peak_mib() -> float | None:
    """Return the largest resident memory of this process in MiB; none where the system does not tell.

    Linux's own count of this program is preferred: getrusage starts at the memory of whoever started it.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="ascii", errors="replace").splitlines()
        found = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
        if found:
            return found[0] / 1024
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024**2 if sys.platform == "darwin" else peak / 1024
