"""The hospital's own mark: composed within the policy, written, proved, found again, and over when its term is."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

import docx
import fpdf
import pikepdf
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hospital_redact import Redactor
from hospital_redact.classification import classify
from hospital_redact.cli import main
from hospital_redact.errors import HospitalRedactError, PolicyError
from hospital_redact.expiry import State, expiry_of, registered_expiries
from hospital_redact.formats.text import document_of_text
from hospital_redact.marking import Mark, compose, marks_in, write_marked
from hospital_redact.model import Decision, Level, ReleaseContext
from hospital_redact.policy import load_policy
from hospital_redact.release import Register

POLICY = load_policy()
DAY = date(2026, 3, 1)


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor()


def word_file(path: Path, *lines: str) -> Path:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(str(path))
    return path


def pdf_file(path: Path, *lines: str, rotate: int = 0, start: float = 100) -> Path:
    pdf = fpdf.FPDF(unit="pt", format="A4")
    pdf.add_page()
    pdf.set_font("Helvetica", size=12)
    for number, line in enumerate(lines):
        pdf.text(72, start + 18 * number, line)
    pdf.output(str(path))
    if rotate:
        with pikepdf.open(path, allow_overwriting_input=True) as file:
            file.pages[0].obj["/Rotate"] = rotate
            file.save(path)
    return path


def marked(redactor: Redactor, path: Path, target: Path, mark: Mark, *, right: bool = False) -> Path:
    review = redactor.review(path)
    write_marked(path, target, mark, review.findings, review.document, right=right, overwrite=False)
    return target


def test_a_mark_has_the_policys_term_and_no_star() -> None:
    mark = compose(POLICY, Level.CONFIDENTIAL, setter="院长", set_on=DAY)
    assert (mark.text, mark.expires) == ("医院秘密·机密·5年", date(2031, 3, 1))
    assert compose(POLICY, Level.SECRET, setter="院长", set_on=DAY, event="公布").text == "医院秘密·秘密·至公布"
    until = compose(POLICY, Level.TOP_SECRET, setter="院长", set_on=DAY, until=date(2030, 12, 31))
    assert (until.text, until.expires) == ("医院秘密·绝密·至2030-12-31", date(2030, 12, 31))


@pytest.mark.parametrize(
    "wrong",
    [
        {"level": Level.INTERNAL},
        {"setter": " "},
        {"setter": "院长\n机密★"},
        {"years": 5, "event": "公布"},
        {"years": 21},
        {"years": 0},
        {"until": DAY},
        {"event": "公布\n★"},
        {"event": "机密★长期"},
    ],
)
def test_marks_outside_the_policy_are_refused(wrong: dict[str, object]) -> None:
    arguments: dict[str, object] = {"level": Level.CONFIDENTIAL, "setter": "院长", "set_on": DAY, **wrong}
    with pytest.raises(PolicyError) as caught:
        compose(POLICY, **arguments)  # type: ignore[arg-type]  # wrong on purpose
    assert caught.value.code == "HR113"


@given(
    st.sampled_from([Level.SECRET, Level.CONFIDENTIAL, Level.TOP_SECRET]),
    st.one_of(
        st.integers(1, 10).map(lambda n: {"years": n}),
        st.dates(date(2026, 3, 2), date(2036, 1, 1)).map(lambda d: {"until": d}),
        st.text("公布结束项目定标后一二三", min_size=1, max_size=12).map(lambda e: {"event": e}),
    ),
)
def test_what_is_written_is_read_again(level: Level, term: dict[str, object]) -> None:
    mark = compose(POLICY, level, setter="院长", set_on=DAY, **term)  # type: ignore[arg-type]  # one of three kinds
    found = marks_in(document_of_text(f"{mark.text}\n二〇二六年度安排", name="a.txt", sha256=""))
    assert found == [Mark(level, mark.years, mark.until, mark.event)]


@pytest.mark.parametrize("right", [False, True])
def test_a_word_file_is_marked_and_keeps_everything(redactor: Redactor, tmp_path: Path, right: bool) -> None:
    source = word_file(tmp_path / "计划.docx", "年度工作安排", "第一项")
    mark = compose(POLICY, Level.SECRET, setter="院长张明", set_on=DAY)
    target = marked(redactor, source, tmp_path / "out" / "计划.docx", mark, right=right)
    texts = [paragraph.text for paragraph in docx.Document(str(target)).paragraphs]
    assert texts == ["医院秘密·秘密·3年", "年度工作安排", "第一项"]
    assert docx.Document(str(target)).paragraphs[0].alignment == (2 if right else 0)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_pdf_is_marked_upright_in_free_space(redactor: Redactor, tmp_path: Path, rotate: int) -> None:
    source = pdf_file(tmp_path / "a.pdf", "Plan of the year", "First item", rotate=rotate, start=30)
    mark = compose(POLICY, Level.SECRET, setter="Dean", set_on=DAY)
    target = marked(redactor, source, tmp_path / "out" / "a.pdf", mark)
    text = pypdf.PdfReader(str(target)).pages[0].extract_text()
    assert "医院秘密·秘密·3年" in text
    assert "Plan of the year" in text
    review = redactor.review(target)
    boxes = [(b.text, b.location.box) for b in review.document.blocks if b.location.page == 1 and b.location.box]
    (own,) = [box for line, box in boxes if line == mark.text]
    assert all(
        box == own or box.y0 >= own.y1 or box.y1 <= own.y0 or box.x0 >= own.x1 or box.x1 <= own.x0 for _, box in boxes
    )


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_setter_and_date_stand_in_the_properties(redactor: Redactor, tmp_path: Path, kind: str) -> None:
    make = word_file if kind == "docx" else pdf_file
    source = make(tmp_path / f"a.{kind}", "Plan of the year")
    target = marked(
        redactor, source, tmp_path / "out" / f"a.{kind}", compose(POLICY, Level.SECRET, setter="D", set_on=DAY)
    )
    review = redactor.review(target)
    assert expiry_of(review, date(2029, 3, 1))[:2] == (State.IN_FORCE, Level.SECRET)
    assert expiry_of(review, date(2029, 3, 2))[:2] == (State.DECLASSIFIED, Level.INTERNAL)


def test_terms_without_a_known_end(redactor: Redactor) -> None:
    event = redactor.review_text("医院秘密·机密·至公布\n工作安排")
    assert expiry_of(event, DAY).state is State.EVENT
    unknown = redactor.review_text("医院秘密·机密·5年\n工作安排")
    assert expiry_of(unknown, DAY)[:2] == (State.UNKNOWN, Level.CONFIDENTIAL)
    assert expiry_of(redactor.review_text("工作安排"), DAY).state is State.UNMARKED


def test_data_of_patients_does_not_expire(redactor: Redactor) -> None:
    review = redactor.review_text(
        "医院秘密·秘密·至2027-01-01\n出院小结\n姓名：沈若溪  住院号：ZY20260317\n诊断：冠心病"
    )
    assert expiry_of(review, date(2028, 1, 1))[:2] == (State.PATIENT_DATA, Level.SECRET)


def test_the_registers_terms_run_out(redactor: Redactor, tmp_path: Path) -> None:
    with closing(Register(tmp_path / "r.db")) as register:
        review = redactor.review_text(
            "本院与某公司设备采购合同\n合同金额：486300元\n甲方：本院", context=ReleaseContext()
        )
        redactor.redact(review, tmp_path / "c.txt", register=register, who="test")
        found = [state for _, state in registered_expiries(register, POLICY, date(2100, 1, 1))]
    expected = [State.DECLASSIFIED] if review.suggestion.residual_level >= Level.SECRET else []
    assert [state.state for state in found] == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("医院秘密·机密·5年\n安排", "HR705"),
        ("医院秘密·绝密·5年\n安排", "HR705"),
        ("000023\n机密★5年\n特急\n安排", "HR701"),
    ],
)
def test_a_mark_that_is_there_is_not_covered(redactor: Redactor, tmp_path: Path, text: str, code: str) -> None:
    source = word_file(tmp_path / "a.docx", *text.split("\n"))
    with pytest.raises(HospitalRedactError) as caught:
        marked(
            redactor, source, tmp_path / "out" / "a.docx", compose(POLICY, Level.CONFIDENTIAL, setter="D", set_on=DAY)
        )
    assert caught.value.code == code
    assert not (tmp_path / "out").exists()


def test_a_page_without_room_and_a_text_file_are_refused(redactor: Redactor, tmp_path: Path) -> None:
    full = pdf_file(tmp_path / "full.pdf", *["Words to the edge of the page " * 4] * 14, start=14)
    text = tmp_path / "a.txt"
    text.write_text("工作安排", encoding="utf-8")
    mark = compose(POLICY, Level.SECRET, setter="D", set_on=DAY)
    for source in (full, text):
        with pytest.raises(HospitalRedactError) as caught:
            marked(redactor, source, tmp_path / "out" / source.name, mark)
        assert caught.value.code == "HR705"


def test_a_marked_original_gives_no_copy_without_an_approval(redactor: Redactor) -> None:
    review = redactor.review_text("医院秘密·机密·5年\n关于食堂开放时间的说明")
    assert review.suggestion.decision is Decision.REFUSE
    assert "copy_needs_approval:机密" in review.suggestion.needs_human
    approved = classify(review.document, review.findings, POLICY, ReleaseContext(reference="院批〔2026〕7号"))
    assert approved.decision is not Decision.REFUSE


def test_the_command_marks_and_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = word_file(tmp_path / "a.docx", "工作安排")
    words = ["mark", str(source), "--level", "秘密", "--setter", "院长", "-o", str(tmp_path / "out"), "--years", "1"]
    assert main(words) == 0
    assert "医院秘密·秘密·1年" in capsys.readouterr().out
    assert main(words) == 3  # it is there
    target = str(tmp_path / "out" / "a.docx")
    capsys.readouterr()
    assert main(["expiry", target, "--on", "2100-01-01"]) == 0
    assert "内部" in capsys.readouterr().out
    assert main(["expiry", target, "--on", "soon"]) == 2
