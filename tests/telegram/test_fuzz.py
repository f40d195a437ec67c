"""Whatever is posted or written: no error of ours, and no update that the bot can't get past. 20,000 cases."""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from telegram.error import TelegramError

from bot.assistant import Assistant
from bot.chat import Chat
from bot.local_telegram import LocalTelegram
from bot.telegram.webhook import SECRET_HEADER
from tests.telegram.answering import at_once
from tests.telegram.test_webhook import SECRET, posting

UNHURRIED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]


class Ours(logging.Handler):
    """Collects the errors that were logged and are not Telegram's refusals: a made-up chat can't be written to."""

    def __init__(self) -> None:
        super().__init__()
        self.errors: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error and not isinstance(error, TelegramError):
            self.errors.append(error)


@dataclass
class Posting:
    """A bot that takes posted updates, for tests that Hypothesis runs many times."""

    run: Callable[[Coroutine[Any, Any, Any]], Any]
    session: aiohttp.ClientSession
    local: LocalTelegram
    ours: Ours
    number: int = 0

    def post(self, body: bytes) -> None:
        """Post a body: it is taken or refused, and nothing goes wrong."""
        assert self.run(self._post(body)) in (200, 400)
        assert not self.ours.errors

    async def _post(self, body: bytes) -> int:
        webhook = self.local.world.webhook
        assert webhook
        headers = {SECRET_HEADER: SECRET, "Content-Type": "application/json"}
        async with self.session.post(webhook.url, data=body, headers=headers) as response:
            return response.status


@pytest.fixture(scope="module")
def bot(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Posting]:
    async def opened(stack: AsyncExitStack, folder: Path) -> tuple[aiohttp.ClientSession, LocalTelegram]:
        local = await stack.enter_async_context(LocalTelegram(pause=at_once))
        await stack.enter_async_context(posting(assistant, local, folder))
        return await stack.enter_async_context(aiohttp.ClientSession()), local

    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        session, local = runner.run(opened(stack, tmp_path_factory.mktemp("fuzz")))
        ours = Ours()
        logging.getLogger().addHandler(ours)
        yield Posting(runner.run, session, local, ours)
        logging.getLogger().removeHandler(ours)
        runner.run(stack.aclose())


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ("message", "edited_message", "callback_query", "inline_query", "my_chat_member", "poll", "x")


@settings(max_examples=4000, suppress_health_check=UNHURRIED)
@given(body=st.binary(max_size=200) | anything.map(lambda value: json.dumps(value).encode()))
def test_any_body(bot: Posting, body: bytes) -> None:
    bot.post(body)


@settings(max_examples=4000, suppress_health_check=UNHURRIED)
@given(content=st.dictionaries(st.sampled_from(FIELDS), anything, max_size=3))
def test_any_object_with_an_update_s_number(bot: Posting, content: dict[str, Any]) -> None:
    bot.number += 1
    bot.post(json.dumps({"update_id": bot.number, **content}).encode())


small = st.integers(0, 2**40)
people = st.fixed_dictionaries(
    {"id": st.integers(1, 2**40), "is_bot": st.booleans(), "first_name": st.text(max_size=5)}
)
chats = st.fixed_dictionaries(
    {"id": st.integers(-(2**40), 2**40), "type": st.sampled_from(["private", "group", "supergroup", "channel"])},
    optional={"title": st.text(max_size=5), "is_forum": st.booleans()},
)
entities = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["bot_command", "bold", "mention", "new"]), "offset": st.integers(-3, 40)}
        | {"length": st.integers(-3, 40)}
    ),
    max_size=2,
)
texts = st.text(max_size=60) | st.sampled_from(
    ["/start", "/start x", "/ask", "/ask heat?", "/forget", "/mydata", "/x", "i cant pee"]
)
messages = st.fixed_dictionaries(
    {"message_id": small, "date": st.integers(0, 2**31 - 1), "chat": chats, "from": people},
    optional={
        "text": texts,
        "caption": texts,
        "entities": entities,
        "sticker": anything,
        "photo": anything,
        "edit_date": st.integers(0, 2**31 - 1),
        "message_thread_id": small,
        "is_topic_message": st.booleans(),
        "reply_to_message": st.fixed_dictionaries({"message_id": small, "date": small, "chat": chats}),
        "new_thing": anything,
    },
)
taps = st.fixed_dictionaries(
    {"id": st.text(max_size=8), "from": people, "chat_instance": st.text(max_size=4)},
    optional={
        "message": messages,
        "data": st.text(max_size=20)
        | st.sampled_from(["e:ice_or_heat", "d:ice_or_heat", "u:", "y:aortic", "c:CA", "t:"]),
        "game_short_name": st.text(max_size=3),
    },
)
updates = (
    messages.map(lambda one: {"message": one})
    | messages.map(lambda one: {"edited_message": one})
    | taps.map(lambda one: {"callback_query": one})
)


@settings(max_examples=4000, suppress_health_check=UNHURRIED)
@given(content=updates)
def test_any_message_and_any_tap(bot: Posting, content: dict[str, Any]) -> None:
    bot.number += 1
    bot.post(json.dumps({"update_id": bot.number, **content}).encode())


@settings(max_examples=8000, suppress_health_check=UNHURRIED)
@given(before=st.text(max_size=80), text=st.text(max_size=200))
def test_any_text(assistant: Assistant, before: str, text: str) -> None:
    chat = Chat(joins=True)
    for words in (before, text):
        reply = assistant.reply(chat.message(words, 0.0))
        chat.heard(reply, 0.0, words)
        assert reply.text.strip()
