"""The loader: a folder of rules becomes a :class:`~hospital_redact.model.Policy`, or a refusal.

Layout of a folder of rules (docs: how to add a rule): ``sources.toml``, ``matters.toml``, ``settings.toml``,
``declared.toml``, ``identifiers/<id>.toml``, ``categories/<id>.toml``, ``policies/<id>.toml``, ``lexicons/<id>.txt``. A
hospital's own folders are read after the shipped one: a file of the same name replaces, everything else is added.

Nothing incomplete is loaded. Every refusal is a :class:`~hospital_redact.errors.PolicyError` that names file and key:

=====  ==========================================================================================
HR101  a file cannot be read: missing, too large, not UTF-8, not TOML, a name that is no identifier
HR102  a key is unknown, missing, or holds the wrong kind of value
HR103  a rule, recipient, channel or level without a clause
HR104  a rule without a positive or without a negative example
HR105  a clause cites a source that ``sources.toml`` does not hold
HR106  an unknown category, matter, action, validator, recogniser or category rule; a malformed entity
HR107  a pattern that does not compile
HR108  an unknown policy
HR109  policies that inherit from one another in a circle
HR110  a matter in use without a level, or an unknown level or matter in a policy
HR111  a release context names an unknown recipient or channel (``context.py``)
HR112  a setting of another kind, outside its bounds, unknown, or not a policy's to change (``settings.py``)
HR113  a mark that the policy does not allow (``marking.py``)
HR114  an answer of ``init`` that no policy can hold (``own_policy.py``)
HR115  a department's policy that loosens the hospital's (``tightening.py``)
HR116  an item declared secret without setter, day, level or terms (``declared.py``)
=====  ==========================================================================================
"""

from __future__ import annotations

import importlib.resources
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from hospital_redact.declared import DeclaredItem, read_declared
from hospital_redact.errors import PolicyError
from hospital_redact.model import (
    Action,
    Allowed,
    CategoryRule,
    Channel,
    Clause,
    Cues,
    Examples,
    Level,
    Policy,
    Recipient,
    ReleaseContext,
    Rule,
)
from hospital_redact.rulefiles import IDENTIFIER, Refused, RuleFiles, Table
from hospital_redact.rulevalues import check_entity, check_pattern, read_detection, read_level
from hospital_redact.settings import Declaration, answer_all, declare
from hospital_redact.tightening import require_tighter

CATEGORIES = (
    "patient_identity",
    "medical_record",
    "salary",
    "bonus",
    "finance",
    "statistics",
    "plan",
    "decision",
    "minutes",
    "contract",
    "personnel",
    "discipline",
    "research",
    "epidemic",
    "accounts_seals",
    "staff_contact",
    "it_security",
    "state_secret_mark",
    "unpublished",
)
"""The reported categories, in the order of the command line's contract."""

NO_CATEGORY = "none"
"""Category of what is recognised and never reported: keep rules, general notices, what is meant for the public."""

UNDECIDED = "undecided"
"""In a policy's levels: the regulations give this matter no level, a person decides."""

_T = TypeVar("_T")
_CONTEXT_FIELDS = frozenset(f.name for f in fields(ReleaseContext)) - {"recipient"}


def shipped_rules() -> Path:
    """Return the folder of the rules that come with the package: inside a wheel, or beside ``src`` in a checkout.

    Raises :class:`~hospital_redact.errors.PolicyError` HR101 when neither is there (a broken installation).
    """
    package = Path(str(importlib.resources.files("hospital_redact")))
    for folder in (package / "_rules", package.parents[1] / "rules"):
        if (folder / "sources.toml").is_file():
            return folder
    raise PolicyError("HR101", "the shipped rules are missing; install hospital-redact again")


def load_policy(policy_id: str = "default", *, folders: Sequence[Path] = (), today: date | None = None) -> Policy:
    """Load the policy ``policy_id`` from the shipped rules and from ``folders``, in this order.

    Sources and declared items count as they are in force on ``today``, by default the day of the call.
    Raises :class:`~hospital_redact.errors.PolicyError` (see the top of this module) for anything incomplete.
    """
    files = RuleFiles((shipped_rules(), *(Path(folder) for folder in folders)))
    # The hospital's own calendar says when a term is over.
    return _Loader(files, today or date.today()).policy(policy_id)


class _Named(NamedTuple):
    """What identifier and category rules have in common."""

    id: str
    title: str
    title_en: str
    category: str
    matter: str
    clauses: tuple[Clause, ...]
    examples: Examples


class _Source(NamedTuple):
    """A source's title, and the first and last day on which it is in force."""

    title: str
    valid_from: date | None
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        """Whether the source is in force on ``day``."""
        return (self.valid_from or day) <= day <= (self.valid_to or day)


class _Loader:
    """Builds the frozen types and checks each against the others."""

    def __init__(self, files: RuleFiles, today: date) -> None:
        self.files = files
        self.today = today
        sources = {key: self._source(key, value) for key, value in files.merged("sources.toml").items()}
        self.sources = {key: source.title for key, source in sources.items()}
        self.lapsed = frozenset(key for key, source in sources.items() if not source.holds_on(today))
        self.matters = {key: self._matter(key, value) for key, value in files.merged("matters.toml").items()}

        self.damaged: frozenset[str] = frozenset()
        self.settings = {key: self._setting(key, value) for key, value in files.merged("settings.toml").items()}
        damaged = self.settings["text.damaged"].default
        self.damaged = frozenset(damaged) if isinstance(damaged, tuple) else frozenset()

    def policy(self, policy_id: str) -> Policy:
        files = self.files
        categories = tuple(
            self._parse(f"categories/{name}.toml", self._category, name, table)
            for name, table in files.tables("categories")
        )
        self.category_ids = frozenset(rule.id for rule in categories)
        rules = tuple(
            self._parse(f"identifiers/{name}.toml", self._rule, name, table)
            for name, table in files.tables("identifiers")
        )
        declared = self._declared()
        if clash := {rule.id for rule in rules} & {rule.id for rule in declared}:
            raise PolicyError("HR116", "declared.toml: {id} is the name of a rule as well", id=min(clash))
        lexicons = files.lexicons()
        # A decision names what it used: not only what is written, but what was in force.
        files.seen["in force"] = [sorted(self.lapsed), sorted(rule.id for rule in declared)]

        def build(id_: str, values: dict[str, Any]) -> Policy:
            content = (id_, Table(values), (*rules, *declared), categories, lexicons)
            return self._parse(f"policies/{id_}.toml", self._policy, *content)

        values = self._inherited(policy_id, ())
        files.seen[f"policies/{policy_id}"] = values
        policy = below = build(policy_id, values)
        for id_ in self._above_department(policy_id):
            above = build(id_, self._inherited(id_, ()))
            require_tighter(below, above, self.settings)
            below = above
        return policy

    def _above_department(self, policy_id: str) -> list[str]:
        """Return the policies from which ``policy_id`` inherits, up to that of the hospital of its last department."""
        path, names, last = self.files.named("policies", ".toml"), [policy_id], 0
        while names[-1]:
            own = self.files.toml(path[names[-1]])
            department, parent = own.get("department"), own.get("inherits", "")
            if department is not None:
                if not isinstance(department, str) or not department.strip() or not parent:
                    raise PolicyError(
                        "HR115",
                        "policies/{id}.toml: a department has a name, and inherits the policy of its hospital",
                        id=names[-1],
                    )
                last = len(names)
            names.append(parent)
        return names[1 : last + 1]

    def _declared(self) -> tuple[Rule, ...]:
        """Return the rules of what is declared secret today."""

        def make(key: str, value: object) -> DeclaredItem:
            return read_declared(key, Table(value, key), self._clauses, "unpublished")  # type: ignore[arg-type]  # the constructor checks

        entries = self.files.merged("declared.toml").items()
        items = [self._parse("declared.toml", make, key, value) for key, value in entries]
        return tuple(item.rule for item in items if item.holds_on(self.today))

    @staticmethod
    def _parse(file: str, make: Callable[..., _T], *arguments: Any) -> _T:
        try:
            return make(*arguments)
        except Refused as refused:
            raise PolicyError(refused.code, "{file}: " + refused.template, file=file, **refused.values) from None

    def _source(self, key: str, value: object) -> _Source:
        def make() -> _Source:
            table = Table(value, key)  # type: ignore[arg-type]  # the constructor checks
            source = _Source(table.text("title"), table.day("valid_from"), table.day("valid_to"))
            table.text("note", "")
            table.done()
            if source.valid_from and source.valid_to and source.valid_to < source.valid_from:
                raise Refused("HR102", "{key}: valid_to is before valid_from", key=key)
            return source

        return self._parse("sources.toml", make)

    def _matter(self, key: str, value: object) -> tuple[str, ...]:
        def make() -> tuple[str, ...]:
            table = Table(value, key)  # type: ignore[arg-type]  # the constructor checks
            table.text("title")
            categories = table.texts("categories")
            table.done()
            for category in categories:
                if category not in (*CATEGORIES, NO_CATEGORY):
                    raise Refused("HR106", "{key}: the category {category} is unknown", key=key, category=category)
            return categories

        return self._parse("matters.toml", make)

    def _setting(self, key: str, value: object) -> Declaration:
        def make() -> Declaration:
            table = Table(value, key)  # type: ignore[arg-type]  # the constructor checks
            setting = declare(key, table, self._clauses(table))
            if setting.kind == "level" and setting.matter not in self.matters:
                raise Refused("HR106", "the matter {matter} is not in matters.toml", matter=setting.matter)
            return setting

        return self._parse("settings.toml", make)

    def _clauses(self, table: Table, key: str = "clauses") -> tuple[Clause, ...]:
        clauses = []
        for entry in table.tables(key):
            clause = Clause(entry.text("source"), entry.text("section"), entry.text("quote", ""))
            entry.done()
            if clause.source not in self.sources:
                raise Refused("HR105", "the source {source} is not in sources.toml", source=clause.source)
            if clause.section in self.damaged:
                raise Refused(
                    "HR105", "{section} is damaged in the source: nothing rests on it", section=clause.section
                )
            clauses.append(clause)
        if not clauses:
            raise Refused("HR103", "{rule} has no clause", rule=table.path or "the rule")
        return tuple(clauses)

    def _named(self, name: str, table: Table) -> _Named:
        category, matter = table.text("category"), table.text("matter")
        if matter not in self.matters:
            raise Refused("HR106", "the matter {matter} is not in matters.toml", matter=matter)
        if category not in self.matters[matter]:
            raise Refused(
                "HR106",
                "the category {category} does not belong to the matter {matter}",
                category=category,
                matter=matter,
            )
        examples = table.table("examples")
        match, no_match = examples.texts("match"), examples.texts("no_match")
        examples.done()
        if not match or not no_match:
            raise Refused("HR104", "examples.match and examples.no_match must hold one text each, or more")
        title, title_en = table.text("title"), table.text("title_en")
        return _Named(name, title, title_en, category, matter, self._clauses(table), Examples(match, no_match))

    def _rule(self, name: str, table: Table) -> Rule:
        named = self._named(name, table)
        action, entity, only_with = table.text("action"), table.text("entity"), table.text("only_with", "")
        if action not in list(Action):
            raise Refused("HR106", "the action {action} is unknown", action=action)
        check_entity(entity)
        if only_with and only_with not in self.category_ids:
            raise Refused("HR106", "only_with names {only_with}, which is no category rule", only_with=only_with)
        rule = Rule(
            **named._asdict(),
            entity=entity,
            action=Action(action),
            label=table.text("label"),
            label_en=table.text("label_en"),
            detection=read_detection(table.table("detect")),
            priority=table.whole("priority", 0, -1000, 1000),
            only_with=only_with,
        )
        table.done()
        return rule

    def _category(self, name: str, table: Table) -> CategoryRule:
        named = self._named(name, table)
        cues = table.table("cues")
        words = {f.name: cues.texts(f.name) for f in fields(Cues)}
        cues.done()
        for pattern in words["patterns"]:
            check_pattern(pattern)
        payload = table.texts("payload")
        for entity in payload:
            check_entity(entity)
        threshold = table.number("threshold", 3.0, 0.5, 100.0)
        table.done()
        return CategoryRule(**named._asdict(), cues=Cues(**words), threshold=threshold, payload=payload)

    def _inherited(self, policy_id: str, below: tuple[str, ...]) -> dict[str, Any]:
        path = self.files.named("policies", ".toml").get(policy_id)
        if path is None:
            raise PolicyError(
                "HR108",
                f"there is no policy {policy_id!r}"
                if IDENTIFIER.fullmatch(policy_id)
                else "a policy's name is lower-case letters, digits, _ and -",
            )
        if policy_id in below:
            raise PolicyError("HR109", "policies/{policy_id}.toml inherits from itself", policy_id=policy_id)
        own = self.files.toml(path)
        parent = own.pop("inherits", "")
        if not isinstance(parent, str):
            raise PolicyError(
                "HR102",
                "policies/{policy_id}.toml: the key inherits holds the wrong kind of value",
                policy_id=policy_id,
            )
        values = self._inherited(parent, (*below, policy_id)) if parent else {}
        for key, value in own.items():
            both = isinstance(value, dict) and isinstance(values.get(key), dict)
            # An allow list grows from parent to child, everything else is answered anew.
            grows = key == "allow" and isinstance(value, list) and isinstance(values.get(key), list)
            values[key] = values[key] | value if both else values[key] + value if grows else value
        return values

    def _policy(
        self,
        name: str,
        table: Table,
        rules: tuple[Rule, ...],
        categories: tuple[CategoryRule, ...],
        lexicons: Mapping[str, frozenset[str]],
    ) -> Policy:
        levels, level_clauses = self._levels(table)
        table.text("department", "")
        in_use = {rule.matter for rule in rules} | {rule.matter for rule in categories}
        for matter in sorted(in_use - set(levels)):
            raise Refused("HR110", "the matter {matter} is in use and has no level", matter=matter)
        policy = Policy(
            id=name,
            title=table.text("title"),
            version=self.files.version(name),
            rules=rules,
            categories=categories,
            levels=levels,
            level_clauses=level_clauses,
            recipients=self._each(table.table("recipients"), self._recipient),
            channels=self._each(table.table("channels"), self._channel),
            settings=answer_all(self.settings, table.table("settings"), levels),
            sources=self.sources,
            lexicons=lexicons,
            accept_unread=table.texts("accept_unread"),
            allow=tuple(read_allowed(entry) for entry in table.tables("allow")),
            lapsed=self.lapsed,
        )
        table.done()
        return policy

    def _levels(self, table: Table) -> tuple[dict[str, Level | None], dict[str, tuple[Clause, ...]]]:
        given, clauses = table.table("levels"), table.table("level_clauses")
        for matter in sorted({*given.values, *clauses.values} - set(self.matters)):
            raise Refused("HR110", "levels: the matter {matter} is not in matters.toml", matter=matter)
        levels: dict[str, Level | None] = {}
        for matter in given.values:
            word = given.text(matter)
            levels[matter] = None if word == UNDECIDED else read_level(word)
        for matter in sorted(set(levels) - set(clauses.values)):
            raise Refused("HR103", "level_clauses.{matter} is missing", matter=matter)
        # The first clause is the one that a level rests on: one in force comes before one that is not.
        found = {matter: self._clauses(clauses, matter) for matter in clauses.values}
        in_force = {m: tuple(sorted(listed, key=lambda c: c.source in self.lapsed)) for m, listed in found.items()}
        return levels, in_force

    @staticmethod
    def _each(table: Table, make: Callable[[str, Table], _T]) -> dict[str, _T]:
        made = {}
        for key in table.values:
            entry = table.table(key)
            made[key] = make(key, entry)
            entry.done()
        return made

    def _recipient(self, name: str, table: Table) -> Recipient:
        requires, matters, entities = table.texts("requires"), table.texts("keep_matters"), table.texts("keep_entities")
        refuses, refers_up, approvers = table.texts("refuses"), table.texts("refers_up"), table.texts("approvers")
        fits = table.texts("fits") if "fits" in table.values else None
        for word in requires:
            if word not in _CONTEXT_FIELDS:
                raise Refused(
                    "HR102", "{path}.requires: {word} is no field of a release context", path=table.path, word=word
                )
        for matter in (*matters, *refuses):
            if matter not in self.matters:
                raise Refused(
                    "HR106", "{path}: the matter {matter} is not in matters.toml", path=table.path, matter=matter
                )
        for category in fits or ():
            if category not in CATEGORIES:
                raise Refused("HR106", "{key}: the category {category} is unknown", key=table.path, category=category)
        for id_ in approvers:
            if id_ not in self.settings or self.settings[id_].kind != "texts":
                raise Refused("HR112", "settings.{id}: there is no such setting", id=id_)
        for entity in (*entities, *refers_up):
            check_entity(entity)
        return Recipient(
            id=name,
            title=table.text("title"),
            title_en=table.text("title_en"),
            clauses=self._clauses(table),
            requires=requires,
            keep_matters=matters,
            keep_entities=entities,
            own_subject_only=table.flag("own_subject_only"),
            approval=table.flag("approval"),
            irreversible=table.flag("irreversible"),
            fits=fits,
            refuses=refuses,
            refers_up=refers_up,
            approvers=approvers,
            conditions=table.texts("conditions"),
            circles=table.texts("circles"),
        )

    def _channel(self, name: str, table: Table) -> Channel:
        title, title_en = table.text("title"), table.text("title_en")
        return Channel(name, title, title_en, read_level(table.text("highest")), self._clauses(table))


def load_allowed(text: str) -> tuple[Allowed, ...]:
    """Return the ``[[allow]]`` entries of a TOML text. Raises PolicyError HR101 or HR102."""
    try:
        table = Table(tomllib.loads(text))
        entries = tuple(read_allowed(entry) for entry in table.tables("allow"))
        table.done()
    except (tomllib.TOMLDecodeError, RecursionError):
        raise PolicyError("HR101", "the allow list is not valid TOML") from None
    except Refused as refused:
        raise PolicyError(refused.code, "the allow list: " + refused.template, **refused.values) from None
    return entries


def read_allowed(table: Table) -> Allowed:
    """Return one entry of an allow list: text, kind and reason. Raises Refused HR102."""
    allowed = Allowed(table.text("text"), table.text("kind"), table.text("reason"))
    if allowed.kind not in ("value", "staff"):
        raise Refused("HR102", "{path}: the kind is value or staff", path=table.path)
    table.done()
    return allowed
