"""Names that hang on another: babies named after their mother, pet names, other names, who writes in a chat.

``王小红之子`` and ``王小红大宝`` are their mother's name with a word, ``毛豆(大名程佩兰)`` two names of one person, and
who writes in a chat is whatever stands between the time and the colon.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import regex

from hospital_redact.detection.compilation import compile_later
from hospital_redact.detection.names_zh import Mention
from hospital_redact.detection.roles import ROLE_OF
from hospital_redact.detection.shapes import HAN, LABELS, is_dual, is_plausible
from hospital_redact.detection.words import (
    COMMON_SURNAMES,
    COMPOUND_SURNAMES,
    FORM_WORDS,
    KIN_NICKNAMES,
    NOT_GIVEN,
    NOT_NAMES,
    SURNAMES,
    TITLES,
    alternatives,
    words,
)
from hospital_redact.model import Role

_CHILD = compile_later(
    r"(?:之(?:[长次幼大小二三]?[子女婴儿孙]|双[子女胎]|[大小]{2}[子女毛]|[大小]毛)|[大小二三][宝毛]|宝宝|[大小][子女]|双胎[大小])"
    r"(?=[^\p{Han}]|$)"
)
"""What stands after a mother's name where a baby has none of its own: alone in its place, so that it is no daughter
who comes along."""

# 寄上我院游小鱼的切片
_OF_OURS = compile_later(
    r"(?<=[我贵本][院科处])(?P<name>\p{Han}{2,3})(?=的(?:切片|蜡块|标本|病历|病案|片子|影像|资料|报告|检查|化验|家属))"
)
_GREETED = compile_later(
    r"(?:(?<=[:,。;!\]】)\n \t])|^)(?:尊敬的|亲爱的)?(?P<name>\p{Han}{2,4}?)"
    r"(?:家长|女士|先生|小姐|同学|小朋友|妈妈|爸爸|阿姨|叔叔|大爷|奶奶|爷爷)?[ ,]?(?:您|你)好"
)
_INITIALLED = compile_later(
    rf"(?:{alternatives(words('initialled_labels'))})[ ]?[:]?[ ]?"
    rf"(?P<name>[{''.join(sorted(SURNAMES))}][ ]?[A-Z]{{1,3}})(?![A-Za-z0-9-])"
)
# In a chat @ stands before somebody, unless it is a department, everybody, a brand, a magazine or a saying.
_HANDLE = compile_later(r"(?<![A-Za-z0-9.])@[ ]?(?P<name>[\p{Han}A-Za-z0-9_-]{2,10})(?=[^\p{L}0-9_-]|$)")
_NO_HANDLE = compile_later(rf".*(?:[的是了不我你在有要都没么就个]|{alternatives(words('publishers'))}).*|[0-9].*")
_CALLED_SO = compile_later(r"[老小阿]\p{Han}{1,2}|\p{Han}{1,3}(?:[哥姐叔婶嫂姨]|爷爷|奶奶|妈妈?|爸爸?)")
# Who speaks in a chat: 鹏哥:, 朵朵妈:
_SPEAKER = compile_later(
    r"(?m)^[ \t]*(?:[\[(]?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?[\])]?[ ]*)?(?!大|二|三|小[哥姐弟妹]|表|堂|老[大二])"
    r"(?P<name>\p{Han}{1,3}(?:哥|姐|叔|婶|嫂|爷爷|奶奶|妈妈?|爸爸?|姨|总))[ ]?:"
)
_NOBODY = compile_later(
    r".*(?:所有人|全体|成员|[科室部处院组群站班台]|中心|医院|公司|平台|客服|服务|官方|团队|小组|办公室|助手|[a-z]\.[a-z].*)"
)
# 两女大麦、小麦
_BOTH_CHILDREN = compile_later(
    r"(?:[两俩二三双][子女儿孙]|(?:[两俩二三]个?|双胞胎)(?:儿子|女儿|孩子|孙子|孙女|兄弟|姐妹|姊妹|孩))[ ]?[:]?"
    r"(?P<name>\p{Han}{2,3}?)[、和与](?P<name>\p{Han}{2,3}?)(?=[^\p{Han}]|[均都仍皆也同在]|$|[、和与])"
)
# 其母冀白氏: the husband's and the own family name.
_MARRIED = compile_later(
    rf"(?<!\p{{Han}})(?:{alternatives(words('kin_labels') | frozenset({'患者', '病人', '其'}))})?"
    rf"(?P<name>[{''.join(sorted(SURNAMES))}]{{2}}氏)(?!\p{{Han}}{{0,4}}(?:病|征|炎|症|瘤|管|术|法|线|点|韧带|试验|反应|骨折))"
)
# 厂里曲主管: who has an office elsewhere is named by the family name too.
_OFFICE_ELSEWHERE = compile_later(
    rf"(?:厂|公司|单位|学校|村|社区|街道|物业|小区|队|店|工地|车间|镇|乡|居委会|派出所|班)[里上]?的?"
    rf"(?P<name>[{''.join(sorted(COMMON_SURNAMES | frozenset('曲裴')))}])"
    r"(?=主管|经理|老板|厂长|校长|班长|队长|书记|老师|总(?![是会共]))"
)
_OTHER_NAMES = alternatives(words("other_name_labels"))
_ALSO_CALLED = compile_later(
    rf"[(,,;、。|\n ](?:{_OTHER_NAMES}|(?P<things>又名|俗名|人称|别名|登记))[ ]?[:叫为是]?[ ]?[\"“「]?"
    r"(?P<name>\p{Han}{2,5}(?:[·•]\p{Han}{1,8})?)"
    r"(?=[ ]?[)”\"」,;。、|\n]|[ ]?$)"
)
_CALLED_IN_FULL = compile_later(
    rf"(?P<run>\p{{Han}}{{2,9}})\((?:{alternatives(words('full_name_labels'))})[ ]?[:叫为是]?[ ]?\p{{Han}}"
)
_SPELLED = compile_later(
    r"拼音(?:录入|登记|姓名|名|写法|拼写)?[ ]?[:为是][ ]?"
    r"(?P<name>[A-Za-zÀ-ÿĀ-ǿ'’-]+(?:[ ][A-Za-zÀ-ÿĀ-ǿ'’-]+){0,7})(?=[ ]?[)\n,;。]|[ ]?$)"
)
_DAY = r"(?:[0-9]{4}[-/.年])?(?:[0-9]{1,2}[-/.月][0-9]{1,2}日?)?"
_MESSAGE = compile_later(
    rf"(?m)^[ >|]{{0,4}}[\[(]?{_DAY}[ ]{{0,2}}[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?[\])]?[ ]{{1,3}}"
    r"(?P<who>[^\n:,。()\[\]【】0-9|\t]{2,12})(?:\([^()\n]{1,10}\))?[ ]?:"
)
_TRANSCRIPT = 3
"""So many lines with time and sender make a chat; a log of events has such lines too, but no two of one sender."""

_OFFICE = compile_later(
    r".*(?:[科室部处院组群站台班]|中心|系统|客服|平台|助手|机器人|管理员|群主|主持|记录|提示|通知|公告|备注|时间|地点|内容"
    r"|医[师生]|护士|患者|家属|病人|护理|情况|体温|血压|血糖|呼叫|来电|接警|出诊|到场|值班).*"
)


def find_other_names(text: str) -> Iterator[Mention]:
    """Yield pet names and other names that are called so, names spelled out in pinyin, and who writes in a chat."""
    for match in _ALSO_CALLED.finditer(text):
        if match["name"] not in FORM_WORDS and (match["things"] is None or _after_somebody(text, match.start())):
            yield Mention(*match.span("name"), Role.OTHER, 0.8, ("label",))
    for match in _CALLED_IN_FULL.finditer(text):
        start, end = match.span("run")
        start += next(
            (n for n in range(5, 0, -1) if match["run"][:n] in ROLE_OF or match["run"][:n] in KIN_NICKNAMES), 0
        )
        if 2 <= end - start <= 4 and text[start:end] not in FORM_WORDS:
            yield Mention(start, end, Role.OTHER, 0.7, ("label",))
    for match in _SPELLED.finditer(text):
        yield Mention(*match.span("name"), Role.PATIENT, 0.8, ("label",))
    yield from _greeted(text)
    yield from _called(text)
    yield from _senders(text)


def _greeted(text: str) -> Iterator[Mention]:
    """Yield whom a message greets, everyday words included (简明家长您好), and whose specimens are sent."""
    for pattern in (_GREETED, _OF_OURS):
        for match in pattern.finditer(text):
            name = match["name"]
            whole = is_plausible(name) or is_dual(name) or name[:2] in COMPOUND_SURNAMES
            if whole and name not in LABELS and name not in TITLES and name not in FORM_WORDS:
                yield Mention(*match.span("name"), Role.OTHER, 0.75, ("context",))


def _after_somebody(text: str, end: int) -> bool:
    """Whether what stands before the bracket at ``end`` looks like a name; drugs and places have other names too."""
    before = regex.search(r"(?:\p{Han}{1,8}|[\p{Latin}'’-]+)$", text[max(0, end - 16) : end])
    if text[end] != "(" or before is None:
        return False
    return not HAN.match(before.group()) or any(is_plausible(before.group()[-length:]) for length in (2, 3))


def _senders(text: str) -> Iterator[Mention]:
    """Yield who writes in a chat, when somebody writes twice and one is clearly a person; departments are nobody."""
    lines = [match for match in _MESSAGE.finditer(text) if HAN.search(match["who"])]
    senders = [match["who"].strip() for match in lines]
    somebody = any(who.endswith(TITLES) or is_plausible(who) or _CALLED_SO.fullmatch(who) for who in senders)
    if not somebody or len(lines) < _TRANSCRIPT or len(set(senders)) == len(senders):
        return
    for match, who in zip(lines, senders, strict=True):
        if not who.endswith(TITLES) and not _OFFICE.fullmatch(who):
            start = match.start("who") + match["who"].find(who)
            yield Mention(start, start + len(who), Role.OTHER, 0.6, ("context",))


def _called(text: str) -> Iterator[Mention]:
    """Yield family names with initials (受试者张W), who speaks or is addressed by @, relatives and people elsewhere."""
    for match in _INITIALLED.finditer(text):
        yield Mention(*match.span("name"), Role.PATIENT, 0.8, ("label",))
    for match in _SPEAKER.finditer(text):
        yield Mention(*match.span("name"), Role.OTHER, 0.6, ("context",))
    for pattern, role in ((_BOTH_CHILDREN, Role.RELATIVE), (_MARRIED, Role.RELATIVE), (_OFFICE_ELSEWHERE, Role.OTHER)):
        for match in pattern.finditer(text):
            if all(NOT_GIVEN.isdisjoint(name) and name not in NOT_NAMES for name in match.captures("name")):
                for start, end in match.spans("name"):
                    yield Mention(start, end, role, 0.7, ("context",))
    for match in _HANDLE.finditer(text):
        nobody = _NOBODY.fullmatch(match["name"]) or _NO_HANDLE.fullmatch(match["name"])
        if not nobody and HAN.search(match["name"]):
            yield Mention(*match.span("name"), Role.OTHER, 0.6, ("context",))


def find_children(text: str, names: Iterable[Mention]) -> Iterator[Mention]:
    """Yield the babies that are named after one of ``names``: the name with the word that follows it."""
    for name in names:
        child = _CHILD.match(text, name.end) if HAN.match(text[name.end - 1]) else None
        if child is not None:
            yield Mention(name.start, child.end(), Role.PATIENT, name.confidence, name.evidence)
