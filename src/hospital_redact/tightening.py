"""A department's policy (第1篇 五) may only tighten that of the hospital: what loosens it is refused.

``department = "档案室"`` beside ``inherits`` makes a policy a department's, and all that inherit from it. Compared are
levels, recipients, channels, what may stay, and each setting for which ``settings.toml`` says which way is tighter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from hospital_redact.errors import PolicyError
from hospital_redact.model import Level, Policy, Recipient
from hospital_redact.settings import Declaration

_PUBLIC = "public"
_MORE = ("requires", "refuses", "refers_up", "approvers", "conditions")
_FEWER = ("keep_matters", "keep_entities", "circles")
_STAYS_ON = ("own_subject_only", "approval", "irreversible")


def require_tighter(policy: Policy, above: Policy, declared: Mapping[str, Declaration]) -> None:
    """Raise PolicyError HR115 at the first point where ``policy`` is looser than ``above``, from which it inherits."""
    for where in _looser(policy, above, declared):
        raise PolicyError(
            "HR115",
            "policies/{id}.toml: {where} is looser than in {above}; a department may only tighten (第1篇 五)",
            id=policy.id,
            where=where,
            above=above.id,
        )


def _looser(policy: Policy, above: Policy, declared: Mapping[str, Declaration]) -> Iterator[str]:
    for matter, level in above.levels.items():
        if _is_level_looser(policy.levels.get(matter), level):
            yield f"levels.{matter}"
    yield from _looser_ways_out(policy, above)
    if set(policy.allow) - set(above.allow):
        yield "allow"
    if set(policy.accept_unread) - set(above.accept_unread):
        yield "accept_unread"
    for id_, entry in declared.items():
        if entry.is_looser(policy.settings[id_].value, above.settings[id_].value):
            yield f"settings.{id_}"


def _looser_ways_out(policy: Policy, above: Policy) -> Iterator[str]:
    for id_, recipient in policy.recipients.items():
        # A recipient that the hospital does not know gets no more than the public.
        for key in _looser_keys(recipient, above.recipients.get(id_) or above.recipients[_PUBLIC]):
            yield f"recipients.{id_}.{key}"
    for id_, channel in policy.channels.items():
        if id_ not in above.channels or channel.highest > above.channels[id_].highest:
            yield f"channels.{id_}"


def _is_level_looser(level: Level | None, above: Level | None) -> bool:
    """Whether ``level`` is below ``above``; undecided (None) is at least 秘密, and only the hospital decides it."""
    if above is None:
        return level is not None
    return (level or Level.SECRET) < above


def _looser_keys(recipient: Recipient, above: Recipient) -> Iterator[str]:
    for key in _MORE:
        if not _holds(getattr(recipient, key), getattr(above, key)):
            yield key
    for key in _FEWER:
        if not _holds(getattr(above, key), getattr(recipient, key)):
            yield key
    for key in _STAYS_ON:
        if getattr(above, key) and not getattr(recipient, key):
            yield key
    if above.fits is not None and (recipient.fits is None or not _holds(above.fits, recipient.fits)):
        yield "fits"


def _holds(all_: Collection[str], some: Collection[str]) -> bool:
    return set(some) <= set(all_)
