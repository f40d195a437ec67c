"""Where the database is, and how its tables are made."""

import asyncio
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from bot.store import DatabaseUrlError, Done, Kept, Store, Trouble, default_file, redact
from bot.store.address import database_at
from bot.store.tables import metadata
from tests.store.conftest import Open, rows, until


class TestAddress:
    async def test_both_ways_to_write_postgres_work(self, postgres_url: str, opened: Open) -> None:
        for start in ("postgres:", "postgresql:", "postgresql+asyncpg:"):
            store = await opened(postgres_url.replace("postgresql:", start) + "?sslmode=prefer")
            assert store.state.answers

    async def test_a_relative_file(self, tmp_path: Path, opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        await opened("sqlite:///folder/store.db")
        assert (tmp_path / "folder" / "store.db").exists()

    async def test_without_one_it_is_a_file_of_the_user(
        self, tmp_path: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
        await opened("")
        assert default_file().is_relative_to(tmp_path)
        assert default_file().exists()

    @pytest.mark.parametrize(
        "url",
        [
            "secret",
            "postgresql://ann:sec:ret@host:port/x",
            "postgresql://ann:x@host:secret/x",
            "mysql://ann:secret@host/x",
            "sqlite://",
            "sqlite:///:memory:",
            "://secret",
        ],
    )
    async def test_one_that_names_none_is_told_without_its_words(self, url: str) -> None:
        with pytest.raises(DatabaseUrlError, match="write sqlite:///") as told:
            await Store.open(url)
        assert "secret" not in str(told.value)
        assert told.value.__suppress_context__ or told.value.__context__ is None

    def test_postgres_without_its_driver_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "bot.store.postgres", None)
        with pytest.raises(DatabaseUrlError, match=r"back-spasm-bot\[postgres\]"):
            database_at("postgresql://host/x", 1)


class TestFile:
    async def test_nobody_else_can_read_it(self, sqlite_file: Path, opened: Open) -> None:
        store = await opened(f"sqlite:///{sqlite_file}")
        await store.finish(Done(1, 5, Kept("massage")))
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in sqlite_file.parent.iterdir()}
        assert modes == dict.fromkeys(("store.db", "store.db-wal", "store.db-shm"), 0o600)

    async def test_it_holds_no_words_of_a_message(self, sqlite_file: Path, opened: Open) -> None:
        store = await opened(f"sqlite:///{sqlite_file}")
        text = redact("I'm called Zebediah, zeb@mail.example, 020 7946 0958: is it gout?")
        assert await store.finish(Done(1, 5, Kept("massage"), missed=text))
        held = b"".join(file.read_bytes() for file in sqlite_file.parent.iterdir())
        assert b"is it gout" in held  # or else this test would find nothing anywhere
        for word in (b"Zebediah", b"zeb@", b"7946"):
            assert word not in held
        await store.forget(5)
        await store.close()
        held = b"".join(file.read_bytes() for file in sqlite_file.parent.iterdir())
        assert b"massage" not in held
        assert b"is it gout" not in held

    async def test_it_is_in_wal_mode(self, sqlite_file: Path, opened: Open) -> None:
        store = await opened(f"sqlite:///{sqlite_file}")
        assert await rows(store, "PRAGMA journal_mode") == [("wal",)]
        assert await rows(store, "PRAGMA synchronous") == [(1,)]


def differences(connection: Connection) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))


class TestMigrations:
    async def test_they_make_the_tables(self, store: Store) -> None:
        assert await store._database.read(differences) == []

    async def test_once_more_they_change_nothing(self, url: str, opened: Open) -> None:
        await (await opened(url)).finish(Done(1, 5, Kept("massage")))
        assert await (await opened(url)).begin(2, 5) == Kept("massage")

    async def test_many_replicas_start_at_once(self, url: str, opened: Open) -> None:
        stores = await asyncio.gather(*(opened(url) for _ in range(4)))
        await until(lambda: all(store.state.answers for store in stores))
        assert [await store.begin(1, 5) for store in stores] == [Kept()] * 4

    async def test_tables_of_a_newer_bot_are_left_alone(self, url: str, opened: Open) -> None:
        store = await opened(url)
        await rows(store, "UPDATE alembic_version SET version_num = '9999'")
        later = await opened(url, patience=0.05)
        assert not later.state.answers
        assert later.state.errors[Trouble.SCHEMA] >= 1
        assert "newest version" in later.state.last_error
