"""Which of the persons that a tagger sees are believed: what stands around them may say drug, eponym or place.

A tagger has learned from newspapers and takes drugs, herbs and the names of methods for people. Its word counts
when the name has the form of one: a family name, a name by sound, or the characters that only given names have.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from hospital_redact.detection.compilation import compile_later
from hospital_redact.detection.gates import GATES, Gates
from hospital_redact.detection.names_en import is_eponym, is_latin_name
from hospital_redact.detection.names_zh import DIRECT, Mention
from hospital_redact.detection.roles import role_around
from hospital_redact.detection.shapes import DOTS, HAN, is_drug, is_dual, is_masked, is_plausible, is_sounded
from hospital_redact.detection.taggers import Seen, is_word, look_up, own_persons, tag
from hospital_redact.detection.words import (
    COMPOUND_SURNAMES,
    FOLLOW,
    FOLLOW_WORDS,
    FORM_WORDS,
    LEAD_IN,
    NOT_NAMES,
    STAFF_TITLES,
    SURNAMES,
    TITLES,
    characters,
    words,
)
from hospital_redact.model import Role

_EPONYM = compile_later(
    r"氏?(?:病|征|综合征|综合症|症|体征|试验|评分|量表|法|分级|分期|分类|杂音|反射|手术|术|染色|瘤|线|三角|骨折|脱位|面瘫"
    r"|法则|准则|定律|指数|现象|细胞|管|导管|小体|腺|孔|韧带|束|纤维|麻痹|奖|杯|路|医院)"
)
_DOCTRINE = compile_later(r"(?:理论|思想(?![上斗])|主义|学说|定理|假说|新时代)")
"""A name before these words is a doctrine; nobody is told apart by it."""

_PLACE = compile_later(r"[湖河岛州省国镇村海湾峰港]|山(?!先生)|大学|学院|公司|集团|银行|酒店|地区|半岛|广场|机场")
# Drugs have names by sound too: what is given, and how much of it.
_DOSE = compile_later(
    r"[®™+]|针|片|胶囊|颗粒|注射|口服|静[滴点脉]|[钠素霉汀平唑]|\p{Han}{0,4}(?:化疗|方案)"
    r"|[ ]?[0-9.]+[ ]?(?:m?g|μg|ml|U|IU|片|粒|支|毫克|克|毫升)"
    r"|[ ]?[0-9]{1,4}(?:\.[0-9]+)?(?![0-9岁床月年号:]|[ ]?(?:岁|床))|[ ]?(?:D|d|q|Q|bid|tid|qd)[0-9]*(?![A-Za-z])"
)
_GIVEN_DRUG = compile_later(
    r"(?:给予|予以|应用|服用|口服|静滴|静点|泵入|加用|改用|停用|注射|联合|商品名[:为]?|具体为|(?<!授)[予用服替])[“\"]?$"
)
# Krishnamurthy A, Lu F, Tao J. Language concordance: the last author of a reference and the first word of its title.
_AUTHOR_BEFORE = compile_later(r"\p{Lu}[\p{L}'’-]+[ ]\p{Lu}{1,3},[ ]$")
_JOURNAL = compile_later(r"[.,]?[ ]?(?:19|20)[0-9]{2}(?:[ ]\p{Lu}\p{Ll}{2})?[;,:]")
_THINGS = words("latin_things")
_LOOSE = characters("loose_surnames")
_GIVEN = characters("given_only")
_CALLED = frozenset("老小阿")
_HAN_NAME = compile_later(r"\p{Han}{2,4}")
OWN_SURE = 0.5
"""How sure our own network must be of a person that LAC does not see, as measured on documents new to both."""

OWN_CERTAIN = 0.9
"""How sure it must be of a name whose form says nothing: 老伴水英抹泪. 98 of 100 such are names."""


def find_tagged(text: str, shown: Iterable[Mention], seen: Seen, gates: Gates = GATES) -> Iterator[Mention]:
    """Yield persons that only a tagger sees, when nothing speaks against them. Raises DetectionError as :func:`tag`."""
    taken = {(mention.start, mention.end) for mention in shown}
    chinese = tag(text, "zh", seen, gates, taken)
    look_up((text[start:end] for start, end in chinese if end - start == 2), seen)
    for tagged_start, end in chinese:
        label = next((n for n in (4, 3, 2) if text[tagged_start : tagged_start + n] in DIRECT), 0)
        start = tagged_start + label if end - tagged_start - label >= 2 else tagged_start
        if (start, end) in taken:
            continue
        trimmed = _chinese_person(text, start, end, seen)
        if not trimmed and _is_short(text, start, end):  # 梅门|造在书中
            trimmed = _chinese_person(text, start, end + 1, seen)
        if not trimmed:
            continue
        evidence = ("tagger", "partly_masked") if text[start + 1 : start + 2] == "某" else ("tagger",)
        role = role_around(text, start, trimmed)
        yield Mention(start, trimmed, role, 0.6, evidence)
        if trimmed == end and _is_short(text, start, end):
            yield Mention(start, end + 1, role, 0.5, evidence)
    yield from _own_persons(text, taken, seen)
    for start, end in tag(text, "en", seen, gates, taken):
        name = text[start:end]
        if (start, end) in taken or HAN.search(name) or any(char.isdigit() or char in "\t|" for char in name):
            continue
        parts = name.split()
        thing = any(part.casefold().strip(".,'’") in _THINGS for part in parts)
        if len(parts) < 2 or thing or not is_latin_name(name) or not parts[0][0].isupper():
            continue
        if not _names_a_thing(text, start, end) and not _AUTHOR_BEFORE.search(text, max(0, start - 24), start):
            yield Mention(start, start + len(name.rstrip()), Role.OTHER, 0.5, ("tagger",))


def _own_persons(text: str, taken: Collection[tuple[int, int]], seen: Seen) -> Iterator[Mention]:
    """Yield Chinese names that only our own network sees: what has the form of a name and stands like one.

    It has learned from hospital text and knows few everyday words: 多|普勒, 阿莫|西林.
    """
    for person in own_persons(text, seen):
        start, end = person.start, person.end
        while start < end and not HAN.match(text[start]):
            start += 1
        while end > start and not HAN.match(text[end - 1]):
            end -= 1
        name = text[start:end]
        if person.confidence < OWN_SURE or (start, end) in taken or not _HAN_NAME.fullmatch(name):
            continue
        if names_a_thing(text, start, end) or is_masked(name) or name in NOT_NAMES or name in FORM_WORDS:
            continue
        if person.confidence >= OWN_CERTAIN:
            yield Mention(start, end, role_around(text, start, end), 0.5, ("tagger",))
            continue
        if not is_plausible(name) or is_dual(name):
            continue
        if not _is_word_of_text(text, start, end, Role.OTHER) and _is_bounded(text, start, end):
            yield Mention(start, end, role_around(text, start, end), 0.5, ("tagger",))


def _is_bounded(text: str, start: int, end: int) -> bool:
    """Whether what stands on both sides of a word does not run on with it."""
    before, after = text[start - 1 : start], text[end : end + 1]
    begins = not HAN.match(before or " ") or before in LEAD_IN or text[max(0, start - 2) : start] in DIRECT
    return begins and (not HAN.match(after or " ") or after in FOLLOW or text.startswith((*FOLLOW_WORDS, *TITLES), end))


def _is_short(text: str, start: int, end: int) -> bool:
    """Whether a tagged name of two characters may have lost its third: 李国|能为, 臧克|和教授."""
    third, rest = text[end : end + 1], text[end + 1 : end + 2]
    if end - start != 2 or not HAN.match(third or " ") or text[start] not in SURNAMES:
        return False
    goes_on = rest in FOLLOW or text.startswith(FOLLOW_WORDS, end + 1)
    runs_on = third not in FOLLOW and goes_on and is_plausible(text[start : end + 1])
    return runs_on or text.startswith(TITLES, end + 1)


def _names_a_thing(text: str, start: int, end: int) -> bool:
    """Whether a word of the tagged name, or the word after it, is what eponyms name: Hashimoto thyroiditis."""
    return (
        is_eponym(text, end)
        or _JOURNAL.match(text, end) is not None
        or any(is_eponym(text, at) for at in range(start + 1, end) if text[at] in " -")
    )


def names_a_thing(text: str, start: int, end: int) -> bool:
    """Whether the surroundings of a Chinese name make it a drug, an eponym or a doctrine."""
    return any(pattern.match(text, end) for pattern in (_DOSE, _EPONYM, _DOCTRINE)) or bool(
        _GIVEN_DRUG.search(text, max(0, start - 6), start)
    )


def _chinese_person(text: str, start: int, end: int, seen: Seen) -> int:
    """Return the end of a tagged Chinese name, or 0 when it is none: drugs, diseases, eponyms, places."""
    name = text[start:end]
    if any(char.isspace() for char in name) or not HAN.match(name) or names_a_thing(text, start, end):
        return 0
    if any(dot in name for dot in DOTS):
        return end
    title = next((title for title in TITLES if name.endswith(title) and len(name) > len(title)), "")
    end -= len(title)
    if text.startswith(FOLLOW_WORDS, end - 1) and end - start >= 3 and not title:
        end -= 1  # 孙丽态|度: the tagger took the first character of the next word
    name = text[start:end]
    if len(name) == 1:  # 陈先生 is somebody; 陈医生 says no more than an office
        return end if title and name in SURNAMES and title not in STAFF_TITLES else 0
    return end if _is_chinese_name(text, start, end, seen) else 0


def _is_chinese_name(text: str, start: int, end: int, seen: Seen) -> bool:
    """Whether a tagged word of two characters and more is a name in its form."""
    name = text[start:end]
    role = role_around(text, start, end)
    if _is_word_of_text(text, start, end, role):
        return False
    if is_sounded(name) and not _PLACE.match(text, end):
        return True
    if name[0] not in SURNAMES and name[:2] not in COMPOUND_SURNAMES:
        return _is_given(name) or (3 <= len(name) <= 6 and role is not Role.OTHER)
    if len(name) == 2:
        # What the tagger calls no person when it stands alone needs more than the tagger (平安, 杜仲).
        return is_plausible(name) and (role is not Role.OTHER or not is_word(name, seen))
    return is_plausible(name) or (len(name) == 3 and name[:2] not in NOT_NAMES)


def _is_word_of_text(text: str, start: int, end: int, role: Role) -> bool:
    """Whether a tagged word is an everyday word, a part of one, or masked already."""
    name, before = text[start:end], text[start - 1 : start]
    if name in NOT_NAMES or name[1:] in NOT_NAMES or text[start : end + 1] in NOT_NAMES or text.startswith("色", end):
        return True
    if is_masked(name) or name.endswith(("氏", "色")) or is_drug(name):
        return True
    if role is not Role.OTHER:
        return False
    # 平安, 康宁: the tagger alone makes no person of an everyday word, nor of 于介入 inside a sentence.
    return is_dual(name) or (name[0] in _LOOSE and HAN.match(before) is not None and before not in LEAD_IN)


def _is_given(name: str) -> bool:
    """Whether a name without family name is what somebody is called: 小婷, 婷婷, 雯子, 老王."""
    if name[0] in _CALLED and len(name) == 2:
        return name[1] in SURNAMES or name[1] in _GIVEN
    return len(name) <= 3 and not _GIVEN.isdisjoint(name)
