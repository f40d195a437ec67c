"""How records become rows."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, select, tuple_

from bot.store.records import Done
from bot.store.tables import answers, chats, counts, handled, missed, votes

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
    """The statements that write.

    Args:
        insert: Makes an `INSERT` in the dialect of the database.
    """

    def __init__(self, insert: Callable[..., Any]) -> None:
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

    def write(self, connection: Connection, records: Sequence[Record]) -> None:
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
                connection.execute(statement, rows)


def forget(connection: Connection, chat_id: int) -> None:
    """Delete all that is kept of a chat, but for the ids of its updates and the figures of the day."""
    for table in (chats, answers, votes, missed):
        connection.execute(delete(table).where(table.c.chat_id == chat_id))


def delete_some(connection: Connection, table: Table, old: ColumnElement[bool], most: int) -> int:
    """Delete rows of a table that are old, `most` at most; return how many were."""
    some = select(*table.primary_key).where(old).limit(most).correlate(None)
    return connection.execute(delete(table).where(tuple_(*table.primary_key).in_(some))).rowcount


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
