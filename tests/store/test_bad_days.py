"""The database is locked, full, read-only or gone: people still get answers, and nothing that was kept is lost."""

import asyncio
import itertools
import logging
import os
import sqlite3
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import event

from bot.store import Answer, Count, Done, Kept, Store, StoreAwayError, Trouble, Vote, redact, writer
from tests.postgres import PASSWORD, Postgres, free_port
from tests.store.conftest import Clock, Open, Pauses, rows, until

KEPT = Kept("massage", latest=99)
ANSWER = Answer(answer_id=11, question_id=10, intents=("massage",))
VOTE = Vote(answer_id=11, intents=("massage",), value=1)
SHORT = 0.05
"""Seconds of patience, where it is known to be in vain."""


@asynccontextmanager
async def locked(file: Path) -> AsyncIterator[None]:
    """Another program writes, and doesn't finish."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@asynccontextmanager
async def full(store: Store) -> AsyncIterator[None]:
    """There is no room for one more page."""

    room = 1  # SQLite takes it as the size that the file has

    def limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={room}")

    event.listen(store._database.engine, "checkout", limit)
    yield
    room = 1_000_000


@asynccontextmanager
async def read_only(url: str) -> AsyncIterator[None]:
    """PostgreSQL takes no writes, like one that stands by for another."""
    await _rule(url, "SET default_transaction_read_only = on")
    yield
    await _rule(url, "RESET default_transaction_read_only")


async def _rule(url: str, rule: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("SET default_transaction_read_only = off")
    await connection.execute(f"ALTER DATABASE {url.rpartition('/')[2]} {rule}")
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await connection.close()


def allow(path: Path, mode: int) -> None:
    """Change who may read and write a file or a folder."""
    path.chmod(mode)


@pytest.fixture
def ordinary_user() -> Iterator[Path]:
    """A folder of a user whom file modes bind, which the tests' user may be not; the test runs as that user."""
    with tempfile.TemporaryDirectory() as folder:
        root = os.geteuid() == 0
        if root:
            os.chown(folder, 65534, -1)
            os.seteuid(65534)
        yield Path(folder)
        if root:
            os.seteuid(0)


class TestLocked:
    @pytest.fixture
    async def store(self, sqlite_file: Path, opened: Open) -> Store:
        return await opened(f"sqlite:///{sqlite_file}", patience=SHORT)

    async def test_what_can_t_be_committed_waits_and_is_read_through(self, store: Store, sqlite_file: Path) -> None:
        await store.finish(Done(1, 5, Kept("sleep")))
        async with locked(sqlite_file):
            assert not await store.finish(Done(2, 5, KEPT, ANSWER))
            assert await store.begin(2, 5) is None
            assert await store.begin(3, 5) == KEPT
            assert (await store.answer_to(5, 10)) == (await store.answer(5, 11)) != None  # noqa: E711
            data = await store.mydata(5)
            assert (data.kept, len(data.answers)) == (KEPT, 1)
            assert await store.begin(1, 5) is None  # reads go on
            await until(lambda: not store.state.answers)
            assert store.state.backlog == 1
            assert store.state.errors[Trouble.LOCKED] >= 1
            assert "locked" in store.state.last_error
        await until(lambda: store.state.backlog == 0)
        assert store.state.answers
        assert store.state.away_since is None
        assert (await store.mydata(5)).kept == KEPT

    async def test_a_vote_doesn_t_wait(self, store: Store, sqlite_file: Path) -> None:
        async with locked(sqlite_file):
            assert not await store.finish(Done(1, 5, KEPT, vote=VOTE))
            await until(lambda: not store.state.answers)  # the attempt that was under way has failed
        await until(lambda: store.state.backlog == 0)
        data = await store.mydata(5)
        assert data.kept == KEPT
        assert data.votes == ()

    async def test_newer_states_take_the_place_of_older_ones_and_counts_add_up(
        self, store: Store, sqlite_file: Path
    ) -> None:
        async with locked(sqlite_file):
            for update in range(5):
                done = Done(update, 5, replace(KEPT, latest=update), counts=(Count("massage", "answer"),))
                assert not await store.finish(done)
        await until(lambda: store.state.backlog == 0)
        kept = await store.begin(10, 5)
        assert kept is not None
        assert kept.latest == 4
        assert await rows(store, "SELECT number FROM counts") == [(5,)]

    async def test_what_waits_can_t_be_forgotten_until_all_can(self, store: Store, sqlite_file: Path) -> None:
        async with locked(sqlite_file):
            await store.finish(Done(1, 5, KEPT, ANSWER, missed=redact("gout?")))
            with pytest.raises(StoreAwayError):
                await store.forget(5)
            assert await store.begin(2, 5) == KEPT
        await store.forget(5)
        await until(lambda: store.state.backlog == 0)
        data = await store.mydata(5)
        assert (data.kept, data.answers, data.missed) == (None, (), ())
        assert await store.begin(1, 5) is None

    async def test_too_many_that_wait_push_the_oldest_out(
        self, store: Store, sqlite_file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(writer, "BACKLOG", 10)
        async with locked(sqlite_file):
            await asyncio.gather(*(store.finish(Done(update, update, KEPT)) for update in range(15)))
            assert (store.state.backlog, store.state.lost) == (10, 5)
        await until(lambda: store.state.backlog == 0)
        assert await rows(store, "SELECT min(update_id), count(*) FROM handled") == [(5, 10)]

    async def test_nobody_waits_once_patience_has_run_out(self, sqlite_file: Path, opened: Open) -> None:
        store = await opened(f"sqlite:///{sqlite_file}", patience=SHORT)
        async with locked(sqlite_file):
            await store.finish(Done(1, 5, KEPT))
            await until(lambda: not store.state.answers and store._writing.hope == 0)
            finishing = asyncio.create_task(store.finish(Done(2, 6, KEPT)))
            begun = asyncio.get_running_loop().time()
            assert not await finishing
            assert asyncio.get_running_loop().time() - begun < SHORT

    async def test_what_is_let_go_in_time_is_committed_after_all(self, sqlite_file: Path, opened: Open) -> None:
        store = await opened(f"sqlite:///{sqlite_file}", patience=30)
        async with locked(sqlite_file):
            finishing = asyncio.create_task(store.finish(Done(1, 5, KEPT, vote=VOTE)))
            await until(lambda: not store.state.answers)
        assert await finishing
        assert len((await store.mydata(5)).votes) == 1

    async def test_the_budget_is_the_process_s_own(self, store: Store, sqlite_file: Path) -> None:
        assert await store.reserve(per_second=0.01) == 0
        async with locked(sqlite_file):
            assert [await store.reserve(per_second=0.01) for _ in range(3)] == [100, 200, 300]
        assert await store.reserve(per_second=0.01) == 400


class TestFull:
    async def test_answers_go_on_and_are_kept_once_there_is_room(self, sqlite_file: Path, opened: Open) -> None:
        store = await opened(f"sqlite:///{sqlite_file}", patience=SHORT)
        async with full(store):
            many = [store.finish(Done(update, update, KEPT, missed=redact("gout? " * 80))) for update in range(100)]
            assert not all(await asyncio.gather(*many))
            await until(lambda: store.state.errors.get(Trouble.FULL, 0) > 0)
            assert await store.begin(1, 1) is None
            assert not store.state.answers
        await until(lambda: store.state.backlog == 0)
        assert store.state.lost == 0
        assert await rows(store, "SELECT count(*) FROM handled") == [(100,)]


class TestReadOnly:
    # SQLite gives those beside the file the mode that it has.
    @pytest.mark.parametrize("order", list(itertools.permutations(("store.db", "store.db-wal", "store.db-shm"))))
    async def test_a_file_that_can_t_be_written(
        self, order: tuple[str, ...], ordinary_user: Path, opened: Open
    ) -> None:
        file = ordinary_user / "store.db"
        store = await opened(f"sqlite:///{file}")
        await store.finish(Done(1, 5, KEPT))
        await store.close()
        allow(file, 0o400)
        store = await opened(f"sqlite:///{file}", patience=SHORT)
        assert await store.begin(2, 5) is not None
        assert not await store.finish(Done(2, 5, KEPT))
        assert store.state.errors[Trouble.READ_ONLY] >= 1
        for name in order:  # and whatever is tried meanwhile
            await asyncio.gather(*(store.tidy() for _ in range(20)), return_exceptions=True)
            allow(ordinary_user / name, 0o600)
        await until(lambda: store.state.answers and not store.state.backlog)
        assert await store.begin(1, 5) is await store.begin(2, 5) is None

    async def test_a_folder_that_can_t_be_written(self, ordinary_user: Path, opened: Open) -> None:
        allow(ordinary_user, 0o500)
        store = await opened(f"sqlite:///{ordinary_user}/deep/store.db", patience=SHORT)
        assert await store.begin(1, 5) == Kept()
        assert not await store.finish(Done(1, 5, KEPT))
        assert store.state.errors[Trouble.READ_ONLY] >= 1
        allow(ordinary_user, 0o700)
        await until(lambda: store.state.answers and not store.state.backlog)
        assert await store.begin(2, 5) == KEPT

    async def test_a_postgres_that_takes_no_writes_is_still_read(self, postgres_url: str, opened: Open) -> None:
        store = await opened(postgres_url, patience=SHORT)
        await store.finish(Done(1, 5, KEPT))
        async with read_only(postgres_url):
            assert not await store.finish(Done(2, 6, Kept("sleep"), vote=VOTE))
            await until(lambda: store.state.errors.get(Trouble.READ_ONLY, 0) > 0)
            await until(lambda: store._reading.away_since is None)
            assert await store.begin(1, 5) is None
            assert await store.begin(3, 5) == KEPT
            assert await store.begin(3, 6) == Kept("sleep")
        await until(lambda: store.state.answers and not store.state.backlog)
        assert (await store.mydata(6)).kept == Kept("sleep")
        assert (await store.mydata(6)).votes == ()


class TestHanging:
    async def test_a_disk_that_hangs_keeps_nobody_waiting(self, sqlite_file: Path, opened: Open) -> None:
        store = await opened(f"sqlite:///{sqlite_file}", patience=SHORT)
        await store.finish(Done(1, 5, KEPT))
        goes_on = threading.Event()
        event.listen(store._database.engine, "before_cursor_execute", lambda *_: goes_on.wait())
        try:
            assert await store.begin(2, 5) == Kept()
            assert not await store.finish(Done(2, 5, Kept("sleep")))
            assert not store.state.answers
            assert store.state.errors[Trouble.AWAY] >= 1
        finally:
            goes_on.set()
        await until(lambda: store.state.answers and not store.state.backlog)
        assert await store.begin(3, 5) == Kept("sleep")


class TestGone:
    async def test_postgres_is_killed_and_started_again(
        self, postgres: Postgres, postgres_url: str, opened: Open, clock: Clock
    ) -> None:
        store = await opened(postgres_url, patience=SHORT)
        await store.finish(Done(1, 5, KEPT))
        postgres.kill()
        try:
            async with store.turn(5):
                assert await store.begin(2, 5) is not None
                assert not await store.finish(Done(2, 5, Kept("sleep"), ANSWER, VOTE))
            assert await store.begin(2, 5) is None
            assert await store.begin(3, 5) == Kept("sleep")
            assert await store.answer_to(5, 10) is not None
            assert await store.answer_to(5, 99) is None
            assert await store.reserve(per_second=1) == 0
            for refused in (store.mydata(5), store.forget(5), store.tidy()):
                with pytest.raises(StoreAwayError):
                    await refused
            assert not store.state.answers
            assert store.state.away_since == clock.now
            assert store.state.errors[Trouble.AWAY] >= 1
        finally:
            postgres.start()
        await until(lambda: store.state.answers and not store.state.backlog)
        assert await store.begin(1, 5) is await store.begin(2, 5) is None
        data = await store.mydata(5)
        assert (data.kept, len(data.answers), data.votes) == (Kept("sleep"), 1, ())

    async def test_a_quick_restart_goes_unnoticed(self, postgres: Postgres, postgres_url: str, opened: Open) -> None:
        store = await opened(postgres_url, patience=30)
        await store.finish(Done(1, 5, KEPT))
        postgres.stop()
        begun = asyncio.create_task(store.begin(1, 5))
        finished = asyncio.create_task(store.finish(Done(2, 6, KEPT, vote=VOTE)))
        await until(lambda: not store.state.answers)
        postgres.start()
        assert await begun is None
        assert await finished
        assert await store.begin(3, 5) == KEPT

    async def test_postgres_is_started_after_the_bot(self, postgres: Postgres, postgres_url: str, opened: Open) -> None:
        postgres.stop()
        try:
            store = await opened(postgres_url, patience=SHORT)
            assert await store.begin(1, 5) == Kept()
            assert not await store.finish(Done(1, 5, KEPT))
            assert not store.state.answers
        finally:
            postgres.start()
        await until(lambda: store.state.answers and not store.state.backlog)
        assert await store.begin(2, 5) == KEPT

    async def test_what_can_t_be_kept_at_the_end_is_told(self, opened: Open, caplog: pytest.LogCaptureFixture) -> None:
        store = await opened(f"postgresql://bot@127.0.0.1:{free_port()}/bot", patience=SHORT)
        assert not await store.finish(Done(1, 5, KEPT))
        await store.close()
        assert "1 handled updates could not be kept" in caplog.text

    @pytest.mark.parametrize("first", ["read", "write"])
    async def test_a_file_that_is_deleted_while_the_bot_runs(self, first: str, sqlite_file: Path, opened: Open) -> None:
        store = await opened(f"sqlite:///{sqlite_file}", patience=30)
        assert await store.finish(Done(1, 5, KEPT))
        for file in sqlite_file.parent.iterdir():
            file.unlink()
        if first == "read":
            assert await store.begin(2, 5) == Kept()
        assert await store.finish(Done(2, 5, Kept("sleep")))
        assert await (await opened(f"sqlite:///{sqlite_file}")).begin(3, 5) == Kept("sleep")

    async def test_a_file_that_is_no_database(self, tmp_path: Path, opened: Open) -> None:
        file = tmp_path / "store.db"
        file.write_text("no database " * 1000)
        store = await opened(f"sqlite:///{file}", patience=SHORT)
        assert await store.begin(1, 5) == Kept()
        assert store.state.errors[Trouble.DAMAGED] >= 1


class TestRefused:
    TOO_BIG = 2**63

    async def test_a_record_that_is_refused_blocks_no_other(self, store: Store) -> None:
        bad = Done(3, 33, replace(KEPT, latest=self.TOO_BIG))
        good = [Done(update, update, KEPT) for update in (1, 2, 4, 5)]
        finished = await asyncio.gather(*(store.finish(done) for done in (*good[:2], bad, *good[2:])))
        assert finished == [True, True, False, True, True]
        assert (store.state.lost, store.state.backlog) == (1, 0)
        assert store.state.errors[Trouble.REFUSED] >= 1
        assert store.state.answers
        assert await store.begin(3, 33) == Kept()

    async def test_its_words_are_in_no_log(self, store: Store, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        bad = Done(3, 5, replace(KEPT, latest=self.TOO_BIG), missed=redact("does gout itch?"))
        assert not await store.finish(bad)
        assert "dropped" in caplog.text
        assert "gout" not in caplog.text + store.state.last_error


class TestSecrets:
    async def test_the_password_is_in_no_log_and_no_state(
        self, postgres: Postgres, postgres_url: str, opened: Open, pauses: Pauses, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        store = await opened(postgres_url, patience=SHORT)
        await store.finish(Done(1, 5, KEPT))
        postgres.stop()
        try:
            assert not await store.finish(Done(2, 5, KEPT))
            with pytest.raises(StoreAwayError) as told:
                await store.forget(5)
        finally:
            postgres.start()
        wrong = await opened(postgres_url.replace(PASSWORD, "hunter2"), patience=SHORT)
        assert await wrong.begin(1, 5) == Kept()
        assert wrong.state.errors[Trouble.AWAY] >= 1
        said = caplog.text + str(told.value) + store.state.last_error + wrong.state.last_error
        assert "127.0.0.1" in said
        assert PASSWORD not in said
        assert "hunter2" not in said
