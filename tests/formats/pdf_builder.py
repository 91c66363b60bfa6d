"""Builds small PDFs that plant a value in one slot of the format. Everything in them is invented."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

BEFORE = "Ward round at nine"
AFTER = "tea follows at noon"


class Builder:
    """One page with a line above and a line below, and room for a slot between them."""

    def __init__(self) -> None:
        self.pdf = Pdf.new()
        self.pdf.add_blank_page(page_size=(595, 842))
        self.page = self.pdf.pages[0]
        self.fonts = Dictionary(
            F1=self.pdf.make_indirect(
                Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
            ),
            F2=self.cid_font("UniGB-UCS2-H"),
            F3=self.cid_font("GBK-EUC-H"),
            F4=self.cid_font("UniGB-UCS2-V"),
        )
        self.xobjects = Dictionary()
        self.states = Dictionary()
        self.properties = Dictionary()
        self.patterns = Dictionary()

    def cid_font(self, encoding: str) -> pikepdf.Object:
        descriptor = self.pdf.make_indirect(
            Dictionary(
                Type=Name.FontDescriptor, FontName=Name("/STSong-Light"), Flags=4, FontBBox=[0, -200, 1000, 900],
                ItalicAngle=0, Ascent=880, Descent=-120, CapHeight=880, StemV=80,
            )
        )  # fmt: skip
        font = self.pdf.make_indirect(
            Dictionary(
                Type=Name.Font, Subtype=Name.CIDFontType0, BaseFont=Name("/STSong-Light"), DW=1000,
                CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("GB1"), Supplement=4),
                FontDescriptor=descriptor, W=Array([1, Array([500] * 95), 814, 939, 500]),
            )
        )  # fmt: skip
        return self.pdf.make_indirect(
            Dictionary(
                Type=Name.Font, Subtype=Name.Type0, BaseFont=Name("/STSong-Light"), Encoding=Name(f"/{encoding}"),
                DescendantFonts=Array([font]),
            )
        )  # fmt: skip

    def resources(self) -> pikepdf.Object:
        return Dictionary(
            Font=self.fonts,
            XObject=self.xobjects,
            ExtGState=self.states,
            Properties=self.properties,
            Pattern=self.patterns,
        )

    def form(self, content: bytes, **more: object) -> pikepdf.Object:
        form = self.pdf.make_stream(content)
        form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 595, 842])
        form.Resources = Dictionary(Font=self.fonts)
        for key, value in more.items():
            form[f"/{key}"] = value
        return form

    def build(self, content: bytes, **save: object) -> bytes:
        frame = f"BT /F1 12 Tf 72 760 Td ({BEFORE}) Tj 0 -200 Td ({AFTER}) Tj ET\n".encode()
        self.page.Contents = self.pdf.make_stream(frame + content)
        self.page.Resources = self.resources()
        stream = io.BytesIO()
        self.pdf.save(stream, static_id=True, compress_streams=False, **save)  # type: ignore[arg-type]  # test options
        return stream.getvalue()


def _text(value: str, *, font: str = "/F1 12 Tf", at: str = "72 700 Td") -> bytes:
    return f"BT {font} {at} (Patient {value} seen) Tj ET".encode()


def shown(build: Callable[[Builder, str], bytes]) -> Callable[[str], bytes]:
    def make(value: str) -> bytes:
        builder = Builder()
        return builder.build(build(builder, value))

    return make


def _kerned(_: Builder, value: str) -> bytes:
    parts = " -30 ".join(f"({letter})" for letter in value)
    return f"BT /F1 12 Tf 72 700 Td [(Patient ) {parts} 20 ( seen)] TJ ET".encode()


def _two_objects(_: Builder, value: str) -> bytes:
    half = len(value) // 2
    width = 42
    return (
        f"BT /F1 12 Tf 72 700 Td ({value[:half]}) Tj ET BT /F1 12 Tf {72 + width} 700 Td ({value[half:]} seen) Tj ET"
    ).encode()


def _two_lines(_: Builder, value: str) -> bytes:
    half = len(value) // 2
    return (
        f"BT /F1 12 Tf 14 TL 72 700 Td (The admission of the old and tired patient {value[:half]}) Tj T* "
        f"({value[half:]} went home again later) Tj ET"
    ).encode()


def _nested_form(builder: Builder, value: str) -> bytes:
    inner = builder.form(_text(value, at="0 0 Td"))
    outer = builder.form(b"q 1 0 0 1 10 20 cm /In Do Q", Matrix=Array([1, 0, 0, 1, 62, 680]))
    outer.Resources = Dictionary(XObject=Dictionary(In=inner))
    builder.xobjects["/Out"] = outer
    return b"/Out Do"


def _form_twice(builder: Builder, value: str) -> bytes:
    builder.xobjects["/Twice"] = builder.form(_text(value))
    return b"/Twice Do q 1 0 0 1 0 -40 cm /Twice Do Q"


def _form_without_resources(builder: Builder, value: str) -> bytes:
    form = builder.form(_text(value))
    del form["/Resources"]
    builder.xobjects["/Bare"] = form
    return b"/Bare Do"


def _layer(builder: Builder, name: str) -> pikepdf.Object:
    layer: pikepdf.Object = builder.pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String(name)))
    builder.pdf.Root.OCProperties = Dictionary(
        OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]), ON=Array([]), Order=Array([layer]))
    )
    builder.properties["/MC0"] = layer
    return layer


def _hidden_layer(builder: Builder, value: str) -> bytes:
    _layer(builder, "draft")
    return b"/OC /MC0 BDC " + _text(value) + b" EMC"


def _layer_name(builder: Builder, value: str) -> bytes:
    _layer(builder, value)
    return b"/OC /MC0 BDC BT /F1 12 Tf 72 700 Td (seen) Tj ET EMC"


def _state_font(builder: Builder, value: str) -> bytes:
    builder.states["/GS0"] = Dictionary(Type=Name.ExtGState, Font=Array([builder.fonts.F1, 12]))
    return f"BT /GS0 gs 72 700 Td (Patient {value} seen) Tj ET".encode()


def _page_only(content: Callable[[str], bytes]) -> Callable[[str], bytes]:
    return shown(lambda _, value: content(value))


SHOWN: dict[str, Callable[[str], bytes]] = {
    "tj": _page_only(_text),
    "tj_kerned": shown(_kerned),
    "quote": _page_only(lambda v: f"BT /F1 12 Tf 14 TL 72 714 Td (Patient {v} seen) ' (again {v} now) ' ET".encode()),
    "double_quote": _page_only(lambda v: f'BT /F1 12 Tf 14 TL 72 714 Td 3 1 (Patient {v} seen) " ET'.encode()),
    "spaced": _page_only(lambda v: f"BT /F1 12 Tf 2 Tc 4 Tw 80 Tz 72 700 Td (Patient {v} seen) Tj ET".encode()),
    "raised": _page_only(lambda v: f"BT /F1 12 Tf 72 700 Td (Mr ) Tj 3 Ts ({v}) Tj 0 Ts ( seen) Tj ET".encode()),
    "two_text_objects": shown(_two_objects),
    "two_lines": shown(_two_lines),
    "nested_form": shown(_nested_form),
    "form_drawn_twice": shown(_form_twice),
    "form_without_resources": shown(_form_without_resources),
    "invisible": _page_only(lambda v: b"BT 3 Tr ET " + _text(v) + b" 0 Tr"),
    "white": _page_only(lambda v: b"1 g " + _text(v) + b" 0 g"),
    "outside_the_page": _page_only(lambda v: _text(v, at="2000 700 Td")),
    "clipping": _page_only(lambda v: f"q BT 7 Tr /F1 12 Tf 72 700 Td (Patient {v} seen) Tj ET Q".encode()),
    "rotated": _page_only(lambda v: f"BT /F1 12 Tf 0.8 0.6 -0.6 0.8 200 400 Tm (Patient {v} seen) Tj ET".encode()),
    "upwards": _page_only(lambda v: f"BT /F1 12 Tf 0 1 -1 0 300 300 Tm (Patient {v} seen) Tj ET".encode()),
    "mirrored_page": _page_only(
        lambda v: f"q 1 0 0 -1 0 842 cm BT /F1 12 Tf 1 0 0 -1 72 142 Tm (Patient {v} seen) Tj ET Q".encode()
    ),
    "hidden_layer": shown(_hidden_layer),
    "state_font": shown(_state_font),
    "fake_bold": _page_only(lambda v: _text(v) + b" " + _text(v, at="72.3 700 Td")),
    "text_on_text": _page_only(lambda v: b"BT /F1 12 Tf 72 700 Td (something that covers all of it) Tj ET " + _text(v)),
    "unbalanced_states": _page_only(lambda v: b"Q Q q q 1 0 0 1 5 5 cm " + _text(v)),
    "chinese": shown(
        lambda _, v: b"BT /F2 12 Tf 72 700 Td <" + f"患者{v}入院".encode("utf-16-be").hex().encode() + b"> Tj ET"
    ),
    "gbk": shown(lambda _, v: b"BT /F3 12 Tf 72 700 Td <" + f"患者{v}入院".encode("gbk").hex().encode() + b"> Tj ET"),
    "vertical": shown(
        lambda _, v: b"BT /F4 12 Tf 300 700 Td <" + f"患者{v}入院".encode("utf-16-be").hex().encode() + b"> Tj ET"
    ),
}
"""Slots whose text a page draws: an edit must remove it."""


def _hidden(change: Callable[[Builder, str], bytes | None]) -> Callable[[str], bytes]:
    def make(value: str) -> bytes:
        builder = Builder()
        return builder.build(change(builder, value) or b"")

    return make


def _set_root(key: str, make: Callable[[Builder, str], object]) -> Callable[[str], bytes]:
    def change(builder: Builder, value: str) -> None:
        builder.pdf.Root[key] = make(builder, value)

    return _hidden(change)


def _set_page(key: str, make: Callable[[Builder, str], object]) -> Callable[[str], bytes]:
    def change(builder: Builder, value: str) -> None:
        builder.page.obj[key] = make(builder, value)

    return _hidden(change)


def _actual_text_by_name(builder: Builder, value: str) -> bytes:
    builder.properties["/P0"] = Dictionary(ActualText=String(value))
    return b"/Span /P0 BDC BT /F1 12 Tf 72 700 Td (seen) Tj ET EMC"


def _info(builder: Builder, value: str) -> None:
    builder.pdf.docinfo["/Title"] = value


def _info_custom(builder: Builder, value: str) -> None:
    builder.pdf.docinfo["/Ward"] = f"bed of {value}"


def _xmp(builder: Builder, value: str) -> pikepdf.Object:
    packet = (
        "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>"
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' "
        f"xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:title>{value}</dc:title></rdf:Description></rdf:RDF>"
        "</x:xmpmeta><?xpacket end='w'?>"
    )
    stream = builder.pdf.make_stream(packet.encode())
    stream.Type, stream.Subtype = Name.Metadata, Name.XML
    return stream


def _outline(builder: Builder, value: str) -> pikepdf.Object:
    item = builder.pdf.make_indirect(Dictionary(Title=String(value), Dest=Array([builder.page.obj, Name.Fit])))
    outlines: pikepdf.Object = builder.pdf.make_indirect(Dictionary(Type=Name.Outlines, First=item, Last=item, Count=1))
    item.Parent = outlines
    return outlines


def _annotation(builder: Builder, **keys: object) -> pikepdf.Object:
    base: dict[str, object] = {"Type": Name.Annot, "Rect": Array([100, 100, 200, 120])}
    return builder.pdf.make_indirect(Dictionary(**{**base, **keys}))  # type: ignore[arg-type]  # any PDF value


def _form_field(builder: Builder, value: str) -> None:
    field = _annotation(builder, Subtype=Name.Widget, FT=Name.Tx, T=String("name"), V=String(value))
    builder.page.obj.Annots = Array([field])
    builder.pdf.Root.AcroForm = Dictionary(Fields=Array([field]))


def _attachment(builder: Builder, value: str) -> None:
    builder.pdf.attachments[f"{value}.txt"] = b"an attached file"


def _unused_object(builder: Builder, value: str) -> None:
    builder.xobjects["/Unused"] = builder.form(_text(value))


def _resource_name(builder: Builder, value: str) -> bytes:
    builder.fonts[f"/{value}"] = builder.fonts.F1
    return f"BT /{value} 12 Tf 72 700 Td (seen) Tj ET".encode()


def _image_metadata(builder: Builder, value: str) -> bytes:
    image = builder.pdf.make_stream(b"\xff" * 12)
    image.Type, image.Subtype, image.Width, image.Height = Name.XObject, Name.Image, 2, 2
    image.ColorSpace, image.BitsPerComponent, image.Metadata = Name.DeviceRGB, 8, _xmp(builder, value)
    builder.xobjects["/Im0"] = image
    return b"q 20 0 0 20 300 300 cm /Im0 Do Q"


def _to_unicode(builder: Builder, value: str) -> bytes:
    lines = b"<01> <%s>\n" % value.encode("utf-16-be").hex().encode()
    builder.fonts.F1 = builder.pdf.make_indirect(
        Dictionary(
            Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding,
            ToUnicode=builder.pdf.make_stream(
                b"begincmap 1 begincodespacerange <00> <FF> endcodespacerange\n"
                + b"1 beginbfchar\n" + lines + b"endbfchar endcmap"
            ),
        )
    )  # fmt: skip
    return b""


def older_revision(value: str) -> bytes:
    """Return a file whose first revision shows the value and whose second does not."""
    first = SHOWN["tj"](value)
    with pikepdf.open(io.BytesIO(first)) as pdf:
        number = pdf.pages[0].obj.Contents.objgen[0]
    content = f"BT /F1 12 Tf 72 760 Td ({BEFORE}) Tj 0 -200 Td ({AFTER}) Tj ET".encode()
    last = first.rfind(b"startxref")
    previous = int(first[last + 9 :].split()[0])
    offset = len(first)
    size = first.count(b" 0 obj") + 1
    trailer = first[first.rfind(b"trailer") + 7 : last].strip()
    root = re.search(rb"/Root \d+ \d+ R", trailer)
    assert root is not None
    body = b"%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (number, len(content), content)
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, offset)
    end = b"trailer\n<< /Size %d %s /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        root.group(),
        previous,
        offset + len(body),
    )
    return first + body + table + end


def unreferenced(value: str) -> bytes:
    """Return a file with an object that nothing refers to."""
    data = Builder().build(b"", object_stream_mode=pikepdf.ObjectStreamMode.disable)
    extra = b"900 0 obj\n(%s)\nendobj\n" % value.encode()
    place = data.index(b"%PDF") + len(data[: data.index(b"\n")]) + 1
    # Offsets no longer fit, so that readers rebuild the table, as they do for damaged files.
    return data[:place] + extra + data[place:]


def slack(value: str) -> bytes:
    """Return a file with the value behind the end of a compressed stream's data."""
    builder = Builder()
    packed = zlib.compress(b"BT /F1 12 Tf 72 700 Td (seen) Tj ET") + value.encode()
    form = builder.form(b"")
    form.write(packed, filter=Name.FlateDecode)
    builder.xobjects["/Slack"] = form
    return builder.build(b"/Slack Do")


HIDDEN: dict[str, Callable[[str], bytes]] = {
    "actual_text": _hidden(
        lambda _, v: f"/Span << /ActualText ({v}) >> BDC BT /F1 12 Tf 72 700 Td (seen) Tj ET EMC".encode()
    ),
    "actual_text_by_name": _hidden(_actual_text_by_name),
    "marked_point": _hidden(lambda _, v: f"/Tag << /Alt ({v}) >> DP".encode()),
    "tag": _hidden(lambda _, v: f"/{v} BMC BT /F1 12 Tf 72 700 Td (seen) Tj ET EMC".encode()),
    "comment": _hidden(lambda _, v: f"% {v}\n".encode()),
    "info": _hidden(_info),
    "info_custom_key": _hidden(_info_custom),
    "xmp": _set_root("/Metadata", _xmp),
    "outline": _set_root("/Outlines", _outline),
    "language": _set_root("/Lang", lambda _, v: String(v)),
    "page_label": _set_root("/PageLabels", lambda _, v: Dictionary(Nums=Array([0, Dictionary(P=String(v))]))),
    "named_destination": _set_root(
        "/Names",
        lambda b, v: Dictionary(Dests=Dictionary(Names=Array([String(v), Array([b.page.obj, Name.Fit])]))),
    ),
    "javascript": _set_root("/OpenAction", lambda _, v: Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{v}')"))),
    "structure": _set_root(
        "/StructTreeRoot",
        lambda b, v: Dictionary(
            Type=Name.StructTreeRoot, K=b.pdf.make_indirect(Dictionary(S=Name.Figure, Alt=String(v)))
        ),
    ),
    "private_data": _set_page("/PieceInfo", lambda _, v: Dictionary(App=Dictionary(Private=String(v)))),
    "unknown_key": _set_root("/Zz", lambda _, v: Dictionary(Deep=Array([Dictionary(Note=String(v))]))),
    "unknown_page_key": _set_page("/Zz", lambda _, v: String(v)),
    "annotation": _set_page(
        "/Annots", lambda b, v: Array([_annotation(b, Subtype=Name.Text, Contents=String(v), T=String("ward"))])
    ),
    "link": _set_page(
        "/Annots",
        lambda b, v: Array(
            [
                _annotation(
                    b, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String(f"https://example.invalid/?id={v}"))
                )
            ]
        ),
    ),
    "form_field": _hidden(_form_field),
    "attachment": _hidden(_attachment),
    "layer_name": shown(_layer_name),
    "unused_resource": _hidden(_unused_object),
    "resource_name": _hidden(_resource_name),
    "image_metadata": _hidden(_image_metadata),
    "to_unicode": _hidden(_to_unicode),
    "older_revision": older_revision,
    "unreferenced": unreferenced,
    "slack": slack,
    "after_the_end": lambda v: Builder().build(b"") + f"\n% {v}\n".encode(),
}
"""Slots that no page draws: no copy may hold them, whatever the plan says."""


def with_pattern(value: str) -> bytes:
    """Return a page filled with a tiling pattern that draws text."""
    builder = Builder()
    tile = builder.pdf.make_stream(_text(value, at="0 0 Td"))
    tile.Type, tile.PatternType, tile.PaintType, tile.TilingType = Name.Pattern, 1, 1, 1
    tile.BBox, tile.XStep, tile.YStep = Array([0, 0, 200, 50]), 200, 50
    tile.Resources = Dictionary(Font=builder.fonts)
    builder.patterns["/P1"] = tile
    return builder.build(b"/Pattern cs /P1 scn 50 50 300 300 re f")


def with_soft_mask(value: str) -> bytes:
    """Return a page with a soft mask that draws text."""
    builder = Builder()
    group = builder.form(_text(value), Group=Dictionary(S=Name.Transparency, CS=Name.DeviceGray))
    builder.states["/GS1"] = Dictionary(
        Type=Name.ExtGState, SMask=Dictionary(Type=Name.Mask, S=Name.Luminosity, G=builder.pdf.make_indirect(group))
    )
    return builder.build(b"/GS1 gs 0 0 595 842 re f")


def with_type3(value: str) -> bytes:
    """Return a page whose Type 3 font draws text of another font."""
    builder = Builder()
    glyph = builder.pdf.make_stream(b"1000 0 d0 BT /F1 1000 Tf (" + value.encode() + b") Tj ET")
    builder.fonts.T3 = builder.pdf.make_indirect(
        Dictionary(
            Type=Name.Font, Subtype=Name.Type3, FontBBox=Array([0, 0, 1000, 1000]),
            FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]), FirstChar=65, LastChar=65, Widths=Array([1000]),
            CharProcs=Dictionary(A=glyph), Encoding=Dictionary(Differences=Array([65, Name.A])),
            Resources=Dictionary(Font=Dictionary(F1=builder.fonts.F1)),
        )
    )  # fmt: skip
    return builder.build(b"BT /T3 12 Tf 72 700 Td (A) Tj ET")


def with_image(samples: bytes) -> bytes:
    """Return a page with a grey image of 4 by 4 samples."""
    builder = Builder()
    image = builder.pdf.make_stream(samples)
    image.Type, image.Subtype, image.Width, image.Height = Name.XObject, Name.Image, 4, 4
    image.ColorSpace, image.BitsPerComponent = Name.DeviceGray, 8
    builder.xobjects["/Im1"] = image
    return builder.build(b"q 100 0 0 100 72 300 cm /Im1 Do Q")


def nested_forms(levels: int, calls: int) -> bytes:
    """Return a page whose forms each draw the next one ``calls`` times."""
    builder = Builder()
    form = builder.form(_text("x"))
    for _ in range(levels):
        outer = builder.form(b"/N Do " * calls)
        outer.Resources = Dictionary(XObject=Dictionary(N=builder.pdf.make_indirect(form)))
        form = outer
    builder.xobjects["/N"] = form
    return builder.build(b"/N Do")


def compressed_bomb(size: int) -> bytes:
    """Return a page whose content inflates to ``size`` bytes."""
    builder = Builder()
    packer = zlib.compressobj(9)
    packed = b"".join([*(packer.compress(b" " * (1 << 20)) for _ in range(size >> 20)), packer.flush()])
    form = builder.form(b"")
    form.write(packed, filter=Name.FlateDecode)
    builder.xobjects["/Big"] = form
    return builder.build(b"/Big Do")


def encrypted(*, user: str) -> bytes:
    """Return an encrypted file; with an empty ``user`` password it only restricts."""
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(SHOWN["tj"]("QZ8842917K"))) as pdf:
        pdf.save(stream, encryption=pikepdf.Encryption(owner="owner", user=user))
    return stream.getvalue()
