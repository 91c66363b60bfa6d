"""Number identifiers, each with values as written every day, one in disguise, and its look-alikes that are none.

Every number is invented; where a kind has a check digit it is a right one, unless the case is about a wrong one.
"""

from __future__ import annotations

import base64

import pytest
from detection_kit import found

# kind: texts whose part between ⟨ and ⟩ must go, and texts in which nothing may go.
FOUND: dict[str, list[str]] = {
    "resident identity": [
        "身份证号：⟨330106198802134729⟩",
        "证件号码 ⟨510104 19761130 2810⟩",
        "身份证：⟨62 01 02\n2001 11 08 31 1O⟩",
        "身份证号⟨三三〇一〇六一九八八〇二一三四七二九⟩",
        "身份证 ⟨33O1O6198802134729⟩",
        "身份证号⟨330106198802134728⟩",  # fails its check
    ],
    "first generation identity": [
        "旧身份证⟨330106880213472⟩",
        "身份证号：⟨510104761130281⟩",
        "身份证⟨３３０１０６８８０２１３４７２⟩",
    ],
    "residence permit of Hong Kong, Macao, Taiwan": [
        "居住证 ⟨810000198506151234⟩",
        "证件号码：⟨810000 19850615 1234⟩",
        "居住证号⟨8-1-0-0-0-0-1-9-8-5-0-6-1-5-1-2-3-4⟩",
    ],
    "permanent residence": [
        "永居证⟨93184019800101101X⟩",
        "外国人永久居留证 ⟨AUT110081092001⟩",
        "永久居留证号：⟨ＡＵＴ１１００８１０９２００１⟩",
    ],
    "passport": ["护照号：⟨EF1260892⟩", "Passport no. ⟨PE1234567⟩", "护照 ⟨E 1 2 3 4 5 6 7 8⟩", "护照号⟨Е12345678⟩"],
    "travel permit": ["回乡证⟨H12345678⟩", "往来港澳通行证 ⟨CB1234567⟩", "台胞证号：⟨1 2 3 4 5 6 7 8⟩"],
    "military": ["军官证:⟨军字第2001988号⟩", "士官证号⟨士1234567⟩", "证件号码 ⟨南字第１２３４５６７８号⟩"],
    "Hong Kong identity": [
        "HKID ⟨K482913(1)⟩",
        "香港身份证号⟨WX382194(1)⟩",
        "香港身份证 ⟨К482913(1)⟩",
        "香港身份证⟨K482913(2)⟩",
    ],
    "Macao identity": ["澳门身份证⟨5123456(7)⟩", "澳门居民身份证号：⟨1234567(8)⟩", "澳门身份证 ⟨５１２３４５６（７）⟩"],
    "Taiwan identity": ["台湾身份证⟨F228910347⟩", "統一編號：⟨H188430217⟩", "身份证号⟨Ｆ２２８９１０３４７⟩"],
    "birth certificate": ["出生医学证明编号⟨X320101001⟩", "出生证号：⟨K330287654⟩", "出生医学证明编号：⟨Х330287654⟩"],
    "mobile": [
        "电话⟨15957100321⟩",
        "联系 ⟨+86 159 5710 0321⟩",
        "手机⟨159.5710.0321⟩",
        "手机⟨一五九五七一〇〇三二一⟩",
        "微信同号⟨幺五九五拐幺洞洞三两幺⟩",
        "电话|⟨1|5|9|5|7|1|0|0|3|2|1⟩|",
        "号码⟨l5957lOO32l⟩",
        "电话⟨14057100321⟩",  # a prefix that is not assigned
    ],
    "landline": ["电话⟨0571-87236114转802⟩", "⟨(021)64041990⟩", "宅电 ⟨〇五七一－八七二三六一一四⟩"],
    "fax": ["传真：⟨0571-87236115⟩", "传真 ⟨87236115⟩", "传真⟨０５７１－８７２３６１１５⟩"],
    "phones elsewhere": [
        "call ⟨+44 7700 900123⟩",
        "Tel ⟨(415) 555-0132⟩",
        "ring me on ⟨oh seven seven double zero nine double zero one two three⟩",
    ],
    "bank card": [
        "卡号⟨6228480317155402736⟩",
        "银行卡 ⟨6216 6128 0000 4472 352⟩",
        "卡号：⟨6216.6128.0000.4472.352⟩",
        "工资卡⟨六二一七〇〇三三三〇〇一二八七六五六⟩",
        "卡号⟨6228480317155402730⟩",  # fails its check
    ],
    "bank account": [
        "账号：⟨33001616781050001234⟩",
        "基本户 账号 ⟨3300 1616 7810 5000 1234⟩",
        "帐号⟨３３００１６１６７８１０５０００１２３４⟩",
    ],
    "IBAN": [
        "IBAN ⟨GB29 NWBK 6016 1331 9268 19⟩",
        "⟨DE44500105175407324931⟩",
        "IBAN：⟨ＧＢ２９ＮＷＢＫ６０１６１３３１９２６８１９⟩",
    ],
    "credit code": [
        "统一社会信用代码⟨12330000470009876D⟩",
        "税号：⟨91330108MA2KJ7Q343⟩",
        "信用代码 ⟨５２５１００００５０９８７６５４３Ｔ⟩",
    ],
    "NHS number": [
        "NHS no. ⟨485 777 3457⟩",
        "NHS number: ⟨7012239107⟩",
        "NHS ⟨4 8 5 7 7 7 3 4 5 7⟩",
        "NHS number ⟨485 777 3458⟩",
    ],
    "social security": ["SSN ⟨412-67-9038⟩", "SSN: ⟨412679038⟩", "social security ⟨４１２－６７－９０３８⟩"],
    "national insurance": ["NI ⟨AB 34 56 78 C⟩", "⟨AB123456D⟩ is on file", "NINO ⟨ＡＢ１２３４５６Ｄ⟩"],
    "vehicle": [
        "车架号⟨LSVAM4186C2184841⟩",
        "VIN：⟨LFV3A23C9D3021776⟩",
        "车辆识别代号：⟨ＬＧＢＨ５２Ｅ０８ＨＹ１６３２０４⟩",
    ],
    "plate": ["车牌⟨浙A·12345⟩", "停着⟨京AD12345⟩", "车号⟨浙А1２345⟩", "⟨粤Z1234港⟩"],
    "e-mail": [
        "⟨zhao.xm@mail.example⟩",
        "邮箱:⟨a_b@hosp.example.cn⟩。",
        "邮箱⟨ｚｈａｏ＠mail.example⟩",
        "邮箱 ⟨zhao.xm[at]mail.example[dot]com⟩",
        "write to ⟨j.moss at clinic dot example⟩",
        "⟨zhаo@mail.example⟩",
    ],
    "WeChat": ["微信号:⟨zhaoxm_2020⟩", "加微信 ⟨wxid_abc123⟩", "微信：⟨ｚｈａｏｘｍ８８⟩"],
    "QQ": ["QQ:⟨123456789⟩", "QQ群 ⟨87654321⟩", "ＱＱ：⟨１２３４５６７８９⟩"],
    "network address": [
        "登录自⟨192.168.1.10⟩",
        "MAC ⟨00-1A-2B-3C-4D-5E⟩",
        "IP：⟨１９２．１６８．１．１０⟩",
        "地址 ⟨2001:db8::8a2e:370:7334⟩",
    ],
    "web address": [
        "见 ⟨https://portal.example/p?id=8812⟩ 页",
        "⟨ftp://files.example/a.zip⟩",
        "⟨ｈｔｔｐｓ：／／portal.example/p⟩",
    ],
}

KEPT: dict[str, list[str]] = {
    "drug approvals": ["国药准字H20133333", "国药准字 Z 2 0 1 3 3 3 3 3", "进口药品注册证号H20160123"],
    "classifications": ["ICD-10 E11.901", "I21.4", "手术编码 36.0700x004"],
    "publications": [
        "doi:10.3760/cma.j.cn112137-20240305-00515",
        "ISBN 978-7-117-29876-6",
        "ISSN 0578-1426",
        "PMID 38412345",
    ],
    "trials": ["ChiCTR2000029308", "NCT04283461", "ISRCTN12345678"],
    "standards": ["GB/T 39725-2020", "YY 0505-2012", "WS/T 500.1-2016"],
    "batches": ["批号20240305", "批号：2 0 2 4 0 3 0 5 1 1", "lot 8812345"],
    "results": [
        "白细胞 4.5 5.6 6.7 7.8 8.9 9.1 10.2",
        "血压 135 142 138 120 115 139 mmHg",
        "血糖：7.8 9.1 10.2 11.3 8.8",
        "参考范围 135-145 3.5-5.5 96-106",
        "WBC 13.2\nHGB 138\nPLT 213\nCRP 80.5",
    ],
    "series": [
        "1 3 5 7 9 11 13 15 17",
        "13 15 17 19 21 23 25",
        "（1）（2）（3）（4）（5）（6）（7）",
        "①②③④⑤⑥⑦⑧⑨",
        "一二三四五六七八九十",
    ],
    "counts": ["共12345678人次", "金额 1395710元", "样本量 1 3 9 5 例", "二〇二四年三月", "第一三八条"],
    "versions": ["v1.3.9.5", "GRCh38.p14", "软件版本 5.7.100.321"],
    "genes": ["ACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGT", "NM_000546.6", "BRCA1 c.68_69delAG"],
    "digests": [f"sha256: {'9f86d081884c7d65' * 4}", "md5 d41d8cd98f00b204e9800998ecf8427e"],
    "public service": ["咨询热线400-820-8820", "拨打12320热线"],
    "shapes without a label": ["药盒编码E12345678", "货号A123456789", "货号H12345678"],
}


def split(case: str) -> tuple[str, str]:
    """Return the text without its brackets, and the value between them without line ends."""
    before, rest = case.split("⟨")
    value, after = rest.split("⟩")
    return before + value + after, value.replace("\n", "")


@pytest.mark.parametrize("case", [case for cases in FOUND.values() for case in cases])
def test_found_whole(case: str) -> None:
    text, value = split(case)
    assert any(value in gone for gone in found(text)), text
    assert sum(len(gone) for gone in found(text)) <= len(value) + 2


@pytest.mark.parametrize("text", [text for texts in KEPT.values() for text in texts])
def test_kept(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("kind", FOUND)
def test_every_kind_has_enough_cases(kind: str) -> None:
    assert len(FOUND[kind]) >= 3


def test_every_kind_is_found_inside_base64_as_well() -> None:
    missed = []
    for kind, cases in FOUND.items():
        text, _ = split(cases[0])
        run = base64.b64encode(text.encode()).decode()
        if found(f"附 {run} 完") != [run]:
            missed.append(kind)
    assert missed == []
