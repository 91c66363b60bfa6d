"""Documents and policies for detection tests. Everybody and every number is invented."""

from __future__ import annotations

from functools import cache
from typing import Any

from hospital_redact.detection import Detector
from hospital_redact.model import (
    Action,
    Block,
    Clause,
    Detection,
    Document,
    Examples,
    Finding,
    Kind,
    Location,
    Policy,
    Role,
    Rule,
    TablePosition,
    join_blocks,
)
from hospital_redact.policy import load_policy


def text_document(text: str) -> Document:
    """Return a document with one block a line."""
    blocks = tuple(Block(line, Location("text", f"line {n}")) for n, line in enumerate(text.split("\n"), 1))
    return Document("invented.txt", "text/plain", "0" * 64, blocks, (join_blocks(blocks),))


def table_document(rows: list[list[str]], *, note: str = "") -> Document:
    """Return a document with one table, whose first row heads it, and a paragraph after it."""
    blocks: list[Block] = []
    width = len(rows[0])
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            head = c if r else None
            side = r * width if r and c else None
            place = TablePosition(0, r, c, column_header=head, row_header=side)
            blocks.append(Block(text, Location("table"), Kind.CELL, place))
    if note:
        blocks.append(Block(note, Location("text")))
    return Document("invented.docx", "x", "0" * 64, tuple(blocks), (join_blocks(blocks),))


def make_rule(identifier: str = "number", *, entity: str = "NUMBER", action: Action = Action.MASK, priority: int = 50,
              only_with: str = "", **detection: Any) -> Rule:  # fmt: skip
    """Return a rule with the given detection fields."""
    return Rule(
        id=identifier,
        title="t",
        title_en="t",
        category="patient_identity",
        matter="patient",
        entity=entity,
        action=action,
        label="x",
        label_en="x",
        clauses=(Clause("s", "1"),),
        detection=Detection(**detection),
        examples=Examples(("a",), ("b",)),
        priority=priority,
        only_with=only_with,
    )


def make_policy(*rules: Rule) -> Policy:
    """Return a policy of these rules only."""
    return Policy("test", "t", "v", rules, (), {}, {}, {}, {}, {}, {}, {})


@cache
def shipped_detector() -> Detector:
    """Return a detector of the shipped default policy."""
    return Detector(load_policy("default"))


def removed(document: Document, findings: tuple[Finding, ...]) -> list[str]:
    """Return the texts that would go, by place."""
    return [
        document.text_of(f.spans)
        for f in findings
        if f.action in (Action.MASK, Action.PLACEHOLDER) and f.role is not Role.STAFF
    ]


def found(text: str) -> list[str]:
    """Return what the default policy removes from ``text``."""
    document = text_document(text)
    return removed(document, shipped_detector().detect(document))


def roles(text: str) -> dict[str, Role | None]:
    """Return each named person with the role that was found."""
    document = text_document(text)
    return {document.text_of(f.spans): f.role for f in shipped_detector().detect(document) if f.role is not None}
