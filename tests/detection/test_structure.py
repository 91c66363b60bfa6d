"""Tables that plain text draws: which row heads them, and where their cells end."""

from __future__ import annotations

from hospital_redact.detection.structure import text_cells


def headers(text: str) -> dict[str, str]:
    """Return the header over each cell of ``text``."""
    return {text[cell.start : cell.end]: cell.header for cell in text_cells(text)}


def test_words_over_figures_head_a_table_though_they_alternate_like_labels() -> None:
    found = headers("序 | 受检者 | 生日 | 管码 | 项目\n1 | 阙小满 | 1984.05.13 | HX-900511 | 全外显子")
    assert found["阙小满"] == "受检者"
    assert found["1984.05.13"] == "生日"
    assert found["HX-900511"] == "管码"


def test_label_and_value_in_turn_are_no_header() -> None:
    found = headers("姓名 | 阙小满 | 性别 | 女\n年龄 | 41 | 床号 | 12")
    assert found["41"] == ""
    assert {cell.label for cell in text_cells("姓名 | 阙小满 | 性别 | 女\n年龄 | 41 | 床号 | 12")} >= {"姓名", "床号"}


def test_slashes_with_blanks_divide_a_row() -> None:
    text = "编号 / 姓名 / 部门 / 所见\nT001 / 阙小满 / 仓储 / 血压 188/110"
    assert headers(text)["阙小满"] == "姓名"
    assert headers(text)["血压 188/110"] == "所见"


def test_a_name_set_apart_is_one_cell_and_two_short_columns_are_two() -> None:
    cells = [text[cell.start : cell.end] for text in ["1  米  粒  1.20"] for cell in text_cells(text)]
    assert cells == ["1", "米  粒", "1.20"]
    text = "男  汉  57"
    assert [text[cell.start : cell.end] for cell in text_cells(text)] == ["男", "汉", "57"]


def test_single_blanks_divide_a_table_whose_head_says_so() -> None:
    found = headers("机位 姓名 干体重 通路\nA1 宿青禾 54.5 左AVF\nA2 阙小满 61.0 右AVG")
    assert found["宿青禾"] == "姓名"
    assert found["A2"] == "机位"
    assert text_cells("患者 今日 无 不适\n继续 观察 一天") == ()
