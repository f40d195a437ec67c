"""Bots in processes of their own, which can be killed, told to stop, and started again."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.local_telegram import LocalTelegram

ROOT = Path(__file__).parents[2]
SECRET = "a-secret-of-this-test"
PATH = "/updates"
"""The path of the webhook."""


def settings_for(local: LocalTelegram, database: str, **more: str) -> dict[str, str]:
    """Return the settings of a bot, as environment variables."""
    return {
        "TELEGRAM_TOKEN": local.token,
        "TELEGRAM_URL": local.url,
        "DATABASE_URL": database,
        "MESSAGES_PER_SECOND": "1000",
        "CHAT_SECONDS": "0",
        **more,
    }


def posted_to(public_port: int, own_port: int) -> dict[str, str]:
    """Return the settings of a webhook: Telegram posts to one port, the bot listens on another."""
    return {
        "WEBHOOK_URL": f"http://127.0.0.1:{public_port}{PATH}",
        "WEBHOOK_SECRET": SECRET,
        "WEBHOOK_HOST": "127.0.0.1",
        "WEBHOOK_PORT": str(own_port),
    }


class BotProcess:
    """A bot that runs in a process of its own.

    Args:
        settings: Its environment variables.
        folder: Where it works; its log is kept there.
        command: What Python runs.
    """

    def __init__(self, settings: Mapping[str, str], folder: Path, command: Sequence[str]) -> None:
        self._command = command
        self._folder = folder
        self._environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
        self._log = folder / f"bot-{settings.get('WEBHOOK_PORT', 'polling')}.log"
        self._process: Process | None = None

    @property
    def log(self) -> str:
        """What it has written so far."""
        return self._log.read_text(encoding="utf-8")

    async def start(self) -> None:
        """Start it. It is not ready yet."""
        with self._log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *self._command, cwd=self._folder, env=self._environment, stdout=output, stderr=output
            )

    def tell(self, what: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process
        assert self._process.returncode is None, f"it ended by itself:\n{self.log[-3000:]}"
        self._process.send_signal(what)

    async def ended(self) -> int:
        """Wait for its end, and return its exit status; that of one that was killed is negative."""
        assert self._process
        return await self._process.wait()

    async def kill(self) -> None:
        """Kill it as the system would, without a word; nothing happens where it has ended."""
        if self._process and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
            assert await self.ended() == -signal.SIGKILL
