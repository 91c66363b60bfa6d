"""Results as one HTML page without scripts or outside links, to be opened from disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape

from hospital_redact.reporting.data import Json

_STYLE = """
:root { color-scheme: light; font: 16px/1.5 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
section { border: 1px solid #c9d1d9; border-radius: .5rem; padding: 1rem; margin: 1rem 0; }
.level { display: inline-block; padding: 0 .6rem; border-radius: 1rem; color: #fff; background: #57606a; }
.l3 { background: #9a6700; } .l4 { background: #bc4c00; } .l5 { background: #a40e26; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .5rem 0; }
dt { color: #57606a; } dd { margin: 0; } blockquote { margin: 0; color: #57606a; }
.alert { border-left: .3rem solid #a40e26; padding-left: .7rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .2rem .6rem .2rem 0;
border-bottom: 1px solid #d8dee4; vertical-align: top; } th { font-weight: 600; }
"""
_RANK = {"公开": 1, "内部": 2, "秘密": 3, "机密": 4, "绝密": 5}


def to_page(entries: Sequence[Json]) -> str:
    """Return the page. Everything that comes from a document or a path is escaped."""
    body = "\n".join(part for entry in entries for part in _section(entry))
    return (
        '<!doctype html>\n<html lang="zh">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>hospital-redact</title>\n<style>{_STYLE}</style>\n"
        f"<h1>Before release · 发布前审查</h1>\n<p>{len(entries)} file(s) · 份文件. "
        "Detection may miss something; a person releases. 检测可能有遗漏，由人决定是否发布。</p>\n"
        f"{body}\n</html>\n"
    )


def _section(entry: Json) -> Iterator[str]:
    yield f"<section>\n<h2>{entry['number']} · {escape(entry['id'])}</h2>"
    if entry.get("code"):
        yield f'<p class="alert">{escape(entry["code"])}: {escape(entry["message"])}</p>\n</section>'
        return
    yield (
        f"<p>{_level(entry['level'])} → {_level(entry['residual_level'])} after redaction · 脱敏后; "
        f"decision · 决定: <strong>{escape(entry['decision'])}</strong></p>"
    )
    if entry["look_at"]:
        yield f'<p class="alert">A person must look at · 须人工核对: {escape(", ".join(entry["look_at"]))}</p>'
    for part in entry["unread"]:
        yield f'<p class="alert">Not read · 未能读取: {escape(part["what"])}, {escape(part["where"])}</p>'
    yield "<dl>"
    for reason in entry["reasons"]:
        places = "; ".join(reason["where"])
        yield (
            f"<dt>{_level(reason['level'])}</dt><dd>{escape(reason['title'])} · {escape(reason['clause'])}"
            f"<blockquote>{escape(reason['quote'])}</blockquote>{escape(places)}</dd>"
        )
    yield "</dl>"
    counts = Counter((f["category"], f["entity"]) for f in entry["findings"])
    if counts:
        yield "<table><tr><th>category · 类别</th><th>kind · 种类</th><th>to remove · 待删</th></tr>"
        for (category, entity), count in sorted(counts.items()):
            yield f"<tr><td>{escape(category)}</td><td>{escape(entity)}</td><td>{count}</td></tr>"
        yield "</table>"
    yield "</section>"


def _level(level: str) -> str:
    return f'<span class="level l{_RANK.get(level, 1)}">{escape(level)}</span>'
