"""Damage, stage 3: how much of it preflight's scanner sees, and how often it cries wolf.

    python -m benchmarks.damage.run FOLDER [--seed 1] [--flips 8] [--max-mp 4] [--list]

FOLDER holds clean files of any format that preflight opens. Prints recall by kind of damage and
every false alarm.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path

from benchmarks.damage.generate import variants
from benchmarks.damage.label import decode, label
from preflight.facts import Damage
from preflight.limits import Limits
from preflight.scanner.look import Seen
from preflight.scanner.scan import scan
from preflight.source import Source

LIMITS = Limits()


def module_of(data: bytes) -> str | None:
    """The format of these bytes, as the tables call it."""
    if data[:2] == b"\xff\xd8":
        return "jpeg"
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[:4] == b"GIF8":
        return "gif"
    if data[:4] in (b"II*\0", b"MM\0*"):
        return "tiff"
    if data[:2] == b"BM":
        return "bmp"
    if data[4:8] == b"ftyp":
        return "avif" if b"avi" in data[8:40] else "heif"
    return None


def damage_in(data: bytes) -> list[Damage] | None:
    """What a scan finds wrong; None if it hit a limit before it found anything."""
    facts = scan(Source(data, "photo", len(data)), LIMITS, seen=Seen((), None)).facts
    found = list(facts.damage)
    if facts.limits_hit and not bad(found):
        return None
    if facts.decode_error is not None and not bad(found):
        found.append(Damage("corrupt", "undecodable", facts.decode_error))
    return found


def bad(found: list[Damage] | None) -> bool:
    """Whether the picture that a viewer sees is said to be damaged; a limit says nothing."""
    return found is not None and any(d.kind != "readable" for d in found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--flips", type=int, default=8)
    parser.add_argument("--max-mp", type=float, default=4, help="larger files: only false alarms")
    parser.add_argument("--list", action="store_true", help="name every miss")
    options = parser.parse_args()
    seen: Counter[tuple[str, str]] = Counter()
    clean_files = alarms = 0
    started = time.process_time()
    for path in sorted(p for p in options.folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        name = module_of(data)
        if name is None:
            continue
        clean = decode(data, lenient=False)
        if clean is None:
            continue
        clean_files += 1
        found = damage_in(data)
        if found or found is None:
            alarms += bad(found)
            print(f"{'FALSE ALARM' if bad(found) else 'odd'} {path.name}: {found}")
        if clean.shape[0] * clean.shape[1] > options.max_mp * 1e6:
            continue
        for variant in variants(data, options.seed, options.flips):
            truth = label(clean, variant.data)
            answer = damage_in(variant.data)
            for truth_name in ("visible", "hard", "refused"):
                if getattr(truth, truth_name):
                    for kind in (variant.kind, "all"):
                        seen[truth_name, kind] += 1
                        seen[f"{truth_name}+bad", kind] += bad(answer)
                        seen[f"{truth_name}+any", kind] += bool(answer) or answer is None
            if options.list and truth.visible and not bad(answer):
                print(f"miss {path.name}: {variant.kind} {variant.detail}")
            if not (truth.visible or truth.refused):
                seen["harmless", variant.kind] += 1
                seen["harmless+bad", variant.kind] += bad(answer)
    print_table(seen)
    print(
        f"{clean_files} clean files, {alarms} false alarms, {time.process_time() - started:.0f} s"
    )


def print_table(seen: Counter[tuple[str, str]]) -> None:
    """Recall by kind; `odd` counts files that were only called odd (readable)."""
    kinds = [*sorted({kind for _, kind in seen if kind != "all"}), "all"]
    print(f"{'kind':14}{'visible':>9}{'found':>8}{'+ odd':>8}{'hard':>8}{'found':>8}{'refused':>9}")
    for kind in kinds:
        print(f"{kind:14}", end="")
        visible, hard = seen["visible", kind], seen["hard", kind]
        print(f"{visible:9}{_share(seen['visible+bad', kind], visible)}", end="")
        print(f"{_share(seen['visible+any', kind], visible)}{hard:8}", end="")
        print(f"{_share(seen['hard+bad', kind], hard)}", end="")
        print(f"{seen['refused+any', kind]:5}/{seen['refused', kind]:<4}")


def _share(part: int, whole: int) -> str:
    return f"{part / whole:8.1%}" if whole else f"{'-':>8}"


if __name__ == "__main__":
    main()
