"""Drafts: no half-written copy, no file replaced unasked."""

from __future__ import annotations

from pathlib import Path

import pytest

from hospital_redact.drafts import check_target, draft_file, publish
from hospital_redact.errors import OutputError


def test_a_published_draft_bears_the_final_name_alone(tmp_path: Path) -> None:
    target = tmp_path / "new" / "a.txt"
    with draft_file(target) as draft:
        draft.write_bytes(b"x")
        publish(draft, target, overwrite=False)
    assert [p.name for p in target.parent.iterdir()] == ["a.txt"]


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    def fail(target: Path) -> None:
        with draft_file(target) as draft:
            draft.write_bytes(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail(tmp_path / "a.txt")
    assert list(tmp_path.iterdir()) == []


def test_a_target_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    with draft_file(target) as draft:
        target.write_bytes(b"somebody's")
        with pytest.raises(OutputError) as caught:
            publish(draft, target, overwrite=False)
    assert caught.value.code == "HR702"
    assert target.read_bytes() == b"somebody's"


def test_the_source_is_never_the_target(tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_bytes(b"x")
    link = tmp_path / "b.txt"
    link.symlink_to(source)
    for target in (source, link):
        with pytest.raises(OutputError) as caught:
            check_target(target, source, overwrite=True)
        assert caught.value.code == "HR704"


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError) as caught, draft_file(tmp_path / "file" / "a.txt"):
        pass
    assert caught.value.code == "HR703"
