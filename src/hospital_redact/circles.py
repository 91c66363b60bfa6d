"""Minutes outside their circle (第4篇 5.5.4): whether a recipient is among those whom minutes name as their readers.

Every recipient of a release is outside the house. Minutes that state a circle are for that circle: a recipient is in it
when the circle names it, by its own name or by a word for its kind (``circles`` of the policy's recipient).
"""

from __future__ import annotations

from collections.abc import Sequence

import regex

from hospital_redact.model import Document, Finding, Policy, ReleaseContext
from hospital_redact.replacements import squeeze

MEETING_CIRCLE = "MEETING_CIRCLE"
MINUTES = "minutes"
OUTSIDE_CIRCLE = "outside_circle"

_SHORTEST_NAME = 2
# 不公开, 未对外公布, not for the public: what is denied names nobody.
_DENIED = regex.compile(r"(?:(?:[不未非勿禁除]|以外)[^,、;。]{0,6}|no[tn]?[a-z ]{0,12})$")


def is_outside_circle(
    document: Document,
    findings: Sequence[Finding],
    categories: Sequence[str],
    policy: Policy,
    context: ReleaseContext,
) -> bool:
    """Whether ``document`` is minutes that state a circle in which the recipient of ``context`` is not.

    ``categories`` are those that the document is reported under, ``context`` is effective. A notice that says to whom
    it goes is no minutes.
    """
    if MINUTES not in categories:
        return False
    circles = [squeeze(document.text_of(f.spans)).casefold() for f in findings if f.entity == MEETING_CIRCLE]
    name = squeeze(context.name).casefold()
    words = [squeeze(word).casefold() for word in policy.recipients[context.recipient].circles]
    if len(name) >= _SHORTEST_NAME:
        words.append(name)
    return bool(circles) and not any(_names(circle, word) for circle in circles for word in words)


def _names(circle: str, word: str) -> bool:
    start = circle.find(word)
    while start >= 0:
        if not _DENIED.search(circle, max(0, start - 12), start):
            return True
        start = circle.find(word, start + 1)
    return False
