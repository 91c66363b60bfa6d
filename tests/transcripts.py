"""Terminal transcripts in the documentation, printed by the program itself.

In a fenced ``console`` block each line ``$ hospital-redact …`` is run in a folder that holds a copy of
``examples/``; the lines below it are what it printed. ``python tests/transcripts.py`` writes all blocks again.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def documents() -> list[Path]:
    """Return the READMEs and all pages of the documentation."""
    return sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))


def run_block(block: str) -> str:
    """Return ``block`` with what its commands print now; later commands see what earlier ones wrote."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns("__pycache__"))
        lines = [line for line in block.splitlines() if line.startswith("$ ")]
        return "".join(f"{line}\n{_run(line, folder)}" for line in lines)


def _run(line: str, folder: Path) -> str:
    program, *arguments = shlex.split(line.removeprefix("$ "))
    if program != "hospital-redact":
        raise ValueError(f"a console block shows another program: {program}")
    command = [sys.executable, "-m", "hospital_redact", *arguments]
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}  # English, unless the command asks for another language
    # Both streams, as a terminal shows them. A refusal is a fine example, so no exit code is asked for.
    done = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return done.stdout.decode("utf-8")


def main() -> None:
    """Write every block of every document again."""
    for path in documents():
        text = path.read_text(encoding="utf-8")
        fresh = BLOCK.sub(lambda match: f"```console\n{run_block(match[1])}```", text)
        if fresh != text:
            path.write_text(fresh, encoding="utf-8")
            sys.stdout.write(f"{path.relative_to(ROOT)} written\n")


if __name__ == "__main__":
    main()
