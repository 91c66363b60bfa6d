"""The forms of names (03_names): minorities with every dot, foreigners, Latin names, children, everyday words."""

from __future__ import annotations

import pytest
from detection_kit import found


@pytest.mark.parametrize("dot", list("·•‧・．∙⋅.。"))
def test_every_form_of_the_dot(dot: str) -> None:
    name = f"热孜万古丽{dot}阿布都拉"
    assert name in found(f"姓名：{name}，男，30岁")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("患者姓名：扎西顿珠 性别：男", "扎西顿珠"),
        ("她老公降央的电话", "降央"),
        ("父亲：图门，92岁，同住", "图门"),
        ("克林顿总统今天抵达", "克林顿"),
        ("总统拉特纳帕拉等出席", "拉特纳帕拉"),
        ("耶律楚材新论", "耶律楚材"),
        ("患者应有德，68岁", "应有德"),
        ("配偶：关键，某厂工人", "关键"),
        ("经研究，同意步行同志调出", "步行"),
        ("致某某律师事务所皮日新律师：", "皮日新"),
        ("其子尚可18091288350", "尚可"),
        ("病人朵朵，3岁", "朵朵"),
        ("儿子小宝在外地", "小宝"),
        ("乳名：狗蛋", "狗蛋"),
        ("受试者张W，入组", "张W"),
        ("@张大勇 请来取药", "张大勇"),
        ("鹏哥：把片子发我", "鹏哥"),
        ("患者的女儿Emma陪同", "Emma"),
        ("(1)希拉克(2)朱佩(3)埃西\n", "埃西"),
        ("Name: SMITH, John", "SMITH, John"),
        ("Pt: DOE, JANE M    MRN: 5550192", "DOE, JANE M"),
        ("Patient: John A. Smith Jr. attended", "John A. Smith Jr."),
        ("Dear Mr O'Brien,", "O'Brien"),
        ("Dear Mr O’Brien,", "O’Brien"),
        ("Patient: Jürgen von der Heyden", "Jürgen von der Heyden"),
        ("next of kin: María del Carmen López", "María del Carmen López"),
        ("Patient: Nguyễn Thị Lan", "Nguyễn Thị Lan"),
        ("Patient: Muthu s/o Rajan", "Muthu s/o Rajan"),
        ("Patient: Fatima al-Hassan", "Fatima al-Hassan"),
        ("Name: de la Cruz, Juan Carlos", "de la Cruz, Juan Carlos"),
        ("patient name: john smith\ndob 1/1/1960", "john smith"),
        ("Patient: maria de souza", "maria de souza"),
        ("Hi Tomas,\nthe results are back", "Tomas"),
        ("Kind regards,\nAnna", "Anna"),
        ("vendor rep Skip Laurent, on site", "Skip Laurent"),
        ("Subject initials: W.Z.", "W.Z."),
        ("患者缩写:W.Z.", "W.Z."),
    ],
)
def test_forms_of_names(text: str, name: str) -> None:
    assert name in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "以邓小平理论和毛泽东思想为指导",
        "诊断：帕金森病，克罗恩病，马方综合征",
        "用白芷、杜仲、何首乌、徐长卿、刘寄奴",
        "予替吉奥口服，罗氏芬静滴；艾恒150mg，方克6.2",
        "患者于今晨起床时，1月余前感乏力",
        "患者皮肤无黄染，口周麻木，于介入科行治疗",
        "病人小便正常，患儿小腿疼痛，患儿小儿推拿",
        "王某某诉头痛，张** 签收，李某陈述",
        "最优秀的儿子和最杰出的领导，妇女儿童保健",
        "祝各位同事身体康宁",
        "填写示例：姓名“张三”",
        "村民委员会，代表大会，经理办公会，记者会",
        "@检验科 请复核 @所有人",
        "Parkinson disease, Foley catheter, Hashimoto thyroiditis",
        "Patient: well and comfortable",
        "Dear Colleague,\nAbout Lakeshore: a clinic",
        "Movement Disorders (ref. 12)",
    ],
)
def test_what_is_nobody_stays(text: str) -> None:
    assert found(text) == []
