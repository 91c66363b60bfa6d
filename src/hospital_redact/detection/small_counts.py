"""Small counts in tables about patients: recogniser ``small_count``.

Where a table counts cases, deaths or patients, a count of 1 to 4 (setting ``statistics.smallest_count``) points to
persons. It is found together with what would give it back: a second count of the same row and column
(:mod:`.suppression`), the ratios of its row, and the same figure in the text around the table. A column whose total
does not stand in the table is treated as if the total were known: it often is, elsewhere.

Lists of persons, results of the laboratory, vacancies and the like are no such tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import regex

from hospital_redact.detection.patterns import CompiledRule
from hospital_redact.detection.scene import Hit, Scene
from hospital_redact.detection.structure import Cell
from hospital_redact.detection.suppression import Sum, suppress

_MAX_CELL = 40
_MAX_HEADER = 60
_CAPTION = 160
_CAPTION_LINES = 3
_MAX_SEARCHES = 64
_PRIMARY, _SECOND = 0.9, 0.8

_COUNT = regex.compile(
    r"(?P<count>\d{1,3}(?:,\d{3})+|\d{1,7})\s?(?:例|人次|人|名|cases?|patients?)?\s?(?:\(\s?\d{1,3}(?:\.\d+)?\s?[%‰]?\s?\))?"
)
_RATIO = regex.compile(r"\(?\d{1,3}(?:\.\d+)?\s?[%‰]\)?")
_NUMBER = regex.compile(r"\d{1,6}(?:\.\d+)?")
_HIDDEN = regex.compile(r"[*█■—\-–/.<＜]+|<\s?\d+|\[[^\]]{1,12}\]")
_CASES = regex.compile(
    r"例数|病例|病人|患者|发病|患病|死亡|确诊|疑似|阳性(?:数|例|人)|感染(?:数|例|人)|治愈|检出|(?:住院|出院|门诊|就诊)人[数次]"
    r"|(?<![a-z])(?:cases?|deaths?|patients?|infected|infections?|positives?|died|discharges)(?![a-z])"
)
_NO_COUNTS = regex.compile(
    r"姓名|身份证|住院号|病案号|床号|参考|范围|剂量|用法|规格|招聘|招录|岗位|编制|名额|报名|职工|员工|工号"
    r"|(?<![a-z])(?:name|mrn|reference|range|dose|vacanc(?:y|ies)|posts?|staff)(?![a-z])"
)
_OTHER_FIGURES = regex.compile(
    r"序号?$|编号|代码|年份?$|年度|月份?$|日期|天数?|日数?$|率|比|%|‰|费|元|金额|时间|小时|床|年龄|均|分数?$|得分|排名|次数|台次|支|盒|倍"
    r"|(?<![a-z])(?:no|id|rank|days?|rate|ratio|age|mean|median|score|beds?|year|cost|percent(?:age)?|hr|or|ci|p)(?![a-z])"
)
_RATIOS = regex.compile(r"率|比|%|‰|(?<![a-z])(?:rate|ratio|percent(?:age)?|share)(?![a-z])")
_TOTAL = regex.compile(
    r"合\s?计|总\s?计|共\s?计|总数|总例数|总人数|^计$|(?<![a-z])(?:grand total|total|overall|all)(?![a-z])"
)
_SUBTOTAL = regex.compile(r"小\s?计|(?<![a-z])sub-?total(?![a-z])")
_UNIT = r"\s?(?:例|人|名|cases?|patients?|deaths?)"


@dataclass(slots=True)
class _Table:
    """A table that counts people: header by column, label by row, counts and ratios with their cells."""

    headers: dict[int, str]
    labels: dict[int, str]
    counts: dict[tuple[int, int], int] = field(default_factory=dict)
    ratios: dict[tuple[int, int], Cell] = field(default_factory=dict)
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)


def find_small_counts(scene: Scene, rules: Sequence[CompiledRule], smallest: int) -> Iterator[Hit]:
    """Yield what must not stay of the tables of ``scene``; ``smallest`` is the smallest count that may stay."""
    if not rules:
        return
    tables: dict[int, list[Cell]] = {}
    for cell in scene.cells:
        tables.setdefault(cell.table, []).append(cell)
    for cells in tables.values():
        table = _read(scene, cells)
        if table is None:
            continue
        hidden = suppress(table.counts, _sums(table), smallest)
        rows = {row for row, _ in hidden}
        for compiled in rules:
            for place in sorted(hidden):
                small = 0 < table.counts[place] < smallest
                word = "small_count" if small else "complementary"
                yield _hit(table.cells[place], compiled, _PRIMARY if small else _SECOND, word)
            for (row, _), cell in table.ratios.items():
                if row in rows:
                    yield _hit(cell, compiled, _SECOND, "ratio")
            yield from _retold(scene, cells, table, sorted(hidden), compiled)


def _hit(cell: Cell, compiled: CompiledRule, confidence: float, word: str) -> Hit:
    return Hit(cell.start, cell.end, compiled.rule, confidence, ("header", word), "small_count")


# --------------------------------------------------------------------------- reading a table


def _read(scene: Scene, cells: Sequence[Cell]) -> _Table | None:
    """Return the counts of a table, or nothing where it does not count patients."""
    rows: dict[int, dict[int, Cell]] = {}
    for cell in cells:
        rows.setdefault(cell.row, {})[cell.column] = cell
    texts = {
        (row, column): scene.text[cell.start : min(cell.end, cell.start + _MAX_HEADER)].casefold().strip()
        for row, line in rows.items()
        for column, cell in line.items()
    }
    body = _body(rows, texts)
    if len(body) < 2:
        return None
    headers: dict[int, str] = {}
    for (row, column), text in texts.items():
        if row < body[0]:
            headers[column] = f"{headers.get(column, '')} {text}".strip()
    said = f"{_caption(scene, cells[0].start)} {' '.join(headers.values())}"
    if not _CASES.search(said) or _NO_COUNTS.search(said):
        return None
    labels = {row: texts.get((row, 0), "") for row in body}
    table = _Table(headers, labels)
    for column in sorted({column for row in body for column in rows[row]}):
        _read_column(table, column, {row: rows[row][column] for row in body if column in rows[row]}, texts)
    return table if table.counts else None


def _body(rows: Mapping[int, Mapping[int, Cell]], texts: Mapping[tuple[int, int], str]) -> list[int]:
    """Return the rows from the first on that has a figure behind its label."""
    numbers = sorted(rows)
    for index, row in enumerate(numbers):
        if any(column and _COUNT.fullmatch(texts[row, column]) for column in rows[row]):
            return numbers[index:]
    return []


def _caption(scene: Scene, start: int) -> str:
    """Return the few lines above a table."""
    begin = scene.text.rfind("\n", 0, start) + 1
    lines = scene.text[max(0, begin - _CAPTION) : begin].casefold().splitlines()
    return " ".join(line for line in lines[-_CAPTION_LINES:] if "。" not in line)


def _read_column(table: _Table, column: int, cells: Mapping[int, Cell], texts: Mapping[tuple[int, int], str]) -> None:
    header = table.headers.get(column, "")
    found: dict[tuple[int, int], int] = {}
    for row, cell in cells.items():
        text = texts[row, column]
        if cell.end - cell.start > _MAX_CELL or _HIDDEN.fullmatch(text) or _is_empty(text):
            continue
        if _RATIO.fullmatch(text) or (_RATIOS.search(header) and _NUMBER.fullmatch(text)):
            table.ratios[row, column] = cell
            continue
        match = _COUNT.fullmatch(text)
        if match is None:
            if column == 0 or not found:
                return
            continue
        found[row, column] = int(match["count"].replace(",", ""))
        table.cells[row, column] = cell
    if column == 0 or (_OTHER_FIGURES.search(header) and not _CASES.search(header)):
        return
    table.counts |= found


def _is_empty(text: str) -> bool:
    return not any(char.isalnum() for char in text)


# --------------------------------------------------------------------------- sums


def _sums(table: _Table) -> list[Sum]:
    """Return the sums that a reader can do: by row where a column is a total, by column always."""
    rows = sorted({row for row, _ in table.counts})
    columns = sorted({column for _, column in table.counts})
    totals = [column for column in columns if _TOTAL.search(table.headers.get(column, ""))]
    sums = [entry for total in totals for entry in _row_sums(table, rows, columns, totals, total)]
    for column in columns:
        sums += _column_sums(table, [row for row in rows if (row, column) in table.counts], column)
    return sums


def _row_sums(
    table: _Table, rows: Sequence[int], columns: Sequence[int], totals: Sequence[int], total: int
) -> Iterator[Sum]:
    """Yield the sums of all rows to the column ``total``: of the columns that add up, else of those left of it."""
    parts = [column for column in columns if column not in totals]
    left, right = [c for c in parts if c < total], [c for c in parts if c > total]
    counts = table.counts

    def adds_up(choice: Sequence[int]) -> bool:
        return bool(choice) and all(
            counts.get((row, total)) == sum(counts.get((row, column), 0) for column in choice) for row in rows
        )

    chosen = next((choice for choice in (parts, left, right) if adds_up(choice)), left or right)
    for row in rows:
        cells = tuple((row, column) for column in chosen if (row, column) in counts)
        if cells and (row, total) in counts:
            yield Sum(cells, (row, total))


def _column_sums(table: _Table, rows: Sequence[int], column: int) -> Iterator[Sum]:
    plain: list[tuple[int, int]] = []
    group: list[tuple[int, int]] = []
    total: tuple[int, int] | None = None
    for row in rows:
        label = table.labels.get(row, "")
        if _SUBTOTAL.search(label):
            if group:
                yield Sum(tuple(group), (row, column))
            group = []
        elif _TOTAL.search(label):
            total = (row, column)
        else:
            plain.append((row, column))
            group.append((row, column))
    # Of a single row there is nothing to add.
    if len(plain) > 1 or (plain and total):
        yield Sum(tuple(plain), total)


# --------------------------------------------------------------------------- the text around


def _retold(
    scene: Scene, cells: Sequence[Cell], table: _Table, hidden: Sequence[tuple[int, int]], compiled: CompiledRule
) -> Iterator[Hit]:
    """Yield the hidden counts where the text says them again: 丙肝 3 例."""
    start, end = cells[0].start, cells[-1].end
    for row, column in hidden[:_MAX_SEARCHES]:
        label = table.labels.get(row, "")
        words = [regex.escape(word) for word in (label, table.headers.get(column, "")) if len(word) > 1]
        if not words:
            continue
        count = table.counts[row, column]
        expression = rf"(?:{'|'.join(words)})[^。;；\n\d]{{0,12}}(?<count>{count}){_UNIT}"
        for match in regex.finditer(expression, scene.text, regex.IGNORECASE, timeout=5):
            if not start <= match.start() < end:
                yield Hit(
                    match.start("count"),
                    match.end("count"),
                    compiled.rule,
                    _SECOND,
                    ("header", "retold"),
                    "small_count",
                )
