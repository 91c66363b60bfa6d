"""Chinese addresses whose end the grammar of streets and numbers does not reach."""

from __future__ import annotations

import pytest
from detection_kit import shipped_detector, text_document


def addresses(text: str) -> list[str]:
    document = text_document(text)
    return [document.text_of(f.spans) for f in shipped_detector().detect(document) if f.entity == "ADDRESS"]


@pytest.mark.parametrize(
    "address",
    [
        "南岗区文昌大道瑞祥首府B5栋3单元1206",
        "椒江区葭芷街道三山村4区52号",
        "云龙区翠屏街道柳沟新村21幢甲单元403室",
    ],
)
@pytest.mark.parametrize("before", ["现住址已变更为", "家住"])
def test_an_estate_and_its_numbers_belong_to_the_address(before: str, address: str) -> None:
    assert addresses(f"{before}{address}。") == [address]


def test_a_date_behind_an_address_does_not() -> None:
    assert addresses("家住南岗区文昌大道12号2024年10月入院") == ["南岗区文昌大道12号"]


@pytest.mark.parametrize(
    "text",
    [
        "世居⟦临夏州东乡县唐汪镇胡浪村下庄社⟧，以务农为生",
        "现住址 ⟦赣县区南塘镇石院村\n坝上组17号⟧  电话 略",  # wrapped by the line
        "改寄信：⟦厦门市湖里区高殿街道兴隆路21号之4,602室⟧，谢谢",
        "接车地点：⟦腾冲市曲石镇江苴村大坪子砖厂宿舍后山⟧",
        "现场：⟦李渡街道马鞍大道与太乙门路口往北80米⟧",
        "现住⟦康定市炉城镇子耳路老榆林加油站对门 三楼左手⟧，救护车走国道",
        "家住⟦柳树屯⟧，务农",
        "租住⟦桃源小区⟧多年",
        "户口所在地：⟦长沙市岳麓区望月湖街道月华社区12片5栋3门401⟧",
        "（住⟦焦作市山阳区艺新街道健康路棉织厂家属楼5号楼东单元四楼西户⟧）",
        "地址⟦上海市静安区共和新路1700弄70号502室⟧",
    ],
)
def test_what_is_finer_than_a_city_goes(text: str) -> None:
    address = text[text.index("⟦") + 1 : text.index("⟧")]
    found = addresses(text.replace("⟦", "").replace("⟧", ""))
    assert [value.replace("\n", "").lstrip("住") for value in found] == [address.replace("\n", "")]


@pytest.mark.parametrize(
    "text",
    [
        "住址：浙江省杭州市",
        "籍贯：江苏省苏州市 出生地：安徽省黄山市",
        "家住农村，饮用井水",
        "医院地址：杭州市上城区庆春路79号",
        "患者由宁波市来杭，转往江苏省人民医院",
        "途经解放路，于路口摔倒，近3年有5次发作",
        "移民开始向其他地区定居，1960年代组屋出现",
    ],
)
def test_cities_and_what_is_no_home_stay(text: str) -> None:
    assert addresses(text) == []


@pytest.mark.parametrize(
    "address",
    [
        "Apt 6, The Maltings, Cappaghmore Road, Tullow, R93 XE42",
        "Unit 4, 27 Harbour Esplanade, Docklands VIC 3008",
        "PO Box 1187, Bismarck, ND 58502",
        "3401 N Rosemont Blvd Apt 210, Tucson, AZ 85712-1187",
        "1550 W 57th Street, Suite 300, New York, NY 10019",
        "2207 Cypress Hollow Dr., Apt 14, Mobile, AL 36606",
        "44 Maple Ridge Crescent, Ottawa, ON K1A 0B1",
        "Tulsa, OK 74105",
        "No. 12, Lane 355, Jianguo West Road, Xuhui District, Shanghai",
        "Flat 12/3, 45 Great Junction St, Edinburgh EH6 5HX",
        "The Willows, 9 Station Parade, Oadby LE2 5AA",
        "Blk 331 Ang Mo Kio Ave 1 #08-1763",
        "14 Larch Close\nThornbury\nBristol\nBS35 2XX",
    ],
)
def test_english_addresses_are_found_whole(address: str) -> None:
    found = addresses(f"he lives at\n{address}\nand is well")
    assert "".join("".join(found).split()) == "".join(address.split())


@pytest.mark.parametrize(
    "text",
    [
        "the 6 Minute Walk test",
        "a 64 Disk Drive",
        "Dear Dr Moss, 9 September 2024",
        "lives in Tulsa, Oklahoma with 2 dogs",
        "5 mg in the Way of the Drug",
        "24 Hour Holter, 12 Lead ECG, Grade 3 Hill",
    ],
)
def test_what_only_looks_like_an_english_address_stays(text: str) -> None:
    assert addresses(text) == []
