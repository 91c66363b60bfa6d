"""Builds the six examples and ``values.toml`` from ``texts.py``: ``python examples/build.py [FOLDER]``.

Needs python-docx and fpdf2 (in the ``test`` extra), and for the Chinese PDF the font LXGW WenKai (SIL Open Font
License 1.1; Debian package fonts-lxgw-wenkai), of which only the glyphs used are embedded. The built files are
committed, so only a change of the texts needs the font.
"""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import docx
from docx.document import Document as Docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph
from fpdf import FPDF
from texts import CLAIM, NEWS, Discharge, Letter, Pay, Referral, Table

HERE = Path(__file__).parent
FONT = Path("/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf")
TIME = datetime(2024, 9, 30, 8, tzinfo=UTC)
"""Stands for every time of day in a file, so that two builds give the same bytes."""


class Values:
    """What must be in no copy of one example (``gone``) and what every copy keeps (``kept``)."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.gone: dict[str, None] = {}  # a set that keeps its order
        self.kept: dict[str, None] = {}

    def plain(self, marked: str) -> str:
        """Return ``marked`` without its marks (ends of runs stay) and take down what they surround."""
        for values, pattern in ((self.gone, "⟦(.*?)⟧"), (self.kept, "⟪(.*?)⟫")):
            values.update(dict.fromkeys(value.replace("‖", "") for value in re.findall(pattern, marked)))
        return re.sub("[⟦⟧⟪⟫]", "", marked)

    def toml(self) -> str:
        """Return this example's table of ``values.toml``."""
        lists = "".join(
            f"{name} = [\n" + "".join(f"  {json.dumps(value, ensure_ascii=False)},\n" for value in values) + "]\n"
            for name, values in (("gone", self.gone), ("kept", self.kept))
        )
        return f"[[example]]\nfile = {json.dumps(self.file, ensure_ascii=False)}\n{lists}"


def add_runs(paragraph: Paragraph, text: str) -> None:
    """Add ``text`` to ``paragraph``, a run for each part between ``‖``."""
    for part in text.split("‖"):
        paragraph.add_run(part)


def new_docx(values: Values, properties: dict[str, str], header: str, footer: str) -> Docx:
    """Return an empty document with core properties, a header, a footer and Chinese fonts."""
    document = docx.Document()
    for name, value in properties.items():
        setattr(document.core_properties, name, values.plain(value))
    document.core_properties.created = document.core_properties.modified = TIME.replace(tzinfo=None)
    for name, font in (("Normal", "宋体"), ("Heading 1", "黑体"), ("Heading 2", "黑体")):
        style = document.styles[name]
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    document.styles["Normal"].font.size = Pt(10.5)
    add_runs(document.sections[0].header.paragraphs[0], values.plain(header))
    add_runs(document.sections[0].footer.paragraphs[0], values.plain(footer))
    return document


def add_table(document: Docx, values: Values, rows: list[tuple[str, ...]], size: float) -> None:
    """Add a ruled table of ``rows``; text of ``size`` points."""
    table = document.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            add_runs(cell.paragraphs[0], values.plain(text))
            for run in cell.paragraphs[0].runs:
                run.font.size = Pt(size)


def save_docx(document: Docx, target: Path) -> None:
    """Write ``document`` with fixed times in the archive, which python-docx takes from the clock."""
    buffer = io.BytesIO()
    document.save(buffer)
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(target, "w") as archive:
        for info in source.infolist():
            entry = zipfile.ZipInfo(info.filename, (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, source.read(info), zipfile.ZIP_DEFLATED)


def build_discharge(target: Path, values: Values) -> None:
    """Write the discharge summary: table, header, comment, properties."""
    text = Discharge
    document = new_docx(values, text.properties, text.header, text.footer)
    document.add_heading(text.title, 1).alignment = WD_ALIGN_PARAGRAPH.CENTER
    add_table(document, values, list(text.table), 10.5)
    for heading, body in text.sections:
        document.add_heading(heading, 2)
        paragraph = document.add_paragraph()
        add_runs(paragraph, values.plain(body))
        if heading == text.commented:
            words = values.plain(text.comment)
            comment = document.add_comment(paragraph.runs, text=words, author=text.comment_author, initials="护")
            comment._comment_elm.set(qn("w:date"), TIME.strftime("%Y-%m-%dT%H:%M:%SZ"))  # noqa: SLF001 - no public way
    document.add_paragraph(values.plain(text.signature)).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    save_docx(document, target)


def build_pay(target: Path, values: Values) -> None:
    """Write the pay table, landscape."""
    text = Pay
    document = new_docx(values, text.properties, text.header, text.footer)
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = Cm(1.5)
    document.add_heading(text.title, 1).alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph(values.plain(text.note))
    add_table(document, values, [text.columns, *text.rows()], 9)
    document.add_paragraph(values.plain(text.remarks))
    save_docx(document, target)


class Page(FPDF):
    """A PDF whose identifier does not depend on the clock."""

    def file_id(self) -> str:
        """Return the two halves of the trailer's ``/ID``."""
        return f"<{'0' * 32}><{'0' * 32}>"


def build_pdf(target: Path, values: Values, text: type[Referral | Letter], font: Path | None) -> None:
    """Write a letter on A4: title, paragraphs and ruled tables; ``font`` is embedded, ``None`` is Helvetica."""
    pdf = Page(format="A4")
    pdf.set_creation_date(TIME)
    properties = {name: values.plain(value) for name, value in text.properties.items()}
    pdf.set_title(properties["title"])
    pdf.set_author(properties["author"])
    pdf.set_subject(properties["subject"])
    pdf.set_keywords(properties["keywords"])
    family = "helvetica"
    if font is not None:
        family = "wenkai"
        pdf.add_font(family, fname=font)
    pdf.set_margins(20, 20)
    pdf.add_page()
    pdf.set_font(family, size=17)
    pdf.cell(0, 12, values.plain(text.title), align="C", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font(family, size=10.5)
    for piece in text.body:
        pdf.ln(2)
        if isinstance(piece, Table):
            with pdf.table(
                col_widths=piece.widths, first_row_as_headings=False, line_height=6, text_align="LEFT"
            ) as table:
                for row in piece.rows:
                    table.row([values.plain(cell) for cell in row])
        else:
            align = "J" if len(piece) > 90 else "L"
            pdf.multi_cell(0, 6, values.plain(piece), align=align, new_x="LMARGIN", new_y="NEXT")
    target.write_bytes(bytes(pdf.output()))


def build_text(target: Path, values: Values, text: str, encoding: str) -> None:
    """Write ``text`` with the line ends of its writer's machine: CRLF for GB18030."""
    newline = "\r\n" if encoding == "gb18030" else "\n"
    target.write_bytes(values.plain(text).replace("\n", newline).encode(encoding))


BUILDERS: dict[str, Callable[[Path, Values], None]] = {
    "出院小结.docx": build_discharge,
    "工资发放表.docx": build_pay,
    "转诊信.pdf": lambda target, values: build_pdf(target, values, Referral, FONT),
    "discharge-letter.pdf": lambda target, values: build_pdf(target, values, Letter, None),
    "新闻稿.txt": lambda target, values: build_text(target, values, NEWS, "gb18030"),
    "insurance-claim.txt": lambda target, values: build_text(target, values, CLAIM, "utf-8"),
}


def build(folder: Path) -> None:
    """Write the six examples and ``values.toml`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = []
    for name, builder in BUILDERS.items():
        values = Values(name)
        builder(folder / name, values)
        tables.append(values.toml())
    head = "# Written by build.py: what no copy of an example may hold (gone), and what every copy keeps (kept).\n\n"
    (folder / "values.toml").write_text(head + "\n".join(tables), encoding="utf-8")


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
