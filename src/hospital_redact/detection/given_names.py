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
_PLACES = words("given_things")
_ABBREVIATIONS = words("latin_abbreviations")
_NAME = compile_later(
    r"(?<![\p{L}\d@._/\\-])(?P<given>\p{Lu}\p{Ll}{1,14}(?:-\p{Lu}\p{Ll}{1,14})?)"
    r"(?P<more>(?:[ ](?:\p{Lu}\.|\p{Lu}(?![\p{L}.'’])|(?:[OD]['’]|Mc|Mac|al-|El-)?\p{Lu}\p{Ll}+(?:-\p{Lu}\p{Ll}+)?"
    r"|(?:van|von|de|del|la|bin|der)(?=[ ]))){0,3})"
    r"(?![\p{L}\d@_]|[.]\p{L})"
)
# St James, Queen Mary, HMS Victory: what stands before is no person here.
_NO_PERSON_BEFORE = compile_later(
    r"(?:(?<!\p{L})(?:St|Saint|SS|San|Santa|Queen|King|Prince|Princess|Royal|Lord|Lady|Port|Mount|Fort|Lake|Cape|Camp"
    r"|New|Storm|Hurricane|Project|Operation|The|Great)\.?[ ]|&[ ])$"
)
# Police, clergy and councillors: PC 2281 Whelan, Officer J. Ramirez, Cllr Hobbs.
_OFFICE = compile_later(
    r"(?<![\p{L}\d])(?:(?:W?PC|D[CSI]|PCSO|Sgt|Sergeant|Constable|Officer|Detective|Det|Inspector|Insp|Deputy|Trooper"
    r"|Marshal|Rev|Reverend|Fr|Cllr|Councillor|Judge|Canon|Imam|Rabbi|Captain|Capt|Cpl|Lt"
    r"|[Ss]ocial worker|[Ii]nterpreter|[Hh]ealth visitor|HV|[Mm]idwife|[Nn]an|[Gg]ran|[Aa]untie?|[Uu]ncle"
    r"|[Nn]eighbour)\.?[ ](?:[0-9]{2,6}[ ])?)"
    r"(?P<name>(?:\p{Lu}\.[ ]?)?\p{Lu}\p{Ll}{2,15}(?:[-'’]\p{Lu}\p{Ll}+)?(?:[ ]\p{Lu}\p{Ll}{2,15}){0,2})(?!\p{L})"
)
# CHAN WING SZE, Lam Sau-ping, Kim Min-jun, Nguyen Thi Lan: the family name stands first.
_FAMILY = "|".join(
    sorted(
        {form for name in words("asian_surnames") for form in (name, name.upper())}, key=lambda word: (-len(word), word)
    )
)
_EASTERN = compile_later(
    rf"(?<![\p{{L}}\d@._/-])(?:{_FAMILY})[ ](?:\p{{Lu}}\p{{Ll}}{{1,7}}(?:-\p{{L}}\p{{Ll}}{{1,7}}"
    rf"|[ ]\p{{Lu}}\p{{Ll}}{{1,7}}(?:[ ]\p{{Lu}}\p{{Ll}}{{1,7}})?)|\p{{Lu}}{{2,7}}"
    rf"(?:[- ]\p{{Lu}}{{2,7}}){{1,2}})(?:,[ ]\p{{Lu}}\p{{Ll}}{{2,10}}(?=[ ]?[\p{{Han}}\n(]))?(?![\p{{Ll}}\p{{Lu}}\d@_])"
)
# 母 Aizhan Bekova, and names in a text of capitals: COWORKER ESTEBAN.
_AFTER_HAN = compile_later(
    r"(?<!\p{Han})[母父夫妻子女兄弟姐妹儿][亲子]?[ |:]{0,2}(?P<name>\p{Lu}\p{Ll}+(?:[ ]\p{Lu}\p{Ll}+){1,2})"
)
_CAPITALS = compile_later(r"(?<![\p{L}\d._@/-])\p{Lu}{5,14}(?![\p{L}\d._@/-])")
# Ms D awake: a title before a letter.
_LETTER = compile_later(r"(?<!\p{L})(?:Mr|Mrs|Ms|Miss)\.?[ ](?P<name>\p{Lu})(?![\p{L}.'’&])")
# a 49-year-old woman (X.L.F., hospital no. 1073)
_INITIALS = compile_later(
    r"(?:woman|man|boy|girl|patient|male|female|child|lady|gentleman)[ ]"
    r"\((?P<name>(?:\p{Lu}\.){2,4}|\p{Lu}{2,3})(?=[,)])"
)
# Wife in Gdynia: Halyna, daughter on the phone, Monique,
_KIN_FAR = compile_later(
    r"(?<![\p{L}])(?i:wife|husband|son|daughter|sister|brother|mother|mum|mom|father|dad|partner|aunt|uncle|niece"
    r"|nephew|friend)[ ](?:(?:in|from|at|on|of|who|living|is|the)[ ])"
    r"[\p{L} ]{2,24}(?::|,)[ ](?P<name>\p{Lu}\p{Ll}{2,14}(?:[ ]\p{Lu}\p{Ll}{2,14})?)(?=[,.;:(]|[ ]\+?[0-9])"
)
# Whom an appraisal or letter about staff is about, whatever title they have.
_SUBJECT = compile_later(
    r"(?<![\p{L}\d])(?i:appraisee|employee(?:['’]s)?(?: name)?|staff member|name of (?:the )?(?:employee|appraisee"
    r"|staff member)|respondent|registrant)[ \t]{0,3}[:|][ \t]{0,8}"
    r"(?:(?:Dr|Mr|Mrs|Ms|Miss|Prof)\.?[ ])?(?P<name>\p{Lu}[\p{L}'’-]+,?(?:[ ]\p{Lu}[\p{L}.'’-]*){1,3})"
)
_CUES = (
    (_SUBJECT, Role.STAFF_SUBJECT, "label"),
    (_AFTER_HAN, Role.RELATIVE, "label"),
    (_KIN_FAR, Role.RELATIVE, "context"),
    (_INITIALS, Role.PATIENT, "context"),
    (_LETTER, Role.OTHER, "title"),
)
_LETTERS = 4
"""So many capitals at most are initials."""

_THING_AFTER = compile_later(r"['’]?s?[ ]?(?P<thing>\p{L}+)")
_CITATION = compile_later(
    r"[ ]?(?:氏|分型|分级|分期|分类|综合征|征|病|法|评分|试验|量表|方案|染色|窗|孔|管|线|环|腺)|"
    r"[ ](?:et al|and colleagues|and co-?workers)|[ ]?[(,]?[ ]?\(?(?:19|20)[0-9]{2}\)?[;:.]"
)


def find_given(scene: Scene) -> Iterator[Mention]:
    """Yield given names of the list, with their family names, and people whom an office, kinship or order shows."""
    text = scene.text
    yield from _after_offices(scene)
    yield from _by_cues(scene)
    for match in search_scene(scene, _CAPITALS, "names"):
        named = is_eponym(text, match.end()) or _CITATION.match(text, match.end())
        if match.group().capitalize() in _GIVEN and not named:
            yield Mention(*match.span(), Role.OTHER, 0.6, ("shape",))
    for match in search_scene(scene, _EASTERN, "names"):
        if match.group().casefold().split()[-1] not in _PLACES:
            yield Mention(*match.span(), Role.OTHER, 0.6, ("shape",))
    for match in search_scene(scene, _NAME, "names"):
        given = match["given"].partition("-")[0]
        if given not in _GIVEN or _NO_PERSON_BEFORE.search(text, max(0, match.start() - 12), match.start()):
            continue
        end = _end(text, match)
        if end and not is_eponym(text, end) and not _CITATION.match(text, end):
            yield Mention(match.start(), end, Role.OTHER, 0.6, ("shape",))


def _after_offices(scene: Scene) -> Iterator[Mention]:
    """Yield who is named after an office, trade or kinship."""
    for match in search_scene(scene, _OFFICE, "names"):
        words_ = match["name"].casefold().split()
        if is_latin_name(match["name"]) and _THINGS.isdisjoint(words_) and not is_eponym(scene.text, match.end()):
            yield Mention(*match.span("name"), Role.OTHER, 0.7, ("context",))


def _by_cues(scene: Scene) -> Iterator[Mention]:
    """Yield whom a paper about staff is about, relatives far from their word, and people by letters and initials."""
    for pattern, role, evidence in _CUES:
        for match in search_scene(scene, pattern, "names"):
            name = match["name"]
            spelled = len(name.replace(".", "")) <= _LETTERS and name.isupper()
            if spelled and name.casefold() not in _ABBREVIATIONS:
                yield Mention(*match.span("name"), role, 0.6, (evidence,))
            elif not spelled and is_latin_name(name) and _PLACES.isdisjoint(name.casefold().split()):
                yield Mention(*match.span("name"), role, 0.75, (evidence,))


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
