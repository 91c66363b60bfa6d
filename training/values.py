"""Values that fill slots: dates, numbers, addresses, firms. Invented; check digits are right where a form has one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from types import MappingProxyType

from training.grammar import Value
from training.names import word_list

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def date(random: Random, language: str) -> Value:
    """Return a day of the last twenty years."""
    year, month, day = random.randint(2005, 2025), random.randint(1, 12), random.randint(1, 28)
    numbers = f"{year}-{month:02}-{day:02}"
    forms = [
        f"{year}年{month}月{day}日",
        numbers,
        f"{year}.{month}.{day}",
        f"{month}月{day}日",
        f"{year}/{month}/{day}",
    ]
    if language == "en":
        name = _MONTHS[month - 1]
        forms = [f"{day} {name} {year}", f"{name} {day}, {year}", f"{month:02}/{day:02}/{year}", numbers]
    return Value(random.choice(forms), "DATE")


def time(random: Random, language: str) -> Value:
    """Return a time of the day."""
    del language
    return Value(f"{random.randint(0, 23):02}:{random.randint(0, 59):02}")


def phone(random: Random, language: str) -> Value:
    """Return a mobile or landline number."""
    digits = "".join(random.choice("0123456789") for _ in range(8))
    if language == "en":
        return Value(f"(555) {digits[:3]}-{digits[3:7]}", "PHONE")
    mobile = random.choice(("13", "15", "17", "18", "19")) + random.choice("0123456789") + digits
    forms = (mobile, mobile, f"{mobile[:3]} {mobile[3:7]} {mobile[7:]}", f"{mobile[:3]}-{mobile[3:7]}-{mobile[7:]}",
             f"0{random.randint(10, 99)}1-{digits}")  # fmt: skip
    return Value(random.choice(forms), "PHONE")


def idcard(random: Random, language: str) -> Value:
    """Return a resident identity number of GB 11643 with its check character, in English a nine-digit number."""
    if language == "en":
        return Value(f"{random.randint(900, 999)}-{random.randint(10, 99)}-{random.randint(1000, 9999)}", "ID")
    born = f"{random.randint(1940, 2015)}{random.randint(1, 12):02}{random.randint(1, 28):02}"
    body = f"{random.choice((33, 11, 32, 51, 65, 54, 44))}0{random.randint(100, 199)}{born}{random.randint(0, 999):03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]
    return Value(body + check, "ID")


def mrn(random: Random, language: str) -> Value:
    """Return a record number."""
    del language
    number = random.randint(10_000, 99_999_999)
    return Value(random.choice((f"{number:010}", f"{number}", f"ZY{number}", f"H{number:08}")), "RECORD")


def cardno(random: Random, language: str) -> Value:
    """Return a bank card number with its Luhn digit."""
    del language
    body = "62" + "".join(random.choice("0123456789") for _ in range(16))
    total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(reversed(body)))
    return Value(f"{body}{-total % 10}", "CARD")


def address(random: Random, language: str) -> Value:
    """Return a street address."""
    if language == "en":
        street = random.choice(word_list("roads_en"))
        return Value(f"{random.randint(1, 990)} {street}, {random.choice(word_list('cities_en'))}", "ADDRESS")
    road = random.choice(word_list("roads"))
    number = random.randint(1, 300)
    room = f"{random.randint(1, 30)}幢{random.randint(1, 4)}单元{random.randint(1, 20)}02室"
    tail = f"{number}号{random.choice(('', room))}"
    place = random.choice(
        (
            f"{random.choice(word_list('cities'))}{random.choice(word_list('districts'))}{road}{tail}",
            f"{random.choice(word_list('districts'))}{road}{tail}",
            f"{random.choice(word_list('districts'))}{random.choice(word_list('places'))}村{random.randint(1, 12)}组",
        )
    )
    return Value(place, "ADDRESS")


def money(random: Random, language: str) -> Value:
    """Return a sum."""
    del language
    amount = random.randint(100, 90_000)
    return Value(random.choice((f"{amount}", f"{amount}.{random.randint(0, 99):02}", f"{amount:,}")), "MONEY")


def email(random: Random, language: str) -> Value:
    """Return a mail address at a reserved domain."""
    del language
    user = "".join(random.sample(word_list("pinyin_given"), 2))
    return Value(f"{user}{random.choice(('', str(random.randint(1, 99))))}@example.com", "EMAIL")


def hospital(random: Random, language: str) -> Value:
    """Return the name of a hospital."""
    if language == "en":
        stem = random.choice(("St. Mary's", "Riverside", "Mercy", "Lakeview", "General", "St. Luke's", "Northgate"))
        return Value(f"{stem} {random.choice(('Hospital', 'Medical Center', 'Clinic', 'Infirmary'))}")
    stem = random.choice((*word_list("cities"), *word_list("districts")))
    tails = ("人民医院", "第一人民医院", "中医院", "妇幼保健院", "中心医院", "第二医院", "中心卫生院", "医院")
    return Value(stem.removesuffix("市") + random.choice(tails))


def firm(random: Random, language: str) -> Value:
    """Return the name of a firm; many begin like a person's name."""
    if language == "en":
        family = random.choice(word_list("surname_en"))
        return Value(f"{family} {random.choice(('Ltd', 'Medical Supplies Inc.', '& Partners', 'Insurance'))}")
    city = random.choice(("", random.choice(word_list("cities"))))
    return Value(city + random.choice(word_list("firms_stem")) + random.choice(word_list("firms_suffix")))


def sex(random: Random, language: str) -> Value:
    """Return a sex."""
    return Value(random.choice(("male", "female", "M", "F") if language == "en" else ("男", "女", "男性", "女性")))


def age(random: Random, language: str) -> Value:
    """Return an age in years."""
    del language
    return Value(str(random.randint(1, 95)))


def bed(random: Random, language: str) -> Value:
    """Return the number of a bed."""
    del language
    number = random.randint(1, 60)
    return Value(random.choice((str(number), f"{number:02}", f"+{number % 10}", f"{number}A")))


VALUES: Mapping[str, Callable[[Random, str], Value]] = MappingProxyType(
    {
        make.__name__: make
        for make in (date, time, phone, idcard, mrn, cardno, address, money, email, hospital, firm, sex, age, bed)
    }
)
"""The slots that are neither persons nor words; called with the source of chance and ``zh`` or ``en``."""
