"""Record: dataclasses as the little that differs from their defaults, and back, with every check.

The journal lies in a folder that may come from anybody, so nothing is unpickled.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache, partial
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
Decoder = Callable[[Any], Any]

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
        decoded: T = _decoder(cast("Any", kind))(value)
    except (TypeError, KeyError, RecursionError) as error:
        raise ValueError(f"no {kind.__name__}: {error}") from error
    return decoded


@cache
def _decoder(kind: Any) -> Decoder:
    """Takes what JSON has; looks at the type once, because a journal may have 100,000 lines."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        others = [_decoder(other) for other in arguments if other is not type(None)]
        return partial(_one_of, others, type(None) in arguments)
    if origin is Literal:
        return lambda value: _checked(value in arguments, value)
    if origin is tuple:
        every = _decoder(arguments[0]) if arguments[-1] is Ellipsis else None
        return partial(_tuple, every, [] if every else [_decoder(entry) for entry in arguments])
    if origin is dict:
        content = _decoder(arguments[1])
        return lambda value: {key: content(entry) for key, entry in value.items()}
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return partial(_dataclass, kind, {name: _decoder(hint) for name, hint in hints.items()})
    if kind is float:
        return lambda value: float(_checked(type(value) in (int, float), value))
    return lambda value: _checked(type(value) is kind, value)


def _one_of(decoders: list[Decoder], may_be_none: bool, value: Any) -> Any:
    if value is None:
        return _checked(may_be_none, value)
    for decoder in decoders:
        try:
            return decoder(value)
        except (ValueError, TypeError, KeyError):
            continue
    raise ValueError(f"{value!r} is none of them")


def _tuple(every: Decoder | None, each: list[Decoder], value: Any) -> Any:
    _checked(isinstance(value, list), value)
    if every is not None:
        return tuple(map(every, value))
    _checked(len(value) == len(each), value)
    return tuple(decoder(entry) for decoder, entry in zip(each, value))


def _dataclass(kind: Any, decoders: dict[str, Decoder], value: Any) -> Any:
    _checked(isinstance(value, dict), value)
    return kind(**{name: decoders[name](entry) for name, entry in value.items()})


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
