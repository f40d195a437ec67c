"""The server answers this machine's own programs and its own page, and what it takes and keeps is bounded."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from telegram import Bot

from bot import local_telegram
from bot.local_telegram import LocalTelegram, Person
from bot.local_telegram.server import HOST

FILES = [f"/{file.name}" for file in (Path(local_telegram.__file__).parent / "page").iterdir()]
EVENTS, SAY = "/page/tab-00000001/events", "/page/tab-00000001/say"
BOT_API = "/bot1:local/getMe"
ELSEWHERE = [("GET", path) for path in (EVENTS, BOT_API, "/nothing", *FILES) if path != "/index.html"]
ELSEWHERE += [("POST", BOT_API), ("POST", SAY)]


@pytest.fixture
async def telegram() -> AsyncIterator[LocalTelegram]:
    async with LocalTelegram(page=True) as running:
        yield running


@pytest.fixture
async def http(telegram: LocalTelegram) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(telegram.url) as session:
        yield session


@pytest.fixture
async def anna(telegram: LocalTelegram) -> Person:
    return telegram.person("Anna")


# --- who is answered -------------------------------------------------------------------------------------------------


async def test_it_listens_on_loopback_only(telegram: LocalTelegram) -> None:
    # 127.0.0.2 is this machine too, and would be answered if the server listened on all addresses.
    with pytest.raises(OSError, match=r"[Cc]onnect"):
        await asyncio.open_connection("127.0.0.2", urlsplit(telegram.url).port)
    assert urlsplit(telegram.url).hostname == HOST == "127.0.0.1"


@pytest.mark.parametrize(("method", "path"), [*ELSEWHERE, ("GET", "/")])
@pytest.mark.parametrize(
    "header",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1:1"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
    ],
    ids=str,
)
async def test_other_sites_are_refused_everywhere(
    http: aiohttp.ClientSession, telegram: LocalTelegram, method: str, path: str, header: dict[str, str]
) -> None:
    async with http.request(method, path, headers=header) as response:
        assert response.status == 403
    assert telegram.calls() == []


@pytest.mark.parametrize(("method", "path"), ELSEWHERE)
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_picture_or_a_link_of_another_site_reaches_nothing(
    http: aiohttp.ClientSession, telegram: LocalTelegram, method: str, path: str, site: str
) -> None:
    """Browsers send no Origin with these."""
    async with http.request(method, path, headers={"Sec-Fetch-Site": site}) as response:
        assert response.status == 403
    assert telegram.calls() == []


@pytest.mark.parametrize("site", ["cross-site", "none", "same-origin"])
async def test_a_link_leads_to_the_page(http: aiohttp.ClientSession, site: str) -> None:
    async with http.get("/", headers={"Sec-Fetch-Site": site}) as response:
        assert response.status == 200


async def test_the_page_is_its_own_site(http: aiohttp.ClientSession, telegram: LocalTelegram) -> None:
    headers = {"Origin": telegram.url, "Sec-Fetch-Site": "same-origin"}
    async with http.post(SAY, json={"text": "hello"}, headers=headers) as response:
        assert response.status == 200
    port = urlsplit(telegram.url).port
    async with http.get(BOT_API, headers={"Host": f"localhost:{port}"}) as response:
        assert response.status == 200


# --- how much it takes -----------------------------------------------------------------------------------------------


async def test_a_call_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.local_telegram.limits.REQUEST_BYTES", 1000)
    async with LocalTelegram(page=True) as small, aiohttp.ClientSession(small.url) as http:
        text = {"text": "x" * 2000}
        for call in (http.post(BOT_API, json=text), http.post(BOT_API, data=text)):
            async with call as response:
                assert await response.json() == {
                    "ok": False,
                    "error_code": 413,
                    "description": "Request Entity Too Large",
                }
        async with http.post(SAY, json=text) as response:
            assert response.status == 413


async def test_json_without_end(http: aiohttp.ClientSession) -> None:
    headers = {"Content-Type": "application/json"}
    for path in (BOT_API, SAY):
        async with http.post(path, data=b"[" * 100_000, headers=headers) as response:
            assert response.status == 400


# --- how much it keeps -----------------------------------------------------------------------------------------------


async def test_messages_are_bounded(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.local_telegram.limits.MESSAGES_KEPT", 3)
    for i in range(5):
        await anna.says(str(i))
    assert [message.formatted.text for message in anna.messages] == ["2", "3", "4"]


async def test_a_chain_of_replies_keeps_no_more_than_its_last(anna: Person) -> None:
    first = await anna.says("one")
    second = await anna.says("two", reply_to=first)
    third = await anna.says("three", reply_to=second)
    assert third.reply_to
    assert third.reply_to.id == second.id
    assert third.reply_to.reply_to is None


async def test_events_calls_and_updates_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EVENTS_KEPT", "CALLS_KEPT", "UPDATES_KEPT"):
        monkeypatch.setattr(f"bot.local_telegram.limits.{name}", 3)
    async with LocalTelegram() as telegram, Bot(telegram.token, base_url=telegram.base_url) as bot:
        anna = telegram.person("Anna")
        for _ in range(5):
            await anna.says("hello")
            await bot.get_me()
        assert len(anna.chat.events) == len(telegram.calls("getMe")) == len(telegram.world.updates) == 3


async def test_taps_and_inline_queries_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CALLBACKS_KEPT", "INLINE_QUERIES_KEPT"):
        monkeypatch.setattr(f"bot.local_telegram.limits.{name}", 1)
    telegram = LocalTelegram(inline=True)
    anna = telegram.person("Anna")
    message = await anna.says("hello")
    world = telegram.world
    taps = [world.tap(message, anna.user, "x") for _ in range(2)]
    queries = [world.ask_inline(anna.chat, anna.user, "x") for _ in range(2)]
    assert [world.taps.get(tap.id) for tap in taps] == [None, taps[1]]
    assert [world.inline_queries.get(query.id) for query in queries] == [None, queries[1]]


async def test_tabs_are_bounded(http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.local_telegram.limits.TABS", 1)

    async def says(session: str) -> int:
        async with http.post(f"/page/{session}/say", data=json.dumps({"text": "x"}), headers=headers) as response:
            return response.status

    headers = {"Content-Type": "application/json"}
    assert [await says("tab-00000001"), await says("tab-00000002"), await says("tab-00000001")] == [200, 429, 200]
