"""2,000 messages from 50 chats, while calls fail and processes are killed: none is lost, and order holds.

The bot runs in processes of its own; the local Telegram and the people on it run in this one. What is counted is
printed with `pytest -s`.
"""

import asyncio
import itertools
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.assistant import Assistant
from bot.local_telegram import Chance, Fault, LocalTelegram
from bot.reply import Verb
from bot.store import Store
from tests.faults.balancer import Balancer
from tests.faults.people import AT_ONCE, Talk, Tally, Witness, questions, tally
from tests.faults.processes import BotProcess, posted_to, settings_for
from tests.faults.replica import hurried
from tests.postgres import free_port

CHATS, MESSAGES, KILLS = 50, 40, 5
PATIENCE = 60.0
"""Seconds for which the bot may do nothing at all: it takes some 3 to start, and more on a busy machine."""

RATE = 0.1
"""The share of the calls that meet each kind of fault; half of these after they took effect, where that can be."""

CALLS = {
    Fault("429"): RATE,
    **{Fault(kind, took_effect=late): RATE / 2 for kind in ("500", "timeout", "drop") for late in (False, True)},
}
# One that was withheld for good would hold up the bot for all of its long poll.
FETCHES = {
    Fault("429", "getUpdates"): RATE,
    Fault("timeout", "getUpdates", seconds=0.2): RATE,
    **{Fault(kind, "getUpdates", took_effect=late): RATE / 2 for kind in ("500", "drop") for late in (False, True)},
}

ANSWER = 0.5
"""Seconds for which the bot waits for Telegram's answer."""

QUICK = {"ANSWER_SECONDS": str(ANSWER)}
REPLICA = ("-m", "tests.faults.replica")


@dataclass(frozen=True)
class Variant:
    """How the bot runs.

    Attributes:
        database: Which it keeps things in.
        replicas: How many processes there are; 0 for one that polls.
    """

    name: str
    database: str
    replicas: int


VARIANTS = [
    Variant("SQLite, polling", "sqlite", 0),
    Variant("SQLite, webhook", "sqlite", 1),
    Variant("PostgreSQL, webhook", "postgresql", 1),
    Variant("PostgreSQL, two replicas", "postgresql", 2),
]


@pytest.fixture
def database(variant: Variant, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if variant.database == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return str(request.getfixturevalue("postgres_url"))


@asynccontextmanager
async def running(
    variant: Variant, local: LocalTelegram, database: str, folder: Path
) -> AsyncIterator[tuple[list[BotProcess], Balancer | None]]:
    """Let the bot's processes run for the length of the block."""
    async with AsyncExitStack() as stack:
        balancer = None
        each: list[dict[str, str]] = [{}]
        if variant.replicas:
            ports, public = [free_port() for _ in range(variant.replicas)], free_port()
            balancer = Balancer(ports, seed=1)
            await stack.enter_async_context(balancer.listening(public))
            each = [posted_to(public, port) for port in ports]
        processes = [BotProcess(settings_for(local, database, **QUICK, **own), folder, REPLICA) for own in each]
        for process in processes:
            await process.start()
            stack.push_async_callback(process.kill)
        yield processes, balancer


async def converse(local: LocalTelegram, talks: list[Talk], processes: list[BotProcess]) -> Witness:
    """Let all people talk at once, and kill a process whenever another part of the messages has its answer."""
    witness, turns = Witness(local, ANSWER), itertools.cycle(processes)
    beating = asyncio.create_task(witness.feels_its_pulse())

    def over() -> bool:
        return all(talk.answered for talk in talks) and not len(local.world.updates)

    def news() -> bool | None:
        return witness.looks() > looked or over() or None

    for _, talk in itertools.product(range(AT_ONCE), talks):
        await talk.asks()
    looked = 0
    while not over():
        try:
            async with asyncio.timeout(PATIENCE):
                await local._watch.until("calls", news)
        except TimeoutError:
            break  # the tally will tell what is missing
        looked = witness.calls
        for talk in talks:
            await talk.goes_on(local)
        answered = sum(len(talk.answers) for talk in talks)
        if len(witness.kills) < KILLS and answered >= (len(witness.kills) + 1) * CHATS * MESSAGES / (KILLS + 1):
            process = next(turns)
            with witness.killing(busy=sum(talk.asked > len(talk.answers) for talk in talks)):
                process.tell(signal.SIGKILL)
                assert await process.ended() == -signal.SIGKILL
                await process.start()
    beating.cancel()
    return witness


async def kept_votes(database: str, talks: list[Talk]) -> dict[tuple[int, int], int]:
    """Return the votes in the store, by chat and message."""
    store = await Store.open(database)
    votes = {
        (talk.person.id, vote.answer_id): int(vote.value)
        for talk in talks
        for vote in (await store.mydata(talk.person.id)).votes
    }
    await store.close()
    return votes


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
async def test_a_very_bad_day(
    assistant: Assistant,
    variant: Variant,
    database: str,
    tmp_path: Path,
) -> None:
    wording = assistant.knowledge.wording
    asked = questions(assistant, MESSAGES)
    began = time.monotonic()
    async with LocalTelegram(pause=hurried) as local:
        local.fail_at_random(Chance(7, CALLS | FETCHES, repeats=1.0))
        talks = [
            Talk(local.person(f"Person {number}"), asked, (wording.try_another, wording.none_of_these))
            for number in range(CHATS)
        ]
        async with running(variant, local, database, tmp_path) as (processes, balancer):
            witness = await converse(local, talks, processes)
            local.fail_at_random(None)
            for process in processes:
                process.tell(signal.SIGTERM)
            assert [await process.ended() for process in processes] == [0] * len(processes)
    found, kept = tally(talks, witness), await kept_votes(database, talks)
    taps = [(talk, tap) for talk in talks for tap in talk.taps]
    thanked = {
        (talk.person.id, tap.message.id): -1 if tap.data.startswith(Verb.NOT_USEFUL) else 1
        for talk, tap in taps
        if tap.notice and tap.notice.text == wording.voted
    }
    votes = f"{len(taps)} cast, {len(thanked)} acknowledged, {len(kept)} kept"
    print(f"\n{variant.name}, {time.monotonic() - began:.0f} s", *rows(found, witness, balancer, votes), sep="\n  ")  # noqa: T201

    assert not found.strange, "what the bot sent answers no message"
    assert not found.unanswered, "messages without an answer"
    assert not found.out_of_order, "chats whose answers came out of order"
    assert not found.unexplained, "answers that were doubled, though Telegram had said that they were sent"
    assert found.doubled <= found.after_effect + len(witness.late) + found.at_kills.total()
    assert len(witness.kills) == KILLS
    assert all(found.at_kills[number] <= kill.busy for number, kill in enumerate(witness.kills))
    assert len(thanked) > len(taps) / 2, "too few votes were acknowledged to tell anything"
    assert thanked.items() <= kept.items(), "votes that were acknowledged and not kept"


def rows(found: Tally, witness: Witness, balancer: Balancer | None, votes: str) -> Iterator[str]:
    """Yield what was counted, a line each."""
    failed = ", ".join(f"{number} with {status or 'no answer'}" for status, number in sorted(witness.failed.items()))
    kills = ", ".join(f"{found.at_kills[number]} of {kill.busy} chats" for number, kill in enumerate(witness.kills))
    yield f"messages            {found.messages}, without an answer {len(found.unanswered)}"
    yield f"chats out of order  {len(found.out_of_order)}"
    yield f"calls               {witness.calls}; failed: {failed}"
    if balancer:
        yield f"updates             {balancer.posts} posts, {balancer.cut_off} of them cut off while they were handled"
    yield f"answers sent        {found.sent}, so doubled {found.doubled}"
    yield f"  whose call failed {found.after_effect}, or was answered too late {len(witness.late)}"
    yield f"  at the kills      {found.at_kills.total()} ({kills})"
    yield f"  unexplained       {len(found.unexplained)}"
    yield f"votes               {votes}"
