"""Questions that are asked together."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.store import together
from bot.store.together import Together


class Asked:
    """Doubles numbers, and remembers which it was asked for together."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    async def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        await asyncio.sleep(0)
        if 13 in numbers:
            raise ValueError
        return [2 * number for number in numbers]


async def test_what_comes_meanwhile_goes_together_with_the_next() -> None:
    asked = Asked()
    doubled = Together(asked)
    first = [asyncio.create_task(doubled.ask(number)) for number in (1, 2)]
    while not asked.batches:  # noqa: ASYNC110 - nothing tells that it has begun
        await asyncio.sleep(0)
    then = [asyncio.create_task(doubled.ask(number)) for number in (3, 4, 5)]
    assert await asyncio.gather(*first, *then) == [2, 4, 6, 8, 10]
    assert asked.batches == [[1, 2], [3, 4, 5]]
    assert await doubled.ask(6) == 12


async def test_too_many_are_asked_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "MOST", 2)
    asked = Asked()
    doubled = Together(asked)
    assert await asyncio.gather(*(doubled.ask(number) for number in range(5))) == [0, 2, 4, 6, 8]
    assert asked.batches == [[0, 1], [2, 3], [4]]


async def test_an_error_is_told_to_those_who_asked_and_to_no_others() -> None:
    doubled = Together(Asked())
    told = await asyncio.gather(doubled.ask(13), doubled.ask(1), return_exceptions=True)
    assert [type(one) for one in told] == [ValueError, ValueError]
    assert await doubled.ask(1) == 2


@pytest.mark.parametrize(("number", "others"), [(1, 4), (13, None)])
async def test_one_who_hangs_up_takes_nothing_from_the_others(number: int, others: int | None) -> None:
    doubled = Together(Asked())
    gone, stays = asyncio.create_task(doubled.ask(number)), asyncio.create_task(doubled.ask(2))
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    if others:
        assert await stays == others
    else:
        with pytest.raises(ValueError, match=r"^$"):
            await stays
