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

    Where a process cannot be asked for (Windows), a draft is stale when it is a day old. A folder belongs to one
    machine at a time: the draft of a process on another one looks stale. Losing it costs that process an error
    (HR703), never an unproved copy.
    """
    return sum(_remove(draft) for draft, owner in _drafts(folder) if _is_stale(draft, owner))


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


def _is_stale(draft: Path, owner: int) -> bool:
    # os.kill(pid, 0) asks nothing on Windows: it sends Ctrl-C.
    if sys.platform == "win32":
        return _is_old(draft)
    try:
        os.kill(owner, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:  # there is one, of another user
        return False
    return False


def _is_old(draft: Path) -> bool:
    try:
        return time.time() - draft.stat().st_mtime > _STALE_SECONDS
    except OSError:
        return False
