"""The record of what leaves: a register whose entries form a hash chain.

Importing this package loads no database library; making a :class:`Register` does.
"""

from hospital_redact.release.chain import GENESIS, Break, Broken, Entry
from hospital_redact.release.register import Register

__all__ = ["GENESIS", "Break", "Broken", "Entry", "Register"]
