"""Scan: bytes in, Facts out, with the pixels kept for a fix. The scanner's story, top to bottom."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import cast

from preflight.facts import UNKNOWN_KIND, Colour, Damage, Facts, LimitHit, Skipped
from preflight.frozen import frozen
from preflight.limits import MB, Limits
from preflight.scanner.decode import (
    DecodeError,
    MissingDecoderError,
    UnknownKindError,
    decode_picture,
)
from preflight.scanner.exif import Tiff
from preflight.scanner.icc import gamut_of_cicp, read_profile
from preflight.scanner.look import Seen, look_at, with_small
from preflight.scanner.meanwhile import loading
from preflight.scanner.memory import memory_limit
from preflight.scanner.metadata import orientation_of, read_metadata
from preflight.scanner.orientation import combined, to_upright, upright_size
from preflight.scanner.sniff import Kind, sniff
from preflight.scanner.structure import (
    Content,
    FormatModule,
    Picture,
    Structure,
    worst_first,
)
from preflight.source import Source
from preflight.stopwatch import Stopwatch

_MODULES = {
    "jpeg": "jpeg",
    "png": "png",
    "heic": "heif",
    "avif": "avif",
    "webp": "webp",
    "gif": "gif",
    "tiff": "tiff",
    "bmp": "bmp",
}

_PROFILE_SPACES = {
    "rgb": ("RGB",),
    "palette": ("RGB",),
    "grey": ("GRAY",),
    "bilevel": ("GRAY",),
    "cmyk": ("CMYK",),
    "ycck": ("CMYK",),
    "lab": ("Lab", "LAB"),
}

_APART = {"jpeg": True, "webp": False}
"""Formats whose decoders let Python run, and need little of what the pixels need afterwards; and
whether they begin with numpy."""

LOOK_SIDE_PX = 320
"""Longer side of the picture that faces, focus and light are measured on (faces.md, rule 1)."""


@frozen
class Scan:
    """What a scan hands on.

    Attributes:
        facts: What is true of the file.
        structure: What the format module read, for lossless stripping.
        picture: Decoded pixels, None where there are none; its orientation is set.
    """

    facts: Facts
    structure: Structure
    picture: Picture | None = None


def scan(
    source: Source,
    limits: Limits,
    side_px: int | None = None,
    seen: Seen | None = None,
    watch: Stopwatch | None = None,
) -> Scan:
    """Measures one file. Never raises for what is in the file, except MemoryError.

    Args:
        source: The bytes.
        limits: Checked on headers before anything is decoded.
        side_px: Pixels are wanted whose shorter side is at least this; None: only facts are.
        seen: Where the faces are, if that is known; None looks for them.
        watch: Takes the time of the stages `walk`, `decode` and `look`.
    """
    watch = watch or Stopwatch()
    kind = sniff(source.data, source.extension)
    facts = Facts(
        name=source.name,
        size_bytes=source.size_bytes,
        extension=source.extension,
        format=kind.format,
        format_name=kind.name,
        is_image=kind.is_image,
    )
    if not source.whole:
        too_long = LimitHit("max_bytes", _mb(source.size_bytes), _mb(limits.max_bytes))
        return Scan(replace(facts, limits_hit=(too_long,)), Structure())
    if not kind.is_image:
        return Scan(facts, Structure())
    with watch.stage("walk"):
        module = format_module(kind)
        structure = module.read(source.data, limits)
        facts = _add_headers(facts, structure)
    if structure.limits_hit:
        return Scan(facts, structure)
    if not (structure.width_px and structure.height_px):
        error = None if is_damaged(facts) else "the file says no size"
        return Scan(replace(facts, decode_error=error), structure)
    too_much = memory_limit(facts.format, len(source.data), structure, side_px)
    if too_much:
        return Scan(replace(facts, limits_hit=(too_much,)), structure)
    apart = structure.width_px * structure.height_px if facts.format in _APART else 0
    beside = loading(apart, copy=side_px is not None, numpy_first=_APART.get(facts.format, False))
    with watch.stage("decode"), beside:
        content = module.check_content(source.data, structure, limits, side_px)
        facts = _add_content(facts, content)
        scanned = _add_pixels(Scan(facts, structure), source, content, limits, side_px)
        scanned = _ask_reference(scanned, source.data)
    if scanned.picture is None:
        return scanned
    with watch.stage("look"):
        picture = with_small(scanned.picture)
        return replace(scanned, picture=picture, facts=look_at(scanned.facts, picture, seen))


def format_module(kind: Kind) -> FormatModule:
    """The module that knows the format; loaded when the first such file comes."""
    module = import_module(f"preflight.scanner.{_MODULES[kind.format]}")
    return cast(FormatModule, module)


def _add_headers(facts: Facts, structure: Structure) -> Facts:
    metadata = read_metadata(structure)
    orientation = orientation_of(structure, metadata)
    stored = (structure.width_px, structure.height_px)
    width, height = upright_size(*stored, orientation)
    return replace(
        facts,
        width_px=width or None,
        height_px=height or None,
        stored_width_px=stored[0] or None,
        stored_height_px=stored[1] or None,
        orientation=orientation,
        transforms=structure.transforms,
        frames=structure.frames,
        animated=structure.animated,
        images=structure.images,
        hidden_images=structure.hidden_images,
        coding=structure.coding,
        subsampling=structure.subsampling,
        colour=_colour(structure),
        metadata=metadata,
        trailing_bytes=structure.trailing_bytes,
        damage=_upright_damage((*structure.damage, *_bad_exif(structure)), orientation, stored),
        limits_hit=structure.limits_hit,
        skipped=structure.skipped,
    )


def _bad_exif(structure: Structure) -> tuple[Damage, ...]:
    """An Exif block that nobody can read."""
    if not structure.exif:
        return ()
    tiff = Tiff.parse(structure.exif)
    if tiff is not None and 8 <= tiff.first_ifd < len(tiff.data):  # an empty directory is none
        return ()
    return (Damage("readable", "bad-exif", "the camera's details in it cannot be read"),)


def _colour(structure: Structure) -> Colour:
    colour = structure.colour
    if structure.icc is None and structure.icc_error is None:
        gamut = gamut_of_cicp(colour.cicp) if colour.cicp else colour.gamut
        return replace(colour, gamut=gamut)
    if structure.icc is None:
        return replace(colour, profile_error=structure.icc_error)
    profile = read_profile(structure.icc)
    error = profile.error or structure.icc_error
    if not error and profile.space not in _PROFILE_SPACES[colour.model]:
        error = f"a {profile.space} profile in a {colour.model} picture"
    return replace(
        colour,
        profile=profile.description,
        profile_space=profile.space,
        profile_error=error,
        gamut="srgb" if error else profile.gamut,
    )


def _upright_damage(
    damage: tuple[Damage, ...], orientation: int, stored: tuple[int, int]
) -> tuple[Damage, ...]:
    return tuple(
        replace(d, region=to_upright(d.region, orientation, *stored)) if d.region else d
        for d in worst_first(damage)
    )


def _add_content(facts: Facts, content: Content) -> Facts:
    stored = (facts.stored_width_px or 0, facts.stored_height_px or 0)
    damage = _upright_damage(content.damage, facts.orientation, stored)
    return replace(
        facts,
        damage=worst_first(facts.damage + damage),
        skipped=facts.skipped + content.skipped,
    )


def is_damaged(facts: Facts) -> bool:
    """The picture that a viewer sees is damaged."""
    return any(damage.harms_picture for damage in facts.damage)


def _add_pixels(
    scan: Scan,
    source: Source,
    content: Content,
    limits: Limits,
    side_px: int | None,
) -> Scan:
    facts = scan.facts
    if is_damaged(facts):
        return scan
    picture = content.picture
    try:
        if picture is None:
            side = side_px or LOOK_SIDE_PX
            picture = decode_picture(source.data, facts.format, scan.structure, limits, side)
    except MissingDecoderError as error:
        skipped = Skipped("decode", f"this installation cannot open the format: {error}")
        return replace(scan, facts=replace(facts, skipped=(*facts.skipped, skipped)))
    except UnknownKindError as error:
        hit = LimitHit(UNKNOWN_KIND, str(error), "a kind that the decoder knows")
        return replace(scan, facts=replace(facts, limits_hit=(*facts.limits_hit, hit)))
    except DecodeError as error:
        return replace(scan, facts=replace(facts, decode_error=str(error)))
    picture = with_orientation(picture, facts)
    upright = upright_size(picture.width_px, picture.height_px, picture.orientation)
    facts = replace(facts, decoded=True, width_px=upright[0], height_px=upright[1])
    return replace(scan, facts=facts, picture=picture)


def _ask_reference(scan: Scan, data: bytes) -> Scan:
    """Says of an odd file with a whole picture whether programs built on Pillow open it, too."""
    facts, doubt = scan.facts, scan.structure.doubt
    odd = next((damage for damage in facts.damage if damage.kind == "readable"), None) or doubt
    known = any(damage.kind == "refused" for damage in facts.damage)
    if odd is None or known or not facts.decoded or is_damaged(facts):
        return scan
    from preflight.scanner import reference

    size = facts.stored_width_px or 0, facts.stored_height_px or 0
    if reference.opens(data, facts.format, size):
        return scan
    refused = replace(odd, kind="refused")
    damage = (refused, *(each for each in facts.damage if each is not odd))
    return replace(scan, facts=replace(facts, damage=worst_first(damage)))


def with_orientation(picture: Picture, facts: Facts) -> Picture:
    """The decoded picture with the turn that is still to be applied to it."""
    if facts.format == "tiff":  # Pillow turned that one itself
        return picture
    return replace(picture, orientation=combined(picture.orientation, facts.orientation))


def _mb(size_bytes: int) -> str:
    return f"{size_bytes / MB:.1f} MB"
