"""Frozen: classes for facts and findings that cost little to load.

There are a hundred of them. `dataclass(frozen=True, slots=True)` writes and compiles six methods
for each (0.7 ms a class), a tenth of the time of one `preflight fix`. Here all share the same ones
(0.06 ms).
"""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from inspect import Signature

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """Makes a dataclass with slots whose attributes are set once, compared and hashed by value.

    `dataclasses.replace`, `fields` and pickle work as with any other dataclass. All that is
    annotated is an attribute of instances: no `ClassVar`, `InitVar` or `KW_ONLY`.
    """
    notes = cls.__annotations__
    # of a note that is text dataclass finds out with regular expressions that it is no ClassVar
    cls.__annotations__ = dict.fromkeys(notes, object)
    made = dataclass(slots=True, init=False, eq=False, repr=False)(cls)
    made.__annotations__ = notes
    made.__init__ = _fill  # type: ignore[method-assign]
    made.__signature__ = _Signature()  # type: ignore[attr-defined]
    made.__setattr__ = _refuse  # type: ignore[method-assign]
    made.__delattr__ = _delete  # type: ignore[method-assign]
    made.__eq__ = _equal  # type: ignore[method-assign]
    made.__hash__ = _hash  # type: ignore[method-assign]
    made.__getstate__ = _contents  # type: ignore[assignment, method-assign]
    made.__setstate__ = _restore  # type: ignore[attr-defined]
    own = fields(made)  # type: ignore[arg-type]
    for each in own:
        each.type = notes[each.name]
    made._compared_fields = [each.name for each in own if each.compare]  # type: ignore[attr-defined]
    made._defaults = [  # type: ignore[attr-defined]
        (each.name, each.default, each.default_factory) for each in own
    ]
    if "__repr__" not in cls.__dict__:
        made.__repr__ = _repr  # type: ignore[method-assign]
    return made


def _fill(self: Any, *values: Any, **named: Any) -> None:
    """The `__init__` of all of them."""
    put, wanted = object.__setattr__, self._defaults
    if len(values) > len(wanted):
        raise TypeError(f"{type(self).__name__} has only {len(wanted)} fields")
    for (name, _, _), given in zip(wanted, values):
        put(self, name, given)
    for name, default, factory in wanted[len(values) :]:
        if name in named:
            put(self, name, named.pop(name))
        elif default is not MISSING:
            put(self, name, default)
        elif factory is not MISSING:
            put(self, name, factory())
        else:
            raise TypeError(f"{type(self).__name__} needs {name!r}")
    if named:
        raise TypeError(f"{type(self).__name__} has no {next(iter(named))!r}, or twice")


class _Signature:
    """What `help()` shows of the shared `__init__`: made when it is asked for."""

    def __get__(self, instance: object, owner: type) -> Signature:
        from inspect import Parameter, Signature

        kind = Parameter.POSITIONAL_OR_KEYWORD
        parameters = []
        for each in fields(owner):
            default = Parameter.empty if each.default is MISSING else each.default
            if each.default_factory is not MISSING:
                default = each.default_factory()
            parameters.append(Parameter(each.name, kind, default=default, annotation=each.type))
        return Signature(parameters)


def _contents(instance: Any) -> tuple[Any, ...]:
    return tuple([getattr(instance, name) for name in instance.__dataclass_fields__])


def _compared(instance: Any) -> tuple[Any, ...]:
    return tuple([getattr(instance, name) for name in instance._compared_fields])


def _refuse(self: Any, name: str, content: Any) -> None:
    """`__init__` and pickle go past it."""
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _restore(self: Any, contents: Any) -> None:
    """For pickle, of which a batch does much: without a look at each attribute."""
    put = object.__setattr__
    for name, content in zip(self.__dataclass_fields__, contents):
        put(self, name, content)


def _delete(self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _equal(self: Any, other: object) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return _compared(self) == _compared(other)


def _hash(self: Any) -> int:
    return hash(_compared(self))


def _repr(self: Any) -> str:
    shown = (f"{name}={getattr(self, name)!r}" for name in self.__dataclass_fields__)
    return f"{type(self).__qualname__}({', '.join(shown)})"
