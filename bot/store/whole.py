"""Work that is not cut off midway."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

R = TypeVar("R")


async def to_the_end(work: Coroutine[Any, Any, R]) -> R:
    """Return what the work returns; where this is cancelled, end only when the work has.

    Of a commit that is cut off nobody knows whether it was made, and to write it again would count it twice.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
