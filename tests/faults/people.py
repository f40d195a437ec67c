"""People who ask, tap and watch what comes back, and what is to be said of it in the end."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from bot.assistant import Assistant
from bot.chat import Chat
from bot.local_telegram import LocalTelegram, Message, Person
from bot.local_telegram.world import CallbackQuery
from bot.reply import Action, Verb

AT_ONCE = 4
"""Messages that a person sends before the first of them is answered."""

LIKED, DISLIKED = frozenset({5, 15, 25}), 30
"""The numbers of the questions whose answers a person votes for, and against."""

OTHERS = -1
"""The number of what is offered to one whom an answer didn't help."""

STRANGE = -2
"""The number of what answers no question."""


@dataclass(frozen=True)
class Question:
    """A question whose answer can be told from all others.

    Attributes:
        text: The title of an entry, with which its answer begins.
        intent: The entry.
    """

    text: str
    intent: str


def questions(assistant: Assistant, number: int) -> list[Question]:
    """Return questions that get their own entry's answer, whichever were asked before."""
    chat, found = Chat(joins=True), list[Question]()
    for entry in assistant.knowledge.entries.values():
        reply = assistant.reply(chat.message(entry.title, 0.0))
        if reply.kind == "answer" and reply.about == entry.intent and not reply.at_risk:
            chat.heard(reply, 0.0, entry.title)
            found.append(Question(entry.title, entry.intent))
    assert len(found) >= number
    return found[:number]


@dataclass
class Talk:
    """One person's chat with the bot.

    Attributes:
        person: Who.
        questions: What they ask, in this order.
        sorry: The ways in which what is offered to one whom an answer didn't help may begin.
        asked: How many of the questions are asked.
        answers: The first answer to each question that has one, by its number.
        taps: The votes.
        offered: Whether there was an answer to the vote against.
    """

    person: Person
    questions: Sequence[Question]
    sorry: tuple[str, ...]
    asked: int = 0
    answers: dict[int, Message] = field(default_factory=dict)
    taps: list[CallbackQuery] = field(default_factory=list)
    offered: bool = False
    _seen: int = 0

    @property
    def answered(self) -> bool:
        """Whether all has its answer."""
        return len(self.answers) == len(self.questions) and self.offered

    async def asks(self) -> None:
        """Ask the next question, if there is one left."""
        if self.asked < len(self.questions):
            await self.person.says(self.questions[self.asked].text)
            self.asked += 1

    async def goes_on(self, local: LocalTelegram) -> None:
        """Look at what came: vote for it or against it, and ask on."""
        chat = self.person.chat
        if chat.event_number == self._seen:
            return
        new = [event.message for event in chat.events if event.number > self._seen and event.kind == "message"]
        self._seen = chat.event_number
        for message in new:
            if message is None or message.sender != local.world.bot:
                continue
            number = self.number(message)
            if number == OTHERS:
                self.offered = True
            elif number != STRANGE and number not in self.answers:
                self.answers[number] = message
                self._votes(local, number)
                await self.asks()

    def number(self, message: Message) -> int:
        """Return the number of the question that a message answers; `STRANGE` where it answers none."""
        heading = message.formatted.text.partition("\n")[0]
        if heading.startswith(self.sorry):
            return OTHERS
        numbers = (number for number, question in enumerate(self.questions) if question.text == heading)
        return next(numbers, STRANGE)

    def _votes(self, local: LocalTelegram, number: int) -> None:
        verb = Verb.USEFUL if number in LIKED else Verb.NOT_USEFUL if number == DISLIKED else None
        if verb:
            data = Action(verb, self.questions[number].intent).pack()
            self.taps.append(local.world.tap(self.answers[number], self.person.user, data))


BEAT = 0.02
"""Seconds between two looks whether this process has time."""


@dataclass
class Kill:
    """A process that was killed.

    Attributes:
        at: How many calls there were before.
        busy: Chats that waited for the bot just then.
        over: How many there were when the process was gone, and Telegram had read all that it had written.
    """

    at: int
    busy: int
    over: int = 0


@dataclass
class Witness:
    """What Telegram knows: the calls that it has answered, and when a process was killed.

    Attributes:
        acknowledged: The messages of which the bot was told that they are sent, by their ids, with the number of the
            call.
        kills: The processes killed, in order.
        calls: How many calls there were.
        failed: Those of them that Telegram did not answer, or answered with an error.
        late: Messages of which the bot was told after it may have given up: this process, and Telegram with it, had no
            time for so long. They count as sends whose call failed.
    """

    local: LocalTelegram
    answer_seconds: float
    acknowledged: dict[int, int] = field(default_factory=dict)
    kills: list[Kill] = field(default_factory=list)
    calls: int = 0
    failed: Counter[int] = field(default_factory=Counter)
    late: set[int] = field(default_factory=set)

    async def feels_its_pulse(self) -> None:
        """Take note of what is answered late, until cancelled."""
        late_until = 0.0
        while True:
            known, began = set(self.acknowledged), time.monotonic()
            await asyncio.sleep(BEAT)
            self.looks()
            now = time.monotonic()
            if now - began > self.answer_seconds / 4:  # what came meanwhile is read, and answered, beat by beat
                late_until = now + self.answer_seconds
            if now <= late_until:
                self.late |= self.acknowledged.keys() - known

    def looks(self) -> int:
        """Take note of the calls since the last look; return how many there were in all."""
        before, (self.calls, new) = self.calls, self.local.calls_since(self.calls)
        assert len(new) == self.calls - before, "some calls were forgotten before they were looked at"
        for number, call in enumerate(new, before + 1):
            if call.status != 200:
                self.failed[call.status] += 1
            elif call.method == "sendMessage" and call.answer:
                self.acknowledged[call.answer["result"]["message_id"]] = number
        return self.calls

    @contextmanager
    def killing(self, busy: int) -> Iterator[None]:
        """Take note that a process is killed, and another one started, in the block."""
        kill = Kill(self.calls, busy)
        self.kills.append(kill)
        yield
        self.looks()
        kill.over = self.calls

    def kill_between(self, first: Message, second: Message) -> int | None:
        """Return the number of the kill between two messages that were acknowledged; None where there was none."""
        one, other = self.acknowledged[first.id], self.acknowledged[second.id]
        for number, kill in enumerate(self.kills):
            if other > kill.at and one <= kill.over:
                return number
        return None


@dataclass
class Tally:
    """What became of all messages.

    Attributes:
        messages: How many were to be answered, votes against among them.
        sent: How many the bot sent.
        unanswered: Those that have no answer, as (chat, number).
        strange: Messages that answer none of them, by their first lines.
        out_of_order: Chats in which an answer came before an earlier one.
        after_effect: Sends that Telegram carried out though the bot wasn't told so.
        at_kills: For each kill, the answers that were sent once more after it though they were acknowledged before.
        unexplained: Answers that were sent and acknowledged twice without a kill between, as (chat, number).
    """

    messages: int = 0
    sent: int = 0
    unanswered: list[tuple[int, int]] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    out_of_order: list[int] = field(default_factory=list)
    after_effect: int = 0
    at_kills: Counter[int] = field(default_factory=Counter)
    unexplained: list[tuple[int, int]] = field(default_factory=list)

    @property
    def doubled(self) -> int:
        """Answers beyond one for each message."""
        return self.sent - self.messages + len(self.unanswered)


def tally(talks: Sequence[Talk], witness: Witness) -> Tally:
    """Return what became of all messages."""
    found, heard = Tally(), witness.acknowledged.keys() - witness.late
    for talk in talks:
        sent = list(_numbered(talk, witness.local))
        wanted = {*range(len(talk.questions)), OTHERS}
        found.strange += [message.formatted.text.partition("\n")[0] for number, message in sent if number == STRANGE]
        found.messages += len(wanted)
        found.sent += len(sent)
        found.unanswered += [(talk.person.id, number) for number in sorted(wanted - {number for number, _ in sent})]
        answers = [number for number, _ in sent if number in talk.answers]
        if any(one > other for one, other in pairwise(answers)):
            found.out_of_order.append(talk.person.id)
        found.after_effect += sum(message.id not in witness.acknowledged for _, message in sent)
        for number in wanted:
            acknowledged = [message for one, message in sent if one == number and message.id in heard]
            for first, second in pairwise(acknowledged):
                kill = witness.kill_between(first, second)
                if kill is None:
                    found.unexplained.append((talk.person.id, number))
                else:
                    found.at_kills[kill] += 1
    return found


def _numbered(talk: Talk, local: LocalTelegram) -> Iterator[tuple[int, Message]]:
    yield from ((talk.number(message), message) for message in local.sent(talk.person.id))
