"""Titles: the lines at the head of a paper that say what it is, and its headings."""

from __future__ import annotations

from collections.abc import Iterator

from hospital_redact.detection.compilation import compile_later
from hospital_redact.detection.scene import Scene
from hospital_redact.model import Kind

_TITLE_LINES = 10
_TITLE_WIDTH = 60
_TITLE_END = compile_later(r"\t| {4,}|[。;!?]|,(?=\p{Han})")
_NUMBERED = compile_later(
    r"\(?(?:[一二三四五六七八九十]{1,3}|\d{1,2}|[ivx]{1,4})(?:[、.)]|[ ]+(?=\p{Han}))(?!\d)"
    r"|第[一二三四五六七八九十]{1,3}[条章]|问题\s?\d"
)
_FIELD = compile_later(r"(?P<label>[^\s:]{1,12}|[A-Za-z ]{2,16}):[ \t]*(?=\S)")
_SUBJECT_LABELS = frozenset(
    [
        "主题", "标题", "题目", "题名", "事由", "文件名", "名称", "文件名称", "关于", "案由", "文题", "项目名称",
        "subject", "re", "title", "topic", "regarding", "ref", "about",
    ]
)  # fmt: skip


def title_ranges(scene: Scene) -> Iterator[tuple[int, int]]:
    """Yield what may be a title: the blocks that are headings, and those of the first lines that are no sentences.

    The first line counts whatever it is. What stands left of a gap is the title of 工资发放明细<tab>2024年9月. A
    numbered line is a heading, and one with a label a field, unless the label says that the subject follows.
    """
    for segment in scene.view.segments:
        if scene.document.blocks[segment.block].kind is Kind.HEADING:
            start, end = scene.normalised_range(segment.start, segment.start + segment.length)
            yield start, min(end, start + _TITLE_WIDTH)
    position = 0
    for number in range(_TITLE_LINES):
        while position < len(scene.text) and scene.text[position].isspace():
            position += 1
        end = scene.line_end(position)
        piece = _TITLE_END.search(scene.text, position, end) if number or end - position > _TITLE_WIDTH else None
        stop = piece.start() if piece else end
        gap = piece is not None and scene.text[stop].isspace()
        line = scene.text[position:stop]
        whole = piece is None or gap or _is_subject(line)
        if position < stop and (number == 0 or (whole and _is_title(line))):
            yield position, min(stop, position + _TITLE_WIDTH)
        position = end


def _is_title(line: str) -> bool:
    if len(line) > _TITLE_WIDTH or _NUMBERED.match(line):
        return False
    return _FIELD.match(line) is None or _is_subject(line)


def _is_subject(line: str) -> bool:
    """Whether a line is a field that says what its paper is about."""
    label = _FIELD.match(line)
    return label is not None and label["label"].casefold() in _SUBJECT_LABELS
