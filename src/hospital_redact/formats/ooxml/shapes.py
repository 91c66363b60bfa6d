"""How a copy may draw: fills, lines, geometry and text formatting of DrawingML by allow-list.

Nothing here takes text over: what shapes and charts say is read by their own readers, which build the elements of
text themselves and ask this module for the formatting around them. Pictures that fill a shape, hyperlinks, names and
extensions are on no list. Source: ECMA-376 part 1, clauses 20.1 and 21.1.
"""

from __future__ import annotations

import re

from lxml import etree

from hospital_redact.formats.ooxml.fonts import is_known_font
from hospital_redact.formats.ooxml.namespaces import NS_A
from hospital_redact.formats.ooxml.package import Element

_A = f"{{{NS_A}}}"
_PREFIX_LENGTH = len(_A)
_ELEMENTS_TEXT = {
    # place and geometry
    "xfrm": "rot flipH flipV",
    "off chOff": "x y",
    "ext chExt": "cx cy",
    "prstGeom prstTxWarp": "prst",
    "avLst noFill grpFill gsLst bevel round": "",
    "gd": "name fmla",
    # colours and their changes
    "srgbClr schemeClr prstClr": "val",
    "sysClr": "val lastClr",
    "scrgbClr": "r g b",
    "hslClr": "hue sat lum",
    "tint shade alpha alphaOff alphaMod hue hueOff hueMod sat satOff satMod lum lumOff lumMod": "val",
    "red redOff redMod green greenOff greenMod blue blueOff blueMod": "val",
    "comp inv gray gamma invGamma": "",
    # fills and lines
    "solidFill": "",
    "gradFill": "flip rotWithShape",
    "gs": "pos",
    "lin": "ang scaled",
    "path": "path",
    "fillToRect tileRect": "l t r b",
    "pattFill": "prst",
    "fgClr bgClr": "",
    "ln lnL lnR lnT lnB lnTlToBr lnBlToTr": "w cap cmpd algn",
    "prstDash": "val",
    "miter": "lim",
    "headEnd tailEnd": "type w len",
    # effects
    "effectLst": "",
    "outerShdw innerShdw": "blurRad dist dir sx sy kx ky algn rotWithShape",
    "glow softEdge": "rad",
    # what a theme gives
    "lnRef fillRef effectRef fontRef": "idx",
    # text
    "bodyPr": (
        "rot spcFirstLastPara vertOverflow horzOverflow vert wrap lIns tIns rIns bIns numCol spcCol rtlCol fromWordArt"
        " anchor anchorCtr forceAA upright compatLnSpc"
    ),
    "normAutofit": "fontScale lnSpcReduction",
    "spAutoFit noAutofit lstStyle buNone buClrTx buSzTx buFontTx lnSpc spcBef spcAft": "",
    "buClr": "",
    "buSzPct buSzPts spcPct spcPts": "val",
    "buAutoNum": "type startAt",
    "buChar": "char",
    "pPr defPPr lvl1pPr lvl2pPr lvl3pPr lvl4pPr lvl5pPr lvl6pPr lvl7pPr lvl8pPr lvl9pPr": (
        "marL marR lvl indent algn defTabSz rtl eaLnBrk fontAlgn latinLnBrk hangingPunct"
    ),
    "tabLst": "",
    "tab": "pos algn",
    "rPr defRPr endParaRPr": "kumimoji sz b i u strike kern cap spc normalizeH baseline noProof",
    "highlight": "",
    "latin ea cs sym buFont": "typeface",
}
_ELEMENTS: dict[str, tuple[str, ...]] = {
    name: tuple(attributes.split()) for names, attributes in _ELEMENTS_TEXT.items() for name in names.split()
}
_REQUIRED = {"prstGeom": "prst", "srgbClr": "val", "schemeClr": "val", "prstClr": "val", "sysClr": "val"}
"""Elements that mean nothing without this attribute: they go where its value goes."""

_NUMBER = re.compile(r"-?\d{1,8}(?:\.\d{1,4})?%?")
_COLOUR = re.compile(r"[0-9A-Fa-f]{6}")
_THEME_FONT = re.compile(r"\+m[jn]-(?:lt|ea|cs)")
_GUIDE = re.compile(r"(?:adj\d?|hf|vf)")
_FORMULA = re.compile(r"val -?\d{1,8}")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENUMERATIONS = _words(
    "true false"
    # colours of the theme and of the system
    " bg1 tx1 bg2 tx2 dk1 lt1 dk2 lt2 accent1 accent2 accent3 accent4 accent5 accent6 hlink folHlink phClr"
    " window windowText menu menuText highlight highlightText btnFace btnText grayText captionText activeCaption"
    " inactiveCaption inactiveCaptionText scrollBar background infoBk infoText 3dDkShadow 3dLight btnHighlight"
    " btnShadow appWorkspace activeBorder inactiveBorder gradientActiveCaption gradientInactiveCaption hotLight menuBar"
    " menuHighlight windowFrame"
    # preset colours
    " black white red green blue yellow cyan magenta gray grey silver maroon olive lime aqua teal navy fuchsia purple"
    " orange pink brown gold dkBlue dkCyan dkGray dkGrey dkGreen dkMagenta dkRed ltBlue ltCyan ltGray ltGrey ltGreen"
    " ltPink ltYellow medBlue medPurple violet indigo salmon tan tomato turquoise wheat khaki beige ivory coral"
    # fills, lines and their ends
    " none x y xy shape circle rect sq rnd flat sng dbl thickThin thinThick tri ctr in solid dot dash lgDash dashDot"
    " lgDashDot lgDashDotDot sysDash sysDot sysDashDot sysDashDotDot triangle stealth diamond oval arrow sm med lg"
    " pct5 pct10 pct20 pct25 pct30 pct40 pct50 pct60 pct70 pct75 pct80 pct90 horz vert ltHorz ltVert dkHorz dkVert"
    " narHorz narVert dashHorz dashVert cross dnDiag upDiag ltDnDiag ltUpDiag dkDnDiag dkUpDiag wdDnDiag wdUpDiag"
    " dashDnDiag dashUpDiag diagCross smCheck lgCheck smGrid lgGrid dotGrid smConfetti lgConfetti horzBrick diagBrick"
    " solidDmnd openDmnd dotDmnd plaid sphere weave divot shingle wave trellis zigZag"
    # text
    " vert270 wordArtVert eaVert mongolianVert wordArtVertRtl overflow ellipsis clip square t ctr b just dist l r"
    " justLow thaiDist auto base dec sngStrike dblStrike noStrike small all minor major words heavy dotted dottedHeavy"
    " dashHeavy dashLong dashLongHeavy dotDash dotDashHeavy dotDotDash dotDotDashHeavy wavy wavyHeavy wavyDbl"
    " tl tr bl br"
    " arabicPeriod arabicParenR arabicParenBoth arabicPlain romanUcPeriod romanLcPeriod romanUcParenR romanLcParenR"
    " romanUcParenBoth romanLcParenBoth alphaUcPeriod alphaLcPeriod alphaUcParenR alphaLcParenR alphaUcParenBoth"
    " alphaLcParenBoth circleNumDbPlain circleNumWdBlackPlain circleNumWdWhitePlain arabicDbPeriod arabicDbPlain"
    " ea1ChsPeriod ea1ChsPlain ea1ChtPeriod ea1ChtPlain ea1JpnChsDbPeriod ea1JpnKorPlain ea1JpnKorPeriod"
    # text along a form
    " textNoShape textPlain textStop textTriangle textTriangleInverted textChevron textChevronInverted textRingInside"
    " textRingOutside textArchUp textArchDown textCircle textButton textArchUpPour textArchDownPour textCirclePour"
    " textButtonPour textCurveUp textCurveDown textCanUp textCanDown textWave1 textWave2 textDoubleWave1 textWave4"
    " textInflate textDeflate textInflateBottom textDeflateBottom textInflateTop textDeflateTop textDeflateInflate"
    " textDeflateInflateDeflate textFadeRight textFadeLeft textFadeUp textFadeDown textSlantUp textSlantDown"
    " textCascadeUp textCascadeDown"
)
MAX_POINTS = 40
"""Most points of a free form that is taken for an ornament."""
_GEOMETRY: dict[str, str] = {
    "custGeom": "", "avLst": "", "gdLst": "", "ahLst": "", "cxnLst": "", "rect": "l t r b", "pathLst": "",
    "path": "w h", "moveTo": "", "lnTo": "", "cubicBezTo": "", "quadBezTo": "", "close": "", "pt": "x y",
    "arcTo": "wR hR stAng swAng",
}  # fmt: skip
"""Elements of a free form (clause 20.1.9.8) and their attributes, which are numbers."""
_LONG_NUMBER = re.compile(r"-?\d{1,10}")
PRESET_SHAPES = _words(
    "line lineInv triangle rtTriangle rect diamond parallelogram trapezoid nonIsoscelesTrapezoid pentagon hexagon"
    " heptagon octagon decagon dodecagon star4 star5 star6 star7 star8 star10 star12 star16 star24 star32 roundRect"
    " round1Rect round2SameRect round2DiagRect snipRoundRect snip1Rect snip2SameRect snip2DiagRect plaque ellipse"
    " teardrop homePlate chevron pieWedge pie blockArc donut noSmoking rightArrow leftArrow upArrow downArrow"
    " stripedRightArrow notchedRightArrow bentUpArrow leftRightArrow upDownArrow leftUpArrow leftRightUpArrow quadArrow"
    " leftArrowCallout rightArrowCallout upArrowCallout downArrowCallout leftRightArrowCallout upDownArrowCallout"
    " quadArrowCallout bentArrow uturnArrow circularArrow leftCircularArrow leftRightCircularArrow curvedRightArrow"
    " curvedLeftArrow curvedUpArrow curvedDownArrow swooshArrow cube can lightningBolt heart sun moon smileyFace"
    " irregularSeal1 irregularSeal2 foldedCorner bevel frame halfFrame corner diagStripe chord arc leftBracket"
    " rightBracket leftBrace rightBrace bracketPair bracePair straightConnector1 bentConnector2 bentConnector3"
    " bentConnector4 bentConnector5 curvedConnector2 curvedConnector3 curvedConnector4 curvedConnector5 callout1"
    " callout2 callout3 accentCallout1 accentCallout2 accentCallout3 borderCallout1 borderCallout2 borderCallout3"
    " accentBorderCallout1 accentBorderCallout2 accentBorderCallout3 wedgeRectCallout wedgeRoundRectCallout"
    " wedgeEllipseCallout cloudCallout cloud ribbon ribbon2 ellipseRibbon ellipseRibbon2 leftRightRibbon"
    " verticalScroll horizontalScroll wave doubleWave plus flowChartProcess flowChartDecision flowChartInputOutput"
    " flowChartPredefinedProcess flowChartInternalStorage flowChartDocument flowChartMultidocument"
    " flowChartTerminator flowChartPreparation flowChartManualInput flowChartManualOperation flowChartConnector"
    " flowChartPunchedCard flowChartPunchedTape flowChartSummingJunction flowChartOr flowChartCollate flowChartSort"
    " flowChartExtract flowChartMerge flowChartOfflineStorage flowChartOnlineStorage flowChartMagneticTape"
    " flowChartMagneticDisk flowChartMagneticDrum flowChartDisplay flowChartDelay flowChartAlternateProcess"
    " flowChartOffpageConnector actionButtonBlank actionButtonHome actionButtonHelp actionButtonInformation"
    " actionButtonForwardNext actionButtonBackPrevious actionButtonEnd actionButtonBeginning actionButtonReturn"
    " actionButtonDocument actionButtonSound actionButtonMovie gear6 gear9 funnel mathPlus mathMinus mathMultiply"
    " mathDivide mathEqual mathNotEqual cornerTabs squareTabs plaqueTabs chartX chartStar chartPlus"
)
"""Preset geometries (clause 20.1.10.56): the forms that a drawn shape of a copy may have."""


def copy_formatting(source: Element, parent: Element, tag: str = "") -> Element | None:
    """Append ``source``, an element of formatting, and what is in it to ``parent``, as far as the lists allow.

    The copy is called ``tag`` where given (``wps:spPr`` holds the same as ``a:spPr``, so the caller names its frame),
    else ``source`` must be of the main drawing namespace. Returns it, or ``None`` where nothing of it may stay.
    """
    if tag:
        # A frame of our caller: what is bodyPr in every dialect has the attributes of bodyPr.
        element = etree.SubElement(parent, tag, _attributes(source, etree.QName(source).localname))
    else:
        name = _name(source)
        if name == "custGeom":
            return None if is_writing(source) else _copy_numbers(source, parent)
        if name not in _ELEMENTS:
            return None
        kept = _attributes(source, name)
        if name in _REQUIRED and _REQUIRED[name] not in kept:
            return None  # without its value the element would mean something else
        element = etree.SubElement(parent, source.tag, kept)
    for child in source:
        copy_formatting(child, element)
    return element


def is_writing(geometry: Element) -> bool:
    """Whether a free form (``a:custGeom``) has so many points that they may draw a word."""
    return sum(1 for _ in geometry.iter(_A + "pt")) > MAX_POINTS


def holds_writing(element: Element) -> bool:
    """Whether the free forms under ``element``, all together, may draw a word; see :func:`is_writing`."""
    return sum(1 for geometry in element.iter(_A + "custGeom") for _ in geometry.iter(_A + "pt")) > MAX_POINTS


def _copy_numbers(source: Element, parent: Element) -> Element | None:
    name = _name(source)
    if name not in _GEOMETRY:
        return None
    values = ((key, source.get(key, "")) for key in _GEOMETRY[name].split())
    element = etree.SubElement(parent, source.tag, {k: v for k, v in values if _LONG_NUMBER.fullmatch(v)})
    for child in source:
        _copy_numbers(child, element)
    return element


def is_drawing_value(value: str) -> bool:
    """Whether an attribute of drawing may have ``value``: a short number, a colour or a word of the standard."""
    return value in _ENUMERATIONS or _NUMBER.fullmatch(value) is not None or _COLOUR.fullmatch(value) is not None


def is_drawing_word(element: str, attribute: str, value: str) -> bool:
    """Whether ``attribute`` of ``element`` (local names) has ``value`` by the lists of drawing, and is no text."""
    return attribute in _ELEMENTS.get(element, ()) and _is_kept(attribute, value)


def _name(element: Element) -> str:
    return element.tag[_PREFIX_LENGTH:] if element.tag.startswith(_A) else ""


def _attributes(source: Element, name: str) -> dict[str, str]:
    values = ((key, source.get(key)) for key in _ELEMENTS.get(name, ()))
    return {key: value for key, value in values if value is not None and _is_kept(key, value)}


def _is_kept(key: str, value: str) -> bool:
    match key:
        case "prst":
            return value in PRESET_SHAPES or value in _ENUMERATIONS
        case "typeface":
            return _THEME_FONT.fullmatch(value) is not None or is_known_font(value)
        case "name" | "fmla":
            return (_GUIDE if key == "name" else _FORMULA).fullmatch(value) is not None
        case "char":
            return len(value) == 1
        case _:
            return is_drawing_value(value)
