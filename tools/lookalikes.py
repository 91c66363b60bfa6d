"""Write the table of traditional characters, ``detection/traditional.txt``, from OpenCC's data (Apache-2.0).

python tools/lookalikes.py

Needs ``opencc-python-reimplemented``, and only this tool does. Left out are characters that GB 2312 has: they are
simplified Chinese too (著 in 显著, 乾 in 乾隆), but for a few that everyday simplified text never uses.
"""

from __future__ import annotations

import sys
from pathlib import Path

from opencc import OpenCC  # type: ignore[import-untyped]  # the package has no types

TARGET = Path(__file__).parents[1] / "src" / "hospital_redact" / "detection" / "traditional.txt"
ALSO = "後於菸醣"


def _in_gb2312(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def main() -> int:
    """Write the table and return the exit code."""
    every = [chr(code) for code in range(0x3400, 0xA000) if not _in_gb2312(chr(code)) or chr(code) in ALSO]
    simple = OpenCC("t2s").convert("\n".join(every)).split("\n")
    pairs = [a + b for a, b in zip(every, simple, strict=True) if a != b and len(b) == 1 and _in_gb2312(b)]
    lines = ["".join(pairs[i : i + 40]) + "\n" for i in range(0, len(pairs), 40)]
    TARGET.write_text("".join(lines), encoding="utf-8")
    sys.stdout.write(f"{TARGET.name} written: {len(pairs)} characters\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
