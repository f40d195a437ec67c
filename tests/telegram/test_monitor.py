"""What the operator's machines are told."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.assistant import Assistant
from bot.local_telegram import Fault, LocalTelegram
from bot.store import Store, writer
from bot.telegram.monitor import monitor
from bot.telegram.service import Running
from tests.store.conftest import until
from tests.telegram.answering import answering, locked

Client = TestClient[aiohttp.web.Request, aiohttp.web.Application]


@pytest.fixture
async def local() -> AsyncIterator[LocalTelegram]:
    async with LocalTelegram() as telegram:
        yield telegram


@pytest.fixture
async def bot(assistant: Assistant, local: LocalTelegram, tmp_path: Path) -> AsyncIterator[Running]:
    store = await Store.open(f"sqlite:///{tmp_path}/store.db", patience=0.1)
    async with answering(assistant, local.token, local.url, store=store) as running:
        yield running
    await store.close()


@pytest.fixture
async def client(bot: Running) -> AsyncIterator[Client]:
    app = monitor(bot.metrics, lambda: bot.store.state, lambda: bot.ready)
    async with TestClient(TestServer(app)) as opened:
        yield opened


async def figure(client: Client, name: str) -> float:
    text = await (await client.get("/metrics")).text()
    return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith(f"{name} "))


async def test_a_bot_at_work(client: Client) -> None:
    assert (await client.get("/healthz")).status == 200
    ready = await client.get("/readyz")
    assert ready.status == 200
    assert (await ready.json())["store"] == "answers"


async def test_a_bot_that_stops(client: Client, bot: Running) -> None:
    bot.ready = False
    assert (await client.get("/healthz")).status == 503
    assert (await client.get("/readyz")).status == 503


async def test_messages_are_counted_by_kind(client: Client, local: LocalTelegram) -> None:
    anna = local.person("Anna")
    for text in ("does massage help?", "ice or heat", "i cant pee"):
        await anna.says(text)
    await local.quiet()
    assert await figure(client, "bot_updates_total") == 3
    assert await figure(client, 'bot_replies_total{kind="answer"}') == 2
    assert await figure(client, 'bot_replies_total{kind="alert"}') == 1
    assert await figure(client, "bot_update_seconds_count") == 3


async def test_errors_of_telegram_are_counted(client: Client, local: LocalTelegram) -> None:
    local.fail(Fault("500", method="sendMessage", times=2))
    anna = local.person("Anna")
    await anna.says("does massage help?")
    await anna.hears()
    assert await figure(client, 'bot_telegram_errors_total{error="NetworkError"}') == 2


async def test_a_store_that_is_away_is_seen_and_people_still_get_answers(
    client: Client, bot: Running, local: LocalTelegram, tmp_path: Path
) -> None:
    async with locked(tmp_path / "store.db"):
        anna = local.person("Anna")
        await anna.says("ice or heat")
        assert (await anna.hears()).text.startswith("Ice or heat")
        await anna.says("and for how long?")
        assert (await anna.hears()).text.startswith("Ice or heat")
        await local.quiet()
        await until(lambda: not bot.store.state.answers)
        ready = await client.get("/readyz")
        told = await ready.json()
        assert (ready.status, told["store"]) == (503, "away")
        assert told["trouble"]
        assert (await client.get("/healthz")).status == 200
        assert await figure(client, "bot_store_away") == 1
        assert await figure(client, "bot_store_backlog") == 2


async def test_what_could_not_be_kept_is_counted(
    client: Client, local: LocalTelegram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "BACKLOG", 1)
    anna = local.person("Anna")
    async with locked(tmp_path / "store.db"):
        for text in ("ice or heat", "does massage help?"):
            await anna.says(text)
            await anna.hears()
        await local.quiet()
        assert await figure(client, "bot_store_lost") == 1
