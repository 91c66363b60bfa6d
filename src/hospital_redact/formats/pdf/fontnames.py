"""Names of fonts and glyphs that a copy may keep: a name is a text of its own, and a value may stand in one."""

from __future__ import annotations

import re

from pdfminer.encodingdb import name2unicode

from hospital_redact.formats.pdf.objects import written

_KNOWN = written(
    """
    arial arialblack arialnarrow arialunicodems calibri cambria candara consolas constantia corbel courier couriernew
    courierstd garamond agaramond georgia helvetica helveticaneue impact lucidaconsole lucidasans myriad minion
    microsoftsansserif newcenturyschlbk centuryschoolbook bookantiqua bookman palatino palatinolinotype segoeui symbol
    tahoma times timesnewroman trebuchetms verdana webdings wingdings wingdings2 wingdings3 zapfdingbats zapfchancery
    univers optima frutiger futura gillsans dejavusans dejavusansmono dejavuserif liberationsans liberationserif
    liberationmono notosans notoserif opensans roboto adobesansmm adobeserifmm
    simsun nsimsun simsunextb simhei kaiti fangsong kaitigb2312 fangsonggb2312 microsoftyahei microsoftyaheiui dengxian
    lisu youyuan stsong stsongstd stzhongsong stfangsong stkaiti stxihei stheiti mssong mshei adobesongstd adobeheitistd
    adobekaitistd adobefangsongstd mhei msung msungstd adobemingstd mingliu pmingliu dfkaisb microsoftjhenghei
    heiseimin heiseikakugo kozminpro kozminproregular kozgopro msmincho msgothic mspmincho mspgothic hysmyeongjo
    hysmyeongjostd hygothic batang gulim dotum malgungothic pingfangsc heitisc songtisc notosanscjksc notoserifcjksc
    sourcehansanscn sourcehansanssc sourcehanserifcn sourcehanserifsc wenquanyizenhei wenquanyimicrohei
    droidsansfallback fzxbsjwgb10 fzshjwgb10 fzhtjwgb10 fzktjwgb10 fzfsjwgb10 fzxiaobiaosongb05 fzxiaobiaosongb05s
    宋体 新宋体 黑体 楷体 仿宋 隶书 幼圆 等线 微软雅黑 楷体gb2312 仿宋gb2312 黑体gb2312 华文宋体 华文中宋 华文仿宋
    华文楷体 华文细黑 方正小标宋简体 方正小标宋gbk 方正仿宋gbk 方正仿宋简体 方正楷体gbk 方正黑体gbk 方正书宋gbk
    """
)
_TAG = re.compile(r"^[A-Z]{6}\+")
_STYLES = re.compile(
    r"(PSMT|MT|PS|W[0-9]|Bold|BoldItalic|Italic|Oblique|Regular|Roman|Light|Medium|Semi[Bb]old|Condensed|Narrow|Acro|Std|Pro|LT)+$"
)
_MAKER = re.compile(r"(PSMT|MT|PS)$")
_GLYPH = re.compile(r"(\.notdef|[A-Za-z]{1,5}[0-9]{0,6}|(uni|cid|glyph|index)_?[0-9A-Fa-f]{1,6})(\.[a-z]{1,8})?")


def is_known_font(name: str) -> bool:
    """Whether ``name`` (without a slash) is that of a font which comes with systems, viewers or Office."""
    stem = _TAG.sub("", name)
    family, _, style = re.sub("[,-]", "\0", stem, count=1).partition("\0")
    if re.sub(_STYLES, "", re.sub("[,-]", "", style)):
        return False
    plain = re.sub("[ _]", "", family)
    return any(word.lower() in _KNOWN for word in (plain, _MAKER.sub("", plain), _STYLES.sub("", plain)))


def substitute(name: str, flags: int, ordering: str) -> str:
    """Return the standard font in whose place an unknown one that is not embedded may stand.

    ``flags`` are those of its descriptor (ISO 32000-2, table 121), ``ordering`` that of its character collection,
    "" for a simple font.
    """
    if ordering:
        found = {"CNS1": "MSung-Light", "Japan1": "HeiseiMin-W3", "Korea1": "HYSMyeongJo-Medium"}
        return found.get(ordering, "STSong-Light")
    bold = "bold" in name.lower() or flags & 0x40000
    italic = "italic" in name.lower() or "oblique" in name.lower() or flags & 0x40
    if flags & 2 and not flags & 1:
        return "Times-" + ("BoldItalic" if bold and italic else "Bold" if bold else "Italic" if italic else "Roman")
    style = "BoldOblique" if bold and italic else "Bold" if bold else "Oblique" if italic else ""
    family = "Courier" if flags & 1 else "Helvetica"
    return f"{family}-{style}" if style else family


def is_plain_glyph(name: str) -> bool:
    """Whether a glyph name says no more than a character or a number: of the Adobe Glyph List, or like ``g12``."""
    if _GLYPH.fullmatch(name):
        return True
    try:
        return bool(name2unicode(name))
    except (KeyError, ValueError, RecursionError):
        return False
