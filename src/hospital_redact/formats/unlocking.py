"""Opens what is protected by a password, before anything is read: PDF and Office files; the copy is not protected.

The hash of a source stays that of the file that somebody has (``Source.origin``). Files of an encrypted archive are
opened by :mod:`.archive` itself.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from hospital_redact.errors import ReadError
from hospital_redact.formats.base import MAX_FILE_BYTES, Source
from hospital_redact.formats.ooxml.package import is_encrypted_office

DEFAULT_PASSWORD = "VelvetSweatshop"  # noqa: S105 - MS-OFFCRYPTO 2.4.2.3: what Excel tries by itself, known to all
COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_PDF_ENCRYPTION = re.compile(rb"/Encrypt\b")


def unlock(source: Source) -> Source:
    """Return ``source`` decrypted where it needs a password, else as it is.

    A file with Office's default password counts as not protected. Raises ReadError HR202 where no password fits.
    """
    if source.data.startswith(COMPOUND_FILE):
        return _tried(source, _office(source.data), (DEFAULT_PASSWORD, *source.passwords))
    if b"%PDF-" in source.data[:1024] and source.passwords and _PDF_ENCRYPTION.search(source.data):
        return _tried(source, _pdf, source.passwords)
    return source


_Opener = Callable[[bytes, str], bytes | None]
"""Returns the decrypted bytes, or ``None`` where the password is wrong."""


def _tried(source: Source, opener: _Opener | None, passwords: tuple[str, ...]) -> Source:
    if opener is None:
        return source
    for password in passwords:
        data = opener(source.data, password)
        if data is source.data:
            return source
        if data is not None:
            if len(data) > MAX_FILE_BYTES:
                raise ReadError("HR204", "the file is larger than {bytes} MiB; split it", bytes=MAX_FILE_BYTES // 2**20)
            return replace(source, data=data, origin=source.sha256, notes=(*source.notes, "was_encrypted"))
    raise _locked()


def _locked() -> ReadError:
    return ReadError("HR202", "the file is encrypted; give its password, or save it without one and try again")


def needs_password(source: Source) -> bool:
    """Whether ``source`` does not open without a password of its own; a part of an archive counts."""
    try:
        if b"%PDF-" in source.data[:1024] and _PDF_ENCRYPTION.search(source.data):
            return _pdf(source.data, "") is not source.data
        unlock(source)
        with zipfile.ZipFile(BytesIO(source.data)) as archive:
            return any(entry.flag_bits & 0x1 for entry in archive.infolist())
    except ReadError as error:
        return error.code == "HR202"
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, KeyError, RuntimeError, NotImplementedError):
        return False


def _pdf(data: bytes, password: str) -> bytes | None:
    """Return a PDF without encryption; ``data`` itself where it opens without a password."""
    import pikepdf  # noqa: PLC0415 - only for a file that needs it

    try:
        with pikepdf.open(BytesIO(data), suppress_warnings=True):
            return data
    except pikepdf.PasswordError:
        pass
    except (pikepdf.PdfError, RuntimeError, ValueError):
        return data  # damaged: the reader says so
    try:
        with pikepdf.open(BytesIO(data), password=password, suppress_warnings=True) as file:
            stream = BytesIO()
            file.save(stream, encryption=False, deterministic_id=True)
            return stream.getvalue()
    except pikepdf.PasswordError:
        return None
    except (pikepdf.PdfError, RuntimeError, ValueError):
        raise ReadError("HR203", "the PDF is damaged; open and save it in its program") from None


def _office(data: bytes) -> _Opener | None:
    """Return what opens this compound file; ``None`` where it is not encrypted, or no Office file."""
    import msoffcrypto  # type: ignore[import-untyped] # noqa: PLC0415 - has no types; only for a file that needs it

    try:
        file = msoffcrypto.OfficeFile(BytesIO(data))
        if not file.is_encrypted():
            return None
    except Exception:  # a damaged file raises whatever its bytes lead to
        if is_encrypted_office(data):
            raise _locked() from None
        return None  # who reads it says what it is

    def opener(data: bytes, password: str) -> bytes | None:
        try:
            file = msoffcrypto.OfficeFile(BytesIO(data))
            file.load_key(password=password)
            stream = BytesIO()
            file.decrypt(stream)
        except Exception:  # a wrong password raises one of many errors, and their texts may quote the file
            return None
        return stream.getvalue()

    return opener


# --------------------------------------------------------------------------- zip, as WinZip and 7-Zip encrypt it

AES_ENTRY = 99
"""Compression method of an entry that is encrypted with AES (APPNOTE appendix E; WinZip AE-1 and AE-2)."""

_AES_FIELD = 0x9901
_ROUNDS, _CODE = 1000, 10  # of PBKDF2; bytes of the authentication code
_CHUNK = 65_536  # blocks of 16 bytes


def aes_method(extra: bytes) -> tuple[int, int] | None:
    """Return the length of the key in bytes and the real compression method of an AES entry; ``None`` if malformed."""
    position = 0
    while position + 4 <= len(extra):
        field, length = struct.unpack_from("<HH", extra, position)
        if field == _AES_FIELD and length == 7 and position + 11 <= len(extra):
            strength, method = struct.unpack_from("<BH", extra, position + 8)
            return (8 + 8 * strength, method) if strength in (1, 2, 3) and method in (0, 8) else None
        position += 4 + length
    return None


def open_aes(data: bytes, password: bytes, key_length: int) -> bytes | None:
    """Return the packed content of an AES entry, or ``None`` where the password is wrong or the entry was changed."""
    salt_length = key_length // 2
    salt, check, body = data[:salt_length], data[salt_length : salt_length + 2], data[salt_length + 2 : -_CODE]
    keys = hashlib.pbkdf2_hmac("sha1", password, salt, _ROUNDS, 2 * key_length + 2)
    if not hmac.compare_digest(keys[-2:], check):
        return None
    code = hmac.digest(keys[key_length:-2], body, "sha1")[:_CODE]
    if not hmac.compare_digest(code, data[-_CODE:]):
        return None
    # Counter mode with a counter that starts at 1 and has its low byte first, which no library has.
    cipher = Cipher(algorithms.AES(keys[:key_length]), modes.ECB()).encryptor()  # noqa: S305 - it makes a key stream
    pieces: list[bytes] = []
    for start in range(0, len(body), 16 * _CHUNK):
        piece = body[start : start + 16 * _CHUNK]
        first = start // 16 + 1
        counters = b"".join(n.to_bytes(16, "little") for n in range(first, first + -(-len(piece) // 16)))
        stream = cipher.update(counters)[: len(piece)]
        mixed = int.from_bytes(piece, "big") ^ int.from_bytes(stream, "big")
        pieces.append(mixed.to_bytes(len(piece), "big"))
    return b"".join(pieces)
