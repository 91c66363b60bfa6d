"""The words of the examples. All people, places, hospitals and numbers are invented; check digits are computed.

``⟦…⟧`` surrounds a value that must be in no copy, ``⟪…⟫`` words that every copy keeps, ``‖`` ends a run inside
a value, as a word processor does after a correction.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple


def resident_id(first17: str) -> str:
    """Return a resident identity number: 17 digits and their check character (GB 11643-1999, MOD 11-2)."""
    weights = [pow(2, 17 - i, 11) for i in range(17)]
    total = sum(int(digit) * weight for digit, weight in zip(first17, weights, strict=True))
    return first17 + "10X98765432"[total % 11]


def bank_card(digits: str) -> str:
    """Return a card number: ``digits`` and their Luhn check digit (ISO/IEC 7812-1)."""
    doubled = [int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits))]
    return digits + str(-sum(d // 10 + d % 10 for d in doubled) % 10)


def nhs_number(digits: str) -> str:
    """Return a spaced NHS number: nine digits and their modulus 11 check digit (NHS Data Dictionary)."""
    check = -sum(int(d) * (10 - i) for i, d in enumerate(digits)) % 11
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}{check}"


def iban(country: str, account: str) -> str:
    """Return an IBAN in groups of four (ISO 13616, MOD 97-10)."""
    number = "".join(str(int(c, 36)) for c in account + country + "00")
    whole = f"{country}{98 - int(number) % 97:02d}{account}"
    return " ".join(whole[i : i + 4] for i in range(0, len(whole), 4))


class Discharge:
    """出院小结.docx: a table of the patient's data, a header, a comment and a split run."""

    properties: ClassVar[dict[str, str]] = {
        "title": "出院小结 ⟦沈若溪⟧",
        "author": "心内科二病区",
        "keywords": "⟦沈若溪⟧ ⟦ZY20240917083⟧",
        "last_modified_by": "何婉清",
    }
    header = "云桥市第一人民医院　住院号：⟦ZY20240917083⟧　姓名：⟦沈若溪⟧"
    footer = "门诊咨询请拨打医院总机或关注官方网站"
    title = "出院小结"
    table = (
        ("姓名", "⟦沈若溪⟧", "性别", "女"),
        ("出生日期", "⟦1968年9月17日⟧", "科室", "心内科二病区"),
        (
            "身份证号",
            f"⟦{resident_id('33010619680917462')[:10]}‖{resident_id('33010619680917462')[10:]}⟧",
            "床号",
            "⟦17床⟧",
        ),
        ("联系电话", "⟦13857‖164209⟧", "医保卡号", "⟦A30617428⟧"),
        ("家庭住址", "云桥市青石区⟦柳营路218号梧桐苑5幢1单元702室⟧", "联系人", "⟦顾明川⟧（丈夫）⟦13705813346⟧"),
        ("入院日期", "⟦2024年9月3日⟧", "出院日期", "⟦2024年9月12日⟧"),
    )
    sections = (
        (
            "入院情况",
            "患者⟦沈若溪⟧，因“反复胸闷2年，加重3天”入院。既往⟪高血压病史10年⟫，规律服用⟪氨氯地平5mg⟫，否认糖尿病、"
            "青霉素过敏史。查体：体温36.5℃，脉搏78次/分，呼吸18次/分，血压152/94mmHg，双肺呼吸音清，心律齐，各瓣膜"
            "听诊区未闻及病理性杂音，双下肢无水肿。",
        ),
        (
            "诊疗经过",
            "入院后完善相关检查：⟪肌钙蛋白I 0.02ng/mL⟫，低密度脂蛋白胆固醇3.86mmol/L，心电图示ST段轻度压低。"
            "冠状动脉造影（检查号：⟦CAG2409050117⟧）示左前降支中段狭窄约75%，于前降支植入药物洗脱支架一枚，手术顺利。"
            "术后予阿司匹林、替格瑞洛、瑞舒伐他汀治疗，⟦沈女士⟧胸闷缓解，无出血。"
            "其女⟦顾‖念慈⟧已了解病情并签署知情同意书，联系电话⟦15968840271⟧。",
        ),
        (
            "出院诊断",
            "⟪1.冠状动脉粥样硬化性心脏病　不稳定型心绞痛⟫（I20.0）　2.高血压病2级（很高危）　3.高脂血症",
        ),
        (
            "出院医嘱",
            "1.低盐低脂饮食，避免劳累，监测血压。2.阿司匹林肠溶片（⟪国药准字H20153035⟫）100mg 每日一次；替格瑞洛90mg "
            "每日两次，至少服用12个月；瑞舒伐他汀10mg 每晚一次。3.术后1个月心内科门诊复查肝功能、血脂；如出现胸痛持续"
            "超过15分钟，立即拨打120。",
        ),
    )
    signature = "主治医师：⟪林致远⟫　　责任护士：⟪何婉清⟫"
    commented = "诊疗经过"
    comment = "家属⟦顾明川⟧来电（⟦13705813346⟧），要求出院后电话随访，并把小结寄到单位⟦云桥市东湖机械厂⟧。"
    comment_author = "何婉清"


class Pay:
    """工资发放表.docx: a confidential table, people with card numbers and amounts."""

    properties: ClassVar[dict[str, str]] = {
        "title": "九月工资发放表",
        "author": "⟦娄晓棠⟧",
        "keywords": "工资",
        "last_modified_by": "财务科",
    }
    header = "云桥市第一人民医院财务科　内部资料　请勿外传"
    footer = "本表一式两份"
    title = "云桥市第一人民医院2024年9月工资发放表"
    note = "单位：元　　部门：心内科　　代发银行：云桥银行青石支行"
    columns = (
        "⟪工号⟫",
        "⟪姓名⟫",
        "⟪银行卡号⟫",
        "⟪岗位工资⟫",
        "薪级工资",
        "绩效工资",
        "⟪应发合计⟫",
        "公积金",
        "个人所得税",
        "⟪实发合计⟫",
    )
    people = (
        ("Y0317", "方敬之", "622202120811374520", 4280, 3615, 9860),
        ("Y0342", "简书宁", "622848003361754018", 3450, 2788, 7940),
        ("Y0358", "娄晓棠", "621700143009826617", 2910, 2206, 6520),
        ("Y0411", "祝长风", "622202120833610945", 2910, 1974, 6185),
        ("Y0426", "费云舒", "621661540720485313", 2410, 1532, 5370),
        ("Y0473", "卞若琳", "622848003377019264", 2150, 1219, 4905),
        ("Y0508", "仇海生", "621700143024713386", 2150, 1091, 4730),
        ("Y0533", "阮听雪", "622202120859027741", 1990, 962, 4385),
    )
    remarks = (
        "说明：1.薪级工资按年度考核结果套改。2.⟦祝长风⟧本月补发夜班费⟦860.00元⟧，已并入绩效工资。"
        "3.⟦阮听雪⟧为新入职人员，工资卡尾号变更，联系电话⟦18157320694⟧。4.请各科室核对后于5个工作日内反馈。"
    )

    @classmethod
    def rows(cls) -> list[tuple[str, ...]]:
        """Return the table's rows: sums in yuan with two decimals, fund 12 %, tax 3 % above 5,000 yuan."""
        rows = []
        for number, name, card, post, grade, merit in cls.people:
            due = post + grade + merit
            fund = due * 0.12
            tax = max(0.0, (due - fund - 5000) * 0.03)
            amounts = (post, grade, merit, due, fund, tax, due - fund - tax)
            rows.append((f"⟦{number}⟧", f"⟦{name}⟧", f"⟦{bank_card(card)}⟧", *(f"⟦{a:.2f}⟧" for a in amounts)))
        return rows


class Table(NamedTuple):
    """Rows of a table in a PDF and the widths of its columns in millimetres."""

    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]


class Referral:
    """转诊信.pdf: Chinese with an English summary, an embedded subset font."""

    properties: ClassVar[dict[str, str]] = {
        "title": "转诊信 ⟦欧阳景行⟧",
        "author": "⟪云桥市第一人民医院⟫",
        "subject": "转诊",
        "keywords": "⟦ZY20240822036⟧",
    }
    title = "云桥市第一人民医院转诊信"
    body: tuple[str | Table, ...] = (
        "收件：海湾医院肝胆外科　　　　　　　　　　　　发件：消化内科一病区",
        Table(
            (
                ("姓名", "⟦欧阳景行⟧", "性别 年龄", "男 61岁"),
                ("身份证号", f"⟦{resident_id('33072219630408191')}⟧", "住院号", "⟦ZY20240822036⟧"),
                ("联系电话", "⟦13967915830⟧", "联系人", "⟦欧阳牧⟧（儿子）"),
                ("住址", "⟦永宁县丹溪镇下塘村4组36号⟧", "床号", "⟦23床⟧"),
            ),
            (22, 68, 24, 56),
        ),
        "尊敬的同道：",
        "患者⟦欧阳景行⟧，男，61岁，因“上腹部隐痛伴皮肤巩膜黄染2周”于⟦2024年8月22日⟧入住我科。"
        "患者2周前无明显诱因出现上腹部隐痛，尿色加深如浓茶，无发热、呕血。⟪既往乙型肝炎病史20年⟫，未规律抗病毒治疗。⟦欧阳先生⟧之子⟦欧阳牧⟧"
        "（电话⟦13588662417⟧）陪同就诊，要求转往上级医院手术治疗。",
        Table(
            (
                ("检验项目", "结果", "单位", "参考区间"),
                ("总胆红素", "⟪186.4⟫", "μmol/L", "3.4～20.5"),
                ("直接胆红素", "142.7", "μmol/L", "0～6.8"),
                ("丙氨酸氨基转移酶", "213", "U/L", "9～50"),
                ("糖类抗原19-9", "⟪864.2⟫", "U/mL", "＜37"),
                ("甲胎蛋白", "4.1", "ng/mL", "＜7"),
            ),
            (52, 38, 38, 42),
        ),
        "上腹部增强CT（影像号：⟦CT2408230941⟧）示⟪胰头占位性病变⟫，大小约3.2cm×2.8cm，胆总管及肝内胆管扩张，"
        "未见明确远处转移。磁共振胰胆管成像考虑胰头癌可能性大。已予保肝、退黄、营养支持治疗，生命体征平稳。",
        "Summary for the receiving team: Patient: ⟦OUYANG Jingxing⟧, 61-year-old man, passport no. ⟦EA4172938⟧, "
        "obstructive jaundice with a ⟪3.2 cm mass in the head of the pancreas⟫. Please contact his son at "
        "⟦+86 135 8866 2417⟧ or ⟦ouyangmu@example.com⟧.",
        "建议贵科评估手术指征。随信附检验、影像报告复印件。如有疑问，请与我科联系。此致敬礼！",
        "主管医师：⟪韩立群⟫　　　　科主任：⟪秦守正⟫",
    )


class Letter:
    """discharge-letter.pdf: English, standard fonts, nothing embedded."""

    properties: ClassVar[dict[str, str]] = {
        "title": "Discharge letter ⟦Margaret Ellsworth⟧",
        "author": "Cardiology Department",
        "subject": "Discharge",
        "keywords": "⟦WG-4471902⟧",
    }
    title = "Discharge Summary"
    body: tuple[str | Table, ...] = (
        "Westergate General Hospital - Department of Cardiology",
        Table(
            (
                ("Patient name", "⟦Margaret Ellsworth⟧", "NHS number", f"⟦{nhs_number('640372819')}⟧"),
                ("Date of birth", "⟦14 March 1951⟧", "Hospital number", "⟦WG-4471902⟧"),
                ("⟪Address⟫", "⟦14 Larkspur Close, Winterbourne Regis⟧", "⟪Telephone⟫", "⟦07700 900417⟧"),
                ("Admitted", "⟦3 September 2024⟧", "Discharged", "⟦9 September 2024⟧"),
            ),
            (28, 70, 32, 40),
        ),
        "Dear Dr ⟪Raman⟫,",
        "Thank you for referring Mrs ⟦Ellsworth⟧, a 73-year-old retired librarian, who was admitted with central chest "
        "pain and shortness of breath. She has a history of ⟪type 2 diabetes and hypertension⟫ and takes metformin "
        "500 mg twice daily and ramipril 5 mg once daily. She has never smoked.",
        "On admission her blood pressure was 148/86 mmHg, heart rate 92 beats per minute and oxygen saturation 96 % "
        "on air. The electrocardiogram showed anterior ST depression. High-sensitivity troponin "
        "rose from ⟪34 to 412 ng/L⟫. Coronary angiography showed a severe stenosis of the left anterior "
        "descending artery, which was treated with a single drug-eluting stent. There were no complications.",
        Table(
            (
                ("Test", "Result", "Unit", "Reference"),
                ("Haemoglobin", "128", "g/L", "115-165"),
                ("Creatinine", "⟪71⟫", "umol/L", "45-84"),
                ("HbA1c", "58", "mmol/mol", "below 48"),
                ("LDL cholesterol", "3.4", "mmol/L", "below 1.8"),
            ),
            (52, 38, 40, 40),
        ),
        "Discharge medication: aspirin 75 mg once daily, ticagrelor 90 mg twice daily for twelve months, atorvastatin "
        "80 mg at night, bisoprolol 2.5 mg once daily, metformin and ramipril as before.",
        "⟦Margaret Ellsworth⟧ lives alone. Her next of kin is her daughter, ⟦Joanna Ellsworth⟧, who can be reached on "
        "⟦07700 900863⟧ or at ⟦joanna.ellsworth@example.org⟧. She would like a copy of this letter.",
        "Follow-up: cardiology clinic in six weeks; cardiac rehabilitation has been arranged. Please check her renal "
        "function in two weeks and titrate ramipril to 10 mg as tolerated.",
        "Yours sincerely,",
        "Dr ⟪Helena Marsh⟫, Consultant Cardiologist",
    )


NEWS = """云桥市第一人民医院官方网站稿件

我院成功开展高龄患者微创瓣膜置换术

本网讯　日前，我院心脏外科团队为一名高龄患者成功实施经导管主动脉瓣置换术，手术历时70分钟，患者恢复良好。

患者⟦高秋实⟧，女，78岁，家住⟦永宁县丹溪镇石桥村2组15号⟧，反复活动后气促3年。入院检查示重度主动脉瓣狭窄。\
心脏外科主任⟪周慕白⟫主任医师组织多学科讨论，认为传统开胸手术风险高，决定采用微创方案。

“当时走几步路就喘，现在能自己下楼散步了。”⟦高秋实⟧说。其子⟦高一鸣⟧（手机⟦13588019362⟧）为科室送来锦旗。\
据了解，⟦高秋实⟧住院号⟦ZY20240905127⟧，身份证号⟦{news_id}⟧，手术费用由医保按规定报销。

专家提醒：⟪主动脉瓣狭窄⟫多见于65岁以上人群，若出现胸闷、晕厥、活动耐量下降，应及时就诊。

附：招聘公告

因工作需要，我院面向社会公开招聘⟪麻醉医师3名⟫、护士20名。应聘条件：麻醉医师须具有硕士及以上学历，\
取得执业医师资格证书。待遇：⟪年薪20万至30万元⟫，按国家规定缴纳五险一金。报名时间：自本公告发布之日起15个工作日内。\
有意者请登录医院官方网站下载报名表。⟪服务热线12320⟫。
""".replace("{news_id}", resident_id("33072219460219152"))

CLAIM = f"""From: ⟪Claims Liaison Office⟫, Westergate General Hospital
To: ⟪Health Claims Department⟫, Meridian Mutual Insurance
Subject: Claim documents for ⟦Thomas Okafor⟧

Dear colleagues,

Please find below the clinical summary that you asked for.

Patient: ⟦Thomas Okafor⟧
Date of birth: ⟦22/07/1979⟧
MRN: ⟦WG-5530417⟧
NHS number: ⟦{nhs_number("581640937")}⟧
Policy number: ⟦MMI-77204516⟧
Address: ⟦7 Quayside Terrace, Port Ellery⟧
Mobile: ⟦07700 900528⟧
E-mail: ⟦t.okafor@example.net⟧

Mr ⟦Okafor⟧, a 45-year-old joiner, was brought to the emergency department after a fall from a ladder. Radiographs
showed a ⟪closed fracture of the left distal radius⟫. Dr ⟪Simon Attwell⟫, consultant orthopaedic surgeon, fixed it
with a volar locking plate under general anaesthesia. Recovery was uneventful. He was given
⟪paracetamol 1 g four times daily⟫ and ibuprofen 400 mg as needed,
and was referred to the fracture clinic and to hand therapy.

At review the wound had healed and grip strength was 70 % of the other side. He returned to light duties after
eight weeks. No further surgery is planned. There is no history of a previous injury to the wrist.

Invoices were settled by the patient's wife, ⟦Grace Okafor⟧ (telephone ⟦020 7946 0318⟧). Please refund to her account,
IBAN ⟦{iban("GB", "WSTG40478162093517")}⟧, quoting the policy number above.

⟦Thomas Okafor⟧ has been told that this summary will be sent.

Yours faithfully,
Eleanor Pryce, Claims Liaison Officer
"""
