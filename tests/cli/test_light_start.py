"""Light start: what each command loads, and nothing that its file does not need.

Modules are listed in processes of their own; times would say little on a machine that does other
things as well.
"""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from preflight.scanner import libde265, libwebp

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLES = ROOT / "samples"
HEAVY = ("PIL", "numpy", "pillow_heif", "simplejpeg", "preflight.api", "preflight.rules.registry")
NEVER = {
    *("pillow_heif", "PIL.ImageCms", "PIL.ImageFont", "PIL.ImageDraw", "tqdm", "rich"),
    *("socket", "ssl", "queue", "multiprocessing", "concurrent.futures", "asyncio", "tempfile"),
    *("importlib.metadata", "xml", "email", "http", "ctypes.util", "random"),
}
"""What a photo of a usual kind needs nothing of."""

THREADS = {"queue", "concurrent.futures"}
COMMANDS = [("check",), ("fix", "-o", "copy.jpg", "--format", "json")]
"""The second with the versions of all decoders in its document."""


def loaded(code: str, folder: Path = ROOT, **environment: str) -> set[str]:
    """The modules that are there after `code`, in a process of its own, by its last line."""
    show = f"{code}\nimport sys; print(); print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", show],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )
    return set(result.stdout.splitlines()[-1].split())


@cache
def never() -> set[str]:
    """`NEVER`, but for what older versions of the two that every photo needs load themselves."""
    return NEVER - loaded("import numpy, PIL.Image")


def loaded_by(words: list[str], folder: Path = ROOT) -> set[str]:
    """The modules that a command loads."""
    call = f"from preflight.cli.main import cli\ncli.main({words}, standalone_mode=False)"
    return loaded(call, folder)


def loaded_for(sample: str, words: tuple[str, ...], folder: Path) -> set[str]:
    """The modules that a command on one sample loads; it has to have done its work."""
    modules = loaded_by([*words, str(SAMPLES / sample)], folder)
    assert ("preflight.fixer.encode" in modules) is (words[0] == "fix")
    assert (folder / "copy.jpg").exists() is (words[0] == "fix")
    return modules


def plugins(modules: set[str]) -> set[str]:
    """Pillow's format plugins among them."""
    return {name for name in modules if name.startswith("PIL.") and name.endswith("ImagePlugin")}


@pytest.mark.parametrize(
    "words", [["--version"], ["--help"], ["check", "--help"], ["fix", "--help"], []]
)
def test_starts_light(words):
    modules = loaded_by(words)
    assert "preflight.cli.main" in modules
    assert not [name for name in (*HEAVY, *NEVER) if name in modules]


def test_completion_is_light():
    call = (
        "from preflight.cli.main import cli\n"
        "import sys\n"
        "try: cli.main([], prog_name='preflight')\n"
        "except SystemExit: print({'PIL', 'numpy', 'pillow_heif'} & set(sys.modules))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", call],
        capture_output=True,
        text=True,
        check=True,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "_PREFLIGHT_COMPLETE": "bash_complete",
            "COMP_CWORD": "3",
            "COMP_WORDS": "preflight check --for th",
        },
    ).stdout.splitlines()
    assert answer == ["plain,threads", "set()"]


def test_check_alone_loads_no_pixels_for_a_wrong_command():
    assert not {"PIL", "numpy"} & loaded_by(["check"])


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("sample", ["landscape.jpg", "rotated-6.jpg", "srgb-profile.jpg"])
def test_an_srgb_jpeg(sample, words, tmp_path):
    modules = loaded_for(sample, words, tmp_path)
    encoded = words[0] == "fix" and sample != "srgb-profile.jpg"  # of that one bytes are cut out
    assert plugins(modules) == ({"PIL.JpegImagePlugin"} if encoded else set())
    assert not never() & modules


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_jpeg_in_display_p3_needs_no_colour_management_of_others(words, tmp_path):
    (tmp_path / "usual").mkdir()
    (tmp_path / "p3").mkdir()
    usual = loaded_for("srgb-profile.jpg", words, tmp_path / "usual")
    p3 = loaded_for("display-p3.jpg", words, tmp_path / "p3")
    encoder = loaded("import PIL.JpegImagePlugin") if words[0] == "fix" else set()
    more = {name for name in p3 - usual - encoder if not name.startswith("preflight.")}
    assert more == set()


@pytest.mark.skipif(not libde265.available(), reason="pillow-heif decodes without this library")
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("sample", ["portrait.heic", "phone.heic"])
def test_a_heic_goes_through_libde265_alone(sample, words, tmp_path):
    modules = loaded_for(sample, words, tmp_path)
    assert plugins(modules) == ({"PIL.JpegImagePlugin"} if words[0] == "fix" else set())
    assert not (never() - THREADS) & modules  # its tiles go over two threads
    assert "PIL.ImageCms" not in modules or words[0] == "fix"


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("sample", "plugin"),
    [
        ("transparent.png", "PIL.PngImagePlugin"),
        ("16-bit.png", "PIL.PngImagePlugin"),
        ("portrait.webp", "PIL.WebPImagePlugin"),
    ],
)
def test_other_formats_load_their_own_plugin(sample, plugin, words, tmp_path):
    modules = loaded_for(sample, words, tmp_path)
    if not (plugin == "PIL.WebPImagePlugin" and libwebp.available()):
        assert plugin in modules
    assert plugins(modules) - {plugin} == ({"PIL.JpegImagePlugin"} if words[0] == "fix" else set())
    assert not never() & modules


def test_numpy_is_told_of_one_thread_before_it_is_loaded(tmp_path):
    call = (
        "import os, sys\n"
        "told = []\n"
        "class Watch:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'numpy': told.append(os.environ.get('OPENBLAS_NUM_THREADS'))\n"
        "sys.meta_path.insert(0, Watch())\n"
        "os.environ.pop('OPENBLAS_NUM_THREADS', None)\n"
        "from preflight.cli.main import cli\n"
        f"cli.main(['fix', '-o', 'copy.jpg', {str(SAMPLES / 'cat.jpg')!r}],"
        " standalone_mode=False)\n"
        "sys.modules.update({f'told {text}'.replace(' ', '-'): sys for text in told})"
    )
    modules = loaded(call, tmp_path)
    assert {name for name in modules if name.startswith("told-")} == {"told-1"}
