"""``init``: answers become a policy that loads and does what was answered; hostile answers cannot break it."""

from __future__ import annotations

import io
import tempfile
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_redact import Redactor
from hospital_redact.cli import main
from hospital_redact.errors import HospitalRedactError
from hospital_redact.own_policy import MAX_STAFF, Answers, policy_text, read_staff, write_policy
from hospital_redact.policy import load_policy

ANSWERS = Answers(
    id="yunqiao",
    name="云桥市第一人民医院",
    base="article-11",
    aliases=("云桥一院",),
    phones=("0571-5550 0100",),
    accounts=("3301 0401 6000 1234 567",),
    departments=("心内科",),
    approvers=("院长",),
    staff=(("沈若溪", "心内科"), ("王大海", "")),
)


def test_the_written_policy_says_what_was_answered(tmp_path: Path) -> None:
    write_policy(tmp_path, ANSWERS)
    policy = load_policy("yunqiao", folders=[tmp_path])
    assert policy.levels["pay_wage"] == load_policy("article-11").levels["pay_wage"]
    assert policy.texts("public_directory") == ("0571-5550 0100", "3301 0401 6000 1234 567")
    assert policy.texts("release.external_approver") == ("院长",)
    assert [(a.text, a.kind) for a in policy.allow] == [
        ("云桥市第一人民医院", "value"),
        ("云桥一院", "value"),
        ("心内科", "value"),
        ("沈若溪", "staff"),
        ("王大海", "staff"),
    ]
    assert "职工名录 心内科" in [a.reason for a in policy.allow]


def test_published_phones_and_staff_stay_in_a_notice(tmp_path: Path) -> None:
    write_policy(tmp_path, ANSWERS)
    redactor = Redactor(load_policy("yunqiao", folders=[tmp_path]))
    review = redactor.review_text("活动由沈若溪联络，李文彬协助，家里电话：0571-55500100。")
    assert [review.document.text_of(f.spans) for f in review.removed] == ["李文彬"]


LINE = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=40).filter(str.strip)


@given(LINE, LINE, LINE)
def test_no_answer_breaks_the_file(name: str, phone: str, staff: str) -> None:
    answers = Answers(id="own", name=name, phones=(phone,), staff=((staff, ""),))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "policies").mkdir()
        (Path(folder) / "policies" / "own.toml").write_text(policy_text(answers), encoding="utf-8")
        loaded = tomllib.loads((Path(folder) / "policies" / "own.toml").read_text(encoding="utf-8"))
    assert loaded["title"] == name.strip()
    assert loaded["settings"]["public_directory"] == [phone.strip()]
    assert loaded["allow"][-1] == {"text": staff.strip(), "kind": "staff", "reason": "职工名录"}


@pytest.mark.parametrize(
    "answers",
    [
        Answers(id="../x", name="甲"),
        Answers(id="default", name="甲"),
        Answers(id="own", name=" "),
        Answers(id="own", name="甲\n[levels]\npatient = '公开'"),
        Answers(id="own", name="甲" * 201),
        Answers(id="own", name="甲", base="nobody"),
        Answers(id="own", name="甲", staff=(("张\x00三", ""),)),
        Answers(id="own", name="甲", phones=("",)),
    ],
)
def test_answers_that_no_policy_can_hold_are_refused(answers: Answers, tmp_path: Path) -> None:
    with pytest.raises(HospitalRedactError) as caught:
        write_policy(tmp_path, answers)
    assert caught.value.code == "HR114"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("data", "staff"),
    [
        ("姓名,科室,身份证号\n沈若溪,心内科,1\n沈若溪,心内科,1\n,x,2\n".encode(), (("沈若溪", "心内科"),)),
        ("工号;姓名\n1;沈若溪\n2\n".encode("gb18030"), (("沈若溪", ""),)),
        (b"\xef\xbb\xbfName\tDept\nMay Rose\tCardiology\n", (("May Rose", "Cardiology"),)),
    ],
)
def test_a_staff_file_gives_names_and_departments(data: bytes, staff: tuple[tuple[str, str], ...]) -> None:
    assert read_staff(data) == staff


@pytest.mark.parametrize(
    "data", ["工号\n1\n".encode(), b"", b"\xff\xff\xff", "姓名\n".encode() + "张\n".encode() * 50_002]
)
def test_other_staff_files_are_refused(data: bytes) -> None:
    with pytest.raises(HospitalRedactError) as caught:
        read_staff(data)
    assert caught.value.code == "HR114"


def test_a_full_directory_loads(tmp_path: Path) -> None:
    staff = tuple((f"沈{chr(0x4E00 + n // 100)}{chr(0x5000 + n % 100)}", "心血管内科") for n in range(MAX_STAFF))
    write_policy(tmp_path, Answers(id="own", name="甲医院", staff=staff))
    assert len(load_policy("own", folders=[tmp_path]).allow) == MAX_STAFF + 1


def test_what_cannot_be_loaded_is_not_written(tmp_path: Path) -> None:
    staff = tuple((f"沈{n}", "科" * 190) for n in range(MAX_STAFF))
    with pytest.raises(HospitalRedactError) as caught:
        write_policy(tmp_path, Answers(id="own", name="甲医院", staff=staff))
    assert caught.value.code == "HR101"
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_and_never_overwrites(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["init", str(tmp_path / "own"), "--name", "云桥市第一人民医院", "--phone", "0571-5550 0100"]
    assert main(words) == 0
    assert "--policy hospital" in capsys.readouterr().out
    assert main(words) == 3
    assert "HR702" in capsys.readouterr().err
    assert main([*words, "--force"]) == 0
    assert main(["rules", "test", str(tmp_path / "own")]) == 0


def test_without_a_terminal_the_name_must_be_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert main(["init", str(tmp_path / "own")]) == 2
