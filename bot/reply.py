"""What goes in and what comes out of the assistant, neutral of any channel."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Literal, Self

from bot.alerts import Finding
from knowledge.schema import Level

Kind = Literal["alert", "check", "answer", "choices", "fallback"]


class Verb(StrEnum):
    """What a button does. The values travel in Telegram's callback data: never change one that is in use."""

    ENTRY = "e"
    """Open the entry named."""
    SOURCES = "s"
    """Show the sources of the entry named, or all of them."""
    TOPICS = "t"
    """List the themes."""
    THEME = "h"
    """List the entries of the theme named."""
    NONE_OF_THESE = "x"
    """None of the choices fits."""
    YES = "y"
    """Yes to the check question about the flag named."""
    NO = "n"
    """No to it; after the flag stands the entry to answer with (`flag+intent`)."""
    NOT_MEANT = "w"
    """The alert that was shown is not what the person meant."""
    USEFUL = "u"
    """A vote: the answer, with the entries named, helped. A face that keeps votes takes it."""
    NOT_USEFUL = "d"
    """A vote: it didn't."""
    COUNTRY = "c"
    """Name the emergency numbers of the country named, from now on; list the countries where none is."""


@dataclass(frozen=True)
class Action:
    """What a tap on a button asks for.

    Attributes:
        verb: What to do.
        value: With what: an intent, a theme, a flag; two joined by "+".
        page: Which part of a long reply, from 0.
    """

    verb: Verb
    value: str = ""
    page: int = 0

    def pack(self) -> str:
        """Return the action as callback data, for instance `e:ice_or_heat`, or `e1:ice_or_heat` for its second part."""
        return f"{self.verb}{self.page or ''}:{self.value}"

    @classmethod
    def unpack(cls, data: str) -> Self:
        """Read callback data.

        Raises:
            ValueError: The data is not an action's.
        """
        head, colon, value = data.partition(":")
        if not head or not colon or not (head[1:] or "0").isdecimal():
            raise ValueError(f"not an action: {data!r}")
        return cls(Verb(head[0]), value, int(head[1:] or 0))

    @property
    def values(self) -> list[str]:
        """The parts of the value."""
        return [part for part in self.value.split("+") if part]


@dataclass(frozen=True)
class Button:
    """A button under a reply."""

    label: str
    action: Action


class Style(StrEnum):
    """What a block of text is; each face shows it in its own way."""

    ALARM = "alarm"
    """The first words of an alert."""
    HEADING = "heading"
    TEXT = "text"
    NOTE = "note"
    """Newer guidance on what stands above it."""
    SOURCE = "source"
    """The name of a source, with its address."""
    SMALL = "small"
    """Where an answer comes from; the disclaimer."""


@dataclass(frozen=True)
class Block:
    """A paragraph of a reply."""

    style: Style
    text: str
    url: str = ""

    @property
    def plain(self) -> str:
        """The block as a terminal shows it."""
        return f"{self.text}: {self.url}" if self.url else self.text


@dataclass(frozen=True)
class Raised:
    """A warning sign that a message raised."""

    flag: str
    level: Level


@dataclass(frozen=True)
class Reply:
    """An answer to one message or one tap.

    Attributes:
        kind: What sort of reply it is; design in the README's table.
        blocks: The text, in order.
        buttons: Rows of buttons under it.
        intents: The entries that the text answers with.
        choices: The entries that it offers instead.
        flags: The warning signs that the message raised.
        asks: The flags that a check asks about.
        confidence: The probability, from 0 to 1, that the first intent or choice is what was meant.
        at_risk: A flag that the message raised whose bearer is given no medicine's entry; empty where there is none.
        about: The medical entry that it answers with: it can be shared, and short questions lean on it. Empty
            where there is none.
        others: The entries that came next in rank, for one whom the answer didn't help.
        joins: Whether it answers the messages of a moment ago together with this one, in place of the reply to them.
        country: The country whose numbers are named from now on, or another one ("-"); empty where none was chosen.
        again: The action that gives this reply once more, by which a face can show the rest of a long one.
        explanation: How the reply came about, for `ask --explain`.
    """

    kind: Kind
    blocks: tuple[Block, ...]
    buttons: tuple[tuple[Button, ...], ...] = ()
    intents: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    flags: tuple[Raised, ...] = ()
    asks: tuple[str, ...] = ()
    confidence: float = 1.0
    at_risk: str = ""
    about: str = ""
    others: tuple[str, ...] = ()
    joins: bool = False
    country: str = ""
    again: Action | None = None
    explanation: "Explanation | None" = None

    @property
    def text(self) -> str:
        """All that the person reads, as plain text."""
        return "\n\n".join(block.plain for block in self.blocks)

    def as_json(self, message: str) -> dict[str, Any]:
        """Return the object that `ask --json` prints."""
        return {
            "text": message,
            "kind": self.kind,
            "intents": list(self.intents),
            "choices": list(self.choices),
            "flags": [{"flag": raised.flag, "level": raised.level} for raised in self.flags],
            "asks": list(self.asks),
            "confidence": round(self.confidence, 4),
            "reply": self.text,
        }


@dataclass(frozen=True)
class Memory:
    """What a face remembers of a chat. Each part is empty where there is none.

    Attributes:
        last_intent: The entry that the last answer was about.
        alert: The flag of an alert of the last hour.
        at_risk: A flag of the last hour whose bearer is given no medicine's entry.
        check: What the check question that was just asked is about: the value of its buttons.
        pending: What was written a moment ago and had no answer: the question may come in pieces.
        before: The words of the message before: a warning sign may be spread over two.
        country: The code of the country whose emergency numbers are named.
    """

    last_intent: str = ""
    alert: str = ""
    at_risk: str = ""
    check: str = ""
    pending: str = ""
    before: str = ""
    country: str = ""


NOTHING = Memory()
"""Nothing is remembered of the chat."""


@dataclass(frozen=True)
class Message:
    """What a person wrote, and what is remembered of the chat."""

    text: str
    memory: Memory = NOTHING

    def alone(self) -> Self:
        """Return the message without what was written before it."""
        return replace(self, memory=replace(self.memory, pending="", before=""))


@dataclass(frozen=True)
class Explanation:
    """How a reply came about.

    Attributes:
        signs: The warning signs that were found.
        nearest: The nearest phrasings with their entries and similarity (0 to 1).
        ranking: The most probable entries with their probabilities.
        decision: What was decided, and why.
    """

    signs: tuple[Finding, ...] = ()
    nearest: tuple[tuple[float, str, str], ...] = ()
    ranking: tuple[tuple[str, float], ...] = ()
    decision: str = ""
