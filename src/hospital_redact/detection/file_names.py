"""Names in the names of files, patient_John_Smith_2024.pdf and 张伟_CT.docx: words without a sentence around them."""

from __future__ import annotations

from collections.abc import Iterator

from hospital_redact.detection.compilation import compile_later
from hospital_redact.detection.names_en import NAME, is_latin_name
from hospital_redact.detection.names_zh import Mention
from hospital_redact.detection.scene import Scene
from hospital_redact.detection.shapes import is_dual, is_plausible
from hospital_redact.detection.taggers import Seen, is_word, tag
from hospital_redact.detection.words import COMMON_SURNAMES, COMPOUND_SURNAMES
from hospital_redact.model import Kind, Role

_SEPARATORS = str.maketrans("_-+.()[]", "        ")
_RUN = compile_later(r"(?<!\p{Han})\p{Han}{2,4}(?!\p{Han})")
_LABELLED = compile_later(rf"(?<![A-Za-z])(?i:patient|pt|name|client|subject|member)[ ]+(?P<name>{NAME})")


def find_in_file_names(scene: Scene, seen: Seen) -> Iterator[Mention]:
    """Yield names in the file names of ``scene``. Raises DetectionError as :func:`~.taggers.tag`."""
    for segment in scene.view.segments:
        if scene.document.blocks[segment.block].kind is Kind.FILE_NAME:
            start, end = scene.normalised_range(segment.start, segment.start + segment.length)
            for mention in _in_file_name(scene.text[start:end], seen):
                yield mention._replace(start=start + mention.start, end=start + mention.end)


def _in_file_name(name: str, seen: Seen) -> Iterator[Mention]:
    plain = name.translate(_SEPARATORS)
    for run in _RUN.finditer(plain):
        word = run.group()
        usual = word[0] in COMMON_SURNAMES or word[:2] in COMPOUND_SURNAMES
        if usual and is_plausible(word) and not is_dual(word) and not is_word(word, seen):
            yield Mention(*run.span(), Role.OTHER, 0.6, ("file_name", "tagger"))
    for match in _LABELLED.finditer(plain):
        if is_latin_name(match["name"]):
            yield Mention(*match.span("name"), Role.PATIENT, 0.7, ("file_name", "label"))
    for start, end in tag(plain, "en", seen):
        words = plain[start:end].split()
        if len(words) >= 2 and all(word.isalpha() for word in words) and is_latin_name(plain[start:end]):
            yield Mention(start, start + len(plain[start:end].rstrip()), Role.OTHER, 0.5, ("file_name", "tagger"))
