"""Chinese personal names by their surroundings: labels, relations, titles, lists, sex and age, signatures.

The shapes are those of 03_names: one or two characters after one of some 600 single or 70 compound family names,
minority names with or without dots, spaced names, babies named after their mother. What a name is depends on how much
its surroundings promise: after ``姓名:`` any short run is one, in running text a family name must begin it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import regex

from hospital_redact.detection.labels import label_pattern
from hospital_redact.detection.scene import Scene
from hospital_redact.detection.shapes import (
    DOTS,
    FOREIGN,
    HAN,
    MINORITY,
    SEX,
    TITLE,
    dotted_before,
    is_dotted,
    is_dual,
    is_form_label,
    is_plausible,
    read_name,
    trim_tail,
)
from hospital_redact.detection.structure import is_label
from hospital_redact.detection.words import (
    COMMON_SURNAMES,
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
from hospital_redact.model import Role

_RUN = regex.compile(r"\p{Han}{1,14}")
_SEPARATOR = regex.compile(r"[ ]?[、/][ ]?|[ ]{1,4}|,|[ ]?(?:和|及|与)[ ]?")

SURE_LABELS = words("sure_labels")
DIRECT = words("direct_labels")
ROLE_OF = {
    **dict.fromkeys(words("other_labels"), Role.OTHER),
    **dict.fromkeys(words("staff_labels"), Role.STAFF),
    **dict.fromkeys(words("relative_labels"), Role.RELATIVE),
    **dict.fromkeys(words("patient_labels"), Role.PATIENT),
}
"""Whose name a label announces."""

_BY_LENGTH = sorted(ROLE_OF, key=len, reverse=True)
_ALSO_THINGS = frozenset({"报告", "记录", "手术", "证明", "麻醉"})
_LABELS = label_pattern(tuple(ROLE_OF))
_GAP = regex.compile(
    r"[ \t]{0,8}(?:\([^()\n]{0,14}\))?[ \t]{0,8}(?P<mark>[:;])?[ \t]{0,8}"
    r"(?:\n[ \t]{0,12}(?=\p{Han}{2,4}[ \t]*(?:\n|$)))?[\"“]?"
)
_OPEN = regex.compile(r"[ ]?\(")
_LEAD_IN = frozenset("由请与和及随经给向找对是系为即经同叫跟让组的到")
_HONORIFICS = words("honorifics")
_PERSONS = (
    r"男|女|患者|护士|医[师生工]?|[^()\n]{0,4}[师员长]|主任|科|[妻夫父母子儿兄弟姐妹]|身份证|电话|手机|代理|本人|签名"
    r"|家属|配偶|配送|实习|退休|在编|外聘|[工室朋校战]友|同[事学乡]|邻居|保姆|司机"
)
_DETAIL = regex.compile(
    rf"(?=[ ]{{0,2}}[(](?P<word>[^()\n]{{0,3}}(?:{_PERSONS})[^()\n]{{0,8}}|\+?[0-9][0-9\- ]{{6,16}})[)]"
    r"|[ ]{1,6}(?P<word>)(?:宅电?|住址?|家庭住址|手机|电话|短号):"
    r"|[ ,::]{0,2}(?P<word>)(?:\(?\+?86\)?[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}(?![0-9]))"
)
_NICK = "".join(sorted(COMMON_SURNAMES - frozenset("时于方石白高万马段夏")))
_NICKNAME = regex.compile(
    rf"(?<=[^\p{{Han}}]|^|[是叫找问给和跟让请由])[老小](?P<family>[{_NICK}])(?=[^\p{{Han}}]|[说来去在和跟的把给让是又也已就还上下]|$)"
)
# Compound family names that are no everyday word and no place: they show a name wherever they stand.
_COMPOUND = regex.compile(
    rf"(?:{alternatives(COMPOUND_SURNAMES - words('compound_also_words'))})(?=\p{{Han}})"
    r"(?!山|市|县|区|镇|乡|路|街|州|河)"
)
_PARTLY = regex.compile(r"(?<name>\p{Han}某\p{Han})(?=[^\p{Han}]|$|[陈诉称说]述?|先生|女士)")
_AFTER_MOU = frozenset("某甲乙丙丁人种些日地年月的")
_TITLE_STOP = regex.compile(r"[\p{Han}]{0,1}(?:门诊|会议|办公|查房|制度|职责|签字|签名|联系|会)")
_HONORED_ONLY = frozenset({"各位", "诸位", "尊敬", "敬爱", "亲爱"})


class Mention(NamedTuple):
    """A name at normalised characters ``start`` to ``end`` of a scene."""

    start: int
    end: int
    role: Role
    confidence: float
    evidence: tuple[str, ...]


def find_chinese_names(scene: Scene) -> Iterator[Mention]:
    """Yield the names that their surroundings show; the same characters may come several times."""
    yield from _after_labels(scene)
    yield from _before_titles(scene)
    yield from _before_sex(scene)
    yield from _before_details(scene)
    yield from _minority(scene)
    yield from _shaped(scene.text)
    yield from _in_columns(scene)


def _after_labels(scene: Scene) -> Iterator[Mention]:
    text = scene.text
    for label in _LABELS.finditer(text):
        word = "".join(label.group().split())
        inner = _OPEN.match(text, label.end())
        if inner is not None:
            run = _RUN.match(text, inner.end())
            name = run.group() if run else ""
            taken = name in ROLE_OF or name in TITLES or name in FORM_WORDS or name in NOT_NAMES
            if (
                run
                and text[run.end() : run.end() + 1] == ")"
                and len(name) in (2, 3)
                and name[0] in SURNAMES
                and not taken
            ):
                yield Mention(*run.span(), ROLE_OF[word], 0.8, ("label",))
                continue
        gap = _GAP.match(text, label.end())
        at = gap.end() if gap else label.end()
        colon = gap is not None and gap["mark"] is not None
        before = text[label.start() - 1] if label.start() else "\n"
        bounded = not HAN.match(before)
        spaced = at > label.end() and bounded
        if not (colon or spaced) and (word not in DIRECT or (len(word) == 1 and before not in ":,。;、(（ \n\t")):
            continue
        if len(word) == 1 and not bounded:
            continue
        if at >= len(text) or not HAN.match(text[at]) or _is_heading(scene, label.start(), at):
            continue
        if text[at] in "老小" and text[at + 1 : at + 2] in SURNAMES and ROLE_OF[word] is not Role.STAFF:
            yield Mention(at, at + 2, ROLE_OF[word], 0.7, ("label",))  # 工友老寸
            continue
        sure = word in SURE_LABELS
        end = read_name(text, at, sure=sure, marked=colon or spaced, form=is_form_label(word) and bounded)
        if end == at:
            continue
        role = ROLE_OF[word]
        yield Mention(at, end, role, 0.9 if colon else 0.8, ("label",))
        yield from _list_after(text, end, role, spaces=role is Role.STAFF or colon)


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
    for title in TITLE.finditer(text):
        last = title.start()
        if title.group() in _HONORIFICS:
            while last > 0 and title.start() - last < 3 and text[last - 1] == " ":
                last -= 1
        first = last
        while first > 0 and last - first < 6 and HAN.match(text[first - 1]):
            first -= 1
        run = text[first:last]
        if not run or _TITLE_STOP.match(text, title.end()):
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
            bounded = (not left and complete) or (
                left and (left[-1] in _LEAD_IN or left in ROLE_OF or left[-2:] in ROLE_OF)
            )
            if bounded and is_plausible(name) and name not in _HONORED_ONLY:
                yield Mention(last - length, last, _title_role(title.group()), 0.8, ("title",))
                break


def _title_role(title: str) -> Role:
    if title in STAFF_TITLES:
        return Role.STAFF
    return Role.PATIENT if title.startswith("之") else Role.OTHER


def _before_details(scene: Scene) -> Iterator[Mention]:
    """Yield names before a bracket with a relation or office, or right before a mobile number."""
    text = scene.text
    for detail in _DETAIL.finditer(text):
        first = detail.start()
        while first > 0 and detail.start() - first < 6 and HAN.match(text[first - 1]):
            first -= 1
        run = text[first : detail.start()]
        role = ROLE_OF.get((detail["word"] or "").strip(), Role.OTHER)
        for length in (len(run), 3, 2):
            name = run[len(run) - length :]
            if (
                length <= len(run)
                and is_plausible(name)
                and name not in TITLES
                and (length == len(run) or run[: len(run) - length] in ROLE_OF)
            ):
                yield Mention(detail.start() - length, detail.start(), role, 0.75, ("context",))
                break


def _shaped(text: str) -> Iterator[Mention]:
    """Yield foreign names, 老王 and 小曲, names with a compound family name, and names masked in part (栾某平)."""
    for match in FOREIGN.finditer(text):
        yield Mention(match.start(), match.start() + trim_tail(match.group()), Role.OTHER, 0.6, ("shape",))
    for match in _NICKNAME.finditer(text):
        yield Mention(*match.span(), Role.OTHER, 0.6, ("shape",))
    for match in _COMPOUND.finditer(text):
        end = read_name(text, match.start(), sure=False, marked=False)
        if end > match.end() and not text.startswith(FOLLOW_WORDS, match.end()):
            yield Mention(match.start(), end, Role.OTHER, 0.6, ("shape",))
    for match in _PARTLY.finditer(text):
        family, last = match["name"][0], match["name"][2]
        if family in SURNAMES and last not in _AFTER_MOU and last not in FOLLOW:
            yield Mention(*match.span("name"), Role.OTHER, 0.7, ("shape", "partly_masked"))


def _minority(scene: Scene) -> Iterator[Mention]:
    """Yield names of two syllables and more that Tibetan, Uyghur, Mongolian or Yi spelling shows by itself."""
    text = scene.text
    for match in MINORITY.finditer(text):
        if match.end() - match.start() < 3 or text.startswith(
            ("族", "山", "县", "市", "镇", "乡", "湖", "路", "医院"), match.end()
        ):
            continue
        before = text[max(0, match.start() - 6) : match.start()]
        role = next((ROLE_OF[before[-n:]] for n in range(len(before), 0, -1) if before[-n:] in ROLE_OF), Role.OTHER)
        if text[match.end() :].startswith(tuple(STAFF_TITLES)):
            role = Role.STAFF
        yield Mention(match.start(), match.end(), role, 0.7, ("shape",))


def _before_sex(scene: Scene) -> Iterator[Mention]:
    text = scene.text
    for sex in SEX.finditer(text):
        first = sex.start()
        while first > 0 and sex.start() - first < 20 and (HAN.match(text[first - 1]) or text[first - 1] in DOTS):
            first -= 1
        run = text[first : sex.start()]
        label = next((n for n in range(min(4, len(run)), 1, -1) if run[:n] in DIRECT), 0)
        first, run = first + label, run[label:]
        if is_dotted(run) or (2 <= len(run) <= 4 and run not in TITLES and (is_plausible(run) or is_dual(run))):
            yield Mention(first, sex.start(), Role.PATIENT, 0.8, ("sex",))


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
