"""Guide: causes in the order to try them, each with its steps, its likelihood and its source."""

from __future__ import annotations

from preflight.frozen import frozen

LIKELY = ("most often", "often", "sometimes", "seldom")


@frozen
class Way:
    """What to do on one kind of device, step by step."""

    device: str
    steps: tuple[str, ...]

    @property
    def title(self) -> str:
        """The device with a capital letter, but an iPhone is one."""
        is_name = self.device.startswith("i")
        return self.device if is_name else f"{self.device[0].upper()}{self.device[1:]}"


@frozen
class Cause:
    """One reason why it fails.

    Attributes:
        name: Stable name within the guide.
        title: One line.
        likely: One of `LIKELY`.
        recognise: How a person sees that it is this one.
        mistake: What goes wrong here, or has to be thought of.
        ways: What to do, for each kind of device.
        rules: preflight's rules that find this cause in a file.
        messages: Texts that the person may have seen, besides the guide's own.
        photo: What of it holds for a profile photo, where the guide is about something else.
        source: Address; the guide's own where it is not given.
    """

    name: str
    title: str
    likely: str
    recognise: str
    mistake: str
    ways: tuple[Way, ...]
    rules: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    photo: str = ""
    source: str = ""


@frozen
class OtherMessage:
    """A message that looks alike and means something else."""

    messages: tuple[str, ...]
    cause: str
    fix: str
    affects: str


@frozen
class Guide:
    """One situation.

    Attributes:
        name: As `preflight guide NAME` takes it.
        platform: Name of the platform, empty if it holds everywhere.
        title: One line.
        messages: Texts that a person sees in this situation.
        about: How it works and why it can fail.
        advice: In which way to go through the causes.
        causes: In the order to try them.
        others: Messages not to be confused with this one.
        questions: Pairs of question and answer.
        tips: Closing tips.
        source, checked_on, trust: Where it comes from.
    """

    name: str
    platform: str
    title: str
    messages: tuple[str, ...]
    about: str
    advice: str
    causes: tuple[Cause, ...]
    source: str
    checked_on: str
    trust: str
    others: tuple[OtherMessage, ...] = ()
    questions: tuple[tuple[str, str], ...] = ()
    tips: tuple[str, ...] = ()
