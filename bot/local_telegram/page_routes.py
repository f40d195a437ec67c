"""The chat page: static files, and the routes by which each browser tab acts as a person of its own."""

import asyncio
import contextlib
import json
import re
from collections.abc import Awaitable, Callable
from importlib import resources
from typing import Protocol

from aiohttp import web

from bot.local_telegram.people import Person, Telegram
from bot.local_telegram.watch import Watch
from bot.local_telegram.world import JSON, Event

_FILES = {
    "/": ("index.html", "text/html"),
    "/chat.css": ("chat.css", "text/css"),
    "/chat.js": ("chat.js", "text/javascript"),
}
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_SESSION = re.compile(r"[0-9a-zA-Z-]{8,64}")
_SESSIONS = 1000
_HEARTBEAT_SECONDS = 15.0

Action = Callable[[Person, JSON], Awaitable[JSON]]


class HostTelegram(Telegram, Protocol):
    """What the page needs of the server it is on."""

    def person(self, name: str, language: str = "en", username: str = "") -> Person:
        """Make a person."""
        ...


class Page:
    """Serves the chat page."""

    def __init__(self, telegram: HostTelegram, watch: Watch) -> None:
        self._telegram = telegram
        self._watch = watch
        self._people: dict[str, Person] = {}
        self._closing = False

    def add_routes(self, app: web.Application) -> None:
        """Serve the page at `/` and its calls at `/page/<session>/<action>`."""
        for path in _FILES:
            app.router.add_get(path, self._file)
        app.router.add_get("/page/{session}/events", self._events)
        app.router.add_post("/page/{session}/{action}", self._act)

    def close(self) -> None:
        """Let the tabs that listen go."""
        self._closing = True
        self._watch.all_changed()

    @staticmethod
    async def _file(request: web.Request) -> web.Response:
        name, content_type = _FILES[request.path]
        body = resources.files("bot.local_telegram").joinpath("page", name).read_bytes()
        return web.Response(body=body, content_type=content_type, charset="utf-8", headers=_HEADERS)

    def _person(self, request: web.Request) -> Person:
        session = request.match_info["session"]
        if not _SESSION.fullmatch(session):
            raise web.HTTPBadRequest(text="A session's id is 8 to 64 letters, digits and hyphens.")
        if session not in self._people:
            if len(self._people) >= _SESSIONS:
                raise web.HTTPTooManyRequests(text=f"More than {_SESSIONS} chats: start the preview anew.")
            self._people[session] = self._telegram.person("You")
        return self._people[session]

    # --- what the person does ----------------------------------------------------------------------------------------

    async def _act(self, request: web.Request) -> web.Response:
        # A page elsewhere can post a form here without asking, but not JSON.
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text="Send JSON.")
        actions: dict[str, Action] = {
            "say": self._say,
            "edit": self._edit,
            "tap": self._tap,
            "send": self._send,
            "clear": self._clear,
        }
        action = actions.get(request.match_info["action"])
        if action is None:
            raise web.HTTPNotFound(text="No such action.")
        person = self._person(request)
        try:
            body = await request.json()
            answer = await action(person, body if isinstance(body, dict) else {})
        except (AssertionError, KeyError, TypeError, ValueError) as error:
            raise web.HTTPBadRequest(text=str(error) or "Not understood.") from None
        return web.json_response(answer)

    async def _say(self, person: Person, body: JSON) -> JSON:
        reply_to = person.chat.messages.get(body.get("reply_to", 0))
        message = await person.says(str(body["text"]), reply_to=reply_to)
        return {"message_id": message.id}

    async def _edit(self, person: Person, body: JSON) -> JSON:
        await person.edits(person.chat.messages[int(body["message_id"])], str(body["text"]))
        return {}

    async def _tap(self, person: Person, body: JSON) -> JSON:
        message = person.chat.messages[int(body["message_id"])]
        data = str(body["data"])
        if data not in [button.get("callback_data") for row in message.inline_keyboard for button in row]:
            raise ValueError("That button is gone.")
        query = self._telegram.world.tap(message, person.user, data)
        return {"query": query.id}

    async def _send(self, person: Person, body: JSON) -> JSON:
        caption = str(body.get("caption", ""))
        match body["what"]:
            case "photo":
                await person.sends_photo(caption)
            case "voice":
                await person.sends_voice(caption)
            case what:
                raise ValueError(f"Can't send {what!r}: photo or voice.")
        return {}

    async def _clear(self, person: Person, _body: JSON) -> JSON:
        self._telegram.world.clear(person.chat)
        return {}

    # --- what the person sees ----------------------------------------------------------------------------------------

    async def _events(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request)
        stream = web.StreamResponse(headers={**_HEADERS, "Content-Type": "text/event-stream"})
        await stream.prepare(request)
        with contextlib.suppress(ConnectionResetError):  # the page was closed
            await self._tell(person, stream, int(request.headers.get("Last-Event-ID", "0") or 0))
        return stream

    async def _tell(self, person: Person, stream: web.StreamResponse, last: int) -> None:
        """Send all that happens in a person's chat after the event numbered `last`, for as long as the page listens."""
        oldest = person.chat.events[0].number if person.chat.events else 1
        if not 0 < last <= person.chat.event_number or last < oldest - 1:
            last = person.chat.event_number
            await _send_event(stream, "state", last, self._state(person))

        def look() -> list[Event] | None:
            if self._closing:
                return []
            return [event for event in person.chat.events if event.number > last] or None

        while not self._closing:
            try:
                async with asyncio.timeout(_HEARTBEAT_SECONDS):
                    news = await self._watch.until(person.chat.id, look)
            except TimeoutError:
                await stream.write(b": still here\n\n")
                continue
            for event in news:
                await _send_event(stream, event.kind, event.number, _event_wire(person, event))
                last = event.number

    def _state(self, person: Person) -> JSON:
        profile = self._telegram.world.profile
        commands = next(iter(profile.commands.values()), [])
        return {
            "bot": {
                "id": self._telegram.world.bot.id,
                "name": profile.names.get("") or self._telegram.world.bot.first_name,
                "username": self._telegram.world.bot.username,
                "about": profile.descriptions.get("", ""),
                "commands": commands,
            },
            "messages": [message.wire() for message in person.messages],
            "keyboard": person.chat.keyboard,
        }


def _event_wire(person: Person, event: Event) -> JSON:
    match event.kind:
        case "message" | "edit" if event.message:
            return event.message.wire()
        case "delete" if event.message:
            return {"message_id": event.message.id}
        case "notice" if event.query and event.query.notice:
            notice = event.query.notice
            return {"query": event.query.id, "text": notice.text, "alert": notice.alert, "url": notice.url}
        case "keyboard":
            return {"keyboard": person.chat.keyboard}
        case _:
            return {}


async def _send_event(stream: web.StreamResponse, kind: str, number: int, data: JSON) -> None:
    await stream.write(f"id: {number}\nevent: {kind}\ndata: {json.dumps(data)}\n\n".encode())
