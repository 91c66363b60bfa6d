"""More places of a PDF in which a value can stay, one builder each. Everything in them is invented.

``DRAWN`` shows the value on a page, ``BESIDE`` holds it where no page draws it, ``MARKED`` where a person must look.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable

import pikepdf
from pdf_builder import Builder
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

Make = Callable[[str], bytes]


def _page(content: Callable[[Builder, str], bytes | None]) -> Make:
    def make(value: str) -> bytes:
        builder = Builder()
        return builder.build(content(builder, value) or b"")

    return make


def _show(value: str, at: str = "72 700 Td", font: str = "/F1 12 Tf") -> bytes:
    return f"BT {font} {at} (Patient {value} seen) Tj ET\n".encode()


# --------------------------------------------------------------------------- drawn


def _under_image(builder: Builder, value: str) -> bytes:
    image = builder.pdf.make_stream(b"\xff" * 16)
    image.Type, image.Subtype, image.Width, image.Height = Name.XObject, Name.Image, 4, 4
    image.ColorSpace, image.BitsPerComponent = Name.DeviceGray, 8
    builder.xobjects["/Im1"] = image
    return _show(value) + b"q 400 0 0 40 60 690 cm /Im1 Do Q"


def _hyphenated(_: Builder, value: str) -> bytes:
    half = len(value) // 2
    return (
        f"BT /F1 12 Tf 14 TL 72 700 Td (The old and tired patient of this long line {value[:half]}-) Tj T* "
        f"({value[half:]} went home again later in the same week) Tj ET"
    ).encode()


def _two_pages(value: str) -> bytes:
    builder = Builder()
    half = len(value) // 2
    builder.pdf.add_blank_page(page_size=(595, 842))
    second = builder.pdf.pages[1]
    second.Contents = builder.pdf.make_stream(
        f"BT /F1 12 Tf 72 800 Td ({value[half:]} went home again later in the same week of May) Tj ET".encode()
    )
    second.Resources = builder.resources()
    return builder.build(
        f"BT /F1 12 Tf 72 60 Td (The admission of the old and tired patient of the ward {value[:half]}) Tj ET".encode()
    )


def _identity_v(builder: Builder, value: str) -> bytes:
    font = builder.cid_font("Identity-V")
    font.DescendantFonts[0].CIDSystemInfo.Ordering = String("Identity")  # no collection says otherwise than ToUnicode
    codes = {letter: number for number, letter in enumerate(value, 20)}
    lines = b"".join(b"<%04X> <%04X>\n" % (code, ord(letter)) for letter, code in codes.items())
    font.ToUnicode = builder.pdf.make_stream(
        b"begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n%d beginbfchar\n%sendbfchar endcmap"
        % (len(codes), lines)
    )
    builder.fonts.F5 = font
    return b"BT /F5 12 Tf 300 640 Td <" + b"".join(b"%04X" % codes[c] for c in value) + b"> Tj ET"


def _kerned_away(_: Builder, value: str) -> bytes:
    shown = " ".join(f"-400 ({letter})" for letter in value)
    return f"BT /F1 12 Tf 72 700 Td [(Patient ) {shown} -600 (seen)] TJ ET".encode()


def _shared_resources(value: str) -> bytes:
    builder = Builder()
    form = builder.form(_show(value))
    builder.xobjects["/Both"] = form
    builder.pdf.add_blank_page(page_size=(595, 842))
    other = builder.pdf.pages[1]
    other.Contents = builder.pdf.make_stream(b"BT /F1 12 Tf 72 700 Td (another page) Tj ET /Both Do")
    other.Resources = builder.resources()
    return builder.build(b"/Both Do")


def _widget(builder: Builder, value: str) -> None:
    form = builder.form(f"/Tx BMC q BT /F1 12 Tf 2 6 Td (Patient {value} seen) Tj ET Q EMC".encode())
    form.BBox = Array([0, 0, 300, 20])
    field = annotation(
        builder, Subtype=Name.Widget, FT=Name.Tx, F=4, T=String("name"), V=String(f"Patient {value} seen"),
        DV=String(value), TU=String(f"about {value}"), TM=String(value), MK=Dictionary(CA=String(value)),
        Rect=Array([72, 690, 372, 710]), AP=Dictionary(N=builder.pdf.make_indirect(form)),
    )  # fmt: skip
    builder.page.obj.Annots = Array([field])
    builder.pdf.Root.AcroForm = Dictionary(Fields=Array([field]), DA=String("/Helv 0 Tf"))


def _free_text(builder: Builder, value: str) -> None:
    form = builder.form(f"BT /F1 12 Tf 10 20 Td (Patient {value} seen) Tj ET".encode())
    form.BBox, form.Matrix = Array([10, 10, 210, 40]), Array([0.5, 0, 0, 0.5, 0, 0])
    rich = f"<body><p>Patient {value}</p></body>"
    builder.page.obj.Annots = Array(
        [
            annotation(
                builder, Subtype=Name.FreeText, Contents=String(value), RC=String(rich), T=String(value), F=4,
                Subj=String(value), AP=Dictionary(N=builder.pdf.make_indirect(form)), Rect=Array([80, 600, 480, 660]),
            )
        ]
    )  # fmt: skip


def _stamp_state(builder: Builder, value: str) -> None:
    shown, other = builder.form(_show(value)), builder.form(_show(f"{value} off"))
    states = Dictionary(On=builder.pdf.make_indirect(shown), Off=builder.pdf.make_indirect(other))
    builder.page.obj.Annots = Array(
        [
            annotation(
                builder, Subtype=Name.Stamp, AS=Name.On, F=4, Rect=Array([0, 0, 595, 842]),
                AP=Dictionary(N=states, R=states, D=builder.pdf.make_indirect(builder.form(_show(f"{value} down")))),
            )
        ]
    )  # fmt: skip


def _split_contents(builder: Builder, value: str) -> bytes:
    form = builder.form(b"")
    form.write(_show(value))
    builder.xobjects["/Split"] = form
    return b"q\n/Split Do\nQ"


DRAWN: dict[str, Make] = {
    "under_image": _page(_under_image),
    "zero_size": _page(lambda _, v: _show(v) + _show(v, "72 660 Td", "/F1 0 Tf")),
    "scaled_away": _page(lambda _, v: _show(v) + f"BT /F1 12 Tf 0 Tz 72 640 Td (Patient {v} seen) Tj ET".encode()),
    "matrix_of_zero": _page(lambda _, v: _show(v) + b"q 0 0 0 0 100 600 cm " + _show(v) + b"Q"),
    "hyphenated": _page(_hyphenated),
    "two_pages": _two_pages,
    "identity_v": _page(_identity_v),
    "kerned_away": _page(_kerned_away),
    "shared_form_on_two_pages": _shared_resources,
    "widget": _page(_widget),
    "free_text": _page(_free_text),
    "stamp_with_states": _page(_stamp_state),
    "octal_escapes": _page(
        lambda _, v: b"BT /F1 12 Tf 72 700 Td (Patient " + b"".join(b"\\%03o" % b for b in v.encode()) + b" seen) Tj ET"
    ),
    "array_of_contents": _page(_split_contents),
}
"""Slots whose text a page shows: an edit must remove it."""


# --------------------------------------------------------------------------- beside the pages


def annotation(builder: Builder, **keys: object) -> pikepdf.Object:
    """Return an annotation of the builder's page."""
    base: dict[str, object] = {"Type": Name.Annot, "Rect": Array([100, 100, 200, 120])}
    return builder.pdf.make_indirect(Dictionary({f"/{key}": value for key, value in {**base, **keys}.items()}))


def _annotations(*make: Callable[[Builder, str], pikepdf.Object]) -> Make:
    def change(builder: Builder, value: str) -> None:
        builder.page.obj.Annots = Array([one(builder, value) for one in make])

    return _page(change)


def _root(key: str, make: Callable[[Builder, str], object]) -> Make:
    return _page(lambda b, v: b.pdf.Root.__setitem__(key, make(b, v)))


def _stream(builder: Builder, data: bytes, **keys: object) -> pikepdf.Object:
    stream = builder.pdf.make_stream(data)
    for key, value in keys.items():
        stream[f"/{key}"] = value
    return stream


def _file(builder: Builder, value: str) -> pikepdf.Object:
    inside = _stream(
        builder, f"attached about {value}".encode(), Type=Name.EmbeddedFile, Params=Dictionary(CheckSum=String(value))
    )
    return builder.pdf.make_indirect(
        Dictionary(
            Type=Name.Filespec, F=String(f"{value}.txt"), UF=String(f"{value}.txt"), Desc=String(f"of {value}"),
            EF=Dictionary(F=inside),
        )
    )  # fmt: skip


def _names(key: str, make: Callable[[Builder, str], object]) -> Make:
    return _root("/Names", lambda b, v: Dictionary({key: Dictionary(Names=Array([String(v), make(b, v)]))}))


def _xmp(builder: Builder, value: str) -> pikepdf.Object:
    packet = (
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        f"<rdf:Description rdf:about=''><n xmlns='urn:x'>{value}</n></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    return _stream(builder, packet.encode(), Type=Name.Metadata, Subtype=Name.XML)


def _structure(builder: Builder, value: str) -> pikepdf.Object:
    leaf = builder.pdf.make_indirect(
        Dictionary(
            S=Name.Span, ActualText=String(value), E=String(value), T=String(value), ID=String(value),
            Lang=String(value),
            A=Dictionary(O=Name.Layout, Note=String(value)), Pg=builder.page.obj, K=0,
        )
    )  # fmt: skip
    return Dictionary(
        Type=Name.StructTreeRoot, K=leaf, RoleMap=Dictionary({f"/{value}": Name.P}),
        ClassMap=Dictionary({f"/{value}": Dictionary(O=Name.Layout)}),
        IDTree=Dictionary(Names=Array([String(value), leaf])),
    )  # fmt: skip


def _signature(builder: Builder, value: str) -> None:
    signed = builder.pdf.make_indirect(
        Dictionary(
            Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), SubFilter=Name("/adbe.pkcs7.detached"), Name=String(value),
            Reason=String(value), Location=String(value), ContactInfo=String(value), Contents=String(value),
            ByteRange=Array([0, 1, 2, 3]), Cert=String(value),
        )
    )  # fmt: skip
    field = annotation(
        builder, Subtype=Name.Widget, FT=Name.Sig, T=String("signed"), V=signed, Rect=Array([0, 0, 0, 0])
    )
    builder.page.obj.Annots = Array([field])
    builder.pdf.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)
    builder.pdf.Root.Perms = Dictionary(DocMDP=signed)
    builder.pdf.Root.DSS = Dictionary(Certs=Array([_stream(builder, value.encode())]))


def _hidden_field(builder: Builder, value: str) -> None:
    parent = builder.pdf.make_indirect(
        Dictionary(FT=Name.Ch, T=String(value), V=String(value), Opt=Array([Array([String(value), String(value)])]))
    )
    kid = annotation(builder, Subtype=Name.Widget, F=2, Parent=parent)
    parent.Kids = Array([kid])
    builder.page.obj.Annots = Array([kid])
    builder.pdf.Root.AcroForm = Dictionary(Fields=Array([parent]))


def _xfa(builder: Builder, value: str) -> pikepdf.Object:
    data = _stream(builder, f"<xfa:data xmlns:xfa='urn:y'><name>{value}</name></xfa:data>".encode())
    return Dictionary(Fields=Array([]), XFA=Array([String("datasets"), data]))


def _thread(builder: Builder, value: str) -> pikepdf.Object:
    bead = builder.pdf.make_indirect(Dictionary(Type=Name.Bead, P=builder.page.obj, R=Array([0, 0, 9, 9])))
    thread = builder.pdf.make_indirect(Dictionary(Type=Name.Thread, I=Dictionary(Title=String(value)), F=bead))
    bead.T, bead.N, bead.V = thread, bead, bead
    builder.page.obj.B = Array([bead])
    return Array([thread])


def _font(builder: Builder, value: str, **keys: object) -> bytes:
    base = {"Type": Name.Font, "Subtype": Name.Type1, "BaseFont": Name.Helvetica, "Encoding": Name.WinAnsiEncoding}
    builder.fonts.F6 = builder.pdf.make_indirect(
        Dictionary({f"/{key}": value for key, value in {**base, **keys}.items()})
    )
    return b"BT /F6 12 Tf 72 650 Td (seen) Tj ET"


def _descriptor(builder: Builder, **keys: object) -> pikepdf.Object:
    base = {
        "Type": Name.FontDescriptor, "FontName": Name.Helvetica, "Flags": 32, "FontBBox": Array([0, -200, 1000, 900]),
        "ItalicAngle": 0,
        "Ascent": 880, "Descent": -120, "CapHeight": 880, "StemV": 80,
    }  # fmt: skip
    return builder.pdf.make_indirect(Dictionary({f"/{key}": value for key, value in {**base, **keys}.items()}))


def _with_descriptor(key: str, make: Callable[[str], object]) -> Make:
    return _page(lambda b, v: _font(b, v, FontDescriptor=_descriptor(b, **{key: make(v)})))


def _differences(builder: Builder, value: str) -> bytes:
    names = [Name(f"/{value}{n}") for n in range(3)]
    return _font(builder, value, Encoding=Dictionary(Type=Name.Encoding, Differences=Array([1, *names])))


def _used_glyph_name(builder: Builder, value: str) -> bytes:
    font = _font(builder, value, Encoding=Dictionary(Type=Name.Encoding, Differences=Array([115, Name(f"/{value}")])))
    builder.fonts.F6.ToUnicode = builder.pdf.make_stream(
        b"begincmap 1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <73> <0073> endbfchar endcmap"
    )
    return font


def _embedded_cmap(builder: Builder, value: str) -> bytes:
    font = builder.cid_font("Identity-H")
    font.Encoding = _stream(
        builder,
        f"%!PS-Adobe-3.0 Resource-CMap\n% {value}\n/CMapName /{value} def 1 begincodespacerange <0000> <FFFF> "
        "endcodespacerange 1 begincidrange <0000> <FFFF> 0 endcidrange endcmap".encode(),
        Type=Name.CMap, CMapName=Name(f"/{value}"),
        CIDSystemInfo=Dictionary(Registry=String(value), Ordering=String("Identity"), Supplement=0),
    )  # fmt: skip
    font.ToUnicode = builder.pdf.make_stream(
        b"begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfchar <0001> <0041> endbfchar endcmap"
    )
    builder.fonts.F7 = font
    return b"BT /F7 12 Tf 72 650 Td <0001> Tj ET"


def _collection_name(builder: Builder, value: str) -> bytes:
    font = builder.cid_font("Identity-H")
    font.DescendantFonts[0].CIDSystemInfo = Dictionary(Registry=String(value), Ordering=String(value), Supplement=0)
    font.ToUnicode = builder.pdf.make_stream(
        b"begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfchar <0001> <0041> endbfchar endcmap"
    )
    builder.fonts.F8 = font
    return b"BT /F8 12 Tf 72 650 Td <0001> Tj ET"


def _unused_procedure(builder: Builder, value: str) -> bytes:
    square = builder.pdf.make_stream(b"1000 0 d0 0 0 500 500 re f")
    other = builder.pdf.make_stream(b"% " + value.encode() + b"\n1000 0 d0 0 0 500 500 re f")
    builder.fonts.T3 = builder.pdf.make_indirect(
        Dictionary(
            Type=Name.Font, Subtype=Name.Type3, FontBBox=Array([0, 0, 1000, 1000]), Name=Name(f"/{value}"),
            FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]), FirstChar=65, LastChar=66, Widths=Array([1000, 1000]),
            CharProcs=Dictionary({"/A": square, f"/{value}": other}),
            Encoding=Dictionary(Differences=Array([65, Name.A, Name(f"/{value}")])),
        )
    )  # fmt: skip
    return b"BT /T3 12 Tf 72 650 Td (A) Tj ET"


def _jpeg_metadata(builder: Builder, value: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (8, 8), 255).save(buffer, "JPEG")
    data = buffer.getvalue()
    text = value.encode()
    extra = b"\xff\xe1" + (len(text) + 8).to_bytes(2, "big") + b"Exif\0\0" + text
    extra += b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text
    image = _stream(builder, b"", Type=Name.XObject, Subtype=Name.Image, Width=8, Height=8,
                    ColorSpace=Name.DeviceGray, BitsPerComponent=8)  # fmt: skip
    image.write(data[:2] + extra + data[2:] + text, filter=Name.DCTDecode)
    builder.xobjects["/Jp"] = image
    return b"q 30 0 0 30 300 300 cm /Jp Do Q"


def _image_keys(builder: Builder, value: str) -> bytes:
    image = _stream(
        builder, b"\xff" * 4, Type=Name.XObject, Subtype=Name.Image, Width=2, Height=2, ColorSpace=Name.DeviceGray,
        BitsPerComponent=8, Name=Name(f"/{value}"), ID=String(value), OPI=Dictionary(F=String(value)),
        Alt=String(value), PieceInfo=Dictionary(App=String(value)), AF=_file(builder, value),
    )  # fmt: skip
    builder.xobjects["/Ik"] = image
    return b"q 30 0 0 30 300 300 cm /Ik Do Q"


def _form_keys(builder: Builder, value: str) -> bytes:
    form = builder.form(
        b"BT /F1 12 Tf 72 640 Td (seen) Tj ET", Metadata=_xmp(builder, value), PieceInfo=Dictionary(A=String(value)),
        Name=Name(f"/{value}"), LastModified=String(value), OPI=Dictionary(F=String(value)), Ref=_file(builder, value),
    )  # fmt: skip
    builder.xobjects["/Fk"] = form
    return b"/Fk Do"


def _post_script(builder: Builder, value: str) -> bytes:
    function = _stream(
        builder, f"{{ % {value}\n pop 0 0 0 }}".encode(), FunctionType=4, Domain=Array([0, 1]),
        Range=Array([0, 1, 0, 1, 0, 1]),
    )  # fmt: skip
    space = Array([Name.Separation, Name(f"/{value}"), Name.DeviceRGB, function])
    resources = Dictionary(Font=builder.fonts, ColorSpace=Dictionary(CS0=space))
    form = builder.form(b"/CS0 cs 1 scn 20 20 5 5 re f")
    form.Resources = resources
    builder.xobjects["/Ps"] = form
    return b"/Ps Do"


def _icc(builder: Builder, value: str) -> bytes:
    profile = _stream(builder, b"\0" * 128 + value.encode() + b"\0" * 32, N=3, Alternate=Name.DeviceRGB)
    form = builder.form(b"/CS0 cs 1 0 0 scn 20 20 5 5 re f")
    form.Resources = Dictionary(ColorSpace=Dictionary(CS0=Array([Name.ICCBased, profile])))
    builder.xobjects["/Ic"] = form
    return b"/Ic Do"


def _halftone(builder: Builder, value: str) -> bytes:
    tone = Dictionary(
        Type=Name.Halftone, HalftoneType=1, HalftoneName=String(value), Frequency=60, Angle=45, SpotFunction=Name.Round
    )
    builder.states["/Gh"] = Dictionary(Type=Name.ExtGState, HT=tone, Note=String(value))
    return b"/Gh gs"


def _hex_comment(_: Builder, value: str) -> bytes:
    return b"/Span << /Note <" + value.encode().hex().encode() + b"> >> DP"


def _external(builder: Builder, value: str) -> bytes:
    form = builder.form(b"BT /F1 12 Tf 72 640 Td (seen) Tj ET", F=String(f"{value}.bin"), FFilter=Name.FlateDecode)
    builder.xobjects["/Ex"] = form
    return b""


def _rest_of_object_stream(value: str) -> bytes:
    data = Builder().build(b"", object_stream_mode=pikepdf.ObjectStreamMode.disable)
    body = f"<< /A 1 >> ({value})".encode()
    packed = zlib.compress(b"801 0 " + body)
    extra = b"800 0 obj\n<< /Type /ObjStm /N 1 /First 6 /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
    place = data.index(b"\n") + 1
    return data[:place] + extra + packed + b"\nendstream\nendobj\n" + data[place:]


def _free_slot(value: str) -> bytes:
    data = Builder().build(b"", object_stream_mode=pikepdf.ObjectStreamMode.disable)
    end = data.rfind(b"xref", 0, data.rfind(b"startxref"))
    start = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    assert data[start : start + 4] == b"xref"
    assert end >= 0
    note = f"({value})\n".encode()
    shifted = data[:start] + note + data[start:]
    return re.sub(rb"startxref\s+\d+", b"startxref\n%d" % (start + len(note)), shifted)


BESIDE: dict[str, Make] = {
    "structure_elements": _root("/StructTreeRoot", _structure),
    "font_name": _page(lambda b, v: _font(b, v, BaseFont=Name(f"/{v}"), Name=Name(f"/{v}"))),
    "char_set": _with_descriptor("CharSet", lambda v: String(f"/{v}")),
    "font_family": _with_descriptor("FontFamily", String),
    "font_unknown_key": _with_descriptor("Note", String),
    "cid_set": _page(lambda b, v: _font(b, v, FontDescriptor=_descriptor(b, CIDSet=_stream(b, v.encode())))),
    "font_metadata": _page(lambda b, v: _font(b, v, Metadata=_xmp(b, v))),
    "differences": _page(_differences),
    "used_glyph_name": _page(_used_glyph_name),
    "embedded_cmap": _page(_embedded_cmap),
    "collection_name": _page(_collection_name),
    "unused_type3_procedure": _page(_unused_procedure),
    "text_annotation": _annotations(
        lambda b, v: annotation(
            b,
            Subtype=Name.Text,
            Contents=String(v),
            RC=String(f"<p>{v}</p>"),
            T=String(v),
            Subj=String(v),
            NM=String(v),
            Popup=annotation(b, Subtype=Name.Popup, Contents=String(v)),
        )
    ),
    "link_file": _annotations(
        lambda b, v: annotation(b, Subtype=Name.Link, A=Dictionary(S=Name.GoToR, F=_file(b, v), D=String(v)))
    ),
    "file_attachment": _annotations(
        lambda b, v: annotation(b, Subtype=Name.FileAttachment, FS=_file(b, v), Contents=String(v))
    ),
    "hidden_widget": _page(_hidden_field),
    "ink": _annotations(
        lambda b, v: annotation(b, Subtype=Name.Ink, InkList=Array([Array([1, 1, 9, 9])]), Contents=String(v))
    ),
    "annotation_actions": _annotations(
        lambda b, v: annotation(
            b,
            Subtype=Name.Link,
            AA=Dictionary(E=Dictionary(S=Name.JavaScript, JS=_stream(b, f"alert('{v}')".encode()))),
        )
    ),
    "xfa": _root("/AcroForm", _xfa),
    "page_metadata": _page(lambda b, v: b.page.obj.__setitem__("/Metadata", _xmp(b, v))),
    "page_actions": _page(
        lambda b, v: b.page.obj.__setitem__("/AA", Dictionary(O=Dictionary(S=Name.URI, URI=String(v))))
    ),
    "page_thumbnail": _page(
        lambda b, v: b.page.obj.__setitem__(
            "/Thumb", _stream(b, v.encode(), Width=2, Height=2, ColorSpace=Name.DeviceGray, BitsPerComponent=8)
        )
    ),
    "page_associated": _page(lambda b, v: b.page.obj.__setitem__("/AF", Array([_file(b, v)]))),
    "embedded_files": _names("/EmbeddedFiles", _file),
    "named_scripts": _names("/JavaScript", lambda _, v: Dictionary(S=Name.JavaScript, JS=String(v))),
    "templates": _names("/Templates", lambda b, _: b.page.obj),
    "presentations": _names("/AlternatePresentations", lambda _, v: Dictionary(Type=Name.SlideShow, Note=String(v))),
    "urls": _names("/URLS", lambda _, v: String(v)),
    "old_destinations": _root("/Dests", lambda b, v: Dictionary({f"/{v}": Array([b.page.obj, Name.Fit])})),
    "document_actions": _root("/AA", lambda _, v: Dictionary(WC=Dictionary(S=Name.JavaScript, JS=String(v)))),
    "threads": _root("/Threads", _thread),
    "portfolio": _root("/Collection", lambda _, v: Dictionary(Schema=Dictionary({f"/{v}": Dictionary(N=String(v))}))),
    "spider": _root("/SpiderInfo", lambda _, v: Dictionary(V=1, C=Array([Dictionary(AU=String(v))]))),
    "signature": _page(_signature),
    "legal": _root("/Legal", lambda _, v: Dictionary(Attestation=String(v))),
    "output_intent": _root(
        "/OutputIntents",
        lambda b, v: Array(
            [
                Dictionary(
                    S=Name.GTS_PDFA1,
                    Info=String(v),
                    OutputConditionIdentifier=String(v),
                    DestOutputProfile=_stream(b, v.encode(), N=3),
                )
            ]
        ),
    ),
    "associated": _root("/AF", lambda b, v: Array([_file(b, v)])),
    "requirements": _root("/Requirements", lambda _, v: Array([Dictionary(S=Name.EnableJavaScripts, Note=String(v))])),
    "uri_base": _root("/URI", lambda _, v: Dictionary(Base=String(v))),
    "extensions": _root(
        "/Extensions", lambda _, v: Dictionary(XYZW=Dictionary(BaseVersion=Name("/1.7"), URL=String(v)))
    ),
    "jpeg_metadata": _page(_jpeg_metadata),
    "image_keys": _page(_image_keys),
    "form_keys": _page(_form_keys),
    "colour_space_and_function": _page(_post_script),
    "icc_profile": _page(_icc),
    "halftone": _page(_halftone),
    "hex_property": _page(_hex_comment),
    "external_stream": _page(_external),
    "object_stream_slack": _rest_of_object_stream,
    "between_objects": _free_slot,
}
"""Slots that no page draws: no copy may hold them, whatever the plan says."""


def _mark(builder: Builder, value: str) -> pikepdf.Object:
    return annotation(
        builder, Subtype=Name.Redact, QuadPoints=Array([0, 0, 1, 0, 0, 1, 1, 1]), OverlayText=String(value),
        Contents=String(value),
    )  # fmt: skip


def _media(subtype: str) -> Callable[[Builder, str], pikepdf.Object]:
    def make(builder: Builder, value: str) -> pikepdf.Object:
        form = builder.pdf.make_indirect(builder.form(_show(value)))
        return annotation(builder, Subtype=Name(f"/{subtype}"), T=String(value), F=4, AP=Dictionary(N=form))

    return make


def _filled(builder: Builder, value: str) -> None:
    field = annotation(builder, Subtype=Name.Widget, FT=Name.Tx, F=4, T=String("a"), V=String(value))
    builder.page.obj.Annots = Array([field])
    builder.pdf.Root.AcroForm = Dictionary(Fields=Array([field]), NeedAppearances=True)


MARKED: dict[str, Make] = {
    "unapplied_redaction": _annotations(_mark),
    "screen": _annotations(_media("Screen")),
    "rich_media": _annotations(_media("RichMedia")),
    "three_dimensional": _annotations(_media("3D")),
    "free_text_without_appearance": _annotations(
        lambda b, v: annotation(b, Subtype=Name.FreeText, F=4, Contents=String(v))
    ),
    "field_without_appearance": _page(_filled),
    "inline_image": _page(
        lambda _, v: (
            b"q 60 0 0 60 72 600 cm BI /W 8 /H 8 /BPC 8 /CS /G ID " + (v * 8).encode()[:64].ljust(64) + b" EI Q"
        )
    ),
}
"""Slots that show something which is no text: a copy may be written only when a person has looked."""
