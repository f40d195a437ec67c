"""Votes on answers, and what is offered to one whom an answer didn't help."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.assistant import Assistant
from bot.local_telegram import LocalTelegram, Person
from bot.store import Store, Vote
from tests.telegram.answering import answering, locked


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{tmp_path}/store.db")
    yield opened
    await opened.close()


@pytest.fixture
async def telegram(assistant: Assistant, store: Store) -> AsyncIterator[LocalTelegram]:
    async with LocalTelegram() as local, answering(assistant, local.token, local.url, store=store):
        yield local
        await local.quiet()


async def votes(store: Store, person: Person) -> tuple[Vote, ...]:
    return (await store.mydata(person.id)).votes


async def test_a_vote_is_kept_before_it_is_thanked_for(telegram: LocalTelegram, anna: Person, store: Store) -> None:
    await anna.says("ice or heat?")
    answer = await anna.hears()
    notice = await anna.taps("👍", on=answer)
    assert notice.text.startswith("Thank you")
    [vote] = await votes(store, anna)
    assert (vote.answer_id, vote.intents, vote.value) == (answer.id, ("ice_or_heat",), 1)


async def test_one_whom_an_answer_didn_t_help_is_offered_others(telegram: LocalTelegram, anna: Person) -> None:
    await anna.says("ice or heat for my back?")
    answer = await anna.hears()
    await anna.taps("👎", on=answer)
    others = await anna.hears()
    assert others.text == "I'm sorry that it didn't help. Try a different result?"
    assert len(others.buttons) == 5
    assert others.buttons[-1] == "None of these"
    assert "Ice or heat" not in others.buttons
    await anna.taps(others.buttons[0], on=others)
    assert (await anna.hears()).text.startswith(others.buttons[0])


async def test_a_vote_can_be_changed(telegram: LocalTelegram, anna: Person, store: Store) -> None:
    await anna.says("ice or heat?")
    answer = await anna.hears()
    await anna.taps("👎", on=answer)
    await anna.hears()
    await anna.taps("👍", on=answer)
    assert [vote.value for vote in await votes(store, anna)] == [1]


async def test_a_vote_on_an_answer_that_a_topic_opened(telegram: LocalTelegram, anna: Person) -> None:
    """There is nothing that came next in rank, so the topics are offered."""
    await anna.says("Causes")
    answer = await anna.hears()
    await anna.taps("👎", on=answer)
    assert "Medicines" in (await anna.hears()).buttons


async def test_small_talk_and_alerts_have_no_votes(telegram: LocalTelegram, anna: Person) -> None:
    for text in ("hello", "I can't pee", "/help"):
        await anna.says(text)
        assert "👍" not in (await anna.hears()).buttons


async def test_the_medicines_of_one_at_risk_are_not_offered_after_a_vote(
    telegram: LocalTelegram, anna: Person, assistant: Assistant
) -> None:
    await anna.says("i am pregnant, can i use a heating pad?")
    answer = await anna.hears()
    await anna.taps("👎", on=answer)
    offered = (await anna.hears()).buttons
    medicines = {entry.title for entry in assistant.knowledge.entries.values() if entry.medicine}
    assert not medicines & set(offered)


async def test_a_vote_that_can_t_be_kept_is_said_so(
    telegram: LocalTelegram, anna: Person, store: Store, tmp_path: Path
) -> None:
    await anna.says("ice or heat?")
    answer = await anna.hears()
    await telegram.quiet()
    async with locked(tmp_path / "store.db"):
        notice = await anna.taps("👍", on=answer)
    assert notice.text.startswith("I couldn't keep your vote")
    assert not await votes(store, anna)
