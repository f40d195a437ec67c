"""One update of a chat at a time, among all replicas on a PostgreSQL."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias

import asyncpg

from bot.pauses import Pause, growing
from bot.store.trouble import TROUBLE

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.01, 0.1
"""Seconds between two looks whether another replica's turn is over."""

FIRST_RETRY, LONGEST_RETRY = 0.05, 5.0
"""Seconds between two attempts to connect."""

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class SharedTurns:
    """Turns among replicas: advisory locks of one connection, which PostgreSQL frees when the process dies.

    Requests that come while others are on their way go together with the next ones, so that a turn costs no more
    round trips when many chats are busy. While there is no connection, replicas don't wait for each other.

    Args:
        connect: Makes the connection.
        pause: Waits for some seconds.
    """

    def __init__(self, connect: Callable[[], Awaitable[Connection]], pause: Pause) -> None:
        self._connect, self._pause = connect, pause
        self._asked: list[tuple[int, asyncio.Future[bool]]] = []
        self._over: list[int] = []
        self._some = asyncio.Event()
        self._connected = False
        self.tried = asyncio.Event()

    @asynccontextmanager
    async def turn(self, chat_id: int) -> AsyncIterator[None]:
        """Let no other replica have a turn of the chat for the length of the block."""
        key = _key(chat_id)
        pauses = growing(FIRST_PAUSE, LONGEST_PAUSE)
        while not await self._take(key):
            await self._pause(next(pauses))
        try:
            yield
        finally:
            self._give_back(key)

    async def run(self) -> None:
        """Serve the requests, until cancelled; connect anew whenever the connection is lost."""
        pauses = growing(FIRST_RETRY, LONGEST_RETRY)
        while True:
            try:
                connection = await self._connect()
            except TROUBLE:
                self.tried.set()
                await self._pause(next(pauses))
                continue
            pauses = growing(FIRST_RETRY, LONGEST_RETRY)
            try:
                await self._serve(connection)
            finally:
                self._connected = False
                for _, granted in self._asked:
                    _answer(granted, True)
                self._asked, self._over = [], []
                connection.terminate()

    async def _serve(self, connection: Connection) -> None:
        connection.add_termination_listener(lambda _: self._some.set())
        self._connected = True
        self.tried.set()
        while not connection.is_closed():
            await self._some.wait()
            self._some.clear()
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, *TROUBLE):
                await self._ask(connection)
                continue
            break
        log.warning("replicas don't wait for each other's turns: the connection to PostgreSQL is lost")

    async def _ask(self, connection: Connection) -> None:
        over, self._over = self._over, []
        if over:
            await connection.execute("SELECT pg_advisory_unlock(key) FROM unnest($1::bigint[]) AS key", over)
        asked, self._asked = self._asked, []
        wanted = [(key, granted) for key, granted in asked if not granted.done()]
        if not wanted:
            return
        try:
            rows = await connection.fetch(
                "SELECT pg_try_advisory_lock(key) FROM unnest($1::bigint[]) AS key", [key for key, _ in wanted]
            )
        except BaseException:
            self._asked = asked + self._asked  # `run` tells them that there is no connection
            raise
        for (key, granted), (yes,) in zip(wanted, rows, strict=True):
            if not _answer(granted, yes) and yes:
                self._give_back(key)

    async def _take(self, key: int) -> bool:
        if not self._connected:
            return True
        granted: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._asked.append((key, granted))
        self._some.set()
        try:
            return await granted
        except asyncio.CancelledError:
            if not granted.cancelled() and granted.result():  # it was given at the very moment
                self._give_back(key)
            raise

    def _give_back(self, key: int) -> None:
        if self._connected:
            self._over.append(key)
            self._some.set()


def _answer(granted: asyncio.Future[bool], yes: bool) -> bool:
    """Tell the one who asked; return whether they are still there."""
    if granted.done():
        return False
    granted.set_result(yes)
    return True


def _key(chat_id: int) -> int:
    """Return the advisory lock of a chat, which no other program's is likely to be."""
    digest = hashlib.blake2b(f"back-spasm-bot turn {chat_id}".encode(), digest_size=8)
    return int.from_bytes(digest.digest(), signed=True)
