"""Which picture an element of DrawingML shows, and how much of it (ECMA-376 part 1, 20.1.8)."""

from __future__ import annotations

import re
from typing import NamedTuple

from hospital_redact.formats.ooxml.namespaces import NS_A, NS_R
from hospital_redact.formats.ooxml.package import Element

_A = f"{{{NS_A}}}"
_EMBED, _LINK = f"{{{NS_R}}}embed", f"{{{NS_R}}}link"
_RECOLOURED = tuple(_A + name for name in ("clrChange", "duotone", "alphaModFix", "biLevel"))


class Blip(NamedTuple):
    """Which picture a ``pic:pic`` or ``v:imagedata`` shows: its relation, and what is cut off at each side (0 to 1).

    ``problem`` says why it cannot stay, or is empty.
    """

    relation: str
    crop: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    problem: str = ""


def blip_of(picture: Element) -> Blip:
    """Return what a ``pic:pic`` shows (clauses 20.1.8.13 and 20.1.8.55)."""
    blips = list(picture.iter(_A + "blip"))
    key = blips[0].get(_EMBED, "") if len(blips) == 1 else ""
    if not key or blips[0].get(_LINK):
        return Blip("", problem="the picture lies outside the file")
    if next(picture.iter(*_RECOLOURED), None) is not None:
        return Blip("", problem="the picture is recoloured: it may hide something")
    cut = next(picture.iter(_A + "srcRect"), None)
    sides = [] if cut is None else [_share(cut.get(side, "0")) for side in "ltrb"]
    return Blip(key, (sides[0], sides[1], sides[2], sides[3])) if sides else Blip(key)


def _share(value: str) -> float:
    """Return thousandths of a percent, or a percentage, as a fraction; nothing is added outside the picture."""
    percent = value.removesuffix("%")
    number = float(percent) if re.fullmatch(r"-?\d{1,7}(?:\.\d{1,4})?", percent) else 0.0
    return min(max(number / (100 if value.endswith("%") else 100_000), 0.0), 1.0)
