"""What other parsers find in a written page (rule 2): Python's html.parser, libxml2, and every decoded address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from urllib.parse import unquote

from lxml import etree

from hospital_redact.errors import ReadError
from hospital_redact.formats.base import Reading
from hospital_redact.formats.hypertext.walker import data_of

_DATA = re.compile(r"data:[^\"'<>]+", re.IGNORECASE)


class _Parser(HTMLParser):
    """Collects all text, comments and attribute values."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.beside: list[str] = []

    def handle_data(self, data: str) -> None:
        """Take text."""
        self.text.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take attributes, and the names of elements and attributes."""
        self.beside.append(tag)
        for name, value in attrs:
            self.beside += [name, value or ""]

    def handle_comment(self, data: str) -> None:
        """Take a comment."""
        self.beside.append(data)

    def handle_decl(self, decl: str) -> None:
        """Take a declaration."""
        self.beside.append(decl)

    def handle_pi(self, data: str) -> None:
        """Take a processing instruction."""
        self.beside.append(data)

    def unknown_decl(self, data: str) -> None:
        """Take a section that HTML does not know."""
        self.beside.append(data)


def page_readings(data: bytes, markup: str) -> Iterator[Reading]:
    """Yield readings of a page; raise ReadError HR203 where a parser gives up."""
    yield Reading("bytes", "whole file", data=data)
    # As bytes: the markup of the copy is full of short numbers, and only longer values are looked for in bytes.
    yield Reading("references", "whole file", data=unquote(unescape(markup), errors="replace").encode())
    parser = _Parser()
    parser.feed(markup)
    parser.close()
    yield Reading("html.parser", "text", text="".join(parser.text))
    yield Reading("html.parser", "attributes", data="\n".join(parser.beside).encode())
    try:
        root = etree.fromstring(markup.encode(), etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True))
    except (etree.XMLSyntaxError, ValueError):
        raise ReadError("HR203", "the page cannot be read a second time; save it again as HTML") from None
    if root is not None:
        yield Reading("libxml2", "text", text="".join(str(text) for text in root.itertext()))
        values = [str(value) for element in root.iter(etree.Element) for value in element.attrib.values()]
        yield Reading("libxml2", "attributes", data="\n".join(values).encode())
    for number, address in enumerate(_DATA.finditer(markup), 1):
        inside = data_of(address.group())
        if inside is not None:
            yield Reading("data address", str(number), data=inside)
