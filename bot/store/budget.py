"""How much may be sent in a time, reckoned by when what was sent is paid off (GCRA)."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Double, cast, func
from sqlalchemy.dialects.postgresql import insert

from bot.store.tables import budget

MANY = 1000
"""Budgets beyond which those that are full again are let go."""

NOW = cast(func.extract("epoch", func.clock_timestamp()), Double)
"""The time that all replicas share: PostgreSQL's own, in seconds since 1970."""


class OwnBudgets:
    """Budgets of this process alone, for a database that no replica shares, or that is away."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._free_at: dict[str, float] = {}

    def reserve(self, name: str, cost: float) -> float:
        """Take `cost` seconds of a budget, and return for how many seconds it is taken from now on."""
        now = self._clock()
        if len(self._free_at) > MANY:
            self._free_at = {name: at for name, at in self._free_at.items() if at > now}
        self._free_at[name] = max(self._free_at.get(name, 0.0), now) + cost
        return self._free_at[name] - now


def reserve(connection: Connection, asked: Sequence[tuple[str, float]]) -> list[float]:
    """Take seconds of budgets that replicas share, and return for how many seconds each is then taken from now on.

    Args:
        connection: To PostgreSQL.
        asked: The name of a budget and the seconds to take of it, each behind those before.
    """
    costs: dict[str, float] = {}
    up_to: list[float] = []
    for name, cost in asked:
        costs[name] = costs.get(name, 0.0) + cost
        up_to.append(costs[name])
    taken = {name: _take(connection, name, costs[name]) for name in sorted(costs)}
    return [taken[name] - costs[name] + own for (name, _), own in zip(asked, up_to, strict=True)]


def _take(connection: Connection, name: str, cost: float) -> float:
    statement = (
        insert(budget)
        .values(name=name, free_at=NOW + cost)
        .on_conflict_do_update(
            index_elements=[budget.c.name], set_={"free_at": func.greatest(budget.c.free_at, NOW) + cost}
        )
        .returning(budget.c.free_at - NOW)
    )
    return float(connection.execute(statement).scalar_one())
