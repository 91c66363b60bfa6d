"""Limits are lowered and never raised."""

from __future__ import annotations

import math
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from support import ROOT

from hospital_redact.isolation import REDACT_LIMITS, SCAN_LIMITS, Limits, WorkerPool, pictures_in
from hospital_redact.isolation.limits import address_space
from isolation import plugins

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits of the system are POSIX")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is limited on Linux only")


def limits_in_a_worker(limits: Limits) -> dict[str, tuple[int, int]]:
    with WorkerPool(plugins.start, limits) as pool:
        (outcome,) = pool.run(plugins.limits_now, ["a"])
    assert outcome.value is not None
    return outcome.value


def test_the_defaults_are_those_of_the_documentation() -> None:
    assert (SCAN_LIMITS.seconds, REDACT_LIMITS.seconds) == (60, 90)
    assert SCAN_LIMITS.memory_bytes == REDACT_LIMITS.memory_bytes == 4 * 1024**3


def test_a_file_with_pictures_may_take_longer_up_to_a_bound() -> None:
    assert SCAN_LIMITS.seconds_for(0) == 60
    assert SCAN_LIMITS.seconds_for(12) == 180
    assert REDACT_LIMITS.seconds_for(10**6) == REDACT_LIMITS.longest == 1800
    assert Limits(seconds=7200, picture_seconds=10).seconds_for(5) == 7200
    assert Limits(seconds=5).seconds_for(100) == 5


def test_pictures_are_counted_in_the_bytes(tmp_path: Path) -> None:
    scan, office, plain = (tmp_path / name for name in ("scan.pdf", "letter.docx", "plain.pdf"))
    image = b"<< /Type /XObject /Subtype /Image /Width 9 >> stream\n" + bytes(300_000) + b"\nendstream "
    scan.write_bytes(b"%PDF-1.7 " + image * 8)
    with zipfile.ZipFile(office, "w") as packed:
        for name in ("word/document.xml", "word/media/image1.png", "word/media/image2.png"):
            packed.writestr(name, "x")
    plain.write_bytes(b"%PDF-1.7 /Subtype /ImageNot /Subtype /Form")
    assert [pictures_in(path) for path in (scan, office, plain, tmp_path / "missing")] == [8, 2, 0, 0]


def test_a_worker_with_pictures_gets_their_time() -> None:
    limits = Limits(seconds=0.2, picture_seconds=30)
    with WorkerPool(plugins.start, limits, weigh=lambda task: int(task == "scan")) as pool:
        found = {outcome.task: outcome.error for outcome in pool.run(plugins.slow, ["scan", "note"])}
    assert found["scan"] is None
    assert found["note"] is not None
    assert found["note"].code == "HR801"


def test_a_worker_has_the_limits_and_cannot_raise_them() -> None:
    found = limits_in_a_worker(Limits(seconds=10, open_files=50))
    assert found["RLIMIT_NOFILE"] == (50, 50)
    assert found["RLIMIT_CORE"] == (0, 0)


@linux
def test_memory_counts_from_what_the_worker_has_loaded() -> None:
    found = limits_in_a_worker(Limits(seconds=10, memory_bytes=10 * 1024**3))
    assert 10 * 1024**3 < found["RLIMIT_AS"][0] < 12 * 1024**3
    assert found["RLIMIT_AS"][0] == found["RLIMIT_AS"][1]
    assert (address_space() or 0) > 1024**2


def test_inherited_limits_are_not_raised() -> None:
    # In a process of its own, since a limit that is lowered here could not be raised again.
    code = """
import resource
from hospital_redact.isolation.limits import Limits, lower_limits
resource.setrlimit(resource.RLIMIT_NOFILE, (40, 80))
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
print(lower_limits(Limits(seconds=1, memory_bytes=1 << 40, open_files=60)))
print(*resource.getrlimit(resource.RLIMIT_NOFILE), *resource.getrlimit(resource.RLIMIT_AS))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    ceiling, *rest = done.stdout.split()
    assert rest == ["40", "60", str(3 << 30), str(3 << 30)]
    assert ceiling in (str(3 << 30), "None")


def test_the_caller_keeps_its_own_limits() -> None:
    before = plugins.limits_now(plugins.start(), "")
    assert limits_in_a_worker(Limits(seconds=10, open_files=50)) != before
    assert plugins.limits_now(plugins.start(), "") == before


@pytest.mark.parametrize("seconds", [0, -1, math.nan, math.inf, 10**6])
def test_a_time_that_is_no_limit_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="time limit"):
        Limits(seconds=seconds)
    with pytest.raises(ValueError, match="time limit"):
        Limits(seconds=1, start_seconds=seconds)


@pytest.mark.parametrize("wrong", [{"memory_bytes": 0}, {"open_files": 0}, {"memory_bytes": -5}])
def test_an_amount_that_is_no_limit_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="more than 0"):
        Limits(1, **wrong)
