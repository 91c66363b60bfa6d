"""Builds tables, pages, JSON, XML and Markdown in which a value stands in every place, shown and hidden."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable

from contract import Case
from PIL import Image

from hospital_redact.formats import delimited, hypertext, jsontext, markdown, xmltext

Slots = dict[str, Callable[[str], str]]


def _escaped(value: str) -> str:
    return "".join(f"\\u{ord(char):04x}" for char in value)


def _references(value: str) -> str:
    return "".join(f"&#{ord(char)};" if number % 2 else f"&#x{ord(char):x};" for number, char in enumerate(value))


def _png() -> str:
    stream = io.BytesIO()
    Image.new("RGB", (2, 2), "white").save(stream, "PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


DELIMITED: Slots = {
    "bare": lambda v: v,
    "quoted": lambda v: f'"{v}"',
    "quoted with a comma": lambda v: f'"科室,{v}"',
    "quoted over lines": lambda v: f'"第一行\n{v}"',
    "quoted with quotes": lambda v: f'"他说""{v}""，"',
    "split over lines": lambda v: f'"{v[:3]}\r\n{v[3:]}"',
    "behind a closing quote": lambda v: f'"编号"{v}',
    "behind a tab": lambda v: f"\t{v}",
    "as text formula": lambda v: f'="{v}"',
    "full-width": lambda v: v.translate({c: c + 0xFEE0 for c in range(0x21, 0x7F)}),
}

JSON: Slots = {
    "string": lambda v: f'"a": "{v}"',
    "escaped": lambda v: f'"b": "{_escaped(v)}"',
    "key": lambda v: f'"{v}": 1',
    "escaped key": lambda v: f'"{_escaped(v)}": 2',
    "key of an object": lambda v: f'"{v}": {{"x": "y"}}',
    "twice the same key": lambda v: f'"c": "{v}", "c": "{v}"',
    "array": lambda v: f'"d": ["x", "{v}", ["{v}"]]',
    "inside a text": lambda v: f'"e": "第一行\\n编号{v}。"',
    "deep": lambda v: '"f": ' + '{"g": [' * 40 + f'"{v}"' + "]}" * 40,
}

XML: Slots = {
    "text": lambda v: f"<a>{v}</a>",
    "attribute": lambda v: f'<a b="{v}"/>',
    "attribute in apostrophes": lambda v: f"<a b = '{v}'>x</a>",
    "attribute of a namespace": lambda v: f'<x:a xmlns:x="urn:x" x:b="{v}"/>',
    "references": lambda v: f"<a>{_references(v)}</a>",
    "references in an attribute": lambda v: f'<a b="{_references(v)}"/>',
    "cdata": lambda v: f"<a><![CDATA[<b>{v}</b>]]></a>",
    "text and cdata": lambda v: f"<a>{v[:4]}<![CDATA[{v[4:]}]]></a>",
    "comment": lambda v: f"<a>x<!-- {v} -->y</a>",
    "parted by a comment": lambda v: f"<a>{v[:4]}<!-- c -->{v[4:]}</a>",
    "instruction": lambda v: f"<a>x<?do {v}?></a>",
    "mixed": lambda v: f"<a>编号{v}<b>x</b>{v}</a>",
    "over elements": lambda v: f"<a>编号<b>{v[:4]}</b>{v[4:]}</a>",
    "deep": lambda v: "<a>" * 60 + v + "</a>" * 60,
}

HTML_SHOWN: Slots = {
    "paragraph": lambda v: f"<p>编号{v}。</p>",
    "over elements": lambda v: f"<p>{v[:3]}<b>{v[3:5]}</b><span style='color:red'>{v[5:]}</span></p>",
    "references": lambda v: f"<p>{_references(v)}</p>",
    "references without an end": lambda v: "<p>" + "".join(f"&#{ord(c)}" for c in v) + "</p>",
    "heading": lambda v: f"<h2>{v}</h2>",
    "unclosed": lambda v: f"<p>{v}<p>x<li>{v}",
    "table": lambda v: f"<table><tr><th>编号<th>x<tr><td>{v}<td rowspan=2>{v}<tr><td>x</table>",
    "text in a table": lambda v: f"<table>{v}<tr><td>x</table>",
    "caption": lambda v: f"<table><caption>{v}</caption><tr><td>x</td></tr></table>",
    "list": lambda v: f"<ul><li>{v}<ol start=3><li>{v}</ol></ul>",
    "definitions": lambda v: f"<dl><dt>编号<dd>{v}</dl>",
    "preformatted": lambda v: f"<pre>\n\n  {v}\n x</pre>",
    "breaks": lambda v: f"<div>x<br>{v}<br>y</div>",
    "soft hyphen": lambda v: f"<p>{v[:4]}&shy;{v[4:]}</p>",
    "possible break": lambda v: f"<p>{v[:4]}<wbr>{v[4:]}</p>",
    "link": lambda v: f"<a href='x'>{v}</a>",
    "button": lambda v: f"<form><button>{v}</button></form>",
    "input": lambda v: f"<label>编号 <input value='{v}'></label>",
    "textarea": lambda v: f"<textarea>\n{v}\n</textarea>",
    "select": lambda v: f"<select><option>x<option selected>{v}</select>",
    "unknown element": lambda v: f"<my-card><slot-x>{v}</slot-x></my-card>",
    "details": lambda v: f"<details><summary>x</summary>{v}</details>",
    "alternative text": lambda v: f"<img alt='编号{v}' src='a.png'>",
    "alternative text of a kept picture": lambda v: f"<img alt='{v}' src='{_png()}'>",
    "ruby": lambda v: f"<ruby>{v}<rt>{v}</rt></ruby>",
    "mathematics": lambda v: f"<math><mtext>{v}</mtext></math>",
    "shown again by a class": lambda v: f"<div class='gone here'>{v}</div>",
}

HTML_HIDDEN: Slots = {
    "comment": lambda v: f"<!-- {v} -->",
    "bogus comment": lambda v: f"<!x {v}><?x {v}>",
    "script": lambda v: f"<script>var a = '{v}';</script>",
    "script data": lambda v: f'<script type=\'application/json\'>{{"a":"{v}"}}</script>',
    "style": lambda v: f"<style>.a::after {{ content: '{v}' }}</style>",
    "template": lambda v: f"<template><p>{v}</p></template>",
    "noscript": lambda v: f"<noscript>{v}</noscript>",
    "frame": lambda v: f"<iframe src='/{v}'>{v}</iframe>",
    "object": lambda v: f"<object data='/{v}'><param name='{v}' value='{v}'>{v}</object>",
    "media": lambda v: f"<video poster='{v}.png'><source src='{v}.mp4'><track label='{v}'>{v}</video>",
    "canvas": lambda v: f"<canvas>{v}</canvas>",
    "drawing": lambda v: f"<svg><title>{v}</title><desc>{v}</desc><path id='{v}' d=''/></svg>",
    "drawn text": lambda v: f"<svg><text>{v}</text></svg>",
    "drawn link": lambda v: f"<svg><a xlink:href='{v}'><foreignObject><p>{v}</p></foreignObject></a></svg>",
    "hidden": lambda v: f"<p hidden>{v}</p>",
    "display": lambda v: f"<div style='color:red; DISPLAY : none'><p>{v}</p></div>",
    "visibility": lambda v: f"<span style='visibility:hidden'>{v}</span>",
    "class": lambda v: f"<div class='gone'>{v}</div>",
    "class within": lambda v: f"<div id='box'><div><p class='gone too'>{v}</p></div></div>",
    "hidden input": lambda v: f"<input type=hidden value='{v}'><input type=password value='{v}'>",
    "placeholder": lambda v: f"<input placeholder='{v}'>",
    "choices": lambda v: f"<select><option>x<option value='{v}'>{v}</select><datalist><option>{v}</datalist>",
    "title attribute": lambda v: f"<p title='{v}' aria-label='{v}' data-x='{v}' onclick='f(\"{v}\")'>x</p>",
    "names": lambda v: f"<p id='{v}' class='{v}' style='--x:{v}' name='{v}' lang='{v}' dir='{v}' {v}='{v}'>x</p>",
    "addresses": lambda v: f"<a href='https://a.cn/{v}?x={v}#{v}' download='{v}' ping='{v}'>x</a>",
    "percent": lambda v: "<a href='/?x=" + "".join(f"%{ord(c):02x}" for c in v) + "'>x</a>",
    "picture address": lambda v: f"<img src='{v}.png' srcset='{v}.png 2x' usemap='#{v}' longdesc='{v}'>",
    "area": lambda v: f"<map name='{v}'><area alt='{v}' href='{v}'></map>",
    "script address": lambda v: f"<a href=\"javascript:alert('{v}')\">x</a>",
    "quotation": lambda v: (
        f"<blockquote cite='{v}'>x</blockquote><time datetime='{v}'>x</time><abbr title='{v}'>x</abbr>"
    ),
    "dialog": lambda v: f"<dialog>{v}</dialog>",
    "annotation": lambda v: f"<math><semantics><mi>x</mi><annotation>{v}</annotation></semantics></math>",
    "embedded page": lambda v: f"<iframe srcdoc='<p>{v}</p>'></iframe>",
    "embedded data": lambda v: (
        f"<object data='data:text/html;base64,{base64.b64encode(v.encode()).decode()}'></object>"
    ),
    "picture data": lambda v: f"<img src='data:image/svg+xml,<svg><text>{v}</text></svg>'>",
    "picture data in base64": lambda v: f"<img src='data:x/y;base64,{base64.b64encode(v.encode()).decode()}'>",
    "cell": lambda v: f"<table summary='{v}'><tr><td abbr='{v}' headers='{v}' colspan='{v}'>x</table>",
}

HTML_HEAD: Slots = {
    "title": lambda v: f"<title>出院小结 {v}</title>",
    "meta": lambda v: f"<meta name='author' content='{v}'><meta http-equiv='refresh' content='9;url=/{v}'>",
    "link": lambda v: f"<link rel='canonical' href='/{v}' title='{v}'><base href='https://a.cn/{v}/'>",
    "classes": lambda v: (
        f"<style>.gone {{display:none}} .gone.here {{display:block}} #box .too {{display:none}} /*{v}*/</style>"
    ),
}


def page(head: str, body: str) -> str:
    return f"<!DOCTYPE html>\n<html lang='zh-CN'><head><meta charset='utf-8'>{head}</head><body>{body}</body></html>"


def full_page(value: str) -> str:
    body = "\n".join(make(value) for slots in (HTML_SHOWN, HTML_HIDDEN) for make in slots.values())
    return page("".join(make(value) for make in HTML_HEAD.values()), body)


def full_table(value: str) -> str:
    rows = "\r\n".join(f"{number},{make(value)},x" for number, make in enumerate(DELIMITED.values(), 1))
    return f"序号,编号,备注\r\n{rows}\r\n"


def full_json(value: str) -> str:
    return "{" + ",\n ".join(make(value) for make in JSON.values()) + "}\n"


def full_xml(value: str) -> str:
    body = "\n".join(make(value) for make in XML.values())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- {value} -->\n<root>{body}</root>\n<!-- {value} -->'


def full_markdown(value: str) -> str:
    lines = (f"# 小结 {value}", f"**{value[:3]}**{value[3:]}", f"[{value}](https://a.cn/{value})", f"<!-- {value} -->")
    table = f"| 编号 | x |\n|---|---|\n| {value} | `{value}` |"
    return "\n\n".join((*lines, table, f"```\n{value}\n```")) + "\n"


def csv_case() -> Case:
    return Case(delimited.FORMAT, lambda v: full_table(v).encode("gb18030"), empty=b"\n", damage_shows=False)


def json_case() -> Case:
    return Case(jsontext.FORMAT, lambda v: full_json(v).encode(), empty=b"{}")


def xml_case() -> Case:
    return Case(xmltext.FORMAT, lambda v: full_xml(v).encode(), empty=b"<a/>", empty_text="a")


def html_case() -> Case:
    return Case(
        hypertext.FORMAT,
        lambda v: full_page(v).encode(),
        empty=b"<html></html>",
        unknown_part=page("", "<iframe srcdoc='<p>x</p>'></iframe>").encode(),
        damage_shows=False,
    )


def markdown_case() -> Case:
    return Case(markdown.FORMAT, lambda v: full_markdown(v).encode(), empty=b"\n", damage_shows=False)
