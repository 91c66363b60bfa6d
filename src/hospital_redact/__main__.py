"""``python -m hospital_redact``."""

from hospital_redact.cli import run

run()
