"""What several test modules share."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def shared_dir(*parts: str) -> Path:
    """Return a folder or file of the development material beside the repository, or skip the test."""
    path = ROOT.parent.joinpath("shared", *parts)
    if not path.exists():
        pytest.skip(f"the development material is not here: ../shared/{'/'.join(parts)}")
    return path
