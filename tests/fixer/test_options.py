"""FixOptions: what nobody knows is refused, not taken for something else."""

import pytest

from preflight.errors import UsageError
from preflight.fixer.options import FixOptions, checked


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (FixOptions(to="gif"), "'gif' is not a format"),
        (FixOptions(crop="nose"), "'nose' is not a way to crop"),
        (FixOptions(crop=None), "None is not a way to crop"),
    ],
)
def test_unknown(options, message):
    with pytest.raises(UsageError, match=message):
        checked(options)


def test_known():
    wishes = [FixOptions(to=to) for to in ("jpeg", "png", "auto")]
    wishes += [FixOptions(crop=crop) for crop in ("auto", "face", "center", "top", "whole")]
    wishes.append(FixOptions(crop=(0, 0, 9, 9)))
    assert [checked(options) for options in wishes] == wishes
