"""Confidential categories by their cues: words and expressions, weighed by where they stand.

A word in the title weighs more than one in a paragraph, and a table whose columns say 岗位工资 and 实发 more than
either. Weights: title 3; two columns of one filled table 2, four 3 (three, if it names persons); an expression 2, at
most two count; a heading 1, at most two; the file name 2; a phrase 1, at most three, or two where nothing else speaks.

Look-alikes (招聘公告 for a salary) take 3 off when they stand in the title, where phrases then count nothing, and 1
elsewhere. They lower the prior and nothing else: a filled table that names persons next to figures counts whatever
else the text says. A document that says itself that it must not leave (rule ``self_declared``) needs one point less.
Where no rule reaches its threshold, the closest one counts from two points on, and says that it is ``weak``. The
weights follow domain/04_categories.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import ahocorasick_rs

from hospital_redact.detection.compilation import compile_later
from hospital_redact.detection.normalisation import normalise
from hospital_redact.detection.patterns import PatternGroup
from hospital_redact.detection.scene import Scene
from hospital_redact.detection.structure import Cell
from hospital_redact.detection.titles import title_ranges
from hospital_redact.model import (
    CATEGORY_CUE,
    Action,
    CategoryRule,
    Document,
    Finding,
    Policy,
    Span,
)

SELF_DECLARED = "self_declared"
"""The category rule for wording such as 请勿外传: it confirms the weak cues of others."""

EMBARGO = "embargo"
"""The category rule for what waits for its announcement."""

NO_CATEGORY = "none"
# A patient is no secret of the house, and what is unpublished is what the wording says itself.
PATIENT = "patient"
STAFF_PRIVATE = "staff_private"
_SEALS = "seal_register"
_NOT_CONFIRMED = frozenset({PATIENT, "unpublished"})

_OVERSHADOWS_NOTHING = frozenset({NO_CATEGORY, "accounts_seals", "medical_record", "minutes", "unpublished"})
# Passwords, accounts and home addresses stand in papers about anything.
_NEVER_OVERSHADOWED = frozenset({NO_CATEGORY, "medical_record", "it_security", "minutes", "state_secret_mark"})

# A manuscript says so in its title, and tells of a patient in its text.
_NAMED_ENOUGH = frozenset({NO_CATEGORY, "research", "unpublished", "minutes", "medical_record"})

_LOOK_ALIKE_LINES = 3
_MAX_SPANS = 24
_MAX_HEAD = 24
_TITLE_WEIGHT = 3.0
_LOOK_ALIKE_WEIGHT = 3.0
_DECLARED_WEIGHT = 1.0
_GUESS = 2.0
_OVERSHADOWED = 2.0
_LONELY = 3.0
_LISTED = 4
_PERSON_COLUMNS = frozenset(
    [
        "姓名", "职工姓名", "员工姓名", "人员", "人员姓名", "患者", "患者姓名", "医生", "医师", "护士", "职工",
        "领取人", "发放对象", "name", "employee", "staff", "consultant", "doctor", "nurse",
    ]
)  # fmt: skip
_HEADING_PREFIX = compile_later(
    r"[\s\d#*>|\-_.,:;()\[\]{}<>【】〔〕〖〗《》·•▪▲●○◆■□☑、①-⑳⒈-⒛]*"
    r"(?:[一二三四五六七八九十百]{1,3}[、.)\s]+|[甲乙丙丁壹贰叁肆伍][、.\s]+|\(?[ivx]{1,4}[.)]\s*|第[一二三四五六七八九十]+[章节条]\s*)?"
)
_FILLED = compile_later(r"[^\s_\-—|/.…¥￥]")
_KINDS = ("规定", "办法", "制度", "条例", "细则", "准则", "公告", "公示", "通知", "启事", "简章")
# 公告前 is before the notice, which is no notice.
_BEFORE = ("前", "之前", "以前")
_SENTENCE_PART = compile_later(r"[、。;:]|\d元|\d{2,}$")
_HAN_GAP = compile_later(r"(?<=\p{Han})[ \t]+(?=\p{Han})")


class _Word(NamedTuple):
    """A literal cue: its text in lower case, the number of its category rule and its place (a field of Cues)."""

    text: str
    rule: int
    place: str


@dataclass(frozen=True)
class _Compiled:
    words: tuple[_Word, ...]
    automaton: ahocorasick_rs.AhoCorasick
    columns: Mapping[str, frozenset[int]]  # what heads a column -> the numbers of its category rules
    parts: tuple[str, ...]  # of those the Chinese ones of two characters and more, which count inside others too
    parts_automaton: ahocorasick_rs.AhoCorasick
    patterns: PatternGroup
    pattern_rules: tuple[int, ...]  # the number of the category rule of each
    sources: tuple[str, ...]


@dataclass
class _Evidence:
    """What speaks for one category rule, by place: the cue and where it was found."""

    titles: dict[str, tuple[Span, ...]] = field(default_factory=dict)
    headings: dict[str, tuple[Span, ...]] = field(default_factory=dict)
    phrases: dict[str, tuple[Span, ...]] = field(default_factory=dict)
    patterns: dict[str, tuple[Span, ...]] = field(default_factory=dict)
    columns: dict[str, tuple[Span, ...]] = field(default_factory=dict)
    file_names: set[str] = field(default_factory=set)
    title_look_alikes: set[str] = field(default_factory=set)
    look_alikes: set[str] = field(default_factory=set)
    persons: bool = False
    stated: set[Span] = field(default_factory=set)  # all places of the expressions

    def score(self) -> float:
        """Return the weighed sum; see the top of this module."""
        score = _TITLE_WEIGHT if self.titles else 0.0
        score += {0: 0.0, 1: 0.0, 2: 2.0, 3: 2.0}.get(len(self.columns), 3.0)
        score += 1.0 if self.persons and len(self.columns) == 3 else 0.0
        score += 2.0 * min(len(self.patterns), 2)
        score += min(len(self.headings), 2)
        score += 2.0 if self.file_names else 0.0
        phrases = len(self.phrases)
        if self.persons and len(self.columns) >= 2:
            return score + min(phrases, 3)
        if self.title_look_alikes:  # wording no longer counts: a notice about pay speaks of pay
            return score - _LOOK_ALIKE_WEIGHT - min(len(self.look_alikes - self.title_look_alikes), 1)
        return score + min(phrases, 3 if score else 2) - min(len(self.look_alikes), 1)

    def is_overshadowed(self, score: float, best: float) -> bool:
        """Whether a stronger category explains these cues: a case of misconduct speaks of money and of contracts.

        ``best`` is the highest score of a category of the house. A table of its own and a title that the text bears
        out stand beside any other category.
        """
        wording = len(self.phrases) + len(self.headings)
        if self.persons or len(self.columns) >= 3 or self.is_listed():
            return False
        if self.titles:
            return not (wording or self.patterns or self.columns) and score + _LONELY <= best
        if self.patterns and wording + len(self.patterns) >= 4:
            return False
        return score + _OVERSHADOWED * min(max(len(self.patterns), 1), 2) <= best

    def is_bare_title(self) -> bool:
        """Whether nothing below the title bears it out."""
        return bool(self.titles) and not (self.phrases or self.headings or self.patterns or self.columns)

    def is_listed(self) -> bool:
        """Whether an expression comes back on line after line: a list of sums is a table without its lines."""
        lines: dict[int, int] = defaultdict(int)
        for span in self.stated:
            lines[span.block] += 1
        return len(lines) >= _LISTED

    def is_of_a_patient(self, rule: CategoryRule) -> bool:
        """Whether three different words of a record stand here: one or two are everyday words in a hospital."""
        return rule.matter == PATIENT and len(self.phrases) + len(self.headings) + 2 * len(self.patterns) >= 3

    def words(self) -> tuple[str, ...]:
        """Return stable words for the places that spoke for or against."""
        names = ("titles", "columns", "patterns", "headings", "phrases", "file_names")
        found = [name for name in names if getattr(self, name)]
        if self.title_look_alikes or self.look_alikes:
            found.append("look_alikes")
        return (*found, "persons") if self.persons else tuple(found)

    def spans(self) -> tuple[Span, ...]:
        """Return where the cues stand, strongest places first when there are too many."""
        places = (self.titles, self.columns, self.patterns, self.headings, self.phrases)
        spans = [span for place in places for found in place.values() for span in found]
        return _without_overlaps(spans[:_MAX_SPANS])


def find_categories(
    document: Document, policy: Policy, *, scenes: Sequence[Scene] | None = None
) -> tuple[Finding, ...]:
    """Return one finding for each category rule of ``policy`` whose cues reach its threshold.

    ``scenes`` are the document's views, normalised, if the caller has them already. A finding has the entity
    ``CATEGORY_CUE``, the action FLAG, the cues' places as spans and the places' names as evidence.
    Raises :class:`~hospital_redact.errors.DetectionError` HR301 when an expression takes too long.
    """
    if scenes is None:
        scenes = [Scene(document, view) for view in document.views]
    compiled = _compile(policy.categories, policy.lexicons.get("look_alikes", frozenset()))
    evidence = [_Evidence() for _ in policy.categories]
    for number, scene in enumerate(scenes):
        text = _lower(scene.text)
        _find_words(scene, text, compiled, evidence)
        _find_columns(scene, compiled, evidence)
        _find_patterns(scene, policy.categories, compiled, evidence)
        if number == 0:
            _find_titles(scene, text, compiled, evidence)
    _find_file_names(document, policy.categories, evidence)
    declared = _is_declared(policy.categories, evidence)
    scores = [
        found.score() + (_DECLARED_WEIGHT if declared and _competes(rule) else 0.0)
        for rule, found in zip(policy.categories, evidence, strict=True)
    ]
    findings = []
    best = _best(policy.categories, scores)
    record = max((s for r, s in zip(policy.categories, scores, strict=True) if r.matter == PATIENT), default=0.0)
    for rule, found, score in zip(policy.categories, evidence, scores, strict=True):
        spans = found.spans()
        yields = not _stands_beside(rule, found) and found.is_overshadowed(score, best)
        if found.is_bare_title() and rule.category not in _NAMED_ENOUGH:
            yields |= score + _OVERSHADOWED <= record  # "Re: return to work, payroll 20618" is about the patient
        if rule.matter == PATIENT and not (found.titles or found.persons):
            yields |= score + 2 * _LONELY <= best  # a table of bed days has some words of a record
        if rule.matter == STAFF_PRIVATE and not (found.titles or found.persons or len(found.columns) >= 3):
            yields |= score + _OVERSHADOWED <= record  # the home and the family in a patient's record are the patient's
        if score >= rule.threshold and spans and (rule.id == SELF_DECLARED or not yields):
            findings.append(_finding(rule, score, spans, found.words()))
    if all(finding.rule == SELF_DECLARED for finding in findings):
        findings += _best_guess(policy, evidence, scores)
    return tuple(findings)


def _stands_beside(rule: CategoryRule, found: _Evidence) -> bool:
    """Whether a category is never explained by another: an account number, a section of plans, a draft."""
    if rule.id == EMBARGO or (rule.matter == _SEALS and found.patterns):
        return True
    if rule.category == "plan" and found.headings and found.patterns:
        return True
    return rule.category in _NEVER_OVERSHADOWED or (rule.category == "unpublished" and bool(found.titles))


def _competes(rule: CategoryRule) -> bool:
    """Whether a category may be what the document is about: not a patient, who may be in any, nor the wording."""
    return rule.category != NO_CATEGORY and rule.matter not in _NOT_CONFIRMED


def _best(rules: Sequence[CategoryRule], scores: Sequence[float]) -> float:
    """Return the highest score of a category of the house.

    A patient does not count, who may be in any paper, nor do minutes: what they are about is another category.
    """
    return max(
        (
            score
            for rule, score in zip(rules, scores, strict=True)
            if rule.category not in _OVERSHADOWS_NOTHING and score >= rule.threshold
        ),
        default=0.0,
    )


def _best_guess(policy: Policy, evidence: Sequence[_Evidence], scores: Sequence[float]) -> Iterator[Finding]:
    """Yield the category that comes closest, when no rule at all reached its threshold, not even a notice's.

    A text of an unknown kind with some cues is taken for confidential, and said to be uncertain. Of two as close it is
    a patient's, as most papers of a hospital are, or that of the higher level.
    """
    rules = policy.categories
    candidates = [
        number
        for number, rule in enumerate(rules)
        if evidence[number].score() >= _GUESS and (_competes(rule) or evidence[number].is_of_a_patient(rule))
    ]
    if candidates:

        def closeness(number: int) -> tuple[float, bool, int]:
            level = policy.levels.get(rules[number].matter)
            return scores[number], rules[number].matter == PATIENT, level.rank if level else 0

        best = max(candidates, key=closeness)
        if spans := evidence[best].spans():
            yield _finding(rules[best], scores[best], spans, (*evidence[best].words(), "weak"))


def _is_declared(rules: Iterable[CategoryRule], evidence: Iterable[_Evidence]) -> bool:
    return any(
        rule.id == SELF_DECLARED and found.score() >= rule.threshold
        for rule, found in zip(rules, evidence, strict=True)
    )


def _finding(rule: CategoryRule, score: float, spans: tuple[Span, ...], evidence: tuple[str, ...]) -> Finding:
    return Finding(
        spans=spans,
        rule=rule.id,
        category=rule.category,
        matter=rule.matter,
        entity=CATEGORY_CUE,
        action=Action.FLAG,
        confidence=min(0.99, max(0.3, 0.5 + 0.1 * (score - rule.threshold))),
        detector="cues",
        evidence=evidence,
    )


@lru_cache(maxsize=8)
def _compile(rules: tuple[CategoryRule, ...], look_alikes: frozenset[str]) -> _Compiled:
    words = []
    for number, rule in enumerate(rules):
        for place in ("titles", "headings", "phrases", "look_alikes"):
            words += [_Word(_lower(normalise(word).text), number, place) for word in getattr(rule.cues, place)]
        if rule.category != NO_CATEGORY and rule.id not in (SELF_DECLARED, EMBARGO):
            words += [_Word(_lower(normalise(word).text), number, "look_alikes") for word in sorted(look_alikes)]
    columns: dict[str, set[int]] = defaultdict(set)
    for number, rule in enumerate(rules):
        for word in rule.cues.columns:
            columns[_lower(normalise(word).text)].add(number)
    parts = tuple(word for word in columns if len(word) >= 2 and not word.isascii())
    patterns = [(number, pattern) for number, rule in enumerate(rules) for pattern in rule.cues.patterns]
    return _Compiled(
        words=tuple(words),
        automaton=ahocorasick_rs.AhoCorasick([word.text for word in words]),
        columns={word: frozenset(numbers) for word, numbers in columns.items()},
        parts=parts,
        parts_automaton=ahocorasick_rs.AhoCorasick(parts),
        patterns=PatternGroup([compile_later(pattern) for _, pattern in patterns]),
        pattern_rules=tuple(number for number, _ in patterns),
        sources=tuple(pattern for _, pattern in patterns),
    )


def _lower(text: str) -> str:
    """Lower case without a change of length, so that offsets stay."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


def _matches(text: str, compiled: _Compiled) -> Iterator[tuple[_Word, int, int]]:
    """Yield the literal cues in ``text`` (lower case) that no longer word of their rule covers."""
    hits: list[tuple[_Word, int, int]] = []
    longest: dict[tuple[int, int], int] = {}  # the end of the longest hit of a rule by its start
    for index, start, end in compiled.automaton.find_matches_as_indexes(text, overlapping=True):
        if _is_whole(text, start, end):
            word = compiled.words[index]
            hits.append((word, start, end))
            longest[word.rule, start] = max(longest.get((word.rule, start), 0), end)
    reach: dict[tuple[int, int], int] = {}  # how far the hits of a rule go that begin before its hit at a start
    furthest: dict[int, int] = {}
    for rule, start in sorted(longest, key=lambda place: place[1]):
        reach[rule, start] = furthest.get(rule, 0)
        furthest[rule] = max(furthest.get(rule, 0), longest[rule, start])
    for word, start, end in hits:
        # 请勿外传 is one cue and not two, and 诊疗计划 is no 计划.
        if longest[word.rule, start] == end and reach[word.rule, start] < end:
            yield word, start, end


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether a match that begins or ends with a Latin letter or digit is not part of a longer word."""

    def joined(left: str, right: str) -> bool:
        return left.isascii() and right.isascii() and left.isalnum() and right.isalnum()

    return not (
        (start > 0 and joined(text[start - 1], text[start])) or (end < len(text) and joined(text[end - 1], text[end]))
    )


def _find_words(scene: Scene, text: str, compiled: _Compiled, evidence: Sequence[_Evidence]) -> None:
    for word, start, end in _matches(text, compiled):
        found = evidence[word.rule]
        if word.place == "look_alikes":
            if not text.startswith(_BEFORE, end):
                found.look_alikes.add(word.text)
        elif word.place == "phrases" and word.text not in found.phrases:
            found.phrases[word.text] = scene.locate(start, end)
        elif word.place == "headings" and word.text not in found.headings:
            line_start = text.rfind("\n", 0, start) + 1
            if start - line_start <= 16 and _HEADING_PREFIX.fullmatch(text, line_start, start):
                found.headings[word.text] = scene.locate(start, end)


def _find_titles(scene: Scene, text: str, compiled: _Compiled, evidence: Sequence[_Evidence]) -> None:
    for number, (start, end) in enumerate(title_ranges(scene)):
        line = text[start:end]
        # 出  院  小  结: a title may be spaced out.
        gaps = {index for gap in _HAN_GAP.finditer(line) for index in range(*gap.span())}
        kept = [index for index in range(len(line)) if index not in gaps]
        doubts: list[tuple[_Word, int]] = []
        heads: dict[int, int] = {}  # where the last title cue of a rule ends
        for word, first, last in _matches("".join(line[index] for index in kept), compiled):
            found = evidence[word.rule]
            if word.place == "look_alikes" and number < _LOOK_ALIKE_LINES and not line.startswith(_BEFORE, last):
                doubts.append((word, last))
            elif word.place == "titles" and word.text not in found.titles:
                found.titles[word.text] = scene.locate(start + kept[first], start + kept[last - 1] + 1)
                heads[word.rule] = max(heads.get(word.rule, 0), last)
        for word, last in doubts:
            # What kind of paper a Chinese title names stands last: 违反管理规定问题的处理决定 is a decision.
            if heads.get(word.rule, 0) <= last or not word.text.endswith(_KINDS):
                evidence[word.rule].title_look_alikes.add(word.text)


def _find_columns(scene: Scene, compiled: _Compiled, evidence: Sequence[_Evidence]) -> None:
    """Count the cue columns of each row that heads filled cells, so that an empty form is no evidence."""
    rows: dict[tuple[int, int], list[Cell]] = defaultdict(list)
    for cell in scene.cells:
        rows[cell.table, cell.row].append(cell)
    under: dict[int, set[int]] = defaultdict(set)  # the filled columns below the present row
    figures: set[int] = set()  # tables with a figure below the present row
    columns_of: dict[str, list[int]] = {}  # the rules of which a header is a cue
    for (table, _), cells in sorted(rows.items(), key=lambda item: item[0], reverse=True):
        heads = {
            _lower(scene.text[cell.start : cell.end]): cell for cell in cells if cell.end - cell.start <= _MAX_HEAD
        }
        persons = table in figures and any(_bare(head) in _PERSON_COLUMNS for head in heads)
        named_by: dict[int, dict[str, tuple[Span, ...]]] = defaultdict(dict)
        for head, cell in heads.items():
            if cell.column in under[table]:
                if head not in columns_of:
                    columns_of[head] = sorted(_columns_of(head, compiled))
                for number in columns_of[head]:
                    named_by[number][head] = scene.locate(cell.start, cell.end)
        for number, named in named_by.items():
            if len(named) > len(evidence[number].columns):
                evidence[number].columns = named
                evidence[number].persons = persons
        under[table] |= {cell.column for cell in cells if _FILLED.search(scene.text, cell.start, cell.end)}
        if any(char.isdigit() for cell in cells for char in scene.text[cell.start : cell.end]):
            figures.add(table)


def _bare(header: str) -> str:
    return header.replace(" ", "").strip("*:")


def _columns_of(header: str, compiled: _Compiled) -> set[int]:
    """Return the category rules of which a header is a cue or, if Chinese, holds one.

    工龄补贴 is a 补贴, but "tax" is not in "syntax".
    """
    bare = _bare(header)
    found = {*compiled.columns.get(bare, ()), *compiled.columns.get(header, ())}
    if not bare.isascii() and not _SENTENCE_PART.search(bare):
        for index, _, _ in compiled.parts_automaton.find_matches_as_indexes(bare, overlapping=True):
            found |= compiled.columns[compiled.parts[index]]
    return found


def _find_patterns(
    scene: Scene, rules: Sequence[CategoryRule], compiled: _Compiled, evidence: Sequence[_Evidence]
) -> None:
    owners = [rules[number].id for number in compiled.pattern_rules]
    for number, match in compiled.patterns.matches(scene, owners):
        found = evidence[compiled.pattern_rules[number]]
        if match.end() > match.start():
            place = scene.locate(*match.span())
            found.stated.update(place[:1])
            found.patterns.setdefault(compiled.sources[number], place)


def _find_file_names(document: Document, rules: Iterable[CategoryRule], evidence: Sequence[_Evidence]) -> None:
    name = _lower(normalise(document.name).text)
    for rule, found in zip(rules, evidence, strict=True):
        found.file_names.update(word for word in rule.cues.file_names if _lower(word) in name)


def _without_overlaps(spans: Iterable[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for span in sorted(set(spans)):
        if merged and merged[-1].block == span.block and merged[-1].end >= span.start:
            merged[-1] = Span(span.block, merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)
