"""Write the table of what was made of our own expressions before, ``detection/expressions.json``.

python tools/expressions.py [--check]

To compile the expressions of a scan, and to read off them what must stand in a text for them to match, takes three
seconds of every new process (``detection/compilation.py``), so what came out comes with the package. An expression
that is not in the table, or another release of the ``regex`` module, costs time and changes no result. ``--check``
writes nothing and fails if the table is stale.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Mapping
from unittest.mock import patch

import regex

from hospital_redact import Redactor
from hospital_redact.detection import patterns
from hospital_redact.detection.compilation import TABLE, Later, as_later, as_written, compile_later, key_of
from hospital_redact.detection.expressions import Branch, branch_as_written, find_branches, read_branches
from hospital_redact.policy import shipped_rules

SAMPLE = """\
门诊病历 姓名：赵小满 性别：男 年龄：65岁 住院号：0012345 电话：13957100321
住址：江州市临水区青石路12号3幢201室，2025年3月4日因胸痛入院，工作单位：江州机械厂。其女孙晓雯陪同。
Patient name: Owen Marsden, DOB 01/02/1950, NHS 943 476 5919, lives at 4 Mill Lane, Kelwick. Seen by Dr Peter Hollis.
"""
"""What makes detection ask for every expression; people and numbers are invented."""


def expressions_in_use() -> list[Later]:
    """Return the expressions that the shipped policies look for in a text."""
    asked: dict[Later, None] = {}

    def note(pattern: regex.Pattern[str]) -> tuple[Branch, ...]:
        if later := as_later(pattern):
            asked[later] = None
        return find_branches(pattern)

    with patch.object(patterns, "find_branches", note):
        for policy in sorted(path.stem for path in (shipped_rules() / "policies").glob("*.toml")):
            redactor = Redactor(policy)
            redactor.review_text(SAMPLE)
            for rule in redactor.policy.rules:
                note(compile_later(rule.detection.pattern or "", regex.IGNORECASE if rule.detection.ignore_case else 0))
    return [*asked]


def made_later() -> list[Later]:
    """Return all expressions of this process that are compiled at their first use."""
    return [later for each in gc.get_objects() if (later := as_later(each))]


def table_of(searched: list[Later], others: list[Later]) -> str:
    """Return the table: the branches of what is ``searched`` for, and what they and the ``others`` compile to."""
    branches = {
        key_of(each.pattern, each.given_flags): read_branches(compile_later(each.pattern, each.given_flags))
        for each in searched
    }
    written = {(branch.source, branch.flags): None for found in branches.values() for branch in found}
    alone = {(each.pattern, each.given_flags): None for each in set(others).difference(searched)}
    compiled = {key_of(*each): as_written(regex.compile(*each)) for each in {**written, **alone}}
    read = {key: [branch_as_written(branch) for branch in found] for key, found in branches.items()}
    return (
        f'{{"regex":{json.dumps(regex.__version__)},\n'
        f'"branches":{_lines(read)},\n"compiled":{_lines({key: row for key, row in compiled.items() if row})}}}\n'
    )


def _lines(rows: Mapping[str, object]) -> str:
    """Return ``rows`` as JSON, one a line."""
    return "{\n" + ",\n".join(f"{json.dumps(key)}:{_compact(row)}" for key, row in sorted(rows.items())) + "\n}"


def _compact(value: object) -> str:
    # The sign for any digit is no character, which editors do not keep.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("\ufdd0", r"\ufdd0")


def _content(table: str) -> tuple[object, ...]:
    """Return what must be equal: what an expression compiles to has the order of a set in it, which may be any."""
    rows = json.loads(table)
    return rows["regex"], rows["branches"], sorted(rows["compiled"])


def main() -> int:
    """Write the table, or with ``--check`` compare it; return the exit code."""
    searched = expressions_in_use()
    table = table_of(searched, made_later())
    if sys.argv[1:] == ["--check"]:
        stale = not TABLE.exists() or _content(TABLE.read_text(encoding="utf-8")) != _content(table)
        sys.stdout.write("the table is stale: run python tools/expressions.py\n" if stale else "the table is in step\n")
        return int(stale)
    TABLE.write_text(table, encoding="utf-8")
    sys.stdout.write(f"{TABLE.name}: {len(searched)} searched for, {len(table.encode())} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
