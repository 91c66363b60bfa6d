"""The loader: what is shipped loads, what is incomplete is refused with a code that names file and key."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import pytest

from hospital_redact.detection.validators import VALIDATORS as IMPLEMENTED
from hospital_redact.errors import PolicyError
from hospital_redact.model import Action, Level
from hospital_redact.policy import CATEGORIES, NO_CATEGORY, load_policy, shipped_rules
from hospital_redact.rulevalues import VALIDATORS

POLICIES = sorted(path.stem for path in (shipped_rules() / "policies").glob("*.toml"))

RULE = """
title = "工牌号"
title_en = "Badge number"
category = "patient_identity"
matter = "person"
entity = "BADGE_NO"
action = "mask"
label = "工牌号"
label_en = "badge"

[[clauses]]
source = "our-choice"
section = "test"

[detect]
pattern = '工牌[0-9]{6}'

[examples]
match = ["工牌123456"]
no_match = ["工牌12"]
"""

CATEGORY = """
title = "试用"
title_en = "Trial"
category = "contract"
matter = "contract"

[[clauses]]
source = "our-choice"
section = "test"

[cues]
titles = ["试用单"]

[examples]
match = ["试用单"]
no_match = ["试卷"]
"""


def hospital(tmp_path: Path, **files: str) -> Path:
    """Write a hospital's folder of rules; keys are paths with ``__`` for ``/`` (``identifiers__badge``)."""
    for name, content in files.items():
        path = tmp_path / f"{name.replace('__', '/')}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", POLICIES)
def test_shipped_policies_load(name: str) -> None:
    policy = load_policy(name)
    assert policy.id == name
    assert len(policy.rules) > 60
    assert len(policy.categories) >= 18
    assert {rule.category for rule in policy.rules} <= {*CATEGORIES, NO_CATEGORY}
    assert pickle.loads(pickle.dumps(policy)) == policy


def test_every_reported_category_has_a_rule() -> None:
    policy = load_policy()
    assert {r.category for r in policy.rules} | {c.category for c in policy.categories} >= set(CATEGORIES)


def test_levels_of_the_design() -> None:
    default, article_03, article_11 = (load_policy(name).levels for name in ("default", "article-03", "article-11"))
    expected = {
        "pay_bonus": Level.TOP_SECRET,
        "decision_important": Level.TOP_SECRET,
        "pay_wage": Level.CONFIDENTIAL,
        "financial_statement": Level.CONFIDENTIAL,
        "statistics": Level.CONFIDENTIAL,
        "plan": Level.CONFIDENTIAL,
        "meeting_important": Level.CONFIDENTIAL,
        "hr_file": Level.SECRET,
        "contract": Level.SECRET,
        "patient": Level.SECRET,
        "administrative": Level.INTERNAL,
        "published": Level.PUBLIC,
    }
    assert {matter: default[matter] for matter in expected} == expected
    assert article_11["pay_bonus"] == article_11["pay_wage"] == Level.SECRET
    assert article_11["decision_important"] == Level.TOP_SECRET
    # 第3篇 lists what is in scope and gives no level; the patient axis does not depend on it.
    assert article_03["pay_bonus"] is None
    assert article_03["patient"] is Level.SECRET


def test_the_patient_level_is_labelled_our_choice() -> None:
    assert load_policy().level_clauses["patient"][0].source == "our-choice"


def test_a_state_mark_stops() -> None:
    (rule,) = [rule for rule in load_policy().rules if rule.category == "state_secret_mark"]
    assert rule.action is Action.STOP


def test_validators_are_implemented() -> None:
    assert set(VALIDATORS) == set(IMPLEMENTED)


def test_only_with_names_a_payload_category() -> None:
    policy = load_policy()
    payloads = {category.id: category.payload for category in policy.categories}
    amounts = [rule for rule in policy.rules if rule.entity.startswith("AMOUNT_")]
    assert amounts
    assert all(rule.entity in payloads[rule.only_with] for rule in amounts)


def test_a_hospital_adds_and_replaces_rules(tmp_path: Path) -> None:
    own = (shipped_rules() / "identifiers" / "email.toml").read_text(encoding="utf-8").replace("mask", "placeholder")
    folder = hospital(tmp_path, identifiers__badge=RULE, identifiers__email=own)
    rules = {rule.id: rule for rule in load_policy(folders=[folder]).rules}
    assert rules["badge"].entity == "BADGE_NO"
    assert rules["email"].action is Action.PLACEHOLDER
    assert len(rules) == len(load_policy().rules) + 1


def test_a_policy_inherits_and_overrides(tmp_path: Path) -> None:
    text = """
title = "本院"
inherits = "article-11"
[levels]
pay_wage = "绝密"
[[level_clauses.pay_wage]]
source = "our-choice"
section = "院长办公会"
"""
    policy = load_policy("own", folders=[hospital(tmp_path, policies__own=text)])
    assert policy.levels["pay_wage"] is Level.TOP_SECRET
    assert policy.levels["plan"] is Level.CONFIDENTIAL
    assert policy.recipients == load_policy("article-11").recipients


def test_the_version_counts_content_and_not_comments(tmp_path: Path) -> None:
    plain = load_policy(folders=[hospital(tmp_path / "a", identifiers__badge=RULE)]).version
    commented = load_policy(folders=[hospital(tmp_path / "b", identifiers__badge=f"# why\n{RULE}")]).version
    changed = load_policy(folders=[hospital(tmp_path / "c", identifiers__badge=RULE.replace("{6}", "{7}"))]).version
    assert plain == commented
    assert len({plain, changed, load_policy().version, load_policy("article-11").version}) == 4


def test_lexicons_are_words_without_comments(tmp_path: Path) -> None:
    (tmp_path / "lexicons").mkdir()
    (tmp_path / "lexicons" / "own.txt").write_text("# why\n杜仲\n\n白芍 # herb\n", encoding="utf-8")
    assert load_policy(folders=[tmp_path]).lexicons["own"] == {"杜仲", "白芍"}


BROKEN_RULES = {
    "no clause": ("HR103", "clause", RULE.replace('[[clauses]]\nsource = "our-choice"\nsection = "test"\n', "")),
    "no positive example": ("HR104", "match", RULE.replace('match = ["工牌123456"]', "match = []", 1)),
    "no negative example": ("HR104", "no_match", RULE.replace('no_match = ["工牌12"]', "")),
    "unknown key": ("HR102", "levle", RULE.replace("title =", 'levle = "秘密"\ntitle =', 1)),
    "unknown key in detect": ("HR102", "detect.patern", RULE.replace("[detect]", "[detect]\npatern = 'x'")),
    "missing key": ("HR102", "label", RULE.replace('label = "工牌号"\n', "")),
    "wrong kind": ("HR102", "priority", RULE.replace("title =", "priority = true\ntitle =", 1)),
    "out of range": ("HR102", "confidence", RULE.replace("[detect]", "[detect]\nconfidence = 7")),
    "neither pattern nor recogniser": ("HR102", "pattern", RULE.replace("pattern = '工牌[0-9]{6}'", "")),
    "context required and not given": (
        "HR102",
        "require_context",
        RULE.replace("[detect]", "[detect]\nrequire_context = true"),
    ),
    "unknown source": ("HR105", "hearsay", RULE.replace("our-choice", "hearsay")),
    "unknown category": ("HR106", "gossip", RULE.replace("patient_identity", "gossip")),
    "unknown matter": ("HR106", "gossip", RULE.replace('matter = "person"', 'matter = "gossip"')),
    "unknown action": ("HR106", "burn", RULE.replace('action = "mask"', 'action = "burn"')),
    "unknown validator": ("HR106", "luck", RULE.replace("[detect]", '[detect]\nvalidator = "luck"')),
    "unknown recogniser": ("HR106", "luck", RULE.replace("[detect]", '[detect]\nrecogniser = "luck"')),
    "malformed entity": ("HR106", "badge no", RULE.replace("BADGE_NO", "badge no")),
    "unknown category rule": ("HR106", "gossip", RULE.replace("title =", 'only_with = "gossip"\ntitle =', 1)),
    "pattern": ("HR107", "pattern", RULE.replace("{6}'", "{6}('")),
    "not TOML": ("HR101", "TOML", RULE + "]"),
}


@pytest.mark.parametrize("name", BROKEN_RULES)
def test_broken_rules_are_refused(name: str, tmp_path: Path) -> None:
    code, word, content = BROKEN_RULES[name]
    with pytest.raises(PolicyError) as caught:
        load_policy(folders=[hospital(tmp_path, identifiers__badge=content)])
    assert caught.value.code == code
    assert "identifiers/badge.toml" in caught.value.message
    assert word in caught.value.message


def test_the_unbroken_rule_loads(tmp_path: Path) -> None:
    folder = hospital(tmp_path, identifiers__badge=RULE, categories__trial=CATEGORY)
    assert {"badge"} <= {rule.id for rule in load_policy(folders=[folder]).rules}


BROKEN_CATEGORIES = {
    "unknown cue": ("HR102", CATEGORY.replace("titles", "smells")),
    "pattern": ("HR107", CATEGORY.replace("titles = ", "patterns = ['(']\ntitles = ")),
    "payload": ("HR106", CATEGORY.replace("title =", 'payload = ["amount"]\ntitle =', 1)),
    "no example": ("HR104", CATEGORY.replace('no_match = ["试卷"]', "")),
}


@pytest.mark.parametrize("name", BROKEN_CATEGORIES)
def test_broken_categories_are_refused(name: str, tmp_path: Path) -> None:
    code, content = BROKEN_CATEGORIES[name]
    with pytest.raises(PolicyError) as caught:
        load_policy(folders=[hospital(tmp_path, categories__trial=content)])
    assert caught.value.code == code
    assert "categories/trial.toml" in caught.value.message


CLAUSE = '[[level_clauses.plan]]\nsource = "our-choice"\nsection = "x"\n'
BROKEN_POLICIES = {
    "level without clause": ("HR103", 'title = "x"\n[levels]\nplan = "秘密"\n'),
    "matters in use without level": ("HR110", f'title = "x"\n[levels]\nplan = "秘密"\n{CLAUSE}'),
    "unknown level": ("HR110", f'title = "x"\ninherits = "default"\n[levels]\nplan = "高"\n{CLAUSE}'),
    "unknown matter": ("HR110", 'title = "x"\ninherits = "default"\n[levels]\ngossip = "秘密"\n'),
    "unknown parent": ("HR108", 'title = "x"\ninherits = "nobody"\n'),
    "circle": ("HR109", 'title = "x"\ninherits = "own"\n'),
    "unknown context field": (
        "HR102",
        'title = "x"\ninherits = "default"\n[recipients.aunt]\ntitle = "x"\ntitle_en = "x"\nrequires = ["cake"]\n',
    ),
    "recipient without clause": (
        "HR103",
        'title = "x"\ninherits = "default"\n[recipients.aunt]\ntitle = "x"\ntitle_en = "x"\n',
    ),
    "channel without level": ("HR102", 'title = "x"\ninherits = "default"\n[channels.pigeon]\ntitle = "x"\n'),
}


@pytest.mark.parametrize("name", BROKEN_POLICIES)
def test_broken_policies_are_refused(name: str, tmp_path: Path) -> None:
    code, content = BROKEN_POLICIES[name]
    with pytest.raises(PolicyError) as caught:
        load_policy("own", folders=[hospital(tmp_path, policies__own=content)])
    assert caught.value.code == code


@pytest.mark.parametrize("name", ["nobody", "../default", "", "默认"])
def test_unknown_policies_are_refused(name: str) -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy(name)
    assert caught.value.code == "HR108"


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy(folders=[tmp_path / "nowhere"])
    assert caught.value.code == "HR101"


def test_a_file_name_must_be_an_identifier(tmp_path: Path) -> None:
    (tmp_path / "identifiers").mkdir()
    (tmp_path / "identifiers" / "My Badge.toml").write_text(RULE, encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_policy(folders=[tmp_path])
    assert caught.value.code == "HR101"


@pytest.mark.parametrize("data", [b"\xff\xfe", b"#" * (1024 * 1024 + 1)])
def test_unreadable_files_are_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "identifiers").mkdir()
    (tmp_path / "identifiers" / "badge.toml").write_bytes(data)
    with pytest.raises(PolicyError) as caught:
        load_policy(folders=[tmp_path])
    assert caught.value.code == "HR101"


def test_a_matter_bears_only_its_categories(tmp_path: Path) -> None:
    content = RULE.replace('category = "patient_identity"', 'category = "salary"')
    with pytest.raises(PolicyError) as caught:
        load_policy(folders=[hospital(tmp_path, identifiers__badge=content)])
    assert caught.value.code == "HR106"


def test_a_copy_of_the_shipped_rules_has_the_same_version(tmp_path: Path) -> None:
    shutil.copytree(shipped_rules(), tmp_path / "rules")
    assert load_policy(folders=[tmp_path / "rules"]).version == load_policy().version
