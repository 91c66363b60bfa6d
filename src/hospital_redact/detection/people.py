"""Who is named: mentions of all views brought together, one role a person, and every further occurrence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import regex

from hospital_redact.detection.file_names import find_in_file_names
from hospital_redact.detection.given_names import find_given
from hospital_redact.detection.names_en import find_latin_names, is_latin_name
from hospital_redact.detection.names_shown import find_shown
from hospital_redact.detection.names_zh import Mention, find_chinese_names
from hospital_redact.detection.nicknames import find_children, find_other_names
from hospital_redact.detection.propagation import Person, find_further, link, share_aliases
from hospital_redact.detection.roles import concerns_complaint, settle
from hospital_redact.detection.scene import Hit, Scene
from hospital_redact.detection.shapes import HAN, is_drug, is_masked
from hospital_redact.detection.spellings import spell
from hospital_redact.detection.tagged import find_tagged, names_a_thing
from hospital_redact.detection.taggers import Seen
from hospital_redact.detection.words import FORM_WORDS, SURNAMES, TITLES
from hospital_redact.model import Role, Rule

_LATIN = regex.compile(r"[A-Za-z]{2}|[A-Z]\.")
_ITEM = regex.compile(
    r"(?m)^[ ]*(?P<mark>[0-9]{1,2}(?:[).、:]|[ ]{1,3}(?=\p{Han}))|\([0-9]{1,2}\)|【[0-9]{1,2}】|\[[0-9]{1,2}\]"
    r"|[①-⑳▲●○■◆▪·•*☆★◇△▶-])[ ]*"
    r"(?P<name>\p{Han}{2,4}|\p{Lu}[\p{L}'’-]+(?:[ ]\p{Lu}[\p{L}'’-]+){1,3})(?=[ ]|[(,:]|$)"
)
# What tells a person in a list: sex and age, a phone, an identity or bank card.
_OF_PERSON = regex.compile(
    r"(?:[ ]{1,3}[^\s,,。;:]{1,12}(?=[ ])){0,2}?[ ,:(]{1,3}(?:[男女](?!\p{Han})|[0-9]{1,3}[ ]?岁"
    r"|\+?(?:86)?[- ]?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}(?![0-9])"
    r"|[1-9][0-9]{16}[0-9Xx]|(?:19|20)[0-9]{2}[-./年][0-9]{1,2}[-./月][0-9]{1,2}"
    r"|[0-9]{4}[ ]?[0-9]{4}[ ]?[0-9]{4}[ ]?[0-9]{3,4}(?:[ ]?[0-9]{1,4})?(?![0-9]))"
)
_MODELS = frozenset({"张三", "李四", "王五", "赵六"})
_EXAMPLE = regex.compile(r"(?:示例|例如|样例|范例|举例)[^\n]{0,12}$")
_LATIN_CELL = regex.compile(
    r"\p{Lu}[\p{L}'’-]+(?:[ ]\p{Lu}\.?)?(?:[ ]\p{Lu}[\p{L}'’-]+){1,2}|\p{Lu}[\p{L}'’-]+,[ ]\p{Lu}[\p{L}'’-]+"
)
# The entries of a list without marks: a short word, a gap, and a figure further on in the line.
_ENTRY = regex.compile(r"(?m)^[ ]*(?P<name>\p{Han}{2,3})[ :,]{1,6}(?=[^\n]*[0-9])")
_INLINE = regex.compile(r"(?m)\([0-9]{1,2}\)[ ]*(?P<name>\p{Han}{2,6})(?=[ ]|[(,;、:。]|$)")
_SHORT = regex.compile(r"\p{Han}{2,4}")


def find_people(
    scenes: Sequence[Scene],
    rules: Mapping[Role, Rule],
    *,
    staff_document: bool,
    record: bool = False,
    tagged: bool = True,
    seen: Seen | None = None,
) -> Iterator[tuple[Scene, Hit, str]]:
    """Yield scene, hit and subject key for every mention of a person in ``scenes``.

    ``rules`` gives the rule of each role; ``staff_document``: who stands under 姓名 is an employee and no patient;
    ``record``: the text is about a patient, so that people are called by their given names; ``seen``: what the taggers
    have seen of nearly the same text, see :func:`.tag`.
    Raises DetectionError when a tagger fails.
    """
    if not rules:
        return
    seen = Seen() if seen is None else seen
    mentions = [(scene, mention) for scene in scenes for mention in _mentions(scene, seen, tagged=tagged)]
    people = _gather(mentions, staff_document=staff_document, complaint=concerns_complaint(s.text for s in scenes))
    share_aliases(people, record=record)
    for scene, mention in mentions:
        person = people[_key(scene.text[mention.start : mention.end])]
        confidence = max(mention.confidence, person.confidence)
        hit = _hit(mention._replace(role=person.role, confidence=confidence), rules)
        if hit is not None:
            yield scene, hit, f"person-{person.number}"
    persons = tuple({person.number: person for person in people.values()}.values())
    latin = any(_LATIN.search(scene.text) for scene in scenes)
    table = spell(person.name for person in persons) if latin else {}
    for scene in scenes:
        further = find_further(scene, persons, table, seen if tagged else None, staff_document=staff_document)
        for start, end, person in further:
            evidence = ("propagated", *person.evidence)
            mention = Mention(start, end, person.role, person.confidence, evidence)
            hit = _hit(mention, rules)
            if hit is not None:
                yield scene, hit, f"person-{person.number}"
            for child in find_children(scene.text, (mention,)):
                hit = _hit(child, rules)
                if hit is not None:
                    yield scene, hit, f"person-{person.number}-child"


def _hit(mention: Mention, rules: Mapping[Role, Rule]) -> Hit | None:
    rule = rules.get(mention.role) or rules.get(Role.OTHER)
    if rule is None:
        return None
    evidence = tuple(dict.fromkeys(mention.evidence))
    return Hit(mention.start, mention.end, rule, mention.confidence, evidence, "name", mention.role)


def _key(name: str) -> str:
    return "".join(name.split()).casefold()


def _mentions(scene: Scene, seen: Seen, *, tagged: bool) -> Iterator[Mention]:
    shown = [
        *find_chinese_names(scene),
        *find_latin_names(scene),
        *find_other_names(scene.text),
        *find_shown(scene),
        *find_given(scene),
    ]
    if tagged:
        shown.extend(find_tagged(scene.text, tuple(shown), seen))
        shown.extend(find_in_file_names(scene, seen))
    shown.extend(find_children(scene.text, tuple(shown)))
    shown.extend(_siblings(scene, tuple(shown)))
    yield from (mention for mention in shown if not _is_model(scene.text, mention))


def _is_model(text: str, mention: Mention) -> bool:
    """Whether a name is the example that tells how to fill in a form: 填写示例:姓名“张三”."""
    name = text[mention.start : mention.end]
    return name in _MODELS and _EXAMPLE.search(text, max(0, mention.start - 16), mention.start) is not None


def _siblings(scene: Scene, shown: Sequence[Mention]) -> Iterator[Mention]:
    """Yield what stands in a list or column where the other entries are names: 1) 张伟 2) 高峰 3) 戈壁."""
    text = scene.text
    places = {mention.start: mention for mention in shown}
    for key, entries in _lists(scene).items():
        known = [places[start] for start, end in entries if start in places and places[start].end == end]
        told = sum(_OF_PERSON.match(text, end) is not None for _, end in entries)
        new = sum(start not in places and _OF_PERSON.match(text, end) is not None for start, end in entries)
        if not known or len(known) + new < 2 or 2 * (len(known) + new) + min(told, len(known)) < len(entries):
            continue
        # Behind a bare number anything may stand, and so it may where not every second entry is a name by itself.
        strict = 2 * len(known) >= len(entries) and not (key[0] == "item" and str(key[1]).strip().isdigit())
        role = Counter(mention.role for mention in known).most_common(1)[0][0]
        for start, end in entries:
            name = text[start:end]
            if not HAN.match(name) and not is_latin_name(name):
                continue
            taken = start in places or name in FORM_WORDS or name in TITLES or is_masked(name)
            if not strict and not (name[0] in SURNAMES or is_latin_name(name) or _OF_PERSON.match(text, end)):
                continue
            if not taken and not is_drug(name) and not names_a_thing(text, start, end):
                yield Mention(start, end, role, 0.6, ("list",))


def _lists(scene: Scene) -> dict[tuple[object, ...], list[tuple[int, int]]]:
    """Return the entries of each list and column that may be names: ranges by the kind of list."""
    text = scene.text
    groups: dict[tuple[object, ...], list[tuple[int, int]]] = {}
    for item in _ITEM.finditer(text):
        groups.setdefault(("item", regex.sub(r"[0-9]+|[①-⑳]", "1", item["mark"])), []).append(item.span("name"))
    for item in _ENTRY.finditer(text):
        groups.setdefault(("entry",), []).append(item.span("name"))
    for item in _INLINE.finditer(text):  # (1)希拉克(2)朱佩(3)埃西
        groups.setdefault(("line", text.rfind("\n", 0, item.start())), []).append(item.span("name"))
    for cell in scene.cells:
        latin = not cell.heading and _LATIN_CELL.fullmatch(text, cell.start, cell.end)
        if latin or (cell.row and _SHORT.fullmatch(text, cell.start, cell.end)):
            groups.setdefault((cell.table, cell.column), []).append((cell.start, cell.end))
    return groups


def _gather(mentions: Sequence[tuple[Scene, Mention]], *, staff_document: bool, complaint: bool) -> dict[str, Person]:
    """Return the people of a document by the key of their name; two names of one person have one entry."""
    people: dict[str, Person] = {}
    for scene, mention in mentions:
        name = scene.text[mention.start : mention.end]
        before = scene.text[max(0, mention.start - 12) : mention.start]
        after = scene.text[mention.end : mention.end + 40]
        role = settle(mention.role, mention.evidence, before, after, staff_document=staff_document, complaint=complaint)
        key = _key(name)
        if key in people:
            people[key].strengthen(role, mention.confidence, mention.evidence)
        else:
            plain = "".join(name.split()) if HAN.match(name) else name
            people[key] = Person(len(people) + 1, plain, role, mention.confidence, mention.evidence)
    link(people)
    return people
