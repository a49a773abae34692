"""Numpy for the whole package, loaded when it is first needed and with one thread."""

from __future__ import annotations

import os
from functools import cache
from types import ModuleType
from typing import Any


@cache
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


def median(values: Any, axis: int | None = None) -> Any:
    """As `numpy.median`, which loads `numpy.ma` the first time: 11 to 26 ms for what is one sort.

    >>> float(median(numpy().array([3, 1, 2, 10])))
    2.5
    """
    ordered = numpy().sort(values, axis=axis)
    place = 0 if axis is None else axis
    count = ordered.shape[place]
    return (
        ordered.take((count - 1) // 2, axis=place) / 2.0
        + ordered.take(count // 2, axis=place) / 2.0
    )


def threads_allowed() -> int:
    """How many threads a decoder may use for one photo: two, or what OMP_NUM_THREADS says.

    The children of a run, of which there is one a core, are told to use one but for the last photo.
    """
    said = os.environ.get("OMP_NUM_THREADS", "")
    return min(2, os.cpu_count() or 1, int(said) if said.isdecimal() and int(said) else 2)
