"""preflight as a process whose children run photos that misbehave by name, see `faulty_child`."""

import os
import sys
import threading
import time

from preflight.cli.main import run
from preflight.isolation.worker import Worker

Worker.child_module = "tests.isolation.faulty_child"


def _kill_at_random_moment() -> None:
    time.sleep(float(os.environ["PREFLIGHT_TEST_KILL_S"]))
    os.kill(os.getpid(), 9)


if __name__ == "__main__":
    if "PREFLIGHT_TEST_KILL_S" in os.environ:
        threading.Thread(target=_kill_at_random_moment, daemon=True).start()
    sys.argv[0] = "preflight"
    run()
