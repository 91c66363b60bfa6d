"""Small helpers over pikepdf objects: names as bytes, numbers, strings, decoded streams within limits.

Names need not be UTF-8 (``/ABCDEE+\\xcb\\xce\\xcc\\xe5``), so ``str`` of a name may raise: names are compared in
the written form that ``unparse`` gives, as bytes.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from decimal import Decimal
from typing import TypeGuard

import pikepdf

from hospital_redact.formats.pdf.limits import MAX_STREAM_BYTES, corrupt, too_large

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def multiply(m: Matrix, n: Matrix) -> Matrix:
    """Return ``m`` followed by ``n`` (ISO 32000-1, 8.3.4: row vectors)."""
    a, b, c, d, e, f = m
    g, h, i, j, k, q = n
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + q)


def kind(value: object) -> pikepdf.ObjectType | None:
    """Return the type of a pikepdf object, ``None`` for a plain Python value (number, boolean, null)."""
    if not isinstance(value, pikepdf.Object):
        return None
    try:
        return value._type_code  # noqa: SLF001 - pikepdf's documented way to ask without a conversion
    except ValueError:
        return None


def is_dict(value: object) -> TypeGuard[pikepdf.Object]:
    """Whether ``value`` is a dictionary (and not a stream)."""
    return isinstance(value, pikepdf.Object) and kind(value) is pikepdf.ObjectType.dictionary


def is_stream(value: object) -> TypeGuard[pikepdf.Object]:
    """Whether ``value`` is a stream."""
    return isinstance(value, pikepdf.Object) and kind(value) is pikepdf.ObjectType.stream


def is_array(value: object) -> TypeGuard[pikepdf.Object]:
    """Whether ``value`` is an array."""
    return isinstance(value, pikepdf.Object) and kind(value) is pikepdf.ObjectType.array


def is_name(value: object) -> TypeGuard[pikepdf.Object]:
    """Whether ``value`` is a name."""
    return isinstance(value, pikepdf.Object) and kind(value) is pikepdf.ObjectType.name_


def is_string(value: object) -> TypeGuard[pikepdf.Object]:
    """Whether ``value`` is a string."""
    return isinstance(value, pikepdf.Object) and kind(value) is pikepdf.ObjectType.string


def name_of(value: object) -> bytes:
    """Return a name as it is written (``b"/Tj"``), b"" for anything else."""
    return value.unparse() if isinstance(value, pikepdf.Object) and is_name(value) else b""


def word_of(value: object) -> str:
    """Return a name without its slash, bytes beyond ASCII replaced; for lookups in tables of ours only."""
    return name_of(value)[1:].decode("ascii", "replace")


def entry(holder: object, key: str) -> pikepdf.Object | None:
    """Return ``holder[key]`` of a dictionary or stream as an object, ``None`` where it is missing or a plain value."""
    value = value_of(holder, key)
    return value if isinstance(value, pikepdf.Object) else None


def value_of(holder: object, key: str) -> object:
    """Return ``holder[key]`` of a dictionary or stream (numbers as Python numbers), ``None`` where it is missing."""
    if not isinstance(holder, pikepdf.Object) or not (is_dict(holder) or is_stream(holder)):
        return None
    try:
        return holder[key]
    except KeyError:
        return None


def bytes_of(value: object) -> bytes:
    """Return the bytes of a string, b"" for anything else."""
    return bytes(value) if is_string(value) else b""


def keys_of(holder: object) -> list[str]:
    """Return the keys of a dictionary or stream, sorted; bytes that are not UTF-8 come as surrogates."""
    if not isinstance(holder, pikepdf.Object) or not (is_dict(holder) or is_stream(holder)):
        return []
    return sorted(holder.keys())


def items_of(array: object) -> list[object]:
    """Return the items of an array, an empty list for anything else."""
    return list(array) if isinstance(array, pikepdf.Object) and is_array(array) else []


def number(value: object, default: float = 0.0) -> float:
    """Return a finite number, ``default`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return default
    result = float(value)
    return result if math.isfinite(result) else default


def numbers(array: object, count: int) -> tuple[float, ...] | None:
    """Return ``count`` numbers of an array, ``None`` where it holds others or fewer."""
    items = items_of(array)
    if len(items) < count or any(
        isinstance(i, bool) or not isinstance(i, int | float | Decimal) for i in items[:count]
    ):
        return None
    return tuple(number(item) for item in items[:count])


def matrix_of(array: object) -> Matrix:
    """Return a transformation matrix, the identity where the array is none."""
    found = numbers(array, 6)
    return (found[0], found[1], found[2], found[3], found[4], found[5]) if found else IDENTITY


def key_of(value: pikepdf.Object) -> tuple[int, int]:
    """Return the object number and generation; (0, 0) for a direct object."""
    return value.objgen


def decoded(stream: pikepdf.Object) -> bytes:
    """Return the decoded bytes of a stream.

    Raises HR203 where a filter is unknown or the data damaged, HR204 over ``MAX_STREAM_BYTES``.
    """
    try:
        data = stream.read_bytes()
    except (pikepdf.PdfError, pikepdf.DataDecodingError, RuntimeError, MemoryError):
        if _inflates_too_far(stream):
            raise too_large("the decoded size of a stream") from None
        raise corrupt("a stream is damaged or uses an unknown filter") from None
    if len(data) > MAX_STREAM_BYTES:
        raise too_large("the decoded size of a stream")
    return data


def _inflates_too_far(stream: pikepdf.Object) -> bool:
    """Whether a stream that qpdf gave up is one that grows beyond the limit, rather than damaged."""
    if b"/FlateDecode" not in (value.unparse() if (value := entry(stream, "/Filter")) is not None else b""):
        return False
    packer, size, rest = zlib.decompressobj(), 0, stream.read_raw_bytes()
    try:
        while rest and size <= MAX_STREAM_BYTES:
            size += len(packer.decompress(rest, 1 << 20))
            rest = packer.unconsumed_tail
    except zlib.error:
        return False
    return size > MAX_STREAM_BYTES


def text_string(value: pikepdf.Object) -> str:
    """Return a text string (ISO 32000-1, 7.9.2.2): UTF-16 or UTF-8 with a mark, else GB18030 or PDFDocEncoding.

    Chinese programs often write GBK bytes without a mark: where all of a string with high bytes is valid
    GB18030, and PDFDocEncoding would be accents in a row, that is how it is read.
    """
    raw = bytes(value)
    if raw.startswith((b"\xfe\xff", b"\xff\xfe")):
        return raw.decode("utf-16", "replace")
    if raw.startswith(b"\xef\xbb\xbf"):
        return raw[3:].decode("utf-8", "replace")
    if max(raw, default=0) >= 0x80:
        for encoding in ("utf-8", "gb18030"):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
    return raw.decode("pdfdoc", "replace")


def every_object(pdf: pikepdf.Pdf) -> Iterator[object]:
    """Yield every indirect object of a file; numbers come as Python numbers, which pikepdf's types do not say."""
    yield from pdf.objects


def written(keys: str) -> frozenset[str]:
    """Return the keys of a list written with spaces between them."""
    return frozenset(keys.split())
