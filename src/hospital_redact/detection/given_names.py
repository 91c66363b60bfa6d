"""People by their given names in English text: ``Pavel on the day shift``, ``Robin Field``, ``mum Kelly``.

Outside of forms and letters a name has no label. A given name that is no word, month, place or saint shows one.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex

from hospital_redact.detection.compilation import compile_later
from hospital_redact.detection.names_en import is_eponym, is_latin_name
from hospital_redact.detection.names_zh import Mention
from hospital_redact.detection.patterns import search_scene
from hospital_redact.detection.scene import Scene
from hospital_redact.detection.words import words
from hospital_redact.model import Role

_GIVEN = words("given_names")
_THINGS = words("latin_things") | words("given_things")
_STOP = words("latin_not_names")
_NAME = compile_later(
    r"(?<![\p{L}\d@._/\\-])(?P<given>\p{Lu}\p{Ll}{1,14}(?:-\p{Lu}\p{Ll}{1,14})?)"
    r"(?P<more>(?:[ ](?:\p{Lu}\.|\p{Lu}(?![\p{L}.'’])|(?:[OD]['’]|Mc|Mac|al-|El-)?\p{Lu}\p{Ll}+(?:-\p{Lu}\p{Ll}+)?|(?:van|von|de|del|la|bin|der)(?=[ ]))){0,3})"
    r"(?![\p{L}\d@_]|[.]\p{L})"
)
# St James, Queen Mary, HMS Victory: what stands before is no person here.
_NO_PERSON_BEFORE = compile_later(
    r"(?:(?<!\p{L})(?:St|Saint|SS|San|Santa|Queen|King|Prince|Princess|Royal|Lord|Lady|Port|Mount|Fort|Lake|Cape|Camp|New|Storm|Hurricane|Project|Operation|The|Great)\.?[ ]|&[ ])$"
)
# Police, clergy and councillors: PC 2281 Whelan, Officer J. Ramirez, Cllr Hobbs.
_OFFICE = compile_later(
    r"(?<![\p{L}\d])(?:(?:W?PC|D[CSI]|PCSO|Sgt|Sergeant|Constable|Officer|Detective|Det|Inspector|Insp|Deputy|Trooper|Marshal|Rev|Reverend|Fr|Cllr|Councillor|Judge|Canon|Imam|Rabbi"
    r"|[Ss]ocial worker|[Ii]nterpreter|[Hh]ealth visitor|HV|[Mm]idwife|[Nn]an|[Gg]ran|[Aa]untie?|[Uu]ncle|[Nn]eighbour)\.?[ ](?:[0-9]{2,6}[ ])?)"
    r"(?P<name>(?:\p{Lu}\.[ ]?)?\p{Lu}\p{Ll}{2,15}(?:[-'’]\p{Lu}\p{Ll}+)?(?:[ ]\p{Lu}\p{Ll}{2,15}){0,2})(?!\p{L})"
)
# Whom an appraisal or letter about staff is about, whatever title they have.
_SUBJECT = compile_later(
    r"(?<![\p{L}\d])(?i:appraisee|employee(?:['’]s)?(?: name)?|staff member|name of (?:the )?(?:employee|appraisee|staff member)|respondent|registrant)[ \t]{0,3}[:|][ \t]{0,8}"
    r"(?:(?:Dr|Mr|Mrs|Ms|Miss|Prof)\.?[ ])?(?P<name>\p{Lu}[\p{L}'’-]+,?(?:[ ]\p{Lu}[\p{L}.'’-]*){1,3})"
)
_THING_AFTER = compile_later(r"['’]?s?[ ]?(?P<thing>\p{L}+)")
_CITATION = compile_later(r"[ ](?:et al|and colleagues|and co-?workers)|[ ]?[(,]?[ ]?\(?(?:19|20)[0-9]{2}\)?[;:.]")


def find_given(scene: Scene) -> Iterator[Mention]:
    """Yield given names of the list, with the family name that follows, where nothing makes a place or thing of them."""
    text = scene.text
    yield from _after_offices(scene)
    yield from _subjects(scene)
    for match in search_scene(scene, _NAME, "names"):
        given = match["given"].partition("-")[0]
        if given not in _GIVEN or _NO_PERSON_BEFORE.search(text, max(0, match.start() - 12), match.start()):
            continue
        end = _end(text, match)
        if end and not is_eponym(text, end) and not _CITATION.match(text, end):
            yield Mention(match.start(), end, Role.OTHER, 0.6, ("given_name",))


def _after_offices(scene: Scene) -> Iterator[Mention]:
    """Yield who is named after an office, trade or kinship."""
    for match in search_scene(scene, _OFFICE, "names"):
        words_ = match["name"].casefold().split()
        if is_latin_name(match["name"]) and _THINGS.isdisjoint(words_) and not is_eponym(scene.text, match.end()):
            yield Mention(*match.span("name"), Role.OTHER, 0.7, ("context",))


def _subjects(scene: Scene) -> Iterator[Mention]:
    """Yield whom a paper about staff is about."""
    for match in search_scene(scene, _SUBJECT, "names"):
        if is_latin_name(match["name"]):
            yield Mention(*match.span("name"), Role.STAFF_SUBJECT, 0.8, ("label",))


def _end(text: str, match: regex.Match[str]) -> int:
    """Return where the name ends: before the first word that no name holds; 0 when it names a thing."""
    end = match.end("given")
    for part in regex.finditer(r"[^ ]+", match["more"]):
        word = part.group().casefold().strip(".,'’")
        if word in _THINGS:
            return 0
        if len(word) > 1 and (word in _STOP or not is_latin_name(part.group().capitalize())):
            break
        end = match.start("more") + part.end()
    while text[match.start() : end].endswith((" van", " von", " de", " del", " la", " bin", " der")):
        end = text.rfind(" ", match.start(), end)
    after = _THING_AFTER.match(text, end)
    thing = after is not None and after["thing"][:1].isupper() and after["thing"].casefold() in _THINGS
    return 0 if thing else end
