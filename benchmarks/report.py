"""Figures with their spread, tables, and the facts of the machine; what both commands write."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

DASH = "-"


@dataclass(frozen=True, slots=True)
class Figure:
    """The values of several runs of one thing, or why there are none."""

    values: tuple[float, ...] = ()
    why: str = ""

    @property
    def median(self) -> float:
        """The middle value; of an even number of runs the mean of the two."""
        return statistics.median(self.values)

    def __str__(self) -> str:
        if not self.values:
            return f"not measured: {self.why}" if self.why else DASH
        low, high = min(self.values), max(self.values)
        middle = number(self.median)
        return middle if len(self.values) == 1 else f"{middle} ({number(low)} to {number(high)})"


def number(value: float) -> str:
    """Return ``value`` with three figures, or all of those before the point; below 1 with two."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 1 else f"{value:.2g}"


def ratio(ours: Figure, peer: Figure, *, more_is_better: bool) -> str:
    """Return how much better ours is than the peer's, from the medians: above 1 ours is better.

    >>> ratio(Figure((10,)), Figure((20,)), more_is_better=True)
    '0.5'
    >>> ratio(Figure((10,)), Figure((20,)), more_is_better=False)
    '2'
    """
    if not ours.values or not peer.values:
        return DASH
    upper, lower = (ours.median, peer.median) if more_is_better else (peer.median, ours.median)
    return number(upper / lower) if lower else DASH


def percent(value: float | None) -> str:
    """Return a share as a percentage."""
    return DASH if value is None else f"{100 * value:.1f} %"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1) -> str:
    """Return a Markdown table; the first ``left`` columns hold words, the others figures, which stand to the right."""
    lines = [head, [":--"] * left + ["--:"] * (len(head) - left), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)


def load_now() -> str:
    """Return the number of programs that wanted a core, over the last minute; a dash where it is not known."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else DASH


def machine(versions: dict[str, str]) -> str:
    """Return one paragraph about the machine, Python, the day and the versions of all tools."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    tools = ", ".join(f"{tool} {version}" for tool, version in versions.items())
    return (
        f"{datetime.now(UTC):%Y-%m-%d}; {cores} cores, {_processor()}, {_memory()}{platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}; {tools}.\n"
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8", errors="replace").splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown processor"


def _memory() -> str:
    if not hasattr(os, "sysconf"):
        return ""
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB, "


def write_page(path: Path, text: str) -> None:
    """Write a page of the documentation, and print it."""
    path.write_text(text, encoding="utf-8", newline="\n")
    print(text)
