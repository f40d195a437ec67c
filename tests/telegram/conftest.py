"""The bot on the local Telegram, and two people who write to it."""

from collections.abc import AsyncIterator

import pytest

from bot.assistant import Assistant
from bot.local_telegram import LocalTelegram, Person
from tests.conversation import assert_valid_wire
from tests.telegram.answering import answering


@pytest.fixture
async def telegram(assistant: Assistant) -> AsyncIterator[LocalTelegram]:
    """A Telegram on this machine with our bot polling it; what goes over the wire is held against aiogram's types."""
    async with LocalTelegram() as local, answering(assistant, local.token, local.url):
        yield local
        await local.quiet()
        assert_valid_wire(local.calls())


@pytest.fixture
def anna(telegram: LocalTelegram) -> Person:
    return telegram.person("Anna")


@pytest.fixture
def bert(telegram: LocalTelegram) -> Person:
    return telegram.person("Bert")
