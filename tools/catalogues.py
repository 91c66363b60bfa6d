"""Collect the texts that people read into the Chinese catalogue, and compile it.

python tools/catalogues.py            update locales/zh/LC_MESSAGES/hospital_redact.po, compile the .mo
python tools/catalogues.py --check    fail where a text has no translation or the files are not in step
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).parents[1] / "src" / "hospital_redact"
PO = SOURCE / "locales" / "zh" / "LC_MESSAGES" / "hospital_redact.po"
MO = PO.with_suffix(".mo")

FIRST = ("say", "language", "Check", "gettext", "UsageError", "too_large", "corrupt")
"""Calls whose first argument is a text that people read."""
SECOND = ("Difference",)
FIRST_AND_LAST = ("Unread", "_miss", "Drawing", "report")
"""Calls that say first what was not read, and last why."""
READINGS = ("Reading",)
"""Calls that name a reader and a place."""
TABLES = ("CATEGORIES", "STATUSES", "_WHAT", "_UNREAD_ELEMENTS")
"""Constants whose texts people read."""
ENUMS = ("Decision",)
MODULES_OF_VALUE_ERRORS = ("limits.py",)
"""Modules whose ValueErrors the command line shows; elsewhere they speak to programmers."""
NUMBERS = ("missing", "extra", "hidden")
"""Variables that are numbers where they stand in an f-string; a len() is one too."""

LOCATION_WORDS = (
    *("page {number}", "line {number}", "paragraph {number}", "table {number}", "row {number}", "column {number}"),
    *("block {number}", "page", "line", "paragraph", "table", "row", "column", "block", "cell", "header", "footer"),
    *("footnote", "endnote", "note", "comment", "text", "metadata", "link", "outline", "annotation", "attachment"),
    *("field", "image", "style", "part", "package", "document", "property", "file name", "at", "object", "name"),
    *("title", "author", "whole file", "raw", "dictionary", "stream", "shape", "drawing", "chart", "smartart"),
)
# What classification and context ask a person to look at; before the colon a kind, behind it what of that kind.
LOOK_AT = (
    *("unread", "state_mark", "level_undecided", "hospital_mark", "published_by_own_words", "second_patient"),
    *("subject_not_found", "context_missing", "flagged", "uncertain", "exempted", "personal_data", "payload_removed"),
    *("name", "subject", "purpose", "channel", "reference", "minor", "special_disease", "gene_variant"),
    *("published", "self_declared", "general_notice", "opinion_letter", "tender_secret"),
    *("unfit_document", "many_persons", "recognisable", "patent_unfiled", "outside_circle", "clause_not_in_force"),
    *("unexplained_code", "blank_form", "rule_text"),
)
# What must be at hand before a copy leaves (rules/policies, decisions.py), and who could be recognised by what.
CONDITIONS = (
    *("identity_proof", "entry_in_log", "legal_proof", "handler_identity", "insurance_contract", "consent"),
    *("claim_number", "claim_episode_only", "needed_columns_only", "receipt", "named_office", "excerpt_only"),
    *("statutory_table_only", "power_of_attorney", "transfer_notice", "return_slip", "ethics_approval"),
    *("confidentiality_agreement", "export_assessment", "own_contract_only", "secure_channel"),
    *("consent_special_disease", "consent_guardian"),
)
RECOGNISABLE = (
    *("rare_disease", "village", "date", "minority", "occupation", "kinship", "age", "home_town"),
    *("age_band", "year_only", "county_only", "province_only", "disease_group", "occupation_group", "leave_out"),
)
# Texts that are put together where they are raised.
JOINED = (
    *("and {number} more", "exit code {number}", "signal {number}", "its pipe closed", "{rule} has no clause"),
    *("is docx", "is pdf", "is text", "is of no known kind or damaged", "the rule", "an entry", "none"),
    *("a soft mask draws text", "a soft mask draws an image", "a tiling pattern draws text"),
    *("a tiling pattern draws an image", "a reader failed", "text_in_soft_mask", "text_in_pattern"),
    *("{number} glyphs have no Unicode text in either reader", "differs from the plan", "; ", ": ", ", "),
    "the second reader shows {number} characters that were not placed",
)
# What argparse itself says; it asks gettext (see Language.use_for_usage). Python 3.11 to 3.13.
ARGPARSE = (
    *("usage: ", "positional arguments", "options", "show this help message and exit"),
    *(
        "%(prog)s: error: %(message)s\n",
        "argument %(argument_name)s: %(message)s",
        "the following arguments are required: %s",
    ),
    *("unrecognized arguments: %s", "expected one argument", "expected at least one argument"),
    *("invalid choice: %(value)r (choose from %(choices)s)", "invalid %(type)s value: %(value)r"),
    *("ambiguous option: %(option)s could match %(matches)s", "ignored explicit argument %r"),
)


def texts() -> Iterator[str]:
    """Yield every text of the sources that people read."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield from _said(node, path)
            elif isinstance(node, ast.Assign) and any(getattr(t, "id", "") in TABLES for t in node.targets):
                yield from _values(node.value)
            elif isinstance(node, ast.ClassDef) and node.name in ENUMS:
                yield from (text for item in node.body if isinstance(item, ast.Assign) for text in _values(item.value))
    for words in (LOCATION_WORDS, LOOK_AT, CONDITIONS, RECOGNISABLE, JOINED, ARGPARSE):
        yield from words


def _said(call: ast.Call, path: Path) -> Iterator[str]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name in FIRST or (name == "ValueError" and path.name in MODULES_OF_VALUE_ERRORS):
        yield from _constants(call.args[:1])
    elif name in SECOND or (name.endswith("Error") and name != "ValueError"):
        yield from _constants(call.args[1:2])
    elif name in FIRST_AND_LAST:
        yield from _constants([*call.args[:1], *call.args[1:3]])
    elif name in READINGS:
        yield from _constants(call.args[1:2])
    elif name == "Refused":  # the loader puts the file's name before
        yield from (f"{{file}}: {text}" for text in _constants(call.args[1:2]))


def _values(node: ast.expr) -> Iterator[str]:
    """Yield the texts of a tuple, of a dictionary's values, or of one constant."""
    if isinstance(node, ast.Dict):
        yield from _constants(node.values)
    elif isinstance(node, ast.Tuple):
        yield from _constants(node.elts)
    else:
        yield from _constants([node])


def _constants(nodes: Sequence[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
            yield node.value
        elif isinstance(node, ast.JoinedStr) and (text := _template(node)):
            yield text


def _template(node: ast.JoinedStr) -> str:
    """Return the catalogue's key for an f-string: its number as ``{number}``, without the word it ends in."""
    text = ""
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            number = isinstance(part.value, ast.Call) or getattr(part.value, "id", "") in NUMBERS
            text += "{number}" if number else "\0"
        elif isinstance(part, ast.Constant):
            text += str(part.value)
    text = re.sub(r"(?:: | \()\0\)?$", "", text)
    return "" if "\0" in text else text


def build() -> Catalog:
    """Return the catalogue of today's texts with the translations that there are."""
    known: dict[str, str] = {}
    if PO.exists():
        with PO.open("rb") as stream:
            known = {str(m.id): str(m.string) for m in read_po(stream) if m.id}
    catalog = Catalog(locale="zh", project="hospital-redact", fuzzy=False)
    for text in sorted(set(texts())):
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
