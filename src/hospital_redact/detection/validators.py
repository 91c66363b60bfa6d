"""Checks that tell an identifier from a number of the same shape: check digits, ranges, alphabets.

Each takes the matched text as normalised (half-width, with its separators) and answers whether it passes. None
raises. They say nothing about whose number it is: a failed check lowers a rule's confidence, see
:class:`~hospital_redact.model.Detection`.
"""

from __future__ import annotations

import calendar
import importlib.metadata
import ipaddress
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

Validator = Callable[[str], bool]

_SEPARATORS = re.compile(r"[\s\-./|·()_]+")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_MOBILE = re.compile(r"1(?:3\d|4[5-9]|5[0-35-9]|6[2567]|7[0-8]|8\d|9\d)\d{8}")
_VIN_VALUES = {
    **{str(d): d for d in range(10)},
    **dict(
        zip(
            "ABCDEFGHJKLMNPRSTUVWXYZ",
            (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9),
            strict=True,
        )
    ),
}
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def compact(value: str) -> str:
    """Return ``value`` in capitals without spaces, hyphens, dots, bars and brackets."""
    return _SEPARATORS.sub("", value).upper()


def _is_date(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(max(year, 1), month)[1]


def cn_resident_id(value: str) -> bool:
    """GB 11643: 18 characters, a real date, ISO 7064 MOD 11-2 check character."""
    text = compact(value)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text):
        return False
    if not 1800 <= int(text[6:10]) <= 2100 or not _is_date(int(text[6:10]), int(text[10:12]), int(text[12:14])):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, text[:17], strict=True))
    return text[17] == "10X98765432"[total % 11]


def cn_resident_id_15(value: str) -> bool:
    """The 15-digit number before 1999: no check digit, but a real date in the 20th century."""
    text = compact(value)
    return bool(re.fullmatch(r"[1-6][0-9]{14}", text)) and _is_date(
        1900 + int(text[6:8]), int(text[8:10]), int(text[10:12])
    )


def cn_mobile(value: str) -> bool:
    """A mobile number of mainland China with a prefix that is assigned (as of 2024)."""
    digits = re.sub(r"[^0-9]", "", value)
    return bool(_MOBILE.fullmatch(re.sub(r"^(?:00)?86(?=1[0-9]{10}$)", "", digits)))


def luhn(digits: str) -> bool:
    """ISO/IEC 7812 check digit."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + place % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def bank_card(value: str) -> bool:
    """13 to 19 digits with a Luhn check digit, not all alike."""
    digits = compact(value)
    return bool(re.fullmatch(r"[0-9]{13,19}", digits)) and len(set(digits)) > 1 and luhn(digits)


def uscc(value: str) -> bool:
    """GB 32100 unified social credit code: 18 characters, MOD 31 check character."""
    text = compact(value)
    if len(text) != 18 or any(char not in _USCC_ALPHABET for char in text):
        return False
    total = sum(w * _USCC_ALPHABET.index(c) for w, c in zip(_USCC_WEIGHTS, text[:17], strict=True))
    return text[17] == _USCC_ALPHABET[-total % 31]


def org_code(value: str) -> bool:
    """GB 11714 organisation code: 8 characters and a MOD 11 check character."""
    text = compact(value)
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", text):
        return False
    total = sum(w * int(c, 36) for w, c in zip(_ORG_WEIGHTS, text[:8], strict=True))
    return text[8] == "0123456789X0"[11 - total % 11]


def hkid(value: str) -> bool:
    """Hong Kong identity card: one or two letters, six digits, MOD 11 check character."""
    text = compact(value)
    parts = re.fullmatch(r"([A-Z]{1,2})([0-9]{6})([0-9A])", text)
    if not parts:
        return False
    letters = parts[1].rjust(2)
    values = [36 if char == " " else int(char, 36) for char in letters] + [int(digit) for digit in parts[2]]
    total = sum(weight * number for weight, number in zip(range(9, 1, -1), values, strict=True))
    return (total + int(parts[3], 16)) % 11 == 0


_TW_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"  # in the order of their numbers, from 10 on


def tw_id(value: str) -> bool:
    """National identification or resident number of Taiwan: a letter, nine digits, the last a MOD 10 check digit."""
    text = compact(value)
    if not re.fullmatch(r"[A-Z][0-9]{9}", text):
        return False
    number = f"{_TW_LETTERS.index(text[0]) + 10}{text[1:]}"
    weights = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
    return sum(weight * int(digit) for weight, digit in zip(weights, number, strict=True)) % 10 == 0


def iban(value: str) -> bool:
    """ISO 13616 account number: MOD 97 equals 1."""
    text = compact(value)
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}", text):
        return False
    return int("".join(str(int(char, 36)) for char in text[4:] + text[:4])) % 97 == 1


def nhs_number(value: str) -> bool:
    """NHS number (England, Wales): ten digits, MOD 11 check digit."""
    digits = compact(value)
    if not re.fullmatch(r"[0-9]{10}", digits):
        return False
    check = -sum(weight * int(d) for weight, d in zip(range(10, 1, -1), digits[:9], strict=True)) % 11
    return check == int(digits[9])


def us_ssn(value: str) -> bool:
    """US social security number: nine digits outside the ranges that are never issued."""
    digits = compact(value)
    return bool(re.fullmatch(r"(?!000|666|9)[0-9]{3}(?!00)[0-9]{2}(?!0000)[0-9]{4}", digits))


def aba_routing(value: str) -> bool:
    """US bank routing number: nine digits, weights 3 7 1 modulo 10."""
    digits = compact(value)
    if not re.fullmatch(r"[0-9]{9}", digits) or digits == "0" * 9:
        return False
    return sum(weight * int(d) for weight, d in zip((3, 7, 1) * 3, digits, strict=True)) % 10 == 0


def ip_address(value: str) -> bool:
    """An IPv4 or IPv6 address, with or without prefix length."""
    try:
        ipaddress.ip_interface(value.strip().strip("[]"))
    except ValueError:
        return False
    return True


def cn_plate(value: str) -> bool:
    """A licence plate of mainland China has a digit and no letter I or O after the first two characters."""
    text = compact(value)
    return any(char.isdigit() for char in text[2:]) and not re.search(r"[IO]", text[1:])


def vin(value: str) -> bool:
    """ISO 3779 vehicle number with the check digit of 49 CFR 565 in place 9."""
    text = compact(value)
    if len(text) != 17 or any(char not in _VIN_VALUES for char in text):
        return False
    total = sum(weight * _VIN_VALUES[char] for weight, char in zip(_VIN_WEIGHTS, text, strict=True))
    return text[8] == "0123456789X"[total % 11]


def has_digit(value: str) -> bool:
    """There is a digit: tells a number from the word that follows its label."""
    return any(char in "0123456789" for char in value)


def not_a_date(value: str) -> bool:
    """The digits are not a date as YYYYMMDD, which stands where a serial number is expected."""
    digits = compact(value)
    if not re.fullmatch(r"(?:19|20)[0-9]{6}", digits):
        return True
    return not _is_date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


VALIDATORS: Mapping[str, Validator] = MappingProxyType(
    {
        check.__name__: check
        for check in (
            aba_routing,
            bank_card,
            cn_mobile,
            cn_plate,
            cn_resident_id,
            cn_resident_id_15,
            has_digit,
            hkid,
            iban,
            ip_address,
            nhs_number,
            not_a_date,
            org_code,
            tw_id,
            uscc,
            us_ssn,
            vin,
        )
    }
)
"""The checks of this package by the name that rules use; ``rulevalues.VALIDATORS`` lists the same names."""


def find_validator(name: str) -> Validator:
    """Return the check ``name``: built in, or of the entry points ``hospital_redact.validators``.

    Raises :class:`KeyError` for an unknown name, which the loader of policies has refused before.
    """
    if name in VALIDATORS:
        return VALIDATORS[name]
    for point in importlib.metadata.entry_points(group="hospital_redact.validators", name=name):
        check: Validator = point.load()
        return check
    raise KeyError(name)
