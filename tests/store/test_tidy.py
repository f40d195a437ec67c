"""What is deleted when it has been kept for long enough."""

import pytest

from bot.store import Answer, Count, Done, Kept, Store, Vote, redact
from bot.store import store as store_module
from tests.store.conftest import Clock, Pauses, rows, until

DAY = 86400.0
DONE = Done(
    1,
    5,
    Kept("massage"),
    Answer(11, 10),
    Vote(11, ("massage",), 1),
    (Count("massage", "answer"),),
    redact("gout?"),
)


async def numbers(store: Store) -> dict[str, int]:
    tables = ("handled", "chats", "answers", "missed", "votes", "counts")
    found = {table: (await rows(store, f"SELECT count(*) FROM {table}"))[0][0] for table in tables}  # noqa: S608
    return {table: number for table, number in found.items() if number}


ALL = dict.fromkeys(("handled", "chats", "answers", "missed", "votes", "counts"), 1)


@pytest.mark.parametrize(
    ("days", "left"),
    [
        (2, ALL),
        (2.01, {"chats": 1, "answers": 1, "missed": 1, "votes": 1, "counts": 1}),
        (30, {"chats": 1, "answers": 1, "missed": 1, "votes": 1, "counts": 1}),
        (30.01, {"votes": 1, "counts": 1}),
        (365, {"votes": 1, "counts": 1}),
        (365.01, {"counts": 1}),
    ],
)
async def test_each_kind_has_its_time(store: Store, clock: Clock, days: float, left: dict[str, int]) -> None:
    await store.finish(DONE)
    clock.now += days * DAY
    await store.tidy()
    assert await numbers(store) == left


async def test_a_chat_that_goes_on_loses_only_its_old_answers(store: Store, clock: Clock) -> None:
    await store.finish(DONE)
    clock.now += 31 * DAY
    await store.finish(Done(2, 5, Kept("sleep"), Answer(13, 12)))
    await store.tidy()
    data = await store.mydata(5)
    assert data.kept == Kept("sleep")
    assert [answer.answer_id for answer in data.answers] == [13]


async def test_there_may_be_more_than_are_deleted_at_once(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "SLICE", 2)
    for update in range(5):
        await store.finish(Done(update, update, Kept("massage"), Answer(11, 10)))
    clock.now += 31 * DAY
    await store.tidy()
    assert await numbers(store) == {}


async def test_it_happens_by_itself_every_hour(store: Store, clock: Clock, pauses: Pauses) -> None:
    await store.finish(DONE)
    clock.now += 400 * DAY
    pauses.hour_over.set()

    async def tidied() -> bool:
        return await numbers(store) == {"counts": 1}

    await until(tidied)
