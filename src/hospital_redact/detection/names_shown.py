"""Chinese names that a bed, quotation marks or the word 姓 shows: ``7床 其木格``, ``签名为“舒畅”``, ``医生姓裴``."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from hospital_redact.detection.compilation import compile_later
from hospital_redact.detection.names_zh import DIRECT, Mention
from hospital_redact.detection.patterns import search_scene
from hospital_redact.detection.scene import Scene
from hospital_redact.detection.shapes import (
    DOTS,
    HAN,
    LABELS,
    MINORITY,
    MINORITY_PART,
    SEX,
    is_dotted,
    is_dual,
    is_masked,
    is_plausible,
    outlasts_word,
    read_name,
)
from hospital_redact.detection.structure import is_label
from hospital_redact.detection.words import (
    COMMON_SURNAMES,
    FORM_WORDS,
    NOT_NAMES,
    SURNAMES,
    TITLES,
    alternatives,
    words,
)
from hospital_redact.model import Role

_WARD = "[骨血康老烧儿急神内外妇产心呼消肾眼耳口皮感风泌胸普肝胃乳介隔离待监抢]"
# 12床 王秀英, 加1 简单(25岁), ICU-06 甘霖: who lies in a bed.
_IN_BED = compile_later(
    r"(?<![0-9A-Za-z./])(?:[+加抢监]?[A-Za-z]{0,2}[0-9]{1,3}(?:-[0-9]{1,3})?[ ]?号?床"
    r"|(?:走廊|过道|抢救|监护|留观)?[+加][0-9]{1,2}"
    r"|[A-Z]{0,2}ICU-?[0-9]{1,2}|(?:暖箱|抢救台|监护|温箱)[0-9]{1,2}"
    rf"|(?<!\p{{Han}}){_WARD}{{1,2}}[一二三四五六七八九]?[ ]?-?[ ]?[0-9]{{1,2}})"
    r"[ ]{0,3}[::,、]?[ ]{0,3}(?:患者|病人|患儿|产妇)?[ ]?(?P<name>\p{Han})"
)
_OF_PATIENT = compile_later(
    r"[ ]{0,3}[,、(|]?[ ]{0,3}(?:[男女MF](?![\p{Han}A-Za-z])|[0-9]{1,3}[ ]?(?:岁|Y|天|月)"
    r"|[0-9]{1,3}(?=[,、 ](?:已婚|未婚|离异|丧偶|[男女]))|G[0-9]P[0-9]|[蒙藏维回苗彝壮满]族)"
)
_ENDS = compile_later(r"[ ]{1,3}|[,,、;:()|。]|$|\n")
_RUN = compile_later(r"\p{Han}{2,6}")
# 自称“高兴”, 落款为“江山”: what somebody signs or is called, whatever the word.
_QUOTED = compile_later(
    r"(?:签名|签字|签署|署名|落款|自称|名叫|名字|姓名|登记|写着|写成|写的是|写有|可见|显示"
    r"|标有|印有)(?:为|是|成|作|处)?[ ]?[“\"「『]"
    r"(?P<name>\p{Han}{2,4})(?=[”\"」』]|[ ]{1,3}[0-9]{1,3}[ ]?(?:岁|Y|y)|[ ]{1,3}[男女][ ”\"」])"
)
# 和平/71, 余光/M/58: name and age in one cell.
_WITH_AGE = compile_later(
    r"(?<![\p{Han}0-9A-Za-z/])(?P<name>\p{Han}{2,4})[ ]?/[ ]?(?:[男女MF][ ]?/[ ]?)?[0-9]{1,3}"
    r"(?:[ ]?[岁Yy])?(?=[ ]{0,2}(?:[|,;\t\n)]|$)| {2})"
)
# 小名“平娃”, 姐姐叫秀芹: without a family name.
_PET = compile_later(
    r"(?:小名|乳名|绰号|外号|人称|昵称|自称|[他她]叫|[里边]叫|都叫[他她])"
    r"(?:叫|是|为|:)?[ ]?[“\"「](?P<name>\p{Han}{2,4})[”\"」]"
    rf"|(?:{alternatives(words('relative_labels') & words('direct_labels'))})(?:的?名字|小名)?叫(?:做"
    rf"|作)?[“\"]?(?P<name>\p{{Han}}{{2,3}})(?=[,,。;、)”\"\n]|$)"
)
# 戚工, 孙会计: who works elsewhere is told by family name and trade in mails and notes.
_ENGINEER = compile_later(
    rf"(?:(?<!\p{{Han}})|(?<=[派请找问和跟由给让]))(?P<name>[{''.join(sorted(COMMON_SURNAMES | frozenset('戚')))}])工"
    rf"(?=[ ]?[,,。;、:<(\n好您说在来去和]|[ ]?$)"
    rf"|(?<=派)(?P<name>[{''.join(sorted(COMMON_SURNAMES))}])(?=会计|出纳|秘书|经理|主管|司机|师傅)"
)
# 更正为 龙行知
_CORRECTED = compile_later(
    r"(?:(?:姓名|名字|原名[ ]{0,3}\p{Han}{2,4})[^\n。]{0,8}?(?:更正|更名|改名|变更|改)(?:为|成)"
    r"|(?<!\p{Han})原名)[ :“\"]{0,3}"
    r"(?P<name>\p{Han}{2,4})(?=[”\",。;\s)]|$)"
)
# 姓“秦”或“覃”
_QUOTED_FAMILY = compile_later(r"姓[“\"「](?P<name>\p{Han})[”\"」](?:或[“\"「](?P<name>\p{Han})[”\"」])?")
# 陶然之大, 万能之女的: a baby by its mother, whatever her name.
_BABY = compile_later(
    r"(?<!\p{Han})(?P<name>\p{Han}{2,5}?之(?:[长次幼大小]?[子女婴]|[大小](?!\p{Han})|双[子女]))"
    r"(?=[^\p{Han}]|[的在明今昨出入已由妈爸老转体吃黄二三]|$)"
)
# 医生姓裴, 说是姓尤的护工: all that is told of somebody.
_FAMILY = compile_later(
    rf"(?:(?<=[医生师士者人她他女男民方工长的是叫个位属])|(?<!\p{{Han}}))姓(?P<name>[{''.join(sorted(SURNAMES))}])"
    r"(?=[,,。;、)”\"\s]|的|$)"
)
# 宁静 系数1.2 10,150: who heads a line of pay.
_PAID = compile_later(r"(?:^|\n)[ ]{0,4}(?:[0-9]{1,3}[.、 ]{1,2})?(?P<name>\p{Han}{2,3})[ \t]{1,4}系数[ ]?[0-9]")

_SEX_AND_AGE = compile_later(r"[ ]{0,4}[,、/|( ][ ]{0,3}[男女]性?[,、/| ]{1,4}[0-9]{1,3}(?:[ ]?岁|(?![0-9.]))")
_CUES = (
    (_QUOTED, Role.OTHER, "context"),
    (_WITH_AGE, Role.PATIENT, "sex"),
    (_PET, Role.OTHER, "label"),
    (_BABY, Role.PATIENT, "context"),
    (_QUOTED_FAMILY, Role.OTHER, "context"),
    (_CORRECTED, Role.PATIENT, "label"),
    (_ENGINEER, Role.OTHER, "title"),
    (_PAID, Role.STAFF_SUBJECT, "context"),
    (_FAMILY, Role.OTHER, "context"),
)
_NO_MOTHER = frozenset("其她他你我一二三此该天人患病死伤老家投")


def find_shown(scene: Scene) -> Iterator[Mention]:
    """Yield names before sex and age, behind a bed, and those that :data:`_CUES` show."""
    text = scene.text
    yield from _before_sex(scene)
    for match in search_scene(scene, _IN_BED, "names"):
        end = _in_bed(text, match.start("name"))
        if end:
            yield Mention(match.start("name"), end, Role.PATIENT, 0.75, ("context",))
    for pattern, role, evidence in _CUES:
        for match in search_scene(scene, pattern, "names"):
            for start, end in match.spans("name"):
                if _fits(pattern, text[start:end]):
                    yield Mention(start, end, role, 0.7, (evidence,))


def _fits(pattern: regex.Pattern[str], name: str) -> bool:
    """Whether what ``pattern`` shows may be a name; a baby's begins with whatever its mother is called."""
    if len(name) == 1:
        return True
    if pattern is _BABY:
        return name[0] not in _NO_MOTHER and not name.startswith(TITLES)
    if _is_word(name):
        return False
    return name not in NOT_NAMES if pattern is _PET else name[0] in SURNAMES or MINORITY_PART.match(name) is not None


def _before_sex(scene: Scene) -> Iterator[Mention]:
    text = scene.text
    for sex in search_scene(scene, SEX, "names"):
        first = sex.start()
        while first > 0 and sex.start() - first < 20 and (HAN.match(text[first - 1]) or text[first - 1] in DOTS):
            first -= 1
        run = text[first : sex.start()]
        label = next((n for n in range(min(4, len(run)), 1, -1) if run[:n] in DIRECT), 0)
        first, run = first + label, run[label:]
        if run.endswith("族"):  # 女，苗族，37岁
            continue
        if len(run) > 4 and (cut := _after_group(run)):  # 我处治疗人员冷静,男
            first, run = first + cut, run[cut:]
        if is_dotted(run) or (
            2 <= len(run) <= 4
            and run not in TITLES
            and run not in LABELS
            and (is_plausible(run) or is_dual(run) or outlasts_word(run, marked=True) or _is_told(text, sex, run))
        ):
            yield Mention(first, sex.start(), Role.PATIENT, 0.8, ("sex",))


def _after_group(run: str) -> int:
    """Return where a name begins in ``run`` behind a word for people: 治疗人员|冷静; 0 for nowhere."""
    for length in (2, 3):
        before, name = run[:-length], run[-length:]
        if before.endswith(("人员", "对象", "患者", "病人", "患儿", "者", "员")) and (
            is_plausible(name) or is_dual(name)
        ):
            return len(before)
    return 0


def _is_told(text: str, sex: regex.Match[str], run: str) -> bool:
    """Whether sex and age follow a run that a family name begins, so that any word is a name: 石全有 男/51."""
    told = _SEX_AND_AGE.match(text, sex.start()) is not None
    return (
        told
        and len(run) <= 3
        and run[0] in SURNAMES
        and run not in FORM_WORDS
        and run not in NOT_NAMES
        and not is_label(run)
    )


def _in_bed(text: str, at: int) -> int:
    """Return where the name ends that begins at ``at`` behind a bed; 0 for none."""
    run = _RUN.match(text, at)
    if run is None:
        return 0
    name = run.group()
    if _ENDS.match(text, run.end()):
        told = _OF_PATIENT.match(text, run.end()) is not None
        shaped = is_plausible(name) or outlasts_word(name, marked=True) or MINORITY.fullmatch(name) is not None
        if len(name) <= 4 and not _is_word(name) and (shaped or (told and (is_dual(name) or name not in NOT_NAMES))):
            return run.end()
        if len(name) <= 4:
            return 0
    for length in (3, 2):  # 23床顾全的爱人
        word, rest = name[:length], name[length:]
        if rest.startswith(("的", "家属", "家里")) and (is_plausible(word) or is_dual(word)) and not _is_word(word):
            return at + length
    end = read_name(text, at, sure=False, marked=False)
    return end if end > at and not _is_word(text[at:end]) else 0


def _is_word(name: str) -> bool:
    """Whether a run is a word of forms and no name, or masked already."""
    return name in FORM_WORDS or name in TITLES or name in LABELS or is_label(name) or is_masked(name)
