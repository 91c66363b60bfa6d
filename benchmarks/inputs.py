"""Invented hospital documents for the benchmarks, the same for the same seed. Nobody and no number in them is real.

``records`` makes texts, ``write_pdf`` and its kin make the files that are read and redacted.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import docx
import openpyxl
import pikepdf
import pptx
from pikepdf import Array, Dictionary, Name, Pdf, String

LINES_PER_PAGE = 34
LINE_WIDTH = 40
"""Full-width characters on a line of the PDF."""

_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_GIVEN = "子墨雨桐思远若水景行可欣明轩书瑶文博一诺嘉禾清扬念慈怀瑾晓棠允之知微乐山"
_CITIES = ("柏岭市云台区", "青川县临江镇", "望湖市东郊区", "石泉市南桥街道")
_ROADS = ("文三路", "梧桐街", "建设北路", "月湖巷", "先锋大道")
_WARDS = ("普外科", "心内科", "呼吸科", "骨科", "消化内科", "神经内科")
_DISEASES = (
    "胆囊结石伴急性胆囊炎",
    "2型糖尿病",
    "高血压病3级",
    "慢性阻塞性肺疾病急性加重",
    "右股骨颈骨折",
    "急性阑尾炎",
)
_ZH_PLAIN = (
    "入院后完善相关检查，血常规示白细胞计数升高，肝肾功能及凝血功能未见明显异常，腹部超声提示局部渗出。",
    "查体：神志清楚，双肺呼吸音清，未闻及干湿性啰音，心律齐，各瓣膜区未闻及病理性杂音，腹软，无反跳痛。",
    "予头孢呋辛1.5g静脉滴注，每8小时一次，同时给予补液、止痛及营养支持治疗，症状较前明显缓解。",
    "建议低盐低脂饮食，避免劳累，按时服药，定期门诊复查，如有不适随时就诊。",
    "既往体健，否认高血压、冠心病病史，否认食物及药物过敏史，预防接种史不详。",
    "会议要求各科室严格落实首诊负责制，进一步规范病历书写，加强围手术期管理，持续改进医疗质量。",
)
_FIRST = ("Oliver", "Amelia", "Harriet", "Callum", "Priya", "Owen", "Freya", "Malcolm", "Isla", "Rohan")
_LAST = ("Whitcombe", "Ashdown", "Pemberley", "Lockhart", "Thackeray", "Marsden", "Okafor", "Brightwell", "Sandiford")
_STREETS = ("Mill Lane", "Harbour Road", "Station Approach", "Orchard Close", "Kiln Street")
_TOWNS = ("Ashby Cross", "Port Merrin", "Stonebridge", "Kelwick")
_ILLNESS = ("community-acquired pneumonia", "unstable angina", "acute cholecystitis", "a fractured neck of femur")
_EN_PLAIN = (
    "On examination the chest was clear, heart sounds were normal and the abdomen was soft with no guarding.",
    "Full blood count, renal function and liver function tests were within normal limits on discharge.",
    "Treatment was started with intravenous antibiotics and changed to tablets after forty-eight hours.",
    "Please repeat the blood tests in two weeks and continue the current tablets until the next review.",
    "There is no known drug allergy and no relevant past medical history.",
)
_MAIL = "example.org"


class Record(NamedTuple):
    """A text and the values in it that must not leave."""

    text: str
    values: tuple[str, ...]


def records(language: str, *, seed: int, count: int, size: int = 2000) -> list[Record]:
    """Return ``count`` texts of ``language`` (``zh``, ``en``, ``mixed``), each of ``size`` characters or a little more.

    Two seeds share no person or number, save by chance.
    """
    makers: dict[str, tuple[Callable[[random.Random], Record], ...]] = {
        "zh": (_zh_letter,),
        "en": (_en_letter,),
        "mixed": (_zh_letter, _en_letter),
    }
    dice = random.Random(f"{language} {seed}")
    made = []
    for _ in range(count):
        parts: list[Record] = []
        while sum(len(part.text) for part in parts) < size:
            parts.append(makers[language][len(parts) % len(makers[language])](dice))
        made.append(
            Record("\n".join(part.text for part in parts), tuple(value for part in parts for value in part.values))
        )
    return made


def _digits(dice: random.Random, count: int) -> str:
    return "".join(dice.choice("0123456789") for _ in range(count))


def _resident_id(dice: random.Random) -> str:
    """Return an identity card number with its check character (GB 11643-1999)."""
    body = f"330106{dice.randint(1940, 2010)}{dice.randint(1, 12):02d}{dice.randint(1, 28):02d}{_digits(dice, 3)}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def _nhs_number(dice: random.Random) -> str:
    """Return an NHS number with its check digit (modulus 11, NHS Data Dictionary)."""
    while True:
        body = "9" + _digits(dice, 8)
        check = 11 - sum(int(d) * w for d, w in zip(body, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            whole = f"{body}{check % 11}"
            return f"{whole[:3]} {whole[3:6]} {whole[6:]}"


def _zh_name(dice: random.Random) -> str:
    return dice.choice(_SURNAMES) + dice.choice(_GIVEN) + dice.choice(_GIVEN)


def _zh_letter(dice: random.Random) -> Record:
    patient, relative, doctor = _zh_name(dice), _zh_name(dice), _zh_name(dice)
    card, mobile, other = _resident_id(dice), "139" + _digits(dice, 8), "158" + _digits(dice, 8)
    number = _digits(dice, 10)
    road = f"{dice.choice(_ROADS)}{dice.randint(1, 300)}号{dice.randint(1, 30)}幢{dice.randint(101, 2902)}室"
    plain = dice.sample(_ZH_PLAIN, 3)
    text = f"""出院小结
姓名：{patient}    性别：{dice.choice("男女")}    年龄：{dice.randint(18, 88)}岁
身份证号：{card}    联系电话：{mobile}
住院号：{number}    科室：{dice.choice(_WARDS)}
住址：{dice.choice(_CITIES)}{road}
患者{patient}因反复不适{dice.randint(2, 20)}天入院，诊断：{dice.choice(_DISEASES)}。{plain[0]}
{plain[1]}家属{relative}（电话{other}）陪同，已告知病情。
{plain[2]}
主治医师：{doctor}
"""
    return Record(text, (patient, relative, card, mobile, other, number, road))


def _en_letter(dice: random.Random) -> Record:
    first, last = dice.choice(_FIRST), dice.choice(_LAST)
    doctor = f"{dice.choice(_FIRST)} {dice.choice(_LAST)}"
    number, phone = _nhs_number(dice), f"07700 900{_digits(dice, 3)}"
    street = f"{dice.randint(1, 200)} {dice.choice(_STREETS)}"
    mail = f"{first.lower()}.{last.lower()}{dice.randint(1, 99)}@{_MAIL}"
    plain = dice.sample(_EN_PLAIN, 3)
    text = f"""Discharge letter
Patient: {first} {last}
NHS number: {number}    Telephone: {phone}
Address: {street}, {dice.choice(_TOWNS)}
E-mail: {mail}
Dear colleague, {first} {last} was admitted with {dice.choice(_ILLNESS)}. {plain[0]}
{plain[1]} {plain[2]} The family can be reached on {phone}.
Yours sincerely, Dr {doctor}
"""
    return Record(text, (f"{first} {last}", number, phone, street, mail))


# --------------------------------------------------------------------------- files


class Pages(NamedTuple):
    """The lines of each page, and the values on it."""

    lines: list[list[str]]
    values: list[list[str]]


def pages(*, seed: int, count: int) -> Pages:
    """Return ``count`` pages of Chinese letters, wrapped at :data:`LINE_WIDTH`, cut at :data:`LINES_PER_PAGE`.

    Values that wrapping parts, or that stand below the cut, are not among the page's values.
    """
    lines, values = [], []
    for record in records("zh", seed=seed, count=count, size=900):
        wrapped = [part for line in record.text.split("\n") for part in _wrap(line)][:LINES_PER_PAGE]
        lines.append(wrapped)
        values.append([value for value in record.values if any(value in line for line in wrapped)])
    return Pages(lines, values)


def _wrap(line: str) -> list[str]:
    """Return ``line`` in parts of at most :data:`LINE_WIDTH` characters; like an office program, keep numbers whole."""
    parts = [""]
    for word in re.findall(r"[0-9A-Za-z]+|.", line):
        if len(parts[-1]) + len(word) > LINE_WIDTH:
            parts.append("")
        parts[-1] += word
    return parts if line else []


def write_pdf(made: Pages, target: Path) -> None:
    """Write ``made`` as a PDF with a Chinese font that is named and not embedded (predefined CMap UniGB-UCS2-H)."""
    pdf = Pdf.new()
    font = _cid_font(pdf)
    for lines in made.lines:
        pdf.add_blank_page(page_size=(595, 842))
        page = pdf.pages[-1]
        shown = "".join(f"<{line.encode('utf-16-be').hex()}> Tj 0 -22 Td\n" for line in lines)
        page.obj.Contents = pdf.make_stream(f"BT /F1 12 Tf 50 790 Td\n{shown}ET".encode())
        page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
    pdf.save(target, static_id=True)


def _cid_font(pdf: Pdf) -> pikepdf.Object:
    name = Name("/STSong-Light")
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        Flags=4,
        FontBBox=[0, -200, 1000, 900],
        ItalicAngle=0,
        Ascent=880,
        Descent=-120,
        CapHeight=880,
        StemV=80,
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType0,
        BaseFont=name,
        DW=1000,
        W=Array([1, Array([500] * 95)]),
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("GB1"), Supplement=4),
        FontDescriptor=pdf.make_indirect(descriptor),
    )
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=name,
        Encoding=Name("/UniGB-UCS2-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
    )
    return pdf.make_indirect(font)


def lines_of_records(*, seed: int, count: int) -> tuple[list[str], list[str]]:
    """Return ``count`` lines of Chinese letters, and the values that stand whole in one of them."""
    lines: list[str] = []
    values: list[str] = []
    for number in range(count):  # each record has more than one line
        if len(lines) >= count:
            break
        (record,) = records("zh", seed=seed + number, count=1, size=900)
        lines.extend(line for line in record.text.split("\n") if line)
        values.extend(record.values)
    text = "\n".join(lines[:count])
    return lines[:count], [value for value in dict.fromkeys(values) if value in text]


def write_docx(target: Path, *, seed: int, paragraphs: int) -> None:
    """Write a DOCX of exactly ``paragraphs`` paragraphs, each in two runs as an editor leaves them."""
    document = docx.Document()
    for line in lines_of_records(seed=seed, count=paragraphs)[0]:
        paragraph = document.add_paragraph()
        half = len(line) // 2
        paragraph.add_run(line[:half])
        paragraph.add_run(line[half:]).bold = True
    document.save(str(target))


def write_xlsx(target: Path, *, seed: int, rows: int, columns: int) -> list[str]:
    """Write a sheet of staff and pay with ``rows`` rows under a heading; return some names and numbers in it."""
    dice = random.Random(seed)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    sheet.append(["姓名", "身份证号", *(f"项目{number}" for number in range(1, columns - 1))])
    values: list[str] = []
    for number in range(rows):
        name, identity = _zh_name(dice), _resident_id(dice)
        if number % 50 == 0:
            values.append(identity)
        sheet.append([name, identity, *(dice.randrange(1_000, 20_000) / 100 for _ in range(columns - 2))])
    book.save(target)
    return values


def write_pptx(target: Path, *, seed: int, slides: int) -> list[str]:
    """Write a presentation with five lines of letters on each slide; return the values on it."""
    lines, values = lines_of_records(seed=seed, count=5 * slides)
    file = pptx.Presentation()
    for number in range(slides):
        slide = file.slides.add_slide(file.slide_layouts[1])
        slide.shapes.title.text = f"病例 {number + 1}"
        slide.placeholders[1].text_frame.text = "\n".join(lines[5 * number : 5 * number + 5])
    file.save(str(target))
    return values
