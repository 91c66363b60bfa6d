"""What was read of a file waits with its source until the copy is written, so that nothing is read twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from hospital_redact.formats.base import Source

D = TypeVar("D")


class Waiting(Generic[D]):
    """Drafts by source, each for one copy, since writing uses a draft up; they go when their source goes."""

    def __init__(self, read: Callable[[Source], D]) -> None:
        self._read = read
        self._drafts: WeakKeyDictionary[Source, D] = WeakKeyDictionary()

    def read(self, source: Source) -> D:
        """Read ``source`` and let the draft wait."""
        draft = self._drafts[source] = self._read(source)
        return draft

    def look(self, source: Source) -> D:
        """Return the draft of ``source``, for who does not use it up; read now where none waits."""
        draft = self._drafts.get(source)
        return self.read(source) if draft is None else draft

    def take(self, source: Source) -> D:
        """Return the draft of ``source``, read anew where none waits."""
        try:
            return self._drafts.pop(source)
        except KeyError:
            return self._read(source)
