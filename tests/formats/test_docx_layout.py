"""What survives of the layout: LibreOffice renders a Word file and its copy to the same pages, but for the edits."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import docx
import docx_kit as kit
import numpy as np
import planting
import pypdfium2  # type: ignore[import-untyped]  # it ships no types
import pytest
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_BREAK
from docx.oxml import parse_xml
from docx.shared import Cm, Pt
from numpy.typing import NDArray

from hospital_redact.formats.base import Source
from hospital_redact.formats.docx import FORMAT

NAME = "王小测"
LABEL = "李大试"
"""As wide as the name, so that no line breaks elsewhere."""


def record() -> bytes:
    """A discharge record as a ward writes it: titles, numbering, tables, sections, boxes, a chart, a watermark."""
    made = docx.Document()
    made.sections[0].header.paragraphs[0].text = "某市第一人民医院  住院病历"
    made.sections[0].footer.paragraphs[0].text = "第一版"
    made.add_heading("出院记录", 0)
    made.add_heading("一、基本情况", 1)
    grid = made.add_table(4, 4, style="Table Grid")
    for place, text in {(0, 0): "姓名", (0, 1): NAME, (0, 2): "性别", (0, 3): "男", (1, 0): "诊断"}.items():
        grid.cell(*place).text = text
    grid.cell(1, 1).merge(grid.cell(1, 3)).text = "社区获得性肺炎"
    grid.cell(2, 0).merge(grid.cell(3, 0)).text = "备注"
    for text in ("入院时发热三天", "给予抗感染治疗", "好转出院"):
        made.add_paragraph(text, style="List Number")
    line = made.add_paragraph("患者")
    line.add_run(NAME).bold = True
    line.add_run("，体温38.5℃，").underline = True
    line.add_run("病情平稳。").font.size = Pt(16)
    line.paragraph_format.first_line_indent = Cm(1)
    line.paragraph_format.line_spacing = 2
    made.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    made.add_paragraph("第二页", style="Heading 2")
    _draw(made, kit.drawing(kit.SHAPE, kit.shape(kit.paragraph(kit.run(f"联系人 {NAME}")), _LINE)), 1_800_000, 600_000)
    art = '<v:shape style="width:200pt;height:40pt" type="#_x0000_t136" fillcolor="silver"><v:textpath string="内部"/>'
    _draw(made, f"<w:pict>{_WORD_ART}{art}</v:shape></w:pict>")
    section = made.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    made.add_paragraph("横向页", style="Quote")
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


_LINE = '<a:ln w="12700"><a:solidFill><a:srgbClr val="0070C0"/></a:solidFill></a:ln>'
_WORD_ART = (
    '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" path="m,l21600,m,21600l21600,21600e">'
    '<v:path textpathok="t"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
)


def _draw(made: docx.document.Document, markup: str, width: int = 9525, height: int = 9525) -> None:
    markup = markup.replace('cx="9525" cy="9525"', f'cx="{width}" cy="{height}"')
    made.element.body.insert(-1, parse_xml(f"<w:p {kit.NAMESPACES}><w:r>{markup}</w:r></w:p>"))


def converted(folder: Path, **files: bytes) -> dict[str, pypdfium2.PdfDocument]:
    for name, data in files.items():
        (folder / f"{name}.docx").write_bytes(data)
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("needs LibreOffice: there is no soffice on the PATH")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run(
        [*command, *(str(folder / f"{n}.docx") for n in files)], check=True, capture_output=True, timeout=180
    )
    return {name: pypdfium2.PdfDocument(folder / f"{name}.pdf") for name in files}


def drawn(page: pypdfium2.PdfPage) -> NDArray[np.uint8]:
    return np.asarray(page.render(scale=1).to_pil().convert("L"))


def said(page: pypdfium2.PdfPage) -> str:
    return "".join(page.get_textpage().get_text_bounded().split())


def test_the_pages_of_a_copy_are_those_of_the_source(tmp_path: Path) -> None:
    data = record()
    document = FORMAT.read(Source("出院记录.docx", data))
    target = io.BytesIO()
    plan = planting.plan_for(document, NAME, LABEL)
    assert len(plan.edits) == 3
    FORMAT.write(Source("出院记录.docx", data), plan, target)
    pages = converted(tmp_path, source=data, copy=target.getvalue())
    before, after = pages["source"], pages["copy"]
    assert len(before) == len(after) == 3
    for old, new in zip(before, after, strict=True):
        assert said(old).replace(NAME, LABEL) == said(new)
        was, now = drawn(old), drawn(new)
        assert was.shape == now.shape
        changed = np.abs(was.astype(int) - now.astype(int)) > 64
        # Three names of three letters each; everything else lies where it lay.
        assert changed.sum() <= 3 * 3 * 16 * 16
