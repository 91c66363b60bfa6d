"""Edits of a block shared out among the elements of a copy that show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lxml import etree

from hospital_redact.errors import PlanError
from hospital_redact.formats.ooxml.charts import write_text
from hospital_redact.formats.ooxml.namespaces import NS_A
from hospital_redact.formats.ooxml.package import Element
from hospital_redact.model import Edit

_A = f"{{{NS_A}}}"


def check_edits(text: str, edits: Sequence[Edit]) -> None:
    """Raise PlanError HR404 where ``edits`` of a block with ``text``, by start, overlap or point outside it."""
    ends = [0, *(edit.span.end for edit in edits)]
    if any(edit.span.start < end for edit, end in zip(edits, ends, strict=False)) or ends[-1] > len(text):
        raise PlanError("HR404", "edits overlap or point outside their block; make the plan anew")


def share_edits(pieces: Iterable[tuple[Element, str]], edits: Sequence[Edit]) -> Iterator[tuple[Element, str]]:
    """Yield each element whose text ``edits`` touch, with its new text.

    ``pieces`` are elements and their share of the block's text, in order. A replacement goes where the first character
    of its span was.
    """
    start = 0
    for element, text in pieces:
        end = start + len(text)
        touching = [edit for edit in edits if edit.span.start < end and edit.span.end > start]
        if touching:
            new, position = [], start
            for edit in touching:
                new.append(text[position - start : max(edit.span.start, start) - start])
                if edit.span.start >= start:
                    new.append(edit.replacement)
                position = min(edit.span.end, end)
            yield element, "".join([*new, text[position - start :]])
        start = end


def write_drawn(element: Element, text: str) -> None:
    """Give an element of drawn text or of a chart its new text; a line break gives way to a run, or to nothing.

    Raises PlanError HR401 where XML cannot hold ``text``.
    """
    try:
        if element.tag == _A + "br":
            _replace_break(element, text)
        else:
            write_text(element, text)
    except ValueError:
        raise unwritable() from None


def unwritable() -> PlanError:
    """Return the error for a replacement that XML cannot hold."""
    return PlanError("HR401", "a replacement holds characters that a document cannot; use plain text")


def _replace_break(element: Element, text: str) -> None:
    parent = element.getparent()
    assert parent is not None
    if text:
        run = etree.Element(_A + "r")
        etree.SubElement(run, _A + "t").text = text
        parent.replace(element, run)
    else:
        parent.remove(element)
