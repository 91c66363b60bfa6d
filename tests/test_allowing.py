"""Allow lists: published values stay with their reason, and nobody's patient data is allowed away."""

from __future__ import annotations

from pathlib import Path

import pytest

from hospital_redact import Allowed, Redactor
from hospital_redact.cli import main
from hospital_redact.errors import PolicyError
from hospital_redact.policy import load_allowed, load_policy

PHONE = Allowed("0571-5550 0123", "value", "门诊电话，官网公布")
DOCTOR = Allowed("沈若溪", "staff", "官网专家介绍")


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor()


def removed(redactor: Redactor, text: str, *allowed: Allowed) -> list[str]:
    review = redactor.review_text(text, allow=allowed)
    return [review.document.text_of(finding.spans) for finding in review.removed]


def test_a_published_phone_stays_and_another_goes(redactor: Redactor) -> None:
    text = "王先生家里电话0571-55500123，单位电话：0571-55509876。"
    assert "0571-55500123" in removed(redactor, text)
    left = removed(redactor, text, PHONE)
    assert "0571-55500123" not in left
    assert "0571-55509876" in left


def test_an_allowed_value_says_so(redactor: Redactor) -> None:
    review = redactor.review_text("家里电话：0571-55500123", allow=(PHONE,))
    assert ["allowed" in finding.evidence for finding in review.findings if finding.action == "keep"] == [True]


def test_part_of_a_longer_value_is_not_allowed(redactor: Redactor) -> None:
    assert removed(redactor, "身份证号：11010519491231002X", Allowed("110105", "value", "区号"))


def test_numbers_of_patients_are_never_allowed(redactor: Redactor) -> None:
    text = "住院号：ZY20260317"
    assert removed(redactor, text, Allowed("ZY20260317", "value", "x")) == removed(redactor, text) != []


def test_a_directory_name_stays_where_no_patient_is(redactor: Redactor) -> None:
    text = "昨天的活动由沈若溪负责联络，大家都很满意。"
    assert removed(redactor, text) == ["沈若溪"]
    assert removed(redactor, text, DOCTOR) == []


@pytest.mark.parametrize(
    "text",
    [
        "出院小结\n姓名：沈若溪  性别：女  住院号：ZY20260317\n诊断：冠心病",
        "患者沈若溪昨日出院。",
        "患者王大海昨日出院，由沈若溪来接。",
        "工资发放表\n姓名\t应发\t实发\n沈若溪\t9800\t8760\n王大海\t8800\t7760",
    ],
)
def test_the_same_name_as_a_patient_or_payee_goes(redactor: Redactor, text: str) -> None:
    assert "沈若溪" in removed(redactor, text, DOCTOR)


def test_a_listed_term_goes_although_it_is_allowed(redactor: Redactor) -> None:
    review = redactor.review_text("家里电话：0571-55500123", allow=(PHONE,), terms=("0571-55500123",))
    assert [review.document.text_of(f.spans) for f in review.removed] == ["0571-55500123"]


def test_a_copy_with_allowed_values_is_proved(redactor: Redactor, tmp_path: Path) -> None:
    review = redactor.review_text("王先生家里电话0571-55500123，单位电话：0571-55509876。", allow=(PHONE,))
    copy = redactor.redact(review, tmp_path / "a.txt")
    assert copy.verification.passed
    assert "0571-55500123" in copy.path.read_text(encoding="utf-8")


def test_policies_hand_their_lists_down(tmp_path: Path) -> None:
    entry = '[[allow]]\ntext = "{}"\nkind = "value"\nreason = "公布"\n'
    (tmp_path / "policies").mkdir()
    for name, parent in (("own", "default"), ("ward", "own")):
        content = f'title = "x"\ninherits = "{parent}"\n' + entry.format(name)
        (tmp_path / "policies" / f"{name}.toml").write_text(content, encoding="utf-8")
    assert [allowed.text for allowed in load_policy("ward", folders=[tmp_path]).allow] == ["own", "ward"]


def test_the_public_directory_of_the_settings_counts(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    content = 'title = "x"\ninherits = "default"\n[settings]\npublic_directory = ["0571-55500123"]\n'
    (tmp_path / "policies" / "own.toml").write_text(content, encoding="utf-8")
    own = Redactor(load_policy("own", folders=[tmp_path]))
    assert removed(own, "家里电话：0571-55500123") == []


@pytest.mark.parametrize(
    "text",
    [
        "[[allow]]\ntext = '1'\nkind = 'value'\n",
        "[[allow]]\ntext = '1'\nkind = 'all'\nreason = 'x'\n",
        "[[allow]]\ntext = ''\nkind = 'value'\nreason = 'x'\n",
        "[[allow]]\ntext = '1'\nkind = 'value'\nreason = 'x'\nmore = 1\n",
        "allow = 1\n",
        "[[allow\n",
        "other = 1\n",
    ],
)
def test_incomplete_lists_are_refused(text: str) -> None:
    with pytest.raises(PolicyError) as caught:
        load_allowed(text)
    assert caught.value.code in ("HR101", "HR102")


def test_the_command_reads_a_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("王先生家里电话0571-55500123。", encoding="utf-8")
    (tmp_path / "allow.toml").write_text(
        '[[allow]]\ntext = "0571-55500123"\nkind = "value"\nreason = "公布"\n', encoding="utf-8"
    )
    words = ["redact", str(tmp_path / "a.txt"), "-o", str(tmp_path / "out"), "--workers", "0"]
    assert main([*words, "--allow", str(tmp_path / "allow.toml")]) == 0
    assert "0571-55500123" in (tmp_path / "out" / "a.txt").read_text(encoding="utf-8")
    capsys.readouterr()
    assert main([*words, "--allow", str(tmp_path / "none.toml")]) == 2


def test_no_text_in_repr() -> None:
    assert "沈若溪" not in repr(DOCTOR)
