"""Folders of rules as TOML tables: several folders as one, strict reading of keys, a hash over all that was read."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from hospital_redact.errors import PolicyError

IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
"""What the name of a rule, category or policy looks like."""

_MAX_FILE_BYTES = 1024 * 1024
_MISSING = object()


class Refused(Exception):  # noqa: N818 - never leaves the loader, which replaces it
    """A value is wrong; the loader turns it into a PolicyError that names the file."""

    def __init__(self, code: str, template: str, **values: object) -> None:
        super().__init__(template)
        self.code = code
        self.template = template
        self.values = values


@dataclass
class Table:
    """A TOML table whose keys are taken one by one, so that what nobody asked for is noticed."""

    values: Mapping[str, Any]
    path: str = ""
    taken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if not isinstance(self.values, Mapping):
            raise Refused("HR102", "{what} must be a table", what=self.path or "the file")

    def _name(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _take(self, key: str, kind: type | tuple[type, ...], default: object) -> Any:
        self.taken.add(key)
        value = self.values.get(key, default)
        if value is _MISSING:
            raise Refused("HR102", "the key {key} is missing", key=self._name(key))
        # A TOML true is an int in Python; it must not pass for a number.
        if value is not default and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
            raise Refused("HR102", "the key {key} holds the wrong kind of value", key=self._name(key))
        return value

    def text(self, key: str, default: object = _MISSING) -> Any:
        """Return the text under ``key``; without ``default`` it must be there and not blank."""
        value = self._take(key, str, default)
        if default is _MISSING and not value.strip():
            raise Refused("HR102", "the key {key} is empty", key=self._name(key))
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the list of texts under ``key``, empty if there is none."""
        values = self._take(key, list, [])
        if not all(isinstance(value, str) and value for value in values):
            raise Refused("HR102", "the key {key} must be a list of texts", key=self._name(key))
        return tuple(values)

    def number(self, key: str, default: float, low: float, high: float) -> float:
        """Return the number under ``key``, between ``low`` and ``high``."""
        value = self._take(key, (int, float), default)
        if not low <= value <= high:
            raise Refused(
                "HR102", "the key {key} must lie between {low:g} and {high:g}", key=self._name(key), low=low, high=high
            )
        return float(value)

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        """Return the whole number under ``key``, between ``low`` and ``high``."""
        value = self._take(key, int, default)
        if not low <= value <= high:
            raise Refused(
                "HR102", "the key {key} must lie between {low:g} and {high:g}", key=self._name(key), low=low, high=high
            )
        return int(value)

    def day(self, key: str) -> date | None:
        """Return the day under ``key``, a TOML date or a text (2026-01-31); ``None`` if there is none."""
        value = self._take(key, (date, str), None)
        try:
            day = date.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            day = ""
        if day is not None and type(day) is not date:  # a date with a time is a date in Python
            raise Refused("HR102", "the key {key} must be a day such as 2026-01-31", key=self._name(key))
        return day

    def flag(self, key: str, default: bool = False) -> bool:
        """Return the truth value under ``key``."""
        return bool(self._take(key, bool, default))

    def table(self, key: str) -> Table:
        """Return the table under ``key``, empty if there is none."""
        return Table(self._take(key, dict, {}), self._name(key))

    def tables(self, key: str) -> list[Table]:
        """Return the tables of the list under ``key``."""
        values = self._take(key, list, [])
        return [Table(value, f"{self._name(key)}[{number}]") for number, value in enumerate(values)]

    def done(self) -> None:
        """Refuse a key that nobody has asked for."""
        unknown = sorted(set(self.values) - self.taken)
        if unknown:
            raise Refused("HR102", "the key {unknown} is unknown", unknown=self._name(unknown[0]))


class RuleFiles:
    """The files of several folders, later ones over earlier ones, read and parsed once."""

    def __init__(self, folders: Sequence[Path]) -> None:
        for folder in folders:
            if not folder.is_dir():
                raise PolicyError("HR101", "the folder of rules {name} does not exist", name=folder.name)
        self.folders = folders
        self.seen: dict[str, object] = {}

    def toml(self, path: Path) -> dict[str, Any]:
        """Return the content of one file; raise HR101."""
        try:
            return tomllib.loads(self._text(path))
        except (tomllib.TOMLDecodeError, RecursionError):
            raise PolicyError(
                "HR101", "{name}/{name2} is not valid TOML", name=path.parent.name, name2=path.name
            ) from None

    def merged(self, name: str) -> dict[str, Any]:
        """Return the table of ``name`` (``sources.toml``) with the keys of all folders."""
        values: dict[str, Any] = {}
        for folder in self.folders:
            path = folder / name
            if path.is_file():
                values |= self.toml(path)
        self.seen[name] = values
        return values

    def named(self, kind: str, suffix: str) -> dict[str, Path]:
        """Return the files ``<kind>/<id><suffix>`` by id, in alphabetical order."""
        found: dict[str, Path] = {}
        for folder in self.folders:
            for path in (folder / kind).glob(f"*{suffix}"):
                if not IDENTIFIER.fullmatch(path.stem):
                    raise PolicyError(
                        "HR101",
                        "{kind}/{name}: a file name is lower-case letters, digits, _ and -",
                        kind=kind,
                        name=path.name,
                    )
                found[path.stem] = path
        return dict(sorted(found.items()))

    def tables(self, kind: str) -> Iterator[tuple[str, Table]]:
        """Yield id and table of each file of ``kind``."""
        for name, path in self.named(kind, ".toml").items():
            values = self.toml(path)
            self.seen[f"{kind}/{name}"] = values
            yield name, Table(values)

    def lexicons(self) -> dict[str, frozenset[str]]:
        """Return the words of each lexicon: one a line, ``#`` starts a comment."""
        words: dict[str, frozenset[str]] = {}
        for name, path in self.named("lexicons", ".txt").items():
            lines = (line.split("#", 1)[0].strip() for line in self._text(path).splitlines())
            words[name] = frozenset(line for line in lines if line)
            self.seen[f"lexicons/{name}"] = sorted(words[name])
        return words

    def version(self, policy_id: str) -> str:
        """Hash of all that was read, by content: comments and the order of keys do not count."""
        content = json.dumps([policy_id, self.seen], sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()

    @staticmethod
    def _text(path: Path) -> str:
        try:
            data = path.read_bytes() if path.stat().st_size <= _MAX_FILE_BYTES else None
        except OSError:
            raise PolicyError(
                "HR101", "{name}/{name2} cannot be read", name=path.parent.name, name2=path.name
            ) from None
        if data is None:
            raise PolicyError(
                "HR101",
                "{name}/{name2} is larger than {max_file_bytes} bytes",
                name=path.parent.name,
                name2=path.name,
                max_file_bytes=_MAX_FILE_BYTES,
            )
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            raise PolicyError("HR101", "{name}/{name2} is not UTF-8", name=path.parent.name, name2=path.name) from None
