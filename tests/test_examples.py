"""The examples as a reviewer would run them: every listed value is gone, and stands in nothing that we print."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import logging
import pickle
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import docx
import pikepdf
import pypdfium2  # type: ignore[import-untyped]  # it ships no types
import pytest
from lxml import etree
from support import ROOT

import hospital_redact
from hospital_redact.cli import main

FOLDER = ROOT / "examples"
EXAMPLES = tomllib.loads((FOLDER / "values.toml").read_text(encoding="utf-8"))["example"]
FILES = [example["file"] for example in EXAMPLES]

each_example = pytest.mark.parametrize("example", EXAMPLES, ids=FILES)


def squeezed(text: str) -> str:
    """Return ``text`` without white space: a value may wrap over two lines."""
    return "".join(text.split())


def visible(path: Path) -> str:
    """Return what a reader sees, by libraries that our formats do not use for this."""
    if path.suffix == ".txt":
        data = path.read_bytes()
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("gb18030")
    if path.suffix == ".pdf":
        with contextlib.closing(pypdfium2.PdfDocument(path)) as pdf:
            return "\n".join(page.get_textpage().get_text_range() for page in pdf)
    document = docx.Document(str(path))
    paragraphs = [
        *document.paragraphs,
        *(p for s in document.sections for p in (*s.header.paragraphs, *s.footer.paragraphs)),
    ]
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in paragraphs), *cells])


def everything(path: Path) -> str:
    """Return what a reader sees and what else a file holds: every part, string and stream."""
    pieces = [visible(path)]
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                data = archive.read(name)
                pieces += [name, data.decode("utf-8", "replace")]
                if name.endswith((".xml", ".rels")):
                    pieces.append("".join(map(str, etree.fromstring(data).itertext())))
    elif path.suffix == ".pdf":
        with pikepdf.open(path) as pdf:
            for item in pdf.objects:
                pieces.append(repr(item))
                pieces += [str(v) for v in _strings(item)]
                if isinstance(item, pikepdf.Stream):
                    data = item.read_bytes()
                    pieces += [data.decode(encoding, "replace") for encoding in ("utf-8", "utf-16-be")]
    return "\n".join(pieces)


def _strings(item: Any) -> list[Any]:
    if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        return [v for k in item.keys() for v in [item[k]] if isinstance(v, pikepdf.String)]  # noqa: SIM118 - not a dict
    return [v for v in item if isinstance(v, pikepdf.String)] if isinstance(item, pikepdf.Array) else []


@dataclass(frozen=True)
class Run:
    """What one call of ``redact`` over all examples left: its folder, report, printed lines and log."""

    folder: Path
    report: dict[str, Any]
    printed: str
    log: str
    code: int


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("copies")
    report = folder / "report.json"
    printed, log = io.StringIO(), io.StringIO()
    handler, root = logging.StreamHandler(log), logging.getLogger()
    levels = root.level, logging.getLogger("hospital_redact").level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)  # ours and those of all libraries below us
    logging.getLogger("hospital_redact").setLevel(logging.DEBUG)
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            paths = [str(FOLDER / name) for name in FILES]
            code = main(["redact", "--workers", "0", *paths, "-o", str(folder / "out"), "--report", str(report)])
    finally:
        root.removeHandler(handler)
        root.setLevel(levels[0])
        logging.getLogger("hospital_redact").setLevel(levels[1])
    text = report.read_text(encoding="utf-8")
    return Run(folder / "out", json.loads(text), printed.getvalue() + text, log.getvalue(), code)


def test_every_example_is_listed() -> None:
    assert sorted(FILES) == sorted(p.name for p in FOLDER.iterdir() if p.suffix in (".docx", ".pdf", ".txt"))
    assert len(FILES) == 6


@each_example
def test_listed_values_stand_in_the_source(example: dict[str, Any]) -> None:
    # Otherwise the tests below would pass without looking for anything.
    text = squeezed(everything(FOLDER / example["file"]))
    assert len(example["gone"]) >= 6
    assert len(example["kept"]) >= 4
    assert [value for value in (*example["gone"], *example["kept"]) if squeezed(value) not in text] == []


def test_all_copies_are_proved(run: Run) -> None:
    statuses = {Path(entry["path"]).name: (entry["status"], entry["code"]) for entry in run.report["files"]}
    assert statuses == dict.fromkeys(FILES, ("verified", None))
    assert run.code == 0
    assert sorted(path.name for path in run.folder.iterdir()) == sorted(FILES)


@each_example
def test_no_value_is_in_the_copy(run: Run, example: dict[str, Any]) -> None:
    text = squeezed(everything(run.folder / example["file"]))
    assert text
    assert [value for value in example["gone"] if squeezed(value) in text] == []


@each_example
def test_harmless_text_is_in_the_copy(run: Run, example: dict[str, Any]) -> None:
    source, text = squeezed(visible(FOLDER / example["file"])), squeezed(visible(run.folder / example["file"]))
    shown = [value for value in example["kept"] if squeezed(value) in source]
    assert [value for value in shown if squeezed(value) not in text] == []


@each_example
def test_no_value_is_printed_logged_or_reported(run: Run, example: dict[str, Any]) -> None:
    assert run.printed
    assert run.log
    for where in (run.printed, run.log):
        assert [value for value in example["gone"] if squeezed(value) in squeezed(where)] == []


@each_example
def test_no_value_is_in_a_repr(example: dict[str, Any]) -> None:
    review = hospital_redact.Redactor().review(FOLDER / example["file"])
    things = (review, review.source, review.document, review.plan, review.suggestion, review.findings)
    inner = (*review.document.blocks, *review.document.views, *review.plan.edits, *review.plan.kept)
    shown = squeezed(" ".join(repr(thing) for thing in (*things, *inner)))
    assert [value for value in example["gone"] if squeezed(value) in shown] == []
    assert repr(pickle.loads(pickle.dumps(review))) == repr(review)


# --------------------------------------------------------------------------- the builder


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    """Load ``examples/build.py``, which no package holds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        spec = importlib.util.spec_from_file_location("examples_build", FOLDER / "build.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules.pop("texts", None)
    return module


@each_example
def test_committed_example_is_what_the_builder_makes(
    builder: ModuleType, tmp_path: Path, example: dict[str, Any]
) -> None:
    if example["file"] == "转诊信.pdf" and not builder.FONT.exists():
        pytest.skip("the Chinese PDF is built with a font that is not here: Debian package fonts-lxgw-wenkai")
    values = builder.Values(example["file"])
    target = tmp_path / example["file"]
    builder.BUILDERS[example["file"]](target, values)
    # Content, not bytes: another zlib or another template of python-docx gives other bytes.
    assert visible(target) == visible(FOLDER / example["file"])
    assert tomllib.loads(values.toml())["example"] == [example]
