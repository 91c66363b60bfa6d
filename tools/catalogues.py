"""Collect the texts that people read into the Chinese catalogue, and compile it.

    python tools/catalogues.py            update locales/zh/LC_MESSAGES/hospital_redact.po, compile the .mo
    python tools/catalogues.py --check    fail where a text has no translation or the files are not in step
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).parents[1] / "src" / "hospital_redact"
PO = SOURCE / "locales" / "zh" / "LC_MESSAGES" / "hospital_redact.po"
MO = PO.with_suffix(".mo")

SAYS = ("say", "language", "Check")
"""Calls whose first argument is a text that people read."""
LOCATION_WORDS = (
    "page line paragraph table row column cell header footer footnote endnote note comment text metadata link "
    "outline annotation attachment field"
).split()


def texts() -> Iterator[str]:
    """Yield every text of the sources: error templates, what is said, names of checks, words of places."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                arguments = node.args[:1] if name in SAYS else node.args[1:2] if name.endswith("Error") else []
                for argument in arguments:
                    yield from _constants(argument)
    yield from LOCATION_WORDS
    yield "file name"


def _constants(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value


def build() -> Catalog:
    """Return the catalogue of today's texts with the translations that there are."""
    known: dict[str, str] = {}
    if PO.exists():
        with PO.open("rb") as stream:
            known = {str(m.id): str(m.string) for m in read_po(stream) if m.id}
    catalog = Catalog(locale="zh", project="hospital-redact", fuzzy=False)
    # No dates: the file must depend on the texts alone.
    catalog.mime_headers = [("Content-Type", "text/plain; charset=utf-8"), ("Language", "zh")]
    for text in sorted(set(texts()) | {text for text in known if text.startswith("word:")}):
        catalog.add(text, known.get(text, ""))
    return catalog


def main() -> int:
    catalog = build()
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalog, width=110, sort_output=True, omit_header=False)
    write_mo(mo, catalog)
    if "--check" in sys.argv:
        missing = [str(m.id) for m in catalog if m.id and not m.string]
        for text in missing:
            sys.stdout.write(f"no translation: {text}\n")
        stale = PO.read_bytes() != po.getvalue() or MO.read_bytes() != mo.getvalue()
        if stale:
            sys.stdout.write("the catalogue is not in step with the sources: run python tools/catalogues.py\n")
        return 1 if missing or stale else 0
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(po.getvalue())
    MO.write_bytes(mo.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main())
