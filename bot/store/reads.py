"""What is read of a chat."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import Select, bindparam, exists, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat import Kept
from bot.store.records import Answer, Missed, MyData, Vote
from bot.store.tables import answers, chats, handled, missed, votes

_KEPT = [chats.c[field.name] for field in fields(Kept)]
_ANSWER = [answers.c[field.name] for field in fields(Answer)]
_ONE = select(literal(1).label("one")).subquery("one")
_BEGIN = select(exists().where(handled.c.update_id == bindparam("update")).label("repeat"), *_KEPT).select_from(
    _ONE.outerjoin(chats, chats.c.chat_id == bindparam("chat"))
)
_OF_CHAT = answers.c.chat_id == bindparam("chat")
_ANSWER_TO = (
    select(*_ANSWER)
    .where(_OF_CHAT, answers.c.question_id == bindparam("question"))
    .order_by(answers.c.answer_id.desc())
    .limit(1)
)
_ANSWER_BY_ID = select(*_ANSWER).where(_OF_CHAT, answers.c.answer_id == bindparam("answer"))


async def begin(connection: AsyncConnection, update_id: int, chat_id: int) -> Kept | None:
    """Return what is kept of a chat; None where the update was handled before."""
    row = (await connection.execute(_BEGIN, {"update": update_id, "chat": chat_id})).mappings().one()
    if row["repeat"]:
        return None
    return Kept() if row["latest"] is None else _kept(row)


async def answer_to(connection: AsyncConnection, chat_id: int, question_id: int) -> Answer | None:
    """Return the latest answer to a question."""
    return await _answer(connection, _ANSWER_TO, {"chat": chat_id, "question": question_id})


async def answer(connection: AsyncConnection, chat_id: int, answer_id: int) -> Answer | None:
    """Return an answer."""
    return await _answer(connection, _ANSWER_BY_ID, {"chat": chat_id, "answer": answer_id})


async def mydata(connection: AsyncConnection, chat_id: int) -> MyData:
    """Return all that is kept of a chat."""
    chat = (await connection.execute(select(chats).where(chats.c.chat_id == chat_id))).mappings().one_or_none()
    given = await connection.execute(select(*_ANSWER).where(answers.c.chat_id == chat_id).order_by(answers.c.answer_id))
    cast = await connection.execute(
        select(*[votes.c[field.name] for field in fields(Vote)])
        .where(votes.c.chat_id == chat_id)
        .order_by(votes.c.at, votes.c.answer_id)
    )
    asked = await connection.execute(
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


async def _answer(connection: AsyncConnection, query: Select[Any], of: dict[str, int]) -> Answer | None:
    row = (await connection.execute(query, of)).mappings().one_or_none()
    return Answer(**row) if row else None


def _kept(row: Mapping[Any, Any]) -> Kept:
    return Kept(**{column.name: row[column.name] for column in _KEPT})
