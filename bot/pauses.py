"""Pauses between attempts."""

from collections.abc import Awaitable, Callable, Iterator

Pause = Callable[[float], Awaitable[object]]
"""Waits for so many seconds; a test's own needn't."""


def growing(first: float, longest: float) -> Iterator[float]:
    """Yield the seconds of one pause after another: each twice as long as the one before, up to the longest."""
    while True:
        yield first
        first = min(2 * first, longest)
