"""The flow: read -> detect -> classify -> plan -> [review] -> redact -> verify -> record.

``Redactor.review`` makes everything that a person decides about, as data; ``Redactor.redact`` carries a plan out.
Nothing gets its final name until verification has passed; on any failure the draft is deleted.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from hospital_redact import formats
from hospital_redact.allowing import AllowList, allow_list
from hospital_redact.classification import classify
from hospital_redact.closure import close_plan
from hospital_redact.context import effective_context
from hospital_redact.detection import Detector, find_shared_drives, find_terms, find_unread
from hospital_redact.detection.literals import TERMS_RULE
from hospital_redact.detection.taggers import Seen
from hospital_redact.drafts import check_target, draft_file, publish
from hospital_redact.errors import OutputError, PlanError, our_errors_only
from hospital_redact.excerpts import Excerpts, find_excerpts
from hospital_redact.formats.base import Source
from hospital_redact.formats.text import document_of_text
from hospital_redact.logs import log_event, log_findings
from hospital_redact.model import (
    Allowed,
    Document,
    Finding,
    LevelSuggestion,
    Policy,
    RedactionPlan,
    ReleaseContext,
    ReleaseRecord,
    RemovedPart,
    Verification,
)
from hospital_redact.planfile import hash_plan
from hospital_redact.planning import Coverage, check_plan, check_signatures, output_name, plan_redaction
from hospital_redact.policy import load_policy
from hospital_redact.pseudonyms import Pseudonyms
from hospital_redact.verification import blocking, require_passed, verify_copy

if TYPE_CHECKING:
    from presidio_analyzer import EntityRecognizer

    from hospital_redact.subjects import Subjects

PUBLIC = ReleaseContext()


class Recorder(Protocol):
    """What keeps the record of copies: :class:`hospital_redact.release.Register`, or a stand-in."""

    def recorded(self, record: ReleaseRecord, *, who: str) -> AbstractContextManager[object]:
        """Add an entry; take it back when what happens inside the context fails."""


@dataclass(frozen=True, slots=True, repr=False)
class Review:
    """One document before release: what was read and found, the suggested level, and the plan to be edited."""

    source: Source
    document: Document
    findings: tuple[Finding, ...]
    suggestion: LevelSuggestion
    plan: RedactionPlan
    terms: tuple[str, ...] = ()
    path: Path | None = None
    subjects: Subjects | None = None
    pseudonyms: Pseudonyms | None = None
    allow: tuple[Allowed, ...] = ()

    @property
    def removed(self) -> tuple[Finding, ...]:
        """The findings that the plan removes."""
        covered = Coverage(self.plan.edits)
        return tuple(f for f in self.findings if f.action.removes and covered(f.spans))

    @property
    def output_name(self) -> str:
        """The name that a copy bears: that of the source, redacted where it holds a value."""
        return output_name(self.document, self.plan)

    def __repr__(self) -> str:
        return f"Review({self.document!r}, {len(self.findings)} findings, {self.suggestion.level})"


@dataclass(frozen=True, slots=True, repr=False)
class RedactedCopy:
    """A written copy and its proof. ``status`` is ``verified``, or ``draft`` where a release needs an approval."""

    path: Path
    status: str
    verification: Verification
    removed_parts: tuple[RemovedPart, ...]
    suggestion: LevelSuggestion
    record: ReleaseRecord

    def __repr__(self) -> str:
        return f"RedactedCopy({self.status}, {self.suggestion.decision}, residual {self.suggestion.residual_level})"


class _Extras(NamedTuple):
    """What a call adds to the policy."""

    terms: tuple[str, ...]
    terms_only: bool
    subjects: Subjects | None
    pseudonyms: Pseudonyms | None
    allow: tuple[Allowed, ...]


class Redactor:
    """Reviews and redacts documents under one policy. Rules are loaded here, models at their first use.

    ``rules`` are folders of a hospital's own rules, read after ours; ``recognizers`` any presidio recognisers;
    ``excerpts`` an index of protected files, whose passages are found as well.
    Raises PolicyError when a rule is incomplete.
    """

    def __init__(
        self,
        policy: str | Policy = "default",
        *,
        rules: Sequence[Path] = (),
        recognizers: Sequence[EntityRecognizer] = (),
        excerpts: Excerpts | None = None,
    ) -> None:
        self.policy = policy if isinstance(policy, Policy) else load_policy(policy, folders=rules)
        self._allow = allow_list(self.policy)
        self._detector = Detector(self.policy, recognizers=recognizers)
        self._excerpts = excerpts

    def review(
        self,
        source: str | Path | bytes | Source,
        *,
        name: str = "document",
        context: ReleaseContext = PUBLIC,
        terms: Sequence[str] = (),
        terms_only: bool = False,
        subjects: Subjects | None = None,
        pseudonyms: Pseudonyms | None = None,
        allow: Sequence[Allowed] = (),
        passwords: Sequence[str] = (),
    ) -> Review:
        """Read, detect, classify and plan a file. ``bytes`` need a ``name`` with an ending.

        ``terms`` are literal values to remove as well; with ``terms_only`` nothing else is removed from view.
        ``subjects`` is a roster whose names and numbers are found as well, ``pseudonyms`` makes the placeholders of
        several files one, ``allow`` adds to what the policy lets stay, ``passwords`` open a file that is encrypted.

        Raises ReadError, DetectionError, PolicyError for an unknown recipient or channel, or PlanError HR406 where
        reversible pseudonyms may not go.
        """
        effective_context(context, self.policy)  # a mistyped recipient stops before any work
        path = Path(source) if isinstance(source, str | Path) else None
        changes = self.policy.word("copy.tracked_changes")
        given = _as_source(source, name)
        opens = (*given.passwords, *passwords)
        whole = formats.prepare(replace(given, passwords=opens, tracked_changes=changes))
        document = formats.read_document(whole)
        extras = _Extras(tuple(terms), terms_only, subjects, pseudonyms, tuple(allow))
        return replace(self._review(document, whole, context, extras), path=path)

    def review_text(
        self,
        text: str,
        *,
        context: ReleaseContext = PUBLIC,
        terms: Sequence[str] = (),
        subjects: Subjects | None = None,
        pseudonyms: Pseudonyms | None = None,
        allow: Sequence[Allowed] = (),
    ) -> Review:
        """Review a text; offsets of findings count lines as blocks. Its copy is UTF-8.

        Lone surrogates, which no encoding has, count as U+FFFD.
        """
        text = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
        data = text.encode()
        source = Source("text.txt", data)
        document = formats.add_file_name(document_of_text(text, name=source.name, sha256=source.sha256))
        extras = _Extras(tuple(terms), False, subjects, pseudonyms, tuple(allow))
        return self._review(document, source, context, extras)

    def _review(self, document: Document, source: Source, context: ReleaseContext, extras: _Extras) -> Review:
        listed = find_terms(document, extras.terms)
        allow = self._allow.plus(extras.allow)
        seen = Seen()  # the text is detected again with its edits
        found = self._detect(document, extras.subjects, allow, seen)

        def make_plan(findings: Sequence[Finding]) -> RedactionPlan:
            return plan_redaction(
                document,
                findings,
                self.policy,
                context,
                terms_only=extras.terms_only,
                pseudonyms=extras.pseudonyms,
            )

        if extras.terms_only:
            findings = (*found, *listed)
            plan = make_plan(listed)
        else:
            findings, plan = close_plan(
                document,
                (*found, *listed),
                self.policy,
                detect=lambda edited: self._detect(edited, extras.subjects, allow, seen),
                make_plan=make_plan,
            )
        gone = [edit.span for edit in plan.edits]
        unread = (*find_unread(document, gone), *find_shared_drives(document, gone))
        document = replace(document, unread=(*document.unread, *unread))
        suggestion = self._classify(document, findings, plan)
        log_findings(document, findings)
        log_event("reviewed", document=document.sha256[:16], findings=len(findings), secrecy=str(suggestion.level))
        return Review(
            source,
            document,
            findings,
            suggestion,
            plan,
            extras.terms,
            subjects=extras.subjects,
            pseudonyms=extras.pseudonyms,
            allow=extras.allow,
        )

    def _detect(
        self, document: Document, subjects: Subjects | None, allow: AllowList, seen: Seen | None = None
    ) -> tuple[Finding, ...]:
        found = self._detector.detect(document, seen=seen)
        if subjects is not None:
            from hospital_redact.subjects import find_subjects  # noqa: PLC0415 - only who has a roster pays for it

            found = find_subjects(document, found, subjects, self.policy)
        if self._excerpts is not None:
            found = (*found, *find_excerpts(document, self._excerpts, self.policy))
        return allow.apply(document, found)

    def with_plan(self, review: Review, plan: RedactionPlan) -> Review:
        """Return ``review`` with a plan that a person edited.

        The level and the decision are those of the edited plan. Raises PlanError when it is not for this file, or
        keeps or rewords something for which nobody signed.
        """
        check_plan(plan, review.document, self.policy)
        check_signatures(plan, self._suggested(review, plan.context))
        return replace(review, plan=plan, suggestion=self._classify(review.document, review.findings, plan))

    def _suggested(self, review: Review, context: ReleaseContext) -> RedactionPlan:
        """Return the plan that nobody has edited, for ``context``."""
        only = review.plan.terms_only
        findings = [f for f in review.findings if f.rule == TERMS_RULE] if only else review.findings
        return plan_redaction(
            review.document, findings, self.policy, context, terms_only=only, pseudonyms=review.pseudonyms
        )

    def _classify(self, document: Document, findings: Sequence[Finding], plan: RedactionPlan) -> LevelSuggestion:
        covered = Coverage(plan.edits)
        return classify(document, findings, self.policy, plan.context, removed=lambda f: covered(f.spans))

    def redact(
        self,
        review: Review,
        target: str | Path,
        *,
        overwrite: bool = False,
        register: Recorder | None = None,
        who: str = "",
    ) -> RedactedCopy:
        """Write the copy of ``review`` to ``target``, prove it, and return the proof.

        With a ``register`` the copy's entry, signed by ``who``, comes before its name: a copy without an entry never
        exists.

        Raises and leaves nothing behind: OutputError (HR701 the decision forbids a copy, HR702 the target exists),
        RegisterError, PlanError (HR405 something shows that nobody could read), VerificationError.
        """
        target = Path(target)
        plan, suggestion = review.plan, review.suggestion
        check_plan(plan, review.document, self.policy)
        if not suggestion.decision.writes:
            raise OutputError(
                "HR701", "the decision is {decision}: nothing is written; see the reasons", decision=suggestion.decision
            )
        if unread := blocking(review.document, plan):
            listed = "; ".join(f"{u.what} at {u.location}" for u in unread[:3])
            raise PlanError(
                "HR405",
                "{blocking} part(s) show and cannot be read ({listed}); remove them, accept them in the plan, or set"
                " copy.images to remove where they are pictures",
                blocking=len(unread),
                listed=listed,
            )
        check_target(target, review.path, overwrite=overwrite)
        format_ = formats.identify(review.source)
        with our_errors_only(), draft_file(target) as draft:
            with draft.open("wb") as stream:
                removed_parts = format_.write(review.source, plan, stream)
                stream.flush()
                os.fsync(stream.fileno())  # a register's entry is durable, so the bytes it names must be
            copy = Source(target.name, draft.read_bytes())
            verification = verify_copy(
                review.document,
                plan,
                copy,
                source=review.source,
                format_=format_,
                policy=self.policy,
                detect=self._detection_of(review),
            )
            require_passed(verification)
            status = "draft" if plan.terms_only or suggestion.decision == "approve_then_release" else "verified"
            record = _record(review, copy, status)
            with register.recorded(record, who=who) if register is not None else nullcontext():
                publish(draft, target, overwrite=overwrite)
        log_event("copy_written", document=record.source_sha256[:16], copy=record.copy_sha256[:16], status=status)
        return RedactedCopy(target, status, verification, removed_parts, suggestion, record)

    def verify(self, review: Review, copy: str | Path | Source) -> Verification:
        """Prove a copy that another tool, or an earlier run, made of the reviewed file.

        What stands in the place of a removed value is free; everything else must be as the plan says.
        """
        again = copy if isinstance(copy, Source) else formats.load_source(Path(copy))
        format_ = formats.identify(again)
        if format_ is not formats.identify(review.source):
            raise OutputError("HR703", "the copy is of another format than the original; compare like with like")
        return verify_copy(
            review.document,
            review.plan,
            again,
            source=review.source,
            format_=format_,
            policy=self.policy,
            detect=self._detection_of(review),
            foreign=True,
        )

    def _detection_of(self, review: Review) -> Callable[[Document], tuple[Finding, ...]]:
        allow = self._allow.plus(review.allow)

        def detect(document: Document) -> tuple[Finding, ...]:
            listed = find_terms(document, review.terms)
            return listed if review.plan.terms_only else (*self._detect(document, review.subjects, allow), *listed)

        return detect


def _as_source(source: str | Path | bytes | Source, name: str) -> Source:
    if isinstance(source, Source):
        return formats.check_source(source)
    if isinstance(source, bytes):
        return formats.check_source(Source(name, source))
    return formats.load_source(Path(source))


def _record(review: Review, copy: Source, status: str) -> ReleaseRecord:
    return ReleaseRecord(
        source_sha256=review.source.sha256,
        plan_sha256=hash_plan(review.plan),
        copy_sha256=hashlib.sha256(copy.data).hexdigest(),
        policy_id=review.plan.policy_id,
        policy_version=review.plan.policy_version,
        level=review.suggestion.level,
        residual_level=review.suggestion.residual_level,
        decision=review.suggestion.decision,
        status=status,
        time=datetime.now(UTC).isoformat(timespec="seconds"),
    )
