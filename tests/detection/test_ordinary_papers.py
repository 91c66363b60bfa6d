"""What ordinary letters, lists, chats and forms of hospitals say in their own way. Everybody is invented.

Each case stands for a class that unseen papers showed: a word that announces one person, a value with its ward, a
secret without a label. The other cases of a class are what looks alike and stays.
"""

from __future__ import annotations

import pytest
from detection_kit import found, removed, roles, shipped_detector, text_document

from hospital_redact.model import CATEGORY_CUE, Role

RECORD = "出院小结\n主诉:头晕 入院诊断:高血压 出院诊断:高血压 住院号:0123456\n"
RECORD_EN = "CLINICAL LETTER\nThe patient was admitted. MRN 0012345\n"


def covered(text: str, value: str) -> bool:
    """Whether all of ``value`` would go, in one finding or in several."""
    document = text_document(text)
    gone = set()
    for finding in shipped_detector().detect(document):
        if finding.action.removes and finding.role is not Role.STAFF:
            gone |= {(span.block, at) for span in finding.spans for at in range(span.start, span.end)}
    places = [(n, block.text.find(value)) for n, block in enumerate(document.blocks) if value in block.text]
    return bool(places) and all((n, start + i) in gone for n, start in places for i in range(len(value)))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("邻居任远发现其倒在楼道，呼叫120。", "任远"),
        ("上述经过由病友晁盖全证实。", "晁盖全"),
        ("由巡逻民警税小勇（警号0812）送来。", "税小勇"),
        ("贵所所列第三人于洪波，当日无挂号记录。", "于洪波"),
        ("报警人盛开称其父走失。", "盛开"),
        ("次子车建军携两名见证人进入病房", "车建军"),
        ("患方亲属余大海等四人在大厅拉横幅", "余大海"),
        ("与邻居盛大山有旧怨", "盛大山"),
        ("改联系小姨子平凡", "平凡"),
        ("老人叫石磊，84岁", "石磊"),
        ("他姐夫叫牛得水", "牛得水"),
        ("第二例章程之子与其同处一室", "章程"),
        ("1. 被继承人车有贵，身份证号码见附件", "车有贵"),
        ("一、敖登，男，1998年10月出生", "敖登"),
        ("12-19床 甘露 住院号2506-0952", "甘露"),
        ("13055129086：游弋您好，您的清单已开具", "游弋"),
        ("简明家长您好，孩子已满半年", "简明"),
        ("寄上我院游小鱼的切片7张", "游小鱼"),
        ("与患者前妻冷如霜通话，其否认", "冷如霜"),
    ],
)
def test_a_word_for_one_person_announces_a_name(text: str, name: str) -> None:
    assert covered(text, name)


@pytest.mark.parametrize(
    "text",
    [
        "邻居同意作证",
        "同事高兴地说",
        "病友平安无事",
        "呼救电话已登记",
        "单号未填写",
        "平素与儿子同住",
        "社工那边联系一下",
        "耳闻人语声",
    ],
)
def test_a_word_for_one_person_makes_no_name_of_what_follows(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Subject: Referral - Tyler Dunne - urgent", "Tyler Dunne"),
        ('Client: Dorothy Vance ("Dot")\nDot said so. I rang Dot again.', "Dot"),
        ("| Surname | RIVERS | First names | Kwame Ayo |", "RIVERS"),
        ("Her daughter-in-law Cerys Vance was there.", "Cerys Vance"),
        ("Dr L. Moreau    award level 3    £9,048\nMoreau's bonus is on top.\nBonus payments 2025", "Moreau"),
    ],
)
def test_english_names(text: str, name: str) -> None:
    assert covered(text, name)


def test_an_office_behind_a_name_is_no_given_name() -> None:
    assert "Ian Sharples" in found("From: Ian Sharples, Payroll Control, Thornby")


def test_whoever_heads_a_line_of_pay_is_somebody_it_is_about() -> None:
    text = (
        "骨科2025年4月绩效二次分配明细\n武大勇 系数1.8 15,230\n宁静 系数1.2 10,150\n屠小呦 系数1.0 8,460\n"
        "科主任：武大勇"
    )
    assert roles(text)["武大勇"] is Role.STAFF_SUBJECT
    assert roles(text)["宁静"] is Role.STAFF_SUBJECT
    assert "武大勇" not in found("科主任：武大勇\n今日查房。")


@pytest.mark.parametrize(
    "bed",
    ["B区21床", "12病室3床", "306房2床", "五病区12床", "1.12-06床", "Ward 14, bed 22", "bay 3 bed 2", "room 4 bed 1"],
)
def test_the_ward_belongs_to_the_bed(bed: str) -> None:
    value = bed.removeprefix("1.")
    assert covered(f"{RECORD}{bed} 病情平稳", value) or covered(f"{RECORD_EN}Moved to {bed} today.", value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (RECORD + "留言给其公司前台（厦岛国际货代）。", "厦岛国际货代"),
        (RECORD + "02:40入，快马配送骑手，摔电动车", "快马配送"),
        (RECORD + "单位连江县海发渔业答应垫付", "连江县海发渔业"),
        (RECORD + "患者为汉中同福客栈法人，异地医保", "汉中同福客栈"),
        (RECORD_EN + "His employer, Trinity Coastal Services, is keeping the post open.", "Trinity Coastal Services"),
        (RECORD_EN + "She works nights as a line cook at Blue Heron Casino and smokes.", "Blue Heron Casino"),
        (RECORD_EN + "He used to work at Pilkington's glassworks.", "Pilkington's glassworks"),
        (RECORD_EN + "collects her from Wrenfield High at four", "Wrenfield High"),
    ],
)
def test_employers_and_schools(text: str, value: str) -> None:
    assert covered(text, value)


def test_secretions_are_no_company() -> None:
    assert found(RECORD + "咽部红，伴黄白色脓性分泌物流出。") == found(RECORD)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (
            "现住址 江门市新会区会城街道冈州大道中57号华侨新邨4座602　电话",
            "江门市新会区会城街道冈州大道中57号华侨新邨4座602",
        ),
        ("住在沙依巴克区炉院街新村小区11号楼表姐家", "沙依巴克区炉院街新村小区11号楼"),
        ("姓名 | 家庭住址\n王小芳 | 医院宿舍5栋401", "医院宿舍5栋401"),
        ("mail goes to PO Box 311, Española, NM 87532", "PO Box 311, Española, NM 87532"),
        ("lives at 3 Corn Exchange Flats, Wem", "3 Corn Exchange Flats, Wem"),
    ],
)
def test_addresses(text: str, value: str) -> None:
    assert covered(text, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Live server 10.41.16.22 (hostname osw-p1)", "10.41.16.22"),
        ("机房门禁码5390#，钥匙在值班室", "5390#"),
        ("共享密钥pcVPN-psk-0731。", "pcVPN-psk-0731"),
        ("账号 his_ro / Pc#His2024ro；", "Pc#His2024ro"),
        ("Log in as svc_path with Teal-Otter-61! and change it", "Teal-Otter-61!"),
        ("IT handover: server, firewall, VLAN 30, password Xk4#9lLq\nB0kr!m77x is the other one", "B0kr!m77x"),
        ("sort code 20-45-77, account 60318842", "60318842"),
        ("退回至尾号 6093 的银行卡", "6093"),
        ("refer her to me on ext 60331.", "60331"),
        ("H. Lisle, Band 6 OT, 01632 960377", "01632 960377"),
        ("老太太91了，自己走来的", "91"),
        ("She is 93, so ring after ten", "93"),
        ("抖音账号hua_manlou88", "hua_manlou88"),
        (RECORD + "EUS-FNA6月9日已做，三月下旬起咳嗽", "6月9日"),
        (RECORD + "三月下旬起咳嗽", "三月下旬"),
        (RECORD + "对方：二十五号他要走亲戚", "二十五号"),
        (RECORD_EN + "They are away from 20 to 27 June.", "20 to 27 June"),
        (RECORD + "退休前是工人，末代川江号子传承人。", "末代川江号子传承人"),
    ],
)
def test_numbers_secrets_and_dates(text: str, value: str) -> None:
    assert covered(text, value)


@pytest.mark.parametrize(
    "text", ["firmware ver 10.2.3.4", "He retired at 59. Later he moved", "三十号楼门前", "二十一号病房"]
)
def test_what_looks_like_them_stays(text: str) -> None:
    assert found(text) == []


DISCIPLINE = "关于给予某某同志记过处分的决定\n经查，收受违纪所得。\n"
CONTRACT = "设备维保合同 合同编号:QY-SB-2024-01\n甲方:某医院 乙方:某公司\n"
PLAN = "院区发展战略规划（2025—2029）征求意见稿 暂不对外\n\n"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (
            CONTRACT + "第二条 服务期：自2025年7月1日起至2028年6月30日止，共36个月。",
            "自2025年7月1日起至2028年6月30日止",
        ),
        (CONTRACT + "第七条 球管更换不另收费，每年限一只。", "球管更换不另收费，每年限一只"),
        (CONTRACT + "1. 总价由146万元降至128万元，含三年整机质保；", "总价由146万元降至128万元，含三年整机质保"),
        (PLAN + "若专项债未获批，第三条缓行一年。", "若专项债未获批，第三条缓行一年"),
        (PLAN + "约70名护士需转岗，应先做好骨干的工作。", "约70名护士需转岗，应先做好骨干的工作"),
        (PLAN + "方案成熟前不召开职工大会。", "方案成熟前不召开职工大会"),
        (DISCIPLINE + "根据《处分规定》第十七条，经院务会研究，给予记过处分。", "给予记过处分"),
    ],
)
def test_statements(text: str, value: str) -> None:
    assert covered(text, value)


@pytest.mark.parametrize(
    "formula",
    [
        "上述问题有系统日志、值班记录证实。",
        "如不服，可自收到之日起三十日内向上级申诉。",
        "送达人：颜如玉",
        "根据《处分规定》第十七条，经院务会研究，决定：",
    ],
)
def test_formulas_of_a_decision_are_no_facts(formula: str) -> None:
    document = text_document(DISCIPLINE + formula)
    stated = [f for f in shipped_detector().detect(document) if f.rule == "discipline_fact" and f.action.removes]
    assert all(span.block != len(document.blocks) - 1 for finding in stated for span in finding.spans)


def test_the_ground_of_a_sanction_stays_and_the_sanction_goes() -> None:
    text = DISCIPLINE + "根据《处分规定》第十七条，经院务会研究并报党委批准，给予记过处分。"
    document = text_document(text)
    gone = removed(document, shipped_detector().detect(document))
    assert "给予记过处分" in gone
    assert not any("第十七条" in value for value in gone)


def cues(text: str) -> set[str]:
    return {f.category for f in shipped_detector().detect(text_document(text)) if f.entity == CATEGORY_CUE}


def test_minutes_that_decide_about_holdings_are_a_decision() -> None:
    text = (
        "党委会会议纪要\n〔2025〕第9次\n出席：某甲、某乙\n某甲汇报了接触情况。\n"
        "会议决定：同意继续谈判，我院持股不低于51%，公示前暂不对外。"
    )
    assert {"minutes", "decision"} <= cues(text)


def test_a_complaint_of_a_patient_is_no_case_of_discipline() -> None:
    text = (
        "投诉事项的调查报告\n患者家属到医患办投诉，患者于3月18日入院，住院号3302219。\n"
        "处理建议：由科主任致歉，退还部分费用。谈话记录中有患方手印。"
    )
    assert "discipline" not in cues(text)
