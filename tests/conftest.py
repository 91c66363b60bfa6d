"""Settings for all tests."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from registers import SIZE, record

from hospital_redact.release import Register


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    # The command line speaks the locale's language; tests that want Chinese say so.
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register of SIZE entries, closed; tests work on copies."""
    path = tmp_path_factory.mktemp("whole") / "register.sqlite"
    with closing(Register(path)) as register:
        for number in range(1, SIZE + 1):
            register.append(record(number), who="王 小明 \ufffd")
    assert [p.name for p in path.parent.iterdir()] == ["register.sqlite"]
    return path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "register.sqlite"
