"""Files handled in worker processes, with limits: what hangs, dies or eats memory costs one file.

Off unless asked: a library call stays in the caller's process.
"""

from hospital_redact.isolation.faults import as_our_error
from hospital_redact.isolation.leftovers import remove_drafts, remove_stale
from hospital_redact.isolation.limits import REDACT_LIMITS, SCAN_LIMITS, Limits
from hospital_redact.isolation.pool import Outcome, WorkerPool
from hospital_redact.isolation.weights import pictures_in

__all__ = [
    "REDACT_LIMITS",
    "SCAN_LIMITS",
    "Limits",
    "Outcome",
    "WorkerPool",
    "as_our_error",
    "pictures_in",
    "remove_drafts",
    "remove_stale",
]
