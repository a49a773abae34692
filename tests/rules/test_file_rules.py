import pytest

from preflight.facts import Facts
from preflight.report import Verdict
from tests.rules.making import PHOTO, judged, limit, names, place


@pytest.mark.parametrize(
    ("size_bytes", "expected"),
    [
        (5_000_000, {}),
        (5_000_001, {"heavy": "warning"}),
        (10_000_000, {"heavy": "warning"}),
        (10_000_001, {"too-many-bytes": "error"}),
    ],
)
def test_bytes(size_bytes: int, expected: dict[str, str]) -> None:
    report = judged(size_bytes=size_bytes)
    assert names(report) == expected
    assert report.verdict is (Verdict.FIXABLE if expected else Verdict.READY)


def test_one_byte_too_many_is_not_rounded_away() -> None:
    (finding,) = judged(size_bytes=10_000_001).findings
    assert finding.message == (
        "The file is too large (10,000,001 bytes). Most places want at most 10,000,000 bytes."
    )
    (finding,) = judged(PHOTO, "gitlab", size_bytes=3_000_000).findings
    assert finding.message == "The file is too large (3.0 MB). GitLab wants at most 0.2 MB."
    (finding,) = judged(PHOTO, "slack", size_bytes=12_000_000).findings
    assert finding.message.endswith("Most places want at most 10.0 MB.")  # Slack publishes none


@pytest.mark.parametrize(
    ("size_bytes", "expected"), [(10_000, {}), (9_999, {"too-few-bytes": "error"})]
)
def test_too_few_bytes(size_bytes: int, expected: dict[str, str]) -> None:
    assert names(judged(PHOTO, place(min_bytes=10_000), size_bytes=size_bytes)) == expected
    advice = place(min_bytes=limit(10_000, hard=False))
    softer = dict.fromkeys(expected, "warning")
    assert names(judged(PHOTO, advice, size_bytes=size_bytes)) == softer


@pytest.mark.parametrize(
    ("kind", "extension", "words"),
    [
        ("heic", "heic", "This is a HEIC file, the iPhone's own format. Most places want JPEG"),
        ("avif", "avif", "This is an AVIF file, a format too new for many upload forms."),
        ("webp", "webp", "This is a WebP file, the format that web pages use."),
        ("gif", "gif", "This is a GIF file, a format for drawings"),
        ("tiff", "tif", "This is a TIFF file"),
        ("bmp", "bmp", "This is a BMP file"),
    ],
)
def test_formats_not_accepted(kind: str, extension: str, words: str) -> None:
    report = judged(format=kind, extension=extension)
    assert names(report) == {"format-not-accepted": "error"}
    assert report.findings[0].message.startswith(words)
    assert names(judged(PHOTO, place(formats=(kind,)), format=kind, extension=extension)) == {}


def test_png_is_accepted_but_not_by_telegram() -> None:
    assert names(judged(format="png", extension="png")) == {}
    assert names(judged(PHOTO, "telegram", format="png", extension="png")) == {
        "format-not-accepted": "error"
    }


@pytest.mark.parametrize(
    ("kind", "extension", "wrong"),
    [
        ("jpeg", "jpg", False),
        ("jpeg", "jpeg", False),
        ("jpeg", "jfif", False),
        ("jpeg", "mpo", False),
        ("jpeg", "png", True),
        ("jpeg", "heic", True),
        ("jpeg", "", False),
        ("png", "jpg", True),
        ("heic", "jpg", True),
        ("heic", "hif", False),
        ("avif", "heif", False),
        ("avif", "heic", True),
    ],
)
def test_wrong_extension(kind: str, extension: str, wrong: bool) -> None:
    finding = judged(format=kind, extension=extension).finding("wrong-extension")
    assert (finding is not None) is wrong
    if finding:
        assert finding.severity == "warning"
        assert finding.measured == f".{extension}"


def test_a_jpg_that_is_heic_is_both() -> None:
    assert names(judged(format="heic")) == {
        "format-not-accepted": "error",
        "wrong-extension": "warning",
    }


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("video", "choose Duplicate as Still Photo"),
        ("raw", "save or share it as JPEG"),
        ("jxl", "knows it and save or export it as JPEG"),
        ("jls", "knows it and save or export it as JPEG"),
        ("svg", "export it as JPEG"),
        ("html", "gave a web page instead of the picture"),
        ("zip", "Unpack it"),
        ("lfs-pointer", "git lfs pull"),
        ("zeros", "get the original again"),
        ("unknown", "get the original again"),
        ("program", "Choose the photo itself, as JPEG or PNG."),
    ],
)
def test_what_a_wrong_file_is_and_what_to_do(kind: str, words: str) -> None:
    report = judged(Facts("a.jpg", 999, "jpg", kind, "something else"))
    (finding,) = report.findings
    assert (finding.rule, finding.step, report.verdict) == ("not-an-image", None, Verdict.BLOCKED)
    assert finding.message.startswith(
        "This is something else; it cannot be used as a profile photo."
    )
    assert words in finding.message


def test_a_file_without_bytes_is_empty_whatever_its_format() -> None:
    assert names(judged(size_bytes=0)) == {"empty-file": "error"}
    assert names(judged(Facts("a.jpg", 0))) == {"empty-file": "error"}
