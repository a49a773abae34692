"""Works: what is measured, on which files, by which tools."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Work:
    """Some files and the tools that work on them; `bounds` are ratios of CPU and wall to reach."""

    name: str
    files: list[Path]
    tools: list[str]
    bounds: dict[str, tuple[float, float]] = field(default_factory=dict)


def works(folder: Path, jpeg_count: int, heic_count: int) -> list[Work]:
    """What is measured; the bounds are the goals that the project set itself."""
    one = folder / "one"
    jpegs = sorted((folder / "jpeg").glob("*.jpg"))[:jpeg_count]
    heics = sorted((folder / "heic").glob("*.heic"))[:heic_count]
    even = {"sharp": (1.0, 1.0)}
    fix, check = "preflight", "preflight check"
    others = ("sharp", "pyvips", "ImageMagick")
    return [
        Work("one sRGB JPEG", [one / "srgb.jpg"], [fix, *others, "Pillow draft"], even),
        Work("one turned Display P3 JPEG", [one / "p3-turned.jpg"], [fix, *others], even),
        Work(
            "one iPhone-like HEIC",
            [one / "phone.heic"],
            [fix, "vipsthumbnail", "ImageMagick"],
            {"vipsthumbnail": (0.8, 0.95)},
        ),
        Work("one WebP", [one / "photo.webp"], [fix, *others], even),
        Work("one PNG with alpha", [one / "rgba.png"], [fix, *others], even),
        Work(
            f"folder of {len(jpegs)} JPEGs",
            jpegs,
            [
                *(fix, "sharp", "vipsthumbnail -P2", "pyvips -P2", "ImageMagick"),
                "Pillow naive -P2",
            ],
            {
                "sharp": (0.85, 0.85),
                "vipsthumbnail -P2": (0.7, 0.8),
                "Pillow naive -P2": (0.45, 0.45),
            },
        ),
        Work(
            f"folder of {len(heics)} HEICs",
            heics,
            [fix, "vipsthumbnail -P2"],
            {"vipsthumbnail -P2": (0.55, 0.6)},
        ),
        Work(
            f"check {len(jpegs)} JPEGs",
            jpegs,
            [check, "jpeginfo", "djpeg", "identify", "checkcorruptedimages"],
            {"jpeginfo": (3.0, 3.0)},
        ),
        Work(
            f"check {len(heics)} HEICs",
            heics,
            [check, "Pillow load"],
            {"Pillow load": (0.85, 0.85)},
        ),
    ]
