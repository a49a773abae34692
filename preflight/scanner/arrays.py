"""Numpy for the whole package, loaded when it is first needed and with one thread."""

from __future__ import annotations

import os
from types import ModuleType


def numpy() -> ModuleType:
    """The numpy module.

    OpenBLAS starts a thread per core and reserves memory for each when numpy is loaded, which
    doubles its start-up and breaks an address-space limit; preflight's arrays are small. A value
    that the user has set is kept. Modules that load numpy themselves (simplejpeg) come after this.

    >>> numpy().arange(3).tolist()
    [0, 1, 2]
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import numpy

    return numpy
