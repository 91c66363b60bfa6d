"""What a hospital decides besides levels: ``rules/settings.toml`` declares each decision, a policy may answer it.

Every point on which the regulations disagree or are silent is one entry with its clauses, its kind and its default.
The kinds:

=======  ==========================================================================================
level    the level of ``matter``: answered under ``[levels]`` of the policy, shown here
choice   one of ``choices``
texts    a list of texts; with ``choices`` only of these
whole    a whole number from ``low`` to ``high``
flag     true or false
fixed    true, whatever a policy says: named so that nobody looks for the switch
=======  ==========================================================================================

``tighter`` says which way a department may go (``tightening.py``): ``up`` or ``down``, that is true or false, a higher
or lower number, a later or earlier choice, more or fewer texts; without it both ways are as good.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from hospital_redact.model import Clause, Level, Setting
from hospital_redact.rulefiles import Refused, Table

KINDS = ("level", "choice", "texts", "whole", "flag", "fixed")

FREE_OF_SCALE = frozenset({"organisation", "hospital_mark", "administrative", "small_count", "published", "nothing"})
"""Matters outside the regulations' scope: 内部 or 公开 in every policy, the three-step ones included."""

_Value = str | int | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Declaration:
    """One entry of ``settings.toml``."""

    id: str
    conflict: str
    title: str
    title_en: str
    kind: str
    clauses: tuple[Clause, ...]
    default: _Value
    choices: tuple[str, ...]
    low: int
    high: int
    matter: str
    tighter: str = ""

    def answer(self, given: Table, levels: Mapping[str, Level | None]) -> Setting:
        """Return the setting with what ``given`` (``[settings]`` of a policy) answers, or the default.

        Raises Refused HR112 for an answer of another kind, outside the bounds, or to what is fixed.
        """
        value = self._level(levels) if self.kind == "level" else self.read(given)
        return Setting(self.id, self.conflict, self.title, self.title_en, value, self.clauses)

    def is_looser(self, value: _Value, above: _Value) -> bool:
        """Whether the answer ``value`` is looser than ``above``, by what the declaration says is tighter."""
        if not self.tighter or value == above:
            return False
        loose, tight = (value, above) if self.tighter == "up" else (above, value)
        if isinstance(loose, tuple) and isinstance(tight, tuple):
            return not set(tight) <= set(loose)
        return self._place(loose) < self._place(tight)

    def _place(self, value: _Value) -> int:
        return self.choices.index(value) if isinstance(value, str) else int(value) if isinstance(value, int) else 0

    def _level(self, levels: Mapping[str, Level | None]) -> str:
        level = levels.get(self.matter)
        return "undecided" if level is None else level.value

    def read(self, given: Table) -> _Value:
        """Return what ``given`` holds under this setting's id, or the default. Raises as :meth:`answer`."""
        if self.id not in given.values:
            return self.default
        if self.kind == "fixed":
            raise Refused("HR112", "settings.{id}: this is not for a policy to change", id=self.id)
        value = _READ[self.kind](given, self)
        words = value if isinstance(value, tuple) else (value,)
        if self.choices and not all(word in self.choices for word in words):
            raise Refused("HR112", "settings.{id} must be among {choices}", id=self.id, choices=", ".join(self.choices))
        return value


_READ: Mapping[str, Callable[[Table, Declaration], _Value]] = {
    "choice": lambda table, entry: str(table.text(entry.id)),
    "texts": lambda table, entry: table.texts(entry.id),
    "whole": lambda table, entry: table.whole(entry.id, entry.low, entry.low, entry.high),
    "flag": lambda table, entry: table.flag(entry.id),
}


def declare(id_: str, table: Table, clauses: tuple[Clause, ...]) -> Declaration:
    """Return the declaration in ``table``. Raises Refused HR102 or HR112 when it is not complete."""
    kind = table.text("kind")
    if kind not in KINDS:
        raise Refused("HR112", "{id}: the kind {kind} is unknown", id=id_, kind=kind)
    choices = table.texts("choices")
    low, high = table.whole("low", 0, 0, 1_000_000), table.whole("high", 0, 0, 1_000_000)
    matter = table.text("matter") if kind == "level" else ""
    title, title_en, tighter = table.text("title"), table.text("title_en"), table.text("tighter", "")
    if tighter not in ("", "up", "down"):
        raise Refused("HR112", "{id}: tighter is up or down", id=id_)
    entry = Declaration(
        id_, table.text("conflict", ""), title, title_en, kind, clauses, default=True, choices=choices, low=low,
        high=high, matter=matter, tighter=tighter,
    )  # fmt: skip
    if kind not in ("level", "fixed"):
        entry = replace(entry, default=entry.read(_default(id_, table)))
    table.done()
    return entry


def _default(id_: str, table: Table) -> Table:
    """Return the default as if a policy had given it, so that it obeys the same bounds."""
    table.taken.add("default")
    if "default" not in table.values:
        raise Refused("HR102", "the key {key} is missing", key=f"{id_}.default")
    return Table({id_: table.values["default"]})


def answer_all(
    declared: Mapping[str, Declaration], given: Table, levels: Mapping[str, Level | None]
) -> dict[str, Setting]:
    """Return every setting by id. Raises Refused HR112 for an answer that no declaration asks for."""
    for id_ in given.values:
        if id_ not in declared or declared[id_].kind == "level":
            raise Refused("HR112", "settings.{id}: there is no such setting", id=id_)
    settings = {id_: entry.answer(given, levels) for id_, entry in declared.items()}
    _check_scale(settings, levels)
    return settings


def _check_scale(settings: Mapping[str, Setting], levels: Mapping[str, Level | None]) -> None:
    """Refuse levels that a three-step scale does not have (第4篇 4.1), and a patient below 秘密 (前言 范围1)."""
    if "scale" in settings and settings["scale"].value == "three":
        for matter, level in levels.items():
            if matter not in FREE_OF_SCALE and level is not None and level < Level.SECRET:
                raise Refused(
                    "HR110", "levels.{matter}: the scale of three steps has no {level}", matter=matter, level=level
                )
    for matter in ("patient", "person"):
        if levels.get(matter, Level.SECRET) in (Level.PUBLIC, Level.INTERNAL):
            raise Refused("HR110", "levels.{matter}: data of patients is 秘密 or higher in every policy", matter=matter)
