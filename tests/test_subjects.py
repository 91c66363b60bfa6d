"""A roster's people are found in every spelling, and nobody is accused by a name that thousands bear."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hospital_redact as hr
from hospital_redact.errors import DetectionError
from hospital_redact.formats.text import document_of_text
from hospital_redact.model import Action, Finding, Policy, Role
from hospital_redact.planning import apply_plan
from hospital_redact.policy import load_policy
from hospital_redact.subjects import Subjects, find_subjects, load_subjects
from hospital_redact.subjects import roster as roster_module

PATIENT = {"姓名": "赵小满", "住院号": "0004417820", "身份证号": "330106197803124560", "电话": "13957100321",
           "出生日期": "1978-03-12", "科室": "普外科"}  # fmt: skip
COMMON = {"姓名": "王伟", "住院号": "0004417831", "电话": "13857100987", "出生日期": "1966-11-30", "科室": "肾内科"}


@cache
def policy() -> Policy:
    return load_policy()


@cache
def redactor() -> hr.Redactor:
    return hr.Redactor(policy())


@cache
def small() -> Subjects:
    return load_subjects([PATIENT, COMMON])


def crowd() -> list[Mapping[str, str]]:
    """Return a roster that is large: other names than those of the tests, and a second 王伟."""
    others = [
        {"姓名": f"钱{chr(0x4E00 + n % 3000)}{chr(0x5000 + n // 100)}", "住院号": f"{7_000_000_000 + 31 * n}"}
        for n in range(roster_module.LARGE)
    ]
    return [PATIENT, COMMON, {**COMMON, "住院号": "0004410000", "电话": "", "出生日期": "1990-05-05"}, *others]


@cache
def large() -> Subjects:
    return load_subjects(crowd())


def found(text: str, subjects: Subjects, known: Sequence[Finding] = ()) -> dict[str, Finding]:
    """Return what the roster alone shows in ``text``."""
    document = document_of_text(text)
    return {document.text_of(f.spans): f for f in find_subjects(document, known, subjects, policy())}


# --------------------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    "written",
    [
        "0004417820",
        "0004 4178 20",
        "0004-4178-20",
        "０００４４１７８２０",
        "零零零四四一七八二零",
        "00044\n17820",
        "0004417\u200b820",
        "330106 19780312 4560",
        "1 3 9 5 7 1 0 0 3 2 1",
        "+86 13957100321",
        "幺三九五七幺零零三二幺",
    ],
)
def test_a_rare_number_alone_accuses_in_every_spelling(written: str) -> None:
    for subjects in (small(), large()):
        (finding,) = found(f"请调阅{written}的资料", subjects).values()
        assert finding.rule == "known_subject_number"
        assert finding.action is Action.MASK
        assert "roster" in finding.evidence


@pytest.mark.parametrize("slip", ["000441782", "00044178200", "0004417802", "0004411820", "13957100312", "1395710032"])
def test_one_slip_is_found_beside_a_second_attribute(slip: str) -> None:
    assert slip in found(f"赵小满的号码{slip}", large())


def test_two_slips_are_another_number() -> None:
    assert "0004411802" not in found("赵小满的号码0004411802", large())


@pytest.mark.parametrize("text", ["流水号990004417820155", "0.0004417820155", "A000441782B0"])
def test_a_part_of_a_longer_number_is_none(text: str) -> None:
    assert found(text, small()) == {}


def test_a_number_that_reads_as_a_day_needs_a_second_attribute() -> None:
    subjects = load_subjects([{"姓名": "赵小满", "住院号": "20240506"}])
    assert found("印发日期20240506", subjects) == {}
    assert set(found("赵小满，编号20240506", subjects)) == {"赵小满", "20240506"}


def test_numbers_that_crowd_need_a_second_attribute() -> None:
    # One number of eight digits in a thousand is on this roster: one alone would be met by chance.
    subjects = load_subjects(
        [*({"住院号": f"{n:08}"} for n in range(0, 2_000_000, 20)), {**PATIENT, "住院号": "31415926"}]
    )
    assert found("批号31415926", subjects) == {}
    assert "31415926" in found("赵小满 31415926", subjects)


@given(st.integers(0, 9), st.integers(0, 9), st.sampled_from(["other", "wanting", "added", "swapped"]))
@settings(deadline=None, max_examples=60)
def test_every_single_slip_is_found(place: int, digit: int, kind: str) -> None:
    number = PATIENT["住院号"]
    slips = {
        "other": number[:place] + str(digit) + number[place + 1 :],
        "wanting": number[:place] + number[place + 1 :],
        "added": number[:place] + str(digit) + number[place:],
        "swapped": number[:place] + number[place : place + 2][::-1] + number[place + 2 :],
    }
    assert slips[kind] in found(f"赵小满 {slips[kind]}", small())


# --------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    "written",
    [
        "赵小满",
        "赵 小 满",
        "趙小滿",
        "赵\u200b小满",
        "ZHAO Xiaoman",
        "Xiaoman Zhao",
        "zhao xiao man",
        "Zhao Xiao-Man",
        "zhaoxiaoman",
    ],
)
def test_names_are_found_in_every_spelling_beside_a_second_attribute(written: str) -> None:
    for subjects in (small(), large()):
        findings = found(f"{written}，1978年3月12日", subjects)
        assert findings[written].rule == "known_subject_name"
        assert findings[written].role is Role.PATIENT


@pytest.mark.parametrize(
    "attribute", ["0004417831", "13857100987", "1966-11-30", "30 November 1966", "19661130", "肾内科"]
)
def test_a_common_name_needs_a_second_attribute(attribute: str) -> None:
    assert found("王伟昨天来过", large()) == {}
    assert "王伟" in found(f"王伟，{attribute}", large())


def test_a_second_attribute_far_away_is_none() -> None:
    assert "王伟" not in found("王伟来过\n" + "另行通知\n" * 60 + "1966-11-30", large())


def test_who_is_confirmed_once_is_found_everywhere() -> None:
    text = "王伟，0004417831\n" + "另行通知。\n" * 60 + "王伟 家属，WANG Wei，13857100987"
    assert set(found(text, large())) == {"王伟", "0004417831", "WANG Wei", "13857100987"}
    assert len({f.subject for f in found(text, large()).values() if f.role is Role.PATIENT}) == 1


def test_a_rare_name_accuses_by_itself_where_it_stands_free() -> None:
    assert "赵小满" in found("已由赵小满签收。", large())
    assert found("李王伟大", small()) == {}


@pytest.mark.parametrize("word", ["高兴", "安静", "江山"])
def test_everyday_words_do_not_accuse(word: str) -> None:
    subjects = load_subjects([{"姓名": word, "住院号": "0004417820"}])
    assert found(f"大家很{word}。{word}", subjects) == {}
    assert word in found(f"{word}，0004417820", subjects)


def test_latin_names_are_found_in_both_orders() -> None:
    subjects = load_subjects(
        [{"name": "Oyelaran, Casimir J.", "mrn": "77120045"}, {"name": "Siân Ó Broin", "mrn": "1"}]
    )
    for written in ("Casimir Oyelaran", "OYELARAN, Casimir", "Casimir J. Oyelaran", "Sian O Broin", "Siân Ó Broin"):
        assert written in found(f"Seen today: {written}.", subjects)
    assert found("casimir and oyelaran", subjects) == {}


def test_minority_names_with_any_dot_or_none() -> None:
    subjects = load_subjects([{"姓名": "古丽娜尔·买买提", "住院号": "0004417820"}])
    for written in ("古丽娜尔·买买提", "古丽娜尔•买买提", "古丽娜尔买买提", "古丽娜尔.买买提"):
        assert written in found(f"{written}，女", subjects)


def test_the_spellings_of_one_record_are_one_person() -> None:
    review = redactor().review_text("趙小滿 0004417820\n另有zhao xiaoman 与 ZHAO Xiaoman 签字", subjects=small())
    names = [f for f in review.removed if f.role is not None]
    assert len(names) == 3
    assert len({f.subject for f in names}) == 1


def test_a_spelling_of_two_records_joins_nobody() -> None:
    subjects = load_subjects([{"姓名": "张伟", "住院号": "0004417820"}, {"姓名": "张薇", "住院号": "0004417999"}])
    findings = found("zhang wei\n张伟，0004417820\n张薇，0004417999", subjects)
    assert findings["张伟"].subject != findings["张薇"].subject


# --------------------------------------------------------------------------- staff


@cache
def staff() -> Subjects:
    return load_subjects(
        [
            {"姓名": "贺建平", "电话": "13957100777", "角色": "员工"},
            {"姓名": "季云舟", "工号": "20417733", "角色": "staff"},
        ]
    )


def test_staff_is_no_accusation_but_its_private_number_is() -> None:
    findings = found("贺建平的电话是13957100777", staff())
    assert set(findings) == {"13957100777"}
    assert findings["13957100777"].rule == "known_subject_staff"
    assert findings["13957100777"].matter == "staff_private"


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("已由季云舟（20417733）办理。", Role.STAFF),
        ("已由季云舟办理。", Role.STAFF),
        ("患者钱立群入院。已由季云舟（20417733）办理。", Role.STAFF),
        ("患者钱立群入院。已由季云舟办理。", Role.OTHER),
        ("季云舟，女，56岁，入院。", Role.PATIENT),
        ("已由季晓舟办理。", Role.OTHER),
    ],
)
def test_a_name_without_a_role_is_staff_where_no_patient_can_be_meant(text: str, role: Role) -> None:
    review = redactor().review_text(text, subjects=staff())
    roles = [f.role for f in review.findings if f.role is not None and "季" in review.document.text_of(f.spans)]
    assert set(roles) == {role}


def test_the_same_name_as_a_patient_goes() -> None:
    both = load_subjects([{"姓名": "季云舟", "role": "staff"}, {"姓名": "季云舟", "住院号": "0004417820"}])
    review = redactor().review_text("主治医师：季云舟\n季云舟，0004417820，入院。", subjects=both)
    assert {f.role for f in review.removed if f.role is not None} == {Role.PATIENT}
    assert len(review.plan.kept) == 0


def test_an_office_that_the_document_shows_outweighs_a_name_alone() -> None:
    review = redactor().review_text("主治医师：赵小满", subjects=small())
    assert [f.role for f in review.findings if f.role is not None] == [Role.STAFF]


# --------------------------------------------------------------------------- in the flow


def test_a_review_with_a_roster_removes_more_and_its_copy_is_proved(tmp_path: Path) -> None:
    text = "转发：zhaoxiaoman 0004417802 的片子已阅，请赵小满来取。"
    without, with_ = redactor().review_text(text), redactor().review_text(text, subjects=small())
    left = "".join(block.text for block in apply_plan(with_.document, with_.plan).blocks)
    assert "0004417802" not in left
    assert "zhaoxiaoman" not in left
    assert len(with_.removed) > len(without.removed)
    copy = redactor().redact(with_, tmp_path / "copy.txt")
    assert copy.verification.passed


def test_the_copy_is_detected_again_with_the_roster(tmp_path: Path) -> None:
    review = redactor().review_text("请调阅0004417820的片子。", subjects=small())
    source = tmp_path / "text.txt"
    source.write_text("请调阅0004417820的片子。", encoding="utf-8")
    verification = redactor().verify(review, source)
    assert verification.remaining_findings == 1


# --------------------------------------------------------------------------- the roster itself


def test_a_roster_is_never_pickled_and_shows_nothing() -> None:
    assert repr(small()) == "Subjects(2 records)"
    with pytest.raises(TypeError, match="never written"):
        pickle.dumps(small())


def test_a_policy_without_the_rules_is_refused() -> None:
    bare = replace(policy(), rules=())
    with pytest.raises(DetectionError, match="known_subject_name"):
        find_subjects(document_of_text("无"), (), small(), bare)


@given(st.text(max_size=80))
@settings(deadline=None, max_examples=80)
def test_any_text_is_searched_without_an_error(text: str) -> None:
    document = document_of_text(text.replace("\r", "\n"))
    for finding in find_subjects(document, (), small(), policy()):
        assert document.text_of(finding.spans)
