"""Bytes of a page to characters: by byte order mark, by what the page declares, else as plain text is read.

A page that declares one encoding and is in another is read as what it is: in the declared one its words would be
letters without meaning, in which nothing is found and from which anybody can make the words again.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

import webencodings  # type: ignore[import-untyped]  # ships no types

from hospital_redact.errors import ReadError
from hospital_redact.formats.text import decode

_DECLARED = re.compile(
    rb"""<meta[^<>]{1,400}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})|<\?xml[^<>]{1,200}?encoding\s*=\s*["']([A-Za-z0-9_.-]{1,40})""",
    re.IGNORECASE,
)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_PRESCAN_BYTES = 4096
_HIGH = re.compile(rb"[\x80-\xff]+")
_GB_WORDS = re.compile(rb"(?:[\xb0-\xd7][\xa1-\xfe]|[\xa1\xa3][\xa1-\xfe])+")
_UNWANTED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class Page(NamedTuple):
    """The characters of a page, their Python codec, and the name of the encoding as a page declares it."""

    text: str
    codec: str
    label: str


def decode_page(data: bytes) -> Page:
    """Return the text of a page; raise HR203 where it cannot be told."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return _checked(data[len(mark) :], codec, codec.removesuffix("-le").removesuffix("-be"))
    declared = _declared(data)
    if declared is None or declared[0] == "utf-8" or _is_utf8(data):
        text, codec, _ = decode(data)
        return _checked(text.encode(codec), codec, codec.removesuffix("-le").removesuffix("-be"))
    codec, label = declared
    if codec.startswith(("cp125", "iso8859", "iso-8859", "latin")) and _is_gb(data):
        raise ReadError("HR203", "the page is not in the encoding that it declares; save it as UTF-8")
    try:
        return _checked(data, codec, label)
    except ReadError:
        text, codec, _ = decode(data)
        return _checked(text.encode(codec), codec, codec)


def encode_page(markup: str, page: Page) -> bytes:
    """Return ``markup`` in the encoding of ``page``, with the mark that UTF-16 needs; what it lacks as references."""
    mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}.get(page.codec, b"")
    codec = "gbk" if page.label == "gbk" else page.codec  # old programs know no longer characters under that name
    return mark + markup.encode(codec, errors="xmlcharrefreplace")


def _declared(data: bytes) -> tuple[str, str] | None:
    found = _DECLARED.search(_COMMENT.sub(b"", data[:_PRESCAN_BYTES]))
    if found is None:
        return None
    encoding = webencodings.lookup((found.group(1) or found.group(2)).decode("ascii"))
    if encoding is None:
        return None
    name: str = encoding.name
    if name.startswith("utf-16"):  # the page was read so far, so it is none
        return "utf-8", "utf-8"
    codec = "gb18030" if name in ("gbk", "gb18030") else encoding.codec_info.name
    try:
        codecs.lookup(codec)
    except LookupError:  # x-user-defined, which no page of words is in
        return None
    return ("utf-8", "utf-8") if codec == "utf-8" else (codec, name)


def _checked(data: bytes, codec: str, label: str) -> Page:
    try:
        text = data.decode(codec)
    except UnicodeError:
        raise ReadError("HR203", "the page is not in the encoding that it declares; save it as UTF-8") from None
    if _UNWANTED.search(text):
        raise ReadError("HR203", "the page holds control characters; save it as plain HTML")
    return Page(text, codec, label)


def _is_utf8(data: bytes) -> bool:
    """Whether ``data`` holds more than ASCII and is UTF-8: nothing else is so by chance."""
    try:
        return not data.decode("utf-8").isascii()
    except UnicodeDecodeError:
        return False


def _is_gb(data: bytes) -> bool:
    """Whether the bytes above ASCII are mostly frequent Chinese characters of GB 2312."""
    runs = _HIGH.findall(data)
    words = sum(len(run) for run in runs if len(run) > 2 and _GB_WORDS.fullmatch(run))
    return words >= 8 and words >= 0.8 * sum(map(len, runs))
