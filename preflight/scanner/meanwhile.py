"""Meanwhile: what the pixels will need is loaded while they are still being decoded.

Decoders let Python run beside them (but for PNG, which Pillow reads in small pieces). To load numpy
takes as long as half of a WebP of 12 megapixels.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module

from preflight.scanner.arrays import numpy, threads_allowed

LEAST_PIXELS = 2_000_000
"""Smaller pictures are decoded before anything is loaded."""

_FOR_A_LOOK = ("PIL.Image", "preflight.faces.find", "preflight.faces.quality")
_FOR_A_COPY = ("preflight.fixer.run", "PIL.JpegImagePlugin")


@contextmanager
def loading(pixels: int, *, copy: bool, numpy_first: bool = False) -> Iterator[None]:
    """Loads it beside what is done in here, if a second thread is allowed, and waits for that.

    Args:
        pixels: That are going to be decoded.
        copy: A copy is going to be made of them.
        numpy_first: The decoder begins with numpy: to wait for another core that loads it takes
            longer than to load it here.
    """
    if pixels < LEAST_PIXELS or "numpy" in sys.modules or threads_allowed() < 2:
        yield
        return
    if numpy_first:
        numpy()
    names = (*_FOR_A_LOOK, *_FOR_A_COPY) if copy else _FOR_A_LOOK
    thread = threading.Thread(target=_load, args=(names,), daemon=True)
    try:
        thread.start()
    except RuntimeError:  # the system gives no more threads: all is loaded afterwards, as it comes
        yield
        return
    try:
        yield
    except Exception:
        thread.join()
        raise
    # Not after Ctrl-C: it may have struck where Python had just taken its lock on loading modules,
    # which the thread then waits for, and we for the thread.
    thread.join()


def _load(names: tuple[str, ...]) -> None:
    with suppress(ImportError, MemoryError):  # raised again where the module is needed
        numpy()
        for name in names:
            import_module(name)
