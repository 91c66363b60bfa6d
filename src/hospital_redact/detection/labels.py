"""Values that stand beside a label or under a column header: recognisers ``labelled_value`` and ``table_column``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import regex

from hospital_redact.detection.patterns import CompiledRule, search, value_span, weigh
from hospital_redact.detection.scene import Hit, Scene
from hospital_redact.detection.structure import Cell, is_label
from hospital_redact.detection.words import words

# What stands between a label and its value: a remark in brackets, a colon, blanks.
_GAP = regex.compile(r"[*#]?(?:[ ]?\([^()\n]{0,12}\))?[ \t]{0,8}(?P<mark>[::=#]|是|为)?[ \t]{0,8}")
_NEXT_LINE = regex.compile(r"[ \t]*\n[ \t]*")
# A value ends before a wide gap, before the next label, and at the end of its line or cell.
_VALUE_END = regex.compile(r"[\n\t|;;。]| {2,}|[ ,、](?=[\p{Han}]{2,8}[::])|[ ,](?=[A-Z][A-Za-z ]{1,14}:)")
_EMPTY = regex.compile(
    r"[\W_]*|(?:[万亿千百]?元|万|次|人|例|%|岁|天|个|不详|无|见.*|同上|未填|略|[-—/]+|其他|暂无|N/?A|none|unknown)[\W_]*",
    regex.IGNORECASE,
)
# A number written digit by digit or in pairs: 2 0 2 4 0 8, 20 24 08 71.
_SPACED_OUT = regex.compile(r"[0-9A-Za-z]{1,2}(?:[ ]{1,2}[0-9A-Za-z]{1,2}){3,}(?![ ]?[0-9A-Za-z])")
_HAN = regex.compile(r"\p{Han}")
_JOINS_VERB = ("于", "在", "从事", "家住", "租住")
EVERY_COLUMN = "*"
"""The context word of a ``table_column`` rule whose values stand under every header: in a table of figures of a paper
that is confidential for its figures, the names of the columns cannot be listed."""

_NOT_FIGURES = words("not_figures")
_DEFAULT_VALUE = r"[^\s::,、;;。|()]{1,40}"


@lru_cache(maxsize=512)
def label_pattern(labels: tuple[str, ...]) -> regex.Pattern[str]:
    """Return an expression for any of ``labels``: longest first, blanks inside Chinese words allowed (姓  名)."""
    alternatives = []
    for word in sorted(set(labels), key=len, reverse=True):
        if _HAN.search(word):
            alternatives.append(r"[ ]{0,4}".join(regex.escape(char) for char in word if not char.isspace()))
        else:
            blanks = r"[ ]{1,3}".join(regex.escape(part) for part in word.split())
            alternatives.append(rf"(?<![0-9A-Za-z]){blanks}(?![0-9A-Za-z])")
    return regex.compile("(?:" + "|".join(alternatives) + ")", regex.IGNORECASE)


def heads(header: str, labels: Sequence[str]) -> bool:
    """Whether a column header or cell label holds one of ``labels``, a short Chinese word only at one of its ends.

    :data:`EVERY_COLUMN` among ``labels`` stands for every header but those of numbers and dates.
    """
    bare = "".join(header.split()).strip(":：*#").casefold()
    if not bare:
        return False
    if EVERY_COLUMN in labels:
        return bare not in _NOT_FIGURES
    for word in labels:
        flat = "".join(word.split()).casefold()
        if _HAN.search(flat):
            if bare == flat or (len(flat) >= 3 and flat in bare) or (len(flat) == 2 and bare.endswith(flat)):
                return True
            if len(flat) == 2 and bare.startswith(flat) and not _HAN.match(bare[2:3]):
                return True
        elif regex.search(rf"(?<![a-z]){regex.escape(word.casefold())}(?![a-z])", header.casefold()):
            return True
    return False


def find_labelled(scene: Scene, rules: Sequence[CompiledRule]) -> Iterator[Hit]:
    """Yield the values of all ``labelled_value`` rules: on the label's line, in the next cell, or a line below."""
    for compiled in rules:
        yield from _beside_labels(scene, compiled)
        yield from _under_headers(scene, compiled, labels=True)


def find_columns(scene: Scene, rules: Sequence[CompiledRule]) -> Iterator[Hit]:
    """Yield the values of all ``table_column`` rules: in cells whose header or label holds a context word."""
    for compiled in rules:
        yield from _under_headers(scene, compiled, labels=False)


def _beside_labels(scene: Scene, compiled: CompiledRule) -> Iterator[Hit]:
    text = scene.text
    for label in search(label_pattern(compiled.rule.detection.context), text, compiled.rule.id):
        gap = _GAP.match(text, label.end())
        at = gap.end() if gap else label.end()
        marked = gap is not None and gap["mark"] is not None
        spaced = at > label.end()
        found = _value_at(scene, compiled, label, at, marked=marked, spaced=spaced)
        if found is None and (below := _NEXT_LINE.match(text, at)) and (marked or _starts_line(text, label.start())):
            found = _value_at(scene, compiled, label, below.end(), marked=True, spaced=True)
        if found is not None:
            yield found


def _starts_line(text: str, position: int) -> bool:
    return not text[text.rfind("\n", 0, position) + 1 : position].strip()


def _value_at(
    scene: Scene, compiled: CompiledRule, label: regex.Match[str], at: int, *, marked: bool, spaced: bool
) -> Hit | None:
    """Return the hit for the value that begins at ``at``, if one does."""
    text = scene.text
    end = _VALUE_END.search(text, at, min(len(text), at + 200))
    limit = end.start() if end else min(len(text), at + 200)
    cell = scene.cell_at(at)
    if cell is not None and cell.heading and cell.start > label.start():
        return None
    if limit <= at or _EMPTY.fullmatch(text, at, limit) or is_label(text[at:limit]):
        return None
    spaced_out = _SPACED_OUT.match(text, at, limit)
    if spaced_out and compiled.pattern.fullmatch("".join(spaced_out.group().split())):
        start, stop = spaced_out.span()
    else:
        match = compiled.pattern.match(text, at, limit)
        if match is None:
            return None
        start, stop = value_span(match)
    while stop > start and text[stop - 1].isspace():
        stop -= 1
    value = text[start:stop]
    if stop <= start or _EMPTY.fullmatch(value) or is_label(value):
        return None
    if not marked and _HAN.match(value):
        word = "".join(label.group().split())
        bounded = label.start() == 0 or not _HAN.match(text[label.start() - 1])
        # 单位见说明, 职业病防治: a word without a mark after it is a label only as a verb or alone before a gap.
        if not (word.endswith(_JOINS_VERB) or (spaced and bounded)):
            return None
    hit = weigh(scene, compiled, start, stop, value)
    return hit and _with(hit, "label")


def _under_headers(scene: Scene, compiled: CompiledRule, *, labels: bool) -> Iterator[Hit]:
    context = compiled.rule.detection.context
    known: dict[str, bool] = {}
    for cell in scene.cells:
        for head in (cell.header, cell.label):
            if head and head not in known:
                known[head] = heads(head, context)
        if not (known.get(cell.header) or known.get(cell.label)):
            continue
        yield from _in_cell(scene, compiled, cell, whole=labels)


def _in_cell(scene: Scene, compiled: CompiledRule, cell: Cell, *, whole: bool) -> Iterator[Hit]:
    text = scene.text[cell.start : cell.end]
    if _EMPTY.fullmatch(text) or is_label(text):
        return
    for match in search(compiled.pattern, text, compiled.rule.id):
        start, end = value_span(match)
        while end > start and text[end - 1].isspace():
            end -= 1
        if end <= start or _EMPTY.fullmatch(text[start:end]):
            continue
        hit = weigh(scene, compiled, cell.start + start, cell.start + end, text[start:end])
        if hit is not None:
            yield _with(hit, "header")
        if whole:
            return


def _with(hit: Hit, word: str) -> Hit:
    """Return ``hit`` with the evidence ``word``, which also raises its confidence."""
    if word in hit.evidence:
        return hit
    confidence = min(1.0, hit.confidence + 0.15)
    return Hit(hit.start, hit.end, hit.rule, confidence, (*hit.evidence, word), hit.detector, hit.role)


DEFAULT_VALUE = _DEFAULT_VALUE
"""What a labelled value looks like when its rule gives no pattern: one run without blanks and stops."""
