"""What the values of a rule may be: its recogniser, its check, its pattern, its entity, a level."""

from __future__ import annotations

import importlib.metadata
import re

import regex

from hospital_redact.detection.compilation import compile_checked
from hospital_redact.model import Detection, Level
from hospital_redact.rulefiles import Refused, Table

RECOGNISERS = (
    "person_name", "address", "address_en", "date", "organisation", "labelled_value", "state_mark", "hospital_mark",
    "table_column", "statement", "known_subject", "small_count", "protected_excerpt",
)  # fmt: skip
"""Recognisers that a rule may name; ``detection`` implements each."""

VALIDATORS = (
    "aba_routing",
    "bank_card",
    "cn_mobile",
    "cn_plate",
    "cn_resident_id",
    "cn_resident_id_15",
    "has_digit",
    "hkid",
    "iban",
    "ip_address",
    "nhs_number",
    "not_a_date",
    "org_code",
    "tw_id",
    "uscc",
    "us_ssn",
    "vin",
)
"""Checks that a rule may name; ``detection.validators`` implements each. Plug-ins may add more."""

_ENTITY = re.compile(r"[A-Z][A-Z0-9_]{0,63}")


def read_level(word: str) -> Level:
    """Return the level of that name. Raises Refused HR110."""
    if word not in [level.value for level in Level]:
        raise Refused("HR110", "the level {word} is unknown", word=word)
    return Level(word)


def check_entity(entity: str) -> None:
    """Raise Refused HR106 for what is no name of an entity."""
    if not _ENTITY.fullmatch(entity):
        raise Refused("HR106", "the entity {entity} is not capitals, digits and _", entity=entity)


def check_pattern(pattern: str, ignore_case: bool = False) -> None:
    """Raise Refused HR107 for a pattern that does not compile."""
    try:
        compile_checked(pattern, regex.IGNORECASE if ignore_case else 0)
    except regex.error:
        raise Refused("HR107", "a pattern does not compile: {pattern}", pattern=pattern[:40]) from None


def read_detection(table: Table) -> Detection:
    """Return how a rule finds its values. Raises Refused HR102, HR106 or HR107."""
    pattern, recogniser, validator = (
        table.text("pattern", None),
        table.text("recogniser", None),
        table.text("validator", None),
    )
    if pattern is None and recogniser is None:
        raise Refused("HR102", "detect needs a pattern or a recogniser")
    if recogniser is not None and recogniser not in RECOGNISERS:
        raise Refused("HR106", "the recogniser {recogniser} is unknown", recogniser=recogniser)
    if validator is not None and validator not in VALIDATORS and validator not in _plugged_in_validators():
        raise Refused("HR106", "the validator {validator} is unknown", validator=validator)
    ignore_case = table.flag("ignore_case")
    if pattern is not None:
        check_pattern(pattern, ignore_case)
    detection = Detection(
        pattern=pattern,
        recogniser=recogniser,
        validator=validator,
        context=table.texts("context"),
        window=table.whole("window", 14, 1, 200),
        require_context=table.flag("require_context"),
        confidence=table.number("confidence", 0.8, 0.0, 1.0),
        failed_confidence=table.number("failed_confidence", 0.0, 0.0, 1.0),
        ignore_case=ignore_case,
    )
    table.done()
    if detection.require_context and not detection.context:
        raise Refused("HR102", "detect.require_context needs words in detect.context")
    return detection


def _plugged_in_validators() -> frozenset[str]:
    return frozenset(point.name for point in importlib.metadata.entry_points(group="hospital_redact.validators"))
