"""Results for a terminal: a few lines a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hospital_redact.reporting.data import Json


def scan_lines(entry: Json) -> Iterator[str]:
    """Yield the lines for one scanned file."""
    yield f"{entry['number']}  {entry['id']}"
    yield f"   level {entry['level']}, after redaction {entry['residual_level']}; decision {entry['decision']}"
    for reason in entry["reasons"]:
        quote = f" 「{reason['quote']}」" if reason["quote"] else ""
        yield f"   {reason['level']}  {reason['title']} [{reason['rule']}]: {reason['clause']}{quote}"
        if reason["where"]:
            yield f"         at {'; '.join(reason['where'])}"
    counts = Counter(finding["category"] for finding in entry["findings"])
    listed = ", ".join(f"{category} {count}" for category, count in sorted(counts.items()))
    yield f"   to remove: {listed or 'nothing'}"
    for finding in entry["findings"]:
        if "text" in finding:
            yield f"      {finding['where']}: {finding['entity']} {finding['text']!r}"
    for part in entry["unread"]:
        yield f"   not read: {part['what']} at {part['where']}: {part['reason']}"
    if entry["look_at"]:
        yield f"   a person must look at: {', '.join(entry['look_at'])}"


def redact_lines(entry: Json) -> Iterator[str]:
    """Yield the lines for one input of ``redact``, failures excepted (they go to standard error)."""
    yield f"{entry['number']}  {entry['path']} -> {entry['output']}"
    yield (
        f"   {entry['status']}: level {entry['level']}, after redaction {entry['residual_level']}; "
        f"decision {entry['decision']}"
    )
    yield f"   removed: {', '.join(f'{k} {n}' for k, n in entry['counts'].items()) or 'nothing'}"
    yield f"   {entry['message']}"
    if entry["look_at"]:
        yield f"   a person must look at: {', '.join(entry['look_at'])}"
