"""The database itself: where it is, how it is connected to, and what SQLite and PostgreSQL do in ways of their own."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import aiosqlite
import platformdirs
from sqlalchemy import ColumnElement, Double, cast, event, func, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DisconnectionError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, PoolProxiedConnection

from bot.store.migrations import migrate
from bot.store.trouble import Trouble, trouble

if TYPE_CHECKING:
    import asyncpg

BUSY = 0.5
"""Seconds that SQLite waits for another program's lock."""

CONNECTIONS = 5
"""Connections that the store holds at most, beside that of the turns."""

# A replica whose machine vanishes keeps its turns until PostgreSQL notices: after some 25 seconds.
KEEPALIVE = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}


class DatabaseUrlError(ValueError):
    """The operator's `DATABASE_URL` can't be used; the text says why, without repeating it."""


class Database:
    """A database that is connected to when it is asked for something.

    Args:
        url: Where it is: `sqlite:///file`, `postgresql://…` or `postgres://…`; empty for a SQLite file in the user's
            data folder.
        patience: Seconds that it may take to connect, and to answer.

    Attributes:
        where: Its place in words that hold no secret.

    Raises:
        DatabaseUrlError: There can be no such database.
    """

    def __init__(self, url: str, patience: float) -> None:
        parsed = _parse(url) if url else URL.create("sqlite", database=str(default_file()))
        self.is_postgres = parsed.drivername == "postgresql"
        self._patience = patience
        if self.is_postgres:
            _require_driver()
            self.where = f"PostgreSQL at {parsed.host or 'this machine'}, database {parsed.database or 'by default'}"
            self._dsn = parsed.render_as_string(hide_password=False)
        else:
            self.where = f"SQLite at {parsed.database}"
            self._file = Path(str(parsed.database))
        self._current: WeakSet[aiosqlite.Connection] = WeakSet()
        self.insert: Callable[..., Any] = postgresql.insert if self.is_postgres else sqlite.insert
        self._engine = self._make_engine(pool_size=CONNECTIONS, max_overflow=0, pool_timeout=patience)
        self._reader = self._engine
        if self.is_postgres:  # no BEGIN and ROLLBACK around what only reads: one round trip less each
            self._reader = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        # SQLite takes one writer at a time, and lets others poll for the lock: better to queue here.
        self._one_writer = nullcontext() if self.is_postgres else asyncio.Lock()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection to read from."""
        async with self._reader.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection in a transaction, which is committed at the end of the block."""
        async with self._one_writer:
            try:
                async with self._engine.begin() as connection:
                    yield connection
            except SQLAlchemyError as error:
                if (
                    not self.is_postgres and trouble(error) is Trouble.READ_ONLY
                ):  # what was opened to read only stays so
                    self._current = WeakSet()
                    await self._engine.dispose()
                raise

    async def migrate(self) -> None:
        """Make the tables, or bring them up to date."""
        engine = self._make_engine(poolclass=NullPool, hurried=False)
        async with self._one_writer, engine.begin() as connection:
            await connection.run_sync(migrate)

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()

    def now(self, clock: Callable[[], float]) -> ColumnElement[float]:
        """Return the time that all replicas share, in seconds since 1970: PostgreSQL's own; this machine's else."""
        if self.is_postgres:
            return cast(func.extract("epoch", func.clock_timestamp()), Double)
        return literal(clock(), Double)

    def later(self, one: ColumnElement[float], other: ColumnElement[float]) -> ColumnElement[float]:
        """Return the later of two times."""
        return func.greatest(one, other) if self.is_postgres else func.max(one, other)

    async def connect_postgres(self, hurried: bool = True) -> "asyncpg.Connection[asyncpg.Record]":
        """Return a connection of asyncpg's own.

        Args:
            hurried: Whether what is asked over it fails when it takes long.

        Raises:
            ConnectionError: There is none to be had.
        """
        import asyncpg  # noqa: PLC0415 - an extra

        try:
            return await asyncpg.connect(
                self._dsn,
                timeout=self._patience,
                command_timeout=self._patience if hurried else None,
                server_settings=KEEPALIVE,
            )
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, ValueError) as error:
            raise ConnectionError(type(error).__name__) from None  # its text may hold parts of the address

    async def _connect_sqlite(self) -> aiosqlite.Connection:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        if not self._file.exists():
            os.close(os.open(self._file, os.O_CREAT | os.O_WRONLY, 0o600))
        opening = aiosqlite.connect(self._file, timeout=BUSY)
        self._current.add(opening)
        opening._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does, so that the process can end
        connection = await opening
        try:
            await connection.execute("PRAGMA journal_mode=WAL")
            await connection.execute("PRAGMA synchronous=NORMAL")
        except BaseException:
            await connection.close()
            raise
        return connection

    def _make_engine(self, hurried: bool = True, **pool: Any) -> AsyncEngine:
        async def postgres() -> Any:
            return await self.connect_postgres(hurried)

        engine = create_async_engine(
            "postgresql+asyncpg://" if self.is_postgres else "sqlite+aiosqlite:///file",
            async_creator=postgres if self.is_postgres else self._connect_sqlite,
            hide_parameters=True,
            **pool,
        )
        if self.is_postgres:
            event.listen(engine.sync_engine, "handle_error", _connect_anew)
        else:
            self._open_anew(engine)
        return engine

    def _open_anew(self, engine: AsyncEngine) -> None:
        """Let connections be made anew where the file was deleted or replaced: what is written to the old one is lost.

        One that was out when the others were closed, since they could only read, is closed when it comes back: as long
        as it is open, no other one of this process can write either.
        """

        def connected(_: DBAPIConnection, record: ConnectionPoolEntry) -> None:
            record.info["file"] = _identity(self._file)

        def taken(_: DBAPIConnection, record: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
            if record.info["file"] != _identity(self._file):
                raise DisconnectionError

        def given_back(_: DBAPIConnection, record: ConnectionPoolEntry) -> None:
            if record.driver_connection not in self._current:
                record.invalidate()

        event.listen(engine.sync_engine, "connect", connected)
        event.listen(engine.sync_engine, "checkout", taken)
        event.listen(engine.sync_engine, "checkin", given_back)


def _connect_anew(context: ExceptionContext) -> None:
    """Let all connections be made anew where one may only read: a session stays as it began."""
    if trouble(context.original_exception) is Trouble.READ_ONLY:
        context.is_disconnect = True


def default_file() -> Path:
    """Return where the store is when the operator names no database."""
    return Path(platformdirs.user_data_dir("back-spasm-bot")) / "store.db"


def _identity(file: Path) -> tuple[int, int] | None:
    """Return what tells a file from another one of the same name; None where there is none."""
    try:
        there = file.stat()
    except OSError:
        return None
    return there.st_dev, there.st_ino


def _parse(text: str) -> URL:
    try:
        url = make_url(text)
        backend = url.drivername.partition("+")[0]
    except (ArgumentError, ValueError):
        backend = ""
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql")
    if backend == "sqlite" and url.database and url.database != ":memory:":
        return url.set(drivername="sqlite")
    raise DatabaseUrlError(
        "DATABASE_URL names no database that can be used: write sqlite:///folder/file.db (four slashes for an "
        "absolute path) or postgresql://user:password@host:5432/name"
    ) from None


def _require_driver() -> None:
    try:
        import asyncpg  # noqa: F401, PLC0415 - an extra
    except ImportError:
        raise DatabaseUrlError(
            "DATABASE_URL names a PostgreSQL: install its driver with pip install 'back-spasm-bot[postgres]'"
        ) from None
