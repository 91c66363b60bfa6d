"""The clauses of the regulations and what carries each: ``rules/clauses.toml``, resolved against what exists."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from hospital_redact.errors import PolicyError
from hospital_redact.model import Decision, Policy
from hospital_redact.policy import shipped_rules
from hospital_redact.rulefiles import Refused, RuleFiles, Table

SCOPES = ("core", "ledger", "admin", "ext", "none")
"""What a clause asks for: of the review itself, of registers, of a calendar, of what is outside software, nothing."""

_CODE = re.compile(r"HR[1-9][0-9]{2}")


@dataclass(frozen=True, slots=True)
class CarriedClause:
    """A clause, its words, and what carries it: ``rule:<id>``, ``category:<id>``, ``level:<matter>``,
    ``setting:<id>``, ``recipient:<id>``, ``channel:<id>``, ``decision:<word>``, ``command:<name>``,
    ``option:<command> --<name>`` or ``code:<HRnnn>``."""

    section: str
    scope: str
    quote: str
    carried_by: tuple[str, ...]


def load_clauses() -> tuple[CarriedClause, ...]:
    """Return all clauses in the order of the regulations. Raises PolicyError HR101 or HR102."""
    entries = RuleFiles((shipped_rules(),)).merged("clauses.toml")
    return tuple(_clause(section, value) for section, value in entries.items())


def _clause(section: str, value: object) -> CarriedClause:
    try:
        table = Table(value, section)  # type: ignore[arg-type]  # the constructor checks
        clause = CarriedClause(section, table.text("scope"), table.text("quote"), table.texts("carried_by"))
        table.done()
    except Refused as refused:
        raise PolicyError(refused.code, "clauses.toml: " + refused.template, **refused.values) from None
    if clause.scope not in SCOPES:
        raise PolicyError("HR102", "clauses.toml: {section}: the scope is unknown", section=section)
    return clause


def missing_carriers(
    clauses: Sequence[CarriedClause], policy: Policy, options: Mapping[str, Collection[str]]
) -> list[tuple[str, str]]:
    """Return section and carrier wherever a carrier does not exist; ``options`` are those of each command."""
    known: Mapping[str, Callable[[str], bool]] = {
        "rule": {rule.id for rule in policy.rules}.__contains__,
        "category": {rule.id for rule in policy.categories}.__contains__,
        "level": policy.levels.__contains__,
        "setting": policy.settings.__contains__,
        "recipient": policy.recipients.__contains__,
        "channel": policy.channels.__contains__,
        "decision": set(Decision).__contains__,
        "command": options.__contains__,
        "option": lambda name: name.partition(" ")[2] in options.get(name.partition(" ")[0], ()),
        "code": lambda name: _CODE.fullmatch(name) is not None,
    }
    missing = []
    for clause in clauses:
        for carrier in clause.carried_by:
            kind, _, name = carrier.partition(":")
            if kind not in known or not known[kind](name):
                missing.append((clause.section, carrier))
    return missing
