"""Rules of the face: what becomes of it in the small circle. Notes, quiet in the text."""

from __future__ import annotations

from math import isfinite

from preflight.faces.head import head_box, main_faces
from preflight.facts import Box, Face, Facts
from preflight.finding import Severity
from preflight.fixer.circle import outline, reach
from preflight.platforms.platform import Platform
from preflight.rules.registry import Hit, rule
from preflight.rules.wanting import says

TYPICAL_PX = 110
"""Side at which a profile photo is mostly seen, as on Instagram (socialpreviewing.com); where a
place shows it smaller at most, that counts."""

LEAST_FACE_PX = 20
"""Height of a face at that side below which it is hard to know. The crop of `fix` gives a head 30 %
of the side, of which the face is two thirds: 22 px."""

CUT_EXCESS = 1.01
"""Farthest point of a head over the circle's radius above which it is cut (the measure of
faces.md)."""

LEAST_SHARPNESS = 0.27
"""Of 70 labelled portraits none is below 0.46, of 80 photos with a face none below 0.40. Blurred
with a deviation of 3 % of the face's height, which everybody sees, 60 of the 70 are below it; with
2 %, 24."""

LEAST_BRIGHTNESS = 0.25
"""Of the same photos none is below 0.45, faces in the evening and dark skin included. With a
quarter of their light none of the 70 is below it either, with a sixteenth 65 are."""

TURNS = {
    90: "lies on the side",
    180: "stands on the head",
    270: "lies on the side",
}
"""How a person looks in a photo that is to be turned by so many degrees clockwise."""

FARTHEST_PX = 1e7
"""Boxes beyond it are none."""


@rule(family="face", severity=Severity.INFO, needs=("faces",))
def no_face(facts: Facts, platform: Platform) -> Hit | None:
    """No face was found in the photo.

    ## Why it matters
    It need not: a drawing, a pet or a logo is a fine profile photo. But if there is
    a person in it, the face is too small, turned away or covered, and `preflight
    fix` cannot crop around it.

    ## How to fix
    Choose where the square goes with `--crop`, or take another photo.
    """
    if _faces(facts) or facts.sideways_turn in TURNS:
        return None
    return Hit("No face was found in it.", measured="no face", required="")


@rule(family="face", severity=Severity.INFO, needs=("faces",))
def several_faces(facts: Facts, platform: Platform) -> Hit | None:
    """There are several people in the photo.

    ## Why it matters
    In a small circle nobody knows whose profile it is. A warning where a platform
    asks for one person.

    ## How to fix
    `preflight fix --crop X,Y,SIDE` cuts out one of them.
    """
    faces = _faces(facts)
    count = len(main_faces(faces)) if faces else 0
    if count < 2:
        return None
    limit = platform.one_person
    if limit is not None and limit.value:
        ask = says(platform, limit, "asks", "ask")
        return Hit(
            f"There are {count} people in it; {ask} for one.",
            measured=f"{count} faces",
            required="one person",
            limit=limit,
            severity=Severity.WARNING,
        )
    return Hit(f"There are {count} people in it.", measured=f"{count} faces", required="")


@rule(family="face", severity=Severity.INFO, needs=("faces", "size"))
def face_small(facts: Facts, platform: Platform) -> Hit | None:
    """The face would be very small.

    ## Why it matters
    Profile photos are mostly seen at about 110 pixels or less. Cut from the middle
    of this photo, the face would have fewer than 20 of them.

    ## How to fix
    `preflight fix --crop face` comes closer.
    """
    faces = _faces(facts)
    if not faces:
        return None
    width, height = facts.width_px or 1, facts.height_px or 1
    shown = platform.display_px
    shown_px = min(max(shown.value), TYPICAL_PX) if shown is not None else TYPICAL_PX
    _, top, _, bottom = main_faces(faces)[0].box
    face_px = (bottom - top) / min(width, height) * shown_px
    if face_px >= LEAST_FACE_PX:
        return None
    return Hit(
        f"The face is small: {face_px:.0f} pixels high where the photo is shown at {shown_px}.",
        measured=f"{bottom - top:.0f} px of {min(width, height)}",
        required=f"at least {LEAST_FACE_PX} px where it is shown",
        limit=shown,
        excess=LEAST_FACE_PX / max(face_px, 0.01),
    )


@rule(family="face", severity=Severity.INFO, needs=("faces", "size"))
def head_cut_by_circle(facts: Facts, platform: Platform) -> Hit | None:
    """The circle that the platform cuts from the middle would cut the head.

    ## Why it matters
    Uploaded as it is, the photo loses part of the head: hair, chin, or more.

    ## How to fix
    `preflight fix` puts the head into the circle as far as the photo allows;
    `--pad` fills up where it is cut by the photo's own edge.
    """
    faces = _faces(facts)
    if not faces or (platform.shape is not None and platform.shape.value != "circle"):
        return None
    width, height = facts.width_px or 1, facts.height_px or 1
    heads = [head_box(face, width, height) for face in main_faces(faces)]
    radius = min(width, height) / 2
    excess = reach(outline(heads), width / 2, height / 2) / radius
    if excess <= CUT_EXCESS:
        return None
    which = "a head" if len(heads) > 1 else "the head"
    return Hit(
        f"A circle cut from the middle would cut off part of {which}.",
        measured=f"{which} reaches to {excess:.0%} of the circle's radius",
        required="inside the circle",
        limit=platform.shape,
    )


@rule(family="face", severity=Severity.WARNING, needs=("faces",))
def sideways_face(facts: Facts, platform: Platform) -> Hit | None:
    """The person in the photo lies on the side or stands on the head.

    ## Why it matters
    The photo carries no tag that says how to turn it, so every place shows it as it
    is stored. A face was found only after turning it, or much more clearly.

    ## How to fix
    Turn the photo on your phone or computer, save it, and check it again. preflight
    does not turn it by itself: it may be meant so.
    """
    turn = facts.sideways_turn
    if turn not in TURNS:
        return None
    return Hit(
        f"The person in it {TURNS[turn]}. Turn the photo before you upload it.",
        measured=f"a face after a turn by {turn} degrees clockwise",
        required="upright",
    )


@rule(family="face", severity=Severity.WARNING, needs=("faces",))
def blurred(facts: Facts, platform: Platform) -> Hit | None:
    """The face is out of focus, or was moving.

    ## Why it matters
    It will look soft wherever it is shown. Measured on the face alone, so a soft
    background does no harm; slight blur is not reported.

    ## How to fix
    No program brings back what the camera did not see. Take the photo again, with
    more light, and tap on the face to focus.
    """
    sharpness = facts.sharpness
    if sharpness is None or not _faces(facts) or not sharpness < LEAST_SHARPNESS:
        return None
    return Hit(
        "The face is blurred; it will look soft.",
        measured=f"sharpness {sharpness:.2f}",
        required=f"at least {LEAST_SHARPNESS}",
    )


@rule(family="face", severity=Severity.INFO, needs=("faces",))
def dark(facts: Facts, platform: Platform) -> Hit | None:
    """The face is very dark.

    ## Why it matters
    In a small circle it will be hard to know who it is. Measured on the brightest
    tenth of the face, which is bright in good light whatever the skin.

    ## How to fix
    Make the photo brighter on your phone, or take another one facing the light.
    preflight does not change how a face looks.
    """
    brightness = facts.brightness
    if brightness is None or not _faces(facts) or not brightness < LEAST_BRIGHTNESS:
        return None
    return Hit(
        "The face is very dark; in a small circle it will be hard to see.",
        measured=f"brightness {brightness:.2f}",
        required=f"at least {LEAST_BRIGHTNESS}",
    )


def _faces(facts: Facts) -> list[Face]:
    return [face for face in facts.faces or () if _is_box(face.box)]


def _is_box(box: Box) -> bool:
    left, top, right, bottom = box
    return (
        all(isfinite(edge) and abs(edge) < FARTHEST_PX for edge in box)
        and right > left
        and bottom > top
    )
