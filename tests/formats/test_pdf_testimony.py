"""Fonts that do not tell the truth: what a glyph looks like is held against what the file says that it is."""

from __future__ import annotations

import io

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdf_builder import Builder
from pikepdf import Name
from test_pdf import read

from hospital_redact.formats.base import Source
from hospital_redact.formats.pdf import FORMAT, testimony
from hospital_redact.formats.pdf.fonttables import to_unicode
from hospital_redact.formats.pdf.lettering import Lettering
from hospital_redact.model import RedactionPlan, ReleaseContext

SHOWN = "患者张伟因胸痛入院检查费用"


def written(shown: str, said: str, *, pages: int = 1) -> bytes:
    """Return a file whose embedded font shows one text and whose map says another, letter by letter."""
    builder = Builder()
    lettering = Lettering((shown,))
    font = lettering.build(builder.pdf)
    codes = [lettering.codes(letter) for letter in shown]
    pairs = dict(zip(codes, said, strict=True))
    font["/ToUnicode"] = builder.pdf.make_stream(
        to_unicode([((int(code[1:-1], 16), 2), letter) for code, letter in pairs.items()])
    )
    builder.fonts["/Lie"] = font
    line = b"".join(code[1:-1] for code in codes)
    data = builder.build(b"BT /Lie 12 Tf 72 700 Td <" + line + b"> Tj ET")
    if pages == 1:
        return data
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        target = io.BytesIO()
        pdf.save(target)
    return target.getvalue()


def lies(data: bytes) -> list[str]:
    return [str(u.location) for u in read(data).unread if u.what == "false_text"]


@pytest.fixture(params=["with OCR", "without OCR"])
def _ocr(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without OCR":
        monkeypatch.setattr(testimony, "available", lambda: False)  # as where the extra is not installed


@pytest.mark.usefixtures("_ocr")
def test_a_glyph_that_shows_another_character_blocks_its_page() -> None:
    assert lies(written(SHOWN, SHOWN)) == []
    assert lies(written(SHOWN, SHOWN.replace("张伟", "公司"), pages=2)) == ["page 1"]


@pytest.mark.usefixtures("_ocr")
@pytest.mark.parametrize("said", [" ", "\N{SOFT HYPHEN}", "\N{ZERO WIDTH SPACE}", "\N{NO-BREAK SPACE}"])
def test_a_glyph_that_should_show_nothing_blocks(said: str) -> None:
    assert lies(written(SHOWN, SHOWN.replace("张", said))) == ["page 1"]


@pytest.mark.parametrize(("shown", "said"), [("13800000000", "ABBCDDDDDDD"), ("13827", ", .;:"), ("Smith", "Brown")])
def test_digits_and_letters_are_looked_at_as_well(shown: str, said: str) -> None:
    pairs = dict(zip(shown, said, strict=True))
    assert lies(written(shown, "".join(pairs[letter] for letter in shown))) == ["page 1"]


@given(st.permutations("张伟病历诊断患者姓名"))
@settings(max_examples=8, deadline=None)
def test_a_font_whose_characters_are_exchanged_never_passes(said: list[str]) -> None:
    shown = "张伟病历诊断患者姓名"
    assert bool(lies(written(shown, "".join(said)))) == ("".join(said) != shown)


def test_signs_that_look_alike_are_no_lie() -> None:
    assert lies(written("0OlI1", "OOI1l")) == []
    assert lies(written("一-x", "—–×")) == []


def test_an_accepted_lie_is_written_as_it_is() -> None:
    data = written(SHOWN, SHOWN.replace("张", "公"))
    document = FORMAT.read(Source("a.pdf", data))
    plan = RedactionPlan(document.sha256, document.digest, "default", "x", ReleaseContext(), ())
    target = io.BytesIO()
    FORMAT.write(Source("a.pdf", data), plan, target)
    copy = FORMAT.read(Source("a.pdf", target.getvalue()))
    assert list(FORMAT.compare(document, plan, copy)) == []
    assert [u.what for u in copy.unread] == ["false_text"]


def outside(base: str, codes: bytes, mapping: list[tuple[tuple[int, int], str]]) -> bytes:
    """Return a file that shows ``codes`` in a font which it does not hold, with a map of its own."""
    builder = Builder()
    font = builder.fonts[base]
    font["/ToUnicode"] = builder.pdf.make_stream(to_unicode(mapping))
    return builder.build(b"BT %s 12 Tf 72 700 Td <%s> Tj ET" % (base.encode(), codes.hex().encode()))


def test_a_map_that_contradicts_the_encoding_of_a_font_outside_the_file_blocks() -> None:
    shown = "张伟".encode("utf-16-be")
    codes = [(int.from_bytes(shown[i : i + 2], "big"), 2) for i in (0, 2)]
    assert lies(outside("/F2", shown, list(zip(codes, "张伟", strict=True)))) == []
    assert lies(outside("/F2", shown, list(zip(codes, "公司", strict=True)))) == ["page 1"]
    assert lies(outside("/F1", b"Zhang", [((byte, 1), "x") for byte in b"Zhang"])) == ["page 1"]


def test_type3_glyphs_are_looked_at() -> None:
    builder = Builder()
    glyph = builder.pdf.make_stream(b"600 0 d0 0 0 100 700 re 400 0 100 700 re 50 300 400 90 re f")  # an H
    font = pikepdf.Dictionary(
        Type=Name.Font, Subtype=Name.Type3, FontBBox=pikepdf.Array([0, 0, 600, 700]),
        FontMatrix=pikepdf.Array([0.001, 0, 0, 0.001, 0, 0]), FirstChar=65, LastChar=65, Widths=pikepdf.Array([600]),
        CharProcs=pikepdf.Dictionary(A=glyph), Encoding=pikepdf.Dictionary(Differences=pikepdf.Array([65, Name.A])),
        Resources=pikepdf.Dictionary(), ToUnicode=builder.pdf.make_stream(to_unicode([((65, 1), "张")])),
    )  # fmt: skip
    builder.fonts["/T3"] = builder.pdf.make_indirect(font)
    assert lies(builder.build(b"BT /T3 12 Tf 72 700 Td (A) Tj ET")) == ["page 1"]
