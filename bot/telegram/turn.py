"""One update on its way through the handlers: what is kept of its chat, and what is to be kept of it."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self

from telegram import Update
from telegram.ext import Application, CallbackContext, ExtBot

from bot.chat import BREATH, Chat, Kept
from bot.store import Answer, Count, Redacted, Store, Vote
from bot.telegram.sending import Pace

ACTIVE_CHATS = 10_000
"""Chats whose last words this process remembers, for the two minutes in which they may matter."""


@dataclass
class Turn:
    """What one update finds and leaves.

    Attributes:
        chat: What is remembered of the chat; its `kept` part is kept when the update has been handled.
        store: Where it is kept.
        pace: How fast messages may go to the chat.
        now: When the update was taken up, in seconds since 1970.
        answer: The message that answers this update.
        vote: The vote that it gives.
        counts: What it adds to the counts.
        missed: The question that had no answer, where the operator keeps them.
        then: Called when all this has been kept, or could not be.
        forgotten: Whether nothing of the chat is to be kept.
        failure: Why its answer could not be sent; then the update is not taken, and comes again.
    """

    chat: Chat
    store: Store
    pace: Pace
    now: float
    answer: Answer | None = None
    vote: Vote | None = None
    counts: list[Count] = field(default_factory=list)
    missed: Redacted | None = None
    then: Callable[[bool], Awaitable[None]] | None = None
    forgotten: bool = False
    failure: Exception | None = None


@dataclass
class Turns:
    """The updates that are being handled, by their ids; python-telegram-bot calls such a thing `bot_data`."""

    of: dict[int, Turn] = field(default_factory=dict)


class Context(CallbackContext[ExtBot[Pace], dict[Any, Any], dict[Any, Any], Turns]):
    """A handler's context.

    Attributes:
        turn: The update's.
    """

    turn: Turn

    @classmethod
    def from_update(cls, update: object, application: Any) -> Self:
        """Return the context of an update that is being handled."""
        context = super().from_update(update, application)
        if isinstance(update, Update):
            context.turn = application.bot_data.of[update.update_id]
        return context


App = Application[ExtBot[Pace], Context, dict[Any, Any], dict[Any, Any], Turns, Any]


class LastWords:
    """What was said last in each chat, for as long as it may matter. It never leaves the memory of this process."""

    def __init__(self, most: int = ACTIVE_CHATS) -> None:
        self._most = most
        self._chats: OrderedDict[int, tuple[float, Chat]] = OrderedDict()

    def __len__(self) -> int:
        """Return the number of chats that are remembered."""
        return len(self._chats)

    def chat(self, chat_id: int, kept: Kept, now: float) -> Chat:
        """Return a chat with the words of its last message, where this process has them. What is too old is forgotten.

        Args:
            chat_id: The chat.
            kept: What is kept of it. Where it tells of a later message of ours, another replica has answered in
                between, and the words are not those of the last message.
            now: The time, in seconds of the clock by which the chat remembers.
        """
        _, chat = self._chats.pop(chat_id, (now, None))
        if chat is None or chat.kept.latest != kept.latest:
            chat = Chat(joins=True)
        chat.kept = kept
        self._chats[chat_id] = now, chat
        while len(self._chats) > self._most or now - next(iter(self._chats.values()))[0] > BREATH:
            self._chats.popitem(last=False)
        return chat

    def forget(self, chat_id: int) -> None:
        """Forget a chat."""
        self._chats.pop(chat_id, None)
