"""Small counts of tables: found with a second one, so that nothing hidden can be computed from what stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import pytest
from detection_kit import table_document, text_document
from hypothesis import given
from hypothesis import strategies as st

from hospital_redact.detection import Detector
from hospital_redact.detection.suppression import MAX_HIDDEN, Cell, Sum, computable, suppress
from hospital_redact.model import Document, ReleaseContext
from hospital_redact.pipeline import Redactor
from hospital_redact.planning import apply_plan
from hospital_redact.policy import load_policy

POLICY = load_policy()
ONLY = Detector(POLICY)

AGES = """2023年手足口病病例年龄分布
年龄组	病例数	构成比
0—4岁	2	1.7%
5—9岁	48	40.0%
10岁以上	70	58.3%
合计	120	100%"""


def small(document: Document) -> list[tuple[str, str]]:
    """Return text and evidence of the small counts that the detector finds in ``document``."""
    found = [f for f in ONLY.detect(document) if f.rule == "small_count"]
    return [(document.text_of(f.spans), f.evidence[-1]) for f in found]


def two_way(inner: Sequence[Sequence[int]]) -> tuple[dict[Cell, int], list[Sum]]:
    """Return the counts of a table with a total row and a total column, and its sums."""
    height, width = len(inner), len(inner[0])
    counts = {(r, c): inner[r][c] for r, c in product(range(height), range(width))}
    counts |= {(r, width): sum(inner[r]) for r in range(height)}
    counts |= {(height, c): sum(counts[r, c] for r in range(height)) for c in range(width + 1)}
    sums = [Sum(tuple((r, c) for c in range(width)), (r, width)) for r in range(height + 1)]
    sums += [Sum(tuple((r, c) for r in range(height)), (height, c)) for c in range(width + 1)]
    return counts, sums


tables = st.integers(1, 6).flatmap(
    lambda width: st.lists(
        st.lists(st.one_of(st.integers(0, 9), st.integers(0, 500)), min_size=width, max_size=width),
        min_size=2,
        max_size=7,
    )
)


@given(tables, st.integers(2, 10))
def test_nothing_hidden_can_be_computed(inner: list[list[int]], smallest: int) -> None:
    counts, sums = two_way(inner)
    hidden = suppress(counts, sums, smallest)
    assert {cell for cell, count in counts.items() if 0 < count < smallest} <= hidden
    assert not computable(hidden, sums)
    # Each hidden count may be another one, and all sums still hold: the proof does not rest on the elimination.
    for cell in hidden:
        assert _changes(cell, hidden, sums)


def _changes(cell: Cell, hidden: frozenset[Cell], sums: Sequence[Sum]) -> bool:
    """Whether ``cell`` lies on a cycle of hidden cells that a row and a column share in turn.

    In a table with all totals each cell stands in one sum by row and one by column: adding 1 and taking 1 in turn
    along such a cycle changes no sum. Sought by leaving out ``cell`` and joining its row with its column.
    """
    reached, edge = {("row", cell[0])}, True
    while edge:
        edge = False
        for row, column in hidden - {cell}:
            ends = {("row", row), ("column", column)}
            if reached & ends and not ends <= reached:
                reached |= ends
                edge = True
    return ("column", cell[1]) in reached


@given(st.dictionaries(st.tuples(st.integers(0, 9), st.just(0)), st.integers(0, 30), min_size=2))
def test_a_column_whose_total_stands_elsewhere_hides_two(counts: Mapping[Cell, int]) -> None:
    hidden = suppress(counts, [Sum(tuple(counts), None)], 5)
    assert len(hidden) != 1


def test_two_ones_are_no_secret() -> None:
    # Zeros show: whoever knows that two hidden counts add up to 2 knows both.
    counts = {(0, 0): 1, (1, 0): 1, (2, 0): 30, (3, 0): 32}
    assert suppress(counts, [Sum(((0, 0), (1, 0), (2, 0)), (3, 0))], 5) == frozenset({(0, 0), (1, 0), (2, 0)})


def test_subtotals_are_sums_too() -> None:
    counts = {(0, 0): 3, (1, 0): 20, (2, 0): 23, (3, 0): 30, (4, 0): 40, (5, 0): 70, (6, 0): 93}
    sums = [
        Sum(((0, 0), (1, 0)), (2, 0)),
        Sum(((3, 0), (4, 0)), (5, 0)),
        Sum(((0, 0), (1, 0), (3, 0), (4, 0)), (6, 0)),
    ]
    hidden = suppress(counts, sums, 5)
    assert {(0, 0), (1, 0)} <= hidden
    assert not computable(hidden, sums)


def test_nothing_small_hides_nothing() -> None:
    assert suppress({(0, 0): 12, (1, 0): 0}, [Sum(((0, 0), (1, 0)), None)], 5) == frozenset()


def test_a_table_too_large_to_solve_loses_all_its_counts() -> None:
    counts = {(row, 0): 3 for row in range(MAX_HIDDEN + 1)} | {(9999, 0): 80}
    assert suppress(counts, [], 5) == frozenset(counts)


def test_a_small_count_takes_a_second_one_and_the_ratios_along() -> None:
    assert small(text_document(AGES)) == [
        ("2", "small_count"), ("1.7%", "ratio"), ("48", "complementary"), ("40.0%", "ratio"),
    ]  # fmt: skip


TABLES = {
    "docx": table_document(
        [["病种", "确诊例数", "死亡例数"], ["甲肝", "14", "0"], ["丙肝", "3", "1"], ["戊肝", "22", "6"]]
    ),
    "bars": text_document("2023年死亡病例统计\n| 科室 | 死亡 |\n|---|---|\n| 内科 | 3 |\n| 外科 | 12 |\n| 儿科 | 9 |"),
    "spaces": text_document(
        "Deaths by ward, 2023\n"
        "Ward        Deaths      Cases\n"
        "Maple       3           120\n"
        "Birch       14          98\n"
        "Cedar       9           77"
    ),
    "units": text_document(
        "各乡镇肺结核患者分布\n乡镇\t男\t女\n青石镇\t12例\t4例\n白河镇\t17例\t21例\n云岭镇\t8例\t9例"
    ),
    "with ratio": text_document(
        "表2 两组患者并发症发生例数\n组别\t感染\t出血\n甲组\t3 (5.0%)\t12 (20.0%)\n乙组\t8 (13.3%)\t14 (23.3%)"
    ),
}


@pytest.mark.parametrize("kind", TABLES)
def test_tables_of_every_shape(kind: str) -> None:
    found = small(TABLES[kind])
    assert [word for _, word in found].count("small_count") >= 1
    assert "complementary" in [word for _, word in found] or len(found) > 1


OTHERS = {
    "laboratory": "检验报告 患者标本\n项目\t结果\t参考范围\n红细胞\t4\t3-5\n白细胞\t3\t4-10",
    "vacancies": "公开招聘岗位表\n岗位\t招聘人数\n护士\t2\n医师\t3",
    "persons": "随访患者\n姓名\t复诊次数\n张某某\t2\n李某某\t3",
    "schedule": "手术室排班\n手术间\t台次\n1号\t3\n2号\t4",
    "stock": "耗材库存\n品名\t数量\n纱布\t3\n手套\t4",
    "days": "患者住院情况\n科室\t平均住院日\n内科\t4\n外科\t3",
    "large counts": "2023年病例分布\n乡镇\t病例数\n青石镇\t12\n白河镇\t17",
    "prose": "本组共纳入患者120例，其中3例失访，2例死亡。",
}


@pytest.mark.parametrize("kind", OTHERS)
def test_other_tables_stay(kind: str) -> None:
    assert small(text_document(OTHERS[kind])) == []


def test_the_same_figure_in_the_text_goes_too() -> None:
    found = small(text_document(f"{AGES}\n\n其中0—4岁患儿2例，均已痊愈。全年报告120例。"))
    assert ("2", "retold") in found
    assert [text for text, _ in found].count("120") == 0


def test_the_copy_for_the_public_gives_nothing_back_and_is_stable() -> None:
    redactor = Redactor()
    review = redactor.review_text(AGES)
    copy = "\n".join(block.text for block in apply_plan(review.document, review.plan).blocks)
    assert "70\t58.3%" in copy
    assert not {"2\t", "48\t", "1.7%", "40.0%"} & set(copy.replace("\t", "\t ").split(" "))
    again = text_document(copy)
    assert small(again) == []


@pytest.mark.parametrize("recipient", ["authority", "superior"])
def test_who_must_have_the_figures_has_them(recipient: str) -> None:
    context = ReleaseContext(recipient, name="市卫健委", reference="统计制度")
    review = Redactor().review_text(AGES, context=context)
    assert not [finding for finding in review.removed if finding.rule == "small_count"]
    assert {kept.why for kept in review.plan.kept} >= {f"context:{recipient}"}
