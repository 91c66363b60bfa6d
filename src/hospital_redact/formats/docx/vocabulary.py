"""What may stand in a copy: namespaces, elements, attributes and the values that attributes may have.

The lists are the whole of what a copy can hold, so that a value planted in an attribute (a style's name, a font,
a colour) has nowhere to stay. What is on no list is left out. Source: ECMA-376 part 1, clauses 17 and 22.
"""

from __future__ import annotations

import re
from functools import cache

from hospital_redact.formats.ooxml.fonts import is_known_font
from hospital_redact.formats.ooxml.namespaces import NS_A, NS_C, NS_DGM, NS_PIC, NS_W, NS_WP14, NS_WPC, NS_WPG, NS_WPS

MAIN_TYPES = frozenset(
    {
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
        "application/vnd.ms-word.document.macroenabled.main+xml",
        "application/vnd.ms-word.template.macroenabledtemplate.main+xml",
    }
)
"""Content types of main documents, in lower case: docx, dotx, docm, dotm."""

UNDERSTOOD_CHOICES = frozenset({NS_WPS, NS_WPG, NS_WPC, NS_WP14, NS_PIC, NS_A, NS_C, NS_DGM})
"""Namespaces whose ``mc:Choice`` is read; any other choice is left for its fallback, as ISO 29500-3 says."""


@cache
def w(name: str) -> str:
    """Return the full name of a wordprocessing element or attribute."""
    return f"{{{NS_W}}}{name}"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BORDER = "val color themeColor themeTint themeShade sz space shadow frame"
_WIDTH = "w type"
_VAL = "val"
_ATTRIBUTES_TEXT = {
    # paragraphs
    "pPr rPr pBdr tabs numPr sectPr": "",
    "pStyle rStyle tblStyle basedOn next link styleLink numStyleLink": _VAL,
    "keepNext keepLines pageBreakBefore widowControl suppressLineNumbers suppressAutoHyphens kinsoku wordWrap": _VAL,
    "overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd snapToGrid contextualSpacing": _VAL,
    "mirrorIndents suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl ilvl numId": _VAL,
    "framePr": "dropCap lines w h vSpace hSpace wrap hAnchor vAnchor x xAlign y yAlign hRule anchorLock",
    "shd": "val color fill themeColor themeTint themeShade themeFill themeFillTint themeFillShade",
    "tab": "val pos leader",
    "spacing": ("before beforeLines beforeAutospacing after afterLines afterAutospacing line lineRule val"),
    "ind": (
        "start startChars end endChars left leftChars right rightChars hanging hangingChars firstLine firstLineChars"
    ),
    # characters
    "rFonts": "hint ascii hAnsi eastAsia cs asciiTheme hAnsiTheme eastAsiaTheme cstheme",
    "b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof rtl cs oMath": _VAL,
    "kern position sz szCs highlight effect vertAlign em": _VAL,
    "color": "val themeColor themeTint themeShade",
    "u": "val color themeColor themeTint themeShade",
    "w": _VAL,
    "bdr between bar top bottom left right start end insideH insideV tl2br tr2bl": f"{_BORDER} {_WIDTH}",
    "fitText": _VAL,
    "lang": "val eastAsia bidi",
    "eastAsianLayout": "combine combineBrackets vert vertCompress",
    # tables
    "tblPr tblGrid trPr tcPr tblPrEx tblBorders tblCellMar tcBorders tcMar": "",
    "tblpPr": (
        "leftFromText rightFromText topFromText bottomFromText vertAnchor horzAnchor tblpXSpec tblpX tblpYSpec tblpY"
    ),
    "tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize": _VAL,
    "tblW tblInd tblCellSpacing tcW wBefore wAfter": _WIDTH,
    "tblLayout": "type",
    "tblLook": "val firstRow lastRow firstColumn lastColumn noHBand noVBand",
    "gridCol": "w",
    "gridBefore gridAfter cantSplit tblHeader gridSpan hMerge vMerge noWrap tcFitText vAlign": _VAL,
    "trHeight": "val hRule",
    # sections
    "type titlePg rtlGutter pos numFmt numStart numRestart": _VAL,
    "footnotePr endnotePr": "",
    "pgSz": "w h orient code",
    "pgMar": "top right bottom left header footer gutter",
    "paperSrc": "first other",
    "pgBorders": "zOrder display offsetFrom",
    "lnNumType": "countBy start distance restart",
    "pgNumType": "fmt start chapStyle chapSep",
    "cols": "equalWidth space num sep",
    "col": "w space",
    "docGrid": "type linePitch charSpace",
    # styles
    "docDefaults rPrDefault pPrDefault": "",
    "uiPriority semiHidden unhideWhenUsed qFormat locked": _VAL,
    "tblStylePr": "type",
    # numbering
    "lvlRestart isLgl suff lvlJc multiLevelType": _VAL,
}
PROPERTIES: dict[str, tuple[str, ...]] = {
    name: tuple(attributes.split()) for names, attributes in _ATTRIBUTES_TEXT.items() for name in names.split()
}
"""Property elements (local names, all in the main namespace) and the attributes that each may have."""

RUN_MARKS: dict[str, tuple[str, ...]] = {
    "tab": (),
    "ptab": ("alignment", "relativeTo", "leader"),
    "br": ("type", "clear"),
    "cr": (),
    "noBreakHyphen": (),
    "softHyphen": (),
    "footnoteRef": (),
    "endnoteRef": (),
    "separator": (),
    "continuationSeparator": (),
}
"""Empty elements of a run that a copy keeps, with their attributes."""

RUN_TEXT = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "\u00ad"}
"""What those elements read as."""

MEANINGLESS = _words(
    "proofErr bookmarkStart bookmarkEnd permStart permEnd commentRangeStart commentRangeEnd commentReference"
    " annotationRef lastRenderedPageBreak moveFromRangeStart moveFromRangeEnd moveToRangeStart moveToRangeEnd"
    " customXmlInsRangeStart customXmlInsRangeEnd customXmlDelRangeStart customXmlDelRangeEnd"
    " customXmlMoveFromRangeStart customXmlMoveFromRangeEnd customXmlMoveToRangeStart customXmlMoveToRangeEnd"
    " sdtPr sdtEndPr smartTagPr customXmlPr pPr rPr rubyPr tblPr tblGrid trPr tcPr tblPrEx"
)
"""Elements of content that show nothing and that a copy does not need where they stand."""

UNWRAPPED = _words("ins moveTo smartTag customXml sdt sdtContent dir bdo hyperlink")
"""Elements of content that only wrap: the copy holds what is in them."""

DELETED = _words("del moveFrom")

MATH = _words(
    "oMath oMathPara oMathParaPr acc accPr bar barPr box boxPr borderBox borderBoxPr d dPr eqArr eqArrPr f fPr func"
    " funcPr groupChr groupChrPr limLow limLowPr limUpp limUppPr m mPr nary naryPr phant r rPr rad radPr"
    " sPre sPrePr sSub sSubPr sSubSup sSubSupPr sSup sSupPr e num den sub sup lim fName deg mr mcs mc mcPr t ctrlPr"
    " chr begChr endChr sepChr pos jc vertJc count mcJc baseJc grow shp type degHide subHide supHide limLoc maxDist"
    " objDist rSpRule rSp cGpRule cGp cSp scr sty nor lit brk aln opEmu diff noBreak hideTop hideBot hideLeft"
    " hideRight strikeH strikeV strikeBLTR strikeTLBR alnScr argPr argSz plcHide"
)
"""Elements of equations (clause 22.1) that a copy keeps, with their value."""

_ENUMERATIONS = _words(
    # on and off, alignment
    "0 1 true false on off left center right both start end distribute mediumKashida highKashida lowKashida numTab"
    " thaiDistribute top bottom baseline auto inside outside inline"
    # tabs, borders, shading
    " clear decimal bar num none dot hyphen underscore heavy middleDot nil single thick double dotted dashed dotDash"
    " dotDotDash triple thinThickSmallGap thickThinSmallGap thinThickThinSmallGap thinThickMediumGap"
    " thickThinMediumGap thinThickThinMediumGap thinThickLargeGap thickThinLargeGap thinThickThinLargeGap wave"
    " doubleWave dashSmallGap dashDotStroked threeDEmboss threeDEngrave outset inset solid horzStripe vertStripe"
    " reverseDiagStripe diagStripe horzCross diagCross thinHorzStripe thinVertStripe thinReverseDiagStripe"
    " thinDiagStripe thinHorzCross thinDiagCross pct5 pct10 pct12 pct15 pct20 pct25 pct30 pct35 pct37 pct40 pct45"
    " pct50 pct55 pct60 pct62 pct65 pct70 pct75 pct80 pct85 pct87 pct90 pct95"
    # underline, highlight, effects
    " words dottedHeavy dash dashedHeavy dashLong dashLongHeavy dashDotHeavy dashDotDotHeavy wavyHeavy wavyDouble"
    " black blue cyan green magenta red yellow white darkBlue darkCyan darkGreen darkMagenta darkRed darkYellow"
    " darkGray lightGray blinkBackground lights antsBlack antsRed shimmer sparkle comma circle underDot superscript"
    " subscript"
    # themes and fonts
    " dark1 light1 dark2 light2 accent1 accent2 accent3 accent4 accent5 accent6 hyperlink followedHyperlink"
    " background1 text1 background2 text2 majorEastAsia majorBidi majorAscii majorHAnsi minorEastAsia minorBidi"
    " minorAscii minorHAnsi default eastAsia cs"
    # spacing, tables, frames
    " exact atLeast pct dxa fixed autofit restart continue lrTb tbRl btLr lrTbV tbRlV tbLrV lr tb rl lrV tbV rlV"
    " around notBeside through tight drop margin text page column never overlap allLines firstAndLastLine"
    " firstLineOnly lastLineOnly"
    # sections
    " nextPage nextColumn continuous evenPage oddPage portrait landscape lines linesAndChars snapToChars newPage"
    " newSection period colon emDash enDash front back allPages firstPage notFirstPage even first"
    # notes
    " pageBottom beneathText sectEnd docEnd eachSect eachPage separator continuationSeparator continuationNotice"
    # numbers
    " upperRoman lowerRoman upperLetter lowerLetter ordinal cardinalText ordinalText hex chicago ideographDigital"
    " japaneseCounting aiueo iroha decimalFullWidth decimalHalfWidth japaneseLegal japaneseDigitalTenThousand"
    " decimalEnclosedCircle decimalFullWidth2 aiueoFullWidth irohaFullWidth decimalZero bullet ganada chosung"
    " decimalEnclosedFullstop decimalEnclosedParen decimalEnclosedCircleChinese ideographEnclosedCircle"
    " ideographTraditional ideographZodiac ideographZodiacTraditional taiwaneseCounting ideographLegalTraditional"
    " taiwaneseCountingThousand taiwaneseDigital chineseCounting chineseLegalSimplified chineseCountingThousand"
    " koreanDigital koreanCounting koreanLegal koreanDigital2 vietnameseCounting russianLower russianUpper"
    " numberInDash hebrew1 hebrew2 arabicAlpha arabicAbjad tab space nothing singleLevel multilevel"
    " hybridMultilevel"
    # styles
    " paragraph character table numbering wholeTable firstRow lastRow firstCol lastCol band1Vert band2Vert"
    " band1Horz band2Horz neCell nwCell seCell swCell"
    # runs and breaks:
    " textWrapping all indent round square angle curly doNotCompress compressPunctuation"
    " compressPunctuationAndJapaneseKana"
    # equations
    " p b i bi roman script fraktur double-struck sans-serif monospace lin noBar skw undOvr subSup bot inline centered"
    " match before after repeat centerGroup"
)
_NUMBER = re.compile(r"-?\d{1,6}(?:\.\d{1,4})?(?:pt|%|in|cm|mm|pi|pc)?")
_COLOUR = re.compile(r"[0-9A-Fa-f]{6}")
_FLAGS = re.compile(r"[0-9A-Fa-f]{2}|[0-9A-Fa-f]{4}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?")

_SPACES = re.compile(r" +")


def is_harmless_value(value: str) -> bool:
    """Whether an attribute may have ``value``: a short number, a colour, a language or a word of the standard."""
    return (
        value in _ENUMERATIONS
        or _NUMBER.fullmatch(value) is not None
        or _COLOUR.fullmatch(value) is not None
        or _FLAGS.fullmatch(value) is not None
        or _LANGUAGE.fullmatch(value) is not None
    )


_STYLE_NAMES = frozenset(
    name.strip().lower()
    for name in """
    Normal; Title; Subtitle; Strong; Emphasis; Default Paragraph Font; No List; Normal Table; Table Normal; Table Grid;
    Table Grid Light; Normal Indent; Normal (Web); footnote text; annotation text; header; footer; index heading;
    caption; table of figures; envelope address; envelope return; footnote reference; annotation reference;
    line number; page number; endnote reference; endnote text; table of authorities; macro; toa heading; Closing;
    Signature; Body Text; Body Text Indent; Message Header; Salutation; Date; Body Text First Indent;
    Body Text First Indent 2; Note Heading; Body Text 2; Body Text 3; Body Text Indent 2; Body Text Indent 3;
    Block Text; Hyperlink; FollowedHyperlink; Document Map; Plain Text; E-mail Signature; HTML Top of Form;
    HTML Bottom of Form; HTML Acronym; HTML Address; HTML Cite; HTML Code; HTML Definition; HTML Keyboard;
    HTML Preformatted; HTML Sample; HTML Typewriter; HTML Variable; annotation subject; Balloon Text;
    Placeholder Text; No Spacing; List Paragraph; Quote; Intense Quote; Subtle Emphasis; Intense Emphasis;
    Subtle Reference; Intense Reference; Book Title; Bibliography; TOC Heading; Table Theme; Outline List 1;
    Outline List 2; Outline List 3; Mention; Smart Hyperlink; Hashtag; Unresolved Mention; Default; Revision;
    Heading; Index; Standard; Text body; Internet Link; Table Contents; Table Heading; Header and Footer
    """.replace("\n", " ").split(";")
)
_STYLE_FAMILIES = re.compile(
    r"(?:heading|toc|index|list|list bullet|list number|list continue) \d|list(?: bullet| number| continue)?"
    r"|table (?:simple|classic|colorful|columns|grid|list|3d effects|web|subtle) ?\d"
    r"|table (?:contemporary|elegant|professional)"
    r"|(?:light|medium|dark|colorful) (?:shading|list|grid)(?: \d)?(?: accent \d)?"
    r"|plain table \d|grid table \d(?: light| dark| colorful)?(?: accent \d| - accent \d)?"
    r"|list table \d(?: light| dark| colorful)?(?: accent \d| - accent \d)?"
    r"|(?:heading|title|subtitle|quote|intense quote|body text(?: indent)?|header|footer|macro text|html preformatted"
    r"|body text)(?: \d)? char|macro text"
)


def is_known_style(name: str) -> bool:
    """Whether ``name`` is a style name of Word's own (latent styles, clause 17.7.4.5) or of LibreOffice's export."""
    name = _SPACES.sub(" ", name.strip()).lower()
    return name in _STYLE_NAMES or _STYLE_FAMILIES.fullmatch(name) is not None


_STYLE_IDS = frozenset(name.replace(" ", "") for name in _STYLE_NAMES)
_STYLE_ID = re.compile(_STYLE_FAMILIES.pattern.replace(" ", " ?"))


def is_word(element: str, attribute: str, value: str) -> bool:
    """Whether ``attribute`` of ``element`` (local names) has ``value`` by the lists of this module, and is no text."""
    match element, attribute:
        case "style", "type":
            return is_harmless_value(value)
        case "name", "val":
            return is_known_style(value)
        case ("style", "styleId") | ("pStyle" | "rStyle" | "tblStyle" | "basedOn" | "next" | "link", "val"):
            return value.lower() in _STYLE_IDS or _STYLE_ID.fullmatch(value.lower()) is not None
        case "clrSchemeMapping", _:
            return value in _ENUMERATIONS
        case "rFonts", _:
            return is_known_font(value) or is_harmless_value(value)
        case _:
            kept = PROPERTIES.get(element) or RUN_MARKS.get(element, ())
            return attribute in kept and is_harmless_value(value)


_STYLE_WORDS = (
    frozenset(word for name in _STYLE_NAMES for word in name.split())
    | _words("style char chars bulleted numbered symbol bold italic underline centered justified left right first line")
    | _words("before after hanging spacing auto pt cm at least exactly latin asian complex top bottom border single")
)
_WORDS = re.compile(r"[^\W\d_]+")


def without_style_words(name: str) -> str:
    """Return what a style's name says beside Word's own words and fonts (``Style Bulleted Wingdings`` says nothing)."""
    plain = (word for word in _WORDS.findall(name) if word.lower() in _STYLE_WORDS or is_known_font(word))
    rest = name
    for word in sorted(set(plain), key=len, reverse=True):
        rest = re.sub(rf"(?<![^\W\d_]){word}(?![^\W\d_])", " ", rest)
    return " ".join(rest.split())


_NUMBERING = re.compile(
    r"(?:%[1-9]|[^\w%]|_|(?<!\d)\d{1,2}(?!\d)|(?<![A-Za-z])[A-Za-z](?![A-Za-z])|[一二三四五六七八九十]|第|章|节|條|条|款|项|目|篇"
    r"|部分|附件|附录|附表|附图|表|图|步骤|步|类|例|注|问|答"
    r"|(?<![A-Za-z])(?:Chapter|Section|Article|Part|Appendix|Table|Figure|Step|Annex|Note|No)(?![A-Za-z]))*+"
)


def is_plain_numbering(text: str) -> bool:
    """Whether a number text (``w:lvlText``) holds numbers, marks and the words that head them, and nothing else."""
    return len(text) <= 1 or (len(text) <= 40 and _NUMBERING.fullmatch(text) is not None)


DINGBATS = {
    0x6C: "●",
    0x6E: "■",
    0x6F: "□",
    0x71: "□",
    0x72: "□",
    0x74: "◆",
    0x75: "◆",
    0x76: "❖",
    0xA1: "○",
    0xA3: "□",
    0xA7: "▪",
    0xA8: "□",
    0x52: "☑",
    0x53: "☒",
    0x54: "☒",
    0xFC: "✓",
    0xFB: "✗",
    0xFD: "☒",
    0xFE: "☑",
}
"""Wingdings codes of boxes, ticks and bullets; pictures that stand for nothing else read as U+FFFC."""
SYMBOL_LETTERS = dict(zip(range(0x41, 0x5B), "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", strict=True)) | dict(
    zip(range(0x61, 0x7B), "αβχδεφγηιϕκλμνοπθρστυϖωξψζ", strict=True)
)
"""The letters of the font Symbol."""
