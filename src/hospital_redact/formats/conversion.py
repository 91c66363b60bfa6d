"""Turns older kinds of file into those that are read here: by LibreOffice where it is installed, mails by ourselves.

What is converted is what is reviewed and redacted: a conversion may lose something, it cannot bring anything into a
copy that was not read. LibreOffice works in a folder of its own that nobody else can enter, with a new profile that
allows no macros, no links and no network, under a time limit. Kinds that nothing here reads are refused, each with its
own advice.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import lru_cache
from io import BytesIO
from pathlib import Path, PurePath
from typing import NamedTuple

from hospital_redact import formats
from hospital_redact.errors import ReadError
from hospital_redact.formats.base import MAX_FILE_BYTES, Source
from hospital_redact.isolation.leftovers import is_gone

TIME_LIMIT = 45.0
"""Seconds that a conversion may take; its start is the larger part."""

_PROGRAM = "soffice"
_FOLDER = "hospital-redact-convert-"
_OLD_FOLDER = re.compile(_FOLDER + r"(\d{1,10})-\w+")
_CPU_SECONDS = 120
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class _Kind(NamedTuple):
    """An older kind of file: the endings that people give it, what it becomes, and LibreOffice's name for that."""

    name: str
    endings: tuple[str, ...]
    becomes: str
    filter: str = ""


_WORD, _SHEET, _SLIDES = "MS Word 2007 XML", "Calc MS Excel 2007 XML", "Impress MS PowerPoint 2007 XML"
_DOC = _Kind("doc", (".doc", ".dot", ".wps", ".wpt"), ".docx", _WORD)
_XLS = _Kind("xls", (".xls", ".xlt", ".et", ".ett"), ".xlsx", _SHEET)
_PPT = _Kind("ppt", (".ppt", ".pps", ".pot", ".dps", ".dpt"), ".pptx", _SLIDES)
_XLSB = _Kind("xlsb", (".xlsb",), ".xlsx", _SHEET)
_RTF = _Kind("rtf", (".rtf",), ".docx", _WORD)
_MSG = _Kind("msg", (".msg",), ".eml")
_MBOX = _Kind("mbox", (".mbox", ".mbx"), ".zip")
_ENVELOPE = re.compile(rb"From \S+ +[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d ")
_OUTLOOK_PARTS = b"\x78\x9f\x3e\x22"  # MS-OXTNEF 2.1.3.1
_STREAMS = {
    "__properties_version1.0": _MSG,
    "WordDocument": _DOC,
    "Workbook": _XLS,
    "Book": _XLS,
    "PowerPoint Document": _PPT,
}
"""Streams of a compound file by which a kind is known (MS-DOC, MS-XLS, MS-PPT, MS-OXMSG)."""
_OPEN_DOCUMENTS = {
    b"application/vnd.oasis.opendocument.text": _Kind("odt", (".odt", ".ott"), ".docx", _WORD),
    b"application/vnd.oasis.opendocument.spreadsheet": _Kind("ods", (".ods", ".ots"), ".xlsx", _SHEET),
    b"application/vnd.oasis.opendocument.presentation": _Kind("odp", (".odp", ".otp"), ".pptx", _SLIDES),
}
_ZIP_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, KeyError, RuntimeError, NotImplementedError),
)

_PICTURES = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif")
_ARCHIVES = re.compile(
    rb"Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|\x1f\x8b[\x08]|BZh[1-9]1AY|\xfd7zXZ\x00|MSCF\x00|.{257}ustar", re.DOTALL
)
_SOUNDS = re.compile(
    rb"ID3[\x02-\x04]\x00|\xff[\xfa\xfb\xf2\xf3][\x10-\xef]|OggS\x00|fLaC\x00|#!AMR|\x1aE\xdf\xa3|FLV\x01"
    rb"|0&\xb2u\x8ef\xcf\x11|\x00\x00\x01\xba|RIFF.{4}(?:WAVE|AVI )|.{4}ftyp",
    re.DOTALL,
)


def convert(source: Source) -> Source:
    """Return ``source`` as a file of a kind that is read here, its name with the new ending; else as it is.

    Raises ReadError HR201 (a kind that cannot be read, with what to do), HR203 (LibreOffice cannot open it), HR204 (it
    takes too long) or HR207 (the content is not what the name says).
    """
    _refuse_known(source.data)
    kind = _kind_of(source.data)
    path = PurePath(source.name)
    if kind is None and path.suffix.lower() in _MBOX.endings and _ENVELOPE.match(source.data):
        kind = _MBOX
    if kind is None:
        return source
    if path.suffix.lower() not in kind.endings:
        raise ReadError(
            "HR207",
            "the name ends in {suffix} but the content {is_what}; check and rename it",
            suffix=formats.shown_ending(path.suffix.lower()),
            is_what=f"is {kind.name}",
        )
    if not any(kind.becomes in format_.suffixes for format_ in formats.all_formats()):
        raise ReadError("HR201", "this kind of file is not supported; convert it to DOCX, PDF or TXT")
    return replace(
        source,
        name=path.stem + kind.becomes,
        data=_converted(source.data, kind),
        origin=source.sha256,
        notes=(*source.notes, f"converted_from:{kind.name}"),
    )


def is_older_kind(suffix: str) -> bool:
    """Whether a file with this ending (lower case, with the dot) is one that is converted."""
    kinds = (*_STREAMS.values(), *_OPEN_DOCUMENTS.values(), _XLSB, _RTF, _MBOX)
    return any(suffix in kind.endings for kind in kinds)


# --------------------------------------------------------------------------- kinds


def _refuse_known(data: bytes) -> None:
    """Refuse what is known and not read, with advice of its own."""
    if _ARCHIVES.match(data):
        raise ReadError("HR201", "only zip archives are opened; unpack it and send the files, or pack them as zip")
    if data.startswith(_OUTLOOK_PARTS):
        raise ReadError(
            "HR201", "Outlook's own format (winmail.dat) is not read; ask for the mail as plain text, or save it as MSG"
        )
    if data[4:12] in _PICTURES:
        raise ReadError("HR201", "pictures of this kind are not supported; save it as JPEG or PNG")
    if _SOUNDS.match(data):
        raise ReadError("HR201", "sound and video cannot be redacted here; leave it out or send a written record")


def _kind_of(data: bytes) -> _Kind | None:
    if data.startswith(_COMPOUND_FILE):
        return _kind_of_compound(data)
    if data[:16].lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{\\rtf"):
        return _RTF
    return _kind_of_zip(data) if data.startswith(b"PK\x03\x04") else None


def _kind_of_compound(data: bytes) -> _Kind:
    import olefile  # type: ignore[import-untyped] # noqa: PLC0415 - has no types; only for a file that needs it

    try:
        with olefile.OleFileIO(BytesIO(data)) as file:
            names = {entry[0] for entry in file.listdir()}
    except Exception:  # a damaged file raises whatever its bytes lead to
        names = set()
    kind = next((kind for name, kind in _STREAMS.items() if name in names), None)
    if kind is None:
        raise ReadError("HR201", "this kind of Office file is not known, or it is damaged; save it as DOCX or PDF")
    return kind


def _kind_of_zip(data: bytes) -> _Kind | None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
            if "OFD.xml" in names:
                raise ReadError("HR201", "OFD files are not supported; open it in its reader and print it as PDF")
            if "xl/workbook.bin" in names:
                return _XLSB
            if "mimetype" not in names:
                return None
            media_type = _entry(archive, "mimetype")
            kind = next((k for t, k in _OPEN_DOCUMENTS.items() if media_type.strip() in (t, t + b"-template")), None)
            if kind is not None and b"encryption-data" in _entry(archive, "META-INF/manifest.xml"):
                raise ReadError("HR202", "the file is encrypted; save it without a password and try again")
            return kind
    except _ZIP_ERRORS:  # whose format it has says that it is damaged
        return None


def _entry(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as stream:
        return stream.read(1024 * 1024)


# --------------------------------------------------------------------------- LibreOffice


@lru_cache(maxsize=4)
def _converted(data: bytes, kind: _Kind) -> bytes:
    # Kept for a moment, since a file inside another one is opened to be read and again to be written.
    if kind is _MSG:
        from hospital_redact.formats.mail.outlook import to_internet_mail  # noqa: PLC0415 - loads python-oxmsg

        return to_internet_mail(data)
    if kind is _MBOX:
        from hospital_redact.formats.mail.mailbox import to_archive  # noqa: PLC0415 - only for a mailbox

        return to_archive(data)
    program = shutil.which(_PROGRAM)
    if program is None:
        raise ReadError(
            "HR201",
            "files of this older kind ({kind}) need LibreOffice: install it, or save the file as {becomes}",
            kind=kind.name,
            becomes=kind.becomes[1:].upper(),
        )
    with _own_folder() as folder:
        before, after = folder / f"source{kind.endings[0]}", folder / "out" / f"source{kind.becomes}"
        before.write_bytes(data)
        _write_profile(folder / "profile")
        _run(_command(program, folder, kind, before), folder)
        try:
            with after.open("rb") as stream:
                result = stream.read(MAX_FILE_BYTES + 1)
        except OSError:
            raise ReadError("HR203", "LibreOffice cannot open the file; it may be damaged or protected") from None
    if len(result) > MAX_FILE_BYTES:
        raise ReadError("HR204", "the file is larger than {bytes} MiB; split it", bytes=MAX_FILE_BYTES // 2**20)
    return _without_times(result)


def _command(program: str, folder: Path, kind: _Kind, source: Path) -> list[str]:
    return [
        program,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        *("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard", "--nologo"),
        *("--convert-to", f"{kind.becomes[1:]}:{kind.filter}", "--outdir", str(folder / "out"), str(source)),
    ]


def _run(command: list[str], folder: Path) -> None:
    """Run LibreOffice until it is done or its time is over; nothing of it is left running."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "WINDIR") if name in os.environ}
    places = dict.fromkeys(("HOME", "TMPDIR", "TMP", "TEMP", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), str(folder))
    try:
        process = subprocess.Popen(  # noqa: S603 - a program found on PATH, arguments of ours, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={**kept, **places, "LC_ALL": "C.UTF-8", "SAL_USE_VCLPLUGIN": "svp"},
            start_new_session=True,
        )
    except OSError as error:
        raise ReadError(
            "HR201", "LibreOffice cannot be started ({kind}); check its installation", kind=type(error).__name__
        ) from None
    _limit_processor_time(process.pid)
    try:
        process.wait(TIME_LIMIT)
    except subprocess.TimeoutExpired:
        raise ReadError(
            "HR204", "LibreOffice does not convert the file within {seconds} s; split it", seconds=f"{TIME_LIMIT:g}"
        ) from None
    finally:
        _end(process)


def _limit_processor_time(pid: int) -> None:
    """Limit a process whose parent may be killed before it could end it (Linux)."""
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 - POSIX only

        with suppress(OSError, ValueError):  # done already, or limited further
            resource.prlimit(pid, resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):  # gone
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def _own_folder() -> Iterator[Path]:
    """Yield a folder for this user only, empty; delete it, and those of processes that were killed."""
    parent = Path(tempfile.gettempdir())
    for old in parent.glob(f"{_FOLDER}*"):
        if (found := _OLD_FOLDER.fullmatch(old.name)) and is_gone(int(found[1])):
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-"))  # mode 0700
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_SETTINGS = (
    ("org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableOLEAutomation", "true"),
    ("org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("org.openoffice.Office.Calc/Content/Update", "Link", "1"),
    # A proxy that is not there: nothing leaves this machine.
    ("org.openoffice.Inet/Settings", "ooInetProxyType", "2"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", "9"),
    ("org.openoffice.Inet/Settings", "ooInetFTPProxyName", "127.0.0.1"),
    ("org.openoffice.Inet/Settings", "ooInetFTPProxyPort", "9"),
)


def _write_profile(folder: Path) -> None:
    items = "".join(
        f'<item oor:path="/{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in _SETTINGS
    )
    (folder / "user").mkdir(parents=True)
    (folder / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        f"{items}</oor:items>",
        encoding="utf-8",
    )


_TIMES = re.compile(rb"<(dcterms:created|dcterms:modified|cp:lastPrinted|cp:revision|TotalTime)\b[^>]*>[^<]*</\1>")


def _without_times(data: bytes) -> bytes:
    """Return a package as every conversion of the same file gives it: without the time at which it was made."""
    target = BytesIO()
    try:
        with zipfile.ZipFile(BytesIO(data)) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after:
            for entry in before.infolist():
                content = before.read(entry)
                if entry.filename.startswith("docProps/"):
                    content = _TIMES.sub(b"", content)
                same = zipfile.ZipInfo(entry.filename, date_time=(1980, 1, 1, 0, 0, 0))
                same.compress_type, same.create_system = zipfile.ZIP_DEFLATED, 0
                after.writestr(same, content, compresslevel=6)
    except _ZIP_ERRORS:
        raise ReadError("HR203", "LibreOffice cannot open the file; it may be damaged or protected") from None
    return target.getvalue()
