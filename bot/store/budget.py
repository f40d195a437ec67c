"""How much may be sent in a time, reckoned by when what was sent is paid off (GCRA)."""

from collections.abc import Callable

from sqlalchemy import Connection, Double, cast, func
from sqlalchemy.dialects.postgresql import insert

from bot.store.tables import budget

NAME = "all"
"""Of the budget, which all chats share."""

_NOW = cast(func.extract("epoch", func.clock_timestamp()), Double)
"""The time that all replicas share: PostgreSQL's own, in seconds since 1970."""


class OwnBudget:
    """The budget of this process alone, for a database that no replica shares, or that is away."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._free_at = 0.0

    def reserve(self, cost: float) -> float:
        """Take `cost` seconds, and return for how many seconds it is then taken from now on."""
        now = self._clock()
        self._free_at = max(self._free_at, now) + cost
        return self._free_at - now


def reserve(connection: Connection, cost: float) -> float:
    """Take `cost` seconds of the budget that replicas share in PostgreSQL, and return for how many it is then taken."""
    statement = (
        insert(budget)
        .values(name=NAME, free_at=_NOW + cost)
        .on_conflict_do_update(
            index_elements=[budget.c.name], set_={"free_at": func.greatest(budget.c.free_at, _NOW) + cost}
        )
        .returning(budget.c.free_at - _NOW)
    )
    return float(connection.execute(statement).scalar_one())
