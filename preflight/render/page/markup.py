"""Markup: HTML elements from text. What is not `Markup` already is escaped, always."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from html import escape
from urllib.parse import urlsplit

from preflight.printable import printable

_HTML_VOID = frozenset({"input"})
"""Elements that have no end tag in HTML."""

_SVG_EMPTY = frozenset({"image", "rect", "path", "use"})
"""Elements of SVG without content."""


class Markup(str):
    """Text that is HTML already: made by this module only."""

    __slots__ = ()


Child = str | None | Iterable["str | None"]


def element(tag: str, /, *children: Child, **attributes: str | float | bool | None) -> Markup:
    """One element.

    Args:
        tag: Name of the element.
        *children: Text is escaped; `Markup` and iterables are taken as they are; None is nothing.
        **attributes: `class_` is written as class, `aria_label` as aria-label; True is an
            attribute without a value, False and None are none.

    >>> print(element("p", "a < b", element("b", "!"), class_="x", hidden=True))
    <p class="x" hidden>a &lt; b<b>!</b></p>
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if tag in _HTML_VOID:
        return Markup(f"<{tag}{written}>")
    if tag in _SVG_EMPTY:
        return Markup(f"<{tag}{written}/>")
    return Markup(f"<{tag}{written}>{''.join(_text(child) for child in children)}</{tag}>")


def joined(parts: Iterable[str | None], separator: str = "") -> Markup:
    """Several pieces as one."""
    return Markup(separator.join(_text(part) for part in parts))


def stranger(name: str) -> Markup:
    """A name that somebody else gave: escaped, and its direction of writing kept to itself."""
    return element("bdi", name)


def web_link(address: str, shown: str | None = None) -> Markup:
    """A link to a page on the web; other schemes stay text.

    >>> print(web_link("javascript:alert(1)"))
    javascript:alert(1)
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return Markup(_text(shown or address))
    if parts.scheme not in ("http", "https") or not parts.netloc or printable(address) != address:
        return Markup(_text(shown or address))
    return element("a", shown or address, href=address, rel="noreferrer noopener nofollow")


def data_uri(jpeg: bytes) -> str:
    """A picture as an address that holds it."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"


def _text(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Markup):
        return child
    if isinstance(child, str):
        return escape(printable(child), quote=True)
    return "".join(_text(part) for part in child)


def _attribute(key: str, value: str | float | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.removesuffix("_").replace("_", "-")
    if value is True:
        return f" {name}"
    written = f"{value:g}" if isinstance(value, float) else str(value)
    return f' {name}="{escape(printable(written), quote=True)}"'
