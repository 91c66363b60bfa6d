"""Collect the texts that people read into the Chinese catalogue, and compile it.

python tools/catalogues.py            update locales/zh/LC_MESSAGES/hospital_redact.po, compile the .mo
python tools/catalogues.py --check    fail where a text has no translation or the files are not in step
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).parents[1] / "src" / "hospital_redact"
PO = SOURCE / "locales" / "zh" / "LC_MESSAGES" / "hospital_redact.po"
MO = PO.with_suffix(".mo")

SAYS = ("say", "language", "Check")
"""Calls whose first argument is a text that people read."""
LOCATION_WORDS = (
    *("page", "line", "paragraph", "table", "row", "column", "cell", "header", "footer", "footnote", "endnote", "note"),
    *("comment", "text", "metadata", "link", "outline", "annotation", "attachment", "field", "image", "style", "part"),
)


def texts() -> Iterator[str]:
    """Yield every text of the sources: error templates, what is said, names of checks, words of places."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in SAYS:
                    yield from _constants(node.args[:1])
                elif name.endswith("Error"):
                    yield from _constants(node.args[1:2])
                elif name == "Refused":  # the loader puts the file's name before
                    yield from (f"{{file}}: {text}" for text in _constants(node.args[1:2]))
    yield from LOCATION_WORDS
    yield "file name"


def _constants(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
            yield node.value


def build() -> Catalog:
    """Return the catalogue of today's texts with the translations that there are."""
    known: dict[str, str] = {}
    if PO.exists():
        with PO.open("rb") as stream:
            known = {str(m.id): str(m.string) for m in read_po(stream) if m.id}
    catalog = Catalog(locale="zh", project="hospital-redact", fuzzy=False)
    for text in sorted(set(texts()) | {text for text in known if text.startswith("word:")}):
        catalog.add(text, known.get(text, ""))
    return catalog


def main() -> int:
    """Update or check; return an exit code."""
    catalog = build()
    if "--check" in sys.argv:
        wanted = {str(m.id): str(m.string) for m in catalog if m.id}
        problems = [f"no translation: {text}" for text, translation in wanted.items() if not translation]
        with PO.open("rb") as po, MO.open("rb") as mo:
            for name, messages in ((PO.name, read_po(po)), (MO.name, read_mo(mo))):
                if {str(m.id): str(m.string) for m in messages if m.id} != wanted:
                    problems.append(f"{name} is not in step with the sources: run python tools/catalogues.py")
        sys.stdout.writelines(f"{problem}\n" for problem in problems)
        return 1 if problems else 0
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as po, MO.open("wb") as mo:
        write_po(po, catalog, width=110, sort_output=True, omit_header=True)  # the header holds dates
        write_mo(mo, catalog)
    return 0


if __name__ == "__main__":
    sys.exit(main())
