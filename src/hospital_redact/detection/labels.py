"""Values that stand beside a label or under a column header: recognisers ``labelled_value`` and ``table_column``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import regex

from hospital_redact.detection.compilation import compile_later
from hospital_redact.detection.patterns import CompiledRule, search, search_scene, search_together, value_span, weigh
from hospital_redact.detection.scene import Hit, Scene
from hospital_redact.detection.structure import Cell, is_label
from hospital_redact.detection.words import tree_of, words

# What stands between a label and its value: 号 or No., a remark or a closing bracket, a leader, a colon, blanks.
_GAP = compile_later(
    r"(?:[ ]?(?:号码?|编号|编码|(?i:no|number|num|id)(?![a-z])\.?))?[*#.]?(?:[ ]?\([^()\n]{0,12}\))?[ \t]{0,8}"
    r"(?P<mark>[\])】」』〕]?[ ]?(?:[::=#]{1,2}|[.·…_]{2,60}:?|(?:is|was|are)(?=[ ])|是|为)|[\]】」』〕])?[ \t]{0,8}"
)
_NEXT_LINE = compile_later(r"[ \t]*\n[ \t]*")
# A value ends before a wide gap, before the next label, and at the end of its line or cell.
_VALUE_END = compile_later(
    r"[\n\t|;;。]| {2,}|[ ,、](?=[\p{Han}]{2,8}[::])|[ ,](?=[A-Z][A-Za-z]{0,14}(?: [A-Za-z]{1,10})?:)"
    r"| (?=(?:性别|年龄|民族|婚姻|婚否|国籍|籍贯|职业|电话|手机|联系|住址|地址|邮编|身份证|床号|床位|病区|科室|"
    r"科别|诊断|出生|单位|关系|血型|文化|学历|病案|住院|门诊|入院|出院))"
)
_EMPTY = compile_later(
    r"[\W_]*|(?:[万亿千百]?元|万|次|人|例|%|岁|天|个|不详|无|见.*|同上|未填|略|[-—/]+|其他|暂无|N/?A|none|"
    r"unknown)[\W_]*",
    regex.IGNORECASE,
)
# A number written digit by digit or in pairs: 2 0 2 4 0 8, 20 24 08 71.
_SPACED_OUT = compile_later(r"[0-9A-Za-z]{1,2}(?:[ ]{1,2}[0-9A-Za-z]{1,2}){3,}(?![ ]?[0-9A-Za-z])")
_COUNTED = frozenset("张份本枚套盒部")  # 社保卡1张
_HAN = compile_later(r"\p{Han}")
_AND = compile_later(r"[ ]?(?:[、,/和及]|and|&)[ ]?|[ ]\p{Han}{1,4}[ ]{1,4}")
_BED_CODE = compile_later(r"[A-Za-z]{1,3}-?[0-9]{1,3}|[0-9]{1,2}-[0-9]{2,3}|\p{Han}{1,2}[0-9]{1,2}")
_JOINS_VERB = ("于", "在", "从事", "家住", "租住")
EVERY_COLUMN = "*"
"""The context word of a ``table_column`` rule whose values stand under every header: in a table of figures of a paper
that is confidential for its figures, the names of the columns cannot be listed."""

CODES_BESIDE_PEOPLE = "#"
"""The context word of a ``table_column`` rule for values of one shape down a column (HD0117, HD0243), in a table with a
column of patients' names: whatever heads them, they number the patients."""

_NOT_FIGURES = words("not_figures")
_PEOPLE_HEAD = compile_later(
    r"(?:患者|病人|患儿|产妇|受检者|受试者|被检者|送检人|收[件货]人|就诊人|参保人|申请人|老人|儿童|幼儿|新生儿)?(?:姓名|名字)|"
    r"患者|病人|患儿|产妇|受检者|受试者|被检者|就诊人|收[件货]人|"
    r"(?:patient|client|resident|full)?[ _]?name|patient|surname",
    regex.IGNORECASE,
)
# Columns of codes that number something else than a person.
_OTHER_CODES = compile_later(
    r"批|规格|型号|货号|药|品|材|编码|代码|icd|drg|dip|code|金额|费|价|数量|日期|时间|date|time|model|lot|batch|机号|机位|序|"
    r"^(?:no\.?|#|编号)$|工号|发票|合同|staff|ward|科|诊断|文号|标准|房|床|bed|结果|result|值|dose|剂量|项目",
    regex.IGNORECASE,
)
_CODE = compile_later(
    r"(?=[^0-9]{0,6}[0-9](?:[-/]?[0-9]){2})[A-Za-z]{0,4}[-/]?[0-9]{1,10}(?:[-/][0-9A-Za-z]{1,8}){0,2}[A-Za-z]?"
)
_MIN_CODE = 5
_MIN_FIGURES = 2
_FIGURE = compile_later(r"\(?[-+]?[£$€¥]?\d[\d,]*(?:\.\d+)?\s?[%‰]?\)?")
_ROW_NAME = compile_later(r"[|\s]*\p{L}[^\n|\t\d]{2,40}(?:\d{1,3})?[ ]*(?:[|\t]|[ ]{2})")
# Endings of labels for numbers, one as good as the other: 检查号, 检查编号; claim no, claim #.
_KINDS = compile_later(
    r"(?P<stem>\p{Han}{2,}|[A-Z]{2,}|[A-Z]\p{Han}+)(?:流水号|登记号|号码|编号|编码|代码|单号|序号|号|ID)"
)
_BLANKS = r"[ ]{0,4}"  # between the characters of a label
_ANY_KIND = r"(?:流水|登记)?[ ]{0,4}(?:号[ ]{0,4}码?|编[ ]{0,4}号|编码|代码|序号|条码|ID号?)"
_KINDS_EN = compile_later(r"(?P<stem>.*[A-Za-z])['’]?s? (?:no\.?|number|num|id|#|ref|code)", regex.IGNORECASE)
_ANY_KIND_EN = r"(?:['’]s)?[ ]{0,3}(?:nos?\.?|numbers?|num\.?|nr\.?|id|#|ref\.?|reference|code)"
# 病理 3, specimen 2, policy 2024: after a word that is no label by its ending, a short number or a year is a count.
_KIND_ENDS = compile_later(r"(?:号|编号|号码|码|编码|卡|ID|MRN|no\.?|number|#|acct|s/n|sn)$", regex.IGNORECASE)
_MERE_NUMBER = compile_later(
    r"[0-9]{1,3}(?:[./-][0-9]{1,2}){0,2}|(?:19|20)[0-9]{2}(?:[./-][0-9]{1,2}){0,2}|[0-9]{1,3}[A-Za-z]{1,4}"
)
NUMBER_VALUE = compile_later(
    r"(?<![0-9A-Za-z])(?:\(\p{Han}{1,3}\)|(?![第约共见从到在于为是至每])[\p{Han}\u3105-\u3129]{1,4}(?=[0-9A-Z\-]{5}))?"
    r"(?:[A-Z]{1,3} (?=\d))?(?:[A-Za-z]{1,8}[-#/.]){0,3}[A-Za-z]{0,8}\d[0-9A-Za-z]*(?:[-/._][0-9A-Za-z]+){0,5}"
    r"(?: (?=[A-Za-z]{0,2}\d)[0-9A-Za-z]{2,}(?![0-9A-Za-z/.%])){0,3}"
    r"(?:(?<= \d{3}) [A-Z](?=[,.;)\n]|$))?(?:\([0-9A-Za-z]\))?\+?",
    regex.IGNORECASE,
)
"""The value of a ``labelled_value`` rule that gives no pattern: a running number with its letters and separators."""


@lru_cache(maxsize=512)
def label_pattern(labels: tuple[str, ...]) -> regex.Pattern[str]:
    """Return an expression for any of ``labels``: longest first, blanks inside Chinese words allowed (姓  名).

    A label for a number stands for its stem with every such ending: 检查号 for 检查编号, ``claim no`` for ``Claim #``.
    """
    han: dict[bool, list[tuple[str, ...]]] = {True: [], False: []}  # by whether one of the endings follows
    latin: dict[bool, list[str]] = {True: [], False: []}
    for word in sorted(set(labels), key=lambda word: (-len(word), word)):
        chinese = _HAN.search(word) is not None
        kind = (_KINDS if chinese else _KINDS_EN).fullmatch(word)
        stem = kind["stem"] if kind else word
        if chinese:
            han[kind is not None].append(tuple(regex.escape(char) for char in stem if not char.isspace()))
        else:
            parts = (regex.escape(part).replace("'", "['’]") for part in stem.split())
            latin[kind is not None].append(r"[ ]{1,3}".join(parts))
    branches = [
        f"{tree_of(han[True], _BLANKS)}{_BLANKS}{_ANY_KIND}" if han[True] else "",
        tree_of(han[False], _BLANKS) if han[False] else "",
        _any_of(latin[True], _ANY_KIND_EN + "(?![0-9A-Za-z])", before="(?<![0-9A-Za-z])"),
        _any_of(latin[False], "(?![0-9A-Za-z])", before="(?<![0-9A-Za-z])"),
    ]
    return compile_later("(?:" + "|".join(branch for branch in branches if branch) + ")", regex.IGNORECASE)


def _any_of(words_: Sequence[str], after: str, *, before: str = "") -> str:
    """Return an expression for any of ``words_`` between ``before`` and ``after``; nothing for none."""
    return f"{before}(?:{'|'.join(dict.fromkeys(words_))}){after}" if words_ else ""


def value_pattern(compiled: CompiledRule) -> regex.Pattern[str]:
    """Return what the values of a rule look like: its own pattern, or :data:`NUMBER_VALUE`."""
    return compiled.pattern if compiled.rule.detection.pattern else NUMBER_VALUE


def heads(header: str, labels: Sequence[str]) -> bool:
    """Whether a column header or cell label holds one of ``labels``, a short Chinese word only at one of its ends.

    :data:`EVERY_COLUMN` among ``labels`` stands for every header but those of numbers and dates; one of those counts
    where it is listed itself.
    """
    bare = "".join(header.split()).strip(":：*#").casefold()
    if not bare:
        return False
    if EVERY_COLUMN in labels and bare not in _NOT_FIGURES:
        return True
    whole = bare if _HAN.search(bare) else header.strip(" :*.")
    chosen = tuple(label for label in labels if label != EVERY_COLUMN)
    if label_pattern(chosen).fullmatch(whole) or _latin_words(chosen).search(header):
        return True
    return _chinese_words(chosen).search(bare) is not None


@lru_cache(maxsize=512)
def _latin_words(labels: tuple[str, ...]) -> regex.Pattern[str]:
    """Return an expression for any of ``labels`` that holds no Chinese, as a word."""
    found = [regex.escape(word) for word in labels if not _HAN.search(word)]
    return compile_later(rf"(?<![a-z])(?:{'|'.join(found) or '(?!)'})(?![a-z])", regex.IGNORECASE)


@lru_cache(maxsize=512)
def _chinese_words(labels: tuple[str, ...]) -> regex.Pattern[str]:
    """Return an expression that finds a Chinese word of ``labels`` in a header without blanks, a short one only at one
    of its ends."""
    flat = {"".join(word.split()).casefold() for word in labels if _HAN.search(word)}
    one, two, more = ([regex.escape(word) for word in sorted(flat) if kind == min(len(word), 3)] for kind in (1, 2, 3))
    branches = [_any_of(more, ""), _any_of(two, r"(?:\Z|(?<=\A..)(?!\p{Han}))"), _any_of(one, r"\Z", before=r"\A")]
    return compile_later("|".join(branch for branch in branches if branch) or "(?!)")


def find_labelled(scene: Scene, rules: Sequence[CompiledRule]) -> Iterator[Hit]:
    """Yield the values of all ``labelled_value`` rules: on the label's line, in the next cell, or a line below."""
    search_together(scene, {label_pattern(compiled.rule.detection.context): compiled.rule.id for compiled in rules})
    for compiled in rules:
        yield from _beside_labels(scene, compiled)
        yield from _under_headers(scene, compiled, labels=True)


def find_columns(scene: Scene, rules: Sequence[CompiledRule]) -> Iterator[Hit]:
    """Yield the values of all ``table_column`` rules: in cells whose header or label holds a context word."""
    for compiled in rules:
        if CODES_BESIDE_PEOPLE in compiled.rule.detection.context:
            yield from _codes_beside_people(scene, compiled)
            continue
        found = tuple(_under_headers(scene, compiled, labels=False))
        yield from found
        if compiled.rule.entity == "BED_NO":
            yield from _beds_again(scene, found)


def _beds_again(scene: Scene, found: Sequence[Hit]) -> Iterator[Hit]:
    """Yield further places of the beds of a table: A1, 6-04. A plain number may be anything elsewhere."""
    values = {scene.text[hit.start : hit.end] for hit in found}
    marked = sorted(value for value in values if _BED_CODE.fullmatch(value))
    if not marked:
        return
    pattern = regex.compile(
        rf"(?<![0-9A-Za-z./+-])(?:{'|'.join(regex.escape(value) for value in marked)})"
        rf"(?![0-9A-Za-z./+-]|[ ]?(?:型|期|级|段|椎|mg|ml|周|岁|分))"
    )
    taken = {hit.start for hit in found}
    for match in search(pattern, scene.text, found[0].rule.id):
        if match.start() not in taken:
            yield Hit(*match.span(), found[0].rule, 0.7, ("pattern", "propagated"), "pattern")


def _codes_beside_people(scene: Scene, compiled: CompiledRule) -> Iterator[Hit]:
    """Yield the values of columns that hold codes of one shape, in tables that have a column of names."""
    with_people = {cell.table for cell in scene.cells if _PEOPLE_HEAD.fullmatch("".join(cell.header.split()))}
    columns: dict[tuple[int, str], list[Cell]] = {}
    for cell in scene.cells:
        if cell.table in with_people and cell.header and not _OTHER_CODES.search(cell.header):
            columns.setdefault((cell.table, cell.header), []).append(cell)
    for cells in columns.values():
        shapes: dict[str, list[Cell]] = {}
        for cell in cells:
            text = scene.text[cell.start : cell.end]
            if len(text) >= _MIN_CODE and _CODE.fullmatch(text) and not _MERE_NUMBER.fullmatch(text):
                shapes.setdefault(_shape(text), []).append(cell)
        alike = max(shapes.values(), key=len, default=[])
        if len(alike) >= 2 and 2 * len(alike) >= len(cells):
            for cell in alike:
                yield Hit(cell.start, cell.end, compiled.rule, 0.7, ("pattern", "header"), "pattern")


def _shape(text: str) -> str:
    """Return what a code looks like: its letters and separators, a 0 for each run of digits and how many there are."""
    bare = regex.sub(r"(?<=0)[A-Za-z]$", "a", regex.sub(r"[0-9]+", "0", text))  # GX0923A and GX0923B are alike
    return f"{bare} {sum(char.isdigit() for char in text)}"


def _beside_labels(scene: Scene, compiled: CompiledRule) -> Iterator[Hit]:
    text = scene.text
    for label in search_scene(scene, label_pattern(compiled.rule.detection.context), compiled.rule.id):
        gap = _GAP.match(text, label.end())
        at = gap.end() if gap else label.end()
        marked = gap is not None and gap["mark"] is not None
        spaced = at > label.end()
        found = _value_at(scene, compiled, label, at, marked=marked, spaced=spaced)
        if found is None and (below := _NEXT_LINE.match(text, at)) and (marked or _starts_line(text, label.start())):
            found = _value_at(scene, compiled, label, below.end(), marked=True, spaced=True)
        if found is not None:
            yield found
            yield from _listed(scene, compiled, found)


def _listed(scene: Scene, compiled: CompiledRule, first: Hit) -> Iterator[Hit]:
    """Yield the values that follow ``first`` in a list and look like it: 序列号160421、160588."""
    shape = _shape(scene.text[first.start : first.end])
    end = first.end
    while (mark := _AND.match(scene.text, end)) is not None:
        match = value_pattern(compiled).match(scene.text, mark.end(), min(len(scene.text), mark.end() + 60))
        if match is None or _shape(match.group()) != shape or not any(char.isdigit() for char in shape):
            return
        hit = weigh(scene, compiled, *match.span(), match.group())
        if hit is None:
            return
        yield _with(hit, "label")
        end = match.end()


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
    start, stop = _read_value(text, compiled, at, limit)
    if stop <= start or not (marked or _is_unmarked_label(text, label, text[start:stop], spaced=spaced)):
        return None
    hit = weigh(scene, compiled, start, stop, text[start:stop])
    return hit and _with(hit, "label")


def _read_value(text: str, compiled: CompiledRule, at: int, limit: int) -> tuple[int, int]:
    """Return where the value in ``at`` to ``limit`` lies; an empty range when there is none."""
    if limit <= at or _EMPTY.fullmatch(text, at, limit) or is_label(text[at:limit]):
        return at, at
    spaced_out = _SPACED_OUT.match(text, at, limit)
    if spaced_out and value_pattern(compiled).fullmatch("".join(spaced_out.group().split())):
        start, stop = spaced_out.span()
    else:
        match = value_pattern(compiled).match(text, at, limit)
        start, stop = value_span(match) if match else (at, at)
    while stop > start and text[stop - 1].isspace():
        stop -= 1
    counted = stop - start <= 3 and text[start:stop].isdigit() and text[stop : stop + 1] in _COUNTED
    empty = counted or _EMPTY.fullmatch(text, start, stop) is not None or is_label(text[start:stop])
    return (at, at) if empty else (start, stop)


def _is_unmarked_label(text: str, label: regex.Match[str], value: str, *, spaced: bool) -> bool:
    """Whether a word that no colon follows is the label of ``value``."""
    word = "".join(label.group().split())
    by_ending = _KIND_ENDS.search(word) is not None
    if not by_ending and _MERE_NUMBER.fullmatch(value):
        return False
    if not _HAN.match(value):
        return True
    bounded = label.start() == 0 or not _HAN.match(text[label.start() - 1])
    # 单位见说明, 职业病防治: before Chinese characters a word is a label only as a verb, or alone before a gap.
    numbered = by_ending and any(char.isdigit() for char in value)
    return word.endswith(_JOINS_VERB) or (spaced and (bounded or numbered))


def _under_headers(scene: Scene, compiled: CompiledRule, *, labels: bool) -> Iterator[Hit]:
    context = compiled.rule.detection.context
    known: dict[str, bool] = {}
    of_rows = _figures_of_rows(scene) if EVERY_COLUMN in context else frozenset()
    for cell in scene.cells:
        if cell.start in of_rows:
            yield from _in_cell(scene, compiled, cell, whole=labels)
            continue
        for head in (cell.header, cell.label):
            if head and head not in known:
                known[head] = heads(head, context)
        if not (known.get(cell.header) or known.get(cell.label)):
            continue
        yield from _in_cell(scene, compiled, cell, whole=labels)


def _figures_of_rows(scene: Scene) -> frozenset[int]:
    """Return where the figures begin that nothing heads and that stand behind the name of a row: Total   78   84."""
    rows: dict[tuple[int, int], list[Cell]] = {}
    for cell in scene.cells:
        if cell.column and not cell.header and not cell.heading and _FIGURE.fullmatch(scene.text, cell.start, cell.end):
            rows.setdefault((cell.table, cell.row), []).append(cell)
    found: list[int] = []
    for cells in rows.values():
        begin = scene.text.rfind("\n", 0, cells[0].start) + 1
        if len(cells) >= _MIN_FIGURES and _ROW_NAME.match(scene.text, begin):
            found += [cell.start for cell in cells]
    return frozenset(found)


def _in_cell(scene: Scene, compiled: CompiledRule, cell: Cell, *, whole: bool) -> Iterator[Hit]:
    text = scene.text[cell.start : cell.end]
    if _EMPTY.fullmatch(text) or is_label(text):
        return
    for match in search(value_pattern(compiled), text, compiled.rule.id):
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
