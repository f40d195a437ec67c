"""How long the store takes for an update, from its turn to its commit, on SQLite and on PostgreSQL.

python -m tests.bench.store
"""

import asyncio
import tempfile
import time

import click

from bot.store import Answer, Count, Done, Kept, Store
from tests.postgres import Postgres

UPDATES = 2000
CHATS = (1, 50, 500)


async def handle(store: Store, chat_id: int, update_id: int) -> None:
    """Keep what comes of an update."""
    async with store.turn(chat_id):
        await store.begin(update_id, chat_id)
        answer = Answer(update_id, update_id, ("massage",), ("sleep",))
        await store.finish(Done(update_id, chat_id, Kept("massage"), answer, counts=(Count("massage", "answer"),)))


async def took_us(url: str, chats: int) -> float:
    """Return the microseconds an update, when so many chats are busy at once."""
    store = await Store.open(url)

    async def chat(number: int) -> None:
        for update in range(UPDATES // chats):
            await handle(store, number, chats * 10**7 + number * UPDATES + update)

    begun = time.perf_counter()
    await asyncio.gather(*(chat(number) for number in range(chats)))
    seconds = time.perf_counter() - begun
    await store.close()
    return 1e6 * seconds / UPDATES


def main() -> None:
    """Print a line for each database, with the ratio to the first number of chats."""
    with tempfile.TemporaryDirectory() as folder, Postgres() as postgres:
        for name, url in (("SQLite", f"sqlite:///{folder}/store.db"), ("PostgreSQL", postgres.url())):
            took = [asyncio.run(took_us(url, chats)) for chats in CHATS]
            told = (f"{us:.0f} µs ({us / took[0]:.2f})" for us in took)
            click.echo(f"{name}: an update with {', '.join(map(str, CHATS))} chats at once: {', '.join(told)}")


if __name__ == "__main__":
    main()
