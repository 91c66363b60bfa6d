"""Fuzz the PDF format: any bytes are refused by an error of ours, or read, redacted and proved.

Run from the repository: ``python fuzz/pdf.py --seconds 600``. See README.md beside it.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import random
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / "formats"), str(ROOT / "tests")]

if "--atheris" in sys.argv:  # whoever wants it installs it; modules are instrumented as they are imported
    import atheris  # type: ignore[import-untyped]

    with atheris.instrument_imports(include=["hospital_redact.formats.pdf"]):
        import hospital_redact.formats.pdf  # noqa: F401 - to be instrumented

import pdf_builder  # noqa: E402 - the builders of the tests
import pdf_slots  # noqa: E402
import planting  # noqa: E402

from hospital_redact.errors import HospitalRedactError, unexpected  # noqa: E402
from hospital_redact.formats.base import Source  # noqa: E402
from hospital_redact.formats.pdf import FORMAT  # noqa: E402

VALUE = "QZ8842917K"
SLOW = 20.0
"""Seconds of processor time for one small file, from which it is a finding."""
WORDS = [b"0", b"-1", b"1e99", b"99999999999999999999", b"null", b"true", b"[", b"]", b"<<", b">>", b"()", b"<>", b"/",
         b"endobj", b"endstream", b"stream\n", b"1 0 R", b"9 9 R", b"q ", b"Q ", b"BT ", b"ET ", b"Do ", b"Tj ", b"TJ ",
         b"/Parent 3 0 R", b"/Kids [3 0 R 3 0 R]", b"/Length 0", b"/Filter /FlateDecode", b"/Type /ObjStm"]  # fmt: skip


class FuzzFindingError(Exception):
    """A file did what none may do; the text says what, without its content."""


def seeds() -> list[bytes]:
    """Return the files that are changed."""
    made = [make(VALUE) for make in (*pdf_builder.SHOWN.values(), *pdf_builder.HIDDEN.values())]
    return made + [make(VALUE) for make in (*pdf_slots.DRAWN.values(), *pdf_slots.BESIDE.values())]


def change(data: bytes, dice: random.Random, others: list[bytes]) -> bytes:
    """Return ``data`` with a few changes: bytes, words, pieces moved, doubled, cut, of another file or packed."""
    out = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4, 8))):
        start = dice.randrange(len(out) + 1)
        end = min(len(out), start + dice.choice((1, 4, 16, 64, 256)))
        kind = dice.randrange(7)
        if kind == 0:
            out[start:end] = bytes(dice.randrange(256) for _ in range(end - start))
        elif kind == 1:
            out[start:end] = dice.choice(WORDS)
        elif kind == 2:
            out[start:start] = dice.choice(WORDS)
        elif kind == 3:
            out[start:start] = out[start:end] * dice.choice((1, 2, 50))
        elif kind == 4:
            del out[start:end]
        elif kind == 5:
            other = dice.choice(others)
            place = dice.randrange(len(other))
            out[start:start] = other[place : place + 400]
        else:
            out[start:end] = zlib.compress(bytes(out[start:end]))
    return bytes(out)


def try_file(data: bytes) -> str:
    """Read, redact and prove ``data``; return what came of it. Raises FuzzFindingError."""
    started = time.process_time()
    try:
        outcome = _carry_out(data)
    except HospitalRedactError as error:
        if error.code == unexpected(error).code:
            raise FuzzFindingError("an unexpected error") from None
        outcome = error.code
    except Exception as error:  # what a fuzzer is for
        raise FuzzFindingError(f"{type(error).__name__} came out") from error
    if time.process_time() - started > SLOW:
        raise FuzzFindingError("it took too long")
    return outcome


def _carry_out(data: bytes) -> str:
    document = FORMAT.read(Source("a.pdf", data))
    plan = planting.plan_for(document, VALUE, "")
    target = io.BytesIO()
    FORMAT.write(Source("a.pdf", data), plan, target)
    copy = target.getvalue()
    again = FORMAT.read(Source("a.pdf", copy))
    if list(FORMAT.compare(document, plan, again)):
        return "differs"  # and would be refused by the verifier
    if any(VALUE in planting.squeeze(r.text or "") for r in FORMAT.readings(copy)):
        return "still there"  # as well
    return "proved"


def mutations(seconds: float, seed: int) -> Iterator[bytes]:
    """Yield changed files for a time."""
    dice = random.Random(seed)  # noqa: S311 - chance for tests, not for secrets
    files, end = seeds(), time.monotonic() + seconds
    while time.monotonic() < end:
        yield change(dice.choice(files), dice, files)


def run(seconds: float, seed: int) -> int:
    """Fuzz for a time and print what came of it; return how many findings there were."""
    counts: Counter[str] = Counter()
    findings = 0
    for data in mutations(seconds, seed):
        try:
            counts[try_file(data)] += 1
        except FuzzFindingError as finding:
            findings += 1
            sys.stdout.write(f"finding: {finding}; kept as {_keep(data)}\n")
    outcomes = ", ".join(f"{outcome}: {count}" for outcome, count in counts.most_common())
    sys.stdout.write(f"{sum(counts.values())} files, {findings} findings; {outcomes}\n")
    return findings


def _keep(data: bytes) -> str:
    folder = ROOT / "build" / "fuzz"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha256(data).hexdigest()[:16]}.pdf"
    path.write_bytes(data)
    return path.name


def guided(arguments: list[str]) -> None:
    """Fuzz with atheris, from our files on; it does not come back."""
    folder = ROOT / "build" / "fuzz" / "seeds"
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds()):
        (folder / f"{number}.pdf").write_bytes(data)

    def target(data: bytes) -> None:
        try_file(data)

    atheris.Setup([sys.argv[0], *arguments, str(folder)], target)
    atheris.Fuzz()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atheris", action="store_true")
    options, rest = parser.parse_known_args()
    if options.atheris:
        guided([word for word in rest if word != "--"])
    else:
        sys.exit(min(1, run(options.seconds, options.seed)))
