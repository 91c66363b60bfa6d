"""Detection: what a policy's rules describe, found in every view of a document.

``Detector(policy).detect(document)`` gives findings on canonical spans; ``find_terms`` finds listed values literally;
``find_unread`` names what looks encoded and nobody can read, ``find_shared_drives`` links to files that nobody read;
``normalise`` is the reading that all matching rests on.

Names are loaded at their first use: who loads rules or starts workers needs one module of this room and not all.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hospital_redact.detection.detector import Detector
    from hospital_redact.detection.disguises import find_unread
    from hospital_redact.detection.literals import find_terms
    from hospital_redact.detection.normalisation import Normalised, normalise
    from hospital_redact.detection.shared_drives import find_shared_drives

__all__ = ["Detector", "Normalised", "find_shared_drives", "find_terms", "find_unread", "normalise"]

_HOMES = {
    "Detector": "detector",
    "Normalised": "normalisation",
    "find_shared_drives": "shared_drives",
    "find_terms": "literals",
    "find_unread": "disguises",
    "normalise": "normalisation",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
