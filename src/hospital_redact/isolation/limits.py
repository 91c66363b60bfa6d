"""What one file may take in a worker: time, memory, open files."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

_LONGEST = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on one file in a worker.

    ``seconds``: wall-clock time for the file, and ``picture_seconds`` more for each picture in it, up to ``longest``:
    a scan takes seconds a page. Loading the rules and models is not counted; that has ``start_seconds`` of its own.
    ``memory_bytes``: address space that the file may take beyond what the worker holds once its models are loaded
    (RLIMIT_AS). A worker that keeps more than half of it after a file is replaced. Linux only: macOS does not
    enforce this limit and Windows has none of the kind, so there memory is not limited.
    ``open_files``: file descriptors of the worker, its own included (RLIMIT_NOFILE). Not on Windows.

    A limit that the process inherited is never raised. Raises ValueError for a limit that is no limit.
    """

    seconds: float
    memory_bytes: int = 4 * 1024**3
    open_files: int = 256
    start_seconds: float = 120
    picture_seconds: float = 0.0
    longest: float = 30 * 60

    def __post_init__(self) -> None:
        # NaN fails these comparisons too.
        if not (0 < self.seconds <= _LONGEST and 0 < self.start_seconds <= _LONGEST):
            raise ValueError("a time limit is more than 0 seconds and at most a day")
        if self.memory_bytes <= 0 or self.open_files <= 0:
            raise ValueError("a limit on memory or open files is more than 0")

    def seconds_for(self, pictures: int) -> float:
        """Return how long a file with so many pictures may take."""
        return max(self.seconds, min(self.longest, self.seconds + self.picture_seconds * pictures))


SCAN_LIMITS = Limits(seconds=60, picture_seconds=10)
REDACT_LIMITS = Limits(seconds=90, picture_seconds=20)  # the copy is read again


def lower_limits(limits: Limits) -> int | None:
    """Lower this process's limits to ``limits``; called in a worker that has loaded what it needs.

    Returns the ceiling of the address space in bytes, or ``None`` where memory cannot be limited.
    """
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - POSIX only

    # A core file of a crashed worker would hold the document.
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NOFILE, limits.open_files)
    used = address_space()
    if used is None:
        return None
    return _lower(resource.RLIMIT_AS, used + limits.memory_bytes)


def _lower(which: int, wanted: int) -> int:
    """Lower a limit to ``wanted`` where it is higher and return it; the hard one too, so that nothing undoes it."""
    import resource  # noqa: PLC0415 - POSIX only

    # "No limit" is -1 in Python, less than any.
    soft, hard = (wanted if n == resource.RLIM_INFINITY else min(n, wanted) for n in resource.getrlimit(which))
    resource.setrlimit(which, (soft, hard))
    return soft


def address_space() -> int | None:
    """Return the bytes of address space that this process holds, ``None`` where the system does not say (proc(5))."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
