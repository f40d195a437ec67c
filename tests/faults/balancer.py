"""What stands before the replicas: one address for Telegram, which hands each update to the next one that is there."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout, TCPConnector, web

HANGS_UP = 0.1
"""The share of the updates whose sender is cut off once they were handed on: they come again while they are handled."""


class Balancer:
    """Hands requests on in turn.

    Args:
        ports: Of the replicas.
        seed: Of who is cut off.

    Attributes:
        posts: Requests that were handed on.
        cut_off: Those of them whose sender was cut off.
    """

    def __init__(self, ports: Sequence[int], seed: int) -> None:
        self.posts = self.cut_off = 0
        self._ports = ports
        self._turns = itertools.count()
        self._random = random.Random(seed)  # noqa: S311 - nothing here is a secret
        self._under_way: set[asyncio.Task[int]] = set()
        self._session: ClientSession | None = None

    @asynccontextmanager
    async def listening(self, port: int) -> AsyncIterator[None]:
        """Serve for the length of the block."""
        app = web.Application()
        app.router.add_post("/{path:.*}", self._post)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        async with ClientSession(connector=TCPConnector(limit=0), timeout=ClientTimeout(total=60)) as self._session:
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", port).start()
            try:
                yield
            finally:
                await runner.cleanup()
                for task in self._under_way:
                    task.cancel()
                await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _post(self, request: web.Request) -> web.Response:
        body, headers = await request.read(), dict(request.headers)
        task = asyncio.create_task(self._handed_on(request.path, body, headers))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        if self._random.random() < HANGS_UP and request.transport:
            self.cut_off += 1
            request.transport.abort()
            return web.Response()
        return web.Response(status=await task)

    async def _handed_on(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        """Return what the replica says; 502 where none is there, or it is gone before it says something."""
        assert self._session
        first = next(self._turns)
        for number in range(len(self._ports)):
            port = self._ports[(first + number) % len(self._ports)]
            try:
                async with self._session.post(f"http://127.0.0.1:{port}{path}", data=body, headers=headers) as answer:
                    self.posts += 1
                    return answer.status
            except ClientConnectorError:
                continue
            except ClientError:
                break
        return 502
