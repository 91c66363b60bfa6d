"""Recogniser ``date``: calendar dates in every usual form, whole or in part, of both languages and both calendars.

A rule without context words takes every date (a record's). One with context words takes a date only beside one of them,
over a line end or under a header too (出生日期, DOB),
and a rule with 出生 among them before that word as well (1992年9月18日出生).
A year alone is none: HIPAA (C) lets it stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex

from hospital_redact.detection.compilation import compile_later
from hospital_redact.detection.patterns import CompiledRule, context_evidence, search_scene, value_span
from hospital_redact.detection.scene import Hit, Scene
from hospital_redact.detection.short_dates import find_short_dates

_OCR = "[0-9OoIl]"
_YEAR = "(?:19|20)[0-9]{2}"
_MONTH = "(?:0?[1-9]|1[0-2])"
_DAY = "(?:0?[1-9]|[12][0-9]|3[01])"
_HAN = "[〇零一二三四五六七八九十廿卅壹贰叁肆伍陆柒捌玖拾]"
_WEEKDAY = r"(?:\s?\(?(?:周|星期)[一二三四五六日天]\)?)?"
_FESTIVAL = (
    r"(?:\s?\(\s?(?:农历|阴历|旧历)?(?:春节|元宵|清明|端午|七夕|中元|中秋|重阳|腊八|小年|除夕|冬至|元旦|国庆)节?\s?\))?"
)
_NO_DIGIT = r"(?<![0-9A-Za-z.\-/])"

_NUMERIC = (
    # 2024年3月5日至12日, 2024-03-05, 2024/3/5, 2024.3.5, 2O24年O3月
    rf"{_NO_DIGIT}[12]{_OCR}{{3}}\s?年\s?{_OCR}{{1,2}}\s?月(?:\s?{_OCR}{{1,2}}(?:\s?[日号曰]|(?![0-9OoIl]))"
    rf"|\s?(?:上旬|中旬|下旬|初|底|末|第[0-9一二三四五]周))?{_WEEKDAY}{_FESTIVAL}"
    rf"(?:\s?[至到~—-]\s?(?:{_MONTH}月)?{_DAY}[日号])?",
    rf"{_NO_DIGIT}{_YEAR}\s?[年./-]\s?[0-9]{{1,2}}\s?[月./-]\s?[0-9]{{1,2}}(?:\s?[日号曰]|(?![0-9]))(?!%){_WEEKDAY}",
    rf"{_NO_DIGIT}[0-9]{{2}}年{_MONTH}月(?:{_DAY}[日号]?)?(?![0-9])",
    rf"{_NO_DIGIT}{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?![0-9A-Za-z\-])",
    # 3月5日, 去年11月, 3月上旬, 本月5日
    rf"(?:去年|今年|前年|本月|同年|当年|次年)?{_NO_DIGIT}[0-9]{{1,2}}\s?月\s?{_OCR}{{1,2}}(?:\s?[日号曰]|"
    rf"(?![0-9个岁])){_WEEKDAY}"
    rf"(?:\s?[至到~—-]\s?{_DAY}[日号])?",
    r"(?<=[A-Za-z])[0-9]{1,2}月[0-9]{1,2}[日号]",
    r"周[一二三四五六日天]\([0-9]{1,2}号\)",
    rf"(?:上|本|这|下)个?月(?:初?{_HAN}{{1,3}}[日号]?(?!个|次|[\p{{Han}}]{{0,2}}[天月年岁例]))",
    rf"(?:去|今|前|同|当|次|明|后)年\s?{_MONTH}\s?月(?!龄)|(?:同|当|本|次|上|下)月{_DAY}[日号]",
    rf"{_NO_DIGIT}{_MONTH}月(?:上旬|中旬|下旬|初(?!诊|次|始)|底|末)",
    # 12/03/2024, 12/3/24, 23.11.08, 23-11-08
    r"(?<![0-9A-Za-z.\-/])[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:20|19)[0-9]{2}(?![0-9A-Za-z\-])",
    r"(?<![0-9A-Za-z.\-/])[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}(?![0-9A-Za-z/])",
    rf"(?<![0-9A-Za-z.\-/]){_MONTH}-{_DAY}-[12][0-9](?![0-9A-Za-z\-])",
    r"(?<![0-9.])[12][0-9]\.(?:0?[1-9]|1[0-2])\.(?:0?[1-9]|[12][0-9]|3[01])(?![0-9.])",
    r"(?<![0-9\-/])[12][0-9][-/](?:0[1-9]|1[0-2])[-/](?:0[1-9]|[12][0-9]|3[01])(?![0-9\-/])",
    # 2016-11
    r"(?<![0-9A-Za-z.\-/第号])(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])(?![0-9A-Za-z\-./号])",
    # 13号做了, 到17号才: said of a day without its month
    r"(?<=[,。;、到从至于自起 \n(])(?:0?[1-9]|[12][0-9]|3[01])号(?=\p{Han})"
    r"(?![楼院床房线桌厂机门病室码馆店舍铺弄刀针管诊窗电手通柜台仓区井库坑仪试样标染缝丝芯车座单栋监摄位球囊导钻])",
    # 2 0 2 3 - 0 5 - 1 9
    r"(?<![0-9])(?:2 ?0|1 ?9) ?[0-9] ?[0-9] ?[-/.年] ?[0-9] ?[0-9]? ?[-/.月] ?[0-9](?: ?[0-9])?(?: ?日)?(?![0-9])",
    r"(?<![0-9A-Za-z.])2[0O][0-2OlI][0-9OlI]\s?[年.]\s?[0-9OlI]{1,2}\s?[月.]\s?[0-9OlI]{1,2}\s?[日曰]?(?![0-9A-Za-z])",
)
_CHINESE = (
    # 二〇二四年三月五日, 三月五日, 十一月初三, 正月初八, 乙巳年二月初六, 一九五三年冬月初九
    rf"{_HAN}{{4}}年(?:{_HAN}{{1,3}}|[正元冬腊])月(?:初?{_HAN}{{1,3}}[日号]?)?",
    rf"(?:农历|阴历|旧历)?[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]年(?:{_HAN}{{1,2}}|"
    rf"[正冬腊])月(?:初?{_HAN}{{1,3}}日?)?",
    rf"(?:农历|阴历|旧历)(?:{_HAN}{{1,2}}|[正冬腊])月(?:初?{_HAN}{{1,3}})?|"
    rf"(?<!\p{{Han}})?(?:[正冬腊])月(?:初{_HAN}|{_HAN}{{1,3}})[日号]?",
    rf"(?<!{_HAN}){_HAN}{{1,2}}月(?:初{_HAN}|{_HAN}{{1,3}}[日号]?)(?!{_HAN}|个)",
    # 三月下旬; 二十五号, said of a day without its month: no bed, house or building
    rf"(?<!{_HAN}){_HAN}{{1,2}}月(?:上旬|中旬|下旬|初(?!诊|次|始|{_HAN})|底|末)",
    r"(?<!\p{Han})(?:廿[一二三四五六七八九]|二十[一二三四五六七八九]"
    r"|三十一?)号(?![楼院床房线桌厂机门病室码馆店舍铺弄])",
    # 廿二日殁于家: a day whose month was told before; 十日后 and 二十日量 are durations
    r"(?<=[,。;、\n ])(?:廿[一二三四五六七八九]?|[二三]?十[一二三四五六七八九]?)日(?=[\p{Han}])"
    r"(?![后前内间量许余来份龄志报月以之])",
)
_FULL = (
    "January|February|March|April|May|June|July|August|September|October|November|December|"
    "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
)
_LONG = "January|February|March|April|June|July|August|September|October|November|December"
_WEEK = r"(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\.?,? )?"
_BEFORE = (
    "on|from|to|until|since|by|before|after|booked|seen|due|dated|of|admitted|discharged|adm|approx|around|for|and|"
    "clinic|"
    "review|between"
)
_NOT_COUNTED = (
    r"(?! (?:day|week|month|edition|grade|percentile|floor|century|rib|cranial|nerve|line|time|dose|attempt|visit|"
    r"cycle|"
    r"metatarsal|finger|toe|intercostal|ventricle))"
)
_ENGLISH = (
    # 5 March 2024, the 5th of March, Tuesday 9th July, 12-Dec-24
    rf"{_WEEK}(?:the )?(?<![0-9A-Za-z])(?:{_DAY}(?:st|nd|rd|th)?(?: (?:to|and|or|until) (?:the )?"
    rf"| ?[–—-] ?))?{_DAY}(?:st|nd|rd|th)?(?: of)?[ -]?(?:{_FULL})(?![a-z])(?:\.(?=,? ?[0-9]))?"
    rf"(?:[ ,-]{{0,2}}(?:(?:20|19)[0-9]{{2}}|(?<=-)[0-9]{{2}}))?(?![0-9A-Za-z])",
    # March 5th, 2024; March 2024; Mar 2024
    rf"{_WEEK}(?<![A-Za-z])(?:{_FULL})\.? {_DAY}(?:st|nd|rd|th)?(?:,? (?:20|19)[0-9]{{2}})?(?![0-9A-Za-z%])",
    rf"(?<![A-Za-z])(?:{_FULL})\.?,? (?:20|19)[0-9]{{2}}(?![0-9A-Za-z])",
    rf"(?:(?:in|since|until|from|late|early|mid|last) |mid-)(?P<value>(?:{_LONG}))(?![A-Za-z]| (?:[0-9]|and|or)|['’]s)",
    r"(?<![A-Za-z])(?:Mon|Tues?|Wed|Thurs?|Fri|Sat|Sun)(?:day|nesday|urday|sday)? (?:the )?[0-9]{1,2}(?:st|nd|rd"
    r"|th)?(?=[,;)]| and | to |$)",
    r"(?<![0-9A-Za-z])[0-9]{1,2}(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)20[0-9]{2}(?![0-9])",
    r"(?<![A-Za-z])(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? [0-9]{1,2}[/.-][0-9]{1,2}(?:[/.-][0-9]{2,4})?",
    r"(?<![A-Za-z])(?i:on|from|to|until|since|by|of|between|and) (?P<value>(?:the )?[0-9]{1,2}(?:st|nd|rd|"
    r"th))(?![A-Za-z])"
    rf"(?! (?:of )?(?:{_FULL})){_NOT_COUNTED}",
    rf"(?<![A-Za-z])(?i:{_BEFORE}) (?:the )?(?P<value>{_MONTH}/{_DAY}|{_DAY}/{_MONTH})(?![0-9/%])"
    r"(?! ?(?:mg|in|pain|strength|power|tablet|hours|of|murmur|toes|stairs))",
    rf"(?<=between {_MONTH}/{_DAY} and )(?P<value>{_MONTH}/{_DAY})(?![0-9/%])",
)
# Month and day without a word for either: only where nothing else can be meant.
_BARE = (
    # an entry of a list or a line begins with its day: 1. 6-11 付裕系路人送入
    rf"(?m:^)[ \t]{{0,4}}(?:[0-9]{{1,2}}[.、)][ ]?)?(?P<value>{_MONTH}-{_DAY})(?=[ ]{{1,2}}\p{{Han}}{{2}})",
    # and of a course of days: 2024.4.2—4.5
    rf"(?<=20[0-9]{{2}}\.{_MONTH}\.{_DAY}\s?[-~至—–]{{1,2}}\s?)(?P<value>{_MONTH}\.{_DAY})(?![0-9.])",
    # weekdays with a day and month: 周一(6.24)
    rf"(?:周|星期)[一二三四五六日天]\(?(?P<value>{_MONTH}[./-]{_DAY})(?![0-9./-])",
    rf"(?m:^)[ \t]*(?P<value>{_MONTH}/{_DAY})[ \t]*(?m:$)",
    r"(?<=[于至在到从自起~,、。;( \n])(?<![A-Za-z0-9.)] )(?<!(?:淋巴结|转移|见癌|阳性|[组站旁周])[^\n,。]{0,8})"
    r"(?<!(?:评分|视力|肌力|NRS|VAS|Apgar|GCS|score)\s?)(?P<value>(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12][0-9]|3[01]))"
    r"(?=[\s,。;、~]|前后|左右|(?![次片粒满支级分度倍个份])[一-龥]|$)",
    rf"(?:复诊|复查|预约|随访|出院|入院|手术|就诊)[约于至在日期:： ]{{0,3}}(?P<value>{_MONTH}\.(?:0?[1-9]|"
    rf"[12][0-9]|3[01]))"
    r"(?![0-9%]|\s?(?:[cCmM][mM]|[xX×*]|mg|g|ml|mL|mmol|℃|元|kg|万|分|年|个|小时|天|周|岁|L))",
    rf"~{_MONTH}/{_DAY}(?![0-9/%])",
    r"(?<=[;,。])(?P<value>(?:[1-9]|1[0-2])\.(?:[123][0-9]|0?[1-9]))"
    r"(?=(?:拔管|拔除|出院|入院|手术|行|复查|转|改|予|停|加|起|上午|下午|晚|晨|握|给|查|换药|拆线|发热|诉)(?!程))",
    rf"(?<![0-9.])(?P<value>{_MONTH}\.{_DAY}\s?[-~至]\s?{_MONTH}\.{_DAY})(?![0-9])(?=期间|[^\n。]{{0,3}}(?:住院|"
    rf"服药|治疗|化疗|输液|在我院))",
)
# Alternatives on the top level: search_scene runs each by itself, many times as fast as all of them together.
_ANY = compile_later("|".join((*_NUMERIC, *_CHINESE, *_ENGLISH, *_BARE)))

# Only where a label promises a date: what would be a measure, a ratio or a name elsewhere.
_PROMISED = compile_later(
    "|".join(
        (
            *_NUMERIC,
            *_CHINESE,
            *_ENGLISH[:3],
            rf"[12]{_OCR}{{3}}\s?[年./-]\s?{_OCR}{{1,2}}(?:\s?[月./-]\s?{_OCR}{{0,2}}\s?[日曰]?)?(?![0-9A-Za-z])",
            rf"{_DAY}[/. -](?:{_MONTH}|[IVX]{{1,4}}|(?i:{_FULL}))[/. -](?:18|19|20)?[0-9]{{2}}(?![0-9])",
            rf"(?:{_MONTH}[./-]{_DAY}|{_DAY}[./-]{_MONTH})(?![0-9./-])",
            r"(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?![0-9])",
        )
    ),
    regex.IGNORECASE,
)
_HAS_DATE = compile_later(r"[0-9月]|(?i:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)")
# 2024-01-27 09:40: the hour is part of the point in time.
_CLOCK = compile_later(r"(?<=[0-9日号])[ T]{1,2}(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?(?![0-9:])")
_FOLLOWED = compile_later(r"\s?[)）]?\s?(?:出生|生(?![化物理产长命活效育成存殖]))")


def find_dates(scene: Scene, rules: Sequence[CompiledRule]) -> Iterator[Hit]:
    """Yield dates for each rule whose recogniser is ``date``."""
    if not rules or not _HAS_DATE.search(scene.text):
        return
    for compiled in rules:
        rule = compiled.rule
        promised, birth = bool(compiled.words), "出生" in compiled.words
        if not promised:
            for start, end in find_short_dates(scene.text):
                yield Hit(start, end, rule, rule.detection.confidence, ("pattern", "context"), "date")
        for match in search_scene(scene, _PROMISED if promised else _ANY, rule.id):
            start, end = value_span(match)
            while end > start and scene.text[end - 1].isspace():
                end -= 1
            if start == end:
                continue
            clock = _CLOCK.match(scene.text, end)
            end = clock.end() if clock else end
            if not promised:
                yield Hit(start, end, rule, rule.detection.confidence, ("pattern",), "date")
                continue
            word = context_evidence(scene, start, compiled.words, rule.detection.window)
            if word in ("label", "header") or (birth and _FOLLOWED.match(scene.text, end)):
                evidence = ("pattern", word if word in ("label", "header") else "context")
                yield Hit(start, end, rule, rule.detection.confidence, evidence, "date")
