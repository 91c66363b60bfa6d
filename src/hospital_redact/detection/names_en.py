"""Names in Latin letters by their surroundings: labels, titles, relations, mail headers, credentials, pinyin.

Capital words alone are no evidence: eponyms (Crohn, Foley, Murphy), drugs, months and places look the same.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex

from hospital_redact.detection.names_zh import ROLE_OF, Mention
from hospital_redact.detection.scene import Scene
from hospital_redact.model import Role

_WORD = r"(?:(?:Mc|Mac|O['’]|D['’]|de |van |von |der |den |al-|el-|bin |binti |da |di |la |le )?\p{Lu}\p{Ll}+(?:[-'’]\p{Lu}?\p{Ll}+)*)"
_CAPS = r"(?:\p{Lu}{2,}(?:[-'’]\p{Lu}{2,})*)"
_INITIAL = r"(?:\p{Lu}\.(?:[ ]?\p{Lu}\.)*|\p{Lu}(?![\p{L}]))"
NAME = (
    rf"(?:(?:{_CAPS}|{_WORD}),[ ]?{_WORD}(?:[ ](?:{_WORD}|{_INITIAL})){{0,2}}"  # MAY, Rose T.
    rf"|{_CAPS}(?:[ ]{_WORD}){{1,3}}"  # LAU Wing Yan
    rf"|{_INITIAL}[ ]?(?:{_INITIAL}[ ]?)?(?:{_WORD}|{_CAPS})(?:[ ]{_WORD})?"  # M. Delvaux
    rf"|{_WORD}(?:[ ](?:{_INITIAL}|{_WORD}|{_CAPS})){{1,4}}"  # Kofi Addae, Pham Quoc Bao
    rf"|{_CAPS}(?:[ ]{_CAPS}){{1,3}}"  # NGUYEN THI LAN
    rf"|{_WORD}|{_CAPS})"
)
_STOP = frozenset(
    "the and for with date sex age male female name patient ward bed room no number of unit hospital department clinic address phone tel fax email dob mrn nhs id none nil unknown "
    "not signature signed consultant ref re subject dear from to cc sent on at in by is was has his her a an this that be mr mrs ms dr prof colleague colleagues sir madam "
    "all team admin office manager director chair board committee finance estates supplies discharge summary report history diagnosis medication allergies plan code type status "
    "information details records record service services department care reports contact name: data safety reference consent relationship next kin history".split()
)
_EPONYM_AFTER = regex.compile(
    r"['’]?s?[ -](?:disease|syndrome|sign|score|test|scale|catheter|criteria|classification|stain|method|law|index|lymphoma|tumou?r|palsy|phenomenon|reflex|operation|procedure|"
    r"fracture|cyst|duct|bodies|body|virus|agar|correction|approximation|score|staging|grade|grading|days?|stage|chart|charts|effect|trial|formula|equation|aphasia|colitis|encephalopathy|o?edema|paralysis|thyroiditis|hernia|node|loop|ring|line|tube|forceps|clamp|suture|needle|retractor|drain|clinic|ward|wing|unit|hospital|street|road|house|centre|center|university|institute|college|school|et al)",
    regex.IGNORECASE,
)
_S = r"[ \t]"
_PATIENT = rf"(?:Patient(?:['’]s)?(?:{_S}+(?:full{_S}+)?name)?|Pt\.?|Full{_S}+name|Name(?:{_S}+of{_S}+(?:patient|child|deceased|insured))?|Surname|Forenames?|Member(?:{_S}+name)?|Insured|Claimant|Deceased|Subject{_S}+name|Re|Child|Baby|Client|Donor|Recipient(?:{_S}+name)?|Participant)"
_RELATIVE = r"(?:mother|father|wife|husband|son|daughter|sister|brother|mum|mom|dad|partner|spouse|next of kin|NOK|guardian|carer|aunt|uncle|grandmother|grandfather|cousin|niece|nephew|parent|fiancée?|step(?:mother|father|son)|emergency contact|contact)"
_STAFF = rf"(?:Consultant|Surgeon|Physician|Attending|Registrar|Requester|Requested{_S}+by|Referred{_S}+by|Reported{_S}+by|Reviewed{_S}+by|Prepared{_S}+by|Authori[sz]ed{_S}+by|Dictated{_S}+by|Signed(?:{_S}+by)?|e-?signed(?:{_S}+by)?|PCP|GP|Nurse|Sister|RN|PI|Principal{_S}+Investigator|Chair|Clerk|Author|Anaesthetist|Radiologist|Pathologist|Pharmacist|Assistant|Witness|Minutes(?:{_S}+by)?)"
_OTHER = r"(?:From|To|Cc|Bcc|Sent by|Account name|Account holder|Payee|Beneficiary|Employee|Staff member|Complainant|Driver|Attn|Attention|Supplier|Hospital|Interpreter|Contact person|Applicant|Candidate|Referee|Cardholder|Holder)"
_LABELS = tuple(
    (
        regex.compile(
            rf"(?<![\p{{L}}\d])(?i:{words}){_S}{{0,3}}(?:\(\w[^()\n]{{0,10}}\))?{_S}{{0,2}}{mark}{_S}{{0,8}}(?P<name>{NAME})"
        ),
        role,
    )
    for words, mark, role in (
        (_PATIENT, r"[::]", Role.PATIENT),
        (_PATIENT, r"\t", Role.PATIENT),
        (_STAFF, r"[::]?", Role.STAFF),
        (_RELATIVE, r"(?:[,:(]|is|was|name[:]?)?", Role.RELATIVE),
        (_OTHER, r"[::]", Role.OTHER),
    )
)
_HEADED = regex.compile(rf"(?m)^{_S}*(?P<label>TO|FROM|CC|ATTN|NAME|PATIENT|RE){_S}{{2,}}(?P<name>{NAME})")
_TITLE = regex.compile(
    rf"(?<![\p{{L}}\d])(?P<title>Dr|Prof|Professor|Doctor|Nurse|Sister|Mr|Mrs|Ms|Miss|Mx|Master|Sir|Madam|Baby)\.?[ ](?P<name>{NAME})"
)
_STAFF_TITLES = frozenset("Dr Prof Professor Doctor Nurse Sister".split())
_CREDENTIAL = regex.compile(
    rf"(?<![\p{{L}}\d])(?P<name>{NAME}),?[ ](?:M\.?D|MBBS|MBChB|PA-C|R\.?N|NP|DO|Ph\.?D|FRCS|FRCP|MRCP|FRCPath|FACS|BSc|PharmD|CNM|LCSW)(?![\p{{L}}])"
)
_MAIL = regex.compile(rf"(?<![\p{{L}}\d])(?P<name>{NAME})[ ]?<[^<>\s]{{1,80}}@")
_AGE = regex.compile(
    rf"(?<![\p{{L}}\d])(?P<name>{NAME}),?[ ](?:\(?(?:aged?[ ])?[0-9]{{1,3}}(?:[ ]?(?:y/?o|years?|yrs?|[MF])\b|[ -]year)|\(?(?:DOB|d\.o\.b|born)\b|\(HKID)"
)
_WROTE = regex.compile(rf"(?<![\p{{L}}\d])(?P<name>{NAME})[ ](?:wrote|writes):?")
_CHINESE_LABEL = regex.compile(
    rf"(?P<label>{'|'.join(sorted((w for w in ROLE_OF if len(w) > 1), key=len, reverse=True))})[ ]?[::]?[ ]?(?P<name>(?:{_WORD}|{_CAPS}|{_INITIAL})(?:[ ,·]{{1,2}}(?:{_WORD}|{_CAPS}|{_INITIAL})){{1,4}})"
)
_CHINESE_TWIN = regex.compile(
    rf"\p{{Han}}{{2,8}}[ ]?[/(][ ]?(?P<name>(?:{_CAPS}|{_WORD})(?:[ ](?:{_CAPS}|{_WORD})){{1,3}})(?=[ ]?[)\n,;。]|[ ]?$)"
)
_INITIALS = regex.compile(
    r"(?:患者|病人|受试者|受检者|姓名)[ ]?[::]?[ ]?(?P<name>[A-Z]\.(?:[ ]?[A-Z]\.){1,3}|[A-Z](?:\.[A-Z]){1,3})(?![A-Za-z])"
)
_SYLLABLE = (
    r"(?:[bpm](?:a|ai|ao|an|ang|o|ei|en|eng|i|iao|ie|ian|in|ing|u)|f(?:a|an|ang|ei|en|eng|o|ou|u)|[dt](?:a|ai|ao|an|ang|e|eng|i|iao|ie|iu|ian|ing|ong|ou|u|ui|un|uan|uo)|"
    r"[nl](?:a|ai|ao|an|ang|e|ei|en|eng|i|ia|iao|ie|iu|ian|iang|in|ing|ong|ou|u|uan|uo|v|ü|üe|ue)|[gkh](?:a|ai|ao|an|ang|e|ei|en|eng|ong|ou|u|ua|uai|uan|uang|ui|un|uo)|"
    r"[jqx](?:i|ia|iao|ie|iu|ian|iang|in|ing|iong|u|ue|uan|un)|(?:zh|ch|sh|r|z|c|s)(?:a|ai|ao|an|ang|e|ei|en|eng|i|ong|ou|u|ua|uai|uan|uang|ui|un|uo)|"
    r"y(?:a|ao|an|ang|e|i|in|ing|o|ong|ou|u|ue|uan|un)|w(?:a|ai|an|ang|ei|en|eng|o|u)|an|ao|ai|ou|e|er|en)"
)
_FAMILY = (
    "wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he gao lin luo zheng liang xie song tang han feng deng cao peng zeng xiao tian dong yuan pan yu jiang cai du ye cheng su wei lu ding "
    "ren shen yao cui zhong tan fan jin shi liao jia xia fu fang bai zou meng xiong qin qiu hou lei long tao he gu mao hao gong shao wan qian yan qin lai wu dai mo kong xiang ouyang situ zhuge shangguan"
).split()  # fmt: skip
_SURNAME = (
    "(?:" + "|".join(sorted({*map(str.capitalize, _FAMILY), *map(str.upper, _FAMILY)}, key=len, reverse=True)) + ")"
)
_GIVEN = rf"(?:(?=\p{{Lu}})(?i:{_SYLLABLE}(?:[-']?{_SYLLABLE})?)(?![\p{{L}}]))"
_PINYIN = regex.compile(
    rf"(?<![\p{{L}}\d./@_-]){_SURNAME}(?:,)?[ ]{_GIVEN}(?:[ ]{_GIVEN})?(?![\p{{L}}\d@_])|(?<![\p{{L}}\d./@_-]){_GIVEN}[ ]{_SURNAME}(?![\p{{L}}\d@_])"
)
# English words that pinyin spells too.
_NOT_PINYIN = frozenset(
    "an the he long son men women can fan pan tan ban gang song tang wan dong bin ban man ran sun she you me a an en to do so ma pa fu he".split()
)
_DAY = regex.compile(r"\.?[ ,]{1,2}[0-9]")
_BOTH = regex.compile(rf"(?P<name>{NAME})[ ]?\((?P<han>\p{{Han}}{{2,4}})\)")


def find_latin_names(scene: Scene) -> Iterator[Mention]:
    """Yield names in Latin letters that their surroundings show."""
    text = scene.text
    for pattern, role in _LABELS:
        for match in pattern.finditer(text):
            yield from _accept(text, match, role, "label")
    for match in _HEADED.finditer(text):
        yield from _accept(
            text, match, Role.PATIENT if match["label"] in {"NAME", "PATIENT", "RE"} else Role.OTHER, "label"
        )
    for match in _TITLE.finditer(text):
        yield from _accept(text, match, Role.STAFF if match["title"] in _STAFF_TITLES else Role.OTHER, "title")
    for match in _CREDENTIAL.finditer(text):
        yield from _accept(text, match, Role.STAFF, "title")
    for pattern, role in ((_MAIL, Role.OTHER), (_AGE, Role.PATIENT), (_WROTE, Role.OTHER)):
        for match in pattern.finditer(text):
            yield from _accept(text, match, role, "context")
    for match in _BOTH.finditer(text):
        for mention in _accept(text, match, Role.OTHER, "context"):
            yield mention
            yield Mention(*match.span("han"), Role.OTHER, 0.8, ("context",))
            yield Mention(*match.span(), Role.OTHER, 0.8, ("context",))
    for pattern in (_CHINESE_LABEL, _CHINESE_TWIN):
        for match in pattern.finditer(text):
            role = ROLE_OF.get("".join((match.groupdict().get("label") or "").split()), Role.OTHER)
            yield from _accept(text, match, role, "label")
    for match in _INITIALS.finditer(text):
        yield Mention(*match.span("name"), Role.PATIENT, 0.75, ("label",))
    for match in _PINYIN.finditer(text):
        if not _NOT_PINYIN & set(match.group().casefold().split()) and not is_eponym(text, match.end()):
            yield Mention(*match.span(), Role.OTHER, 0.55, ("shape",))
    yield from _in_columns(scene)


_NAME = regex.compile(NAME)
_INITIAL_HEADS = regex.compile(r"(?i)(?:姓名|患者|受试者)?(?:拼音)?缩写|(?:subject|patient)?[ ]?initials")
_HEADS = regex.compile(
    r"(?i)(?:patient|full|employee|staff|member|subject|participant|client)?[ ]?(?:name|patient|surname|forename|employee|insured|claimant)s?"
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
    words = regex.findall(r"[\p{L}'’-]+", name)
    return (
        bool(words) and not any(word.casefold() in _STOP for word in words[:2]) and any(len(word) > 1 for word in words)
    )


def is_eponym(text: str, end: int) -> bool:
    """Whether the name that ends at ``end`` names a disease, sign, score or device."""
    return _EPONYM_AFTER.match(text, end) is not None


def _accept(text: str, match: regex.Match[str], role: Role, evidence: str) -> Iterator[Mention]:
    start, end = match.span("name")
    words = text[start:end]
    # A stop word ends the name: "Okonkwo Sept", "Rose Date of Birth".
    for piece in regex.finditer(r"[\p{L}'’-]+", words):
        word = piece.group().casefold()
        dated = word in _MONTHS and _DAY.match(text, start + piece.end())
        if piece.start() and (word in _STOP and word not in _MONTHS or dated):
            end = start + len(words[: piece.start()].rstrip(" ,"))
            break
    name = text[start:end]
    if end <= start or not is_latin_name(name) or is_eponym(text, end):
        return
    if role is Role.OTHER and evidence == "label" and name.isupper() and " " not in name:
        return  # To: PICU
    yield Mention(start, end, role, 0.85 if evidence == "label" else 0.8, (evidence,))


_MONTHS = frozenset("jan feb mar apr jun jul aug sep sept oct nov dec january february march june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun".split())  # fmt: skip
