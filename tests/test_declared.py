"""What a leader declared secret: found by its words, on its days, with its level and clause."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from support import ROOT

from hospital_redact.cli import main
from hospital_redact.errors import PolicyError
from hospital_redact.model import Level, Policy
from hospital_redact.pipeline import Redactor
from hospital_redact.policy import load_policy

CLAUSES = 'clauses = [{ source = "regulations-zh", section = "第4篇 3.9" }]\n'
ITEM = {
    "title": '"经院长确定的事项"',
    "terms": '["青石新院区", "Project Larch", "青医建〔2026〕7号"]',
    "level": '"机密"',
    "setter": '"院长周国平"',
    "from": "2026-01-05",
    "until": "2026-12-31",
}


def folder_with(folder: Path, **changes: str | None) -> Path:
    fields = {**ITEM, **changes}
    lines = "".join(f"{key} = {value}\n" for key, value in fields.items() if value is not None)
    (folder / "declared.toml").write_text(f"[new-campus]\n{lines}{CLAUSES}", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    return load_policy(folders=[folder_with(tmp_path_factory.mktemp("rules"))], today=date(2026, 6, 1))


@pytest.fixture(scope="module")
def redactor(policy: Policy) -> Redactor:
    return Redactor(policy)


def found(redactor: Redactor, text: str) -> list[str]:
    review = redactor.review_text(text)
    return [review.document.text_of(f.spans) for f in review.findings if f.rule == "declared-new-campus"]


@pytest.mark.parametrize(
    "written",
    [
        "青石新院区",
        "青 石 新 院 区",
        "青石新\n院区",
        "Project Larch",
        "PROJECT  LARCH",
        "ＰｒｏｊｅｃｔＬａｒｃｈ",
        "青医建〔2026〕7号",
    ],
)
def test_a_term_is_found_however_it_is_written(redactor: Redactor, written: str) -> None:
    review = redactor.review_text(f"下周讨论{written}的选址。")
    assert review.document.text_of(review.removed[0].spans) == written.replace("\n", "")
    assert not {"青石", "Larch"} & {edit.replacement for edit in review.plan.edits}


@pytest.mark.parametrize("text", ["青石院区门诊时间", "Project Larches", "subproject larchwood", "青医建〔2026〕17号"])
def test_what_is_no_term_stays(redactor: Redactor, text: str) -> None:
    assert found(redactor, text) == []


def test_the_level_is_a_floor_and_rests_on_the_clause(redactor: Redactor) -> None:
    suggestion = redactor.review_text("青石新院区的食堂在南门旁。").suggestion
    assert (suggestion.level, suggestion.residual_level) == (Level.CONFIDENTIAL, Level.INTERNAL)
    (reason,) = suggestion.reasons
    assert (reason.clause.section, reason.level) == ("第4篇 3.9", Level.CONFIDENTIAL)
    assert "院长周国平" in reason.title
    assert "2026-01-05" in reason.title
    assert suggestion.categories == ("unpublished",)


@pytest.mark.parametrize("policy_id", ["article-03", "article-04", "article-11"])
def test_every_policy_knows_declared_items(tmp_path: Path, policy_id: str) -> None:
    policy = load_policy(policy_id, folders=[folder_with(tmp_path)], today=date(2026, 6, 1))
    suggestion = Redactor(policy).review_text("青石新院区的食堂在南门旁。").suggestion
    assert (suggestion.level, suggestion.needs_human) == (Level.CONFIDENTIAL, ())


def test_it_holds_from_its_first_to_its_last_day(tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    days = {day: load_policy(folders=[folder], today=date.fromisoformat(day)) for day in (
        "2026-01-04", "2026-01-05", "2026-12-31", "2027-01-01"
    )}  # fmt: skip
    holding = [day for day, policy in days.items() if "declared-new-campus" in {rule.id for rule in policy.rules}]
    assert holding == ["2026-01-05", "2026-12-31"]
    # A decision names what was in force.
    assert days["2026-01-04"].version != days["2026-01-05"].version == days["2026-12-31"].version


def test_without_an_end_it_holds_for_good(tmp_path: Path) -> None:
    policy = load_policy(folders=[folder_with(tmp_path, until=None)], today=date(2099, 1, 1))
    assert policy.rules[-1].floor is Level.CONFIDENTIAL


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"setter": None}, "HR116"),
        ({"setter": '" "'}, "HR116"),
        ({"from": None}, "HR116"),
        ({"until": "2025-12-31"}, "HR116"),
        ({"level": '"内部"'}, "HR116"),
        ({"level": '"头等"'}, "HR110"),
        ({"terms": "[]"}, "HR116"),
        ({"terms": '["—"]'}, "HR116"),
        ({"terms": '["a。"]'}, "HR116"),
        ({"from": '"soon"'}, "HR102"),
        ({"from": "2026-01-05T10:00:00"}, "HR102"),
        ({"colour": '"red"'}, "HR102"),
    ],
)
def test_what_is_incomplete_is_refused(tmp_path: Path, changes: dict[str, str | None], code: str) -> None:
    with pytest.raises(PolicyError, match=code):
        load_policy(folders=[folder_with(tmp_path, **changes)])


def test_an_item_needs_a_clause_and_a_name(tmp_path: Path) -> None:
    whole = folder_with(tmp_path) / "declared.toml"
    text = whole.read_text(encoding="utf-8")
    for wrong, code in ((text.replace(CLAUSES, ""), "HR103"), (text.replace("[new-campus]", '["新院区"]'), "HR116")):
        whole.write_text(wrong, encoding="utf-8")
        with pytest.raises(PolicyError, match=code):
            load_policy(folders=[tmp_path])


def test_rules_test_tries_the_terms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder_with(tmp_path, until=None, examples='{ match = ["见附件"], no_match = ["青石新院区"] }')
    assert main(["rules", "test", str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("declared-")] == [
        "declared-new-campus: missed_example (match[3])",
        "declared-new-campus: false_example (no_match[0])",
    ]


def test_samples_of_the_page_load(tmp_path: Path) -> None:
    import re  # noqa: PLC0415 - this test only

    page = (ROOT / "docs" / "protected.md").read_text(encoding="utf-8")
    department, item, source = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "archive.toml").write_text(department, encoding="utf-8")
    (tmp_path / "declared.toml").write_text(item, encoding="utf-8")
    (tmp_path / "sources.toml").write_text(source, encoding="utf-8")
    policy = load_policy("archive", folders=[tmp_path], today=date(2026, 7, 1))
    assert policy.rules[-1].id == "declared-new-campus"
    assert policy.lapsed == frozenset({"regulations-zh"})
