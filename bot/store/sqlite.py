"""A SQLite file of one process's own.

Each transaction is one visit to a thread: asyncio's drivers for SQLite change threads for every statement, which costs
more than the statement.
"""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool

from bot.pauses import Pause
from bot.store.database import Database
from bot.store.migrations import migrate
from bot.store.trouble import Trouble, trouble

R = TypeVar("R")

BUSY = 0.5
"""Seconds that SQLite waits for another program's lock."""


class Sqlite(Database):
    """A SQLite file.

    Reads and writes have a thread each, so that reads go on while another program's lock is waited for, and no two
    writes wait for each other in SQLite, which only looks again and again.

    Args:
        file: The file; it and its folder are made if they are missing, for this user alone.
        patience: Seconds that it may take to be read: a disk that hangs keeps nobody waiting for longer.
    """

    insert = staticmethod(sqlite.insert)

    def __init__(self, file: Path, patience: float) -> None:
        self.where = f"SQLite at {file}"
        self._file = file
        self._patience = patience
        self._reads, self._writes = ThreadPoolExecutor(1, "store-reads"), ThreadPoolExecutor(1, "store-writes")
        self.engine = create_engine(
            "sqlite://",
            creator=self._connect,
            hide_parameters=True,
            poolclass=QueuePool,
            pool_size=2,
            max_overflow=0,
        )
        self._open_anew()

    async def read(self, ask: Callable[[Connection], R]) -> R:
        """Return what is answered over a connection that is read from."""

        def visit() -> R:
            with self.engine.connect() as connection:
                return ask(connection)

        async with asyncio.timeout(self._patience):
            return await asyncio.get_running_loop().run_in_executor(self._reads, visit)

    async def write(self, tell: Callable[[Connection], R]) -> R:
        """Return what is answered in a transaction, which is committed when all of it is done."""

        def visit() -> R:
            try:
                with self.engine.begin() as connection:
                    return tell(connection)
            except SQLAlchemyError as error:
                if trouble(error) is Trouble.READ_ONLY:
                    # What was opened to read only stays so, and so does all that is opened beside it. Now that no
                    # write is under way in this thread, and no read in the other, no connection is out.
                    self._reads.submit(self.engine.dispose).result()
                raise

        return await asyncio.get_running_loop().run_in_executor(self._writes, visit)

    async def migrate(self) -> None:
        """Make the tables, or bring them up to date."""
        await self.write(migrate)

    async def close(self) -> None:
        """Close all connections."""
        for threads in (self._writes, self._reads):
            await asyncio.to_thread(threads.shutdown)
        await asyncio.to_thread(self.engine.dispose)

    def turns(self, pause: Pause) -> None:
        """Return the turns among replicas: a file has none."""

    def _connect(self) -> sqlite3.Connection:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        if not self._file.exists():
            os.close(os.open(self._file, os.O_CREAT | os.O_WRONLY, 0o600))
        connection = sqlite3.connect(self._file, timeout=BUSY, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
        except BaseException:
            connection.close()
            raise
        return connection

    def _open_anew(self) -> None:
        """Connect anew where the file was deleted or replaced: what is written to the old one is lost."""

        def connected(_: DBAPIConnection, record: ConnectionPoolEntry) -> None:
            record.info["file"] = _identity(self._file)

        def taken(_: DBAPIConnection, record: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
            if record.info["file"] != _identity(self._file):
                raise DisconnectionError

        event.listen(self.engine, "connect", connected)
        event.listen(self.engine, "checkout", taken)


def _identity(file: Path) -> tuple[int, int] | None:
    """Return what tells a file from another one of the same name; None where there is none."""
    try:
        there = file.stat()
    except OSError:
        return None
    return there.st_dev, there.st_ino
