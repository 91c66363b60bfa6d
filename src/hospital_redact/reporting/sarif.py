"""Results as SARIF 2.1.0 (OASIS), for tools that show findings beside code and files."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from hospital_redact.reporting.data import Json

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"公开": "none", "内部": "note", "秘密": "warning", "机密": "error", "绝密": "error"}


def to_sarif(entries: Sequence[Json], *, version: str) -> Json:
    """Return one SARIF log; a result names rule, file, place and offsets, never the value."""
    rules = sorted({finding["rule"] for entry in entries for finding in entry.get("findings", ())})
    results = [
        {
            "ruleId": finding["rule"],
            "level": _LEVELS.get(entry["level"], "warning"),
            "message": {"text": f"{finding['category']}: {finding['entity']} at {finding['where']}"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": quote(entry["id"])},
                        "region": {"charOffset": finding["start"], "charLength": finding["end"] - finding["start"]},
                    }
                }
            ],
            "properties": {"confidence": finding["confidence"], "secrecyLevel": entry["level"]},
        }
        for entry in entries
        for finding in entry.get("findings", ())
    ]
    notifications = [
        {"level": "error", "message": {"text": f"{entry['code']}: {entry['message']} ({entry['id']})"}}
        for entry in entries
        if entry.get("code")
    ]
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "hospital-redact", "version": version, "rules": [{"id": rule} for rule in rules]}
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {"executionSuccessful": not notifications, "toolExecutionNotifications": notifications}
                ],
                "results": results,
            }
        ],
    }
