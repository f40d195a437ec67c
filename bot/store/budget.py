"""How much may be sent in a time, reckoned by when what was sent is paid off (GCRA)."""

from collections.abc import Callable

MANY = 1000
"""Budgets beyond which those that are full again are let go."""


class OwnBudgets:
    """Budgets of this process alone, for when the database that replicas share is away."""

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
