"""SmartArt: what a diagram says, in the order of its outline.

A diagram's drawing is made by its program from layout definitions that are not read here; its text stands in the data
model, a list of points joined by connections. Source: ECMA-376 part 1, clause 21.4.2.
"""

from __future__ import annotations

from hospital_redact.formats.ooxml.namespaces import NS_A, NS_DGM
from hospital_redact.formats.ooxml.package import Element

MAX_POINTS = 2000
"""Most points of a data model that are put in order; those behind keep the order of the file."""

_DGM = f"{{{NS_DGM}}}"
_A = f"{{{NS_A}}}"
_PRESENTED = frozenset({"pres", "parTrans", "sibTrans"})


def diagram_lines(root: Element) -> tuple[str, ...]:
    """Return the paragraphs of the data model ``root`` (``dgm:dataModel``), parents before their children.

    What stands on no path from the document's point comes last. Empty for any other root.
    """
    if root.tag != _DGM + "dataModel":
        return ()
    points = {point.get("modelId", ""): point for point in root.iterfind(f"{_DGM}ptLst/{_DGM}pt")}
    lines: list[str] = []
    for key in _outline(root, points):
        lines += [line for line in map(_text, points[key].iter(_A + "p")) if line.strip()]
    return tuple(lines)


def _outline(root: Element, points: dict[str, Element]) -> list[str]:
    children: dict[str, list[tuple[int, str]]] = {}
    for link in root.iterfind(f"{_DGM}cxnLst/{_DGM}cxn"):
        order = link.get("srcOrd", "0")
        if link.get("type", "parOf") == "parOf":
            place = int(order) if order.isascii() and order.isdigit() else 0
            children.setdefault(link.get("srcId", ""), []).append((place, link.get("destId", "")))
    waiting = [key for key, point in points.items() if point.get("type") == "doc"]
    seen: dict[str, None] = {}
    while waiting and len(seen) < MAX_POINTS:
        key = waiting.pop()
        if key not in seen and key in points:
            seen[key] = None
            waiting += [child for _, child in sorted(children.get(key, ()), reverse=True)]
    # Points of presentation repeat texts of others; a text typed into a transition shows as well.
    rest = sorted(points, key=lambda key: points[key].get("type", "node") in _PRESENTED)
    return [*seen, *(key for key in rest if key not in seen)]


def _text(paragraph: Element) -> str:
    return "".join("\n" if e.tag == _A + "br" else e.text or "" for e in paragraph.iter(_A + "t", _A + "br"))
