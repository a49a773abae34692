"""Rules of the file: what it is, what it is called, how large it is."""

from __future__ import annotations

from preflight.facts import Facts
from preflight.finding import Severity
from preflight.platforms.platform import Platform
from preflight.rules.registry import Hit, rule
from preflight.rules.wanting import by_hardness, wants
from preflight.scanner.kind import EXTENSIONS
from preflight.words import either, exact_bytes, format_word, two_sizes

WHAT_NEXT = {
    "video": "For a Live Photo, open it in Photos and choose Duplicate as Still Photo; of another "
    "video, take a screenshot.",
    "aae": "Choose the photo of the same name instead, which ends in .HEIC or .JPG.",
    "appledouble": "Choose the file of the same name that does not start with ._ instead.",
    "shortcut": "Choose the file that it points to.",
    "raw": "Open it in the camera's or phone's photo app and save or share it as JPEG.",
    "html": "The download gave a web page instead of the picture: open the page in a browser and "
    "save the picture itself.",
    "xml": "The download gave a server's answer instead of the picture: download it again.",
    "json": "The download gave a server's answer instead of the picture: download it again.",
    "pdf": "Open it, and export or screenshot the page as a picture.",
    "document": "Open it, and save the picture that is in it.",
    "email": "Open it, and save the photo that is attached.",
    "zip": "Unpack it first, then choose the photo inside.",
    "archive": "Unpack it first, then choose the photo inside.",
    "lfs-pointer": "It only says where the picture is stored: run `git lfs pull` to get it.",
    "zeros": "The download, the transfer or the cloud's copy never arrived: get the original "
    "again, and open it once on the device it was made on.",
    "unknown": "It may be damaged from its first byte on, or be something else: get the original "
    "again, or choose another photo.",
}
"""What a person can do about a file that is no photo, by `Facts.format`."""

PICTURES = """
heif jxl jp2 jxr jls psd svg ico icns exr hdr dds tga pcx pnm qoi xcf paintnet layers eps emf wmf
dicom fits flif bpg djvu mng
"""
"""Pictures that preflight does not open: there is a program that can save them as JPEG."""

USUAL_EXTENSION = {"jpeg": "jpg"}
"""Of the formats that are not called as their extension."""

FORMAT_TROUBLE = {
    "heic": "the iPhone's own format",
    "avif": "a format too new for many upload forms",
    "webp": "the format that web pages use",
    "gif": "a format for drawings and short animations",
    "tiff": "a format for printing and scanning",
    "bmp": "an old format of Windows",
}


@rule(family="file", severity=Severity.ERROR)
def empty_file(facts: Facts, platform: Platform) -> Hit | None:
    """The file is empty.

    ## Why it matters
    There is nothing to upload. The copy or download broke off before it began,
    or the photo is still only in the cloud.

    ## How to fix
    Get the original again: open it on the device that made it, wait until it is
    loaded from the cloud, and send it once more. `preflight fix` cannot help.
    """
    if facts.size_bytes > 0 and facts.format != "empty":
        return None
    return Hit(
        "The file is empty: the copy or download never arrived, or the photo is still only in "
        "the cloud. Get the original again.",
        measured="0 bytes",
        required="a photo",
    )


@rule(family="file", severity=Severity.ERROR)
def not_an_image(facts: Facts, platform: Platform) -> Hit | None:
    """The file is no photo, whatever its name says.

    ## Why it matters
    A video, a web page, a document or a camera's raw data is refused as a profile
    photo, often with a message that says nothing about it. What counts is what is
    in the file: the name can say `.jpg` all the same.

    ## How to fix
    It depends on what the file is: save the still picture of a Live Photo, export
    a raw file as JPEG, unpack an archive, save the picture and not the web page.
    The finding says which. `preflight fix` cannot make a photo of it.
    """
    if facts.is_image or facts.size_bytes <= 0 or facts.format == "empty":
        return None
    if facts.limits_hit and facts.format == "unknown":
        return None  # nobody could look
    next_step = WHAT_NEXT.get(facts.format, "Choose the photo itself, as JPEG or PNG.")
    if facts.format in PICTURES.split():
        next_step = "Open it in a program that knows it and save or export it as JPEG."
    return Hit(
        f"This is {facts.format_name}; it cannot be used as a profile photo. {next_step}",
        measured=facts.format_name,
        required="a photo",
    )


@rule(family="file", severity=Severity.ERROR, step="encode")
def format_not_accepted(facts: Facts, platform: Platform) -> Hit | None:
    """The photo is in a format that the platform does not take.

    ## Why it matters
    iPhones save photos as HEIC, web pages use WebP and AVIF. Many upload forms
    know only JPEG and PNG; some say so, others fail without a reason. HEIC is the
    most frequent cause of all.

    ## How to fix
    `preflight fix` saves it as JPEG (`--to png` for PNG). To have the iPhone take
    JPEG from now on: Settings, Camera, Formats, Most Compatible.
    """
    accepted = platform.formats.value
    if not facts.is_image or facts.format in accepted:
        return None
    word = format_word(facts.format)
    kind = f", {FORMAT_TROUBLE[facts.format]}" if facts.format in FORMAT_TROUBLE else ""
    article = "an" if word[:1] in "AEIOU" else "a"
    choice = either([format_word(name) for name in accepted])
    return Hit(
        f"This is {article} {word} file{kind}. {wants(platform, platform.formats)} {choice}; "
        f"{article} {word} may fail without saying why.",
        measured=word,
        required=choice,
        limit=platform.formats,
        severity=by_hardness(platform.formats),
        excess=1 / len(accepted),
    )


@rule(family="file", severity=Severity.WARNING, step="encode")
def wrong_extension(facts: Facts, platform: Platform) -> Hit | None:
    """The file's name says another format than its content.

    ## Why it matters
    Some upload forms believe the name, some the content. When the two differ, one
    of them is refused or shown broken: a HEIC called `.jpg` is a known case.

    ## How to fix
    `preflight fix` writes a copy whose name and content agree. Renaming the file
    yourself helps too, if the platform takes the format that it really is.
    """
    fitting = EXTENSIONS.get(facts.format)
    if not facts.is_image or fitting is None:
        return None
    if not facts.extension or facts.extension in fitting:
        return None
    word = format_word(facts.format)
    return Hit(
        f"The name ends in .{facts.extension}, but inside it is {word}. "
        "Forms that believe the name refuse such a file.",
        measured=f".{facts.extension}",
        required=f".{USUAL_EXTENSION.get(facts.format, facts.format)}",
    )


@rule(family="file", severity=Severity.ERROR, step="encode")
def too_many_bytes(facts: Facts, platform: Platform) -> Hit | None:
    """The file is larger than the platform takes.

    ## Why it matters
    The upload breaks off or is refused. Some places say "too large", some show an
    unrelated error, and some look as if it had worked.

    ## How to fix
    `preflight fix` makes a copy of 1024 x 1024 pixels, which is far smaller, and
    lowers the quality only as far as the limit demands (`--max-bytes` for a limit
    of your own).
    """
    limit = platform.max_bytes
    if limit is None or facts.size_bytes <= limit.value:
        return None
    has, most = two_sizes(facts.size_bytes, limit.value)
    return Hit(
        f"The file is too large ({has}). {wants(platform, limit)} at most {most}.",
        measured=exact_bytes(facts.size_bytes),
        required=f"at most {exact_bytes(limit.value)}",
        limit=limit,
        severity=by_hardness(limit),
        excess=facts.size_bytes / limit.value,
    )


@rule(family="file", severity=Severity.WARNING, step="encode")
def heavy(facts: Facts, platform: Platform) -> Hit | None:
    """The file is larger than is advised.

    ## Why it matters
    It is below the limit, but large files take long on a phone's connection, and
    an upload that takes long is one that breaks off.

    ## How to fix
    `preflight fix` makes a copy that is far smaller and looks the same at the size
    in which profile photos are shown.
    """
    limit, most = platform.advised_bytes, platform.max_bytes
    if limit is None or facts.size_bytes <= limit.value:
        return None
    if most is not None and facts.size_bytes > most.value:
        return None  # too-many-bytes says it
    has, advised = two_sizes(facts.size_bytes, limit.value)
    return Hit(
        f"The file is large ({has}). Below {advised} it uploads more safely.",
        measured=exact_bytes(facts.size_bytes),
        required=f"at most {exact_bytes(limit.value)}",
        limit=limit,
        excess=facts.size_bytes / limit.value,
    )


@rule(family="file", severity=Severity.ERROR, step="encode")
def too_few_bytes(facts: Facts, platform: Platform) -> Hit | None:
    """The file is smaller than the platform takes.

    ## Why it matters
    A few places refuse very small files, taking them for broken ones.

    ## How to fix
    `preflight fix` makes a copy of 1024 x 1024 pixels in high quality, which is
    larger.
    """
    limit = platform.min_bytes
    if limit is None or not facts.is_image or facts.size_bytes >= limit.value:
        return None
    has, least = two_sizes(facts.size_bytes, limit.value)
    return Hit(
        f"The file is very small ({has}). {wants(platform, limit)} at least {least}.",
        measured=exact_bytes(facts.size_bytes),
        required=f"at least {exact_bytes(limit.value)}",
        limit=limit,
        severity=by_hardness(limit),
        excess=limit.value / max(facts.size_bytes, 1),
    )
