"""Chinese addresses whose end the grammar of streets and numbers does not reach."""

from __future__ import annotations

import pytest
from detection_kit import shipped_detector, text_document


def addresses(text: str) -> list[str]:
    document = text_document(text)
    return [document.text_of(f.spans) for f in shipped_detector().detect(document) if f.entity == "ADDRESS"]


@pytest.mark.parametrize(
    "address",
    [
        "南岗区文昌大道瑞祥首府B5栋3单元1206",
        "椒江区葭芷街道三山村4区52号",
        "云龙区翠屏街道柳沟新村21幢甲单元403室",
    ],
)
@pytest.mark.parametrize("before", ["现住址已变更为", "家住"])
def test_an_estate_and_its_numbers_belong_to_the_address(before: str, address: str) -> None:
    assert addresses(f"{before}{address}。") == [address]


def test_a_date_behind_an_address_does_not() -> None:
    assert addresses("家住南岗区文昌大道12号2024年10月入院") == ["南岗区文昌大道12号"]
