"""Names of sheets in a copy: what a tab may show (Excel allows 31 characters and not all of them)."""

from __future__ import annotations

from collections.abc import Sequence

MAX_NAME = 31
_FORBIDDEN = str.maketrans(
    {"[": "(", "]": ")", ":": "：", "*": "＊", "?": "？", "/": "／", "\\": "＼", "\n": " ", "\t": " "}
)


def sheet_names(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Return the names that sheets called ``before`` get when the plan makes ``after`` of them.

    A name that does not change stays as it is; one that does is cut, freed of forbidden characters and made unlike
    the others.
    """
    taken = {old.casefold() for old, new in zip(before, after, strict=True) if old == new}
    names: list[str] = []
    for old, new in zip(before, after, strict=True):
        if old == new:
            names.append(old)
            continue
        bare = new.translate(_FORBIDDEN).strip().strip("'")[:MAX_NAME] or "-"
        name, number = bare, 1
        while name.casefold() in taken:
            number += 1
            ending = f" ({number})"
            name = bare[: MAX_NAME - len(ending)] + ending
        taken.add(name.casefold())
        names.append(name)
    return names
