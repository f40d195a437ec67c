"""The webhook: updates posted to the bot, in order within each chat, each until the bot takes it."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import ClientConnectorError, ClientError, ClientResponse, ClientSession, ClientTimeout, TCPConnector

from bot.local_telegram import limits
from bot.local_telegram.updates import Row, Update
from bot.local_telegram.watch import Watch
from bot.local_telegram.world import JSON, Webhook, World

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (a header's name)

# WebhookActor.cpp, handle: methods that a webhook's answer can't ask for, and all whose names begin with "get".
_NOT_IN_AN_ANSWER = frozenset({"close", "deletewebhook", "logout", "setwebhook"})


@dataclass(frozen=True)
class _Outcome:
    """How one attempt went.

    Attributes:
        error: What `getWebhookInfo` will say; empty where the bot took the update.
        retry_after: Seconds that the bot asked for; 0 where it asked for none.
        method: The method that the bot's answer asks for; empty where it asks for none.
        parameters: Those of the method.
    """

    error: str = ""
    retry_after: float = 0.0
    method: str = ""
    parameters: JSON | None = None


class Delivery:
    """Posts what waits to the webhook, as long as there is one.

    What belongs to one chat comes in order: the next only after the bot took the one before. Chats don't wait for each
    other, up to `max_connections` at once.

    Args:
        world: Whose updates and webhook.
        watch: Wakes it.
        carry_out: Called with a method and its parameters that the bot's answer asks for.
        comes_again: Whether an update, by its id, is to be posted once more though the bot took it.
        pause: Waits for so many seconds before another attempt; a test's own needn't.
    """

    def __init__(
        self,
        world: World,
        watch: Watch,
        carry_out: Callable[[str, JSON], Awaitable[None]],
        comes_again: Callable[[int], bool],
        pause: Callable[[float], Awaitable[object]],
    ) -> None:
        self._world = world
        self._watch = watch
        self._carry_out = carry_out
        self._comes_again = comes_again
        self._pause = pause
        self._served: set[Row] = set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        timeout = ClientTimeout(total=limits.WEBHOOK_ANSWER_SECONDS)
        # The limit is the webhook's: see `_post`.
        connector = TCPConnector(limit=0)
        async with ClientSession(timeout=timeout, connector=connector) as session, asyncio.TaskGroup() as rows:
            while True:
                webhook, row = await self._watch.until("updates", self._due)
                self._served.add(row)
                rows.create_task(self._serve(session, webhook, row))

    def _due(self) -> tuple[Webhook, Row] | None:
        webhook = self._world.webhook
        row = next((row for row in self._world.updates.rows if row not in self._served), None)
        return (webhook, row) if webhook and row else None

    async def _serve(self, session: ClientSession, webhook: Webhook, row: Row) -> None:
        """Post the updates of a row one after another, as long as the webhook stands."""
        try:
            while self._world.webhook is webhook and (update := self._world.updates.first_of(row)):
                await self._deliver(session, webhook, update)
        finally:
            self._served.remove(row)
            # What the bot didn't take is there for another webhook, or to be fetched.
            self._watch.changed("updates")

    async def _deliver(self, session: ClientSession, webhook: Webhook, update: Update) -> None:
        """Post an update until the bot takes it, it is dropped, or there is another webhook."""
        delay, attempts = limits.WEBHOOK_PAUSE_SECONDS, 0
        comes_again = self._comes_again(update.id)
        while outcome := await self._post(session, webhook, update):
            if not outcome.error:
                if comes_again:
                    comes_again = False
                    continue
                self._world.updates.done(update)
                if outcome.method:
                    await self._carry_out(outcome.method, outcome.parameters or {})
                self._watch.changed("calls")
                return
            log.debug("update %d: %s", update.id, outcome.error)
            webhook.failed(self._world.now, outcome.error)
            attempts += 1
            if outcome.retry_after:
                await self._rest(webhook, outcome.retry_after)
            elif attempts > 1:
                delay = min(2 * delay, limits.WEBHOOK_LONGEST_PAUSE_SECONDS)
                await self._rest(webhook, delay)

    async def _post(self, session: ClientSession, webhook: Webhook, update: Update) -> _Outcome | None:
        """Post an update once, as soon as a connection is free; None where it is no longer to be posted."""
        async with webhook.free:
            if self._world.webhook is not webhook or update not in self._world.updates:
                return None
            with self._world.updates.held(update):
                return await _attempt(session, webhook, update)

    async def _rest(self, webhook: Webhook, seconds: float) -> None:
        """Wait for so long, but no longer than the webhook stands."""
        replaced = self._watch.until("updates", lambda: self._world.webhook is not webhook or None)
        waits = [asyncio.ensure_future(self._pause(seconds)), asyncio.ensure_future(replaced)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)


async def _attempt(session: ClientSession, webhook: Webhook, update: Update) -> _Outcome:
    headers = {SECRET_HEADER: webhook.secret_token} if webhook.secret_token else {}
    try:
        async with session.post(webhook.url, json=update.wire(), headers=headers, allow_redirects=False) as response:
            if not 200 <= response.status <= 299:
                error = f"Wrong response from the webhook: {response.status} {response.reason}"
                return _Outcome(error, retry_after=_retry_after(response))
            return _asked(await _arguments(response))
    except TimeoutError:
        return _Outcome("Read timeout expired")
    except ClientConnectorError:
        return _Outcome("Connection refused")
    except ClientError:
        return _Outcome("Webhook connection closed")


def _retry_after(response: ClientResponse) -> float:
    value = response.headers.get("Retry-After", "")
    return min(float(value), limits.WEBHOOK_RETRY_AFTER_SECONDS) if value.isdecimal() else 0.0


async def _arguments(response: ClientResponse) -> JSON:
    """Return what the body of an answer says; nothing where it says nothing that Telegram reads."""
    body: Any = None
    text = await response.text(errors="replace")
    if response.content_type == "application/json":
        try:
            body = json.loads(text)
        except ValueError:
            log.debug("the webhook's answer is no JSON: %s", text)
    elif response.content_type == "application/x-www-form-urlencoded":
        body = dict(parse_qsl(text))
    return body if isinstance(body, dict) else {}


def _asked(arguments: JSON) -> _Outcome:
    method = str(arguments.get("method", ""))
    if method.lower() in _NOT_IN_AN_ANSWER or method.lower().startswith("get"):
        return _Outcome()
    return _Outcome(method=method, parameters={name: arguments[name] for name in arguments if name != "method"})
