"""What is kept of a chat: shown, deleted, gone on with after a restart, and never more than is said."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from bot.assistant import Assistant
from bot.local_telegram import LocalTelegram, Person
from bot.store import Store
from bot.telegram.handlers import Conversation
from bot.telegram.service import Running
from tests.telegram.answering import answering


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/store.db"


@pytest.fixture
async def local() -> AsyncIterator[LocalTelegram]:
    async with LocalTelegram() as running:
        yield running


@asynccontextmanager
async def started(assistant: Assistant | Conversation, local: LocalTelegram, url: str) -> AsyncIterator[Running]:
    """Run the bot on a store that outlives it."""
    store = await Store.open(url)
    try:
        async with answering(assistant, local.token, local.url, store=store) as bot:
            yield bot
            await local.quiet()
    finally:
        await store.close()


def bytes_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


async def told(person: Person, text: str) -> str:
    await person.says(text)
    return (await person.hears()).text


async def test_nothing_is_kept_of_one_who_has_written_nothing(
    assistant: Assistant, local: LocalTelegram, url: str
) -> None:
    async with started(assistant, local, url):
        assert await told(local.person("Anna"), "/mydata") == "I keep nothing of this chat."


async def test_mydata_shows_all_and_forget_deletes_it(assistant: Assistant, local: LocalTelegram, url: str) -> None:
    async with started(assistant, local, url):
        anna = local.person("Anna")
        await anna.says("ice or heat?")
        answer = await anna.hears()
        await anna.taps("👍", on=answer)
        await told(anna, "i am pregnant, does massage help?")
        await anna.says("/country")
        await anna.hears()
        await anna.taps("Canada")
        await anna.hears()
        shown = await told(anna, "/mydata")
        for line in (
            "spoke about: Pregnancy",
            "country you chose: Canada",
            "👍 for Ice or heat",
            "care with medicines: ",
        ):
            assert line in shown
        assert (await told(anna, "/forget")).startswith("Done. I keep nothing of this chat now.")
        await local.quiet()
        assert await told(anna, "/mydata") == "I keep nothing of this chat."


async def test_mydata_shows_the_sign_that_was_asked_about(assistant: Assistant, local: LocalTelegram, url: str) -> None:
    async with started(assistant, local, url) as bot:
        anna = local.person("Anna")
        await told(anna, "my bum goes numb when i sit too long, does massage help?")
        await local.quiet()
        kept = (await bot.store.mydata(anna.id)).kept
        assert kept
        sign = assistant.knowledge.alert[kept.check.partition("+")[0]]
        assert f"I last asked you about: {sign.name}" in await told(anna, "/mydata")


async def test_what_is_forgotten_is_no_longer_known(assistant: Assistant, local: LocalTelegram, url: str) -> None:
    async with started(assistant, local, url):
        anna = local.person("Anna")
        await told(anna, "ice or heat?")
        await told(anna, "/forget")
        assert not (await told(anna, "and for how long?")).startswith("Ice or heat")


async def test_a_follow_up_after_a_restart(assistant: Assistant, local: LocalTelegram, url: str) -> None:
    anna = local.person("Anna")
    async with started(assistant, local, url):
        await told(anna, "ice or heat?")
    async with started(assistant, local, url):
        assert (await told(anna, "and for how long?")).startswith("Ice or heat")


async def test_an_edit_after_a_restart_mends_the_answer(assistant: Assistant, local: LocalTelegram, url: str) -> None:
    anna = local.person("Anna")
    async with started(assistant, local, url):
        question = await anna.says("ice or heat?")
        answer = await anna.hears()
    async with started(assistant, local, url):
        await anna.edits(question, "does massage help?")
        mended = await anna.hears()
        assert (mended.id, mended.text.split("\n")[0]) == (answer.id, "Massage")


async def test_no_words_and_no_names_are_kept(
    assistant: Assistant, local: LocalTelegram, url: str, tmp_path: Path
) -> None:
    async with started(assistant, local, url):
        anna = local.person("Annabella", username="annabella_smith")
        await told(anna, "xylophone of wombats")
        await told(anna, "does massage help a wombat?")
        await anna.taps("👎")
        await anna.hears()
    kept = bytes_in(tmp_path).lower()
    assert b"massage" in kept
    for word in (b"annabella", b"smith", b"wombat", b"xylophone"):
        assert word not in kept


async def test_what_is_asked_for_is_counted_by_day(
    assistant: Assistant, local: LocalTelegram, url: str, tmp_path: Path
) -> None:
    async with started(assistant, local, url):
        for name in ("Anna", "Bert"):
            person = local.person(name)
            await told(person, "does massage help?")
        await person.taps("Ice or heat")
        await person.hears()
        await told(person, "how do i grow tomatoes?")
    with closing(sqlite3.connect(tmp_path / "store.db")) as database:
        counted = database.execute("SELECT intent, kind, number FROM counts ORDER BY intent").fetchall()
    assert counted == [("", "fallback", 1), ("ice_or_heat", "tap", 1), ("massage", "answer", 2)]


async def test_questions_without_an_answer_are_kept_where_the_operator_says_so(
    assistant: Assistant, local: LocalTelegram, url: str
) -> None:
    keeping = Conversation(assistant, keeps_missed=True, operator="Back Friends, mail@example.org")
    async with started(keeping, local, url):
        anna = local.person("Anna")
        await told(anna, "how do i grow tomatoes? my name is Annabella, call 555 1234")
        shown = await told(anna, "/mydata")
        assert "how do i grow tomatoes" in shown
        assert "Annabella" not in shown
        assert "1234" not in shown
        privacy = await told(anna, "/privacy")
        assert "I keep the words of the question for 30 days" in privacy
        assert "This bot is run by Back Friends, mail@example.org." in privacy


async def test_privacy_says_what_is_kept(assistant: Assistant, local: LocalTelegram, url: str) -> None:
    async with started(assistant, local, url):
        privacy = await told(local.person("Anna"), "/privacy")
    assert "The person who runs this bot has given no name." in privacy
    assert "{" not in privacy
    assert "/forget" in privacy
