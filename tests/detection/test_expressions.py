"""The filter before the expressions: whatever it spares, no match is lost, moved or added."""

from __future__ import annotations

import pytest
import regex
from detection_kit import text_document
from hypothesis import given, settings
from hypothesis import strategies as st

from hospital_redact.detection import patterns
from hospital_redact.detection.expressions import read_branches
from hospital_redact.detection.needles import DIGIT, fold_digits, lower
from hospital_redact.detection.patterns import PatternGroup, search, search_scene, search_together
from hospital_redact.detection.scene import Scene
from hospital_redact.detection.words import alternatives, tree_of
from hospital_redact.policy import load_policy

PIECES = (
    "(?-i:aB)", "(?i:[b-d])", r"(?:\d7|B)", r"[\s:]a", r"\p{Lu}", "[0-9]{4}", "(?:19|20)", "[^\\s]?",
    "a", "B", "号", r"\d", r"\d{2,4}", "[0-9]{3}", "[ab]", "[^a]", r"\s?", r"\s*", ".", "(?:ab|号码|7)", "(?:a|)", "x+",
    "b*?", "(?<![0-9])",
    "(?![0-9])", "(?=[0-9])", "(?=a.{0,3}7)", r"\b", "$", "(?P<value>a7?)", "(?i:Ab)", "(?m:^)", "[7号-]", r"\n",
    "(?:7 ?){2,3}", "(?>ab)", "b?+", r"\.", "[A-C]{2}", "(?m:$)",
)  # fmt: skip
EXPRESSIONS = st.lists(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join), min_size=1, max_size=3
).map("|".join)
TEXTS = st.lists(
    st.sampled_from(("a", "B", "ab", "7", "77", "号", "号码", " ", "\n", ".", "x", "中文", "A")), max_size=24
).map("".join)


def scene_of(text: str) -> Scene:
    document = text_document(text)
    return Scene(document, document.views[0])


def spans(pattern: regex.Pattern[str], text: str) -> list[tuple[int, int]]:
    return [match.span() for match in search(pattern, text, "rule") if match.end() > match.start()]


def found(pattern: regex.Pattern[str], scene: Scene) -> list[tuple[int, int]]:
    return [m.span() for _, m in PatternGroup((pattern,)).matches(scene, ("rule",)) if m.end() > m.start()]


@settings(max_examples=400, deadline=None)
@given(EXPRESSIONS, TEXTS)
def test_the_filter_loses_and_adds_nothing(source: str, text: str) -> None:
    pattern = regex.compile(source)
    assert found(pattern, scene_of(text)) == spans(pattern, scene_of(text).text)


def test_the_shipped_rules_match_the_same_with_the_filter() -> None:
    rules = [rule for rule in load_policy("default").rules if rule.detection.pattern]
    compiled = [patterns.compile_rule(rule).pattern for rule in rules]
    text = "\n".join(example for rule in rules for example in (*rule.examples.match, *rule.examples.no_match))
    scene = scene_of(text)
    together: dict[int, list[tuple[int, int]]] = {number: [] for number in range(len(rules))}
    for number, match in PatternGroup(compiled).matches(scene, [rule.id for rule in rules]):
        together[number].append(match.span())
    assert together == {number: [m.span() for m in search(p, scene.text, "r")] for number, p in enumerate(compiled)}


@pytest.mark.parametrize(
    ("source", "needles"),
    [
        (r"工号\s?[A-Z]{2}\d{6}", {"工号"}),
        (r"\s[A-Z]{2}\d{6}", {DIGIT * 6}),
        (r"工号\s?[A-Z]{2}", {"工号"}),
        (r"(?<![0-9])ABC\d{3}", {"abc" + DIGIT * 3}),
        (r"(?<!\d)(?:19|20)\d{2}", {"19", "20"}),
        (r"[1-9]\d{3}-[01]\d", {DIGIT * 4 + "-" + DIGIT * 2}),
        (r"(?:住院号|病案号)", {"住院号", "病案号"}),
        (r"\d{6}[0-9X]", {DIGIT * 7, DIGIT * 6 + "x"}),
    ],
)
def test_needles_are_what_every_match_holds(source: str, needles: set[str]) -> None:
    held = {
        needle for branch in read_branches(regex.compile(source)) for need in branch.needs for needle in need.needles
    }
    assert held == needles


@pytest.mark.parametrize("source", [r"(a)\1", r"a(?R)?b", r"(?:ab){e<=1}", r"\X", r"(x)?a(?(1)b|c)"])
def test_what_cannot_be_read_runs_on_the_whole_text(source: str) -> None:
    pattern = regex.compile(source)
    assert all(not branch.needs for branch in read_branches(pattern))
    assert found(pattern, scene_of("xx aab ab\nb ac")) == spans(pattern, "xx aab ab\nb ac")


@pytest.mark.parametrize(
    "source", ["(?i)ab|cd", "(?i:k)9", "(?x) [ab] # a remark\n 7", r"(?<!x)(?P<value>7)|[·-]9", "[^a]b|7"]
)
@pytest.mark.parametrize("text", ["AB CD 7 x7", "K9 k9 \u212a9", "a7b7", "·9 -9 7", "xb\nab"])
def test_what_an_expression_begins_with_hides_no_match(source: str, text: str) -> None:
    pattern = regex.compile(source)
    assert found(pattern, scene_of(text)) == spans(pattern, scene_of(text).text)


def test_many_places_are_not_gone_through_again_for_each_match() -> None:
    scene = scene_of("12.5 12.5 " * 4000)
    group = PatternGroup((regex.compile(r"12\.5|5 1|(?:12|13)(?=x)"),))
    assert sum(1 for _ in group.matches(scene, ("rule",))) == 8000


@given(st.text(max_size=40))
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold_digits(lower(text))) == len(lower(text)) == len(text)


@pytest.mark.parametrize("text", ["İD 12", "ıd 12", "ID 12", "id 12", "ſD 12"])
def test_letters_that_equal_others_without_case_are_not_lost(text: str) -> None:
    pattern = regex.compile("(?i)[is]d [0-9]{2}")
    assert found(pattern, scene_of(text)) == spans(pattern, scene_of(text).text)


def test_alternatives_that_begin_together_keep_their_order() -> None:
    scene = scene_of("号码7 号7 码77")
    for source in ("号|号码", "号码|号", "码7|7+", "号码7|7 号"):
        pattern = regex.compile(source)
        assert found(pattern, scene) == spans(pattern, scene.text)


def test_several_expressions_are_searched_together_once() -> None:
    scene = scene_of("床号 12，住院号 0123456")
    both = regex.compile("住院号 [0-9]{7}"), regex.compile("床号 [0-9]+")
    search_together(scene, dict.fromkeys(both, "rule"))
    assert [[m.group() for m in search_scene(scene, pattern, "rule")] for pattern in both] == [
        ["住院号 0123456"],
        ["床号 12"],
    ]
    assert set(scene.matches) == set(both)


ENTRIES = st.sets(st.text(alphabet="病人号a", min_size=1, max_size=5), min_size=1, max_size=8)


@settings(max_examples=200, deadline=None)
@given(ENTRIES, st.sampled_from(["", "[ ]{0,2}"]), st.text(alphabet="病人号a ", max_size=20))
def test_a_tree_of_words_matches_as_the_list_does(entries: set[str], glue: str, text: str) -> None:
    longest_first = sorted(entries, key=lambda entry: (-len(entry), entry))
    plain = regex.compile(f"(?:{'|'.join(glue.join(entry) for entry in longest_first)})(?:a|$|号)?")
    tree = regex.compile(tree_of(map(tuple, entries), glue) + "(?:a|$|号)?")
    assert [m.span() for m in tree.finditer(text)] == [m.span() for m in plain.finditer(text)]
    assert regex.compile(alternatives(entries)).fullmatch(longest_first[0])
