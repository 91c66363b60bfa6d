"""Recogniser ``address``: Chinese postal addresses, by label and by their own grammar (GB/T 23705).

Province and city stay (HIPAA keeps the state, Chinese practice the city); a district, town, village, road, house or
room goes, with all that stands before it in the same address.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hospital_redact.detection.compilation import compile_later
from hospital_redact.detection.labels import label_pattern
from hospital_redact.detection.patterns import CompiledRule, search_scene, value_span
from hospital_redact.detection.scene import Hit, Scene

_HAN = r"\p{Han}"
_COUNT = "[0-9一二三四五六七八九十]"
_ADMIN = rf"(?:{_HAN}{{2,7}}?(?:省|自治区|特别行政区|自治州|市|州|盟|地区|新区|区|自治县|县|旗))"
_TOWN = rf"(?:{_HAN}{{1,7}}?(?:街道|镇|乡|苏木))"
_HAMLET = (
    rf"(?:(?:{_COUNT}{{1,3}}|{_HAN}{{1,4}}?)(?:组|社|队|屯|湾|沟|坡|寨|坪|坝|塘|厝|埭|坑|垸|洼|冲|营子?|堡|浜|圩|"
    rf"坳|自然村))"
)
# An address goes on behind a comma, a blank or a line end where a number with its unit follows: 21号之4, 602室.
_JOIN = (
    rf"(?:(?:[,、][ ]?|[ ]{{1,2}}|[ \t]{{0,4}}\n[ \t]{{0,12}})"
    rf"(?={_HAN}{{0,6}}{_COUNT}{{1,5}}[A-Za-z]?(?:号|栋|幢|弄|室|单元|组|队|户|座|巷)))"
)
_VILLAGE = (
    rf"(?:[\p{{Han}}0-9]{{1,7}}?(?:村委会|村|社区|屯|庄|寨|嘎查|猎点|农场|林场|牧场)"
    rf"(?:第?{_COUNT}{{1,3}}(?:村民小组|居民小组|小组|组|队|社)|{_JOIN}?{_HAMLET})?)"
)
_SECTION = rf"(?:[东西南北中]?{_COUNT}?段|[东西南北]?{_COUNT}{{1,2}}[巷条里])"
_ROAD = (
    rf"(?:{_HAN}{{1,8}}?(?:大道|大街|路|街|巷道|巷|胡同|弄|里(?!村|庄|屯))"
    rf"{_SECTION}?(?:[东西南北中](?=[0-9]{{1,5}}号))?)"
)
_NUMBER = r"(?:[0-9一二三四五六七八九十百]{1,5}(?:号院|号(?!楼)|弄)(?:院|之[0-9]{1,3}|附[0-9]{1,3}号|-[0-9]{1,3})?)"
_HOUSE = (
    r"(?:[\p{Han}0-9A-Za-z]{1,10}?"
    r"(?:小区|公寓|花园|苑|大厦|新[村邨]|家园|广场|宿舍|公馆|华庭|新城|家属院|家属楼|别墅|山庄|大院|职工楼"
    r"|安置房|家属区|宾馆|酒店|旅馆|招待所|养老院|颐养院|敬老院|福利院|护理院)|\p{Han}{2,8}?(?=[0-9]{1,3}(?:幢|栋|号楼)))"
)
_UNIT = (
    r"(?:[0-9一二三四五六七八九十]{1,4}[A-Za-z]?(?:栋|幢|号楼|座|单元|层|楼|室|户|门|组|号|区|房(?!颤|间隔|室))"
    r"(?:附[0-9]{1,3}号)?|[A-Za-z][0-9]{0,2}(?:区|座|栋|幢)|[东西南北中](?:区|门|院)|[甲乙丙丁东西南北中](?:单元|"
    r"户|门|室|屋))"
)
_BARE = r"(?:[0-9]{1,4}[A-Za-z]?(?:[-—][0-9]{1,4}){0,3}(?:室)?(?![0-9A-Za-z年月日%.:]))"
_DETAIL = rf"(?:{_ROAD}|{_VILLAGE}|{_NUMBER}|{_HOUSE}|{_UNIT})"
_ADDRESS = compile_later(
    # 马鞍大道与太乙门路口: two roads that cross
    rf"(?:{_ADMIN}{{1,4}}{_TOWN}?|{_TOWN}){_ROAD}[与和]{_HAN}{{1,6}}?(?:大道|大街|路|街|巷)(?:交叉口|交汇处|路口|口)?"
    rf"|(?:{_ADMIN}{{1,4}}{_TOWN}?|{_TOWN}){_DETAIL}(?:{_JOIN}?{_DETAIL}){{0,6}}{_BARE}?"
    rf"|{_ROAD}{_NUMBER}(?:{_JOIN}?(?:{_HOUSE}|{_UNIT})){{0,4}}{_BARE}?"
    rf"|{_HAN}{{2,6}}?(?:小区|公寓|花园|苑|新村|家园|宿舍)(?:{_JOIN}?{_UNIT}){{1,4}}{_BARE}?"
    rf"|{_HAN}{{2,6}}?(?:小区|公寓|花园|新村|家园|宿舍){_BARE}"
    # 新桥六村41号302
    rf"|{_HAN}{{2,5}}?[一二三四五六七八九十]{{1,2}}村{_NUMBER}(?:{_JOIN}?{_UNIT}){{0,3}}{_BARE}?"
    # 海棠湾6幢2单元1102: an estate by its name alone, before building and room
    r"|(?!住院|门诊|急诊|外科|内科|行政|综合|医技)\p{Han}{2,8}?[0-9]{1,3}(?:幢|栋|号楼)(?:[0-9一二三四五]{1,2}单元)?[0-9]{3,4}[室房]?"
    r"(?![0-9A-Za-z]|病房|诊室|会议|办公|教室)"
    # 盛天茗城2期15栋, 凤凰城B3-602, 万科城12-3-502
    r"|\p{Han}{2,8}?[0-9一二三四五六七八九]{1,2}期[0-9]{1,3}(?:幢|栋|号楼)(?:[0-9一二三四五]{1,2}单元)?(?:[0-9]{3,4}[室房]?)?"
    r"|\p{Han}{1,6}?(?:城|苑|园|府|湾|庭|里|邸|庄|郡|轩|阁|居|墅)(?:[A-Z][0-9]{0,2}|[0-9]{1,2})-(?:[0-9]{1,2}-)?[0-9]{3,4}"
    r"(?![0-9A-Za-z\-/.%床])"
)
# The grammar starts too early in running Chinese: 您留的地址浦江县… The address begins after the last of these.
_LEAD = compile_later(
    r".*(?:地址|住址|住处|家住|现住|暂住|租住|居住|住在|称住|寄往|寄到|寄至|老家|位于|送到|送至|户籍地|户籍|户口|"
    r"籍贯|来自|前往|"
    r"世居|现居|祖居|定居|家在|出生|改寄|寄|住|居|为|是|在|至|到|于|的|系|从|自|由)"
)
_NOT_HOME = compile_later(
    r"\p{Han}{0,10}?(?:医院(?!宿舍|家属|公寓|职工)|卫生|门诊|法院|检察|公安|政府|委员|大学|学院|学校|公司|支行"
    r"|分行|中心|管理|办法|条例|规定|"
    r"局|会议室)"
)
_PUBLIC = compile_later(r"医院(?!\p{Han}{0,4}(?:宿舍|家属院|家属楼|公寓|职工楼))|法院|人民政府|公司")
# 呼和浩特, 和平区, 高要 and 应县 are places.
_PROSE = compile_later(
    r"[的了及或等与由将被位]|(?<!高)要|应(?!县|城)|(?<!呼|颐|中|仁|太|永|祥|人)和(?![平林田县顺静政硕睦谐龙布兴])"
)
_NUMBERED = compile_later(
    rf"(?:[0-9]{{1,5}}|{_COUNT}{{1,5}})[A-Za-z]?(?:号|栋|幢|弄|室|单元|楼|组|队|户|座|巷|房)|[0-9]{{2,}}$|[A-Za-z]座"
)
# Behind what the grammar knows, the name of an estate and its numbers run on (恒祥首府A3栋2单元1107), or the place
# beside it (砖厂宿舍后山).
_REST = compile_later(
    r"(?:(?![的了在于并与和及因患])[\p{Han}0-9A-Za-z#-]){0,14}?"
    r"(?:(?:[0-9A-Za-z一二三四五六七八九十甲乙丙丁东西南北]{1,4}(?:单元|栋|幢|室|户|号楼?|座|楼|区|门|组|社|队))+"
    r"(?:[0-9]{1,2}-)?(?:[0-9]{2,4}(?![0-9年月日岁.%]))?|(?<=[0-9])-[0-9]{1,4}(?:-[0-9]{1,4})?(?![0-9年月日])"
    r"|(?:旁边|(?:后面|前面|旁边)?(?:平房|瓦房|板房|铁皮房|出租屋|门面房)|对面|对门|隔壁|附近|后面|前面|门口"
    r"|[东西南北]头|村口|桥头|桥洞|桥下|路边|河边|楼上|楼下|后山|后院|路口|地下室|阁楼|车库|[东西南北]侧|"
    r"[往向]?[东西南北]约?[0-9]{1,4}米)"
    r"(?:(?:往|"
    r"向)?[东西南北]约?[0-9]{1,4}米)?(?:[ ]?[0-9一二三四五六七八九十]{1,2}[楼层](?:[左右东西南北]手?边?)?)?(?!的|有))"
)
_COUNTRY = compile_later(rf"{_ADMIN}+{_TOWN}?{_VILLAGE}|{_TOWN}{_VILLAGE}")
# 半壁街居民, 住柳口路: a road without a number is a home before such a word.
_DWELLER = compile_later(
    r"(?:居民|村民|住户|人氏)(?!委员|小组|自治|代表|健康|医保|身体)|(?<=(?:街道|镇|乡|苏木|村|屯))人(?=[,,。;、)]|$)|附近|路口"
)
_CROSSING = compile_later(r"(?:路|街|道|巷)[与和]\p{Han}{1,6}?(?:大道|大街|路|街|巷)")
# A town of a county, whose people are few: 贵州省台江县施洞镇人.
_TOWNSMAN = compile_later(
    rf"{_ADMIN}{{1,3}}(?:{_TOWN}){_VILLAGE}?(?=人[,,。;、)]|人$)"
    rf"|(?<=家在|家住|住在|来自|老家|户籍|籍贯|租住|暂住|登记了|嫁到|现居|原籍)(?:在|是|:)?(?P<value>{_ADMIN}{{1,3}}{_TOWN})"
    rf"(?!\p{{Han}}{{0,8}}(?:医院|卫生|政府|派出所|学校|小学|中学|公司|法院))"
)
_UNIT_WORD = compile_later(r"[省市区县镇乡村路街巷弄号栋幢室组里道苑园楼屯庄口档旁对寨社]|公寓|社区|小区|[0-9]")
_CITY_ONLY = compile_later(
    rf"(?:中国)?(?:{_HAN}{{2,7}}?(?:省|自治区|特别行政区))?(?:{_HAN}{{2,6}}?(?:市|自治州|州|盟|地区))?"
)
_VALUE_END = compile_later(
    r"[\n\t|;;。!?“”\"]| {2,}|[,,、 ](?=\p{Han}{0,8}[::])| (?=邮编|邮政编码|电话|手机|联系|身份证|性别|年龄)"
    r"|[,,)](?!\s?[0-9A-Za-z#])|(?=(?:邮编|邮政编码|电话|手机|联系)[人方式]{0,2}[::])|\((?!\p{Han}{0,6}[0-9])"
)
# What stands in the place of an address that has been removed: [地址1], or a run of boxes, which reads as 某.
_REMOVED = compile_later(r"\[[^\[\]\n]{1,16}[0-9]{1,4}\]|某{2}")
_LATIN_END = compile_later(r"[\n\t|;]| {2,}|\.(?:\s|$)|\)")
_LABELS = (
    "现住址", "现住", "家庭住址", "家庭地址", "户籍地址", "户口地址", "户口所在地", "户籍所在地", "通信地址",
    "通讯地址", "联系地址", "邮寄地址", "登记住址", "登记住址为", "居住地址", "现居住地", "居住地", "收件地址",
    "收货地址", "快递地址", "送达地址", "投递地址", "送药地址", "呼救地址", "接车地点", "事发地点", "出事地点",
    "现场地址", "现场", "常住地址", "常住地", "常住住址", "学校地址", "单位地址", "住所", "居所", "住址", "地址",
    "改寄", "寄往", "寄至", "寄到", "送至", "邮寄至", "住处", "家住", "住在", "租住", "暂住", "居住于", "居住在",
    "世居", "现居", "祖居", "定居", "户籍地", "老家",
)  # fmt: skip
_GAP = compile_later(
    r"(?:一?栏|信件?|包裹)?(?:填写|写|填)?(?:\([^()\n]{0,12}\))?[ \])】]{0,4}(?:已?(?:变更|搬迁|改|搬|"
    r"换)[为至到])?[::为是在于]?[ ]{0,4}[“\"]?"
)
# 医院地址, 递交地址: where an organisation is, which is no secret.
_OWN_PLACE = compile_later(
    r"(?:医院|本院|我院|院区|公司|机构|中心|会议|活动|报名|开标|投标|递交|培训|领取|网站|网络|网页|邮件|邮箱|IP|"
    r"内存|机关)$"
)
_OWN_ADDRESS = compile_later(rf"(?:{_OWN_PLACE.pattern[:-1]})(?:地址|地点)[::]?[ ]?$")
# Headers of the columns in which every cell is somebody's address. 地址 alone heads hospitals and pharmacies as well.
_ADDRESS_HEAD = compile_later(
    r"(?:现|家庭|户籍|居住|联系|通[信讯]|收[件货]|配送|送货|快递|邮寄|详细|患者|本人|登记|常住"
    r"|家属)(?:住)?地?(?:地址|住址|址)|"
    r"现住|住址|住处|地址|住所|居住地|户籍地|(?:home|delivery|shipping|mailing|patient|street|postal)?[ _]?address"
)
_HAS_LETTERS = compile_later(r"\p{L}{2}")
# 家住柳树屯, 租住桃源小区: what has neither a number nor a district is a home only behind such a word.
_HOME_WORDS = frozenset({"家住", "住在", "租住", "暂住", "居住于", "居住在", "世居", "现居", "祖居", "定居", "老家"})
_HOME = compile_later(
    r"(?!\p{Han}{0,2}(?:农村|乡村|山村|本村|同村|邻村|城里|病区))"
    r"(?:(?![的了及或和与因患]|不详)\p{Han}){2,14}?(?:村|屯|庄|寨|小区|花园|公寓|家园|新村|宿舍|大院|胡同|巷|弄|"
    r"嘎查|营子|家属院|社区)"
)


def find_addresses(scene: Scene, rules: Sequence[CompiledRule]) -> Iterator[Hit]:
    """Yield addresses for each rule whose recogniser is ``address``."""
    for compiled in rules:
        yield from _labelled(scene, compiled)
        yield from _in_columns(scene, compiled)
        yield from _free(scene, compiled)
        yield from _of_towns(scene, compiled)


def _labelled(scene: Scene, compiled: CompiledRule) -> Iterator[Hit]:
    text = scene.text
    chinese = tuple(word for word in compiled.rule.detection.context if len(word) >= 2 and not word.isascii())
    for label in search_scene(scene, label_pattern((*_LABELS, *chinese, "address")), compiled.rule.id):
        gap = _GAP.match(text, label.end())
        at = gap.end() if gap else label.end()
        if at < len(text) and text[at] == "\n" and ":" in text[label.end() : at]:
            at += 1
        end = (_LATIN_END if text[at : at + 1].isascii() else _VALUE_END).search(text, at, min(len(text), at + 120))
        stop = end.start() if end else min(len(text), at + 120)
        value = text[at:stop].rstrip()
        if _OWN_PLACE.search(text, max(0, label.start() - 6), label.start()) or _REMOVED.match(value):
            continue
        grammar = _ADDRESS.match(text, at, min(len(text), at + 120))
        reach = grammar.end() - at if grammar else 0
        length = _value_length(
            value, label.group(), reach=reach, between=text[label.end() : at], quoted=text[at - 1 : at] in '“"'
        )
        if length:
            yield Hit(at, _extended(text, at + length), compiled.rule, 0.9, ("label",), "address")


def _of_towns(scene: Scene, compiled: CompiledRule) -> Iterator[Hit]:
    """Yield the county and town that somebody is from."""
    for match in search_scene(scene, _TOWNSMAN, compiled.rule.id):
        start, _ = value_span(match)
        lead = _LEAD.match(scene.text, start, min(match.end(), start + 14))
        start = lead.end() if lead and _TOWNSMAN.match(scene.text, lead.end()) else start
        yield Hit(start, match.end(), compiled.rule, 0.7, ("pattern",), "address")


def _in_columns(scene: Scene, compiled: CompiledRule) -> Iterator[Hit]:
    """Yield the cells under a header for addresses, whole: remarks there (放门口) tell the place too."""
    for cell in scene.cells:
        head = "".join(cell.header.split()).strip(":").casefold()
        if not _ADDRESS_HEAD.fullmatch(head):
            continue
        value = scene.text[cell.start : cell.end]
        if len(value) < 3 or _CITY_ONLY.fullmatch(value) or _REMOVED.match(value) or _PUBLIC.search(value):
            continue
        if _UNIT_WORD.search(value) and _HAS_LETTERS.search(value):
            yield Hit(cell.start, cell.end, compiled.rule, 0.85, ("header",), "address")


def _value_length(value: str, label: str, *, reach: int, between: str, quoted: bool) -> int:
    """Return how many characters from the start of ``value``, which follows ``label``, are an address; 0 for none.

    ``reach`` is how far the grammar goes, over a line end too.
    """
    marked = ":" in between or "]" in between or "】" in between
    if len(value) < 3 or not value[0].isalnum() or not _UNIT_WORD.search(value):
        return 0
    if label.isascii() and not (marked and any(char.isdigit() for char in value)):
        return 0
    if _CITY_ONLY.fullmatch(value):
        return 0
    if marked or reach:
        return max(len(value) if marked else 0, reach)
    home = _HOME.match(value) if label in _HOME_WORDS else None
    if home is not None:
        return home.end()
    han = any("一" <= char <= "龥" for char in value)
    return len(value) if not han or (quoted and len(value) <= 24) or _ADDRESS.search(value) else 0


def _extended(text: str, end: int) -> int:
    """Return where an address that the grammar followed to ``end`` really ends."""
    rest = _REST.match(text, end)
    return rest.end() if rest else end


def _free(scene: Scene, compiled: CompiledRule) -> Iterator[Hit]:
    text = scene.text
    for match in search_scene(scene, _ADDRESS, compiled.rule.id):
        start, end = match.span()
        lead = _LEAD.match(text, start, min(end, start + 14))
        if lead is not None and _ADDRESS.fullmatch(text, lead.end(), end):
            start = lead.end()
        country = _COUNTRY.fullmatch(text, start, end) is not None
        end = _extended(text, end)
        if _OWN_ADDRESS.search(text, max(0, start - 10), start):
            continue
        if _NOT_HOME.match(text, end) or _PUBLIC.search(text, start, end):
            continue
        if _PROSE.search(text, start, end) and not _CROSSING.search(text, start, end):
            continue
        # Running text is full of districts and roads: a home has a house, a group, or two levels above its village.
        shown = any(pattern.search(text, start, end) for pattern in (_NUMBERED, _CROSSING))
        if shown or country or _DWELLER.match(text, end):
            yield Hit(start, end, compiled.rule, 0.75, ("pattern",), "address")
