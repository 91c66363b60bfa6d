"""Links to shared drives that stand beside their access code: whoever has both has files that nobody here has read."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from hospital_redact.model import Document, Span, Unread

_LINK = regex.compile(
    r"(?i)(?:https?://)?(?:[a-z0-9-]{1,40}\.){0,3}"
    r"(?:(?:pan|yun)\.baidu\.com|alipan\.com|aliyundrive\.com|pan\.quark\.cn|lanzou[a-z]?\.com|weiyun\.com|115\.com"
    r"|cloud\.189\.cn|(?:caiyun|yun)\.139\.com|pan\.xunlei\.com|123pan\.com|ctfile\.com|jianguoyun\.com|ecloud\.cn"
    r"|(?:drive|docs)\.google\.com|dropbox\.com|1drv\.ms|onedrive\.live\.com|sharepoint\.com|wetransfer\.com|we\.tl"
    r"|mega\.nz|box\.com)/[!-~]{3,200}"
)
_CODE = regex.compile(
    r"(?i)(?:提\s?取\s?码|访\s?问\s?码|取\s?件\s?码|分\s?享\s?码|密\s?码|口\s?令|\bpwd\b|\bpass(?:word|code)\b|\bcode\b)"
    r"\s{0,3}(?:为|是|is)?\s{0,3}[:：=]?\s{0,3}[0-9a-z]{4,16}"
)
_NEAR = 120  # characters between a link and its code


def find_shared_drives(document: Document, removed: Sequence[Span]) -> tuple[Unread, ...]:
    """Return each link to a shared drive with its code near it (``shared_drive``) that ``removed`` does not cover."""
    gone: dict[int, list[Span]] = {}
    for span in removed:
        gone.setdefault(span.block, []).append(span)
    found: dict[Unread, None] = {}
    for view in document.views:
        for link in _LINK.finditer(view.text):
            around = view.text[max(0, link.start() - _NEAR) : link.end() + _NEAR]
            if not _CODE.search(around):
                continue
            spans = [span for span in view.locate(*link.span()) if document.blocks[span.block].survives]
            if any(not _covered(span, gone.get(span.block, ())) for span in spans):
                place = document.blocks[spans[0].block].location
                found[Unread("shared_drive", place, "files on a shared drive, with the code that opens them")] = None
    return tuple(found)


def _covered(span: Span, removed: Sequence[Span]) -> bool:
    return any(other.start <= span.start and span.end <= other.end for other in removed)
