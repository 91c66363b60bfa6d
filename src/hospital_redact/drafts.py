"""Drafts: a copy is written under a temporary name in its target's folder and renamed when it is proved."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hospital_redact.errors import OutputError

_PREFIX = ".hospital-redact-"


def check_target(target: Path, source: Path | None, *, overwrite: bool) -> None:
    """Raise OutputError when ``target`` is the source (HR704) or exists and may not be overwritten (HR702)."""
    if source is not None and target.exists() and source.exists() and target.samefile(source):
        raise OutputError("HR704", "the copy would replace its own source; choose another folder")
    if target.exists() and (target.is_dir() or not overwrite):
        raise OutputError("HR702", "the target exists; choose another folder or use --force")


@contextmanager
def draft_file(target: Path) -> Iterator[Path]:
    """Yield a new empty file beside ``target``; whatever happens, it is gone afterwards unless it was published.

    Raises OutputError HR703 when the folder cannot be made or written.
    """
    # The process number tells a later run whose draft it was.
    draft = target.parent / f"{_PREFIX}{os.getpid()}-{secrets.token_hex(8)}.draft"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # O_EXCL: nobody else's file or link is written through. The mode is the user's own (umask).
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except OSError as error:
        raise OutputError("HR703", "the output folder cannot be written ({kind})", kind=type(error).__name__) from None
    try:
        yield draft
    except OSError as error:
        raise OutputError("HR703", "the copy cannot be written ({kind})", kind=type(error).__name__) from None
    finally:
        draft.unlink(missing_ok=True)


def publish(draft: Path, target: Path, *, overwrite: bool) -> None:
    """Give ``draft`` its final name. Raises OutputError HR702 when somebody made the target meanwhile."""
    if overwrite:
        draft.replace(target)
        return
    try:
        # A link fails where the target exists; a rename would replace it in silence.
        os.link(draft, target)
    except FileExistsError:
        raise OutputError("HR702", "the target exists; choose another folder or use --force") from None
    except OSError:  # a file system without hard links
        if target.exists():
            raise OutputError("HR702", "the target exists; choose another folder or use --force") from None
        draft.replace(target)
