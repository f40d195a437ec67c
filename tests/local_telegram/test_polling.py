"""Updates: their ids, offsets, kinds, and waiting for them."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot
from telegram.error import Conflict, RetryAfter

from bot.local_telegram import Fault, LocalTelegram
from bot.local_telegram.updates import Updates


async def ids(bot: Bot, offset: int | None = None, limit: int | None = None, seconds: int = 0) -> list[int]:
    return [update.update_id for update in await bot.get_updates(offset=offset, limit=limit, timeout=seconds)]


async def test_an_update_stays_until_a_higher_offset_confirms_it(telegram: LocalTelegram, bot: Bot) -> None:
    anna = telegram.person("Anna")
    for text in ("one", "two", "three"):
        await anna.says(text)
    first, second, third = await ids(bot)
    assert (second, third) == (first + 1, first + 2)
    assert await ids(bot, offset=second) == [second, third]
    assert await ids(bot, offset=second, limit=1) == [second]
    assert await ids(bot, offset=third + 1) == []
    assert await ids(bot) == []


async def test_a_negative_offset_keeps_the_newest(telegram: LocalTelegram, bot: Bot) -> None:
    anna = telegram.person("Anna")
    for text in ("one", "two", "three"):
        await anna.says(text)
    assert [update.message.text for update in await bot.get_updates(offset=-1) if update.message] == ["three"]
    assert len(await ids(bot)) == 1


@given(st.lists(st.integers(-30, 30)), st.integers(0, 20))
def test_what_waits_is_always_the_newest_in_order(offsets: list[int], count: int) -> None:
    updates = Updates()
    for _ in range(count):
        updates.add("message", {}, 1)
    for offset in offsets:
        updates.confirm(offset)
        waiting = [update["update_id"] for update in updates.first(100)]
        assert waiting == list(range(count - len(waiting) + 1, count + 1))
        assert len(waiting) == len(updates)


Step = tuple[str, int]
STEPS = st.tuples(
    st.sampled_from(["message", "edited_message", "callback_query", "confirm", "done"]), st.integers(1, 3)
)


@given(st.lists(STEPS, max_size=60))
def test_rows_hold_what_waits_each_in_order(steps: list[Step]) -> None:
    updates = Updates()
    expected: list[tuple[int, tuple[str, int]]] = []
    number = 0
    for action, of in steps:
        if action == "confirm":
            offset = max(number - of, 0)
            updates.confirm(offset)
            expected = [one for one in expected if one[0] >= offset]
        elif action == "done":
            if update := updates.first_of(("message", of)):
                updates.done(update)
                updates.done(update)
                expected.remove((update.id, update.row))
        else:
            number += 1
            updates.add(action, {}, of)
            expected.append((number, ("message" if "message" in action else action, of)))
        assert [one["update_id"] for one in updates.first(100)] == [one[0] for one in expected]
        assert set(updates.rows) == {row for _, row in expected}
        for row in updates.rows:
            first = updates.first_of(row)
            assert first
            assert first.id == min(one[0] for one in expected if one[1] == row)


def test_the_oldest_updates_give_way_to_new_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.local_telegram.limits.UPDATES_KEPT", 2)
    updates = Updates()
    for of in (1, 2, 3):
        updates.add("message", {}, of)
    assert [update["update_id"] for update in updates.first(3)] == [2, 3]
    assert set(updates.rows) == {("message", 2), ("message", 3)}


async def test_a_request_waits_for_an_update(telegram: LocalTelegram, bot: Bot) -> None:
    request = asyncio.create_task(ids(bot, seconds=10))
    await telegram.until("calls", lambda: telegram.polled or None, "the request to come in")
    assert not request.done()
    await telegram.person("Anna").says("hello")
    assert len(await request) == 1


async def test_a_second_request_ends_the_first(telegram: LocalTelegram, bot: Bot) -> None:
    first = asyncio.create_task(ids(bot, seconds=10))
    await telegram.until("calls", lambda: telegram.polled or None, "the first request to come in")
    async with Bot(telegram.token, base_url=telegram.base_url) as other:
        assert await ids(other) == []
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await first


async def test_a_request_that_waits_ends_with_the_server(bot: Bot, telegram: LocalTelegram) -> None:
    request = asyncio.create_task(ids(bot, seconds=10))
    await telegram.until("calls", lambda: telegram.polled or None, "the request to come in")
    await telegram.stop()
    assert await request == []


async def test_only_the_kinds_that_the_bot_wants_come(telegram: LocalTelegram, bot: Bot) -> None:
    anna = telegram.person("Anna")
    await bot.get_updates(allowed_updates=["message"])
    await anna.edits(await anna.says("one"), "two")
    assert [update.edited_message for update in await bot.get_updates()] == [None]
    await bot.get_updates(offset=-1, allowed_updates=[])
    await anna.edits(await anna.says("one"), "two")
    assert (await bot.get_updates())[-1].edited_message


async def test_updates_that_wait_are_dropped_on_request(telegram: LocalTelegram, bot: Bot) -> None:
    await telegram.person("Anna").says("hello")
    assert await bot.delete_webhook()
    assert len(await ids(bot)) == 1
    assert await bot.delete_webhook(drop_pending_updates=True)
    assert await ids(bot) == []


async def test_a_poll_meets_only_the_faults_that_name_it(telegram: LocalTelegram, bot: Bot) -> None:
    telegram.fail(Fault("429", retry_after=3))
    assert await ids(bot) == []
    telegram.fail(Fault("429", method="getUpdates", retry_after=5))
    with pytest.raises(RetryAfter):
        await ids(bot)


async def test_quiet_waits_for_what_was_said(echo: LocalTelegram) -> None:
    anna = echo.person("Anna")
    for i in range(5):
        await anna.says(str(i))
    assert [one.text for one in await anna.hears_all()] == ["0", "1", "2", "3", "4"]
