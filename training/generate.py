"""Documents from the grammars, with every person and value marked: ``python -m training.generate zh 3`` shows three."""

from __future__ import annotations

import sys
import zlib
from functools import cache
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from random import Random

from training.grammar import Rules, Sample, Value, expand, read_rules
from training.names import Name, chinese_name, english_name, foreign_name, han_name, pinyin_name, word_list
from training.noise import spoil
from training.values import VALUES

GRAMMARS = Path(__file__).with_name("grammars")

_ROLES = {
    "patient": "patient", "someone": "patient", "relative": "relative", "doctor": "staff", "nurse": "staff",
    "staff": "staff", "employee": "staff", "other": "other",
}  # fmt: skip
_FRESH = frozenset({"someone", "employee"})
"""A new person each time; the others of :data:`_ROLES`, with a number or without, are one person in a document."""

_LISTS = {
    "disease": "diseases", "symptom": "symptoms", "drug": "drugs", "herb": "herbs", "finding": "findings",
    "examn": "exams", "operation": "operations", "dept": "departments", "dept2": "departments", "place": "places",
    "word": "sayings", "cityname": "cities", "linkc": "links_clinical", "linko": "links_office",
    "occupation": "occupations", "relation": "relations",
}  # fmt: skip
_SYLLABLES = tuple("培奥替昔洛兰西米诺他格瑞伐卡普罗沙比美拉达利非多可乐帕吉维阿立恩舒泰依珠赛")
_ENDINGS = (
    "沙坦", "地平", "他汀", "替尼", "单抗", "洛尔", "普利", "拉唑", "霉素", "沙星", "西泮", "唑仑", "双胍", "格列净",
    "列汀", "西林", "康唑", "洛韦", "司琼", "曲坦", "平片", "胶囊", "颗粒",
)  # fmt: skip
"""What names of medicines are made of: as many more as a list can hold, with the look of transliterated persons."""


@cache
def _words_by_class(held: bool) -> dict[str, tuple[tuple[str, ...], tuple[int, ...]]]:
    """Words of jieba's list by word class, with running sums of their weights.

    Persons are only in ``nr``, neither among the nouns nor in ``x``, which is any word.
    """
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("jieba is missing: pip install -r training/requirements.txt")
    by_class: dict[str, list[tuple[str, int]]] = {}
    for line in Path(spec.origin).with_name("dict.txt").read_text(encoding="utf-8").splitlines():
        word, count, kind = line.split(" ")
        # A frequent word is in both halves: what is held out is rare words.
        if not 1 <= len(word) <= 5 or (is_held(word) != held and int(count) < 2000):
            continue
        if kind.startswith("nr"):
            by_class.setdefault("nr", []).append((word, int(int(count) ** 0.6) + 1))
            continue
        weight = int(int(count) ** 0.6) + 1
        for name in {kind, kind[0], "x"} if kind[0] in "nvadrmtilczfspqu" else {kind}:
            by_class.setdefault(name, []).append((word, weight))
    return {
        kind: (tuple(word for word, _ in pairs), tuple(accumulate(weight for _, weight in pairs)))
        for kind, pairs in by_class.items()
    }


def is_held(word: str) -> bool:
    """Whether ``word`` is kept for measuring: a fifth of all words, by their bytes."""
    return zlib.crc32(word.encode()) % 5 == 0


@cache
def _half(entries: tuple[str, ...], held: bool) -> tuple[str, ...]:
    return tuple(entry for entry in entries if is_held(entry) == held)


class Writer:
    """Writes documents of one grammar: the same seed, the same documents."""

    def __init__(self, grammar: str, seed: int) -> None:
        self._language = "en" if grammar.startswith("en") else "zh"
        self._held = grammar.endswith("-held")
        self._rules: Rules = read_rules(GRAMMARS / f"{grammar}.txt")
        self._random = Random(f"{grammar} {seed}")
        self._cast: dict[str, Name] = {}

    def __repr__(self) -> str:
        return f"Writer({self._language}, held={self._held})"

    def document(self, *, clean: bool = False) -> Sample:
        """Return the next document, spoiled as scans and chats are unless it shall be ``clean``."""
        self._cast = {}
        sample = expand(self._rules, "document", self._fill, self._random)
        return sample if clean else spoil(sample, self._random)

    def _fill(self, slot: str) -> Value | None:
        kind, _, form = slot.partition(".")
        if (role := _ROLES.get(kind.rstrip("23456789"))) is not None:
            return self._person(kind, form, role)
        if slot in ("foreign", "latin"):
            return Value(self._stranger(slot), "PERSON", "other")
        if slot in VALUES:
            return VALUES[slot](self._random, self._language)
        plain = self._plain(slot)
        return None if plain is None else Value(plain)

    def _plain(self, slot: str) -> str | None:
        """Return what fills a slot of no label: a number of a range, an everyday word, an entry of a list."""
        random = self._random
        if slot.startswith("n:"):
            low, high = slot[2:].split("-")
            return str(random.randint(int(low), int(high)))
        if slot.startswith("w:"):
            return self._word(slot[2:])
        if slot == "drug" and self._language == "zh" and random.random() < 0.2:
            return "".join(random.sample(_SYLLABLES, random.choice((1, 2, 2, 3)))) + random.choice(_ENDINGS)
        if slot in _LISTS:
            return self._choose(word_list(_LISTS[slot] + ("_en" if self._language == "en" else "")))
        return None

    def _stranger(self, slot: str) -> str:
        """Return the name of a foreigner by its sound, or one in Latin letters, often the given name alone."""
        random = self._random
        if slot == "foreign":
            return foreign_name(random).full
        name = english_name(random) if random.random() < 0.6 else pinyin_name(random)
        return name.full if random.random() < 0.5 else name.given

    def _choose(self, entries: tuple[str, ...]) -> str:
        """Return an entry; for a large list only of the half that this grammar may use."""
        return self._random.choice(_half(entries, self._held) if len(entries) > 60 else entries)

    def _word(self, kind: str) -> str:
        words, weights = _words_by_class(self._held)[kind]
        if self._random.random() < 0.3:  # rare words too
            return self._random.choice(words)
        return self._random.choices(words, cum_weights=weights)[0]

    def _person(self, kind: str, form: str, role: str) -> Value:
        random = self._random
        name = self._cast.get(kind)
        if name is None:
            if self._language == "en":
                name = english_name(random) if random.random() < 0.9 else pinyin_name(random)
            else:
                name = chinese_name(random)
            if kind not in _FRESH:
                self._cast[kind] = name
        if form in ("sur", "nick", "masked") and self._language == "zh" and name.kind not in ("han", "word"):
            name = han_name(random)
        if form == "masked":
            rest = random.choice(("某", "某某", "*", "**", "×", "XX"))
            return Value(name.family + rest, "MASKED", role)
        if form == "nick":
            given = name.given[-1:]
            nick = random.choice(
                (f"小{name.family}", f"老{name.family}", f"阿{given}", f"小{given}", f"{given}{given}", name.given)
            )
            # One character alone is no form of address.
            return Value(nick if len(nick) > 1 else name.full, "PERSON", role)
        return Value({"sur": name.family, "given": name.given}.get(form, name.full), "PERSON", role)


def main() -> int:
    """Print documents with their persons in brackets."""
    grammar, count = sys.argv[1], int(sys.argv[2])
    writer = Writer(grammar, 0)
    for _ in range(count):
        sample = writer.document()
        text = sample.text
        for mark in reversed(sample.marks):
            if mark.label == "PERSON":
                text = f"{text[: mark.start]}[{text[mark.start : mark.end]}]{text[mark.end :]}"
        sys.stdout.write(f"{text}\n----\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
