"""Faults of a format in the real program: a plug-in that hangs, crashes, eats memory or fills the disk.

Each costs its one file, with a code; the other files are done, no half-written copy stays, and the register agrees
with what is in the folder.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from support import LETTER

from hospital_redact.release import Register

PLUGIN = """
import os, time
from hospital_redact.formats.text import TextFormat

class Faulty(TextFormat):
    name = "faulty"
    media_type = "application/x-faulty"
    suffixes = (".faulty",)

    def recognises(self, data):
        return data.startswith(b"FAULTY")

    def write(self, source, plan, target):
        target.write(b"half of it")
        target.flush()
        what = source.data.split()[1]
        if what == b"sleep":
            time.sleep(600)
        if what == b"abort":
            os.abort()
        if what == b"bomb":
            hoard = []
            while True:
                hoard.append(bytearray(64 * 1024 * 1024))
        raise OSError(28, "No space left on device")

FORMAT = Faulty()
"""

CODES = {"sleep": "HR801", "abort": "HR802", "bomb": "HR204", "full": "HR703"}


@pytest.fixture(scope="module")
def plugged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which a package offers the faulty format by its entry point."""
    place = tmp_path_factory.mktemp("plugin")
    (place / "faulty.py").write_text(PLUGIN, encoding="utf-8")
    info = place / "faulty-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: faulty\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[hospital_redact.formats]\nfaulty = faulty:FORMAT\n", encoding="utf-8")
    return {**os.environ, "PYTHONPATH": str(place), "LC_ALL": "C.UTF-8"}


def command(folder: Path, *args: str) -> list[str]:
    return [sys.executable, "-m", "hospital_redact", "redact", *args, "-o", str(folder / "out")]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
def test_each_fault_costs_its_own_file(plugged: dict[str, str], tmp_path: Path) -> None:
    for fault in CODES:
        (tmp_path / f"{fault}.faulty").write_text(f"FAULTY {fault}\n", encoding="utf-8")
    (tmp_path / "letter.txt").write_text(LETTER, encoding="utf-8")
    (tmp_path / "second.txt").write_text(LETTER, encoding="utf-8")
    files = [
        str(tmp_path / "letter.txt"),
        *(str(tmp_path / f"{f}.faulty") for f in CODES),
        str(tmp_path / "second.txt"),
    ]
    limits = ["--time-limit", "8", "--memory-limit", "1500", "--workers", "2"]
    extra = ["--report", str(tmp_path / "report.json"), "--register", str(tmp_path / "register.db"), "--who", "test"]
    done = subprocess.run(command(tmp_path, *files, *limits, *extra), env=plugged, capture_output=True, check=False)
    assert done.returncode == 3, done.stderr.decode()
    entries = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["files"]
    assert [entry["code"] for entry in entries] == [None, *CODES.values(), None]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["letter.txt", "second.txt"]
    with closing(Register(tmp_path / "register.db", create=False)) as register:
        assert register.verify() is None
        recorded = sorted(entry.record.copy_sha256 for entry in register)
    assert recorded == sorted(e["record"]["copy_sha256"] for e in entries if e["code"] is None)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_nothing_stays_when_the_parent_is_killed(plugged: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "sleep.faulty"
    path.write_text("FAULTY sleep\n", encoding="utf-8")
    out = tmp_path / "out"
    with subprocess.Popen(command(tmp_path, str(path)), env=plugged, stderr=subprocess.DEVNULL) as parent:
        try:
            assert _wait(lambda: out.is_dir() and any(out.iterdir())), "the draft was never begun"
        finally:
            parent.send_signal(signal.SIGKILL)
    assert _wait(lambda: not list(out.iterdir())), "the draft of a dead run stays"


def _wait(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def test_a_read_only_output_folder_is_said(tmp_path: Path, plugged: dict[str, str]) -> None:
    (tmp_path / "letter.txt").write_text(LETTER, encoding="utf-8")
    (tmp_path / "out").write_bytes(b"a file in the folder's place; the tests may run as root, whom no mode stops")
    done = subprocess.run(
        command(tmp_path, str(tmp_path / "letter.txt")), env=plugged, capture_output=True, check=False
    )
    assert done.returncode == 3
    assert done.stderr.decode().startswith("HR703")
