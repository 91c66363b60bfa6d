"""Whether a text tells of somebody's care, whatever its kind."""

from __future__ import annotations

import pytest

from hospital_redact.detection.care import tells_of_care


@pytest.mark.parametrize(
    "text",
    [
        "潜在捐献者佘诗雨,女,22岁,骑车被撞,重型颅脑损伤,转入重症,捐献肝肾,血型A,感染四项阴性。",
        "死者梁秀珍,女,在急诊抢救室死亡,诊断呼吸衰竭,家属领取病历。",
        "Mr Stone has epilepsy. His seizures stopped on levetiracetam; he is unfit for nights and dizzy, new dose.",
    ],
)
def test_letters_about_a_patient_tell_of_care(text: str) -> None:
    assert tells_of_care([text])


@pytest.mark.parametrize(
    "text",
    [
        "关于召开院周会的通知:各科室主任参加,地点行政楼四楼。",
        "本院门诊开展手术、治疗、急诊、住院服务,欢迎预约。",
        "She is a kind colleague and her teaching is good. He recommends her.",
        "The scanner contract covers parts, labour and software for three years.",
    ],
)
def test_other_texts_do_not(text: str) -> None:
    assert not tells_of_care([text])
