"""Declared items: the words of ``declared.toml`` wherever they stand (recogniser ``declared``).

Matched after NFKC, without regard to case and white space, across lines and cells; a word in Latin letters or digits
only where it is not a part of a longer one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hospital_redact.detection.literals import FlatText, flatten, search_literals
from hospital_redact.detection.patterns import CompiledRule
from hospital_redact.detection.scene import Hit, Scene


def find_declared(scene: Scene, rules: Sequence[CompiledRule]) -> Iterator[Hit]:
    """Yield every place of a term of ``rules``; the declared level is in the evidence, as that of a mark is."""
    terms = [(lower(flatten(term)), compiled.rule) for compiled in rules for term in compiled.rule.detection.context]
    if not terms:
        return
    flat = FlatText(scene)
    flat.text = lower(flat.text)
    for number, start, end in search_literals(flat, [term for term, _ in terms]):
        if not _inside_word(scene.text, start, end):
            rule = terms[number][1]
            evidence = ("declared", f"level:{rule.floor}") if rule.floor else ("declared",)
            yield Hit(start, end, rule, rule.detection.confidence, evidence, "declared")


def lower(text: str) -> str:
    """Return ``text`` in small letters, the same length: a few capitals would become two characters."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(s if len(s := c.lower()) == 1 else c for c in text)


def _inside_word(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return _joined(before, text[start]) or _joined(text[end - 1], after)


def _joined(left: str, right: str) -> bool:
    """Whether two characters belong to one word in Latin letters, or to one number."""
    return left.isascii() and right.isascii() and left.isalnum() and right.isalnum()
