"""Names in Latin letters by their surroundings: labels, titles, relations, mail headers, credentials, pinyin.

Capital words alone are no evidence: eponyms (Crohn, Foley, Murphy), drugs, months and places look the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import regex

from hospital_redact.detection.names_zh import ROLE_OF, Mention
from hospital_redact.detection.scene import Scene
from hospital_redact.detection.words import alternatives, words
from hospital_redact.model import Role

_PARTICLE = r"(?:Mc|Mac|O['’]|D['’]|de |van |von |der |den |al-|el-|bin |binti |da |di |la |le )"
_WORD = rf"(?:{_PARTICLE}?\p{{Lu}}\p{{Ll}}+(?:[-'’]\p{{Lu}}?\p{{Ll}}+)*)"
_CAPS = r"(?:\p{Lu}{2,}(?:[-'’]\p{Lu}{2,})*)"
_INITIAL = r"(?:\p{Lu}\.(?:[ ]?\p{Lu}\.)*|\p{Lu}(?![\p{L}]))"
_ANY = rf"(?:{_WORD}|{_CAPS}|{_INITIAL})"
NAME = (
    rf"(?:(?:{_CAPS}|{_WORD}),[ ]?{_WORD}(?:[ ](?:{_WORD}|{_INITIAL})){{0,2}}"  # MAY, Rose T.
    rf"|{_CAPS}(?:[ ]{_WORD}){{1,3}}"  # LAU Wing Yan
    rf"|{_INITIAL}[ ]?(?:{_INITIAL}[ ]?)?(?:{_WORD}|{_CAPS})(?:[ ]{_WORD})?"  # M. Delvaux
    rf"|{_WORD}(?:[ ]{_ANY}){{1,4}}"  # Kofi Addae, Pham Quoc Bao
    rf"|{_CAPS}(?:[ ]{_CAPS}){{1,3}}"  # NGUYEN THI LAN
    rf"|{_WORD}|{_CAPS})"
)
_NAME = regex.compile(NAME)
_MONTHS = words("months")
_STOP = words("latin_not_names")
_EPONYM_AFTER = regex.compile(
    rf"['’]?s?[ -](?:(?:{alternatives(words('latin_eponym_things'))})(?:s|es)?|tumou?rs?|o?edema|et al)(?!\p{{L}})"
    r"|['’]?s?[ ]\p{Ll}*(?:itis|osis|oma|a?emia|pathy|asia|ectomy|otomy|scopy|graphy|plegia|algia)(?!\p{L})",
    regex.IGNORECASE,
)


def _labels(key: str) -> str:
    """Return an expression for the labels of a list; blanks in them stand for any blanks, 's may follow a word."""
    return "(?:" + alternatives(words(key)).replace("_", r"[ \t]+") + ")"


_LABELS = tuple(
    (
        regex.compile(
            rf"(?<![\p{{L}}\d])(?i:{_labels(key)})(?:['’]s[ ]name)?[ \t]{{0,3}}(?:\(\w[^()\n]{{0,10}}\))?"
            rf"[ \t]{{0,2}}{mark}[ \t]{{0,8}}(?P<name>{NAME})"
        ),
        role,
    )
    for key, mark, role in (
        ("latin_patient_labels", r"[:\t]", Role.PATIENT),
        ("latin_staff_labels", r":?", Role.STAFF),
        ("latin_relative_labels", r"(?:[,:(]|is|was|name:?)?", Role.RELATIVE),
        ("latin_other_labels", r":", Role.OTHER),
    )
)
_HEADED = regex.compile(rf"(?m)^[ \t]*(?P<label>TO|FROM|CC|ATTN|NAME|PATIENT|RE)[ \t]{{2,}}(?P<name>{NAME})")
_START = r"(?<![\p{L}\d])"
_TITLE = regex.compile(
    rf"{_START}(?P<title>Dr|Prof|Professor|Doctor|Nurse|Sister|Mr|Mrs|Ms|Miss|Mx|Master|Sir|Madam|Baby)\.?[ ]"
    rf"(?P<name>{NAME})"
)
_STAFF_TITLES = frozenset({"Dr", "Prof", "Professor", "Doctor", "Nurse", "Sister"})
_CREDENTIAL = regex.compile(
    rf"{_START}(?P<name>{NAME}),?[ ](?:M\.?D|MBBS|MBChB|PA-C|R\.?N|NP|DO|Ph\.?D|FRCS|FRCP|MRCP|FRCPath|FACS|BSc|"
    r"PharmD|CNM|LCSW)(?![\p{L}])"
)
_MAIL = regex.compile(rf"{_START}(?P<name>{NAME})[ ]?<[^<>\s]{{1,80}}@")
_AGE = regex.compile(
    rf"{_START}(?P<name>{NAME}),?[ ](?:\(?(?:aged?[ ])?[0-9]{{1,3}}(?:[ ]?(?:y/?o|years?|yrs?|[MF])\b|[ -]year)"
    r"|\(?(?:DOB|d\.o\.b|born)\b|\(HKID)"
)
_WROTE = regex.compile(rf"{_START}(?P<name>{NAME})[ ](?:wrote|writes):?")
_CHINESE = alternatives(frozenset(word for word in ROLE_OF if len(word) > 1))
_CHINESE_LABEL = regex.compile(rf"(?P<label>{_CHINESE})[ ]?:?[ ]?(?P<name>{_ANY}(?:[ ,·]{{1,2}}{_ANY}){{1,4}})")
_CHINESE_TWIN = regex.compile(
    rf"\p{{Han}}{{2,8}}[ ]?[/(][ ]?(?P<name>(?:{_CAPS}|{_WORD})(?:[ ](?:{_CAPS}|{_WORD})){{1,3}})"
    r"(?=[ ]?[)\n,;。]|[ ]?$)"
)
_INITIALS = regex.compile(
    r"(?:患者|病人|受试者|受检者|姓名)[ ]?:?[ ]?(?P<name>[A-Z]\.(?:[ ]?[A-Z]\.){1,3}|[A-Z](?:\.[A-Z]){1,3})(?![A-Za-z])"
)
_SYLLABLE = (
    r"(?:[bpm](?:a|ai|ao|an|ang|o|ei|en|eng|i|iao|ie|ian|in|ing|u)|f(?:a|an|ang|ei|en|eng|o|ou|u)|[dt](?:a|ai|ao|an|ang|e|eng|i|iao|ie|iu|ian|ing|ong|ou|u|ui|un|uan|uo)|"
    r"[nl](?:a|ai|ao|an|ang|e|ei|en|eng|i|ia|iao|ie|iu|ian|iang|in|ing|ong|ou|u|uan|uo|v|ü|üe|ue)|[gkh](?:a|ai|ao|an|ang|e|ei|en|eng|ong|ou|u|ua|uai|uan|uang|ui|un|uo)|"
    r"[jqx](?:i|ia|iao|ie|iu|ian|iang|in|ing|iong|u|ue|uan|un)|(?:zh|ch|sh|r|z|c|s)(?:a|ai|ao|an|ang|e|ei|en|eng|i|ong|ou|u|ua|uai|uan|uang|ui|un|uo)|"
    r"y(?:a|ao|an|ang|e|i|in|ing|o|ong|ou|u|ue|uan|un)|w(?:a|ai|an|ang|ei|en|eng|o|u)|an|ao|ai|ou|e|er|en)"
)
_FAMILY = words("pinyin_surnames")
_SURNAME = (
    "(?:" + "|".join(sorted({*map(str.capitalize, _FAMILY), *map(str.upper, _FAMILY)}, key=len, reverse=True)) + ")"
)
_GIVEN = rf"(?:(?=\p{{Lu}})(?i:{_SYLLABLE}(?:[-']?{_SYLLABLE})?)(?![\p{{L}}]))"
_LEFT, _RIGHT = r"(?<![\p{L}\d./@_-])", r"(?![\p{L}\d@_])"
_PINYIN = regex.compile(rf"{_LEFT}{_SURNAME},?[ ]{_GIVEN}(?:[ ]{_GIVEN})?{_RIGHT}|{_LEFT}{_GIVEN}[ ]{_SURNAME}{_RIGHT}")
_NOT_PINYIN = words("not_pinyin")
# O'Hara, Sinead M. alone in a cell is somebody, whatever heads the column.
_SURNAME_FIRST = regex.compile(
    r"(?!(?:Mon|Tues?|Wednes|Thurs?|Fri|Satur|Sun)(?:day)?,)(?:\p{Lu}['’])?\p{Lu}[\p{L}'’-]{1,24}, "
    r"\p{Lu}\p{Ll}[\p{L}'’-]{0,24}(?:[ ]\p{Lu}\.?)?"
)
_DAY = regex.compile(r"\.?[ ,]{1,2}[0-9]")
_BOTH = regex.compile(rf"(?P<name>{NAME})[ ]?\((?P<han>\p{{Han}}{{2,4}})\)")


def find_latin_names(scene: Scene) -> Iterator[Mention]:
    """Yield names in Latin letters that their surroundings show."""
    text = scene.text
    for pattern, role_of, evidence in _CUES:
        for match in pattern.finditer(text):
            yield from _accept(text, match, role_of(match), evidence)
    for match in _BOTH.finditer(text):
        for mention in _accept(text, match, Role.OTHER, "context"):
            yield mention
            yield Mention(*match.span("han"), Role.OTHER, 0.8, ("context",))
            yield Mention(*match.span(), Role.OTHER, 0.8, ("context",))
    for match in _INITIALS.finditer(text):
        yield Mention(*match.span("name"), Role.PATIENT, 0.75, ("label",))
    for match in _PINYIN.finditer(text):
        if not _NOT_PINYIN & set(match.group().casefold().split()) and not is_eponym(text, match.end()):
            yield Mention(*match.span(), Role.OTHER, 0.55, ("shape",))
    for cell in scene.cells:
        if _SURNAME_FIRST.fullmatch(text, cell.start, cell.end):
            yield Mention(cell.start, cell.end, Role.OTHER, 0.7, ("shape",))
    yield from _in_columns(scene)


def _always(role: Role) -> Callable[[regex.Match[str]], Role]:
    return lambda _: role


def _headed_role(match: regex.Match[str]) -> Role:
    return Role.PATIENT if match["label"] in {"NAME", "PATIENT", "RE"} else Role.OTHER


def _titled_role(match: regex.Match[str]) -> Role:
    return Role.STAFF if match["title"] in _STAFF_TITLES else Role.OTHER


def _labelled_role(match: regex.Match[str]) -> Role:
    return ROLE_OF[match["label"]]


_CUES: tuple[tuple[regex.Pattern[str], Callable[[regex.Match[str]], Role], str], ...] = (
    *((pattern, _always(role), "label") for pattern, role in _LABELS),
    (_HEADED, _headed_role, "label"),
    (_TITLE, _titled_role, "title"),
    (_CREDENTIAL, _always(Role.STAFF), "title"),
    (_MAIL, _always(Role.OTHER), "context"),
    (_AGE, _always(Role.PATIENT), "context"),
    (_WROTE, _always(Role.OTHER), "context"),
    (_CHINESE_LABEL, _labelled_role, "label"),
    (_CHINESE_TWIN, _always(Role.OTHER), "label"),
)
"""What shows a name: an expression with the group ``name``, whose name it is, and the evidence."""


_INITIAL_HEADS = regex.compile(r"(?i)(?:姓名|患者|受试者)?(?:拼音)?缩写|(?:subject|patient)?[ ]?initials")
_HEADS = regex.compile(
    r"(?i)(?:patient|full|employee|staff|member|subject|participant|client)?[ ]?"
    r"(?:name|patient|surname|forename|employee|insured|claimant)s?"
)


def _in_columns(scene: Scene) -> Iterator[Mention]:
    for cell in scene.cells:
        if _INITIAL_HEADS.fullmatch(cell.header.strip(":* ")) or _INITIAL_HEADS.fullmatch(cell.label.strip(":* ")):
            if regex.fullmatch(r"[A-Z]{2,6}|(?:[A-Z]\.){2,4}", scene.text[cell.start : cell.end].strip()):
                yield Mention(cell.start, cell.end, Role.PATIENT, 0.8, ("header",))
            continue
        if _HEADS.fullmatch(cell.header.strip(":* ")) or _HEADS.fullmatch(cell.label.strip(":* ")):
            match = _NAME.match(scene.text, cell.start, cell.end)
            if match and is_latin_name(match.group()):
                role = Role.OTHER if regex.search(r"(?i)employee|staff", cell.header + cell.label) else Role.PATIENT
                yield Mention(match.start(), match.end(), role, 0.85, ("header",))


def is_latin_name(name: str) -> bool:
    """Whether capital words may be a name: no word of forms, letters and offices among the first two."""
    parts = regex.findall(r"[\p{L}'’-]+", name)
    return any(len(part) > 1 for part in parts) and not any(part.casefold() in _STOP for part in parts[:2])


def is_eponym(text: str, end: int) -> bool:
    """Whether the name that ends at ``end`` names a disease, sign, score or device."""
    return _EPONYM_AFTER.match(text, end) is not None


def _accept(text: str, match: regex.Match[str], role: Role, evidence: str) -> Iterator[Mention]:
    start, end = match.span("name")
    whole = text[start:end]
    # A stop word ends the name: "Okonkwo Sept", "Rose Date of Birth".
    for piece in regex.finditer(r"[\p{L}'’-]+", whole):
        word = piece.group().casefold()
        dated = word in _MONTHS and _DAY.match(text, start + piece.end())
        if piece.start() and ((word in _STOP and word not in _MONTHS) or dated):
            end = start + len(whole[: piece.start()].rstrip(" ,"))
            break
    name = text[start:end]
    if end <= start or not is_latin_name(name) or is_eponym(text, end):
        return
    if role is Role.OTHER and evidence == "label" and name.isupper() and " " not in name:
        return  # To: PICU
    yield Mention(start, end, role, 0.85 if evidence == "label" else 0.8, (evidence,))
