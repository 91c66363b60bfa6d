"""Chinese personal names by their surroundings: labels, relations, titles, lists, sex and age, signatures.

The shapes are those of 03_names: one or two characters after one of some 600 single or 70 compound family names,
minority names with or without dots, spaced names, babies named after their mother. What a name is depends on how much
its surroundings promise: after ``姓名:`` any short run is one, in running text a family name must begin it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import regex

from hospital_redact.detection.labels import label_pattern
from hospital_redact.detection.scene import Scene
from hospital_redact.detection.structure import is_label
from hospital_redact.detection.surnames import (
    COMMON,
    COMPOUND_SURNAMES,
    FORM_WORDS,
    MINORITY_SYLLABLES,
    NOT_GIVEN,
    NOT_NAMES,
    STAFF_TITLES,
    SURNAMES,
    TITLES,
)
from hospital_redact.model import Role

DOTS = "·•‧・∙⋅･．"
_HAN = regex.compile(r"\p{Han}")
_RUN = regex.compile(r"\p{Han}{1,14}")
_DOTTED = regex.compile(rf"\p{{Han}}{{1,8}}(?:[{DOTS}.]\p{{Han}}{{1,8}}){{1,4}}")
_SPACED = tuple(regex.compile(rf"\p{{Han}}{{1,2}}(?:[ ]{{1,4}}\p{{Han}}(?!\p{{Han}})){{{times}}}") for times in (2, 1))
_MINORITY = regex.compile(
    rf"(?:{'|'.join(sorted(MINORITY_SYLLABLES, key=len, reverse=True))}){{2,4}}(?!族)|乌日娜|其其格|吐尔洪江|乌云其木格"
)
_SYLLABLE = regex.compile("|".join(sorted((s for s in MINORITY_SYLLABLES if len(s) > 1), key=len, reverse=True)))
_MASKED = regex.compile(r"\p{Han}(?:某(?!\p{Han}(?!\p{Han}))|×|[*xX]{1,3}|[xX×○〇]{2})")
_SEX = regex.compile(
    r"[ ]{0,4}(?:[,、/|(]|[ \t]{1,8})[ ]{0,2}(?:性别[::]?[ ]?)?[男女](?:性|婴)?(?![\p{Han}])|[ ]?[(,、][ ]?[0-9]{1,3}[ ]?岁|[ ]?[(][ ]?[0-9]{1,2}[床)]"
)
# A character that begins the next word rather than ends a name (03_names, rule 10).
FOLLOW = frozenset(
    "遵表陪诉于因之系称签在为已来至自到予即现曾同与和及拟行经将由被对向说写道述示等住入出今昨患有无男女的是从需要可请未则均又再仍"
)
FOLLOW_WORDS = (
    "陈述 全程 体健 表示 签字 签名 代签 提供 要求 反映 口述 陪同 确诊 接受 电话 身份 本人 目前 主诉 既往 否认 家住 联系 性别 年龄 出生 住院 手术 死亡 去世 死者 同意 拒绝 "
    "申请 投诉 举报 参加 主持 汇报 负责 提出 认为 介绍 强调 指出 通过 担任 完成 参与 协助 收受 擅自 利用 违反 因病 诊断 查体 意识 神志 步行 平车 急诊 门诊 复诊 报告 病情 情绪 "
    "术后 术前 转院 转入 平素 突发 自觉 自述 自服 反复 间断 发热 咳嗽 腹痛 头晕 胸闷 的".split()
)
_SEPARATOR = regex.compile(r"[ ]?[、/][ ]?|[ ]{1,4}|,|[ ]?(?:和|及|与)[ ]?")

PATIENT_LABELS = (
    "姓名 患者姓名 病人姓名 患者 病人 受检者 受检人 被检者 受检者姓名 死者 死者姓名 产妇 产妇姓名 新生儿 新生儿姓名 婴儿姓名 患儿 患儿姓名 受试者 受试者姓名 就诊人 "
    "就诊人姓名 被保险人 参保人 参保人姓名 伤者 供者 受者 捐献者 献血者 孕妇 病员 病员姓名 患者签名 患者签字 受种者 体检者 死亡患者 参保患者 出险人 儿童姓名 学生姓名 "
    "逝者 转诊患者 患者名字 名字"
).split()  # fmt: skip
RELATIVE_LABELS = (
    "家属 家属姓名 家属签名 家属签字 联系人 联系人姓名 紧急联系人 监护人 委托人 代理人 授权代理人 受托人 领取人 配偶 丈夫 妻子 爱人 父亲 母亲 儿子 女儿 长子 长女 次子 次女 "
    "爸爸 妈妈 女 孙 哥哥 姐姐 弟弟 妹妹 其子 其女 其妻 其夫 其父 其母 其兄 其弟 其姐 其妹 其配偶 家长 陪护人 陪同人 投诉人 母亲姓名 父亲姓名 监护人姓名 外婆 奶奶 爷爷 外公 姑姑 姨妈 舅舅 叔叔 "
    "女婿 儿媳 孙子 孙女 外孙 侄子 侄女 患者家属 法定监护人 与患者关系人 母 父 夫 妻 岳父 岳母 表哥 表弟 堂弟 堂兄 令堂 令尊 受益人 被授权人"
).split()  # fmt: skip
STAFF_LABELS = (
    "医师 医生 主治医师 住院医师 主管医师 经治医师 上级医师 主任医师 副主任医师 管床医师 值班医师 接诊医师 诊断医师 麻醉医师 主刀 主刀医师 术者 助手 一助 二助 麻醉 护士 责任护士 "
    "夜班 值班 护士长 主任 科主任 院长 副院长 报告 报告医师 报告者 审核 审核者 审核医师 检验者 检验人 复核 复核者 复核人 制表 制表人 填表人 填报人 记录者 记录人 记录 主持 主持人 "
    "出席 列席 缺席 请假 参会 参会人员 出席人员 汇报人 经办 经办人 承办人 移交人 接收人 监交人 谈话医师 见证 见证人 送检医生 送检医师 申请医师 申请医生 手术者 操作者 法定代表人 "
    "通讯作者 审批 审批人 签发 签发人 经手 经手人 证明 证明人 作者 医师签名 医师签章 医生签名 主检 主检医师 书记员 拟稿 拟稿人 核稿 校对 主管 责任医师 开单医师 检查医师 "
    "首诊医师 转诊医师 会诊医师 采集者 接收者 交班 接班 交班者 接班者 技师 药师 会计 出纳 科长 处长 联系医生 负责人 项目负责人 主要研究者 巡回 器械护士 洗手护士 巡回护士 "
    "质控医师 质控护士 编码员 登记人 评估人 调查人 审签 党委书记 书记 部门负责人 分管院领导 教授 主管护师 主治"
).split()  # fmt: skip
OTHER_LABELS = (
    "法人名章 名章 私章 申请人 当事人 举报人 被举报人 被调查人 被处分人 考察对象 谈话对象 收件人 发件人 抄送人 签约代表 授权代表 乙方代表 项目经理 CRA CRC 监查员 兹证明 兹有 持卡人 持卡 户名 收款人 收款户名 开户名 译员 翻译 司机 "
    "跟台工程师 工程师 证人 租户 客户经理 业务员 联络人 被考察人 推荐人 申报人 候选人 拟任人选 经销商联系人 职工姓名 员工姓名 教师 讲者 专家 评委 面试官 应聘者 应聘人 报考人 "
    "投标人代表 法人代表 车主 报案人 死亡者 房东 本人 护送人 自然人 债权人 签收人 送件人 法人 通知人 负责同志 同志"
).split()  # fmt: skip
# After these any short run is a name; after the others a family name must begin it.
SURE_LABELS = frozenset(
    "姓名 患者姓名 病人姓名 受检者姓名 死者姓名 产妇姓名 新生儿姓名 婴儿姓名 患儿姓名 受试者姓名 就诊人姓名 参保人姓名 病员姓名 家属姓名 联系人姓名 监护人姓名 母亲姓名 父亲姓名 儿童姓名 "
    "学生姓名 职工姓名 员工姓名 患者签名 患者签字 家属签名 医师签名 名字 患者 受检者 病人 联系人 紧急联系人 户名 CRA 兹证明 收款人 监护人 死者 产妇 签约代表 授权代理人 考察对象 其子 其女 领取人 被保险人".split()
)
# These stand right before a name without any mark.
DIRECT = frozenset(
    "患者 病人 兹证明 兹有 受检者 死者 产妇 患儿 受试者 伤者 供者 受者 孕妇 逝者 家属 联系人 监护人 委托人 代理人 配偶 丈夫 妻子 爱人 父亲 母亲 儿子 女儿 长子 长女 次子 次女 哥哥 姐姐 弟弟 妹妹 "
    "其子 其女 其妻 其夫 其父 其母 其兄 其弟 其姐 其妹 其配偶 投诉人 母 父 夫 妻 令堂 令尊 女婿 儿媳 孙子 孙女 表哥 表弟 外婆 奶奶 爷爷 外公 举报人 申请人 当事人 被举报人 被调查人 "
    "持卡人 签约代表 法定代表人 译员 司机 工程师 跟台工程师 主治医师 主任医师 副主任医师 住院医师 护士长 院长 副院长 主任 护士 书记 医师 医生 科长 领取人 经办人 责任护士 教授 受益人 "
    "主刀 记录者 承办人 经办 主持 经手 证明 移交人 接收人 监交人 复核 制表 审核 房东 同事 同志 考察对象 被处分人 考察人 主管 项目经理 业务员 被保险人 参保人 岳父 岳母 姑姑 舅舅".split()
)
ROLE_OF = {
    **dict.fromkeys(OTHER_LABELS, Role.OTHER),
    **dict.fromkeys(STAFF_LABELS, Role.STAFF),
    **dict.fromkeys(RELATIVE_LABELS, Role.RELATIVE),
    **dict.fromkeys(PATIENT_LABELS, Role.PATIENT),
}
_LABELS = label_pattern(tuple(ROLE_OF))
_GAP = regex.compile(
    r"[ \t]{0,8}(?:\([^()\n]{0,14}\))?[ \t]{0,8}(?P<mark>[::;])?[ \t]{0,8}(?:\n[ \t]{0,12}(?=\p{Han}{2,4}[ \t]*(?:\n|$)))?[\"“]?"
)
_OPEN = regex.compile(r"[ ]?\(")
_TITLE = regex.compile(
    "|".join(sorted((t for t in TITLES if t not in {"的", "等", "家属", "本人", "患者"}), key=len, reverse=True))
)
_LEAD_IN = frozenset("由请与和及随经给向找对是系为即经同叫跟让组的到")
_HONORIFICS = frozenset(
    "先生 女士 小姐 太太 阿姨 大爷 大妈 奶奶 爷爷 伯伯 叔叔 师傅 同志 之子 之女 之妻 之夫 之母 之父".split()
)
_DETAIL = regex.compile(
    r"(?=[ ]{0,2}[(](?P<word>[^()\n]{0,3}(?:男|女|患者|护士|医[师生工]?|[^()\n]{0,4}[师员长]|主任|科|[妻夫父母子儿兄弟姐妹]|身份证|电话|手机|代理|本人|签名|家属|配偶|配送|实习|退休|在编|外聘)[^()\n]{0,8}|\+?[0-9][0-9\- ]{6,16})[)]"
    r"|[ ,::]{0,2}(?P<word>)(?:\(?\+?86\)?[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}(?![0-9]))"
)
_TITLE_ENDS = ("医师", "医生", "主任", "护士", "先生", "女士", "同志", "院长", "教授", "老师")
# Characters with which Chinese writes foreign names by sound.
_SOUND = (
    "阿埃艾奥巴贝比彼别波伯博卜布查达戴丹道德登邓迪狄蒂丁杜顿多厄恩尔法菲费芬弗夫福盖甘冈高戈格葛古哈海汉赫亨霍基吉加贾简杰津卡凯坎康考柯科克肯库夸拉莱兰朗劳勒雷里理丽利莉列林琳刘卢鲁露伦罗洛"
    "吕马玛迈麦曼芒梅门蒙米密明莫默姆穆拿纳娜南内尼涅妮努诺欧帕潘庞佩彭皮平珀普齐奇契乔切琼丘让热日荣茹瑞若萨塞赛桑瑟森沙莎山尚珊舍申圣史施斯丝松苏素索塔泰坦汤特腾提廷图托瓦万旺威韦维魏温文翁沃"
    "乌武西希锡席夏香肖谢辛欣休雪逊亚延扬耶伊依因英尤约泽扎詹珍治兹祖佐提合买买木都孜吐逊力甫肉克热曼"
)
_FOREIGN = regex.compile(
    rf"(?<!\p{{Han}})[{_SOUND}]{{1,8}}(?:[·•‧・∙⋅･．][{_SOUND}]{{1,9}}){{1,4}}|[{_SOUND}]{{2,8}}(?:[·•‧・∙⋅･．][{_SOUND}]{{2,9}}){{1,4}}(?!\p{{Han}}{{0,2}}(?:病|征|综合|医院))"
)
_NICKNAME = regex.compile(
    rf"(?<=[^\p{{Han}}]|^|[是叫找问给和跟让请由])[老小](?P<family>[{''.join(sorted(COMMON - frozenset('时于方石白高万马段夏')))}])(?=[^\p{{Han}}]|[说来去在和跟的把给让是又也已就还上下]|$)"
)
_PARTLY = regex.compile(r"(?<name>\p{Han}某\p{Han})(?=[^\p{Han}]|$|[陈诉称说]述?|先生|女士)")
_TITLE_STOP = regex.compile(r"[\p{Han}]{0,1}(?:门诊|会议|办公|查房|制度|职责|签字|签名|联系|会)")
_HONORED_ONLY = frozenset("各位 诸位 尊敬 敬爱 亲爱".split())


class Mention(NamedTuple):
    """A name at normalised characters ``start`` to ``end`` of a scene."""

    start: int
    end: int
    role: Role
    confidence: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Cue:
    """What stands before a name: its role and how much it promises."""

    role: Role
    sure: bool
    marked: bool


def find_chinese_names(scene: Scene) -> Iterator[Mention]:
    """Yield the names that their surroundings show; the same characters may come several times."""
    yield from _after_labels(scene)
    yield from _before_titles(scene)
    yield from _before_sex(scene)
    yield from _before_details(scene)
    yield from _minority(scene)
    for match in _FOREIGN.finditer(scene.text):
        yield Mention(*match.span(), Role.OTHER, 0.6, ("shape",))
    for match in _NICKNAME.finditer(scene.text):
        yield Mention(*match.span(), Role.OTHER, 0.6, ("shape",))
    for match in _PARTLY.finditer(scene.text):
        if (
            match["name"][0] in SURNAMES
            and match["name"][2] not in "某甲乙丙丁人种些日地年月的"
            and match["name"][2] not in FOLLOW
        ):
            yield Mention(*match.span("name"), Role.OTHER, 0.7, ("shape", "partly_masked"))
    yield from _in_columns(scene)


def is_plausible(name: str) -> bool:
    """Whether a run of Chinese characters has the form of a name that begins with a family name."""
    if not 2 <= len(name) <= 4 or name in NOT_NAMES or name[:2] in NOT_NAMES or name[:3] in NOT_NAMES:
        return False
    given = name[2:] if name[:2] in COMPOUND_SURNAMES else name[1:]
    if name[:2] not in COMPOUND_SURNAMES and (name[0] not in SURNAMES or len(name) > 3):
        return False
    return bool(given) and not NOT_GIVEN & set(given)


def read_name(text: str, at: int, *, sure: bool, marked: bool, form: bool = False) -> int:
    """Return where the name that begins at ``at`` ends, or ``at`` when none does.

    ``sure``: the label promises a name, so a short run needs no family name. ``marked``: a colon, gap or cell border
    stands before it, so that a run as a whole counts. ``form``: the label is 姓名 or its like, after which everyday
    words are names too.
    """
    if _MASKED.match(text, at):
        return at
    dotted = _DOTTED.match(text, at)
    if dotted and (dotted.group().find(".") < 0 or marked):
        return at + _trim_tail(dotted.group())
    for pattern in _SPACED:
        spaced = pattern.match(text, at)
        if spaced and marked and _is_spaced_name(spaced.group()):
            return spaced.end()
    run = _RUN.match(text, at)
    if not run:
        return at
    if (
        form
        and marked
        and 2 <= len(run.group()) <= 4
        and run.group() not in FORM_WORDS
        and not run.group().endswith(_TITLE_ENDS)
    ):
        return run.end()
    length = _length(run.group(), text[run.end() : run.end() + 12], sure=sure, marked=marked)
    return at + length


def _is_spaced_name(text: str) -> bool:
    parts = text.split()
    name = "".join(parts)
    return is_plausible(name) and (
        len(parts) == len(name) or len(parts[0]) == 2 and parts[0] in COMPOUND_SURNAMES or len(name) == 2
    )


def _trim_tail(name: str) -> int:
    """Return the length of a dotted name without the verb that runs on from it."""
    last = max(name.rfind(dot) for dot in DOTS + ".") + 1
    for i in range(last + 1, len(name)):
        if name[i] in FOLLOW or any(name.startswith(title, i) for title in TITLES):
            return i
    return min(len(name), last + 6)


def _length(run: str, after: str, *, sure: bool, marked: bool) -> int:
    """Return how many characters of ``run`` are a name; 0 for none."""
    title = _TITLE.search(run, 2)
    if title and title.start() <= 4 and (title.start() <= 3 or run[:2] in COMPOUND_SURNAMES or run[0] not in SURNAMES):
        run, after = run[: title.start()], title.group()
    if run in ROLE_OF or run in FORM_WORDS or (is_label(run) and (run[0] not in SURNAMES or len(run) > 8)):
        return 0
    minority = _MINORITY.match(run) or (_SYLLABLE.match(run) if not marked or sure else None)
    if minority and (minority.end() == len(run) or not marked or _runs_on(run[minority.end() :])):
        return minority.end()
    confirmed = bool(_SEX.match(after)) or after in TITLES
    promised = sure and marked
    if any(run[:n] in NOT_NAMES for n in range(2, 6)):
        return len(run) if is_dual(run) and (confirmed or promised) else 0
    whole = len(run)
    if promised and 2 <= whole <= 4:
        return whole
    if promised and whole <= 8 and run[0] not in SURNAMES and not (NOT_GIVEN | FOLLOW) & set(run):
        return whole if whole >= 2 else 0
    base = 2 if run[:2] in COMPOUND_SURNAMES and whole > 2 else 1
    if base == 1 and run[0] not in SURNAMES:
        return 0
    return _given(run, base, marked=marked or confirmed)


# Everyday words that people bear as names: after a sure label they are one.
_DUAL = frozenset(
    "方圆 高峰 钟声 杜仲 万里 夏天 康复 平静 冷静 安静 强盛 苏打 幸福 时光 何时 于是 方便 文化 成功 明细 和谐 田间 项目 黄山 华山 泰山 庐山 常山 甘草 当归 黄连 石斛 国家 国际".split()
)


def is_dual(word: str) -> bool:
    """Whether ``word`` is a name and an everyday word."""
    return word in _DUAL


def _given(run: str, base: int, *, marked: bool) -> int:
    """Return the length of family name plus one or two characters, the shorter reading before a verb."""
    for length in (base + 2, base + 1):
        if len(run) == length and not NOT_GIVEN & set(run[base:]) and not FOLLOW & set(run[base + 1 :]):
            return length
    if len(run) > base + 2:
        rest = run[base + 2 :]
        if not (NOT_GIVEN | FOLLOW) & set(run[base : base + 2]) and (_runs_on(rest)):
            return base + 2
    if len(run) > base + 1:
        rest = run[base + 1 :]
        if run[base] not in NOT_GIVEN and run[base] not in FOLLOW and (_runs_on(rest)):
            return base + 1
    if marked and len(run) <= base + 3 and not NOT_GIVEN & set(run[base : base + 2]):
        return min(len(run), base + 2)
    return 0


def _runs_on(rest: str) -> bool:
    """Whether what stands after a name cannot belong to it."""
    return rest[0] in FOLLOW or rest[0] in NOT_GIVEN or rest.startswith((*TITLES, *FOLLOW_WORDS))


def _after_labels(scene: Scene) -> Iterator[Mention]:
    text = scene.text
    for label in _LABELS.finditer(text):
        word = "".join(label.group().split())
        inner = _OPEN.match(text, label.end())
        if inner is not None:
            end = read_name(text, inner.end(), sure=False, marked=True)
            if end > inner.end() and text[end : end + 1] == ")":
                yield Mention(inner.end(), end, ROLE_OF[word], 0.8, ("label",))
                continue
        gap = _GAP.match(text, label.end())
        at = gap.end() if gap else label.end()
        colon = gap is not None and gap["mark"] is not None
        before = text[label.start() - 1] if label.start() else "\n"
        bounded = not _HAN.match(before)
        spaced = at > label.end() and bounded
        if not (colon or spaced) and (word not in DIRECT or (len(word) == 1 and not (before in ":,。;、(（ \n\t"))):
            continue
        if len(word) == 1 and not bounded:
            continue
        if at >= len(text) or not _HAN.match(text[at]):
            continue
        sure = word in SURE_LABELS
        end = read_name(text, at, sure=sure, marked=colon or spaced, form=is_form_label(word) and bounded)
        if end == at:
            continue
        role = ROLE_OF[word]
        yield Mention(at, end, role, 0.9 if colon else 0.8, ("label",))
        yield from _list_after(text, end, role, spaces=role is Role.STAFF or colon)


def is_form_label(word: str) -> bool:
    """Whether a label is 姓名 or one of its kind."""
    return word.endswith(("姓名", "名字", "户名", "签名"))


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
    for title in _TITLE.finditer(text):
        last = title.start()
        if title.group() in _HONORIFICS:
            while last > 0 and title.start() - last < 3 and text[last - 1] == " ":
                last -= 1
        first = last
        while first > 0 and last - first < 6 and _HAN.match(text[first - 1]):
            first -= 1
        run = text[first:last]
        if not run or _TITLE_STOP.match(text, title.end()):
            continue
        complete = first == 0 or not _HAN.match(text[first - 1])
        dotted = _dotted_before(text, title.start())
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


def _dotted_before(text: str, end: int) -> int | None:
    window = text[max(0, end - 24) : end]
    match = None
    for match in _DOTTED.finditer(window):
        pass
    if match is not None and match.end() == len(window) and "." not in match.group():
        return end - len(window) + match.start()
    return None


def _before_details(scene: Scene) -> Iterator[Mention]:
    """Yield names before a bracket with a relation or office, or right before a mobile number."""
    text = scene.text
    for detail in _DETAIL.finditer(text):
        first = detail.start()
        while first > 0 and detail.start() - first < 6 and _HAN.match(text[first - 1]):
            first -= 1
        run = text[first : detail.start()]
        role = ROLE_OF.get((detail["word"] or "").strip(), Role.OTHER)
        for length in (len(run), 3, 2):
            name = run[len(run) - length :]
            if (
                length <= len(run)
                and is_plausible(name)
                and (length == len(run) or run[: len(run) - length] in ROLE_OF)
            ):
                yield Mention(detail.start() - length, detail.start(), role, 0.75, ("context",))
                break


def _minority(scene: Scene) -> Iterator[Mention]:
    """Yield names of two syllables and more that Tibetan, Uyghur, Mongolian or Yi spelling shows by itself."""
    text = scene.text
    for match in _MINORITY.finditer(text):
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
    for sex in _SEX.finditer(text):
        first = sex.start()
        while first > 0 and sex.start() - first < 20 and (_HAN.match(text[first - 1]) or text[first - 1] in DOTS):
            first -= 1
        run = text[first : sex.start()]
        if any(dot in run for dot in DOTS) and _DOTTED.fullmatch(run):
            yield Mention(first, sex.start(), Role.PATIENT, 0.8, ("sex",))
        elif 2 <= len(run) <= 4 and (is_plausible(run) or is_dual(run)):
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
        form = sure and cell.label == "" or is_form_label("".join((cell.label or cell.header).split()))
        while at < cell.end and _HAN.match(scene.text[at]):
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
    bare = regex.sub(r"\([^()]*\)|[\s::*#]", "", head)
    if not bare or len(bare) > 10:
        return None
    for word in sorted(ROLE_OF, key=len, reverse=True):
        if bare == word or (
            len(word) >= 2 and bare.endswith(word) and word not in {"报告", "记录", "手术", "证明", "麻醉"}
        ):
            return ROLE_OF[word], word in SURE_LABELS
    return None
