"""A register's file: SQLite through SQLAlchemy Core. Loaded when a register is made, since the import takes a while.

The file is in WAL mode, so that a reader and a writer do not wait for each other; writers take turns by
``BEGIN IMMEDIATE``, and a commit is on the disk when it returns (``synchronous=FULL``).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    RowMapping,
    Select,
    Table,
    Text,
    create_engine,
    event,
    func,
    insert,
    make_url,
    select,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool

from hospital_redact.drafts import draft_file, publish
from hospital_redact.errors import OutputError, RegisterError
from hospital_redact.release.chain import FORMAT_VERSION, TEXT_FIELDS, Entry, Row, fields_of

BUSY_SECONDS: Final = 30.0
"""How long an append waits for another process's append."""

MAX_VALUE_BYTES: Final = 1_000_000
"""Longest value or row that is read; ours are below 4,000 bytes, so a longer one is hostile."""

_SCHEMA = MetaData()
_FORMAT = Table("register_format", _SCHEMA, Column("version", Integer, nullable=False))
_ENTRIES = Table(
    "entries",
    _SCHEMA,
    Column("number", Integer, primary_key=True),
    Column("format_version", Integer, nullable=False),
    *(Column(name, Text, nullable=False) for name in TEXT_FIELDS),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

_UNREADABLE = ("HR602", "the file is no register of hospital-redact, or is damaged; compare it with a backup")
_CANNOT_MAKE = ("HR601", "the register cannot be made; check its folder, its rights and the disk")
_CANNOT_OPEN = ("HR601", "the register cannot be opened; check that its file is there and may be read and written")
_CANNOT_APPEND = ("HR604", "the register could not be read or appended to; check the disk and the file")
_ERRORS: Final = {
    sqlite3.SQLITE_CANTOPEN: _CANNOT_OPEN,
    sqlite3.SQLITE_PERM: _CANNOT_OPEN,
    sqlite3.SQLITE_ERROR: _UNREADABLE,
    sqlite3.SQLITE_CORRUPT: _UNREADABLE,
    sqlite3.SQLITE_MISMATCH: _UNREADABLE,
    sqlite3.SQLITE_NOTADB: _UNREADABLE,
    sqlite3.SQLITE_TOOBIG: _UNREADABLE,
    sqlite3.SQLITE_BUSY: ("HR604", "another process kept the register locked for too long; try again"),
    sqlite3.SQLITE_FULL: ("HR604", "the disk is full: nothing was entered; make room and try again"),
    sqlite3.SQLITE_READONLY: ("HR604", "the register may only be read; change its rights or choose another one"),
}

# What a forked child inherits it may neither use nor close, says SQLite; kept here, nothing closes it.
_INHERITED: list[Engine] = []


def path_of(place: str | Path) -> Path:
    """Return the absolute path of ``place``, a path or a URL of the form ``sqlite:///path``.

    Raises RegisterError HR601 for another database, one in memory, or options in the URL.
    """
    if "\0" in str(place):
        raise RegisterError("HR601", "the register's path cannot be one; write sqlite:///path, or a path")
    if isinstance(place, Path) or "://" not in place:
        return Path(place).absolute()
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):
        raise RegisterError("HR601", "the register's URL cannot be read; write sqlite:///path, or a path") from None
    name = url.database or ""
    if url.drivername not in ("sqlite", "sqlite+pysqlite") or url.query or not name or name.startswith((":", "file:")):
        raise RegisterError("HR601", "a register is an SQLite file on this machine; write sqlite:///path, or a path")
    return Path(name).absolute()


def create_file(path: Path) -> None:
    """Make an empty register at ``path`` unless a file is there.

    It gets its name when it is complete, so that nobody, not even after a crash, meets half a register.
    Raises RegisterError HR601.
    """
    try:
        if path.exists():
            return
        with draft_file(path) as draft:
            _lay_out(draft)
            publish(draft, path, overwrite=False)
    except OutputError as error:
        if error.code == "HR702":  # another process made it meanwhile: both use that one
            return
        raise RegisterError(*_CANNOT_MAKE) from None
    except OSError:
        raise RegisterError(*_CANNOT_MAKE) from None


def _lay_out(draft: Path) -> None:
    engine = _make_engine(draft)
    try:
        with _translated(), engine.begin() as connection:
            _SCHEMA.create_all(connection, checkfirst=False)
            connection.execute(insert(_FORMAT).values(version=FORMAT_VERSION))
        with _translated(), engine.connect() as connection:
            # Outside a transaction, past SQLAlchemy's own.
            mode = connection.connection.cursor().execute("PRAGMA journal_mode=WAL").fetchone()
        if mode != ("wal",):
            raise RegisterError("HR601", "this file system cannot hold a register (no WAL); choose a local disk")
    finally:
        engine.dispose()


class Store:
    """The file of one register. It may be shared by threads, and used in a forked child."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine = _make_engine(path)
        self._process = os.getpid()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a view of the register at one moment, whatever is appended meanwhile. Raises RegisterError."""
        with _translated(), self._connect() as connection:
            frozen, before = connection.connection.is_detached, _stamp(self._path)
            _check_layout(connection)
            yield Session(connection)
            if frozen and _stamp(self._path) != before:
                raise RegisterError("HR604", "the register was appended to while it was read without a lock; try again")

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Yield the register with all other writers shut out; what is added is on the disk at the end.

        Raises RegisterError; then nothing was added, or to a file that no longer bears the register's name.
        """
        with _translated(), self._connect() as connection:
            with connection.execution_options(begin="BEGIN IMMEDIATE").begin():
                _check_layout(connection)
                yield Session(connection)
            # A file that was deleted or replaced under the open connection has taken the entry with it.
            if _identity(self._path) != connection.connection.info["identity"]:
                raise RegisterError("HR601", "the register's file was moved or replaced during the append; put it back")

    def close(self) -> None:
        """Close the open connections; a later call opens new ones."""
        if self._process == os.getpid():
            self._engine.dispose()

    def _connect(self) -> Connection:
        if self._process != os.getpid():
            _INHERITED.append(self._engine)
            self._engine, self._process = _make_engine(self._path), os.getpid()
        connection = self._engine.connect()
        if _is_frozen(self._path):
            connection.detach()  # it would see the file as it lay at its opening for ever: not for the next call
        return connection


class Session:
    """One transaction on a register."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self) -> Iterator[Row]:
        """Yield all rows by number, a few hundred in memory at a time."""
        return self._select(select(_ENTRIES).order_by(_ENTRIES.c.number))

    def row(self, number: int) -> Row | None:
        """Return the row with that number."""
        return next(self._select(select(_ENTRIES).where(_ENTRIES.c.number == number)), None)

    def last(self) -> Row | None:
        """Return the row with the greatest number."""
        return next(self._select(select(_ENTRIES).order_by(_ENTRIES.c.number.desc()).limit(1)), None)

    def following(self, previous: str, *, after: int) -> Iterator[Row]:
        """Yield the rows with a number greater than ``after`` that name ``previous`` as the hash before them."""
        return self._select(select(_ENTRIES).where(_ENTRIES.c.previous == previous, _ENTRIES.c.number > after))

    def has_copy(self, row: Row) -> bool:
        """Whether a row with a greater number bears the same hash."""
        query = select(_ENTRIES).where(_ENTRIES.c.hash == row.hash, _ENTRIES.c.number > row.number).limit(1)
        return next(self._select(query), None) is not None

    def size(self) -> int:
        """Return the number of rows."""
        return self._connection.execute(select(func.count()).select_from(_ENTRIES)).scalar_one()

    def add(self, entry: Entry) -> None:
        """Add ``entry``."""
        fields = fields_of(entry.record, who=entry.who, refers_to=entry.refers_to)
        chain = {"number": entry.number, "previous": entry.previous, "hash": entry.hash}
        self._connection.execute(insert(_ENTRIES), {**fields, **chain})

    def _select(self, query: Select[tuple[object, ...]]) -> Iterator[Row]:
        result = self._connection.execute(query, execution_options={"yield_per": 200})
        return map(_row, result.mappings())


def _row(mapping: RowMapping) -> Row:
    if not isinstance(mapping["number"], int):  # a table that another program made
        raise RegisterError(*_UNREADABLE)
    fields = {name: mapping[name] for name in ("format_version", *TEXT_FIELDS)}
    return Row(mapping["number"], fields, mapping["previous"], mapping["hash"])


def _make_engine(path: Path) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=lambda: _connect(path),
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=-1,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def note(_: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        record.info["identity"] = _identity(path)

    @event.listens_for(engine, "checkout")
    def check(_: DBAPIConnection, record: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
        if record.info["identity"] != _identity(path):
            raise DisconnectionError  # the pool opens the file that now bears the name

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # The driver begins nothing by itself (isolation_level=None), so that reading is one transaction too.
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine


def _connect(path: Path) -> sqlite3.Connection:
    """Open the file, which must exist."""
    return _open(path, "mode=ro&immutable=1" if _is_frozen(path) else "mode=rw")


def _is_frozen(path: Path) -> bool:
    """Whether this user may only read the register, and nobody has it open.

    Then it is read as it lies: SQLite could not make the files that WAL needs, or would make them so that the
    register's owner may not write them.
    """
    writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    return not writable and not path.with_name(f"{path.name}-wal").exists()


def _open(path: Path, options: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.as_uri()}?{options}", uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
        # Reversible for any bytes, so that no change of bytes looks like the text that was there.
        connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # opens the file in fact
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _check_layout(connection: Connection) -> None:
    """Raise RegisterError HR602 unless the file holds the tables of this format and nothing else.

    A trigger, say, could take an entry away as it comes.
    """
    found = connection.exec_driver_sql(
        "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'"
    )
    objects = {(str(kind), str(name)) for kind, name in found}
    if ("table", _FORMAT.name) in objects:
        versions = connection.execute(select(_FORMAT.c.version)).scalars().all()
        if len(versions) == 1 and isinstance(versions[0], int) and versions[0] > FORMAT_VERSION:
            raise RegisterError("HR602", "a newer version of hospital-redact wrote this register; update this one")
    else:
        versions = []
    columns = [column[1] for column in connection.exec_driver_sql(f"PRAGMA table_xinfo({_ENTRIES.name})")]
    expected = {("table", table.name) for table in _SCHEMA.sorted_tables}
    if objects != expected or list(versions) != [FORMAT_VERSION] or columns != list(_ENTRIES.columns.keys()):
        raise RegisterError("HR602", "the file is no register of hospital-redact, or its tables were changed")


@contextmanager
def _translated() -> Iterator[None]:
    """Replace errors of SQLite and SQLAlchemy, which may quote values, by RegisterError."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        # The low byte of an extended code is the primary one.
        code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_INTERNAL) & 0xFF
        raise RegisterError(*_ERRORS.get(code, _CANNOT_APPEND)) from None
    except OverflowError:  # a number that SQLite cannot hold follows the one that somebody put there
        raise RegisterError(*_UNREADABLE) from None
