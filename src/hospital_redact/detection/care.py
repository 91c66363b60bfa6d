"""Whether a text tells of somebody's illness or care, whatever its kind: a letter to the police, a mail to an employer.

A record has headings that show it (:mod:`.categories`), other letters about a patient have none. They name one person
as only those who are cared for are named, and speak in several words of what happened to the body.
"""

from __future__ import annotations

from collections.abc import Iterable

import regex

from hospital_redact.detection.compilation import compile_later
from hospital_redact.detection.words import alternatives, words

_CARE_ZH = compile_later(alternatives(words("care_words")))
_CARE_EN = compile_later(
    rf"(?<![a-z])(?:{'|'.join(sorted(words('care_words_en'))).replace('_', ' ')})(?:e?s|ed|ing)?(?![a-z])",
    regex.IGNORECASE,
)
_SOMEBODY_ZH = compile_later(
    r"(?:患者|病人|患儿|产妇|孕妇|死者|逝者|亡者|伤者|伤员|捐献者|被保险人|受检者|受种者|老人)"
    r"(?:本人)?[::]?[ ]?\p{Han}{2,4}(?=[ ,(、因于在]|[男女])"
    r"|\p{Han}{2,4}[,、( ]{1,2}(?:性别[:]?)?[男女](?:性)?[,、) ]{1,2}[0-9]{1,3}[ ]?(?:周?岁|个?月)"
    r"|(?:患者|病人|患儿|产妇|死者|受检者)?姓[ ]{0,4}名[::]"
    r"|(?m:^)[ ]{0,4}[0-9]{1,2}[.、 ][ ]?\p{Han}{2,4}[ ,]{1,3}(?:19|20)[0-9]{2}[-./年]"
)
_SOMEBODY_EN = compile_later(
    r"(?<![A-Za-z])(?:Mr|Mrs|Ms|Miss|Master)\.? \p{Lu}|(?i:\bd\.?o\.?b\b|date of birth|\bborn\b"
    r"|[0-9]{1,3}[- ]years?[- ]old|\baged [0-9])"
)
_PRONOUN = compile_later(r"(?<![A-Za-z])(?:[Hh]e|[Ss]he|[Hh]is|[Hh]er|[Hh]im)(?![A-Za-z])")
_ENOUGH_ZH, _ENOUGH_EN = 4, 5
"""So many different words of illness and care show that a text is about it."""

_PRONOUNS = 3


def tells_of_care(texts: Iterable[str]) -> bool:
    """Whether ``texts``, normalised, name somebody and speak of that person's illness or care."""
    whole = "\n".join(texts)
    if len(set(_CARE_ZH.findall(whole))) >= _ENOUGH_ZH and _SOMEBODY_ZH.search(whole):
        return True
    told = {word.casefold() for word in _CARE_EN.findall(whole)}
    if len(told) < _ENOUGH_EN:
        return False
    return _SOMEBODY_EN.search(whole) is not None or len(_PRONOUN.findall(whole)) >= _PRONOUNS
