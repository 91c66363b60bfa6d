"""Invented personal names as documents in Chinese and English write them, drawn from a model of how names are built."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from hospital_redact.detection.words import COMPOUND_SURNAMES, DUAL, SURNAMES, characters, words

WORDS = Path(__file__).with_name("words")

# Sorted, since the order of a set is another in each process.
_COMPOUND, _DUAL, _SOUNDS = sorted(COMPOUND_SURNAMES), sorted(DUAL), sorted(characters("sounds"))
_SYLLABLES, _PINYIN = sorted(words("minority_syllables")), sorted(words("pinyin_surnames"))


@cache
def word_list(name: str) -> tuple[str, ...]:
    """Return the entries of ``words/NAME.txt``; they are separated by blanks or, with a ``;`` in the file, by these."""
    text = "\n".join(
        line for line in (WORDS / f"{name}.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    )
    return tuple(" ".join(entry.split()) for entry in text.split(";")) if ";" in text else tuple(text.split())


@cache
def _surnames() -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Family names and their weights: the frequent ones fall by rank, all others share the rest."""
    frequent = "".join(word_list("surname_ranks"))
    rare = sorted(SURNAMES - set(frequent))
    weights = [1 / (rank + 6) for rank in range(len(frequent))]
    tail = 0.35 * sum(weights) / len(rare)
    return (*frequent, *rare), (*weights, *[tail] * len(rare))


@cache
def _characters(name: str) -> str:
    return "".join(word_list(name))


@cache
def _level_one() -> tuple[str, ...]:
    """The 3755 characters of the first level of GB 2312: what a rare given name is made of."""
    codes = (bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    return tuple(text for code in codes if (text := code.decode("gb2312", "ignore")))


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name: ``full`` as written, ``family`` and ``given`` (for names without a family name ``full``)."""

    full: str
    family: str
    given: str
    kind: str

    def __repr__(self) -> str:
        return f"Name({self.kind})"


def han_name(random: Random) -> Name:
    """Return a Chinese name of two to four characters."""
    if random.random() < 0.03:
        family = random.choice(_COMPOUND)
    else:
        names, weights = _surnames()
        family = random.choices(names, weights)[0]
    given = "".join(_given_character(random) for _ in range(1 if random.random() < 0.24 else 2))
    if random.random() < 0.02:
        given = given[0] * 2
    return Name(family + given, family, given, "han")


def _given_character(random: Random) -> str:
    kind = random.random()
    if kind < 0.72:
        return random.choice(_characters("given_common"))
    if kind < 0.9:
        return random.choice(_characters("given_more"))
    return random.choice(_level_one())


def word_name(random: Random) -> Name:
    """Return a name that is an everyday word, a herb or a place as well."""
    full = random.choice((*_DUAL, *word_list("word_names")))
    return Name(full, full[0], full[1:], "word")


def minority_name(random: Random) -> Name:
    """Return a Uyghur, Kazakh, Mongolian, Yi or Tibetan name by its sound, with a dot or without."""
    syllables = _SYLLABLES
    first = "".join(random.sample(syllables, random.choice((1, 2, 2))))
    if random.random() < 0.55:
        dot = random.choice("·····•‧・")
        full = first + dot + "".join(random.sample(syllables, random.choice((1, 2, 2))))
    else:
        full = first if len(first) > 2 else first + random.choice(syllables)
    return Name(full, full, full, "minority")


def foreign_name(random: Random) -> Name:
    """Return a foreign name written by its sound."""
    sounds = _SOUNDS
    family = "".join(random.sample(sounds, random.choice((2, 2, 3, 3, 4))))
    if random.random() < 0.5:
        return Name(family, family, family, "foreign")
    given = "".join(random.sample(sounds, random.choice((2, 2, 3, 3))))
    return Name(f"{given}{random.choice('···•')}{family}", family, given, "foreign")


def pinyin_name(random: Random) -> Name:
    """Return a Chinese name in Latin letters, in one of the customary orders and cases."""
    family = random.choice(_PINYIN).capitalize()
    parts = random.sample(word_list("pinyin_given"), random.choice((1, 2, 2)))
    given = random.choice(("", "", "-")).join(parts)
    given = given.capitalize()
    full = random.choice(
        (
            f"{family} {given}",
            f"{given} {family}",
            f"{family.upper()} {given}",
            f"{family.upper()} {given.upper()}",
            f"{family}, {given}",
        )
    )
    return Name(full, family, given, "pinyin")


def english_name(random: Random) -> Name:
    """Return a name of the English-speaking and European kind."""
    given = random.choice(word_list("given_en"))
    family = random.choice(word_list("surname_en"))
    if random.random() < 0.04:
        family += "-" + random.choice(word_list("surname_en"))
    if random.random() < 0.05:
        family = random.choice(("van ", "de ", "von ", "Mc", "O'", "Mac", "Al-", "da ")) + family
    kind = random.random()
    initial = random.choice("ABCDEFGHJKLMNPRSTW")
    if kind < 0.62:
        full = f"{given} {family}"
    elif kind < 0.78:
        full = f"{given} {initial}. {family}"
    elif kind < 0.88:
        full = f"{family}, {given}"
    elif kind < 0.94:
        full = f"{family.upper()}, {given}"
    else:
        full = f"{given[0]}. {family}"
    return Name(full, family, given, "english")


def chinese_name(random: Random) -> Name:
    """Return a person's name as a Chinese document may write it, the kinds by how often they occur in hospitals."""
    kind = random.random()
    for share, make in ((0.83, han_name), (0.05, minority_name), (0.05, foreign_name), (0.03, word_name)):
        if kind < share:
            return make(random)
        kind -= share
    return pinyin_name(random)
