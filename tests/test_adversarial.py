"""What an attacker, or a tired person, does to plans, copies, names and records: none of it passes as proved."""

from __future__ import annotations

import dataclasses
import gzip
import io
import json
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pikepdf
import pytest
from PIL import Image
from support import ROOT

import hospital_redact as hr
from hospital_redact.batch import Output, Task, scan_record, shown_path
from hospital_redact.cli import main
from hospital_redact.errors import OutputError, PlanError, ReadError
from hospital_redact.formats.base import Source
from hospital_redact.model import AcceptedUnread, Finding, Kept, RedactionPlan, Span, Verification
from hospital_redact.pipeline import Review
from hospital_redact.planfile import dump_plan, load_plan
from hospital_redact.replacements import squeeze
from hospital_redact.reporting.text import redact_lines
from hospital_redact.verification import remaining_findings

TEXT = "转诊单\n姓名：赵小满    性别：女\n联系电话：13957100321\n患者赵小满腹痛3天。\n联系人电话13957100654\n"
PHONE = 2  # the block of the first telephone


@pytest.fixture(scope="module")
def redactor() -> hr.Redactor:
    return hr.Redactor()


@pytest.fixture(scope="module")
def review(redactor: hr.Redactor) -> Review:
    return redactor.review(Source("a.txt", TEXT.encode()))


def edited(review: Review, change: Callable[[dict[str, Any]], object]) -> RedactionPlan:
    data = json.loads(dump_plan(review.plan, review.document))
    change(data)
    return load_plan(json.dumps(data))


# --------------------------------------------------------------------------- plans


def phone(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(edit for edit in data["edits"] if edit["block"] == PHONE)
    return found


def replaced(by_whom: str, text: str) -> Callable[[dict[str, Any]], object]:
    return lambda data: phone(data).update(replacement=text, by=by_whom, why=by_whom)


def without_the_phone(data: dict[str, Any]) -> None:
    data["edits"] = [edit for edit in data["edits"] if edit["block"] != PHONE]


def keep_the_phone(data: dict[str, Any], **signature: str) -> None:
    edit = phone(data)
    without_the_phone(data)
    place = {"block": PHONE, "start": edit["start"], "end": edit["end"]}
    data["kept"].append({"id": "k", "spans": [place], "rule": "r", "category": "c", "entity": "e", **signature})


@pytest.mark.parametrize(
    "change",
    [
        replaced("王审", "13957100321"),
        replaced("王审", "１３９ 5710 0321"),
        replaced("王审", "电话13957100654"),
        replaced("王审", "某赵小满"),
        replaced("", "13957100321"),
        replaced("", "[略]"),
        replaced("王审", "a\nb"),
        replaced("王审", "\x1b[31m"),
        replaced("王审", "\u202eabc"),
        replaced("王审", "\u2028"),
        without_the_phone,
        lambda data: phone(data).update(end=phone(data)["end"] - 4),
        lambda data: keep_the_phone(data, why="context:public"),
        lambda data: data["kept"].append({"id": "k", "spans": [], "rule": "r", "category": "c", "entity": "e",
                                          "why": "x", "by": "王审"}),
        lambda data: data.update(edits=[], terms_only=True),
        lambda data: [edit.update(id="e1") for edit in data["edits"]],
        lambda data: data.update(options={"images": "keep"}),
    ],
)  # fmt: skip
def test_a_plan_cannot_smuggle(
    change: Callable[[dict[str, Any]], object], redactor: hr.Redactor, review: Review
) -> None:
    with pytest.raises(PlanError) as caught:
        redactor.with_plan(review, edited(review, change))
    assert caught.value.code == "HR401"
    assert "13957100321" not in str(caught.value)


def test_a_value_as_its_own_replacement_is_refused_without_a_suggested_plan_too(
    redactor: hr.Redactor, review: Review, tmp_path: Path
) -> None:
    edits = tuple(
        dataclasses.replace(e, replacement=review.document.text_of((e.span,))) if e.span.block == PHONE else e
        for e in review.plan.edits
    )
    with pytest.raises(PlanError):
        redactor.redact(
            dataclasses.replace(review, plan=dataclasses.replace(review.plan, edits=edits)), tmp_path / "a.txt"
        )
    assert list(tmp_path.iterdir()) == []


def test_what_a_person_signs_is_carried_out(redactor: hr.Redactor, review: Review, tmp_path: Path) -> None:
    reworded = redactor.with_plan(review, edited(review, replaced("王审", "139****0321")))
    assert "139****0321" in redactor.redact(reworded, tmp_path / "a.txt").path.read_text(encoding="utf-8")
    kept = redactor.with_plan(review, edited(review, lambda d: keep_the_phone(d, by="王审", why="总机")))
    assert kept.plan.kept


def test_part_of_a_kept_value_at_another_place_is_another_value(redactor: hr.Redactor) -> None:
    document = redactor.review_text("编号13957100654\n电话13957100321\n").document
    plan = RedactionPlan(document.sha256, document.digest, "default", redactor.policy.version, hr.ReleaseContext(), ())
    found = redactor.review_text("电话13957100321\n").findings[0]
    whole = dataclasses.replace(found, spans=(Span(1, 2, 13),))
    half = dataclasses.replace(found, spans=(Span(1, 6, 13),))
    kept = dataclasses.replace(plan, kept=(Kept("k", (Span(1, 2, 13),), "r", "c", "e", "x", "王审"),))
    elsewhere = dataclasses.replace(found, spans=(Span(0, 2, 9),))

    def left(*findings: Finding) -> int:
        return len(remaining_findings(document, kept, document, policy=redactor.policy, findings=findings))

    assert left(whole, half) == 0
    assert left(elsewhere) == 1


# --------------------------------------------------------------------------- replacements


@pytest.mark.parametrize("term", ["1", "已删", "已删1", "[", "*", "1]", "删"])
def test_no_replacement_holds_a_listed_term(term: str, redactor: hr.Redactor, tmp_path: Path) -> None:
    source = Source("a.txt", f"甲{term}乙和13957100321，患者丙{term}\n第二行{term}\n".encode())
    only = redactor.review(source, terms=(term,), terms_only=True)
    copy = redactor.redact(only, tmp_path / "only.txt").path.read_text(encoding="utf-8")
    assert term not in copy
    assert redactor.verify(only, Source("a.txt", copy.encode())).passed
    both = redactor.redact(redactor.review(source, terms=(term,)), tmp_path / "both.txt")
    assert term not in both.path.read_text(encoding="utf-8")


# --------------------------------------------------------------------------- other tools' copies

LINES = "联系电话：13957100321\n患者赵小满腹痛\n"


@pytest.mark.parametrize(
    ("copy", "passes"),
    [
        ("联系电话：（略）\n患者某某腹痛\n", True),
        ("联系电话：1-3-9-5-7-1-0-0-3-2-1\n患者某某腹痛\n", False),
        ("联系电话：一三九五七一〇〇三二一\n患者某某腹痛\n", False),
        ("联系电话：1.3.9.5.7…\n患者某某腹痛\n", False),
        ("联系电话：（略）\n患者赵·小·满腹痛\n", False),
        ("联系电话：赵小满\n患者13957100321腹痛\n", False),
    ],
)
def test_another_spelling_is_no_redaction(copy: str, passes: bool, redactor: hr.Redactor) -> None:
    made = redactor.review(Source("a.txt", LINES.encode()))
    assert redactor.verify(made, Source("a.txt", copy.encode())).passed is passes


def test_a_line_of_many_edits_is_aligned_at_once(redactor: hr.Redactor) -> None:
    line = "，".join(["甲乙"] * 60)
    made = redactor.review(Source("a.txt", f"{line}尾\n".encode()), terms=("甲乙",), terms_only=True)
    good = "，".join(["丙"] * 60)
    assert redactor.verify(made, Source("a.txt", f"{good}尾\n".encode())).passed
    # With a pattern of sixty lazy groups this one took longer than a life.
    assert not redactor.verify(made, Source("a.txt", f"{good}，，，首\n".encode())).passed


@pytest.fixture(scope="module")
def word(redactor: hr.Redactor, tmp_path_factory: pytest.TempPathFactory) -> tuple[Review, bytes, str]:
    """A review, its own copy, and a removed telephone number."""
    review = redactor.review(ROOT / "examples" / "出院小结.docx")
    copy = redactor.redact(review, tmp_path_factory.mktemp("word") / "出院小结.docx").path.read_bytes()
    values = {squeeze(review.document.text_of((edit.span,))) for edit in review.plan.edits}
    return review, copy, min(value for value in values if len(value) == 11 and value.isdigit())


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return made.getvalue()


def archive(text: str, *, times: int = 1) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as inner:
        inner.writestr("sheet.xml", f"<a>{text}</a>" * 50)
    return made.getvalue() if times == 1 else with_part(archive("x"), "inner.zip", archive(text, times=times - 1))


def core(author: str) -> bytes:
    return (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{author}</dc:creator></cp:coreProperties>'
    ).encode()


@pytest.mark.parametrize(
    ("name", "content", "passes"),
    [
        ("docProps/core.xml", lambda v: core("office"), True),
        ("docProps/core.xml", core, False),
        ("docProps/core.xml", lambda v: core(v[:7]), False),
        ("docProps/core.xml", lambda v: core("-".join(v)), False),
        ("word/embeddings/a.xlsx", lambda v: archive("nothing"), True),
        ("word/embeddings/a.xlsx", archive, False),
        ("word/embeddings/a.xlsx", lambda v: archive(v, times=2), False),
        ("word/embeddings/a.xlsx", lambda v: archive("nothing", times=9), False),
        ("word/embeddings/a.xlsx", lambda v: b"PK\x03\x04 no archive", False),
    ],
)
def test_hidden_parts_of_another_tools_word_copy(
    name: str,
    content: Callable[[str], bytes],
    passes: bool,
    redactor: hr.Redactor,
    word: tuple[Review, bytes, str],
) -> None:
    review, copy, value = word
    verification = redactor.verify(review, Source("出院小结.docx", with_part(copy, name, content(value))))
    assert verification.passed is passes, verification.checks


@pytest.fixture(scope="module")
def pdf(redactor: hr.Redactor, tmp_path_factory: pytest.TempPathFactory) -> tuple[Review, bytes, str]:
    """A review, its own copy, and a removed telephone number."""
    review = redactor.review(ROOT / "examples" / "转诊信.pdf")
    copy = redactor.redact(review, tmp_path_factory.mktemp("pdf") / "转诊信.pdf").path.read_bytes()
    values = {squeeze(review.document.text_of((edit.span,))) for edit in review.plan.edits}
    return review, copy, min(value for value in values if len(value) == 11 and value.isdigit())


def attach(pdf: pikepdf.Pdf, content: bytes) -> None:
    pdf.attachments["a.bin"] = content


def entities(value: str) -> bytes:
    return b"<x>" + "".join(f"&#{ord(c)};" for c in value).encode() + b"</x>"


@pytest.mark.parametrize(
    ("change", "passes"),
    [
        (lambda p, v: attach(p, b"nothing"), True),
        (lambda p, v: attach(p, v.encode()), False),
        (lambda p, v: attach(p, gzip.compress(v.encode())), False),
        (lambda p, v: attach(p, archive(v)), False),
        (lambda p, v: attach(p, entities(v)), False),
        (lambda p, v: p.docinfo.__setitem__("/Author", v[:7]), False),
        (lambda p, v: p.docinfo.__setitem__("/Author", "-".join(v)), False),
    ],
)
def test_hidden_parts_of_another_tools_pdf_copy(
    change: Callable[[pikepdf.Pdf, str], object],
    passes: bool,
    redactor: hr.Redactor,
    pdf: tuple[Review, bytes, str],
) -> None:
    review, copy, value = pdf
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(copy)) as opened:
        change(opened, value)
        opened.save(made)
    assert verified(redactor, review, made.getvalue()).passed is passes


def verified(redactor: hr.Redactor, review: Review, data: bytes) -> Verification:
    return redactor.verify(review, Source("转诊信.pdf", data))


def test_each_picture_of_a_page_is_accepted_by_itself(redactor: hr.Redactor, tmp_path: Path) -> None:
    made, opened = io.BytesIO(), pikepdf.new()
    opened.add_blank_page(page_size=(500, 500))
    for number in range(2):
        image = pikepdf.Stream(opened, bytes(range(256)) * 4, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image,
                               Width=32, Height=32, BitsPerComponent=8, ColorSpace=pikepdf.Name.DeviceGray)  # fmt: skip
        opened.pages[0].add_resource(image, pikepdf.Name.XObject, pikepdf.Name(f"/I{number}"))
    draw = b"q 90 0 0 90 0 0 cm /I0 Do Q q 90 0 0 90 200 200 cm /I1 Do Q"
    opened.pages[0].Contents = pikepdf.Stream(opened, draw)
    opened.save(made)
    review = redactor.review(Source("a.pdf", made.getvalue()))
    accepted = tuple(AcceptedUnread(u.what, str(u.location), "王审", "院徽") for u in review.document.unread)
    assert len({entry.location for entry in accepted}) == 2
    one = redactor.with_plan(review, dataclasses.replace(review.plan, accepted_unread=accepted[:1]))
    with pytest.raises(PlanError) as caught:
        redactor.redact(one, tmp_path / "a.pdf")
    assert caught.value.code == "HR405"
    both = redactor.with_plan(review, dataclasses.replace(review.plan, accepted_unread=accepted))
    assert redactor.redact(both, tmp_path / "a.pdf").verification.passed


# --------------------------------------------------------------------------- texts


@pytest.mark.parametrize(
    "data",
    [
        "姓名：趙小滿\r\n電話：0912345678\r\n".encode("big5"),
        "患者林美玲".encode("big5"),
        "香港醫院管理局病人轉介信".encode("big5"),
        "姓名：赵小满\n".encode("iso2022_jp_2", errors="ignore"),
        "患者赵小满因腹痛入院治疗".encode("utf-16-le"),
    ],
)
def test_a_text_that_would_be_read_as_something_else_is_refused(data: bytes, redactor: hr.Redactor) -> None:
    with pytest.raises(ReadError) as caught:
        redactor.review(Source("a.txt", data))
    assert caught.value.code == "HR203"


@pytest.mark.parametrize("text", ["姓名：趙小滿，臺北市中正區", "患者林美玲", "姓名：赵小满\n", "12，赵\n", "翟璐"])
def test_a_gb18030_text_is_not_taken_for_big5(text: str, redactor: hr.Redactor) -> None:
    assert redactor.review(Source("a.txt", text.encode("gb18030"))).document.notes[0] == "encoding:gb18030"


# --------------------------------------------------------------------------- names and places


def letter(path: Path, text: str = TEXT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_no_copy_replaces_an_input(tmp_path: Path) -> None:
    first, second = letter(tmp_path / "b" / "x.txt", "甲\n"), letter(tmp_path / "a" / "x.txt")
    arguments = ["redact", "--workers", "0", "--force", str(first), str(second), "-o", str(tmp_path / "a")]
    assert main(arguments) == 3
    assert second.read_text(encoding="utf-8") == TEXT


def test_names_that_a_file_system_may_fold_are_one_name(tmp_path: Path) -> None:
    output = Output(tmp_path / "out", tmp_path)
    output.claim("caf\u00e9.txt")
    for name in ("CAF\u00c9.txt", "cafe\u0301.txt"):
        with pytest.raises(OutputError) as caught:
            output.claim(name)
        assert caught.value.code == "HR702"


@pytest.mark.parametrize("option", ["--report", "--register"])
@pytest.mark.parametrize("place", ["in/a.txt", "terms.txt", "out/a.txt", "out/b.txt"])
def test_a_report_or_register_replaces_nothing(option: str, place: str, tmp_path: Path) -> None:
    source, terms = letter(tmp_path / "in" / "a.txt"), letter(tmp_path / "terms.txt", "腹痛\n")
    arguments = ["redact", "--workers", "0", str(source), "-o", str(tmp_path / "out"), "--terms", str(terms)]
    assert main([*arguments, option, str(tmp_path / place)]) == 2
    assert source.read_text(encoding="utf-8") == TEXT
    assert not (tmp_path / "out").exists()


def test_a_report_and_a_register_have_two_places(tmp_path: Path) -> None:
    source, place = letter(tmp_path / "a.txt"), str(tmp_path / "both")
    arguments = ["redact", "--workers", "0", str(source), "-o", str(tmp_path / "out")]
    assert main([*arguments, "--report", place, "--register", place]) == 2


@pytest.mark.parametrize("stem", ["赵小满:报告?", '赵小满<"|*', "、".join(["张伟"] * 24)])
def test_any_name_that_holds_a_value_gives_a_name(stem: str, tmp_path: Path) -> None:
    source, out = letter(tmp_path / f"{stem}.txt", "患者赵小满与患者张伟\n"), tmp_path / "out"
    assert main(["redact", "--workers", "0", str(source), "-o", str(out)]) == 0
    (copy,) = out.iterdir()
    assert copy.suffix == ".txt"
    assert "赵小满" not in copy.name
    assert "张伟" not in copy.name


def test_a_copy_may_have_another_name_without_a_value(redactor: hr.Redactor, tmp_path: Path) -> None:
    review = redactor.review(letter(tmp_path / "赵小满出院.txt", "患者赵小满\n"))
    assert redactor.redact(review, tmp_path / "out" / "result.txt").verification.passed
    for name in ("赵小满.txt", "赵小.txt", "赵.小.满.txt"):
        with pytest.raises(hr.VerificationError):
            redactor.redact(review, tmp_path / "out" / name)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the file system wants names in Unicode")
def test_a_name_that_is_no_unicode(tmp_path: Path) -> None:
    for raw in (b"\xff1.txt", b"\xff\xe8\xb5\xb5\xe5\xb0\x8f\xe6\xbb\xa1.txt"):
        source = tmp_path / os.fsdecode(raw)
        source.write_text("患者赵小满\n", encoding="utf-8")
        assert main(["redact", "--workers", "0", str(source), "-o", str(tmp_path / "out")]) == 0
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_a_file_of_invisible_terms_holds_none(tmp_path: Path) -> None:
    source, terms = letter(tmp_path / "a.txt"), letter(tmp_path / "terms.txt", "\u200b\n \ufeff\n")
    arguments = ["redact", "--workers", "0", str(source), "-o", str(tmp_path / "out"), "--only-terms"]
    assert main([*arguments, "--terms", str(terms)]) == 2


def test_a_copys_name_is_printed_on_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = letter(tmp_path / "a\x1b[31m\nverified.txt", "甲\n")
    assert main(["redact", "--workers", "0", str(source), "-o", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "\nverified" not in printed
    entry = {"number": 1, "path": "a", "output": "b\u202e\r", "status": "verified", "message": "", "counts": {},
             "level": "内部", "residual_level": "内部", "decision": "release", "look_at": []}  # fmt: skip
    assert next(redact_lines(entry, hr.languages.ENGLISH)) == "1  a -> b??"


def test_names_of_folders_are_masked_in_every_script(redactor: hr.Redactor) -> None:
    assert "Smith" not in shown_path(redactor, "data/John Smith/broken.txt", Task())
    assert "蓝鲸" not in shown_path(redactor, "data/蓝鲸计划/broken.txt", Task(terms=("蓝鲸",)))
    assert "blue" not in shown_path(redactor, "data/project blue/broken.txt", Task(terms=("blue",)))


# --------------------------------------------------------------------------- records


@pytest.mark.parametrize(
    "line",
    [
        '{"id": NaN, "text": "x"}',
        '{"id": -Infinity, "text": "x"}',
        '{"id": 1e999, "text": "x"}',
        "[" * 100_000,
        b'{"id": 1, "text": "\xff"}',
        b"\xff\xfe",
        '{"id": ' + "9" * 5000 + ', "text": "x"}',
        "null",
        "\0",
    ],
)
def test_a_bad_record_is_an_entry(line: str | bytes, redactor: hr.Redactor) -> None:
    entry = scan_record(redactor, line, Task())
    assert entry["code"] == "HR203"
    json.dumps(entry, allow_nan=False)


def test_records_never_stop_and_reach_a_level(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = tmp_path / "in.jsonl"
    lines = [json.dumps({"id": "\ud800", "text": "甲"}).encode(), b'{"id":2,"text":"\xff"}', b"[" * 9999,
             json.dumps({"id": {"a": 1}, "text": TEXT}).encode()]  # fmt: skip
    records.write_bytes(b"\xef\xbb\xbf" + b"\n".join(lines))
    assert main(["scan", "--records", str(records)]) == 3
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [entry.get("code") for entry in printed] == [None, "HR203", "HR203", None]
    records.write_bytes(lines[-1])
    assert main(["scan", "--records", str(records), "--fail-level", "秘密"]) == 1
    assert main(["scan", "--records", str(records), "--fail-level", "绝密"]) == 0


# --------------------------------------------------------------------------- faults


@pytest.mark.parametrize("command", ["plan", "verify"])
def test_an_unexpected_fault_shows_no_text(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("赵小满")

    monkeypatch.setattr(hr.Redactor, "review", fail)
    source = str(letter(tmp_path / "a.txt"))
    assert main([command, source, *([source] if command == "verify" else [])]) == 3
    printed = capsys.readouterr()
    assert "HR900" in printed.err
    assert "赵小满" not in printed.out + printed.err


def test_word_pictures_have_places_of_their_own(redactor: hr.Redactor) -> None:
    made, document = io.BytesIO(), docx.Document()
    paragraph = document.add_paragraph("院徽")
    for spread in (80, 90):  # noise, in which nothing can be read
        picture = io.BytesIO()
        Image.effect_noise((300, 200), spread).save(picture, "PNG")
        paragraph.add_run().add_picture(picture)
    document.save(made)
    unread = redactor.review(Source("a.docx", made.getvalue())).document.unread
    assert len({str(u.location) for u in unread}) == len(unread) == 2
