"""Cues: where they stand decides what they weigh; look-alikes lower the prior and cancel no table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hospital_redact.detection.categories import find_categories
from hospital_redact.errors import DetectionError
from hospital_redact.formats.text import document_of_text as text_document
from hospital_redact.model import (
    CATEGORY_CUE,
    Action,
    Block,
    CategoryRule,
    Cues,
    Document,
    Finding,
    Kind,
    Location,
    Policy,
    TablePosition,
    join_blocks,
)
from hospital_redact.policy import load_policy

SHIPPED = load_policy()
RULE = replace(
    SHIPPED.categories[0],
    id="trial",
    threshold=3.0,
    cues=Cues(
        titles=("奖金分配", "bonus"),
        headings=("分配方案",),
        columns=("奖金", "系数", "实发", "tax"),
        phrases=("按工作量", "二次分配", "点值", "奖金池"),
        patterns=(r"提成[0-9]{1,2}%", r"人均[0-9]+元"),
        file_names=("奖金",),
        look_alikes=("招聘公告", "奖金分配系统", "样张"),
    ),
)


def policy(rule: CategoryRule = RULE) -> Policy:
    return replace(SHIPPED, categories=(rule,))


def found(text: str, rule: CategoryRule = RULE, *, name: str = "a.txt") -> Finding | None:
    findings = find_categories(replace(text_document(text), name=name), policy(rule))
    return next((finding for finding in findings if "weak" not in finding.evidence), None)


FILLED = "姓名\t系数\t奖金\t实发\n葛青\t1.3\t9420\t9000\n闵昊\t1.1\t7650\t7000"


@pytest.mark.parametrize(
    ("text", "fires"),
    [
        ("骨科奖金分配表", True),
        ("骨 科 奖 金 分 配 表", True),  # spaced out
        ("骨科奖金分配\t2024年9月", True),
        ("Q3 bonus\nsee below", True),
        ("Q3 bonuses\nsee below", False),  # part of a longer Latin word
        ("正文提到奖金分配一词但只在很后面\n" * 9 + "奖金分配", True),  # the first line is a title
        ("各位同事\n\n" + "无关的话。\n" * 9 + "奖金分配", False),
        ("按工作量二次分配", False),  # two phrases are not enough
        ("按工作量二次分配，点值另行通知", False),  # nor three
        ("各位同事：\n一、分配方案\n按工作量二次分配", True),
        ("按工作量二次分配，提成12%", True),
        ("提成12%，人均300元", True),
        ("分配方案：提成12%", True),  # a heading and an expression
        ("见分配方案，提成12%", False),  # the same word inside a line is no heading
        ("一、分配方案\n提成12%", True),
        (FILLED, True),
        ("姓名\t系数\t奖金\t实发\n\t\t\t\n____\t\t____\t", False),  # an empty form
        ("奖金分配系统上线\n欢迎使用", False),  # a longer look-alike covers the cue
        ("招聘公告\n奖金分配，按工作量", False),
        ("招聘公告\n" + FILLED, True),  # a table of persons with figures stays
        ("", False),
    ],
)
def test_weights(text: str, fires: bool) -> None:
    assert (found(text) is not None) is fires


def test_a_file_name_counts() -> None:
    assert found("点值", name="骨科奖金.txt") is not None
    assert found("点值", name="骨科.txt") is None


def test_the_finding_is_a_flag_on_the_cues_places() -> None:
    text = "骨科奖金分配\n提成12%"
    finding = found(text)
    assert finding is not None
    assert (finding.entity, finding.action, finding.rule) == (CATEGORY_CUE, Action.FLAG, "trial")
    assert text_document(text).text_of(finding.spans) == "奖金分配提成12%"
    assert finding.evidence == ("titles", "patterns")
    assert 0.5 <= finding.confidence <= 0.99


def test_full_width_and_capitals_are_one_spelling() -> None:
    assert found("Ｑ３　ＢＯＮＵＳ\n提成１２％") is not None


def test_named_persons_are_evidence() -> None:
    finding = found(FILLED)
    assert finding is not None
    assert finding.evidence == ("columns", "persons")


def test_tables_of_the_format_count_like_drawn_ones() -> None:
    rows = [line.split("\t") for line in FILLED.split("\n")]
    blocks = tuple(
        Block(cell, Location("table", f"{r},{c}"), Kind.CELL, TablePosition(0, r, c, c if r else None))
        for r, row in enumerate(rows)
        for c, cell in enumerate(row)
    )
    document = Document("a.docx", "x", "", blocks, (join_blocks(blocks),))
    assert [finding.rule for finding in find_categories(document, policy())] == ["trial"]


def test_a_heading_block_is_a_title_wherever_it_stands() -> None:
    lines = ["无关的话。"] * 20
    blocks = (*(Block(line, Location("body")) for line in lines), Block("奖金分配", Location("body"), Kind.HEADING))
    document = Document("a.docx", "x", "", blocks, (join_blocks(blocks),))
    assert [finding.evidence for finding in find_categories(document, policy())] == [("titles",)]


def test_a_chinese_column_may_hold_the_cue_and_a_latin_one_may_not() -> None:
    assert found(FILLED.replace("系数", "岗位系数").replace("奖金", "应得奖金（元）")) is not None
    assert found("name\tsyntax\ttaxonomy\tunits\nx\t1\t2\t3") is None


def test_a_slow_expression_is_an_error_that_names_the_rule_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hospital_redact.detection.patterns.TIMEOUT_SECONDS", 0.05)
    slow = replace(RULE, cues=Cues(patterns=(r"(?:[a-z]+)+(?:[0-9]+)+!",)))
    with pytest.raises(DetectionError) as caught:
        found("a" * 5000 + "1" * 5000 + " !", slow)
    assert caught.value.code == "HR301"
    assert "trial" in caught.value.message
    assert "aaa" not in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "诊疗计划：完善相关检查，拟择期手术",
        "拟诊：急性胆囊炎；手术计划：腹腔镜",
        "门诊导诊电话:0571-87236114",
        "国家秘密的定级由有定密权的机关办理",
        "请定期修改密码,不点击陌生链接",
        "会诊意见：继续抗感染治疗",
        "Treatment plan: continue bisoprolol",
    ],
)
def test_everyday_words_of_a_hospital_are_no_cues(text: str) -> None:
    confidential = [finding.rule for finding in find_categories(text_document(text), SHIPPED)]
    assert confidential == []


@pytest.mark.parametrize(
    ("text", "fires"),
    [
        ("按工作量二次分配", True),  # two phrases, and nothing says what else this may be
        ("点值另行商量", False),
        ("关于放假的通知\n各科室：按工作量二次分配", False),  # a notice, which reaches its own threshold
    ],
)
def test_the_closest_category_counts_where_nothing_else_does(text: str, fires: bool) -> None:
    notice = next(rule for rule in SHIPPED.categories if rule.id == "general_notice")
    findings = find_categories(text_document(text), replace(SHIPPED, categories=(RULE, notice)))
    weak = [finding for finding in findings if finding.rule == "trial"]
    assert bool(weak) is fires
    assert all("weak" in finding.evidence and finding.confidence < 0.55 for finding in weak)


def test_wording_of_secrecy_confirms_weak_cues() -> None:
    declared = next(rule for rule in SHIPPED.categories if rule.id == "self_declared")
    rules = (RULE, declared)
    findings = find_categories(text_document("按工作量二次分配\n请勿外传"), replace(SHIPPED, categories=rules))
    assert {finding.rule: "weak" in finding.evidence for finding in findings} == {
        "trial": False,
        "self_declared": False,
    }


def rules_of(text: str) -> set[str]:
    """Return the rules of the shipped policy whose cues ``text`` holds."""
    return {finding.rule for finding in find_categories(text_document(text), SHIPPED)}


def test_sums_on_line_after_line_are_no_aside_of_an_account() -> None:
    lines = [
        f"{number}号 实发 {amount}" for number, amount in enumerate(("7,311.20", "9,045.00", "6,120.35", "8,888.10"))
    ]
    account = "从基本户扣，户名照旧，账号 2806 0012 0920 0338，网银打不开，带财务章来。"
    assert "salary" in rules_of("\n".join(["你好，这批请代办：", *lines, account]))


def test_a_vote_makes_minutes_a_decision() -> None:
    minutes = "院长办公会会议纪要\n出席：甲、乙\n会议决定：同意启动新病区。表决情况：赞成5票，反对1票。"
    assert {"minutes", "decision"} <= rules_of(minutes)
    assert "decision" not in rules_of("院周会会议纪要\n出席：甲、乙\n会议要求：各科室按时交班。")


def test_home_and_family_in_a_record_are_the_patients() -> None:
    home = "家庭住址：某市某路12号3单元\n电话：13812345678 现住：同上 家属已签字"
    record = "出院小结\n住院号：0123456\n主诉：头晕三天\n入院情况：查体血压正常\n出院诊断：眩晕\n出院医嘱：门诊随访"
    assert "staff_contact" not in rules_of(f"{record}\n{home}")
    assert "staff_contact" in rules_of(f"职工家庭情况登记\n{home}")
