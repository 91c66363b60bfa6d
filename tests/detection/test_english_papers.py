"""English papers of the administration: what a section, a label, a table or the kind of a paper makes confidential.

Everybody is invented. Each case stands for a class: a heading that governs the sentences under it, a short value
behind its label, a verdict in a cell, a sentence of a paper whose title names its kind; beside it what stays.
"""

from __future__ import annotations

import pytest
from detection_kit import shipped_detector, text_document

from hospital_redact.detection.structure import text_cells
from hospital_redact.model import CATEGORY_CUE, Finding

LETTER = """Strictly private
Ms Ada Quell

Outcome of disciplinary hearing

I am writing to confirm the decision of the panel.
You left the recovery area for 50 minutes without telling anyone.
You have the right to appeal within ten days.
A final written warning is issued for 18 months.
"""
APPRAISAL = """Annual performance review
Objective | Result | Comment
Lead the sedation audit | Achieved | Presented in March, re-audit planned
Strengths
Calm in an emergency; trusted by the team.
Teamwork: Covers weekends without being asked
"""
TENDER = """Tender evaluation report
Bidder A and bidder B, moderation by the panel

                   Bidder A        Bidder B        Bidder C
Company            Halden Ltd      Vocatec plc     Merriott Ltd
Quality score      41.25           46.75           33.00
Total price        1,184,300       1,312,960       1,097,415

Vendor comments
Vocatec could not show the interface and was marked down.
"""
CONTRACT = """Services agreement
between Larkhill Hospital ("the Client") and Verity Ltd ("the Provider")
2. Response
An engineer will attend at any hour of the day.
3. Charges. The annual charge is £148,500, payable quarterly in advance.
9. Governing law
This Agreement is governed by English law.
"""
HANDOVER = """IT handover: credentials
Firewall and VLAN notes for the vendor, password list below
The core switch trunks to the DMZ on ports 47 and 48.
Wi-Fi: SSID STAFF-MED uses WPA2 PSK green-lamp-7turbine
Printer toner is in the cupboard.
"""
PLAN = """Strategic plan, confidential draft
Option 1
Close the birthing unit and redeploy 31 midwives.
What we propose
Transfer stroke beds to the main site by October 2027.
"""


def findings(text: str) -> tuple[Finding, ...]:
    return shipped_detector().detect(text_document(text))


def gone(text: str) -> str:
    """Return ``text`` with a box for each character that would go."""
    document = text_document(text)
    blocks = [list(block.text) for block in document.blocks]
    for finding in shipped_detector().detect(document):
        for span in finding.spans if finding.action.removes else ():
            blocks[span.block][span.start : span.end] = "█" * (span.end - span.start)
    return "\n".join("".join(block) for block in blocks)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (LETTER, "You left the recovery area"),
        (LETTER, "final written warning"),
        (APPRAISAL, "Achieved"),
        (APPRAISAL, "Presented in March"),
        (APPRAISAL, "trusted by the team"),
        (APPRAISAL, "Covers weekends"),
        (TENDER, "Vocatec plc"),
        (TENDER, "46.75"),
        (TENDER, "1,312,960"),
        (TENDER, "could not show the interface"),
        (CONTRACT, "An engineer will attend"),
        (CONTRACT, "£148,500"),
        (HANDOVER, "trunks to the DMZ"),
        (HANDOVER, "green-lamp-7turbine"),
        (PLAN, "Close the birthing unit"),
        (PLAN, "Transfer stroke beds"),
    ],
)
def test_what_is_stated_goes(text: str, value: str) -> None:
    assert value in text
    assert value not in gone(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (LETTER, "I am writing to confirm"),
        (LETTER, "You have the right to appeal"),
        (APPRAISAL, "Annual performance review"),
        (APPRAISAL, "Strengths"),
        (TENDER, "Quality score"),
        (CONTRACT, "This Agreement is governed by English law"),
        (HANDOVER, "Printer toner is in the cupboard"),
        (PLAN, "What we propose"),
    ],
)
def test_what_every_such_paper_has_stays(text: str, value: str) -> None:
    assert value in gone(text)


@pytest.mark.parametrize(
    "text",
    [
        "Disciplinary Policy HR-14\nThis policy sets out how misconduct is dealt with.\n"
        "A final written warning will remain live for 18 months.\nEmployees may appeal. Managers should keep a record.",
        "MODEL SERVICES AGREEMENT (template)\n1. Charges. The [Customer] shall pay [amount] within 30 days.\n"
        "2. Liability is limited to [percentage] of the charges.",
        "Contract award notice\nContract awarded to: MediMove Ltd. Number of tenders received: 4.\n"
        "Date of award 2 December 2025. Total value £725,850.",
        "Nurse appraisal: how to prepare\nThis leaflet explains the annual appraisal. Bring evidence.",
    ],
    ids=["policy", "template", "award notice", "leaflet"],
)
def test_what_looks_alike_is_not_accused(text: str) -> None:
    cues = {finding.category for finding in findings(text) if finding.entity == CATEGORY_CUE}
    assert not [finding for finding in findings(text) if finding.detector == "statement"] or cues <= {"none"}


def test_thousands_in_aligned_columns_are_no_commas_between_cells() -> None:
    text = "                  Actual      Budget     Prior\nSupplies          24,310      23,600     22,904\n"
    cells = {text[cell.start : cell.end]: cell.header for cell in text_cells(text)}
    assert cells["24,310"] == "Actual"
    assert cells["22,904"] == "Prior"


def test_headers_with_figures_head_rows_of_figures() -> None:
    text = "Bidder      Technical (60)    Price (40)\nCorvanta    48.5              36.2\n"
    cells = {text[cell.start : cell.end]: cell.header for cell in text_cells(text)}
    assert cells["48.5"] == "Technical (60)"
