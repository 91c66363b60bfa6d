"""Names in Latin letters by their surroundings: labels, titles, relations, mail headers, credentials, pinyin.

Capital words alone are no evidence: eponyms (Crohn, Foley, Murphy), drugs, months and places look the same.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

import regex

from hospital_redact.detection.compilation import compile_later
from hospital_redact.detection.names_zh import Mention
from hospital_redact.detection.patterns import search_scene, search_together
from hospital_redact.detection.roles import ROLE_OF
from hospital_redact.detection.scene import Scene
from hospital_redact.detection.words import alternatives, words
from hospital_redact.model import Role

_PARTICLE = (
    r"(?:(?:[Vv]an|[Vv]on|[Dd]e|[Dd]el|[Dd]ella|[Dd]i|[Dd]a|[Dd]os|[Dd]as|[Dd]o|[Dd]u|[Ll]a|[Ll]e|[Tt]en|[Tt]er"
    r"|[Zz]u[mr]?|af"
    r"|[Bb]in|[Bb]int|[Bb]inti|[Ii]bn|St\.?)(?:[ ](?:de[nr]?|la|las|los|zu|of))? |Mc|Mac|[OD]['’]|[Aa]l-|[Ee]l-)"
)
_WORD = rf"(?:{_PARTICLE}?\p{{Lu}}\p{{Ll}}+(?:[-'’]\p{{Lu}}?\p{{Ll}}+)*)"
_CAPS = r"(?:(?:(?:VAN|VON|DE|DER|DEL|DI|DA|LA|LE|BIN|AL) )*(?:[OD]['’]|MC|Mc)?\p{Lu}{2,}(?:[-'’]\p{Lu}{2,})*)"
_INITIAL = r"(?>\p{Lu}\.(?:[ ]?\p{Lu}\.){0,3}|\p{Lu}(?![\p{L}]))"
_ANY = rf"(?:{_WORD}|{_CAPS}|{_INITIAL})"
_NICK = r"(?:[ ][\"“(‘']\p{Lu}\p{Ll}{1,15}[\"”)’'])?"
_FATHER = (
    rf"(?:[ ](?:s/o|d/o|a/l|a/p|S/O|D/O|A/L|A/P|bin|binti|BIN|BINTI)[ ](?:{_WORD}|{_CAPS})(?:[ ](?:{_WORD}|{_CAPS}))?)"
)
_SUFFIX = r"(?:,?[ ](?:Jr\.?|Sr\.?|II|III|IV)(?![\p{L}]))?"
_GIVEN_NAMES = rf"(?:{_WORD}|{_CAPS})(?:[ ](?:{_WORD}|{_CAPS}|{_INITIAL})){{0,2}}"
NAME = (
    rf"(?:(?:{_WORD}|{_CAPS})(?:[ ](?:{_WORD}|{_CAPS}))?{_FATHER}"  # Muthu s/o Rajan
    rf"|(?:{_CAPS}(?:[ ](?:{_CAPS}|{_WORD}))?|{_WORD}),[ ]?{_GIVEN_NAMES}"  # MAY, Rose T.; DOE, JANE M
    rf"|{_CAPS}(?:[ ]{_CAPS})?(?:[ ]{_WORD}){{1,3}}"  # LAU Wing Yan, CHOW LAM Sau-ping
    rf"|{_INITIAL}[ ]?(?:{_INITIAL}[ ]?)?(?:{_WORD}|{_CAPS})(?:[ ]{_WORD})?"  # M. Delvaux
    rf"|{_WORD}{_NICK}(?:[ ]{_ANY}){{1,4}}(?:(?<=[ ][JS]r)\.|{_SUFFIX})"  # Ann "Peg" Doyle, John A. Smith Jr.
    rf"|{_CAPS}(?:[ ](?:{_INITIAL}|{_CAPS})){{1,3}}"  # NGUYEN THI LAN
    rf"|{_WORD}|{_CAPS})"
)
_NAME = compile_later(NAME)
_MONTHS = words("months")
_THINGS = words("latin_things")
_PLAIN_WORDS = words("latin_plain")
_STOP = words("latin_not_names")
_EPONYM_AFTER = compile_later(
    rf"['’]?s?[ -](?:(?:{alternatives(words('latin_eponym_things'))})(?:s|es)?|tumou?rs?|o?edema|et al)(?!\p{{L}})"
    r"|['’]?s?[ ]\p{Ll}*(?:itis|osis|oma|a?emia|pathy|asia|ectomy|otomy|scopy|graphy|plegia|algia)(?!\p{L})",
    regex.IGNORECASE,
)


def _labels(key: str) -> str:
    """Return an expression for the labels of a list; blanks in them stand for any blanks, 's may follow a word."""
    return "(?:" + alternatives(words(key)).replace("_", r"[ \t]+") + ")"


_ADDRESSED = r"(?:(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof)\.?[ ])?"
_LABELS = tuple(
    (
        compile_later(
            rf"(?<![\p{{L}}\d])(?i:{_labels(key)})(?:['’]s[ ]name)?[ \t]{{0,3}}(?:\(\w[^()\n]{{0,10}}\))?"
            rf"[ \t]{{0,2}}{mark}[ \t]{{0,8}}{_ADDRESSED}(?P<name>{NAME})"
        ),
        role,
    )
    for key, mark, role in (
        ("latin_patient_labels", r"(?:[:\t]|[.·…_]{3,40}:?)", Role.PATIENT),
        ("latin_name_labels", r"(?:[ :\t]|[.·…_]{3,40}:?)", Role.PATIENT),
        ("latin_staff_labels", r":?", Role.STAFF),
        ("latin_relative_labels", r"(?:[,:(]|is|was|name:?)?", Role.RELATIVE),
        ("latin_other_labels", r":", Role.OTHER),
    )
)
_HEADED = compile_later(rf"(?m)^[ \t]*(?P<label>TO|FROM|CC|ATTN|NAME|PATIENT)[ \t]{{2,}}(?P<name>{NAME})")
# What a letter is about is a patient only where a patient's particulars follow: Re: Parking is a matter.
_CONCERNING = compile_later(
    rf"(?m)^[ \t]*(?i:re|regarding|concerning|subject)[ \t]*[:.]?[ \t]+(?P<name>{NAME})"
    r"(?=[^\n]{0,60}?\n?[^\n]{0,40}?"
    r"(?i:\bd\.?o\.?b\b|\bborn\b|\bNHS\b|\bMRN\b|hosp(?:ital)? (?:no|num)|\baged?\b|\byears? old\b|y/o))"
)
_START = r"(?<![\p{L}\d])"
_TITLE = compile_later(
    rf"{_START}(?P<title>Dr|Prof|Professor|Doctor|Nurse|Sister|Mr|Mrs|Ms|Miss|Mx|Master|Sir|Madam|Baby)\.?[ ]"
    rf"(?P<name>{NAME})"
)
# A message about somebody says so in its subject: Referral - Tyler Dunne - urgent.
_SUBJECT = compile_later(
    rf"(?m)^[ \t]*(?i:subject|re)[ \t]*:[^\n]{{0,60}}?[ ][-–—:][ ](?P<name>(?:{_WORD}"
    rf"|\p{{Lu}}\.?)(?:[ ]{_WORD}){{1,2}}|{_CAPS}(?:[ ]{_WORD}){{1,2}})(?=[ ][-–—(]|[,(]|[ \t]*$)"
)
_STAFF_TITLES = frozenset({"Dr", "Prof", "Professor", "Doctor", "Nurse", "Sister"})
_CREDENTIAL = compile_later(
    rf"{_START}(?P<name>{NAME}),?[ ](?:M\.?D|MBBS|MBChB|PA-C|R\.?N|NP|DO|Ph\.?D|FRCS|FRCP|MRCP|FRCPath|FACS|BSc|"
    r"PharmD|CNM|LCSW)(?![\p{L}])"
)
_MAIL = compile_later(rf"{_START}(?P<name>{NAME})[ ]?<[^<>\s]{{1,80}}@")
_AGE = compile_later(
    rf"{_START}(?P<name>{NAME}),?[ ](?:\(?(?:aged?[ ])?[0-9]{{1,3}}(?:[ ]?(?:y/?o|years?|yrs?|[MF])\b|[ -]year)"
    r"|\(?(?:DOB|d\.o\.b|born)\b|\(HKID)"
)
_GREETING = compile_later(
    rf"(?m)^[ \t]*(?:Dear|Hi|Hello|Hey|Good (?:morning|afternoon|evening))[ ]+(?P<name>{NAME})(?=[ ]?[,:!.-]|[ ]*$)"
)
_SIGN_OFF = compile_later(
    r"(?mi:^[ \t]*(?:(?:kind|best|warm|many)[ ])?"
    r"(?:regards|wishes|thanks|sincerely|yours (?:sincerely|faithfully|truly)|love))"
    rf",?[ \t]*\n{{1,3}}[ \t]*(?P<name>{NAME})(?=[ \t]*(?:\n|$|,))"
)
_PLAIN = r"\p{Ll}[\p{Ll}'’-]+(?:[ ]\p{Ll}[\p{Ll}.'’-]*){1,3}"
# Names typed without capitals: after the word name, or where the line holds nothing else.
_UNCAPPED = compile_later(
    rf"(?m){_START}(?:(?i:(?:patient|full|client|member|first|last|given|family)?[ ]?(?:sur)?name|next of kin|nok)"
    r"[ \t]*[:=]"
    rf"|(?i:^[ \t]*(?:patient|pt|client))[ \t]*:)[ \t]*(?P<name>{_PLAIN})(?=[ \t]*(?:$|[,;(|/]|[ \t]{{2,}}))"
)
# Who speaks in a chat or writes a message: a name of two words before a colon.
_SPEAKER = compile_later(
    rf"(?m)(?:[0-9][ ]{{1,3}}|[0-9]\t|\][ ]?)(?P<name>{_WORD}(?:[ ]{_WORD}){{1,2}})[ ]?:(?=[ ]?\S)"
)
_WROTE = compile_later(rf"{_START}(?P<name>{NAME})[ ](?:wrote|writes):?")
_TRADE = compile_later(
    rf"{_START}(?i:{alternatives(words('latin_trades'))}),?[ ](?P<name>{_WORD}(?:[ ](?:{_WORD}|{_INITIAL})){{1,3}})"
)
_CHINESE = alternatives(frozenset(word for word in ROLE_OF if len(word) > 1))
_CHINESE_LABEL = compile_later(
    rf"(?P<label>{_CHINESE}|姓[ ]{{1,6}}名)[ ]?:?[ ]?(?P<name>{_ANY}(?:[ ,·]{{1,2}}{_ANY}){{1,4}})"
)
_KIN = alternatives(words("relative_labels") & words("direct_labels") | words("sure_labels"))
_KIN_ALONE = compile_later(
    rf"(?:{_KIN})[ ]?:?[ ]?(?P<name>\p{{Lu}}\p{{Ll}}{{2,15}})"
    r"(?=[ ]?(?:[,,。;;、()!]|$|\n|陪|签|在|说|于|来|女士|先生|小姐))"
)
_CHINESE_TWIN = compile_later(
    rf"\p{{Han}}{{2,8}}[ ]?[/(][ ]?(?P<name>(?:{_CAPS}|{_WORD})(?:[ ](?:{_CAPS}|{_WORD})){{1,3}})"
    r"(?=[ ]?[)\n,;。]|[ ]?$)"
)
_INITIALS = compile_later(
    r"(?:患者|病人|受试者|受检者|姓名|缩写|(?i:initials))[ ]?:?[ ]?"
    r"(?P<name>[A-Z]\.(?:[ ]?[A-Z]\.){1,3}|[A-Z](?:\.[A-Z]){1,3})(?![A-Za-z])"
)
_SYLLABLE = (
    r"(?:[bpm](?:a|ai|ao|an|ang|o|ei|en|eng|i|iao|ie|ian|in|ing|u)|f(?:a|an|ang|ei|en|eng|o|ou|u)|[dt](?:a|ai"
    r"|ao|an|ang|e|eng|i|iao|ie|iu|ian|ing|ong|ou|u|ui|un|uan|uo)|"
    r"[nl](?:a|ai|ao|an|ang|e|ei|en|eng|i|ia|iao|ie|iu|ian|iang|in|ing|ong|ou|u|uan|uo|v|ü|üe|ue)|[gkh](?:a|ai"
    r"|ao|an|ang|e|ei|en|eng|ong|ou|u|ua|uai|uan|uang|ui|un|uo)|"
    r"[jqx](?:i|ia|iao|ie|iu|ian|iang|in|ing|iong|u|ue|uan|un)|(?:zh|ch|sh|r|z|c|s)(?:a|ai|ao|an|ang|e|ei|en"
    r"|eng|i|ong|ou|u|ua|uai|uan|uang|ui|un|uo)|"
    r"y(?:a|ao|an|ang|e|i|in|ing|o|ong|ou|u|ue|uan|un)|w(?:a|ai|an|ang|ei|en|eng|o|u)|an|ao|ai|ou|e|er|en)"
)
_SYLLABLES = compile_later(rf"(?:{_SYLLABLE}'?){{1,2}}")
_FAMILY = words("pinyin_surnames")
_SURNAME = (
    "(?:"
    + "|".join(sorted({*map(str.capitalize, _FAMILY), *map(str.upper, _FAMILY)}, key=lambda word: (-len(word), word)))
    + ")"
)
_GIVEN = rf"(?:(?=\p{{Lu}})(?i:{_SYLLABLE}(?:[-']?{_SYLLABLE})?)(?![\p{{L}}]))"
# Two names around a nickname in quotation marks need nothing else to show them.
_CALLED = compile_later(
    rf"(?:{_WORD}[ ]{_WORD}[ ]\((?=[\"“‘'][^()\n]{{2,16}}[\"”’']\))"
    r"|call(?:s|ed|ing)?[ ](?:him|her|them|me|the[ ]patient)|(?:known|introduced|addressed)[ ](?:to[ ]\p{Ll}+[ ])?as"
    r"|goes[ ]by|nicknamed|answers[ ]to|prefers(?:[ ]to[ ]be[ ]called)?|likes[ ]to[ ]be[ ]called|a\.?k\.?a\.?)"
    r"(?:(?<=\()|[ ])[\"“‘'](?P<name>\p{Lu}\p{Ll}{1,15}(?:[ ]\p{Lu}\p{Ll}{1,15})?)[\"”’']"
)
# Handed over by one and for another: prepared by Declan Moyes for Priyanka Raut.
_FOR_SOMEBODY = compile_later(
    r"(?:(?i:prepared|written|compiled|drafted|signed|covering|deputising|on behalf))"
    rf"(?:[ ]by[ ]{_WORD}(?:[ ]{_WORD}){{1,2}})?[ ](?:for|of)[ ]"
    rf"(?P<name>{_WORD}(?:[ ]{_WORD}){{1,2}})(?=[ ]?[(,.;\n]|$)"
)
_VIETNAMESE = compile_later(
    rf"{_START}(?:Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đinh|Trịnh|Đoàn|Trương|Lâm"
    r"|Hà(?! (?:Nội|Tĩnh|Giang|Nam))|Tô|Lưu)"
    r"(?:[ ]\p{Lu}\p{Ll}{0,7}){1,4}(?!\p{L})"
)
# 张 in tone marks: Zhāng Wěi.
_TONED = compile_later(
    r"(?<!\p{L})(?=[\p{L}' ]{0,30}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ])\p{Lu}[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,5}"
    r"(?:[ ]\p{Lu}?[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü']{1,11}){1,2}(?!\p{L})"
)
_NICKNAMED = compile_later(rf"{_START}{_WORD}[ ][\"“(‘']\p{{Lu}}\p{{Ll}}{{1,15}}[\"”)’'][ ](?:{_WORD}|{_CAPS})")
_LEFT, _RIGHT = r"(?<![\p{L}\d./@_-])", r"(?![\p{L}\d@_])"
_PINYIN = compile_later(rf"{_LEFT}{_SURNAME},?[ ]{_GIVEN}(?:[ ]{_GIVEN})?{_RIGHT}|{_LEFT}{_GIVEN}[ ]{_SURNAME}{_RIGHT}")
_NOT_PINYIN = words("not_pinyin")
# O'Hara, Sinead M. alone in a cell is somebody, whatever heads the column.
_SURNAME_FIRST = compile_later(
    r"(?!(?:Mon|Tues?|Wednes|Thurs?|Fri|Satur|Sun)(?:day)?,)(?:(?:ST|St|MC|DE|VAN|Van|De)\.?[ ]"
    r"|\p{Lu}['’])?\p{Lu}[\p{L}'’-]{1,24}, "
    r"(?:\p{Lu}\p{Ll}[\p{L}'’-]{0,24}|\p{Lu}[\p{Lu}'’-]{0,20})(?:[ ]\p{Lu}\.?)?"
    r"(?:[ ][\"“]\p{Lu}\p{L}{1,15}[\"”])?(?:[ ][0-9]{1,3})?"
)
_ABBREVIATION = 4
_FIRST_NAMES = words("given_names")
_DAY = compile_later(r"\.?[ ,]{1,2}[0-9]")
_BOTH = compile_later(rf"(?P<name>(?!Confidential|Secret|Internal|Public|Top){NAME})[ ]?\((?P<han>\p{{Han}}{{2,4}})\)")


def find_latin_names(scene: Scene) -> Iterator[Mention]:
    """Yield names in Latin letters that their surroundings show."""
    text = scene.text
    search_together(scene, _CUE_PATTERNS)
    for pattern, role_of, evidence in _CUES:
        for match in search_scene(scene, pattern, "names"):
            yield from _accept(text, match, role_of(match), evidence)
    yield from _called(scene)
    yield from _spelled_otherwise(scene)
    for cell in scene.cells:
        listed = _SURNAME_FIRST.fullmatch(text, cell.start, cell.end)
        if listed and is_latin_name(listed.group()):
            yield Mention(cell.start, cell.end, Role.OTHER, 0.7, ("shape",))
    yield from _in_columns(scene)


def _called(scene: Scene) -> Iterator[Mention]:
    """Yield what somebody is called, for whom somebody writes, Vietnamese names, and pinyin with tone marks."""
    text = scene.text
    for pattern in (_CALLED, _FOR_SOMEBODY):
        for match in search_scene(scene, pattern, "names"):
            yield from _accept(text, match, Role.OTHER, "trade")
    for match in search_scene(scene, _VIETNAMESE, "names"):
        yield Mention(*match.span(), Role.OTHER, 0.7, ("shape",))
    for match in search_scene(scene, _TONED, "names"):
        if _is_toned_name(match.group()):
            yield Mention(*match.span(), Role.OTHER, 0.6, ("shape",))


def _spelled_otherwise(scene: Scene) -> Iterator[Mention]:
    """Yield names without capitals, in both scripts, as initials and in pinyin."""
    text = scene.text
    for match in search_scene(scene, _UNCAPPED, "names"):
        if not any(word in _STOP or word in _PLAIN_WORDS for word in regex.findall(r"[\p{L}'’-]+", match["name"])):
            yield Mention(*match.span("name"), Role.PATIENT, 0.75, ("label",))
    for match in search_scene(scene, _BOTH, "names"):
        for mention in _accept(text, match, Role.OTHER, "context"):
            yield mention
            yield Mention(*match.span("han"), Role.OTHER, 0.8, ("context",))
            yield Mention(*match.span(), Role.OTHER, 0.8, ("context",))
    for match in search_scene(scene, _NICKNAMED, "names"):
        if is_latin_name(match.group()):
            yield Mention(*match.span(), Role.OTHER, 0.7, ("shape",))
    for match in search_scene(scene, _INITIALS, "names"):
        yield Mention(*match.span("name"), Role.PATIENT, 0.75, ("label",))
    for match in search_scene(scene, _PINYIN, "names"):
        if not _NOT_PINYIN & set(match.group().casefold().split()) and not is_eponym(text, match.end()):
            yield Mention(*match.span(), Role.OTHER, 0.55, ("shape",))


def _is_toned_name(written: str) -> bool:
    """Whether words with tone marks are a family name and syllables in pinyin: Zhāng Wěi, Ōuyáng Xiùyīng."""
    plain = unicodedata.normalize("NFD", written)
    family, *given = (
        "".join(char for char in plain if not unicodedata.combining(char) or char == "\u0308").casefold().split()
    )
    return family in _FAMILY and all(_SYLLABLES.fullmatch(part) for part in given)


def _always(role: Role) -> Callable[[regex.Match[str]], Role]:
    return lambda _: role


def _headed_role(match: regex.Match[str]) -> Role:
    return Role.PATIENT if match["label"] in {"NAME", "PATIENT"} else Role.OTHER


def _titled_role(match: regex.Match[str]) -> Role:
    return Role.STAFF if match["title"] in _STAFF_TITLES else Role.OTHER


def _labelled_role(match: regex.Match[str]) -> Role:
    return ROLE_OF["".join(match["label"].split())]


_CUES: tuple[tuple[regex.Pattern[str], Callable[[regex.Match[str]], Role], str], ...] = (
    *((pattern, _always(role), "label") for pattern, role in _LABELS),
    (_HEADED, _headed_role, "label"),
    (_CONCERNING, _always(Role.PATIENT), "label"),
    (_SUBJECT, _always(Role.OTHER), "speaker"),
    (_TITLE, _titled_role, "title"),
    (_CREDENTIAL, _always(Role.STAFF), "title"),
    (_MAIL, _always(Role.OTHER), "context"),
    (_AGE, _always(Role.PATIENT), "context"),
    (_WROTE, _always(Role.OTHER), "context"),
    (_TRADE, _always(Role.OTHER), "trade"),
    (_SPEAKER, _always(Role.OTHER), "speaker"),
    (_GREETING, _always(Role.OTHER), "context"),
    (_SIGN_OFF, _always(Role.OTHER), "context"),
    (_CHINESE_LABEL, _labelled_role, "label"),
    (_KIN_ALONE, _always(Role.RELATIVE), "label"),
    (_CHINESE_TWIN, _always(Role.OTHER), "label"),
)
"""What shows a name: an expression with the group ``name``, whose name it is, and the evidence."""
_CUE_PATTERNS = dict.fromkeys(
    (
        *(pattern for pattern, _, _ in _CUES),
        *(_CALLED, _FOR_SOMEBODY, _VIETNAMESE, _TONED, _UNCAPPED, _BOTH, _NICKNAMED, _INITIALS, _PINYIN),
    ),
    "names",
)


_INITIAL_HEADS = compile_later(r"(?i)(?:姓名|患者|受试者)?(?:拼音)?缩写|(?:subject|patient)?[ ]?initials")
_HEADS = compile_later(
    r"(?i)(?:patient|full|employee|staff|member|subject|participant|client)?[ ]?"
    r"(?:(?:first|last|given|family|middle|maiden|previous)?[ ]?names?|patient|surname|forename|employee"
    r"|insured|claimant)s?"
)


def _in_columns(scene: Scene) -> Iterator[Mention]:
    for cell in scene.cells:
        if _INITIAL_HEADS.fullmatch(cell.header.strip(":* ")) or _INITIAL_HEADS.fullmatch(cell.label.strip(":* ")):
            if regex.fullmatch(r"[A-Z]{2,6}|(?:[A-Z]\.){2,4}", scene.text[cell.start : cell.end].strip()):
                yield Mention(cell.start, cell.end, Role.PATIENT, 0.8, ("header",))
            continue
        if _heads_names(cell.header) or _heads_names(cell.label):
            match = None if cell.heading else _NAME.match(scene.text, cell.start, cell.end)
            if match and is_latin_name(match.group()):
                role = Role.OTHER if regex.search(r"(?i)employee|staff", cell.header + cell.label) else Role.PATIENT
                yield Mention(match.start(), match.end(), role, 0.85, ("header",))


def _heads_names(head: str) -> bool:
    """Whether a header is that of names, alone or of what follows too: Forename(s), name / age."""
    return _HEADS.fullmatch(head.partition("/")[0].replace("(s)", "").strip(":* ")) is not None


def is_latin_name(name: str) -> bool:
    """Whether capital words may be a name: no word of forms, letters and offices among the first two."""
    parts = list(regex.finditer(r"[\p{L}'’-]+", name))
    if not any(len(part.group()) > 1 for part in parts):
        return False
    return not any(part.group().casefold() in _STOP and not _is_initial(name, part) for part in parts[:2])


def _is_initial(name: str, part: regex.Match[str]) -> bool:
    """Whether a part of a name is a capital that stands for a given name: A. Patel, John A Smith."""
    alone = len(part.group()) == 1 and part.group().isupper()
    return alone and (part.start() > 0 or name[part.end() : part.end() + 1] == ".")


def is_eponym(text: str, end: int) -> bool:
    """Whether the name that ends at ``end`` names a disease, sign, score or device."""
    return _EPONYM_AFTER.match(text, end) is not None


def _is_no_addressee(label: str, name: str) -> bool:
    """Whether a thing is written to (Attn: Pharmacy Appeals), or capitals after CC are a complaint: CC: HAND CAUGHT."""
    parts = name.casefold().split()
    if name.isupper() and "cc" in label.casefold():
        return _FIRST_NAMES.isdisjoint(map(str.capitalize, parts))
    return not _THINGS.isdisjoint(parts)


def _accept(text: str, match: regex.Match[str], role: Role, evidence: str) -> Iterator[Mention]:
    start, end = match.span("name")
    whole = text[start:end]
    # A stop word ends the name: "Okonkwo Sept", "Rose Date of Birth".
    for piece in regex.finditer(r"[\p{L}'’-]+", whole):
        word = piece.group().casefold()
        dated = word in _MONTHS and _DAY.match(text, start + piece.end())
        stop = word in _STOP and word not in _MONTHS and not _is_initial(whole, piece)
        if piece.start() and (stop or dated):
            end = start + len(whole[: piece.start()].rstrip(" ,"))
            break
    name = text[start:end]
    if end <= start or not is_latin_name(name) or is_eponym(text, end):
        return
    if evidence in ("speaker", "trade") and not _THINGS.isdisjoint(name.casefold().split()):
        return
    if evidence == "label" and name.isupper() and " " not in name:
        if role is Role.OTHER or (role is Role.RELATIVE and len(name) <= _ABBREVIATION):
            return  # To: PICU; FHx: mother BCC
    elif evidence == "label" and role is Role.OTHER and _is_no_addressee(text[match.start() : start], name):
        return
    told = evidence if evidence in ("label", "title") else "context"
    yield Mention(start, end, role, 0.85 if told == "label" else 0.8, (told,))
