"""Rules with a pattern: search, context words, check digits. Fails closed: a slow pattern is an error, not a miss."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain, pairwise
from typing import NamedTuple

import ahocorasick_rs
import regex

from hospital_redact.detection.compilation import compile_checked, compile_later
from hospital_redact.detection.expressions import find_branches
from hospital_redact.detection.needles import DIGIT, Needs
from hospital_redact.detection.scene import Hit, Scene
from hospital_redact.detection.validators import find_validator
from hospital_redact.errors import DetectionError
from hospital_redact.model import Rule

TIMEOUT_SECONDS = 5.0
"""What one pattern may take on one window of :data:`WINDOW` characters. Ordinary ones take a millisecond."""

WINDOW = 20_000
OVERLAP = 2_000
"""Long texts are searched in windows of so many characters, which overlap so that no value is cut at an edge."""

# What may stand between a label and its value.
_AFTER_LABEL = compile_later(r"[\s::=#.\-*_()是为]*(?:\([^()\n]{0,12}\)[\s::]*)?(?:号码?|编号|No\.?)?[\s::=#是为]*")
_SPACE = compile_later(r"\s+")
_MAX_LINES = 24  # more are as good as the whole text
_MAX_REACH = 60  # a shorter match is not worth looking for the lines around it
_CLOSE = 64  # parts so near to each other are searched as one: to begin a search takes longer than so many characters


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRule:
    """A rule with its expression and check, ready to run."""

    rule: Rule
    pattern: regex.Pattern[str]
    validate: Callable[[str], bool] | None
    words: tuple[str, ...]  # context words in lower case
    flat_words: tuple[str, ...]  # the same without white space


def compile_rule(rule: Rule) -> CompiledRule:
    """Compile a rule that has a pattern. Raises DetectionError HR301 for a pattern or check that is unusable."""
    detection = rule.detection
    try:
        pattern = compile_checked(detection.pattern or "", regex.IGNORECASE if detection.ignore_case else 0)
        validate = find_validator(detection.validator) if detection.validator else None
    except (regex.error, KeyError):
        raise DetectionError(
            "HR301", "rule {rule}: its pattern or validator cannot be used; correct the rule", rule=rule.id
        ) from None
    words = tuple(word.casefold() for word in detection.context)
    return CompiledRule(rule, pattern, validate, words, tuple(_SPACE.sub("", word) for word in words))


def search(
    pattern: regex.Pattern[str], text: str, owner: str, start: int = 0, stop: int | None = None
) -> Iterator[regex.Match[str]]:
    """Yield the matches of ``pattern`` in ``text`` from ``start`` to ``stop``, window by window.

    A value in an overlap of two windows may come twice. Raises DetectionError HR301, which names ``owner`` (a rule id)
    and nothing of the text, on a timeout.
    """
    stop = len(text) if stop is None else stop
    while True:
        end = min(start + WINDOW, stop)
        try:
            for match in pattern.finditer(text, start, end, timeout=TIMEOUT_SECONDS):
                # A match that touches the edge may be half a value: the next window has it whole.
                if match.end() == end < stop and match.start() > end - OVERLAP:
                    continue
                yield match
        except TimeoutError:
            raise _too_slow(owner) from None
        if end == stop:
            return
        start = end - OVERLAP


def _match_at(pattern: regex.Pattern[str], text: str, owner: str, start: int, stop: int) -> regex.Match[str] | None:
    """Return the match that begins at ``start`` and is no longer than a window. Raises as :func:`search`."""
    try:
        return pattern.match(text, start, min(stop, start + WINDOW), timeout=TIMEOUT_SECONDS)
    except TimeoutError:
        raise _too_slow(owner) from None


def _too_slow(owner: str) -> DetectionError:
    return DetectionError(
        "HR301",
        "rule {rule} took longer than {seconds:g} s; simplify its pattern",
        rule=owner,
        seconds=TIMEOUT_SECONDS,
    )


class _Found(NamedTuple):
    """What a branch needs and where that stands; ``exact``: needles, and not runs of digits that hold one."""

    needs: Needs
    spans: list[tuple[int, int]]
    exact: bool


class PatternGroup:
    """Expressions that are looked for together: each runs only around the places where it can match.

    One pass over the text finds the needles of all expressions (see :mod:`.expressions`), so that those which cannot
    match cost nothing. The matches are the ones that :func:`search` finds in the whole text.
    """

    __slots__ = ("_branches", "_folded", "_lowered", "_places", "_runs")

    def __init__(self, patterns: Sequence[regex.Pattern[str]]) -> None:
        branches = [find_branches(pattern) for pattern in patterns]
        ends = [0, *accumulate(map(len, branches))]
        self._branches = list(chain.from_iterable(branches))
        self._places = [range(start, stop) for start, stop in pairwise(ends)]
        users: dict[str, list[tuple[int, Needs]]] = {}
        for place, branch in enumerate(self._branches):
            for needs in branch.needs:
                for needle in needs.needles:
                    users.setdefault(needle, []).append((place, needs))
        # Digits stand in runs, and a run of 18 holds fifteen times four.
        self._runs = tuple((len(needle), used) for needle, used in sorted(users.items()) if not needle.strip(DIGIT))
        self._lowered = _Words({needle: used for needle, used in users.items() if DIGIT not in needle})
        folded = {needle: used for needle, used in users.items() if DIGIT in needle and needle.strip(DIGIT)}
        self._folded = _Words(folded)

    def matches(
        self, scene: Scene, owners: Sequence[str], without: Container[int] = ()
    ) -> Iterator[tuple[int, regex.Match[str]]]:
        """Yield (number of the expression, match), expression by expression, save those ``without``.

        ``owners`` as in :func:`search`. Raises DetectionError HR301 on a timeout.
        """
        found = self._find(scene)
        for number, places in enumerate(self._places):
            if number in without:
                continue
            searches: list[_Parts] = []
            for place in places:
                branch = self._branches[place]
                if not branch.needs:
                    searches.append(_Parts(branch.pattern, [(0, len(scene.text))]))
                elif place in found:
                    around = [part for needs, spans, _ in found[place] for part in _reached(scene, needs, spans)]
                    begins = all(exact and needs.before == 0 for needs, _, exact in found[place])
                    searches.append(_Parts(branch.pattern, sorted(around) if begins else _merged(around), begins))
            if searches:
                for match in _matches(searches, scene.text, owners[number]):
                    yield number, match

    def _find(self, scene: Scene) -> dict[int, list[_Found]]:
        """Return for each branch of which needles were found what it needs and where they stand."""
        found = [(used, spans, True) for used, spans in self._lowered.find(scene.lowered)]
        if self._folded:
            found += [(used, spans, True) for used, spans in self._folded.find(scene.folded)]
        for length, used in self._runs:
            found.append((used, [run for run in scene.digit_runs if run[1] - run[0] >= length], False))
        branches: dict[int, list[_Found]] = {}
        for used, spans, exact in found:
            if spans:
                for place, needs in used:
                    branches.setdefault(place, []).append(_Found(needs, spans, exact))
        return branches


class _Words:
    """Needles with the branches that need them."""

    __slots__ = ("_automaton", "_users")

    def __init__(self, users: Mapping[str, list[tuple[int, Needs]]]) -> None:
        self._users = tuple(users.values())
        self._automaton = ahocorasick_rs.AhoCorasick(list(users))

    def __bool__(self) -> bool:
        return bool(self._users)

    def find(self, text: str) -> list[tuple[list[tuple[int, Needs]], list[tuple[int, int]]]]:
        """Return for each needle in ``text`` the branches that need it, and where it stands."""
        places: dict[int, list[tuple[int, int]]] = {}
        for number, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            places.setdefault(number, []).append((start, end))
        return [(self._users[number], spans) for number, spans in places.items()]


class _Parts(NamedTuple):
    """An expression and the parts of a text in which it is looked for, or with ``begins`` at whose starts alone."""

    pattern: regex.Pattern[str]
    parts: Sequence[tuple[int, int]]
    begins: bool = False

    def search(self, text: str, owner: str, at: int = 0) -> Iterator[regex.Match[str]]:
        """Yield the matches from ``at`` on, as :func:`search`."""
        # Where an earlier match ends, the search goes on: what lies before is not gone through again.
        first = bisect_left(self.parts, (at, 0))
        for number in range(first if self.begins else max(0, first - 1), len(self.parts)):
            start, stop = self.parts[number]
            if not self.begins and stop > at:
                yield from search(self.pattern, text, owner, max(start, at), stop)
            elif self.begins and start >= at:
                match = _match_at(self.pattern, text, owner, start, stop)
                if match is not None:
                    at = match.end()
                    yield match


class _Search:
    """The matches of one expression in parts of a text, in order: ``match`` is the present one, none at the end."""

    __slots__ = ("_found", "_owner", "_parts", "_text", "match")

    def __init__(self, parts: _Parts, text: str, owner: str) -> None:
        self._parts, self._text, self._owner = parts, text, owner
        self._found = parts.search(text, owner)
        self.match = next(self._found, None)

    def skip(self) -> None:
        """Go on to the next match."""
        self.match = next(self._found, None)

    def go_on(self, at: int) -> None:
        """Go on to the first match that begins at ``at`` or later, also if an earlier one hides it."""
        while self.match is not None and self.match.start() < at:
            if self.match.end() > at:
                self._found = self._parts.search(self._text, self._owner, at)
            self.match = next(self._found, None)


def _matches(branches: Sequence[_Parts], text: str, owner: str) -> Iterator[regex.Match[str]]:
    """Yield the matches of an expression with these alternatives, each looked for in parts of ``text``."""
    if len(branches) > 1 or len(text) > WINDOW:
        yield from _first_of([_Search(parts, text, owner) for parts in branches])
    else:
        yield from branches[0].search(text, owner)


def _first_of(branches: Sequence[_Search]) -> Iterator[regex.Match[str]]:
    """Yield the matches of an expression with these alternatives: the leftmost, of one place that of the first."""
    while True:
        found = [(branch.match.start(), number, branch.match) for number, branch in enumerate(branches) if branch.match]
        if not found:
            return
        _, first, match = min(found, key=lambda entry: entry[:2])
        yield match
        for number, branch in enumerate(branches):
            branch.go_on(match.end())
            if number == first and branch.match is match:  # an empty one: another may begin at its place
                branch.skip()


def _reached(scene: Scene, needs: Needs, places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the parts of the text that hold every match around ``places`` and all that it looks at behind itself."""
    length = len(scene.text)
    before = length if needs.before is None else needs.before
    # One character more: an expression may ask whether a word ends.
    after = length if needs.after is None else needs.after + 1
    if needs.lines is None or needs.lines > _MAX_LINES or before + after <= _MAX_REACH:
        return [(max(0, first - before), min(length, last + after)) for first, last in places]
    starts, lines = scene.line_starts, needs.lines
    reached = []
    for first, last in places:
        start = starts[max(0, bisect_right(starts, first) - 1 - lines)]
        stop = starts[min(len(starts) - 1, bisect_left(starts, last) + lines)]
        reached.append((max(start, first - before), min(stop, last + after)))
    return reached


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    ranges.sort()
    merged = ranges[:1]
    for start, stop in ranges:
        if start > merged[-1][1] + _CLOSE:
            merged.append((start, stop))
        elif stop > merged[-1][1]:
            merged[-1] = merged[-1][0], stop
    return merged


def value_span(match: regex.Match[str]) -> tuple[int, int]:
    """Return where the value of a match lies: its group ``value`` if it has one."""
    if "value" in match.re.groupindex and match.start("value") >= 0:
        return match.span("value")
    return match.span()


def context_evidence(scene: Scene, start: int, words: Sequence[str], window: int) -> str:
    """Return ``label``, ``header`` or ``context`` when one of ``words`` (lower case) speaks for ``start``, or nothing.

    ``label``: it stands right before; ``header``: it heads the column or row; ``context``: it stands up to ``window``
    code points before. A dozen lines instead of a lemmatiser, which gives Chinese no lemmas (findings.md).
    """
    if not words:
        return ""
    before = scene.text[max(0, start - window - 8) : start].casefold()
    near = before[-window:]
    flat = _SPACE.sub("", near)
    found = [word for word in words if word in near or word in flat]
    if found and any(
        _AFTER_LABEL.fullmatch(before, before.rfind(word) + len(word)) for word in found if word in before
    ):
        return "label"
    cell = scene.cell_at(start)
    if cell is not None:
        heads = _SPACE.sub("", f"{cell.header}\n{cell.label}".casefold())
        if any(_SPACE.sub("", word) in heads for word in words):
            return "header"
    return "context" if found else ""


def search_scene(scene: Scene, pattern: regex.Pattern[str], owner: str) -> Sequence[regex.Match[str]]:
    """Return what :func:`search` yields in the text of ``scene``, looking once, only where ``pattern`` can match."""
    found = scene.matches.get(pattern)
    if found is None:
        found = scene.matches[pattern] = [match for _, match in _group_for(pattern).matches(scene, (owner,))]
    return found


def search_together(scene: Scene, owners: Mapping[regex.Pattern[str], str]) -> None:
    """Do now what :func:`search_scene` would do for each of the expressions: one pass over the text serves them all."""
    patterns = tuple(owners)
    found: dict[regex.Pattern[str], list[regex.Match[str]]] = {pattern: [] for pattern in patterns}
    for number, match in _group_for(*patterns).matches(scene, tuple(owners.values())):
        found[patterns[number]].append(match)
    scene.matches.update(found)


@lru_cache(maxsize=1024)
def _group_for(*patterns: regex.Pattern[str]) -> PatternGroup:
    return PatternGroup(patterns)


@lru_cache(maxsize=32)
def _group_of(rules: tuple[CompiledRule, ...]) -> PatternGroup:
    return PatternGroup([compiled.pattern for compiled in rules])


def find_patterns(scene: Scene, rules: tuple[CompiledRule, ...], wanted: Container[str]) -> Iterator[Hit]:
    """Yield the hits in a scene of the pattern rules that need one of the categories ``wanted`` ("" for none)."""
    lower = _SPACE.sub("", scene.text.casefold())
    heads = {cell.header for cell in scene.cells} | {cell.label for cell in scene.cells}
    lower_heads = _SPACE.sub("", "\n".join(heads).casefold())
    unwanted = frozenset(number for number, compiled in enumerate(rules) if compiled.rule.only_with not in wanted)
    owners = [compiled.rule.id for compiled in rules]
    wordless: dict[int, bool] = {}
    for number, match in _group_of(rules).matches(scene, owners, unwanted):
        compiled = rules[number]
        if compiled.rule.detection.require_context:
            if number not in wordless:
                wordless[number] = not any(word in lower or word in lower_heads for word in compiled.flat_words)
            if wordless[number]:
                continue
        start, end = value_span(match)
        hit = weigh(scene, compiled, start, end, scene.text[start:end])
        if hit is not None:
            yield hit


def weigh(scene: Scene, compiled: CompiledRule, start: int, end: int, value: str) -> Hit | None:
    """Return the hit for ``value`` at ``start`` to ``end``, with its confidence; nothing if it does not count."""
    if start >= end:
        return None
    detection = compiled.rule.detection
    evidence = ["pattern"]
    confidence = detection.confidence
    context = context_evidence(scene, start, compiled.words, detection.window)
    if context:
        evidence.append(context)
        confidence = min(1.0, confidence + 0.15)
    elif detection.require_context:
        return None
    if compiled.validate is not None:
        if compiled.validate(value):
            evidence.append("check_digit")
        elif detection.failed_confidence > 0:
            evidence.append("failed_check")
            confidence = detection.failed_confidence
        else:
            return None
    return Hit(start, end, compiled.rule, confidence, tuple(evidence), "pattern")
