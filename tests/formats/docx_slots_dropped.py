"""Slots of a Word file that are not redacted yet, and slots that nobody reads: one function a place."""

from __future__ import annotations

import struct

from docx_kit import (
    DROPPED,
    JPEG,
    NAMESPACES,
    OFFICE,
    UNREAD,
    Kit,
    complex_field,
    paragraph,
    picture,
    png,
    run,
    slot,
    text,
)


@slot(UNREAD)
def unknown_element(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(f"<x:thing>{value}</x:thing>"))


@slot(UNREAD)
def unknown_block(kit: Kit, value: str) -> None:
    kit.body.append(f"<x:thing>{value}</x:thing>")


@slot(UNREAD)
def equation_field(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(complex_field(f" EQ \\o\\ac(○,{value}) ", "")))


@slot(DROPPED)
def alternative_chunk(kit: Kit, value: str) -> None:
    kit.part("word/afchunk.html", f"<p>{value}</p>", "text/html")
    kit.body.append(f'<w:altChunk r:id="{kit.relate("aFChunk", "afchunk.html")}"/>')


@slot(DROPPED)
def unknown_part(kit: Kit, value: str) -> None:
    kit.part("word/strange.bin", value.encode(), "application/octet-stream")
    kit.body.append(paragraph(f'<x:show r:id="{kit.relate("http://x.example/strange", "strange.bin")}"/>'))


@slot(DROPPED)
def picture_comment(kit: Kit, value: str) -> None:
    kit.part("word/media/said.png", png(value), "image/png")
    kit.body.append(paragraph(f"<w:r>{picture(kit.relate('image', 'media/said.png'))}</w:r>"))


@slot(DROPPED)
def picture_exif(kit: Kit, value: str) -> None:
    said = b"Exif\0\0" + value.encode()
    data = JPEG[:2] + b"\xff\xe1" + struct.pack(">H", len(said) + 2) + said + JPEG[2:] + value.encode()
    kit.part("word/media/exif.jpeg", data, "image/jpeg")
    kit.body.append(paragraph(f"<w:r>{picture(kit.relate('image', 'media/exif.jpeg'))}</w:r>"))


CROP = '<a:srcRect r="50000"/>'


@slot(DROPPED)
def picture_cropped(kit: Kit, value: str) -> None:
    kit.part(f"word/media/{value}.png", png(value), "image/png")
    key = kit.relate("image", f"media/{value}.png")
    kit.body.append(paragraph(f"<w:r>{picture(key, crop=CROP)}</w:r>"))


@slot(DROPPED)
def picture_linked(kit: Kit, value: str) -> None:
    key = kit.relate("image", f"file:///C:/{value}.png", external=True)
    kit.body.append(paragraph(f"<w:r>{picture(key).replace('r:embed', 'r:link')}</w:r>"))


@slot(DROPPED)
def picture_twin(kit: Kit, value: str) -> None:
    kit.part("word/media/twin.png", png(), "image/png")
    kit.part("word/media/twin.svg", f"<svg><text>{value}</text></svg>", "image/svg+xml")
    kit.relate("image", "media/twin.svg")
    extra = (
        f'<a:extLst><a:ext uri="{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}">'
        f'<x:svgBlip x:name="{value}"/></a:ext></a:extLst>'
    )
    kit.body.append(paragraph(f"<w:r>{picture(kit.relate('image', 'media/twin.png'), extra=extra)}</w:r>"))


@slot(DROPPED)
def old_picture(kit: Kit, value: str) -> None:
    kit.part("word/media/old.png", png(value), "image/png")
    key = kit.relate("image", "media/old.png")
    kit.body.append(
        paragraph(
            f'<w:r><w:pict><v:shape alt="x"><v:imagedata r:id="{key}" o:title="{value}"/></v:shape></w:pict></w:r>'
        )
    )


@slot(DROPPED)
def change_authors(kit: Kit, value: str) -> None:
    change = f'<w:rPrChange w:id="3" w:author="{value}" w:date="2024-01-01T00:00:00Z"><w:rPr/></w:rPrChange>'
    kit.body.append(paragraph(f'<w:ins w:id="1" w:author="{value}">{run("新", change)}</w:ins>'))


@slot(DROPPED)
def people(kit: Kit, value: str) -> None:
    kit.part("word/people.xml", f'<w15:people {NAMESPACES}><w15:person w15:author="{value}"/></w15:people>')
    kit.relate("http://schemas.microsoft.com/office/2011/relationships/people", "people.xml")


@slot(DROPPED)
def control_names(kit: Kit, value: str) -> None:
    binding = f'<w:dataBinding w:xpath="/a[{value}]" w:storeItemID="x"/>'
    names = (
        f'<w:sdtPr><w:alias w:val="{value}"/><w:tag w:val="{value}"/><w:placeholder>'
        f'<w:docPart w:val="{value}"/></w:placeholder>{binding}</w:sdtPr>'
    )
    kit.body.append(paragraph(f"<w:sdt>{names}<w:sdtContent>{run('内容')}</w:sdtContent></w:sdt>"))


@slot(DROPPED)
def bookmark_name(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(f'<w:bookmarkStart w:id="0" w:name="{value}"/>{run("书签")}<w:bookmarkEnd w:id="0"/>'))


@slot(DROPPED)
def unknown_attributes(kit: Kit, value: str) -> None:
    kit.body.append(
        f'<w:p w:rsidR="00{value}" x:note="{value}" w14:paraId="{value}">'
        f'<w:r w:rsidR="{value}">{text("正文")}</w:r></w:p>'
    )


@slot(DROPPED)
def property_values(kit: Kit, value: str) -> None:
    kit.body.append(
        paragraph(run("字", f'<w:color w:val="{value}"/><w:lang w:val="{value}"/>'), f'<w:jc w:val="{value}"/>')
    )


@slot(DROPPED)
def namespace_name(kit: Kit, value: str) -> None:
    kit.body.append(f'<w:p xmlns:z="urn:{value[-7:]}">{run("正文")}</w:p>')


@slot(DROPPED)
def xml_comment(kit: Kit, value: str) -> None:
    kit.body.append(paragraph(f"<!-- {value} --><?note {value}?>{run('正文')}"))


@slot(DROPPED)
def stray_text(kit: Kit, value: str) -> None:
    kit.body.append(f"<w:p>{value}{run('正文')}</w:p>")


@slot(DROPPED)
def settings_names(kit: Kit, value: str) -> None:
    merge = f'<w:mailMerge><w:query w:val="{value}"/></w:mailMerge><w:rsids><w:rsid w:val="{value}"/></w:rsids>'
    protection = f'<w:documentProtection w:hash="{value}"/><w:attachedSchema w:val="{value}"/>'
    kit.insert("word/settings.xml", "</w:settings>", merge + protection)


@slot(DROPPED)
def numbering_names(kit: Kit, value: str) -> None:
    kit.parts["word/numbering.xml"] = (
        f'<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId="1">'
        f'<w:nsid w:val="{value}"/><w:name w:val="{value}"/>'
        f'<w:lvl w:ilvl="0"><w:numFmt w:val="custom" w:format="{value}"/></w:lvl></w:abstractNum></w:numbering>'
    ).encode()


@slot(DROPPED)
def theme_names(kit: Kit, value: str) -> None:
    markup = kit.parts["word/theme/theme1.xml"].decode()
    kit.parts["word/theme/theme1.xml"] = (
        markup.replace("<a:theme ", f'<a:theme z="{value}" ', 1)
        .replace('typeface="Calibri"', f'typeface="{value}"')
        .encode()
    )


@slot(DROPPED)
def font_table(kit: Kit, value: str) -> None:
    kit.insert("word/fontTable.xml", "</w:fonts>", f'<w:font w:name="{value}"><w:altName w:val="{value}"/></w:font>')


@slot(DROPPED)
def thumbnail(kit: Kit, value: str) -> None:
    kit.parts["docProps/thumbnail.jpeg"] = JPEG + value.encode()


@slot(DROPPED)
def macros(kit: Kit, value: str) -> None:
    kit.part("word/vbaProject.bin", value.encode(), "application/vnd.ms-office.vbaProject")
    kit.relate("http://schemas.microsoft.com/office/2006/relationships/vbaProject", "vbaProject.bin")


@slot(DROPPED)
def custom_ui(kit: Kit, value: str) -> None:
    kit.part("customUI/customUI.xml", f'<customUI label="{value}"/>')
    relation = "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"
    kit.insert(
        "_rels/.rels", "</Relationships>", f'<Relationship Id="rIdU" Type="{relation}" Target="customUI/customUI.xml"/>'
    )


@slot(DROPPED)
def embedded_font(kit: Kit, value: str) -> None:
    kit.part("word/fonts/font1.odttf", value.encode(), "application/vnd.openxmlformats-officedocument.obfuscatedFont")


@slot(DROPPED)
def printer_settings(kit: Kit, value: str) -> None:
    kit.part("word/printerSettings1.bin", value.encode("utf-16-le"), "application/octet-stream")
    kit.relate("printerSettings", "printerSettings1.bin")


@slot(DROPPED)
def orphan_binary(kit: Kit, value: str) -> None:
    kit.part("[trash]/0000.dat", value.encode(), "application/octet-stream")


@slot(DROPPED)
def part_name(kit: Kit, value: str) -> None:
    kit.part(f"word/{value}.xml", "<a/>")


@slot(DROPPED)
def zip_comment(kit: Kit, value: str) -> None:
    kit.comment = value.encode()


@slot(DROPPED)
def before_and_after_zip(kit: Kit, value: str) -> None:
    kit.front = value.encode()


@slot(DROPPED)
def page_background(kit: Kit, value: str) -> None:
    kit.background = (
        f'<w:background w:color="FFFFFF"><v:background id="{value}">'
        f'<v:fill o:title="{value}"/></v:background></w:background>'
    )


@slot(DROPPED)
def relation_id(kit: Kit, value: str) -> None:
    kit.insert(
        "word/_rels/document.xml.rels",
        "</Relationships>",
        f'<Relationship Id="{value}" Type="{OFFICE}x" Target="{value}"/>',
    )


@slot(DROPPED)
def two_alternatives(kit: Kit, value: str) -> None:
    kit.body.append(
        paragraph(
            f'<w:r><w:rPr><mc:AlternateContent><mc:Choice Requires="x"><x:a x:b="{value}"/>'
            f"</mc:Choice></mc:AlternateContent></w:rPr>{text('字')}</w:r>"
        )
    )


@slot(DROPPED)
def signature(kit: Kit, value: str) -> None:
    kit.part("_xmlsignatures/origin.sigs", b"", "application/vnd.openxmlformats-package.digital-signature-origin")
    kit.part("_xmlsignatures/sig1.xml", f"<Signature><SignatureComments>{value}</SignatureComments></Signature>")
    origin = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"
    relation = f'<Relationship Id="rIdS" Type="{origin}" Target="_xmlsignatures/origin.sigs"/>'
    kit.insert("_rels/.rels", "</Relationships>", relation)


@slot(DROPPED)
def web_extension(kit: Kit, value: str) -> None:
    kit.part("word/webextensions/webextension1.xml", f'<we><property name="{value}" value="{value}"/></we>')
    kit.relate("http://schemas.microsoft.com/office/2011/relationships/webextension", "webextensions/webextension1.xml")


@slot(DROPPED)
def label_information(kit: Kit, value: str) -> None:
    kit.part("docMetadata/LabelInfo.xml", f'<labelList><label id="{value}" siteId="{value}"/></labelList>')
    kind = "http://schemas.microsoft.com/office/2020/02/relationships/classificationlabels"
    relation = f'<Relationship Id="rIdL" Type="{kind}" Target="docMetadata/LabelInfo.xml"/>'
    kit.insert("_rels/.rels", "</Relationships>", relation)


@slot(DROPPED)
def comment_parts(kit: Kit, value: str) -> None:
    for kind in ("commentsExtended", "commentsIds", "commentsExtensible"):
        kit.part(f"word/{kind}.xml", f'<w15:{kind} {NAMESPACES} x:note="{value}"/>')
        kit.relate(f"http://schemas.microsoft.com/office/2011/relationships/{kind}", f"{kind}.xml")


@slot(DROPPED)
def linked_object(kit: Kit, value: str) -> None:
    key = kit.relate("oleObject", f"file:///C:/{value}.xlsx", external=True)
    link = f'<o:OLEObject Type="Link" ProgID="{value}" r:id="{key}"><o:FieldCodes>{value}</o:FieldCodes></o:OLEObject>'
    kit.body.append(paragraph(f"<w:r><w:object>{link}</w:object></w:r>"))


@slot(DROPPED)
def active_control(kit: Kit, value: str) -> None:
    kit.part("word/activeX/activeX1.xml", f'<x:ocx {NAMESPACES} x:name="{value}"/>')
    key = kit.relate("control", "activeX/activeX1.xml")
    kit.body.append(paragraph(f'<w:r><w:object><w:control r:id="{key}" w:name="{value}"/></w:object></w:r>'))
