"""The tables. What the database really has is made by the migrations; a test holds the two together."""

from sqlalchemy import BigInteger, Column, Date, Double, Index, Integer, MetaData, SmallInteger, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Names(TypeDecorator[tuple[str, ...]]):
    """Ids without blanks, kept as one text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str:
        """Return the text of the ids."""
        return " ".join(value or ())

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        """Return the ids of a text."""
        return tuple((value or "").split())


metadata = MetaData()

handled = Table(
    "handled",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False, index=True),
)

chats = Table(
    "chats",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("last_intent", Text, nullable=False),
    Column("alert", Text, nullable=False),
    Column("alert_at", Double, nullable=False),
    Column("at_risk", Text, nullable=False),
    Column("at_risk_at", Double, nullable=False),
    Column("check", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("latest", BigInteger, nullable=False),
    Column("free_at", Double, nullable=False),
    Column("waits", Integer, nullable=False),
    Column("seen_at", Double, nullable=False, index=True),
)

answers = Table(
    "answers",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("answer_id", BigInteger, primary_key=True, autoincrement=False),
    Column("question_id", BigInteger, nullable=False),
    Column("intents", Names, nullable=False),
    Column("others", Names, nullable=False),
    Column("at", Double, nullable=False, index=True),
    Index("ix_answers_question", "chat_id", "question_id"),
)

votes = Table(
    "votes",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("answer_id", BigInteger, primary_key=True, autoincrement=False),
    Column("intents", Names, nullable=False),
    Column("value", SmallInteger, nullable=False),
    Column("at", Double, nullable=False, index=True),
)

counts = Table(
    "counts",
    metadata,
    Column("day", Date, primary_key=True),
    Column("intent", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

missed = Table(
    "missed",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("chat_id", BigInteger, nullable=False, index=True),
    Column("at", Double, nullable=False, index=True),
    Column("text", Text, nullable=False),
)

budget = Table(
    "budget",
    metadata,
    Column("name", Text, primary_key=True),
    Column("free_at", Double, nullable=False),
)
