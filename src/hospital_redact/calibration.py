"""Calibration: what the rules say of files that were already published, and what a hospital may therefore allow.

Whatever is found in a published file is either a mistake of the past or an alarm that will come again. Values that
stand in several published files are proposed as allow entries for a person to read; data of patients is never proposed.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hospital_redact.context import PATIENT, PERSON_NAME
from hospital_redact.model import Allowed, Policy, Role
from hospital_redact.own_policy import MAX_TEXT, entry_text
from hospital_redact.replacements import squeeze
from hospital_redact.reporting.data import Json

MAX_FILES = 100_000
"""Files that one run looks at."""

MIN_FILES = 2
"""In how many published files a value must stand before it is proposed."""

_NEVER = frozenset({"AMOUNT_SALARY", "AMOUNT_BONUS", "CREDENTIAL", "CN_RESIDENT_ID", "BANK_CARD", "VISIT_DATE"})
_PRIVATE_RULES = frozenset(f"person_{role}" for role in (Role.PATIENT, Role.RELATIVE, Role.STAFF_SUBJECT))


@dataclass(slots=True)
class Calibration:
    """Counts by rule and, for the proposals, in which files a value stands. Holds values: its ``repr`` shows none."""

    files: int = 0
    failed: int = 0
    alarms: Counter[str] = field(default_factory=Counter)
    files_by_rule: Counter[str] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    places: dict[tuple[str, str], dict[str, set[int]]] = field(default_factory=lambda: defaultdict(dict))

    def __repr__(self) -> str:
        return f"Calibration({self.files} files, {self.alarms.total()} alarms)"


def published_files(folder: Path) -> Iterator[Path]:
    """Yield the files below ``folder`` in the order of their names, links not followed, at most :data:`MAX_FILES`."""
    count = 0
    for root, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        for name in sorted(names):
            path = Path(root) / name
            if path.is_file() and not path.is_symlink():
                count += 1
                if count > MAX_FILES:
                    return
                yield path


def calibrate(entries: Iterable[Json], policy: Policy) -> Calibration:
    """Return what the scanned ``entries``, with their values, say of published files."""
    result = Calibration()
    matters = {rule.id: rule.matter for rule in policy.rules}
    for number, entry in enumerate(entries):
        result.files += 1
        if entry["code"]:
            result.failed += 1
            continue
        result.levels[entry["level"]] += 1
        rules = Counter(finding["rule"] for finding in entry["findings"])
        result.alarms += rules
        result.files_by_rule.update(rules.keys())
        for finding in entry["findings"]:
            kind = _kind(finding, matters)
            if kind is not None and len(finding["text"]) <= MAX_TEXT:
                shown = result.places[kind, squeeze(finding["text"])]
                shown.setdefault(finding["text"], set()).add(number)
    return result


def _kind(finding: Json, matters: dict[str, str]) -> str | None:
    """Return the kind of allow entry that could answer a finding; none for what no hospital may allow."""
    if matters.get(finding["rule"]) == PATIENT or finding["entity"] in _NEVER or finding["rule"] in _PRIVATE_RULES:
        return None
    return "staff" if finding["entity"] == PERSON_NAME else "value"


def proposals(calibration: Calibration) -> tuple[Allowed, ...]:
    """Return the allow entries that the files speak for, those of most files first."""
    found = []
    for (kind, _), texts in calibration.places.items():
        files = set().union(*texts.values())
        if len(files) >= MIN_FILES:
            text = max(texts, key=lambda shown: len(texts[shown]))
            found.append((len(files), Allowed(" ".join(text.split()), kind, f"见于 {len(files)} 份已公开文件")))
    return tuple(allowed for _, allowed in sorted(found, key=lambda item: (-item[0], item[1].kind, item[1].text)))


def proposal_text(entries: Sequence[Allowed]) -> str:
    """Return proposals as TOML, to be read by a person, shortened, and put into a policy or given to ``--allow``."""
    head = [
        "# 由 hospital-redact calibrate 提出，须逐条人工审阅，删去不应公开者。",
        "# Proposed by hospital-redact calibrate: read every entry, and delete what must not stay.",
    ]
    return "\n".join([*head, *(line for entry in entries for line in entry_text(entry))]) + "\n"
