"""Detection: what a policy's rules describe, found in every view of a document.

``Detector(policy).detect(document)`` gives findings on canonical spans; ``find_terms`` finds listed values literally;
``find_unread`` names what looks encoded and nobody can read;
``normalise`` is the reading that all matching rests on.
"""

from hospital_redact.detection.detector import Detector
from hospital_redact.detection.disguises import find_unread
from hospital_redact.detection.literals import find_terms
from hospital_redact.detection.normalisation import Normalised, normalise

__all__ = ["Detector", "Normalised", "find_terms", "find_unread", "normalise"]
