"""Results for a terminal: a few lines a file, in the reader's language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hospital_redact.languages import Language
from hospital_redact.model import Verification
from hospital_redact.reporting.data import Json, printable
from hospital_redact.reporting.remedies import remedies

STRONGEST = 3
"""Reasons that are shown unless all are asked for; they come strongest first."""

WEAKENING = frozenset({"failed_check", "weak"})
"""Evidence that lowered a finding's confidence. What is neither here nor in :data:`BASIS` raised it."""

BASIS = frozenset({"pattern", "tagger", "presidio", "listed", "position"})
"""Evidence that says how a value was found at all."""


def scan_lines(entry: Json, say: Language, *, explain: bool = False) -> Iterator[str]:
    """Yield the lines for one scanned file: level, decision, the strongest reasons, what would change it.

    With ``explain`` all reasons, and each finding with its clause and evidence.
    """
    yield f"{entry['number']}  {entry['id']}"
    yield _level_line(entry, say)
    yield from sign_lines(entry, say)
    strongest = entry["reasons"] if explain else entry["reasons"][:STRONGEST]
    for reason in strongest:
        quote = f" 「{reason['quote']}」" if reason["quote"] else ""
        title = reason["title"] if say.name == "zh" else reason["title_en"]
        yield f"   {reason['level']}  {title} [{reason['rule']}]{say(': ')}{reason['clause']}{quote}"
        if reason["where"]:
            yield f"         {say('; ').join(say.place(where) for where in reason['where'])}"
    if len(strongest) < len(entry["reasons"]):
        more = len(entry["reasons"]) - len(strongest)
        yield say("   and {more} weaker reasons (--explain)", more=more)
    counts = Counter(finding["category"] for finding in entry["findings"])
    yield say("   to remove: {listed}", listed=_listed(counts, say))
    for finding in entry["findings"]:
        if explain or "text" in finding:
            value = f" {finding['text']!r}" if "text" in finding else ""
            yield f"      {say.place(finding['where'])}{say(': ')}{finding['entity']}{value}"
        if explain:
            yield f"         {explanation(finding, say)}"
    for part in entry["unread"]:
        yield say(
            "   not read: {what}, {where}: {reason}",
            what=part["what"],
            where=say.place(part["where"]),
            reason=say.detail(part["reason"]),
        )
    yield from _look_at(entry, say)
    for remedy in remedies(entry, say):
        yield say("   what would change it: {remedy}", remedy=remedy)


def explanation(finding: Json, say: Language) -> str:
    """Return why a finding was made: rule, clause, confidence, and with + and - what raised and lowered it.

    The words of the evidence are stable and not translated, as the ids of rules are.
    """
    signs = (("" if word in BASIS else "-" if word in WEAKENING else "+", word) for word in finding["evidence"])
    return say(
        "[{rule}] {clause}; confidence {confidence}: {evidence}",
        rule=finding["rule"],
        clause=finding["clause"],
        confidence=f"{finding['confidence']:.2f}",
        evidence=", ".join(sign + word for sign, word in signs),
    )


def redact_lines(entry: Json, say: Language) -> Iterator[str]:
    """Yield the lines for one input of ``redact``, failures excepted (they go to standard error)."""
    yield f"{entry['number']}  {entry['path']} -> {printable(entry['output'])}"
    yield _level_line(entry, say)
    yield from sign_lines(entry, say)
    yield say("   {status}; removed: {listed}", status=entry["status"], listed=_listed(entry["counts"], say))
    yield f"   {entry['message']}"
    yield from _look_at(entry, say)


def verify_lines(verification: Verification, say: Language) -> Iterator[str]:
    """Yield the lines for a verified copy: each check, then what is proved and what is not."""
    for check in verification.checks:
        detail = f"{say(': ')}{say.detail(check.detail)}" if check.detail else ""
        yield f"{say('passed') if check.passed else say('FAILED')}  {say(check.name)}{detail}"
    yield say(
        "{proved} planned edits proved, {kept} findings kept; detection may have missed something: a person releases",
        proved=verification.edits_proved,
        kept=verification.kept,
    )


def _level_line(entry: Json, say: Language) -> str:
    return say(
        "   level {level}, after redaction {residual}; decision {decision}",
        level=entry["level"],
        residual=entry["residual_level"],
        decision=entry["decision"],
    )


def sign_lines(entry: Json, say: Language) -> Iterator[str]:
    """Yield who signs for the decision, what must be at hand, and who could be recognised by what."""
    if entry.get("approvers"):
        yield say("   to be signed by: {listed}", listed=say(", ").join(entry["approvers"]))
    if entry.get("conditions"):
        yield say("   to be at hand: {listed}", listed=say(", ").join(say(word) for word in entry["conditions"]))
    for who in entry.get("recognisable", ()):
        listed = say(", ").join(
            f"{say(item['kind'])} ({say.place(item['where'])}) -> {say(item['offer'])}" for item in who["items"]
        )
        yield say("   {person} can be recognised by: {listed}", person=who["person"], listed=listed)


def _listed(counts: dict[str, int], say: Language) -> str:
    return say(", ").join(f"{say(category)} {count}" for category, count in sorted(counts.items())) or say("nothing")


def _look_at(entry: Json, say: Language) -> Iterator[str]:
    if entry["look_at"]:
        yield say("   a person must look at: {words}", words=look_at_words(entry, say))


def look_at_words(entry: Json, say: Language) -> str:
    """Return what a person must look at; in English the stable words themselves."""
    return say(", ").join(":".join(say(part) for part in word.split(":")) for word in entry["look_at"])
