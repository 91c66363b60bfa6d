"""Settings: every conflict of the regulations is a named decision with a default, and what it decides happens."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from support import shared_dir
from test_classification import cue, document, value

from hospital_redact.classification import classify
from hospital_redact.context import retention
from hospital_redact.errors import PolicyError
from hospital_redact.model import Level, Policy, ReleaseContext
from hospital_redact.policy import load_policy

DEFAULT = load_policy()

# What domain/01_conflicts.md proposes, by conflict.
DEFAULTS: dict[str, dict[str, object]] = {
    "C1": {"levels.pay_wage": "机密"},
    "C2": {"levels.pay_bonus": "绝密"},
    "C3": {"levels.pay_service": "机密"},
    "C4": {
        "levels.plan": "机密",
        "levels.feasibility_report": "机密",
        "levels.financial_statement": "机密",
        "levels.opinion_letter": "秘密",
        "levels.research": "秘密",
    },
    "C5": {"scale": "five"},
    "C6": {"namespace": "hospital"},
    "C7": {"approvers.copy": ("总经理", "院长"), "approvers.borrow": ("档案部门领导",)},
    "C8": {"level_setter": ("总经理", "院长", "指定负责人"), "imported_level_is_floor": True},
    "C9": {"inspection.periods": ("每季度会议", "半年自查", "年终报告", "元旦", "春节", "五一", "十一")},
    "C10": {"deadlines.circulation_days": 2, "deadlines.loan_days": 10, "deadlines.return_on_leave": True},
    "C11": {"copy.秘密": "approve", "copy.机密": "approve", "copy.绝密": "approve"},
    "C12": {"loan.in_room_from_level": "秘密"},
    "C13": {"levels.meeting_important": "机密", "levels.meeting_ordinary": "秘密", "embargo.meeting": "published"},
    "C14": {"exempt.general_notice": True},
    "C15": {"purposes.statutory_report": True},
    "C16": {"public_directory": ()},
    "C17": {"levels.cadre": "秘密", "embargo.cadre": "procedure_ended"},
    "C18": {"backup.weekly_day": "Friday", "backup.keep_years": 2, "backup.restore_test_days": 14},
    "C19": {"sanctions.most_yuan": 2000},
    "C20": {"incident.hospital": ("总经理",), "incident.state_hours": 24},
    "C21": {"term.kinds": ("date", "event")},
    "C22": {"terms.秘密": 3, "terms.机密": 5, "terms.绝密": 10},
    "C23": {"release.external_approver": ("总经理", "院长")},
    "C24": {"text.damaged": ("第11篇 三", "第11篇 第三条", "第13篇 第三十四条")},
    "C25": {"patient_axis": True},
}


def own(tmp_path: Path, policy: str) -> Policy:
    """Return the policy of a hospital that inherits from ours and says ``policy`` besides."""
    (tmp_path / "policies").mkdir()
    content = f'title = "x"\ninherits = "default"\n{policy}'
    (tmp_path / "policies" / "own.toml").write_text(content, encoding="utf-8")
    return load_policy("own", folders=[tmp_path])


@pytest.mark.parametrize("conflict", DEFAULTS)
def test_every_conflict_is_a_setting_with_its_default(conflict: str) -> None:
    named = {setting.id: setting.value for setting in DEFAULT.settings.values() if setting.conflict == conflict}
    assert named.items() >= DEFAULTS[conflict].items()


def test_no_conflict_is_missing() -> None:
    assert {s.conflict for s in DEFAULT.settings.values() if s.conflict} == {f"C{number}" for number in range(1, 26)}
    assert all(setting.clauses for setting in DEFAULT.settings.values())


def test_clauses_of_settings_exist() -> None:
    rows = yaml.safe_load((shared_dir() / "domain" / "01_clauses.yaml").read_text(encoding="utf-8"))["rows"]
    # An id may join two places: 第4篇 4.3 / 4.3.1.
    known = {row["id"] for row in rows} | {f"{row['id'].split()[0]} {row['id'].split()[-1]}" for row in rows}
    cited = {c.section for s in DEFAULT.settings.values() for c in s.clauses if c.source == "regulations-zh"}
    assert cited <= known


@pytest.mark.parametrize(
    ("answer", "id_", "expected"),
    [
        ('[settings]\n"copy.绝密" = "forbid"\n', "copy.绝密", "forbid"),
        ('[settings]\n"deadlines.loan_days" = 5\n', "deadlines.loan_days", 5),
        ('[settings]\npublic_directory = ["010-5550 0100"]\n', "public_directory", ("010-5550 0100",)),
        ('[settings]\n"exempt.general_notice" = false\n', "exempt.general_notice", False),
        ('[settings]\n"terms.秘密" = 10\n', "terms.秘密", 10),
        ('[levels]\npay_bonus = "undecided"\n', "levels.pay_bonus", "undecided"),
    ],
)
def test_a_hospital_answers(answer: str, id_: str, expected: object, tmp_path: Path) -> None:
    assert own(tmp_path, answer).settings[id_].value == expected


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("HR112", "[settings]\ncolour = 1\n"),
        ("HR112", '[settings]\n"copy.绝密" = "perhaps"\n'),
        ("HR112", '[settings]\n"term.kinds" = ["never"]\n'),
        ("HR112", "[settings]\npatient_axis = false\n"),
        ("HR112", '[settings]\n"levels.plan" = "秘密"\n'),
        ("HR102", '[settings]\n"exempt.general_notice" = "no"\n'),
        ("HR102", '[settings]\n"terms.秘密" = 11\n'),  # 保密法 第20条: at most 10 years
        ("HR102", '[settings]\n"terms.机密" = 0\n'),
        ("HR110", '[levels]\npatient = "内部"\n'),
        ("HR110", '[levels]\nperson = "公开"\n'),
        ("HR110", '[settings]\nscale = "three"\n[levels]\ncontract = "内部"\n'),
        ("HR105", '[[level_clauses.plan]]\nsource = "regulations-zh"\nsection = "第11篇 三"\n'),
    ],
)
def test_wrong_answers_are_refused(code: str, answer: str, tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        own(tmp_path, answer)
    assert caught.value.code == code


def test_a_scale_of_three_steps_keeps_what_is_out_of_scope(tmp_path: Path) -> None:
    policy = own(tmp_path, '[settings]\nscale = "three"\n')
    assert classify(document(), [cue("general_notice")], policy, ReleaseContext()).level is Level.INTERNAL


def test_terms_come_from_the_settings(tmp_path: Path) -> None:
    policy = own(tmp_path, '[settings]\n"terms.绝密" = 30\n')
    assert policy.terms_years == {Level.SECRET: 3, Level.CONFIDENTIAL: 5, Level.TOP_SECRET: 30}
    assert classify(document(), [cue("bonus")], policy, ReleaseContext()).term_years == 30


def test_general_notices_may_be_in_scope(tmp_path: Path) -> None:
    findings = [cue("general_notice"), cue("plan", "phrases")]
    policy = own(tmp_path, '[settings]\n"exempt.general_notice" = false\n')
    assert classify(document(), findings, DEFAULT, ReleaseContext()).level is Level.INTERNAL
    assert classify(document(), findings, policy, ReleaseContext()).level is Level.CONFIDENTIAL


def test_statutory_reports_keep_their_figures_unless_the_hospital_says_otherwise(tmp_path: Path) -> None:
    findings = [cue("statistics"), value("statistic_figure")]
    context = ReleaseContext("authority", name="市卫健委", reference="统计制度")
    policy = own(tmp_path, '[settings]\n"purposes.statutory_report" = false\n')
    kept = retention(document(), findings, DEFAULT, context).kept_because(findings[1])
    assert kept == "context:authority"
    assert retention(document(), findings, policy, context).kept_because(findings[1]) is None
