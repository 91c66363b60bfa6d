"""Placeholders of one release, by key; tokens that only the key opens, refused where nobody may open them."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from presidio_anonymizer.operators import Decrypt
from support import ROOT

import hospital_redact as hr
from hospital_redact.cli import main
from hospital_redact.errors import OutputError, PlanError
from hospital_redact.planfile import dump_plan, load_plan
from hospital_redact.planning import apply_plan
from hospital_redact.pseudonyms import KEY_VARIABLE, TOKEN, Pseudonyms, identity_of, read_key
from hospital_redact.restoration import restore_copy

KEY, OTHER_KEY = b"k" * 32, b"x" * 32
KEYED, REVERSIBLE = Pseudonyms(KEY), Pseudonyms(KEY, reversible=True)
CONTEXT = hr.ReleaseContext("superior", name="云桥市卫健委", reference="2024-17")
TEXT = "患者赵小满，联系电话13957100321。其女孙晓雯陪同。"


@cache
def redactor() -> hr.Redactor:
    return hr.Redactor()


def edited(text: str, pseudonyms: Pseudonyms | None = None, context: hr.ReleaseContext | None = None) -> str:
    review = redactor().review_text(text, pseudonyms=pseudonyms, context=context or hr.ReleaseContext())
    return "\n".join(block.text for block in apply_plan(review.document, review.plan).blocks[:-1])


# --------------------------------------------------------------------------- inside one document


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("患者赵小满入院。其女孙晓雯陪同。", "[患者1之女]"),
        ("患者赵小满入院。联系人：孙建国（丈夫）。", "[患者1之夫]"),
        ("患者赵小满入院。儿子：孙明，电话见后。", "[患者1之子]"),
        ("患者赵小满入院。病史由妻子季晓芸陈述。", "[患者1之妻]"),
        ("Patient: Rosalind Hale. Her daughter Maud Keats came along.", "[patient 1's daughter]"),
    ],
)
def test_a_relative_is_named_by_kinship(text: str, label: str) -> None:
    assert label in edited(text)


def test_two_daughters_are_told_apart_and_each_keeps_her_name() -> None:
    text = edited("患者赵小满入院。\n长女孙晓雯陪同。\n次女孙晓月未到。\n孙晓雯签字，孙晓月电话同意。")
    first, second = "[患者1之女]", "[患者1之女2]"
    assert text.count(first) == text.count(second) == 2


def test_the_patient_named_last_before_is_whose_relative_it_is() -> None:
    text = edited("患者赵小满入院。\n患者钱立群入院。\n其女钱晓雯陪同。")
    assert "[患者2之女]" in text


# --------------------------------------------------------------------------- by key


def codes(text: str) -> list[str]:
    return re.findall(r"\[(?:\w+ ?)([B-Z]{9})\]", text)


def test_one_person_has_one_placeholder_in_all_files_whatever_the_spelling_and_role() -> None:
    files = ("患者赵小满入院。", "姓名：赵 小 满", "患者：趙小滿", "主诉：腹痛。患者赵小满今日出院。\n其女孙晓雯陪同。")
    found = [re.findall(r"\[人员[B-Z]{9}\]", edited(text, KEYED))[0] for text in files]
    assert len(set(found)) == 1


def test_another_person_and_another_key_have_others() -> None:
    (one,) = codes(edited("患者赵小满入院。", KEYED))
    (two,) = codes(edited("患者钱立群入院。", KEYED))
    (three,) = codes(edited("患者赵小满入院。", Pseudonyms(OTHER_KEY)))
    assert len({one, two, three}) == 3


def test_latin_names_in_both_orders_are_one() -> None:
    assert identity_of(["HALE, Rosalind"]) == identity_of(["Rosalind Hale"])
    assert identity_of(["王", "王小红"]) == identity_of(["王小红"])
    assert identity_of(["Zhao Xiaoman", "赵小满"]) == identity_of(["赵小满"])


def test_the_word_of_a_code_is_no_plain_hash() -> None:
    digest = hashlib.sha256("赵小满".encode()).hexdigest().upper()
    assert KEYED.code("赵小满") not in digest
    assert KEYED.code("赵小满") != Pseudonyms(OTHER_KEY).code("赵小满")


# --------------------------------------------------------------------------- reversible


@given(st.text(min_size=1, max_size=60))
@settings(deadline=None)
def test_a_token_opens_with_its_key_only_and_presidio_opens_it_too(value: str) -> None:
    token = REVERSIBLE.seal(value)
    assert TOKEN.fullmatch(f"[患者#{token}]")
    assert REVERSIBLE.open(token) == value
    assert Decrypt().operate(token + "=" * (-len(token) % 4), {"key": KEY}) == value
    assert REVERSIBLE.seal(value) == token
    with pytest.raises(PlanError, match="HR407"):
        Pseudonyms(OTHER_KEY, reversible=True).open(token)


@pytest.mark.parametrize("change", [0, 5, 30, -2])
def test_a_changed_token_is_noticed(change: int) -> None:
    token = list(REVERSIBLE.seal("赵小满"))
    token[change] = "A" if token[change] != "A" else "B"
    with pytest.raises(PlanError, match="HR407"):
        REVERSIBLE.open("".join(token))


def test_a_review_is_turned_back_by_the_key() -> None:
    text = edited(TEXT, REVERSIBLE, CONTEXT)
    assert "赵小满" not in text
    assert "13957100321" not in text
    assert TOKEN.sub(lambda match: REVERSIBLE.open(match["token"]), text) == TEXT


@pytest.mark.parametrize(
    "context",
    [
        hr.ReleaseContext(),
        hr.ReleaseContext("journal"),
        hr.ReleaseContext("superior"),  # what it requires is missing: the public
    ],
)
def test_reversible_ones_are_refused_for_the_public_and_journals(context: hr.ReleaseContext) -> None:
    with pytest.raises(PlanError, match="HR406") as caught:
        redactor().review_text(TEXT, context=context, pseudonyms=REVERSIBLE)
    assert "civil-code 第1038条" in str(caught.value)


def test_a_pdf_holds_none(pdf: Path) -> None:
    with pytest.raises(PlanError, match="HR406"):
        redactor().review(pdf, context=CONTEXT, pseudonyms=REVERSIBLE)


@pytest.fixture
def pdf() -> Path:
    return next((ROOT / "examples").glob("*.pdf"))


def test_a_plan_comes_back_under_the_same_key_only() -> None:
    review = redactor().review_text(TEXT, context=CONTEXT, pseudonyms=REVERSIBLE)
    plan = load_plan(dump_plan(review.plan, review.document))
    again = redactor().review_text(TEXT, context=CONTEXT, pseudonyms=Pseudonyms(KEY, reversible=True))
    assert redactor().with_plan(again, plan).plan == review.plan
    other = redactor().review_text(TEXT, context=CONTEXT, pseudonyms=Pseudonyms(OTHER_KEY, reversible=True))
    with pytest.raises(PlanError, match="HR401"):
        redactor().with_plan(other, plan)


# --------------------------------------------------------------------------- keys


@pytest.mark.parametrize("key", [b"", b"short", b"k" * 31, b"k" * 33])
def test_a_key_of_another_length_is_refused(key: bytes) -> None:
    with pytest.raises(PlanError, match="HR407"):
        Pseudonyms(key)


def test_a_key_comes_from_a_file_or_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "key"
    file.write_bytes(KEY + b"\n")
    assert read_key(file) == KEY
    monkeypatch.setenv(KEY_VARIABLE, OTHER_KEY.decode())
    assert read_key(None) == OTHER_KEY
    monkeypatch.delenv(KEY_VARIABLE)
    for path in (None, tmp_path / "none"):
        with pytest.raises(PlanError, match="HR407"):
            read_key(path)


def test_the_key_shows_nowhere() -> None:
    assert repr(KEYED) == "Pseudonyms(by key)"
    assert "kkk" not in repr(REVERSIBLE)


# --------------------------------------------------------------------------- files


def test_a_word_file_is_redacted_proved_and_restored(tmp_path: Path) -> None:
    original = tmp_path / "转诊单.docx"
    document = docx.Document()
    document.add_paragraph("患者赵小满，联系电话13957100321。")
    table = document.add_table(2, 2)
    for cell, text in zip(
        (c for row in table.rows for c in row.cells), ("姓名", "住院号", "赵小满", "0004417820"), strict=True
    ):
        cell.text = text
    document.save(str(original))
    review = redactor().review(original, context=CONTEXT, pseudonyms=REVERSIBLE)
    copy = redactor().redact(review, tmp_path / "copy.docx")
    assert copy.verification.passed
    restored = tmp_path / "restored.docx"
    assert restore_copy(copy.path, restored, REVERSIBLE) == len(review.plan.edits)
    again = docx.Document(str(restored))
    assert [p.text for p in again.paragraphs] == ["患者赵小满，联系电话13957100321。"]
    assert [c.text for row in again.tables[0].rows for c in row.cells] == ["姓名", "住院号", "赵小满", "0004417820"]


def test_restoring_refuses_another_key_a_plain_file_and_its_own_source(tmp_path: Path) -> None:
    copy = tmp_path / "copy.txt"
    copy.write_text(edited(TEXT, REVERSIBLE, CONTEXT), encoding="utf-8")
    with pytest.raises(PlanError, match="HR407"):
        restore_copy(copy, tmp_path / "out.txt", Pseudonyms(OTHER_KEY))
    with pytest.raises(OutputError, match="HR704"):
        restore_copy(copy, copy, REVERSIBLE)
    plain = tmp_path / "plain.txt"
    plain.write_text("患者[患者1]", encoding="utf-8")
    with pytest.raises(PlanError, match="HR407"):
        restore_copy(plain, tmp_path / "out.txt", REVERSIBLE)
    assert not (tmp_path / "out.txt").exists()


def test_the_command_line_from_end_to_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = tmp_path / "key"
    key.write_bytes(KEY)
    roster = tmp_path / "roster.csv"
    roster.write_text("姓名,住院号,血型\n赵小满,0004417820,A\n", encoding="utf-8")
    for name, text in (("a.txt", "患者赵小满入院。\n"), ("b.txt", "请调阅0004417820，zhaoxiaoman的片子。\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    paths = [str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]
    common = ["--subjects", str(roster), "--workers", "2", "--lang", "en"]
    done = main(["redact", *paths, "-o", str(tmp_path / "out"), *common, "--pseudonyms", "keyed", "--key", str(key)])
    assert done == 0
    copies = [(tmp_path / "out" / name).read_text(encoding="utf-8") for name in ("a.txt", "b.txt")]
    assert "0004417820" not in copies[1]
    assert "zhaoxiaoman" not in copies[1]
    assert codes(copies[0])[0]
    assert "not used: 血型" in capsys.readouterr().err

    refused = [
        "redact",
        paths[0],
        "-o",
        str(tmp_path / "no"),
        "--workers",
        "0",
        "--pseudonyms",
        "reversible",
        "--key",
        str(key),
    ]
    assert main([*refused, "--lang", "en"]) == 3
    assert "HR406" in capsys.readouterr().err
    allowed = [*refused, "--to", "superior", "--recipient", "云桥市卫健委", "--reference", "2024-17"]
    assert main([*allowed, "--lang", "en"]) == 0
    restored = tmp_path / "restored.txt"
    back = ["restore", str(tmp_path / "no" / "a.txt"), "-o", str(restored), "--key", str(key), "--lang", "en"]
    assert main(back) == 0
    assert restored.read_text(encoding="utf-8") == "患者赵小满入院。\n"
    assert "1 values restored" in capsys.readouterr().out


@pytest.mark.parametrize(
    "wrong",
    [
        ["--subjects-query", "select 1"],
        ["--subjects", "sqlite:///x.db"],
        ["--subjects", "r.csv", "--subjects-query", "select 1"],
    ],
)
def test_wrong_usage_of_a_roster(tmp_path: Path, wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.txt"
    file.write_text("文", encoding="utf-8")
    assert main(["scan", str(file), *wrong]) == 2
    assert capsys.readouterr().err


def test_a_relative_of_the_same_family_name_is_another_person() -> None:
    text = (
        "Patient name: Margaret Ellsworth\n\nMargaret Ellsworth lives alone. Her next of kin is her daughter, "
        "Joanna Ellsworth.\nMrs Ellsworth was admitted. Her son Peter Ellsworth agrees.\n"
    )
    review = redactor().review_text(text)
    edits = {review.document.text_of([e.span]): e.replacement for e in review.plan.edits}
    assert edits["Margaret Ellsworth"] == edits["Ellsworth"] == "[patient 1]"
    assert edits["Joanna Ellsworth"] == "[patient 1's daughter]"
    assert edits["Peter Ellsworth"] == "[patient 1's son]"
