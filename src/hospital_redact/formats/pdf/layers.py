"""Optional content (layers): a copy keeps which layers show, and nothing of what they are called.

A hidden layer must not become visible, so the groups that are still drawn stay, renamed, with the default
configuration that switches them (ISO 32000-1, 8.11).
"""

from __future__ import annotations

import re
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from hospital_redact.formats.pdf.limits import too_large
from hospital_redact.formats.pdf.objects import (
    entry,
    is_array,
    is_dict,
    is_name,
    items_of,
    key_of,
    keys_of,
    name_of,
    value_of,
)

NEUTRAL_NAME = re.compile(r"Layer \d{1,6}")
"""What layers of a copy are called."""

_USAGE = {"/View": "/ViewState", "/Print": "/PrintState", "/Export": "/ExportState"}


class Layers:
    """The optional content of one copy, collected while its pages are written."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._pdf = pdf
        self._made: dict[tuple[int, int], pikepdf.Object] = {}
        self._groups: list[tuple[pikepdf.Object, pikepdf.Object]] = []

    def clean(self, layer: pikepdf.Object | None, depth: int = 0) -> pikepdf.Object | None:
        """Return a renamed group, or a membership dictionary of renamed groups; ``None`` for anything else."""
        if layer is None or not is_dict(layer):
            return None
        if depth > 8:
            raise too_large("the depth of layers inside layers")
        key = key_of(layer)
        if key == (0, 0) or key not in self._made:
            is_membership = name_of(entry(layer, "/Type")) == b"/OCMD"
            made = self._membership(layer, depth) if is_membership else self._group(layer)
            if key == (0, 0):
                return made
            self._made[key] = made
        return self._made[key]

    def properties(self) -> pikepdf.Object | None:
        """Return the catalog's OCProperties for the groups that are used, ``None`` where there are none."""
        if not self._groups:
            return None
        old = entry(self._pdf.Root, "/OCProperties")
        config = entry(old, "/D")
        new = Dictionary()
        for key in ("/BaseState", "/Intent"):
            if (value := entry(config, key)) is not None and is_name(value):
                new[key] = value
        for key in ("/ON", "/OFF"):
            new[key] = self._listed(entry(config, key))
        events = Array([])
        for event in items_of(entry(config, "/AS")):
            if isinstance(event, pikepdf.Object) and is_name(entry(event, "/Event")):
                events.append(
                    Dictionary(
                        {
                            "/Event": entry(event, "/Event"),
                            "/Category": Array([c for c in items_of(entry(event, "/Category")) if is_name(c)]),
                            "/OCGs": self._listed(entry(event, "/OCGs")),
                        }
                    )
                )
        if len(events):
            new["/AS"] = events
        return Dictionary({"/OCGs": Array([made for _, made in self._groups]), "/D": new})

    def _listed(self, array: pikepdf.Object | None) -> pikepdf.Object:
        wanted = {key_of(item) for item in items_of(array) if isinstance(item, pikepdf.Object)} - {(0, 0)}
        return Array([made for old, made in self._groups if key_of(old) in wanted])

    def _group(self, layer: pikepdf.Object) -> pikepdf.Object:
        new = Dictionary({"/Type": Name("/OCG"), "/Name": String(f"Layer {len(self._groups) + 1}")})
        intent = value_of(layer, "/Intent")
        if is_name(intent) or (is_array(intent) and all(is_name(item) for item in items_of(intent))):
            new["/Intent"] = intent
        usage = entry(layer, "/Usage")
        kept = Dictionary()
        for key in keys_of(usage):
            state = entry(value_of(usage, key), _USAGE[key]) if key in _USAGE else None
            if state is not None and is_name(state):
                kept[key] = Dictionary({_USAGE[key]: state})
        if len(keys_of(kept)):
            new["/Usage"] = kept
        made = self._pdf.make_indirect(new)
        self._groups.append((layer, made))
        return made

    def _membership(self, layer: pikepdf.Object, depth: int) -> pikepdf.Object:
        new = Dictionary({"/Type": Name("/OCMD")})
        groups = entry(layer, "/OCGs")
        listed = items_of(groups) if groups is not None and is_array(groups) else [groups]
        new["/OCGs"] = Array(
            [made for g in listed if isinstance(g, pikepdf.Object) and (made := self.clean(g, depth + 1)) is not None]
        )
        if is_name(entry(layer, "/P")):
            new["/P"] = entry(layer, "/P")
        if (expression := entry(layer, "/VE")) is not None:
            new["/VE"] = self._expression(expression, depth + 1)
        return self._pdf.make_indirect(new)

    def _expression(self, value: Any, depth: int) -> Any:
        if depth > 8:
            raise too_large("the depth of layers inside layers")
        if is_array(value):
            return Array([self._expression(item, depth + 1) for item in items_of(value)])
        if isinstance(value, pikepdf.Object) and is_dict(value):
            return self.clean(value, depth + 1) or Dictionary()
        return value
