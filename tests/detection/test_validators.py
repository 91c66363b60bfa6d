"""Check digits: published examples pass, one changed character fails, nothing raises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_redact.detection.validators import VALIDATORS, find_validator

# Invented numbers with valid check digits, or the examples of the standards themselves.
VALID = {
    "aba_routing": ["021000021"],
    "bank_card": ["4111 1111 1111 1111", "6222021234567890128"],
    "cn_mobile": ["13800138000", "+86 138 0013 8000", "0086-13800138000", "138-0013-8000"],
    "cn_plate": ["浙A12345", "浙A·D1234", "京AD12345"],
    "cn_resident_id": ["11010519491231002X", "110105 19491231 002x", "440524188001010014"],
    "cn_resident_id_15": ["110105491231002"],
    "has_digit": ["A1", "12"],
    "hkid": ["A123456(3)", "a1234563"],
    "iban": ["GB82 WEST 1234 5698 7654 32", "DE89370400440532013000"],
    "ip_address": ["10.0.0.1", "192.168.0.0/24", "2001:db8::1"],
    "nhs_number": ["943 476 5919"],
    "not_a_date": ["20241301", "20240230", "1234567", "19991231x"],
    "org_code": ["D2143569-X"],
    "tw_id": ["A123456789", "f228910347"],
    "us_ssn": ["412-67-9038"],
    "uscc": ["91110000600037341L"],
    "vin": ["1M8GDM9AXKP042788"],
}
INVALID = {
    "aba_routing": ["021000022", "000000000", "12"],
    "bank_card": ["4111 1111 1111 1112", "0000000000000000", "12"],
    "cn_mobile": ["14012345678", "1380013800", "12345678901"],
    "cn_plate": ["浙I12345", "浙ABCDEF"],
    "cn_resident_id": ["110105194912310021", "11010519491331002X", "11010519490229002X", "1101051949123100"],
    "cn_resident_id_15": ["110105491331002", "910105491231002"],
    "has_digit": ["", "卡号", "ABC"],
    "hkid": ["A123456(4)", "123456"],
    "iban": ["GB82 WEST 1234 5698 7654 33", "GB82"],
    "ip_address": ["256.1.1.1", "1.2.3", "x"],
    "nhs_number": ["943 476 5918", "943"],
    "not_a_date": ["20240229", "19991231", "2024-10-01"],
    "org_code": ["D2143569-1", "20240101-1"],
    "tw_id": ["A123456788", "1123456789", "A12345678"],
    "us_ssn": ["000-12-3456", "666-12-3456", "900-12-3456", "412-00-9038", "412-67-0000"],
    "uscc": ["91110000600037341M", "110105194912310021"],
    "vin": ["1M8GDM9A1KP042788", "1M8GDM9AXKP04278"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in VALID.items() for value in values])
def test_valid(name: str, value: str) -> None:
    assert find_validator(name)(value)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in INVALID.items() for value in values])
def test_invalid(name: str, value: str) -> None:
    assert not find_validator(name)(value)


def test_every_validator_has_examples() -> None:
    assert set(VALIDATORS) == set(VALID) == set(INVALID)


@given(st.text(max_size=40))
def test_no_validator_raises(text: str) -> None:
    for check in VALIDATORS.values():
        assert check(text) in (True, False)


@given(st.sampled_from(["cn_resident_id", "uscc", "iban", "hkid", "nhs_number", "bank_card"]), st.data())
def test_one_wrong_digit_is_noticed(name: str, data: st.DataObject) -> None:
    value = data.draw(st.sampled_from(VALID[name]))
    places = [place for place, char in enumerate(value) if char.isdigit()]
    place = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != value[place]]))
    assert not find_validator(name)(value[:place] + other + value[place + 1 :])


def test_an_unknown_validator_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        find_validator("luck")
