"""Masks and labels are what presidio-anonymizer's operators write."""

from __future__ import annotations

import pytest
from presidio_anonymizer.operators import Mask, Replace

from hospital_redact import Redactor
from hospital_redact.replacements import mask


@pytest.mark.parametrize("text", ["", "赵小满", "Owen Marsden", "𠮷野"])
def test_a_mask_is_that_of_presidio(text: str) -> None:
    params = {"masking_char": "*", "chars_to_mask": len(text), "from_end": False}
    assert mask(text) == Mask().operate(text, params)


def test_labels_are_those_of_presidio() -> None:
    review = Redactor().review_text("患者赵小满，电话13957100321。")
    labels = [edit.replacement for edit in review.plan.edits]
    assert labels
    assert labels == [Replace().operate("", {"new_value": label}) for label in labels]
