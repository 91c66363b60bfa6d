"""Recogniser ``address_en``: postal addresses in Latin letters (Britain, Ireland, North America, Australia, pinyin).

An address is a street with its number, a numbered unit or building, a post-office box, or a town before a postcode; it
goes on over commas and line ends through units, streets and towns up to its postcode. HIPAA (B): everything smaller
than a state, the code included.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from hospital_redact.detection.compilation import compile_later
from hospital_redact.detection.patterns import CompiledRule, search_scene, value_span
from hospital_redact.detection.scene import Hit, Scene

_TYPES = (
    "Street|St|Road|Rd|Avenue|Ave|Av|Lane|Ln|Drive|Dr|Court|Ct|Crescent|Cres|Close|Mews|Terrace|Terr|Place|Pl|"
    "Boulevard|"
    "Blvd|Way|Square|Sq|Hill|Row|Gardens?|Grove|Walk|Parade|Highway|Hwy|Parkway|Pkwy|Circle|Cir|Trail|Trl|Esplanade|"
    "Quay|Wharf|Rise|Vale|View|Green|Park|Path|Pike|Turnpike|Plaza|Loop|Alley|Broadway|Strasse|Bay|Drift|Wynd|Gate|"
    "Croft|Flats|Cottages|Bank|Brow|Fold|Nook|Mount|Orchard|Leys|Chase|Copse|Mead|Lea|Approach|Drove|Buildings"
    "|Villas|Mansions|Almshouses|"
    "Dale|Meadows?|Heights|Ridge|Hollow|Common|Yard|Passage|Rue"
)
# Words that stand between a number and such a word elsewhere: 6 Minute Walk, 64 Disk Drive, 9 September 2024.
_NO_STREET = (
    r"(?:Minutes?|Met(?:er|re)s?|Miles?|Days?|Hours?|Weeks?|Months?|Years?|Leads?|Points?|Stars?|Disk|Hard|Flash|Gauge|"
    r"Step|Ways?|Grade|Level|Dear|Drug|Sisters?|Brothers?|Patients?|January|February|March|April|May|June|July|August|"
    r"September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)(?![A-Za-z])"
)
# Words of forms and letters, which end an address.
_FORM = (
    r"(?!(?:Telephone|Tel|Phone|Mobile(?!, AL )|Email|E-mail|Date|DOB|NHS|MRN|Fax|Patient|Name|Hospital|Ward|Dear|"
    r"Re|GP|Sex|Age|"
    r"Employer|Occupation|Insurance|Policy|Contact|Next|Home|Work|Cell|Admitted|Diagnosis|Thank|She|He|They|"
    r"The patient|Yours)"
    r"(?![A-Za-z]))"
)
_WORD = r"(?:[A-Z][A-Za-z'’-]{0,40}+\.?|[1-9][0-9]{0,2}(?:st|nd|rd|th)|of|the|de|la|upon)"
_SIDE = r"(?: (?:North|South|East|West|[NSEW]{1,2})(?![A-Za-z])\.?)?"
_ROUTE = (
    r"(?:(?:County|State|US|U\.S\.|Farm|Ranch|Old) )?"
    r"(?:Road|Rd|Route|Rte|Highway|Hwy|FM|CR|SR)\.? [0-9]{1,5}[A-Z]?(?![0-9A-Za-z])"
)
_STREET = rf"(?:(?:(?!{_NO_STREET}){_WORD} ){{1,5}}(?:{_TYPES})(?![A-Za-z])\.?{_SIDE}|{_ROUTE})"
_NUMBER = r"(?:No\.? ?)?[0-9]{1,6}[A-Za-z]?(?:[-/][0-9]{1,4}[A-Za-z]?)?"
_UNIT = (
    r"(?:(?:Flat|Apt|Apartment|Unit|Suite|Ste|Room|Rm|Floor|Level|Block|Blk|Bldg|Building|Tower|Lot|Trailer|Villa|"
    r"House|Lane|"
    r"Alley|Lng|No)\.? ?(?:#|No\.? ?)?[0-9]{1,5}[A-Za-z]?(?:[-/][0-9]{1,4})?|#[0-9]{1,5}[A-Za-z]?"
    r"|[0-9]{1,2}(?:st|nd|rd|th)? ?(?:[Ff]loor|/F)|(?:Flat|Apt|Apartment|Unit|Block|Suite|"
    r"Building) [A-Z])(?![0-9A-Za-z])"
)
_HOUSE = (
    r"(?:The [A-Z][a-z’']{2,20}(?: [A-Z][a-z]{2,20})?|[A-Z][A-Za-z’']{1,20}(?: [A-Z][a-z]{2,20}){0,2} "
    r"(?:House|Cottage|Lodge|Farm|Farmhouse|Bungalow|Caravan Park|Holiday Park|Mobile Home Park|Mansions|Villa|Hall"
    r"|Barn|Mill|Forge|Rectory|Manor|Buildings?|Towers?|Apartments?|"
    r"Gardens))"
)
_BOX = (
    r"(?:P\.? ?O\.? ?Box|Post Office Box|(?:RR|Rural Route) ?[0-9]{1,3},? Box|Private Bag|Locked Bag|GPO Box)"
    r" ?X?[0-9]{1,6}(?![0-9A-Za-z])"
)
_STATE = (
    "(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|"
    "V[AT]|W[AIVY]|"
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|"
    "Illinois|Indiana|"
    "Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|"
    "Nebraska|"
    "Nevada|New (?:Hampshire|Jersey|Mexico|York)|(?:North|South) (?:Carolina|Dakota)|Ohio|Oklahoma|Oregon|Pennsylvania|"
    "Rhode Island|Tennessee|Texas|Utah|Vermont|(?:West )?Virginia|Washington|Wisconsin|Wyoming)"
)
_POSTCODE = (
    rf"(?:{_STATE},? [0-9]{{5}}(?:-[0-9]{{4}})?"  # United States
    r"|[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}"  # United Kingdom
    r"|(?:A[BC] |BC |MB |NB |NL |NS |NT |NU |ON |PE |QC |SK |YT )?[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]"  # Canada
    r"|(?:Dublin [0-9]{1,2},? )?[A-Z][0-9][0-9W] [0-9A-Z]{4}"  # Ireland
    r"|(?:NSW|VIC|QLD|SA|WA|TAS|ACT|NT) [0-9]{4})(?![0-9A-Za-z])"  # Australia
)
_PLACE = r"(?:St\.|Mt\.|Ft\.|[A-Z][A-Za-zÀ-ÿ'’-]{1,40})"
_TOWN = rf"{_FORM}{_PLACE}(?: {_FORM}{_PLACE}){{0,3}}(?: [0-9]{{1,2}}(?![0-9A-Za-z./]))?"
_COMMA = r"(?:, ?(?:\n[ \t]{0,40})?)"
_NEXT = r"(?:, ?|,?[ \t]{0,4}\n[ \t]{0,40})"
_TAIL = (
    rf"(?:,? {_UNIT}|{_NEXT}(?:{_UNIT}|{_NUMBER} {_STREET}|{_STREET})){{0,8}}+"
    rf"(?:(?:{_NEXT}{_TOWN}){{0,4}}(?:(?:{_NEXT}| ){_POSTCODE})|(?:{_COMMA}{_TOWN}){{0,3}}+)"
)
_PUBLIC = r"[A-Za-z’ ]{0,40}(?:Hospital|Clinic|Surgery|University|Centre|Center|School|Church|Hotel|Library)(?![a-z])"
_START = r"(?<![0-9A-Za-z#./-])"
# Alternatives on the top level: search_scene runs each by itself, and only where it can match.
_ADDRESS = compile_later(
    rf"{_START}(?:(?:{_UNIT}|{_HOUSE}){_COMMA}){{0,3}}{_NUMBER},? {_STREET}{_TAIL}(?:,? [0-9]{{5}}(?![0-9A-Za-z-]))?"
    rf"|{_START}{_BOX}{_TAIL}"
    rf"|{_START}(?:{_UNIT}{_COMMA}){{1,4}}(?:{_STREET}){_TAIL}"
    rf"|{_START}(?:Blk|Block) [0-9]{{1,4}}[A-Z]?,? {_STREET}(?: [0-9]{{1,3}})?"  # Singapore
    r"(?:,? #[0-9]{1,3}-[0-9]{1,5})?(?:,? Singapore(?: [0-9]{6})?)?"
    rf"|{_START}(?:(?:{_UNIT}|{_STREET}|{_TOWN}){_COMMA}){{1,5}}(?:{_TOWN} )?{_POSTCODE}"
    # a named house, a lane and a town, none of them numbered
    rf"|{_START}(?!{_PUBLIC})(?:{_HOUSE},? )(?:{_STREET}), {_TOWN}(?:, {_TOWN})?(?![A-Za-z])"
    # the Continent: via dei Mulini 9, Castelvero; Lindenstraße 14, 10969 Berlin; ул. Ленина 148, кв. 17
    rf"|(?<![A-Za-z])(?:[Vv]ia|[Vv]iale|[Pp]iazza|[Cc]orso|[Rr]ua|[Cc]alle|[Uu]lica|ul\.) "
    rf"(?:[A-Za-z'’À-ÿ.]{{1,20}} ){{1,4}}"
    rf"[0-9]{{1,4}}[A-Za-z]?(?:/[0-9]{{1,4}})?(?![0-9A-Za-z%])(?:, (?:[0-9]{{5}} )?[A-Z][A-Za-z'’À-ÿ-]{{2,30}})?"
    rf"|(?<![A-Za-z])[A-ZÄÖÜ][A-Za-zäöüß-]{{2,24}}(?:straße|strasse|gasse|allee|platz|weg) "
    rf"[0-9]{{1,4}}[a-z]?(?![0-9A-Za-z])"
    rf"(?:, [0-9]{{5}} [A-ZÄÖÜ][A-Za-zäöüß-]{{2,30}})?"
    r"|(?:(?:г\. ?)?[А-ЯЁ][а-яё-]{2,30}, ?)?(?<![а-яё])(?:ул|пр|просп|пер|наб|бул|ш)\. ?"
    r"[А-ЯЁа-яё0-9][А-ЯЁа-яё .-]{1,40}?"
    r",? ?(?:д\. ?)?[0-9]{1,4}[а-я]?(?:, ?(?:корп|к|стр|кв|оф)\. ?[0-9]{1,4}){0,3}(?![0-9])"
    rf"|{_START}{_TOWN},? {_STATE},? [0-9]{{5}}(?:-[0-9]{{4}})?(?![0-9A-Za-z])"
)
# Of its own, because a very long expression is not searched by its alternatives.
_FURTHER = compile_later(
    # an estate between room and road: Room 2104, Building 6, Upper East Side, 4 Dongsihuan North Road
    rf"{_START}(?:{_UNIT}{_COMMA}){{1,3}}{_TOWN}{_COMMA}{_NUMBER},? {_STREET}{_TAIL}"
    # No. 9 Intl Students' Building, Rm 414
    r"|(?<![A-Za-z])(?:No\.? ?[0-9]{1,3},? )?(?:[A-Z][A-Za-z'’]{1,20} ){1,4}(?:Building|Dormitory|Dorm|Residence|Hall"
    r"|House|Court|Apartments|Block)"
    rf",? {_UNIT}"
    # villages and towns of China: Shiquan Village, Longtan Town, Qingtian
    r"|(?<![A-Za-z])(?:[A-Z][a-z]{2,14} (?:[Vv]illage|[Tt]own|[Tt]ownship|Sub-?district"
    r"|Community),? )(?:[A-Z][a-z]{2,14} (?:Town|Township|County|District|City),? ?){0,3}"
    r"(?:[A-Z][a-z]{2,14}(?=[ ,.;)]))?(?<! )"
    # where two roads cross
    rf"|(?<![A-Za-z])(?:[A-Z][a-z]{{2,20}}|[0-9]{{1,3}}(?:st|nd|rd|th)) (?:{_TYPES})\.? (?:&|and"
    rf"|at) (?:[A-Z][a-z]{{2,20}}|[0-9]{{1,3}}(?:st|nd|rd|th)) (?:{_TYPES})(?![A-Za-z])"
    # a home for the old by its name
    r"|(?<![A-Za-z])(?:(?!The )[A-Z][a-z’']{2,20} ){1,3}(?:[Cc]are|[Nn]ursing|[Rr]esidential"
    r"|[Rr]etirement) (?:[Hh]ome|[Vv]illage)(?![A-Za-z])"
    rf"(?:, (?:{_STREET}|[A-Z][a-z]{{2,20}}(?=[ .;,)]|$)))?"
    # a named house on lines of its own
    rf"|(?m:^)[ \t]*(?P<value>(?:{_HOUSE}|{_NUMBER},? {_STREET}|{_STREET})(?:{_NEXT}(?:{_STREET}"
    rf"|{_TOWN})){{1,4}}(?:{_NEXT}| ){_POSTCODE})"
    # a park with its pitch
    rf"|(?<![A-Za-z])(?:[A-Z][a-z]{{2,20}} ){{1,3}}(?:Caravan|Holiday|Mobile Home|Trailer|Leisure) Park, (?:pitch"
    rf"|plot|lot|no\.?|unit) [0-9A-Z]{{1,5}}{_TAIL}"
)
_PATTERNS = (_ADDRESS, _FURTHER)


def find_addresses_en(scene: Scene, rules: Sequence[CompiledRule]) -> Iterator[Hit]:
    """Yield addresses in Latin letters for each rule whose recogniser is ``address_en``."""
    for compiled in rules:
        for match in chain.from_iterable(search_scene(scene, pattern, compiled.rule.id) for pattern in _PATTERNS):
            yield Hit(*value_span(match), compiled.rule, compiled.rule.detection.confidence, ("pattern",), "address")
