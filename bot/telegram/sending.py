"""The pace and the patience of calls to Telegram.

Telegram asks bots to send a chat no more than about one message a second, a group no more than 20 a minute, and all
chats together no more than about 30 a second (https://core.telegram.org/bots/faq, "My bot is hitting limits").
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from telegram.error import BadRequest, NetworkError, RetryAfter
from telegram.ext import BaseRateLimiter

from bot.pauses import Pause, growing

log = logging.getLogger(__name__)

PACED = frozenset({"sendMessage"})
"""The calls that Telegram counts; an edit, a deletion or a notice is free, or nearly so."""

REPEATED = frozenset({"sendMessage", "editMessageText"})
"""The calls that are tried again: people wait for them."""

BURST = 5
"""Messages that a chat may get at once, after a rest."""

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds between two attempts of a call, at first and at last."""

Reserve = Callable[[], Awaitable[float]]


@dataclass
class Pace:
    """How fast messages may go to one chat: a leaky bucket (the generic cell rate algorithm of ITU-T I.371).

    Attributes:
        seconds: Between two messages, in the long run.
        free_at: When the bucket will be empty, in seconds since 1970.
        waits: How many messages in a row have had to wait.
        first: Whether the message is an alert, which waits for nothing.
    """

    seconds: float
    free_at: float = 0.0
    waits: int = 0
    first: bool = False

    def take(self, now: float) -> float:
        """Take room for one message; return the seconds to wait before it is sent."""
        self.free_at = max(self.free_at, now) + self.seconds
        wait = self.free_at - now - BURST * self.seconds
        self.waits = self.waits + 1 if wait > 0 else 0
        return 0.0 if self.first else max(wait, 0.0)


class Sending(BaseRateLimiter[Pace]):
    """Makes the bot's calls: at the pace that Telegram allows, again where they fail, and for no longer than is of use.

    A call that is tried again may have reached Telegram the first time: then a message is doubled, rather than lost.

    Args:
        reserve: Takes room for one message in the budget of all chats; returns the seconds to wait for it.
        patience: Seconds after which a call that goes on failing is given up.
        wait: Pauses for so many seconds; a test's own needn't.
        clock: Seconds since 1970.
        count: Told of each error of Telegram's, by its name.
    """

    def __init__(
        self,
        reserve: Reserve,
        patience: float,
        *,
        wait: Pause = asyncio.sleep,
        clock: Callable[[], float] = time.time,
        count: Callable[[str], object] = lambda _name: None,
    ) -> None:
        self._reserve = reserve
        self._patience = patience
        self._wait = wait
        self._clock = clock
        self._count = count

    async def initialize(self) -> None:
        """Nothing to begin."""

    async def shutdown(self) -> None:
        """Nothing to end."""

    async def process_request(  # noqa: PLR0917 - the base class's
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Pace | None,
    ) -> Any:
        """Make a call.

        Raises:
            TelegramError: Telegram has refused it, or it went on failing.
        """
        if endpoint not in REPEATED:
            return await callback(*args, **kwargs)
        if endpoint in PACED and rate_limit_args:
            await self._keep_pace(rate_limit_args)
        spent, pauses = 0.0, growing(FIRST_PAUSE, LONGEST_PAUSE)
        while True:
            began = self._clock()
            try:
                return await callback(*args, **kwargs)
            except BadRequest:
                raise
            except (NetworkError, RetryAfter) as error:
                self._count(type(error).__name__)
                wait = asked_wait(error) or next(pauses)
                spent += self._clock() - began + wait
                if spent > self._patience:
                    raise
                log.info("%s failed (%s), once more in %.1f s", endpoint, type(error).__name__, wait)
            await self._wait(wait)

    async def _keep_pace(self, pace: Pace) -> None:
        wait = pace.take(self._clock())
        if pace.first:
            return
        wait = max(wait, await self._reserve())
        if wait > 0:
            await self._wait(wait)


def asked_wait(error: Exception) -> float:
    """Return how many seconds Telegram asks to wait; 0 where it doesn't."""
    if not isinstance(error, RetryAfter):
        return 0.0
    wait = error.retry_after
    return float(wait if isinstance(wait, int) else wait.total_seconds())
