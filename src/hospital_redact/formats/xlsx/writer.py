"""Carries out the edits of a plan on the clean copy and packs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from hospital_redact.errors import PlanError
from hospital_redact.formats.ooxml.editing import share_edits, write_drawn
from hospital_redact.formats.ooxml.namespaces import NS_R, NS_S
from hospital_redact.formats.ooxml.package import OFFICE_RELATION, NewPart, write_package
from hospital_redact.formats.xlsx.boxes import put_label
from hospital_redact.formats.xlsx.draft import Cell, Draft, Image, Sheet
from hospital_redact.formats.xlsx.formulas import column_letters
from hospital_redact.formats.xlsx.margins import TAGS, write_third
from hospital_redact.formats.xlsx.naming import sheet_names
from hospital_redact.formats.xlsx.settling import Settled, settle
from hospital_redact.formats.xlsx.shapes import IMAGE_RELATION
from hospital_redact.formats.xlsx.strings import edit_runs, text_xml
from hospital_redact.formats.xlsx.vocabulary import SHEET_TYPE, escape_text
from hospital_redact.model import Edit, RedactionPlan, RemovedPart, apply_edits, edits_by_block

MAIN = "xl/workbook.xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

Edits = Mapping[int, Sequence[Edit]]


def write_copy(draft: Draft, plan: RedactionPlan, target: BinaryIO) -> tuple[RemovedPart, ...]:
    """Write the copy to ``target`` and return what was left out.

    Raises PlanError HR404 for an edit outside its block or over another one, HR401 for a replacement that XML cannot
    hold. The draft is used up.
    """
    blocks = draft.blocks()
    edits = edits_by_block(plan.edits)
    for number, group in edits.items():
        if number > len(blocks):  # one block more than ours: the name, which formats/__init__ adds
            raise PlanError("HR404", "an edit points outside the document; make the plan anew")
        if number < len(blocks):
            _check(len(blocks[number].text), group)
    settled = settle(blocks, edits)
    _draw(draft, edits, settled, plan)
    write_package(_parts(draft, edits, settled), MAIN, target)
    return draft.removed()


def _check(length: int, edits: Sequence[Edit]) -> None:
    ends = [0, *(edit.span.end for edit in edits)]
    if any(edit.span.start < end for edit, end in zip(edits, ends, strict=False)) or ends[-1] > length:
        raise PlanError("HR404", "edits overlap or point outside their block; make the plan anew")


def _parts(draft: Draft, edits: Edits, settled: Mapping[int, Settled]) -> Iterator[NewPart]:
    workbook = NewPart(MAIN, SHEET_TYPE.format("sheet.main"))
    names = sheet_names(
        [sheet.name for sheet in draft.sheets],
        [apply_edits(sheet.name, edits.get(sheet.name_block, ())) for sheet in draft.sheets],
    )
    listed: list[str] = []
    sheets: list[NewPart] = []
    for sheet, name in zip(draft.sheets, names, strict=True):
        part = NewPart(f"xl/worksheets/sheet{sheet.number}.xml", SHEET_TYPE.format("worksheet"))
        key = workbook.relate(OFFICE_RELATION + "worksheet", part.name)
        listed.append(f'<sheet name={quoteattr(name)} sheetId="{sheet.number}" r:id="{key}"/>')
        part.data = "".join(_sheet(draft, sheet, part, edits, settled)).encode()
        draft.drop("formula", f"sheet {sheet.number}", sheet.lost_formulas)
        sheets.append(part)
    styles = NewPart("xl/styles.xml", SHEET_TYPE.format("styles"), data=draft.styles.markup())
    workbook.relate(OFFICE_RELATION + "styles", styles.name)
    for part in draft.parts:
        if part.name.startswith("xl/theme/"):
            workbook.relate(OFFICE_RELATION + "theme", part.name)
    dates = ' date1904="1"' if draft.from_1904 else ""
    workbook.data = (
        f'{_HEAD}<workbook xmlns="{NS_S}" xmlns:r="{NS_R}"><workbookPr{dates}/><bookViews><workbookView/></bookViews>'
        f"<sheets>{''.join(listed)}</sheets>{_print_names(draft, names)}</workbook>"
    ).encode()
    return iter((workbook, *sheets, styles, *draft.parts))


def _print_names(draft: Draft, names: Sequence[str]) -> str:
    out: list[str] = []
    for number, (sheet, name) in enumerate(zip(draft.sheets, names, strict=True)):
        quoted = "'" + name.replace("'", "''") + "'"
        for given, ranges in dict(sheet.print_names).items():
            text = ",".join(f"{quoted}!{piece}" for piece in ranges)
            out.append(f'<definedName name="{given}" localSheetId="{number}">{escape(text)}</definedName>')
    return f"<definedNames>{''.join(out)}</definedNames>" if out else ""


# -- sheets ------------------------------------------------------------------------------------------------------------


def _sheet(draft: Draft, sheet: Sheet, part: NewPart, edits: Edits, settled: Mapping[int, Settled]) -> Iterator[str]:
    yield f'{_HEAD}<worksheet xmlns="{NS_S}" xmlns:r="{NS_R}">'
    yield from sheet.before
    yield "<sheetData>"
    first_stored = len(draft.live)
    for number, attributes, cells in sheet.rows:
        yield f'<row r="{number}"{attributes}>'
        for cell in cells:
            key = cell.block if cell.block >= -1 else first_stored - cell.block - 2
            yield _cell(sheet, number, cell, settled.get(key) if key >= 0 else None, edits)
        yield "</row>"
    yield "</sheetData>"
    yield from sheet.after
    yield from sheet.setup
    yield _margins(sheet, edits)
    yield from sheet.breaks
    if sheet.drawing is not None:
        yield f'<drawing r:id="{part.relate(OFFICE_RELATION + "drawing", sheet.drawing.name)}"/>'
    yield "</worksheet>"


def _cell(sheet: Sheet, row: int, cell: Cell, settled: Settled | None, edits: Edits) -> str:
    place = f'<c r="{column_letters(cell.column)}{row}"' + (f' s="{cell.style}"' if cell.style else "")
    formula = ""
    if cell.formula and (settled is None or settled.formula):
        formula = f"<f>{escape(cell.formula)}</f>"
    elif cell.formula:
        sheet.lost_formulas += 1
    if settled is not None and settled.text is not None:
        runs = edit_runs(cell.runs, _spans(edits.get(cell.block, ()))) if cell.runs else ()
        plain = "".join(run.text for run in runs) if runs else settled.text
        if plain != settled.text:
            runs = ()
        return f'{place} t="inlineStr"><is>{text_xml(settled.text, runs)}</is></c>' if settled.text else f"{place}/>"
    match cell.kind:
        case "n":
            return f"{place}>{formula}<v>{cell.raw}</v></c>"
        case "b" | "e":
            value = {"TRUE": "1", "FALSE": "0"}.get(cell.raw, cell.raw)
            return f'{place} t="{cell.kind}">{formula}<v>{value}</v></c>'
        case "t" if formula:
            return f'{place} t="str">{formula}<v>{escape_text(cell.shown)}</v></c>'
        case "t":
            return f'{place} t="inlineStr"><is>{text_xml(cell.shown, cell.runs)}</is></c>'
        case _:
            return f"{place}>{formula}</c>" if formula else f"{place}/>"


def _spans(edits: Sequence[Edit]) -> list[tuple[int, int, str]]:
    return [(edit.span.start, edit.span.end, edit.replacement) for edit in edits]


def _margins(sheet: Sheet, edits: Edits) -> str:
    out = ""
    for tag in TAGS:
        thirds = [margin for margin in sheet.margins if margin.tag == tag]
        text = "".join(write_third(m.side, m.pieces, _spans(edits.get(m.block, ()))) for m in thirds)
        out += f"<{tag}>{escape_text(text)}</{tag}>" if text else ""
    return f"<headerFooter{sheet.margin_attributes}>{out}</headerFooter>" if out else ""


# -- drawings ----------------------------------------------------------------------------------------------------------


def _draw(draft: Draft, edits: Edits, settled: Mapping[int, Settled], plan: RedactionPlan) -> None:
    painted: dict[int, dict[int, Sequence[Edit]]] = {}
    for drawn in draft.drawn:
        own = edits.get(drawn.block, ())
        if drawn.image is not None:
            if own:
                painted.setdefault(id(drawn.image), {})[drawn.line] = own
        elif own:
            for element, text in share_edits(drawn.pieces, own):
                write_drawn(element, text)
        elif drawn.block in settled and drawn.pieces:
            texts = (settled[drawn.block].text or "", *("" for _ in drawn.pieces[1:]))
            for (element, before), after in zip(drawn.pieces, texts, strict=True):
                if before != after:
                    write_drawn(element, after)
    for image in draft.images:
        _write_image(draft, image, painted.get(id(image), {}), plan)


def _write_image(draft: Draft, image: Image, edits: Edits, plan: RedactionPlan) -> None:
    """Give a picture's part its painted bytes; put a label wherever it shows if not all of it was accepted."""
    accepted = {(entry.what, entry.location) for entry in plan.accepted_unread}
    name = image.part.name
    if all((unread.what, str(unread.location)) in accepted for unread in image.reading.unread):
        from hospital_redact.formats.pictures import redact_picture  # noqa: PLC0415 - loads Pillow

        made = redact_picture(image.data, edits, image.reading)
        image.part.data, image.part.content_type = made.data, made.content_type
        image.part.name = f"{name}.{made.suffix}"
    else:
        draft.parts.remove(image.part)
        for place in image.places:
            put_label(place)
        draft.drop("image", name, len(image.places))
    for part in draft.parts:
        if (IMAGE_RELATION, name) in part.relations:
            relations = [
                (kind, image.part.name if target == name else target, id_)
                for (kind, target), id_ in part.relations.items()
            ]
            part.relations = {(kind, target): id_ for kind, target, id_ in relations if target != name}
