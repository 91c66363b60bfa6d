"""Columns that tell what stands in them: addresses, beds and codes beside names, batch numbers."""

from __future__ import annotations

from detection_kit import found

from hospital_redact.detection.structure import text_cells

RECORD = "出院小结\n主诉:头晕 入院诊断:高血压 住院号:0098213\n"


def test_cells_under_a_header_for_addresses_go_whole() -> None:
    rows = "序|姓名|住址|电话\n1|姚阿毛|丁家港村8组|0572-3014417\n2|施根荣|张家兜自然村|15268293307"
    assert {"丁家港村8组", "张家兜自然村"} <= set(found(rows))
    assert "杭州市" not in found("序|姓名|住址|电话\n1|姚阿毛|杭州市|0572-3014417")


def test_quotes_hold_the_commas_of_a_value_together() -> None:
    text = (
        'no,name,address,item\n1,白果,"Changchun Dist, Boxue Rd 2888, Dorm 9-417",a\n2,高山,"延吉市河南街6-1，后门",b'
    )
    cells = {text[cell.start : cell.end]: cell.header for cell in text_cells(text)}
    assert cells["Changchun Dist, Boxue Rd 2888, Dorm 9-417"] == "address"
    assert cells["延吉市河南街6-1，后门"] == "address"


def test_codes_of_one_shape_beside_patients_go() -> None:
    rows = "机号\t姓名\t透析编次\nA01\t石榴红\tHD0117\nA02\t常胜\tHD0243\nA03\t何必\tHD0088"
    assert {"HD0117", "HD0243", "HD0088"} <= set(found(rows))


def test_codes_beside_goods_stay() -> None:
    rows = "品名\t物料\t数量\n纱布\tHD0117\t4\n棉签\tHD0243\t6"
    assert not {"HD0117", "HD0243"} & set(found(rows))


def test_batch_numbers_of_a_column_stay_also_below_a_heading() -> None:
    text = RECORD + "商品名   批号     用法\n万古霉素   230817A   静滴\n并用药品\n三七片   2309021   口服"
    assert not {"230817A", "2309021"} & set(found(text))


def test_beds_of_a_column_go_and_again_where_they_are_named() -> None:
    text = "暖箱 | 患儿 | 母亲\nA1 | 呼和之子 | 乌云其其格\nA2 | 韩冬梅之女 | 韩冬梅\n补充：A1 父亲来电，HbA1c正常"
    assert found(text).count("A1") == 2
    assert "抢2" in found("日期\t患者\t科室-床\n6-11\t付裕\t急诊-抢2")


def test_a_department_before_a_bed_stays() -> None:
    assert "40床" in found(RECORD + "转风湿免疫科40床")
    assert "东三病区7床" in found(RECORD + "收入东三病区7床")


def test_days_without_a_year_go_in_a_register_of_patients() -> None:
    assert "6-10" in found(RECORD + "日期\t患者\t结果\n6-10\t倪桂香\t血钾6.8")
    assert "6-10" not in found("日期\t品名\t数量\n6-10\t纱布\t8")
