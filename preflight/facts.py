"""Facts: what is true of a file, without an opinion. Frozen, picklable, no Pillow objects."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from preflight.frozen import frozen

Box = tuple[float, float, float, float]
"""left, top, right, bottom in pixels; right and bottom are outside."""

DamageKind = Literal["truncated", "corrupt", "refused", "readable"]

WRONG_SIZE = "wrong-size"
"""`Damage.what` of a file whose stated size is what was damaged: it is not too large."""


@frozen
class Damage:
    """One place where a file is not what its format demands.

    Attributes:
        kind: `truncated` or `corrupt` when the picture that a viewer sees is damaged; `refused`
            when it is whole, but what comes before it is so damaged that Pillow, and with it most
            upload forms, does not open the file; `readable` when decoders agree on a good picture
            but the file is odd.
        what: Short stable name of the defect, such as `missing-eoi` or `bad-crc`.
        message: One plain clause for a person: "the file ends before the picture does".
        offset_bytes: Where in the file, if known.
        region: Box of the damaged part in pixels of the picture (as stored while inside a
            `Structure`, upright once inside `Facts`), if known.
        lost_share: Share of the picture that is lost, 0 to 1, if known.
    """

    kind: DamageKind
    what: str
    message: str
    offset_bytes: int | None = None
    region: Box | None = None
    lost_share: float | None = None

    @property
    def harms_picture(self) -> bool:
        """The picture that a viewer sees is damaged, not only the file around it."""
        return self.kind in ("truncated", "corrupt")


@frozen
class Skipped:
    """A check that could not run, and why. Silence is not a pass."""

    check: str
    why: str


UNKNOWN_KIND = "kind"
"""`LimitHit.limit` of a legal kind of file that its decoder does not know."""


@frozen
class LimitHit:
    """A limit of `Limits` that the file exceeds; the file was not opened further.

    Attributes:
        limit: Field name of `Limits`, such as `max_pixels`; or `UNKNOWN_KIND`.
        measured: What the file has, with its unit: "900 megapixels".
        allowed: What is allowed, with its unit.
    """

    limit: str
    measured: str
    allowed: str


@frozen
class Colour:
    """How the file codes colour.

    Attributes:
        model: What the coded samples are.
        bits: Bits a channel (a palette counts the bits of its colours: 8).
        profile: Description of the embedded ICC profile; None without one.
        profile_space: Colour space of the profile, `RGB`, `CMYK`, `GRAY`…
        profile_error: Why the profile cannot be used (corrupt, or for another colour model).
        gamut: `wide` when colours outside sRGB can be coded (Display P3, Adobe RGB, BT.2020);
            `srgb` when it is sRGB in effect or untagged; `other` for a profile that is neither.
        cicp: Colour primaries, transfer and matrix code points (ITU-T H.273) from nclx or cICP.
        full_range: Of `cicp`.
        hdr: `pq`, `hlg` or `gain-map`; None for standard range.
        alpha: The file has an alpha channel or a transparent colour.
        transparent: Some pixel is really not opaque; None when nobody looked.
    """

    model: Literal["rgb", "grey", "palette", "cmyk", "ycck", "lab", "bilevel"] = "rgb"
    bits: int = 8
    profile: str | None = None
    profile_space: str | None = None
    profile_error: str | None = None
    gamut: Literal["srgb", "wide", "other"] = "srgb"
    cicp: tuple[int, int, int] | None = None
    full_range: bool = True
    hdr: Literal["pq", "hlg", "gain-map"] | None = None
    alpha: bool = False
    transparent: bool | None = None


@frozen
class Metadata:
    """What the file tells besides the picture.

    Attributes:
        exif, xmp, iptc, comment: Whether such a block is present.
        location: A GPS position (Exif) or a place (XMP, IPTC) is inside.
        personal: What identifies a person or device, in plain words:
            "the camera's serial number", "the owner's name", "the name of the place"…
        camera: Maker and model, for messages.
        thumbnail: An embedded thumbnail or preview.
        exif_orientation: The raw value in Exif IFD0; None if absent or not a number.
        xmp_orientation: The raw value in XMP; viewers do not obey it, nor do we.
    """

    exif: bool = False
    xmp: bool = False
    iptc: bool = False
    comment: bool = False
    location: bool = False
    personal: tuple[str, ...] = ()
    camera: str | None = None
    thumbnail: bool = False
    exif_orientation: int | None = None
    xmp_orientation: int | None = None


@frozen
class Face:
    """One face.

    Attributes:
        box: In pixels of the upright picture; may reach over its edge.
        score: 0 to 1.
        turn: How far right of the box's middle the nose is, in widths of the box: above 0 when the
            face looks to the right of the picture, about 0.3 in half profile.
    """

    box: Box
    score: float
    turn: float = 0.0


@frozen
class Facts:
    """Everything measured about one file. Sizes are of the primary picture.

    Attributes:
        name: How the file is called in messages (never a full path of the machine).
        size_bytes: Bytes of the file.
        extension: Lower case, without the dot; empty without one.
        format: By content: `jpeg`, `png`, `heic`, `avif`, `webp`, `gif`, `tiff`, `bmp`,
            another image format that preflight cannot open (`jxl`, `psd`, `svg`, `raw`, …),
            or what a wrong file really is (`html`, `pdf`, `video`, `zip`, `text`, `empty`,
            `zeros`, `unknown`).
        format_name: The same for people: "a JPEG photo", "a web page".
        is_image: It is one of the eight formats that preflight opens.
        width_px, height_px: As a viewer shows it, upright; None if unknown.
        stored_width_px, stored_height_px: As coded, before any turning.
        orientation: Exif code 1 to 8 of the turn that a viewer has to apply after decoding
            (1 for a HEIC with irot or imir: its decoder turns it).
        transforms: `irot=90`, `imir=0`, `clap` properties of HEIF and AVIF, as written.
        frames: Frames of an animation, 1 for a still; None: more than one, not counted.
        animated: More than one frame, meant to be played.
        colour: How the file codes colour; see `Colour`.
        metadata: What it tells besides the picture; see `Metadata`.
        images: Full pictures in the file (MPO, burst, multi-page TIFF), thumbnails aside.
        hidden_images: What other pictures travel along: "depth map", "gain map", "thumbnail"…
        coding: `baseline`, `progressive`, `arithmetic`, `lossless`, `extended`… for JPEG,
            codec or compression for others; empty if it does not matter.
        subsampling: `4:2:0` and so on; None if not known.
        trailing_bytes: Bytes behind the end of the picture that no reader needs.
        damage: What is wrong with the file, worst first.
        limits_hit: Why the picture was not decoded, if a limit stopped it.
        decoded: The primary picture was decoded whole.
        decode_error: What the decoder said when it could not.
        skipped: Checks that could not run.
        faces: Faces in the upright picture; None when nobody looked.
        sideways_turn: Degrees clockwise (90, 180, 270) by which the upright picture would have to
            be turned to show a face upright; None when there is no need, or nobody looked.
        sharpness: Of the face or the middle, 0 to 1, see `faces/quality.py`; None if not measured.
        brightness: Luma 0 to 1 that a tenth of the face or the middle exceeds; None likewise.
    """

    name: str
    size_bytes: int
    extension: str = ""
    format: str = "unknown"
    format_name: str = "an unknown kind of file"
    is_image: bool = False
    width_px: int | None = None
    height_px: int | None = None
    stored_width_px: int | None = None
    stored_height_px: int | None = None
    orientation: int = 1
    transforms: tuple[str, ...] = ()
    frames: int | None = 1
    animated: bool = False
    images: int = 1
    hidden_images: tuple[str, ...] = ()
    coding: str = ""
    subsampling: str | None = None
    colour: Colour = field(default_factory=Colour)
    metadata: Metadata = field(default_factory=Metadata)
    trailing_bytes: int = 0
    damage: tuple[Damage, ...] = ()
    limits_hit: tuple[LimitHit, ...] = ()
    decoded: bool = False
    decode_error: str | None = None
    skipped: tuple[Skipped, ...] = ()
    faces: tuple[Face, ...] | None = None
    sideways_turn: int | None = None
    sharpness: float | None = None
    brightness: float | None = None
