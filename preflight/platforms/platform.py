"""Platform: where a photo goes, and that place's limits, each with where the number comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Generic, Literal, TypeVar

from preflight.finding import Severity
from preflight.frozen import frozen

T = TypeVar("T")
Trust = Literal["code", "official", "issue", "third-party", "ours"]


@frozen
class Limit(Generic[T]):
    """One number of a platform and its provenance.

    Attributes:
        value: The limit, in the unit that its field names.
        source: Address or document that states it.
        checked_on: ISO date on which it was read there.
        trust: `code` (open source read), `official`, `issue`, `third-party`, `ours` (preflight's
            own advice).
        hard: Breaking it makes the upload fail; False: advice.
        note: What else is to be known about it; may be empty.
        inherited: The platform does not publish it; this is the default's.
    """

    value: T
    source: str
    checked_on: str
    trust: Trust
    hard: bool = True
    note: str = ""
    inherited: bool = False


@frozen
class Platform:
    """The limits of one place. Every field that is None is unlimited or unknown.

    Attributes:
        name: As `--for` takes it: `threads`.
        title: As people know it: "Threads".
        formats: Accepted formats, best first, as in `Facts.format`.
        max_bytes: More fails.
        advised_bytes: More is a risk.
        min_bytes: Fewer fails.
        min_side_px: Shorter side below it fails.
        advised_side_px: Shorter side below it looks soft.
        max_side_px: Longer side above it fails.
        max_pixels: Width times height above it fails.
        max_frames: More frames fail (or are refused); 1 means stills only.
        aspect: Width by height that is wanted, 1.0 for square.
        square: What happens to a photo that is not: `required` (refused), `cropped`,
            `letterboxed`, `stretched`.
        shape: What viewers see: `circle`, `square`, `rounded`.
        transparency: What becomes of transparent pixels: `keeps`, `black`, `white`.
        display_px: Sides at which it is shown, for previews.
        one_person: The platform asks for one person in the photo.
        progressive: Progressive JPEG is accepted (False: refused).
        stores, rate_limit, scope, notes: Free text for people.
        severities: Rule name to severity and reason, overriding the rule's own.
    """

    name: str
    title: str
    formats: Limit[tuple[str, ...]]
    max_bytes: Limit[int] | None = None
    advised_bytes: Limit[int] | None = None
    min_bytes: Limit[int] | None = None
    min_side_px: Limit[int] | None = None
    advised_side_px: Limit[int] | None = None
    max_side_px: Limit[int] | None = None
    max_pixels: Limit[int] | None = None
    max_frames: Limit[int] | None = None
    aspect: Limit[float] | None = None
    square: Limit[str] | None = None
    shape: Limit[str] | None = None
    transparency: Limit[str] | None = None
    display_px: Limit[tuple[int, ...]] | None = None
    one_person: Limit[bool] | None = None
    progressive: Limit[bool] | None = None
    stores: str = ""
    rate_limit: str = ""
    scope: str = ""
    notes: tuple[str, ...] = ()
    severities: Mapping[str, tuple[Severity, str]] = field(default_factory=dict)


@frozen
class Target:
    """The intersection of one or several platforms: what one output file has to satisfy.

    Attributes:
        platforms: Their names.
        formats: Accepted by all, best first.
        others: As in `Platform`; the strictest of all, None if nobody limits it.
        binding: Field name to the name of the platform whose limit binds.
    """

    platforms: tuple[str, ...]
    formats: tuple[str, ...]
    max_bytes: int | None = None
    advised_bytes: int | None = None
    min_bytes: int | None = None
    min_side_px: int | None = None
    advised_side_px: int | None = None
    max_side_px: int | None = None
    max_pixels: int | None = None
    progressive: bool = True
    binding: Mapping[str, str] = field(default_factory=dict)
