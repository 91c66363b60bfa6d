"""What may stand in a copy of a presentation beside the formatting that all of Office shares.

Source: ECMA-376 part 1, clause 19; formatting is on the lists of :mod:`hospital_redact.formats.ooxml.shapes`.
"""

from __future__ import annotations

import re
from functools import cache

from hospital_redact.formats.ooxml.namespaces import NS_A, NS_R
from hospital_redact.formats.ooxml.package import Element

NS_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
NSMAP = {"a": NS_A, "r": NS_R, "p": NS_P}
MAIN = "ppt/presentation.xml"
PPT_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.{}+xml"
MAIN_TYPES = frozenset(
    {
        PPT_TYPE.format("presentation.main"),
        PPT_TYPE.format("slideshow.main"),
        PPT_TYPE.format("template.main"),
        "application/vnd.ms-powerpoint.presentation.macroenabled.main+xml",
        "application/vnd.ms-powerpoint.slideshow.macroenabled.main+xml",
        "application/vnd.ms-powerpoint.template.macroenabled.main+xml",
    }
)
"""Content types of main documents, in lower case: pptx, ppsx, potx and those with macros."""


@cache
def p(name: str) -> str:
    """Return the full name of an element of presentations."""
    return f"{{{NS_P}}}{name}"


@cache
def a(name: str) -> str:
    """Return the full name of an element of drawings."""
    return f"{{{NS_A}}}{name}"


@cache
def r(name: str) -> str:
    """Return the full name of an attribute that names a relationship."""
    return f"{{{NS_R}}}{name}"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NUMBER = re.compile(r"-?\d{1,10}")
PLACEHOLDER = {
    "type": _words("title body ctrTitle subTitle dt sldNum ftr hdr obj chart tbl clipArt dgm media sldImg pic"),
    "orient": _words("horz vert"),
    "sz": _words("full half quarter"),
    "idx": _words(""),
}
"""Attributes of a placeholder and the words they may have; an index is a number."""
LAYOUTS = _words(
    "title tx twoColTx tbl txAndChart chartAndTx dgm chart txAndClipArt clipArtAndTx titleOnly blank txAndObj objAndTx"
    " objOnly obj txAndMedia mediaAndTx objTx txObj objOverTx txOverObj txAndTwoObj twoObjAndTx twoObjOverTx fourObj"
    " vertTx clipArtAndVertTx vertTitleAndTx vertTitleAndTxOverChart twoObj objAndTwoObj twoObjAndObj cust secHead"
    " twoTxTwoObj picTx"
)
_COLOURS = _words("bg1 tx1 bg2 tx2 dk1 lt1 dk2 lt2 accent1 accent2 accent3 accent4 accent5 accent6 hlink folHlink")
_SWITCHES = _words("0 1 true false")
PROMPTS = frozenset(
    """
    Click to edit Master title style; Click to edit Master text styles; Click to edit Master subtitle style;
    Second level; Third level; Fourth level; Fifth level; 单击此处编辑母版标题样式; 单击此处编辑母版文本样式;
    单击此处编辑母版副标题样式; 单击以编辑母版标题样式; 单击以编辑母版副标题样式; 编辑母版文本样式; 第二级;
    第三级; 第四级; 第五级; 二级; 三级; 四级; 五级; ‹#›;
    Office Theme; Office 主题; Office; Theme; 主题; Custom Design; Default Design;
    默认设计模板; 自定义设计方案; Microsoft Office PowerPoint; Microsoft Macintosh PowerPoint; Slide Titles; 幻灯片标题;
    On-screen Show (4:3); Widescreen; 宽屏
    """.strip()
    .replace("\n    ", " ")
    .split("; ")
)
"""What the program itself writes on layouts and masters and into properties."""


def is_word(element: str, attribute: str, value: str) -> bool:
    """Whether ``attribute`` of ``element`` (local names) has ``value`` by the lists of this module, and is no text."""
    match element, attribute:
        case "ph", _:
            return value in PLACEHOLDER.get(attribute, ())
        case "sldLayout", "type":
            return value in LAYOUTS
        case "clrMap" | "overrideClrMapping", _:
            return attribute in _COLOURS and value in _COLOURS
        case _:
            return False


def numbers(source: Element, *names: str) -> dict[str, str]:
    """Return the attributes ``names`` of ``source`` that are whole numbers."""
    values = ((name, source.get(name, "")) for name in names)
    return {name: value for name, value in values if _NUMBER.fullmatch(value)}


def switches(source: Element, *names: str) -> dict[str, str]:
    """Return the attributes ``names`` of ``source`` that say yes or no."""
    values = ((name, source.get(name, "")) for name in names)
    return {name: value for name, value in values if value in _SWITCHES}


def colour_map(source: Element) -> dict[str, str]:
    """Return what a map of colours says: names of colours by names of colours."""
    return {str(key): str(value) for key, value in source.attrib.items() if key in _COLOURS and value in _COLOURS}


def placeholder(source: Element) -> dict[str, str]:
    """Return the attributes of a placeholder."""
    found = {name: value for name, words in PLACEHOLDER.items() if (value := source.get(name, "")) in words and value}
    return {**found, **numbers(source, "idx")}


def set_all(element: Element, attributes: dict[str, str]) -> None:
    """Give ``element`` each of ``attributes``."""
    for name, value in attributes.items():
        element.set(name, value)
