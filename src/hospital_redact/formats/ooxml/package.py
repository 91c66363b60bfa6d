"""The zip package of an Office file: opened under limits, its parts and relationships; and written anew.

Names of entries are keys and never paths on a disk. Nothing but the bytes of named entries is taken over: what
stands before, between and after them, their dates, comments and extra fields stay behind.
Source: ECMA-376 part 2 (Open Packaging Conventions).
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, BinaryIO, NamedTuple, TypeAlias
from urllib.parse import unquote

from lxml import etree

from hospital_redact.errors import ReadError
from hospital_redact.formats.ooxml.namespaces import STRICT_NAMESPACES

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no public name for the type of its elements

MAX_ENTRIES = 4096
MAX_TOTAL_BYTES = 256 * 1024 * 1024
MAX_PART_BYTES = 96 * 1024 * 1024
"""Largest single decompressed part, in bytes."""
MAX_RATIO = 200
"""Largest compression ratio of a part over ``RATIO_FROM_BYTES``; Word's own XML stays below 60."""
RATIO_FROM_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 120
"""Deepest nesting of elements; documents of people stay below 60."""

CONTENT_TYPES = "[Content_Types].xml"
OFFICE_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
"""Beginning of the types of relationships between the parts of an Office file."""

_CORE_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"
_CORE_KIND = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
_CORE_NS = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_APP_TYPE = "application/vnd.openxmlformats-officedocument.extended-properties+xml"
_APP_NS = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
_NS_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_NS_RELS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    IndexError,
    KeyError,
)
_TOO_DEEP = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")
_KNOWN_NAME = re.compile(
    r"(?:_rels|docProps|customXml|(?:word|xl|ppt)(?:/(?:_rels|media|theme|charts|embeddings|diagrams|glossary|activeX"
    r"|fonts|ink|worksheets|chartsheets|drawings|tables|pivotTables|pivotCache|externalLinks|comments|threadedComments"
    r"|persons|slides|slideLayouts|slideMasters|notesSlides|notesMasters|handoutMasters|tags)(?:/_rels)?)?)/"
    r"(?:core|app|custom|item|itemProps|document|styles|stylesWithEffects|settings|webSettings|fontTable|numbering|theme"
    r"|header|footer|footnotes|endnotes|comments|commentsExtended|commentsIds|commentsExtensible|people|image|chart"
    r"|workbook|sheet|sharedStrings|table|pivotTable|pivotCacheDefinition|pivotCacheRecords|externalLink|calcChain"
    r"|threadedComment|person|vmlDrawing|connections|queryTable|metadata|presentation|presProps|viewProps|tableStyles"
    r"|slide|slideLayout|slideMaster|notesSlide|notesMaster|handoutMaster|commentAuthors|authors|tag"
    r"|colors|style|data|drawing|layout|quickStyle|font|thumbnail|vbaProject|vbaData|oleObject|activeX|ink|afchunk)"
    r"\d{0,4}\.(?:xml|xml\.rels|rels|bin|xlsx|docx|pptx|png|jpe?g|gif|bmp|tiff?|emf|wmf|svg|odttf|html?|rtf|mht)"
)


class Relation(NamedTuple):
    """A relationship: ``kind`` is the last word of its type; ``target`` a part's name, or any text if external."""

    id: str
    kind: str
    target: str
    external: bool


@dataclass(frozen=True, slots=True, repr=False)
class Package:
    """An opened package: bytes by entry name, content types by part name, and the main document's name."""

    parts: Mapping[str, bytes]
    types: Mapping[str, str]
    defaults: Mapping[str, str]
    main: str

    def content_type(self, part: str) -> str:
        """Return the declared content type in lower case, or an empty text."""
        return self.types.get(part) or self.defaults.get(part.rpartition(".")[2].lower(), "")

    def relations(self, part: str) -> dict[str, Relation]:
        """Return the relationships of ``part`` by id ("" is the package itself); raise HR203 if unreadable."""
        folder, _, name = part.rpartition("/")
        entry = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        data = self.parts.get(entry)
        return {} if data is None else _parse_relations(data, folder)

    def root(self, part: str) -> Element:
        """Return the parsed root of an XML part; raise HR203 or HR204."""
        return parse_xml(self.parts[part])

    def __repr__(self) -> str:
        return f"Package({len(self.parts)} parts)"


def display_name(name: str) -> str:
    """Return an entry's name if it is one that Office gives, else a neutral word: names can carry text too."""
    return name if _KNOWN_NAME.fullmatch(name) or name == CONTENT_TYPES else "another part"


def is_office_file(data: bytes, main_types: frozenset[str], folder: str) -> bool:
    """Whether ``data`` is a zip with a main document of ``main_types``, or the torn beginning of one.

    ``folder`` (``word/``) is where such a document keeps its parts. Never raises.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if CONTENT_TYPES not in archive.namelist():  # an archive, perhaps one that holds Office files
                return False
            with archive.open(CONTENT_TYPES) as stream:
                declared = stream.read(1024 * 1024)
    except _ZIP_ERRORS:
        # A torn file is still an Office file, so that it is refused as damaged and not as something else.
        return data.startswith(b"PK\x03\x04") and folder.encode() in data
    try:
        types, defaults = _parse_types(declared)
    except ReadError:
        return folder.encode() in data
    return any(kind in main_types for kind in (*types.values(), *defaults.values()))


def is_encrypted_office(data: bytes) -> bool:
    """Whether ``data`` is a compound file (MS-CFB) around an encrypted Office package (MS-OFFCRYPTO 2.3.4)."""
    # Directory entries hold their names in UTF-16; the stream's name stands in no other kind of compound file.
    return data.startswith(_COMPOUND_FILE) and "EncryptedPackage".encode("utf-16-le") in data


def open_package(data: bytes, main_types: frozenset[str]) -> Package:
    """Return the package in ``data``, whose main document is of one of ``main_types`` (in lower case).

    Raises ReadError HR202 (encrypted, or an entry needs a password), HR203 (torn, twice the same name, no main
    document) and HR204 (over a limit of number, size or ratio).
    """
    if is_encrypted_office(data):
        raise ReadError("HR202", "the file is encrypted; save it without a password and try again")
    parts = read_entries(data)
    if CONTENT_TYPES not in parts:
        raise ReadError("HR203", "the package has no list of content types; open and save it in Office")
    types, defaults = _parse_types(parts[CONTENT_TYPES])
    package = Package(parts, types, defaults, "")
    starts = [r for r in package.relations("").values() if r.kind == "officeDocument" and not r.external]
    if len(starts) != 1 or starts[0].target not in parts:
        raise ReadError("HR203", "the package does not name one main document; open and save it in Office")
    main = starts[0].target
    if package.content_type(main) not in main_types:
        raise ReadError("HR203", "the main document is not declared as what it is; open and save it in Office")
    return Package(parts, types, defaults, main)


def read_entries(data: bytes) -> dict[str, bytes]:
    """Return the bytes of each entry of a zip by its name; raise ReadError HR202, HR203 or HR204."""
    parts: dict[str, bytes] = {}
    seen: set[str] = set()
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = [e for e in archive.infolist() if not e.is_dir()]
            _check_sizes(entries)
            for entry in entries:
                # Part names are equal without regard to case (OPC 6.2.2.3): two readers may pick different ones.
                name = entry.filename.replace("\\", "/").lstrip("/")
                if name.lower() in seen:
                    raise ReadError("HR203", "the package holds two parts of the same name; open and save it in Office")
                seen.add(name.lower())
                with archive.open(entry) as stream:
                    parts[name] = stream.read(entry.file_size + 1)
    except _ZIP_ERRORS:
        raise ReadError("HR203", "the file is damaged or cut off; send it again") from None
    return parts


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise ReadError(
            "HR204", "the package holds more than {max_entries} parts; split the document", max_entries=MAX_ENTRIES
        )
    total = 0
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise ReadError("HR202", "a part of the file is encrypted; save it without a password and try again")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ReadError("HR203", "a part is packed in a way that Office does not use; open and save it in Office")
        total += entry.file_size
        too_dense = entry.file_size > RATIO_FROM_BYTES and entry.file_size > MAX_RATIO * max(1, entry.compress_size)
        if total > MAX_TOTAL_BYTES or entry.file_size > MAX_PART_BYTES or too_dense:
            raise ReadError("HR204", "the file unpacks to more than the limits allow; split the document")


def parse_xml(data: bytes) -> Element:
    """Return the root of ``data`` without comments and instructions; raise HR203 (not well formed) or HR204.

    A document type is refused (OPC 6.2.5 forbids it), so that there are no entities to expand. Names of the
    strict variant (ISO 29500-1) become those of the transitional one, so that the rest knows one vocabulary.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        raise ReadError("HR203", "a part of the file is not well-formed XML; open and save it in Office") from None
    information: Any = root.getroottree().docinfo  # lxml-stubs does not know doctype
    if information.doctype:
        raise ReadError("HR203", "a part of the file declares a document type, which Office files must not")
    if _TOO_DEEP(root):
        raise ReadError(
            "HR204",
            "a part of the file nests deeper than {max_depth} levels; simplify the document",
            max_depth=MAX_DEPTH,
        )
    if b"purl.oclc.org" in data or b"p\0u\0r\0l\0" in data:
        _from_strict(root)
    return root


def _from_strict(root: Element) -> None:
    for element in root.iter("*"):
        namespace, _, local = element.tag[1:].rpartition("}")
        if namespace in STRICT_NAMESPACES:
            element.tag = f"{{{STRICT_NAMESPACES[namespace]}}}{local}"
        for key, value in list(element.attrib.items()):
            namespace, _, local = str(key)[1:].rpartition("}")
            if namespace in STRICT_NAMESPACES:
                del element.attrib[key]
                element.set(f"{{{STRICT_NAMESPACES[namespace]}}}{local}", str(value))


def _parse_types(data: bytes) -> tuple[dict[str, str], dict[str, str]]:
    types: dict[str, str] = {}
    defaults: dict[str, str] = {}
    for element in parse_xml(data):
        kind = (element.get("ContentType") or "").lower()
        if element.tag == _NS_TYPES + "Override":
            types[(element.get("PartName") or "").lstrip("/")] = kind
        elif element.tag == _NS_TYPES + "Default":
            defaults[(element.get("Extension") or "").lower()] = kind
    return types, defaults


def _parse_relations(data: bytes, folder: str) -> dict[str, Relation]:
    relations: dict[str, Relation] = {}
    for element in parse_xml(data):
        if element.tag != _NS_RELS + "Relationship":
            continue
        kind = (element.get("Type") or "").rpartition("/")[2]
        target = element.get("Target") or ""
        external = element.get("TargetMode") == "External"
        if not external:
            target = posixpath.normpath(posixpath.join("/" + folder, unquote(target))).lstrip("/")
        key = element.get("Id") or ""
        if key in relations:
            raise ReadError("HR203", "a part names two targets by the same id; open and save it in Office")
        relations[key] = Relation(key, kind, target, external)
    return relations


@dataclass(slots=True)
class NewPart:
    """A part of the copy: its ``name``, content type, and either an XML ``root`` or ``data``; its ``relations``."""

    name: str
    content_type: str
    root: Element | None = None
    data: bytes = b""
    relations: dict[tuple[str, str], str] = field(default_factory=dict)
    """Ids by (full type, name of the target)."""

    def relate(self, kind: str, target: str) -> str:
        """Add a relationship to the part called ``target`` and return its id."""
        return self.relations.setdefault((kind, target), f"rId{len(self.relations) + 1}")

    def retarget(self, old: str, new: str) -> None:
        """Make the relationships to the part called ``old`` lead to ``new``, or to nothing where that is empty."""
        kept = ((kind, target, key) for (kind, target), key in self.relations.items() if target != old or new)
        self.relations = {(kind, new if target == old else target): key for kind, target, key in kept}


def write_package(parts: Iterable[NewPart], main: str, target: BinaryIO) -> None:
    """Write ``parts`` and empty document properties as a package with fixed order and dates.

    ``main`` is the name of the main document's part.
    """
    core = etree.Element(f"{{{_CORE_NS}}}coreProperties", nsmap={"cp": _CORE_NS})
    app = etree.Element(f"{{{_APP_NS}}}Properties", nsmap={"ap": _APP_NS})
    parts = [*parts, NewPart("docProps/core.xml", _CORE_TYPE, core), NewPart("docProps/app.xml", _APP_TYPE, app)]
    start = {
        (OFFICE_RELATION + "officeDocument", main): "rId1",
        (_CORE_KIND, "docProps/core.xml"): "rId2",
        (OFFICE_RELATION + "extended-properties", "docProps/app.xml"): "rId3",
    }
    types = etree.Element(_NS_TYPES + "Types", nsmap=_default(_NS_TYPES))
    etree.SubElement(
        types,
        _NS_TYPES + "Default",
        Extension="rels",
        ContentType="application/vnd.openxmlformats-package.relationships+xml",
    )
    for part in parts:
        etree.SubElement(types, _NS_TYPES + "Override", PartName="/" + part.name, ContentType=part.content_type)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        _write_entry(archive, CONTENT_TYPES, _serialise(types))
        _write_entry(archive, "_rels/.rels", _relations_xml(start))
        for part in parts:
            _write_entry(archive, part.name, part.data if part.root is None else _serialise(part.root))
            if part.relations:
                folder, _, name = part.name.rpartition("/")
                _write_entry(archive, f"{folder}/_rels/{name}.rels", _relations_xml(part.relations))


def _default(namespace: str) -> Any:
    # A default namespace has the prefix None, which lxml-stubs does not allow.
    return {None: namespace.strip("{}")}


def _serialise(root: Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _relations_xml(relations: Mapping[tuple[str, str], str]) -> bytes:
    root = etree.Element(_NS_RELS + "Relationships", nsmap=_default(_NS_RELS))
    for (kind, target), key in relations.items():
        etree.SubElement(root, _NS_RELS + "Relationship", Id=key, Type=kind, Target="/" + target)
    return _serialise(root)


def _write_entry(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 0
    archive.writestr(entry, data, compresslevel=6)
