"""Commits what many chats have to be kept at once, and holds it while the database doesn't take it."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from bot.pauses import Pause, growing
from bot.store.health import Health, Troubles
from bot.store.records import Done
from bot.store.statements import Record
from bot.store.trouble import TROUBLE, UNFIT, Trouble, trouble
from bot.store.whole import to_the_end

log = logging.getLogger(__name__)

BACKLOG = 10_000
"""Handled updates that are held at most; some 10 MB."""

BATCH = 500
"""Records that are committed together at most."""

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
"""Seconds between two attempts, at first and at last."""


@dataclass
class _Waiting(Record):
    """A record that is not committed yet, and whoever waits for that."""

    committed: asyncio.Future[bool] = field(kw_only=True)
    told: bool = False

    @property
    def due(self) -> Record:
        """What is to be written: a vote whose voter was told that it is not kept must not be counted later."""
        return Record(replace(self.done, vote=None), self.at) if self.told else self


class Writer:
    """A task that takes all records that wait, and writes them in one transaction.

    Args:
        write: Writes records in one transaction of their own.
        health: Of writes.
        troubles: Where errors are counted.
        pause: Waits for some seconds.

    Attributes:
        lost: Records that were dropped, because too many waited or the database refused them.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Record]], Awaitable[None]],
        health: Health,
        troubles: Troubles,
        pause: Pause,
    ) -> None:
        self.lost = 0
        self._write, self._health, self._troubles, self._pause = write, health, troubles, pause
        self._waiting: dict[int, _Waiting] = {}
        self._of_chat: defaultdict[int, dict[int, _Waiting]] = defaultdict(dict)
        self._some = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    def __len__(self) -> int:
        """Return the number of updates that wait."""
        return len(self._waiting)

    def holds(self, update_id: int) -> bool:
        """Return whether an update waits."""
        return update_id in self._waiting

    def of(self, chat_id: int) -> list[Record]:
        """Return what waits of a chat, oldest first."""
        return [waiting.due for waiting in self._of_chat.get(chat_id, {}).values()]

    async def keep(self, done: Done, at: float) -> bool:
        """Return whether a handled update was committed; where it isn't in time, it waits on without its vote."""
        waiting = self._waiting.get(done.update_id)
        if waiting is None:
            waiting = _Waiting(done, at, committed=asyncio.get_running_loop().create_future())
            self._add(waiting)
        await asyncio.wait({waiting.committed}, timeout=self._health.hope)
        if not waiting.committed.done():
            waiting.told = True
        return waiting.committed.done() and waiting.committed.result()

    @asynccontextmanager
    async def still(self) -> AsyncIterator[None]:
        """Write nothing for the length of the block."""
        async with self._one_at_a_time:
            yield

    def forget(self, chat_id: int) -> None:
        """Hold no more of a chat than that its updates were handled."""
        for waiting in self._of_chat.get(chat_id, {}).values():
            done = waiting.done
            waiting.done = Done(done.update_id, chat_id, counts=done.counts)

    async def run(self) -> None:
        """Write what comes, until cancelled."""
        while True:
            await self._some.wait()
            pauses = growing(FIRST_PAUSE, LONGEST_PAUSE)
            while not await to_the_end(self.flush()):
                await self._pause(next(pauses))

    async def flush(self) -> bool:
        """Write what waits, up to a batch of it; return whether the database has taken it."""
        async with self._one_at_a_time:
            batch = [self._waiting[update_id] for update_id, _ in zip(self._waiting, range(BATCH), strict=False)]
            kind = await self._try(batch)
            if kind is Trouble.REFUSED:
                for waiting in batch:
                    kind = await self._try([waiting])
                    if kind is Trouble.REFUSED:
                        log.error("a record was dropped: %s", self._troubles.last)
                        self._drop(waiting)
                    elif kind:
                        break
        return kind is None or kind is Trouble.REFUSED

    async def _try(self, batch: list[_Waiting]) -> Trouble | None:
        try:
            await self._write([waiting.due for waiting in batch])
        except (*TROUBLE, *UNFIT) as error:
            kind = trouble(error)
            if kind is Trouble.REFUSED:
                self._troubles.note(error)
            else:
                self._health.failed(error)
            return kind
        self._health.worked()
        for waiting in batch:
            self._remove(waiting, committed=True)
        return None

    def _add(self, waiting: _Waiting) -> None:
        if len(self._waiting) >= BACKLOG:
            self._drop(next(iter(self._waiting.values())))
        self._waiting[waiting.done.update_id] = waiting
        self._of_chat[waiting.done.chat_id][waiting.done.update_id] = waiting
        self._some.set()

    def _drop(self, waiting: _Waiting) -> None:
        self.lost += 1
        self._remove(waiting, committed=False)

    def _remove(self, waiting: _Waiting, committed: bool) -> None:
        done = waiting.done
        if self._waiting.pop(done.update_id, None) is None:
            return  # there was no more room for it while it was written
        of_chat = self._of_chat[done.chat_id]
        del of_chat[done.update_id]
        if not of_chat:
            del self._of_chat[done.chat_id]
        if not self._waiting:
            self._some.clear()
        if not waiting.committed.done():
            waiting.committed.set_result(committed)
