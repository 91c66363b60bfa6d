"""Names that hang on another: babies, pet names, second names, senders and handles; and what only looks like them."""

from __future__ import annotations

import pytest
from detection_kit import shipped_detector, text_document

RECORD = "住院号:240719033 主诉:发热 入院诊断:肺炎\n"


def names(text: str) -> list[str]:
    document = text_document(text)
    return [document.text_of(f.spans) for f in shipped_detector().detect(document) if f.entity == "PERSON_NAME"]


def covered(text: str) -> str:
    """Return the characters of ``text`` that names cover, others as a blank."""
    document = text_document(text)
    starts: list[int] = []
    for block in document.blocks:
        starts.append(sum(len(other.text) + 1 for other in document.blocks[: len(starts)]))
        assert text[starts[-1] :].startswith(block.text)
    places = {
        starts[span.block] + at
        for finding in shipped_detector().detect(document)
        if finding.entity == "PERSON_NAME"
        for span in finding.spans
        for at in range(span.start, span.end)
    }
    return "".join(char if at in places else " " for at, char in enumerate(text))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("床位 | 患儿 | 母亲 | 体重\n3 | 贺兰芝之子 | 贺兰芝 | 2980 g\n4 | 谷雪大宝 | 谷雪 | 2100 g", "谷雪大宝"),
        ("床位 | 患儿 | 母亲 | 体重\n3 | 贺兰芝之子 | 贺兰芝 | 2980 g\n4 | 谷雪大宝 | 谷雪 | 2100 g", "贺兰芝之子"),
        ("产妇：覃小梅\n新生儿：覃小梅之双女，早产", "覃小梅之双女"),
        ("患儿姓名：莫云霞二宝\n母亲：莫云霞，29岁", "莫云霞二宝"),
        ("产妇郎珍，女，31岁。\n腕带：郎珍之女\n", "郎珍之女"),
        ("产妇郎珍，女，31岁。\n1. 郎珍小宝：光疗中", "郎珍小宝"),
    ],
)
def test_a_baby_is_named_after_its_mother(text: str, name: str) -> None:
    assert name in names(text)


def test_a_daughter_who_comes_along_is_no_baby() -> None:
    assert names("姓名：赵小满\n赵小满之女陪同")[-1] == "赵小满"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("患儿姓名：龙大河（小名虎崽）", "虎崽"),
        ("小儿扁豆（大名程佩文），四岁，夜咳", "扁豆"),
        ("患者岩三（户籍名岩温囡），男，52岁", "岩温囡"),
        ("姓名：阮氏兰（又名阮兰）", "阮兰"),
        ("患者Thi Lan（登记阮氏梅）", "阮氏梅"),
        ("拼音录入：Ka ta lin na", "Ka ta lin na"),
        ("拼音名：Wú'ěr hàn", "Wú'ěr hàn"),
    ],
)
def test_a_second_name_is_a_name(text: str, name: str) -> None:
    assert name in names(text)


CHAT = """09:12 荔枝老寸：我是寸大福的儿子
09:13 苏敏护士：请发住院号
09:15 荔枝老寸：好的，下午三点到
"""


def test_who_writes_twice_in_a_chat_is_somebody_and_a_title_is_not() -> None:
    found = names(CHAT)
    assert found.count("荔枝老寸") == 2
    assert "苏敏护士" not in found


def test_a_log_of_events_has_no_senders() -> None:
    log = "09:12 入院评估：完成\n09:30 抽血送检：完成\n10:05 静脉补液：开始\n10:40 静脉补液：结束\n"
    assert names(log) == []


@pytest.mark.parametrize(
    "handle", ["@美食频道", "@经典语录大全", "@江城旅行社区", "@不想上班的猫", "@南江婚纱摄影", "@云阳晚报"]
)
def test_the_handle_of_a_brand_or_a_saying_is_nobody(handle: str) -> None:
    assert names(f"转发 {handle} ：好消息") == []


@pytest.mark.parametrize("handle", ["@覃晓", "@莫老三", "@朵朵妈妈", "@小鹿姐", "@阿宽"])
def test_a_handle_in_a_chat_is_somebody(handle: str) -> None:
    assert handle[1:] in names(f"{handle} ：请回电话")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("【1】覃然，29岁，产后\n【2】柳絮，35岁，产后\n【3】苗圃，未接\n【4】谷仓，改发短信", "谷仓"),
        ("① 雷雨 6222021234567890123 实发\n② 尉迟凯 6222021234567890456 实发\n③ 当归 6222021234567890 实发", "当归"),
        ("1) 张云帆 13900010002\n2) 杜仲 13900010003\n3) 李晓舟 13900010004", "杜仲"),
        ("[1] 覃朗，男\n[2] 石斛，女\n[3] 莫愁，女", "石斛"),
        ("房东江河，电话13900010002", "江河"),
        ("护工覃来福由家政派出", "覃来福"),
        ("联系人张向东因故未到", "张向东"),
        ("授权代表：覃有为", "覃有为"),
        ("婆婆桃枝代答", "桃枝"),
        ("外婆桂香陪同", "桂香"),
        ("两女青豆、红豆仍在新生儿科", "青豆"),
        ("双胞胎女儿谷粒、豆苗均已出院", "豆苗"),
        ("其母覃莫氏，已故", "覃莫氏"),
        ("厂里蒋主管来电", "蒋"),
        ("患者毌丘林，男", "毌丘林"),
    ],
)
def test_everyday_words_are_names_where_lists_and_relatives_show_them(text: str, name: str) -> None:
    assert name in names(text)


@pytest.mark.parametrize(
    "text",
    [
        "患者服用赛洛罗辛和度那雄胺",
        "布库洛尔继续，尼卡地平停用",
        "1) 张云帆 2) 李晓舟 常用药：安乃近片",
        "高举邓小平理论伟大旗帜，学习毛泽东思想",
        "左基底节区低密度灶",
        "心率1.0，行高安氏动脉炎筛查",
    ],
)
def test_drugs_doctrines_and_places_of_the_body_are_nobody(text: str) -> None:
    assert not {"赛洛罗辛", "布库洛尔", "尼卡地平", "安乃近", "邓小平", "毛泽东", "左基", "高安氏"} & set(names(text))


def test_a_plant_is_no_person_who_is_called_so() -> None:
    text = "姓名：海棠\n性别：女\n加海棠花则非所宜\n前医用海棠、石斛、枳壳"
    assert covered(text).split() == ["海棠"]


def test_a_sum_in_a_column_of_names_is_no_name() -> None:
    text = "姓名  职称  系数  应分配\n普云  医师  1.2  3120\n覃朗  医师  1.0  2200\n科室提留（支配）  —  —  4900"
    assert "科室提留" not in names(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ID | Name | HKID | Age\nC8 | CHAN WONG Mei-ling | A903364(8) | 94 F", "CHAN WONG Mei-ling"),
        ("Patient: LAU CHEUNG Siu-fan", "LAU CHEUNG Siu-fan"),
        ('The assistant called him "Tobe" without asking', "Tobe"),
        ("She prefers to be called 'Bunty'.", "Bunty"),
        ("Prepared by Owen Marsden for Anjali Deshmukh (Northgate Networks)", "Anjali Deshmukh"),
        ("随访：Trần Văn Long，越南籍", "Trần Văn Long"),
        ("患者 Zhāng Wěiqiáng 来诊", "Zhāng Wěiqiáng"),
    ],
)
def test_latin_names_of_many_peoples(text: str, name: str) -> None:
    assert name in names(text)


def test_words_that_are_english_names_too_are_words_beside_what_shows_it() -> None:
    text = "Patient: BAKER, June\nWhether a Baker-type wash was used is not known"
    assert "Baker" not in names(text)
