"""Asks once for many: what comes while others are asked for goes together with the next."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")

MOST = 500
"""Questions that are asked together at most."""


class Together(Generic[Q, A]):
    """Collects questions, and asks all that wait at once: a database answers fifty in little more time than one.

    Args:
        ask: Answers questions, each in its place. What it raises, all who asked are told.
    """

    def __init__(self, ask: Callable[[Sequence[Q]], Awaitable[Sequence[A]]]) -> None:
        self._ask = ask
        self._waiting: list[tuple[Q, asyncio.Future[A]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def ask(self, question: Q) -> A:
        """Return the answer to a question."""
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask_all())
        return await answer

    async def _ask_all(self) -> None:
        while self._waiting:
            asked, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                answers = await self._ask([question for question, _ in asked])
            except Exception as error:
                for _, future in asked:
                    if not future.done():
                        future.set_exception(error)
            else:
                for (_, future), answer in zip(asked, answers, strict=True):
                    if not future.done():  # who asked may have been cancelled
                        future.set_result(answer)
        self._asking = None
