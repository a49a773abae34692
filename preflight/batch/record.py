"""Record: dataclasses as the little that differs from their defaults, and back, with every check.

The journal lies in a folder that may come from anybody, so nothing is unpickled.
"""

from __future__ import annotations

import types
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

_AS_THEY_ARE = frozenset((str, int, float, bool, type(None)))


def encode(value: Any) -> Any:
    """A dataclass as what JSON has, without the fields that have their default."""
    kind = type(value)
    if kind in _AS_THEY_ARE:  # nearly all: this is half of what a run costs besides the photos
        return value
    if kind in (tuple, list):
        return [encode(entry) for entry in value]
    if kind is dict:
        return {key: encode(entry) for key, entry in value.items()}
    if is_dataclass(kind):
        contents = ((name, getattr(value, name), default) for name, default in _defaults(kind))
        return {name: encode(entry) for name, entry, default in contents if entry != default}
    return value.value if isinstance(value, Enum) else value


def decode(kind: type[T], value: Any) -> T:
    """What `encode` was given.

    Raises:
        ValueError: It is not that, whatever it is.
    """
    try:
        decoded: T = _decode(kind, value)
    except (TypeError, KeyError, RecursionError) as error:
        raise ValueError(f"no {kind.__name__}: {error}") from error
    return decoded


def _decode(kind: Any, value: Any) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _decode_one_of(arguments, value)
    if origin is Literal:
        return _checked(value in arguments, value)
    if origin is tuple:
        _checked(isinstance(value, list), value)
        if arguments[-1] is Ellipsis:
            return tuple(_decode(arguments[0], entry) for entry in value)
        _checked(len(value) == len(arguments), value)
        return tuple(map(_decode, arguments, value))
    if origin is dict:
        return {key: _decode(arguments[1], entry) for key, entry in value.items()}
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        _checked(isinstance(value, dict), value)
        return kind(**{name: _decode(hints[name], entry) for name, entry in value.items()})
    if kind is float:
        return float(_checked(type(value) in (int, float), value))
    return _checked(type(value) is kind, value)


def _decode_one_of(kinds: tuple[Any, ...], value: Any) -> Any:
    if value is None:
        return _checked(type(None) in kinds, value)
    for kind in kinds:
        if kind is not type(None):
            try:
                return _decode(kind, value)
            except (ValueError, TypeError, KeyError):
                continue
    raise ValueError(f"{value!r} is none of {kinds}")


def _checked(holds: bool, value: Any) -> Any:
    if not holds:
        raise ValueError(f"{value!r} is not what was written")
    return value


@cache
def _defaults(kind: Any) -> tuple[tuple[str, Any], ...]:
    """Name of each field to its default, to `MISSING` where it has none."""
    return tuple((field.name, _default(field)) for field in fields(kind))


def _default(field: Field[Any]) -> Any:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
