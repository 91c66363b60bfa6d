"""Find what must not leave a hospital, and write copies that are proved against their plan.

    import hospital_redact as hr

    redactor = hr.Redactor(policy="default")
    review = redactor.review("出院小结.docx")
    copy = redactor.redact(review, "out/出院小结.docx")

Names are loaded at their first use, so that importing the package takes no time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hospital_redact.errors import (
        DetectionError,
        HospitalRedactError,
        OutputError,
        PlanError,
        PolicyError,
        ReadError,
        RegisterError,
        VerificationError,
    )
    from hospital_redact.excerpts import Excerpts, load_excerpts, save_excerpts
    from hospital_redact.model import Allowed, Level, RedactionPlan, ReleaseContext
    from hospital_redact.pipeline import RedactedCopy, Redactor, Review
    from hospital_redact.planfile import dump_plan, load_plan
    from hospital_redact.policy import load_policy
    from hospital_redact.pseudonyms import Pseudonyms
    from hospital_redact.restoration import restore_copy
    from hospital_redact.subjects import Subjects, load_subjects

__version__ = "0.1.0"

_HOMES = {
    "errors": (
        "DetectionError",
        "HospitalRedactError",
        "OutputError",
        "PlanError",
        "PolicyError",
        "ReadError",
        "RegisterError",
        "VerificationError",
    ),
    "excerpts": ("Excerpts", "load_excerpts", "save_excerpts"),
    "model": ("Allowed", "Level", "RedactionPlan", "ReleaseContext"),
    "pipeline": ("RedactedCopy", "Redactor", "Review"),
    "planfile": ("dump_plan", "load_plan"),
    "policy": ("load_policy",),
    "pseudonyms": ("Pseudonyms",),
    "restoration": ("restore_copy",),
    "subjects": ("Subjects", "load_subjects"),
}

__all__ = [
    "Allowed",
    "DetectionError",
    "Excerpts",
    "HospitalRedactError",
    "Level",
    "OutputError",
    "PlanError",
    "PolicyError",
    "Pseudonyms",
    "ReadError",
    "RedactedCopy",
    "RedactionPlan",
    "Redactor",
    "RegisterError",
    "ReleaseContext",
    "Review",
    "Subjects",
    "VerificationError",
    "__version__",
    "dump_plan",
    "load_excerpts",
    "load_plan",
    "load_policy",
    "load_subjects",
    "restore_copy",
    "save_excerpts",
]


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
