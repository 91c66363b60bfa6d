"""The commands, one a module, each with ``add`` (its arguments) and ``run`` (args -> exit code)."""

from hospital_redact.commands import (
    calibrate,
    clauses,
    excerpts,
    expiry,
    init,
    mark,
    plan,
    redact,
    register,
    restore,
    rules,
    scan,
    verify,
)

COMMANDS = (init, calibrate, scan, redact, plan, verify, restore, mark, expiry, excerpts, clauses, rules, register)
"""In the order of ``--help``."""
