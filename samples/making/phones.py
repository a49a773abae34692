"""Samples: good ones, and what phones and cameras write into a photo."""

from __future__ import annotations

import io

import pillow_heif
from PIL import Image

from making.coders import with_segment
from making.pictures import (
    ASTRONAUT,
    P3,
    READY,
    exif,
    logo,
    phone_picture,
    portrait,
    sample,
    save,
    stored,
)
from making.profiles import rgb_profile

sample("ready.jpg")(lambda: READY)
sample("ready.png")(lambda: save(logo().convert("RGB").quantize(64), "PNG", optimize=True))
sample("progressive.jpg")(lambda: save(portrait(), progressive=True))
sample("grey.jpg")(lambda: save(portrait().convert("L")))
sample("srgb-profile.jpg")(lambda: save(portrait(), icc_profile=rgb_profile("sRGB")))


@sample("phone.jpg")
def phone_jpeg() -> bytes:
    return save(
        stored(phone_picture(), 6),
        quality=60,
        icc_profile=rgb_profile(P3),
        exif=exif(6, place=True),
    )


@sample("phone.heic")
def phone_heic() -> bytes:
    """Exif 6 and `irot`, as iPhones write both.

    libheif writes `irot` for the Exif tag; the plain bytes keep pillow-heif from turning the pixels
    as well.
    """
    image = stored(phone_picture(), 6)
    file = pillow_heif.from_bytes(mode="RGB", size=image.size, data=image.tobytes())
    file.info["icc_profile"] = rgb_profile(P3)
    file.info["icc_profile_type"] = "prof"
    file.info["exif"] = exif(6, place=True).tobytes()
    out = io.BytesIO()
    file.save(out, quality=25)
    return out.getvalue()


@sample("location.jpg")
def location() -> bytes:
    return save(portrait(), exif=exif(place=True))


@sample("owner.jpg")
def owner() -> bytes:
    return save(portrait(), exif=exif(owner=True))


@sample("place-name.jpg")
def place_name() -> bytes:
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
        'photoshop:City="Cape Canaveral"/></rdf:RDF></x:xmpmeta>'
    )
    return with_segment(READY, 0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet.encode())


@sample("thumbnail.jpg")
def thumbnail() -> bytes:
    """Exif with a second directory that holds a small copy of the uncropped picture."""
    small = save(ASTRONAUT.resize((160, 160), Image.Resampling.LANCZOS))
    head = b"II*\0\x08\0\0\0" + b"\x01\0" + b"\x0f\x01\x02\0\x04\0\0\0Ex.\0" + b"\x1a\0\0\0"
    tags = ((0x0103, 3, 6), (0x0201, 4, 68), (0x0202, 4, len(small)))
    entries = b"".join(
        tag.to_bytes(2, "little")
        + kind.to_bytes(2, "little")
        + b"\1\0\0\0"
        + value.to_bytes(4, "little")
        for tag, kind, value in tags
    )
    second = b"\x03\0" + entries + b"\0\0\0\0"
    return with_segment(READY, 0xE1, b"Exif\0\0" + head + second + small)


for code in (3, 6, 8):
    sample(f"rotated-{code}.jpg")(
        lambda code=code: save(stored(portrait(), code), exif=exif(code), quality=60)
    )
for code in (2, 5):
    sample(f"mirrored-{code}.jpg")(
        lambda code=code: save(stored(portrait(), code), exif=exif(code), quality=60)
    )


@sample("portrait-mode.jpg")
def two_pictures() -> bytes:
    second = portrait(512).convert("L").convert("RGB")
    return save(portrait(), "MPO", save_all=True, append_images=[second], quality=60)
