"""Sources have their time: what rests on one that is not in force today is said, and no level falls."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hospital_redact.errors import PolicyError
from hospital_redact.pipeline import Redactor
from hospital_redact.policy import load_policy

REGULATIONS = '[regulations-zh]\ntitle = "x"\n'
PAY = "工资发放表\n姓名\t应发工资\t实发工资\n周国平\t8123.50\t7012.30\n何立\t7555.00\t6600.00\n"
TODAY = date(2026, 7, 1)


def own(folder: Path, sources: str) -> Path:
    (folder / "sources.toml").write_text(sources, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("bounds", "lapsed"),
    [
        ('valid_to = "2026-06-30"', True),
        ("valid_to = 2026-07-01", False),
        ('valid_from = "2026-07-02"', True),
        ("valid_from = 2026-07-01\nvalid_to = 2026-07-01", False),
        ("", False),
    ],
)
def test_a_source_is_in_force_from_its_first_to_its_last_day(tmp_path: Path, bounds: str, lapsed: bool) -> None:
    policy = load_policy(folders=[own(tmp_path, REGULATIONS + bounds)], today=TODAY)
    assert ("regulations-zh" in policy.lapsed) is lapsed


def test_shipped_sources_are_in_force() -> None:
    assert load_policy(today=TODAY).lapsed == frozenset()


def test_a_level_without_a_clause_in_force_stays_and_is_said(tmp_path: Path) -> None:
    today = Redactor(load_policy(today=TODAY)).review_text(PAY).suggestion
    lapsed = load_policy(folders=[own(tmp_path, f'{REGULATIONS}valid_to = "2026-06-30"')], today=TODAY)
    later = Redactor(lapsed).review_text(PAY).suggestion
    assert (later.level, later.residual_level, later.categories) == (
        today.level, today.residual_level, today.categories
    )  # fmt: skip
    assert set(later.needs_human) - set(today.needs_human) == {"clause_not_in_force:regulations-zh"}


def test_a_level_rests_on_a_clause_in_force_where_it_has_one(tmp_path: Path) -> None:
    text = "患者赵小满，住院号0004417820，诊断胆囊结石，电话13957100321。"
    folder = own(tmp_path, '[civil-code]\ntitle = "x"\nvalid_to = "2026-06-30"\n')
    policy = load_policy(folders=[folder], today=TODAY)
    sources = [clause.source for clause in policy.level_clauses["patient"]]
    assert sources[-1] == "civil-code"
    assert len(set(sources)) > 1
    suggestion = Redactor(policy).review_text(text).suggestion
    assert {reason.clause.source for reason in suggestion.reasons}.isdisjoint({"civil-code"})


def test_a_rule_that_rests_on_nothing_in_force_is_said() -> None:
    policy = load_policy(today=TODAY)
    text = "患者赵小满，电话13957100321。"
    finding = next(f for f in Redactor(policy).review_text(text).findings if f.entity == "PHONE_NUMBER")
    (rule,) = [rule for rule in policy.rules if rule.id == finding.rule]
    lapsed = replace(policy, lapsed=frozenset(clause.source for clause in rule.clauses))
    needs = Redactor(lapsed).review_text(text).suggestion.needs_human
    assert {f"clause_not_in_force:{clause.source}" for clause in rule.clauses} <= set(needs)


def test_the_version_tells_two_days_apart(tmp_path: Path) -> None:
    folder = own(tmp_path, f'{REGULATIONS}valid_to = "2026-06-30"')
    days = [load_policy(folders=[folder], today=date(2026, 6, day)).version for day in (29, 30)]
    assert days[0] == days[1] != load_policy(folders=[folder], today=TODAY).version


@pytest.mark.parametrize(
    "bounds", ['valid_to = "soon"', "valid_to = 3", "valid_from = 2026-02-01\nvalid_to = 2026-01-01"]
)
def test_what_is_no_time_is_refused(tmp_path: Path, bounds: str) -> None:
    with pytest.raises(PolicyError, match="HR102"):
        load_policy(folders=[own(tmp_path, REGULATIONS + bounds)])
