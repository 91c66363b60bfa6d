"""ZapfDingbats, whose check marks fill forms: what its codes show and how wide they are (ISO 32000-2, D.6)."""

from __future__ import annotations

_FIRST = 0x20
_MISSING = 0xF0
_ADVANCES = (
    278, 974, 961, 974, 980, 719, 789, 790, 791, 690, 960, 939, 549, 855, 911, 933, 911, 945, 974, 755, 846, 762,
    761, 571, 677, 763, 760, 759, 754, 494, 552, 537, 577, 692, 786, 788, 788, 790, 793, 794, 816, 823, 789, 841,
    823, 833, 816, 831, 923, 744, 723, 749, 790, 792, 695, 776, 768, 792, 759, 707, 708, 682, 701, 826, 815, 789,
    789, 707, 687, 696, 689, 786, 787, 713, 791, 785, 791, 873, 761, 762, 762, 759, 759, 892, 892, 788, 784, 438,
    138, 277, 415, 392, 392, 668, 668, 0, 390, 390, 317, 317, 276, 276, 509, 509, 410, 410, 234, 234, 334, 334, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 732, 544, 544, 910, 667, 760, 760, 776, 595, 694, 626,
    788, 788, 788, 788, 788, 788, 788, 788, 788, 788, 788, 788, 788, 788, 788, 788, 788, 788, 788, 788, 788, 788,
    788, 788, 788, 788, 788, 788, 788, 788, 788, 788, 788, 788, 788, 788, 788, 788, 788, 788, 894, 838, 1016, 458,
    748, 924, 748, 918, 927, 928, 928, 834, 873, 828, 924, 924, 917, 930, 931, 463, 883, 836, 836, 867, 867, 696,
    696, 874, 0, 874, 760, 946, 771, 865, 771, 888, 967, 888, 831, 873, 927, 970, 918,
)  # fmt: skip
WIDTHS = dict(enumerate(_ADVANCES, _FIRST))
"""Widths by code in thousandths of an em, as the font's metrics say."""


def encoding() -> dict[int, str]:
    """Return the built-in encoding: Unicode has these signs in nearly the same order."""
    table = {code: chr(0x2700 + code - _FIRST) for code in range(_FIRST + 1, 0x7F)}
    table |= {code: chr(0x2761 + code - 0xA1) for code in range(0xA1, 0xFF) if code != _MISSING}
    odd = {0x20: " ", 0x25: "☎", 0x2A: "☛", 0x2B: "☞", 0x48: "★", 0x6C: "●", 0x6E: "■", 0x73: "▲", 0x74: "▼", 0x75: "◆",
           0x77: "◗", 0xA8: "♣", 0xA9: "♦", 0xAA: "♥", 0xAB: "♠", 0xD5: "→", 0xD6: "↔", 0xD7: "↕"}  # fmt: skip
    circled = {0xAC + number: chr(0x2460 + number) for number in range(10)}
    return table | odd | circled
