"""Structured logs: off by default, one JSON object a line, and never document text.

Events carry offsets, rule ids, codes and keyed fingerprints (HMAC-SHA-256). A plain hash of a telephone number is
guessed in seconds; a keyed one lets two lines be compared and nothing else. The key is the environment variable
``HOSPITAL_REDACT_LOG_KEY``, else a random one of this process.
"""

from __future__ import annotations

import hmac
import json
import logging
import os
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache

from hospital_redact.model import Document, Finding

LOGGER = logging.getLogger("hospital_redact")
LOGGER.addHandler(logging.NullHandler())


@cache
def _key() -> bytes:
    return os.environ.get("HOSPITAL_REDACT_LOG_KEY", "").encode() or secrets.token_bytes(32)


def fingerprint(text: str) -> str:
    """Return a keyed fingerprint of ``text``, 16 hexadecimal digits: equal for equal texts under one key."""
    return hmac.new(_key(), text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()[:16]


def log_event(event: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Log ``event`` with ``fields``, which must hold no document text."""
    if LOGGER.isEnabledFor(level):
        LOGGER.log(level, event, extra={"fields": fields})


def log_findings(document: Document, findings: Iterable[Finding]) -> None:
    """Log each finding's rule, place and fingerprint at debug level."""
    if not LOGGER.isEnabledFor(logging.DEBUG):
        return
    for finding in findings:
        log_event(
            "finding",
            level=logging.DEBUG,
            document=document.sha256[:16],
            rule=finding.rule,
            spans=[(span.block, span.start, span.end) for span in finding.spans],
            value=fingerprint(document.text_of(finding.spans)),
        )


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        # An exception's text may quote a document: only its type is written.
        kind = {"error": record.exc_info[0].__name__} if record.exc_info and record.exc_info[0] else {}
        fields = getattr(record, "fields", {})
        return json.dumps({"time": when, "level": record.levelname.lower(), "event": record.msg, **fields, **kind})


def log_to_stderr(level: str) -> None:
    """Write events of ``level`` (``debug`` … ``error``) and above to standard error; for the command line."""
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonLines())
    LOGGER.handlers[:] = [handler]
    LOGGER.setLevel(level.upper())
    LOGGER.propagate = False  # the root's handlers would print it a second time
