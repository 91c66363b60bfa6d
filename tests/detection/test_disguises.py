"""Values in disguise: found, and the span covers the characters of the original, no more and no fewer."""

from __future__ import annotations

import base64
import json
import quopri
import random
import urllib.parse
from collections.abc import Callable
from datetime import date
from itertools import pairwise

import pytest
from detection_kit import found, shipped_detector, table_document, text_document
from hypothesis import given, settings
from hypothesis import strategies as st

import hospital_redact as hr
from hospital_redact.detection.disguises import PlainScene, read_disguised
from hospital_redact.detection.encodings import find_encoded, find_opaque
from hospital_redact.detection.literals import find_terms
from hospital_redact.detection.normalisation import normalise
from hospital_redact.detection.scene import Scene
from hospital_redact.detection.validators import cn_resident_id, luhn
from hospital_redact.model import Action, Span

PHONE = "15957100321"
NAME = "患者赵小满"


def readings(text: str) -> list[PlainScene]:
    document = text_document(text)
    return list(read_disguised(Scene(document, document.views[0])))


def noise(size: int, seed: int = 7) -> bytes:
    return random.Random(seed).randbytes(size)


# --------------------------------------------------------------------------- properties

PREFIXES = ("130", "138", "159", "166", "177", "189", "195", "198")
FULL = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
BOLD = str.maketrans("0123456789", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
HAN = str.maketrans("0123456789", "〇一二三四五六七八九")
SPOKEN = str.maketrans("0123456789", "洞幺两三四五六拐八勾")
FORMAL = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
INVISIBLE = ("\u200b", "\u200d", "\u00ad", "\ufe0f", "\u2060", "\u200e", "\u2067", "\u0336", "\U000e0020", "\u034f")


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Return a valid mobile number, identity number or bank card."""
    digits = st.text("0123456789", min_size=8, max_size=8)
    kind = draw(st.sampled_from(("mobile", "resident", "card")))
    if kind == "mobile":
        return draw(st.sampled_from(PREFIXES)) + draw(digits)
    if kind == "resident":
        born = draw(st.dates(min_value=date(1920, 1, 1), max_value=date(2020, 1, 1)))
        head = "330106" + born.strftime("%Y%m%d") + draw(st.text("0123456789", min_size=3, max_size=3))
        return next(head + check for check in "0123456789X" if cn_resident_id(head + check))
    head = "62284803" + draw(st.text("0123456789", min_size=10, max_size=10))
    return next(head + check for check in "0123456789" if luhn(head + check))


@st.composite
def disguised(draw: st.DrawFn) -> str:
    """Return a valid number under a random composition of disguises."""
    value = draw(numbers())
    table = draw(st.sampled_from(({}, FULL, BOLD, ARABIC, HAN, SPOKEN, FORMAL)))
    some = draw(st.booleans())
    chars = [char.translate(table) if not some or draw(st.booleans()) else char for char in value]
    gap = draw(st.sampled_from(("", "", " ", "-", ".", "·", "\t", "\n", "  ")))
    hidden = [draw(st.sampled_from(("", "", *INVISIBLE))) for _ in chars[1:]]
    return chars[0] + "".join(mark + gap + char for mark, char in zip(hidden, chars[1:], strict=True))


@settings(deadline=None, max_examples=150)
@given(disguised())
def test_a_disguised_number_is_covered_exactly(value: str) -> None:
    document = text_document(f"家属来电，号码：{value}。次日复诊")
    spans = {s for f in shipped_detector().detect(document) if f.action is Action.MASK for s in f.spans}
    wanted = [Span(n, 0, len(block.text)) for n, block in enumerate(document.blocks)]
    start = len("家属来电，号码：")
    wanted[0] = Span(0, start, wanted[0].end)
    last = wanted[-1]
    wanted[-1] = Span(last.block, last.start, document.blocks[last.block].text.index("。"))
    assert spans == set(wanted)


@settings(deadline=None, max_examples=60)
@given(
    st.text("病历附注赵小满 a1,。\\%&=+~", max_size=40), st.sampled_from(("quote", "json", "entity", "base64", "hex"))
)
def test_places_of_decoded_characters_stay_in_the_text(before: str, how: str) -> None:
    value = NAME + PHONE
    encode: dict[str, Callable[[str], str]] = {
        "quote": urllib.parse.quote,
        "json": lambda text: json.dumps(text)[1:-1],
        "entity": lambda text: "".join(f"&#{ord(char)};" for char in text),
        "base64": lambda text: base64.b64encode(text.encode()).decode(),
        "hex": lambda text: text.encode().hex(),
    }
    text = f"{before} {encode[how](value)} 完"
    for reading in readings(text):
        at = reading.text.find(PHONE)
        if at >= 0:
            start, end = reading.normal.original(at, at + len(PHONE))
            assert len(before) < start < end <= len(text) - 2


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=200))
def test_any_text_has_readings_whose_places_are_its_own(text: str) -> None:
    view = text_document(text).views[0]
    for reading in readings(text):
        assert len(reading.normal.starts) == len(reading.normal.ends) == len(reading.text)
        assert all(
            0 <= a < b <= len(view.text) for a, b in zip(reading.normal.starts, reading.normal.ends, strict=True)
        )


# --------------------------------------------------------------------------- encodings

ENCODED = {
    "base64": base64.b64encode(f"{NAME} {PHONE}".encode()).decode(),
    "base64 without padding": base64.b64encode(PHONE.encode()).decode().rstrip("="),
    "base64 for addresses": base64.urlsafe_b64encode(f"{NAME}??>>{PHONE}".encode()).decode(),
    "base64 of GBK": base64.b64encode(f"{NAME} {PHONE}".encode("gbk")).decode(),
    "base64 of UTF-16": base64.b64encode(f"{NAME} {PHONE}".encode("utf-16-le")).decode(),
    "base64 of base64": base64.b64encode(base64.b64encode(PHONE.encode())).decode(),
    "base64 of JSON": base64.b64encode(json.dumps({"name": NAME, "tel": PHONE}).encode()).decode(),
    "base32": base64.b32encode(PHONE.encode()).decode(),
    "hexadecimal": PHONE.encode().hex(),
    "hexadecimal in bytes": PHONE.encode().hex(" "),
    "percent": "".join(f"%{byte:02X}" for byte in PHONE.encode()),
    "percent twice": "".join(f"%25{byte:02X}" for byte in PHONE.encode()),
    "unicode escapes": "".join(f"\\u{ord(char):04x}" for char in PHONE),
    "byte escapes": "".join(f"\\x{byte:02x}" for byte in PHONE.encode()),
    "octal escapes": "".join(f"\\{byte:03o}" for byte in PHONE.encode()),
    "entities": "".join(f"&#{ord(char)};" for char in PHONE),
    "entities in hexadecimal": "".join(f"&#x{ord(char):x};" for char in PHONE),
    "code points": " ".join(f"U+{ord(char):04X}" for char in PHONE),
    "quoted-printable": "".join(f"={byte:02X}" for byte in PHONE.encode()),
}


@pytest.mark.parametrize("how", ENCODED)
def test_an_encoded_number_goes_with_its_encoding(how: str) -> None:
    run = ENCODED[how]
    assert found(f"回访记录 {run} 已存档") == [run]


NAMES = {
    "percent": urllib.parse.quote("赵小满"),
    "percent of GBK": urllib.parse.quote("赵小满".encode("gbk")),
    "escapes": "\\u8d75\\u5c0f\\u6ee1",
    "entities": "&#36213;&#23567;&#28385;",
    "quoted-printable": quopri.encodestring("赵小满".encode()).decode(),
    "UTF-7": "赵小满".encode("utf-7").decode(),
    "HZ": "赵小满".encode("hz").decode(),
    "encoded word": "=?utf-8?B?6LW15bCP5ruh?=",
    "base64": base64.b64encode("赵小满".encode()).decode(),
}


@pytest.mark.parametrize("how", NAMES)
def test_an_encoded_name_goes_with_its_encoding(how: str) -> None:
    assert NAMES[how].rstrip("=") in "".join(found(f"患者：{NAMES[how]}，女，34岁")).rstrip("=")


def test_a_run_of_base64_over_lines_is_one_value() -> None:
    whole = base64.encodebytes((f"{NAME}，电话{PHONE}。" * 6).encode()).decode().strip()
    assert "".join(found(f"附件：\n{whole}\n完")) == whole.replace("\n", "")


def test_a_soft_line_break_is_no_border() -> None:
    assert found("tel 1595710=\n0321 ok") == ["1595710=0321"]


@pytest.mark.parametrize(
    "text",
    ["Hospital Department 12345678", "/usr/local/share/x86_64/lib", "ACGTACGTACGT", "WBC=12=34", "allow_pickle="],
)  # fmt: skip
def test_ordinary_text_has_no_other_reading(text: str) -> None:
    assert readings(text) == []


# --------------------------------------------------------------------------- hidden and turned

TAGS = "".join(chr(0xE0000 + ord(char)) for char in f"tel {PHONE}")
SELECTORS = "".join(chr(0xFE00 + b if b < 16 else 0xE0100 + b - 16) for b in f"tel {PHONE}".encode())


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        (f"电话 \u202e{PHONE[::-1]}\u202c 完", PHONE[::-1]),
        (f"电话 \u202e{PHONE[::-1]}", PHONE[::-1]),
        (f"您好{TAGS}再见", TAGS),
        (f"您好{SELECTORS}再见", SELECTORS),
        ("患者：\u202e满小赵\u202c，女", "满小赵"),
        ("МRN: 00812345", "00812345"),
        ("姓名：趙\u0336小\u0336滿，女", "趙\u0336小\u0336滿"),
        ("聯繫電話：15957100321", PHONE),
        ("手机1️⃣5️⃣9️⃣5️⃣7️⃣1️⃣0️⃣0️⃣3️⃣2️⃣1️⃣", "1️⃣5️⃣9️⃣5️⃣7️⃣1️⃣0️⃣0️⃣3️⃣2️⃣1️⃣"),
        ("①15957100321", PHONE),
        ("⻋牌：浙A12345", "浙A12345"),
    ],
)
def test_hidden_and_turned_characters(text: str, gone: str) -> None:
    # Invisible marks after a value may go with it or stay.
    assert [value.rstrip("\ufe0f\u20e3\u0336") for value in found(text)] == [gone.rstrip("\ufe0f\u20e3\u0336")]


def test_figures_in_cells_of_a_table() -> None:
    document = table_document([["姓名", *("联系电话" for _ in PHONE)], ["赵小满", *PHONE]])
    masked = [f for f in shipped_detector().detect(document) if f.entity == "PHONE_NUMBER"]
    assert [document.text_of(f.spans) for f in masked] == [PHONE]


def test_listed_terms_are_found_in_disguise() -> None:
    document = text_document(f"附 {base64.b64encode('青铜计划第三期'.encode()).decode()}，\\u9752\\u94dc计划")
    assert len(find_terms(document, ["青铜计划"])) == 2


# --------------------------------------------------------------------------- what nobody can read


def opaque(text: str) -> list[str]:
    return [text[start:end] for start, end in find_opaque(text)]


def test_noise_is_opaque_and_digests_are_not() -> None:
    run = base64.b64encode(noise(90)).decode()
    assert opaque(f"附注 {run} 完") == [run]
    assert opaque(f"附注 {noise(70).hex()} 完") == [noise(70).hex()]
    assert opaque(f"sha512-{base64.b64encode(noise(64)).decode()}") == []
    assert opaque(f"校验码（哈希）：{base64.b64encode(noise(64)).decode()}") == []
    assert opaque(f"见 https://a.example/{run}") == []
    assert opaque(f"{noise(32).hex()} {noise(64).hex()}") == []


@pytest.mark.parametrize(
    "text",
    [
        "ATGCGTACGTAGCTAGCTAGCTAGCATCGATCGATCGATCGATCGATCGATCAGCTAGCATCAGC",
        "MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQVKVKALPDAQFEVV",
        "/Type/Font/Subtype/Type1/BaseFont/CAAAAA+NotoSansCJKjp-Regular-VKana",
        "patient_data_export_2024_final_version_reviewed_by_department_head_v2",
        "0" * 80,
        "=" * 80,
        base64.b64encode(f"{NAME}{PHONE}".encode() * 3).decode(),
    ],
)
def test_what_is_long_and_explained_is_not_opaque(text: str) -> None:
    assert opaque(text) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"附注 {base64.b64encode(noise(90)).decode()} 完", "encoded_text"),
        (
            "附图 iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
            "encoded_text",
        ),
        ("您好" + "\u200b\u200c\u200c\u200b" * 8, "hidden_characters"),
        ("您好" + "".join(chr(0xE0100 + byte % 200) for byte in noise(12)), "hidden_characters"),
    ],
)
def test_what_nobody_can_read_blocks_a_copy(text: str, what: str) -> None:
    review = hr.Redactor().review_text(text)
    assert [unread.what for unread in review.document.unread] == [what]
    assert review.suggestion.needs_human


def test_what_is_removed_anyway_does_not_block() -> None:
    token = base64.b64encode(noise(60)).decode()
    assert hr.Redactor().review_text(f"api_key: {token}").document.unread == ()


# --------------------------------------------------------------------------- plain text


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_ascii_is_its_own_reading(text: str) -> None:
    assert normalise(text).text == text


def test_many_runs_are_read_once_each() -> None:
    text = " ".join(urllib.parse.quote("赵小满") for _ in range(3000))
    pieces = find_encoded(text)
    assert len(pieces) == 3000
    assert all(a.end <= b.start for a, b in pairwise(pieces))
