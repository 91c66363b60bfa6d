"""Who is named: mentions of all views brought together, one role a person, and every further occurrence.

Once found, found everywhere: each name that its surroundings or a tagger showed is searched literally in all views,
also spaced, in capitals, by the first part of a dotted name, by family name with an honorific. Words that are names and
everyday words (高峰, May) are followed only where a name can stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import regex

from hospital_redact.detection.literals import FlatText, search_literals
from hospital_redact.detection.names_en import find_latin_names, is_eponym, is_latin_name
from hospital_redact.detection.names_zh import DIRECT, ROLE_OF, Mention, find_chinese_names
from hospital_redact.detection.scene import Hit, Scene
from hospital_redact.detection.shapes import DOTS, TITLE, is_dual, is_plausible
from hospital_redact.detection.taggers import Seen, is_word, tag
from hospital_redact.detection.words import (
    COMPOUND_SURNAMES,
    FOLLOW,
    FOLLOW_WORDS,
    FORM_WORDS,
    NOT_NAMES,
    STAFF_TITLES,
    SURNAMES,
    TITLES,
    alternatives,
    words,
)
from hospital_redact.model import Role, Rule

_STRENGTH = (Role.STAFF_SUBJECT, Role.PATIENT, Role.RELATIVE, Role.STAFF, Role.OTHER)
"""Of two roles of one name the earlier counts; staff before other, because other only means that nothing shows."""

_HAN = regex.compile(r"\p{Han}")
_NICKNAME = regex.compile(
    rf"[老小阿](?P<family>{alternatives(COMPOUND_SURNAMES)})|(?<![\p{{Han}}])[老小阿](?P<family>\p{{Han}})"
)
_TITLED = regex.compile(r"(?:Mr|Mrs|Ms|Miss|Dr)\.? $")
_ITEM = regex.compile(
    r"(?m)^[ ]*(?P<mark>[0-9]{1,2}[).、:]|\([0-9]{1,2}\)|[①-⑳▲●○■◆▪·•*☆★◇△▶-])[ ]*(?P<name>\p{Han}{2,4})(?=[ ]|[(,:]|$)"
)
_SHORT = regex.compile(r"\p{Han}{2,4}")
# In a document about staff, an entry of a list or table is somebody it is about; a signature is not.
_ABOUT = frozenset({"header", "list", "context", "sex"})
_LEAD = frozenset("由请与和及随经给向找对是系为即经同叫跟让组将把受被")
_INITIAL = regex.compile(r"(?<!\p{L})(?:\p{Lu}\.[ ]?){1,3}$")
_EPONYM = regex.compile(
    r"氏?(?:病|征|综合征|综合症|症|体征|试验|评分|量表|法|分级|分期|分类|杂音|反射|手术|术|染色|瘤|线|三角|骨折|脱位|面瘫|法则|准则|定律|指数|现象|细胞|管|导管|小体|腺|孔|韧带|束|纤维|麻痹|奖|杯|路|医院)"
)
# Drugs have names by sound too: what is given, and how much of it.
_DOSE = regex.compile(
    r"(?:针|片|胶囊|颗粒|注射|口服|静[滴点脉]|[钠素霉汀平唑]|[ ]?[0-9.]+[ ]?(?:m?g|μg|ml|U|IU|片|粒|支)|[+]|"
    r"\p{Han}{0,4}(?:化疗|方案))"
)
_GIVEN_DRUG = regex.compile(r"(?:给予|予以|应用|服用|口服|静滴|静点|泵入|加用|改用|停用|注射|[予用服])$")
_COMMON_LATIN = words("latin_common")


@dataclass(slots=True)
class Person:
    """One name in a document: its number, role, evidence, and whether it was seen beyond a tagger's guess."""

    number: int
    name: str
    role: Role
    confidence: float
    evidence: tuple[str, ...]
    aliases: set[str] = field(default_factory=set)


def find_people(
    scenes: Sequence[Scene],
    rules: Mapping[Role, Rule],
    *,
    staff_document: bool,
    record: bool = False,
    tagged: bool = True,
) -> Iterator[tuple[Scene, Hit, str]]:
    """Yield scene, hit and subject key for every mention of a person in ``scenes``.

    ``rules`` gives the rule of each role; ``staff_document``: who stands under 姓名 is an employee and no patient;
    ``record``: the text is about a patient, so that people are called by their given names.
    Raises DetectionError when a tagger fails.
    """
    if not rules:
        return
    seen: Seen = {}
    mentions = [(scene, mention) for scene in scenes for mention in _mentions(scene, seen, tagged=tagged)]
    people: dict[str, Person] = {}
    for scene, mention in mentions:
        _enter(people, scene, mention, staff_document=staff_document)
    _share_aliases(people, record=record)
    for scene, mention in mentions:
        person = people[_key(scene.text[mention.start : mention.end])]
        confidence = max(mention.confidence, person.confidence)
        hit = _hit(mention._replace(role=person.role, confidence=confidence), rules)
        if hit is not None:
            yield scene, hit, f"person-{person.number}"
    for scene in scenes:
        further = _occurrences(scene, people, seen if tagged else None)
        for start, end, person in (*further, *_honoured(scene, people, staff_document=staff_document)):
            evidence = ("propagated", *person.evidence)
            hit = _hit(Mention(start, end, person.role, person.confidence, evidence), rules)
            if hit is not None:
                yield scene, hit, f"person-{person.number}"


def _hit(mention: Mention, rules: Mapping[Role, Rule]) -> Hit | None:
    rule = rules.get(mention.role) or rules.get(Role.OTHER)
    if rule is None:
        return None
    evidence = tuple(dict.fromkeys(mention.evidence))
    return Hit(mention.start, mention.end, rule, mention.confidence, evidence, "name", mention.role)


def _key(name: str) -> str:
    return "".join(name.split()).casefold()


def _mentions(scene: Scene, seen: Seen, *, tagged: bool) -> Iterator[Mention]:
    shown = [*find_chinese_names(scene), *find_latin_names(scene)]
    if tagged:
        shown.extend(_tagged(scene, tuple(shown), seen))
    yield from shown
    yield from _siblings(scene, shown)


def _siblings(scene: Scene, shown: Sequence[Mention]) -> Iterator[Mention]:
    """Yield what stands in a list or column where the other entries are names: 1) 张伟 2) 高峰 3) 戈壁."""
    text = scene.text
    places = {mention.start: mention for mention in shown}
    groups: dict[tuple[object, ...], list[tuple[int, int]]] = {}
    for item in _ITEM.finditer(text):
        groups.setdefault(("item", regex.sub(r"[0-9]+|[①-⑳]", "1", item["mark"])), []).append(item.span("name"))
    for cell in scene.cells:
        if cell.row and _SHORT.fullmatch(text, cell.start, cell.end):
            groups.setdefault((cell.table, cell.column), []).append((cell.start, cell.end))
    for entries in groups.values():
        known = [places[start] for start, end in entries if start in places and places[start].end == end]
        if len(known) < 2 or 2 * len(known) < len(entries):
            continue
        role = Counter(mention.role for mention in known).most_common(1)[0][0]
        for start, end in entries:
            name = text[start:end]
            if start not in places and name not in FORM_WORDS and name not in TITLES and not _is_masked(name):
                yield Mention(start, end, role, 0.6, ("list",))


def _tagged(scene: Scene, shown: Iterable[Mention], seen: Seen) -> Iterator[Mention]:
    """Yield persons that only a tagger sees, when nothing speaks against them."""
    text = scene.text
    taken = {(mention.start, mention.end) for mention in shown}
    for tagged_start, end in tag(text, "zh", seen):
        label = next((n for n in (4, 3, 2) if text[tagged_start : tagged_start + n] in DIRECT), 0)
        start = tagged_start + label if end - tagged_start - label >= 2 else tagged_start
        if (start, end) in taken or not (trimmed := _chinese_person(text, start, end, seen)):
            continue
        masked = text[start + 1 : start + 2] == "某"
        evidence = ("tagger", "partly_masked") if masked else ("tagger",)
        yield Mention(start, trimmed, _role_around(text, start, trimmed), 0.6, evidence)
    for start, end in tag(text, "en", seen):
        name = text[start:end]
        if (start, end) in taken or _HAN.search(name) or any(char.isdigit() for char in name):
            continue
        words = name.split()
        if len(words) >= 2 and is_latin_name(name) and words[0][0].isupper() and not _names_a_thing(text, start, end):
            yield Mention(start, end, Role.OTHER, 0.5, ("tagger",))


def _names_a_thing(text: str, start: int, end: int) -> bool:
    """Whether a word of the tagged name, or the word after it, is what eponyms name: Hashimoto thyroiditis."""
    return is_eponym(text, end) or any(is_eponym(text, at) for at in range(start + 1, end) if text[at] in " -")


def _chinese_person(text: str, start: int, end: int, seen: Seen) -> int:
    """Return the end of a tagged Chinese name, or 0 when it is none: drugs, diseases, eponyms, places."""
    name = text[start:end]
    drug = _DOSE.match(text, end) or _GIVEN_DRUG.search(text, max(0, start - 4), start)
    if any(char.isspace() for char in name) or not _HAN.match(name) or drug or _EPONYM.match(text, end):
        return 0
    if any(dot in name for dot in DOTS):
        return end
    title = next((title for title in TITLES if name.endswith(title) and len(name) > len(title)), "")
    end -= len(title)
    name = text[start:end]
    if len(name) == 1:  # 陈先生 is somebody; 陈医生 says no more than an office
        return end if name in SURNAMES and title not in STAFF_TITLES else 0
    return end if _is_chinese_name(name, _role_around(text, start, end), seen) else 0


def _is_chinese_name(name: str, role: Role, seen: Seen) -> bool:
    """Whether a tagged word of two characters and more is a name in its form."""
    if name in NOT_NAMES or _is_masked(name) or name.endswith("氏"):
        return False
    if name[0] not in SURNAMES:
        nickname = len(name) == 2 and name[0] in "老小阿" and name[1] in SURNAMES
        return nickname or (3 <= len(name) <= 6 and role is not Role.OTHER)
    if len(name) == 2:
        # What the tagger calls no person when it stands alone needs more than the tagger (平安, 杜仲).
        return is_plausible(name) and (role is not Role.OTHER or not is_word(name, seen))
    return is_plausible(name) or (len(name) == 3 and name[:2] not in NOT_NAMES)


def _is_masked(name: str) -> bool:
    return name.endswith("某") or any(char in "×*○" for char in name)


def _role_around(text: str, start: int, end: int) -> Role:
    """Return the role that the words beside a name show."""
    after = text[end : end + 6]
    if after.startswith(tuple(STAFF_TITLES)):
        return Role.STAFF
    before = text[max(0, start - 8) : start].rstrip(" :\t")
    for length in range(min(6, len(before)), 0, -1):
        role = ROLE_OF.get(before[-length:])
        if role is not None:
            return role
    return Role.OTHER


def _enter(people: dict[str, Person], scene: Scene, mention: Mention, *, staff_document: bool) -> None:
    name = scene.text[mention.start : mention.end]
    role = mention.role
    if staff_document and (role is Role.PATIENT or (role is Role.STAFF and _ABOUT & set(mention.evidence))):
        role = Role.STAFF_SUBJECT
    key = _key(name)
    person = people.get(key)
    if person is None:
        people[key] = Person(
            len(people) + 1,
            "".join(name.split()) if _HAN.match(name) else name,
            role,
            mention.confidence,
            mention.evidence,
        )
        return
    if _STRENGTH.index(role) < _STRENGTH.index(person.role):
        person.role = role
    person.confidence = max(person.confidence, mention.confidence)
    person.evidence = tuple(dict.fromkeys((*person.evidence, *mention.evidence)))


def _share_aliases(people: Mapping[str, Person], *, record: bool) -> None:
    """Give the first part of a dotted name, the given name and the parts of a Latin name to their person."""
    for person in people.values():
        if _HAN.match(person.name):
            parts = regex.split(rf"[{DOTS}.]", person.name)
            if len(parts) > 1:
                person.aliases = {part for part in parts if len(part) >= 3}
            elif record and person.role is not Role.STAFF and is_plausible(person.name):
                person.aliases = {alias for alias in _called(person.name) if alias not in NOT_NAMES}
        else:
            words = regex.findall(r"\p{L}[\p{L}'’-]+", person.name)
            if len(words) > 1:
                person.aliases = {word for word in words if len(word) >= 3 and word.casefold() not in _COMMON_LATIN}
                person.aliases |= {word.capitalize() for word in person.aliases if word.isupper()}
                family, comma, given = person.name.partition(",")
                if comma and given.strip():
                    person.aliases.add(f"{given.strip()} {family.strip()}".title())


def _called(name: str) -> set[str]:
    """Return what a person is called at the bedside: the given name alone, and for a child its last character twice."""
    given = name[2:] if name[:2] in COMPOUND_SURNAMES else name[1:]
    return {given[-1] * 2, given} if len(given) > 1 else {given * 2}


def _occurrences(scene: Scene, people: Mapping[str, Person], seen: Seen | None) -> Iterator[tuple[int, int, Person]]:
    """Yield every further place of each person's name."""
    words: list[str] = []
    owners: list[tuple[Person, bool]] = []
    for person in people.values():
        for name in (person.name, *sorted(person.aliases)):
            flat = "".join(name.split())
            if len(flat) >= 2:
                words.append(flat)
                owners.append((person, name == person.name))
                if not _HAN.match(flat) and flat.upper() != flat and name == person.name:
                    words.append(flat.upper())
                    owners.append((person, True))
    for number, start, end in search_literals(FlatText(scene), words):
        person, _ = owners[number]
        if _may_stand(scene.text, start, end, words[number], seen):
            initial = None if _HAN.match(words[number]) else _INITIAL.search(scene.text, max(0, start - 8), start)
            yield (initial.start() if initial else start), end, person


def _may_stand(text: str, start: int, end: int, name: str, seen: Seen | None) -> bool:
    """Whether an occurrence of a name may be the person."""
    if not _HAN.match(name):
        return _latin_may_stand(text, start, end, name)
    gap = "".join(char for char in text[start:end] if char.isspace())
    if "\t" in gap or len(gap) > 4 * (len(name) - 1):
        return False
    before, after = text[start - 1 : start], text[end : end + 1]
    free_before, free_after = not _HAN.match(before or " "), not _HAN.match(after or " ")
    if gap and not (free_before and free_after) and len(gap) < len(name) - 1 + (len(name) == 2):
        return False
    if len(name) == 2 and (is_dual(name) or name in NOT_NAMES or (seen is not None and is_word(name, seen))):
        follows = free_after or after in FOLLOW or text.startswith((*TITLES, *FOLLOW_WORDS), end)
        return (free_before or before in _LEAD) and follows and not _EPONYM.match(text, end)
    return True


def _latin_may_stand(text: str, start: int, end: int, name: str) -> bool:
    if _letter(text, start - 1) or _letter(text, end) or is_eponym(text, end):
        return False
    if name.casefold() not in _COMMON_LATIN or any(char in text[start:end] for char in " ,."):
        return True
    return _TITLED.search(text, max(0, start - 5), start) is not None


def _letter(text: str, at: int) -> bool:
    return 0 <= at < len(text) and text[at].isalpha() and text[at].isascii()


def _honoured(scene: Scene, people: Mapping[str, Person], *, staff_document: bool) -> Iterator[tuple[int, int, Person]]:
    """Yield family names before 先生, 女士 and the like, when exactly that family is known in this document."""
    families: dict[str, list[Person]] = {}
    for person in people.values():
        if person.role is not Role.STAFF and _HAN.match(person.name) and not any(dot in person.name for dot in DOTS):
            family = person.name[:2] if person.name[:2] in COMPOUND_SURNAMES else person.name[:1]
            families.setdefault(family, []).append(person)
    text = scene.text
    for match in TITLE.finditer(text):
        for length in (2, 1):
            start = match.start() - length
            if start < 0 or text[start : match.start()] not in families:
                continue
            person = families[text[start : match.start()]][0]
            before = text[start - 1 : start]
            # 晏护士 is a public role, unless the document is about pay or personnel.
            public = match.group() in STAFF_TITLES and not staff_document
            if not public and (not _HAN.match(before or " ") or before in _LEAD or before in "床家"):
                yield start, match.start(), person
            break
    for match in _NICKNAME.finditer(text):
        after = text[match.end() : match.end() + 1]
        ends = not _HAN.match(after or " ") or after in FOLLOW or text.startswith(FOLLOW_WORDS, match.end())
        if match["family"] in families and ends:
            yield match.start(), match.end(), families[match["family"]][0]
