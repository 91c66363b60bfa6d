"""Pseudonyms that are the same in all files of one release, by key; and, only when asked, tokens that the key opens.

Without a key, placeholders are numbered in each document by itself (``[患者1]``). With one, a person or value gets a
code that only the key can make: HMAC-SHA-256 (RFC 2104) over the name as it is compared. Nothing is stored, no order
matters and processes need not talk to each other; a plain hash, which anybody could try names against, is never made.

A reversible pseudonym is the value itself under AES-256-CBC in the form of presidio-anonymizer's ``encrypt``, so that
its ``decrypt`` opens it. Its initial vector is an HMAC of the value (a synthetic one, as in RFC 5297) instead of a
random one: a plan made twice is the same plan, one value has one token, and a wrong key or a changed token is noticed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from hospital_redact.detection.normalisation import normalise
from hospital_redact.detection.shapes import is_plausible
from hospital_redact.errors import PlanError
from hospital_redact.model import Document, Recipient

KEY_BYTES = 32
KEY_VARIABLE = "HOSPITAL_REDACT_KEY"
"""Environment variable that holds a key as text."""

CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels, so no words; no digits, so no bed or age that was removed
CODE_LENGTH = 9
_VECTOR_BYTES = 16

TOKEN = re.compile(r"\[[^\[\]#]{1,24}#(?P<token>[A-Za-z0-9_-]{43,})\]")
"""A reversible pseudonym in a text."""

_HAN = re.compile(r"[\u3400-\u9fff]")


class Pseudonyms:
    """Makes the pseudonyms of one release. ``key`` is 32 secret bytes; another key gives unlinkable pseudonyms.

    ``reversible``: replacements are tokens that :meth:`open` turns back; refused for recipients whose copies nobody may
    be able to turn back (HR406). Raises PlanError HR407 for a key of another length.
    """

    __slots__ = ("_key", "reversible")

    def __init__(self, key: bytes, *, reversible: bool = False) -> None:
        if len(key) != KEY_BYTES:
            raise PlanError("HR407", "a key is {bytes} bytes; make one with: openssl rand -hex 16", bytes=KEY_BYTES)
        self._key = bytes(key)
        self.reversible = reversible

    def __repr__(self) -> str:
        return f"Pseudonyms({'reversible' if self.reversible else 'by key'})"

    def code(self, identity: str) -> str:
        """Return the code of a person or value: nine capitals, the same for the same ``identity``."""
        number = int.from_bytes(self._mac(b"code", identity)[:16])
        code = ""
        for _ in range(CODE_LENGTH):
            number, place = divmod(number, len(CODE_LETTERS))
            code += CODE_LETTERS[place]
        return code

    def seal(self, value: str) -> str:
        """Return ``value`` as a token of letters, digits, ``-`` and ``_``."""
        from cryptography.hazmat.primitives import padding  # noqa: PLC0415 - loaded only when asked for
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415

        padder = padding.PKCS7(algorithms.AES.block_size).padder()
        padded = padder.update(value.encode("utf-8", "surrogatepass")) + padder.finalize()
        vector = self._vector(value)
        encryptor = Cipher(algorithms.AES(self._key), modes.CBC(vector)).encryptor()
        sealed = vector + encryptor.update(padded) + encryptor.finalize()
        return base64.urlsafe_b64encode(sealed).decode("ascii").rstrip("=")

    def open(self, token: str) -> str:
        """Return the value of a token. Raises PlanError HR407 when another key made it, or it was changed."""
        from presidio_anonymizer.operators import Decrypt  # noqa: PLC0415 - takes a second to import

        try:
            padded = token + "=" * (-len(token) % 4)
            value = str(Decrypt().operate(padded, {"key": self._key}))
            vector = base64.urlsafe_b64decode(padded)[:_VECTOR_BYTES]
        except Exception:  # whatever the cipher says of it; its text may hold bytes of the value
            value, vector = "", b""
        if not hmac.compare_digest(vector, self._vector(value)):
            raise PlanError("HR407", "the key does not open this pseudonym; use the key of its release")
        return value

    def _vector(self, value: str) -> bytes:
        return self._mac(b"vector", value)[:_VECTOR_BYTES]

    def _mac(self, purpose: bytes, text: str) -> bytes:
        return hmac.digest(self._key, purpose + b"\0" + text.encode("utf-8", "surrogatepass"), hashlib.sha256)


def check_reversible(recipient: Recipient, document: Document) -> None:
    """Raise PlanError HR406 where nobody may be able to turn a copy back (民法典 第1038条), or boxes are drawn."""
    if recipient.irreversible:
        raise PlanError(
            "HR406",
            "reversible pseudonyms are refused for the recipient {recipient} ({clauses}); leave them out",
            recipient=recipient.id,
            clauses="; ".join(map(str, recipient.clauses)),
        )
    if any(block.glyphs for block in document.blocks):
        raise PlanError("HR406", "a PDF shows boxes, which nothing turns back; leave reversible pseudonyms out")


def read_key(path: Path | None) -> bytes:
    """Return the key in the file ``path``, without a line end, or that of :data:`KEY_VARIABLE` where there is none.

    Raises PlanError HR407 when there is no key.
    """
    if path is None:
        key = os.environ.get(KEY_VARIABLE, "").encode("utf-8", "surrogateescape")
        if not key:
            raise PlanError("HR407", "there is no key: name its file, or set {variable}", variable=KEY_VARIABLE)
        return key
    try:
        with path.open("rb") as stream:
            return stream.read(2 * KEY_BYTES).rstrip(b"\r\n")
    except OSError as error:
        raise PlanError("HR407", "the key file cannot be read ({kind})", kind=type(error).__name__) from None


def identity_of(texts: Iterable[str]) -> str:
    """Return what a person or value is known by in all files, from the ways in which one document writes it.

    The fullest name counts, in Han characters before others: 王 in 王先生 is 王小红. White space, width, case and
    traditional forms do not count, nor does the order of a Latin name (SMITH, John).
    """
    written = Counter(_folded(text) for text in texts)
    names = {text for text in written if is_plausible(text)}
    han = {text for text in written if _HAN.search(text)}
    return max(names or han or written, key=lambda text: (len(text), written[text], text))


def _folded(text: str) -> str:
    folded = normalise(text).text.casefold()
    words = "".join(c if c.isalnum() else " " for c in folded).split()
    # Words in alphabets have no fixed order in names; Han characters have, with blanks or without.
    return "".join(words) if _HAN.search(folded) or len(words) < 2 else " ".join(sorted(words))
