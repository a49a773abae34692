"""Fit: the best file within the limits of bytes, or a sentence that says which limit binds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from preflight.fixer.encode import QUALITY, Encoded, Extras, fit_jpeg, fit_png
from preflight.fixer.options import FixOptions
from preflight.fixer.plan import Plan, Refusal
from preflight.platforms.platform import Platform, Target
from preflight.words import format_word, two_sizes

if TYPE_CHECKING:
    from PIL import Image


def fit(
    image: Image.Image,
    extras: Extras,
    plan: Plan,
    options: FixOptions,
    target: Target,
    platforms: Sequence[Platform],
) -> tuple[Encoded, tuple[str, ...]]:
    """Encodes the finished picture.

    Args:
        image: RGB, or RGBA for PNG.
        extras: Profile and metadata.
        plan: Format and limits.
        options: For whose limit binds.
        target: For whose limit binds.
        platforms: For their titles.

    Returns:
        The file, and notes on what had to be given up for it.

    Raises:
        Refusal: No file fits; the text says which limit binds and whose it is.
    """
    if plan.format == "png":
        encoded = fit_png(image, extras, max_bytes=plan.max_bytes, floor_px=plan.floor_px)
        too_few = plan.min_bytes is not None and len(encoded.data) < plan.min_bytes
    else:
        encoded = fit_jpeg(
            image,
            extras,
            progressive=plan.progressive,
            max_bytes=plan.max_bytes,
            min_bytes=plan.min_bytes,
            floor_px=plan.floor_px,
        )
        too_few = False
    if not encoded.fits or too_few:
        raise Refusal(_why_not(encoded, plan, options, target, platforms))
    if max(encoded.size) < max(image.size):
        side = max(encoded.size)
        return encoded, (f"It was made {side} pixels wide to stay within the limit of bytes.",)
    if encoded.quality is not None and encoded.quality < QUALITY:
        to = encoded.quality
        return encoded, (f"Its quality was lowered to {to} to stay within the limit of bytes.",)
    return encoded, ()


def _why_not(
    encoded: Encoded,
    plan: Plan,
    options: FixOptions,
    target: Target,
    platforms: Sequence[Platform],
) -> str:
    has, most, least = len(encoded.data), plan.max_bytes, plan.min_bytes or 0
    titles = {platform.name: platform.title for platform in platforms}

    def who(bound: str) -> str:
        return titles.get(target.binding.get(bound, ""), "the platform")

    how = f"as a {format_word(plan.format)} of {encoded.size[0]} x {encoded.size[1]} pixels"
    if encoded.quality is not None:
        how += f" and quality {encoded.quality}"
    if most is None or has <= most:
        measured, wanted = two_sizes(has, least)
        return (
            f"Even {how} it has only {measured}; {who('min_bytes')} takes at least {wanted}. "
            "Choose a photo with more detail, or more pixels with --size."
        )
    measured, allowed = two_sizes(has, most)
    if most == options.max_bytes:
        whose = "you allow"
    elif most == target.max_bytes:
        whose = f"{who('max_bytes')} takes"
    else:
        whose = f"{who('advised_bytes')} advises"
    advice = "Try --to jpeg." if plan.format == "png" else "Choose fewer pixels with --size."
    return f"Even {how} it has {measured}; {whose} at most {allowed}. {advice}"
