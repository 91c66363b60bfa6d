"""What scans, chats and copying do to a text: lost stops, blanks inside, full-width digits, traditional characters."""

from __future__ import annotations

from bisect import bisect_left
from random import Random

from training.grammar import Mark, Sample

_PAIRS = (
    "张張王王李李刘劉陈陳杨楊黄黃赵趙吴吳孙孫马馬郑鄭罗羅许許韩韓邓鄧冯馮萧蕭蒋蔣卢盧苏蘇叶葉吕呂锺鍾钟鐘谭譚陆陸贾賈韦韋邹鄒阎閻龙龍贺賀顾顧龚龔万萬"
    "钱錢严嚴赖賴汤湯庄莊乔喬颜顏毕畢单單连連华華麦麥国國医醫师師护護诊診断斷术術药藥疗療检檢查查验驗报報告告请請说說这這个個来來时時间間门門问問"
    "电電话話号號岁歲压壓热熱头頭脑腦脏臟肾腎肝肝肿腫疼疼发發现現见見给給经經过過为為与與对對开開关關长長书書会會议議处處单單复復亲親属屬儿兒妈媽爷爺"
    "爱愛伟偉丽麗娟娟静靜军軍强強艳豔杰傑涛濤兰蘭红紅玉玉凤鳳贵貴东東云雲飞飛鹏鵬辉輝宇宇轩軒阳陽诚誠诗詩宝寶庆慶兴興荣榮学學义義银銀银銀"
    "莲蓮梦夢佳佳欣欣晓曉丹丹应應该該还還没沒样樣级級线線结結节節质質买買卖賣员員组組织織实實验驗设設备備费費务務"
)
_TRADITIONAL = str.maketrans({_PAIRS[i]: _PAIRS[i + 1] for i in range(0, len(_PAIRS), 2)})
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_STOPS = frozenset("，。；：、,;:")


def spoil(sample: Sample, random: Random) -> Sample:
    """Return ``sample`` with one or two faults, or as it is (three in four); the marks follow their characters."""
    kind = random.random()
    if kind > 0.25:
        return sample
    if kind < 0.05:
        return Sample(sample.text.translate(_TRADITIONAL), sample.marks)
    if kind < 0.09:
        return Sample(sample.text.translate(_FULL_WIDTH), sample.marks)
    if kind < 0.13:  # stops lost, as when people type into a phone
        return _keep(sample, [c not in _STOPS or random.random() < 0.4 for c in sample.text], " ", random)
    if kind < 0.17:
        return _keep(sample, [c != "\n" for c in sample.text], " ", random)
    return _spaced(sample, random)


def _keep(sample: Sample, kept: list[bool], instead: str, random: Random) -> Sample:
    """Return ``sample`` without the characters that are not ``kept``, now and then with a blank for them."""
    pieces = [
        char if keep else (instead if random.random() < 0.5 else "")
        for char, keep in zip(sample.text, kept, strict=True)
    ]
    return _joined(pieces, sample.marks)


def _spaced(sample: Sample, random: Random) -> Sample:
    """Return ``sample`` with blanks after some Chinese characters, as text layers of scans have them, or in names."""
    if random.random() < 0.5:
        pieces = [c + (" " if "\u4e00" <= c <= "\u9fff" and random.random() < 0.06 else "") for c in sample.text]
    else:
        inside = {
            mark.start for mark in sample.marks if mark.label == "PERSON" and 2 <= mark.end - mark.start <= 3
        }  # fmt: skip
        pieces = [c + (" " if i in inside and random.random() < 0.5 else "") for i, c in enumerate(sample.text)]
    return _joined(pieces, sample.marks)


def _joined(pieces: list[str], marks: tuple[Mark, ...]) -> Sample:
    """Return the text of ``pieces``, one for each former character, and ``marks`` moved with them."""
    at = [0]
    for piece in pieces:
        at.append(at[-1] + len(piece))
    text = "".join(pieces)
    moved = []
    for mark in marks:
        start, end = at[mark.start], at[mark.end]
        while end > start and text[end - 1] == " ":  # the blank after a name is not part of it
            end -= 1
        if end > start:
            moved.append(mark._replace(start=start, end=end))
    return Sample(text, tuple(moved))


def lines(sample: Sample) -> list[Sample]:
    """Return the lines of ``sample`` that hold text, each with its own marks."""
    starts, result, at = [mark.start for mark in sample.marks], [], 0
    for line in sample.text.split("\n"):
        if line.strip():
            inside = sample.marks[bisect_left(starts, at) : bisect_left(starts, at + len(line) + 1)]
            shifted = (m._replace(start=m.start - at, end=min(m.end - at, len(line))) for m in inside)
            result.append(Sample(line, tuple(shifted)))
        at += len(line) + 1
    return result
