"""The chat page's server side: each browser tab is a person of its own."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from telegram import (
    Bot,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyKeyboardMarkup,
)

from bot import local_telegram
from bot.local_telegram import Bulletin, Inside, LocalTelegram, Row, Section
from bot.local_telegram.people import PATIENCE


@dataclass
class Tab:
    """A browser tab."""

    http: aiohttp.ClientSession
    url: str
    session: str = "tab-00000001"

    async def post(self, action: str, **body: Any) -> tuple[int, str]:
        async with self.http.post(f"{self.url}/page/{self.session}/{action}", json=body) as response:
            return response.status, await response.text()

    @asynccontextmanager
    async def listens(self) -> AsyncIterator[Callable[[], Awaitable[tuple[str, Any]]]]:
        """Open the tab's events; the function returns the next one."""
        async with self.http.get(f"{self.url}/page/{self.session}/events") as stream:

            async def hear() -> tuple[str, Any]:
                async with asyncio.timeout(PATIENCE):
                    kind, data = await heard("event: "), await heard("data: ")
                    return kind, json.loads(data)

            async def heard(field: str) -> str:
                while not (line := (await stream.content.readline()).decode()).startswith(field):
                    assert line, "the stream has ended"
                return line.removeprefix(field).strip()

            yield hear

    async def state(self) -> Any:
        async with self.listens() as hear:
            kind, state = await hear()
            assert kind == "state"
            return state


@pytest.fixture
async def telegram() -> AsyncIterator[LocalTelegram]:
    async with LocalTelegram(page=True) as running:
        yield running


@pytest.fixture
async def tab(telegram: LocalTelegram) -> AsyncIterator[Tab]:
    async with aiohttp.ClientSession() as http:
        yield Tab(http, telegram.url)


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/", "text/html"), ("/chat.css", "text/css"), ("/chat.js", "text/javascript"), ("/text.js", "text/javascript")],
)
async def test_the_page_asks_nothing_of_other_hosts(tab: Tab, path: str, kind: str) -> None:
    async with tab.http.get(tab.url + path) as response:
        body = await response.text()
        assert response.content_type == kind
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert not re.search(r"(?:src=|href=|url\(|fetch\(|EventSource\(|import\b)[\s\"'`(]*(?:https?:)?//", body)


def test_the_page_is_light() -> None:
    files = list((Path(local_telegram.__file__).parent / "page").iterdir())
    assert sum(file.stat().st_size for file in files) < 100_000


async def test_without_the_page_there_is_nothing() -> None:
    async with LocalTelegram() as telegram, aiohttp.ClientSession() as http, http.get(telegram.url) as response:
        assert response.status == 404


async def test_what_is_said_is_seen(tab: Tab, bot: Bot) -> None:
    assert await tab.post("say", text="ice or heat?") == (200, '{"message_id": 1}')
    update = (await bot.get_updates())[0]
    assert update.message
    await update.message.reply_text("<b>", reply_markup=ReplyKeyboardMarkup([["More"]]))
    state = await tab.state()
    [chat] = state["chats"]
    assert [message["text"] for message in chat["messages"]] == ["ice or heat?", "<b>"]
    assert chat["keyboard"]["keyboard"] == [[{"text": "More"}]]
    assert state["bot"]["name"] == "Local Bot"


async def test_what_happens_is_told_at_once_and_in_order(tab: Tab) -> None:
    async with tab.listens() as hear:
        await hear()
        await tab.post("say", text="one")
        await tab.post("edit", message_id=1, text="two")
        await tab.post("delete", message_id=1)
        told = [await hear() for _ in range(3)]
    assert [kind for kind, _ in told] == ["message", "edit", "delete"]
    assert [told[0][1]["message"]["text"], told[1][1]["message"]["text"], told[2][1]["message_id"]] == ["one", "two", 1]


async def test_two_people_talk_in_a_group_that_the_tab_opens(tab: Tab, bot: Bot) -> None:
    you = (await tab.state())["you"]
    async with tab.listens() as hear:
        await hear()
        await tab.post("group")
        kind, group = await hear()
        assert kind == "chat"
        friend = next(member["id"] for member in group["members"] if member["id"] != you)
        await tab.post("say", chat=group["id"], text="/one")
        await tab.post("say", chat=group["id"], text="/two", **{"as": friend})
        told = [await hear() for _ in range(3)]
    assert [(event["chat"], event["message"]["from"]["id"]) for kind, event in told if kind == "message"] == [
        (group["id"], you),
        (group["id"], friend),
    ]
    said = [update.message for update in await bot.get_updates(allowed_updates=["message"]) if update.message]
    assert [message.chat_id for message in said] == [group["id"]] * 2
    # Asked for once more it is the same one.
    assert json.loads((await tab.post("group"))[1]) == {"chat": group["id"]}


async def test_a_tab_is_told_the_calls_of_its_own_chats_only(tab: Tab, bot: Bot) -> None:
    other = Tab(tab.http, tab.url, "tab-00000002")
    mine, theirs = [(await one.state())["you"] for one in (tab, other)]
    await tab.post("say", text="one")
    await other.post("say", text="two")
    await bot.get_updates()
    await bot.send_message(theirs, "not yours")
    await bot.send_message(mine, "yours")
    [chat] = (await tab.state())["chats"]
    fetched, sent = chat["calls"]
    assert [update["message"]["text"] for update in fetched["answer"]["result"]] == ["one"]
    assert (sent["method"], sent["parameters"], sent["status"]) == (
        "sendMessage",
        {"chat_id": mine, "text": "yours"},
        200,
    )


async def test_a_call_is_told_once(tab: Tab, bot: Bot) -> None:
    await tab.post("say", text="one")
    mine = (await tab.state())["you"]
    async with tab.listens() as hear:
        await hear()
        await bot.send_message(mine, "two")
        await bot.send_message(mine, "three")
        told = [await hear() for _ in range(4)]
    assert sorted(kind for kind, _ in told) == ["call", "call", "message", "message"]
    assert [event["call"]["parameters"]["text"] for kind, event in told if kind == "call"] == ["two", "three"]


async def test_the_look_inside_and_news_of_the_bot(tab: Tab, telegram: LocalTelegram) -> None:
    await tab.post("say", text="one")
    mine = (await tab.state())["you"]
    inside = Inside(1, 2.5, (Section("Nearest", (Row("ice", "ice_or_heat", 0.5),)),))
    async with tab.listens() as hear:
        await hear()
        telegram.shows_inside(mine, inside)
        assert await hear() == ("inside", {"chat": mine, "inside": json.loads(json.dumps(inside.wire()))})
        telegram.announces(Bulletin("Saved."))
        assert await hear() == ("bulletin", {"text": "Saved.", "kind": "good"})
    state = await tab.state()
    assert state["bulletin"]["text"] == "Saved."
    assert state["chats"][0]["inside"]["milliseconds"] == 2.5
    await tab.post("clear")
    assert (await tab.state())["chats"][0]["inside"] is None


async def test_what_a_bot_says_of_itself_is_told_when_it_changes(tab: Tab, bot: Bot) -> None:
    async with tab.listens() as hear:
        _, state = await hear()
        assert (state["bot"]["name"], state["bot"]["about"]) == ("Local Bot", "")
        told: list[Any] = []
        for call in (bot.set_my_name("Back"), bot.set_my_description("It answers."), bot.set_my_commands([("a", "A")])):
            await call
            kind, news = await hear()
            assert kind == "bot"
            told.append(news)
    assert [(news["name"], news["about"]) for news in told] == [("Back", ""), *[("Back", "It answers.")] * 2]
    assert told[2]["commands"] == {str(state["you"]): [{"command": "a", "description": "A"}]}


async def test_each_chat_has_the_commands_of_its_narrowest_scope(tab: Tab, bot: Bot) -> None:
    group = json.loads((await tab.post("group"))[1])["chat"]
    you = (await tab.state())["you"]

    async def offered() -> tuple[str, str]:
        commands = (await tab.state())["bot"]["commands"]
        private, in_group = ("".join(one["command"] for one in commands[str(chat)]) for chat in (you, group))
        return private, in_group

    assert await offered() == ("", "")
    await bot.set_my_commands([("d", "default")])
    assert await offered() == ("d", "d")
    await bot.set_my_commands([("e", "English")], language_code="en")
    await bot.set_my_commands([("f", "French")], language_code="fr")
    assert await offered() == ("e", "e")
    await bot.set_my_commands([("g", "group")], scope=BotCommandScopeAllGroupChats())
    assert await offered() == ("e", "g")
    await bot.set_my_commands([("p", "private")], scope=BotCommandScopeAllPrivateChats())
    await bot.set_my_commands([("c", "this chat")], scope=BotCommandScopeChat(group))
    assert await offered() == ("p", "c")
    await bot.delete_my_commands(BotCommandScopeChat(group))
    assert await offered() == ("p", "g")


async def test_a_look_inside_a_chat_that_is_not_there_is_let_go(telegram: LocalTelegram) -> None:
    telegram.shows_inside(7, Inside(1, 1.0, ()))
    assert telegram.world.chats == {}


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
    wire = {"chat": person_id, "query": "1", "text": "done", "alert": True, "url": ""}
    async with tab.listens() as hear:
        await hear()
        await bot.answer_callback_query("1", "done", show_alert=True)
        assert ("notice", wire) in [await hear() for _ in range(2)]


async def test_examples_and_clearing(tab: Tab, bot: Bot) -> None:
    await tab.post("send", what="photo", caption="my back")
    await tab.post("send", what="voice", reply_to=1)
    await tab.post("send", what="sticker", emoji="🙏")
    await tab.post("clear")
    photo, voice, sticker = await bot.get_updates()
    assert photo.message
    assert photo.message.photo
    assert voice.message
    assert voice.message.voice
    assert voice.message.reply_to_message
    assert sticker.message
    assert sticker.message.sticker
    assert (await tab.state())["chats"][0]["messages"] == []


@pytest.mark.parametrize(
    ("action", "body", "answer"),
    [
        ("say", {"text": "x" * 4097}, (400, "A message holds at most 4096 characters.")),
        ("say", {"text": " "}, (400, "Telegram sends no message without text.")),
        ("edit", {"message_id": 7, "text": "x"}, (400, "That message is gone, or the page left something out.")),
        ("say", {"text": "x", "chat": 7}, (400, "That chat is gone.")),
        ("send", {"what": "love"}, (400, "Can't send 'love': photo, voice or sticker.")),
        ("love", {}, (404, "No such action.")),
    ],
)
async def test_what_the_page_cannot_do(tab: Tab, action: str, body: dict[str, Any], answer: tuple[int, str]) -> None:
    assert await tab.post(action, **body) == answer


async def test_forms_and_odd_sessions_are_refused(tab: Tab) -> None:
    url = f"{tab.url}/page/{tab.session}/say"
    async with tab.http.post(url, data={"text": "x"}) as response:
        assert response.status == 415
    async with tab.http.post(f"{tab.url}/page/short/say", json={"text": "x"}) as response:
        assert response.status == 400
