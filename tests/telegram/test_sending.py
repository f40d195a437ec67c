"""The pace of messages, patience with Telegram, and words about delays."""

from pathlib import Path

import pytest
from telegram.error import BadRequest, NetworkError, RetryAfter, TimedOut

from bot.assistant import Assistant
from bot.local_telegram import LocalTelegram
from bot.settings import Limits
from bot.telegram.handlers import FLOOD
from bot.telegram.sending import BURST, Pace, Sending
from tests.telegram.answering import answering

NOW = 1_800_000_000.0


class Time:
    """A time that passes only where somebody waits."""

    def __init__(self) -> None:
        self.now = NOW
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


class Calls:
    """Calls to Telegram with the errors that they meet, one after another."""

    def __init__(self, time: Time, *errors: Exception, seconds: float = 0.0) -> None:
        self.at: list[float] = []
        self._time = time
        self._errors = list(errors)
        self._seconds = seconds

    async def __call__(self, *_args: object, **_kwargs: object) -> bool:
        self.at.append(self._time.now - NOW)
        self._time.now += self._seconds
        if self._errors:
            raise self._errors.pop(0)
        return True


async def no_budget() -> float:
    return 0.0


def sending(time: Time, patience: float = 60.0) -> Sending:
    return Sending(no_budget, patience, wait=time.wait, clock=time)


async def call(sender: Sending, calls: Calls, pace: Pace | None = None, endpoint: str = "sendMessage") -> None:
    await sender.process_request(calls, (), {}, endpoint, {}, pace)


async def test_a_chat_gets_a_few_messages_at_once_and_then_one_a_second() -> None:
    time = Time()
    calls, pace, sender = Calls(time), Pace(seconds=1.0), sending(time)
    for _ in range(BURST + 3):
        await call(sender, calls, pace)
    assert calls.at == [0.0] * BURST + [1.0, 2.0, 3.0]
    assert pace.waits == 3


async def test_a_chat_that_rested_gets_a_few_at_once_again() -> None:
    time = Time()
    calls, pace, sender = Calls(time), Pace(seconds=1.0), sending(time)
    for _ in range(2 * BURST):
        await call(sender, calls, pace)
    time.now += 60
    began = time.now - NOW
    for _ in range(BURST):
        await call(sender, calls, pace)
    assert calls.at[-BURST:] == [began] * BURST
    assert pace.waits == 0


async def test_an_alert_waits_for_nothing() -> None:
    time = Time()

    async def spent() -> float:
        return 30.0

    calls, pace = Calls(time), Pace(seconds=1.0, first=True)
    sender = Sending(spent, 60.0, wait=time.wait, clock=time)
    for _ in range(3 * BURST):
        await call(sender, calls, pace)
    assert calls.at == [0.0] * 3 * BURST


async def test_the_budget_of_all_chats_is_waited_for() -> None:
    time = Time()
    left = iter([0.0, 0.5])

    async def reserve() -> float:
        return next(left)

    sender, calls = Sending(reserve, 60.0, wait=time.wait, clock=time), Calls(time)
    for _ in range(2):
        await call(sender, calls, Pace(seconds=0.0))
    assert calls.at == [0.0, 0.5]


async def test_telegram_says_how_long_to_wait() -> None:
    time = Time()
    calls = Calls(time, RetryAfter(7))
    await call(sending(time), calls)
    assert calls.at == [0.0, 7.0]


async def test_pauses_grow_until_patience_ends() -> None:
    time = Time()
    calls = Calls(time, *[NetworkError("down")] * 99)
    with pytest.raises(NetworkError):
        await call(sending(time, patience=10.0), calls)
    assert time.waits == [0.5, 1.0, 2.0, 4.0]


async def test_calls_that_go_unanswered_take_of_the_patience_too() -> None:
    time = Time()
    calls = Calls(time, *[TimedOut()] * 99, seconds=5.0)
    with pytest.raises(TimedOut):
        await call(sending(time, patience=20.0), calls)
    assert calls.at == [0.0, 5.5, 11.5, 18.5]


async def test_a_refusal_is_not_tried_again() -> None:
    time = Time()
    calls = Calls(time, BadRequest("chat not found"))
    with pytest.raises(BadRequest):
        await call(sending(time), calls)
    assert len(calls.at) == 1


async def test_a_notice_that_fails_is_let_be() -> None:
    time = Time()
    calls = Calls(time, NetworkError("down"))
    with pytest.raises(NetworkError):
        await call(sending(time), calls, endpoint="answerCallbackQuery")
    assert len(calls.at) == 1


async def test_one_who_floods_is_asked_once_to_slow_down_and_gets_every_answer(assistant: Assistant) -> None:
    limits = Limits(messages_per_second=1000, chat_seconds=60)
    async with LocalTelegram() as local, answering(assistant, local.token, local.url, limits=limits):
        anna, bert = local.person("Anna"), local.person("Bert")
        questions = BURST + FLOOD + 3
        for _ in range(questions):
            await anna.says("does massage help?")
        heard = [one.text for one in await anna.hears_all()]
        assert sum(text.startswith("That is a lot at once") for text in heard) == 1
        assert sum(text.startswith("Massage") for text in heard) == questions
        await anna.says("i cant pee")
        assert (await anna.hears()).text.startswith("Call your emergency number now")
        await bert.says("does massage help?")
        assert (await bert.hears()).text.startswith("Massage")


@pytest.mark.parametrize(
    ("text", "first", "late"),
    [
        ("does massage help?", "Sorry that this took so long.", True),
        ("i cant pee", "Call your emergency number now", True),
    ],
)
async def test_a_message_that_waited_is_answered_with_a_word_about_it(
    assistant: Assistant, text: str, first: str, late: bool, tmp_path: Path
) -> None:
    long_ago = LocalTelegram(clock=lambda: 1_700_000_000.0)
    async with long_ago as local, answering(assistant, local.token, local.url):
        anna = local.person("Anna")
        await anna.says(text)
        heard = (await anna.hears()).text
        assert heard.startswith(first)
        assert ("Sorry that this took so long." in heard) is late
