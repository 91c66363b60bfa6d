"""Statements: which sentences of a paper state something, and where they begin and end. Everybody is invented."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_redact.detection.patterns import compile_rule
from hospital_redact.detection.scene import Scene
from hospital_redact.detection.statements import find_statements, split_sentences
from hospital_redact.errors import DetectionError
from hospital_redact.formats.text import document_of_text
from hospital_redact.model import Block, Document, Kind, Location, Rule, TablePosition, join_blocks
from hospital_redact.policy import load_policy

POLICY = load_policy()
PLAN = next(rule for rule in POLICY.rules if rule.id == "plan_item")


def scene_of(text: str) -> Scene:
    document = document_of_text(text)
    return Scene(document, document.views[0])


def rule(pattern: str, *context: str) -> Rule:
    return replace(PLAN, detection=replace(PLAN.detection, pattern=pattern, context=context))


def stated(text: str, made: Rule, *, titled: bool = False) -> list[str]:
    scene = scene_of(text)
    names = {made.only_with} if titled else set()
    return [scene.text[hit.start : hit.end] for hit in find_statements(scene, [compile_rule(made)], names)]


def shipped(identifier: str, text: str) -> list[str]:
    return stated(text, next(rule for rule in POLICY.rules if rule.id == identifier))


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("1. 拟关停南院区儿科。", "拟关停南院区儿科"),
        ("（二）拟关停南院区儿科；", "拟关停南院区儿科"),
        ("▪ 拟关停南院区儿科", "拟关停南院区儿科"),
        ("第三条 时限　拟关停南院区儿科。", "拟关停南院区儿科"),
        ("二季度：拟关停南院区儿科。", "拟关停南院区儿科"),
        ("无关的话。拟关停南院区儿科！另一句无关的话。", "拟关停南院区儿科"),
    ],
)
def test_a_statement_is_a_sentence_without_number_label_and_stop(line: str, sentence: str) -> None:
    assert stated(line, rule("关停")) == [sentence]


def test_abbreviations_and_figures_end_no_sentence() -> None:
    text = "Mr. Loomis took 2.5 boxes on 3 May. He was seen by Dr. Amin."
    assert stated(text, rule("boxes")) == ["Mr. Loomis took 2.5 boxes on 3 May"]


def test_a_lead_makes_statements_of_the_items_under_it_until_the_next_heading() -> None:
    text = "议定事项\n1. 甲方案先行一步。\n2. 乙方案暂缓一年。\n其他情况\n3. 食堂供暖照常进行。"
    assert stated(text, rule("不会出现的词", "议定事项")) == ["甲方案先行一步", "乙方案暂缓一年"]


def test_an_introduction_leads_to_what_follows_the_colon() -> None:
    assert stated("经研究，决定：由甲科牵头负责落实。", rule("决定")) == ["由甲科牵头负责落实"]


def test_the_rest_of_a_numbered_line_belongs_to_its_statement() -> None:
    text = "2. 每年支付四十万元。逾期加收千分之五。\n3. 其他事项照常办理即可。"
    assert stated(text, rule("支付")) == ["每年支付四十万元。逾期加收千分之五"]


def test_a_weak_sign_counts_in_a_numbered_line_of_a_paper_titled_so() -> None:
    weak = rule("(?P<weak>学科)")
    text = "1. 学科建设再上新台阶，重在落实。\n学科建设的重要性大家都知道。"
    assert stated(text, weak) == []
    assert stated(text, weak, titled=True) == ["学科建设再上新台阶,重在落实"]


@pytest.mark.parametrize(
    "sentence",
    [
        "未经批准不得外传或者复印。",
        "妥否，请批示。",
        "本合同一式四份，自双方签字盖章之日起生效。",
        "争议由甲方所在地人民法院管辖。",
        "传达学习上级会议精神。",
        "有下列行为之一的，给予警告处分。",
        "任何科室不得向个人下达指标。",
        "时间：3月6日晚七点，地点在三楼会议室",
        "This agreement is governed by the law of England and Wales.",
        "You may appeal within fourteen days of this letter.",
    ],
)
def test_formulas_and_general_rules_state_nothing(sentence: str) -> None:
    assert stated(sentence, rule(".")) == []


def test_headings_state_nothing() -> None:
    assert stated("一、拟决策事项\n将南院区经营权整体转让。\n二、可行性要点\n", rule(".")) == ["将南院区经营权整体转让"]


def test_a_line_wrapped_by_its_layout_is_one_sentence() -> None:
    text = "会议原则同意将南院区住院部整体腾空并入主院区相关科室统一\n管理，搬迁工作在明年六月前完成。"
    assert stated(text, rule("腾空")) == [text.rstrip("。").replace("，", ",")]


@pytest.mark.parametrize(
    ("identifier", "text", "statement"),
    [
        ("minutes_speech", "医务部主任说去年有六十多份治疗单没有签字。", None),
        ("minutes_speech", "程远：先借一百套顶着，线下一分钱都不许动。", "先借一百套顶着,线下一分钱都不许动"),
        ("minutes_speech", "L Dunmore felt the targets were impossible to meet.", None),
        ("plan_item", "对方愿意出让51%的股份，开价8000万。", None),
        ("plan_item", "By March 2027 we will close the Larch unit.", None),
        ("decision_item", "授权分管副院长与投资方签订框架协议。", None),
        ("contract_clause", "乙方收款后九十日内交货，逾期按日万分之三计息。", None),
        ("discipline_fact", "他指使技师为三名熟人免费做检查，漏收费用4260元。", None),
        ("personnel_opinion", "考察组认为，基本符合任职条件。", None),
        ("research_result", "咳嗽评分由7.2降至3.1。", None),
        ("epidemic_spread", "源头指向一名陪护，两条传播链在食堂交叉。", None),
    ],
)
def test_what_the_shipped_rules_call_a_statement(identifier: str, text: str, statement: str | None) -> None:
    whole = text.rstrip("。.").replace("，", ",")
    assert shipped(identifier, text) == [statement or whole]


def test_a_cell_under_a_lead_is_a_statement_and_its_neighbours_are_none() -> None:
    rows = [["议题", "责任部门", "议定结果"], ["夜门诊的去留问题", "医务部", "只保留周四至周日，通稿统一口径"]]
    blocks = tuple(
        Block(text, Location("table"), Kind.CELL, TablePosition(0, r, c, column_header=c if r else None))
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    )
    document = Document("a.docx", "x", "0" * 64, blocks, (join_blocks(blocks),))
    scene = Scene(document, document.views[0])
    hits = list(find_statements(scene, [compile_rule(rule("不会出现的词", "议定结果"))], ()))
    assert [scene.text[hit.start : hit.end] for hit in hits] == ["只保留周四至周日,通稿统一口径"]


def test_a_slow_expression_is_an_error_that_names_the_rule_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hospital_redact.detection.statements.TIMEOUT_SECONDS", 0.001)
    with pytest.raises(DetectionError) as caught:
        stated("a" * 550 + "1" * 550 + "甲乙", rule("(?:[a-z]+)+(?:[0-9]+)+乙"))
    assert caught.value.code == "HR301"
    assert "plan_item" in caught.value.message
    assert "aaa" not in caught.value.message


@given(st.text(alphabet="1一、.。:：;\n\t 甲方拟Aa(（)》《|", max_size=120))
def test_sentences_lie_in_the_text_in_order_and_hold_something(text: str) -> None:
    scene = scene_of(text)
    last = 0
    for sentence in split_sentences(scene):
        assert sentence.full <= sentence.start < sentence.end <= len(scene.text)
        assert sentence.start >= last
        assert scene.text[sentence.start : sentence.end].strip()
        last = sentence.start


def test_a_sentence_shows_no_text() -> None:
    sentence = next(split_sentences(scene_of("拟关停南院区儿科。")))
    assert "关停" not in repr(sentence)
