"""Waiting for something to change, without asking again and again."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable
from typing import TypeVar

T = TypeVar("T")


class Watch:
    """Wakes those who wait for a topic: a chat's id, or a name such as "updates"."""

    def __init__(self) -> None:
        self._waiting: defaultdict[Hashable, set[asyncio.Future[None]]] = defaultdict(set)

    def changed(self, topic: Hashable) -> None:
        """Wake everyone who waits for `topic`."""
        for future in self._waiting.pop(topic, ()):
            if not future.done():
                future.set_result(None)

    def all_changed(self) -> None:
        """Wake everyone."""
        for topic in list(self._waiting):
            self.changed(topic)

    async def until(self, topic: Hashable, look: Callable[[], T | None]) -> T:
        """Return what `look` finds, as soon as it finds something. It looks again after each change of `topic`."""
        return await self.until_any([topic], look)

    async def until_any(self, topics: Collection[Hashable], look: Callable[[], T | None]) -> T:
        """Return what `look` finds, as soon as it finds something. It looks again after each change of a topic."""
        while (found := look()) is None:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            for topic in topics:
                self._waiting[topic].add(future)
            try:
                await future
            finally:
                for topic in topics:
                    self._forget(topic, future)
        return found

    def _forget(self, topic: Hashable, future: asyncio.Future[None]) -> None:
        if topic in self._waiting:
            self._waiting[topic].discard(future)
            if not self._waiting[topic]:
                del self._waiting[topic]
