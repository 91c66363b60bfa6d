"""Chinese personal names by their surroundings: labels, relations, titles, lists, sex and age, signatures.

The shapes are those of 03_names: one or two characters after one of some 600 single or 70 compound family names,
minority names with or without dots, spaced names, babies named after their mother. What a name is depends on how much
its surroundings promise: after ``姓名:`` any short run is one, in running text a family name must begin it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import regex

from hospital_redact.detection.compilation import compile_later
from hospital_redact.detection.labels import label_pattern
from hospital_redact.detection.patterns import search_scene, search_together
from hospital_redact.detection.roles import ROLE_OF, is_elsewhere
from hospital_redact.detection.scene import Scene
from hospital_redact.detection.shapes import (
    DOTS,
    FOREIGN,
    HAN,
    LABELS,
    MINORITY,
    MINORITY_PART,
    SEX,
    TITLE,
    dotted_before,
    is_dual,
    is_form_label,
    is_plausible,
    read_name,
    sounded_length,
    trim_tail,
)
from hospital_redact.detection.structure import is_label
from hospital_redact.detection.words import (
    COMMON_SURNAMES,
    COMPOUND_SURNAMES,
    FOLLOW,
    FOLLOW_WORDS,
    FORM_WORDS,
    LEAD_IN,
    NOT_GIVEN,
    NOT_NAMES,
    STAFF_TITLES,
    SURNAMES,
    TITLES,
    alternatives,
    characters,
    words,
)
from hospital_redact.model import Role

_RUN = compile_later(r"\p{Han}{1,14}")
_SEPARATOR = compile_later(r"[ ]?[、/][ ]?|[ ]{1,4}|,|[ ]?(?:和|及|与)[ ]?")

SURE_LABELS = words("sure_labels")
DIRECT = words("direct_labels")

_BY_LENGTH = sorted(ROLE_OF, key=len, reverse=True)
_ALSO_THINGS = frozenset({"报告", "记录", "手术", "证明", "麻醉"})
_LABELS = label_pattern(tuple(ROLE_OF))
_GAP = compile_later(
    r"[ \t]{0,8}(?:\([^()\n]{0,14}\))?[ \t]{0,8}(?P<mark>[:;])?[ \t]{0,8}"
    r"(?:\n[ \t]{0,12}(?=\p{Han}{2,4}[ \t]*(?:\n|$)))?[\"“]?"
)
_OPEN = compile_later(r"[ ]?\(")
_HONORIFICS = words("honorifics")
_PERSONS = (
    r"男|女|患者|护士|医[师生工]?|[^()\n]{0,4}[师员长]|主任|科|[妻夫父母子儿兄弟姐妹]|身份证|电话|手机|代理|本人|签名"
    r"|家属|配偶|配送|实习|退休|在编|外聘|[工室朋校战]友|同[事学乡]|邻居|保姆|司机"
)
_DETAIL = compile_later(
    rf"(?=[ ]{{0,2}}[(](?P<word>[^()\n]{{0,3}}(?:{_PERSONS})[^()\n]{{0,8}}|\+?[0-9][0-9\- ]{{6,16}})[)]"
    r"|[ ]{1,6}(?P<word>)(?:宅电?|住址?|家庭住址|手机|电话|短号):"
    r"|[ ,::]{0,2}(?:的?(?:联系)?(?:电话|手机号?|号码)[是为]?[: ]?)?(?P<word>)"
    r"(?:\(?\+?86\)?[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}(?![0-9]))"
)
_NICK = "".join(sorted(COMMON_SURNAMES - frozenset("时于方石白高万马段夏")))
_NICKNAME = compile_later(
    rf"(?<=[^\p{{Han}}]|^|[是叫找问给和跟让请由])[老小](?P<family>[{_NICK}])(?=[^\p{{Han}}]|[说来去在和跟的把给让是又也已就还上下]|$)"
)
# Compound family names that are no everyday word and no place: they show a name wherever they stand.
_COMPOUND = compile_later(
    rf"(?:{alternatives(COMPOUND_SURNAMES - words('compound_also_words'))})(?=\p{{Han}})"
    r"(?!山|市|县|区|镇|乡|路|街|州|河)"
)
_PUBLIC = compile_later(alternatives(words("public_labels")))
_LOOSE = characters("loose_surnames")
_USUAL = COMMON_SURNAMES - _LOOSE - frozenset("时方石高白万马金段夏")
# 病人朵朵, 儿子小宝: what children are called.
_PET = compile_later(r"(?P<twice>\p{Han})(?P=twice)|[小阿]\p{Han}{1,2}|\p{Han}儿")
_PARTS_OF_CHILDREN = frozenset("便腿臂肠脑时儿腹面麦米葱指趾鱼")
# 婆婆枣花代答: a given name by its second character, before what people do.
_CHOSEN = compile_later(
    rf"[^{''.join(sorted(NOT_GIVEN | FOLLOW))}弹种插采送买卖养看听唱拉吹学开浇赏绣折摘献\P{{Han}}]["
    rf"[{''.join(sorted(characters('given_last')))}]"
    r"(?=$|代[答诉述签]|陪|来[电院]|电话|签字|口述|[在说于是也的和与](?!\p{Han}{0,2}[间期]))"
)
# Words for relatives before whose names nothing else usually stands; 家属 and 家长 are groups.
_KIN = words("kin_labels")
# Words for one person who is no relative: behind them an everyday word may be a name as well (邻居任意发现).
_SINGLE = words("single_labels")
_CONTACT = ("的电话", "的手机", "的微信", "电话", "手机", "签字", "签名", "陪", "商量", "联系")
_DOES = frozenset("来问说去到打送签称也已")
_STATES = words("states")
# The rest of a name that a line end cuts.
_BELOW = compile_later(r"\n[ ]{0,8}(?P<rest>\p{Han}{1,2})(?!\p{Han})")
_PARTLY = compile_later(r"(?<name>\p{Han}某\p{Han})(?=[^\p{Han}]|$|[陈诉称说]述?|先生|女士)")
_AFTER_MOU = frozenset("某甲乙丙丁人种些日地年月的")
_TITLE_STOP = compile_later(r"[\p{Han}]{0,1}(?:门诊|会议|办公|查房|制度|职责|签字|签名|联系|会)")
_LEADS = tuple(sorted(words("leads")))
_COUNTED = frozenset("例名儿床号位患双胎")
"""What stands before the mother of a child that has no name yet: 第二例章程之子."""

_PERSONAL = frozenset({"先生", "女士", "同志", "老师", "阿姨", "大爷", "大妈", "奶奶", "爷爷"})
_HONOURS = tuple(_PERSONAL)
_HONORED_ONLY = frozenset({"各位", "诸位", "尊敬", "敬爱", "亲爱"})


_STAFF = tuple(STAFF_TITLES)
_PATTERNS = dict.fromkeys(
    (_LABELS, _PUBLIC, TITLE, _DETAIL, FOREIGN, _NICKNAME, _COMPOUND, _PARTLY, MINORITY, SEX), "names"
)
"""What is looked for in every text, together."""


class Mention(NamedTuple):
    """A name at normalised characters ``start`` to ``end`` of a scene."""

    start: int
    end: int
    role: Role
    confidence: float
    evidence: tuple[str, ...]


def find_chinese_names(scene: Scene) -> Iterator[Mention]:
    """Yield the names that their surroundings show; the same characters may come several times."""
    search_together(scene, _PATTERNS)
    yield from _after_labels(scene)
    yield from _before_titles(scene)
    yield from _before_details(scene)
    yield from _minority(scene)
    yield from _shaped(scene)
    yield from _after_offices(scene)
    yield from _in_columns(scene)


class _Place(NamedTuple):
    """Where the name begins that a label announces; ``marked``: a colon, gap or line end stands between."""

    word: str
    start: int
    at: int
    role: Role
    colon: bool
    marked: bool
    bounded: bool


def _after_labels(scene: Scene) -> Iterator[Mention]:
    text = scene.text
    for label in search_scene(scene, _LABELS, "names"):
        word = "".join(label.group().split())
        inner = _in_brackets(text, label.end())
        if inner is not None:
            yield Mention(*inner, ROLE_OF[word], 0.8, ("label",))
            continue
        place = _place_after(scene, label.start(), label.end(), word)
        if place is None:
            continue
        end = _read_after(text, place)
        if end > place.at:
            yield Mention(place.at, end, place.role, 0.9 if place.colon else 0.8, ("label",))
            yield from _list_after(text, end, place.role, spaces=place.role is Role.STAFF or place.colon)


def _in_brackets(text: str, end: int) -> tuple[int, int] | None:
    """Return the range of a name in brackets right after a label: 患者(张伟)."""
    inner = _OPEN.match(text, end)
    run = _RUN.match(text, inner.end()) if inner else None
    if run is None or text[run.end() : run.end() + 1] != ")":
        return None
    name = run.group()
    taken = name in ROLE_OF or name in TITLES or name in FORM_WORDS or name in NOT_NAMES
    return run.span() if len(name) in (2, 3) and name[0] in SURNAMES and not taken else None


def _place_after(scene: Scene, start: int, end: int, word: str) -> _Place | None:
    """Return where the name begins after the label ``word`` at ``start`` to ``end``; none where no name can stand."""
    text = scene.text
    gap = _GAP.match(text, end)
    at = gap.end() if gap else end
    colon = gap is not None and gap["mark"] is not None
    before = text[start - 1] if start else "\n"
    bounded = not HAN.match(before)
    spaced = at > end and bounded
    direct = word in DIRECT and (len(word) > 1 or before in ":,。;、(（| \n\t")
    if not (colon or spaced or direct) or (len(word) == 1 and not bounded):
        return None
    if at >= len(text) or not HAN.match(text[at]) or _is_heading(scene, start, at):
        return None
    role = ROLE_OF[word]
    if role is Role.STAFF and is_elsewhere(text, start):
        role = Role.OTHER
    return _Place(word, start, at, role, colon, colon or spaced, bounded)


def _read_after(text: str, place: _Place) -> int:
    """Return where the name at ``place`` ends, or where it begins when there is none."""
    at = place.at
    family = place.role in (Role.PATIENT, Role.RELATIVE)
    if text[at] in "老小" and text[at + 1 : at + 2] in SURNAMES and place.role is not Role.STAFF:
        return at + 2  # 工友老寸
    form = is_form_label(place.word) and place.bounded
    end = read_name(text, at, sure=place.word in SURE_LABELS, marked=place.marked, form=form)
    if not place.marked and _is_loose(text, at, end):
        return at
    below = _BELOW.match(text, end) if 2 <= end - at <= 3 else None
    if below and end - at + len(below["rest"]) <= 4 and SEX.match(text, below.end()):
        return below.end()
    if end == at and (family or place.word in _SINGLE):
        end = _pet_name(text, at)
    if end == at and place.word in _KIN:
        end = _everyday_name(text, at)
    if end == at and place.word in _SINGLE:
        end = _single_name(text, at)
    return end


def _is_loose(text: str, at: int, end: int) -> bool:
    """Whether the next word begins right after a label without mark: 儿子|和最杰出的, 妇女儿|童保健."""
    ends = end >= len(text) or not HAN.match(text[end]) or text[end] in FOLLOW
    runs_on = not ends and not text.startswith((*TITLES, *FOLLOW_WORDS), end)
    return (text[at] in _LOOSE and runs_on) or text[at - 1 : at + 1] == "儿童"


def _everyday_name(text: str, at: int) -> int:
    """Return where an everyday word or a name without family name ends that stands as a relative's name, or ``at``.

    After 妻, 其子 and the like a whole run is one when it is no word of health or trade: 妻车前, 其子尚可138….
    """
    run = _RUN.match(text, at)
    if run is None:
        return at
    name = run.group()
    for length in (len(name), 2):
        rest = name[length:]
        if rest and not rest.startswith((*_CONTACT, *FOLLOW_WORDS)) and (rest[0] not in _DOES or length > 2):
            continue
        word = name[:length]
        known = is_dual(word) or (MINORITY_PART.match(word) and length <= 4)
        if 2 <= length <= 4 and known and word not in _STATES and word not in FORM_WORDS:
            return at + length
    chosen = _CHOSEN.match(name)
    return at + 2 if chosen and name[:2] not in NOT_NAMES and name[:2] not in FORM_WORDS else at


def _single_name(text: str, at: int) -> int:
    """Return where an everyday word that bears a family name ends, before a stop or what a person does, or ``at``."""
    run = _RUN.match(text, at)
    if run is None:
        return at
    for length in (3, 2):
        word, rest = run.group()[:length], run.group()[length:]
        follows = not rest or rest.startswith((*_CONTACT, *FOLLOW_WORDS))
        if len(word) == length and follows and is_dual(word) and word not in _STATES and word not in FORM_WORDS:
            return at + length
    return at


def _pet_name(text: str, at: int) -> int:
    """Return where a child's name that begins at ``at`` ends, or ``at``: 朵朵, 小宝, 阿蛮."""
    run = _RUN.match(text, at)
    if run is None:
        return at
    for length in (3, 2):
        name = run.group()[:length]
        rest = text[at + length : at + length + 1]
        ends = not HAN.match(rest or " ") or rest in FOLLOW or text.startswith((*FOLLOW_WORDS, *TITLES), at + length)
        if not ends or len(name) < length or not _PET.fullmatch(name):
            continue
        if name not in NOT_NAMES and name not in FORM_WORDS and _PARTS_OF_CHILDREN.isdisjoint(name[1:]):
            return at + length
    return at


def _after_offices(scene: Scene) -> Iterator[Mention]:
    """Yield names after offices and trades of public life: 总统克林顿, 委员傅全有."""
    text = scene.text
    for office in search_scene(scene, _PUBLIC, "names"):
        at = office.end()
        run = _RUN.match(text, at)
        if run is None:
            continue
        whole = run.group()
        if length := sounded_length(whole):
            yield Mention(at, at + length, Role.OTHER, 0.6, ("label",))
        elif whole[0] in _USUAL or whole[:2] in COMPOUND_SURNAMES or text[run.end() : run.end() + 1] in DOTS:
            end = read_name(text, at, sure=False, marked=len(whole) == 3)
            if end == at and len(whole) in (2, 3) and not any(whole[:n] in NOT_NAMES for n in (2, 3)):
                end = run.end()  # 委员傅全有、
            if end > at:
                yield Mention(at, end, Role.OTHER, 0.6, ("label",))


def _is_heading(scene: Scene, label: int, at: int) -> bool:
    """Whether ``at`` lies in another column header than ``label``."""
    cell = scene.cell_at(at)
    return cell is not None and cell.heading and cell.start > label


def _list_after(text: str, end: int, role: Role, *, spaces: bool) -> Iterator[Mention]:
    """Yield the names that continue a list: 张伟、李娜、王强."""
    while True:
        separator = _SEPARATOR.match(text, end)
        if separator is None or (not spaces and not any(mark in separator.group() for mark in "、/和及与")):
            return
        at = separator.end()
        run = _RUN.match(text, at)
        if run is None or (separator.group() == "," and not is_plausible(run.group())):
            return
        name = run.group()
        stop = read_name(text, at, sure=False, marked=True)
        if stop == at or (stop != run.end() and not any(name[stop - at :].startswith(t) for t in TITLES)):
            return
        yield Mention(at, stop, role, 0.75, ("label", "list"))
        end = stop


def _before_titles(scene: Scene) -> Iterator[Mention]:
    text = scene.text
    for title in search_scene(scene, TITLE, "names"):
        last = title.start()
        if title.group() in _HONORIFICS:
            while last > 0 and title.start() - last < 3 and text[last - 1] == " ":
                last -= 1
        first = last
        while first > 0 and last - first < 10 and HAN.match(text[first - 1]):
            first -= 1
        run = text[first:last]
        # 张先生之子: 张 is somebody by what stands between.
        named = run and not (title.group().startswith("之") and run.endswith(_HONOURS))
        if not named or _TITLE_STOP.match(text, title.end()):
            continue
        complete = first == 0 or not HAN.match(text[first - 1])
        dotted = dotted_before(text, title.start())
        if dotted is not None:
            yield Mention(dotted, title.start(), _title_role(title.group()), 0.8, ("title",))
            continue
        for length in (4, 3, 2):
            if length > len(run):
                continue
            name = run[-length:]
            left = run[:-length]
            bounded = _leads(left) or (title.group().startswith("之") and left[-1] in _COUNTED) if left else complete
            personal = title.group() in _PERSONAL or title.group().startswith("之")
            usual = is_plausible(name) or (is_dual(name) and personal)
            if bounded and usual and name not in _HONORED_ONLY:
                yield Mention(last - length, last, _title_role(title.group()), 0.8, ("title",))
                break


def _leads(left: str) -> bool:
    """Whether a name may begin right after ``left``: a preposition, a label, an approval, an organisation."""
    return left[-1] in LEAD_IN or left in ROLE_OF or left[-2:] in ROLE_OF or left.endswith(_LEADS)


def _title_role(title: str) -> Role:
    if title in STAFF_TITLES:
        return Role.STAFF
    return Role.PATIENT if title.startswith("之") else Role.OTHER


def _before_details(scene: Scene) -> Iterator[Mention]:
    """Yield names before a bracket with a relation or office, or right before a mobile number."""
    text = scene.text
    for detail in search_scene(scene, _DETAIL, "names"):
        first = detail.start()
        while first > 0 and detail.start() - first < 6 and HAN.match(text[first - 1]):
            first -= 1
        run = text[first : detail.start()]
        role = ROLE_OF.get((detail["word"] or "").strip(), Role.OTHER)
        for length in (len(run), 3, 2):
            name = run[len(run) - length :]
            if (
                length <= len(run)
                and (is_plausible(name) or (length < len(run) and is_dual(name)))
                and name not in TITLES
                and name not in LABELS
                and (length == len(run) or run[: len(run) - length] in ROLE_OF)
            ):
                yield Mention(detail.start() - length, detail.start(), role, 0.75, ("context",))
                break


def _shaped(scene: Scene) -> Iterator[Mention]:
    """Yield foreign names, 老王 and 小曲, names with a compound family name, and names masked in part (栾某平)."""
    text = scene.text
    for match in search_scene(scene, FOREIGN, "names"):
        yield Mention(match.start(), match.start() + trim_tail(match.group()), Role.OTHER, 0.6, ("shape",))
    for match in search_scene(scene, _NICKNAME, "names"):
        yield Mention(*match.span(), Role.OTHER, 0.6, ("shape",))
    for match in search_scene(scene, _COMPOUND, "names"):
        end = read_name(text, match.start(), sure=False, marked=False)
        if text.startswith((*FOLLOW_WORDS, *TITLES), match.end()) or text[match.end()] in FOLLOW:
            continue
        run = _RUN.match(text, match.end())
        if end == match.start() and run is not None:
            end = min(run.end(), match.end() + 2)  # nothing tells where it ends: rather too much than half a name
        if end > match.end():
            yield Mention(match.start(), end, Role.OTHER, 0.6, ("shape",))
    for match in search_scene(scene, _PARTLY, "names"):
        family, last = match["name"][0], match["name"][2]
        if family in SURNAMES and last not in _AFTER_MOU and last not in FOLLOW:
            yield Mention(*match.span("name"), Role.OTHER, 0.7, ("shape", "partly_masked"))


def _minority(scene: Scene) -> Iterator[Mention]:
    """Yield names of two syllables and more that Tibetan, Uyghur, Mongolian or Yi spelling shows by itself."""
    text = scene.text
    for match in search_scene(scene, MINORITY, "names"):
        if match.end() - match.start() < 3 or text.startswith(
            ("族", "山", "县", "市", "镇", "乡", "湖", "路", "医院"), match.end()
        ):
            continue
        before = text[max(0, match.start() - 6) : match.start()]
        role = next((ROLE_OF[before[-n:]] for n in range(len(before), 0, -1) if before[-n:] in ROLE_OF), Role.OTHER)
        if text.startswith(_STAFF, match.end()):
            role = Role.STAFF
        yield Mention(match.start(), match.end(), role, 0.7, ("shape",))


def _in_columns(scene: Scene) -> Iterator[Mention]:
    """Yield names in cells whose header or label is one of the labels."""
    known: dict[str, tuple[Role, bool] | None] = {}
    for cell in scene.cells:
        for head in (cell.header, cell.label):
            if head not in known:
                known[head] = _column_role(head)
        found = known[cell.label] or known[cell.header]
        if found is None:
            continue
        text = scene.text[cell.start : cell.end]
        offset = len(text) - len(text.lstrip())
        if is_label(text):
            continue
        at = cell.start + offset
        role, sure = found
        form = sure
        while at < cell.end and HAN.match(scene.text[at]):
            end = min(read_name(scene.text, at, sure=sure, marked=True, form=form), cell.end)
            if end <= at and at + 2 < cell.end and scene.text[at] in "妻夫父母子女孙儿弟兄姐妹":
                at += 1
                end = min(read_name(scene.text, at, sure=True, marked=True), cell.end)
            if end <= at:
                break
            yield Mention(at, end, role, 0.85, ("header",))
            separator = _SEPARATOR.match(scene.text, end)
            at = separator.end() if separator else cell.end


def _column_role(head: str) -> tuple[Role, bool] | None:
    """Return the role that a header gives, and whether whatever stands under it is a name."""
    bare = regex.sub(r"\([^()]*\)|[\s::*#]", "", head)
    if not bare or len(bare) > 10:
        return None
    for word in _BY_LENGTH:
        if bare == word or (len(word) >= 2 and bare.endswith(word) and word not in _ALSO_THINGS):
            role = ROLE_OF[word]
            return role, is_form_label(word) or (bare == word and role is not Role.STAFF and len(word) > 1)
    return None
