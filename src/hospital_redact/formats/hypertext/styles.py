"""Which elements a page's own styles hide. Left out of a copy, styles would show what they hid.

Selectors of elements, classes and ids are understood, descendants too. What a rule with anything else hides is taken
as shown, which is safe: it is read, found and redacted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_BRACE = re.compile(r"[{}]")
_COMPOUND = re.compile(r"(?:[a-z][a-z0-9-]*|\*)?(?:[.#][\w\u0080-\uffff-]+)*", re.IGNORECASE)
_PART = re.compile(r"([.#]?)([\w\u0080-\uffff*-]+)")
_SEPARATE = re.compile(r"\s*>\s*|\s+")
_DECLARATION = re.compile(r"(?:^|;)\s*(display|visibility|content-visibility)\s*:\s*([a-z-]+)", re.IGNORECASE)
_PRESERVED = re.compile(r"(?:^|;)\s*white-space\s*:\s*(?:pre|pre-wrap|break-spaces)\b", re.IGNORECASE)
_SHOWN_MEDIA = re.compile(
    r"@(?:media\s+(?:only\s+)?(?:screen|all)\b|media\s*\(|supports|layer|container)", re.IGNORECASE
)
_MAX_RULES = 20_000


class Element(NamedTuple):
    """What selectors look at."""

    tag: str
    identity: str
    classes: frozenset[str]


class _Compound(NamedTuple):
    tag: str
    identities: frozenset[str]
    classes: frozenset[str]

    def matches(self, element: Element) -> bool:
        return (
            self.tag in ("", "*", element.tag)
            and self.classes <= element.classes
            and self.identities <= {element.identity}
        )


class _Rule(NamedTuple):
    weight: tuple[int, int, int, int]
    compounds: tuple[_Compound, ...]
    hides: Mapping[str, bool]


def hides_by_itself(attributes: Mapping[str, str]) -> bool | None:
    """Return whether an element's own attributes hide it; ``None`` where they say nothing."""
    said = _hidings(attributes.get("style", ""))
    if said:
        return any(said.values())
    return True if "hidden" in attributes and attributes["hidden"].lower() != "until-found" else None


def preserves_space(attributes: Mapping[str, str]) -> bool:
    """Whether an element's own style keeps its white space."""
    return bool(_PRESERVED.search(attributes.get("style", "")))


class Styles:
    """The rules of a page that hide or show elements."""

    def __init__(self, sheets: Sequence[str]) -> None:
        self._rules: dict[tuple[str, str], list[_Rule]] = {}
        order = 0
        for sheet in sheets:
            for selectors, body in _rules(_COMMENT.sub(" ", sheet)):
                hides = _hidings(body)
                if not hides:
                    continue
                for selector in selectors.split(","):
                    order += 1
                    if order <= _MAX_RULES:
                        self._add(selector.strip(), hides, order)

    def _add(self, selector: str, hides: Mapping[str, bool], order: int) -> None:
        parts = _SEPARATE.split(selector)
        if not all(part and _COMPOUND.fullmatch(part) for part in parts):
            return
        compounds = tuple(map(_compound, parts))
        weight = (
            sum(len(c.identities) for c in compounds),
            sum(len(c.classes) for c in compounds),
            sum(c.tag not in ("", "*") for c in compounds),
            order,
        )
        last = compounds[-1]
        key = next(
            (key for key in (*(("#", name) for name in last.identities), *((".", name) for name in last.classes))),
            ("", last.tag if last.tag != "*" else ""),
        )
        self._rules.setdefault(key, []).append(_Rule(weight, compounds, hides))

    def hide(self, element: Element, above: Sequence[Element]) -> bool:
        """Whether the rules hide ``element``, which stands in the elements ``above``, the outermost first."""
        keys = [("#", element.identity), ("", element.tag), ("", ""), *((".", name) for name in element.classes)]
        found = [rule for key in keys for rule in self._rules.get(key, ()) if _matches(rule.compounds, element, above)]
        said: dict[str, bool] = {}
        for rule in sorted(found, key=lambda rule: rule.weight):
            said.update(rule.hides)
        return any(said.values())


def _matches(compounds: Sequence[_Compound], element: Element, above: Sequence[Element]) -> bool:
    if not compounds[-1].matches(element):
        return False
    wanted = list(compounds[:-1])
    for outer in reversed(above):
        if not wanted:
            break
        if wanted[-1].matches(outer):
            wanted.pop()
    return not wanted


def _compound(text: str) -> _Compound:
    parts = _PART.findall(text)
    return _Compound(
        next((name.lower() for mark, name in parts if not mark), ""),
        frozenset(name for mark, name in parts if mark == "#"),
        frozenset(name for mark, name in parts if mark == "."),
    )


def _hidings(body: str) -> dict[str, bool]:
    return {name.lower(): value.lower() in ("none", "hidden", "collapse") for name, value in _DECLARATION.findall(body)}


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Yield (selectors, declarations) of the rules for screens, those inside ``@media`` included."""
    open_: list[tuple[str, int]] = []
    start = 0
    for brace in _BRACE.finditer(sheet):
        if brace.group() == "{":
            open_.append((sheet[start : brace.start()].rpartition(";")[2].strip(), brace.end()))
        elif open_:
            prelude, begins = open_.pop()
            around = all(_SHOWN_MEDIA.match(outer) for outer, _ in open_)
            if around and not prelude.startswith("@") and "{" not in sheet[begins : brace.start()]:
                yield prelude, sheet[begins : brace.start()]
        start = brace.end()
