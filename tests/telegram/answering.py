"""The bot at work on a local Telegram, without the waits of the real one."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.assistant import Assistant
from bot.settings import Limits
from bot.store import Store
from bot.telegram.handlers import Conversation
from bot.telegram.service import Running, polled, running

QUICK = Limits(messages_per_second=1000, chat_seconds=0)


async def at_once(_seconds: float) -> None:
    """Wait for others' turns, but not for any time."""
    await asyncio.sleep(0)


@asynccontextmanager
async def locked(file: Path) -> AsyncIterator[None]:
    """Let nobody else write to a SQLite database for the length of the block."""
    # In a thread: who writes to it just now needs the loop to come to an end.
    other = await asyncio.to_thread(sqlite3.connect, file, isolation_level=None, check_same_thread=False)
    await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


@asynccontextmanager
async def answering(
    assistant: Assistant | Conversation,
    token: str,
    url: str,
    *,
    store: Store | None = None,
    limits: Limits = QUICK,
) -> AsyncIterator[Running]:
    """Let the bot fetch its updates and answer them for the length of the block.

    Args:
        assistant: What answers, or the handlers that do.
        token: The bot's.
        url: The Telegram that it polls.
        store: What it keeps; one of its own, gone in the end, where none is named.
        limits: How much it takes on.
    """
    conversation = assistant if isinstance(assistant, Conversation) else Conversation(assistant)
    with TemporaryDirectory() as folder:
        keeping = store or await Store.open(f"sqlite:///{folder}/store.db")
        try:
            async with (
                running(conversation, keeping, token, url, limits=limits, pause=at_once) as bot,
                polled(bot, limits, at_once),
            ):
                yield bot
        finally:
            if not store:
                await keeping.close()
