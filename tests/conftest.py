"""Settings for all tests."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    # The command line speaks the locale's language; tests that want Chinese say so.
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
