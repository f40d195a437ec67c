"""What the bot keeps between messages, whatever its database does."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import replace
from functools import partial
from itertools import accumulate
from typing import Self, TypeVar

from sqlalchemy import Connection, select

from bot.chat import Kept
from bot.pauses import Pause, growing
from bot.store import reads
from bot.store.address import database_at
from bot.store.budget import OwnBudget, reserve
from bot.store.health import Health, Troubles
from bot.store.records import Answer, Done, MyData, State
from bot.store.statements import Record, Writes, delete_some, forget
from bot.store.tables import answers, chats, handled, missed, votes
from bot.store.together import Together
from bot.store.trouble import TROUBLE, Trouble, trouble
from bot.store.turns import Turns
from bot.store.whole import to_the_end
from bot.store.writer import Writer

log = logging.getLogger(__name__)

R = TypeVar("R")

PATIENCE = 2.0
"""Seconds for which people wait for the database when it goes away."""

HOUR, DAY = 3600.0, 86400.0

SLICE = 1000
"""Rows that are deleted in one transaction at most, so that nobody waits long for it."""

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
"""Seconds between two attempts to reach the database, at first and at last."""


class StoreAwayError(Exception):
    """The database can't be reached, and what was asked for can't be done without it."""


class Store:
    """What the bot keeps between messages; open it with `Store.open`.

    An update is handled like this, so that each is handled once and those of a chat one after another, by whichever
    replica:

        async with store.turn(chat_id):
            kept = await store.begin(update_id, chat_id)
            if kept is None:
                return
            ...
            await store.finish(Done(update_id, chat_id, kept=chat.kept))

    A database that is locked, full, read-only or gone never raises there: what is to be kept waits in memory, and
    `state` says so.
    """

    def __init__(self, url: str, patience: float, clock: Callable[[], float], pause: Pause, tidy_every: float) -> None:
        self._database = database_at(url, patience)
        self._clock, self._pause, self._tidy_every = clock, pause, tidy_every
        self._troubles = Troubles()
        self._reading = Health("reads from the store", self._troubles, clock, patience)
        self._writing = Health("writes to the store", self._troubles, clock, patience)
        self._writes = Writes(self._database.insert)
        self._writer = Writer(self._commit, self._writing, self._troubles, pause)
        self._turns = Turns()
        self._shared = self._database.turns(pause)
        self._budget = OwnBudget(clock)
        self._begins = Together(self._read_begins)
        self._reserves = Together(self._reserve)
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def open(
        cls,
        url: str = "",
        *,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.time,
        pause: Pause = asyncio.sleep,
        tidy_every: float = HOUR,
    ) -> Self:
        """Return a store that is ready: its tables are up to date, or else it works without them and keeps trying.

        Args:
            url: The database: `sqlite:///file`, `postgresql://…` or `postgres://…`; empty for a SQLite file in the
                user's data folder.
            patience: Seconds for which people wait for a database that goes away.
            clock: The time, in seconds since 1970.
            pause: Waits for some seconds, between attempts and between tidyings.
            tidy_every: Seconds between two tidyings.

        Raises:
            DatabaseUrlError: The address can't be used.
        """
        store = cls(url, patience, clock, pause, tidy_every)
        await store._start()
        return store

    async def close(self) -> None:
        """Write what still waits, if the database takes it, and let go of it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        while len(self._writer) and await self._writer.flush():
            pass
        if len(self._writer):
            log.error("%d handled updates could not be kept: %s", len(self._writer), self._troubles.last)
        await self._database.close()

    @asynccontextmanager
    async def turn(self, chat_id: int) -> AsyncIterator[None]:
        """Let no other task, of no replica, have a turn of the chat for the length of the block."""
        among_replicas = self._shared.turn(chat_id) if self._shared else nullcontext()
        async with self._turns.turn(chat_id), among_replicas:
            yield

    async def begin(self, update_id: int, chat_id: int) -> Kept | None:
        """Return what is kept of a chat; None where the update was handled before.

        Where the database is away, it is what this process still holds; `Kept()` where that is nothing.
        """
        if self._writer.holds(update_id):
            return None
        waiting = [record.done.kept for record in self._writer.of(chat_id) if record.done.kept is not None]
        try:
            kept = await self._begins.ask((update_id, chat_id))
        except StoreAwayError:
            kept = Kept()
        return kept if kept is None or not waiting else waiting[-1]

    async def finish(self, done: Done) -> bool:
        """Keep what came of an update.

        Returns:
            Whether it is committed. Where the database doesn't take it in time, it waits in memory and is written
            later, but for a vote: its voter is to be told that it isn't known to count.
        """
        return await self._writer.keep(done, self._clock())

    async def answer_to(self, chat_id: int, question_id: int) -> Answer | None:
        """Return the latest answer to a question, if it is one of the last of the chat; None where it isn't known."""
        return await self._answer(
            chat_id,
            lambda given: given.question_id == question_id,
            lambda connection: reads.answer_to(connection, chat_id, question_id),
        )

    async def answer(self, chat_id: int, answer_id: int) -> Answer | None:
        """Return an answer, if it is one of the last of the chat; None where it isn't known."""
        return await self._answer(
            chat_id,
            lambda given: given.answer_id == answer_id,
            lambda connection: reads.answer(connection, chat_id, answer_id),
        )

    async def mydata(self, chat_id: int) -> MyData:
        """Return all that is kept of a chat.

        Raises:
            StoreAwayError: The database can't be asked.
        """
        data = await self._read(lambda connection: reads.mydata(connection, chat_id))
        for record in self._writer.of(chat_id):
            given = record.done.answer
            if record.done.kept is not None:
                data = replace(data, kept=record.done.kept, seen_at=record.at)
            if given is not None:
                others = tuple(answer for answer in data.answers if answer.answer_id != given.answer_id)
                data = replace(data, answers=(*others, replace(given, at=record.at)))
        return data

    async def forget(self, chat_id: int) -> None:
        """Delete all that is kept of a chat. The ids of its updates and the figures of the day stay: they name nobody.

        Whoever calls this finishes its update with no `kept`, or there is something to remember again.

        Raises:
            StoreAwayError: The database can't be asked; nothing is deleted.
        """
        async with self._writer.still():
            try:
                await self._database.write(lambda connection: forget(connection, chat_id))
            except TROUBLE as error:
                self._troubles.note(error)
                raise StoreAwayError(self._troubles.last) from None
            self._writer.forget(chat_id)

    async def reserve(self, *, per_second: float, burst: int = 1) -> float:
        """Take one send of the budget that all replicas share, and return the seconds to wait before it is sent.

        With SQLite, and where the database is away, the budget is this process's own.

        Args:
            per_second: Sends in a second.
            burst: Sends that may go at once after a pause.
        """
        taken = await self._reserves.ask(1 / per_second)
        return max(0.0, taken - burst / per_second)

    async def tidy(self) -> None:
        """Delete what has been kept for long enough.

        Updates after 2 days; chats that were silent for 30, answers and missed questions after 30; votes after 365.

        Raises:
            StoreAwayError: The database can't be asked.
        """
        now = self._clock()
        silent = select(chats.c.chat_id).where(chats.c.seen_at < now - 30 * DAY)
        for table, old in (
            (answers, (answers.c.at < now - 30 * DAY) | answers.c.chat_id.in_(silent)),
            (chats, chats.c.seen_at < now - 30 * DAY),
            (missed, missed.c.at < now - 30 * DAY),
            (votes, votes.c.at < now - 365 * DAY),
            (handled, handled.c.at < now - 2 * DAY),
        ):
            some = partial(delete_some, table=table, old=old, most=SLICE)
            try:
                while await self._database.write(some) == SLICE:
                    pass
            except TROUBLE as error:
                self._troubles.note(error)
                raise StoreAwayError(self._troubles.last) from None

    @property
    def state(self) -> State:
        """How the store does."""
        since = [health.away_since for health in (self._reading, self._writing) if health.away_since is not None]
        return State(
            answers=not since,
            away_since=min(since, default=None),
            backlog=len(self._writer),
            lost=self._writer.lost,
            errors=dict(self._troubles.errors),
            last_error=self._troubles.last,
        )

    async def _start(self) -> None:
        if await self._reach():
            log.info("the store is %s", self._database.where)
        else:
            log.error("the store is %s: it can't be used yet; trying again", self._database.where)
        runs = [self._writer.run(), self._mend(), self._tidy_again()]
        if self._shared:
            runs.append(self._shared.run())
        self._tasks = [asyncio.create_task(run) for run in runs]
        if self._shared:
            await self._shared.tried.wait()

    async def _reach(self) -> bool:
        try:
            await self._database.migrate()
            await self._database.read(lambda connection: connection.execute(select(handled.c.update_id).limit(1)))
        except TROUBLE as error:
            self._reading.failed(error)
            return False
        self._reading.worked()
        return True

    async def _mend(self) -> None:
        """Reach the database again whenever it went away."""
        while True:
            await self._reading.ill()
            pauses = growing(FIRST_PAUSE, LONGEST_PAUSE)
            while not await to_the_end(self._reach()):
                await self._pause(next(pauses))

    async def _tidy_again(self) -> None:
        while True:
            with suppress(StoreAwayError):  # it is noted, and there is a next time
                await to_the_end(self.tidy())
            await self._pause(self._tidy_every)

    async def _read(self, ask: Callable[[Connection], R]) -> R:
        """Ask the database, a second time where the first one finds that it was started anew.

        Raises:
            StoreAwayError: It is away, for longer than people wait.
        """
        for _ in range(2):
            if not await self._reading.well():
                break
            try:
                return await self._database.read(ask)
            except TROUBLE as error:
                self._reading.failed(error)
        raise StoreAwayError(self._troubles.last)

    async def _commit(self, records: Sequence[Record]) -> None:
        try:
            await self._database.write(lambda connection: self._writes.write(connection, records))
        except TROUBLE as error:
            if trouble(error) is Trouble.SCHEMA:  # whoever mends the reads makes the tables
                self._reading.failed(error)
            raise

    async def _answer(
        self,
        chat_id: int,
        fits: Callable[[Answer], bool],
        ask: Callable[[Connection], Answer | None],
    ) -> Answer | None:
        for record in reversed(self._writer.of(chat_id)):
            if record.done.answer is not None and fits(record.done.answer):
                return replace(record.done.answer, at=record.at)
        with suppress(StoreAwayError):
            return await self._read(ask)
        return None

    async def _read_begins(self, asked: Sequence[tuple[int, int]]) -> list[Kept | None]:
        return await self._read(lambda connection: reads.begin(connection, asked))

    async def _reserve(self, costs: Sequence[float]) -> list[float]:
        """Take seconds of the budget, and return for how many it is taken with each, behind those before."""
        taken = await self._take(sum(costs))
        return [taken - sum(costs) + up_to for up_to in accumulate(costs)]

    async def _take(self, cost: float) -> float:
        # Of a SQLite file, this process's own budget is all there is.
        if self._shared and self.state.answers:
            try:
                return await self._database.write(lambda connection: reserve(connection, cost))
            except TROUBLE as error:
                self._troubles.note(error)
        return self._budget.reserve(cost)
