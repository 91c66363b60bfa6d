"""Recogniser ``address``: Chinese postal addresses, by label and by their own grammar (GB/T 23705)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex

from hospital_redact.detection.labels import label_pattern
from hospital_redact.detection.patterns import CompiledRule, search
from hospital_redact.detection.scene import Hit, Scene

_HAN = r"\p{Han}"
_ADMIN = rf"(?:{_HAN}{{2,7}}?(?:省|自治区|特别行政区|自治州|市|州|盟|地区|新区|区|自治县|县|旗))"
_TOWN = rf"(?:{_HAN}{{1,7}}?(?:街道|镇|乡|苏木))"
_COUNT = "[0-9一二三四五六七八九十]"
_VILLAGE = (
    rf"(?:[\p{{Han}}0-9]{{1,7}}?(?:村委会|村|社区|屯|庄|嘎查|猎点|农场|林场|牧场)(?:{_COUNT}{{1,3}}(?:组|队|社))?)"
)
_SECTION = rf"(?:[东西南北中]?{_COUNT}?段|[东西南北]?{_COUNT}{{1,2}}[巷条里])"
_ROAD = rf"(?:{_HAN}{{1,8}}?(?:大道|大街|路|街|巷道|巷|胡同|弄|里){_SECTION}?)"
_NUMBER = r"(?:[0-9一二三四五六七八九十百]{1,5}(?:号院|号|弄)(?:院|之[0-9]{1,3}|附[0-9]{1,3}号)?)"
_HOUSE = (
    r"(?:[\p{Han}0-9A-Za-z]{1,10}?(?:小区|公寓|花园|苑|大厦|新村|家园|广场|宿舍|公馆|华庭|新城|家属院|家属楼|别墅))"
)
_UNIT = (
    r"(?:[0-9一二三四五六七八九十]{1,4}[A-Za-z]?(?:栋|幢|号楼|座|单元|层|楼|室|户|门|组|号|区)"
    r"|[A-Za-z][0-9]{0,2}(?:区|座|栋|幢)|[甲乙丙丁东西南北中](?:单元|户|门|室|屋))"
)
_BARE = r"(?:[0-9]{1,4}[A-Za-z]?(?:[-—][0-9]{1,4}){0,3}(?:室)?(?![0-9A-Za-z年月日%.:]))"
_DETAIL = rf"(?:{_ROAD}|{_VILLAGE}|{_NUMBER}|{_HOUSE}|{_UNIT})"
_ADDRESS = regex.compile(
    rf"(?:{_ADMIN}{{1,4}}{_TOWN}?|{_TOWN}){_DETAIL}{{1,7}}{_BARE}?"
    rf"|{_ROAD}{_NUMBER}(?:{_HOUSE}|{_UNIT}){{0,4}}{_BARE}?"
    rf"|{_HAN}{{2,6}}?(?:小区|公寓|花园|苑|新村|家园|宿舍){_UNIT}{{1,4}}{_BARE}?"
    rf"|{_HAN}{{2,6}}?(?:小区|公寓|花园|新村|家园|宿舍){_BARE}"
)
# The grammar starts too early in running Chinese: 您留的地址浦江县… The address begins after the last of these.
_LEAD = regex.compile(
    r".*(?:地址|住址|住处|家住|现住|暂住|租住|居住|住在|称住|寄往|寄到|寄至|老家|位于|送到|送至|户籍|户口|籍贯|来自|前往|"
    r"住|为|是|在|至|到|于|的|系|从|自|由)"
)
_NOT_HOME = regex.compile(
    r"\p{Han}{0,10}?(?:医院|卫生|门诊|法院|检察|公安|政府|委员|大学|学院|学校|公司|支行|分行|中心|管理|办法|条例|规定|"
    r"局|会议室)"
)
_PUBLIC = regex.compile(r"医院|法院|人民政府|公司")
_PROSE = regex.compile(r"[的了及或要等和与应由将被位]")
_NUMBERED = regex.compile(
    rf"(?:[0-9]{{1,5}}|{_COUNT}{{1,5}})[A-Za-z]?(?:号|栋|幢|弄|室|单元|楼|组|队|户|座|巷)|[0-9]{{2,}}$|[A-Za-z]座"
)
# Behind what the grammar knows, the name of an estate and its numbers run on: 恒祥首府A3栋2单元1107.
_REST = regex.compile(
    r"(?:(?![的了在于并与和及])[\p{Han}0-9A-Za-z#-]){0,14}?"
    r"(?:(?:[0-9A-Za-z一二三四五六七八九十甲乙丙丁东西南北]{1,4}(?:单元|栋|幢|室|户|号楼?|座|楼|区|门))+"
    r"(?:[0-9]{1,2}-)?(?:[0-9]{2,4}(?![0-9年月日岁.%]))?|(?<=[0-9])-[0-9]{1,4}(?:-[0-9]{1,4})?(?![0-9年月日]))"
)
_COUNTRY = regex.compile(rf"{_ADMIN}+{_TOWN}?{_VILLAGE}|{_TOWN}{_VILLAGE}")
_UNIT_WORD = regex.compile(r"[省市区县镇乡村路街巷弄号栋幢室组里道苑园楼屯庄口档旁对]|公寓|社区|小区|[0-9]")
_VALUE_END = regex.compile(
    r"[\n\t|;;。!?“”\"]| {2,}|[,,、 ](?=\p{Han}{0,8}[::])|[,,)](?!\s?[0-9A-Za-z#])|\((?!\p{Han}{0,6}[0-9])"
)
_LATIN_END = regex.compile(r"[\n\t|;]| {2,}|\.(?:\s|$)|\)")
_LABELS = (
    *(
        "现住址",
        "家庭住址",
        "户籍地址",
        "户口地址",
        "通信地址",
        "通讯地址",
        "联系地址",
        "邮寄地址",
        "登记住址",
        "登记住址为",
    ),
    *(
        "居住地址",
        "居住地",
        "呼救地址",
        "收件地址",
        "接车地点",
        "事发地点",
        "常住地址",
        "常住地",
        "居所",
        "住址",
        "地址",
        "住处",
        "家住",
        "租住",
        "暂住",
        "户籍地",
        "老家",
    ),
)
_GAP = regex.compile(r"(?:\([^()\n]{0,12}\))?[ ]{0,4}(?:已?(?:变更|搬迁|改|搬|换)[为至到])?[::为是在于]?[ ]{0,4}[“\"]?")


def find_addresses(scene: Scene, rules: Sequence[CompiledRule]) -> Iterator[Hit]:
    """Yield addresses for each rule whose recogniser is ``address``."""
    for compiled in rules:
        yield from _labelled(scene, compiled)
        yield from _free(scene, compiled)


def _labelled(scene: Scene, compiled: CompiledRule) -> Iterator[Hit]:
    text = scene.text
    chinese = tuple(word for word in compiled.rule.detection.context if len(word) >= 2 and not word.isascii())
    for label in search(label_pattern((*_LABELS, *chinese, "address")), text, compiled.rule.id):
        gap = _GAP.match(text, label.end())
        at = gap.end() if gap else label.end()
        if at < len(text) and text[at] == "\n" and ":" in text[label.end() : at]:
            at += 1
        end = (_LATIN_END if text[at : at + 1].isascii() else _VALUE_END).search(text, at, min(len(text), at + 120))
        stop = end.start() if end else min(len(text), at + 120)
        value = text[at:stop].rstrip()
        han = sum("一" <= char <= "龥" for char in value)
        marked = any(mark in text[label.end() : at] for mark in ":")
        if len(value) < 4 or not _UNIT_WORD.search(value) or not any(char.isalnum() for char in value):
            continue
        if label.group().isascii() and not (marked and any(char.isdigit() for char in value)):
            continue
        grammar = _ADDRESS.match(value)
        quoted = text[at - 1 : at] in {'"', "“"} and len(value) <= 24
        if not marked and han and not quoted and not (grammar or _ADDRESS.search(value)):
            continue
        length = grammar.end() if grammar and not marked else len(value)
        yield Hit(at, _extended(text, at + length), compiled.rule, 0.9, ("label",), "address")


def _extended(text: str, end: int) -> int:
    """Return where an address that the grammar followed to ``end`` really ends."""
    rest = _REST.match(text, end)
    return rest.end() if rest else end


def _free(scene: Scene, compiled: CompiledRule) -> Iterator[Hit]:
    text = scene.text
    for match in search(_ADDRESS, text, compiled.rule.id):
        start, end = match.span()
        lead = _LEAD.match(text, start, min(end, start + 14))
        if lead is not None and _ADDRESS.fullmatch(text, lead.end(), end):
            start = lead.end()
        end = _extended(text, end)
        if _NOT_HOME.match(text, end) or _PUBLIC.search(text, start, end) or _PROSE.search(text, start, end):
            continue
        # Running text is full of districts and roads: a home has a house, a group, or two levels above its village.
        if _NUMBERED.search(text, start, end) or _COUNTRY.fullmatch(text, start, end):
            yield Hit(start, end, compiled.rule, 0.75, ("pattern",), "address")
