"""Reads a whole workbook into a :class:`~hospital_redact.formats.xlsx.draft.Draft`: sheets, margins, hidden places.

Only relationships on the list are followed. Every other part is left out of the copy, listed, and its text read into
dead blocks, so that it counts for detection and the level. Hidden sheets, rows and columns are left out like them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hospital_redact.errors import ReadError
from hospital_redact.formats.ooxml.namespaces import NS_R
from hospital_redact.formats.ooxml.package import Element, NewPart, Package, Relation, open_package
from hospital_redact.formats.ooxml.theme import theme_part
from hospital_redact.formats.pictures import PictureReading
from hospital_redact.formats.xlsx.cells import CellReader
from hospital_redact.formats.xlsx.draft import Draft, Margin, Sheet
from hospital_redact.formats.xlsx.grid import Budget, Grid, read_grid
from hospital_redact.formats.xlsx.hidden import HiddenPlaces
from hospital_redact.formats.xlsx.layout import read_layout, telling_texts
from hospital_redact.formats.xlsx.margins import Third, read_margins
from hospital_redact.formats.xlsx.oldshapes import OldShape, old_shapes
from hospital_redact.formats.xlsx.shapes import DrawingReader, ReadPicture
from hospital_redact.formats.xlsx.strings import Text, parse_or_none, read_shared
from hospital_redact.formats.xlsx.styles import Styles
from hospital_redact.formats.xlsx.vocabulary import MAIN_TYPES, s
from hospital_redact.model import Kind, Location, Unread

MAX_SHEETS = 1024
THEME_TYPE = "application/vnd.openxmlformats-officedocument.theme+xml"
_R_ID = f"{{{NS_R}}}id"
_ON = ("1", "true")
_SIDES = {"L": "left", "C": "centre", "R": "right"}


class _Named(NamedTuple):
    """A sheet as the workbook lists it."""

    name: str
    relation: Relation
    visible: bool


def read_draft(data: bytes, read_picture: ReadPicture | None = None) -> Draft:
    """Return the clean copy of the workbook in ``data`` with everything that was read; pictures by ``read_picture``.

    Raises ReadError HR202 (encrypted), HR203 (damaged or ambiguous), HR204 (over a limit).
    """
    return _Reader(open_package(data, MAIN_TYPES), read_picture or _read_picture).read()


def _read_picture(data: bytes, name: str) -> PictureReading:
    from hospital_redact.formats.pictures import read_picture  # noqa: PLC0415 - loads numpy, and models for OCR

    return read_picture(data, name)


class _Reader:
    def __init__(self, package: Package, read_picture: ReadPicture) -> None:
        self._package = package
        self._relations = package.relations(package.main)
        self._taken: set[str] = {package.main}
        self._shared: list[Text] = []
        self._used: set[int] = set()
        self.draft = Draft(styles=self._styles())
        self._budget = Budget(len(self.draft.styles.formats))
        self._pictures = DrawingReader(package, self.draft, self._taken, read_picture)

    def read(self) -> Draft:
        """Read everything, the sheets that show first."""
        root = self._package.root(self._package.main)
        if root.tag != s("workbook"):
            raise ReadError("HR203", "the main part is no workbook; open and save it in Excel")
        properties = root.find(s("workbookPr"))
        self.draft.from_1904 = properties is not None and properties.get("date1904") in _ON
        shared = self._single("sharedStrings")
        if shared is not None:
            self._shared = read_shared(self._package.parts[shared])
        named = list(self._named(root))
        for sheet in named:
            if sheet.visible:
                self._visible(sheet)
        if not self.draft.sheets:
            raise ReadError("HR201", "the workbook shows no sheet of cells; save what it shows as a document")
        hidden = 0
        for sheet in named:
            if not sheet.visible:
                hidden += 1
                self._hidden(sheet, hidden)
        self._theme()
        names = [sheet.name for sheet in named if sheet.visible]
        HiddenPlaces(self._package, self.draft, self._taken, names).read(root)
        self._rest_of_texts()
        return self.draft

    def _single(self, kind: str) -> str | None:
        """Return the name of the one part that the workbook names by this relationship."""
        found = {
            relation.target
            for relation in self._relations.values()
            if relation.kind == kind and not relation.external and relation.target in self._package.parts
        }
        if len(found) > 1:
            raise ReadError(
                "HR203", "the workbook names several parts as its {kind}; open and save it in Excel", kind=kind
            )
        if found:
            self._taken |= found
        return found.pop() if found else None

    def _styles(self) -> Styles:
        name = self._single("styles")
        return Styles(None if name is None else self._package.root(name))

    def _theme(self) -> None:
        name = self._single("theme")
        if name is not None:
            root = theme_part(self._package.root(name))
            self.draft.parts.append(NewPart("xl/theme/theme1.xml", THEME_TYPE, root))

    # -- sheets -------------------------------------------------------------------------------------------------

    def _named(self, root: Element) -> list[_Named]:
        sheets: list[_Named] = []
        seen: set[str] = set()
        for element in root.iterfind(f"{s('sheets')}/{s('sheet')}"):
            relation = self._relations.get(element.get(_R_ID, ""))
            if relation is None or relation.external or relation.target not in self._package.parts:
                raise ReadError("HR203", "the workbook names a sheet that is not there; open and save it in Excel")
            if relation.target in seen:
                raise ReadError("HR203", "the workbook names a sheet twice; open and save it in Excel")
            seen.add(relation.target)
            visible = element.get("state", "visible") not in ("hidden", "veryHidden")
            sheets.append(_Named(element.get("name", ""), relation, visible))
        if len(sheets) > MAX_SHEETS:
            raise ReadError("HR204", "the workbook has more than {max_sheets} sheets", max_sheets=MAX_SHEETS)
        return sheets

    def _visible(self, named: _Named) -> None:
        draft = self.draft
        if named.relation.kind == "chartsheet":
            self._chart_sheet(named)
            return
        if named.relation.kind != "worksheet":
            self._not_cells(named)
            return
        sheet, part = self._new_sheet(named)
        grid = read_grid(self._package.parts[named.relation.target], self._shared, self._used, self._budget)
        read_layout(grid, draft, sheet, part)
        CellReader(draft, part, grid, sheet).read()
        self._margins(grid, sheet, part)
        self._odd_texts(grid, part)
        self._drawings(grid, sheet, named.relation.target, part)

    def _new_sheet(self, named: _Named) -> tuple[Sheet, str]:
        """Return a sheet of the copy, and how locations call it."""
        draft = self.draft
        self._taken.add(named.relation.target)
        number = len(draft.sheets) + 1
        part = f"sheet {number}"
        block = draft.show(named.name, Kind.HEADING, Location(part, "name"))
        sheet = Sheet(number, named.name, block)
        draft.sheets.append(sheet)
        return sheet, part

    def _chart_sheet(self, named: _Named) -> None:
        """Read a sheet that is a chart (18.3.1.12) as a sheet of no cells with the chart on it."""
        sheet, part = self._new_sheet(named)
        root = self._package.root(named.relation.target)
        said = "\n".join(dict.fromkeys(telling_texts(root)))
        self.draft.bury(said, Kind.METADATA, Location(part, "layout"))
        for number, element in enumerate(root.findall(s("headerFooter"))):
            for third in read_margins(element):
                self._third(third, sheet if number == 0 else None, part)
        self._drawn(root.findall(s("drawing")), sheet, named.relation.target, part)

    def _not_cells(self, named: _Named) -> None:
        """Leave out a sheet that is a dialogue; a sheet of old macros is left out as macros are."""
        draft = self.draft
        place = Location("package", "sheet")
        draft.bury(named.name, Kind.HEADING, place)
        if "macro" in named.relation.kind.lower():
            draft.drop("macros", "package")
            return
        draft.drop("unknown_part", "package")
        place = Location("package", f"sheet {1 + sum(u.location.part == 'package' for u in draft.unread)}")
        draft.unread.append(Unread("unknown_part", place, "a sheet of this kind is not read yet"))

    def _hidden(self, named: _Named, number: int) -> None:
        draft = self.draft
        part = f"hidden sheet {number}"
        draft.drop("hidden_sheet", "package")
        draft.bury(named.name, Kind.HEADING, Location(part, "name"))
        if named.relation.kind != "worksheet":
            return
        self._taken.add(named.relation.target)
        grid = read_grid(self._package.parts[named.relation.target], self._shared, self._used, self._budget)
        CellReader(draft, part, grid, None).read()
        self._margins(grid, None, part)
        self._odd_texts(grid, part)

    def _margins(self, grid: Grid, sheet: Sheet | None, part: str) -> None:
        for number, element in enumerate(grid.others.get("headerFooter", ())):
            for third in read_margins(element):
                self._third(third, sheet if number == 0 else None, part)

    def _third(self, third: Third, sheet: Sheet | None, part: str) -> None:
        draft = self.draft
        text = "".join(shown for shown, _ in third.pieces)
        kind = Kind.FOOTER if third.tag.endswith("Footer") else Kind.HEADER
        which = third.tag.removesuffix("Header").removesuffix("Footer")
        place = Location(part, f"{kind.value} {which} {_SIDES[third.side]}")
        draft.bury(third.lost, Kind.METADATA, place)
        if "&G" in third.lost.upper() and sheet is not None:
            draft.unread.append(Unread("image", place, "a picture in a page header is not read yet"))
        if sheet is None:
            draft.bury(text, kind, place)
        elif text:
            block = draft.show(text, kind, place)
            sheet.margins.append(Margin(third.tag, third.side, third.pieces, block))

    def _odd_texts(self, grid: Grid, part: str) -> None:
        if grid.odd:
            self.draft.drop("unknown_element", part, len(grid.odd))
            self.draft.bury("\n".join(grid.odd), Kind.METADATA, Location(part, "text"))

    def _drawings(self, grid: Grid, sheet: Sheet, part: str, where: str) -> None:
        relations = self._drawn(grid.others.get("drawing", ()), sheet, part, where)
        shapes = self._old_shapes(relations)
        seen: set[str] = set()
        for name in ("oleObjects", "AlternateContent", "other"):
            for holder in grid.others.get(name, ()):
                for found in holder.iter(s("oleObject")):
                    # A second form of the same object stands beside it for older programmes.
                    key = found.get("shapeId", "")
                    if key not in seen and (len(found) or holder.find(f".//{s('oleObject')}/*") is None):
                        seen.add(key)
                        shape = next((x for x in shapes if x.number == key), None)
                        sheet.drawing = self._pictures.read_object(found, sheet.drawing, where, shape)
        listed = {shape.number for shape in shapes}
        for holder in (h for name in ("controls", "AlternateContent") for h in grid.others.get(name, ())):
            missing = dict.fromkeys(c.get("shapeId", "") for c in holder.iter(s("control")))
            shapes += [OldShape(key, None, "", is_control=True) for key in missing if key not in listed]
        for shape in shapes:
            if shape.is_control or shape.number not in seen:
                sheet.drawing = self._pictures.read_control(shape, sheet.drawing, where)

    def _drawn(self, elements: Iterable[Element], sheet: Sheet, part: str, where: str) -> dict[str, Relation]:
        """Read the drawings that ``elements`` of ``part`` name; return the relationships of ``part``."""
        relations = self._package.relations(part)
        for element in elements:
            relation = relations.get(element.get(_R_ID, ""))
            if relation is None or relation.external or relation.target not in self._package.parts:
                continue
            sheet.drawing = self._pictures.read(relation.target, where) or sheet.drawing
        return relations

    def _old_shapes(self, relations: dict[str, Relation]) -> list[OldShape]:
        """Return the form controls of a sheet and the frames of its embedded objects."""
        shapes: list[OldShape] = []
        for relation in relations.values():
            if relation.kind == "vmlDrawing" and not relation.external and relation.target in self._package.parts:
                root = parse_or_none(self._package.parts[relation.target])
                shapes += [] if root is None else old_shapes(root)
        return shapes

    def _rest_of_texts(self) -> None:
        """Read the shared texts that no cell shows, and the words of number formats."""
        unused = [text for number, text in enumerate(self._shared) if number not in self._used]
        if unused:
            self.draft.drop("unused_text", "xl/sharedStrings.xml", len(unused))
            for text in unused:
                said = f"{text.plain} {text.hidden}".strip()
                self.draft.bury(said, Kind.METADATA, Location("xl/sharedStrings.xml", "unused text"))
        if self.draft.styles.words:
            self.draft.drop("number_format", "xl/styles.xml", len(self.draft.styles.words))
            place = Location("xl/styles.xml", "number formats")
            self.draft.bury("\n".join(self.draft.styles.words), Kind.METADATA, place)
