"""Every error the library raises, each with a stable code.

A message says what happened and what to do. It never holds document text, and an error never chains a
third party's exception into view, because that may quote a patient: raise with ``from None``.

======  =====================================================================
HR1xx   policy and rules          HR4xx   plan
HR2xx   reading                   HR5xx   verification
HR3xx   detection                 HR6xx   register
HR7xx   decision and output       HR8xx   isolation: a worker was stopped or died
HR900   unexpected; the cause is not shown
======  =====================================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class HospitalRedactError(Exception):
    """Base of all errors. ``code`` is stable (``HR203``).

    ``template`` is the English message with ``{names}`` for ``values``; it is the key of the catalogues, so that a
    program may show the message in its user's language. ``message`` is the English text. Values are numbers, codes
    and ids, never document text.
    """

    def __init__(self, code: str, template: str, **values: object) -> None:
        message = template.format(**values) if values else template
        super().__init__(f"{code}: {message}")
        self.code = code
        self.template = template
        self.values = values
        self.message = message

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders; the default would pass only the joined text.
        return _rebuild, (type(self), self.code, self.template, self.values)


def _rebuild(
    kind: type[HospitalRedactError], code: str, template: str, values: dict[str, object]
) -> HospitalRedactError:
    return kind(code, template, **values)


class PolicyError(HospitalRedactError):
    """HR1xx: a rule, a source or a policy is incomplete or contradictory."""


class ReadError(HospitalRedactError):
    """HR2xx: the input cannot be read.

    HR201 unsupported type, HR202 encrypted, HR203 corrupt or truncated, HR204 too large or too deep,
    HR205 empty, HR206 cannot be opened (missing, no permission, a folder), HR207 the content is not what
    the file name says, HR208 the database of a roster refuses.
    """


class DetectionError(HospitalRedactError):
    """HR3xx: a recogniser failed or timed out (HR301), a model is missing (HR302). Never a miss in silence."""


class PlanError(HospitalRedactError):
    """HR4xx: HR401 the plan is malformed, HR402 it is for another file, HR403 it was made by another
    reader, setting or policy version, HR404 an edit points outside the document, HR405 something shows and
    cannot be read, and nobody accepted it, HR406 pseudonyms that could be turned back are refused, HR407 there is
    no key, or the wrong one."""


class VerificationError(HospitalRedactError):
    """HR5xx: the draft is not what the plan says; it has been deleted.

    HR501 the copy differs from the plan, HR502 a removed value is still in the file, HR503 detection finds
    more than the plan kept, HR504 something could not be checked.
    """


class RegisterError(HospitalRedactError):
    """HR6xx: the register. HR601 it cannot be made or opened, HR602 it is no register or a newer one, HR603 its chain
    is broken, HR604 an entry could not be added, HR605 a field or a head is not what it must be."""


class IsolationError(HospitalRedactError):
    """HR8xx: a worker process was stopped or died: HR801 over its time, HR802 it died,
    HR803 none could be started, HR804 too many open files, HR805 the result is too large."""


class OutputError(HospitalRedactError):
    """HR7xx: HR701 a decision forbids a copy (refuse, refer_up), HR702 the target exists, HR703 the target
    cannot be written, HR704 the target would be the source, HR705 a mark cannot be written."""


def unexpected(error: BaseException) -> HospitalRedactError:
    """Return HR900 in place of ``error``: its kind, without its text."""
    return HospitalRedactError(
        "HR900", "unexpected {kind}; nothing was written, please report it", kind=type(error).__name__
    )


@contextmanager
def our_errors_only() -> Iterator[None]:
    """Raise HR900 in place of what a plug-in or a library raises inside, whose text may quote a patient.

    Errors of the system (OSError, MemoryError) hold no document text and pass, since their kind says what to do.
    """
    try:
        yield
    except (HospitalRedactError, OSError, MemoryError):
        raise
    except Exception as error:
        raise unexpected(error) from None
