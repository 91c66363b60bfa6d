"""Names of fonts that a copy may keep: a font's name is a text of its own and can hold a value."""

from __future__ import annotations

import re

_FONTS = frozenset(
    name.strip().lower()
    for name in """
    宋体; 黑体; 楷体; 仿宋; 微软雅黑; 新宋体; 隶书; 幼圆; 等线; 等线 Light; 楷体_GB2312; 仿宋_GB2312; 黑体_GB2312;
    方正小标宋简体; 方正小标宋_GBK; 方正小标宋; 方正仿宋_GBK; 方正仿宋简体; 方正楷体_GBK; 方正楷体简体;
    方正黑体_GBK; 方正黑体简体; 方正书宋_GBK; 方正舒体; 方正姚体; 方正大标宋简体; 方正大黑简体; 华文宋体; 华文中宋;
    华文仿宋; 华文楷体; 华文细黑; 华文黑体; 华文行楷; 华文新魏; 华文隶书; 华文彩云; 华文琥珀; 微软雅黑 Light;
    思源黑体; 思源宋体; 思源黑体 CN; 思源宋体 CN; 文泉驿正黑; 文泉驿微米黑; 文泉驿等宽正黑; 苹方-简; 宋体-简;
    黑体-简; 宋体-方正超大字符集; 細明體; 新細明體; 標楷體; 微軟正黑體; 宋体-18030; 方正宋体-人口信息; 宋体_GB18030;
    SimSun; NSimSun; SimHei; KaiTi; FangSong; KaiTi_GB2312; FangSong_GB2312; Microsoft YaHei; Microsoft YaHei UI;
    Microsoft YaHei Light; DengXian; DengXian Light; LiSu; YouYuan; STSong; STZhongsong; STFangsong; STKaiti;
    STXihei; STHeiti; STXingkai; STXinwei; STLiti; STCaiyun; STHupo; FZShuTi; FZYaoTi; FZXiaoBiaoSong-B05;
    FZXiaoBiaoSong-B05S; SimSun-ExtB; PingFang SC; Heiti SC; Songti SC; Kaiti SC; Hiragino Sans GB;
    Noto Sans CJK SC; Noto Serif CJK SC; Noto Sans SC; Noto Serif SC; Noto Sans CJK TC; Noto Sans; Noto Serif;
    Source Han Sans CN; Source Han Serif CN; Source Han Sans SC; Source Han Serif SC; WenQuanYi Zen Hei;
    WenQuanYi Micro Hei; WenQuanYi Zen Hei Sharp; AR PL UMing CN; AR PL UKai CN; Droid Sans Fallback; MingLiU;
    PMingLiU; MingLiU_HKSCS; DFKai-SB; Microsoft JhengHei; MS Mincho; MS Gothic; MS PMincho; MS PGothic;
    MS UI Gothic; Yu Mincho; Yu Gothic; Yu Gothic Light; Meiryo; MS Song; MS Hei; ＭＳ 明朝; ＭＳ ゴシック;
    ＭＳ Ｐ明朝; ＭＳ Ｐゴシック; 游明朝; 游ゴシック; 游ゴシック Light; Batang; BatangChe; Gulim; Dotum;
    Malgun Gothic; 맑은 고딕; 바탕; 굴림; 돋움; Arial; Arial Black; Arial Narrow; Arial Unicode MS; Times New Roman;
    Times; Calibri; Calibri Light; Cambria; Cambria Math; Candara; Consolas; Constantia; Corbel; Courier;
    Courier New; Segoe UI; Segoe UI Light; Segoe UI Symbol; Segoe UI Emoji; Symbol; Tahoma; Trebuchet MS; Verdana;
    Georgia; Garamond; Helvetica; Helvetica Neue; Impact; Lucida Console; Lucida Sans; Lucida Sans Unicode;
    Lucida Grande; Palatino Linotype; Book Antiqua; Bookman Old Style; Century; Century Gothic; Century Schoolbook;
    Comic Sans MS; Franklin Gothic Book; Franklin Gothic Medium; Gill Sans MT; Microsoft Sans Serif; MS Sans Serif;
    Sylfaen; Wingdings; Wingdings 2; Wingdings 3; Webdings; Marlett; Aptos; Aptos Display; Aptos Narrow;
    Liberation Sans; Liberation Serif; Liberation Mono; DejaVu Sans; DejaVu Sans Mono; DejaVu Serif; Carlito;
    Caladea; OpenSymbol; Open Sans; Roboto; Linux Libertine G; Mangal; Lohit Devanagari; FreeSans;
    Bitstream Vera Sans; StarSymbol; Menlo; Monaco; Angsana New; Cordia New; Latha; Vrinda; Raavi; Shruti; Gautami;
    Kartika; Tunga; Traditional Arabic; Simplified Arabic; Mongolian Baiti; Microsoft Uighur; Microsoft Himalaya;
    Microsoft Yi Baiti; Euphemia; Plantagenet Cherokee; Iskoola Pota; Nyala; Heiti SC Light; Heiti SC Medium;
    STHeiti Light; Noto Sans Mono CJK SC; Noto Sans CJK SC Regular; Hei; Kai; Times-Roman; Optima; Geneva;
    Monotype Corsiva; Lucida Calligraphy; Brush Script MT; Bradley Hand ITC; Arial CYR; Nimbus Sans L;
    Nimbus Roman No9 L; Andalus; Rockwell; Tw Cen MT; Perpetua; Didot; Avenir; Avenir Next; Futura; Sendnya;
    Estrangelo Edessa; DaunPenh; MoolBoran; DokChampa; Kokila; Nirmala UI; David; Miriam; Gisha
    """.replace("\n", " ").split(";")
)
_SPACES = re.compile(r" +")


def is_known_font(name: str) -> bool:
    """Whether ``name`` is a font of Office, of Windows, macOS or Linux, or of Chinese official documents."""
    return not name or _SPACES.sub(" ", name.removeprefix("@").strip()).lower() in _FONTS
