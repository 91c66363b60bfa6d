"""Marks of secrecy: the state's (it stops everything) and a hospital's (a floor for the level).

The words alone are no mark: a course quotes 机密★5年, a rule book explains 绝密 (04_categories, SECRECY_MARK). A mark
stands at the head of a document or page, alone on its line or with its copy number, not inside quotation marks or a
sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex

from hospital_redact.detection.patterns import CompiledRule, search_scene
from hospital_redact.detection.scene import Hit, Scene
from hospital_redact.model import Kind

_LEVEL = regex.compile(r"绝\s?密|机\s?密|工作秘密|秘\s?密|内\s?部")
_STARS = frozenset("★⭐🌟☆✩✪✫✬✭✮✯✰⋆*∗\uf0ab\uf0b6")
_INTERNAL = ("工作秘密",)  # 工作秘密管理暂行办法: what is a secret of the work alone is marked 内部
_QUOTED = regex.compile(r"[“”\"'‘’「」『』《》]|例如|比如|如:|写法|标明|标注|应当|写作|字样|样式|示例|格式|填写")
_BLANK = regex.compile(
    r"[\W_]*(?:[0-9]{4,8}|特急|加急|急件|密级|份号|保密期限|第[一二三四五六七八九十0-9]+[号份期])?[\W_]*(?:特急|加急|急件)?[\W_]*"
)
_HEAD_LINES = 12
_SENTENCE = 60
_EXPLAINED = regex.compile(
    r"[“”\"'‘’「」]|例|比如|譬如|形如|如(?=[:：]?(?:绝|机|秘)\s?密)|写法|写作|标明|标注|标志|标识|标记|字样|样式|格式|填写|表示|表述|含义|意思|"
    r"第[一二三四五六七八九十]+条|应当|应为|正确|错误|试题|选择题|填空|培训|讲义|怎么|如何|什么|组成|顺序"
)


def find_marks(scene: Scene, rules: Sequence[CompiledRule], *, state: bool) -> Iterator[Hit]:
    """Yield the marks that ``rules`` describe; ``state`` asks for the star, which only a state mark bears."""
    for compiled in rules:
        for match in search_scene(scene, compiled.pattern, compiled.rule.id):
            if not _is_mark(scene, match.start(), match.end(), starred=not _STARS.isdisjoint(match.group())):
                continue
            # The last word: 医院秘密·机密 is 机密.
            evidence = ("position", *(f"level:{_word(level)}" for level in _LEVEL.findall(match.group())[-1:]))
            start, end = match.span()
            while scene.text[start].isspace():
                start += 1
            yield Hit(start, end, compiled.rule, 0.95 if state else 0.9, evidence, "mark")


def _word(level: str) -> str:
    """Return the step of the scale that a mark's word names, spaced as it may be."""
    return "内部" if level in _INTERNAL else "".join(level.split())


def _is_mark(scene: Scene, start: int, end: int, *, starred: bool) -> bool:
    """Whether the match stands where marks stand."""
    text = scene.text
    while start < end and text[start].isspace():
        start += 1
    line_start = text.rfind("\n", 0, start) + 1
    line_end = scene.line_end(end)
    before, after = text[line_start:start], text[end:line_end]
    if _QUOTED.search(before[-12:]) or _QUOTED.search(after[:6]):
        return False
    if _in_margin(scene, start):
        return True
    alone = _BLANK.fullmatch(before) is not None and (
        starred or _BLANK.fullmatch(after) is not None or not after.strip()
    )
    near_head = text.count("\n", 0, start) < _HEAD_LINES
    if starred:
        # In running text it is the mark of a paper that is cited or enclosed, unless marks themselves are explained.
        explained = _EXPLAINED.search(text, _sentence_start(text, start), min(line_end, end + _SENTENCE))
        return alone or (near_head and not before.strip()) or explained is None
    return near_head and (alone or not before.strip())


def _sentence_start(text: str, start: int) -> int:
    """Return where the sentence that holds ``start`` begins, at most :data:`_SENTENCE` characters before."""
    floor = max(0, start - _SENTENCE)
    return max(floor, *(text.rfind(stop, floor, start) + 1 for stop in "。;\n"))


def _in_margin(scene: Scene, start: int) -> bool:
    """Whether the text at ``start`` is a header, a footer, metadata or the file name."""
    kinds = {scene.document.blocks[span.block].kind for span in scene.locate(start, start + 1)}
    return bool(kinds & {Kind.HEADER, Kind.FOOTER, Kind.METADATA, Kind.FILE_NAME})
