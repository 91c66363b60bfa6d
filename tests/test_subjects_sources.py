"""Rosters from files, databases and records; what cannot be read is refused without a word of its content."""

from __future__ import annotations

import importlib.util
import json
import sqlite3
import sys
from pathlib import Path

import pytest
from support import ROOT

from hospital_redact.errors import ReadError
from hospital_redact.formats.text import document_of_text
from hospital_redact.policy import load_policy
from hospital_redact.subjects import RosterSource, Subjects, find_subjects, load_subjects, subjects_of

ROWS = [("赵小满", "0004417820", "1978-03-12"), ("钱多多", "0004417999", "19801102")]
HEADINGS = ("姓名", "住院号", "出生日期")
TEXT = "钱多多，0004417999；赵小满 生于1978年3月12日"


def shown(subjects: Subjects) -> list[str]:
    document = document_of_text(TEXT)
    return [document.text_of(f.spans) for f in find_subjects(document, (), subjects, load_policy())]


EXPECTED = ["钱多多", "0004417999", "赵小满"]


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> str:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return str(path)


def csv_text(mark: str = ",", end: str = "\r\n") -> str:
    return "".join(mark.join(row) + end for row in (HEADINGS, *ROWS))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv(tmp_path: Path, encoding: str, mark: str) -> None:
    assert shown(load_subjects(write(tmp_path, "r.csv", csv_text(mark), encoding))) == EXPECTED


def test_tsv_and_short_rows_and_quoted_fields(tmp_path: Path) -> None:
    assert shown(load_subjects(write(tmp_path, "r.tsv", csv_text("\t")))) == EXPECTED
    text = '姓名,住院号,出生日期\n"钱多多","0004417999"\n赵小满,,1978/3/12,多余\n'
    assert shown(load_subjects(write(tmp_path, "q.csv", text))) == EXPECTED


def test_json_lines(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(dict(zip(HEADINGS, row, strict=True))) for row in ROWS)
    assert shown(load_subjects(write(tmp_path, "r.jsonl", lines + "\n\n"))) == EXPECTED


def test_a_database(tmp_path: Path) -> None:
    place = tmp_path / "his.db"
    with sqlite3.connect(place) as connection:
        connection.execute("create table p (n text, m text, b text)")
        connection.executemany("insert into p values (?, ?, ?)", ROWS)
    connection.close()
    query = "select n as name, m as mrn, b as dob from p"
    assert shown(load_subjects(f"sqlite:///{place}", query=query)) == EXPECTED


def test_records_and_several_numbers_in_one_field() -> None:
    subjects = load_subjects([{"name": "钱多多", "phone": "13957100321/13957100322", "age": 40}])
    assert subjects.unused == ("age",)
    document = document_of_text("13957100322")
    assert len(find_subjects(document, (), subjects, load_policy())) == 1


def test_the_birth_date_of_an_identity_card_counts() -> None:
    subjects = load_subjects([{"姓名": "王伟", "身份证号": "33010619780312456X"}] * 2)
    document = document_of_text("王伟 1978.3.12")
    assert [document.text_of(f.spans) for f in find_subjects(document, (), subjects, load_policy())] == ["王伟"]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("r.xlsx", "PK", "HR203"),
        ("r.csv", "", "HR205"),
        ("r.csv", "姓名,住院号\n", "HR205"),
        ("r.csv", "备注,年龄\n秘密话,3\n", "HR205"),
        ("r.jsonl", "{bad 秘密话\n", "HR203"),
        ("r.jsonl", '["秘密话"]\n', "HR203"),
        ("r.jsonl", "[" * 100_000 + "\n", "HR203"),
    ],
)
def test_what_is_no_roster_is_refused(tmp_path: Path, name: str, text: str, code: str) -> None:
    with pytest.raises(ReadError) as caught:
        load_subjects(write(tmp_path, name, text))
    assert caught.value.code == code
    assert "秘密话" not in str(caught.value)


def test_bytes_of_no_encoding_a_long_field_and_a_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes("姓名\n".encode() + b"\xff\xff\xff\n")
    with pytest.raises(ReadError, match="HR203"):
        load_subjects(str(path))
    with pytest.raises(ReadError, match="HR206"):
        load_subjects(str(tmp_path / "none.csv"))
    assert len(load_subjects(write(tmp_path, "long.csv", f"姓名\n{'长' * 5000}\n"))) == 1
    with pytest.raises(ReadError, match="HR203"):
        load_subjects(write(tmp_path, "huge.csv", f'姓名\n"{"长" * 200_000}"\n'))


@pytest.mark.parametrize(
    ("url", "query"),
    [
        ("sqlite:///:memory:", "select * from 秘密话"),
        ("nosuch://u:秘密话@h/d", "select 1"),
        ("://", "x"),
        ("sqlite:///:memory:", ""),
    ],
)
def test_a_database_that_refuses_says_nothing_of_url_or_query(url: str, query: str) -> None:
    with pytest.raises(ReadError, match="HR208") as caught:
        load_subjects(url, query=query)
    assert "秘密话" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__cause__ is None
    assert "秘密话" not in repr(RosterSource(url, query))


def test_too_many_records_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hospital_redact.subjects.sources.MAX_RECORDS", 3)
    with pytest.raises(ReadError, match="HR204"):
        load_subjects({"name": "钱多多"} for _ in range(4))


def test_a_source_is_loaded_once_in_a_process(tmp_path: Path) -> None:
    source = RosterSource(write(tmp_path, "once.csv", csv_text()))
    assert subjects_of(source) is subjects_of(source)


def test_the_benchmark_measures_what_it_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))  # it finds its neighbours, as when it is run
    spec = importlib.util.spec_from_file_location("subjects_benchmark", ROOT / "benchmarks" / "subjects.py")
    assert spec is not None
    assert spec.loader is not None
    benchmark = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "subjects_benchmark", benchmark)
    spec.loader.exec_module(benchmark)
    assert benchmark.main(["--records", "200", "--texts", "1"]) == 0
    printed = capsys.readouterr().out
    assert "records 200;" in printed
    assert "times" in printed
