"""What a large roster costs: loading, memory, and a scan with it beside the same scan without, in one run.

    python benchmarks/subjects.py [--records 1000000]

The roster and the texts are invented by the seed; the roster's file is deleted at the end. Prints the figures.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import inputs
from report import number

import hospital_redact as hr
from hospital_redact.subjects import Subjects, load_subjects

HEADINGS = ("姓名", "身份证号", "住院号", "电话", "出生日期", "科室")
WARDS = (
    "心内科",
    "呼吸科",
    "神经外科",
    "骨科",
    "产科",
    "儿科",
    "普外科",
    "肿瘤科",
    "急诊科",
    "眼科",
    "肾内科",
    "血液科",
)
FAMILIES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰萍红鹏飞辉梅建国志文斌宇"
SEED = 20240917


def rows(count: int) -> Iterator[tuple[str, ...]]:
    """Yield invented patients."""
    draw = random.Random(SEED)
    for n in range(count):
        year, month, day = draw.randint(1930, 2023), draw.randint(1, 12), draw.randint(1, 28)
        name = draw.choice(FAMILIES) + "".join(draw.choice(GIVEN) for _ in range(draw.choice((1, 2, 2, 2))))
        card = f"{draw.randint(110000, 659999)}{year}{month:02}{day:02}{draw.randint(0, 9999):04}"
        phone = f"1{draw.randint(30, 99)}{draw.randint(0, 99_999_999):08}"
        yield name, card, f"{4_000_000 + n:010}", phone, f"{year}-{month:02}-{day:02}", draw.choice(WARDS)


def resident_megabytes() -> float:
    """Return what this process holds in memory now, in MB (proc(5))."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20


def seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds of this process for ``work``."""
    start = time.process_time()
    work()
    return time.process_time() - start


def scan(redactor: hr.Redactor, texts: Sequence[str], subjects: Subjects | None) -> int:
    """Review all texts; return how many findings are removed."""
    return sum(len(redactor.review_text(text, subjects=subjects).removed) for text in texts)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--texts", type=int, default=4)
    args = parser.parse_args(argv)
    redactor = hr.Redactor()
    texts = [
        r.text for language in ("zh", "en") for r in inputs.records(language, seed=SEED, count=args.texts, size=1500)
    ]
    redactor.review_text(texts[0])
    with TemporaryDirectory() as folder:
        place = Path(folder) / "roster.csv"
        with place.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([HEADINGS, *rows(args.records)])
        before = resident_megabytes()
        loaded: list[Subjects] = []
        loading = seconds(lambda: loaded.append(load_subjects(str(place))))
    (subjects,) = loaded
    held = resident_megabytes() - before
    without, with_ = [], []
    for _ in range(2):  # alternating, so that the machine's moods meet both
        without.append(seconds(lambda: scan(redactor, texts, None)))
        with_.append(seconds(lambda: scan(redactor, texts, subjects)))
    print(f"records {len(subjects):,}; texts {len(texts)}, {sum(map(len, texts)):,} characters")
    process = resident_megabytes()
    print(f"loading {number(loading)} s CPU, {number(held)} MB held, process {number(process)} MB")
    print(
        f"scan without {number(min(without))} s, with {number(min(with_))} s: {number(min(with_) / min(without))} times"
    )
    more = scan(redactor, texts, subjects) - scan(redactor, texts, None)
    print(f"findings that the roster of strangers adds: {more}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
