"""Minutes that say who may learn of them go to nobody else without an approval; a notice is no minutes."""

from __future__ import annotations

import pytest

from hospital_redact.model import Decision, LevelSuggestion, ReleaseContext
from hospital_redact.pipeline import Redactor

REDACTOR = Redactor()
MINUTES = (
    "青石医院院长办公会会议纪要\n〔2026〕第5期\n出席：周国平、何立、孙晓雯\n主持人：周国平\n"
    "议题一：二季度绩效分配方案。何立提出：应先征求意见。孙晓雯认为：可以试行。\n会议议定，方案自四月起执行。\n"
)
MINUTES_EN = (
    "Minutes of the Board of Directors\nPresent: J. Hale (Chair), M. Osei\nApologies for absence: none\n"
    "The committee agreed to defer the sale of the east wing. It was resolved to keep this agreed line.\n"
)
NOTICE = "关于劳动节放假安排的通知\n各科室：\n现将放假安排通知如下，请相互转告。特此通知。\n"
SUPERIOR = ReleaseContext("superior", "云桥市卫生健康委", reference="云卫函〔2026〕12号")


def suggested(text: str, context: ReleaseContext = ReleaseContext()) -> LevelSuggestion:  # noqa: B008 - frozen
    return REDACTOR.review_text(text, context=context).suggestion


@pytest.mark.parametrize(
    "circle",
    [
        "传达范围：院领导及各职能科室负责人",
        "发送范围为出席人员。",
        "阅读范围限院务会成员",
        "传达范围\t中层以上干部",
        "分送：各院领导，人事科。",
        "本纪要仅发参会人员。",
        "会议内容只传达到科主任、护士长。",
        "参会人员不得外传。",
        "传达范围：不对外公开，限院领导",
        "传达范围：医务社会工作部、质控科",
    ],
)
def test_the_public_is_in_no_circle_of_the_house(circle: str) -> None:
    suggestion = suggested(f"{MINUTES}{circle}\n")
    assert suggestion.decision is Decision.REFUSE
    assert "outside_circle" in suggestion.needs_human
    assert suggestion.reasons[0].clause.section == "第4篇 5.5.4"
    assert suggestion.approvers == REDACTOR.policy.texts("release.external_approver")


@pytest.mark.parametrize(
    "circle",
    [
        "Circulation: members of the Board",
        "Distribution: executive team, ward managers",
        "Circulation of these minutes is restricted to those present.",
        "Not for onward circulation.",
    ],
)
def test_a_circle_in_english(circle: str) -> None:
    suggestion = suggested(f"{MINUTES_EN}{circle}\n")
    assert (suggestion.decision, "outside_circle" in suggestion.needs_human) == (Decision.REFUSE, True)


@pytest.mark.parametrize(
    ("circle", "context"),
    [
        ("传达范围：各科室，并报市卫健委", SUPERIOR),
        ("分送：上级主管部门，各院领导", SUPERIOR),
        ("发送范围：云桥市卫生健康委、院领导", SUPERIOR),
        ("传达范围：向社会公布", ReleaseContext()),
        ("传达范围：不限", ReleaseContext()),
    ],
)
def test_whom_the_circle_names_is_in_it(circle: str, context: ReleaseContext) -> None:
    suggestion = suggested(f"{MINUTES}{circle}\n", context)
    assert suggestion.decision is not Decision.REFUSE
    assert "outside_circle" not in suggestion.needs_human


def test_an_approval_lets_it_go_and_it_is_said_all_the_same() -> None:
    context = ReleaseContext(reference="院办批〔2026〕3号")
    suggestion = suggested(f"{MINUTES}传达范围：院领导\n", context)
    assert suggestion.decision is Decision.APPROVE_THEN_RELEASE
    assert "outside_circle" in suggestion.needs_human
    assert "第4篇 5.5.4" in {reason.clause.section for reason in suggestion.reasons}


@pytest.mark.parametrize(
    "text",
    [
        f"{NOTICE}发送范围：各科室\n",
        f"{NOTICE}分送：各科室，各党支部\n",
        MINUTES,
        MINUTES_EN,
        f"{MINUTES}议题二：研究会议传达范围的确定办法。\n",
        "患者赵小满，住院号0004417820。\n超声：双下肢 circulation: normal\n",
    ],
)
def test_no_circle_no_refusal(text: str) -> None:
    suggestion = suggested(text)
    assert suggestion.decision is not Decision.REFUSE
    assert "outside_circle" not in suggestion.needs_human


def test_a_circle_counts_no_person() -> None:
    suggestion = suggested(f"{MINUTES}传达范围：院领导\n患者赵小满（住院号0004417820）家属投诉已办结。\n")
    assert not {word for word in suggestion.needs_human if "meeting_circle" in word}
