"""Known subjects: the hospital's own roster of patients or staff, found in a document in any spelling.

``load_subjects`` reads a roster into keyed fingerprints, ``find_subjects`` adds what it shows to a document's findings.
"""

from hospital_redact.subjects.matching import find_subjects
from hospital_redact.subjects.roster import Subjects, load_subjects, subjects_of
from hospital_redact.subjects.sources import RosterSource

__all__ = ["RosterSource", "Subjects", "find_subjects", "load_subjects", "subjects_of"]
