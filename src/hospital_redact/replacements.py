"""What stands in the place of a value: a mask, a numbered label, a release's code, or a token that a key opens.

Masks and labels are written as presidio-anonymizer's operators ``mask`` and ``replace`` write them (tests compare); a
token is opened by its ``decrypt``. Its engine is not used, because that merges and drops spans, and its operators only
where they do something: to import them takes longer than to review a document.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from enum import StrEnum

from hospital_redact.context import PERSON_NAME
from hospital_redact.errors import PlanError
from hospital_redact.kinship import find_kin
from hospital_redact.model import Action, Document, Finding, Rule
from hospital_redact.pseudonyms import TOKEN, Pseudonyms, identity_of

_ANY_PERSON = "person_other"
_TELLING = 6  # so many characters of a value do not stand in a token by chance
_FEW = 32  # a text of so many characters has fewer pieces than a long document has values
_HAN = re.compile(r"[\u3400-\u9fff]")
_INVISIBLE = re.compile(
    "[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U00013438"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)
"""Characters of the category Cf (Unicode 14): an expression is ten times as fast as a look at each."""


class Operator(StrEnum):
    """What puts a replacement in the place of a value; the names are presidio-anonymizer's, but for the label."""

    MASK = "mask"
    LABEL = "placeholder"
    ENCRYPT = "encrypt"


class Replacements:
    """Chooses replacement texts; none holds one of ``values``.

    Placeholders are numbered in order of appearance, the same value getting the same number under its label, or bear
    the codes of ``pseudonyms``.
    """

    def __init__(
        self,
        document: Document,
        findings: Sequence[Finding],
        rules: Mapping[str, Rule],
        values: frozenset[str],
        pseudonyms: Pseudonyms | None,
    ) -> None:
        self._document = document
        self._rules = rules
        self._values = values
        self._chinese = _mostly_chinese(document)
        self._pseudonyms = pseudonyms
        self._people = _by_subject(findings)
        self._kin = {} if pseudonyms else find_kin(document, findings)
        self._numbers: dict[tuple[str, str], int] = {}
        self._count: Counter[str] = Counter()
        self._free: dict[str, bool] = {}

    def operator(self, finding: Finding) -> Operator:
        """Return what replaces the value of ``finding``."""
        if self._pseudonyms is not None and self._pseudonyms.reversible:
            return Operator.ENCRYPT
        return Operator.MASK if finding.action is Action.MASK else Operator.LABEL

    def label(self, rule: Rule | None, finding: Finding, length: int) -> str:
        """Return for example ``[患者1]``, ``[患者1之女]`` or ``[Patient 1]``; a mask where that holds a value.

        By key ``[人员XKCDPQTRW]``, without role and kinship, which other documents may not know.
        """
        value = finding.subject or squeeze(self._document.text_of(finding.spans))
        if self._pseudonyms is not None:
            mentions = self._people.get(value, (finding,))
            code = self._pseudonyms.code(identity_of(self._document.text_of(f.spans) for f in mentions))
            named = f"{self._word(self._same_word(rule))}{self._space}{code}"
        else:
            named = self._kin_of(value) or self._numbered(self._word(rule), value)
        label = f"[{named}]"
        return label if self._is_free(label) else self.mask("x" * length)

    def seal(self, rule: Rule | None, text: str) -> str:
        """Return ``text`` as a token that the key opens, ``[患者#...]``. Raises PlanError HR406 if it cannot stand."""
        assert self._pseudonyms is not None
        label = f"[{self._word(rule)}#{self._pseudonyms.seal(text)}]"
        if not self._is_free(label):
            raise PlanError("HR406", "a reversible pseudonym would hold a removed value; leave reversible ones out")
        return label

    def mask(self, text: str) -> str:
        """Return a mask of the length of ``text``, of another character where stars are a value, or nothing."""
        return next((m for m in (mask(text), "\u25a0" * len(text)) if self._is_free(m)), "")

    @property
    def _space(self) -> str:
        return "" if self._chinese else " "

    def _word(self, rule: Rule | None) -> str:
        if rule is None:
            return "已删" if self._chinese else "Removed"
        return rule.label if self._chinese else rule.label_en

    def _same_word(self, rule: Rule | None) -> Rule | None:
        """Return the rule whose word stands by a code: one for all names, since a role differs from file to file."""
        is_name = rule is not None and rule.entity == PERSON_NAME
        return self._rules.get(_ANY_PERSON, rule) if is_name else rule

    def _numbered(self, word: str, value: str) -> str:
        return f"{word}{self._space}{self._number(word, value)}"

    def _number(self, word: str, value: str) -> int:
        key = (word, value)
        if key not in self._numbers:
            self._count[word] += 1
            self._numbers[key] = self._count[word]
        return self._numbers[key]

    def _kin_of(self, value: str) -> str:
        """Return what a relative is to a patient; nothing for others. A second daughter is 之女2."""
        kin = self._kin.get(value)
        if kin is None:
            return ""
        patient = self._numbered(self._word(self._rules.get(kin.rule)), kin.patient)
        word = f"{patient}之{kin.zh}" if self._chinese else f"{patient}'s {kin.en}"
        number = self._number(word, value)
        return word if number == 1 else f"{word}{self._space}{number}"

    def _is_free(self, replacement: str) -> bool:
        if replacement not in self._free:
            self._free[replacement] = not holds_any(replacement, self._values)
        return self._free[replacement]


def _by_subject(findings: Iterable[Finding]) -> dict[str, tuple[Finding, ...]]:
    """Return the mentions of each person by subject key."""
    people: dict[str, tuple[Finding, ...]] = {}
    for finding in findings:
        if finding.role is not None and finding.subject is not None:
            people[finding.subject] = (*people.get(finding.subject, ()), finding)
    return people


def holds_any(text: str, values: Set[str]) -> bool:
    """Whether ``text``, squeezed, holds one of ``values``, which are squeezed and may be thousands.

    In a reversible pseudonym two or three characters of a value stand by chance, and say nothing.
    """
    written = squeeze(text)
    if token := TOKEN.search(written):
        rest = written[: token.start("token")] + " " + written[token.end("token") :]
        return holds_any(rest, values) or any(len(value) >= _TELLING and value in written for value in values)
    if len(written) > _FEW:
        return any(value in written for value in values)
    pieces = (written[i:j] for i in range(len(written)) for j in range(i + 1, len(written) + 1))
    return any(piece in values for piece in pieces)


def _mostly_chinese(document: Document) -> bool:
    """Whether one character in twenty is Han: even a short Chinese form has more, an English letter has none."""
    text = "".join(block.text for block in document.blocks if block.survives)[:20_000]
    return len(_HAN.findall(text)) * 20 >= max(1, sum(not c.isspace() for c in text))


def squeeze(text: str) -> str:
    """Return ``text`` after NFKC and without white space and invisible characters, as values are compared."""
    if text.isascii():
        return "".join(text.split())
    return _INVISIBLE.sub("", "".join(unicodedata.normalize("NFKC", text).split()))


def mask(text: str) -> str:
    """Return ``text`` with every character replaced by an asterisk (presidio-anonymizer's mask)."""
    return "*" * len(text)
