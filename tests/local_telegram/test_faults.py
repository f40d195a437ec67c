"""A bad day, on demand."""

import asyncio
from datetime import timedelta

import pytest
from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.local_telegram import Chance, Fault, LocalTelegram, Person


async def test_too_many_requests(telegram: LocalTelegram, bot: Bot, anna: Person) -> None:
    telegram.fail(Fault("429", retry_after=7))
    with pytest.raises(RetryAfter) as fault:
        await bot.send_message(anna.id, "x")
    assert fault.value.retry_after == timedelta(seconds=7)
    assert telegram.calls("sendMessage")[-1].answer == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }
    assert await bot.send_message(anna.id, "x")


ERRORS: dict[str, tuple[type[TelegramError], str]] = {
    "400": (BadRequest, "This one is refused"),
    "403": (Forbidden, "Forbidden: bot was blocked by the user"),
    "500": (NetworkError, "Internal Server Error"),
    "502": (NetworkError, "Bad Gateway"),
    "drop": (NetworkError, "ReadError|RemoteProtocolError"),
}


@pytest.mark.parametrize(
    "fault", [Fault("400"), Fault("403"), Fault("500"), Fault("502", times=2), Fault("drop", times=2)]
)
async def test_each_fault_leaves_no_trace(telegram: LocalTelegram, bot: Bot, anna: Person, fault: Fault) -> None:
    telegram.fail(fault)
    error, words = ERRORS[fault.kind]
    for _ in range(fault.times):
        with pytest.raises(error, match=words):
            await bot.send_message(anna.id, "lost")
    await bot.send_message(anna.id, "sent")
    assert [message.formatted.text for message in anna.messages] == ["hello", "sent"]


@pytest.mark.parametrize("fault", [Fault(kind, took_effect=True) for kind in ("500", "502", "drop")])
async def test_a_call_may_take_effect_though_the_bot_does_not_know(
    telegram: LocalTelegram, bot: Bot, anna: Person, fault: Fault
) -> None:
    telegram.fail(fault)
    with pytest.raises(NetworkError):
        await bot.send_message(anna.id, "sent")
    assert (await anna.hears()).text == "sent"


async def test_an_answer_is_withheld_until_the_test_lets_go(telegram: LocalTelegram, bot: Bot, anna: Person) -> None:
    gate = asyncio.Event()
    telegram.fail(Fault("timeout", until=gate))
    call = asyncio.create_task(bot.send_message(anna.id, "x"))
    assert (await anna.hears()).text == "x"
    assert not call.done()
    gate.set()
    assert (await call).text == "x"


async def test_an_answer_that_is_withheld_for_good(telegram: LocalTelegram, bot: Bot, anna: Person) -> None:
    telegram.fail(Fault("timeout"))
    telegram.fail(Fault("timeout", took_effect=True))
    for text in ("lost", "sent"):
        with pytest.raises(TimedOut):
            await bot.send_message(anna.id, text, read_timeout=0.05)
    assert (await anna.hears()).text == "sent"


async def test_an_answer_that_is_late(telegram: LocalTelegram, bot: Bot, anna: Person) -> None:
    telegram.fail(Fault("timeout", seconds=0.01))
    assert await bot.send_message(anna.id, "x")


async def test_faults_meet_their_method_in_order(telegram: LocalTelegram, bot: Bot, anna: Person) -> None:
    telegram.fail(Fault("500", method="sendMessage"))
    telegram.fail(Fault("403"))
    with pytest.raises(Forbidden):
        await bot.send_chat_action(anna.id, "typing")
    with pytest.raises(NetworkError):
        await bot.send_message(anna.id, "x")
    assert await bot.send_message(anna.id, "x")


def test_a_refusal_has_no_effect() -> None:
    with pytest.raises(ValueError, match="no effect"):
        Fault("429", took_effect=True)


async def test_what_was_sent_is_told_in_order_whatever_became_of_it(
    telegram: LocalTelegram, bot: Bot, anna: Person
) -> None:
    telegram.fail(Fault("drop", took_effect=True))
    with pytest.raises(NetworkError):
        await bot.send_message(anna.id, "one")
    two = await bot.send_message(anna.id, "two")
    await bot.edit_message_text("edited", anna.id, two.message_id)
    await bot.send_message(anna.id, "three")
    await bot.delete_message(anna.id, two.message_id)
    await anna.says("thanks")
    assert [message.formatted.text for message in telegram.sent(anna.id)] == ["one", "two", "three"]


def test_chances_add_up() -> None:
    chance = Chance(7, {Fault("500"): 0.5, Fault("502"): 0.3, Fault("429", method="getMe"): 0.2, Fault("403"): 0.2})
    faults = [chance.strike("sendMessage") for _ in range(1000)]
    assert [round(sum(fault == Fault(kind) for fault in faults), -2) for kind in ("500", "502", "403")] == [
        500,
        300,
        200,
    ]


async def test_chance_is_the_same_for_the_same_seed(telegram: LocalTelegram, bot: Bot, anna: Person) -> None:
    async def statuses() -> list[int]:
        telegram.fail_at_random(Chance(7, {Fault("500"): 0.3, Fault("502", method="sendMessage"): 0.3}))
        before = len(telegram.calls())
        for _ in range(30):
            try:
                await bot.send_message(anna.id, "x")
            except NetworkError:
                continue
        telegram.fail_at_random(None)
        return [call.status for call in telegram.calls()[before:]]

    first = await statuses()
    assert set(first) == {200, 500, 502}
    assert await statuses() == first
    assert await bot.send_message(anna.id, "x")
