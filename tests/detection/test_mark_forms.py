"""State marks in every form that stands for one, and the words that only speak of marks."""

from __future__ import annotations

import pytest

from hospital_redact.detection import Detector
from hospital_redact.formats.text import document_of_text
from hospital_redact.policy import load_policy

DETECTOR = Detector(load_policy())


def marks(text: str) -> list[tuple[str, str]]:
    """Return rule and level of each mark in ``text``."""
    found = DETECTOR.detect(document_of_text(text, name="a.txt", sha256=""))
    return [
        (finding.rule, word.removeprefix("level:"))
        for finding in found
        for word in finding.evidence
        if finding.rule in ("state_mark", "hospital_mark") and word.startswith("level:")
    ]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("机密★5年\n某市卫生健康委员会文件", "机密"),
        ("绝密☆长期\n某委员会文件", "绝密"),
        ("秘密*10年\n关于印发通知的函", "秘密"),
        ("机密⭐5年\n关于开展检查的通知", "机密"),
        ("机密✩5年\n关于开展检查的通知", "机密"),
        ("机密\uf0ab5年\n关于开展检查的通知", "机密"),  # Wingdings
        ("机 密 ★ 5 年\n关于开展检查的通知", "机密"),
        ("机密级★20年\n关于开展检查的通知", "机密"),
        ("机密5年\n某委员会文件\n关于开展检查的通知", "机密"),
        ("秘密　长期\n某委员会文件", "秘密"),
        ("绝密★启用前\n试卷", "绝密"),
        ("机密★2030年1月1日\n关于开展检查的通知", "机密"),
        ("附件：机密★5年\n附件正文", "机密"),
        ("现将某委的通知（机密★5年）转发给你们，请按规定保管。", "机密"),
        ("第一段。\n第二段，引用机密★5年文件的内容如下：床位调整。", "机密"),
    ],
)
def test_state_marks(text: str, level: str) -> None:
    assert ("state_mark", level) in marks(text)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("医院秘密·机密·5年\n年度工作安排", "机密"),
        ("医院秘密·秘密·至公布\n年度工作安排", "秘密"),
        ("文件编号 12\n【机密】\n年度工作安排", "机密"),
        ("工作秘密\n关于人员调整的请示", "内部"),
        ("工作秘密·3年\n关于人员调整的请示", "内部"),
        ("内部资料 注意保存\n某院通讯录", "内部"),
        ("内部文件，请勿外传\n年度工作安排", "内部"),
    ],
)
def test_marks_of_the_hospital(text: str, level: str) -> None:
    assert marks(text) == [("hospital_mark", level)]


@pytest.mark.parametrize(
    "text",
    [
        "国家秘密标志形如“机密★5年”，标在首页左上角。",
        "国家秘密标志由密级、★和保密期限组成，如机密★5年。",
        "第三条 国家秘密标志写作密级★期限，机密★5年的含义是五年后解密。",
        "选择题：机密★5年表示什么？",
        "第一条 密级分绝密、机密、秘密三级，绝密级事项的保密期限不超过三十年。",
        "**机密**是粗体的写法，*秘密*是斜体的写法。",
        "秘密花园读书会每月一次。",
        "内部资料室周一至周五开放。",
        "工作秘密管理办法自印发之日起施行。",
    ],
)
def test_words_about_marks_are_no_marks(text: str) -> None:
    assert marks(text) == []
