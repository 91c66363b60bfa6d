"""What helps to fill a sheet in: the buttons of a filter, and the limits of what may be entered.

Kept is what is made of ranges and short numbers; prompts, messages, lists of words and chosen values of a filter go.
Source: ECMA-376 part 1, 18.3.1.2 (autoFilter) and 18.3.1.32 (dataValidation).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from xml.sax.saxutils import escape

from hospital_redact.formats.ooxml.package import Element
from hospital_redact.formats.xlsx.draft import Draft
from hospital_redact.formats.xlsx.grid import range_text, read_range
from hospital_redact.formats.xlsx.strings import loose_texts
from hospital_redact.formats.xlsx.vocabulary import s
from hospital_redact.model import Kind, Location

MAX_VALIDATIONS = 2000
"""Limits of a sheet that are kept."""
_TYPES = frozenset({"whole", "decimal", "date", "time", "textLength", "list"})
_OPERATORS = frozenset(
    ["lessThan", "lessThanOrEqual", "equal", "notEqual", "greaterThanOrEqual", "greaterThan", "between", "notBetween"]
)
_STYLES = frozenset({"stop", "warning", "information"})
_FLAGS = ("allowBlank", "showErrorMessage")
_WORDS = ("prompt", "promptTitle", "error", "errorTitle")


def read_filter(elements: Sequence[Element], draft: Draft, part: str) -> Iterator[str]:
    """Yield the filter of a sheet with its buttons and no criteria."""
    for element in elements[:1]:
        area = read_range(element.get("ref", ""))
        if len(element) or area is None:
            draft.drop("filter", part)
            said = [str(value) for child in element.iterdescendants("*") for value in child.attrib.values()]
            draft.bury("\n".join(dict.fromkeys(said)), Kind.METADATA, Location(part, "filter"))
        if area is not None:
            yield f'<autoFilter ref="{range_text(area)}"/>'


def read_validations(
    elements: Sequence[Element], draft: Draft, part: str, is_plain: Callable[[str], bool]
) -> Iterator[str]:
    """Yield the limits of entry that hold no words. ``is_plain`` knows formulas of cells and short numbers alone."""
    kept: list[str] = []
    for element in (child for holder in elements for child in holder if child.tag == s("dataValidation")):
        markup = _validation(element, is_plain) if len(kept) < MAX_VALIDATIONS else ""
        words = [element.get(name, "") for name in _WORDS]
        if not markup or any(words):
            draft.drop("data_validation", part)
            said = dict.fromkeys([*words, *(() if markup else loose_texts(element))])
            draft.bury("\n".join(filter(None, said)), Kind.METADATA, Location(part, "data validation"))
        if markup:
            kept.append(markup)
    if kept:
        yield f'<dataValidations count="{len(kept)}">{"".join(kept)}</dataValidations>'


def _validation(element: Element, is_plain: Callable[[str], bool]) -> str:
    ranges = [area for area in map(read_range, element.get("sqref", "").split()) if area is not None]
    kind = element.get("type", "")
    formulas = [(child.tag, child.text or "") for child in element if child.tag in (s("formula1"), s("formula2"))]
    if not ranges or kind not in _TYPES or len(formulas) not in (1, 2) or len(formulas) != len(element):
        return ""
    if not all(is_plain(text) for _, text in formulas):
        return ""
    attributes = f' type="{kind}"'
    for name, words in (("operator", _OPERATORS), ("errorStyle", _STYLES)):
        if element.get(name) in words:
            attributes += f' {name}="{element.get(name)}"'
    for name in _FLAGS:
        if element.get(name) in ("0", "1", "true", "false"):
            attributes += f' {name}="{element.get(name)}"'
    inner = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in ((t[len(s("")) :], x) for t, x in formulas))
    return f'<dataValidation{attributes} sqref="{" ".join(map(range_text, ranges))}">{inner}</dataValidation>'
