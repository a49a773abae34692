import os
import subprocess
import sys

import numpy as np
import pytest

from preflight.scanner.arrays import median, threads_allowed


def _in_new_python(code: str, **environment: str) -> str:
    env = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"} | environment
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_importing_the_module_does_not_load_numpy():
    code = "import preflight.scanner.arrays, sys; print('numpy' in sys.modules)"
    assert _in_new_python(code) == "False"


def test_numpy_starts_with_one_thread():
    code = (
        "from preflight.scanner.arrays import numpy; import os;"
        "print(numpy().__name__, os.environ['OPENBLAS_NUM_THREADS'])"
    )
    assert _in_new_python(code) == "numpy 1"


def test_a_number_of_threads_that_the_user_set_is_kept():
    code = (
        "from preflight.scanner.arrays import numpy; import os;"
        "numpy(); print(os.environ['OPENBLAS_NUM_THREADS'])"
    )
    assert _in_new_python(code, OPENBLAS_NUM_THREADS="3") == "3"


@pytest.mark.parametrize(("said", "allowed"), [("", 2), ("1", 1), ("8", 2), ("0", 2), ("x", 2)])
def test_children_of_a_run_decode_with_one_thread(monkeypatch, said, allowed):
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert threads_allowed() == allowed


@pytest.mark.parametrize("shape", [(1,), (2,), (7,), (8,), (3, 8, 5), (4, 7, 2)])
def test_the_median_is_numpys(shape):
    values = np.random.default_rng(5).integers(-300, 300, shape).astype(np.int16)
    assert median(values) == np.median(values)
    for axis in range(len(shape)):
        assert (median(values / 7, axis) == np.median(values / 7, axis=axis)).all()


def test_the_median_loads_no_masked_arrays():
    code = (
        "import sys\n"
        "from preflight.scanner.arrays import median, numpy\n"
        "values = numpy().arange(9.0).reshape(3, 3)\n"
        "before = 'numpy.ma' in sys.modules  # numpy 1 loads it itself\n"
        "median(values, 1)\n"
        "print(('numpy.ma' in sys.modules) is not before)\n"
    )
    assert _in_new_python(code) == "False"
