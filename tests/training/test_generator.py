"""The generator: the same seed gives the same text, every mark holds what it says, grammars refuse what is wrong."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.generate import GRAMMARS, Writer
from training.grammar import Mark, Sample, Value, expand, read_rules
from training.names import chinese_name, english_name
from training.noise import lines, spoil

needs_words = pytest.mark.skipif(find_spec("jieba") is None, reason="jieba is not installed: training/requirements.txt")
ALL = sorted(path.stem for path in GRAMMARS.glob("*.txt"))


def rules_of(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "rules.txt"
    path.write_text(text, encoding="utf-8")
    return path


def nothing(slot: str) -> Value | None:
    del slot
    return None


@needs_words
@pytest.mark.parametrize("grammar", ALL)
def test_the_same_seed_gives_the_same_documents(grammar: str) -> None:
    first, second = Writer(grammar, 3), Writer(grammar, 3)
    documents = [first.document() for _ in range(20)]
    assert documents == [second.document() for _ in range(20)]
    assert documents != [Writer(grammar, 4).document() for _ in range(20)]


@needs_words
@pytest.mark.parametrize("grammar", ALL)
def test_marks_are_whole_and_do_not_overlap(grammar: str) -> None:
    writer = Writer(grammar, 1)
    for _ in range(200):
        sample = writer.document()
        end = 0
        for mark in sample.marks:
            assert end <= mark.start < mark.end <= len(sample.text)
            value = sample.text[mark.start : mark.end]
            assert value == value.strip() or mark.label != "PERSON"
            end = mark.end


@needs_words
@pytest.mark.parametrize("grammar", ["zh", "zh-held", "en"])
def test_every_rule_of_a_grammar_is_reached(grammar: str) -> None:
    rules = read_rules(GRAMMARS / f"{grammar}.txt")
    texts = {slot for alternatives in rules.values() for slot in str(alternatives).split("Slot(name='")[1:]}
    named = {slot.partition("'")[0] for slot in texts}
    assert set(rules) - named == {"document"}


@needs_words
def test_a_person_is_the_same_throughout_a_document() -> None:
    writer = Writer("zh", 5)
    for _ in range(50):
        sample = writer.document(clean=True)
        by_role = {sample.text[m.start : m.end] for m in sample.marks if m.role == "patient"}
        assert all(by_role)


def test_a_grammar_writes_slots_and_choices(tmp_path: Path) -> None:
    rules = read_rules(rules_of(tmp_path, "# comment\n:document\n<a|b>{who}\\n\n:who\n3* {name}\n"))
    sample = expand(rules, "document", lambda slot: Value("何平", "PERSON", "patient"), Random(1))
    assert sample.text[0] in "ab"
    assert sample.text[1:] == "何平\n"
    assert sample.marks == (Mark(1, 3, "PERSON", "patient"),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a line\n", "before the first rule"),
        (":document\n<a|b\n", "without its end"),
        (":document\n:other\nx\n", "is empty"),
        (":document\nx\n:document\ny\n", "is there already"),
    ],
)
def test_a_wrong_grammar_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_rules(rules_of(tmp_path, text))


def test_an_unknown_slot_and_an_endless_grammar_are_refused(tmp_path: Path) -> None:
    rules = read_rules(rules_of(tmp_path, ":document\n{nobody}\n"))
    with pytest.raises(ValueError, match="nothing fills the slot nobody"):
        expand(rules, "document", nothing, Random(1))
    rules = read_rules(rules_of(tmp_path, ":document\n{document}\n"))
    with pytest.raises(ValueError, match="without end"):
        expand(rules, "document", nothing, Random(1))


def test_names_have_many_shapes() -> None:
    random = Random(1)
    names = [chinese_name(random) for _ in range(3000)]
    assert {name.kind for name in names} == {"han", "word", "minority", "foreign", "pinyin"}
    assert {len(name.full) for name in names if name.kind == "han"} >= {2, 3, 4}
    assert any("·" in name.full for name in names)
    english = [english_name(random).full for _ in range(1000)]
    assert any("," in name for name in english)
    assert any("." in name for name in english)
    assert any(not name.isascii() for name in english)


@given(st.integers(0, 10**9), st.text(alphabet="张伟高兴 ，。\n1aA", min_size=1, max_size=60), st.data())
def test_spoiling_moves_marks_with_their_characters(seed: int, text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    spoiled = spoil(Sample(text, (Mark(start, end, "PERSON"),)), Random(seed))
    for mark in spoiled.marks:
        kept = "".join(spoiled.text[mark.start : mark.end].split()).translate(str.maketrans("張偉興", "张伟兴"))
        bare = "".join(text[start:end].split())
        letters = [c for c in bare if c not in "，。"]
        assert [c for c in kept if c not in "，。１"] == [c for c in letters if c != "1" or "１" not in kept]


@given(st.lists(st.text(alphabet="张伟 a", max_size=8), max_size=8))
def test_lines_keep_their_marks(parts: list[str]) -> None:
    text = "\n".join(parts)
    marks = tuple(Mark(i, i + 1, "PERSON") for i, char in enumerate(text) if char == "张")
    found = lines(Sample(text, marks))
    assert [line.text for line in found] == [part for part in parts if part.strip()]
    for line in found:
        assert [m.start for m in line.marks] == [i for i, char in enumerate(line.text) if char == "张"]
