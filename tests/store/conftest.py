"""A database of each kind for each test, and stores on it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.store import Store

Open = Callable[..., Coroutine[Any, Any, Store]]


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Pauses:
    """Pauses that are over at once, but for the hour between two tidyings, which is over when the test says so."""

    def __init__(self) -> None:
        self.hour_over = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        if seconds < 60:
            await asyncio.sleep(0.005)
            return
        await self.hour_over.wait()
        self.hour_over.clear()


async def until(true: Callable[[], bool | Awaitable[bool]]) -> None:
    """Return when something has become true."""
    async with asyncio.timeout(20):
        while True:
            now = true()
            if now if isinstance(now, bool) else await now:
                return
            await asyncio.sleep(0.005)


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "store.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, sqlite_file: Path) -> str:
    return f"sqlite:///{sqlite_file}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
async def opened(clock: Clock, pauses: Pauses) -> AsyncIterator[Open]:
    """Opens a store that is closed after the test."""
    stores: list[Store] = []

    async def open_store(url: str, **settings: Any) -> Store:
        store = await Store.open(url, **{"clock": clock, "pause": pauses, **settings})
        stores.append(store)
        return store

    yield open_store
    for store in stores:
        await store.close()


@pytest.fixture
async def store(url: str, opened: Open) -> Store:
    return await opened(url)


async def rows(store: Store, query: str) -> list[tuple[Any, ...]]:
    """Return what the store's database answers to a query."""

    def ask(connection: Connection) -> list[tuple[Any, ...]]:
        found = connection.exec_driver_sql(query)
        return [tuple(row) for row in found] if found.returns_rows else []

    return await store._database.write(ask)
