"""What the store takes and gives: ids, times and counts; no names, and no text but what was redacted."""

from dataclasses import dataclass
from typing import Literal

from bot.chat import Kept
from bot.store.redact import Redacted
from bot.store.trouble import Trouble


@dataclass(frozen=True)
class Answer:
    """A message of ours that answers a question.

    Attributes:
        answer_id: Our message.
        question_id: The person's message.
        intents: The entries that it answers with.
        others: The entries that came next in rank.
        at: When it was kept, in seconds since 1970; the store sets it.
    """

    answer_id: int
    question_id: int
    intents: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    at: float = 0.0


@dataclass(frozen=True)
class Vote:
    """What a person thinks of an answer.

    Attributes:
        answer_id: Our message.
        intents: The entries that it answers with.
        value: 1 for, -1 against.
        at: When it was kept, in seconds since 1970; the store sets it.
    """

    answer_id: int
    intents: tuple[str, ...]
    value: Literal[1, -1]
    at: float = 0.0


@dataclass(frozen=True)
class Count:
    """One more of a kind of event on an entry, for the figures of the day.

    Attributes:
        intent: The entry; empty where there is none.
        kind: What happened, for instance `answer`.
    """

    intent: str
    kind: str


@dataclass(frozen=True)
class Missed:
    """A question that had no answer.

    Attributes:
        text: Its words, redacted.
        at: When it was asked, in seconds since 1970.
    """

    text: str
    at: float


@dataclass(frozen=True)
class Done:
    """An update that was handled, with all that is to be kept of it.

    Attributes:
        update_id: Telegram's id of it, from which a repeat is told.
        chat_id: Its chat.
        kept: What is remembered of the chat from now on; None leaves it as it is.
        answer: The answer that was given, where there is one.
        vote: The vote that was cast, where there is one.
        counts: For the figures of the day.
        missed: A question that had no answer, only where the operator keeps them.
    """

    update_id: int
    chat_id: int
    kept: Kept | None = None
    answer: Answer | None = None
    vote: Vote | None = None
    counts: tuple[Count, ...] = ()
    missed: Redacted | None = None


@dataclass(frozen=True)
class MyData:
    """All that is kept of a chat.

    Attributes:
        chat_id: The chat.
        kept: What is remembered of it; None where nothing is.
        seen_at: When it was last written to, in seconds since 1970; None where nothing is remembered.
        answers: The latest answers, oldest first.
        votes: The votes cast, oldest first.
        missed: The questions that had no answer, oldest first.
    """

    chat_id: int
    kept: Kept | None = None
    seen_at: float | None = None
    answers: tuple[Answer, ...] = ()
    votes: tuple[Vote, ...] = ()
    missed: tuple[Missed, ...] = ()


@dataclass(frozen=True)
class State:
    """How the store does, for the operator. It holds no secret and nobody's words.

    Attributes:
        answers: Whether the database takes reads and writes.
        away_since: Since when it doesn't, in seconds since 1970; None where it does.
        backlog: Handled updates that wait for it.
        lost: Those that were dropped since the start, because too many waited or the database refused them.
        errors: How often each trouble has happened since the start.
        last_error: The last trouble, with its mend; empty where there was none.
    """

    answers: bool
    away_since: float | None
    backlog: int
    lost: int
    errors: dict[Trouble, int]
    last_error: str
