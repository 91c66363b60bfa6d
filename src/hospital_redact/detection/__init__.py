"""Detection: what a policy's rules describe, found in every view of a document.

``Detector(policy).detect(document)`` gives findings on canonical spans; ``find_terms`` finds listed values literally;
``find_unread`` names what looks encoded and nobody can read, ``find_shared_drives`` links to files that nobody read;
``normalise`` is the reading that all matching rests on.
"""

from hospital_redact.detection.detector import Detector
from hospital_redact.detection.disguises import find_unread
from hospital_redact.detection.literals import find_terms
from hospital_redact.detection.normalisation import Normalised, normalise
from hospital_redact.detection.shared_drives import find_shared_drives

__all__ = ["Detector", "Normalised", "find_shared_drives", "find_terms", "find_unread", "normalise"]
