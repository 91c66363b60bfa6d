"""Write the table of pinyin readings, ``detection/readings.toml``, from pypinyin (MIT), which only this needs.

python tools/readings.py

The table holds what a name may be written with: the characters of GB 2312 and of Big5's first level, and every family
name of ``words.toml``; without tones, ü as v. A reading that a character has only as a family name (单 shan) comes
from the phrase table of the same package.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

from pypinyin import Style, __version__, pinyin

from hospital_redact.detection.words import COMPOUND_SURNAMES, SURNAMES

TARGET = Path(__file__).parents[1] / "src" / "hospital_redact" / "detection" / "readings.toml"
HEAD = """\
# Readings of Chinese characters without tones, ü as v. Written by tools/readings.py from pypinyin {version} (MIT).
"""
SURNAME_READINGS = {
    "单": "shan",
    "解": "xie",
    "仇": "qiu",
    "曾": "zeng",
    "查": "zha",
    "区": "ou",
    "盖": "ge",
    "朴": "piao",
    "乐": "yue",
    "万": "wan",
    "尉": "yu",
    "长": "zhang",
    "翟": "zhai",
    "缪": "miao",
    "覃": "qin",
    "冼": "xian",
    "员": "yun",
    "召": "shao",
    "燕": "yan",
    "任": "ren",
    "宁": "ning",
    "折": "she",
    "纪": "ji",
    "哈": "ha",
    "重": "chong",
    "种": "chong",
    "黑": "he",
    "牟": "mou",
    "逄": "pang",
    "郗": "xi",
    "令": "ling",
}


def characters() -> list[str]:
    """Return the characters of the table."""
    chars = set(SURNAMES) | set("".join(COMPOUND_SURNAMES)) | set(SURNAME_READINGS)
    for encoding, leads in (("gb2312", range(0xB0, 0xF8)), ("big5", range(0xA4, 0xC7))):
        for lead in leads:
            for trail in range(0x40, 0xFF):
                try:
                    chars.add(bytes((lead, trail)).decode(encoding))
                except UnicodeDecodeError:
                    continue
    return sorted(char for char in chars if "\u4e00" <= char <= "\u9fff")


def main() -> int:
    """Write the table and return the exit code."""
    table: dict[str, set[str]] = defaultdict(set)
    for char in characters():
        for reading in pinyin(char, style=Style.NORMAL, heteronym=True, v_to_u=False)[0]:
            if reading.isascii() and reading.isalpha():
                table[reading].add(char)
        if char in SURNAME_READINGS:
            table[SURNAME_READINGS[char]].add(char)
    lines = [f'{reading} = "{"".join(sorted(chars))}"\n' for reading, chars in sorted(table.items())]
    TARGET.write_text(HEAD.format(version=__version__) + "".join(lines), encoding="utf-8")
    sys.stdout.write(f"{TARGET.name} written: {len(lines)} readings\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
