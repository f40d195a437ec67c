"""A PostgreSQL that replicas may share. What this needs comes with the extra `postgres`."""

from collections.abc import Callable
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import Connection, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from bot.pauses import Pause
from bot.store.database import Database
from bot.store.migrations import migrate
from bot.store.shared_turns import SharedTurns
from bot.store.trouble import Trouble, trouble

R = TypeVar("R")

CONNECTIONS = 5
"""Connections that the store holds at most, beside that of the turns."""

# A replica whose machine vanishes keeps its turns until PostgreSQL notices: after some 25 seconds.
KEEPALIVE = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}


class Postgres(Database):
    """A PostgreSQL.

    Args:
        url: Where it is.
        patience: Seconds that it may take to connect, and to answer.
    """

    insert = staticmethod(postgresql.insert)

    def __init__(self, url: URL, patience: float) -> None:
        self.where = f"PostgreSQL at {url.host or 'this machine'}, database {url.database or 'by default'}"
        self._dsn = url.render_as_string(hide_password=False)
        self._patience = patience
        self._engine = self._make_engine(pool_size=CONNECTIONS, max_overflow=0, pool_timeout=patience)
        self.engine = self._engine.sync_engine
        # No BEGIN and ROLLBACK around what only reads: one round trip less each.
        self._reader = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    async def read(self, ask: Callable[[Connection], R]) -> R:
        """Return what is answered over a connection that is read from."""
        async with self._reader.connect() as connection:
            return await connection.run_sync(ask)

    async def write(self, tell: Callable[[Connection], R]) -> R:
        """Return what is answered in a transaction, which is committed when all of it is done."""
        async with self._engine.begin() as connection:
            return await connection.run_sync(tell)

    async def migrate(self) -> None:
        """Make the tables, or bring them up to date; however long it takes."""
        async with self._make_engine(poolclass=NullPool, hurried=False).begin() as connection:
            await connection.run_sync(migrate)

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()

    async def connect(self, hurried: bool = True) -> "asyncpg.Connection[asyncpg.Record]":
        """Return a connection of asyncpg's own.

        Args:
            hurried: Whether what is asked over it fails when it takes long.

        Raises:
            ConnectionError: There is none to be had.
        """
        try:
            return await asyncpg.connect(
                self._dsn,
                timeout=self._patience,
                command_timeout=self._patience if hurried else None,
                server_settings=KEEPALIVE,
            )
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, ValueError) as error:
            raise ConnectionError(type(error).__name__) from None  # its text may hold parts of the address

    def turns(self, pause: Pause) -> SharedTurns:
        """Return the turns among the replicas."""
        return SharedTurns(self.connect, pause)

    def _make_engine(self, hurried: bool = True, **pool: Any) -> AsyncEngine:
        async def connect() -> Any:
            return await self.connect(hurried)

        engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, hide_parameters=True, **pool)
        event.listen(engine.sync_engine, "handle_error", _connect_anew)
        return engine


def _connect_anew(context: ExceptionContext) -> None:
    """Let all connections be made anew where one may only read: a session stays as it began."""
    if trouble(context.original_exception) is Trouble.READ_ONLY:
        context.is_disconnect = True
