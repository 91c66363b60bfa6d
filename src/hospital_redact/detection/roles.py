"""Whose name it is (03_names, rule 6): what the words beside a name show, and what the kind of document makes of it.

Staff may stay in a copy, so a name is staff on positive evidence only: an office of this hospital. An office of
another body (国家体改委主任, 上海市委书记) shows a person and no staff. In a document about pay, personnel or a
complaint the employees it is about are no longer in office.
"""

from __future__ import annotations

from collections.abc import Iterable

import regex

from hospital_redact.detection.words import STAFF_TITLES, words
from hospital_redact.model import Role

ROLE_OF = {
    **dict.fromkeys(words("other_labels"), Role.OTHER),
    **dict.fromkeys(words("staff_labels"), Role.STAFF),
    **dict.fromkeys(words("relative_labels"), Role.RELATIVE),
    **dict.fromkeys(words("patient_labels"), Role.PATIENT),
}
"""Whose name a label announces."""

_ELSEWHERE = regex.compile(
    r"(?:国务院|中央|中共|联合国|共和国|[参众]议院|议会|政府|(?:省|市|县|州|自治区|国家|(?<![病院])区)\p{Han}{0,7}|(?<![党纪团工])委|[局厅署]|公司|集团"
    r"|法院|检察院|大学|中学|小学|学校|银行|[乡镇村]|街道|协会|学会|联合会|基金会|书记处|[总分]?社)"
    r"(?:第[一二三]|副|代理|常务|轮值|执行|原|前|现任|时任)*$"
)
_HOSPITAL = regex.compile(r"医院|卫生院|诊所|病区|[科室]|护理|医务|门诊|院区|本院|我院|保健")
_COMPLAINT = regex.compile(
    r"投诉人|被投诉|举报人|被举报|投诉(?:内容|事项|登记|信|件|书)|举报(?:信|内容)|信访(?:人|件|事项)"
    r"|(?i:complainant|(?:letter|nature|details) of complaint|formal complaint|grievance)"
)
_HANDLERS = tuple(sorted(words("handler_labels")))
# An entry of a list of pay: 3. 王芳 系数1.2 10,150.
_HEADS_LINE = regex.compile(
    r"(?:^|\n)[ \t]*(?:[0-9]{1,3}[、.．)]?|[①-⑳▲●○■◆▪·•*-])?[ \t]*(?:(?:Mrs?|Ms|Miss|Dr|Prof)\.?[ ])?$"
)
_PAID = regex.compile(
    r"(?:[ \t:,，、(（]|同志|老师|医生|主任|护士长)[^\n。;]{0,30}?"
    r"(?:系数|(?<![0-9.\-/])(?:[0-9]{1,3}(?:,[0-9]{3})+|[1-9][0-9]{2,6})(?:\.[0-9]{1,2})?(?![0-9年月日号./\-]))"
)
# In a document about staff, an entry of a list or table is somebody it is about; a signature is not.
_ABOUT = frozenset({"header", "list", "context", "sex"})


def is_elsewhere(text: str, at: int) -> bool:
    """Whether the office named at ``at`` is one of another body than a hospital."""
    found = _ELSEWHERE.search(text, max(0, at - 14), at)
    return found is not None and _HOSPITAL.search(text, max(0, at - 14), at) is None


def role_around(text: str, start: int, end: int) -> Role:
    """Return the role that the words beside a name show."""
    after = text[end : end + 6]
    if after.startswith(tuple(STAFF_TITLES)):
        return Role.STAFF
    stop = start
    while stop > 0 and text[stop - 1] in " :\t":
        stop -= 1
    before = text[max(0, start - 8) : stop]
    for length in range(min(6, len(before)), 0, -1):
        role = ROLE_OF.get(before[-length:])
        if role is not None:
            return Role.OTHER if role is Role.STAFF and is_elsewhere(text, stop - length) else role
    return Role.OTHER


def concerns_complaint(texts: Iterable[str]) -> bool:
    """Whether a document is a complaint, by the words that only complaints and their records have."""
    return any(_COMPLAINT.search(text) for text in texts)


def settle(
    role: Role, evidence: Iterable[str], before: str, after: str, *, staff_document: bool, complaint: bool
) -> Role:
    """Return the role of a mention in the light of its document.

    ``before`` and ``after`` are the text around the name: in a complaint whoever handles it stays in office, and
    whoever heads a line with an amount is somebody whom a list about staff pays.
    """
    if staff_document and role in (Role.STAFF, Role.OTHER) and _HEADS_LINE.search(before) and _PAID.match(after):
        return Role.STAFF_SUBJECT
    if staff_document and (role is Role.PATIENT or (role is Role.STAFF and not _ABOUT.isdisjoint(evidence))):
        return Role.STAFF_SUBJECT
    if complaint and role is Role.STAFF and not before.rstrip(" :\t").endswith(_HANDLERS):
        return Role.STAFF_SUBJECT
    return role
