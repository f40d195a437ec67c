"""The queries that wait for the bot's answer."""

from collections import OrderedDict
from typing import Generic, Protocol, TypeVar

from bot.local_telegram.refusals import QUERY_TOO_OLD, bad_request


class Query(Protocol):
    """What a person asks of the bot in passing: a tap or an inline query.

    Attributes:
        id: Unique among the queries of its kind.
        asked: When, in seconds since 1970.
    """

    id: str
    asked: float

    @property
    def answered(self) -> bool:
        """Whether the bot has answered it."""


Q = TypeVar("Q", bound=Query)


class Queries(Generic[Q]):
    """The newest queries of one kind.

    Args:
        kept: How many are remembered.
        seconds: How long the bot may answer one.
    """

    def __init__(self, kept: int, seconds: float) -> None:
        self._kept = kept
        self._seconds = seconds
        self._queries: OrderedDict[str, Q] = OrderedDict()

    def add(self, query: Q) -> None:
        """Remember a query."""
        self._queries[query.id] = query
        while len(self._queries) > self._kept:
            self._queries.popitem(last=False)

    def get(self, query_id: str) -> Q | None:
        """Return a query, answered or not."""
        return self._queries.get(query_id)

    def waiting(self, query_id: str, now: float) -> Q:
        """Return a query that the bot may answer.

        Raises:
            Refusal: There is no such query, it was answered before, or it is too old.
        """
        query = self._queries.get(query_id)
        if query is None or query.answered or now - query.asked > self._seconds:
            raise bad_request(QUERY_TOO_OLD)
        return query
