"""A hospital's own secrecy mark: composed, written into a document, proved, and read again when its term may be over.

A mark says level and term (第4篇 5.8, 第11篇 二.4): ``医院秘密·机密·5年``. It bears no ★: what is no state secret must
not bear the state's mark (保密法 第22条). Who set it and when stands in the document's properties.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import regex

from hospital_redact import formats
from hospital_redact.drafts import check_target, draft_file, publish
from hospital_redact.errors import OutputError, PolicyError, VerificationError
from hospital_redact.formats.base import Source
from hospital_redact.model import Action, Document, Finding, Level, Policy

PREFIX = "医院秘密"
MARK = regex.compile(
    rf"{PREFIX}\s?[·・:：\- ]\s?(?P<level>绝密|机密|秘密)"
    r"(?:\s?[·・:：\- ]\s?(?:(?P<years>\d{1,3})年|至(?P<until>\d{4}-\d{2}-\d{2})|至(?P<event>[^\s·,，。;；]{1,40})))?"
)
"""What :attr:`Mark.text` writes, and how others write it."""

_LEVEL_KEY, _TERM_KEY, _SETTER_KEY, _DATE_KEY = "SecrecyLevel", "SecrecyTerm", "SecrecySetter", "SecrecySetOn"
_EVENT = regex.compile(r"[\p{Han}\p{L}\p{N}()（）、\-]{1,40}")


@dataclass(frozen=True, slots=True)
class Mark:
    """A hospital's mark. Exactly one of ``years``, ``until`` and ``event`` is given; an event has no date."""

    level: Level
    years: int | None = None
    until: date | None = None
    event: str = ""
    setter: str = ""
    set_on: date | None = None

    @property
    def term(self) -> str:
        """The term as a mark writes it; empty where a mark states none."""
        if self.years is not None:
            return f"{self.years}年"
        if self.until is not None:
            return f"至{self.until.isoformat()}"
        return f"至{self.event}" if self.event else ""

    @property
    def text(self) -> str:
        """The mark as it is written."""
        return "·".join(word for word in (PREFIX, str(self.level), self.term) if word)

    @property
    def expires(self) -> date | None:
        """The day on which the term is over: none for an event, or where nobody knows when it was set."""
        if self.until is not None or self.years is None or self.set_on is None:
            return self.until
        try:
            return self.set_on.replace(year=self.set_on.year + self.years)
        except ValueError:  # set on 29 February
            return date(self.set_on.year + self.years, 3, 1)


def compose(
    policy: Policy,
    level: Level,
    *,
    setter: str,
    set_on: date,
    years: int | None = None,
    until: date | None = None,
    event: str = "",
) -> Mark:
    """Return the mark, its term the policy's default where none is given.

    Raises PolicyError HR113: no setter, a level without a mark (公开, 内部), more than one term, a form of term that
    the policy does not have, or a term over before it begins or longer than 保密法 第20条 allows for the level.
    """
    if level < Level.SECRET:
        raise PolicyError("HR113", "a mark states 秘密, 机密 or 绝密; {level} bears none", level=level)
    if not setter.strip() or not setter.isprintable() or len(setter) > 64:
        raise PolicyError("HR113", "a mark needs the name of who set it (第4篇 4.1)")
    if sum((years is not None, until is not None, bool(event))) > 1:
        raise PolicyError("HR113", "a mark has one term: years, a date or an event")
    kinds = policy.texts("term.kinds")
    if ("event" if event else "date") not in kinds:
        raise PolicyError("HR113", "the policy {id} does not have this form of term", id=policy.id)
    if event and not _EVENT.fullmatch(event):
        raise PolicyError("HR113", "an event is at most 40 letters and digits")
    if years is None and until is None and not event:
        years = policy.terms_years[level]
    mark = Mark(level, years, until, event, setter.strip(), set_on)
    longest = {Level.SECRET: 10, Level.CONFIDENTIAL: 20, Level.TOP_SECRET: 30}[level]
    if mark.expires is not None and not 0 < (mark.expires - set_on).days <= longest * 366:
        raise PolicyError(
            "HR113",
            "the term of {level} lies between a day and {longest} years",
            level=level,
            longest=longest,
        )
    return mark


def marks_in(document: Document) -> list[Mark]:
    """Return the marks that the text of ``document`` states, in its order, setter and date unknown."""
    marks = []
    for block in document.blocks:
        for match in MARK.finditer(block.text):
            until = _date(match["until"])
            years = int(match["years"]) if match["years"] else None
            marks.append(Mark(Level(match["level"]), years, until, match["event"] or ""))
    return marks


def properties_of(mark: Mark) -> dict[str, str]:
    """Return the document properties that go with ``mark``."""
    set_on = mark.set_on.isoformat() if mark.set_on else ""
    return {_LEVEL_KEY: str(mark.level), _TERM_KEY: mark.term, _SETTER_KEY: mark.setter, _DATE_KEY: set_on}


def read_mark(source: Source, document: Document) -> Mark | None:
    """Return the highest mark in ``document``, with setter and date from the properties of ``source``."""
    found = max(marks_in(document), key=lambda mark: mark.level, default=None)
    if found is None:
        return None
    properties = formats.mark_properties(source)
    setter, set_on = properties.get(_SETTER_KEY, ""), _date(properties.get(_DATE_KEY))
    return Mark(found.level, found.years, found.until, found.event, setter, set_on)


def write_marked(
    path: Path,
    target: Path,
    mark: Mark,
    findings: tuple[Finding, ...],
    document: Document,
    *,
    right: bool,
    overwrite: bool,
) -> None:
    """Write ``path`` with ``mark`` to ``target``, prove that nothing else of its text changed.

    ``findings`` are what detection says of ``document``, which was read from ``path``: the mark of the state, or a
    higher mark of the hospital, must not be covered by another (第3篇 九). Raises OutputError HR701, HR702, HR704,
    HR705; VerificationError HR501 when the text is not what it was.
    """
    if any(finding.action is Action.STOP for finding in findings):
        raise OutputError("HR701", "the document bears a state mark: the secrecy officer decides; nothing is written")
    borne = [m.level for m in marks_in(document)]
    if borne and mark.level <= max(borne):
        raise OutputError(
            "HR705", "the document bears {level} already; a mark is not lowered or repeated", level=max(borne)
        )
    check_target(target, path, overwrite=overwrite)
    source = formats.load_source(path)
    data = formats.write_mark(source, document, mark.text, properties_of(mark), right=right)
    again = formats.read_document(Source(source.name, data))
    if _words(again) != _words(document) + Counter(_letters(mark.text)):
        raise VerificationError("HR501", "the marked copy differs from its source; nothing was written")
    with draft_file(target) as draft:
        with draft.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        publish(draft, target, overwrite=overwrite)


def _words(document: Document) -> Counter[str]:
    """Return how often each character shows: a mark may join a line, so blocks cannot be compared."""
    return Counter(char for block in document.blocks if block.survives for char in _letters(block.text))


def _letters(text: str) -> str:
    return "".join(text.split())


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
