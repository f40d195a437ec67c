"""How records become rows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database
from bot.store.records import Done
from bot.store.tables import answers, budget, chats, counts, handled, missed, votes

ANSWERS = 50
"""Answers that are kept of a chat."""


@dataclass
class Record:
    """A handled update, and when it was.

    Attributes:
        done: What is to be kept.
        at: Seconds since 1970.
    """

    done: Done
    at: float


class Writes:
    """The statements that write, in the dialect of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        insert = database.insert
        self._handled = insert(handled).on_conflict_do_nothing()
        upsert = insert(chats)
        # A replica that was cut off for a while must not undo what another one has heard since.
        self._chats = upsert.on_conflict_do_update(
            index_elements=[chats.c.chat_id],
            set_={column.name: upsert.excluded[column.name] for column in chats.c if not column.primary_key},
            where=chats.c.seen_at <= upsert.excluded.seen_at,
        )
        upsert = insert(answers)
        self._answers = upsert.on_conflict_do_update(
            index_elements=[answers.c.chat_id, answers.c.answer_id],
            set_={column.name: upsert.excluded[column.name] for column in answers.c if not column.primary_key},
        )
        upsert = insert(votes)
        self._votes = upsert.on_conflict_do_update(
            index_elements=[votes.c.chat_id, votes.c.answer_id],
            set_={column.name: upsert.excluded[column.name] for column in votes.c if not column.primary_key},
            where=votes.c.value != upsert.excluded.value,
        )
        upsert = insert(counts)
        self._counts = upsert.on_conflict_do_update(
            index_elements=list(counts.primary_key), set_={"number": counts.c.number + upsert.excluded.number}
        )
        latest = (
            select(answers.c.answer_id)
            .where(answers.c.chat_id == bindparam("chat"))
            .order_by(answers.c.answer_id.desc())
            .limit(ANSWERS)
            .correlate(None)
        )
        self._trim = delete(answers).where(answers.c.chat_id == bindparam("chat"), answers.c.answer_id.not_in(latest))

    async def write(self, connection: AsyncConnection, records: Sequence[Record]) -> None:
        """Write records, those of a chat in the order in which they came.

        Rows are written in the order of their keys, so that two replicas never wait for each other; those of the
        counts, which all share, last.
        """
        of_chats = {
            record.done.chat_id: {"chat_id": record.done.chat_id, **asdict(record.done.kept), "seen_at": record.at}
            for record in records
            if record.done.kept is not None
        }
        given = [
            {"chat_id": record.done.chat_id, **asdict(record.done.answer), "at": record.at}
            for record in records
            if record.done.answer is not None
        ]
        cast = [
            {"chat_id": record.done.chat_id, **asdict(record.done.vote), "at": record.at}
            for record in records
            if record.done.vote is not None
        ]
        asked = [
            {"chat_id": record.done.chat_id, "at": record.at, "text": record.done.missed}
            for record in records
            if record.done.missed is not None
        ]
        seen = [{"update_id": record.done.update_id, "at": record.at} for record in records]
        for statement, rows in (
            (self._handled, sorted(seen, key=_update)),
            (self._chats, sorted(of_chats.values(), key=_chat)),
            (self._answers, sorted(given, key=_chat)),
            (self._trim, [{"chat": chat} for chat in sorted({row["chat_id"] for row in given})]),
            (self._votes, sorted(cast, key=_chat)),
            (missed.insert(), asked),
            (self._counts, _counted(records)),
        ):
            if rows:
                await connection.execute(statement, rows)

    async def reserve(
        self, connection: AsyncConnection, asked: Sequence[tuple[str, float]], now: ColumnElement[float]
    ) -> list[float]:
        """Take seconds of budgets, and return for how many seconds each budget is then taken from now on.

        Args:
            connection: To the database.
            asked: The name of a budget and the seconds to take of it, each behind those before.
            now: The time, as the database tells it.
        """
        costs: dict[str, float] = {}
        up_to: list[float] = []
        for name, cost in asked:
            costs[name] = costs.get(name, 0.0) + cost
            up_to.append(costs[name])
        taken = {name: await self._take(connection, name, costs[name], now) for name in sorted(costs)}
        return [taken[name] - costs[name] + own for (name, _), own in zip(asked, up_to, strict=True)]

    async def _take(self, connection: AsyncConnection, name: str, cost: float, now: ColumnElement[float]) -> float:
        taken = self._database.later(budget.c.free_at, now) + cost
        reserve = (
            self._database.insert(budget)
            .values(name=name, free_at=now + cost)
            .on_conflict_do_update(index_elements=[budget.c.name], set_={"free_at": taken})
            .returning(budget.c.free_at - now)
        )
        return float((await connection.execute(reserve)).scalar_one())


def _update(row: dict[str, Any]) -> int:
    return int(row["update_id"])


def _chat(row: dict[str, Any]) -> int:
    return int(row["chat_id"])


def _counted(records: Iterable[Record]) -> list[dict[str, Any]]:
    numbers = Counter(
        (datetime.fromtimestamp(record.at, UTC).date(), count.intent, count.kind)
        for record in records
        for count in record.done.counts
    )
    return [
        {"day": day, "intent": intent, "kind": kind, "number": number}
        for (day, intent, kind), number in sorted(numbers.items())
    ]
