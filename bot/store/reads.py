"""What is read of a chat."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Select, bindparam, null, select, union_all

from bot.chat import Kept
from bot.store.records import Answer, Missed, MyData, Vote
from bot.store.tables import answers, chats, handled, missed, votes

_KEPT = [chats.c[field.name] for field in fields(Kept)]
_ANSWER = [answers.c[field.name] for field in fields(Answer)]
# In one statement, for one round trip: the chats, and the updates that were handled before, with nothing else.
_BEGIN = union_all(
    select(chats.c.chat_id.label("id"), *_KEPT).where(chats.c.chat_id.in_(bindparam("chats", expanding=True))),
    select(handled.c.update_id, *[null() for _ in _KEPT]).where(
        handled.c.update_id.in_(bindparam("updates", expanding=True))
    ),
)
_OF_CHAT = answers.c.chat_id == bindparam("chat")
_ANSWER_TO = (
    select(*_ANSWER)
    .where(_OF_CHAT, answers.c.question_id == bindparam("question"))
    .order_by(answers.c.answer_id.desc())
    .limit(1)
)
_ANSWER_BY_ID = select(*_ANSWER).where(_OF_CHAT, answers.c.answer_id == bindparam("answer"))


def begin(connection: Connection, asked: Sequence[tuple[int, int]]) -> list[Kept | None]:
    """Return what is kept of the chat of each update; None where the update was handled before.

    Args:
        connection: To the database.
        asked: Updates, each with its chat.
    """
    ids = {"updates": [update for update, _ in asked], "chats": [chat for _, chat in asked]}
    rows = connection.execute(_BEGIN, ids).mappings().all()
    repeats = {row["id"] for row in rows if row["latest"] is None}
    kept = {row["id"]: _kept(row) for row in rows if row["latest"] is not None}
    return [None if update in repeats else kept.get(chat, Kept()) for update, chat in asked]


def answer_to(connection: Connection, chat_id: int, question_id: int) -> Answer | None:
    """Return the latest answer to a question."""
    return _answer(connection, _ANSWER_TO, {"chat": chat_id, "question": question_id})


def answer(connection: Connection, chat_id: int, answer_id: int) -> Answer | None:
    """Return an answer."""
    return _answer(connection, _ANSWER_BY_ID, {"chat": chat_id, "answer": answer_id})


def mydata(connection: Connection, chat_id: int) -> MyData:
    """Return all that is kept of a chat."""
    chat = connection.execute(select(chats).where(chats.c.chat_id == chat_id)).mappings().one_or_none()
    given = connection.execute(select(*_ANSWER).where(answers.c.chat_id == chat_id).order_by(answers.c.answer_id))
    cast = connection.execute(
        select(*[votes.c[field.name] for field in fields(Vote)])
        .where(votes.c.chat_id == chat_id)
        .order_by(votes.c.at, votes.c.answer_id)
    )
    asked = connection.execute(
        select(missed.c.text, missed.c.at).where(missed.c.chat_id == chat_id).order_by(missed.c.id)
    )
    return MyData(
        chat_id=chat_id,
        kept=_kept(chat) if chat else None,
        seen_at=chat["seen_at"] if chat else None,
        answers=tuple(Answer(**row) for row in given.mappings()),
        votes=tuple(Vote(**row) for row in cast.mappings()),
        missed=tuple(Missed(**row) for row in asked.mappings()),
    )


def _answer(connection: Connection, query: Select[Any], of: dict[str, int]) -> Answer | None:
    row = connection.execute(query, of).mappings().one_or_none()
    return Answer(**row) if row else None


def _kept(row: Mapping[Any, Any]) -> Kept:
    return Kept(**{column.name: row[column.name] for column in _KEPT})
