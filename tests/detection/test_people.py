"""What people are called after their name was given: at the bedside, in a chat, in a list."""

from __future__ import annotations

import pytest
from detection_kit import shipped_detector, text_document

RECORD = "住院号:240719033 主诉:发热 入院诊断:肺炎\n"


def names(text: str) -> list[str]:
    document = text_document(text)
    return [document.text_of(f.spans) for f in shipped_detector().detect(document) if f.entity == "PERSON_NAME"]


def test_a_compound_family_name_shows_a_name_without_label() -> None:
    assert "尉迟宝" in names("就是尉迟宝吧？又烧到39度")
    assert names("贺兰山下") == []


def test_a_child_is_called_by_the_last_character_twice() -> None:
    assert names(RECORD + "患儿:贺兰朵，女\n昨晚朵朵又烧了")[-1] == "朵朵"
    assert "刚刚" not in names(RECORD + "患者:李刚，男\n刚刚入院")


def test_given_names_are_not_followed_where_no_patient_is() -> None:
    assert "列昂" not in names("作者:贝列昂\n列昂的小说")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("姓 名： 努 尔 兰   性 别： 男", "努 尔 兰"),
        ("工友老寸送来", "老寸"),
        ("请注意小令狐目前情绪低落，令狐冉今日出院，患者令狐冉", "小令狐"),
        ("汪琬清 68岁 男 住院", "汪琬清"),
        ("申请人傅萧然于今日", "傅萧然"),
    ],
)
def test_forms_of_names(text: str, name: str) -> None:
    assert name in names(text)


def test_a_party_to_a_contract_is_no_person() -> None:
    assert names("户名：乙方全称\n联系人：甲方") == []


def test_a_name_in_a_list_is_found_in_its_usual_order_as_one() -> None:
    text = "Name | Staff no | Gross\nDonovan, Mirela | NB20611 | 3,412.50\nMirela Donovan was overpaid by payroll"
    assert "Mirela Donovan" in names(text)


def test_surname_and_given_name_alone_in_a_cell_are_somebody() -> None:
    assert "O'Hanlon, Maeve" in names("04-Jun | O'Hanlon, Maeve | N40031122 | statin held")
    assert names("04-Jun | Monday, June | N40031122 | statin held") == []


def test_a_name_before_an_address_or_a_phone_is_one() -> None:
    assert "卞大洋" in names("3组  卞大洋  宅：见附表")
