"""What all tests share: where the photos lie, and that nothing is skipped where they do."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from preflight.scanner.arrays import numpy

numpy()
"""Before any test loads it, and so with one thread, as in a run: two threads that wait for each
other on a busy machine take ten times the processor time."""

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"

settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60
)
settings.register_profile("ci", parent=settings.get_profile("default"), derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_configure() -> None:
    """A shell that starts the tests in the background lets them ignore Ctrl-C, and with them every
    process whose answer to it is tested."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_teardown() -> None:
    """Commands on folders tell Python to search nothing that is loaded for garbage. They end then;
    here tests come after them, and on Python 3.14 Hypothesis warns of what it no longer finds."""
    gc.unfreeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if SHARED.is_dir():
        return
    missing = pytest.mark.skip(reason="needs the photos of ../shared/, which are not here")
    for item in items:
        if item.get_closest_marker("corpus"):
            item.add_marker(missing)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and os.environ.get("PREFLIGHT_REQUIRE_SHARED"):
        marked = item.get_closest_marker("corpus") is not None
        if marked:
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid}: skipped, but the photos have to be here"
    return report


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of photos beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("needs the photos of ../shared/, which are not here")
    return SHARED
