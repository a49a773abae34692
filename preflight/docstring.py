"""Docstring: the manual page of a rule or command, also where Python was told to drop docstrings.

`python -OO` and `PYTHONOPTIMIZE=2`, which some containers set, leave functions without them. What
preflight says of its rules and commands stands there and nowhere else, so it is read from the file.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import cleandoc
from typing import Any


def docstring(function: Callable[..., Any]) -> str:
    """Dedented; empty if there is none, or neither it nor the source was installed."""
    return cleandoc(function.__doc__ or _in_source(function))


def _in_source(function: Callable[..., Any]) -> str:
    import ast
    from inspect import getsource
    from textwrap import dedent

    try:
        source = dedent(getsource(function))
    except OSError:  # only compiled files are there
        return ""
    # not `ast.parse`: from Python 3.14 that drops them as well
    parsed = next(
        ast.iter_child_nodes(compile(source, "source", "exec", ast.PyCF_ONLY_AST, optimize=0))
    )
    return (ast.get_docstring(parsed) if isinstance(parsed, ast.FunctionDef) else None) or ""
