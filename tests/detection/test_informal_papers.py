"""Papers that nobody calls by their kind: chats, e-mails and notes of the house, and what looks like them."""

from __future__ import annotations

import pytest
from detection_kit import text_document

from hospital_redact.detection.categories import EMBARGO, find_categories
from hospital_redact.pipeline import Redactor
from hospital_redact.policy import load_policy

SHIPPED = load_policy("default")


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor()


def cues(text: str) -> set[str]:
    return {finding.rule for finding in find_categories(text_document(text), SHIPPED)}


@pytest.mark.parametrize(
    ("category", "text"),
    [
        ("salary", "小沈3月份少算了两个夜班，按照120元一个，应该补240元。岗位工资从4月起按2480执行。"),
        ("salary", "Priya moves to band 6: £38,682 plus the weighting of £5,414; arrears of £548 go in the May run."),
        ("bonus", "这个月总数68400，先留5%做活动费，剩下医生四成护士六成，大家看看奖金怎么分。"),
        ("bonus", "Your productivity incentive for the quarter is $14,320 (RVUs above threshold at $34.75)."),
        ("finance", "应付药品款7630万，15号发工资1180万，25号还贷600万，缺口大约500万。"),
        ("plan", "关于新院区选址的几点想法（班子内部）\n地块A一百二十亩，地价每亩85万，老院区全部搬走。"),
        ("decision", "关于东门诊部关停事项的批复\n经院长办公会、党委会研究，批复如下：一、注销执业许可证。"),
        ("decision", "Private session\nThe Board resolved to accept the offer; the chair has authority to sign."),
        (
            "minutes",
            "碰头情况\n到场：江副院长、设备科\n米：配送商想涨六个点，我顶回去了。\n焦主任：怕断货，有两台是等货推迟的。",
        ),
        ("contract", "空调维保 续签\n一年19.8万，分两次付，压缩机坏了他们包换。"),
        ("tender_secret", "采购评审表\n内控上限：3.10元（未告知供应商）\n评委1 甲公司88 乙公司85\n推荐成交：乙公司"),
        ("personnel", "考核情况反馈\n陶某：业务能力强，与护士沟通生硬，收到投诉3起。等次：合格"),
        (
            "discipline",
            "院纪委：\n我要反映设备科的事。验收那天没有人去现场，单子是补签的，还给几个人送卡。不留名字，怕打击报复。",
        ),
        ("epidemic", "快报\n住院部四楼累计出现腹泻31人，最早一例2月14日晚，怀疑与配餐有关，留样已送疾控。"),
        (
            "epidemic",
            "Outbreak control team\nEleven patients and four staff now have symptoms; six samples are positive.",
        ),
        ("research", "Lab meeting\nThe second clone blocks uptake by 71% at 10 nM. We will file before the poster."),
        (
            "staff_contact",
            "Call-in sheet\nRowena Clegg 07700 900412, 14 Beech Terrace\nAde Balogun 07700 900877, Flat 2\n",
        ),
    ],
)
def test_a_paper_is_known_by_what_it_says(category: str, text: str) -> None:
    assert category in cues(text)


@pytest.mark.parametrize(
    "text",
    [
        "停诊通告\n因系统升级，周日门诊挂号暂停，急诊正常开放。给您带来不便，敬请谅解。",
        "通 告\n因道路施工，西门临时封闭，车辆请从北门进出。\n特此通告。",
        "关于《门诊预约管理办法（征求意见稿）》向社会公开征求意见的公告\n现向社会公开征求意见。",
        "2025年度部门决算\n收入总计23,456.78万元，支出总计23,102.11万元。\n本决算已经市财政局批复，现向社会公开。",
        "医院概况\n医院始建于1951年，是一所三级甲等综合医院，年门急诊量152万人次，出院8.3万人次。",
        "受试者招募\n我科正在开展一项研究，交通补贴每次100元，随时可以退出。如果您符合条件，欢迎咨询。",
        "国家疾控局：疫情处于低水平\n据国家疾控局网站消息，上周报告新增重症病例128例，死亡病例7例。",
        "本报讯 表彰大会召开，12家单位获评先进集体，每家获得奖金5000元。",
        "第三届论坛（第二轮通知）\n各有关医疗机构：\n注册费：正式代表600元，授予省级学分4分，扫码报名。",
        "Staff Nurse\nBand 5: £29,970 to £36,483 a year pro rata. Interviews are on 12 May. Apply on our website.",
        "Contract award notice\nThe Authority has awarded the contract. Total value £2.1m. Tenders were received.",
        "Annual report and accounts (summary)\nIncome was £412m. The accounts were laid before Parliament and can be "
        "downloaded from our website.",
    ],
)
def test_what_is_said_to_the_public_is_public(redactor: Redactor, text: str) -> None:
    assert redactor.review_text(text).suggestion.level.value == "公开"


@pytest.mark.parametrize(
    "text",
    [
        "关于调整取暖补贴发放时间的通知\n各科室：\n今年取暖补贴发放时间调整到11月中旬，标准不变。",
        "印章使用管理规定\n一、公章由院办专人保管，不得带出。\n二、合同专用章仅限签订合同使用，严禁在空白纸上用印。",
        "Disciplinary procedure\nSanctions may include a written warning, final written warning or dismissal.\n"
        "Employees have the right to appeal.",
        "附件3 进修人员申请表（模板）\n姓名        性别        出生年月\n工作单位\n",
    ],
)
def test_what_is_said_to_the_house_is_internal(redactor: Redactor, text: str) -> None:
    assert redactor.review_text(text).suggestion.level.value == "内部"


def test_what_waits_for_its_announcement_is_not_public_because_it_names_one() -> None:
    text = "采购需求论证表（公告前，内部件）\n拟设最高限价：两台合计190万元\n拟邀请供应商：甲、乙、丙"
    assert {EMBARGO, "tender_secret"} <= cues(text)
    assert "published" not in cues(text)


def test_the_kind_a_chinese_title_ends_with_is_what_it_is() -> None:
    case = "关于对某某违反车辆管理规定问题的处理决定\n经查，三次将车辆停放在家，给予记过处分。"
    assert "discipline" in cues(case)
    assert "discipline" not in cues("职工处分管理规定\n第一条 为严肃纪律，制定本规定。")


def test_a_column_is_known_by_its_last_words_and_no_piece_of_a_sentence_is_one() -> None:
    text = "月工资构成为基本工资2,600元、岗位津贴900元、绩效平均2,150元，考勤显示月均出勤21.6天。\n1,2,3,4"
    assert "bonus" not in cues(text)


def test_figures_of_a_ward_tell_of_nobody(redactor: Redactor) -> None:
    text = (
        "手术室数据小结（不对外）\n总台次2,187台，急诊手术484台，床位使用率93.7%，平均住院日6.9天\n"
        "非计划再次手术8例，术中死亡1例，出院11,842人次，同比上升4.6%。"
    )
    suggestion = redactor.review_text(text).suggestion
    assert suggestion.categories == ("statistics",)


def test_what_the_kind_of_a_text_explains_stays_explained_after_redaction(redactor: Redactor) -> None:
    text = (
        "三、成交信息\n供应商名称：广西碧泓环境工程有限责任公司\n成交金额：壹佰零叁万捌仟元整（￥1,038,000.00）\n"
        "七、公告期限：自本公告发布之日起1个工作日。\n八、其他补充事宜\n未成交供应商可书面质疑。\n"
        "采购人电话：0771-6228001\n"
    )
    review = redactor.review_text(text)
    assert review.suggestion.level.value == "公开"
    assert not [f for f in review.findings if f.rule.startswith("contract") and f.action.removes]
