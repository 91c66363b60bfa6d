"""The shapes of Chinese names (03_names): where a name that begins at some place ends.

One or two characters after one of some 700 family names of one character or 80 longer ones; names of the
minorities with or without dots; spaced names; foreign names written by sound. How much a shape must show depends on
what stands before.
"""

from __future__ import annotations

from hospital_redact.detection.compilation import compile_later
from hospital_redact.detection.structure import is_label
from hospital_redact.detection.words import (
    COMPOUND_SURNAMES,
    DUAL,
    FOLLOW,
    FOLLOW_WORDS,
    FORM_WORDS,
    NOT_GIVEN,
    NOT_NAMES,
    SURNAMES,
    TITLES,
    alternatives,
    characters,
    words,
)

DOTS = "·•‧・∙⋅･．"
"""The dots between the parts of a name; NFKC leaves most of them as they are, and OCR adds the full stop."""

HAN = compile_later(r"\p{Han}")
SEX = compile_later(
    r"[ ]{0,4}(?:[,、/|(]|[ \t]{1,8})[ ]{0,2}(?:性别[::]?[ ]?)?[男女](?:性|婴)?(?![\p{Han}])"
    r"|(?:[ ]?[(,、][ ]?|[ ]{1,3})(?:[0-9]{1,3}[ ]?(?:岁|Y(?![A-Za-z]))|(?:公民|居民)?身份(?:证|号)"
    r"|(?:住院|病案|门诊|病历|登记)号)|[ ]?[(][ ]?[0-9]{1,2}[床)]"
)
"""What follows a name in a record: sex, age, identity card, record number, bed."""

_SYLLABLES = words("minority_syllables")
MINORITY = compile_later(rf"(?:{alternatives(_SYLLABLES)}){{2,4}}(?!族)|乌日娜|其其格|吐尔洪江")
"""Names that Tibetan, Uyghur, Mongolian or Yi spelling shows by itself."""

_SOUND = "".join(sorted(characters("sounds")))
_DOTTED_SOUND = _SOUND + "不来送蓬丰才次仁曲珍措姆德吉央金旺堆洛桑顿珠"
_SOUND_RUN = compile_later(rf"[{_SOUND}]+")
_SOUNDED = compile_later(rf"[{_SOUND}]{{3,9}}")
FOREIGN = compile_later(
    rf"(?<!\p{{Han}})[{_DOTTED_SOUND}]{{1,8}}(?:[{DOTS}][{_DOTTED_SOUND}]{{1,9}}){{1,4}}"
    rf"|[{_DOTTED_SOUND}]{{2,8}}(?:[{DOTS}][{_DOTTED_SOUND}]{{2,9}}){{1,4}}(?!\p{{Han}}{{0,2}}(?:病|征|综合|医院))"
)
"""Dotted names in characters that stand for sounds."""

TITLE = compile_later(alternatives(frozenset(TITLES) - {"的", "等", "家属", "本人", "患者"}))
LABELS = words("patient_labels") | words("relative_labels") | words("staff_labels") | words("other_labels")

_RUN = compile_later(r"\p{Han}{1,14}")
_DOTTED = compile_later(rf"\p{{Han}}{{1,8}}(?:[{DOTS}.]\p{{Han}}{{1,8}}){{1,4}}")
# OCR reads a dot as a full stop; what stands around it must be spelled by sound.
_STOPPED = compile_later(rf"[{_SOUND}]{{2,8}}。[{_SOUND}]{{2,8}}(?!\p{{Han}})")
_SPACED = tuple(compile_later(rf"\p{{Han}}{{1,2}}(?:[ ]{{1,4}}\p{{Han}}(?!\p{{Han}})){{{times}}}") for times in (2, 1))
MINORITY_PART = compile_later(alternatives(frozenset(part for part in _SYLLABLES if len(part) > 1)))
"""One syllable group of such a name; alone it shows a name only where one is promised."""

_MASKED = compile_later(r"\p{Han}(?:某(?!\p{Han}(?!\p{Han}))|×|[*xX]{1,3}|[xX×○〇]{2})")
_GIVEN_USUAL = characters("given_usual")
_DRUG_STEMS = tuple(sorted(words("drug_stems")))
_PARTIES = frozenset({"甲方", "乙方", "丙方"})
# What stands between the names of a column of a pay table: 主任基金, 科室提留.
_SUM = compile_later(
    r"(?:主任|科室|护士长|科长|院长|集体|机动|预留)\p{Han}{0,2}(?:基金|提留|经费|预留|留存|奖励|资金|费用)"
)
_TITLE_ENDS = ("医师", "医生", "主任", "护士", "先生", "女士", "同志", "院长", "教授", "老师")


def is_plausible(name: str) -> bool:
    """Whether a run of Chinese characters has the form of a name that begins with a family name."""
    if not 2 <= len(name) <= 4 or name in NOT_NAMES or name[:2] in NOT_NAMES or name[:3] in NOT_NAMES:
        return False
    # 敖登: two characters that are a family name too have a given name of one.
    compound = name[:2] in COMPOUND_SURNAMES and len(name) > 2
    given = name[2:] if compound else name[1:]
    if not compound and (name[0] not in SURNAMES or len(name) > 3):
        return False
    return bool(given) and not NOT_GIVEN & set(given)


def is_drug(name: str) -> bool:
    """Whether a word ends as the names of drugs do (INN stems): 坦索罗辛, 拉贝洛尔."""
    return len(name) >= 3 and name.endswith(_DRUG_STEMS) and not is_plausible(name)


def is_masked(name: str) -> bool:
    """Whether a name is masked already: 张某, 李**."""
    return name.endswith("某") or any(char in "×*○" for char in name)


def is_sounded(name: str) -> bool:
    """Whether a run of three to nine characters is a foreign name written by sound, in its form: 克林顿."""
    return _SOUNDED.fullmatch(name) is not None and name not in NOT_NAMES and not MINORITY.fullmatch(name)


def sounded_length(run: str) -> int:
    """Return how many characters of ``run`` are a foreign name by sound before what cannot belong to it, else 0."""
    sound = _SOUNDED.match(run)
    if sound is None:
        return 0
    for end in range(sound.end(), 2, -1):
        if (end == len(run) or run[end] == "等" or _runs_on(run[end:])) and is_sounded(run[:end]):
            return end
    return 0


def read_name(text: str, at: int, *, sure: bool, marked: bool, form: bool = False) -> int:
    """Return where the name that begins at ``at`` ends, or ``at`` when none does.

    ``sure``: the label promises a name, so a short run needs no family name. ``marked``: a colon, gap or cell border
    stands before it, so that a run as a whole counts. ``form``: the label is 姓名 or its like, after which everyday
    words are names too.
    """
    if _MASKED.match(text, at) or text[at : at + 2] in _PARTIES or _SUM.match(text, at):
        return at
    if length := _dotted_length(text, at, marked=marked):
        return at + length
    for pattern in _SPACED:
        spaced = pattern.match(text, at)
        if spaced and marked and _is_spaced_name(spaced.group(), promised=form):
            return spaced.end()
    run = _RUN.match(text, at)
    if not run:
        return at
    whole = run.group()
    if (
        form
        and marked
        and 2 <= len(whole) <= 4
        and whole not in FORM_WORDS | LABELS
        and not whole.endswith(_TITLE_ENDS)
    ):
        return run.end()
    length = _length(run.group(), text[run.end() : run.end() + 12], sure=sure, marked=marked)
    return at + length


def _dotted_length(text: str, at: int, *, marked: bool) -> int:
    """Return the length of the dotted name at ``at``, 0 for none; a full stop is a dot only in a name by sound."""
    stopped = _STOPPED.match(text, at)
    if stopped and MINORITY.search(stopped.group().replace("。", "")):
        return stopped.end() - at
    dotted = _DOTTED.match(text, at)
    return trim_tail(dotted.group()) if dotted and (marked or "." not in dotted.group()) else 0


def _is_spaced_name(text: str, *, promised: bool) -> bool:
    """Whether characters set apart are one name; after 姓名 (``promised``) three of them need no family name."""
    parts = text.split()
    name = "".join(parts)
    if promised and len(parts) == len(name) == 3 and name not in FORM_WORDS:
        return True
    return is_plausible(name) and (len(parts) == len(name) or parts[0] in COMPOUND_SURNAMES)


def trim_tail(name: str) -> int:
    """Return the length of a dotted name without the verb that runs on from it."""
    last = max(name.rfind(dot) for dot in DOTS + ".") + 1
    for i in range(last + 1, len(name)):
        if name[i] in FOLLOW or any(name.startswith(title, i) for title in TITLES):
            return i
    sound = _SOUND_RUN.match(name, last)
    if sound and sound.end() - last >= 2 and _SOUND_RUN.match(name) and len(name) > last + 4:
        return sound.end()  # 詹姆斯·帕金森|首次描述
    return min(len(name), last + 6)


def _length(run: str, after: str, *, sure: bool, marked: bool) -> int:
    """Return how many characters of ``run`` are a name; 0 for none."""
    title = TITLE.search(run, 2)
    if title and title.start() <= 4 and (title.start() <= 3 or run[:2] in COMPOUND_SURNAMES or run[0] not in SURNAMES):
        run, after = run[: title.start()], title.group()
    if (
        run in LABELS
        or run in TITLES
        or run in FORM_WORDS
        or (is_label(run) and (run[0] not in SURNAMES or len(run) > 8))
    ):
        return 0
    minority = MINORITY.match(run) or (MINORITY_PART.match(run) if not marked or sure else None)
    if minority and (minority.end() == len(run) or not marked or _runs_on(run[minority.end() :])):
        return minority.end()
    return _surnamed(run, after, promised=sure and marked, marked=marked)


def _surnamed(run: str, after: str, *, promised: bool, marked: bool) -> int:
    """Return how many characters of ``run`` are a name that begins with a family name, or that the label promises."""
    personal = bool(SEX.match(after))
    confirmed = personal or after in TITLES
    if marked and personal and 2 <= len(run) <= 4:
        return len(run)
    if any(run[:n] in NOT_NAMES for n in range(2, 6)):
        if outlasts_word(run, marked=marked, after_stop=after[:1] in tuple("(,。;")):
            return 3
        return len(run) if is_dual(run) and (confirmed or promised or (marked and run in DUAL)) else 0
    rare = FOLLOW | NOT_GIVEN
    if promised and (2 <= len(run) <= 4 or (len(run) <= 8 and run[0] not in SURNAMES and not rare & set(run))):
        return len(run) if len(run) >= 2 else 0
    base = 2 if run[:2] in COMPOUND_SURNAMES and len(run) > 2 else 1
    # 同事高兴地说 tells of no 高
    if (base == 1 and run[0] not in SURNAMES) or (run[:2] in DUAL and run[2:3] in ("地", "得")):
        return 0
    return len(run) if personal and base < len(run) <= base + 2 else _given(run, base, marked=marked or confirmed)


def outlasts_word(run: str, *, marked: bool, after_stop: bool = False) -> bool:
    """Whether a name begins with an everyday word and ends with what given names end with: 邻居盛大海有旧怨.

    ``after_stop``: a stop or bracket follows ``run``.
    """
    if len(run) < 3 or run[0] not in SURNAMES or run[2] not in _GIVEN_USUAL or run[:3] in NOT_NAMES:
        return False
    return not NOT_GIVEN & set(run[1:3]) and (marked or after_stop if len(run) == 3 else _runs_on(run[3:]))


def is_dual(word: str) -> bool:
    """Whether ``word`` may be a name and is an everyday word."""
    return word in DUAL or (len(word) == 2 and word in NOT_NAMES and word[0] in SURNAMES)


_BORNE = frozenset("为之从与和如由有")
"""Small words that given names end with too: 容大为. They count where a label and the end of a line bound the name."""

_BORNE_INSIDE = frozenset("向上来自可如")
_NO_GIVEN_NAME = compile_later(
    r"自(?!成|忠|强|立|力|新|清|明|远|勉|珍|芳|贵|兰)|来(?!喜|福|宝|娣|弟|顺|生|旺|根|富|发)|可(?!欣|心|儿|馨"
    r"|凡|人|佳|盈)"
    r"|如(?!意|玉|兰|月|海|梅|松|平|山|英|冰|春)|上(?!飞|进|达|元)|向(?!东|阳|前|荣|明|红|南|华|军|宇|春|晨|辉)"
)
"""Small words inside a name make one only with what names go on with: 梁上飞, 张向东, but 张|自述."""


def _given(run: str, base: int, *, marked: bool) -> int:
    """Return the length of family name plus one or two characters, the shorter reading before a verb."""
    for length in (base + 2, base + 1):
        if len(run) == length and not NOT_GIVEN & set(run[base:]) and not FOLLOW & set(run[base + 1 :]):
            return length
    if marked and len(run) == base + 2 and run[-1] in _BORNE and run[base] not in NOT_GIVEN - _BORNE:
        return len(run)
    if len(run) > base + 2:
        rest = run[base + 2 :]
        small = run[base] in _BORNE_INSIDE and not _NO_GIVEN_NAME.match(run, base)
        if not (NOT_GIVEN | FOLLOW) & set(run[base + small : base + 2]) and _runs_on(rest):
            return base + 2
    if len(run) > base + 1:
        rest = run[base + 1 :]
        if run[base] not in NOT_GIVEN and run[base] not in FOLLOW and _runs_on(rest):
            return base + 1
    if marked and len(run) <= base + 3 and not NOT_GIVEN & set(run[base : base + 2]):
        return min(len(run), base + 2)
    return 0


def _runs_on(rest: str) -> bool:
    """Whether what stands after a name cannot belong to it."""
    return rest[0] in FOLLOW or rest[0] in NOT_GIVEN or rest.startswith((*TITLES, *FOLLOW_WORDS))


def dotted_before(text: str, end: int) -> int | None:
    """Return where a dotted name that ends at ``end`` begins."""
    window = text[max(0, end - 24) : end]
    for match in _DOTTED.finditer(window):
        if match.end() == len(window) and "." not in match.group():
            return end - len(window) + match.start()
    return None


def is_dotted(text: str) -> bool:
    """Whether ``text`` is one dotted name."""
    return any(dot in text for dot in DOTS) and _DOTTED.fullmatch(text) is not None


def is_form_label(word: str) -> bool:
    """Whether a label is 姓名 or one of its kind."""
    return word.endswith(("姓名", "名字", "户名", "签名", "签字", "曾用名"))
