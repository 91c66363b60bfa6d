"""The commands, one a module, each with ``add`` (its arguments) and ``run`` (args -> exit code)."""

from hospital_redact.commands import plan, redact, register, rules, scan, verify

COMMANDS = (scan, redact, plan, verify, rules, register)
"""In the order of ``--help``."""
