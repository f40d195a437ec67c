"""Fetches updates. What was fetched and is not handled yet is never confirmed, so that a crash loses nothing."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

from telegram import Bot, Update
from telegram.error import Conflict, NetworkError, TelegramError

from bot.pauses import Pause, growing
from bot.telegram.intake import Intake
from bot.telegram.sending import asked_wait

log = logging.getLogger(__name__)

MOST_AT_ONCE = 100
"""Updates that Telegram gives at once ("getUpdates", limit)."""

LONG_POLL = 30
"""Seconds for which Telegram waits for something new."""

GLANCE = 0.2
"""Seconds between two looks for something new while updates are on their way."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds between two attempts after trouble, at first and at last."""


class Polling:
    """Fetches updates and hands them on.

    Args:
        bot: Asks for them.
        intake: Handles them.
        kinds: The kinds to ask for.
        pause: Waits for so many seconds between two attempts after trouble; a test's own needn't.
    """

    def __init__(self, bot: Bot, intake: Intake, kinds: Sequence[str], pause: Pause = asyncio.sleep) -> None:
        self._bot = bot
        self._intake = intake
        self._kinds = kinds
        self._pause = pause
        self._next = 0
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._handled: set[int] = set()  # and not confirmed, since one before them is under way

    async def run(self) -> None:
        """Fetch and hand on, until cancelled."""
        pauses = growing(FIRST_PAUSE, LONGEST_PAUSE)
        while True:
            try:
                updates = await self._fetch()
            except Exception as error:  # also what can't be read: who no longer asks is silent for good
                seconds = asked_wait(error) or next(pauses)
                said = error if isinstance(error, TelegramError) else type(error).__name__
                log.log(_level(error), "updates could not be fetched (%s); once more in %.0f s", said, seconds)
                await self._pause(seconds)
                continue
            pauses = growing(FIRST_PAUSE, LONGEST_PAUSE)
            self._handled &= {update.update_id for update in updates}
            for update in updates:
                # Its number says nothing: after a quiet week Telegram counts on from any, also from a lower one.
                if update.update_id not in self._under_way and update.update_id not in self._handled:
                    self._begin(update)
            await self._some_done()

    async def confirm(self) -> None:
        """Tell Telegram what has been handled, before the end: what it isn't told it sends again, to be dropped.

        The intake has finished by then; what it gave up is not confirmed.
        """
        if self._under_way:
            await asyncio.wait(self._under_way.values())
        with suppress(TelegramError):
            await self._fetch_from(min(self._under_way, default=self._next), seconds=0)

    async def _fetch(self) -> Sequence[Update]:
        # Telegram doesn't wait where something isn't confirmed, so it isn't asked to.
        return await self._fetch_from(min(self._under_way, default=self._next), 0 if self._under_way else LONG_POLL)

    async def _fetch_from(self, offset: int, seconds: int) -> Sequence[Update]:
        # All that are under way are among the first from the offset, so no more than the limit are.
        limit = min(MOST_AT_ONCE, self._intake.most)
        return await self._bot.get_updates(offset, limit, seconds, allowed_updates=self._kinds)

    def _begin(self, update: Update) -> None:
        task = asyncio.create_task(self._intake.take(update, comes_again=False))
        self._under_way[update.update_id] = task
        self._next = update.update_id + 1
        task.add_done_callback(lambda ended: self._ended(update.update_id, ended))

    def _ended(self, number: int, task: "asyncio.Task[None]") -> None:
        if task.cancelled():
            return  # it is not handled, and must not be confirmed
        del self._under_way[number]
        self._handled.add(number)
        if task.exception():
            log.error("an update was dropped: it could not be handled", exc_info=task.exception())

    async def _some_done(self) -> None:
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=GLANCE, return_when=asyncio.FIRST_COMPLETED)


def _level(error: Exception) -> int:
    return logging.ERROR if isinstance(error, Conflict) or not isinstance(error, NetworkError) else logging.WARNING
