"""preflight as a process whose children run photos that misbehave by name, see `faulty_child`."""

import os
import sys

from preflight.batch import watch
from preflight.cli.main import run
from preflight.isolation.worker import Worker

Worker.child_module = "tests.isolation.faulty_child"


if __name__ == "__main__":
    if "PREFLIGHT_TEST_SETTLED_S" in os.environ:
        watch.SETTLED_S = float(os.environ["PREFLIGHT_TEST_SETTLED_S"])
    sys.argv[0] = "preflight"
    run()
