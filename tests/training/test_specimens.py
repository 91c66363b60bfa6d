"""Specimens: names are replaced, one name by one name, and nothing else changes."""

from __future__ import annotations

import re

from training.grammar import Sample
from training.specimens import Copyist, read_specimens


def outline(sample: Sample) -> str:
    """Return the text with a sign for every name."""
    text = sample.text
    for mark in reversed(sample.marks):
        text = f"{text[: mark.start]}\0{text[mark.end :]}"
    return text


def test_the_same_seed_gives_the_same_copies() -> None:
    first, second = Copyist(3), Copyist(3)
    copies = [first.document() for _ in range(20)]
    assert copies == [second.document() for _ in range(20)]
    assert copies != [Copyist(4).document() for _ in range(20)]


def test_a_copy_is_its_specimen_but_for_the_names() -> None:
    outlines = {re.sub(r"\[\[.+?\]\]", "\0", text) for text in read_specimens()}
    copyist = Copyist(1)
    copies = [copyist.document() for _ in range(200)]
    faithful = [copy for copy in copies if outline(copy) in outlines]
    # A quarter is spoiled as scans are.
    assert len(faithful) > 100
    names = {copy.text[mark.start : mark.end] for copy in copies for mark in copy.marks}
    own = {name for text in read_specimens() for name in re.findall(r"\[\[(.+?)\]\]", text)}
    assert len(names - own) > len(names & own)


def test_a_name_has_one_other_name_in_a_copy() -> None:
    text = next(text for text in read_specimens() if len(set(re.findall(r"\[\[(.+?)\]\]", text))) > 3)
    wanted = re.findall(r"\[\[(.+?)\]\]", text)
    plain = re.sub(r"\[\[.+?\]\]", "\0", text)
    copyist = Copyist(2)
    copy = next(copy for _ in range(5000) if outline(copy := copyist.document()) == plain)
    got = [copy.text[mark.start : mark.end] for mark in copy.marks]
    assert len(set(zip(wanted, got, strict=True))) == len(set(wanted))
