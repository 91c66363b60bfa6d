"""Imports run one way, file libraries stay in ``formats``, and importing the package loads nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from support import ROOT

import hospital_redact

PACKAGE = ROOT / "src" / "hospital_redact"

# A module may import its own tier and those above it in this table. A new module fails until it has a place here.
TIERS: tuple[tuple[str, ...], ...] = (
    ("model", "errors"),
    ("languages", "logs", "isolation", "drafts"),
    ("rulefiles", "rulevalues", "settings", "declared", "tightening", "policy", "detection", "formats"),
    (
        "subjects",
        "pseudonyms",
        "kinship",
        "circles",
        "excerpts",
        "replacements",
        "context",
        "allowing",
        "quasi_identifiers",
        "decisions",
        "classification",
        "planning",
        "planfile",
        "verification",
        "closure",
        "rulecheck",
        "marking",
        "clauses",
        "own_policy",
    ),
    ("pipeline", "restoration"),
    ("reporting",),
    ("batch", "release", "expiry", "calibration"),
    ("", "commands", "cli", "__main__"),  # "" is the package itself: its public names, loaded late
)
TIER = {name: number for number, names in enumerate(TIERS) for name in names}

# Readers never see a policy, detectors never see a file (formats/base.py).
STRANGERS = {"formats": {"policy", "rulefiles", "detection"}, "detection": {"formats"}, "policy": {"formats"}}

FILE_LIBRARIES = {
    "docx", "fontTools", "gzip", "lxml", "msoffcrypto", "olefile", "openpyxl", "pdfminer", "pikepdf", "PIL", "pptx",
    "pypdf", "pypdfium2", "python_calamine", "tarfile", "xml", "zipfile",
}  # fmt: skip


def room_of(module: str) -> str:
    """``hospital_redact.formats.pdf.fonts`` -> ``formats``; the package itself is ``""``."""
    return module.split(".")[1] if "." in module else ""


def modules() -> list[Path]:
    """Return every module of the package."""
    return sorted(PACKAGE.rglob("*.py"))


@cache
def imports_of(path: Path) -> frozenset[str]:
    """Return the full names of all modules imported anywhere in ``path``, in functions and for types as well.

    ``from hospital_redact import formats`` counts as ``hospital_redact.formats``.
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            assert node.module is not None
            if node.module == "hospital_redact":
                found.update(
                    f"hospital_redact.{alias.name}" if alias.name in TIER else "hospital_redact" for alias in node.names
                )
            else:
                found.add(node.module)
    return frozenset(found)


def name_of(path: Path) -> str:
    return ".".join(("hospital_redact", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_run_one_way(path: Path) -> None:
    room = room_of(name_of(path))
    assert room in TIER, f"{name_of(path)} has no place in TIERS"
    ours = {room_of(name) for name in imports_of(path) if name.split(".")[0] == "hospital_redact"}
    upwards = {other for other in ours if TIER.get(other, len(TIERS)) > TIER[room]}
    # The version is the one thing that a module may take from the package itself.
    assert not upwards, f"{name_of(path)} imports {upwards}, which come after it"
    assert not ours & STRANGERS.get(room, set())


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_only_formats_import_file_libraries(path: Path) -> None:
    libraries = {name.split(".")[0] for name in imports_of(path)} & FILE_LIBRARIES
    assert not libraries or room_of(name_of(path)) == "formats"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_nothing_imports_a_network_library(path: Path) -> None:
    network = {"aiohttp", "ftplib", "http", "httpx", "requests", "smtplib", "socket", "urllib3"}
    assert not {name.split(".")[0] for name in imports_of(path)} & network
    assert "urllib.request" not in imports_of(path)


def test_every_module_is_looked_at() -> None:
    assert {"formats", "detection", "pipeline", "cli"} <= {room_of(name_of(path)) for path in modules()}


@pytest.mark.parametrize("statement", ["import hospital_redact", "from hospital_redact.cli import build_parser"])
def test_importing_is_light(statement: str) -> None:
    # What makes an import slow is loading one of these; a time would depend on the machine.
    heavy = "spacy presidio_analyzer presidio_anonymizer numpy onnxruntime pikepdf pypdf pypdfium2 pdfminer docx lxml"
    code = f"import sys; {statement}; print(*(set({heavy.split()}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_all_public_names_exist() -> None:
    for name in hospital_redact.__all__:
        assert getattr(hospital_redact, name) is not None
