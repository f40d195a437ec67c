"""What is kept of updates and chats, and how it is got back."""

import asyncio
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from bot.store import Answer, Count, Done, Kept, Missed, MyData, Store, Vote, redact
from bot.store.statements import ANSWERS
from tests.store.conftest import Clock, Open, rows

KEPT = Kept("massage", "saddle_numbness", 17.5, "pregnant", 18.5, "fever+massage", "gb", 99)
ANSWER = Answer(answer_id=11, question_id=10, intents=("massage", "ice_or_heat"), others=("sleep",))
VOTE = Vote(answer_id=11, intents=("massage",), value=1)

BIG = st.integers(-(2**62), 2**62)
IDS = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Z", "C"]), min_size=1)
TIMES = st.floats(0, 1e11)
KEPTS = st.builds(Kept, IDS, IDS, TIMES, IDS, TIMES, IDS, IDS, BIG)
VOTES = st.builds(Vote, BIG, st.lists(IDS).map(tuple), st.sampled_from([1, -1]))


class TestUpdates:
    async def test_a_repeat_is_told_by_any_replica(self, url: str, opened: Open) -> None:
        one, other = await opened(url), await opened(url)
        assert await one.begin(1, 5) == Kept()
        assert await one.finish(Done(1, 5, KEPT))
        assert await one.begin(1, 5) is None
        assert await other.begin(1, 5) is None

    async def test_an_update_that_was_begun_alone_is_no_repeat(self, store: Store) -> None:
        assert await store.begin(1, 5) is not None
        assert await store.begin(1, 5) is not None

    async def test_an_update_that_is_finished_twice_is_kept_once(self, store: Store) -> None:
        done = Done(1, 5, counts=(Count("massage", "answer"),))
        assert all(await asyncio.gather(store.finish(done), store.finish(done)))
        assert await rows(store, "SELECT number FROM counts") == [(1,)]


class TestChats:
    async def test_what_is_kept_comes_back_to_any_replica(self, url: str, opened: Open) -> None:
        one, other = await opened(url), await opened(url)
        await one.finish(Done(1, 5, KEPT))
        assert await one.begin(2, 5) == await other.begin(2, 5) == KEPT
        assert await other.begin(2, 6) == Kept()

    async def test_it_stays_over_a_restart(self, url: str, opened: Open) -> None:
        store = await opened(url)
        await store.finish(Done(1, 5, KEPT))
        await store.close()
        assert await (await opened(url)).begin(2, 5) == KEPT

    async def test_nothing_new_leaves_it_as_it_is(self, store: Store) -> None:
        await store.finish(Done(1, 5, KEPT))
        await store.finish(Done(2, 5))
        assert await store.begin(3, 5) == KEPT

    async def test_what_came_late_undoes_nothing(self, store: Store, clock: Clock) -> None:
        await store.finish(Done(1, 5, KEPT))
        clock.now -= 10  # a replica that was cut off, and now writes what it heard before
        await store.finish(Done(2, 5, Kept("sleep")))
        assert await store.begin(3, 5) == KEPT

    async def test_the_last_of_many_that_are_committed_together_counts(self, store: Store) -> None:
        await asyncio.gather(*(store.finish(Done(update, 5, replace(KEPT, latest=update))) for update in range(20)))
        kept = await store.begin(100, 5)
        assert kept is not None
        assert kept.latest == 19

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(chat=BIG, update=BIG, kept=KEPTS, votes=st.lists(VOTES, min_size=1, max_size=4))
    async def test_all_that_is_kept_comes_back_whole(
        self, store: Store, chat: int, update: int, kept: Kept, votes: list[Vote]
    ) -> None:
        await store.forget(chat)
        for number, vote in enumerate(votes):
            assert await store.finish(Done(update + number, chat, kept, vote=vote))
        data = await store.mydata(chat)
        assert data.kept == kept
        last = {vote.answer_id: (vote.answer_id, vote.value) for vote in votes}
        assert {vote.answer_id: (vote.answer_id, vote.value) for vote in data.votes} == last
        assert await store.begin(update, chat) is None


class TestAnswers:
    async def test_an_answer_is_found_by_its_question_and_by_itself(self, store: Store, clock: Clock) -> None:
        await store.finish(Done(1, 5, KEPT, ANSWER))
        kept = replace(ANSWER, at=clock.now)
        assert await store.answer_to(5, 10) == kept
        assert await store.answer(5, 11) == kept

    async def test_those_of_other_chats_and_unknown_ones_are_not(self, store: Store) -> None:
        await store.finish(Done(1, 5, KEPT, ANSWER))
        assert await store.answer_to(6, 10) is await store.answer(6, 11) is None
        assert await store.answer_to(5, 11) is await store.answer(5, 10) is None

    async def test_the_latest_answer_to_a_question_counts(self, store: Store) -> None:
        await store.finish(Done(1, 5, KEPT, ANSWER))
        await store.finish(Done(2, 5, KEPT, replace(ANSWER, answer_id=12)))
        found = await store.answer_to(5, 10)
        assert found is not None
        assert found.answer_id == 12

    async def test_a_mended_answer_takes_the_place_of_what_it_was(self, store: Store) -> None:
        await store.finish(Done(1, 5, KEPT, ANSWER))
        await store.finish(Done(2, 5, KEPT, replace(ANSWER, intents=("sleep",), others=())))
        (answer,) = (await store.mydata(5)).answers
        assert (answer.intents, answer.others) == (("sleep",), ())

    async def test_only_the_last_ones_of_a_chat_are_kept(self, store: Store) -> None:
        await store.finish(Done(1, 6, KEPT, ANSWER))
        for number in range(ANSWERS + 5):
            await store.finish(Done(100 + number, 5, answer=Answer(1000 + number, number)))
        assert [answer.answer_id - 1000 for answer in (await store.mydata(5)).answers] == list(range(5, ANSWERS + 5))
        assert len((await store.mydata(6)).answers) == 1


class TestVotes:
    async def test_a_new_vote_takes_the_place_of_the_one_before(self, store: Store, clock: Clock) -> None:
        await store.finish(Done(1, 5, vote=VOTE))
        clock.now += 1
        await store.finish(Done(2, 5, vote=replace(VOTE, value=-1)))
        assert (await store.mydata(5)).votes == (replace(VOTE, value=-1, at=clock.now),)

    async def test_the_same_vote_twice_is_no_change(self, store: Store, clock: Clock) -> None:
        await store.finish(Done(1, 5, vote=VOTE))
        first = clock.now
        clock.now += 1
        await store.finish(Done(2, 5, vote=VOTE))
        assert (await store.mydata(5)).votes == (replace(VOTE, at=first),)


class TestCounts:
    async def test_they_add_up_by_entry_kind_and_day(self, store: Store, clock: Clock) -> None:
        answer, tap = Count("massage", "answer"), Count("massage", "tap")
        await asyncio.gather(*(store.finish(Done(update, update, counts=(answer, tap, tap))) for update in range(9)))
        await store.finish(Done(9, 9, counts=(answer,)))
        clock.now += 86400
        await store.finish(Done(10, 5, counts=(answer,)))
        found = await rows(store, "SELECT day, intent, kind, number FROM counts ORDER BY day, kind")
        assert [(str(day), *others) for day, *others in found] == [
            ("2027-01-15", "massage", "answer", 10),
            ("2027-01-15", "massage", "tap", 18),
            ("2027-01-16", "massage", "answer", 1),
        ]


class TestOnesOwnData:
    async def test_it_is_all_that_is_kept_of_the_chat(self, store: Store, clock: Clock) -> None:
        await store.finish(Done(1, 5, KEPT, ANSWER, VOTE, missed=redact("My name is Ann, 42. Is it gout?")))
        await store.finish(Done(2, 6, Kept("sleep"), replace(ANSWER, answer_id=7), replace(VOTE, answer_id=7)))
        assert await store.mydata(5) == MyData(
            chat_id=5,
            kept=KEPT,
            seen_at=clock.now,
            answers=(replace(ANSWER, at=clock.now),),
            votes=(replace(VOTE, at=clock.now),),
            missed=(Missed("My name is …, …. Is it gout?", clock.now),),
        )

    async def test_all_of_it_is_forgotten_and_of_no_other_chat(self, store: Store) -> None:
        for update, chat in ((1, 5), (2, 6)):
            await store.finish(Done(update, chat, KEPT, ANSWER, VOTE, missed=redact("gout?")))
        other = await store.mydata(6)
        await store.forget(5)
        assert await store.mydata(5) == MyData(5)
        assert await store.mydata(6) == other

    async def test_a_repeat_is_still_told_after_it(self, store: Store) -> None:
        await store.finish(Done(1, 5, KEPT))
        await store.forget(5)
        await store.finish(Done(2, 5))
        assert await store.begin(1, 5) is await store.begin(2, 5) is None
        assert await store.mydata(5) == MyData(5)


class TestGroupCommit:
    async def test_many_chats_share_few_transactions(self, store: Store) -> None:
        written: list[str] = []
        event.listen(store._database.engine, "before_cursor_execute", lambda *told: written.append(told[2]))
        done = await asyncio.gather(*(store.finish(Done(update, update, KEPT, ANSWER)) for update in range(200)))
        assert all(done)
        assert sum("INTO handled" in statement for statement in written) <= 2

    async def test_more_than_a_batch_is_all_kept(self, store: Store) -> None:
        assert all(await asyncio.gather(*(store.finish(Done(update, update, KEPT)) for update in range(1200))))
        assert await rows(store, "SELECT count(*) FROM handled") == [(1200,)]

    async def test_what_waits_at_the_end_is_written(self, url: str, opened: Open) -> None:
        store = await opened(url)
        finishing = [asyncio.create_task(store.finish(Done(update, update, KEPT))) for update in range(1200)]
        await asyncio.sleep(0)
        await store.close()
        assert all(await asyncio.gather(*finishing))
        assert await rows(await opened(url), "SELECT count(*) FROM handled") == [(1200,)]


class TestBudget:
    async def test_replicas_share_it(self, postgres_url: str, opened: Open) -> None:
        stores = [await opened(postgres_url), await opened(postgres_url)] * 5
        waits = [await store.reserve(per_second=0.01, burst=2) for store in stores]
        assert [round(wait, -2) for wait in waits] == [0, 0, *range(100, 900, 100)]

    async def test_at_once_each_has_a_place_of_its_own(self, store: Store) -> None:
        waits = await asyncio.gather(*(store.reserve(per_second=0.01) for _ in range(20)))
        assert sorted(round(wait, -2) for wait in waits) == list(range(0, 2000, 100))

    async def test_it_fills_up_with_time(self, sqlite_file: object, clock: Clock, opened: Open) -> None:
        store = await opened(f"sqlite:///{sqlite_file}")  # PostgreSQL has a clock of its own
        assert [await store.reserve(per_second=0.5) for _ in range(3)] == [0, 2, 4]
        clock.now += 5
        assert [await store.reserve(per_second=0.5) for _ in range(2)] == [1, 3]
        clock.now += 500
        assert await store.reserve(per_second=0.5) == 0
