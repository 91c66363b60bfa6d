"""Numbers written so that a pattern misses them: spaced out, over line ends, in Chinese figures, misread by OCR.

A run of figures is *squeezed*: separators go, ``O`` and ``l`` become 0 and 1, 零 to 九 become digits. The rules run on
the squeezed run in its own context. Since squeezing may join what does not belong together, a hit counts only with a
label, or when the whole run is the value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex

from hospital_redact.detection.patterns import CompiledRule, search, value_span, weigh
from hospital_redact.detection.scene import Hit, Scene

_FIGURE = r"[0-9OoQIlz|Xx〇零幺一二三四五六七八九]"
_BETWEEN = r"(?:[ .\-_/·*,~—–]{1,3}|[ ]{0,12}\n[ ]{0,12}|\|)"
_RUN = regex.compile(rf"(?<![0-9A-Za-z]){_FIGURE}(?:{_BETWEEN}?{_FIGURE}){{8,40}}+(?![0-9A-Za-z])")
_PLAIN = regex.compile(r"[0-9]+[Xx]?")
_FIGURES = str.maketrans("OoQIlz|〇零幺一二三四五六七八九", "000112100" + "1" + "123456789")
_SEPARATOR = regex.compile(r"[ .\-_/·*,~—–\n]+")
_DIGITS = regex.compile(r"[0-9]")
_BEFORE = 24


def find_squeezed(scene: Scene, rules: Sequence[CompiledRule]) -> Iterator[Hit]:
    """Yield hits of pattern rules in squeezed runs of figures."""
    numeric = [compiled for compiled in rules if compiled.validate is not None]
    for run in _RUN.finditer(scene.text):
        raw = run.group()
        if _PLAIN.fullmatch(raw) or len(_DIGITS.findall(raw)) + _han_figures(raw) < 6:
            continue
        kept = [i for i, char in enumerate(raw) if not _SEPARATOR.fullmatch(char) and not _is_bar(raw, i)]
        squeezed = "".join(raw[i].translate(_FIGURES) for i in kept)
        for compiled in numeric:
            yield from _search_run(scene, compiled, run.start(), kept, squeezed)


def _han_figures(raw: str) -> int:
    return sum("一" <= char <= "龥" or char == "〇" for char in raw)


def _is_bar(raw: str, index: int) -> bool:
    """Whether a ``|`` separates figures (1|2|3) and is not itself a misread 1."""
    return raw[index] == "|" and raw.count("|") >= 3


def _search_run(scene: Scene, compiled: CompiledRule, offset: int, kept: Sequence[int], squeezed: str) -> Iterator[Hit]:
    detection = compiled.rule.detection
    for match in search(compiled.pattern, squeezed, compiled.rule.id):
        first, last = value_span(match)
        if last - first < 9:
            continue
        start, end = offset + kept[first], offset + kept[last - 1] + 1
        hit = weigh(scene, compiled, start, end, squeezed[first:last])
        if hit is None or "failed_check" in hit.evidence:
            continue
        whole = last - first == len(squeezed)
        if whole or {"label", "header", "context"} & set(hit.evidence):
            yield Hit(
                start,
                end,
                compiled.rule,
                min(hit.confidence, detection.confidence),
                (*hit.evidence, "squeezed"),
                "pattern",
            )
