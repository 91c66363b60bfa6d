"""What independent readers, every decoded part and the raw bytes of a written copy hold (rule 2)."""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Iterator
from html import unescape

import pikepdf
import pypdf
from pdfminer.high_level import extract_text_to_fp
from pdfminer.layout import LAParams

from hospital_redact.errors import HospitalRedactError, ReadError, VerificationError
from hospital_redact.formats.base import Reading
from hospital_redact.formats.pdf import cmaps, coverage
from hospital_redact.formats.pdf.fontpruning import text_of_name
from hospital_redact.formats.pdf.objects import (
    bytes_of,
    decoded,
    entry,
    every_object,
    is_array,
    is_dict,
    is_name,
    is_stream,
    is_string,
    items_of,
    key_of,
    keys_of,
    name_of,
    text_string,
    value_of,
)
from hospital_redact.formats.pdf.reader import open_pdf
from hospital_redact.formats.pdf.vocabulary import is_vocabulary, without_vocabulary

# Both log what they find odd in a file, and that may be text of the document.
logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)


_TAG = re.compile(r"<[^<>]*>")
_CONTAINERS = (
    b"PK\x03\x04",
    b"%PDF",
    b"\x1f\x8b",
    b"\xd0\xcf\x11\xe0",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\x78\x01",
    b"\x78\x9c",
    b"\x78\xda",
)
"""How files begin that hold others, or hold their text packed."""
_COLLECTIONS = (b"Adobe", b"Identity", b"UCS", b"GB1", b"CNS1", b"Japan1", b"Korea1", b"KR")
_UNNAMED = re.compile(r"\(cid:\d+\)")


def readings_of(data: bytes) -> Iterator[Reading]:
    """Yield all readings of a copy. Raises HR504 where a reader fails: what cannot be checked must not pass."""
    try:
        yield from _pdfium(data)
        yield from _pdfminer(data)
        yield from _pypdf(data)
        yield from _objects(data)
    except HospitalRedactError as error:
        raise VerificationError("HR504", "a reader cannot check the copy ({code_})", code_=error.code) from None
    except Exception:  # whatever a reader raises, the copy is not checked
        raise VerificationError("HR504", "a reader cannot check the copy") from None


def _pdfium(data: bytes) -> Iterator[Reading]:
    texts: list[str] = []
    with coverage.opened(data) as document:
        for index in range(len(document)):
            page = document[index]
            text_page = page.get_textpage()
            text = text_page.get_text_range()
            text_page.close()
            page.close()
            texts.append(text)
            yield Reading("pdfium", f"page {index + 1}", text=text)
    yield Reading("pdfium", "all pages", text="\n".join(texts))


def _pdfminer(data: bytes) -> Iterator[Reading]:
    output = io.StringIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # No layout analysis: drawing order, and time that grows with the text only.
        extract_text_to_fp(io.BytesIO(data), output, laparams=LAParams(boxes_flow=None), codec="")
    # pdfminer writes a glyph that it cannot name as its number, which is no text of the page.
    yield Reading("pdfminer", "all pages", text=_UNNAMED.sub("\N{REPLACEMENT CHARACTER}", output.getvalue()))


def _pypdf(data: bytes) -> Iterator[Reading]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader = pypdf.PdfReader(io.BytesIO(data))
        for index, page in enumerate(reader.pages, 1):
            yield Reading("pypdf", f"page {index}", text=page.extract_text())


def _objects(data: bytes) -> Iterator[Reading]:
    """Yield every decoded stream, every string, name and ToUnicode map, and the raw bytes around images."""
    raw = bytearray(data)
    texts: list[str] = []
    with open_pdf(data) as pdf:
        for item in every_object(pdf):
            if not isinstance(item, pikepdf.Object):
                continue
            place = f"object {key_of(item)[0]}"
            texts.extend(_texts(item))
            if not is_stream(item):
                yield Reading("qpdf", place, data=without_vocabulary(item.unparse(resolved=True)))
                continue
            yield Reading("qpdf", f"{place}, dictionary", data=without_vocabulary(_dictionary(item)))
            if name_of(entry(item, "/Subtype")) == b"/Image":
                _blank(raw, item.read_raw_bytes())
                continue
            body = _decoded(item)
            written_ = b"begincmap" in body or name_of(entry(item, "/Type")) == b"/ObjStm"
            yield Reading("qpdf", f"{place}, stream", data=without_vocabulary(body) if written_ else body)
            if body.lstrip()[:1] == b"<":
                yield Reading("qpdf", f"{place}, markup", text=unescape(_TAG.sub("", body.decode("utf-8", "replace"))))
            if name_of(entry(item, "/Type")) == b"/EmbeddedFile" and body.startswith(_CONTAINERS):
                # Nothing of ours has attachments; in another tool's copy this one is not looked into.
                raise VerificationError("HR504", "an attachment is packed and cannot be checked; take it out")
            if b"beginbf" in body:
                yield Reading("character map", place, text=_mapped(body))
    # A bar between them: strings that stand beside each other by chance are no text.
    yield Reading("qpdf", "all strings and names", text="|".join(texts))
    yield Reading("raw", "file", data=without_vocabulary(bytes(raw)))


def _decoded(stream: pikepdf.Object) -> bytes:
    try:
        return decoded(stream)
    except ReadError:
        # A filter for images in a stream that is no image; the raw bytes are swept as they are.
        return bytes(stream.read_raw_bytes())


def _dictionary(stream: pikepdf.Object) -> bytes:
    return b"\n".join(
        key.encode("utf-8", "surrogateescape") + b" " + (value.unparse() if isinstance(value, pikepdf.Object) else b"")
        for key in keys_of(stream)
        for value in (value_of(stream, key),)
    )


def _blank(raw: bytearray, samples: bytes) -> None:
    """Overwrite an image's samples in the raw file: random bytes spell anything, given enough of them."""
    start = raw.find(samples) if len(samples) > 64 else -1
    if start >= 0:
        raw[start : start + len(samples)] = b"\0" * len(samples)


def _texts(item: pikepdf.Object) -> Iterator[str]:
    """Yield the strings and names inside one object, without following references."""
    stack: list[tuple[object, int]] = [(item, 0)]
    while stack:
        value, depth = stack.pop()
        if not isinstance(value, pikepdf.Object) or (depth and key_of(value) != (0, 0)) or depth > 100:
            continue
        if is_string(value):
            yield text_string(value)
        elif is_name(value):
            if not is_vocabulary(word := text_of_name(value.unparse())):
                yield word
        elif is_array(value):
            stack.extend((inner, depth + 1) for inner in items_of(value))
        elif is_dict(value) or is_stream(value):
            keys = keys_of(value)
            words = (key[1:].encode("utf-8", "surrogateescape").decode("utf-8", "replace") for key in keys)
            yield from (word for word in words if not is_vocabulary(word))
            stack.extend((inner, depth + 1) for key in keys if not _is_collection(key, inner := value_of(value, key)))


def _is_collection(key: str, value: object) -> bool:
    """Whether a string is half the name of one of Adobe's character collections."""
    return key in ("/Registry", "/Ordering") and bytes_of(value) in _COLLECTIONS


def _mapped(body: bytes) -> str:
    parsed = cmaps.parse_cmap(body)
    texts: list[str] = []
    for found in parsed.texts:
        last = min(found.last, found.first + 0xFFFF)
        texts.extend(cmaps.text_at(found, code) for code in range(found.first, last + 1))
    # A map lists the characters that are still drawn, often in the order of first use: neighbours are no text.
    return "|".join(texts)
