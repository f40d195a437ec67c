"""Every method's answer, and every kind of update, held against a description of the Bot API that isn't ours."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.local_telegram import LocalTelegram, Person
from bot.local_telegram.methods import METHODS
from bot.local_telegram.updates import ON_REQUEST
from tests.conversation import assert_valid_update, assert_valid_wire
from tests.local_telegram.conftest import called, sends_every_kind

JSON = dict[str, Any]

KEYBOARD = {"inline_keyboard": [[{"text": "More", "callback_data": "more"}, {"text": "NHS", "url": "https://nhs.uk"}]]}
HTML = (
    '<b>b</b> <i>i</i> <a href="https://nhs.uk">x</a> <code>c</code> <blockquote expandable>long</blockquote> '
    '<tg-spoiler>s</tg-spoiler> <pre><code class="language-python">x</code></pre> @local_bot /start nhs.uk'
)
ARTICLE = {
    "type": "article",
    "id": "1",
    "title": "Title",
    "input_message_content": {"message_text": HTML, "parse_mode": "HTML"},
    "reply_markup": KEYBOARD,
}
TEXT, PHOTO = 2, 3
"""The ids of the bot's messages that the fixture lets it send."""


@pytest.fixture
async def telegram() -> AsyncIterator[LocalTelegram]:
    async with LocalTelegram(inline=True, inline_feedback=True) as running:
        await called(running, "getUpdates", allowed_updates=["message"])
        yield running


@pytest.fixture
async def anna(telegram: LocalTelegram) -> Person:
    """Someone who has written and whom the bot has sent a text and a picture."""
    person = telegram.person("Anna", username="anna")
    await person.says("hello")
    assert (await called(telegram, "sendMessage", chat_id=person.id, text="one"))["result"]["message_id"] == TEXT
    assert (await called(telegram, "sendPhoto", chat_id=person.id, photo="id"))["result"]["message_id"] == PHOTO
    return person


# For each method what it is called with, in a chat like the one above; "sendMessage" and others in several ways.
EXAMPLES: list[tuple[str, JSON]] = [
    ("answerCallbackQuery", {"callback_query_id": "1", "text": "x", "show_alert": True, "cache_time": 5}),
    ("answerInlineQuery", {"inline_query_id": "1", "results": [ARTICLE], "is_personal": True, "cache_time": 5}),
    ("close", {}),
    ("deleteMessage", {"message_id": TEXT}),
    ("deleteMessages", {"message_ids": [TEXT, PHOTO]}),
    ("deleteMyCommands", {"scope": {"type": "all_private_chats"}}),
    ("deleteWebhook", {"drop_pending_updates": True}),
    ("editMessageCaption", {"message_id": PHOTO, "caption": HTML, "parse_mode": "HTML", "reply_markup": KEYBOARD}),
    ("editMessageReplyMarkup", {"message_id": TEXT, "reply_markup": KEYBOARD}),
    ("editMessageText", {"message_id": TEXT, "text": HTML, "parse_mode": "HTML", "reply_markup": KEYBOARD}),
    ("getChat", {}),
    ("getChatMenuButton", {}),
    ("getMe", {}),
    ("getMyCommands", {}),
    ("getMyDescription", {}),
    ("getMyName", {}),
    ("getMyShortDescription", {"language_code": "en"}),
    ("getUpdates", {"offset": 1, "limit": 100, "timeout": 0, "allowed_updates": []}),
    ("getWebhookInfo", {}),
    ("leaveChat", {}),
    ("logOut", {}),
    ("sendChatAction", {"action": "typing"}),
    ("sendMessage", {"text": HTML, "parse_mode": "HTML", "reply_markup": KEYBOARD}),
    (
        "sendMessage",
        {"text": "x", "reply_parameters": {"message_id": 1}, "link_preview_options": {"is_disabled": True}},
    ),
    ("sendMessage", {"text": "x", "reply_markup": {"keyboard": [[{"text": "Causes"}]], "resize_keyboard": True}}),
    ("sendMessage", {"text": "x", "reply_markup": {"remove_keyboard": True}}),
    ("sendPhoto", {"photo": "id", "caption": HTML, "parse_mode": "HTML", "has_spoiler": True}),
    ("setChatMenuButton", {"menu_button": {"type": "commands"}}),
    ("setMyCommands", {"commands": [{"command": "ask", "description": "Ask"}], "language_code": "en"}),
    ("setMyDescription", {"description": "x"}),
    ("setMyName", {"name": "x"}),
    ("setMyShortDescription", {"short_description": "x"}),
    ("setWebhook", {"url": "http://127.0.0.1:1/hook", "secret_token": "x", "allowed_updates": ["message"]}),
]
_WITHOUT_CHAT = ("answer", "close", "deleteMy", "deleteWebhook", "getM", "getU", "getW", "logOut", "setM", "setWebhook")


def test_no_method_is_left_out() -> None:
    assert {method.lower() for method, _ in EXAMPLES} == METHODS.keys() | {"getupdates"}


async def prepare(telegram: LocalTelegram, person: Person, method: str) -> int:
    """Let happen what a method needs, and return the id of the chat for it."""
    match method:
        case "answerCallbackQuery":
            telegram.world.tap(person.messages[1], person.user, "more")
        case "answerInlineQuery":
            telegram.world.ask_inline(person.chat, person.user, "ice")
        case "leaveChat":
            return telegram.group("Family", [person]).id
        case "getWebhookInfo":
            await called(telegram, "setWebhook", url="http://127.0.0.1:1/hook")
            assert telegram.world.webhook
            telegram.world.webhook.failed(1_800_000_000, "Connection refused")
    return person.id


@pytest.mark.parametrize(("method", "parameters"), EXAMPLES, ids=[method for method, _ in EXAMPLES])
async def test_each_answer_is_the_bot_apis(
    telegram: LocalTelegram, anna: Person, method: str, parameters: JSON
) -> None:
    chat_id = await prepare(telegram, anna, method)
    chat = {} if method.startswith(_WITHOUT_CHAT) else {"chat_id": chat_id}
    answer = await called(telegram, method, **chat, **parameters)
    assert answer["ok"], answer
    assert_valid_wire(telegram.calls())
    assert_valid_wire(telegram.calls("getUpdates"))


@pytest.mark.parametrize("method", sorted({method for method, _ in EXAMPLES} - {"getUpdates"}))
async def test_each_refusal_is_the_bot_apis(telegram: LocalTelegram, method: str) -> None:
    answer = await called(telegram, method, **dict.fromkeys(_MALFORMED, "{"))
    if not answer["ok"]:
        assert answer.keys() == {"ok", "error_code", "description"}
        assert answer["error_code"] in (400, 403)
        assert answer["description"].startswith(("Bad Request: ", "Forbidden: "))


_MALFORMED = ("chat_id", "commands", "menu_button", "message_ids", "reply_markup", "results", "scope", "url")


async def test_every_kind_of_message_is_the_bot_apis(telegram: LocalTelegram, anna: Person) -> None:
    await sends_every_kind(anna)
    await anna.says("again", reply_to=anna.messages[1])
    forum = telegram.group("Forum", [anna], forum=True)
    topic = await forum.opens_topic("Backs")
    await anna.says("/ask", to=forum, topic=topic)
    family = telegram.group("Family", [anna], kind="group")
    await anna.says("/ask", to=family)
    await family.becomes_supergroup()
    updates = (await called(telegram, "getUpdates"))["result"]
    assert len(updates) >= 13
    for update in updates:
        assert_valid_update(update)


async def test_every_kind_of_update_is_the_bot_apis(telegram: LocalTelegram, anna: Person) -> None:
    await called(telegram, "getUpdates", offset=-1, allowed_updates=[])
    await anna.edits(anna.messages[0], "changed")
    await called(telegram, "editMessageReplyMarkup", chat_id=anna.id, message_id=TEXT, reply_markup=KEYBOARD)
    telegram.world.tap(anna.messages[1], anna.user, "more")
    asking = asyncio.create_task(anna.asks_inline("ice"))
    await telegram.until("updates", lambda: telegram.world.inline_queries.get("1"), "the inline query")
    await called(telegram, "answerInlineQuery", inline_query_id="1", results=[ARTICLE])
    sent = await anna.chooses("Title", of=await asking)
    telegram.world.tap(sent, anna.user, "more")
    await anna.blocks()
    updates = (await called(telegram, "getUpdates"))["result"]
    kinds = {kind for update in updates for kind in update} - {"update_id"}
    assert kinds == {
        "message",
        "edited_message",
        "callback_query",
        "inline_query",
        "chosen_inline_result",
        "my_chat_member",
    }
    assert not kinds & ON_REQUEST
    for update in updates:
        assert_valid_update(update)
