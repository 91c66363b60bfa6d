"""The public names as a user types them; mypy checks this file as it checks theirs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import assert_type

from support import LETTER

import hospital_redact as hr


def test_every_public_name_is_there_and_typed(tmp_path: Path) -> None:
    assert [name for name in hr.__all__ if not hasattr(hr, name)] == []
    redactor = hr.Redactor(policy="default")
    review = assert_type(redactor.review_text(LETTER, context=hr.ReleaseContext("public")), hr.Review)
    assert_type(review.suggestion.level, hr.Level)
    copy = assert_type(redactor.redact(review, tmp_path / "a.txt"), hr.RedactedCopy)
    assert copy.verification.passed
    plan = hr.load_plan(hr.dump_plan(review.plan, review.document))
    assert redactor.with_plan(review, plan).suggestion == review.suggestion


def test_importing_the_package_loads_no_library() -> None:
    heavy = (
        "spacy",
        "presidio_analyzer",
        "presidio_anonymizer",
        "pikepdf",
        "lxml",
        "onnxruntime",
        "sqlalchemy",
        "pydantic",
    )
    code = f"import sys, hospital_redact; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_loads_no_library() -> None:
    code = (
        "import sys\nfrom hospital_redact.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "sys.stderr.write(str(sorted(m for m in ('spacy', 'regex', 'pikepdf', 'pydantic') if m in sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
