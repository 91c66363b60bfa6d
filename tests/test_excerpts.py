"""The index of protected files: what it finds, what it leaves alone, and that it says nothing to who lacks the key."""

from __future__ import annotations

import base64
import json
import pickle
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support import LETTER

from hospital_redact.cli import main
from hospital_redact.errors import DetectionError, PlanError, ReadError
from hospital_redact.excerpts import COMMON, Excerpts, find_excerpts, load_excerpts, save_excerpts
from hospital_redact.formats.text import document_of_text
from hospital_redact.model import Level
from hospital_redact.pipeline import Redactor
from hospital_redact.policy import load_policy

KEY = bytes(range(32))
POLICY = load_policy()
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
PROTECTED = (
    "关于药房盘亏的调查报告\n调查组认定药房盘亏系两名管理员交接时未清点所致，决定各扣发三个月绩效并调离岗位，"
    "有关情况不对外说明。\nThe board has resolved to close the northern maternity site before the next winter begins.\n"
)


def index_of(*texts: str) -> Excerpts:
    excerpts = Excerpts(KEY)
    for number, text in enumerate(texts):
        # The bytes make a file what it is, so each text has its own.
        assert excerpts.add(document_of_text(text, sha256=f"{number:064x}"))
    return excerpts


def found(text: str, excerpts: Excerpts) -> list[str]:
    document = document_of_text(text)
    return [document.text_of(f.spans) for f in find_excerpts(document, excerpts, POLICY)]


@settings(deadline=None)
@given(
    st.text(HAN, min_size=60, max_size=200),
    st.integers(0, 160),
    st.text(st.characters(codec="utf-8"), max_size=60),
    st.text(st.characters(codec="utf-8"), max_size=60),
)
@example("一" * 60, 0, "", "")
def test_any_forty_characters_of_a_file_are_found(protected: str, start: int, before: str, after: str) -> None:
    start = min(start, len(protected) - 40)
    run = protected[start : start + 40]
    try:
        excerpts = index_of(protected)
    except ReadError:
        assert len(set(protected)) < 10  # a handful of characters, over and over, says nothing
        return
    hidden = "".join(found(f"{before}。{run}。{after}", excerpts))
    assert run in hidden or len(set(run)) < 10


@settings(deadline=None)
@given(st.text(HAN, min_size=40, max_size=200), st.text(st.characters(codec="utf-8"), max_size=300))
def test_unlike_text_is_left_alone(protected: str, text: str) -> None:
    shared = any(protected[i : i + 12] in text for i in range(len(protected) - 11))
    try:
        excerpts = index_of(protected)
    except ReadError:
        return
    assert shared or found(text, excerpts) == []


@pytest.mark.parametrize(
    "written",
    [
        "药房盘亏系两名管理员交接时未清点所致",
        "藥房盤虧系兩名管理員交接時未清點所致",
        "药 房 盘 亏，系两名管理员——交接时未清点所致",
        "药房盘亏系两名管理员\n交接时未清点所致，决定各扣发",
        "resolved to close the northern maternity site",
        "RESOLVED to close  the\nNorthern Maternity-site",
        "ｒｅｓｏｌｖｅｄ ｔｏ ｃｌｏｓｅ the northern maternity site",
    ],
)
def test_spelling_and_layout_do_not_count(written: str) -> None:
    whole = "".join(found(f"听说：{written}！是真的吗", index_of(PROTECTED)))
    assert "".join(whole.split()) == "".join(written.split())


@pytest.mark.parametrize(
    "text",
    [
        "药房盘点无误，两名管理员已完成交接，绩效照发。",
        "调查组认定药房盘亏",  # too short to say where it comes from
        "The board will meet before the next winter.",
        "",
        "。。。",
        LETTER,
    ],
)
def test_what_says_something_else_stays(text: str) -> None:
    assert found(text, index_of(PROTECTED)) == []


def test_titles_of_rules_and_the_regulations_accuse_nobody() -> None:
    rule = "《青石省医疗机构麻醉药品和第一类精神药品管理规定实施细则（2026年修订）》"
    clause = "凡医院召开的各种会议需要保密的议题,讨论情况及会议决定未公布之前不得泄露。"
    excerpts = index_of(f"自查发现两处隐患，责任人已经约谈并写出书面检查存档备查。依据{rule}和制度“{clause}”处理。")
    assert found(f"请学习{rule}。", excerpts) == []
    assert found(f"制度规定：{clause}", excerpts) == []
    assert found("责任人已经约谈并写出书面检查存档备查", excerpts) != []


def test_what_unlike_files_share_is_common() -> None:
    head = "请各单位接到本通知后认真组织学习并于本月底前将落实情况书面报送办公室"
    own = [
        "第一次检查发现药品柜双人双锁制度没有落实，钥匙由一人保管达三个月之久，科主任并不知情。",
        "第二次检查发现值班记录缺失，交接班签名系事后补签，夜班护士长承认曾授意下属代签。",
        "第三次检查发现供应商返利未入账，涉及四名采购人员，账外资金去向仍待进一步核实。",
    ][:COMMON]
    excerpts = index_of(*(f"{head}。{text}" for text in own))
    assert found(head, excerpts) == []
    assert all(found(text, excerpts) for text in own)


def test_versions_of_one_file_are_not_common() -> None:
    assert found(PROTECTED, index_of(*(PROTECTED + f"第{n}稿。" for n in range(5)))) != []


def test_a_file_is_taken_in_once_and_says_something() -> None:
    excerpts = index_of(PROTECTED)
    assert not excerpts.add(document_of_text(PROTECTED, sha256=f"{0:064x}"))
    for nothing in ("", "短", "。" * 100):
        with pytest.raises(ReadError, match="HR205"):
            excerpts.add(document_of_text(nothing, sha256="f" * 64))
    assert (len(excerpts), repr(excerpts)) == (1, "Excerpts(1 files)")


def test_the_stored_index_finds_the_same_and_holds_no_text(tmp_path: Path) -> None:
    place, excerpts = tmp_path / "archive.index", index_of(PROTECTED, LETTER)
    save_excerpts(excerpts, place)
    stored = place.read_bytes()
    content = json.loads(stored)
    raw = stored + b"".join(base64.b64decode(file["marks"]) for file in content["files"])
    pieces = [PROTECTED[i : i + 2] for i in range(len(PROTECTED) - 1) if not PROTECTED[i : i + 2].isascii()]
    assert not [piece for piece in pieces for code in ("utf-8", "gb18030", "utf-16-le") if piece.encode(code) in raw]
    again = load_excerpts(place, KEY)
    assert found(PROTECTED, again) == found(PROTECTED, excerpts) != []
    assert found(PROTECTED, pickle.loads(pickle.dumps(again))) == found(PROTECTED, excerpts)
    assert [path.name for path in tmp_path.iterdir()] == [place.name]


def test_another_key_gives_another_index_and_does_not_open_it(tmp_path: Path) -> None:
    place, other = tmp_path / "archive.index", bytes(32)
    save_excerpts(index_of(PROTECTED), place)
    with pytest.raises(PlanError, match="HR407"):
        load_excerpts(place, other)
    with pytest.raises(PlanError, match="HR407"):
        Excerpts(b"short")
    excerpts = Excerpts(other)
    excerpts.add(document_of_text(PROTECTED))
    marks = [json.loads(e.dump())["files"][0]["marks"] for e in (excerpts, index_of(PROTECTED))]
    assert marks[0] != marks[1]


HEAD = b'{"format": "hospital-redact-excerpts", "version": 1, "check": "", "files": '


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        HEAD.replace(b"1", b"2") + b"[]}",
        HEAD + b'[{"id": "a"}]}',
        HEAD + b'[{"id": "a", "family": "a", "marks": "AA"}]}',
        HEAD + b"3}",
    ],
)
def test_what_is_no_index_is_refused(tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "x"
    place.write_bytes(content)
    with pytest.raises(ReadError, match="HR203"):
        load_excerpts(place, KEY)


def test_an_index_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="HR206"):
        load_excerpts(tmp_path / "nothing", KEY)


def test_a_policy_without_the_rule_cannot_look() -> None:
    from dataclasses import replace  # noqa: PLC0415 - this test only

    with pytest.raises(DetectionError, match="HR301"):
        find_excerpts(document_of_text("x"), index_of(PROTECTED), replace(POLICY, rules=()))


def test_a_passage_is_masked_with_its_clause(tmp_path: Path) -> None:
    redactor = Redactor(POLICY, excerpts=index_of(PROTECTED))
    source = tmp_path / "letter.txt"
    source.write_text(
        "各位：听说药房盘亏系两名管理员交接时未清点所致，决定各扣发三个月绩效。请核实。\n", encoding="utf-8"
    )
    review = redactor.review(source)
    assert (review.suggestion.level, review.suggestion.residual_level) == (Level.SECRET, Level.INTERNAL)
    assert [str(reason.clause) for reason in review.suggestion.reasons] == ["regulations-zh 第8篇 三"]
    assert review.suggestion.categories == ("unpublished",)
    copy = redactor.redact(review, tmp_path / "out" / "letter.txt")
    assert copy.verification.passed
    assert "管理员" not in copy.path.read_text(encoding="utf-8")
    # The proof looks for excerpts as well: the letter itself is no copy.
    assert not redactor.verify(review, source).passed


def test_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key, index = tmp_path / "key", tmp_path / "archive.index"
    key.write_text("0123456789abcdef0123456789abcdef\n", encoding="ascii")
    files = {"a.txt": PROTECTED, "b.txt": "短", "c.txt": "转告：药房盘亏系两名管理员交接时未清点所致，决定各扣发。"}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    add = ["excerpts", "add", "--index", str(index), "--key", str(key)]
    assert main([*add, str(tmp_path / "a.txt")]) == 0
    assert main([*add, str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]) == 3
    out, err = capsys.readouterr()
    assert out.splitlines() == ["1 file(s) added; the index holds 1", "0 file(s) added; the index holds 1"]
    assert err.startswith("HR205: file 2: ")
    use = ["--excerpts", str(index), "--excerpts-key", str(key)]
    letter = str(tmp_path / "c.txt")
    for workers in ("0", "1"):
        assert main(["scan", letter, *use, "--workers", workers, "--format", "json"]) == 0
        (entry,) = json.loads(capsys.readouterr().out)["files"]
        assert {f["rule"] for f in entry["findings"]} == {"protected_excerpt"}
    assert main(["plan", letter, *use]) == 0
    assert "protected_excerpt" in capsys.readouterr().out
    assert main(["redact", letter, *use, "-o", str(tmp_path / "out")]) == 0
    assert main(["verify", letter, str(tmp_path / "out" / "c.txt"), *use]) == 0
    assert main(["verify", letter, letter, *use]) == 1


def test_a_key_alone_is_wrong_usage(tmp_path: Path) -> None:
    assert main(["scan", str(tmp_path), "--excerpts-key", str(tmp_path)]) == 2
