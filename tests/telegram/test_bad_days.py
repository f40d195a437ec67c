"""Telegram's bad days, and ours."""

import logging
from pathlib import Path
from typing import Literal

import pytest

from bot.assistant import Assistant
from bot.local_telegram import Fault, LocalTelegram, Person
from bot.reply import Message, Reply
from bot.store import Store
from bot.telegram.handlers import Conversation
from bot.telegram.service import TokenRefusedError, polled, running
from tests.telegram.answering import QUICK, answering


async def test_a_person_who_blocks_the_bot_is_no_error(
    telegram: LocalTelegram, anna: Person, bert: Person, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.fail(Fault("403", method="sendMessage"))
    await anna.says("ice or heat?")
    await telegram.quiet()
    await bert.says("ice or heat?")
    assert (await bert.hears()).text.startswith("Ice or heat")
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_telegram_asks_for_patience(telegram: LocalTelegram, anna: Person) -> None:
    telegram.fail(Fault("429", method="sendMessage"))
    await anna.says("ice or heat?")
    assert (await anna.hears()).text.startswith("Ice or heat")


@pytest.mark.parametrize("kind", ["500", "502", "drop"])
async def test_a_call_that_fails_is_tried_again(telegram: LocalTelegram, anna: Person, kind: str) -> None:
    telegram.fail(Fault(kind, method="sendMessage", times=3))  # type: ignore[arg-type]
    await anna.says("ice or heat?")
    assert (await anna.hears()).text.startswith("Ice or heat")
    assert len(telegram.calls("sendMessage")) == 4


async def test_what_follows_waits_for_an_answer_that_telegram_doesn_t_take(assistant: Assistant) -> None:
    impatient = QUICK.model_copy(update={"patience_seconds": 0.0})
    async with LocalTelegram() as local, answering(assistant, local.token, local.url, limits=impatient):
        anna, bert = local.person("Anna"), local.person("Bert")
        local.fail(Fault("500", method="sendMessage", times=2))
        await anna.says("ice or heat?")
        await anna.says("does massage help?")
        assert [(await anna.hears()).text.split("\n")[0] for _ in range(2)] == ["Ice or heat", "Massage"]
        await bert.says("ice or heat?")
        await bert.hears()


async def test_a_tap_that_is_answered_too_late_still_gets_its_reply(telegram: LocalTelegram, anna: Person) -> None:
    await anna.says("ice or heat?")
    await anna.hears()
    telegram.fail(Fault("500", method="answerCallbackQuery"))
    message = list(anna.chat.messages.values())[-1]
    telegram.world.tap(message, anna.user, "s:ice_or_heat")
    assert (await anna.hears()).text


async def test_a_button_of_an_entry_that_has_gone_says_so(telegram: LocalTelegram, anna: Person) -> None:
    await anna.says("ice or heat?")
    await anna.hears()
    message = list(anna.chat.messages.values())[-1]
    for data in ("e:leeches", "h:wizards", "rubbish", "e9x:ice_or_heat", "n:leeches", "u:leeches", "d:"):
        telegram.world.tap(message, anna.user, data)
        gone = await anna.hears()
        assert gone.text.startswith("That answer is no longer here")
        assert "Causes" in gone.buttons


async def test_a_refused_token_is_said_so(assistant: Assistant) -> None:
    async with LocalTelegram() as local:
        with pytest.raises(TokenRefusedError, match="401"):
            async with answering(assistant, "2:wrong", local.url):
                pass


@pytest.mark.parametrize("kind", ["429", "502"])
@pytest.mark.parametrize("method", ["getMe", "deleteWebhook"])
async def test_a_telegram_that_is_down_at_the_start_is_tried_again(
    assistant: Assistant, method: str, kind: Literal["429", "502"]
) -> None:
    async with LocalTelegram() as local:
        local.fail(Fault(kind, method=method))
        async with answering(assistant, local.token, local.url):
            assert len(local.calls(method)) == 2


async def test_telegram_says_when_updates_may_be_fetched_again(assistant: Assistant, tmp_path: Path) -> None:
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    store = await Store.open(f"sqlite:///{tmp_path}/store.db")
    async with LocalTelegram() as local:
        local.fail(Fault("429", method="getUpdates", retry_after=7))
        async with (
            running(Conversation(assistant), store, local.token, local.url, limits=QUICK) as bot,
            polled(bot, QUICK, pause),
        ):
            await local.called("getUpdates")
            anna = local.person("Anna")
            await anna.says("hello")
            await anna.hears()
    await store.close()
    assert pauses == [7]


async def test_updates_that_are_counted_anew_from_a_lower_number_are_answered(assistant: Assistant) -> None:
    async with LocalTelegram() as local:
        local.world.updates.count_on_from(1_000_000)
        async with answering(assistant, local.token, local.url):
            anna = local.person("Anna")
            await anna.says("ice or heat?")
            await anna.hears()
            await local.quiet()
            local.world.updates.count_on_from(1000)
            await anna.says("does massage help?")
            assert (await anna.hears()).text.startswith("Massage")
            await local.quiet()


async def test_an_update_that_can_t_be_read_doesn_t_end_the_fetching(telegram: LocalTelegram, anna: Person) -> None:
    fetched = len(telegram.calls("getUpdates"))
    telegram.world.updates.add("message", {"message_id": 1}, of=anna.id)
    await anna.says("hello")
    await telegram.called("getUpdates", fetched + 2)
    telegram.world.updates.drop()
    await anna.says("ice or heat?")
    assert (await anna.hears()).text.startswith("Ice or heat")


async def test_the_profile_is_set_at_the_start(telegram: LocalTelegram) -> None:
    menus = {
        call.parameters["scope"]["type"]: {command["command"] for command in call.parameters["commands"]}
        for call in telegram.calls("setMyCommands")
    }
    assert {"start", "topics", "help", "sources", "disclaimer", "about", "privacy", "mydata", "forget"} <= menus[
        "all_private_chats"
    ]
    assert menus["all_group_chats"] == {"ask"}
    assert telegram.calls("setMyDescription")
    assert telegram.calls("setMyShortDescription")


async def test_the_bot_starts_though_its_profile_can_t_be_set(assistant: Assistant) -> None:
    async with LocalTelegram() as local:
        local.fail(Fault("429", method="setMyCommands"))
        async with answering(assistant, local.token, local.url):
            anna = local.person("Anna")
            await anna.says("ice or heat?")
            assert (await anna.hears()).text.startswith("Ice or heat")


class Stumbling(Assistant):
    """An assistant with a fault of ours."""

    def reply(self, message: Message) -> Reply:
        if message.text == "stumble":
            raise ZeroDivisionError
        return super().reply(message)


async def test_a_fault_of_ours_has_an_id_and_the_bot_goes_on(
    assistant: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    stumbling = Stumbling(assistant.knowledge, assistant._matcher, assistant._reader)
    async with LocalTelegram() as local, answering(stumbling, local.token, local.url):
        anna = local.person("Anna")
        await anna.says("stumble")
        sorry = (await anna.hears()).text
        logged = next(record.getMessage() for record in caplog.records if record.levelno == logging.ERROR)
        assert logged.split()[1].rstrip(":") in sorry
        await anna.says("ice or heat?")
        assert (await anna.hears()).text.startswith("Ice or heat")
