"""The updates that wait for the bot."""

from collections import OrderedDict, deque
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Any

from bot.local_telegram import limits

# "getUpdates", allowed_updates: these come only to a bot that asks for them by name.
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})

Row = tuple[str, int]
"""Updates that must come in order: what they are about, and the id of a chat or a person."""


@dataclass(frozen=True)
class Update:
    """Something that the bot is to be told.

    Attributes:
        id: Counts up over all rows.
        kind: The Bot API's field that holds `content`: "message", "callback_query" …
        content: As the Bot API sends it.
        row: Those it must come in order with.
    """

    id: int
    kind: str
    content: dict[str, Any]
    row: Row

    def wire(self) -> dict[str, Any]:
        """Return the update as the Bot API sends it."""
        return {"update_id": self.id, self.kind: self.content}


class Updates:
    """All that waits, in order and in rows. An update stays until an offset above its id confirms it, or it is done.

    Attributes:
        allowed: The kinds the bot wants; empty means all but those of `ON_REQUEST`. It works on what comes from now on.
    """

    def __init__(self, first_id: int = 1) -> None:
        self.allowed: frozenset[str] = frozenset()
        self._waiting: OrderedDict[int, Update] = OrderedDict()
        # What is forgotten is always the first of its row: rows are gone through in order, and so are all together.
        self._rows: dict[Row, deque[Update]] = {}
        self._held: set[int] = set()
        self._next_id = first_id

    def add(self, kind: str, content: dict[str, Any], of: int) -> bool:
        """Let an update of this kind wait for the bot. Return whether the bot wants it.

        Args:
            kind: The Bot API's field for it.
            content: As the Bot API sends it.
            of: The chat or person whose updates of this kind must come in order.
        """
        if kind not in self.allowed if self.allowed else kind in ON_REQUEST:
            return False
        # tdlib/telegram-bot-api, Client.cpp, add_update: messages and their edits stand in one row, other kinds in
        # their own.
        row = ("message" if kind == "edited_message" else kind, of)
        update = Update(self._next_id, kind, content, row)
        self._next_id += 1
        self._waiting[update.id] = update
        self._rows.setdefault(row, deque()).append(update)
        if len(self._waiting) > limits.UPDATES_KEPT:
            self._forget_oldest()
        return True

    def confirm(self, offset: int) -> None:
        """Forget the updates below `offset`. A negative one keeps that many of the newest."""
        if offset < 0:
            offset = self._next_id + offset
        if offset > self._next_id + limits.OFFSET_AHEAD:
            return
        while self._waiting and next(iter(self._waiting)) < offset:
            self._forget_oldest()

    def done(self, update: Update) -> None:
        """Forget this update alone, the first of its row. Nothing happens where it was forgotten before."""
        if self._waiting.pop(update.id, None):
            self._forget_first(update.row)

    def first(self, count: int) -> list[dict[str, Any]]:
        """Return up to `count` of the updates that can be fetched, the oldest first.

        That is none from the first on that is held: an offset confirms all below it, so nothing behind may be known.
        """
        ready = takewhile(lambda update: update.id not in self._held, self._waiting.values())
        return [update.wire() for update in islice(ready, count)]

    @property
    def rows(self) -> Collection[Row]:
        """The rows in which something waits."""
        return self._rows.keys()

    def first_of(self, row: Row) -> Update | None:
        """Return the oldest update of a row; None where nothing waits."""
        return self._rows[row][0] if row in self._rows else None

    @contextmanager
    def held(self, update: Update) -> Iterator[None]:
        """Keep an update from being fetched for the length of the block: it is on its way to the bot."""
        self._held.add(update.id)
        try:
            yield
        finally:
            self._held.remove(update.id)

    def count_on_from(self, first_id: int) -> None:
        """Number what comes from here on, as Telegram does from any number after a week without updates."""
        self._next_id = first_id

    def drop(self) -> None:
        """Forget all that waits."""
        self._waiting.clear()
        self._rows.clear()

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, update: Update) -> bool:
        return update.id in self._waiting

    def allow(self, kinds: Sequence[str]) -> None:
        """Set the kinds the bot wants."""
        self.allowed = frozenset(kinds)

    def _forget_oldest(self) -> None:
        _, update = self._waiting.popitem(last=False)
        self._forget_first(update.row)

    def _forget_first(self, row: Row) -> None:
        self._rows[row].popleft()
        if not self._rows[row]:
            del self._rows[row]
