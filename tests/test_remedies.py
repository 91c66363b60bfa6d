"""What would change a suggestion: said for each doubt that has an answer, in both languages, without values."""

from __future__ import annotations

import pytest

from hospital_redact import Redactor, ReleaseContext
from hospital_redact.languages import ENGLISH, Language
from hospital_redact.reporting.data import describe_review
from hospital_redact.reporting.page import to_page
from hospital_redact.reporting.remedies import remedies
from hospital_redact.reporting.text import STRONGEST, scan_lines

BASE = {"level": "秘密", "residual_level": "秘密", "decision": "release", "reasons": [], "look_at": []}


def reason(rule: str, level: str) -> dict[str, str]:
    return {"rule": rule, "title": f"标题{rule}", "title_en": f"title {rule}", "level": level}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"residual_level": "内部"}, "the redacted copy is 内部"),
        ({"reasons": [reason("a", "绝密"), reason("b", "秘密")]}, "without “title a” the document would be 秘密"),
        ({"decision": "refuse", "reasons": [reason("channel_email", "机密")]}, "--channel"),
        ({"decision": "refuse"}, "another recipient"),
        ({"decision": "refer_up"}, "secrecy officer"),
        ({"decision": "approve_then_release"}, "recorded approval"),
        ({"look_at": ["context_missing:name"]}, "--recipient"),
        ({"look_at": ["context_missing:reference"]}, "--reference"),
        ({"look_at": ["published_by_own_words"]}, "--reference"),
        ({"decision": "refuse", "look_at": ["copy_needs_approval:机密"]}, "--reference"),
        ({"decision": "refuse", "look_at": ["outside_circle"]}, "minutes may go"),
        ({"look_at": ["subject_not_found"]}, "--subject"),
        ({"look_at": ["second_patient"]}, "each patient"),
        ({"look_at": ["unread"]}, "read by a person"),
        ({"look_at": ["uncertain:plan"]}, "no plan in it"),
        ({"look_at": ["level_undecided"]}, "[levels]"),
    ],
)
def test_each_doubt_has_its_answer(change: dict[str, object], expected: str) -> None:
    (line,) = remedies({**BASE, **change}, ENGLISH)
    assert expected in line
    (chinese,) = remedies({**BASE, **change}, Language("zh"))
    assert chinese != line


def test_two_reasons_of_one_level_do_not_fall_together() -> None:
    reasons = [reason("a", "绝密"), reason("b", "绝密"), reason("c", "秘密")]
    assert remedies({**BASE, "reasons": reasons}, ENGLISH) == []


def test_scan_shows_the_three_strongest_reasons_with_clause_and_place() -> None:
    redactor = Redactor()
    rows = "沈若溪\t11010519491231002X\t9800\t3000\n王大海\t11010519491231002X\t8800\t2000\n"
    text = f"工资发放表\n姓名\t身份证号\t应发\t奖金\n{rows}"
    entry = {
        "number": 1,
        "id": "a",
        **describe_review(redactor.review_text(text, context=ReleaseContext()), redactor.policy),
    }
    lines = list(scan_lines(entry, ENGLISH))
    shown = [line for line in lines if "」" in line or "[" in line]
    assert len(entry["reasons"]) > STRONGEST
    assert len(shown) == STRONGEST
    assert "regulations-zh" in shown[0]
    assert any(line.startswith("   what would change it: ") for line in lines)
    assert "沈若溪" not in "\n".join(lines)
    page = to_page([{**entry, "code": None}], ENGLISH)
    assert "What would change it" in page
    everything = list(scan_lines(entry, ENGLISH, explain=True))
    assert len(everything) > len(lines)


def test_a_channel_that_may_not_carry_it_is_answered_with_a_channel() -> None:
    redactor = Redactor()
    text = "本院与某公司设备采购合同\n甲方：云桥市第一人民医院\n乙方：某公司\n合同金额：486,300元\n第一条 保密义务"
    review = redactor.review_text(text, context=ReleaseContext(channel="email"))
    entry = {"number": 1, "id": "a", **describe_review(review, redactor.policy)}
    assert entry["decision"] == "refuse"
    assert any("--channel" in line for line in remedies(entry, ENGLISH))
