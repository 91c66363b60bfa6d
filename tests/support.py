"""What several test modules share."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def shared_dir(*parts: str) -> Path:
    """Return a folder or file of the development material beside the repository, or skip the test."""
    path = ROOT.parent.joinpath("shared", *parts)
    if not path.exists():
        pytest.skip(f"the development material is not here: ../shared/{'/'.join(parts)}")
    return path


LETTER = """转诊单

姓名：赵小满    性别：女    年龄：46岁
身份证号：330106197803124560    联系电话：13957100321
住院号：0004417820
住址：浙江省杭州市西湖区文三路123号5幢2单元301室

患者赵小满因右上腹痛3天入院，诊断胆囊结石伴急性胆囊炎，予头孢呋辛1.5g静滴。
其女孙晓雯（电话13957100654）陪同。建议转上级医院行腹腔镜胆囊切除术。

主治医师：何立
2024年5月6日
"""
"""A short letter about an invented person."""

LETTER_VALUES = ("赵小满", "330106197803124560", "13957100321", "0004417820", "文三路123号", "孙晓雯", "13957100654")
"""The values of LETTER that no copy for the public may hold."""
