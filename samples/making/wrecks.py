"""Samples: damaged files, and files that are no photo at all."""

from __future__ import annotations

import time

from making.coders import flipped
from making.pictures import HEIC, READY, RECIPES, logo, portrait, sample, save

EPOCH = time.gmtime(0)
sample("truncated.jpg")(lambda: READY[: len(READY) * 6 // 10])
sample("no-end.jpg")(lambda: READY[:-2])
sample("corrupt.jpg")(lambda: flipped(READY, 0.4, 0.55))
sample("trailing.jpg")(lambda: READY + b"left over by an editor\n" * 90)
sample("truncated.heic")(lambda: HEIC[: len(HEIC) * 7 // 10])
sample("corrupt.heic")(lambda: flipped(HEIC, 0.5))
sample("corrupt.webp")(lambda: flipped(save(portrait(), "WEBP", quality=45, method=6), 0.5))
sample("truncated.png")(lambda: READY_PNG[: len(READY_PNG) * 7 // 10])
sample("corrupt.png")(lambda: flipped(READY_PNG, 0.5))
sample("bad-checksum.png")(lambda: flipped(READY_PNG, -14 / len(READY_PNG)))
READY_PNG = RECIPES["ready.png"]()

sample("empty.jpg")(lambda: b"")
sample("zeros.jpg")(lambda: bytes(4096))
sample("page.jpg")(
    lambda: (
        b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head>\n"
        b"<body><p>Please sign in to download this picture.</p></body></html>\n"
    )
)
sample("video.jpg")(
    lambda: b"\0\0\0\x14ftypqt  \0\0\0\0qt  \0\0\0\x08wide\0\0\0\x08mdat\0\0\0\x08moov"
)
sample("document.jpg")(
    lambda: save(
        logo(200).convert("RGB"), "PDF", title="Not a photo", creationDate=EPOCH, modDate=EPOCH
    )
)
sample("pointer.jpg")(
    lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 1\n"
)
sample("drawing.svg")(
    lambda: b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="4"/></svg>\n'
)
