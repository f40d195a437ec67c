"""Updates that are posted to the bot: in order within a chat, with the secret, and again until the bot takes them."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram import Bot
from telegram.error import BadRequest, Conflict

from bot.local_telegram import Chance, LocalTelegram
from tests.conversation import assert_valid_update, assert_valid_wire
from tests.local_telegram.conftest import Clock


@dataclass
class Hook:
    """A bot that is posted its updates.

    Attributes:
        answers: What it answers next; "OK" when there are none left.
        posted: The updates that came, with those that came again.
        secrets: What came along with each.
        pauses: The seconds that were waited before another attempt.
        paused: Set once there was a pause.
        resume: Where it isn't set, a pause lasts until it is.
        breaks_off: Whether it hangs up on the next update.
        holds: Whether it keeps Telegram waiting.
        gates: For these texts it keeps Telegram waiting until the gate is open.
        refuses: The texts that it answers with 500.
        came: For each text, set once it was posted.
        busy: How many updates it is at.
        busiest: How many it was at at once.
    """

    url: str = ""
    answers: list[web.Response] = field(default_factory=list)
    posted: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    paused: asyncio.Event = field(default_factory=asyncio.Event)
    resume: asyncio.Event = field(default_factory=asyncio.Event)
    breaks_off: bool = False
    holds: bool = False
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    refuses: set[str] = field(default_factory=set)
    came: defaultdict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))
    busy: int = 0
    busiest: int = 0

    async def take(self, request: web.Request) -> web.Response:
        self.busy += 1
        self.busiest = max(self.busy, self.busiest)
        try:
            return await self._take(request, await request.json())
        finally:
            self.busy -= 1

    async def _take(self, request: web.Request, update: dict[str, Any]) -> web.Response:
        self.posted.append(update)
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        if self.holds:
            await asyncio.Event().wait()
        if self.breaks_off and request.transport:
            self.breaks_off = False
            request.transport.close()
        text = update.get("message", {}).get("text", "")
        self.came[text].set()
        if text in self.gates:
            await self.gates[text].wait()
        if text in self.refuses:
            return web.Response(status=500)
        return self.answers.pop(0) if self.answers else web.Response(text="OK")

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.paused.set()
        await self.resume.wait()

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for update in self.posted]

    def shut(self, *texts: str) -> None:
        self.gates |= {text: asyncio.Event() for text in texts}

    async def hears(self, *texts: str) -> None:
        for text in texts:
            await asyncio.wait_for(self.came[text].wait(), 10)


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    running = Hook()
    running.resume.set()
    app = web.Application()
    app.router.add_post("/hook", running.take)
    async with TestServer(app) as server:
        running.url = str(server.make_url("/hook"))
        yield running


@pytest.fixture
async def telegram(hook: Hook, clock: Clock) -> AsyncIterator[LocalTelegram]:
    async with LocalTelegram(clock=clock, pause=hook.pause) as running:
        yield running
        assert_valid_wire(call for call in running.calls() if call.status == 200)
        for update in hook.posted:
            assert_valid_update(update)


async def test_updates_are_posted_in_order_with_the_secret(telegram: LocalTelegram, bot: Bot, hook: Hook) -> None:
    anna = telegram.person("Anna")
    await anna.says("before")
    await bot.set_webhook(hook.url, secret_token="hush_1")
    await anna.says("one")
    await anna.says("two")
    await anna.says("three")
    await telegram.quiet()
    assert hook.texts == ["before", "one", "two", "three"]
    assert set(hook.secrets) == {"hush_1"}
    ids = [update["update_id"] for update in hook.posted]
    assert ids == list(range(ids[0], ids[0] + 4))


async def test_without_a_secret_none_is_sent(telegram: LocalTelegram, bot: Bot, hook: Hook) -> None:
    await bot.set_webhook(hook.url)
    await telegram.person("Anna").says("one")
    await telegram.quiet()
    assert hook.secrets == [None]


async def test_only_the_kinds_that_the_bot_wants_are_posted(telegram: LocalTelegram, bot: Bot, hook: Hook) -> None:
    await bot.set_webhook(hook.url, allowed_updates=["edited_message"])
    anna = telegram.person("Anna")
    await anna.edits(await anna.says("one"), "two")
    await telegram.quiet()
    assert [list(update) for update in hook.posted] == [["update_id", "edited_message"]]
    assert (await bot.get_webhook_info()).allowed_updates == ("edited_message",)


@pytest.mark.parametrize("status", [302, 400, 404, 500, 502])
async def test_what_is_not_taken_is_posted_again(
    telegram: LocalTelegram, bot: Bot, hook: Hook, clock: Clock, status: int
) -> None:
    hook.answers = [web.Response(status=status) for _ in range(4)]
    await bot.set_webhook(hook.url)
    anna = telegram.person("Anna")
    await anna.says("one")
    await anna.says("two")
    await telegram.quiet()
    assert hook.texts == ["one"] * 5 + ["two"]
    assert hook.pauses == [2, 4, 8]
    info = await bot.get_webhook_info()
    assert info.last_error_message
    assert info.last_error_message.startswith(f"Wrong response from the webhook: {status}")
    assert info.last_error_date
    assert info.last_error_date.timestamp() == clock.now
    assert info.pending_update_count == 0


async def test_the_webhook_cannot_send_telegram_elsewhere(telegram: LocalTelegram, bot: Bot, hook: Hook) -> None:
    hook.answers = [web.Response(status=307, headers={"Location": hook.url})]
    await bot.set_webhook(hook.url)
    await telegram.person("Anna").says("one")
    await telegram.quiet()
    assert (await bot.get_webhook_info()).last_error_message == (
        "Wrong response from the webhook: 307 Temporary Redirect"
    )


async def test_the_pauses_grow_to_a_minute(telegram: LocalTelegram, bot: Bot, hook: Hook) -> None:
    hook.answers = [web.Response(status=500) for _ in range(9)]
    await bot.set_webhook(hook.url)
    await telegram.person("Anna").says("one")
    await telegram.quiet()
    assert hook.pauses == [2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.parametrize(("header", "pauses"), [("7", [7]), ("9999", [3600]), ("soon", []), ("0", [])])
async def test_the_bot_may_say_when(
    telegram: LocalTelegram, bot: Bot, hook: Hook, header: str, pauses: list[int]
) -> None:
    hook.answers = [web.Response(status=503, headers={"Retry-After": header})]
    await bot.set_webhook(hook.url)
    await telegram.person("Anna").says("one")
    await telegram.quiet()
    assert hook.texts == ["one", "one"]
    assert hook.pauses == pauses


async def test_a_bot_that_is_not_there_is_tried_again(telegram: LocalTelegram, bot: Bot, hook: Hook) -> None:
    hook.resume.clear()
    async with TestServer(web.Application()) as gone:
        nobody = str(gone.make_url("/hook"))
    await bot.set_webhook(nobody)
    await telegram.person("Anna").says("one")
    await asyncio.wait_for(hook.paused.wait(), 10)
    info = await bot.get_webhook_info()
    assert (info.last_error_message, info.pending_update_count) == ("Connection refused", 1)
    # Another webhook is asked at once, though the pause isn't over.
    await bot.set_webhook(hook.url)
    await telegram.quiet()
    assert hook.texts == ["one"]
    assert (await bot.get_webhook_info()).last_error_message is None


async def test_a_connection_that_breaks_off_is_no_answer(telegram: LocalTelegram, bot: Bot, hook: Hook) -> None:
    hook.breaks_off = True
    await bot.set_webhook(hook.url)
    await telegram.person("Anna").says("one")
    await telegram.quiet()
    assert hook.texts[-2:] == ["one", "one"]
    assert (await bot.get_webhook_info()).last_error_message == "Webhook connection closed"


async def test_a_bot_that_takes_too_long_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, hook: Hook, clock: Clock
) -> None:
    monkeypatch.setattr("bot.local_telegram.limits.WEBHOOK_ANSWER_SECONDS", 0.01)
    hook.holds = True
    async with (
        LocalTelegram(clock=clock, pause=hook.pause) as telegram,
        Bot(telegram.token, base_url=telegram.base_url) as bot,
    ):
        hook.resume.clear()
        await bot.set_webhook(hook.url)
        await telegram.person("Anna").says("one")
        await asyncio.wait_for(hook.paused.wait(), 10)
        assert (await bot.get_webhook_info()).last_error_message == "Read timeout expired"


async def test_what_was_not_taken_can_be_fetched_or_dropped(telegram: LocalTelegram, bot: Bot, hook: Hook) -> None:
    hook.resume.clear()
    hook.answers = [web.Response(status=500) for _ in range(2)]
    await bot.set_webhook(hook.url)
    await telegram.person("Anna").says("one")
    await asyncio.wait_for(hook.paused.wait(), 10)
    await bot.delete_webhook()
    assert len(await bot.get_updates()) == 1
    await bot.set_webhook(hook.url, drop_pending_updates=True)
    await telegram.quiet()
    assert hook.texts == ["one", "one"]


async def test_updates_cannot_be_fetched_while_they_are_posted(telegram: LocalTelegram, bot: Bot, hook: Hook) -> None:
    waits = asyncio.create_task(bot.get_updates(timeout=10))
    await telegram.until("calls", lambda: telegram.polled or None, "the request to come in")
    await bot.set_webhook(hook.url)
    with pytest.raises(Conflict, match="terminated by setWebhook request"):
        await waits
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await bot.set_webhook("")
    assert await bot.get_updates() == ()


async def test_the_webhook_is_described(bot: Bot, hook: Hook) -> None:
    assert (await bot.get_webhook_info()).url == ""
    await bot.set_webhook(hook.url)
    assert (await bot.get_webhook_info()).max_connections == 40
    for wanted, granted in ((7, 7), (1000, 100), (-1, 1)):
        await bot.set_webhook(hook.url, max_connections=wanted)
        assert (await bot.get_webhook_info()).max_connections == granted
    assert (await bot.get_webhook_info()).url == hook.url
    await bot.delete_webhook()
    assert (await bot.get_webhook_info()).url == ""


@pytest.mark.parametrize(
    ("url", "secret", "words"),
    [
        ("ftp://127.0.0.1/hook", None, "https url must be provided"),
        ("127.0.0.1/hook", None, "https url must be provided"),
        ("https://example.com/hook", None, "addresses of this machine only"),
        ("http://127.0.0.1.example.com/hook", None, "addresses of this machine only"),
        ("http://[", None, "nvalid webhook url"),
        ("http://127.0.0.1:99999/hook", None, "nvalid webhook url"),
        ("http://127.0.0.1/hook", "a b", "unallowed characters"),
        ("http://127.0.0.1/hook", "x" * 257, "unallowed characters"),
    ],
)
async def test_webhooks_that_are_refused(bot: Bot, url: str, secret: str | None, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        await bot.set_webhook(url, secret_token=secret)
    assert (await bot.get_webhook_info()).url == ""


# --- one chat beside another -----------------------------------------------------------------------------------------


async def test_chats_do_not_wait_for_each_other(telegram: LocalTelegram, bot: Bot, hook: Hook) -> None:
    anna, bert = telegram.person("Anna"), telegram.person("Bert")
    hook.shut("one", "two")
    await bot.set_webhook(hook.url)
    await anna.says("one")
    await anna.says("after one")
    await bert.says("two")
    await hook.hears("one", "two")
    assert (await bot.get_webhook_info()).pending_update_count == 3
    assert "after one" not in hook.texts
    hook.gates["one"].set()
    await hook.hears("after one")
    assert (await bot.get_webhook_info()).pending_update_count <= 2
    hook.gates["two"].set()
    await telegram.quiet()
    assert sorted(hook.texts) == ["after one", "one", "two"]


async def test_an_update_that_fails_holds_back_its_own_chat_alone(
    telegram: LocalTelegram, bot: Bot, hook: Hook
) -> None:
    anna, bert = telegram.person("Anna"), telegram.person("Bert")
    hook.refuses = {"one"}
    hook.resume.clear()
    await bot.set_webhook(hook.url)
    await anna.says("one")
    await anna.says("after one")
    await asyncio.wait_for(hook.paused.wait(), 10)
    await bert.says("two")
    await bert.says("after two")
    await hook.hears("after two")
    hook.refuses.clear()
    hook.resume.set()
    await telegram.quiet()
    assert hook.texts == ["one", "one", "two", "after two", "one", "after one"]


async def test_a_person_s_taps_do_not_wait_for_their_messages(telegram: LocalTelegram, bot: Bot, hook: Hook) -> None:
    anna = telegram.person("Anna")
    hook.shut("one")
    await bot.set_webhook(hook.url)
    message = await anna.says("one")
    await anna.edits(message, "after one")
    telegram.world.tap(message, anna.user, "sources")
    await hook.hears("one", "")
    hook.gates["one"].set()
    await telegram.quiet()
    assert sorted(next(reversed(update)) for update in hook.posted[:2]) == ["callback_query", "message"]
    assert "edited_message" in hook.posted[2]


async def test_no_more_connections_are_used_than_the_bot_wants(telegram: LocalTelegram, bot: Bot, hook: Hook) -> None:
    names = ["one", "two", "three", "four", "five"]
    hook.shut(*names)
    await bot.set_webhook(hook.url, max_connections=2)
    for name in names:
        await telegram.person(name).says(name)
    await hook.hears("one", "two")
    for name, next_but_one in zip(names, names[2:], strict=False):
        assert next_but_one not in hook.texts
        hook.gates[name].set()
        await hook.hears(next_but_one)
    hook.gates["four"].set()
    hook.gates["five"].set()
    await telegram.quiet()
    assert hook.busiest == 2


async def test_an_update_that_is_forgotten_is_not_posted_again(
    telegram: LocalTelegram, bot: Bot, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.local_telegram.limits.UPDATES_KEPT", 1)
    hook.resume.clear()
    hook.refuses = {"one"}
    await bot.set_webhook(hook.url)
    anna = telegram.person("Anna")
    await anna.says("one")
    await asyncio.wait_for(hook.paused.wait(), 10)
    await anna.says("two")
    hook.resume.set()
    await telegram.quiet()
    assert hook.texts == ["one", "one", "two"]


async def test_what_waits_for_a_connection_can_still_be_dropped(telegram: LocalTelegram, bot: Bot, hook: Hook) -> None:
    hook.shut("one")
    await bot.set_webhook(hook.url, max_connections=1)
    await telegram.person("Anna").says("one")
    await telegram.person("Bert").says("two")
    await hook.hears("one")
    await bot.delete_webhook(drop_pending_updates=True)
    hook.gates["one"].set()
    await bot.set_webhook(hook.url)
    await telegram.person("Carl").says("three")
    await telegram.quiet()
    assert hook.texts == ["one", "three"]


@pytest.mark.parametrize("taken", [True, False])
async def test_what_is_on_its_way_is_fetched_only_if_it_was_not_taken(
    telegram: LocalTelegram, bot: Bot, hook: Hook, taken: bool
) -> None:
    anna = telegram.person("Anna")
    hook.shut("one")
    hook.refuses = set() if taken else {"one"}
    await bot.set_webhook(hook.url)
    await anna.says("one")
    await telegram.person("Bert").says("two")
    await anna.says("after one")
    await hook.hears("one", "two")
    await bot.delete_webhook()
    assert await bot.get_updates() == ()
    fetching = asyncio.create_task(bot.get_updates(timeout=10))
    hook.gates["one"].set()
    texts = [update.message.text for update in await fetching if update.message]
    assert texts == (["after one"] if taken else ["one", "after one"])
    assert sorted(hook.texts) == ["one", "two"]


async def test_what_is_on_its_way_is_not_posted_to_another_webhook(
    telegram: LocalTelegram, bot: Bot, hook: Hook
) -> None:
    hook.shut("one")
    await bot.set_webhook(hook.url)
    anna = telegram.person("Anna")
    await anna.says("one")
    await anna.says("after one")
    await hook.hears("one")
    await bot.set_webhook(f"{hook.url}?another")
    await telegram.person("Bert").says("two")
    await hook.hears("two")
    hook.gates["one"].set()
    await telegram.quiet()
    assert hook.texts == ["one", "two", "after one"]


async def test_updates_may_be_posted_twice(telegram: LocalTelegram, bot: Bot, hook: Hook) -> None:
    chance = Chance(7, {}, repeats=0.5)
    telegram.fail_at_random(chance)
    await bot.set_webhook(hook.url)
    anna = telegram.person("Anna")
    for number in range(20):
        await anna.says(str(number))
    await telegram.quiet()
    ids = [update["update_id"] for update in hook.posted]
    assert ids == [one for one in sorted(set(ids)) for _ in range(1 + chance.comes_again(one))]
    assert 20 < len(ids) < 40
    assert [Chance(7, {}, repeats=0.5).comes_again(one) for one in ids] == [chance.comes_again(one) for one in ids]


# --- answers that ask for a method -----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["json", "urlencoded"])
async def test_a_method_in_the_answer_is_carried_out(telegram: LocalTelegram, bot: Bot, hook: Hook, form: str) -> None:
    anna = telegram.person("Anna")
    if form == "json":
        buttons = {"inline_keyboard": [[{"text": "Sources", "callback_data": "s"}]]}
        body = {"method": "sendMessage", "chat_id": anna.id, "text": "<b>x</b>", "parse_mode": "HTML"}
        hook.answers = [web.json_response(body | {"reply_markup": buttons})]
    else:
        text = f"method=sendMessage&chat_id={anna.id}&text=%3Cb%3Ex%3C%2Fb%3E&parse_mode=HTML"
        hook.answers = [web.Response(text=text, content_type="application/x-www-form-urlencoded")]
    await bot.set_webhook(hook.url)
    await anna.says("one")
    assert (await anna.hears()).html == "<b>x</b>"
    await telegram.quiet()
    assert hook.texts == ["one"]


async def test_one_that_is_refused_is_not_posted_again(telegram: LocalTelegram, bot: Bot, hook: Hook) -> None:
    hook.answers = [web.json_response({"method": "sendMessage", "chat_id": 5, "text": "x"})]
    await bot.set_webhook(hook.url)
    await telegram.person("Anna").says("one")
    await telegram.quiet()
    assert hook.texts == ["one"]
    assert [call.status for call in telegram.calls("sendMessage")] == [400]


ANSWERS: list[dict[str, Any]] = [
    {"json": {"method": "deleteWebhook"}},
    {"json": {"method": "getMe"}},
    {"json": ["sendMessage"]},
    {"json": {}},
    {"text": "{", "content_type": "application/json"},
    {"text": "sendMessage"},
]


@pytest.mark.parametrize("answer", ANSWERS)
async def test_other_answers_ask_for_nothing(
    telegram: LocalTelegram, bot: Bot, hook: Hook, answer: dict[str, Any]
) -> None:
    content = dict(answer)
    hook.answers = [web.json_response(content["json"]) if "json" in content else web.Response(**content)]
    await bot.set_webhook(hook.url)
    await telegram.person("Anna").says("one")
    await telegram.quiet()
    assert hook.texts == ["one"]
    assert {call.method for call in telegram.calls()} == {"getMe", "setWebhook"}
    assert len(telegram.calls("getMe")) == 1  # python-telegram-bot's own
