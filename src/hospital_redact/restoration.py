"""From a copy with reversible pseudonyms back to the values, for whoever holds the key (see ``pseudonyms``)."""

from __future__ import annotations

import os
from pathlib import Path

from hospital_redact import formats
from hospital_redact.drafts import check_target, draft_file, publish
from hospital_redact.errors import PlanError, our_errors_only
from hospital_redact.model import Document, Edit, RedactionPlan, ReleaseContext, Span
from hospital_redact.pseudonyms import TOKEN, Pseudonyms


def restore_copy(copy: str | Path, target: str | Path, pseudonyms: Pseudonyms, *, overwrite: bool = False) -> int:
    """Write ``copy`` to ``target`` with the values that its reversible pseudonyms hold; return how many they are.

    The file then holds what the copy was made to leave out, and stays in the house. What the copy left out without a
    pseudonym (hidden places) does not come back.

    Raises ReadError, PlanError HR407 (another key, or no pseudonym in the copy), OutputError HR702 to HR704.
    """
    path, target = Path(copy), Path(target)
    source = formats.load_source(path)
    document = formats.read_document(source)
    edits = _opened(document, pseudonyms)
    if not edits:
        raise PlanError("HR407", "the copy holds no reversible pseudonym; name the copy that was made with one")
    check_target(target, path, overwrite=overwrite)
    plan = RedactionPlan(document.sha256, document.digest, "restore", "", ReleaseContext(), edits)
    with our_errors_only(), draft_file(target) as draft:
        with draft.open("wb") as stream:
            formats.identify(source).write(source, plan, stream)
            stream.flush()
            os.fsync(stream.fileno())
        publish(draft, target, overwrite=overwrite)
    return len(edits)


def _opened(document: Document, pseudonyms: Pseudonyms) -> tuple[Edit, ...]:
    edits: list[Edit] = []
    for number, block in enumerate(document.blocks):
        for match in TOKEN.finditer(block.text) if block.survives else ():
            value = pseudonyms.open(match["token"])
            name = f"e{len(edits) + 1}"
            edits.append(Edit(name, Span(number, *match.span()), value, "restore", "restore", "", "", name, "decrypt"))
    return tuple(edits)
