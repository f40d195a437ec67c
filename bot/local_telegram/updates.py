"""The updates that wait for the bot."""

from collections import deque
from collections.abc import Sequence
from typing import Any

from bot.local_telegram import limits

# "getUpdates", allowed_updates: these come only to a bot that asks for them by name.
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


class Updates:
    """A queue with ids. An update stays until an offset above its id confirms it.

    Attributes:
        allowed: The kinds the bot wants; empty means all but those of `ON_REQUEST`. It works on what comes from now on.
    """

    def __init__(self, first_id: int = 1) -> None:
        self.allowed: frozenset[str] = frozenset()
        self._waiting: deque[dict[str, Any]] = deque(maxlen=limits.UPDATES_KEPT)
        self._next_id = first_id

    def add(self, kind: str, content: dict[str, Any]) -> bool:
        """Let an update of this kind wait for the bot. Return whether the bot wants it."""
        if kind not in self.allowed if self.allowed else kind in ON_REQUEST:
            return False
        self._waiting.append({"update_id": self._next_id, kind: content})
        self._next_id += 1
        return True

    def confirm(self, offset: int) -> None:
        """Forget the updates below `offset`. A negative one keeps that many of the newest."""
        if offset < 0:
            offset = self._next_id + offset
        while self._waiting and self._waiting[0]["update_id"] < offset:
            self._waiting.popleft()

    def first(self, count: int) -> list[dict[str, Any]]:
        """Return up to `count` of the updates that wait, the oldest first."""
        return [self._waiting[i] for i in range(min(count, len(self._waiting)))]

    def drop(self) -> None:
        """Forget all that waits."""
        self._waiting.clear()

    def __len__(self) -> int:
        return len(self._waiting)

    def allow(self, kinds: Sequence[str]) -> None:
        """Set the kinds the bot wants."""
        self.allowed = frozenset(kinds)
