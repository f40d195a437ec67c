"""Updates that Telegram posts."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from telegram import Update

from bot.assistant import Assistant
from bot.local_telegram import Fault, LocalTelegram
from bot.settings import Settings
from bot.store import Store
from bot.telegram.handlers import Conversation
from bot.telegram.service import PortTakenError, Running, posted, running
from bot.telegram.webhook import LARGEST, SECRET_HEADER
from tests.telegram.answering import at_once

SECRET = "a-secret-of-this-test"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def settings_for(local: LocalTelegram, port: int, **more: Any) -> Settings:
    return Settings(
        _env_file=None,
        telegram_token=local.token,
        telegram_url=local.url,
        webhook_url=f"http://127.0.0.1:{port}/updates",
        webhook_secret=SECRET,
        webhook_host="127.0.0.1",
        webhook_port=port,
        messages_per_second=1000,
        chat_seconds=0,
        **more,
    )


@asynccontextmanager
async def posting(assistant: Assistant, local: LocalTelegram, folder: Path, **more: Any) -> AsyncIterator[Running]:
    """Let the local Telegram post its updates to the bot for the length of the block."""
    own = settings_for(local, free_port(), **more)
    store = await Store.open(f"sqlite:///{folder}/store.db")
    try:
        async with (
            running(Conversation(assistant), store, local.token, local.url, limits=own, pause=at_once) as bot,
            posted(bot, own, at_once),
        ):
            yield bot
    finally:
        await store.close()


@pytest.fixture
async def local() -> AsyncIterator[LocalTelegram]:
    async with LocalTelegram(pause=at_once) as telegram:
        yield telegram


@asynccontextmanager
async def post(local: LocalTelegram, body: bytes, **headers: str) -> AsyncIterator[aiohttp.ClientResponse]:
    """Post something to the bot, as Telegram would or as a stranger might."""
    webhook = local.world.webhook
    assert webhook
    sent = {SECRET_HEADER: SECRET, "Content-Type": "application/json"} | headers
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            webhook.url, data=body, headers={name: value for name, value in sent.items() if value}
        ) as response,
    ):
        yield response


def update(number: int, text: str = "ice or heat?", chat: int = 7) -> bytes:
    message = {
        "message_id": number,
        "date": 1_800_000_000,
        "chat": {"id": chat, "type": "private", "first_name": "Anna"},
        "from": {"id": chat, "is_bot": False, "first_name": "Anna"},
        "text": text,
    }
    return json.dumps({"update_id": number, "message": message}).encode()


async def test_a_conversation(assistant: Assistant, local: LocalTelegram, tmp_path: Path) -> None:
    async with posting(assistant, local, tmp_path):
        anna = local.person("Anna")
        await anna.says("ice or heat?")
        answer = await anna.hears()
        assert answer.text.startswith("Ice or heat")
        await anna.taps("👍", on=answer)
        assert local.world.webhook
        assert local.world.webhook.secret_token == SECRET


async def test_an_update_that_comes_twice_is_answered_once(
    assistant: Assistant, local: LocalTelegram, tmp_path: Path
) -> None:
    async with posting(assistant, local, tmp_path):
        anna = local.person("Anna")
        await anna.says("hello")
        await anna.hears()
        for _ in range(3):
            async with post(local, update(9001, chat=anna.id)) as response:
                assert response.status == 200
        assert len(await anna.hears_all()) == 1


async def test_what_can_t_be_answered_is_posted_again(
    assistant: Assistant, local: LocalTelegram, tmp_path: Path
) -> None:
    async with posting(assistant, local, tmp_path, patience_seconds=0):
        local.fail(Fault("500", method="sendMessage", times=2))
        anna = local.person("Anna")
        await anna.says("ice or heat?")
        assert (await anna.hears()).text.startswith("Ice or heat")
        assert len(local.calls("sendMessage")) == 3


async def test_a_webhook_that_telegram_doesn_t_take_at_once_is_set_again(
    assistant: Assistant, local: LocalTelegram, tmp_path: Path
) -> None:
    for kind in ("429", "502"):
        local.fail(Fault(kind, method="setWebhook"))
    async with posting(assistant, local, tmp_path):
        anna = local.person("Anna")
        await anna.says("hello")
        await anna.hears()


async def test_a_stranger_can_t_post(assistant: Assistant, local: LocalTelegram, tmp_path: Path) -> None:
    async with posting(assistant, local, tmp_path):
        for secret in ("", "wrong", SECRET + "x", "\xff"):
            async with post(local, update(1), **{SECRET_HEADER: secret}) as response:
                assert response.status == 403
        assert not local.calls("sendMessage")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{"update_id": "x"}', 400),
        (b'{"update_id": 1, "message": 3}', 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b" " * (LARGEST + 1), 413),
    ],
    ids=["half", "list", "empty", "no number", "no message", "no text", "deep", "too large"],
)
async def test_what_is_no_update_is_refused(
    assistant: Assistant, local: LocalTelegram, tmp_path: Path, body: bytes, status: int
) -> None:
    async with posting(assistant, local, tmp_path):
        async with post(local, body) as response:
            assert response.status == status
        async with post(local, update(2, "hello", chat=local.person("Anna").id)) as response:
            assert response.status == 200


async def test_what_is_not_called_json_is_refused(assistant: Assistant, local: LocalTelegram, tmp_path: Path) -> None:
    async with (
        posting(assistant, local, tmp_path),
        post(local, update(1), **{"Content-Type": "text/plain"}) as response,
    ):
        assert response.status == 415


async def test_other_methods_and_paths_are_refused(assistant: Assistant, local: LocalTelegram, tmp_path: Path) -> None:
    async with posting(assistant, local, tmp_path), aiohttp.ClientSession() as session:
        webhook = local.world.webhook
        assert webhook
        async with session.get(webhook.url, headers={SECRET_HEADER: SECRET}) as response:
            assert response.status == 405
        async with session.post(webhook.url + "x", headers={SECRET_HEADER: SECRET}) as response:
            assert response.status == 404


async def test_what_waits_is_bounded(assistant: Assistant, local: LocalTelegram, tmp_path: Path) -> None:
    async with posting(assistant, local, tmp_path, most_waiting=1) as bot:
        anna, bert = local.person("Anna"), local.person("Bert")
        async with bot.store.turn(anna.id):
            await anna.says("ice or heat?")
            while not len(bot.intake):  # noqa: ASYNC110 - nothing tells that it has begun
                await asyncio.sleep(0)
            async with post(local, update(9002, chat=bert.id)) as response:
                assert response.status == 503
                assert response.headers["Retry-After"]
        assert (await anna.hears()).text.startswith("Ice or heat")


async def test_what_its_sender_hung_up_on_is_given_up_when_the_bot_is_stopped(
    assistant: Assistant, local: LocalTelegram, tmp_path: Path
) -> None:
    own = settings_for(local, free_port())
    store = await Store.open(f"sqlite:///{tmp_path}/store.db")
    async with running(Conversation(assistant), store, local.token, local.url, limits=own) as bot, store.turn(7):
        asked = Update.de_json(json.loads(update(1)), bot.bot)
        with suppress(asyncio.CancelledError):
            async with posted(bot, own):
                sender = asyncio.create_task(bot.intake.take(asked, comes_again=True))
                while not len(bot.intake):  # noqa: ASYNC110 - nothing tells that it has begun
                    await asyncio.sleep(0)
                sender.cancel()
                raise asyncio.CancelledError
        assert not len(bot.intake)
    await store.close()


async def test_a_port_that_is_taken_is_named(assistant: Assistant, local: LocalTelegram, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        own = settings_for(local, taken.getsockname()[1])
        store = await Store.open(f"sqlite:///{tmp_path}/store.db")
        async with running(Conversation(assistant), store, local.token, local.url, limits=own) as bot:
            with pytest.raises(PortTakenError, match="WEBHOOK_PORT"):
                async with posted(bot, own):
                    pass
        await store.close()
