"""What a copy's pages may refer to, rebuilt by allow-list: every name new, every key known.

A resource dictionary of the source never enters the copy. Each stream that is written asks for the resources it
uses and gets new names for them, so that nothing unused, shared or oddly named travels along.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from hospital_redact.formats.pdf import limits
from hospital_redact.formats.pdf.content import INLINE_IMAGE, Instruction
from hospital_redact.formats.pdf.fontpruning import FontPruner
from hospital_redact.formats.pdf.images import entry_bytes, strip_jpeg, strip_jpx
from hospital_redact.formats.pdf.layers import Layers
from hospital_redact.formats.pdf.limits import too_large
from hospital_redact.formats.pdf.objects import (
    decoded,
    entry,
    is_array,
    is_dict,
    is_name,
    is_stream,
    is_string,
    items_of,
    key_of,
    keys_of,
    name_of,
    number,
    value_of,
    word_of,
    written,
)
from hospital_redact.formats.pdf.profiles import strip_profile
from hospital_redact.formats.pdf.streams import Streams, lookup, type3_procedures

_PREFIX = {"/Font": "F", "/XObject": "X", "/ExtGState": "G", "/ColorSpace": "C", "/Pattern": "P", "/Shading": "S",
           "/Properties": "O"}  # fmt: skip
_DEVICE_SPACES = {b"/DeviceGray", b"/DeviceRGB", b"/DeviceCMYK", b"/Pattern", b"/G", b"/RGB", b"/CMYK", b"/I"}
_NAMED_SPACES = (b"/Separation", b"/DeviceN")
_FAMILIES = _DEVICE_SPACES.union(b"/ICCBased /Indexed /Separation /DeviceN /CalGray /CalRGB /Lab".split())
_INKS = frozenset(b"/All /None /Cyan /Magenta /Yellow /Black /Gray /Red /Green /Blue".split())
_DEFAULT_SPACES = ("/DefaultGray", "/DefaultRGB", "/DefaultCMYK")
_STATE_KEYS = written(
    "/LW /LC /LJ /ML /D /RI /OP /op /OPM /BG /BG2 /UCR /UCR2 /TR /TR2 /HT /FL /SM /SA /BM /CA /ca /AIS /TK"
)
_IMAGE_KEYS = written(
    "/Width /Height /ColorSpace /BitsPerComponent /Decode /DecodeParms /Filter /ImageMask /Mask /SMask "
    "/Interpolate /Intent /SMaskInData /Matte"
)
_PLAIN_KEYS = written(
    "/ColorSpace /Background /BBox /AntiAlias /ShadingType /Coords /Domain /Function /Extend /Matrix "
    "/BitsPerCoordinate /BitsPerComponent /BitsPerFlag /BitsPerSample /Decode /VerticesPerRow "
    "/FunctionType /Range /Size /Order /Encode /C0 /C1 /N /Functions /Bounds /Alternate /WhitePoint "
    "/BlackPoint /Gamma /Colorants /Process /Components /Subtype /PatternType /Shading /PaintType "
    "/TilingType /XStep /YStep /S /I /K /CS /BM /HalftoneType /Frequency /Angle /SpotFunction /Width "
    "/Height /Xsquare /Ysquare /TransferFunction /JBIG2Globals /Predictor /Columns /Colors /EarlyChange "
    "/BlackIs1 /Rows /EndOfLine /EncodedByteAlign /EndOfBlock /DamagedRowsBeforeError /ColorTransform"
)
_COMMENT = re.compile(rb"%[^\r\n]*")


class Names:
    """The resources that one written stream uses, under new names, as they are asked for."""

    def __init__(self) -> None:
        self.groups: dict[str, dict[str, pikepdf.Object]] = {}
        self._known: dict[tuple[str, bytes], pikepdf.Object] = {}

    def add(self, group: str, old: bytes, make: Callable[[], pikepdf.Object | None]) -> pikepdf.Object | None:
        """Return the new name for resource ``old``; ``make`` builds the cleaned object when it is first used."""
        if (group, old) not in self._known:
            made = make()
            if made is None:
                return None
            self._known[group, old] = self.put(group, made)
        return self._known[group, old]

    def put(self, group: str, made: pikepdf.Object) -> pikepdf.Object:
        """Return a new name for ``made``."""
        holder = self.groups.setdefault(group, {})
        name = f"/{_PREFIX[group]}{len(holder) + 1}"
        holder[name] = made
        return Name(name)

    def keep(self, group: str, name: str, made: pikepdf.Object) -> None:
        """Keep a resource under the name it has (the default colour spaces)."""
        self.groups.setdefault(group, {})[name] = made

    def build(self) -> pikepdf.Object:
        """Return the resource dictionary."""
        return Dictionary({group: Dictionary(holder) for group, holder in sorted(self.groups.items())})


class Cleaner:
    """Builds the cleaned objects of one copy. Cleaned shared objects (fonts, images) are made once."""

    def __init__(self, pdf: pikepdf.Pdf, streams: Streams, fonts: FontPruner, layers: Layers) -> None:
        self.pdf = pdf
        self.streams = streams
        self.fonts = fonts
        self.layers = layers
        self._made: dict[tuple[str, tuple[int, int]], pikepdf.Object] = {}
        self._open: set[tuple[int, int]] = set()
        self._inks: dict[bytes, int] = {}

    def font(self, spec: pikepdf.Object, inherited: pikepdf.Object | None) -> pikepdf.Object | None:
        """Return a font with known keys only; of a Type 3 font the procedures that are still used."""
        if word_of(entry(spec, "/Subtype")) == "Type3":
            return self._once("type3", spec, lambda: self._type3(spec, inherited))
        return self._once("font", spec, lambda: self.fonts.clean(spec))

    def image(self, image: pikepdf.Object) -> pikepdf.Object:
        """Return an image XObject without metadata, alternates and thumbnails, its samples untouched."""
        return self._once("image", image, lambda: self._image(image)) or image

    def state(self, state: pikepdf.Object, inherited: pikepdf.Object | None) -> pikepdf.Object:
        """Return an ExtGState with known keys only."""
        new = Dictionary()
        for key in keys_of(state):
            value = value_of(state, key)
            if key in _STATE_KEYS:
                new[key] = self.plain(value)
            elif key == "/Font" and len(items_of(value)) >= 2:
                font = items_of(value)[0]
                if isinstance(font, pikepdf.Object) and is_dict(font):
                    new[key] = Array([self.font(font, inherited), items_of(value)[1]])
            elif key == "/SMask":
                new[key] = self._soft_mask(value)
        return new

    def pattern(self, pattern: pikepdf.Object, inherited: pikepdf.Object | None) -> pikepdf.Object | None:
        """Return a pattern: a shading one by known keys, a tiling one with its content written anew."""
        if is_stream(pattern):
            return self.content_object(pattern, inherited)
        new = Dictionary()
        for key in ("/PatternType", "/Shading", "/Matrix"):
            if value_of(pattern, key) is not None:
                new[key] = self.plain(value_of(pattern, key))
        states = entry(pattern, "/ExtGState")
        if states is not None and is_dict(states):
            new["/ExtGState"] = self.state(states, inherited)
        return new

    def content_object(self, stream: pikepdf.Object, inherited: pikepdf.Object | None) -> pikepdf.Object | None:
        """Return a form, tiling pattern or mask group that is not edited, its content written anew."""
        key = key_of(stream)
        if key in self._open:
            return None  # it draws itself: nothing more to draw
        if len(self._open) > limits.MAX_DEPTH:
            raise too_large("the depth of forms inside forms")
        made = self._made.get(("content", key))
        if made is None:
            self._open.add(key)
            own = entry(stream, "/Resources")
            resources = own if own is not None and is_dict(own) else inherited
            names = Names()
            data = self.rewrite(self.streams.parse(stream), resources, names)
            made = self.stream_like(stream, data, names)
            self._open.discard(key)
            if own is not None and key != (0, 0):
                self._made["content", key] = made
        return made

    def stream_like(self, old: pikepdf.Object, data: bytes, names: Names) -> pikepdf.Object:
        """Return a new content stream object with the known keys of ``old``."""
        new = self.pdf.make_stream(data)
        for key in ("/Type", "/Subtype", "/FormType", "/BBox", "/Matrix", "/PatternType", "/PaintType", "/TilingType",
                    "/XStep", "/YStep"):  # fmt: skip
            if (value := value_of(old, key)) is not None:
                new[key] = self.plain(value)
        if (group := entry(old, "/Group")) is not None:
            new["/Group"] = self.plain(group)
        if (layer := self.layers.clean(entry(old, "/OC"))) is not None:
            new["/OC"] = layer
        new["/Resources"] = names.build()
        return new

    def rewrite(
        self,
        instructions: list[Instruction],
        resources: pikepdf.Object | None,
        names: Names,
        replace: Callable[[int, Instruction], list[Instruction] | None] | None = None,
    ) -> bytes:
        """Return a content stream written anew: known operators, new resource names, balanced states, no comments.

        ``replace`` may return other instructions for the one at an index, which are then written as they are.
        """
        writer = _StreamWriter(self, resources, names)
        for index, instruction in enumerate(instructions):
            special = replace(index, instruction) if replace is not None else None
            if special is not None:
                writer.output.extend(special)
            else:
                writer.write(instruction)
        return writer.finish()

    def plain(self, value: Any, depth: int = 0, *, strings: bool = False) -> Any:
        """Return a copy of numbers, names, functions, colour spaces and shadings: known keys, no text."""
        if depth > 24:
            raise too_large("the depth of a dictionary")
        if not isinstance(value, pikepdf.Object) or is_name(value):
            return value
        if is_string(value):
            return value if strings else String("")
        if is_array(value):
            return self._plain_array(items_of(value), depth)
        if is_stream(value):
            return self._once("plain", value, lambda: self._plain_stream(value, depth))
        if is_dict(value):
            return Dictionary(
                {key: self.plain(value_of(value, key), depth + 1) for key in keys_of(value) if key in _PLAIN_KEYS}
            )
        return value

    def _plain_array(self, items: list[Any], depth: int) -> Any:
        kind = name_of(items[0]) if items else b""
        if kind in _NAMED_SPACES and len(items) > 1:
            items = self._without_colour_names(items)
        if kind == b"/ICCBased" and len(items) > 1 and is_stream(items[1]):
            return self._profile(items[1])
        # [/Indexed base hival lookup]: the lookup is a string of colours.
        indexed = kind in (b"/Indexed", b"/I")
        return Array([self.plain(item, depth + 1, strings=indexed and n == 3) for n, item in enumerate(items)])

    def _without_colour_names(self, items: list[Any]) -> list[Any]:
        """Return a Separation, DeviceN or its colorants with neutral names for inks that are no process colours."""

        def neutral(name: Any) -> Any:
            return name if not is_name(name) or name_of(name) in _INKS else self._ink(name_of(name))

        inks = Array([neutral(n) for n in items_of(items[1])]) if is_array(items[1]) else neutral(items[1])
        # The fifth item describes the inks by name, for programs that print separations.
        return [items[0], inks, *items[2:4]]

    def _ink(self, old: bytes) -> pikepdf.Object:
        return Name(f"/Ink{self._inks.setdefault(old, len(self._inks) + 1)}")

    def _profile(self, profile: pikepdf.Object) -> pikepdf.Object:
        """Return an ICCBased space without the texts of its profile, the device's where it is none."""
        count = int(number(value_of(profile, "/N")))
        data = strip_profile(decoded(profile))
        if data is None:
            return Name({1: "/DeviceGray", 4: "/DeviceCMYK"}.get(count, "/DeviceRGB"))
        if ("profile", key_of(profile)) not in self._made:
            new = self.pdf.make_stream(data)
            new["/N"] = count
            for key in ("/Alternate", "/Range"):
                if value_of(profile, key) is not None:
                    new[key] = self.plain(value_of(profile, key))
            self._made["profile", key_of(profile)] = new
        return Array([Name("/ICCBased"), self._made["profile", key_of(profile)]])

    def colour_space(self, space: pikepdf.Object) -> pikepdf.Object:
        """Return a colour space by known keys; an array of no known family shows nothing that could be kept."""
        items = items_of(space)
        if is_array(space) and (not items or name_of(items[0]) not in _FAMILIES):
            return Name("/DeviceGray")
        made: pikepdf.Object = self.plain(space)
        return made

    def _plain_stream(self, stream: pikepdf.Object, depth: int) -> pikepdf.Object:
        data = stream.read_raw_bytes()
        if value_of(stream, "/FunctionType") == 4:
            new = self.pdf.make_stream(_COMMENT.sub(b"", stream.read_bytes()))
        else:
            new = self.pdf.make_stream(data)
            for key in ("/Filter", "/DecodeParms"):
                if value_of(stream, key) is not None:
                    new[key] = self.plain(value_of(stream, key), depth + 1)
        for key in keys_of(stream):
            if key in _PLAIN_KEYS:
                new[key] = self.plain(value_of(stream, key), depth + 1)
        return new

    def _image(self, image: pikepdf.Object) -> pikepdf.Object:
        data = image.read_raw_bytes()
        filters = entry_bytes(image)
        if filters in (b"/DCTDecode", b"[ /DCTDecode ]"):
            data = strip_jpeg(data)
        elif filters in (b"/JPXDecode", b"[ /JPXDecode ]"):
            data = strip_jpx(data)
        new = self.pdf.make_stream(data)
        new["/Type"], new["/Subtype"] = Name("/XObject"), Name("/Image")
        for key in keys_of(image):
            value = value_of(image, key)
            if key not in _IMAGE_KEYS:
                continue
            if key in ("/SMask", "/Mask") and isinstance(value, pikepdf.Object) and is_stream(value):
                if key_of(value) != key_of(image):
                    new[key] = self.image(value)
            else:
                new[key] = self.plain(value)
        if (layer := self.layers.clean(entry(image, "/OC"))) is not None:
            new["/OC"] = layer
        return new

    def _soft_mask(self, mask: object) -> Any:
        group = entry(mask, "/G")
        if not isinstance(mask, pikepdf.Object) or not is_dict(mask) or group is None or not is_stream(group):
            return Name("/None")
        new = Dictionary({"/Type": Name("/Mask"), "/S": value_of(mask, "/S") or Name("/Alpha")})
        made = self.content_object(group, None)
        if made is None:
            return Name("/None")
        new["/G"] = made
        for key in ("/BC", "/TR"):
            if value_of(mask, key) is not None:
                new[key] = self.plain(value_of(mask, key))
        return new

    def _type3(self, spec: pikepdf.Object, inherited: pikepdf.Object | None) -> pikepdf.Object:
        new = self.fonts.clean_type3(spec)
        own = entry(spec, "/Resources")
        resources = own if own is not None and is_dict(own) else inherited
        names = Names()
        procedures = Dictionary()
        differences: list[Any] = []
        used = self.fonts.used(spec)
        for code, procedure in type3_procedures(spec):
            if used is not None and code not in used:
                continue
            data = self.rewrite(self.streams.parse(procedure), resources, names)
            procedures[f"/g{code}"] = self.pdf.make_stream(data)
            differences.extend((code, Name(f"/g{code}")))
        new["/CharProcs"] = procedures
        new["/Encoding"] = Dictionary({"/Type": Name("/Encoding"), "/Differences": Array(differences)})
        new["/Resources"] = names.build()
        return new

    def _once(self, kind: str, old: pikepdf.Object, make: Callable[[], pikepdf.Object]) -> pikepdf.Object:
        key = (kind, key_of(old))
        if key[1] == (0, 0):
            return self.pdf.make_indirect(make())
        if key not in self._made:
            self._made[key] = self.pdf.make_indirect(make())
        return self._made[key]


class _StreamWriter:
    """Writes one content stream: renames resources, drops marked content that is no layer, balances q and Q."""

    def __init__(self, cleaner: Cleaner, resources: pikepdf.Object | None, names: Names) -> None:
        self.cleaner = cleaner
        self.resources = resources
        self.names = names
        self.output: list[Any] = []
        self.saved = 0
        self.in_text = False
        self.marked: list[bool] = []
        for space in _DEFAULT_SPACES:
            found = lookup(resources, "/ColorSpace", Name(space))
            if found is not None:
                names.keep("/ColorSpace", space, cleaner.colour_space(found))

    def write(self, instruction: Instruction) -> None:
        """Write one instruction, changed where it must be, or leave it out."""
        operands, operator = instruction
        if operator in _COPIED:
            self.output.append(instruction)
        elif operator == b"q":
            self.saved += 1
            self.output.append(instruction)
        elif operator == b"Q":
            if self.saved:
                self.saved -= 1
                self.output.append(instruction)
        elif operator in (b"BT", b"ET"):
            self.in_text = operator == b"BT"
            self.output.append(instruction)
        elif operator in _NAMED:
            self._named(operands, operator)
        elif operator in (b"scn", b"SCN", b"cs", b"CS"):
            self._colour(operands, operator)
        elif operator in (b"BMC", b"BDC", b"EMC"):
            self._marked(operands, operator)
        elif operator == INLINE_IMAGE:
            self._inline(operands)

    def finish(self) -> bytes:
        """Return the written stream."""
        self.output.extend(([], b"EMC") for kept in self.marked if kept)
        if self.in_text:
            self.output.append(([], b"ET"))
        self.output.extend([([], b"Q")] * self.saved)
        return pikepdf.unparse_content_stream(
            [
                operands[0] if operator == INLINE_IMAGE else (operands, pikepdf.Operator(operator.decode("ascii")))
                for operands, operator in self.output
            ]
        )

    def _named(self, operands: list[Any], operator: bytes) -> None:
        if not operands or not is_name(operands[0]):
            return
        group = _NAMED[operator]
        old = lookup(self.resources, group, operands[0])
        if old is None:
            if operator == b"Tf":
                # A font that is missing shows nothing; the font before it must not take its place.
                self.output.append(([self._missing_font(), *operands[1:]], operator))
            return
        made = self.names.add(group, name_of(operands[0]), lambda: self._resource(group, old))
        if made is not None:
            self.output.append(([made, *operands[1:]], operator))

    def _missing_font(self) -> pikepdf.Object:
        font = Dictionary(
            {"/Type": Name("/Font"), "/Subtype": Name("/Type3"), "/FontBBox": Array([0, 0, 0, 0]),
             "/FontMatrix": Array([1, 0, 0, 1, 0, 0]), "/CharProcs": Dictionary(),
             "/Encoding": Dictionary({"/Differences": Array([])}), "/FirstChar": 0, "/LastChar": 0,
             "/Widths": Array([0])}
        )  # fmt: skip
        name = self.names.add("/Font", b"", lambda: font)
        assert name is not None
        return name

    def _resource(self, group: str, old: pikepdf.Object) -> pikepdf.Object | None:
        cleaner = self.cleaner
        if group == "/Font":
            return cleaner.font(old, self.resources) if is_dict(old) else None
        if group == "/ExtGState":
            return cleaner.state(old, self.resources) if is_dict(old) else None
        if group == "/Shading":
            made: pikepdf.Object = cleaner.plain(old)
            return made
        if not is_stream(old):
            return None
        if name_of(entry(old, "/Subtype")) == b"/Image":
            return cleaner.image(old)
        return cleaner.content_object(old, self.resources) if name_of(entry(old, "/Subtype")) == b"/Form" else None

    def _colour(self, operands: list[Any], operator: bytes) -> None:
        if operands and is_name(operands[-1]):
            group = "/Pattern" if operator in (b"scn", b"SCN") else "/ColorSpace"
            if group == "/ColorSpace" and name_of(operands[-1]) in _DEVICE_SPACES:
                self.output.append((operands, operator))
                return
            old = lookup(self.resources, group, operands[-1])
            if old is None:
                return
            made = self.names.add(
                group,
                name_of(operands[-1]),
                lambda: (
                    self.cleaner.pattern(old, self.resources) if group == "/Pattern" else self.cleaner.colour_space(old)
                ),
            )
            if made is not None:
                self.output.append(([*operands[:-1], made], operator))
        else:
            self.output.append((operands, operator))

    def _marked(self, operands: list[Any], operator: bytes) -> None:
        if operator == b"EMC":
            if self.marked and self.marked.pop():
                self.output.append(([], b"EMC"))
            return
        layer = None
        if operator == b"BDC" and len(operands) >= 2 and name_of(operands[0]) == b"/OC" and is_name(operands[1]):
            layer = self.cleaner.layers.clean(lookup(self.resources, "/Properties", operands[1]))
        self.marked.append(layer is not None)
        if layer is not None:
            name = self.names.add("/Properties", name_of(operands[1]), lambda: layer)
            self.output.append(([Name("/OC"), name], b"BDC"))

    def _inline(self, operands: list[Any]) -> None:
        space = operands[0].iimage.obj if hasattr(operands[0].iimage, "obj") else None
        name = entry(space, "/ColorSpace")
        if name is not None and is_name(name) and name_of(name) not in _DEVICE_SPACES:
            found = lookup(self.resources, "/ColorSpace", name)
            if found is not None:
                self.names.keep("/ColorSpace", str(name), self.cleaner.colour_space(found))
        self.output.append((operands, INLINE_IMAGE))


_NAMED = {b"Tf": "/Font", b"Do": "/XObject", b"gs": "/ExtGState", b"sh": "/Shading"}
_COPIED = frozenset(
    b"w J j M d ri i cm m l c v y h re S s f F f* B B* b b* n W W* Tc Tw Tz TL Tr Ts Td TD Tm T* Tj TJ ' \" d0 d1 "
    b"SC sc G g RG rg K k".split()
)
