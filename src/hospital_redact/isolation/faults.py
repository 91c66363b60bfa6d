"""Faults of a worker as errors with stable codes.

======  ====================================================================
HR801   the file took longer than its time limit; the worker was ended
HR802   the worker died (a crash in a library, ended by the system)
HR803   a worker could not be started: it died or took too long to load
HR804   the file needed more open files than a worker may have
HR805   the result is too large to be handed over
======  ====================================================================

Out of memory is ``ReadError`` HR204, as it is without workers.
"""

from __future__ import annotations

import errno

from hospital_redact.errors import HospitalRedactError, IsolationError, ReadError, unexpected


def as_our_error(error: BaseException) -> HospitalRedactError:
    """Return ``error``, or one of ours in place of a third party's, whose text may quote a patient."""
    if isinstance(error, HospitalRedactError):
        return error
    if isinstance(error, MemoryError):
        return ReadError("HR204", "the file needs more memory than there is; split it")
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
        return IsolationError("HR804", "the file needs more open files than it may have; raise the limit")
    return unexpected(error)
