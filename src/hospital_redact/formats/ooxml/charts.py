"""Charts: what they say, as lines that can be edited, and a clean twin that needs no workbook.

The twin is built from an allow-list while the chart is read. Names, categories and values become literals, so that no
formula and no embedded workbook is needed and none is kept; user shapes, extensions, pivot sources and error bars of
their own values go. Source: ECMA-376 part 1, clause 21.2.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from lxml import etree

from hospital_redact.formats.ooxml.namespaces import NS_A, NS_C
from hospital_redact.formats.ooxml.package import Element
from hospital_redact.formats.ooxml.shapes import copy_formatting, is_drawing_value

MAX_POINTS = 5000
"""Most names, categories and values of a chart that is kept; a denser one is left to a placeholder."""

_C = f"{{{NS_C}}}"
_A = f"{{{NS_A}}}"
_VALUE = _C + "v"
_POINT = _C + "pt"
_TEXT = _A + "t"


class ChartCell(NamedTuple):
    """A place in the table of a chart's data: ``table``, ``row`` and ``column`` count from 0 in this chart.

    Row 0 holds the names of series. ``column_head`` and ``row_head`` are numbers of lines of this chart, or ``None``.
    """

    table: int
    row: int
    column: int
    column_head: int | None = None
    row_head: int | None = None


class ChartLine(NamedTuple):
    """One text of a chart. ``pieces`` are elements of the twin and their share of ``text``, in order.

    ``role`` is ``title``, ``series``, ``category``, ``value`` or ``label``. ``cell`` is set for what stands in the
    chart's data.
    """

    text: str
    pieces: tuple[tuple[Element, str], ...]
    role: str
    cell: ChartCell | None = None


class Chart(NamedTuple):
    """A chart that can stay: its twin, its lines in reading order, and texts that the twin leaves out.

    ``dropped`` are stable words for what is left out.
    """

    root: Element
    lines: tuple[ChartLine, ...]
    lost: tuple[str, ...]
    dropped: tuple[str, ...]


def read_chart(root: Element) -> Chart | None:
    """Return the chart in ``root``, the root of its part; ``None`` where its kind is not known or it is too dense."""
    plot = root.find(f"{_C}chart/{_C}plotArea")
    if root.tag != _C + "chartSpace" or plot is None:
        return None
    kinds = {_name(child) for child in plot if _name(child).endswith("Chart")}
    if not kinds or not kinds <= _GROUPS or sum(1 for _ in root.iter(_POINT, _TEXT)) > MAX_POINTS:
        return None
    chart = _Copier().read(root)
    owned = {element for line in chart.lines for element, _ in line.pieces}
    texts = chart.root.iter(_TEXT, _VALUE, _C + "name")
    # Twice the same element where the schema allows one: what the second says must not stay unread.
    return chart if all(element in owned or element.getparent() in owned for element in texts) else None


def write_text(element: Element, text: str) -> None:
    """Give an element of a piece its new text. Raises ValueError for characters that XML cannot hold.

    A number of a series becomes nought with a number format that shows the text (clause 18.8.31: quoted literals), so
    that the chart stays valid and draws nothing in its place.
    """
    if element.tag == _POINT:
        element.set("formatCode", _literal(text))
        element[0].text = "0"
    else:
        element.text = text


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GROUPS = _words(
    "barChart bar3DChart lineChart line3DChart pieChart pie3DChart ofPieChart doughnutChart areaChart area3DChart"
    " scatterChart bubbleChart radarChart stockChart surfaceChart surface3DChart"
)
_KEPT = _GROUPS | _words(
    "chart view3D floor sideWall backWall plotArea layout manualLayout ser dLbls dLbl dPt marker trendline trendlineLbl"
    " errBars dropLines hiLowLines upDownBars upBars downBars serLines leaderLines bandFmts bandFmt custSplit catAx"
    " valAx dateAx serAx scaling majorGridlines minorGridlines dTable legend legendEntry dispUnits dispUnitsLbl"
    " date1904 roundedCorners style autoTitleDeleted rotX hPercent rotY depthPercent rAngAx perspective thickness"
    " layoutTarget xMode yMode wMode hMode x y w h barDir grouping varyColors idx order invertIfNegative explosion"
    " symbol size showLegendKey showVal showCatName showSerName showPercent showBubbleSize showLeaderLines dLblPos"
    " delete trendlineType period forward backward intercept dispRSqr dispEq errDir errBarType errValType noEndCap val"
    " gapWidth gapDepth overlap shape secondPieSize ofPieType splitType splitPos secondPiePt firstSliceAng holeSize"
    " smooth scatterStyle bubbleScale showNegBubbles sizeRepresents bubble3D radarStyle wireframe axPos crosses"
    " crossesAt orientation max min logBase majorTickMark minorTickMark tickLblPos auto lblAlgn lblOffset"
    " noMultiLvlLbl tickLblSkip tickMarkSkip crossBetween majorUnit minorUnit baseTimeUnit majorTimeUnit minorTimeUnit"
    " builtInUnit custUnit showHorzBorder showVertBorder showOutline showKeys legendPos overlay plotVisOnly"
    " dispBlanksAs showDLblsOverMax"
)
"""Elements that stay with their value; those that hold text, data or formatting have readers of their own."""
_VALUES = _words(
    "bar col clustered percentStacked stacked standard edge factor inner outer b t l r tr ctr inBase inEnd outEnd"
    " bestFit circle dash diamond dot none picture plus square star triangle x exp linear log movingAvg poly power y"
    " both minus cust fixedVal percentage stdDev stdErr cone coneToMax box cylinder pyramid pyramidToMax pie percent"
    " pos marker lineMarker smooth smoothMarker line area w filled autoZero min max minMax maxMin cross in out high low"
    " nextTo between midCat days months years hundreds thousands tenThousands hundredThousands millions tenMillions"
    " hundredMillions billions trillions gap zero span auto"
)
_NUMBER = re.compile(r"-?\d{1,24}(?:\.\d{1,24})?(?:[eE][+-]?\d{1,3})?")
_SMALL_NUMBER = re.compile(r"-?\d{1,8}(?:\.\d{1,17})?(?:[eE][+-]?\d{1,3})?")
_SEPARATOR = re.compile(r"[\s,;.:/|、，；\-]{1,3}|\(New Line\)")
_FORMAT = re.compile(
    r"(?:[#0?,.%/:;\-+_() *@\sEeyYmMdDhHsSgGbB$¥￥年月日时時分秒元万亿人次例床天个\\\"]"
    r"|\[(?:Red|Blue|Black|White|Green|Cyan|Magenta|Yellow|\$-[0-9A-Fa-f]{1,6}|h|m|s)\]){0,60}|General"
)
_QUOTED = re.compile(r'(?:"[^"]*"|\\.)+', re.DOTALL)
_PLAIN_PLACE = re.compile(r"\$?[A-Z]{1,3}\$?\d+|[:,()!'$]|\b(?:Sheet|Tabelle|Feuil|工作表)\d*")
_DAY_ZERO = datetime(1899, 12, 30)


class _Table:
    """The data of one group of series while it is read: names in row 0, then a row for each point."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], tuple[Element, str, str]] = {}
        self.heads: dict[int, int] = {}
        """The column of categories by the column of values that it heads."""
        self.categories: int | None = None
        self.width = 0

    def lines(self, table: int, first: int) -> list[ChartLine]:
        """Return the cells row by row; ``first`` is the number that the first of them will have."""
        order = {place: first + number for number, place in enumerate(sorted(self.cells))}
        lines = []
        for row, column in order:
            element, text, role = self.cells[row, column]
            above = order.get((0, column)) if row else None
            beside = order.get((row, self.heads[column])) if row and column in self.heads else None
            lines.append(ChartLine(text, ((element, text),), role, ChartCell(table, row, column, above, beside)))
        return lines


class _Copier:
    """Builds the twin; one object a chart."""

    def __init__(self) -> None:
        self._lines: list[ChartLine] = []
        self._lost: list[str] = []
        self._read: set[str] = set()
        self._dropped: dict[str, None] = {}
        self._axes: dict[str, str] = {}
        self._tables = 0
        self._table = _Table()
        self._readers: dict[str, Callable[[Element, Element], None]] = {
            "ser": self._series,
            "title": self._titled,
            "trendlineLbl": self._titled,
            "dispUnitsLbl": self._titled,
            "dLbl": self._label,
            "name": self._trend_name,
            "errBars": self._error_bars,
            "spPr": self._frame,
            "txPr": self._text_format,
            "numFmt": self._number_format,
            "separator": self._separator,
            "axId": self._axis,
            "crossAx": self._axis,
            **dict.fromkeys(_GROUPS, self._group),
        }

    def read(self, root: Element) -> Chart:
        """Return the chart in ``root``."""
        out = etree.Element(_C + "chartSpace", nsmap={"c": NS_C, "a": NS_A})
        texts = [(element.tag, (element.text or "").strip()) for element in root.iter("*")]
        self._children(root, out)
        for tag, text in texts:
            if tag == _C + "f":
                if _PLAIN_PLACE.sub("", text).strip():
                    self._lost.append(text)  # a sheet's name may be a person's
            elif len(text) > 1 and text not in self._read:
                self._lost.append(text)
        return Chart(out, tuple(self._lines), tuple(dict.fromkeys(self._lost)), tuple(self._dropped))

    def _children(self, source: Element, out: Element) -> None:
        for child in source:
            self._child(child, out)

    def _child(self, child: Element, out: Element) -> None:
        name = _name(child)
        if name in self._readers:
            self._readers[name](child, out)
        elif name in _KEPT:
            self._plain(child, out)
        else:
            self._leave(child)

    def _plain(self, source: Element, out: Element) -> None:
        value = source.get("val")
        if value is None or value in _VALUES or is_drawing_value(value) or _SMALL_NUMBER.fullmatch(value) is not None:
            element = etree.SubElement(out, source.tag, {} if value is None else {"val": value})
            self._children(source, element)

    def _leave(self, source: Element) -> None:
        """Leave ``source`` out; what it says is kept for detection in the end."""
        word = _DROPPED.get(_name(source))
        if word:
            self._dropped[word] = None

    # -- data ------------------------------------------------------------------------------------------------------

    def _group(self, source: Element, out: Element) -> None:
        self._table = _Table()
        self._plain(source, out)
        found = self._table.lines(self._tables, len(self._lines))
        self._lines += found
        self._tables += bool(found)

    def _series(self, source: Element, out: Element) -> None:
        element = etree.SubElement(out, source.tag)
        table = self._table
        categories = next((child for child in source if _name(child) in ("cat", "xVal")), None)
        if categories is not None and _name(categories) == "cat" and table.categories is not None:
            # The axis shows the categories of the first series; those of another show nowhere.
            self._leave(categories)
            source.remove(categories)
            categories = None
        if categories is not None:
            table.categories = table.width
            table.width += max(1, sum(1 for _ in categories.iter(_C + "lvl")))
        first = table.width
        for child in source:
            match _name(child):
                case "tx":
                    self._series_name(child, element, first)
                case "cat" | "xVal":
                    self._data(child, element, "category", table.categories or 0)
                case "val" | "yVal" | "bubbleSize":
                    if table.categories is not None:
                        table.heads[table.width] = table.categories
                    self._data(child, element, "value", table.width)
                    table.width += 1
                case _:
                    self._child(child, element)
        table.width = max(table.width, first + 1)

    def _series_name(self, source: Element, out: Element, column: int) -> None:
        """Read the name of a series: of one cell or several, joined."""
        text = self._joined(source)
        element = etree.SubElement(etree.SubElement(out, source.tag), _VALUE)
        element.text = text
        self._table.cells[0, column] = (element, text, "series")

    def _joined(self, source: Element) -> str:
        texts = [value.text or "" for value in source.iter(_VALUE)]
        self._read.update(text.strip() for text in texts)
        return " ".join(texts)

    def _data(self, source: Element, out: Element, role: str, column: int) -> None:
        element = etree.SubElement(out, source.tag)
        levels = list(source.iter(_C + "lvl"))
        cache = next(source.iter(*(_C + name for name in ("strCache", "strLit", "numCache", "numLit"))), None)
        if levels:
            holder = etree.SubElement(element, _C + "multiLvlStrRef")
            etree.SubElement(holder, _C + "f").text = "Sheet1!$A$1"
            holder = etree.SubElement(holder, _C + "multiLvlStrCache")
            # The innermost level comes first in the file and stands next to the values.
            for nested, level in enumerate(levels):
                place = column + len(levels) - 1 - nested
                self._points(level, etree.SubElement(holder, level.tag), role, place, None)
        elif cache is not None and _name(cache).startswith("str"):
            self._points(cache, etree.SubElement(element, _C + "strLit"), role, column, None)
        elif cache is not None:
            code = cache.findtext(_C + "formatCode", "General")
            literal = etree.SubElement(element, _C + "numLit")
            etree.SubElement(literal, _C + "formatCode").text = self._clean_format(code)
            self._points(cache, literal, role, column, code)
        else:
            out.remove(element)

    def _points(self, source: Element, out: Element, role: str, column: int, code: str | None) -> None:
        """Copy the points of a cache; ``code`` is the format of numbers, ``None`` for texts."""
        points: dict[int, Element] = {}
        for point in source.findall(_POINT):
            index = point.get("idx", "")
            if index.isascii() and index.isdigit() and int(index) < MAX_POINTS:
                points.setdefault(int(index), point)
        if code is not None or _name(source) != "lvl":
            etree.SubElement(out, _C + "ptCount", {"val": str(max(points, default=-1) + 1)})
        for place, point in sorted(points.items()):
            value = point.findtext(_VALUE, "")
            self._read.add(value.strip())
            new = etree.SubElement(out, _POINT, {"idx": str(place)})
            etree.SubElement(new, _VALUE).text = value
            shown = (new[0], value) if code is None else self._number(new, value, point.get("formatCode", code))
            self._table.cells[place + 1, column] = (*shown, role)

    def _number(self, point: Element, value: str, code: str) -> tuple[Element, str]:
        """Return a numeric point and how it reads; what is no number is shown by its format."""
        said = _said(code)
        if said is None and _NUMBER.fullmatch(value.strip()) is None:
            said = value
        if said is not None:
            write_text(point, said)
            return point, said
        if self._clean_format(code) != "General":
            point.set("formatCode", code)
        point[0].text, text = _shown(value.strip(), code)
        return point, text

    def _clean_format(self, code: str) -> str:
        self._read.add(code.strip())
        if _FORMAT.fullmatch(code) is not None:
            return code
        self._lost.append(code)
        return "General"

    # -- text ------------------------------------------------------------------------------------------------------

    def _titled(self, source: Element, out: Element) -> None:
        """Copy a title or a label of an axis, and its text in the order in which it shows."""
        element = etree.SubElement(out, source.tag)
        for child in source:
            if _name(child) == "tx":
                self._text(child, element, "title")
            else:
                self._child(child, element)

    def _text(self, source: Element, out: Element, role: str) -> None:
        rich = source.find(_C + "rich")
        holder = etree.SubElement(etree.SubElement(out, source.tag), _C + "rich")
        if rich is None:  # the cell that a title shows
            etree.SubElement(holder, _A + "bodyPr")
            text = self._joined(source)
            run = etree.SubElement(etree.SubElement(holder, _A + "p"), _A + "r")
            new = etree.SubElement(run, _TEXT)
            new.text = text
            self._say(((new, text),), role)
            return
        for child in rich:
            if child.tag == _A + "p":
                self._paragraph(child, holder, role)
            else:
                copy_formatting(child, holder)

    def _paragraph(self, source: Element, out: Element, role: str) -> None:
        paragraph = etree.SubElement(out, source.tag)
        pieces: list[tuple[Element, str]] = []
        for child in source:
            if child.tag in (_A + "r", _A + "fld"):
                run = etree.SubElement(paragraph, _A + "r")
                for part in child.findall(_A + "rPr"):
                    copy_formatting(part, run)
                text = child.findtext(_TEXT, "")
                self._read.add(text.strip())
                new = etree.SubElement(run, _TEXT)
                new.text = text
                pieces.append((new, text))
            elif child.tag == _A + "br":
                etree.SubElement(paragraph, child.tag)
            else:
                copy_formatting(child, paragraph)
        self._say(tuple(pieces), role)

    def _say(self, pieces: tuple[tuple[Element, str], ...], role: str) -> None:
        self._lines.append(ChartLine("".join(text for _, text in pieces), pieces, role))

    def _label(self, source: Element, out: Element) -> None:
        """Copy the label of one point. One made of fields shows what the program computes and needs no text."""
        element = etree.SubElement(out, source.tag)
        for child in source:
            if _name(child) != "tx":
                self._child(child, element)
            elif next(child.iter(_A + "fld"), None) is not None:
                self._leave(child)
            else:
                self._text(child, element, "label")

    def _trend_name(self, source: Element, out: Element) -> None:
        text = source.text or ""
        self._read.add(text.strip())
        new = etree.SubElement(out, source.tag)
        new.text = text
        self._say(((new, text),), "label")

    # -- formatting ------------------------------------------------------------------------------------------------

    def _frame(self, source: Element, out: Element) -> None:
        if next(source.iter(_A + "blipFill"), None) is not None:
            self._dropped["chart_picture"] = None
        copy_formatting(source, out, source.tag)

    def _text_format(self, source: Element, out: Element) -> None:
        element = etree.SubElement(out, source.tag)
        for child in source:
            if child.tag == _A + "p":
                paragraph = etree.SubElement(element, child.tag)
                for part in child:
                    if part.tag in (_A + "pPr", _A + "endParaRPr"):
                        copy_formatting(part, paragraph)
                    else:
                        self._leave(part)
            else:
                copy_formatting(child, element)

    def _number_format(self, source: Element, out: Element) -> None:
        linked = source.get("sourceLinked", "0")
        code = self._clean_format(source.get("formatCode", "General"))
        etree.SubElement(out, source.tag, {"formatCode": code, "sourceLinked": "1" if linked in ("1", "true") else "0"})

    def _separator(self, source: Element, out: Element) -> None:
        if _SEPARATOR.fullmatch(source.text or ""):
            self._read.add((source.text or "").strip())
            etree.SubElement(out, source.tag).text = source.text
        else:
            self._leave(source)

    def _error_bars(self, source: Element, out: Element) -> None:
        kind = source.find(_C + "errValType")
        if kind is not None and kind.get("val") == "cust":
            self._leave(source)
        else:
            self._plain(source, out)

    def _axis(self, source: Element, out: Element) -> None:
        """Copy the number by which a group names its axis, counted anew."""
        key = source.get("val", "")
        etree.SubElement(out, source.tag, {"val": self._axes.setdefault(key, str(len(self._axes) + 1))})


_DROPPED = {
    "externalData": "chart_workbook",
    "userShapes": "chart_drawing",
    "pivotSource": "chart_pivot",
    "errBars": "chart_error_bars",
    "separator": "chart_text",
}


def _name(element: Element) -> str:
    return element.tag[len(_C) :] if element.tag.startswith(_C) else ""


def _literal(text: str) -> str:
    """Return a number format that shows ``text`` whatever the number is."""
    return '"' + text.replace('"', '"\\""') + '"'


def _said(code: str) -> str | None:
    """Return the text that a number format shows if it shows nothing else, as :func:`_literal` writes it."""
    if _QUOTED.fullmatch(code) is None:
        return None
    return re.sub(r'"([^"]*)"|\\(.)', lambda part: part[1] if part[1] is not None else part[2], code, flags=re.DOTALL)


def _shown(value: str, code: str) -> tuple[str, str]:
    """Return a number for the twin and how it shows: a day, with the time where the number has one, if it is a date.

    Days count from 1900 (clause 18.17.4.1). A date keeps no digits beyond the seconds, which would show nowhere.
    """
    letters = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", code).lower()
    if not ("y" in letters or "d" in letters) or "general" in letters:
        return value, value
    try:
        moment = _DAY_ZERO + timedelta(seconds=round(float(value) * 86_400))
    except (OverflowError, ValueError):
        return value, value
    days = (moment - _DAY_ZERO) / timedelta(days=1)
    midnight = days == int(days)
    return (str(int(days)), f"{moment:%Y-%m-%d}") if midnight else (f"{days:.6f}", f"{moment:%Y-%m-%d %H:%M:%S}")
