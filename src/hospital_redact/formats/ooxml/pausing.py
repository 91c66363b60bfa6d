"""Holding back the search for cycles while a file is read: it is many small values and no cycle."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """Hold back Python's cyclic garbage collection inside, which would look at every value again and again.

    Reference counting goes on, so that nothing but cycles waits.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
