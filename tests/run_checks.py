"""The checks a contributor runs before a commit, and CI after it: ``python tests/run_checks.py``.

Quick ones first; all run even when one fails, and the exit code is 1 if any did.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Run every check in the interpreter's own environment and return the exit code."""
    failed = []
    with tempfile.TemporaryDirectory() as site:
        checks = (
            ("ruff", "check"),
            ("ruff", "format", "--check"),
            ("mypy",),
            ("mkdocs", "build", "--strict", "--site-dir", site),
            ("hospital_redact", "rules", "test"),
            ("piplicenses", "--order", "license"),
            ("tools.catalogues", "--check"),
            ("pytest",),
        )
        for check in checks:
            sys.stdout.write(f"\n$ {' '.join(check)}\n")
            sys.stdout.flush()
            if subprocess.run([sys.executable, "-m", *check], cwd=ROOT, check=False).returncode:
                failed.append(" ".join(check))
    if failed:
        sys.stdout.write(f"\nfailed: {'; '.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
