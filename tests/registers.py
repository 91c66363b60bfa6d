"""What the tests of the register share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hospital_redact.errors import RegisterError
from hospital_redact.model import Decision, Level, ReleaseRecord

RECORD = ReleaseRecord(
    source_sha256="a" * 64,
    plan_sha256="b" * 64,
    copy_sha256="c" * 64,
    policy_id="default",
    policy_version="d" * 64,
    level=Level.SECRET,
    residual_level=Level.INTERNAL,
    decision=Decision.RELEASE_REDACTED,
    status="verified",
    time="2024-05-06T01:02:03+00:00",
)
SIZE = 6


def record(number: int) -> ReleaseRecord:
    return replace(RECORD, source_sha256=f"{number:064x}")


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(RegisterError) as caught:
        action()
    return caught.value.code
