"""Stopping the bot, and what its log holds: the real command in a process of its own."""

import asyncio
import json
import re
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest

from bot.assistant import Assistant
from bot.local_telegram import Fault, LocalTelegram, Person
from bot.telegram.service import SECOND_SIGNAL
from tests.faults.processes import BotProcess, posted_to, settings_for
from tests.postgres import free_port

RUN = ("-m", "bot", "run")
Start = Callable[..., "asyncio.Future[BotProcess]"]


@pytest.fixture
async def local(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LocalTelegram]:
    """A Telegram whose people are patient: a process takes some seconds to start. The fit is in the cache by now."""
    for module in ("telegram", "people"):
        monkeypatch.setattr(f"bot.local_telegram.{module}.PATIENCE", 60.0)
    async with LocalTelegram() as telegram:
        yield telegram


@pytest.fixture(params=["polling", "webhook"])
async def bot(request: pytest.FixtureRequest, local: LocalTelegram, tmp_path: Path) -> AsyncIterator[BotProcess]:
    """The bot at work."""
    port = free_port()
    way = posted_to(port, port) if request.param == "webhook" else {}
    process = BotProcess(settings_for(local, f"sqlite:///{tmp_path}/store.db", **way), tmp_path, RUN)
    await process.start()
    yield process
    await process.kill()


@pytest.fixture
async def anna(local: LocalTelegram, bot: BotProcess) -> Person:
    """Someone who has had an answer: the bot is at work."""
    anna = local.person("Annabella")
    await anna.says("hello")
    await anna.hears()
    return anna


async def held(local: LocalTelegram, anna: Person, gate: asyncio.Event, count: int) -> list[Person]:
    """Return people who have asked something, and whose answers Telegram has but holds back until the gate opens."""
    local.fail(Fault("timeout", "sendMessage", times=count, until=gate))
    people = [anna, *(local.person(f"Person {number}") for number in range(count - 1))]
    for person in people:
        await person.says("ice or heat?")
    for person in people:
        await person.hears()
    return people


async def test_what_is_on_its_way_comes_to_its_end(local: LocalTelegram, bot: BotProcess, anna: Person) -> None:
    gate = asyncio.Event()
    people = await held(local, anna, gate, 3)
    bot.tell(signal.SIGTERM)
    await until_log(bot, "stopping")
    gate.set()
    assert await bot.ended() == 0
    assert len(local.world.updates) == 0
    await bot.start()
    await anna.says("hello again")
    await anna.hears()
    assert [len(local.sent(person.id)) for person in people] == [3, 1, 1]


async def test_what_does_not_end_in_time_is_left_to_telegram(local: LocalTelegram, tmp_path: Path) -> None:
    settings = settings_for(local, f"sqlite:///{tmp_path}/store.db", STOP_SECONDS="0.5", ANSWER_SECONDS="60")
    bot = BotProcess(settings, tmp_path, RUN)
    await bot.start()
    local.fail(Fault("timeout", "sendMessage"))
    anna = local.person("Annabella")
    await anna.says("ice or heat?")
    await until_log(bot, "answering as")
    bot.tell(signal.SIGTERM)
    assert await bot.ended() == 0
    assert "1 updates were not answered in time" in bot.log
    assert not local.sent(anna.id)
    await bot.start()
    assert (await anna.hears()).text.startswith("Ice or heat")
    await bot.kill()


async def test_a_second_signal_ends_it_at_once(local: LocalTelegram, bot: BotProcess, anna: Person) -> None:
    await held(local, anna, asyncio.Event(), 1)
    bot.tell(signal.SIGTERM)
    await until_log(bot, "stopping")
    bot.tell(signal.SIGTERM)
    assert await bot.ended() == SECOND_SIGNAL


async def test_messages_that_wait_are_answered_by_the_next_process(
    local: LocalTelegram, bot: BotProcess, anna: Person
) -> None:
    gate = asyncio.Event()
    await held(local, anna, gate, 1)
    titles = ["What causes it", "How long it lasts", "Sleeping and lying", "Sport and gym"]
    for title in titles:
        await anna.says(title)
    bot.tell(signal.SIGTERM)
    await until_log(bot, "stopping")
    gate.set()
    assert await bot.ended() == 0
    await bot.start()
    await local.until(anna.id, lambda: len(local.sent(anna.id)) == 2 + len(titles) or None, "an answer to each message")
    assert [message.formatted.text.partition("\n")[0] for message in local.sent(anna.id)[2:]] == titles
    bot.tell(signal.SIGTERM)
    assert await bot.ended() == 0
    assert len(local.sent(anna.id)) == 2 + len(titles)


async def test_a_bot_that_can_t_reach_telegram_is_watched_and_stopped(local: LocalTelegram, tmp_path: Path) -> None:
    port = free_port()
    settings = settings_for(local, f"sqlite:///{tmp_path}/store.db", MONITOR_PORT=str(port))
    bot = BotProcess(settings | {"TELEGRAM_URL": f"http://127.0.0.1:{free_port()}"}, tmp_path, RUN)
    await bot.start()
    await until_log(bot, "can't reach Telegram")
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/healthz") as response:
        assert response.status == 503
    bot.tell(signal.SIGTERM)
    assert await bot.ended() == 0


async def test_the_log_names_errors_and_nobody(local: LocalTelegram, bot: BotProcess, anna: Person) -> None:
    local.fail(Fault("400", "sendMessage"))
    await anna.says("is it bad that my Zanzibar belt pinches me?")
    told = (await anna.hears()).text
    error_id = re.search(r"\b[0-9a-f]{8}\b", told)
    assert error_id, told
    bot.tell(signal.SIGTERM)
    assert await bot.ended() == 0
    lines = [json.loads(line) for line in bot.log.splitlines()]
    assert any(error_id[0] in line["event"] and line["level"] == "error" and line["exception"] for line in lines)
    for secret in (local.token, "Annabella", "Zanzibar", "pinches", "hello", str(anna.id)):
        assert secret not in bot.log


async def until_log(bot: BotProcess, words: str) -> None:
    """Return when the bot has written something to its log."""
    async with asyncio.timeout(60):
        while words not in bot.log:  # noqa: ASYNC110 - a file tells nobody
            await asyncio.sleep(0.01)
