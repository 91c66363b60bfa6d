"""For each recipient a document of its kind and one of a wrong kind: what stays, what goes, and what may happen."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from support import ROOT

from hospital_redact.errors import PolicyError
from hospital_redact.languages import Language
from hospital_redact.model import Decision, ReleaseContext
from hospital_redact.pipeline import Redactor, Review
from hospital_redact.planning import apply_plan
from hospital_redact.policy import load_policy
from hospital_redact.reporting.data import describe_review
from hospital_redact.reporting.text import sign_lines

RECORD = """出院小结
姓名：赵小满 性别：女 年龄：46岁 住院号：0004417820
住址：浙江省杭州市西湖区文三路123号5幢2单元301室 联系电话：13957100321
患者赵小满因右上腹痛3天入院，诊断胆囊结石伴急性胆囊炎，予头孢呋辛抗感染后好转出院。
主治医师：何立"""

PAYROLL = """2024年9月职工工资代发表
姓名\t银行卡号\t身份证号\t岗位工资\t薪级工资\t应发合计\t实发合计
葛青云\t6222029400528020061\t210202197205196153\t3440.00\t1450.00\t7012.30\t6512.30
闵昊天\t6222029400528020079\t330106197803124560\t3120.00\t1180.00\t6402.50\t5947.50"""

BONUS = """关于科室超收节支奖励发放的说明
心内科：核定奖励总额312,400元，科主任提取8%，其余按工作量分配。
上述数额请勿外传。"""

STATISTICS = """2024年2月全院工作量统计表
科室\t门急诊人次\t出院人数\t药占比
内科\t1203\t88\t26.1%
外科\t967\t102\t22.4%
填表人 审核人 仅供院内使用"""

MINUTES = """院长办公会会议纪要
时间：2024年10月30日 出席：院领导班子成员
议题：急诊楼改造
会议决定，同意急诊楼改造分两期实施，一期于2025年3月开工，投资控制在3200万元以内。
会议要求，总务科于11月15日前完成图纸审查。"""

PERSONNEL = """干部考察材料
考察对象：闵昊天，男，1978年3月出生，现任骨科副主任。
考察组认为，该同志业务能力强，但工作方法简单，群众基础一般，建议暂缓提拔。
人事档案编号：RS-2024-017"""

CONTRACT = """医用耗材采购合同
甲方：云岭县人民医院 乙方：珩曜医疗科技有限公司
第三条 合同金额为人民币486,000元，分三期支付。
第七条 任何一方违约的，应向对方支付合同总额10%的违约金。"""

TENDER = """评标报告
项目：数字减影血管造影机采购 标底：480万元
评标委员会成员打分：甲公司 92.5分，乙公司 88.1分，得分排序如下。"""

ANNOUNCEMENT = """公开招标公告
项目编号：YLYY-2024-017 采购内容：彩超一台 预算金额486万元
开标时间：2024年11月5日9时 开标地点：县公共资源交易中心"""

PAPER = """肝豆状核变性误诊一例
患者，男，37岁，因双手震颤2年就诊，血清铜蓝蛋白0.06 g/L，角膜K-F环阳性，予青霉胺治疗后好转。
本研究经医院伦理委员会批准，患者已签署知情同意书。"""

UNFILED = PAPER + "\n该检测方法的发明专利尚未申请。"

GENES = PAPER + "\n基因检测示ATP7B c.2333G>T，p.Arg778Leu。"

NETWORK = "服务器交接说明\nehr-db01 192.168.40.12 登录名 svc_ehr 口令 Tulip!2291；防火墙策略14对外开放。请勿外传。"

COMPLAINT = """关于赵小满投诉事项的答复
赵小满女士：您反映的候诊时间过长一事收悉。经调查，当日门诊量较大，我院已向您说明情况并增设诊室。"""

SICK_NOTE = "疾病证明书\n姓名：赵小满 性别：女 住院号：0004417820\n诊断：急性胆囊炎 建议：休息两周\n医师：何立"

INVOICE_PAIR = RECORD + "\n\n姓名：孙晓雯 性别：女 住院号：0004417999\n患者孙晓雯因咳嗽入院，诊断肺炎。"

SUBJECT = {"name": "某单位", "subject": "赵小满", "reference": "函2024-17"}
NAMED = {"name": "某单位", "reference": "函2024-17"}
APPROVE, RELEASE, REDACTED = Decision.APPROVE_THEN_RELEASE, Decision.RELEASE, Decision.RELEASE_REDACTED
REFUSE, REFER = Decision.REFUSE, Decision.REFER_UP


class Case(NamedTuple):
    """A recipient: what it needs, a document of its kind and one that is not for it."""

    given: dict[str, str]
    fitting: str
    stays: tuple[str, ...]
    goes: tuple[str, ...]
    decision: Decision
    approver: str
    wrong: str
    wrong_decision: Decision
    unfit: str = ""


PERSON = ("赵小满", "0004417820")
CASES = {
    "public": Case({}, RECORD, ("胆囊结石", "何立"), PERSON, REDACTED, "宣传科", TENDER, REFUSE),
    "patient": Case(SUBJECT, RECORD, PERSON, (), RELEASE, "病案室", PERSONNEL, APPROVE, "personnel"),
    "referral-hospital": Case(SUBJECT, RECORD, PERSON, (), RELEASE, "经治医师", CONTRACT, APPROVE, "contract"),
    "insurer": Case(SUBJECT, RECORD, PERSON, (), APPROVE, "病案室", PAYROLL, APPROVE, "salary"),
    "insurance-bureau": Case(NAMED, RECORD, PERSON, (), APPROVE, "病案室", PERSONNEL, APPROVE, "personnel"),
    "bank": Case(
        NAMED, PAYROLL, ("葛青云", "6222029400528020061", "6512.30"), ("210202197205196153",), APPROVE, "财务科",
        RECORD, APPROVE, "medical_record",
    ),
    "superior": Case(NAMED, MINUTES, ("分两期实施",), (), APPROVE, "办公室", BONUS, APPROVE, "bonus"),
    "authority": Case(NAMED, STATISTICS, ("1203", "26.1%"), (), APPROVE, "统计员", PAYROLL, APPROVE, "salary"),
    "police": Case(SUBJECT, RECORD, PERSON, (), APPROVE, "病案室", CONTRACT, APPROVE, "contract"),
    "court": Case(SUBJECT, RECORD, PERSON, (), APPROVE, "病案室", NETWORK, APPROVE, "it_security"),
    "lawyer": Case(SUBJECT, RECORD, PERSON, (), APPROVE, "病案室", PAYROLL, APPROVE, "salary"),
    "employer": Case(SUBJECT, SICK_NOTE, ("赵小满",), ("0004417820",), APPROVE, "病案室", MINUTES, APPROVE, "minutes"),
    "transfer": Case(
        {**NAMED, "subject": "闵昊天"}, PERSONNEL, ("闵昊天", "工作方法简单"), (), APPROVE, "人事科", RECORD, APPROVE,
        "medical_record",
    ),
    "complainant": Case(SUBJECT, COMPLAINT, ("赵小满",), (), APPROVE, "病案室", PERSONNEL, APPROVE, "personnel"),
    "journal": Case({}, PAPER, ("青霉胺", "37岁"), (), RELEASE, "科教部", PERSONNEL, APPROVE, "personnel"),
    "sponsor": Case(NAMED, PAPER, ("青霉胺",), (), APPROVE, "科教部", PAYROLL, APPROVE, "salary"),
    "foreign-party": Case(NAMED, PAPER, ("青霉胺",), (), APPROVE, "科教部", GENES, REFER),
    "bidder": Case({}, ANNOUNCEMENT, ("YLYY-2024-017", "486万元"), (), RELEASE, "采购办", TENDER, REFUSE),
    "vendor": Case(NAMED, CONTRACT, ("486,000元",), (), APPROVE, "采购办", TENDER, REFUSE),
}  # fmt: skip


@cache
def redactor() -> Redactor:
    return Redactor()


@cache
def review(recipient: str, text: str, channel: str = "") -> Review:
    context = ReleaseContext(recipient, channel=channel, **CASES[recipient].given)
    return redactor().review_text(text, context=context)


def left(made: Review) -> str:
    return "\n".join(block.text for block in apply_plan(made.document, made.plan).blocks)


def test_every_recipient_has_its_documents() -> None:
    assert CASES.keys() == redactor().policy.recipients.keys()


@pytest.mark.parametrize("recipient", CASES)
def test_a_document_of_its_kind(recipient: str) -> None:
    case = CASES[recipient]
    made = review(recipient, case.fitting)
    text = left(made)
    assert [value for value in case.stays if value not in text] == []
    assert [value for value in case.goes if value in text] == []
    assert made.suggestion.decision is case.decision
    assert case.approver in made.suggestion.approvers
    assert not [word for word in made.suggestion.needs_human if word.startswith(("unfit_document", "context_missing"))]


@pytest.mark.parametrize("recipient", CASES)
def test_a_document_of_a_wrong_kind(recipient: str) -> None:
    case = CASES[recipient]
    suggestion = review(recipient, case.wrong).suggestion
    assert suggestion.decision is case.wrong_decision
    if case.unfit:
        assert f"unfit_document:{case.unfit}" in suggestion.needs_human
    else:
        assert suggestion.reasons[0].rule == f"recipient_{recipient}"
        assert suggestion.reasons[0].clause.section


@pytest.mark.parametrize("recipient", [name for name in CASES if CASES[name].given])
def test_what_is_missing_makes_the_recipient_the_public(recipient: str) -> None:
    made = redactor().review_text(CASES[recipient].fitting, context=ReleaseContext(recipient))
    public = redactor().review_text(CASES[recipient].fitting)
    assert left(made) == left(public)
    missing = {f"context_missing:{name}" for name in redactor().policy.recipients[recipient].requires}
    assert missing <= set(made.suggestion.needs_human)


@pytest.mark.parametrize(
    ("recipient", "channel", "section"),
    [
        ("insurer", "post", "第1篇 三"),
        ("insurer", "post", "第10篇 2"),
        ("insurer", "phone", "第10篇 2"),
        ("bank", "email", "第10篇 6"),
        ("bank", "messenger", "第4篇 5.6"),
        ("transfer", "post", "第1篇 三"),
        ("referral-hospital", "email", "第10篇 6"),
        ("superior", "fax", "第3篇 十(八)"),
    ],
)
def test_a_forbidden_channel_is_refused_with_its_clause(recipient: str, channel: str, section: str) -> None:
    suggestion = review(recipient, CASES[recipient].fitting, channel).suggestion
    assert suggestion.decision is REFUSE
    sections = [reason.clause.section for reason in suggestion.reasons if reason.rule == f"channel_{channel}"]
    assert section in sections
    assert suggestion.reasons[0].rule == f"channel_{channel}"


@pytest.mark.parametrize(
    ("recipient", "channel"),
    [("insurer", "hand"), ("bank", "encrypted"), ("transfer", "hand"), ("superior", "classified-system")],
)
def test_a_fitting_channel_is_not_refused(recipient: str, channel: str) -> None:
    suggestion = review(recipient, CASES[recipient].fitting, channel).suggestion
    assert suggestion.decision is APPROVE
    assert "secure_channel" not in suggestion.conditions
    assert "secure_channel" in review(recipient, CASES[recipient].fitting).suggestion.conditions


def test_a_hospital_secret_is_signed_for_by_the_head_of_the_hospital() -> None:
    suggestion = review("bank", PAYROLL).suggestion
    assert {"财务科", "总经理", "院长"} <= set(suggestion.approvers)
    assert "第4篇 5.4" in [reason.clause.section for reason in suggestion.reasons]
    # A patient's record is none: it is the patient's.
    assert "总经理" not in review("insurer", RECORD).suggestion.approvers


def test_a_second_patient_needs_a_person_and_an_approval() -> None:
    made = review("referral-hospital", INVOICE_PAIR)
    assert "second_patient" in made.suggestion.needs_human
    assert made.suggestion.decision is APPROVE
    assert "孙晓雯" not in left(made)


@pytest.mark.parametrize("recipient", ["journal", "sponsor", "public"])
def test_an_unfiled_invention_is_for_somebody_above(recipient: str) -> None:
    made = redactor().review_text(UNFILED, context=ReleaseContext(recipient, **CASES[recipient].given))
    assert made.suggestion.decision is REFER


@pytest.mark.parametrize("disease", ["HIV抗体阳性", "精神分裂症病史5年", "行体外受精-胚胎移植术"])
def test_special_diseases_raise_the_decision(disease: str) -> None:
    text = RECORD.replace("予头孢呋辛", f"{disease}，予头孢呋辛")
    for recipient in ("public", "referral-hospital"):
        suggestion = review(recipient, text).suggestion
        assert suggestion.decision is APPROVE
        assert "医务部" in suggestion.approvers
        assert "consent_special_disease" in suggestion.conditions


@pytest.mark.parametrize("harmless", ["HIV抗体 0.08 阴性", "否认梅毒、精神病史", "听取艾滋病防治知识讲座"])
def test_a_disease_that_was_not_found_raises_nothing(harmless: str) -> None:
    text = RECORD.replace("予头孢呋辛", f"{harmless}，予头孢呋辛")
    assert review("public", text).suggestion.decision is REDACTED


def test_a_child_raises_the_decision() -> None:
    suggestion = review("public", RECORD.replace("46岁", "6岁")).suggestion
    assert suggestion.decision is APPROVE
    assert "consent_guardian" in suggestion.conditions


def test_many_persons_raise_the_decision() -> None:
    names = [
        "闵昊天",
        "葛青云",
        "孙晓雯",
        "贾小川",
        "沈若溪",
        "邢玉兰",
        "高长顺",
        "季晓芸",
        "周国平",
        "司马文澜",
        "欧阳静",
    ]
    table = "随访名单\n姓名\t住院号\t诊断\n" + "\n".join(f"{n}\t00044178{i:02}\t高血压" for i, n in enumerate(names))
    suggestion = review("public", table).suggestion
    assert "many_persons" in suggestion.needs_human
    assert suggestion.decision is APPROVE
    few = "\n".join(table.splitlines()[:6])
    assert "many_persons" not in review("public", few).suggestion.needs_human


def test_a_reader_sees_who_signs_and_what_must_be_at_hand() -> None:
    entry = describe_review(review("insurer", RECORD), redactor().policy)
    shown = "\n".join(sign_lines(entry, Language("en")))
    assert "病案室" in shown
    assert "consent" in shown
    assert list(sign_lines(describe_review(review("insurer", RECORD, "post"), redactor().policy), Language("en"))) == []


def test_the_report_offers_coarser_forms_without_text_unless_asked_for() -> None:
    story = "医院故事\n张某（化名），苗族，37岁，云岭县人，与双胞胎姐姐同住，确诊为肝豆状核变性。"
    made = review("public", story)
    (plain,) = describe_review(made, redactor().policy)["recognisable"]
    assert {item["kind"]: item["offer"] for item in plain["items"]}["age"] == "age_band"
    assert not [item for item in plain["items"] if "text" in item or "coarser" in item]
    (shown,) = describe_review(made, redactor().policy, show_values=True)["recognisable"]
    assert "30—39岁" in [item["coarser"] for item in shown["items"]]
    assert plain["person"] in "\n".join(sign_lines(describe_review(made, redactor().policy), Language("en")))


@pytest.mark.parametrize(
    ("code", "entry"),
    [
        ("HR106", 'fits = ["gossip"]'),
        ("HR106", 'refuses = ["gossip"]'),
        ("HR106", 'refers_up = ["gossip"]'),
        ("HR112", 'approvers = ["approvers.gossip"]'),
        ("HR112", 'approvers = ["release.many_persons"]'),
    ],
)
def test_a_recipient_that_names_what_is_not_there_is_refused(code: str, entry: str, tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    clause = '[[recipients.friend.clauses]]\nsource = "pipl"\nsection = "第25条"\n'
    content = f'title = "x"\ninherits = "default"\n[recipients.friend]\ntitle = "x"\ntitle_en = "x"\n{entry}\n{clause}'
    (tmp_path / "policies" / "own.toml").write_text(content, encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_policy("own", folders=[tmp_path])
    assert caught.value.code == code


def test_the_page_says_what_the_policy_says() -> None:
    page = (ROOT / "docs" / "recipients.md").read_text(encoding="utf-8")
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}
    policy = redactor().policy
    assert rows.keys() == policy.recipients.keys()
    for name, recipient in policy.recipients.items():
        signers = [who for id_ in recipient.approvers for who in policy.texts(id_)]
        said = [*recipient.requires, *recipient.conditions, *(recipient.fits or ()), *signers]
        assert [word for word in said if word not in rows[name]] == []
