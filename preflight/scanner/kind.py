"""Kind: the formats that preflight can tell apart and how people call them."""

from __future__ import annotations

from preflight.frozen import frozen

KINDS: dict[str, str] = {
    # the eight that preflight opens
    "jpeg": "a JPEG photo",
    "png": "a PNG picture",
    "heic": "a HEIC photo (the iPhone's own format)",
    "avif": "an AVIF picture",
    "webp": "a WebP picture",
    "gif": "a GIF picture",
    "tiff": "a TIFF picture",
    "bmp": "a BMP picture",
    # pictures that it cannot open
    "heif": "a HEIF picture of a kind that few programs open",
    "jxl": "a JPEG XL picture",
    "jp2": "a JPEG 2000 picture",
    "jxr": "a JPEG XR picture",
    "jls": "a JPEG-LS picture",
    "psd": "a Photoshop document",
    "svg": "an SVG drawing",
    "ico": "an icon file",
    "icns": "a Mac icon file",
    "raw": "a camera raw photo",
    "exr": "an OpenEXR picture",
    "hdr": "a Radiance HDR picture",
    "dds": "a game texture (DDS)",
    "tga": "a TGA picture",
    "pcx": "a PCX picture",
    "pnm": "a PPM picture",
    "qoi": "a QOI picture",
    "xcf": "a GIMP document",
    "paintnet": "a paint.net document",
    "layers": "a drawing program's document",
    "eps": "a PostScript drawing",
    "emf": "a Windows drawing (EMF)",
    "wmf": "a Windows drawing (WMF)",
    "dicom": "a medical picture (DICOM)",
    "fits": "an astronomical picture (FITS)",
    "flif": "a FLIF picture",
    "bpg": "a BPG picture",
    "djvu": "a DjVu document",
    "mng": "an MNG animation",
    # what is no picture
    "html": "a web page, not a picture",
    "pdf": "a PDF document",
    "video": "a video (perhaps the moving half of a Live Photo)",
    "audio": "a sound recording",
    "zip": "a ZIP archive",
    "document": "an office document",
    "archive": "a packed archive",
    "text": "a text file",
    "json": "a data file (JSON)",
    "xml": "a data file (XML)",
    "plist": "an Apple settings file",
    "aae": "the iPhone's note of edits (AAE), not the photo itself",
    "lfs-pointer": "a placeholder for a file that Git LFS has not downloaded",
    "shortcut": "a link to something else, not the picture itself",
    "appledouble": "a Mac's helper file (its name starts with ._), not the picture itself",
    "base64": "a picture written out as text",
    "contact": "a contact card",
    "email": "an e-mail",
    "program": "a program",
    "sqlite": "a database",
    "empty": "an empty file",
    "zeros": "a file of one byte over and over, as a failed copy leaves it",
    "unknown": "an unknown kind of file",
}
"""Format to its name for people, with the article."""

OPENABLE = frozenset({"jpeg", "png", "heic", "avif", "webp", "gif", "tiff", "bmp"})
"""The formats that preflight opens."""

EXTENSIONS: dict[str, frozenset[str]] = {
    format_: frozenset(names.split())
    for format_, names in {
        "jpeg": "jpg jpeg jpe jfif jfi jif pjpeg pjp mpo jps",
        "png": "png apng",
        "heic": "heic heif hif heics heifs",
        "avif": "avif avifs heif hif",
        "webp": "webp",
        "gif": "gif",
        "tiff": "tif tiff",
        "bmp": "bmp dib rle",
        "heif": "heif hif heic avci",
        "jxl": "jxl",
        "jp2": "jp2 j2k jpf jpx jpm j2c jpc",
        "psd": "psd psb",
        "svg": "svg svgz",
        "raw": "dng nef nrw cr2 cr3 crw arw sr2 srf raf orf rw2 rwl pef ptx srw 3fr fff iiq erf "
        "mef mos dcr kdc k25 mrw x3f gpr raw",
        "pdf": "pdf ai",
        "html": "html htm xhtml",
        "zip": "zip docx xlsx pptx odt ods odp kra ora sketch procreate apk jar epub",
        "video": "mp4 mov m4v avi mkv webm 3gp 3g2 mpg mpeg mts m2ts ts wmv flv ogv",
        "text": "txt",
    }.items()
}
"""Extensions (lower case, without the dot) under which a format is at home."""


@frozen
class Kind:
    """What a file is.

    Attributes:
        format: As in `Facts.format`.
        name: The same for people, with the article: "a JPEG photo".
        is_image: It is one of the eight formats that preflight opens.
    """

    format: str
    name: str
    is_image: bool


def kind(format_: str, name: str | None = None) -> Kind:
    """The `Kind` of a format; `name` where a more exact one is known."""
    return Kind(format_, name or KINDS[format_], format_ in OPENABLE)
