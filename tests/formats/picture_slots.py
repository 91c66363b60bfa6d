"""A picture with a value in each place beside the pixels where a file may hold one."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import picture_builder
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

Plant = Callable[[str], bytes]

_VISIBLE = ["门诊通知", "下周三上午停诊半天。"]


def picture(mode: str = "RGB") -> Image.Image:
    return picture_builder.page(_VISIBLE, width=760, mode=mode)


def _exif(value: str) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = value  # ImageDescription
    exif[0x013B] = value  # Artist
    exif[0x9C9C] = value.encode("utf-16-le")  # XPComment
    inner = exif.get_ifd(0x8769)
    inner[0x9286] = b"UNICODE\0" + value.encode("utf-16-le")  # UserComment
    inner[0x927C] = b"MAKER\0" + value.encode()  # MakerNote
    place = exif.get_ifd(0x8825)
    place[0x001C] = b"ASCII\0\0\0" + value.encode()  # GPSAreaInformation
    return exif


def _xmp(value: str) -> bytes:
    return (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>'
        + value.encode()
        + b"</dc:title></rdf:Description></rdf:RDF></x:xmpmeta>"
    )


def _segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes((marker,)) + struct.pack(">H", len(body) + 2) + body


def _jpeg_with(segment: bytes) -> bytes:
    data = picture_builder.file_of(picture(), "JPEG", quality=85)
    return data[:2] + segment + data[2:]


def _iptc(value: str) -> bytes:
    record = b"\x1c\x02\x78" + struct.pack(">H", len(value.encode())) + value.encode()
    block = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(record)) + record + b"\0" * (len(record) % 2)
    return _jpeg_with(_segment(0xED, b"Photoshop 3.0\0" + block))


def _thumbnail(value: str) -> bytes:
    """A JPEG whose EXIF holds the picture as it was before something was cut off, as a file with a comment."""
    small = picture_builder.file_of(picture_builder.page([value], width=400).resize((160, 56)), "JPEG", comment=value)
    head = b"MM\0*\0\0\0\x08\0\0" + b"\0\0\0\x0e"
    entries = struct.pack(">HHII", 0x0201, 4, 1, 14 + 2 + 24 + 4) + struct.pack(">HHII", 0x0202, 4, 1, len(small))
    return _jpeg_with(_segment(0xE1, b"Exif\0\0" + head + b"\0\x02" + entries + b"\0\0\0\0" + small))


def _profile(value: str) -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile[:-40] + value.encode()[:40].ljust(40, b"\0")


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    data = picture_builder.file_of(picture())
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return data[:33] + chunk + data[33:]


def _png_text(value: str) -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Title", value)
    texts.add_text("Comment", value, zip=True)
    texts.add_itxt("Description", value, zip=True)
    return picture_builder.file_of(picture(), pnginfo=texts)


def _hidden_by_alpha(value: str) -> bytes:
    """A PNG with letters where it lets everything through."""
    image = picture("RGBA")
    over = picture_builder.page([value], width=760, mode="RGBA").crop((0, 0, 760, 100))
    over.putalpha(0)
    whole = Image.new("RGBA", (760, image.height + 100), (255, 255, 255, 255))
    whole.paste(image, (0, 0))
    whole.paste(over, (0, image.height))
    return picture_builder.file_of(whole)


def _second_picture(value: str) -> bytes:
    """A JPEG with a further one behind it, as cameras write previews."""
    other = picture_builder.file_of(picture_builder.page([value], width=760), "JPEG", comment=value.encode())
    return picture_builder.file_of(picture(), "JPEG") + other


def _tiff_tags(value: str) -> bytes:
    from PIL import TiffImagePlugin  # noqa: PLC0415 - only here

    tags = TiffImagePlugin.ImageFileDirectory_v2()
    for tag in (270, 305, 315, 316, 269):
        tags[tag] = value
    tags[65000] = value.encode()
    tags.tagtype[65000] = 7
    tags[33723] = b"\x1c\x02\x78" + struct.pack(">H", len(value)) + value.encode()
    tags.tagtype[33723] = 7
    tags[700] = _xmp(value)
    tags.tagtype[700] = 1
    return picture_builder.file_of(picture(), "TIFF", tiffinfo=tags)


def _bmp_gap(value: str) -> bytes:
    """A BMP with bytes between its header and its pixels."""
    data = bytearray(picture_builder.file_of(picture(), "BMP"))
    start = int.from_bytes(data[10:14], "little")
    data[10:14] = (start + 64).to_bytes(4, "little")
    data[start:start] = value.encode().ljust(64, b"\0")
    return bytes(data)


SLOTS: dict[str, Plant] = {
    "jpeg_exif": lambda value: picture_builder.file_of(picture(), "JPEG", exif=_exif(value)),
    "jpeg_exif_thumbnail": _thumbnail,
    "jpeg_xmp": lambda value: picture_builder.file_of(picture(), "JPEG", xmp=_xmp(value)),
    "jpeg_iptc": _iptc,
    "jpeg_comment": lambda value: picture_builder.file_of(picture(), "JPEG", comment=value.encode()),
    "jpeg_profile": lambda value: picture_builder.file_of(picture(), "JPEG", icc_profile=_profile(value)),
    "jpeg_unknown_segment": lambda value: _jpeg_with(_segment(0xE9, value.encode())),
    "jpeg_second_picture": _second_picture,
    "jpeg_trailing_bytes": lambda value: picture_builder.file_of(picture(), "JPEG") + value.encode(),
    "png_text": _png_text,
    "png_exif": lambda value: picture_builder.file_of(picture(), exif=_exif(value)),
    "png_xmp": lambda value: _png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + _xmp(value)),
    "png_profile": lambda value: picture_builder.file_of(picture(), icc_profile=_profile(value)),
    "png_profile_name": lambda value: _png_chunk(b"iCCP", value.encode() + b"\0\0" + zlib.compress(_profile("x"))),
    "png_unknown_chunk": lambda value: _png_chunk(b"prVt", value.encode()),
    "png_trailing_bytes": lambda value: picture_builder.file_of(picture()) + value.encode(),
    "png_under_alpha": _hidden_by_alpha,
    "tiff_tags": _tiff_tags,
    "tiff_trailing_bytes": lambda value: picture_builder.file_of(picture(), "TIFF") + value.encode(),
    "bmp_gap": _bmp_gap,
    "bmp_trailing_bytes": lambda value: picture_builder.file_of(picture(), "BMP") + value.encode(),
    "webp_exif": lambda value: picture_builder.file_of(picture(), "WEBP", lossless=True, exif=_exif(value)),
    "webp_xmp": lambda value: picture_builder.file_of(picture(), "WEBP", lossless=True, xmp=_xmp(value)),
    "webp_profile": lambda value: picture_builder.file_of(
        picture(), "WEBP", lossless=True, icc_profile=_profile(value)
    ),
}


def under_alpha(data: bytes) -> Image.Image:
    """Return the colours of a picture whatever lets through."""
    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGBA").convert("RGB") if image.mode != "RGBA" else Image.merge("RGB", image.split()[:3])


def seal(image: Image.Image) -> Image.Image:
    """Return a page with a photograph-like patch in a corner."""
    patch = Image.linear_gradient("L").resize((180, 180)).convert("RGB")
    draw = ImageDraw.Draw(patch)
    draw.ellipse((40, 30, 140, 150), fill=(190, 150, 120))
    whole = image.copy()
    whole.paste(patch, (image.width - 200, 20))
    return whole
