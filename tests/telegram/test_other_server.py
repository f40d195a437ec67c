"""The bot on a Bot API server that is not ours, so that it isn't fitted to ours.

lo-bot-api-emulator knows methods, parameters and keyboards from the description of another server; it refuses what that
doesn't take, such as a parameter it has never heard of. It keeps no chats: a test gives it each update whole.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from lo_bot_api_emulator import LoBotApiEmulator

from bot.assistant import Assistant
from tests.telegram.answering import answering

JSON = dict[str, Any]

TOKEN = "7:other"
ANNA: JSON = {"id": 5, "is_bot": False, "first_name": "Anna"}
CHAT: JSON = {"id": 5, "type": "private", "first_name": "Anna"}
PATIENCE = 10.0


@dataclass
class Other:
    """The other server, with what the bot has asked it for.

    Attributes:
        server: It.
        calls: Method, parameters and result of each call that it took, but for those that fetch.
        sent: How many messages Anna has sent.
    """

    server: Any = field(default_factory=LoBotApiEmulator)
    calls: "asyncio.Queue[tuple[str, JSON, Any]]" = field(default_factory=asyncio.Queue)
    sent: int = 0

    def __post_init__(self) -> None:
        take = self.server.validate

        def validate(method: str, fields: JSON, uploads: JSON) -> Any:
            # What Telegram has and this server hasn't: a parameter of 2023, and the name that every bot bears.
            fields.pop("link_preview_options", None)
            result = take(method, fields, uploads)
            if method == "getMe":
                result["username"] = "other_bot"
            elif method != "getUpdates":
                self.calls.put_nowait((method, dict(fields), result))
            return result

        self.server.validate = validate

    async def next(self, method: str) -> tuple[JSON, Any]:
        """Wait for the bot's next call, which must be of this method."""
        got, parameters, result = await asyncio.wait_for(self.calls.get(), PATIENCE)
        assert got == method, parameters
        return parameters, result

    async def says(self, text: str) -> None:
        self.sent += 1
        message: JSON = {"message_id": 1000 + self.sent, "from": ANNA, "chat": CHAT, "date": 1_800_000_000}
        message["text"] = text
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
        await self.server.enqueue_update({"message": message}, token=TOKEN)

    async def taps(self, label: str, message: JSON) -> None:
        data = next(
            button["callback_data"]
            for row in message["reply_markup"]["inline_keyboard"]
            for button in row
            if button["text"] == label
        )
        query = {"id": "77", "from": ANNA, "chat_instance": "1", "message": message, "data": data}
        await self.server.enqueue_update({"callback_query": query}, token=TOKEN)


@pytest.fixture
async def other(assistant: Assistant) -> AsyncIterator[Other]:
    running = Other()
    application: web.Application = running.server.app()
    async with TestServer(application) as server, answering(assistant, TOKEN, str(server.make_url("")).rstrip("/")):
        yield running


async def test_a_whole_conversation_on_another_server(other: Other) -> None:
    commands, _ = await other.next("setMyCommands")
    assert {"start", "help"} <= {one["command"] for one in json.loads(commands["commands"])}
    await other.next("setMyCommands")
    await other.next("deleteWebhook")

    await other.says("/start")
    welcome, _ = await other.next("sendMessage")
    assert "not a doctor" in welcome["text"]
    assert "Causes" in welcome["reply_markup"]
    examples, _ = await other.next("sendMessage")
    assert "inline_keyboard" in examples["reply_markup"]

    await other.says("should I put ice or heat on my back?")
    answer, shown = await other.next("sendMessage")
    assert answer["text"].startswith("<b>Ice or heat</b>")
    assert (answer["chat_id"], answer["parse_mode"]) == ("5", "HTML")

    await other.taps("Sources", shown)
    tap, _ = await other.next("answerCallbackQuery")
    assert tap["callback_query_id"] == "77"
    sources, _ = await other.next("sendMessage")
    assert "Back spasms treatment (the article), 4 March 2011" in sources["text"]

    await other.says("i cant pee since this morning and my back hurts")
    alert, _ = await other.next("sendMessage")
    assert alert["text"].startswith("<b>Call your emergency number now: 112")

    # The profile texts are all that this server hasn't got; the bot does without them.
    assert {one["method"]: one["status"] for one in other.server.requests if one["status"] != 200} == {
        "setMyDescription": 501
    }
