"""Recogniser ``organisation``: where a patient or relative works or learns (HIPAA (R): employers).

A rule with context words takes an organisation only with a sign of employment: one of these words before it (单位,
供职于, works at), a verb behind it (在…上班), a trade behind it (…职工), or a relative's name before it. A rule without
takes every organisation by the last word of its name, which is for records, where each says where somebody moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hospital_redact.detection.compilation import compile_later
from hospital_redact.detection.patterns import CompiledRule, search_scene, value_span
from hospital_redact.detection.scene import Hit, Scene

_LAST = (
    "公司|集团|(?:第?[一二三四五六七八九十]{2,4}中|师范)(?![学\\p{Han}])|[一二三四五六七八九十]号井|工厂"
    "|(?<!出)厂|煤矿|(?<!开|采)矿|小学|中学|大学|学院|师院|学校|幼儿园|职高|技校|党校|一中|二中|三中|"
    "实验校|"
    "机务段|车务段|工务段|供电段|电务段|客运段|供电局|电业局|工程局|税务局|公安局|教育局|气象局|水利局|林业局|"
    "交通局|邮政局|勘探局|管理局|海事局|"
    "派出所|法院|检察院|海关|消防队|支队|大队|中队|部队|武警|银行|支行|信用社|农商行|邮储|交易所|事务所|研究所|"
    "研究院|设计院|出版社|报社|电视台|剧团|"
    "剧院|歌舞团|文工团|博物馆|图书馆|文化馆|合作社|供销社|村委会|居委会|街道办|使馆|领事馆|商行|布行|"
    "[货药菜车粮]行|商贸行|网吧|面馆|茶楼|棋牌室|超市|"
    "酒店|饭店|宾馆|旅馆|餐馆|餐厅|食堂|火锅店|早餐店|工地|夜市|市场|菜场|商场|商城|车间|车队|船队|车行|渔船|轮渡|"
    "养殖场|农场|林场|牧场|渔场|茶场|"
    "砖厂|采石场|煤业|矿业|工作室|门市部|经营部|服务部|营业部|专卖店|理发店|美容院|加油站|收费站|客运站|火车站|"
    "公交总站|仓库|物流园|产业园|养老院|福利院|"
    "货代|配送(?!中|员)|冷库|冷链|(?<![泌植异排谷出])物流(?!出|入|量)|快递公司|外卖站|船厂|养老公寓|养老中心"
    "|护理院|托管班|培训班|驾校|美食城|大排档|小卖部|便利店|洗衣店|水果店|五金店|会所|健身房|足浴店|咖啡馆"
    "|奶茶店|蛋糕店|"
    "分局|联社|供销联社|工程队|施工队|演出队|直播基地|汽车连|水电站|变电站|供电所|粮管所|种子站|兽医站|水文站|供水站|收购站|"
    "敬老院|项目部|指挥部|开发区管委会|作坊|工坊|店铺|商店|药店|书店|修理厂|修配厂"
)
_CARE = r"(?!附属|医院|[\p{Han}]{0,6}(?:医院|卫生院|诊所|卫生室)|文化|学历|毕业|程度|规定|制度|管理|标准)"
_TAIL = (
    r"(?:工会)?"
    r"(?:[ ]?\(?\p{Han}{1,6}(?:车间|分厂|分公司|校区|支行|分店|门店|(?<!全|一|内|外|胸|腹|头|背|底|根|顶)部|机电处|"
    r"处(?=退休|职工|工作)|"
    r"(?:综采|作业|钻井|施工|养路|工程|采油|掘进|运输|装卸)?[一二三四五六七八九十]?队|[一二三四五六七八九十]车间|"
    r"(?:小学部|初中部|高中部)?[一二三四五六七八九初高]\(?[0-9一二三四五六]?\)?[年班]级?(?:\([0-9]{1,2}\)班)?|[一二三四五六七八九]号井|"
    r"班组)\)?)?"
)
_GENERIC = (
    r"(?!请|生产厂|某\p{Han}{0,6}(?:公司|厂|学校)|人民(?:法院|检察院|政府)|退费|工作单位|单位|学校|账户|开户"
    r"|既往|待遇|就读|女儿|儿子|我父|我母|贵市|抬头|[他她]说?|单位栏|用人单位栏|收款|住[\p{Han}]{0,2}区|以上|全国|国内|国外|大型|小型|私营|民营|国有|"
    r"农村|城镇|"
    r"(?:我|本|该|贵|某|外|上级|保险|物业|医药|器械|家具|一家|某家|那家|各)\p{Han}{0,2}(?:公司|厂|院|学校|大学|"
    r"学院|银行|企业|超市|药店|市场|工地|车间))"
)
_INSIDE = (
    r"(?:(?![是在系于的为至到从由被把因将给让及与致不可曾但其或者须]|应当|规定|委托|简称|成立|进入|同时|检查|[0-9]{4}年)"
    r"[\p{Han}0-9A-Za-z]|[“”\"·]|\(\p{Han}{1,8}\))"
)
# Endings that only beside a sign of employment end a name: 海发渔业, 同福客栈.
_SIGNED = (
    "渔业|客栈|律所|电气|科技|实业|建材|商贸|服饰|餐饮|置业|地产|物业|保险|证券|传媒|广告"
    "|医药|农业|牧业|林业|矿山|水泥|化工|机械|重工|汽修|家政|装饰|园林|印务|纺织|制衣"
)
_NAMED = rf"{_GENERIC}{_INSIDE}{{2,22}}?(?:{_LAST}){_TAIL}{_CARE}"

_WORKS = (
    r"(?:\p{Han}{0,2}(?:上班|上夜班|做工|打工|务工|工作|任职|当差|值班|上学|读书|就读|教书|退休|下岗|摆摊|开车|住校)"
    r"|\p{Han}{0,2}?(?:做|当(?!于|时|地|天|日|庭)|任|读|教(?!育)|学(?!生|院|校|会|术|者|位))"
    r"(?!了|过|检查|手术|治疗|化疗|透析|检验|CT|MR|B超|核酸|了解))"
)
_TRADE = (
    "店员|员工|职工|教师|老师|教员|工人|司机|学生|会计|出纳|技术员|保安|经理|厨师|护工|干部|科员|保育员|工程师|"
    "列车员|收银员|服务员|营业员|骑手|普工|导购|技工|电工|焊工|店长|职员|文员|业务员|炊事员|调度员|乘务员"
    "|仓管员|搬运工|装卸工|操作工|质检员|"
    "退休|离休|下岗|负责人|法人|老板|董事长|总经理|(?:大[一二三四五]|研[一二三]|[一二三四五六七八九初高][一二三年]级?|20[0-9]{2}级|在读|应届)"
    "\\p{Han}{0,4}(?:学生|新生|毕业生|研究生|博士生)?"
)
_KIN = (
    "妻|夫|子|女|父|母|兄|弟|姐|妹|爱人|丈夫|妻子|配偶|儿子|女儿|父亲|母亲|哥哥|弟弟|姐姐|妹妹|长子|次子|长女|次女|"
    "儿媳|女婿|家属|监护人"
)
# Nothing of the name says that it is one; the verbs on both sides do: 现于兰州东部市场恒发布行做工.
_UNNAMED = (
    r"(?!家|外地|当地|本地|老家|国外|工地(?:上)?(?:干活|做工)|农村|田|地里|院外|我院|医院|病房|床|城里)"
    r"(?:(?![的了在,。])[\p{Han}0-9A-Za-z“”\"]){4,18}?"
)
# Whatever its name, where somebody has retired from or works (老白河水电站退休), save an office or a place at large.
_SOMEWHERE = (
    r"(?!一[名位个]|某|本[院科县市]|[我该贵]|外地|当地|普通|国家|国企|央企|企业|事业|机关|单位|公司|工厂|学校|农村|家里?|家中|老家|城里|工地|田里|地里|病房|床|门诊"
    r"|去年|今年|[0-9]|内地|外省|国外|[\p{Han}]{2,3}(?:省|市|县)(?:上|打|务|做)|石家庄|哈尔滨|乌鲁木齐|呼和浩特|秦皇岛|张家口|连云港|马鞍山|景德镇|张家界|攀枝花)"
    r"(?:(?![的了在于,、。因患系是])[\p{Han}0-9A-Za-z“”\"]){3,16}?"
)
_EMPLOYED = (
    rf"(?:退休前|生前|原先|以前|早年|年轻时)(?:一直)?(?:在|是)(?P<value>{_SOMEWHERE})(?=[,。;、\n)]|工作|上班|做|的)",
    rf"(?:是|系|原系|从)(?P<value>{_SOMEWHERE})(?=(?:退休|离休|内退|退|下岗)(?:的|职工|工人|员工|干部|教师|老师|,|。|;|\)))",
    rf"(?<!\p{{Han}}[正存])(?:在|于)(?P<value>{_SOMEWHERE})(?=上班|做工|打工|务工|任职|当差|上夜班|教书|当保安|当老师|跑车|开店)",
    rf"(?:在|于|到|去|系|是|为)\s?(?P<value>{_NAMED}){_WORKS}",
    rf"(?:现[在于]|自称在|[他她哥弟姐妹夫妻子女爸妈父母]在)\s?(?P<value>{_UNNAMED})(?:上班|做工|打工|务工|任职|"
    rf"上夜班|教书)",
    rf"(?<!\p{{Han}})(?:系|原系|为)\s?(?P<value>{_NAMED})\s?(?:{_TRADE})",
    rf"(?<!计量|计价|记账|用人|本|各|数|货币|任何|有关|相关)单位\s?[:：]?\s?(?!和|或|应|对)(?P<value>{_NAMED})",
    rf"(?:(?<![\p{{Han}}0-9])|(?<=[原系]))(?P<value>{_NAMED})\s?(?:{_TRADE})(?!\p{{Han}}?(?:须|应当|不得))",
    rf"(?:{_KIN})[ ::]{{0,4}}\p{{Han}}{{2,4}}[ ,(、]{{1,4}}(?P<value>{_NAMED})",
    r"(?:配偶|妻子?|丈夫|长[子女]|次[子女]|儿子|女儿|父亲|母亲|[父母子女])[ ::]{1,4}\p{Han}{2,4}[ ,]{1,4}"
    r"(?P<value>(?!退休|已故|务农|无业|学生|在家|联系|电话|身体|体健|健康|因|患)[\p{Han}()]{4,24})(?=[ ,\n]|$)",
    rf"(?:单位|公司|学校|店里|厂里)(?:前台|门卫|人事|传达室|同事)?[(](?P<value>{_UNNAMED})[)]",
    rf"(?:在|于|系|(?<!\p{{Han}})单位[:： ]{{0,2}}|所在公司[(]?"
    rf"|为(?!了))(?P<value>{_GENERIC}{_INSIDE}{{2,16}}?(?:{_SIGNED}))(?=答应|同意|出具|[)，,。;]|{_WORKS}|法人|老板"
    rf"|员工|职工|负责人)",
    r"(?<![A-Za-z])works? (?P<value>(?:[A-Z][A-Za-z&’'-]{1,20})(?: (?:(?:of|and"
    r"|&) )?[A-Z][A-Za-z&’'-]{1,20}){0,4})(?=[,.;\n)]|$)",
    r"(?i:(?<![a-z])employer)(?:[,:]| is| was)? (?:the )?(?P<value>(?:[A-Z][A-Za-z&’'.-]{1,20})(?: (?:(?:of|and"
    r"|&) )?[A-Z][A-Za-z&’'-]{1,20}){0,5})",
    r"(?i:(?<![a-z])(?:works?|worked|working|job)(?: [a-z'’-]{1,14}){0,7}? (?:at"
    r"|for)) (?:the )?(?P<value>(?!Ward|Christmas|Easter|January|February|March|April|May|June|July|August"
    r"|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Mr|Mrs|Dr"
    r"|Ms)(?:[A-Z][A-Za-z&’'-]{1,20})(?: (?:(?:of|and|&) )?[A-Z][A-Za-z&’'-]{1,20}){0,4}(?: (?:works|glassworks"
    r"|factory|mill|garage|farm|brewery|bakery|foundry|school|library|hotel|depot|docks|shipyard|pottery|dairy"
    r"|pit|colliery|quarry))?)",
    r"(?i:(?<![a-z])(?:works? (?:at|for)|working (?:at|for)|worked (?:at|for)|employed (?:at|by)|coverage at|"
    r"job at|retired from|"
    r"staff at|teaches at|studies at|student at|attends))\s"
    r"(?P<value>(?:the )?[A-Z](?:[A-Za-z&’'-]|\.(?! [A-Z])){1,20}(?: (?:[A-Z](?:[A-Za-z&’'-]|\.(?! [A-Z])){1,20}|"
    r"of|and|&)){0,5}(?: #?\d{1,3})?)",
)
_FIRMS = (
    "Roofing|Plumbing|Electrical|Construction|Contractors|Engineering|Fabrications?|Joinery|Carpentry|Landscaping"
    "|Landscapes|Scaffolding|Decorators"
    "|Cleaning|Cleaners|Catering|Caterers|Bakers|Butchers|Dairies|Dairy|Farms|Poultry|Nursery|Nurseries|Supplies"
    "|Stores|Motors|Garage|Garages|Tyres"
    "|Coaches|Haulage|Freight|Logistics|Couriers|Courier Co-op|Removals|Taxis|Cabs|Textiles|Mills|Plastics|Printers"
    "|Packaging|Recycling|Timber|Sawmill"
    "|Boatyard|Fisheries|Seafoods?|Brewing|Distillery|Hairdressers|Co-op|Cooperative|Preschool|Pre-school|Playgroup"
    "|Kindergarten"
    "|Elementary(?: School)?|Middle School|High School|Primary School|Infant School|Junior School|Grammar School"
    "|Infants|Juniors|Academy|Sixth Form(?: College)?"
    "|Community College|State University|Fire Department|Brickworks|Steelworks|Shipyard|Foundry|Ironworks|Builders"
    "|Solicitors"
)
_BY_NAME = (
    # not the maker of a drug, a bidder or a bank
    r"(?<!(?:厂家|厂商|生产企业|供应商|供货商|经销商|品牌|中标人|投标人|采购人|开户行|甲方|乙方)[:: (]{0,3})"
    rf"(?:(?<![\p{{Han}}0-9A-Za-z])|(?<=[在系于到为是从由原至赴的向被致址位]))(?P<value>{_NAMED})",
    r"(?<!\p{Han})[系,、](?P<value>(?!患者|病人|否认|无业|退休)(?:(?![的了被为是因由在后前时与和])\p{Han}){4,20})"
    r"(?=(?:店员|员工|职工|教师|工人|司机|学生|会计|技术员|保安|经理|厨师|护工|骑手|普工|导购|文员|仓管员"
    r"|操作工|装卸工)(?!\p{Han}))",
    r"(?:at|of|for) (?:the )?(?P<value>[A-Z][A-Za-z&.-]{1,20}(?: [A-Z][A-Za-z&.-]{1,20}){0,4}) where "
    r"(?:she|he|they) (?:works?|worked|teaches|studies)",
    r"(?:at|from|for) (?:the )?(?P<value>(?:[A-Z][A-Za-z&.\x27’-]{1,20} ){1,5}(?:High(?! Street| Road"
    r"| Dependency)|Primary(?! Care)|Infants|Juniors|Grammar|Comprehensive|Sixth Form|Playgroup|Casino"
    r"|Logistics|Haulage|Foods|Motors|Builders|Butchers|Barracks|Stables|Kennels|Warehouse|Dairy|School|College"
    r"|University|Ltd|Limited|"
    r"Inc|PLC|LLC|Factory|Works|Mill|Studio|Farm|Hotel|Bank|Council|Church|Nursery|Garage|Company|Foundry|Library|"
    r"Bakery|"
    r"Brewery|Supermarket|Railways?|Airlines?|Depot|Shipyard|Quarry|Restaurant|Academy))(?![A-Za-z])"
    r"(?! (?:Hospital|of Medicine|Medical))",
    # Treasure Valley Roofing, Baxter Dairies, Skelmersdale: what firms and schools call themselves
    rf"(?<![A-Za-z])(?P<value>(?!(?:The|A|An|At|For|From|In|She|He|They|Employer|School|Nursery|Works?|Dear|Our|Your"
    rf"|Royal)(?![a-z]))"
    rf"(?:[A-Z][A-Za-z'’.-]{{1,20}} (?:& |and |of )?){{1,4}}(?:{_FIRMS})(?: (?:Ltd|Limited|Inc|LLC|plc|PLC"
    rf"|Co)(?![a-z])\.?)?"
    r"(?:, (?!Dr|Mr|Mrs|Ms|She|He|They|The|Tel)[A-Z][a-z]{3,20}(?=[ .;,)\n]|$)(?! [A-Z]))?)(?![A-Za-z])",
    r"(?<![A-Za-z])(?P<value>[A-Z][A-Za-z’']{2,20} (?:&|and) (?:Sons?|Daughters?|Co|Company|Brothers|Bros|"
    r"Partners)(?![A-Za-z])\.?"
    r"(?:, [A-Z][a-z]{2,20})?)",
)
_WITH_SIGN = compile_later("|".join(_EMPLOYED))
_WITHOUT = compile_later("|".join(_BY_NAME))


def find_organisations(scene: Scene, rules: Sequence[CompiledRule]) -> Iterator[Hit]:
    """Yield employers and schools for each rule whose recogniser is ``organisation``."""
    for compiled in rules:
        sign = compiled.rule.detection.require_context
        for match in search_scene(scene, _WITH_SIGN if sign else _WITHOUT, compiled.rule.id):
            start, end = value_span(match)
            evidence = ("pattern", "context") if sign else ("pattern",)
            yield Hit(start, end, compiled.rule, compiled.rule.detection.confidence, evidence, "organisation")
