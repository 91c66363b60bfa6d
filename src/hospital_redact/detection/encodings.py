"""Text written in an encoding: percent signs, escapes, entities, quoted-printable, base64, hexadecimal, HZ, UTF-7.

Each run is read as what it stands for. Escapes lead back to their own characters; a value inside base64, base32, HZ
or UTF-7 has no characters of its own, so the whole run stands for it. What is long, looks encoded and cannot be read
is *opaque*: nobody knows what it says.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MAX_RUN = 4_000_000
"""A longer base64 run is opaque: decoding it costs memory, and no letter holds one."""

OPAQUE_LENGTH = 60
"""Base64 runs from so many characters on are opaque where nothing else explains them; keys and digests are shorter."""


@dataclass(frozen=True, slots=True, repr=False)
class Piece:
    """Characters ``start`` to ``end`` of a text read as ``text``; character ``i`` of it comes from ``places[i]``.

    Without ``places`` every character of it comes from the whole run.
    """

    start: int
    end: int
    text: str
    places: tuple[tuple[int, int], ...] = ()

    def __repr__(self) -> str:
        return f"Piece({self.start}, {self.end}, {len(self.text)} chars)"


# --------------------------------------------------------------------------- bytes to text

_TEXT = re.compile(r"[\t\r\n\x20-\x7e\xa1-\u024f\u2010-\u2027\u3000-\u3011\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff5e]+")
_COMMON_HAN = range(0xB0, 0xD8)  # lead bytes of GB 2312's first level


def _is_gb_text(data: bytes) -> bool:
    """Whether ``data`` is everyday Chinese of GB 2312 and some ASCII; GB 18030 has a character for any high bytes."""
    at = pairs = 0
    while at < len(data):
        if data[at] < 0x80:
            at += 1
        elif at + 1 < len(data) and (data[at] in _COMMON_HAN or data[at] in (0xA1, 0xA3)) and data[at + 1] >= 0xA1:
            at += 2
            pairs += 1
        else:
            return False
    return pairs > 1 or (pairs == 1 and len(data) < 5) or data.isalnum()


def _decode(data: bytes) -> tuple[str, str] | None:
    """Return ``data`` as text and the codec that read it, or nothing where it is no text."""
    candidates = ["utf-8"]
    if _is_gb_text(data):
        candidates.append("gb18030")
    if len(data) % 2 == 0 and (0 in data or len(data) >= 6):
        candidates += ["utf-16-le", "utf-16-be"]
    for codec in candidates:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        # Two bytes are always some character of UTF-16, so only everyday ones count.
        if _TEXT.fullmatch(text) and (codec[:6] != "utf-16" or _is_gb_text(text.encode("gb18030"))):
            return text, codec
    return None


_BYTE = re.compile(r"(?:%|\\x|=|0[xX])?([0-9A-Fa-f]{2})")
_OCTAL = re.compile(r"\\([0-3][0-7]{2})")


def _escaped(match: re.Match[str], *, byte: re.Pattern[str] = _BYTE, base: int = 16) -> Piece | None:
    """Return the piece for a run of byte escapes, each character at its own bytes."""
    units = list(byte.finditer(match.group()))
    decoded = _decode(bytes(int(unit[1], base) for unit in units))
    if decoded is None:
        return None
    text, codec = decoded
    places: list[tuple[int, int]] = []
    at = 0
    for char in text:
        size = len(char.encode(codec))
        places.append((match.start() + units[at].start(), match.start() + units[at + size - 1].end()))
        at += size
    return Piece(match.start(), match.end(), text, tuple(places))


def _octal(match: re.Match[str]) -> Piece | None:
    return _escaped(match, byte=_OCTAL, base=8)


# --------------------------------------------------------------------------- code points

_CODE = re.compile(r"\\u\{([0-9A-Fa-f]{1,6})\}|\\U([0-9A-Fa-f]{8})|[%\\]u([0-9A-Fa-f]{4})|U\+([0-9A-Fa-f]{4,6}) ?")


def _code_points(match: re.Match[str]) -> Piece | None:
    r"""Read \u5f20, \u{5f20}, \U00005f20, %u5f20 and U+5F20; two surrogates are one character."""
    chars: list[str] = []
    places: list[tuple[int, int]] = []
    for unit in _CODE.finditer(match.group()):
        code = int(next(group for group in unit.groups() if group), 16)
        if code > 0x10FFFF:
            return None
        place = (match.start() + unit.start(), match.start() + unit.start() + len(unit.group().rstrip()))
        if chars and 0xDC00 <= code < 0xE000 and 0xD800 <= ord(chars[-1]) < 0xDC00:
            chars[-1] = chr(0x10000 + ((ord(chars[-1]) - 0xD800) << 10) + code - 0xDC00)
            places[-1] = (places[-1][0], place[1])
        else:
            chars.append(chr(code))
            places.append(place)
    text = "".join("\ufffd" if "\ud800" <= char < "\ue000" else char for char in chars)
    return Piece(match.start(), match.end(), text, tuple(places))


def _entity(match: re.Match[str]) -> Piece | None:
    text = html.unescape(match.group())
    if text == match.group():
        return None
    return Piece(match.start(), match.end(), text, (match.span(),) * len(text))


def _soft_break(match: re.Match[str]) -> Piece:
    return Piece(match.start(), match.end(), "")


# --------------------------------------------------------------------------- whole runs


def _by_codec(match: re.Match[str], codec: str) -> Piece | None:
    try:
        text = codecs.decode(match.group().encode("ascii"), codec)
    except (UnicodeError, ValueError):
        return None
    if not _TEXT.fullmatch(text) or text.isascii():
        return None
    return Piece(match.start(), match.end(), text)


def _hz(match: re.Match[str]) -> Piece | None:
    return _by_codec(match, "hz")


def _utf7(match: re.Match[str]) -> Piece | None:
    return _by_codec(match, "utf-7")


def _encoded_word(match: re.Match[str]) -> Piece | None:
    """Read an encoded word of a mail header (RFC 2047)."""
    charset, kind, body = match["charset"], match["kind"].upper(), match["body"]
    try:
        if kind == "B":
            data = base64.b64decode(body + "=" * (-len(body) % 4))
        else:
            data = binascii.a2b_qp(body.replace("_", " ").encode("ascii"))
        text = data.decode("gb18030" if charset.lower().startswith("gb") else charset)
    except (LookupError, ValueError):
        return None
    return Piece(match.start(), match.end(), text)


def _from_base64(run: str) -> bytes | None:
    body = "".join(run.split()).rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except binascii.Error:
        return None


def _from_base32(run: str) -> bytes | None:
    body = run.rstrip("=")
    try:
        return base64.b32decode(body + "=" * (-len(body) % 8))
    except binascii.Error:
        return None


def decode_selectors(run: str) -> str:
    """Return the text that variation selectors spell, one byte a selector; nothing where they spell none."""
    data = bytes(ord(char) - 0xFE00 if char < "\uff00" else ord(char) - 0xE0100 + 16 for char in run)
    decoded = _decode(data)
    return decoded[0] if decoded else ""


# --------------------------------------------------------------------------- all of them

_ENCODED_WORD = re.compile(r"=\?(?P<charset>[A-Za-z0-9_-]{2,20})\?(?P<kind>[BbQq])\?(?P<body>[!->@-~]{1,400})\?=")
_SIGNED: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], Piece | None]], ...] = (
    ("=?", _ENCODED_WORD, _encoded_word),
    ("%", re.compile(r"(?:%[0-9A-Fa-f]{2})+"), _escaped),
    ("u", re.compile(r"(?:\\u[0-9A-Fa-f]{4}|\\u\{[0-9A-Fa-f]{1,6}\}|%u[0-9A-Fa-f]{4})+"), _code_points),
    ("\\U", re.compile(r"(?:\\U[0-9A-Fa-f]{8})+"), _code_points),
    ("U+", re.compile(r"U\+[0-9A-Fa-f]{4,6}(?: ?U\+[0-9A-Fa-f]{4,6})+"), _code_points),
    ("\\x", re.compile(r"(?:\\x[0-9A-Fa-f]{2})+"), _escaped),
    ("\\", re.compile(r"(?:\\[0-3][0-7]{2}){3,}"), _octal),
    ("&", re.compile(r"&(?:#[xX][0-9A-Fa-f]{1,6};?|#[0-9]{1,7};?|[A-Za-z]{2,8};)"), _entity),
    ("=", re.compile(r"(?:=[0-9A-F]{2}(?:=[ \t]{0,3}\r?\n)?){2,}"), _escaped),
    ("=", re.compile(r"(?<=[0-9A-Za-z])=[ \t]{0,3}\r?\n(?=[0-9A-Za-z=])"), _soft_break),
    ("~{", re.compile(r"~\{(?:[!-}][!-~]){1,400}~\}"), _hz),
    ("+", re.compile(r"\+[A-Za-z0-9+/]{3,400}-"), _utf7),
)  # fmt: skip
"""A sign without which the reader has nothing to do, what it reads, and how."""

# These begin with their first character, so that the search for it is fast; what may not stand before follows.
_SPACED_HEX = re.compile(
    r"[0-9A-Fa-f](?<![0-9A-Za-z].)(?:[xX][0-9A-Fa-f]{2}|[0-9A-Fa-f])"
    r"(?:[ ,:-](?:0[xX])?[0-9A-Fa-f]{2}){5,4000}(?![0-9A-Za-z])",
    re.DOTALL,
)
_TOKEN = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,6}")
_LINES = re.compile(
    r"[A-Za-z0-9+/]{40,}(?:\r?\n[ \t]{0,8}[A-Za-z0-9+/]{40,})*\r?\n[ \t]{0,8}[A-Za-z0-9+/]{2,}={0,2}(?![A-Za-z0-9+/])"
)
"""Base64 over several lines, the last of which may be short."""

_HEX = re.compile(
    r"(?<![0-9A-Za-z])(?:0[xX])?[2-7E-Fe-f][0-9A-Fa-f](?:[ ,:-](?:0[xX])?[0-9A-Fa-f]{2}){5,4000}(?![0-9A-Za-z])"
)
_TOKEN = re.compile(
    r"[A-Za-z0-9+/]{40,}(?:\r?\n[ \t]{0,8}[A-Za-z0-9+/]{40,})*\r?\n[ \t]{0,8}[A-Za-z0-9+/]{2,}={0,2}(?![A-Za-z0-9+/])"
    r"|[A-Za-z0-9+/_-]{8,}={0,6}"
)
_HEX = re.compile(r"(?:0[xX])?(?:[0-9A-Fa-f]{2}){6,}")
_BASE32 = re.compile(r"[A-Z2-7]{16,}={0,6}")
_PARTS = re.compile(r"[A-Za-z0-9]{8,}={0,2}")


def find_encoded(text: str) -> list[Piece]:
    """Return what is written in an encoding in ``text``, by place, without overlaps. Linear in ``len(text)``."""
    pieces = [
        piece for sign, pattern, read in _SIGNED if sign in text for piece in map(read, pattern.finditer(text)) if piece
    ]
    pieces += [piece for piece in map(_escaped, _SPACED_HEX.finditer(text)) if piece]
    for token in _TOKEN.finditer(text):
        run = token.group()
        if (len(run) < 16 and run.isalpha()) or (len(run) < 12 and run.isdigit()):
            continue
        lines = _LINES.match(text, token.start()) if len(run) >= 40 else None
        whole = _whole(lines, _from_base64(lines.group())) if lines and len(lines.group()) <= MAX_RUN else None
        pieces += [whole] if whole else _read_token(token, text)
    pieces.sort(key=lambda piece: (piece.start, -piece.end))
    kept: list[Piece] = []
    for piece in pieces:
        if not kept or piece.start >= kept[-1].end:
            kept.append(piece)
    return kept


def _read_token(token: re.Match[str], text: str) -> list[Piece]:
    """Return the pieces of a run of letters and digits: the run itself, or its parts between slashes and dashes."""
    run = token.group()
    if _HEX.fullmatch(run):
        piece = _escaped(token)
        if piece is not None:
            return [piece]
    if len(run) > MAX_RUN:
        return []
    if _BASE32.fullmatch(run):
        piece = _whole(token, _from_base32(run))
        if piece is not None:
            return [piece]
    piece = _whole(token, _from_base64(run))
    if piece is not None:
        return [piece]
    if len(run) > 400 or not any(sign in run for sign in "+/_-"):
        return []
    parts = (_whole(part, _from_base64(part.group())) for part in _PARTS.finditer(text, token.start(), token.end()))
    return [part for part in parts if part is not None]


def _whole(match: re.Match[str], data: bytes | None) -> Piece | None:
    decoded = _decode(data) if data else None
    if decoded is None:
        return None
    text, solid = decoded[0], sum(map(str.isalnum, decoded[0]))
    # A short run of ASCII, or one of signs, is a word that happens to decode.
    if not solid or (text.isascii() and (len(text) < 7 or solid * 5 < len(text) * 3)):
        return None
    return Piece(match.start(), match.end(), text)


# --------------------------------------------------------------------------- what cannot be read

_DIGEST_LENGTHS = frozenset({32, 40, 56, 64, 96, 128})
_DIGEST = re.compile(
    r"(?i:sha|md5|hash|digest|integrity|checksum|fingerprint|signature|etag|commit)[^\n]{0,20}$|(?:摘要|哈希|散列|校验|指纹|签名|杂凑)[^\n]{0,12}$"
)
_ADDRESS = re.compile(r"(?:://|www\.|doi\.org/)\S*$")
_SALTED = "U2FsdGVkX1"
_MEDIA = (_SALTED, "iVBORw0KGgo", "/9j/", "R0lGOD", "JVBERi0", "UEsDB", "H4sI", "SUkqA", "TU0AK")
"""How OpenSSL's encrypted text, and pictures, PDF and packed files, begin in base64."""
_WORDS = re.compile(r"[A-Z]?[a-z]{3,}|[A-Z]{4,}|[0-9]{4,}")
_BEFORE = 120


def find_opaque(text: str) -> Iterator[tuple[int, int]]:
    """Yield the places of runs in ``text`` that look encoded and that nobody can read.

    Digests that are announced as such, sequences of bases or amino acids, paths, addresses and plain words are none.
    """
    read = {piece.start for piece in find_encoded(text)} if _LONG.search(text) else set()
    for token in _LONG.finditer(text):
        run = token.group()
        if token.start() in read or not _looks_encoded("".join(run.split())):
            continue
        before = text[max(0, token.start() - _BEFORE) : token.start()]
        if not _DIGEST.search(before) and not _ADDRESS.search(before):
            yield token.span()


_LONG = re.compile(
    rf"{_SALTED}[A-Za-z0-9+/]{{10,}}={{0,2}}|{_LINES.pattern}|[A-Za-z0-9+/_-]{{{OPAQUE_LENGTH},}}={{0,2}}"
)


def _looks_encoded(run: str) -> bool:
    if run.startswith(_MEDIA):
        return True
    if re.match(r"(?i:sha[0-9]{1,3}|md5)-", run):
        return False
    if _HEX.fullmatch(run):
        return len(run) not in _DIGEST_LENGTHS and not run.isdigit() and not run.isalpha()
    kinds = (str.isupper, str.islower, str.isdigit)
    if not all(any(map(kind, run)) for kind in kinds):
        return False
    # Encoded bytes seldom make four letters in a row that could be a word's.
    words = sum(len(word) for word in _WORDS.findall(run))
    return words * 2 < len(run) and len(set(run)) > 20
