"""Statements: the sentence that says what was decided, planned, agreed, found or said (recogniser ``statement``).

A rule gives ``pattern``, what such a sentence holds, and ``context``, the leads: labels, headings and introductions
(议定事项, 经查) under which every sentence is one. It counts beside its category only (``only_with``). A group named
``weak`` counts in a document whose title names the category, and there in a numbered line alone (in English under a
numbered heading too); one named ``titled`` in any line of such a document. Where one sentence of a numbered or
labelled line counts, the rest of the line does too: an article of a contract is one term.

The span is the sentence without number, label and final stop. Headings, formulas, requests not to pass the paper on,
and the general wording of statutes are no statements, whatever they hold (``statements.toml``).
"""

from __future__ import annotations

import importlib.resources
import tomllib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import regex

from hospital_redact.detection.compilation import compile_later
from hospital_redact.detection.patterns import TIMEOUT_SECONDS, CompiledRule
from hospital_redact.detection.scene import Hit, Scene
from hospital_redact.detection.structure import Cell
from hospital_redact.errors import DetectionError

_MAX_SENTENCE = 1_200
# Notes of engineers and evaluators put what is told and what is done about it in one line.
_SINGLE = frozenset({"it_security", "tender_secret"})
_MAX_LABEL = 40
_MAX_LATIN_LABEL = 64
_MIN_HAN, _MIN_LATIN = 5, 16
_MIN_CELL = 8
_MIN_VALUE = 3
_MAX_TITLE = 80
_TITLE_LINES = 2
_WRAP_HAN, _WRAP_LATIN = 24, 40
_SHORT = 12

_DATA = tomllib.loads(
    importlib.resources.files("hospital_redact.detection").joinpath("statements.toml").read_text("utf-8")
)


_FOLDED = ("skipped", "routine")


def _expression(key: str) -> regex.Pattern[str]:
    """Compile an entry of ``statements.toml``; a line break inside it is there for the reader."""
    return compile_later(_DATA[key].replace("\n", ""), regex.IGNORECASE if key.startswith(_FOLDED) else 0)


_NUMBERING, _LABEL, _END, _HEADING, _HEADING_END = (
    _expression(key) for key in ("numbering", "label", "end", "heading", "heading_end")
)
_SKIPPED_LABELS, _SKIPPED, _KEPT, _GENERAL, _VERBS = (
    _expression(key) for key in ("skipped_labels", "skipped", "kept", "general", "verbs")
)
_SKIPPED_HEADINGS, _ROUTINE, _QUESTION, _TELLS = (
    _expression(key) for key in ("skipped_headings", "routine", "question", "tells")
)
# 袁圆汇报: is what somebody said, 袁圆: is whose turn it is.
_SAYING = compile_later(r"(?:汇报|报告|介绍|表示|认为|提出|指出|强调|建议|补充|说|讲|问|答)$")
# After these words and a colon the statement begins: 经研究,决定:
_TURN = compile_later(r"(?:决定|议定|如下|意见|结论|认为|明确|同意|强调|要求|that|follows):[ ]?")
# 根据《…》第二十二条,经院务会研究并报党委批准,给予…: the ground is public, what was decided begins behind it.
_GROUND = compile_later(
    r"(?:根据|依据|依照|按照)[^。]{6,200}?(?:研究|讨论|审议|批准|同意)(?:,?(?:并|报)[^。,]{2,16}(?:批准|同意))?(?:,?现?决定)?[,:]"
    r"(?=(?:现)?(?:给予|决定|对|免去|撤销|予以|将|停止|调离|责令))"
)
_BOXES = frozenset("*某█")
_AROUND_LABEL = frozenset(" \t:【】")
_CELL_GAP = compile_later(r"\t+|[ ]*\|[ ]*")
_TERMINAL = frozenset("。!?;.:)”\"'")
_HAN = compile_later(r"\p{Han}")
_DATED = compile_later(r"(?:19|20)\d{2}年|\d{1,2}月\d{1,2}日")


@dataclass(frozen=True, slots=True, repr=False)
class Sentence:
    """Characters ``start`` to ``end`` of a scene: a sentence without number, label and stop.

    ``full`` is where its label begins (``start`` if there is none), ``line`` the number of its line, ``item`` whether
    the line is numbered, ``under_item`` whether its heading is. ``leads`` are what it stands under: label,
    introduction, heading, column header.
    """

    full: int
    start: int
    end: int
    line: int
    item: bool
    labelled: bool
    leads: tuple[str, ...]
    under_item: bool = False

    def __repr__(self) -> str:
        return f"Sentence({self.start}, {self.end}, line {self.line})"


def find_statements(scene: Scene, rules: Sequence[CompiledRule], titled: Collection[str]) -> Iterator[Hit]:
    """Yield the statements of all ``rules``, which the caller has chosen by their category.

    ``titled`` are the categories (``only_with``) that the title of the document names. Raises DetectionError HR301
    when an expression takes too long.
    """
    if not rules:
        return
    sentences = [sentence for sentence in split_sentences(scene) if _states(scene, sentence)]
    for compiled in rules:
        for first, last, evidence in _runs(scene, compiled, sentences, compiled.rule.only_with in titled):
            yield Hit(first, last, compiled.rule, compiled.rule.detection.confidence, (evidence,), "statement")


def _runs(
    scene: Scene, compiled: CompiledRule, sentences: Sequence[Sentence], titled: bool
) -> Iterator[tuple[int, int, str]]:
    """Yield where statements lie: each sentence that counts, those of one numbered line that follow it included."""
    run: tuple[int, int, str] | None = None
    line = -1
    for sentence in sentences:
        evidence = _evidence(scene, compiled, sentence, titled)
        if run is not None and sentence.line == line:
            run = (run[0], sentence.end, run[2])
            continue
        if run is not None:
            yield run
            run = None
        if evidence and (sentence.item or sentence.labelled) and compiled.rule.only_with not in _SINGLE:
            run, line = (sentence.start, sentence.end, evidence), sentence.line
        elif evidence:
            yield sentence.start, sentence.end, evidence
    if run is not None:
        yield run


def _evidence(scene: Scene, compiled: CompiledRule, sentence: Sentence, titled: bool) -> str:
    """Return ``lead``, ``statement`` or ``item`` for what makes a sentence a statement of a rule, or nothing."""
    routine = _ROUTINE.search(scene.text[sentence.start : sentence.end]) is not None
    if not routine and any(word in lead for lead in sentence.leads for word in compiled.words):
        return "lead"
    if sentence.end - sentence.start < _MIN_LATIN and not _HAN.search(scene.text, sentence.start, sentence.end):
        return ""
    # A text of its own, so that ^ stands for its beginning.
    text = scene.text[sentence.full : sentence.end]
    weak = False
    try:
        for match in compiled.pattern.finditer(text, timeout=TIMEOUT_SECONDS):
            kinds = {kind for kind in ("weak", "titled") if kind in match.re.groupindex and match.start(kind) >= 0}
            if not kinds:
                return "statement"
            if titled and "titled" in kinds and not routine and not _under_skipped(sentence):
                return "titled"
            weak |= "weak" in kinds
    except TimeoutError:
        raise DetectionError(
            "HR301",
            "rule {rule} took longer than {seconds:g} s; simplify its pattern",
            rule=compiled.rule.id,
            seconds=TIMEOUT_SECONDS,
        ) from None
    governed = sentence.item or (sentence.under_item and not _HAN.search(text))
    return "item" if weak and titled and governed and not routine and not _under_skipped(sentence) else ""


def _under_skipped(sentence: Sentence) -> bool:
    """Whether a heading stands above that every paper of the kind has: governing law, contacts."""
    return any(_SKIPPED_HEADINGS.fullmatch(lead) for lead in sentence.leads)


def _states(scene: Scene, sentence: Sentence) -> bool:
    """Whether a sentence may state anything: no formula, no field of the head of a paper, no general rule."""
    text = scene.text[sentence.start : sentence.end]
    if 2 * sum(char in _BOXES for char in text) >= len(text):  # it has been removed
        return False
    label = scene.text[sentence.full : sentence.start]
    if sentence.labelled and sentence.leads and text[0].isascii():
        label = sentence.leads[0]  # Present: A. Lee, Col. Briggs: one field, whatever looks like its end
    if sentence.labelled and _SKIPPED_LABELS.fullmatch(_bare(label)):
        return False
    if _SKIPPED.search(text) and not _KEPT.search(text):
        return False
    return not (_GENERAL.search(text) and not _DATED.search(text))


def split_sentences(scene: Scene) -> Iterator[Sentence]:
    """Yield the sentences of a scene in order, headings left out."""
    heading = intro = ""
    numbered = False
    rows = _rows_of_cells(scene)
    lines = list(_lines(scene.text))
    for number, (begin, stop) in enumerate(lines):
        if begin in rows:
            yield from _cell_sentences(scene, rows[begin], number)
            continue
        start, item = _after_numbering(scene.text, begin, stop)
        following = scene.text[slice(*lines[number + 1])] if number + 1 < len(lines) else ""
        if _is_heading(scene.text, begin, start, stop, following) or (
            not item and _is_title(scene.text, start, stop, number)
        ):
            heading, intro, numbered = scene.text[start:stop].casefold().rstrip(": "), "", item
            continue
        if not item:
            intro = ""
        latin = scene.text[start].isascii()
        label = _LABEL.match(scene.text, start, min(stop, start + (_MAX_LATIN_LABEL if latin else _MAX_LABEL)))
        labelled = label is not None and label.end() < stop and not _SAYING.search(label.group("label"))
        if labelled and label and not item and scene.text[label.end("label")] == ".":
            labelled = False  # "2. Price. Three pounds" names a clause, "Agreed. We then" does not
        content = label.end() if labelled and label else start
        own = _bare(scene.text[start:content]).casefold()
        for before, first, last in _sentences_of(scene.text, content, stop, joins=labelled):
            leads = tuple(lead for lead in (own, intro, heading) if lead)
            ended = scene.text[last : last + 1]
            if ended == ":" or scene.text[max(first, last - 3) : last].endswith(("如下", "as follows")):
                intro = scene.text[max(first, last - 24) : last].casefold()
                if last - first <= _MAX_LABEL // 2:
                    continue
            full = start if before == content else before
            yield Sentence(full, first, last, number, item, labelled, leads, numbered)


def _bare(label: str) -> str:
    """Return a label without what sets it off from its text."""
    while label and label[0] in _AROUND_LABEL:
        label = label[1:]
    while label and (label[-1] in _AROUND_LABEL or label.endswith(".")):
        label = label[:-1]
    return label


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield the lines that hold something, a line wrapped by its layout joined to the one before it."""
    begin = None
    end = 0
    position = 0
    for raw in text.split("\n"):
        start = position + len(raw) - len(raw.lstrip())
        stop = position + len(raw.rstrip())
        position += len(raw) + 1
        if start >= stop:
            if begin is not None:
                yield begin, end
                begin = None
            continue
        if begin is not None and _is_wrapped(text, begin, end, start, stop):
            end = stop
            continue
        if begin is not None:
            yield begin, end
        begin, end = start, stop
    if begin is not None:
        yield begin, end


def _is_wrapped(text: str, begin: int, end: int, start: int, stop: int) -> bool:
    """Whether the line at ``start`` goes on with the sentence of the line that ends at ``end``."""
    if text[end - 1] in _TERMINAL or end - begin > _MAX_SENTENCE or _CELL_GAP.search(text, begin, stop):
        return False
    last = text[max(begin, text.rfind("\n", begin, end) + 1) : end]
    if text[start].islower() and text[start].isascii():
        return len(last.strip()) >= _WRAP_LATIN
    if _NUMBERING.match(text, start, stop) or _LABEL.match(text, start, min(stop, start + _MAX_LABEL)):
        return False
    return bool(_HAN.search(last)) and len(last.strip()) >= _WRAP_HAN


def _after_numbering(text: str, begin: int, stop: int) -> tuple[int, bool]:
    """Return where the text of a line begins behind its number, and whether it has one."""
    found = _NUMBERING.match(text, begin, stop)
    if found is None or found.end() >= stop:
        return begin, False
    return found.end(), True


def _is_heading(text: str, begin: int, start: int, stop: int, following: str) -> bool:
    """Whether the line that begins at ``begin``, its number left out, names what follows."""
    if (text[stop - 1] == ":" and stop - start <= _MAX_LABEL // 2) or _QUESTION.fullmatch(text, start, stop):
        return True
    bare = stop - 1 if text[stop - 1] == "。" else stop
    if not _HEADING.fullmatch(text, start, bare):
        return False
    if _HEADING_END.search(text, start, bare):
        return True
    if bare < stop or text[stop - 1] in _TERMINAL or _VERBS.search(text, start, stop):
        return False
    if start > begin:  # a row of short points is a list, a short point above a longer text its heading
        next_number = _NUMBERING.match(following)
        return next_number is None or _style(text[begin:start]) != _style(next_number.group())
    return stop - start <= _SHORT or not _HAN.search(text, start, stop)


def _is_title(text: str, start: int, stop: int, number: int) -> bool:
    """Whether a line is the English title of a paper, its first, or stands under it and tells of nothing."""
    if number > _TITLE_LINES or stop - start > _MAX_TITLE or text[stop - 1] in ".!?;":
        return False
    return not _HAN.search(text, start, stop) and (number == 0 or not _TELLS.search(text, start, stop))


def _style(number: str) -> str:
    """Return how a line is numbered: ``1.`` and ``2.`` alike, ``1.1`` otherwise."""
    return regex.sub(r"[一二三四五六七八九十百]+", "一", regex.sub(r"\d+", "1", number.strip()))


def _sentences_of(text: str, start: int, stop: int, *, joins: bool) -> Iterator[tuple[int, int, int]]:
    """Yield where a sentence begins, where what it states begins, and where it ends.

    ``joins``: a word alone at the beginning belongs to the sentence after it: 答:好。我说。
    """
    position = start
    while position < stop:
        found = _END.search(text, position, stop)
        last = found.start() if found else stop
        first = start if joins and position - start <= _MIN_HAN else position
        position = found.end() if found else stop
        while first < last and text[first].isspace():
            first += 1
        while last > first and (text[last - 1].isspace() or text[last - 1] in ";:,、"):
            last -= 1
        last = min(last, first + _MAX_SENTENCE)
        before = first
        ground = _GROUND.match(text, first, last)
        turn = ground or _TURN.search(text, first, min(last, first + 2 * _MAX_LABEL))
        if turn is not None and last - turn.end() >= (_MIN_HAN if ground else _MIN_CELL):
            first = turn.end()
        enough = _MIN_HAN if _HAN.search(text, first, last) else _MIN_VALUE if joins else _MIN_LATIN
        if last - first >= enough:
            yield before, first, last


def _rows_of_cells(scene: Scene) -> dict[int, list[Cell]]:
    """Return the cells of tables of three and more columns, or of two in a drawn one, by where their line begins."""
    rows: dict[tuple[int, int], list[Cell]] = {}
    for cell in scene.cells:
        rows.setdefault((cell.table, cell.row), []).append(cell)
    lines: dict[int, list[Cell]] = {}
    for cells in rows.values():
        # What commas alone set apart is a sentence as often as a row.
        between = scene.text[cells[0].end : cells[1].start].strip(" ") if len(cells) > 1 else ""
        if (len(cells) >= 3 and between != ",") or between == "|":
            for cell in cells:
                begin = scene.text.rfind("\n", 0, cell.start) + 1
                while scene.text[begin].isspace() and begin < cell.start:
                    begin += 1
                lines.setdefault(begin, []).append(cell)
    return lines


def _cell_sentences(scene: Scene, cells: Sequence[Cell], number: int) -> Iterator[Sentence]:
    """Yield each cell that is long enough for a sentence, under its header; or a short word, maybe a verdict."""
    for cell in cells:
        chinese = _HAN.search(scene.text, cell.start, cell.end) is not None
        enough = _MIN_CELL if chinese else _MIN_VALUE
        if not cell.heading and cell.end - cell.start >= enough and (chinese or cell.header):
            leads = tuple(head.casefold() for head in (cell.header, cell.label) if head)
            yield Sentence(cell.start, cell.start, cell.end, -1 - number, True, False, leads)
