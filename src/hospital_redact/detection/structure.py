"""Tables: those of the format, and those that plain text draws with tabs, bars, commas or aligned spaces.

A cell knows the words that head it, so that a bare ``138…`` under 电话 has its label and a name under 姓名 too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

import regex

from hospital_redact.detection.normalisation import normalise
from hospital_redact.model import Document, TablePosition, View

_MAX_HEADER = 24
_HEADER_LINES = 5
_MAX_HEADING = 12
_MIN_ROW = 3
_TOTALS = frozenset({"合计", "小计", "总计", "共计", "total", "subtotal", "sum"})
_FIGURE = regex.compile(r"[-(]?[¥£$€]?-?\d[\d,.]*[)%‰]?(?:元|人|例|分)?")
# A quoted value of a line of comma-separated values.
_QUOTED = regex.compile(r'(?<=^|,)"[^"\n]{0,2000}"(?=,|$)')
# Words that head a column of names in a table that single blanks divide.
_NAMES_HEAD = frozenset({"患者", "病人", "患儿", "产妇", "患者姓名", "病人姓名", "学生", "儿童", "老人", "受检者"})
# Commas of numbers in columns that blanks align: Supplies   24,310   23,600.
_THOUSANDS = regex.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_WIDE = regex.compile(r"\S {2,}\S")
_LETTER = regex.compile(r"\p{L}")
_RULE_LINE = regex.compile(r"[ \t]*[-+|=:\u2500-\u257f_*]{3,}[-+|=:\u2500-\u257f_* \t]*")
# 米  粒 and 姓  名 are set apart for their looks; 男  汉 are two columns.
_GAP = regex.compile(r"(?<!(?<!\p{Han})(?![男女有无是否])\p{Han}) {2,}| {2,}(?!\p{Han}(?!\p{Han}))| {5,}|\t+ *")
# Words that head columns and stand left of values. They tell a header row from a row of values, and a label from
# the value after it; they say nothing about what is confidential.
_LABEL = regex.compile(
    r"(?:\p{Han}{0,6}(?:姓\s*名|性\s*别|年\s*龄|床\s*[号位]?|号|号码|编号|编码|条码|日期|时间|电话|手机|地址"
    r"|住址|单位|科室|科别|部门|诊断|"
    r"生日|密码|口令|登录名|用户名|受检者|受检人|被检者|受试者|联系|"
    r"职务|职称|关系|备注|类型|项目|结果|金额|工资|合计|签名|签字|患者|病人|患儿|产妇|邮箱|账户|序|序号|主刀"
    r"|术者|缩写|出生年月|民族|籍贯|"
    r"医师|医生|护士|名称|规格|数量|单价|说明|提示|区间|特殊|手术|规定|实发|应发|奖金|绩效|个税|系数|等级"
    r"|联系人|微信|参考))"
    r"(?:\([^)]{0,8}\))?[::]?|(?i:name|patient|sex|age|sex/age|dob|date of birth|mrn|hkid|ward|bed|phone|tel|mobile|"
    r"e-?mail|address|test|result|units?|flag|no\.?|id|role|dept|department|date|time|amount|salary|bonus|total"
    r"|account|"
    r"staff|employee|grade|surname|(?:first|last|full|given|family|middle) name(?:s|\(s\))?"
    r"|forename(?:s|\(s\))?|next of kin|nok"
    r"|occupation|employer|(?:nhs|hospital) (?:no\.?|number)|consultant|home address|telephone|diagnosis"
    r"|admitted|discharged|hosp no\.?|lab no\.?|requester|collected|reported|clinical|contact|title"
    r"|position)[::]?"
)


@dataclass(frozen=True, slots=True, repr=False)
class Cell:
    """A cell at normalised characters ``start`` to ``end`` of a scene (blank ends trimmed), with its headers.

    ``header`` heads its column, ``label`` is what stands left of it (row header, or the label of a pair).
    ``heading`` cells head columns themselves.
    """

    start: int
    end: int
    table: int
    row: int
    column: int
    header: str = ""
    label: str = ""
    heading: bool = False

    def __repr__(self) -> str:
        return f"Cell({self.start}, {self.end}, table {self.table}, row {self.row}, column {self.column})"


def is_label(text: str) -> bool:
    """Whether ``text`` is a usual label or column header and not a value."""
    return len(text) <= _MAX_HEADER and _LABEL.fullmatch(text.strip()) is not None


def block_cells(
    document: Document, view: View, to_normalised: Callable[[int, int], tuple[int, int]]
) -> tuple[Cell, ...]:
    """Return the cells of the format's own tables in ``view``, by start."""

    def words(number: int | None) -> str:
        if number is None or number >= len(document.blocks):
            return ""
        return normalise(_whole_cell(document, number)[: 4 * _MAX_HEADER]).text.strip()[:_MAX_HEADER]

    rows: dict[tuple[int, int], list[tuple[int, int, TablePosition, str]]] = {}
    for segment in view.segments:
        block = document.blocks[segment.block]
        if block.cell is None:
            continue
        start, end = to_normalised(segment.start, segment.start + segment.length)
        if start < end:
            text = normalise(block.text).text if len(block.text) <= 4 * _MAX_HEADER else ""
            rows.setdefault((block.cell.table, block.cell.row), []).append((start, end, block.cell, text))
    cells: list[Cell] = []
    for row in rows.values():
        row.sort(key=lambda item: (item[2].column, item[0]))
        texts = [text for *_, text in row]
        pairs = _are_pairs(texts)
        heading = not pairs and _is_header(texts) and row[0][2].row == 0
        for number, (start, end, place, text) in enumerate(row):
            beside = number > 0 and not heading and is_label(texts[number - 1]) and not is_label(text)
            left = texts[number - 1].strip() if beside else ""
            head = "" if pairs else words(place.column_header)
            label = left or ("" if pairs else words(place.row_header))
            cells.append(Cell(start, end, place.table, place.row, place.column, head, label, heading))
    return tuple(sorted(cells, key=lambda cell: cell.start))


def _whole_cell(document: Document, number: int) -> str:
    """Return the text of a block with the lines that follow it in its cell, as a heading wraps in a narrow column."""
    cell, text = document.blocks[number].cell, document.blocks[number].text
    for block in document.blocks[number + 1 : number + _HEADER_LINES]:
        other = block.cell
        if cell is None or other is None:
            break
        if (other.table, other.row, other.column) != (cell.table, cell.row, cell.column):
            break
        apart = text[-1:].isascii() and block.text[:1].isascii()
        text = f"{text.rstrip()} {block.text}" if apart else text.rstrip() + block.text
    return text


def text_cells(text: str, *, taken: Sequence[Cell] = ()) -> tuple[Cell, ...]:
    """Return the cells of tables drawn in plain ``text``; lines that hold a cell of ``taken`` are left out."""
    held = {cell.start for cell in taken}
    cells: list[Cell] = []
    group: list[list[tuple[int, int]]] = []
    kind = ""
    table = max((cell.table for cell in taken), default=-1) + 1
    lines = [*_lines(text), (len(text), len(text))]
    for number, (start, end) in enumerate(lines):
        line = text[start:end]
        if group and (_RULE_LINE.fullmatch(line) or _parts_rows(text, line, kind, group[-1], lines[number + 1 :][:1])):
            continue
        this, pieces = _split(line, start)
        if not this and _may_be_spaced(line, inside=kind == "space"):
            this, pieces = "space", _pieces(line, start, " ")
        if held and any(start <= at < end for at, _ in pieces if at in held):
            this, pieces = "", []
        if this != kind and group:
            cells.extend(_head(text, group, kind, table))
            table += 1
            group = []
        kind = this
        if pieces:
            group.append(pieces)
    if group:
        cells.extend(_head(text, group, kind, table))
    return tuple(cells)


def _parts_rows(
    text: str, line: str, kind: str, row: Sequence[tuple[int, int]], below: Sequence[tuple[int, int]]
) -> bool:
    """Whether a short line between two rows with as many cells is a heading inside their table: 并用药品."""
    if not below or kind == "space" or not 0 < len(line.strip()) <= _MAX_HEADING or _split(line, 0)[0]:
        return False
    start, end = below[0]
    this, pieces = _split(text[start:end], start)
    return this == kind and len(pieces) == len(row) >= _MIN_ROW


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, end
        start = end + 1


def _split(line: str, offset: int) -> tuple[str, list[tuple[int, int]]]:
    """Return how a line is divided (``tab``, ``bar``, ``comma``, ``slash``, ``gap`` or nothing) and its cells."""
    if "\t" in line.strip():
        return "tab", _pieces(line, offset, "\t")
    if line.count("|") >= 2 or ("|" in line and line.strip().count("|") >= 1 and len(line) < 80):
        stripped = line.strip()
        inner = line.find("|") + 1 if stripped.startswith("|") else 0
        stop = line.rfind("|") if stripped.endswith("|") and inner < line.rfind("|") else len(line)
        return "bar", _pieces(line[inner:stop], offset + inner, "|")
    if line.count(",") >= 3 and not (_WIDE.search(line) and _THOUSANDS.sub("", line).count(",") < 3):
        bare = _QUOTED.sub(lambda quoted: "x" * len(quoted.group()), line) if '"' in line else line
        if bare.count(",") >= 3 and ", " not in bare and ": " not in bare:
            return "comma", _unquoted(line, _pieces(bare, offset, ","), offset)
    if line.count(" / ") >= 3:
        return "slash", _pieces(line, offset, " / ")
    pieces: list[tuple[int, int]] = []
    at = 0
    for gap in [*_GAP.finditer(line), None]:
        stop = gap.start() if gap else len(line)
        if line[at:stop].strip():
            pieces.append((offset + at, offset + stop))
        at = gap.end() if gap else stop
    return ("gap", pieces) if len(pieces) >= 2 else ("", [])


def _unquoted(line: str, pieces: list[tuple[int, int]], offset: int) -> list[tuple[int, int]]:
    """Return ``pieces`` without the quotes of comma-separated values around them (RFC 4180)."""
    return [
        (start + 1, end - 1)
        if end - start >= 2 and line[start - offset] == '"' == line[end - offset - 1]
        else (start, end)
        for start, end in pieces
    ]


def _may_be_spaced(line: str, *, inside: bool) -> bool:
    """Whether single blanks divide ``line``: words that head columns, 姓名 among them, or a row ``inside`` a table."""
    parts = line.split(" ")
    if inside:
        return len(parts) >= 3
    short = all(part and len(part) <= 6 and not any(char.isdigit() for char in part) for part in parts)
    heads = "姓名" in parts or (not _NAMES_HEAD.isdisjoint(parts) and sum(map(is_label, parts)) > 1)
    return len(parts) >= 4 and short and heads


def _pieces(line: str, offset: int, mark: str) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    at = 0
    for piece in line.split(mark):
        left = len(piece) - len(piece.lstrip())
        bare = len(piece.strip())
        pieces.append((offset + at + (left if bare else 0), offset + at + (left if bare else 0) + bare))
        at += len(piece) + len(mark)
    return pieces


def _head(text: str, rows: list[list[tuple[int, int]]], kind: str, table: int) -> Iterator[Cell]:
    """Give every cell of a plain table its header and its label."""
    header: list[tuple[int, int]] | None = None
    for number, row in enumerate(rows):
        texts = [text[a:b] for a, b in row]
        below = [text[a:b] for a, b in rows[number + 1]] if number + 1 < len(rows) else []
        further = [text[a:b] for a, b in rows[number + 2]] if number + 2 < len(rows) else []
        total = header is not None and texts[0].strip().casefold() in _TOTALS
        pairs = _are_pairs(texts) and not _heads_figures(texts, below) and not total
        if (
            below
            and not pairs
            and (_is_header(texts) or (header is None and _stands_over_figures(texts, below, further)))
        ):
            header = row
        for column, (start, end) in enumerate(row):
            if start == end:
                continue
            head = "" if pairs or header is None or header is row else _header_of(text, kind, header, row, column)
            beside = column > 0 and header is not row and is_label(texts[column - 1]) and not is_label(texts[column])
            label = texts[column - 1].strip() if beside else ""
            yield Cell(
                start, end, table, number, column, head[:_MAX_HEADER], label[:_MAX_HEADER], heading=header is row
            )


def _is_header(texts: Sequence[str]) -> bool:
    """A row heads a table when most of its cells are short words without digits and one at least is a known label."""
    filled = [piece.strip() for piece in texts if piece.strip()]
    if len(filled) < 2:
        return False
    known = sum(is_label(piece) for piece in filled)
    plain = sum(len(piece) <= _MAX_HEADER and not any(char.isdigit() for char in piece) for piece in filled)
    return known >= 1 and plain >= 0.7 * len(filled) and (known >= 2 or plain == len(filled))


def _heads_figures(texts: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a row of words stands over a row with as many cells that has figures, and is no form of label and value.

    Of the headers 序 受检者 生日 管码 项目 only some are known words, at even places by chance.
    """
    if len(texts) < 3 or len(texts) != len(below) or all(is_label(piece) for piece in texts[::2]):
        return False
    return not any(char.isdigit() for piece in texts for char in piece) and any(
        char.isdigit() for piece in below for char in piece
    )


def _stands_over_figures(texts: Sequence[str], below: Sequence[str], further: Sequence[str]) -> bool:
    """Whether a row of words, known or not, stands over a row in which at least half of the cells are figures.

    The corner above the names of the rows may be empty, and then a row of names may stand between (Bidder A over
    Acme Ltd over 41.25). Words with digits (Technical (60), 25/26 outturn) head rows of nothing but figures.
    """
    if not all(texts) or not all(_LETTER.search(piece) for piece in texts):
        return False
    figures = _count_figures(below)
    if _heads_figures(texts, below):
        return 2 * figures >= len(below)
    if len(below) < _MIN_ROW or any(":" in piece or len(piece) > _MAX_HEADER for piece in texts):
        return False
    if len(texts) == len(below):
        return figures >= len(below) - 1 and not all(is_label(piece) for piece in texts[::2])
    if len(texts) != len(below) - 1 or len(texts) < _MIN_ROW - 1 or not _LETTER.search(below[0]):
        return False
    return figures == len(below) - 1 or (len(further) == len(below) and _count_figures(further) == len(below) - 1)


def _count_figures(texts: Sequence[str]) -> int:
    return sum(bool(_FIGURE.fullmatch(piece.strip())) for piece in texts)


def _are_pairs(texts: Sequence[str]) -> bool:
    """Whether a row is label, value, label, value: labels stand at even places and none at odd ones."""
    even = [is_label(piece) for piece in texts[::2] if piece.strip()]
    odd = [is_label(piece) for piece in texts[1::2] if piece.strip()]
    return len(texts) >= 2 and any(even) and bool(odd) and not any(odd) and sum(even) >= len(even) / 2


def _header_of(
    text: str,
    kind: str,
    header: list[tuple[int, int]],
    row: list[tuple[int, int]],
    column: int,
) -> str:
    """Return the header over a cell: by number, or by place where spaces align and numbers differ."""
    if kind == "gap" and column == 0 and len(header) == len(row) - 1:
        return ""  # the corner is empty
    if kind != "gap" or len(header) == len(row):
        return text[slice(*header[column])].strip() if column < len(header) else ""
    place = _display_column(text, row[column][0])
    start, end = min(header, key=lambda piece: abs(_display_column(text, piece[0]) - place))
    return text[start:end].strip()


def _display_column(text: str, position: int) -> int:
    """Return the column of a character as a fixed-width font shows it: Chinese characters take two."""
    line = text[text.rfind("\n", 0, position) + 1 : position]
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in line)
