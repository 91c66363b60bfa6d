"""The PDF format on public files beside the repository: targets go, the rest stays, and nothing fails otherwise."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import planting
import pytest
from support import shared_dir

from hospital_redact.errors import HospitalRedactError, ReadError
from hospital_redact.formats.base import Source
from hospital_redact.formats.pdf import FORMAT, coverage

ENCRYPTED = {"pdf-0065", "pdf-0066", "pdf-0207", "pdf-0215", "pdf-0220", "pdf-0222"}
OWNER_ONLY = {"pdf-0203", "pdf-0210"}
LONGEST = 120_000
"""Bytes of the largest file that the tests read; the figures over all files come from a benchmark."""


def _targets() -> list[dict[str, Any]]:
    path = Path(__file__).parents[3] / "shared" / "corpus" / "targets_shared.json"
    if not path.exists():
        return []
    listed: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["pdf"]
    return listed


@pytest.mark.parametrize("entry", [*_targets()] or [None], ids=lambda e: e["id"] if e else "no development material")
def test_targets_go_and_the_rest_stays(entry: dict[str, Any] | None) -> None:
    data = shared_dir("corpus", *(entry or {"file": "shared/pdf"})["file"].split("/")[1:]).read_bytes()
    assert entry is not None
    document = FORMAT.read(Source("a.pdf", data))
    edits = [
        planting.edit(f"e{n}-{i}", span, "")
        for n, target in enumerate(entry["targets"])
        for found in planting.occurrences(document, target["text"])
        for i, span in enumerate(found)
    ]
    plan = planting.make_plan(document, edits)
    target_file = io.BytesIO()
    FORMAT.write(Source("a.pdf", data), plan, target_file)
    copy = target_file.getvalue()
    assert list(FORMAT.compare(document, plan, FORMAT.read(Source("a.pdf", copy)))) == []
    readings = [(r, planting.squeeze(r.text)) for r in FORMAT.readings(copy) if r.text is not None]
    wanted = [planting.squeeze(t["text"]) for t in entry["targets"]]
    left = [(w, r.reader, r.place) for w in wanted for r, text in readings if w in text]
    assert left == []
    # Words that pdfium does not show in the source either stand in annotations or are hyphenated.
    before, after = _shown(data), _shown(copy)
    survivors = [word for t in entry["must_survive"] if (word := planting.squeeze(_word(t))) in before]
    assert survivors
    assert [word for word in survivors if word not in after] == []


def _shown(data: bytes) -> str:
    with coverage.opened(data) as document:
        pages = range(len(document))
        return planting.squeeze("".join(document[i].get_textpage().get_text_range() for i in pages))


def _word(entry: Any) -> str:
    return str(entry["text"] if isinstance(entry, dict) else entry)


def _small(folder: str) -> list[Path]:
    path = Path(__file__).parents[3] / "shared" / "corpus" / folder
    return sorted(p for p in path.glob("*.pdf") if p.stat().st_size < LONGEST) if path.exists() else []


@pytest.mark.parametrize("path", _small("pdf") or [None], ids=lambda p: p.name[:8] if p else "no development material")
def test_a_public_file_is_refused_or_written_unchanged(path: Path | None) -> None:
    data = (path or shared_dir("corpus", "pdf", "none.pdf")).read_bytes()
    assert path is not None
    number = path.name[:8]
    try:
        document = FORMAT.read(Source(path.name, data))
    except ReadError as error:
        refused = error.code
    else:
        refused = ""
    if refused:
        assert refused == "HR202" if number in ENCRYPTED else refused in ("HR203", "HR204", "HR205")
        return
    assert number not in ENCRYPTED
    assert number not in OWNER_ONLY or "owner_restrictions" in document.notes
    plan = planting.make_plan(document, [])
    target = io.BytesIO()
    try:
        FORMAT.write(Source(path.name, data), plan, target)
    except HospitalRedactError as error:
        pytest.fail(f"cannot be written: {error.code}")
    assert list(FORMAT.compare(document, plan, FORMAT.read(Source("a.pdf", target.getvalue())))) == []


@pytest.mark.parametrize("path", _small("made") or [None], ids=lambda p: p.stem if p else "no development material")
@pytest.mark.parametrize("value", ["陈超英", "13273878287", "110101200308166676"])
def test_values_in_chinese_files_go(path: Path | None, value: str) -> None:
    data = (path or shared_dir("corpus", "made", "none.pdf")).read_bytes()
    document = FORMAT.read(Source("a.pdf", data))
    plan = planting.plan_for(document, value)
    assert plan.edits
    target = io.BytesIO()
    FORMAT.write(Source("a.pdf", data), plan, target)
    copy = target.getvalue()
    assert list(FORMAT.compare(document, plan, FORMAT.read(Source("a.pdf", copy)))) == []
    for reading in FORMAT.readings(copy):
        assert reading.text is None or value not in planting.squeeze(reading.text), reading.reader
        assert reading.data is None or value.encode() not in reading.data, reading.place
