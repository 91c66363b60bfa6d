"""Fields (clause 17.16): where codes stand, which codes say nothing, and which show something by themselves."""

from __future__ import annotations

import re
from typing import NamedTuple

from hospital_redact.formats.docx.vocabulary import w
from hospital_redact.formats.ooxml.package import Element

KEPT = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES"})
"""Fields that stay fields in a copy, with a code of their bare name: the page numbers of headers and footers."""

DRAWN = frozenset(
    [
        "EQ",
        "SYMBOL",
        "MACROBUTTON",
        "GOTOBUTTON",
        "BARCODE",
        "DISPLAYBARCODE",
        "MERGEBARCODE",
        "LISTNUM",
        "AUTONUM",
        "AUTONUMLGL",
        "AUTONUMOUT",
    ]
)
"""Fields that show what their code says."""

_PLAIN = re.compile(
    r"\s*(?:PAGE|NUMPAGES|SECTIONPAGES|SECTION|TOC|DATE|TIME|FORMTEXT|FORMCHECKBOX|FORMDROPDOWN|SEQ [^\W\d]{1,8}"
    r"|ADVANCE|PAGEREF _[A-Za-z]{1,6}\d+|(?:NOTE)?REF _[A-Za-z]{1,6}\d+|HYPERLINK \\l \"?_[A-Za-z]{1,6}\d+\"?)"
    r"(?:\s|\\[*@#a-zA-Z!]|MERGEFORMAT|CHARFORMAT|Arabic|arabic|ROMAN|roman|\"\d-\d\"|\d(?!\d)"
    r"|\"[yYMdhHmsAPap年月日时分秒:/.\-, ']+\")*",
    re.IGNORECASE,
)


class Field(NamedTuple):
    """A complex field: its instruction text, and the mark that ends the code (``separate``, else ``end``)."""

    code: str
    code_end: Element


class Fields(NamedTuple):
    """The complex fields of a part: by their ``begin`` marks, and the begin of each mark that belongs to one."""

    by_begin: dict[Element, Field]
    begin_of: dict[Element, Element]


def name_of(code: str) -> str:
    """Return the field's name in capitals (``PAGE``), or an empty text."""
    words = code.split(None, 1)
    return words[0].upper() if words else ""


def is_plain(code: str) -> bool:
    """Whether a code holds nothing but a name and switches that Word sets."""
    return not code.strip() or _PLAIN.fullmatch(code) is not None


def find_fields(root: Element) -> Fields:
    """Pair the marks of all complex fields; marks without a partner are in no field."""
    marks, instruction = w("fldChar"), (w("instrText"), w("delInstrText"))
    kind_of = w("fldCharType")
    fields = Fields({}, {})
    open_: list[tuple[Element, list[str], list[Element]]] = []
    for element in root.iter(marks, *instruction):
        if element.tag != marks:
            if open_ and not open_[-1][2]:
                open_[-1][1].append(element.text or "")
            continue
        kind = element.get(kind_of)
        if kind == "begin":
            open_.append((element, [], []))
        elif kind == "separate" and open_:
            open_[-1][2].append(element)
        elif kind == "end" and open_:
            begin, code, separators = open_.pop()
            fields.by_begin[begin] = Field("".join(code), separators[0] if separators else element)
            for mark in (begin, *separators, element):
                fields.begin_of[mark] = begin
    return fields


def balance_fields(paragraph: Element) -> None:
    """Take all field marks out of a paragraph of the copy in which they are not complete, one field by one.

    A mark may have gone with a deleted or hidden run. Half a field would make Word refuse the copy, or text of
    the result a part of the code.
    """
    marks = list(paragraph.iter(w("fldChar"), w("instrText")))
    if not marks:
        return
    letters = {w("instrText"): "i", w("t"): "t"}
    kinds = {"begin": "b", "separate": "s", "end": "e"}
    sequence = "".join(
        letters.get(element.tag) or kinds.get(element.get(w("fldCharType"), ""), "?")
        for element in paragraph.iter(w("fldChar"), w("instrText"), w("t"))
    )
    if re.fullmatch(r"(?:t|bist*e|bie)*", sequence):
        return
    for mark in marks:
        run = mark.getparent()
        if run is not None:
            run.remove(mark)
