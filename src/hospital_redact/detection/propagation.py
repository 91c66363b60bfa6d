"""Once found, found everywhere: every further place of the people that a document names.

A name is followed literally through all views, also spaced or broken over lines; by the parts of a dotted or Latin
name; by the given name where people are called by it; by the family name with an honorific; in pinyin and initials.
Words that are names and everyday words (高峰, May) are followed only where a name can stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import regex

from hospital_redact.detection.compilation import compile_later
from hospital_redact.detection.literals import FlatText, search_literals
from hospital_redact.detection.names_en import is_eponym
from hospital_redact.detection.pinyin import read_aloud
from hospital_redact.detection.scene import Scene
from hospital_redact.detection.shapes import DOTS, HAN, TITLE, is_dual, is_plausible
from hospital_redact.detection.spellings import Spelling, find_spellings, full_spellings
from hospital_redact.detection.tagged import names_a_thing
from hospital_redact.detection.taggers import Seen, is_word, look_up
from hospital_redact.detection.words import (
    COMPOUND_SURNAMES,
    FOLLOW,
    FOLLOW_WORDS,
    LEAD_IN,
    NOT_NAMES,
    PARTICLES,
    STAFF_TITLES,
    TITLES,
    alternatives,
    words,
)
from hospital_redact.model import Role

STRENGTH = (Role.STAFF_SUBJECT, Role.PATIENT, Role.RELATIVE, Role.STAFF, Role.OTHER)
"""Of two roles of one name the earlier counts; staff before other, because other only means that nothing shows."""

_CALLED_BY = frozenset({Role.PATIENT, Role.RELATIVE, Role.STAFF_SUBJECT})
_NICKNAME = compile_later(
    rf"[老小阿](?P<family>{alternatives(COMPOUND_SURNAMES)})|(?<![\p{{Han}}])[老小阿](?P<family>\p{{Han}})"
)
_ALSO_TITLES = compile_later(
    r"老人家?|老太太?|老汉|老伯|大娘|大婶|大叔|小朋友|宝宝|家属|家人|某(?![某\p{Han}]|[*×])"
    r"|某(?=[陈诉称说述自表因于在入出今昨]|家属)"
)
_SPELLED_PART = compile_later(r"(?<family>\p{Han}{1,2})(?P<initials>[A-Z]{1,2})(?![A-Za-z0-9-])")
_OF_SOMEBODY = tuple(sorted(words("kin_labels") | words("belongings")))
_LIKE = compile_later(r"-(?:type|like|style|pattern|based|negative|positive)(?!\p{L})")
_TITLED = compile_later(r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Dear|Hi|Hello|Baby)\.?,? $")
_INITIAL = compile_later(r"(?<!\p{L})(?:\p{Lu}\.[ ]?){1,3}$")
_COUNTED = frozenset("个叫位名")  # 两个石磊
_DATE_AFTER = compile_later(r"[0-9一二三四五六七八九十]{1,3}[月日号]|[今昨前]天|本[月周]|上[月周]")
_PLANT = compile_later(r"花(?!费)|草|叶(?!酸)|根(?![据本])|皮(?![肤疹下损温])|丸|膏|汤|籽|茶|苗|粉|糖|饮片")
_LISTED_AFTER = compile_later(r"\G、(\p{Han}{2,4})")
_LISTED_BEFORE = compile_later(r"(\p{Han}{2,4})、$")
# What people do and months, virtues and flowers do not.
_HUMAN = compile_later(
    r"(?:['’]s (?:\p{Ll}+ )?(?:mother|father|mum|mom|dad|wife|husband|son|daughter|sister|brother|family|partner))"
    r"| (?:drives|drove|arrived|left|stayed|walked|moved|returned|refused|signed|lived|works?|worked|collected"
    r"|collects|visited|rang|phoned"
    r"|brought|helps|helped|cares|sleeps|prefers|enjoys|needs|manages|managed|lost|weighs|uses|recovered"
    r"|improved|mobilised|fell"
    r"|said|says|told|reports?|reported|states?|stated|lives|attends|attended|denies|denied|presented|complains"
    r"|complained|tolerated|underwent|feels|felt|agreed|asked|called|smokes|drinks|takes|wants|wishes"
    r"|understands|slept|ate|wrote|visits"
    r"|remains|continues to|consented|declined|is (?:(?:a|an|now) )?[0-9]+|is (?:un)?(?:happy|aware|keen|worried"
    r"|anxious"
    r"|due|able|well|frail|confused|adamant|angry)|went home|came back)\b"
)
_COMMON_LATIN = words("latin_common")
_FOUNDERS = words("founders")
_TEACHING = compile_later(r"思想|理论|主义|学说|定律|新时代")
_FAMILIES = words("latin_families")
_INSIDE = compile_later(r"[\p{Ll},][ ]$")
_CAPITAL = compile_later(r"[ ]\p{Lu}")
_LATIN_WORD = compile_later(r"\p{L}[\p{L}'’-]+")


@dataclass(slots=True)
class Person:
    """One name in a document: its number, role, evidence, and what else the person is called."""

    number: int
    name: str
    role: Role
    confidence: float
    evidence: tuple[str, ...]
    aliases: set[str] = field(default_factory=set)

    def __repr__(self) -> str:
        return f"Person({self.number}, {self.role.value})"

    def strengthen(self, role: Role, confidence: float, evidence: Iterable[str]) -> None:
        """Take over the stronger role, the higher confidence and the further evidence of another mention."""
        if STRENGTH.index(role) < STRENGTH.index(self.role):
            self.role = role
        self.confidence = max(self.confidence, confidence)
        self.evidence = tuple(dict.fromkeys((*self.evidence, *evidence)))


def link(people: dict[str, Person]) -> None:
    """Make one person of two names that are one: 张伟 and Zhang Wei, John Smith and SMITH, John."""
    latin = [(key, person) for key, person in people.items() if not HAN.match(person.name)]
    if not latin:
        return
    owners: dict[str, Person] = {}
    for person in people.values():
        for letters in full_spellings(person.name):
            owners.setdefault(letters, person)
    for key, person in latin:
        owner = owners.get("".join(char for char in key if char.isalpha()))
        if owner is not None and owner is not person:
            owner.strengthen(person.role, person.confidence, person.evidence)
            people[key] = owner
            if not HAN.match(owner.name):
                owner.aliases.add(person.name)


def share_aliases(people: Mapping[str, Person], *, record: bool) -> None:
    """Give each person what else they are called; ``record``: the text is about a patient."""
    for person in people.values():
        if not HAN.match(person.name):
            person.aliases |= _latin_aliases(person.name)
            continue
        parts = regex.split(rf"[{DOTS}.。]", person.name)
        if len(parts) > 1:
            person.aliases |= {part for part in parts if len(part) >= 3 and part not in NOT_NAMES}
        elif person.role is not Role.STAFF and is_plausible(person.name) and (record or person.role in _CALLED_BY):
            person.aliases |= {alias for alias in _called(person.name) if alias not in NOT_NAMES}


def _latin_aliases(name: str) -> set[str]:
    """Return the parts of a Latin name that name somebody alone: Smith, van den Berg, John Smith for SMITH, John."""
    parts = _LATIN_WORD.findall(name)
    if len(parts) < 2:  # L. Moreau is Moreau elsewhere
        return {part for part in parts if part != name and len(part) >= 4}
    aliases = {part for part in parts if len(part) >= 3 and part.casefold() not in PARTICLES}
    for number, part in enumerate(parts):
        if part.casefold() in PARTICLES:
            family = " ".join(parts[number:])
            aliases |= {family, family[0].upper() + family[1:]}
            break
    aliases |= {alias.capitalize() for alias in aliases if alias.isupper()}
    aliases |= {alias.title() for alias in aliases if alias.islower()}
    family, comma, given = name.partition(",")
    if comma and given.strip():
        aliases.add(f"{given.strip()} {family.strip()}".title())
    return aliases


def _called(name: str) -> set[str]:
    """Return what a person is called at the bedside: 小红, 红红, 阿明 for 王小红 and 李明."""
    given = name[2:] if name[:2] in COMPOUND_SURNAMES and len(name) > 2 else name[1:]
    pet = {given[-1] * 2, f"小{given[-1]}", f"阿{given[-1]}"}
    return pet | {given} if len(given) > 1 else pet


def find_further(
    scene: Scene, persons: Sequence[Person], table: Mapping[str, Spelling], seen: Seen | None, *, staff_document: bool
) -> Iterator[tuple[int, int, Person]]:
    """Yield every further place of each person in ``scene``.

    ``table``: the Latin spellings of their names; ``seen`` is None when no tagger may be asked.
    """
    yield from _literal(scene, persons, seen)
    yield from _spelled(scene, persons, table)
    yield from _honoured(scene, persons, staff_document=staff_document)


def _literal(scene: Scene, persons: Iterable[Person], seen: Seen | None) -> Iterator[tuple[int, int, Person]]:
    forms: list[str] = []
    owners: list[tuple[Person, bool]] = []
    taken: set[tuple[str, bool, Role]] = set()
    for person in persons:
        for name in (person.name, *sorted(person.aliases)):
            flat = "".join(name.split())
            if len(flat) < 2:
                continue
            whole = name == person.name
            cases = [flat, flat.upper()] if whole and not HAN.match(flat) and flat.upper() != flat else [flat]
            # Of several persons of one role who are called the same, one stands for all.
            cases = [case for case in cases if (case, whole, person.role) not in taken]
            taken.update((case, whole, person.role) for case in cases)
            forms.extend(cases)
            owners.extend([(person, whole)] * len(cases))
    without_blanks = FlatText(scene)
    if seen is not None:
        short = {number for number, form in enumerate(forms) if len(form) == 2 and HAN.match(form)}
        look_up({forms[number] for number, *_ in search_literals(without_blanks, forms) if number in short}, seen)
    for number, start, end in search_literals(without_blanks, forms):
        person, whole = owners[number]
        if _may_stand(scene.text, start, end, forms[number], seen, whole=whole):
            initial = None if HAN.match(forms[number]) else _INITIAL.search(scene.text, max(0, start - 8), start)
            yield (initial.start() if initial else start), end, person


def _may_stand(text: str, start: int, end: int, name: str, seen: Seen | None, *, whole: bool) -> bool:
    """Whether an occurrence of a name may be the person; ``whole``: it is the whole name and no part."""
    if not HAN.match(name):
        return _latin_may_stand(text, start, end, name, whole=whole)
    before, after = text[start - 1 : start], text[end : end + 1]
    free_before, free_after = not HAN.match(before or " "), not HAN.match(after or " ")
    follows = free_after or after in FOLLOW or text.startswith((*TITLES, *FOLLOW_WORDS), end)
    gap = "".join(char for char in text[start:end] if char.isspace())
    if gap and not _may_be_spaced(gap, len(name), loose=free_before and (free_after or (whole and follows))):
        return False
    if (not whole and names_a_thing(text, start, end)) or (after == "色" and len(name) == 2):
        return False
    if name in _FOUNDERS and _TEACHING.match(text, end):
        return False
    everyday = is_dual(name) or name in NOT_NAMES
    pet = not whole and name[0] in "小阿"
    if len(name) > 2 or not (everyday or pet or (seen is not None and is_word(name, seen))):
        return True
    of_somebody = not everyday or after != "的" or text.startswith(_OF_SOMEBODY, end + 1)
    dated = everyday and free_before and _DATE_AFTER.match(text, end) is not None
    stands = (follows or dated) and of_somebody and (free_before or before in LEAD_IN or before in _COUNTED)
    return stands and not _is_thing(text, start, end, everyday=everyday)


def _is_thing(text: str, start: int, end: int, *, everyday: bool) -> bool:
    """Whether a name that is a word too is the word here: a plant's part follows, or it is listed among things."""
    if _PLANT.match(text, end) or (everyday and names_a_thing(text, start, end)):
        return True
    beside = (*_LISTED_AFTER.findall(text, end, end + 8), *_LISTED_BEFORE.findall(text, max(0, start - 8), start))
    return bool(beside) and not any(len(word) != 2 or is_plausible(word) or is_dual(word) for word in beside)


def _may_be_spaced(gap: str, length: int, *, loose: bool) -> bool:
    """Whether blanks inside a name set its characters apart; ``loose``: nothing joins it to the words around."""
    if "\t" in gap or len(gap) > 4 * (length - 1):
        return False
    return loose or len(gap) >= length - 1 + (length == 2)


def _latin_may_stand(text: str, start: int, end: int, name: str, *, whole: bool) -> bool:
    if _letter(text, start - 1) or _letter(text, end) or is_eponym(text, end) or _LIKE.match(text, end):
        return False
    if name.casefold() not in _COMMON_LATIN or any(char in text[start:end] for char in " ,."):
        return True
    if _TITLED.search(text, max(0, start - 8), start) is not None:
        return True
    inside = (
        not whole
        and name.casefold() in _FAMILIES
        and (_INSIDE.search(text, max(0, start - 4), start) or text[end : end + 1] in "'’")
    )
    return bool(inside and not _CAPITAL.match(text, end)) or _HUMAN.match(text, end) is not None


def _letter(text: str, at: int) -> bool:
    return 0 <= at < len(text) and text[at].isalpha() and not HAN.match(text[at])


def _spelled(
    scene: Scene, persons: Iterable[Person], table: Mapping[str, Spelling]
) -> Iterator[tuple[int, int, Person]]:
    """Yield pinyin, other orders, logins and initials of people who are known, and 张W for 张伟."""
    text = scene.text
    owners: dict[str, Person] = {}
    for person in persons:
        owners.setdefault(person.name, person)
    for start, end, owner in find_spellings(text, table):
        yield start, end, owners[owner]
    for match in _SPELLED_PART.finditer(text):
        letters = match["initials"].casefold()
        for name, person in owners.items():
            if name.startswith(match["family"]) and letters in _initials(name, len(match["family"])):
                yield *match.span(), person
                break


def _initials(name: str, family: int) -> frozenset[str]:
    return frozenset("".join(part[0] for part in given) for _, given in read_aloud(name) if len(name) > family)


def _honoured(scene: Scene, persons: Iterable[Person], *, staff_document: bool) -> Iterator[tuple[int, int, Person]]:
    """Yield family names before 先生, 家属, 某 and the like, when that family is known in this document."""
    families: dict[str, list[Person]] = {}
    for person in persons:
        if person.role is not Role.STAFF and HAN.match(person.name) and not any(dot in person.name for dot in DOTS):
            family = person.name[:2] if person.name[:2] in COMPOUND_SURNAMES else person.name[:1]
            families.setdefault(family, []).append(person)
    if families:
        yield from _before_honorifics(scene.text, families, staff_document=staff_document)
        yield from _nicknames(scene.text, families)


def _before_honorifics(
    text: str, families: Mapping[str, list[Person]], *, staff_document: bool
) -> Iterator[tuple[int, int, Person]]:
    for pattern in (TITLE, _ALSO_TITLES):
        for match in pattern.finditer(text):
            for length in (2, 1):
                start = match.start() - length
                if start < 0 or text[start : match.start()] not in families:
                    continue
                person = families[text[start : match.start()]][0]
                before = text[start - 1 : start]
                # 晏护士 is a public role, unless the document is about pay or personnel.
                public = match.group() in STAFF_TITLES and not staff_document
                if not public and (not HAN.match(before or " ") or before in LEAD_IN or before in "床家"):
                    yield start, match.start(), person
                break


def _nicknames(text: str, families: Mapping[str, list[Person]]) -> Iterator[tuple[int, int, Person]]:
    """Yield 老王 and 小令狐 of families that are known."""
    for match in _NICKNAME.finditer(text):
        after = text[match.end() : match.end() + 1]
        ends = not HAN.match(after or " ") or after in FOLLOW or text.startswith(FOLLOW_WORDS, match.end())
        if match["family"] in families and ends:
            yield match.start(), match.end(), families[match["family"]][0]
