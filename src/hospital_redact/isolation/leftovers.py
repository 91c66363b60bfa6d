"""Drafts that a process left behind when it was killed: their names hold its number (see ``drafts``)."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_DRAFT = re.compile(r"\.hospital-redact-(\d{1,10})-[0-9a-f]{16}\.draft")
_STALE_SECONDS = 24 * 60 * 60


def remove_drafts(folder: Path, pid: int) -> int:
    """Delete the drafts that process ``pid``, which is gone or about to end, left in ``folder``; return how many."""
    return sum(_remove(draft) for draft, owner in _drafts(folder) if owner == pid)


def remove_stale(folder: Path) -> int:
    """Delete the drafts in ``folder`` whose process is gone; return how many.

    A draft that is a day old is stale as well, since the number may be another process's by now, and Windows has no
    way here to ask for a process. A folder belongs to one machine at a time: the draft of a process on another one
    looks stale. Losing it costs that process an error (HR703), never an unproved copy.
    """
    return sum(_remove(draft) for draft, owner in _drafts(folder) if is_gone(owner) or _is_old(draft))


def _drafts(folder: Path) -> Iterator[tuple[Path, int]]:
    try:
        paths = tuple(folder.iterdir())
    except OSError:  # no such folder yet: nothing was left there
        return
    for path in paths:
        if found := _DRAFT.fullmatch(path.name):
            yield path, int(found[1])


def _remove(draft: Path) -> bool:
    # Gone already, or something else that bears such a name.
    with suppress(OSError):
        draft.unlink()
        return True
    return False


def is_gone(pid: int) -> bool:
    """Whether there is no process ``pid`` any more; never on Windows, where nothing tells."""
    # os.kill(pid, 0) asks nothing on Windows: it sends Ctrl-C.
    if sys.platform == "win32":
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:  # there is one, of another user
        return False
    return _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """Whether the process has ended and nobody has asked how: in a container often for ever (proc(5))."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:  # not Linux, or gone meanwhile, which the next run will see
        return False
    # pid (name) state …; the name may hold anything, brackets too.
    return status.rpartition(")")[2].split()[:1] == ["Z"]


def _is_old(draft: Path) -> bool:
    try:
        return time.time() - draft.stat().st_mtime > _STALE_SECONDS
    except OSError:
        return False
