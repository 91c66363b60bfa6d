"""Kinds of text that speak of confidential matters and hold none: advertisements, news, rules, laws, blank forms.

A look-alike in the title lowers a category before it is found (:mod:`.categories`); here a category that was found all
the same is weighed against what the text shows itself to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hospital_redact.detection.categories import NO_CATEGORY, SELF_DECLARED
from hospital_redact.model import CATEGORY_CUE, Finding, Role, Rule

BLANK_FORM = "blank_form"
_GENERAL_NOTICE = "general_notice"
# A kind that the title names counts as much surer.
_TITLED = 0.15
# A procedure for dismissals says dismissal in its title and in each line: what names it a rule is surer still.
_RULE_TEXT = "rule_text"
_RULES_TITLED = 0.4
_ANYWHERE = frozenset({"", "medical_record"})


def explained_by_genre(findings: Iterable[Finding], rules: Mapping[str, Rule]) -> frozenset[str]:
    """Return the ids of the category rules whose cues the kind of the text explains.

    Advertisements, news, what is published, the text of rules and blank forms are such kinds, where they are shown at
    least as surely as the category. They explain no table, no paper that says that it must not leave, and nothing that
    stands in one line with somebody's name. ``findings`` are those of one document, ``rules`` the identifier rules.
    """
    found = tuple(findings)
    cues = [finding for finding in found if finding.entity == CATEGORY_CUE]
    kinds = [finding for finding in cues if finding.category == NO_CATEGORY and finding.rule != _GENERAL_NOTICE]
    shown = [kind for kind in kinds if kind.rule == BLANK_FORM or _is_shown(kind)]
    if not shown or any(cue.rule == SELF_DECLARED for cue in cues) or _names_somebody(found, rules):
        return frozenset()
    sure = max(_sureness(kind) for kind in shown)
    return frozenset(
        cue.rule
        for cue in cues
        if cue.category not in (NO_CATEGORY, "medical_record")
        and cue.confidence <= sure
        and not {"columns", "persons"} & set(cue.evidence)
    )


def _sureness(kind: Finding) -> float:
    # Blanks where names belong leave no doubt.
    if kind.rule == BLANK_FORM:
        return 1.0
    titled = _RULES_TITLED if kind.rule == _RULE_TEXT else _TITLED
    return kind.confidence + (titled if "titles" in kind.evidence else 0.0)


def _is_shown(kind: Finding) -> bool:
    return "titles" in kind.evidence or {"patterns", "phrases"} <= set(kind.evidence)


def _names_somebody(findings: Iterable[Finding], rules: Mapping[str, Rule]) -> bool:
    """Whether a name stands in one line with a value that means something beside its category only."""
    named, valued = set(), set()
    for finding in findings:
        blocks = {span.block for span in finding.spans}
        if finding.entity == "PERSON_NAME":
            named |= blocks if finding.role is not Role.STAFF else set()
        elif finding.rule in rules and rules[finding.rule].only_with not in _ANYWHERE:
            valued |= blocks
    return bool(named & valued)
