"""Whether the database does its part, told to the operator once each time that it changes."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable

from bot.store.trouble import Trouble, trouble

log = logging.getLogger(__name__)


class Troubles:
    """What went wrong since the start, without any words of an error that may hold a secret or a message.

    Attributes:
        errors: How often each trouble has happened.
        last: The last one, with its mend; empty where there was none.
    """

    def __init__(self) -> None:
        self.errors: Counter[Trouble] = Counter()
        self.last = ""

    def note(self, error: BaseException) -> Trouble:
        """Count an error, and return what it means."""
        kind = trouble(error)
        self.errors[kind] += 1
        self.last = f"{kind.mend} ({type(getattr(error, 'orig', None) or error).__name__})"
        return kind


class Health:
    """Whether the database takes one kind of request: reads, or writes.

    Args:
        doing: The kind, for the log.
        troubles: Where errors are counted.
        clock: The time, in seconds since 1970.
        patience: Seconds for which the database as a whole is waited for, from when it went away.

    Attributes:
        away_since: Since when it doesn't, in seconds since 1970; None where it does.
    """

    def __init__(self, doing: str, troubles: Troubles, clock: Callable[[], float], patience: float) -> None:
        self.away_since: float | None = None
        self._doing, self._troubles, self._clock, self._patience = doing, troubles, clock, patience
        self._well, self._ill = asyncio.Event(), asyncio.Event()
        self._well.set()
        self._hope_ends = 0.0

    def failed(self, error: BaseException) -> None:
        """Take note that a request failed."""
        self._troubles.note(error)
        if self.away_since is None:
            self.away_since = self._clock()
            self._hope_ends = asyncio.get_running_loop().time() + self._patience
            self._well.clear()
            self._ill.set()
            log.error("%s fail; people still get answers: %s", self._doing, self._troubles.last)

    def worked(self) -> None:
        """Take note that a request was served."""
        if self.away_since is not None:
            log.warning("%s work again, after %.0f s", self._doing, self._clock() - self.away_since)
            self.away_since = None
            self._ill.clear()
            self._well.set()

    @property
    def hope(self) -> float:
        """Seconds for which it is still waited for; 0 where it has been away for longer."""
        if self.away_since is None:
            return self._patience
        return max(0.0, self._hope_ends - asyncio.get_running_loop().time())

    async def well(self) -> bool:
        """Return whether it does; where it doesn't, wait for it as long as there is hope."""
        try:
            async with asyncio.timeout(self.hope):
                await self._well.wait()
        except TimeoutError:
            return False
        return True

    async def ill(self) -> None:
        """Return when it doesn't."""
        await self._ill.wait()
