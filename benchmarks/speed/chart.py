"""Chart: processor time by work and tool as bars, a file that stands alone (SVG)."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Protocol

from benchmarks.speed.works import Work

_WIDTH_PX, _NAME_PX, _BAR_PX, _ROW_PX, _GAP_PX = 720, 200, 400, 18, 14
OWN, OTHER = "#1f6feb", "#9aa4af"
"""The colours of preflight and of everything else; both show on light and on dark."""

_STYLE = (
    "text{fill:#1f2328}.back{fill:#fff}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.back{fill:#0d1117}}"
)


class Taken(Protocol):
    """One run."""

    @property
    def cpu_s(self) -> float:
        """Seconds of processor time."""


def write_chart(
    works: Sequence[Work], runs: Mapping[tuple[str, str], Sequence[Taken]], target: Path
) -> None:
    """Writes one group of bars a work, each group on a scale of its own, longest bar full."""
    parts: list[str] = []
    y_px = 34
    for work in works:
        cpu_s = {
            name: statistics.median(run.cpu_s for run in runs[work.name, name])
            for name in work.tools
            if runs.get((work.name, name))
        }
        if not cpu_s:
            continue
        parts.append(f'<text x="8" y="{y_px + 13}" font-weight="bold">{escape(work.name)}</text>')
        y_px += _ROW_PX
        for name, seconds in cpu_s.items():
            width = max(1, round(_BAR_PX * seconds / max(cpu_s.values())))
            colour = OWN if name.startswith("preflight") else OTHER
            parts += [
                f'<text x="{_NAME_PX - 6}" y="{y_px + 13}" text-anchor="end">{escape(name)}</text>',
                f'<rect x="{_NAME_PX}" y="{y_px + 3}" width="{width}" height="12" '
                f'fill="{colour}"/>',
                f'<text x="{_NAME_PX + width + 6}" y="{y_px + 13}">{seconds:.2f} s</text>',
            ]
            y_px += _ROW_PX
        y_px += _GAP_PX
    title = "Processor time, start included; preflight with every check, faces and proof on"
    write_svg(target, title, (_WIDTH_PX, y_px), parts)


def write_svg(target: Path, title: str, size: tuple[int, int], parts: Sequence[str]) -> None:
    """Writes a picture of that many pixels: its title, then its parts, in light or dark."""
    width_px, height_px = size
    target.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width_px} {height_px}" '
        f'width="{width_px}" height="{height_px}" font-family="sans-serif" font-size="12">\n'
        f"<style>{_STYLE}</style>\n"
        f'<rect class="back" width="100%" height="100%"/>\n<title>{escape(title)}</title>\n'
        f'<text x="8" y="20">{escape(title)}</text>\n' + "\n".join(parts) + "\n</svg>\n",
        encoding="utf-8",
    )
