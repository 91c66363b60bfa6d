"""The first hour: a hospital's answers become its own policy folder, which ``load_policy`` accepts as it is.

The folder holds ``policies/<id>.toml``: base regulation, names and published contacts of the hospital as an allow list
with reasons, approvers, and the staff directory, of which only names and departments are taken.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import regex

from hospital_redact.errors import OutputError, PolicyError
from hospital_redact.model import Allowed
from hospital_redact.policy import load_policy
from hospital_redact.rulefiles import IDENTIFIER

BASES = ("default", "article-03", "article-04", "article-11")
"""The shipped policies that a hospital's own may inherit from."""

MAX_STAFF = 10_000
"""Staff of one policy: about as many as a file of rules may hold."""
MAX_TEXT = 200

_NAME_COLUMNS = ("姓名", "名字", "name", "staff", "full name")
_DEPARTMENT_COLUMNS = ("科室", "部门", "department", "dept")
_CONTROL = regex.compile(r"[\p{C}\u2028\u2029]")


@dataclass(frozen=True, slots=True, repr=False)
class Answers:
    """What a hospital says of itself. Texts are single lines of at most :data:`MAX_TEXT` characters."""

    id: str
    name: str
    base: str = "default"
    aliases: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    staff: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"Answers({self.id}, {self.base}, {len(self.staff)} staff)"

    def check(self) -> None:
        """Raise PolicyError HR114 for an answer that no policy can hold."""
        if not IDENTIFIER.fullmatch(self.id):
            raise PolicyError("HR114", "the policy's id is lower-case letters, digits, _ and -")
        if self.id in BASES:
            raise PolicyError("HR114", "the id {id} is that of a shipped policy; choose another", id=self.id)
        if self.base not in BASES:
            raise PolicyError("HR114", "the base regulation is one of {bases}", bases=", ".join(BASES))
        lists = (self.aliases, self.phones, self.accounts, self.departments, self.approvers)
        texts = [self.name, *(t for texts in lists for t in texts), *(t for row in self.staff for t in row if t)]
        if not all(text.strip() and len(text) <= MAX_TEXT and not _CONTROL.search(text) for text in texts):
            raise PolicyError("HR114", "an answer is one line of at most {most} characters", most=MAX_TEXT)


def read_staff(data: bytes) -> tuple[tuple[str, str], ...]:
    """Return name and department of each row of a staff CSV (UTF-8 or GB 18030, comma, semicolon or tab).

    Raises PolicyError HR114 when it is no such file, has no column of names, or more than :data:`MAX_STAFF` rows.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            raise PolicyError("HR114", "the staff file is neither UTF-8 nor GB 18030; export it again") from None
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:
        raise PolicyError("HR114", "the staff file is no CSV; export it again") from None
    header = [cell.strip().casefold() for cell in rows[0]] if rows else []
    name, department = _column(header, _NAME_COLUMNS), _column(header, _DEPARTMENT_COLUMNS)
    if name is None:
        raise PolicyError("HR114", "the staff file has no column of names; head it 姓名 or name")
    if len(rows) > MAX_STAFF + 1:
        raise PolicyError("HR114", "the staff file has more than {most} rows", most=MAX_STAFF)
    staff = ((_cell(row, name), _cell(row, department)) for row in rows[1:])
    return tuple(dict.fromkeys(entry for entry in staff if entry[0]))


def _column(header: Sequence[str], names: Sequence[str]) -> int | None:
    return next((header.index(name) for name in names if name in header), None)


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""


def policy_text(answers: Answers) -> str:
    """Return the policy as TOML. Raises PolicyError HR114, see :meth:`Answers.check`."""
    answers.check()
    lines = [
        "# 本院策略，由 hospital-redact init 写成，可以手工修改。",
        "# The hospital's own policy, written by hospital-redact init; change it by hand as you like.",
        f"title = {_quoted(answers.name)}",
        f"inherits = {_quoted(answers.base)}",
    ]
    published = [*answers.phones, *answers.accounts]
    if published or answers.approvers:
        lines += ["", "[settings]"]
        if published:
            lines.append(f"public_directory = {_list(published)}")
        if answers.approvers:
            lines.append(f'"release.external_approver" = {_list(answers.approvers)}')
            lines.append(f'"approvers.copy" = {_list(answers.approvers)}')
    for text in (answers.name, *answers.aliases):
        lines += _allow(text, "value", "本院名称")
    for text in answers.departments:
        lines += _allow(text, "value", "本院科室")
    if answers.staff:
        lines += ["", "# 职工名录：只取姓名和科室。Names and departments of the staff, nothing else."]
    for name, department in answers.staff:
        lines += _allow(name, "staff", f"职工名录 {department}".rstrip())
    return "\n".join(lines) + "\n"


def write_policy(folder: Path, answers: Answers, *, overwrite: bool = False) -> Path:
    """Write the hospital's folder and return the policy's file, which has been loaded once, elsewhere, to prove it.

    Raises PolicyError HR114, or what loading it raises; OutputError HR702 (it exists) or HR703 (it cannot be written).
    Nothing is written then.
    """
    text = policy_text(answers)
    path = folder / "policies" / f"{answers.id}.toml"
    if path.exists() and not overwrite:
        raise OutputError("HR702", "the target exists; choose another folder or use --force")
    try:
        with TemporaryDirectory(prefix="hospital-redact-") as trial:
            _put(Path(trial) / "policies" / path.name, text)
            load_policy(answers.id, folders=[Path(trial)])
        _put(path, text)
    except OSError as error:
        raise OutputError("HR703", "the output folder cannot be written ({kind})", kind=type(error).__name__) from None
    return path


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def entry_text(entry: Allowed) -> list[str]:
    """Return the lines of TOML of one entry, a blank one before it."""
    return [
        "",
        "[[allow]]",
        f"text = {_quoted(entry.text)}",
        f'kind = "{entry.kind}"',
        f"reason = {_quoted(entry.reason)}",
    ]


def _allow(text: str, kind: str, reason: str) -> list[str]:
    return entry_text(Allowed(text, kind, reason))


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _quoted(text: str) -> str:
    """Return ``text`` as a basic string of TOML 1.0; control characters, which no value needs, become spaces."""
    plain = _CONTROL.sub(" ", text).strip()
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
