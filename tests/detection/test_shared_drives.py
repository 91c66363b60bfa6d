"""A link to a shared drive beside its access code stops a copy: nobody here has read what lies there."""

from __future__ import annotations

from pathlib import Path

import pytest

from hospital_redact import Redactor
from hospital_redact.detection.shared_drives import find_shared_drives
from hospital_redact.errors import PlanError
from hospital_redact.formats.text import document_of_text
from hospital_redact.model import Span


@pytest.mark.parametrize(
    "text",
    [
        "影像资料链接：https://pan.baidu.com/s/1Xyz8AbCdEfG 提取码：x7k2",
        "链接: https://pan.baidu.com/s/1Xyz8AbCdEfG?pwd=x7k2",
        "提取码 x7k2\n见 pan.quark.cn/s/7f3a9c21bd40",
        "Files: https://drive.google.com/drive/folders/1AbC, password: Hy83kd",
        "我用腾讯微云分享了文件，访问码是ab12，https://share.weiyun.com/Kq7dPz2N",
    ],
)
def test_a_link_with_its_code_is_unread(text: str) -> None:
    (unread,) = find_shared_drives(document_of_text(text), ())
    assert unread.what == "shared_drive"


@pytest.mark.parametrize(
    "text",
    [
        "请登录 https://pan.baidu.com/ 下载客户端。",
        "资料见 https://pan.baidu.com/s/1Xyz8AbCdEfG ，需要时向信息科索取。",
        "初始密码：abc12345，登录 https://www.example.cn/his/login",
        "门诊流程见医院网站 https://www.example.cn/guide",
    ],
)
def test_other_links_are_not(text: str) -> None:
    assert find_shared_drives(document_of_text(text), ()) == ()


def test_a_link_that_the_plan_removes_no_longer_blocks() -> None:
    document = document_of_text("见 https://pan.baidu.com/s/1Xyz8AbCdEfG 提取码：x7k2")
    assert find_shared_drives(document, (Span(0, 2, 38),)) == ()
    assert find_shared_drives(document, (Span(0, 2, 20),))


def test_a_copy_that_would_keep_such_a_link_is_refused(tmp_path: Path) -> None:
    redactor = Redactor()
    text = "会诊影像已上传：https://pan.baidu.com/s/1Xyz8AbCdEfG 提取码：x7k2\n".encode()
    link, other = "https://pan.baidu.com/s/1Xyz8AbCdEfG", "会诊"
    kept = redactor.review(text, name="a.txt", terms=[other], terms_only=True)
    with pytest.raises(PlanError, match="HR405"):
        redactor.redact(kept, tmp_path / "a.txt")
    removed = redactor.review(text, name="a.txt", terms=[other, link], terms_only=True)
    assert redactor.redact(removed, tmp_path / "a.txt").verification.passed
    # By default the link and its code leave like other addresses.
    assert redactor.redact(redactor.review(text, name="b.txt"), tmp_path / "b.txt").verification.passed
