"""Puts the copy of a mail together: new fields, every part in base64, boundaries made from what they divide."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence

from hospital_redact.formats.mail.headers import field_line, file_name_lines
from hospital_redact.formats.mail.parsing import SHOWN, MailContents, Tree
from hospital_redact.formats.nesting import Packed

_FIELD_NAMES = {name: name.capitalize() for name in SHOWN}
_TEXTS = {".txt": "text/plain", ".html": "text/html"}
_LINE = 57  # bytes that make 76 characters of base64 (RFC 2045 6.8)
_LETTERS = str.maketrans("0123456789abcdef", "ghijklmnopqrstuv")


def mail_bytes(contents: MailContents, texts: Sequence[str], files: Sequence[Packed]) -> bytes:
    """Return the mail with ``texts`` in the place of the lines of ``contents``, and ``files`` where theirs lay."""
    head = b"".join(field_line(_FIELD_NAMES[name], text) for name, text in zip(contents.fields, texts, strict=False))
    body = _node(_without_the_missing(contents.tree, {file.number for file in files}), {f.number: f for f in files})
    return head + b"MIME-Version: 1.0\r\n" + (body or _text_part(b""))


def _without_the_missing(tree: Tree, there: set[int]) -> Tree:
    kind, nodes = tree
    kept: list[Tree | int] = []
    for node in nodes:
        if isinstance(node, int):
            if node in there:
                kept.append(node)
        elif (smaller := _without_the_missing(node, there))[1]:
            kept.append(smaller)
    return kind, kept


def _node(node: Tree | int, files: Mapping[int, Packed]) -> bytes:
    """Return a part with its head; nothing for a multipart that holds nothing."""
    if isinstance(node, int):
        return _leaf(files[node])
    kind, nodes = node
    if not nodes:
        return b""
    if len(nodes) == 1 and isinstance(nodes[0], int) and not files[nodes[0]].name:
        return _node(nodes[0], files)
    parts = [_node(inner, files) for inner in nodes]
    # Letters only, so that no number that was removed can stand in it by chance.
    digest = hashlib.sha256(b"".join(parts)).hexdigest()[:32].translate(_LETTERS)
    boundary = f"=_{digest}"
    divided = b"".join(f"--{boundary}\r\n".encode() + part + b"\r\n" for part in parts)
    return (
        f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
        + divided
        + f"--{boundary}--\r\n".encode()
    )


def _leaf(file: Packed) -> bytes:
    named = file_name_lines(f"{file.name}{file.suffix}") if file.name else b""
    if file.suffix == ".eml":
        return b"Content-Type: message/rfc822\r\n" + named + b"\r\n" + file.data
    if not file.name and file.suffix in _TEXTS:
        return _text_part(file.data, _TEXTS[file.suffix])
    # The type of an attachment follows from its name; a more exact one would be a second statement about it.
    return b"Content-Type: application/octet-stream\r\n" + named + _coded(file.data)


def _text_part(data: bytes, kind: str = _TEXTS[".txt"]) -> bytes:
    try:
        data.decode("utf-8")
        said = "; charset=utf-8"
    except UnicodeDecodeError:  # a page in another encoding says which inside
        said = ""
    return f"Content-Type: {kind}{said}\r\n".encode() + _coded(data)


def _coded(data: bytes) -> bytes:
    lines = [base64.b64encode(data[i : i + _LINE]) for i in range(0, len(data), _LINE)]
    return b"Content-Transfer-Encoding: base64\r\n\r\n" + b"\r\n".join(lines) + b"\r\n"
