"""From the faces that were found to the heads that must not be cut."""

from __future__ import annotations

from collections.abc import Sequence

from preflight.facts import Box, Face

BESIDE, ABOVE, BELOW = 0.25, 0.43, 0.12
"""The network's box reaches from brow to lip and from eye to eye. Added on each side, as a share of
the face's width, above and below, as a share of its height: about the 80th percentile of 183 heads
drawn by hand, top of hair or hat to chin, hair beside the face included (faces.md, rule 2, has 0.40
above; the 56 of them at hand have 0.46). The medians are 0.18, 0.31 and 0.07: the more generous
head was the better one also where the circle could not hold it."""

ROOMY_BESIDE, ROOMY_ABOVE, ROOMY_BELOW = 0.42, 0.60, 0.17
"""The same for a head with much hair, a hat or a beard: about the 95th percentile of 76 heads."""

BACK = 0.6
"""Added behind a head that is turned, for each width of the face that the nose is off the middle.
Measured on 56 heads: the back of the head reaches 0.95 times that further out (0.6 above the
generous `BESIDE`), while the side that the face looks to does not change."""

SECOND_AREA, SECOND_SCORE = 0.35, 0.75
"""Of the main face's area, and least score: what makes another face a main one (faces.md, rule 3).
Smaller or less certain ones are people who happen to be there."""


def head_box(face: Face, width_px: int, height_px: int) -> Box:
    """Box of the head with its hair, as far as it lies inside the photo.

    Args:
        face: With its box in pixels of the upright photo.
        width_px: Width of that photo.
        height_px: Height of it.
    """
    return _around(face, width_px, height_px, BESIDE, ABOVE, BELOW)


def roomy_head_box(face: Face, width_px: int, height_px: int) -> Box:
    """The same for the largest head that is likely behind such a face."""
    return _around(face, width_px, height_px, ROOMY_BESIDE, ROOMY_ABOVE, ROOMY_BELOW)


def _around(
    face: Face, width_px: int, height_px: int, beside: float, above: float, below: float
) -> Box:
    left, top, right, bottom = face.box
    width, height = right - left, bottom - top
    to_the_left = (beside + BACK * max(0.0, min(face.turn, 1.0))) * width
    to_the_right = (beside + BACK * max(0.0, min(-face.turn, 1.0))) * width
    return (
        min(max(left - to_the_left, 0.0), width_px),
        min(max(top - above * height, 0.0), height_px),
        max(min(right + to_the_right, width_px), 0.0),
        max(min(bottom + below * height, height_px), 0.0),
    )


def main_faces(faces: Sequence[Face]) -> tuple[Face, ...]:
    """The faces that the photo is of, the main one first; bystanders are left out.

    Args:
        faces: At least one.
    """
    main = max(faces, key=lambda face: area(face.box) * face.score)
    return (
        main,
        *(
            face
            for face in faces
            if face is not main
            and area(face.box) >= SECOND_AREA * area(main.box)
            and face.score >= SECOND_SCORE
        ),
    )


def area(box: Box) -> float:
    """Of a box, in square pixels."""
    return (box[2] - box[0]) * (box[3] - box[1])
