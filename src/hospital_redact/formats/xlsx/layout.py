"""What a sheet has besides its cells: columns, panes, merged cells, page setup, conditional formats.

Kept is what is on the list; the words of everything else are read into dead blocks. Source: ECMA-376 part 1, 18.3.1.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from hospital_redact.formats.ooxml.package import Element
from hospital_redact.formats.xlsx.draft import Draft, Sheet
from hospital_redact.formats.xlsx.entry import read_filter, read_validations
from hospital_redact.formats.xlsx.formulas import MAX_COLUMN, read_formula
from hospital_redact.formats.xlsx.grid import Area, Grid, range_text, read_range
from hospital_redact.formats.xlsx.margins import ATTRIBUTES as MARGIN_ATTRIBUTES
from hospital_redact.formats.xlsx.strings import loose_texts
from hospital_redact.formats.xlsx.vocabulary import clean_value, clean_xml, s
from hospital_redact.model import Kind, Location

MAX_MERGED_ROWS = 1_000_000
"""Rows of merged cells that are compared with each other; what follows is not merged in the copy."""
MAX_CONDITIONS = 2000
"""Conditional formats of a sheet that are kept."""
_DROPPED = {
    "hyperlinks": "hyperlink",
    "sheetProtection": "protection",
    "protectedRanges": "protection",
    "scenarios": "scenario",
    "customSheetViews": "custom_view",
    "tableParts": "table_definition",
    "legacyDrawingHF": "header_picture",
    "picture": "background",
    "oleObjects": "embedded_object",
    "controls": "control",
    "smartTags": "smart_tag",
    "cellWatches": "cell_watch",
    "ignoredErrors": "",
    "dataConsolidate": "data_consolidation",
    "webPublishItems": "web_publishing",
    "customProperties": "custom_properties",
    "phoneticPr": "",
    "sortState": "sorting",
    "extLst": "extension",
    "AlternateContent": "embedded_object",
    "other": "extension",
}
"""Elements of a sheet that a copy leaves out, by the word that reports say; some say nothing worth a report."""
_READ_ELSEWHERE = frozenset(
    {
        "sheetData",
        "cols",
        "mergeCells",
        "headerFooter",
        "drawing",
        "legacyDrawing",
        "dimension",
        "conditionalFormatting",
        "autoFilter",
        "dataValidations",
    }
)
_KEPT = frozenset(
    {"sheetPr", "sheetViews", "sheetFormatPr", "sheetCalcPr", "printOptions", "pageMargins", "pageSetup"}
    | {"rowBreaks", "colBreaks"}
)
_CONDITIONS = frozenset(
    {"cellIs", "expression", "colorScale", "dataBar", "iconSet", "top10", "aboveAverage", "duplicateValues"}
    | {"uniqueValues", "containsBlanks", "notContainsBlanks", "containsErrors", "notContainsErrors"}
)
_OPERATORS = frozenset(
    ["lessThan", "lessThanOrEqual", "equal", "notEqual", "greaterThanOrEqual", "greaterThan", "between", "notBetween"]
)
_RULE_FLAGS = ("stopIfTrue", "aboveAverage", "percent", "bottom", "equalAverage")
_LONG_NUMBER = re.compile(r"\d{7}")
_TELLING = re.compile(r"[^\x00-\x7f]|[A-Za-z]{3}|\d{5}")
_MACHINE = re.compile(
    r"[Ff]{2}[0-9A-Fa-f]{6}|\{[0-9A-Fa-f-]{36}\}|https?://(?:schemas|purl)\.\S+|[A-Z]{1,3}\d+(?::[A-Z]{1,3}\d+)?|\w{1,24}Id\d+"
)


def read_layout(grid: Grid, draft: Draft, sheet: Sheet, part: str) -> None:
    """Put the layout of ``grid`` into ``sheet``, and what is left out into ``draft``."""
    others = grid.others
    sheet.before += _first(others, "sheetPr", frozenset({s("tabColor"), s("outlinePr"), s("pageSetUpPr")}))
    sheet.before += _views(others.get("sheetViews", []))
    sheet.before += _first(others, "sheetFormatPr")
    if grid.columns is not None:
        sheet.before += _columns(grid.columns, len(draft.styles.formats))
    sheet.after += read_filter(others.get("autoFilter", ()), draft, part)
    if grid.merges:
        ranges = "".join(f'<mergeCell ref="{range_text(area)}"/>' for area in _apart(grid.merges))
        sheet.after.append(f"<mergeCells>{ranges}</mergeCells>")
    sheet.after += _conditional(others.get("conditionalFormatting", []), draft, part)
    sheet.after += read_validations(others.get("dataValidations", ()), draft, part, _is_plain_formula)
    for name in ("printOptions", "pageMargins", "pageSetup"):
        sheet.setup += _first(others, name)
    for element in others.get("headerFooter", [])[:1]:
        for name in MARGIN_ATTRIBUTES:
            if element.get(name) in ("0", "1", "true", "false"):
                sheet.margin_attributes += f' {name}="{element.get(name)}"'
    for name in ("rowBreaks", "colBreaks"):
        for element in others.get(name, [])[:1]:
            markup = [clean_xml(child) for child in element if child.tag == s("brk")][:1024]
            if markup:
                sheet.breaks.append(
                    f'<{name} count="{len(markup)}" manualBreakCount="{len(markup)}">{"".join(markup)}</{name}>'
                )
    _leave_out(grid, draft, part)


def _apart(merges: list[Area]) -> Iterator[Area]:
    """Yield the merged ranges that share no cell with an earlier one: Excel refuses a sheet with others."""
    taken: dict[int, list[tuple[int, int]]] = {}  # by row the columns that are taken, sorted
    steps = 0
    for area in merges:
        rows = range(area.row, area.last_row + 1)
        steps += len(rows)
        if steps > MAX_MERGED_ROWS:
            return
        columns = (area.column, area.last_column)
        if any(_is_taken(taken.get(row, ()), columns) for row in rows):
            continue
        for row in rows:
            insort(taken.setdefault(row, []), columns)
        yield area


def _is_taken(taken: Sequence[tuple[int, int]], columns: tuple[int, int]) -> bool:
    place = bisect_left(taken, columns)
    before = place > 0 and taken[place - 1][1] >= columns[0]
    return before or (place < len(taken) and taken[place][0] <= columns[1])


def _first(others: dict[str, list[Element]], name: str, only: frozenset[str] | None = frozenset()) -> list[str]:
    found = others.get(name)
    markup = clean_xml(found[0], only) if found else ""
    return [markup] if markup else []


def _views(elements: list[Element]) -> list[str]:
    for element in elements[:1]:
        for view in element.iterfind(s("sheetView")):
            markup = clean_xml(view, frozenset({s("pane")}))
            if 'workbookViewId="' not in markup:
                markup = markup.replace("<sheetView", '<sheetView workbookViewId="0"', 1)
            markup = re.sub(r'workbookViewId="\d+"', 'workbookViewId="0"', markup)
            return [f"<sheetViews>{markup}</sheetViews>"]
    return []


def _columns(columns: Element, styles: int) -> list[str]:
    out: list[str] = []
    last = 0
    for column in columns:
        first, end = column.get("min", ""), column.get("max", "")
        if not (first.isascii() and first.isdigit() and end.isascii() and end.isdigit()):
            continue
        if not last < int(first[:6]) <= int(end[:6]) <= MAX_COLUMN:
            continue
        last = int(end)
        hidden = column.get("hidden") in ("1", "true") or column.get("width") in ("0", "0.0")
        attributes = f' min="{int(first)}" max="{last}"'
        for name in ("width", "style", "bestFit", "customWidth", "outlineLevel"):
            given = column.get(name)
            value = None if given is None else clean_value("col", name, given)
            if value is not None and not (name == "style" and float(value) >= styles):
                attributes += f' {name}="{value}"'
        out.append(f'<col{attributes} hidden="1"/>' if hidden else f"<col{attributes}/>")
    return [f"<cols>{''.join(out)}</cols>"] if out else []


# -- conditional formats ----------------------------------------------------------------------------------------------


def _conditional(elements: list[Element], draft: Draft, part: str) -> Iterator[str]:
    limit = draft.styles.differences()
    priority = 0
    for element in elements[:MAX_CONDITIONS]:
        ranges = [read_range(piece) for piece in element.get("sqref", "").split()]
        kept = [range_text(area) for area in ranges if area is not None]
        rules: list[str] = []
        for rule in element.iterfind(s("cfRule")):
            priority += 1
            markup = _rule(rule, limit, priority)
            if markup:
                rules.append(markup)
            else:
                draft.drop("conditional_format", part)
                said = [*loose_texts(rule), rule.get("text", "")]
                draft.bury("\n".join(filter(None, said)), Kind.METADATA, Location(part, "conditional format"))
        if kept and rules:
            yield f'<conditionalFormatting sqref="{" ".join(kept)}">{"".join(rules)}</conditionalFormatting>'


def _rule(rule: Element, limit: int, priority: int) -> str:
    """Return a rule of which every formula computes from numbers and cells alone; else an empty text."""
    kind = rule.get("type", "")
    formulas = [f.text or "" for f in rule.findall(s("formula"))]
    if kind not in _CONDITIONS or not all(map(_is_plain_formula, formulas)):
        return ""
    limits = [cfvo.get("val") for cfvo in rule.iter(s("cfvo"))]
    if any(value is not None and clean_value("cfvo", "val", value) is None for value in limits):
        return ""
    if kind == "cellIs" and rule.get("operator") not in _OPERATORS:
        return ""
    attributes = f' type="{kind}" priority="{priority}"'
    form = rule.get("dxfId", "")
    if form.isascii() and form.isdigit() and int(form[:6]) < limit:
        attributes += f' dxfId="{int(form)}"'
    if rule.get("operator") in _OPERATORS:
        attributes += f' operator="{rule.get("operator")}"'
    for name in (*_RULE_FLAGS, "rank", "stdDev"):
        value = clean_value("cfRule", name, rule.get(name, ""))
        if value is not None:
            attributes += f' {name}="{value}"'
    inner = "".join(f"<formula>{escape(text)}</formula>" for text in formulas)
    inner += "".join(clean_xml(child) for child in rule if child.tag in (s("colorScale"), s("dataBar"), s("iconSet")))
    return f"<cfRule{attributes}>{inner}</cfRule>"


def _is_plain_formula(text: str) -> bool:
    formula = read_formula(text)
    plain = formula.keepable and not formula.has_text and not any(area.sheet for area in formula.areas)
    return plain and not _LONG_NUMBER.search(text)


# -- what is left out --------------------------------------------------------------------------------------------------


def _leave_out(grid: Grid, draft: Draft, part: str) -> None:
    for name, elements in grid.others.items():
        if name in _READ_ELSEWHERE:
            continue
        word = "" if name in _KEPT else _DROPPED.get(name, "unknown_element")
        if word:
            draft.drop(word, part, sum(max(len(element), 1) for element in elements))
        place = Location(part, word.replace("_", " ") if name in _DROPPED and word else "layout")
        said = dict.fromkeys(text for element in elements for text in telling_texts(element))
        draft.bury("\n".join(said), Kind.METADATA, place)


def telling_texts(root: Element) -> Iterator[str]:
    """Yield the texts and the attribute values under ``root`` that may say something to a reader."""
    for element in root.iter("*"):
        for value in element.attrib.values():
            text = str(value).strip()
            if _TELLING.search(text) and not _MACHINE.fullmatch(text) and not clean_value("", "", text):
                yield text
        for said in (element.text, element.tail):
            if said and said.strip():
                yield said.strip()
