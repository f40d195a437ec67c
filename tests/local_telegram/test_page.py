"""The chat page's server side: each browser tab is a person of its own."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup

from bot.local_telegram import LocalTelegram


@dataclass
class Tab:
    """A browser tab."""

    http: aiohttp.ClientSession
    url: str
    session: str = "tab-00000001"

    async def post(self, action: str, **body: Any) -> tuple[int, str]:
        async with self.http.post(f"{self.url}/page/{self.session}/{action}", json=body) as response:
            return response.status, await response.text()

    async def events(self, count: int, last: int | None = None) -> list[tuple[str, Any]]:
        headers = {"Last-Event-ID": str(last)} if last else {}
        events: list[tuple[str, Any]] = []
        async with self.http.get(f"{self.url}/page/{self.session}/events", headers=headers) as stream:
            kind = ""
            while len(events) < count:
                line = (await stream.content.readline()).decode().strip()
                if line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    events.append((kind, json.loads(line.removeprefix("data: "))))
        return events


@pytest.fixture
async def telegram() -> AsyncIterator[LocalTelegram]:
    async with LocalTelegram(page=True) as running:
        yield running


@pytest.fixture
async def tab(telegram: LocalTelegram) -> AsyncIterator[Tab]:
    async with aiohttp.ClientSession() as http:
        yield Tab(http, telegram.url)


@pytest.mark.parametrize(
    ("path", "kind"), [("/", "text/html"), ("/chat.css", "text/css"), ("/chat.js", "text/javascript")]
)
async def test_the_page_asks_nothing_of_other_hosts(tab: Tab, path: str, kind: str) -> None:
    async with tab.http.get(tab.url + path) as response:
        body = await response.text()
        assert response.content_type == kind
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert not re.search(r"(?:src=|href=|url\(|fetch\(|EventSource\(|import\b)[\s\"'`(]*(?:https?:)?//", body)


async def test_without_the_page_there_is_nothing() -> None:
    async with LocalTelegram() as telegram, aiohttp.ClientSession() as http, http.get(telegram.url) as response:
        assert response.status == 404


async def test_what_is_said_is_seen(tab: Tab, bot: Bot) -> None:
    assert await tab.post("say", text="ice or heat?") == (200, '{"message_id": 1}')
    update = (await bot.get_updates())[0]
    assert update.message
    await update.message.reply_text("<b>", reply_markup=ReplyKeyboardMarkup([["More"]]))
    [(kind, state)] = await tab.events(1)
    assert kind == "state"
    assert [message["text"] for message in state["messages"]] == ["ice or heat?", "<b>"]
    assert state["keyboard"]["keyboard"] == [[{"text": "More"}]]
    assert state["bot"]["name"] == "Local Bot"


async def test_a_tab_that_was_away_gets_what_it_missed(tab: Tab, bot: Bot) -> None:
    await tab.post("say", text="one")
    await tab.post("say", text="two")
    await tab.post("edit", message_id=2, text="three")
    assert [(kind, event["text"]) for kind, event in await tab.events(2, last=1)] == [
        ("message", "two"),
        ("edit", "three"),
    ]


async def test_every_tab_is_someone_else(tab: Tab, bot: Bot) -> None:
    await tab.post("say", text="one")
    await Tab(tab.http, tab.url, "tab-00000002").post("say", text="two")
    first, second = [update.effective_user for update in await bot.get_updates()]
    assert first != second


async def test_a_tap_and_its_notice(tab: Tab, telegram: LocalTelegram, bot: Bot) -> None:
    await tab.post("say", text="hello")
    person_id = telegram.world.updates.first(1)[0]["message"]["chat"]["id"]
    markup = InlineKeyboardMarkup.from_button(InlineKeyboardButton("x", callback_data="x"))
    message = await bot.send_message(person_id, "hello", reply_markup=markup)
    assert await tab.post("tap", message_id=message.id, data="y") == (400, "That button is gone.")
    assert await tab.post("tap", message_id=message.id, data="x") == (200, '{"query": "1"}')
    await bot.answer_callback_query("1", "done", show_alert=True)
    assert (await tab.events(1, last=2))[0] == ("notice", {"query": "1", "text": "done", "alert": True, "url": ""})


async def test_examples_and_clearing(tab: Tab, bot: Bot) -> None:
    await tab.post("send", what="photo", caption="my back")
    await tab.post("send", what="voice")
    await tab.post("clear")
    photo, voice = await bot.get_updates()
    assert photo.message
    assert photo.message.photo
    assert voice.message
    assert voice.message.voice
    [(_, state)] = await tab.events(1)
    assert state["messages"] == []


@pytest.mark.parametrize(
    ("action", "body", "answer"),
    [
        ("say", {"text": "x" * 4097}, (400, "A message holds at most 4096 characters.")),
        ("say", {"text": " "}, (400, "Telegram sends no message without text.")),
        ("edit", {"message_id": 7, "text": "x"}, (400, "7")),
        ("send", {"what": "love"}, (400, "Can't send 'love': photo or voice.")),
        ("love", {}, (404, "No such action.")),
    ],
)
async def test_what_the_page_cannot_do(tab: Tab, action: str, body: dict[str, Any], answer: tuple[int, str]) -> None:
    assert await tab.post(action, **body) == answer


async def test_other_sites_and_forms_are_refused(tab: Tab) -> None:
    url = f"{tab.url}/page/{tab.session}/say"
    async with tab.http.post(url, json={"text": "x"}, headers={"Origin": "http://evil.example"}) as response:
        assert response.status == 403
    async with tab.http.post(url, data={"text": "x"}) as response:
        assert response.status == 415
    async with tab.http.post(f"{tab.url}/page/short/say", json={"text": "x"}) as response:
        assert response.status == 400
