"""One update of a chat at a time."""

import asyncio
import sys
from contextlib import AsyncExitStack

import asyncpg
import pytest

from bot.store import Store
from tests.postgres import Postgres
from tests.store.conftest import Open, until

HOLDER = """
import asyncio, sys
from bot.store import Store

async def main():
    store = await Store.open(sys.argv[1])
    async with store.turn(5):
        print("mine", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def take(store: Store, said: list[object], name: object, chat_id: int = 5) -> None:
    async with store.turn(chat_id):
        said.append(name)


class TestInOneProcess:
    async def test_turns_of_a_chat_come_in_the_order_of_arrival(self, store: Store) -> None:
        said: list[object] = []
        async with store.turn(5):
            waiting = [asyncio.create_task(take(store, said, number)) for number in range(20)]
            await asyncio.sleep(0)
            assert said == []
        await asyncio.gather(*waiting)
        assert said == list(range(20))

    async def test_other_chats_don_t_wait(self, store: Store) -> None:
        async with store.turn(5), store.turn(6):
            pass

    async def test_a_turn_ends_with_an_error(self, store: Store) -> None:
        with pytest.raises(ZeroDivisionError):
            async with store.turn(5):
                _ = 1 / 0
        async with store.turn(5):
            pass

    async def test_nothing_is_held_of_chats_that_are_idle(self, store: Store) -> None:
        said: list[object] = []
        await asyncio.gather(*(take(store, said, chat, chat) for chat in range(50) for _ in range(2)))
        assert len(said) == 100
        assert len(store._turns) == 0


class TestAmongReplicas:
    async def test_another_replica_waits(self, postgres_url: str, opened: Open) -> None:
        one, other = await opened(postgres_url), await opened(postgres_url)
        said: list[object] = []
        async with one.turn(5):
            waiting = asyncio.create_task(take(other, said, "other"))
            async with other.turn(6):  # what it asks for after that is answered after that
                pass
            assert said == []
        await waiting
        assert said == ["other"]

    async def test_no_two_have_the_turn_at_once(self, postgres_url: str, opened: Open) -> None:
        replicas = [await opened(postgres_url) for _ in range(3)]
        having = 0

        async def one_turn(store: Store) -> None:
            nonlocal having
            async with store.turn(5):
                having += 1
                assert having == 1
                await asyncio.sleep(0)
                having -= 1

        await asyncio.gather(*(one_turn(store) for store in replicas * 10))

    async def test_the_turn_of_a_process_that_dies_is_over(self, postgres_url: str, opened: Open) -> None:
        store = await opened(postgres_url)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", HOLDER, postgres_url, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout
        assert await process.stdout.readline() == b"mine\n"
        said: list[object] = []
        waiting = asyncio.create_task(take(store, said, "after"))
        async with store.turn(6):
            pass
        assert said == []
        process.kill()
        await process.communicate()
        async with asyncio.timeout(10):
            await waiting

    async def test_who_gives_up_waiting_leaves_no_lock_behind(self, postgres_url: str, opened: Open) -> None:
        one, other = await opened(postgres_url), await opened(postgres_url)
        said: list[object] = []
        for loops in range(30):  # cut off at every step of the way
            gone = asyncio.create_task(take(one, said, loops, chat_id=7))
            for _ in range(loops):
                await asyncio.sleep(0.0001)
            gone.cancel()
            await asyncio.gather(gone, return_exceptions=True)
            async with asyncio.timeout(10), other.turn(7):
                pass

    async def test_a_connection_that_is_lost_is_made_anew(
        self, postgres_url: str, opened: Open, caplog: pytest.LogCaptureFixture
    ) -> None:
        one, other = await opened(postgres_url), await opened(postgres_url)
        control = await asyncpg.connect(postgres_url)
        await control.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        await control.close()
        await until(lambda: caplog.text.count("connection to PostgreSQL is lost") == 2)
        await until(lambda: all(store._shared and store._shared._connected for store in (one, other)))
        said: list[object] = []
        async with one.turn(5):
            waiting = asyncio.create_task(take(other, said, "other"))
            async with other.turn(6):
                pass
            assert said == []
        await waiting

    async def test_while_postgres_is_gone_a_process_keeps_its_own_order(
        self, postgres: Postgres, postgres_url: str, opened: Open
    ) -> None:
        store = await opened(postgres_url)
        said: list[object] = []
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(store.turn(5))
            postgres.kill()
            stack.callback(postgres.start)
            async with asyncio.timeout(10):
                async with store.turn(6):
                    pass
                waiting = asyncio.create_task(take(store, said, "second"))
                await asyncio.sleep(0)
                said.append("first")
        await waiting
        assert said == ["first", "second"]
