"""What the page shows beside a chat, besides the calls: how a bot came to an answer, as that bot tells it.

Telegram has nothing like it. A bot that wants its page to tell hands these over by `LocalTelegram.shows_inside` and
`LocalTelegram.announces`; the words are the bot's own.
"""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """A line of a section.

    Attributes:
        text: What stands there.
        detail: What stands below it, smaller.
        share: A figure from 0 to 1, which is shown with a bar; None for none.
    """

    text: str
    detail: str = ""
    share: float | None = None


@dataclass(frozen=True)
class Section:
    """Rows under a heading."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Inside:
    """How a bot came to its answer to a message.

    Attributes:
        message_id: The message.
        milliseconds: How long the bot thought.
        sections: All that it tells.
    """

    message_id: int
    milliseconds: float
    sections: tuple[Section, ...]

    def wire(self) -> dict[str, Any]:
        """Return it as the page takes it."""
        return asdict(self)


@dataclass(frozen=True)
class Bulletin:
    """News of the bot itself, for every tab.

    Attributes:
        text: The news.
        kind: "good", "bad", or "busy" while something is under way.
    """

    text: str
    kind: str = "good"

    def wire(self) -> dict[str, Any]:
        """Return it as the page takes it."""
        return asdict(self)
