"""The chat page: static files, and the routes by which each browser tab acts as people of its own."""

import asyncio
import contextlib
import json
import re
from collections.abc import Awaitable, Callable
from importlib import resources

from aiohttp import web

from bot.local_telegram import limits
from bot.local_telegram.page_tab import Feed, HostTelegram, Tab
from bot.local_telegram.watch import Watch
from bot.local_telegram.world import JSON, Chat

_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_SESSION = re.compile(r"[0-9a-zA-Z-]{8,64}")
_HEARTBEAT_SECONDS = 15.0

Action = Callable[[Tab, JSON], Awaitable[JSON]]


class Page:
    """Serves the chat page."""

    def __init__(self, telegram: HostTelegram, watch: Watch) -> None:
        self._telegram = telegram
        self._watch = watch
        self._tabs: dict[str, Tab] = {}
        self._closing = False
        self._actions: dict[str, Action] = {
            "say": self._say,
            "edit": self._edit,
            "delete": self._delete,
            "tap": self._tap,
            "send": self._send,
            "clear": self._clear,
            "group": self._group,
        }

    def add_routes(self, app: web.Application) -> None:
        """Serve the page at `/` and its calls at `/page/<session>/<action>`."""
        for file in resources.files("bot.local_telegram").joinpath("page").iterdir():
            name = "" if file.name == "index.html" else file.name
            app.router.add_get(f"/{name}", self._file)
        app.router.add_get("/page/{session}/events", self._events)
        app.router.add_post("/page/{session}/{action}", self._act)

    def close(self) -> None:
        """Let the tabs that listen go."""
        self._closing = True
        self._watch.all_changed()

    @staticmethod
    async def _file(request: web.Request) -> web.Response:
        name = request.path.strip("/") or "index.html"
        body = resources.files("bot.local_telegram").joinpath("page", name).read_bytes()
        content_type = _TYPES[name.rpartition(".")[2]]
        return web.Response(body=body, content_type=content_type, charset="utf-8", headers=_HEADERS)

    def _tab(self, request: web.Request) -> Tab:
        session = request.match_info["session"]
        if not _SESSION.fullmatch(session):
            raise web.HTTPBadRequest(text="A session's id is 8 to 64 letters, digits and hyphens.")
        if session not in self._tabs:
            if len(self._tabs) >= limits.TABS:
                raise web.HTTPTooManyRequests(text=f"More than {limits.TABS} tabs: start the preview anew.")
            self._tabs[session] = Tab(self._telegram)
        return self._tabs[session]

    # --- what people do ----------------------------------------------------------------------------------------------

    async def _act(self, request: web.Request) -> web.Response:
        # A page elsewhere can post a form here without asking, but not JSON.
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text="Send JSON.")
        action = self._actions.get(request.match_info["action"])
        if action is None:
            raise web.HTTPNotFound(text="No such action.")
        tab = self._tab(request)
        try:
            body = await request.json()
            answer = await action(tab, body if isinstance(body, dict) else {})
        except KeyError:
            raise web.HTTPBadRequest(text="That message is gone, or the page left something out.") from None
        except (AssertionError, RecursionError, TypeError, ValueError) as error:
            raise web.HTTPBadRequest(text=str(error) or "Not understood.") from None
        return web.json_response(answer)

    @staticmethod
    def _chat(tab: Tab, body: JSON) -> Chat:
        return tab.chat(int(body.get("chat", tab.you.chat.id)))

    async def _say(self, tab: Tab, body: JSON) -> JSON:
        chat = self._chat(tab, body)
        reply_to = chat.messages.get(int(body.get("reply_to", 0)))
        person = tab.person(int(body.get("as", 0)))
        message = await person.says(str(body["text"]), to=tab.where(chat), reply_to=reply_to)
        return {"message_id": message.id}

    async def _edit(self, tab: Tab, body: JSON) -> JSON:
        message = self._chat(tab, body).messages[int(body["message_id"])]
        await tab.person(message.sender.id).edits(message, str(body["text"]))
        return {}

    async def _delete(self, tab: Tab, body: JSON) -> JSON:
        self._telegram.world.delete(self._chat(tab, body).messages[int(body["message_id"])])
        return {}

    async def _tap(self, tab: Tab, body: JSON) -> JSON:
        message = self._chat(tab, body).messages[int(body["message_id"])]
        data = str(body["data"])
        if data not in [button.get("callback_data") for row in message.inline_keyboard for button in row]:
            raise ValueError("That button is gone.")
        query = self._telegram.world.tap(message, tab.person(int(body.get("as", 0))).user, data)
        return {"query": query.id}

    async def _send(self, tab: Tab, body: JSON) -> JSON:
        chat = self._chat(tab, body)
        person = tab.person(int(body.get("as", 0)))
        to, reply_to = tab.where(chat), chat.messages.get(int(body.get("reply_to", 0)))
        caption = str(body.get("caption", ""))
        match body["what"]:
            case "photo":
                await person.sends_photo(caption, to=to, reply_to=reply_to)
            case "voice":
                await person.sends_voice(caption, to=to, reply_to=reply_to)
            case "sticker":
                await person.sends_sticker(str(body.get("emoji", "👍"))[:8], to=to, reply_to=reply_to)
            case what:
                raise ValueError(f"Can't send {what!r}: photo, voice or sticker.")
        return {}

    async def _clear(self, tab: Tab, body: JSON) -> JSON:
        self._telegram.world.clear(self._chat(tab, body))
        return {}

    async def _group(self, tab: Tab, _body: JSON) -> JSON:
        chat = tab.open_group()
        self._watch.changed(tab.you)
        return {"chat": chat.id}

    # --- what people see ---------------------------------------------------------------------------------------------

    async def _events(self, request: web.Request) -> web.StreamResponse:
        tab = self._tab(request)
        stream = web.StreamResponse(headers={**_HEADERS, "Content-Type": "text/event-stream"})
        await stream.prepare(request)
        with contextlib.suppress(ConnectionResetError):  # the page was closed
            await self._tell(Feed(self._telegram, tab), stream)
        return stream

    async def _tell(self, feed: Feed, stream: web.StreamResponse) -> None:
        """Send everything as it stands, then all that happens for as long as the page listens.

        A page that was away connects anew and is sent everything again.
        """
        await _send_event(stream, "state", feed.state())
        while not self._closing:
            try:
                async with asyncio.timeout(_HEARTBEAT_SECONDS):
                    news = await self._watch.until_any(feed.tab.topics, lambda: [] if self._closing else feed.news())
            except TimeoutError:
                await stream.write(b": still here\n\n")
                continue
            for kind, data in news:
                await _send_event(stream, kind, data)


async def _send_event(stream: web.StreamResponse, kind: str, data: JSON) -> None:
    await stream.write(f"event: {kind}\ndata: {json.dumps(data)}\n\n".encode())
