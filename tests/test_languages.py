"""Chinese and English: each in its place, whole, and chosen by ``--lang`` or the locale."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from support import LETTER, LETTER_VALUES, ROOT

import hospital_redact
from hospital_redact.cli import main
from hospital_redact.errors import HospitalRedactError, IsolationError, PlanError, VerificationError
from hospital_redact.languages import ENGLISH, Language, language_of
from hospital_redact.release.chain import Break, Broken
from hospital_redact.reporting.page import to_page

HAN = re.compile(r"[\u4e00-\u9fff]")
PLACEHOLDER = re.compile(r"\{\w*(?::\w+)?\}|%\(\w+\)[rs]|%[rs]")
ZH = Language("zh")
LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE")


@cache
def catalogue() -> dict[str, str]:
    """The catalogue's English texts and their translations."""
    path = Path(hospital_redact.__file__).parent / "locales" / "zh" / "LC_MESSAGES" / "hospital_redact.po"
    with path.open("rb") as stream:
        return {str(message.id): str(message.string) for message in read_po(stream) if message.id}


def sentences() -> list[re.Pattern[str]]:
    """A pattern for each English text of three words or more, whatever stands for its values."""
    found = []
    for text in catalogue():
        if len(re.findall(r"[a-z]{2,}", PLACEHOLDER.sub("", text))) >= 3:
            parts = [re.sub(r"\s+", r"\\s+", re.escape(part)) for part in PLACEHOLDER.split(text.strip())]
            found.append(re.compile(".*?".join(re.sub(r"\\\\s\+|\\ ", r"\\s+", part) for part in parts)))
    return found


def english_in(output: str) -> list[str]:
    """The English texts of the catalogue that ``output`` holds, line breaks of the help included."""
    return [pattern.pattern for pattern in sentences() if pattern.search(output)]


@pytest.fixture(autouse=True)
def _no_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in LOCALES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.txt"
    path.write_text(LETTER, encoding="utf-8")
    return path


def without_values(output: str) -> str:
    for value in LETTER_VALUES:
        assert value not in output
    return output


# --------------------------------------------------------------------------- the catalogue


def test_catalogue_is_complete_and_in_step() -> None:
    command = [sys.executable, "tools/catalogues.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_translations_are_chinese_and_keep_their_values() -> None:
    assert len(catalogue()) > 300
    for text, translation in catalogue().items():
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(translation)), text
        assert text.startswith(" ") == translation.startswith(" "), text
        if re.search(r"[a-z]{2,}", PLACEHOLDER.sub("", text)) and text != "usage: ":
            assert HAN.search(translation), text


def test_the_search_for_english_finds_it() -> None:
    assert english_in("HR206: x: there is no such file, or it is a device or a pipe;\n   check the path")
    assert english_in(
        "   3 planned edits proved, 0 findings kept; detection may have missed something: a person releases"
    )
    assert not english_in("HR206: x: 文件不存在，或是设备、管道；请检查路径")


# --------------------------------------------------------------------------- commands


def scanned(letter: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert main(["scan", "--workers", "0", str(letter), *options]) == 0
    return without_values(capsys.readouterr().out)


def test_scan_in_chinese(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = scanned(letter, capsys, "--lang", "zh", "--to", "bank", "--explain")
    assert english_in(output) == []
    for words in ("密级 秘密，脱敏后密级 内部；处置决定：脱敏后发布", "正文，第4行", "患者身份", "发布条件缺失"):
        assert words in output


def test_scan_in_english(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = scanned(letter, capsys, "--lang", "en", "--explain")
    assert "level 秘密, after redaction 内部; decision release_redacted" in output
    assert "text, line 4" in output
    assert "patient_identity" in output


@pytest.mark.parametrize(("language", "words"), [("zh", "处置决定"), ("en", "after redaction")])
def test_page_is_in_one_language(language: str, words: str, letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = scanned(letter, capsys, "--lang", language, "--format", "html")
    assert f'<html lang="{language}">' in output
    assert words in output
    if language == "zh":
        assert english_in(output) == []
        assert "release_redacted" not in output


def test_json_is_the_same_in_both_languages(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chinese = scanned(letter, capsys, "--lang", "zh", "--format", "json")
    assert chinese == scanned(letter, capsys, "--lang", "en", "--format", "json")
    assert '"decision": "release_redacted"' in chinese


def test_redact_and_verify_in_chinese(letter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, register = tmp_path / "out", tmp_path / "register.db"
    options = ["--lang", "zh", "--workers", "0"]
    assert main(["redact", str(letter), "-o", str(out), "--register", str(register), "--who", "王岚", *options]) == 0
    output = without_values(capsys.readouterr().out)
    assert "已核验；已删除：患者身份" in output
    assert "登记簿：链头" in output
    assert english_in(output) == []

    assert main(["verify", str(letter), str(letter), "--lang", "zh"]) == 1
    output = without_values(capsys.readouterr().out)
    assert "未通过  副本与脱敏计划一致：正文，第3行：文字与按脱敏计划修改原件的结果不符" in output
    assert "另有" in output
    assert english_in(output) == []

    assert main(["register", "verify", str(register), "--lang", "zh"]) == 0
    assert "共 1 条，哈希链完整" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["scan", "redact", "plan", "verify", "rules test", "register verify", ""])
def test_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    for language in ("zh", "en"):
        with pytest.raises(SystemExit, match=r"^0$"):
            main([*command.split(), "--lang", language, "--help"])
        output = capsys.readouterr().out
        assert ("用法：" in output) == (language == "zh")
        assert ("show this help message and exit" in output) == (language == "en")
        assert bool(HAN.search(output.replace("公开,内部,秘密,机密,绝密", ""))) == (language == "zh")
        assert (english_in(output) == []) == (language == "zh")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["scan", "--workers", "0", "no-such.txt"], 3, "HR206: no-such.txt: 文件不存在，或是设备、管道；请检查路径"),
        (["scan", "x.txt", "--to", "nobody"], 2, "HR111: 策略 default 没有此类接收方"),
        (["scan"], 2, "请指定文件，或使用 --records FILE，二者选一"),
        (["redact", "x.txt", "-o", "out", "--only-terms"], 2, "--only-terms 须与 --terms FILE 一起使用"),
        (["scan", "x.txt", "--time-limit", "0"], 2, "时间上限须大于 0 秒且不超过一天"),
    ],
)
def test_errors_in_chinese(words: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--lang", "zh"]) == code
    output = capsys.readouterr().err
    assert message in output
    assert english_in(output) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "错误：请指定命令"),
        (["redact"], "错误：缺少以下参数：PATH"),
        (["scan", "x.txt", "--workers", "two"], "参数 --workers：不是整数"),
        (["scan", "x.txt", "--format", "xml"], "无效的选项值"),
    ],
)
def test_wrong_usage_in_chinese(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        main([*words, "--lang", "zh"])
    output = capsys.readouterr().err
    assert message in output
    assert english_in(output) == []


# --------------------------------------------------------------------------- which language


@pytest.mark.parametrize(
    ("locale", "language"),
    [("zh_CN.UTF-8", "zh"), ("zh_TW.UTF-8", "zh"), ("en_GB.UTF-8", "en"), ("C.UTF-8", "en"), ("de_DE", "en")],
)
def test_the_locale_decides_for_a_process(locale: str, language: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in LOCALES}
    command = [sys.executable, "-m", "hospital_redact", "--help"]
    done = subprocess.run(command, env={**environment, "LC_ALL": locale}, capture_output=True, check=True)
    assert ("用法：" in done.stdout.decode("utf-8")) == (language == "zh")


def test_language_may_stand_before_the_command(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "zh", "scan", "--workers", "0", str(letter)]) == 0
    assert "处置决定" in capsys.readouterr().out


def test_the_stronger_variable_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert language_of(None).name == "zh"
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert language_of(None).name == "en"
    assert language_of("zh").name == "zh"


# --------------------------------------------------------------------------- messages and details


@pytest.mark.parametrize(
    "error",
    [
        *(Broken(7, kind).as_error() for kind in Break),
        PlanError(
            "HR405",
            "{blocking} part(s) show and cannot be read ({listed}); remove them, accept them in the plan, or set"
            " copy.images to remove where they are pictures",
            blocking=2,
            listed="image at page 1; text_box at word/document.xml, paragraph 4, text_box 1",
        ),
        VerificationError(
            "HR501",
            "check failed: {name}{where}; the draft was deleted, nothing was released",
            name="copy equals plan",
            where=" (page 1: 3 glyphs that were to stay are missing or have moved; and 2 more)",
        ),
        IsolationError(
            "HR802", "the worker died ({how}); the file may be damaged, or memory ran out", how="exit code 3"
        ),
    ],
    ids=lambda error: error.template[:40],
)
def test_values_that_are_phrases_are_translated_too(error: HospitalRedactError) -> None:
    chinese = ZH.message(error)
    assert HAN.search(chinese)
    assert re.findall(r"\b(?!word|document|xml|text_box|copy|images|remove)[a-z]{2,}\b", chinese) == []
    assert ENGLISH.message(error) == error.message


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("page 1, line 7", "第1页，第7行"),
        ("word/document.xml, table 2 row 5 column 2", "word/document.xml，表2 第5行 第2列"),
        ("word/comments.xml, comment 1 author", "word/comments.xml，批注 1 作者"),
        ("file name", "文件名"),
        ("docProps/page.xml", "docProps/page.xml"),
    ],
)
def test_places(text: str, chinese: str) -> None:
    assert ZH.place(text) == chinese
    assert ENGLISH.place(text) == text


def test_details_stay_as_they_are_in_english() -> None:
    for text in catalogue():
        assert ENGLISH.detail(text) == text
    assert ENGLISH.detail("page 1: 3 glyphs (image); and 2 more (a; b: c)") == (
        "page 1: 3 glyphs (image); and 2 more (a; b: c)"
    )


def test_page_escapes_and_shows_what_could_not_be_read() -> None:
    entry = {
        "number": 1,
        "id": "<b>.pdf",
        "code": None,
        "level": "秘密",
        "residual_level": "内部",
        "decision": "approve_then_release",
        "look_at": ["unread", "flagged:minor"],
        "unread": [{"what": "image", "where": "page 2", "reason": "an image, which is not read"}],
        "reasons": [],
        "findings": [],
    }
    failed = {"number": 2, "id": "b.pdf", "code": "HR205", "message": "<i>"}
    page = to_page([entry, failed], ZH)
    assert "&lt;b&gt;.pdf" in page
    assert "<b>" not in page
    assert "<i>" not in page
    for words in ("图片，第2页", "审批后发布", "有未读内容，需关注:未成年人", "无拟删除内容", "HR205"):
        assert words in page
    assert english_in(page) == []
