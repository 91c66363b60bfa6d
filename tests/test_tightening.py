"""A department's policy may only tighten: every point that loosens the hospital's is refused, the rest loads."""

from __future__ import annotations

from pathlib import Path

import pytest

from hospital_redact.errors import PolicyError
from hospital_redact.model import Level, Policy
from hospital_redact.policy import load_policy

RECIPIENT = 'clauses = [{ source = "our-choice", section = "x" }]\ntitle = "x"\ntitle_en = "x"\n'
BANK = RECIPIENT + (
    'circles = []\nrequires = ["name", "reference"]\napproval = true\nfits = ["salary", "bonus", "accounts_seals"]\n'
    'refuses = ["tender"]\napprovers = ["approvers.finance"]\n'
    'keep_entities = ["PERSON_NAME", "BANK_CARD", "BANK_ACCOUNT", "AMOUNT_SALARY"]\n'
    'conditions = ["needed_columns_only", "handler_identity", "receipt"]\n'
)


def bank(old: str = "", new: str = "") -> str:
    assert old in BANK
    return "[recipients.bank]\n" + (BANK.replace(old, new) if old else BANK)


CHANNEL = 'title = "x"\ntitle_en = "x"\nclauses = [{ source = "our-choice", section = "x" }]\n'


def write(folder: Path, **policies: str) -> Path:
    (folder / "policies").mkdir(exist_ok=True)
    for name, content in policies.items():
        (folder / "policies" / f"{name}.toml").write_text(f'title = "x"\n{content}', encoding="utf-8")
    return folder


def department(folder: Path, content: str, inherits: str = "default") -> Policy:
    write(folder, archive=f'department = "档案室"\ninherits = "{inherits}"\n{content}')
    return load_policy("archive", folders=[folder])


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ('[levels]\npay_wage = "秘密"', "levels.pay_wage"),
        ('[levels]\npay_wage = "undecided"', "levels.pay_wage"),
        ('[levels]\nadministrative = "公开"', "levels.administrative"),
        ('[settings]\n"copy.机密" = "approve"', "settings.copy.机密"),
        ('[settings]\n"exempt.general_notice" = true', "settings.exempt.general_notice"),
        ('[settings]\n"terms.秘密" = 2', "settings.terms.秘密"),
        ('[settings]\n"release.many_persons" = 11', "settings.release.many_persons"),
        ('[settings]\n"approvers.copy" = ["院长"]', "settings.approvers.copy"),
        ('[settings]\npublic_directory = ["0571-55500123"]', "settings.public_directory"),
        ('[settings]\n"loan.in_room_from_level" = "机密"', "settings.loan.in_room_from_level"),
        ('accept_unread = ["image"]', "accept_unread"),
        ('[[allow]]\ntext = "青石医院"\nkind = "value"\nreason = "x"', "allow"),
        (f'[channels.email]\nhighest = "秘密"\n{CHANNEL}', "channels.email"),
        (f'[channels.pigeon]\nhighest = "公开"\n{CHANNEL}', "channels.pigeon"),
        (bank("approval = true"), "recipients.bank.approval"),
        (bank('"name", '), "recipients.bank.requires"),
        (bank() + 'keep_matters = ["patient"]', "recipients.bank.keep_matters"),
        (bank("AMOUNT_SALARY", "ADDRESS"), "recipients.bank.keep_entities"),
        (bank("fits = ", "#"), "recipients.bank.fits"),
        (bank('"approvers.finance"'), "recipients.bank.approvers"),
        (f"[recipients.cousin]\n{RECIPIENT}keep_matters = ['plan']", "recipients.cousin.refuses"),
    ],
)
def test_what_is_looser_is_refused(tmp_path: Path, content: str, where: str) -> None:
    write(tmp_path, house='inherits = "default"\n[settings]\n"copy.机密" = "forbid"\n"exempt.general_notice" = false')
    with pytest.raises(PolicyError, match="HR115") as refused:
        department(tmp_path, content, inherits="house")
    assert refused.value.values == {"id": "archive", "where": where, "above": "house"}


@pytest.mark.parametrize(
    "content",
    [
        "",
        '[levels]\npay_wage = "绝密"\nadministrative = "undecided"',
        '[settings]\n"copy.秘密" = "forbid"\n"terms.秘密" = 10\n"exempt.general_notice" = false',
        '[settings]\n"approvers.copy" = ["院长", "总经理", "档案室主任"]\n"release.many_persons" = 3',
        '[settings]\n"mark.place" = "top_right"\n"sanctions.most_yuan" = 5000',
        f'[channels.post]\nhighest = "公开"\n{CHANNEL}',
        bank(),
        bank('"receipt"', '"receipt", "consent"'),
    ],
)
def test_what_is_tighter_or_neither_loads(tmp_path: Path, content: str) -> None:
    assert department(tmp_path, content).id == "archive"


def test_what_the_hospital_leaves_undecided_no_department_decides(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"levels\.plan"):
        department(tmp_path, '[levels]\nplan = "绝密"', inherits="article-03")


def test_a_hospital_may_loosen_what_it_inherits(tmp_path: Path) -> None:
    write(tmp_path, house='inherits = "default"\n[levels]\npay_wage = "秘密"')
    assert load_policy("house", folders=[tmp_path]).levels["pay_wage"] is Level.SECRET


def test_what_inherits_from_a_department_is_the_department(tmp_path: Path) -> None:
    write(tmp_path, desk='inherits = "archive"\n[levels]\ncontract = "秘密"')
    department(tmp_path, '[levels]\ncontract = "机密"')
    with pytest.raises(PolicyError, match=r"levels\.contract is looser than in archive"):
        load_policy("desk", folders=[tmp_path])
    write(tmp_path, desk='inherits = "archive"\n[levels]\ncontract = "绝密"')
    assert load_policy("desk", folders=[tmp_path]).levels["contract"] is Level.TOP_SECRET


@pytest.mark.parametrize("head", ['department = ""\ninherits = "default"', 'department = 3\ninherits = "default"'])
def test_a_department_has_a_name(tmp_path: Path, head: str) -> None:
    write(tmp_path, archive=head)
    with pytest.raises(PolicyError, match=r"HR115|HR102"):
        load_policy("archive", folders=[tmp_path])
