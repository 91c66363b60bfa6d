"""What every decoded byte of an Office file holds (rule 2 of the verification).

Words of the formats themselves are no text: names of elements, parts and namespaces, and values that an attribute of
formatting has by the standard's own list ("Hyperlink" as the name of a style). They are taken out of what is searched
by the place in which they stand, so that a removed value may be such a word and is still found anywhere else.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from html import unescape
from io import BytesIO

from hospital_redact.errors import ReadError
from hospital_redact.formats.base import Reading
from hospital_redact.formats.ooxml import namespaces
from hospital_redact.formats.ooxml.package import CONTENT_TYPES, display_name
from hospital_redact.formats.ooxml.shapes import is_drawing_word

IsWord = Callable[[str, str, str], bool]
"""Whether an attribute of an element (local names) may have a value by the lists of a format."""

APART = "\x01"
"""Stands between cells: numbers of two cells are no number together, and white space would join them."""

_TAG = re.compile(rb"<[^<>]*>")
_START_TAG = re.compile(r"""</?(?:\w{1,12}:)?(\w{1,40})((?:\s+[\w:]{1,60}\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*/?>""")
_ATTRIBUTE = re.compile(r"""\s(?:(\w{1,12}):)?(\w{1,60})\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_PLACES = re.compile(rb"<(xdr:(?:col|row)(?:Off)?|wp:posOffset|wp14:pct(?:Pos[HV]Offset|Width|Height))>-?\d{1,10}</\1>")
"""Where something stands on a page or sheet: numbers between tags, which are no text. A prefix alone says nothing:
others' workbooks write their cells as ``x:v``."""
_CELL = re.compile(rb'<c r="[A-Z]{1,3}\d{1,7}"(?: s="\d{1,5}")?(?: t="(?:inlineStr|str|n|b|e|s)")?>')
_ROW = re.compile(rb'<row r="\d{1,7}"')
_PARAGRAPH_ENDS = (b"</w:p>", b"</a:p>", b"</p>", b"</w:tab>")
_CELL_ENDS = (b"</c>", b"</is>", b"</si>", b"</x:c>", b"</x:is>", b"</x:si>", b"</c:v>", b"</xdr:row>")
_SHORT_NUMBER = re.compile(r"-?\d{1,7}(?:\.\d{1,4})?%?")
_NAMESPACES = frozenset(
    value for name, value in vars(namespaces).items() if name.startswith("NS_") and isinstance(value, str)
) | {
    "http://schemas.openxmlformats.org/package/2006/content-types",
    "http://schemas.openxmlformats.org/package/2006/relationships",
    "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
    "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties",
    "urn:schemas-microsoft-com:office:word",
}
_TYPE_WORDS = frozenset(
    """
    application vnd openxmlformats package officedocument wordprocessingml spreadsheetml presentationml drawingml
    document sheet presentation main xml relationships core properties extended styles settings numbering theme header
    footer footnotes endnotes chart drawing worksheet slide slideLayout slideMaster tableStyles image png jpeg tiff bmp
    webp http https schemas org officeDocument metadata 2006 com microsoft office ms word excel powerpoint
    """.split()  # noqa: SIM905 - a list of fifty short literals is harder to read
)
"""What types of parts and of relationships are made of in a copy."""
_TYPE_APART = re.compile(r"[/.:+\-]+")
_MAX_PART_BYTES = 256 * 1024 * 1024
_ARCHIVE = b"PK\x03\x04"
_MAX_NESTING = 3
_LOCAL_HEADER = 30  # bytes before the name (APPNOTE 4.3.7)


def package_readings(data: bytes, is_word: IsWord) -> Iterator[Reading]:
    """Yield the raw file, and each entry's name, bytes, text and attributes; archives in it as well.

    The text of a part is given with its runs joined and paragraphs apart. ``is_word`` knows the attributes of the
    format. Raises ReadError HR203 where the package is torn, HR204 where archives inside are too large or too deep:
    what cannot be read cannot be proved.
    """
    yield from _Entries(is_word).read(data, "")


class _Entries:
    def __init__(self, is_word: IsWord) -> None:
        self._is_word = is_word
        self._nested = 0
        """What archives in archives hold so far, in bytes."""
        self._tags: dict[bytes, str] = {}
        """What each tag says that was met: a document has few of them, each many times."""

    def read(self, data: bytes, within: str) -> Iterator[Reading]:
        """Yield what an archive holds, and archives in it (an embedded workbook).

        ``within`` is the archive's own place. Raises HR203, HR204.
        """
        try:
            with zipfile.ZipFile(BytesIO(data)) as archive:
                entries = archive.infolist()
                if within:
                    self._nested += sum(entry.file_size for entry in entries)
                    if self._nested > _MAX_PART_BYTES or within.count(", ") > _MAX_NESTING:
                        raise ReadError(
                            "HR204", "the archives inside the file are too large or too deep; take them out"
                        )
                else:
                    yield Reading("bytes", "whole file", data=_without_names(data, archive))
                yield Reading("zip", f"{within}archive comment", data=archive.comment)
                for entry in entries:
                    shown = display_name(entry.filename)
                    if shown != entry.filename:
                        yield Reading("zip", f"{within}{shown} name", text=entry.filename)
                    yield Reading("zip", f"{within}{shown} comment", data=entry.comment + entry.extra)
                    with archive.open(entry) as stream:
                        content = stream.read(_MAX_PART_BYTES)
                    yield from self._part(within + shown, content)
                    if content.startswith(_ARCHIVE):
                        yield from self.read(content, f"{within}{shown}, ")
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError):
            raise ReadError("HR203", "the file is damaged or cut off; send it again") from None

    def _part(self, place: str, content: bytes) -> Iterator[Reading]:
        if content.lstrip()[:1] != b"<":
            yield Reading("zip parts", place, data=content)
            return
        if b"<c r=" in content:
            content = _ROW.sub(b"<row", _CELL.sub(b"<c>", content))
        content = _PLACES.sub(b"", content)
        yield Reading("xml text", place, text=_text(content))
        tags = self._tags
        said = []
        for tag in set(_TAG.findall(content)):
            words = tags.get(tag)
            if words is None:
                words = tags[tag] = self._said(tag.decode("utf-8", errors="replace"))
            if words:
                said.append(words)
        # As bytes: sizes and colours are full of two-digit numbers, and only longer values are looked for in bytes.
        yield Reading("xml attributes", place, data="\n".join(sorted(said)).encode("utf-8", errors="replace"))

    def _said(self, tag: str) -> str:
        """Return the values of a tag's attributes but for words of the format; all of what is no plain tag."""
        found = _START_TAG.fullmatch(tag)
        if found is None:
            return f"{tag}\n{unescape(tag)}"
        values = []
        for prefix, name, double, single in _ATTRIBUTE.findall(found[2]):
            value = unescape(double or single)
            if not self._is_format(found[1], prefix, name, value):
                values.append(value)
        return "\n".join(values)

    def _is_format(self, element: str, prefix: str, name: str, value: str) -> bool:
        if prefix == "xmlns" or (name == "xmlns" and not prefix):
            return value in _NAMESPACES
        match element, name:
            case "Override" | "Relationship", "PartName" | "Target":
                return value == CONTENT_TYPES or display_name(value.lstrip("/")) == value.lstrip("/")
            case "Override" | "Default" | "Relationship", "ContentType" | "Type":
                return all(word in _TYPE_WORDS for word in _TYPE_APART.split(value))
            case _:
                word = "0" if _SHORT_NUMBER.fullmatch(value) else value
                return is_drawing_word(element, name, word) or self._is_word(element, name, word)


def _text(content: bytes) -> str:
    """Return the text of a part: its runs joined, its paragraphs apart, its cells as :data:`APART` says."""
    for ending in _CELL_ENDS:
        content = content.replace(ending, b"\x01")
    for ending in _PARAGRAPH_ENDS:
        content = content.replace(ending, b"\n")
    return unescape(_TAG.sub(b"", content).decode("utf-8", errors="replace"))


def _without_names(data: bytes, archive: zipfile.ZipFile) -> bytes:
    """Return the raw file without those names of entries that Office itself gives ("document", "settings")."""
    rest = bytearray(data)
    directory = archive.start_dir
    for entry in archive.infolist():
        name = entry.filename.encode("ascii", errors="replace")
        if display_name(entry.filename) != entry.filename:
            continue
        start = entry.header_offset + _LOCAL_HEADER
        if rest[start : start + len(name)] == name:
            rest[start : start + len(name)] = bytes(len(name))
        listed = rest.find(name, directory)
        if listed >= 0:
            rest[listed : listed + len(name)] = bytes(len(name))
    return bytes(rest)
