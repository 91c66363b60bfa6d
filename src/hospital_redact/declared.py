"""What a hospital's leader has declared secret (第4篇 3.9, 第11篇 二.1(7)): ``declared.toml`` of its folder of rules.

Each entry is one item: the words by which a document shows it, the level, who declared it and from when. It becomes a
rule of the recogniser ``declared``, so that it is searched for, explained and tested as every other rule.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from hospital_redact.model import Action, Clause, Detection, Examples, Level, Rule
from hospital_redact.rulefiles import IDENTIFIER, Refused, Table
from hospital_redact.rulevalues import read_level

DECLARED = "declared"
"""The matter of declared items, and the recogniser that finds them."""

_MIN_TERM = 2
_MAX_TERM = 200
_ENTITY = "DECLARED_ITEM"


@dataclass(frozen=True, slots=True)
class DeclaredItem:
    """A declared item: its rule, and the days from which and until which (inclusive) it is secret."""

    rule: Rule
    since: date
    until: date | None

    def holds_on(self, day: date) -> bool:
        """Whether the item is secret on ``day``."""
        return self.since <= day and (self.until is None or day <= self.until)


def read_declared(
    id_: str, table: Table, read_clauses: Callable[[Table], tuple[Clause, ...]], category: str
) -> DeclaredItem:
    """Return the item in ``table``; ``read_clauses`` reads and checks its clauses.

    Raises Refused: HR116 without a setter, a first day, terms, or a level that hospital secrets have (第4篇 4.1), with
    a last day before the first, or a term that is too short to say anything; HR102 for unknown keys; HR103 and HR105
    for its clauses.
    """
    if not IDENTIFIER.fullmatch(id_):
        raise Refused("HR116", "{id}: a name is lower-case letters, digits, _ and -", id=id_)
    title, setter = table.text("title"), table.text("setter", "").strip()
    title_en = table.text("title_en", title)
    since, until = table.day("from"), table.day("until")
    level, terms = read_level(table.text("level")), table.texts("terms")
    if not setter:
        raise Refused("HR116", "{id}: setter is missing: a leader of the hospital declares an item (第4篇 3.9)", id=id_)
    if since is None:
        raise Refused("HR116", "{id}: from is missing: the day from which the item is secret", id=id_)
    if until is not None and until < since:
        raise Refused("HR116", "{id}: until is before from", id=id_)
    if level < Level.SECRET:
        raise Refused("HR116", "{id}: the level is 秘密, 机密 or 绝密", id=id_)
    if not terms or not all(_MIN_TERM <= _weight(term) <= _MAX_TERM for term in terms):
        raise Refused("HR116", "{id}: terms are needed, each of 2 to 200 letters or digits", id=id_)
    examples = table.table("examples")
    match, no_match = examples.texts("match"), examples.texts("no_match")
    examples.done()
    rule = Rule(
        id=f"{DECLARED}-{id_}",
        # Who reads a reason must see that a person has decided, who, and when.
        title=f"{title}（{setter}，{since.isoformat()}起）",
        title_en=f"{title_en} (declared by {setter} from {since.isoformat()})",
        category=category,
        matter=DECLARED,
        entity=_ENTITY,
        action=Action.MASK,
        label="涉密事项",
        label_en="declared item",
        clauses=read_clauses(table),
        detection=Detection(recogniser=DECLARED, context=terms, confidence=1.0),
        examples=Examples((*terms, *match), no_match),
        priority=100,
        floor=level,
    )
    table.done()
    return DeclaredItem(rule, since, until)


def _weight(term: str) -> int:
    return sum(char.isalnum() for char in unicodedata.normalize("NFKC", term))
