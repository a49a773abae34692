"""From the faces that were found to the heads that must not be cut."""

from __future__ import annotations

from collections.abc import Sequence

from preflight.facts import Box, Face

BESIDE, ABOVE, BELOW = 0.25, 0.40, 0.12
"""The network's box reaches from brow to lip and from eye to eye. Added on each side, as a share of
the face's width, above and below, as a share of its height: the 80th percentile of 183 heads drawn
by hand (top of hair or hat to chin, hair beside the face included); the medians are 0.18, 0.31 and
0.07."""

SECOND_AREA, SECOND_SCORE = 0.35, 0.75
"""Of the main face's area, and least score: what makes another face a main one (faces.md, rule 3).
Smaller or less certain ones are people who happen to be there."""


def head_box(face: Box, width_px: int, height_px: int) -> Box:
    """Box of the head with its hair, as far as it lies inside the photo.

    Args:
        face: Box of the face in pixels of the upright photo.
        width_px: Width of that photo.
        height_px: Height of it.
    """
    left, top, right, bottom = face
    width, height = right - left, bottom - top
    return (
        min(max(left - BESIDE * width, 0.0), width_px),
        min(max(top - ABOVE * height, 0.0), height_px),
        max(min(right + BESIDE * width, width_px), 0.0),
        max(min(bottom + BELOW * height, height_px), 0.0),
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
