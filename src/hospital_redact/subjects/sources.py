"""Where a roster comes from: CSV, JSON lines, a database query, or records in memory; read in portions.

What is read stays in memory and only as long as its portion is being taken in. No message holds a value of it.

=====  =====================================================================================
HR206  the roster's file cannot be opened
HR203  it is not what its ending says: not CSV or JSON lines, neither UTF-8 nor GB 18030
HR204  it holds more records than a roster may
HR205  it holds no record, or no column that is understood
HR208  the database refuses the connection or the query
=====  =====================================================================================
"""

from __future__ import annotations

import csv
import importlib.resources
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from hospital_redact.errors import ReadError

PORTION = 20_000
"""Records read at once."""

MAX_RECORDS = 5_000_000
_MAX_FIELD = 1_000
"""Characters of one field; what is longer is no name, number or date."""

_KINDS = ("name", "number", "phone", "birth", "ward", "role")
_WORDS: dict[str, str] = tomllib.loads(
    importlib.resources.files("hospital_redact.subjects").joinpath("columns.toml").read_text("utf-8")
)
_KIND_OF = {heading: kind for kind in _KINDS for heading in _WORDS[kind].split()}
_STAFF = frozenset(_WORDS["staff"].split())

Row = Sequence[str]


@dataclass(frozen=True, slots=True, repr=False)
class RosterSource:
    """Where a roster is: the path of a ``.csv``, ``.jsonl`` or ``.ndjson`` file, or an SQLAlchemy URL with a query.

    A URL may hold a password, so the ``repr`` shows neither.
    """

    place: str
    query: str = ""

    @property
    def is_database(self) -> bool:
        """Whether the place is a URL."""
        return "://" in self.place

    def __repr__(self) -> str:
        return f"RosterSource({'database' if self.is_database else 'file'})"


@dataclass(frozen=True, slots=True, repr=False)
class Portion:
    """Some records by column: each list has one entry a record; several columns of a kind stand side by side.

    ``unused`` are the headings of the other columns.
    """

    size: int
    names: tuple[Sequence[str], ...]
    numbers: tuple[Sequence[str], ...]
    births: tuple[Sequence[str], ...]
    wards: tuple[Sequence[str], ...]
    staff: Sequence[bool]
    unused: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Portion({self.size} records)"


def read_portions(source: RosterSource) -> Iterator[Portion]:
    """Yield the records of ``source`` in portions. Raises ReadError (see the top of this module)."""
    if source.is_database:
        yield from _checked(_query(source))
        return
    path = Path(source.place)
    suffix = path.suffix.casefold()
    if suffix not in (".csv", ".tsv", ".jsonl", ".ndjson"):
        raise ReadError("HR203", "a roster is a .csv, .tsv, .jsonl or .ndjson file, or a database URL with a query")
    encoding = _encoding_of(path)
    try:
        with path.open(encoding=encoding, newline="") as stream:
            rows = _csv_rows(stream, "\t" if suffix == ".tsv" else "") if suffix in (".csv", ".tsv") else _json(stream)
            yield from _checked(rows)
    except OSError as error:
        raise _unopened(error) from None
    except (UnicodeError, csv.Error):
        raise ReadError(
            "HR203", "the roster is not what its ending says, or no UTF-8 or GB 18030; export it again"
        ) from None


def portions_of(records: Iterable[Mapping[str, object]]) -> Iterator[Portion]:
    """Yield ``records`` in portions; the keys are headings as in a file. Raises ReadError HR204, HR205."""
    yield from _checked(_mapped(iter(records)))


def _encoding_of(path: Path) -> str:
    """Return the encoding of the whole file: hospitals export both."""
    try:
        with path.open("rb") as stream:
            for line in stream:
                line.decode("utf-8")
    except OSError as error:
        raise _unopened(error) from None
    except UnicodeError:
        return "gb18030"
    return "utf-8-sig"


def _unopened(error: OSError) -> ReadError:
    return ReadError("HR206", "the roster cannot be opened ({kind})", kind=type(error).__name__)


Rows = Iterator[tuple[Sequence[str], Sequence[Row]]]
"""Headings and a portion of rows, which all have a field for each heading."""


def _csv_rows(stream: TextIO, delimiter: str) -> Rows:
    head = stream.readline()
    mark = delimiter or max(",;\t|", key=head.count)
    headings = tuple(next(csv.reader([head], delimiter=mark), []))
    reader = csv.reader(stream, delimiter=mark)
    width = len(headings)
    while rows := list(islice(reader, PORTION)):
        even = all(len(row) == width for row in rows)
        yield headings, rows if even else [row[:width] + [""] * (width - len(row)) for row in rows]


def _json(stream: TextIO) -> Rows:
    def records() -> Iterator[Mapping[str, object]]:
        for line in stream:
            if line.strip():
                try:
                    record = json.loads(line)
                except (ValueError, RecursionError):
                    record = None
                if not isinstance(record, dict):
                    raise ReadError("HR203", "a line of the roster is no JSON object; export it again")
                yield record

    yield from _mapped(records())


def _mapped(records: Iterator[Mapping[str, object]]) -> Rows:
    while portion := list(islice(records, PORTION)):
        headings = tuple(dict.fromkeys(str(key) for record in portion for key in record))
        yield headings, [tuple(_text(record.get(heading)) for heading in headings) for record in portion]


def _query(source: RosterSource) -> Rows:
    import sqlalchemy  # noqa: PLC0415 - only who asks for a database pays for it

    if not source.query.strip():
        raise ReadError("HR208", "a roster from a database needs a query")
    try:
        engine = sqlalchemy.create_engine(source.place, hide_parameters=True)
        try:
            with engine.connect() as connection:
                result = connection.execution_options(yield_per=PORTION).execute(sqlalchemy.text(source.query))
                headings = tuple(map(str, result.keys()))
                for rows in result.partitions(PORTION):
                    yield headings, [tuple(map(_text, row)) for row in rows]
        finally:
            engine.dispose()
    except (sqlalchemy.exc.SQLAlchemyError, ImportError, ValueError, OSError) as error:
        # Its text may hold the password of the URL.
        raise ReadError(
            "HR208", "the database refuses the connection or the query ({kind})", kind=type(error).__name__
        ) from None


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _checked(rows: Rows) -> Iterator[Portion]:
    count = 0
    for headings, portion in rows:
        count += len(portion)
        if count > MAX_RECORDS:
            raise ReadError("HR204", "the roster holds more than {limit} records; split it", limit=MAX_RECORDS)
        yield _portion(headings, portion)
    if not count:
        raise ReadError("HR205", "the roster holds no record")


def _portion(headings: Sequence[str], rows: Sequence[Row]) -> Portion:
    columns: dict[str, list[Sequence[str]]] = {kind: [] for kind in _KINDS}
    unused = []
    for heading, values in zip(headings, zip(*rows, strict=True), strict=True):
        kind = _KIND_OF.get("_".join(heading.strip().casefold().replace("-", " ").split()))
        if kind is None:
            unused.append(heading)
        else:
            long = max(map(len, values)) > _MAX_FIELD
            columns[kind].append([v if len(v) <= _MAX_FIELD else "" for v in values] if long else values)
    if not (columns["name"] or columns["number"] or columns["phone"]):
        raise ReadError(
            "HR205", "the roster has no column of names, numbers or phones that is understood; name it 姓名 or name"
        )
    roles = columns["role"][0] if columns["role"] else [""] * len(rows)
    return Portion(
        len(rows),
        tuple(columns["name"]),
        (*columns["number"], *columns["phone"]),
        tuple(columns["birth"]),
        tuple(columns["ward"]),
        [role.strip().casefold() in _STAFF for role in roles],
        tuple(unused),
    )
