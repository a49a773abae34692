"""Limits: the environment, and what a higher or lower number of pixels means."""

import pytest

from preflight.limits import Limits


def test_more_pixels_raise_both_and_fewer_only_one():
    more = Limits().with_max_pixels(400_000_000)
    assert (more.max_pixels, more.max_scaled_pixels) == (400_000_000, 400_000_000)
    fewer = Limits(max_bytes=5).with_max_pixels(1000)
    assert (fewer.max_pixels, fewer.max_scaled_pixels) == (1000, Limits().max_scaled_pixels)
    assert fewer.max_bytes == 5


def test_environment(monkeypatch):
    monkeypatch.delenv("PREFLIGHT_MAX_PIXELS", raising=False)
    assert Limits.from_environment() == Limits()
    monkeypatch.setenv("PREFLIGHT_MAX_PIXELS", "1000")
    assert Limits.from_environment() == Limits().with_max_pixels(1000)


@pytest.mark.parametrize("text", ["many", "0", "-1", "1.5", "1e9"])
def test_environment_that_is_no_number(monkeypatch, text):
    monkeypatch.setenv("PREFLIGHT_MAX_PIXELS", text)
    with pytest.raises(ValueError, match="not a positive whole number"):
        Limits.from_environment()
