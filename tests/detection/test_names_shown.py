"""Names that a bed, quotation marks, sex and age, or the word 姓 shows; each with what looks the same and is nobody."""

from __future__ import annotations

import pytest
from detection_kit import found
from hypothesis import given, settings
from hypothesis import strategies as st

from hospital_redact.detection.words import words

RECORD = "护理交班记录\n住院号：0098213\n入院诊断：肺炎\n"
NAMES = ("段晓洁", "江燕", "其木格", "欧阳一诺", "安静", "冷静", "石全有", "郁金玲")
BEDS = ("3床", "12-2床", "加1", "ICU-06", "骨三 46", "暖箱9")


@given(name=st.sampled_from(NAMES), bed=st.sampled_from(BEDS))
@settings(max_examples=30, deadline=None)
def test_who_lies_in_a_bed_is_found(name: str, bed: str) -> None:
    assert any(name in value for value in found(f"{RECORD}{bed} {name}，女，37岁，发热3天"))


@pytest.mark.parametrize("line", ["3床 术后第二天", "12床 白班未交", "加1 高热待查", "5床 家属外出"])
def test_what_else_stands_behind_a_bed_is_nobody(line: str) -> None:
    assert not any(line.split(" ", 1)[1][:2] in value for value in found(RECORD + line))


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("在须知上签名为“舒畅”，关系填同事", "舒畅"),
        ("图中可见“江燕 43Y”", "江燕"),
        ("医生姓裴，戴眼镜", "裴"),
        ("自述姓“秦”或“覃”", "秦"),
        ("小名“平娃”，叫这个才应", "平娃"),
        ("家里有个姐姐叫秀芹，在外地", "秀芹"),
        ("| 1 | 和平/71 | 0440217 |", "和平"),
        ("我处治疗人员冷静，男，48岁", "冷静"),
        ("姓名由龙行之更正为 龙行知。", "龙行知"),
        ("吉克伍果之子明天出院", "吉克伍果之子"),
        ("单位派孙会计来办", "孙"),
        ("23床顾全的爱人来问", "顾全"),
    ],
)
def test_a_name_is_shown_by_what_stands_around_it(sentence: str, name: str) -> None:
    assert any(name in value for value in found(RECORD + sentence))


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("姓名栏未填", "名栏"),
        ("登记为“男性”", "男性"),
        ("患者之子来院", "患者之子"),
        ("先生之子，已签字", "先生之子"),
        ("身高/体重 161cm/54kg", "161cm"),
        ("瓶口标有“备用”", "备用"),
    ],
)
def test_words_in_the_same_places_are_nobody(sentence: str, word: str) -> None:
    assert word not in found(RECORD + sentence)


@pytest.mark.parametrize("key", ["patient_labels", "relative_labels", "staff_labels", "other_labels", "single_labels"])
def test_words_that_become_expressions_hold_no_special_characters(key: str) -> None:
    assert not [word for word in words(key) if set(word) & set("()[]{}.*+?|\\^$")]


def test_a_label_with_a_remark_in_brackets_still_announces_a_name() -> None:
    assert any("张明远" in value for value in found("病人姓名(患者):张明远"))
