"""Results as one HTML page without scripts or outside links, to be opened from disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from hospital_redact.languages import Language
from hospital_redact.reporting.data import Json
from hospital_redact.reporting.remedies import remedies
from hospital_redact.reporting.text import look_at_words, sign_lines

# White on each of the level colours, and grey on white, has a contrast of 4.5 or more (WCAG 2.2, 1.4.3).
_STYLE = """
:root { color-scheme: light; font: 16px/1.5 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }
* { box-sizing: border-box; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; background: #fff; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.15rem; line-height: 1.35; margin: 0 0 .6rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; }
h2, p, dd, td, blockquote { overflow-wrap: anywhere; }
section { border: 1px solid #c9d1d9; border-radius: .5rem; padding: 1rem; margin: 1rem 0; }
.levels { display: flex; flex-wrap: wrap; gap: .4rem 1.5rem; margin: 0 0 .6rem; }
.level { display: inline-block; padding: 0 .6rem; border-radius: 1rem; color: #fff; background: #1a7f37;
white-space: nowrap; }
.l2 { background: #57606a; } .l3 { background: #8a5d00; } .l4 { background: #b04600; } .l5 { background: #a40e26; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .6rem 1rem; margin: .5rem 0; }
dd { margin: 0; } blockquote { margin: 0; } .quiet { color: #57606a; font-size: .9rem; }
.alert { border-left: .3rem solid #a40e26; background: #fff5f5; padding: .3rem .7rem; margin: .5rem 0; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .25rem .6rem .25rem 0;
border-bottom: 1px solid #d8dee4; vertical-align: top; } th { font-weight: 600; }
td:last-child, th:last-child { text-align: right; padding-right: 0; }
@media print { body { margin: 0; max-width: none; } section { break-inside: avoid; } }
"""
_RANK = {"公开": 1, "内部": 2, "秘密": 3, "机密": 4, "绝密": 5}


def to_page(entries: Sequence[Json], say: Language) -> str:
    """Return the page in the language of ``say``. Everything that comes from a document or a path is escaped."""
    body = "\n".join(part for entry in entries for part in _section(entry, say))
    title = escape(say("Before release"))
    count = escape(say("{count} file(s)", count=len(entries)))
    warning = escape(say("Detection may miss something; a person releases."))
    return (
        f'<!doctype html>\n<html lang="{say.name}">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title} – hospital-redact</title>\n<style>{_STYLE}</style>\n"
        f"<h1>{title}</h1>\n<p>{count}<br>{warning}</p>\n"
        f"{body}\n</html>\n"
    )


def _section(entry: Json, say: Language) -> Iterator[str]:
    yield f"<section>\n<h2>{entry['number']} · {escape(entry['id'])}</h2>"
    if entry.get("code"):
        yield f'<p class="alert">{escape(entry["code"])}: {escape(entry["message"])}</p>\n</section>'
        return
    yield (
        f'<p class="levels"><span>{say("level")} {_level(entry["level"])}</span> '
        f"<span>{say('after redaction')} {_level(entry['residual_level'])}</span> "
        f"<span>{say('decision:')} <strong>{escape(say(entry['decision']))}</strong></span></p>"
    )
    for line in sign_lines(entry, say):
        yield f"<p>{escape(line.strip())}</p>"
    if entry["look_at"]:
        words = escape(look_at_words(entry, say))
        yield f'<p class="alert"><strong>{say("A person must look at")}</strong>{say(": ")}{words}</p>'
    for part in entry["unread"]:
        what, where = escape(say(part["what"])), escape(say.place(part["where"]))
        reason = escape(say.detail(part["reason"]))
        yield f'<p class="alert"><strong>{say("Not read")}</strong>{say(": ")}{what}{say(", ")}{where} ({reason})</p>'
    titles = {
        reason["rule"]: reason["title"] if say.name == "zh" else reason["title_en"] for reason in entry["reasons"]
    }
    if lines := remedies(entry, say):
        yield f"<h3>{say('What would change it')}</h3>\n<ul>"
        yield from (f"<li>{escape(line)}</li>" for line in lines)
        yield "</ul>"
    yield from _reasons(entry["reasons"], titles, say)
    yield from _removed(entry["findings"], titles, say)
    yield "</section>"


def _reasons(reasons: Sequence[Json], titles: Mapping[str, str], say: Language) -> Iterator[str]:
    if not reasons:
        return
    yield f"<h3>{say('Reasons')}</h3>\n<dl>"
    for reason in reasons:
        places = escape(say("; ").join(say.place(place) for place in reason["where"]))
        quote = f'<blockquote class="quiet">「{escape(reason["quote"])}」</blockquote>' if reason["quote"] else ""
        yield (
            f"<dt>{_level(reason['level'])}</dt><dd>{escape(titles[reason['rule']])} · {escape(reason['clause'])}"
            f'{quote}<div class="quiet">{places}</div></dd>'
        )
    yield "</dl>"


def _removed(findings: Sequence[Json], titles: Mapping[str, str], say: Language) -> Iterator[str]:
    counts = Counter((f["category"], titles.get(f["rule"], f["entity"])) for f in findings)
    yield f"<h3>{say('What the plan removes')}</h3>"
    if not counts:
        yield f"<p>{say('Nothing to remove.')}</p>"
        return
    yield f"<table><tr><th>{say('category')}</th><th>{say('kind')}</th><th>{say('number')}</th></tr>"
    for (category, kind), count in sorted(counts.items()):
        word = say(category).replace("_", " ")
        yield f"<tr><td>{escape(word)}</td><td>{escape(kind)}</td><td>{count}</td></tr>"
    yield "</table>"


def _level(level: str) -> str:
    return f'<span class="level l{_RANK.get(level, 1)}">{escape(level)}</span>'
