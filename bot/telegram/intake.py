"""Takes updates in, however they come: each is handled once, those of a chat in order, chats beside each other."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace

from telegram import Update

from bot.chat import Kept
from bot.pauses import Pause, growing
from bot.store import Done, Store
from bot.telegram.metrics import Metrics
from bot.telegram.sending import Pace
from bot.telegram.turn import App, LastWords, Turn

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds between two attempts to answer an update, at first and at last."""


class FullError(Exception):
    """As many updates wait as may."""


class NotAnsweredError(Exception):
    """An update could not be answered for now: let it come again."""


class Intake:
    """Handles updates.

    An update counts as taken when its answer was sent and what is to be kept of it was kept, or waits in the store's
    backlog. One that comes twice, to this process or to another on the same store, is handled once; where a process is
    killed between the sending and the keeping, its answer is sent twice.

    Attributes:
        most: Updates that may be on their way at once.

    Args:
        application: Its handlers answer.
        store: What is kept.
        chat_seconds: Between two messages to one chat, in the long run.
        most: Updates that may be on their way at once.
        metrics: Told of what happens.
        clock: Seconds since 1970.
        pause: Waits for so many seconds; a test's own needn't.
    """

    def __init__(
        self,
        application: App,
        store: Store,
        *,
        chat_seconds: float,
        most: int,
        metrics: Metrics,
        clock: Callable[[], float] = time.time,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._application = application
        self._store = store
        self._chat_seconds = chat_seconds
        self.most = most
        self._metrics = metrics
        self._clock = clock
        self._pause = pause
        self._words = LastWords()
        self._under_way: dict[int, asyncio.Task[None]] = {}

    def __len__(self) -> int:
        """Return the number of updates that are on their way."""
        return len(self._under_way)

    async def take(self, update: Update, *, comes_again: bool) -> None:
        """Handle an update; return when it is taken. One that is on its way already is waited for.

        Args:
            update: The update.
            comes_again: Whether one that can't be answered for now will come again. One that won't is tried until it
                is answered, and the next ones of its chat wait.

        Raises:
            FullError: As many as may are on their way.
            NotAnsweredError: It could not be answered, and will come again.
        """
        task = self._under_way.get(update.update_id)
        if task is None:
            if len(self._under_way) >= self.most:
                raise FullError
            task = asyncio.create_task(self._handle(update, comes_again))
            self._under_way[update.update_id] = task
            task.add_done_callback(lambda ended: self._ended(update.update_id, ended))
        # Who asked may hang up; what has begun goes on.
        await asyncio.shield(task)

    def _ended(self, update_id: int, task: "asyncio.Task[None]") -> None:
        del self._under_way[update_id]
        if not task.cancelled():
            task.exception()  # whoever asked may have hung up; asyncio would call it unseen

    async def finish(self, deadline: float) -> None:
        """Let what is on its way come to its end within so many seconds; what doesn't is given up."""
        if not self._under_way:
            return
        _done, pending = await asyncio.wait(list(self._under_way.values()), timeout=deadline)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        if pending:
            log.warning("%d updates were not answered in time; Telegram will send them again", len(pending))

    async def _handle(self, update: Update, comes_again: bool) -> None:
        chat_id = _chat_of(update)
        began, pauses = time.perf_counter(), growing(FIRST_PAUSE, LONGEST_PAUSE)
        async with self._store.turn(chat_id):
            kept = await self._store.begin(update.update_id, chat_id)
            if kept is None:
                self._metrics.repeats.inc()
                return
            while (turn := await self._answered(update, chat_id, kept)).failure:
                log.warning("an update could not be answered (%r)", turn.failure)
                if comes_again:
                    raise NotAnsweredError
                await self._pause(next(pauses))
            await self._keep(update.update_id, chat_id, turn, kept)
        self._metrics.handled(turn, time.perf_counter() - began)

    async def _answered(self, update: Update, chat_id: int, kept: Kept) -> Turn:
        now = self._clock()
        chat = self._words.chat(chat_id, kept, now)
        turn = Turn(chat, self._store, Pace(self._chat_seconds, kept.free_at, kept.waits), now)
        turns = self._application.bot_data.of
        turns[update.update_id] = turn
        try:
            await self._application.process_update(update)
        finally:
            del turns[update.update_id]
        return turn

    async def _keep(self, update_id: int, chat_id: int, turn: Turn, before: Kept) -> None:
        if turn.forgotten:
            self._words.forget(chat_id)
            done = Done(update_id, chat_id)
        else:
            kept = replace(turn.chat.kept, free_at=turn.pace.free_at, waits=turn.pace.waits)
            done = Done(
                update_id,
                chat_id,
                kept=kept if kept != before else None,
                answer=turn.answer,
                vote=turn.vote,
                counts=tuple(turn.counts),
                missed=turn.missed,
            )
        saved = await self._store.finish(done)
        if turn.then:
            await turn.then(saved)


def _chat_of(update: Update) -> int:
    """Return the chat whose updates are handled one after another: where there is none, the person's own."""
    if update.effective_chat:
        return update.effective_chat.id
    return update.effective_user.id if update.effective_user else 0
