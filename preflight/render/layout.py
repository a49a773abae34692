"""Layout: wrapped, labelled and coloured lines for a terminal. Knows nothing of photos."""

from __future__ import annotations

from preflight.frozen import frozen
from preflight.printable import printable

MAX_WIDTH = 76
"""Longer lines are hard to read, however wide the terminal is."""

MIN_WIDTH = 40

LABEL_WIDTH = 9
"""Columns for "Problem" and the like, with the space after it."""

_CODES = {"bold": "1", "red": "1;31", "yellow": "33", "green": "32", "blue": "36", "dim": "2"}


@frozen
class Layout:
    """How wide a line may be, and whether colours may be used."""

    width: int = MAX_WIDTH
    colour: bool = False

    @property
    def columns(self) -> int:
        """Columns that are really used."""
        return max(MIN_WIDTH, min(self.width, MAX_WIDTH))

    def styled(self, text: str, style: str) -> str:
        """The text in a colour: `bold`, `red`, `yellow`, `green`, `blue`, `dim`."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.colour and text else text

    def headline(self, name: str, sentence: str, style: str = "bold") -> str:
        """`name: sentence`; a long one goes on the next lines."""
        name, sentence = printable(name), printable(sentence)
        if len(name) + 2 + len(sentence) <= self.columns:
            return f"{self.styled(name, 'bold')}: {self.styled(sentence, style)}"
        wrapped = _wrapped(sentence, self.columns - 2)
        lines = [self.styled(line, style) for line in wrapped]
        return "\n".join([f"{self.styled(name, 'bold')}:", *(f"  {line}" for line in lines)])

    def line(self, name: str, text: str, style: str) -> str:
        """`name: text` on one line, however long: one photo of many."""
        return f"{printable(name)}: {self.styled(printable(text), style)}"

    def labelled(self, label: str, text: str, style: str) -> str:
        """A paragraph with a label before it."""
        lines = _wrapped(printable(text), self.columns - 2 - LABEL_WIDTH)
        gap = " " * (2 + LABEL_WIDTH)
        first = f"  {self.styled(label, style)}{' ' * (LABEL_WIDTH - len(label))}"
        return "\n".join([f"{first}{lines[0] if lines else ''}", *(f"{gap}{x}" for x in lines[1:])])

    def paragraph(self, text: str, indent: int = 0) -> str:
        """Wrapped text."""
        lines = _wrapped(printable(text), self.columns - indent)
        return "\n".join(" " * indent + line for line in lines)

    def command(self, command: str) -> str:
        """A command to copy: on a line of its own and never wrapped."""
        return f"  {self.styled(command, 'bold')}"


def _wrapped(text: str, columns: int) -> list[str]:
    """Lines of whole words; a word that is longer than a line is left whole.

    As `textwrap.wrap` does it, which takes a hundredth of the time of one photo to be loaded.
    """
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= columns:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
