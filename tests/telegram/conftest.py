"""The bot on the local Telegram, and two people who write to it."""

from collections.abc import AsyncIterator

import pytest

from bot.assistant import Assistant
from bot.local_telegram import LocalTelegram, Person
from bot.telegram.service import polling
from tests.conversation import assert_valid_wire


@pytest.fixture
async def telegram(assistant: Assistant) -> AsyncIterator[LocalTelegram]:
    """A Telegram on this machine with our bot polling it; what goes over the wire is held against aiogram's types."""
    async with LocalTelegram() as local, polling(assistant, local.token, local.url) as application:
        local.bot_idle = application.update_queue.join
        yield local
        await local.quiet()
        assert_valid_wire(local.calls())


@pytest.fixture
def anna(telegram: LocalTelegram) -> Person:
    return telegram.person("Anna")


@pytest.fixture
def bert(telegram: LocalTelegram) -> Person:
    return telegram.person("Bert")
