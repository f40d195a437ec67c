"""Faults on demand: what a bot meets on a bad day.

Faults are used up in the order in which they were asked for, so that a test always sees the same bad day. For load
there is `Chance`: faults at given rates from a seed.
"""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.local_telegram.refusals import BLOCKED, Refusal, bad_request, forbidden, too_many_requests

Kind = Literal["400", "403", "429", "500", "502", "timeout", "drop"]


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong with a call.

    Attributes:
        kind: An error's number; `timeout`, where the answer is withheld; or `drop`, where the connection is closed
            instead of answered.
        method: The method it meets, such as "sendMessage". Without one it meets any method but getUpdates.
        times: How many calls it meets.
        retry_after: Seconds, for 429.
        took_effect: Whether the call is carried out although the bot doesn't get to know. Not for 400, 403 and 429. A
            call whose answer is only late is always carried out.
        until: For `timeout`: withhold the answer until this is set.
        seconds: For `timeout` without `until`: withhold it so long. Zero means for good.
    """

    kind: Kind
    method: str | None = None
    times: int = 1
    retry_after: int = 1
    took_effect: bool = False
    until: asyncio.Event | None = None
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.took_effect and self.kind in ("400", "403", "429"):
            raise ValueError(f"A call that is refused with {self.kind} has no effect. Use 500, timeout or drop.")

    @property
    def is_late(self) -> bool:
        """Whether the bot gets an answer after all."""
        return self.kind == "timeout" and bool(self.until or self.seconds)

    def meets(self, method: str) -> bool:
        """Return whether this fault is about calls of `method`."""
        if self.method is None:
            return method.lower() != "getupdates"
        return method.lower() == self.method.lower()

    def refusal(self) -> Refusal | None:
        """Return the error that the bot reads; None where it reads nothing."""
        match self.kind:
            case "400":
                return bad_request("this one is refused")
            case "403":
                return forbidden(BLOCKED)
            case "429":
                return too_many_requests(self.retry_after)
            case "500":
                return Refusal(500, "Internal Server Error")
            case "502":
                return Refusal(502, "Bad Gateway")
            case _:
                return None


class Chance:
    """Faults that strike at given rates, the same ones for the same seed and the same order of calls.

    Args:
        seed: Of the random numbers.
        rates: For each fault the share of the calls it is about that it strikes, 0 to 1.
        repeats: The share of the updates that are posted to the webhook once more after the bot took them, as if
            Telegram hadn't heard of it, 0 to 1. Which ones depends on the seed and their ids alone.
    """

    def __init__(self, seed: int, rates: Mapping[Fault, float], repeats: float = 0.0) -> None:
        self._random = random.Random(seed)  # noqa: S311 (nothing here is a secret)
        self._seed = seed
        self._rates = dict(rates)
        self._repeats = repeats

    def strike(self, method: str) -> Fault | None:
        """Return the fault that meets this call, if any does."""
        drawn = self._random.random()
        for fault, rate in self._rates.items():
            if fault.meets(method):
                if drawn < rate:
                    return fault
                drawn -= rate
        return None

    def comes_again(self, update_id: int) -> bool:
        """Return whether this update is posted once more."""
        return random.Random(f"{self._seed} {update_id}").random() < self._repeats  # noqa: S311


class Faults:
    """What is still to go wrong.

    Attributes:
        chance: Faults at random, for calls that no fault of the queue meets.
    """

    def __init__(self) -> None:
        self.chance: Chance | None = None
        self._queue: list[tuple[Fault, int]] = []

    def add(self, fault: Fault) -> None:
        """Let `fault` happen once its turn comes."""
        self._queue.append((fault, fault.times))

    def take(self, method: str) -> Fault | None:
        """Return the fault that meets this call, and use it up."""
        for i, (fault, left) in enumerate(self._queue):
            if fault.meets(method):
                self._queue[i : i + 1] = [(fault, left - 1)] if left > 1 else []
                return fault
        return self.chance.strike(method) if self.chance else None

    def comes_again(self, update_id: int) -> bool:
        """Return whether this update is posted once more though the bot took it."""
        return self.chance is not None and self.chance.comes_again(update_id)
