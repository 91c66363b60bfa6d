"""What the documentation says is what the program does."""

from __future__ import annotations

import argparse
import ast
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from support import ROOT
from transcripts import BLOCK, documents, run_block

from hospital_redact.cli import build_parser
from hospital_redact.errors import HospitalRedactError

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"HR\d{3}\b")


class Fence(NamedTuple):
    """A fenced block: its language and its lines."""

    language: str
    body: str


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def fences(text: str) -> list[Fence]:
    return [Fence(*found) for found in FENCE.findall(text)]


def below(text: str, heading: str) -> str:
    """Return what stands between ``## heading`` and the next heading of that rank."""
    sections = re.split(r"^## ", text, flags=re.MULTILINE)
    (section,) = [s for s in sections if s.split("\n", 1)[0] == heading]
    return section


# --------------------------------------------------------------------------- README


def test_readmes_have_the_same_structure() -> None:
    english, chinese = read("README.md"), read("README.zh.md")
    ranks = [re.findall(r"^(#+) ", FENCE.sub("", text), re.MULTILINE) for text in (english, chinese)]
    assert ranks[0] == ranks[1]
    blocks = [[(f.language, _without_output(f)) for f in fences(text)] for text in (english, chinese)]
    assert blocks[0] == blocks[1]
    # Comments in the Python block are translated, its statements are not.
    codes = [ast.dump(ast.parse(f.body)) for text in (english, chinese) for f in fences(text) if f.language == "python"]
    assert len(codes) == 2
    assert codes[0] == codes[1]
    links = [
        sorted(set(re.findall(r"\]\((.+?)\)", text)) - {"README.md", "README.zh.md"}) for text in (english, chinese)
    ]
    assert links[0] == links[1]


def _without_output(fence: Fence) -> str:
    """Return the part of a block that both languages share: a transcript without what was printed."""
    if fence.language == "console":
        return "\n".join(line.replace(" --lang zh", "") for line in fence.body.splitlines() if line.startswith("$ "))
    return "" if fence.language == "python" else fence.body


@pytest.mark.parametrize("heading", ["Run it", "Test it"])
def test_readme_has_one_command_below(heading: str) -> None:
    (block,) = fences(below(read("README.md"), heading))
    assert block.body.count("\n") == 1
    # A bracket or a star that a shell does not expand would be passed on; the shell checks the rest of the syntax.
    assert subprocess.run(["bash", "-n", "-c", block.body], check=False).returncode == 0


@pytest.mark.parametrize("path", documents(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_relative_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", FENCE.sub("", path.read_text(encoding="utf-8")))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_readme_python_runs_as_typed(tmp_path: Path) -> None:
    (block,) = [f for f in fences(read("README.md")) if f.language == "python"]
    shutil.copy(ROOT / "examples" / "出院小结.docx", tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", block.body], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("秘密\n")
    assert (tmp_path / "out" / "出院小结.docx").is_file()


def test_python_page_runs_as_typed(tmp_path: Path) -> None:
    program = "\n".join(f.body for f in fences(read("docs/python.md")) if f.language == "python")
    for name in ("出院小结.docx", "新闻稿.txt"):
        shutil.copy(ROOT / "examples" / name, tmp_path)
    (sample,) = [f for f in fences(read("docs/adding-a-rule.md")) if f.language == "toml"]
    rule = tmp_path / "our-rules" / "identifiers" / "staff_badge.toml"
    rule.parent.mkdir(parents=True)
    rule.write_text(sample.body, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    for line in ("verified True", "True 1", "['STAFF_BADGE']", "PHONE_NUMBER 10 21 1.0", "PERSON_NAME 2 5 0.8"):
        assert line in done.stdout.splitlines()


# --------------------------------------------------------------------------- commands


def commands_of(text: str) -> Iterator[list[str]]:
    """Yield the arguments of each ``hospital-redact`` command in the shell and console blocks of ``text``."""
    for fence in fences(text):
        if fence.language not in ("sh", "console"):
            continue
        for line in fence.body.splitlines():
            if fence.language == "console" and not line.startswith("$ "):
                continue
            for command in re.split(r"&&|\||;", line.removeprefix("$ ")):
                words = shlex.split(re.sub(r"\s>\s*\S+", "", command))
                if words and Path(words[0]).name == "hospital-redact":
                    yield words[1:]


COMMANDS = [
    pytest.param(words, id=f"{path.name}: {' '.join(words)[:60]}")
    for path in documents()
    for words in commands_of(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("words", COMMANDS)
def test_documented_command_parses(words: list[str]) -> None:
    parsed = build_parser().parse_args(words)
    assert parsed.command == words[0]


def test_commands_were_found() -> None:
    assert len(COMMANDS) >= 8


@pytest.mark.parametrize("path", documents(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_transcripts_are_what_the_program_prints(path: Path) -> None:
    for block in BLOCK.findall(path.read_text(encoding="utf-8")):
        assert block == run_block(block), "run: python tests/transcripts.py"


def subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of all commands, those inside a command under both words."""
    found: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                inner = subparsers(child)
                found.update({f"{name} {k}": v for k, v in inner.items()} if inner else {name: child})
    return found


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    return {text for action in parser._actions for text in action.option_strings} - {"-h"}


def documented(section: str) -> set[str]:
    """Return the options in the first column of the tables of ``section``."""
    rows = re.findall(r"^\| (`-.*?) \|", section, re.MULTILINE)
    return {option for row in rows for option in re.findall(r"`(-[^`]+)`", row)}


@pytest.mark.parametrize("command", subparsers(build_parser()))
def test_options_are_documented_and_documented_options_exist(command: str) -> None:
    page = read("docs/command-line.md")
    common = documented(below(page, "Options of every command that reads a document"))
    own = documented(below(page, command))
    options = options_of(subparsers(build_parser())[command])
    if "--to" in options:
        own |= common
    assert own == options


def test_documented_choices_exist() -> None:
    page, scan = below(read("docs/command-line.md"), "scan"), subparsers(build_parser())["scan"]
    (formats,) = [a.choices for a in scan._actions if "--format" in a.option_strings]
    assert formats is not None
    (row,) = re.findall(r"^\| `--format` \| (.*) \|$", page, re.MULTILINE)
    assert re.findall(r"`(\w+)`", row) == list(formats)


# --------------------------------------------------------------------------- errors


def test_every_code_is_documented_and_every_documented_code_exists() -> None:
    in_code: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        strings = (n.value for n in ast.walk(ast.parse(path.read_bytes())) if isinstance(n, ast.Constant))
        in_code.update(code for text in strings if isinstance(text, str) for code in CODE.findall(text))
    page = read("docs/errors.md")
    classes = {cls.__name__ for cls in HospitalRedactError.__subclasses__()}
    assert set(re.findall(r"^## .*`(\w+)`$", page, re.MULTILINE)) == classes
    assert in_code == set(re.findall(r"^\| (HR\d{3}) \|", page, re.MULTILINE))


@pytest.mark.parametrize("path", documents(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_page_names_a_code_that_is_not_documented(path: Path) -> None:
    assert set(CODE.findall(path.read_text(encoding="utf-8"))) <= set(CODE.findall(read("docs/errors.md")))


def test_sample_rule_of_the_docs_loads(tmp_path: Path) -> None:
    from hospital_redact.policy import load_policy  # noqa: PLC0415 - the rest of this module needs no rules

    (sample,) = [f for f in fences(read("docs/adding-a-rule.md")) if f.language == "toml"]
    (tmp_path / "identifiers").mkdir()
    (tmp_path / "identifiers" / "staff_badge.toml").write_text(sample.body, encoding="utf-8")
    policy = load_policy(folders=[tmp_path])
    assert "staff_badge" in {rule.id for rule in policy.rules}


def test_sample_policies_of_the_docs_load(tmp_path: Path) -> None:
    from hospital_redact.policy import load_allowed, load_policy  # noqa: PLC0415 - see above

    settings, allowed = [f.body for f in fences(read("docs/policy.md")) if f.language == "toml"]
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "own.toml").write_text(f"{settings}\n{allowed}", encoding="utf-8")
    assert load_policy("own", folders=[tmp_path]).allow == load_allowed(allowed) != ()


# --------------------------------------------------------------------------- site


def test_site_builds_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) >= 9
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.findall(r"<(?:script|img|iframe|source)\b[^>]*\bsrc=[\"'](?:https?:)?//", text)
        assert not re.findall(r"<link\b[^>]*\bhref=[\"'](?:https?:)?//", text)
    for sheet in (tmp_path / "site").rglob("*.css"):
        assert not re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", sheet.read_text(encoding="utf-8"))
