"""Values in papers of the administration: networks, secrets, seals, epidemics, figures, pay, who said what.

Each class has several forms, and papers that look alike. Everybody and every number is invented.
"""

from __future__ import annotations

import pytest

from hospital_redact.detection import Detector
from hospital_redact.formats.text import document_of_text
from hospital_redact.policy import load_policy

DETECTOR = Detector(load_policy())

NETWORK = "机房口令与网络拓扑清单 服务器 内网 防火墙\n"
EPIDEMIC = "内部疫情通报:新增确诊12例,密切接触者35人,未经授权不得发布。\n"
STATISTICS = "内部统计 三季度业务统计表 仅供院内使用\n"
BONUS = "骨科奖金分配表\n"
SEALS = "印鉴移交清单 公章 预留印鉴 财务专用章\n"
MINUTES = "院长办公会会议记录\n出席：丁海、苗琳、卜成\n议题一 绩效方案\n"


def removed(text: str) -> list[str]:
    """Return the parts of ``text`` that would be removed, in order."""
    document = document_of_text(text)
    parts = (
        "".join(document.blocks[span.block].text[span.start : span.end] for span in finding.spans)
        for finding in DETECTOR.detect(document)
        if finding.action.removes and not finding.rule.startswith("person_")
    )
    return [part for part in parts if part]


def is_removed(text: str, value: str) -> bool:
    return any(value in part for part in removed(text))


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("实例名 lisdb2，监听 1521", "lisdb2"),
        ("实例名 lisdb2，监听 1521", "1521"),
        ("影像网关 AE Title：CTROOM2，104 端口", "104"),
        ("应用两台 172.16.9.11-12", "172.16.9.11-12"),
        ("设备网段 10.13.4.x 已回收", "10.13.4.x"),
        ("上联口 Gi1/0/48，聚合", "Gi1/0/48"),
        ("VLAN ID：110（HIS）、120（LIS）", "120"),
        ("出口策略共214条", "214条"),
        ("核心 H3C S10508X，行政楼三层中心机房A03机柜12U", "H3C S10508X，行政楼三层中心机房A03机柜12U"),
        ("核心交换机两台堆叠，放在门诊楼四层弱电间。", "核心交换机两台堆叠，放在门诊楼四层弱电间"),
        ("2.邮件网关存在CVE-2023-7102，未打补丁。责任：信息科。", "邮件网关存在CVE-2023-7102，未打补丁"),
        ("官网后台有注入点，可直接读取用户表；", "官网后台有注入点，可直接读取用户表"),
        ("门诊自助机仍使用Windows 7，无法安装补丁。", "门诊自助机仍使用Windows 7，无法安装补丁"),
    ],
)
def test_how_a_network_is_built_is_found(line: str, value: str) -> None:
    assert is_removed(NETWORK + line, value)


def test_numbers_and_places_in_a_table_of_a_network_are_found() -> None:
    table = "序号\tVLAN\t用途\t机柜位置\n1\t110\t收费\tA03-12U\n2\t120\t检验\tB01-7U"
    assert {"110", "120", "A03-12U", "B01-7U"} <= set(removed(NETWORK + table))


@pytest.mark.parametrize(
    "line",
    [
        "三号机房的交换机还没改网段，等停机。",
        "请各科室及时修复终端漏洞，安装系统补丁。",
        "采购24口交换机8台，预留端口 12 个。",
        "机房空调滤网已清洗。",
    ],
)
def test_work_on_a_network_is_left(line: str) -> None:
    assert not [part for part in removed(NETWORK + line) if part in line]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("root密码还是 welcome，没改", "welcome"),
        ("用新的口令，别再用 manager 了", "manager"),
        ("接口走 WebService，key=8f3c1d27-aa90-4e1b，半年一换", "8f3c1d27-aa90-4e1b"),
        ("机房门的密码改了，2580*，进去以后再按", "2580*"),
        ("库房电子锁 4471，下班锁好", "4471"),
        ("默认密码为工号+身份证后六位。", "工号+身份证后六位"),
        ("交换机口令 zhongyiyuan，团体字 xxzxpublic", "xxzxpublic"),
        ("BitLocker 482917-105336-660241-719884-035178-254419-380622-571043", "571043"),
        ("保险柜 右38左12右76，钥匙在抽屉", "右38左12右76"),
        ("保险柜密码：28—41—07—63", "28—41—07—63"),
        ("备用柜密码是建院日期倒着输", "建院日期倒着输"),
    ],
)
def test_secrets_that_are_told_in_passing_are_found(line: str, value: str) -> None:
    assert is_removed(NETWORK + line, value)


@pytest.mark.parametrize(
    "line",
    ["密码找信息科重置，口令不得外传。", "弱口令容易被破解，请定期修改密码，不点击陌生链接。系统要常更新，备份。"],
)
def test_talk_about_passwords_is_left(line: str) -> None:
    assert not removed(f"网络安全宣传周\n{line}")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("一、党委印章一枚，编号5101040071326，装在红色锦盒内。", "党委印章一枚，编号5101040071326"),
        ("二、合同专用章（2）一枚，印文缺角。", "合同专用章（2）一枚，印文缺角"),
        ("三、法定代表人名章“屠立新印”已移交。", "法定代表人名章“屠立新印”"),
        ("四、预留印鉴卡正本三张。", "预留印鉴卡正本三张"),
        ("五、财务专用章由会计保管。", "财务专用章"),
    ],
)
def test_which_seal_is_where_is_found(line: str, value: str) -> None:
    assert is_removed(SEALS + line, value)


def test_seals_in_a_register_are_found() -> None:
    table = "印章保管登记簿\n序号\t印章名称\t枚数\t存放位置\n1\t行政公章\t1\t院办铁柜\n2\t财务专用章\t2\t财务科铁柜"
    assert {"行政公章", "财务专用章", "院办铁柜", "财务科铁柜"} <= set(removed(table))


def test_the_rules_about_seals_are_left() -> None:
    assert not removed("公章使用管理办法\n第三条 公章由院办专人保管。第四条 用印须经批准，合同专用章不得外借。")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("累计17人，其中产妇9、陪护5、护士2、送餐工1。", "产妇9、陪护5、护士2、送餐工1"),
        ("新增4人，较昨日少2。", "少2"),
        ("咽拭子甲流阳性17，合胞病毒2，其余待报。", "17"),
        ("发病二十七人，均已隔离。", "二十七人"),
        ("7例都吃过5日午餐的凉拌海蜇。", "7例都吃过5日午餐的凉拌海蜇"),
        ("某养老院报告4例，1例住院。", "某养老院报告4例，1例住院"),
    ],
)
def test_figures_and_spread_of_an_epidemic_are_found(line: str, value: str) -> None:
    assert is_removed(EPIDEMIC + line, value)


def test_health_education_about_epidemics_is_left() -> None:
    text = "冬季流感健康科普\n流感高发，学校出现聚集性发热应及时报告。国家疾控局通报，全国报告病例1203例。"
    assert not removed(text)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("主诊断错误217份，比二季度多46份", "46份"),
        ("门诊量21.6万，比去年同期多一万二千人次；", "一万二千人次"),
        ("门诊量21.6万，比去年同期多一万二千人次；", "21.6万"),
        ("平均住院日7.1天，同比缩短0.4天。", "0.4天"),
        ("手术部位感染 4/1933，占千分之二", "4/1933"),
    ],
)
def test_figures_of_a_report_are_found(line: str, value: str) -> None:
    assert is_removed(STATISTICS + line, value)


@pytest.mark.parametrize(
    "text",
    [
        "据《2024年全市卫生健康事业发展统计公报》，全市总诊疗人次1,203.5万，出院人数31.2万人。",
        "2025年度部门决算公开\n现将我院2025年度部门决算在官网公开。收入总计32,560.12万元，支出总计31,980.00万元。",
        "医疗服务价格公示\n项目名称\t单位\t价格\n普通门诊诊查费\t次\t10.00\n住院床位费\t日\t40.00",
        "住院患者平均住院日影响因素分析\n纳入患者120例，平均住院日7.1天，采用SPSS 26.0统计分析。",
        "招聘公告\n麻醉医师3名，年薪20-30万元，薪资面议。",
    ],
)
def test_figures_that_everybody_may_read_are_left(text: str) -> None:
    assert not removed(text)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("系数主任2.2，主治1.4。", "1.4"),
        ("夜班120元/个，急诊手术200元/台。", "120元/个"),
        ("带教每人200，缺勤每天扣80。", "200"),
    ],
)
def test_coefficients_and_rates_of_a_bonus_are_found(line: str, value: str) -> None:
    assert is_removed(BONUS + line, value)


@pytest.mark.parametrize(
    "line",
    [
        "车：他爱人的事要写进考察材料，不能回避。",
        "副院长赵：护士已经走了九个，再拖人就散了。",
        "骨科 成主任：耗材断供两次",
        "卜××：不同意分级",
        "会上有人提出，食堂外包的价格偏高。",
        "个别同志不同意裁撤夜门诊",
        "——“我不同意租，传出去像什么话”",
        "器械科：供应商已经停止发货",
    ],
)
def test_who_said_what_is_found(line: str) -> None:
    said = line.rsplit("：", maxsplit=1)[-1].strip("。—“”")
    assert is_removed(MINUTES + line, said)


def test_the_head_of_minutes_is_left() -> None:
    kept = "会议通知\n时间：11月12日 地点：三楼会议室\n请各科护士长准时参加。"
    assert not removed(kept)


def test_a_quantity_is_no_amount() -> None:
    rows = "名称\t型号\t数量\t原值\t净值\n诊查床\t国产\t6\t9,600.00\t0.00\n彩超\tEPIQ 5\t21\t1,860,000.00\t744,000.00"
    parts = removed(f"财务决算报告 资产负债表 收支结余-1,200万元\n单位：万元 期末余额\n{rows}")
    assert {"9,600.00", "0.00", "744,000.00"} <= set(parts)
    assert "6" not in parts
    assert "21" not in parts
