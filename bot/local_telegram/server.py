"""The Bot API over HTTP, on this machine only."""

import asyncio
import contextlib
import logging
from collections import deque
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.local_telegram import limits
from bot.local_telegram.faults import Fault, Faults
from bot.local_telegram.methods import METHODS
from bot.local_telegram.parameters import Parameters, decoded
from bot.local_telegram.refusals import (
    CONFLICT,
    NOT_FOUND,
    TOO_LARGE,
    UNAUTHORIZED,
    WEBHOOK_ACTIVE,
    WEBHOOK_SET,
    Refusal,
    bad_request,
)
from bot.local_telegram.watch import Watch
from bot.local_telegram.world import JSON, World

log = logging.getLogger(__name__)

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Call:
    """A call that came over the wire.

    Attributes:
        method: As the bot spelled it.
        parameters: Decoded: structures, numbers and truth values are such.
        answer: The answer's body; None where the bot got none.
        status: The HTTP status; 0 where the bot got no answer.
    """

    method: str
    parameters: JSON
    answer: JSON | None
    status: int

    def __str__(self) -> str:
        shown = {name: value for name, value in self.parameters.items() if name in ("chat_id", "message_id", "text")}
        description = (self.answer or {}).get("description", "")
        return f"{self.method} {shown} -> {self.status or 'no answer'} {description}".rstrip()


class BotApi:
    """Answers a bot's calls.

    Attributes:
        calls: The latest calls, getUpdates among them.
        number: How many calls there were in all.
        faults: What is to go wrong.
    """

    def __init__(self, world: World, token: str, watch: Watch) -> None:
        self.calls: deque[Call] = deque(maxlen=limits.CALLS_KEPT)
        self.number = 0
        self.faults = Faults()
        self._world = world
        self._token = token
        self._watch = watch
        self._poll = 0
        self._closing = False

    def add_routes(self, app: web.Application) -> None:
        """Serve the Bot API at `/bot<token>/<method>`."""
        app.router.add_route("*", "/bot{token:[^/]+}/{method:[^/]*}", self._handle)

    @property
    def polled(self) -> bool:
        """Whether the bot has asked for updates yet."""
        return self._poll > 0

    def close(self) -> None:
        """Let those who wait for an answer go."""
        self._closing = True
        self._watch.all_changed()

    async def carry_out(self, method: str, raw: JSON) -> None:
        """Answer a call that came as the answer of a webhook: the bot doesn't get to know how it went."""
        parameters = decoded(raw)
        try:
            body = {"ok": True, "result": await self._result(method, Parameters(parameters), None)}
            self._record(Call(method, parameters, body, 200))
        except Refusal as refusal:
            self._record(Call(method, parameters, refusal.envelope(), refusal.code))

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        parameters: JSON = {}
        fault: Fault | None = None
        try:
            if request.match_info["token"] != self._token:
                raise Refusal(401, UNAUTHORIZED)
            parameters = decoded(await _raw_parameters(request))
            fault = self.faults.take(method)
            result = await self._result(method, Parameters(parameters), fault)
            status, body = 200, {"ok": True, "result": result}
        except Refusal as refusal:
            status, body = refusal.code, refusal.envelope()
        if fault and not await self._answered(request, fault):
            self._record(Call(method, parameters, None, 0))
            # The connection is gone: nobody reads this.
            return web.Response(status=status)
        self._record(Call(method, parameters, body, status))
        return web.json_response(body, status=status)

    async def _result(self, method: str, call: Parameters, fault: Fault | None) -> Any:
        name = method.lower()
        if name not in METHODS and name != "getupdates":
            raise Refusal(404, NOT_FOUND)
        refusal = fault.refusal() if fault else None
        result: Any = None
        if fault is None or fault.took_effect or fault.is_late:
            result = await self._get_updates(call) if name == "getupdates" else METHODS[name](self._world, call)
        if refusal:
            raise refusal
        return result

    async def _answered(self, request: web.Request, fault: Fault) -> bool:
        """Return whether the bot gets an answer under this fault, after the time it takes."""
        match fault.kind:
            case "drop":
                self._drop(request)
                return False
            case "timeout":
                return await self._withheld(request, fault)
            case _:
                return True

    async def _withheld(self, request: web.Request, fault: Fault) -> bool:
        waits = [asyncio.create_task(self._watch.until("closing", lambda: self._closing or None))]
        if fault.until:
            waits.append(asyncio.create_task(fault.until.wait()))
        elif fault.seconds:
            waits.append(asyncio.create_task(asyncio.sleep(fault.seconds, result=True)))
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
        if self._closing or request.transport is None:
            self._drop(request)
            return False
        return True

    @staticmethod
    def _drop(request: web.Request) -> None:
        if request.transport:
            request.transport.abort()

    def _record(self, call: Call) -> None:
        self.calls.append(call)
        self.number += 1
        log.debug("%s", call)
        self._watch.changed("calls")

    async def _get_updates(self, call: Parameters) -> list[JSON]:
        updates = self._world.updates
        if self._world.webhook:
            raise Refusal(409, WEBHOOK_ACTIVE)
        allowed = call.items("allowed_updates")
        if allowed is not None:
            updates.allow([str(kind) for kind in allowed])
        if call.number("offset"):
            updates.confirm(call.number("offset"))
        count = min(max(call.number("limit", limits.UPDATES_AT_ONCE), 1), limits.UPDATES_AT_ONCE)
        # Like Telegram: a new request ends the one that waits, so two bots with one token disturb each other.
        self._poll += 1
        mine = self._poll
        self._watch.changed("updates")
        self._watch.changed("calls")

        def look() -> list[JSON] | None:
            if self._closing:
                return []
            if self._poll != mine:
                raise Refusal(409, CONFLICT)
            if self._world.webhook:
                raise Refusal(409, WEBHOOK_SET)
            return updates.first(count) or None

        seconds = min(max(call.number("timeout"), 0), limits.LONG_POLL_SECONDS)
        found: list[JSON] = look() or []
        if not found and seconds:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    found = await self._watch.until("updates", look)
        return found


async def _raw_parameters(request: web.Request) -> JSON:
    try:
        return dict(request.query) | await _body(request)
    except web.HTTPRequestEntityTooLarge:
        raise Refusal(413, TOO_LARGE) from None


async def _body(request: web.Request) -> JSON:
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except (RecursionError, ValueError):
            raise bad_request("can't parse JSON object") from None
        return body if isinstance(body, dict) else {}
    form = await request.post()
    return {name: _field(name, value) for name, value in form.items()}


def _field(name: str, value: Any) -> Any:
    """Return a field of a form; of an uploaded file the name."""
    return (value.filename or name) if isinstance(value, web.FileField) else value


@web.middleware
async def loopback_only(request: web.Request, handler: Any) -> web.StreamResponse:
    """Refuse what comes from another site's page or under another host's name (DNS rebinding)."""
    socket = request.transport.get_extra_info("sockname") if request.transport else None
    port = socket[1] if socket else 0
    hosts = {f"{HOST}:{port}", f"localhost:{port}"}
    origin = request.headers.get("Origin")
    foreign = origin and origin.removeprefix("http://") not in hosts
    if request.host not in hosts or foreign or _led_by_another_site(request):
        raise web.HTTPForbidden(text="This server answers to this machine only.")
    response: web.StreamResponse = await handler(request)
    return response


def _led_by_another_site(request: web.Request) -> bool:
    """Return whether another site's page asks, where browsers send no Origin: for a picture, a frame or a link.

    A link to the chat page is let through.
    """
    site = request.headers.get("Sec-Fetch-Site", "none")
    return site not in ("none", "same-origin") and request.path != "/"


async def unknown_path(_request: web.Request) -> web.Response:
    """Answer a path that nothing is at."""
    return web.json_response(Refusal(404, NOT_FOUND).envelope(), status=404)
