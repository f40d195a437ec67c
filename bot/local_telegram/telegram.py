"""The local Telegram as a whole: the world, its server, and the people in it."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Hashable, Sequence
from itertools import islice
from types import TracebackType
from typing import Literal, Self, TypeVar

from aiohttp import web

from bot.local_telegram import limits
from bot.local_telegram.faults import Chance, Fault
from bot.local_telegram.inside import Bulletin, Inside
from bot.local_telegram.page_routes import Page
from bot.local_telegram.people import PATIENCE, Group, Person, within
from bot.local_telegram.server import HOST, BotApi, Call, loopback_only, unknown_path
from bot.local_telegram.watch import Watch
from bot.local_telegram.webhook import Delivery
from bot.local_telegram.world import Message, User, World

T = TypeVar("T")

_CALLS_SHOWN = 20


class LocalTelegram:
    """A Telegram on loopback for one bot. Use it as an async context manager.

    Args:
        port: 0 for any free one.
        page: Whether to serve the chat page at `/`.
        privacy: Whether the bot is kept from messages of groups that are not meant for it (BotFather's default).
        inline: Whether the bot takes inline queries (BotFather's /setinline).
        inline_feedback: Whether it is told which results are chosen (BotFather's /setinlinefeedback).
        name: The bot's name (BotFather's /newbot).
        clock: Seconds since 1970; another one lets a test grow old without waiting.
        pause: Waits so many seconds before another attempt at the webhook; another one lets a test go on at once.

    Attributes:
        url: Where it is, without a slash at the end.
        token: The bot's token.
        world: Everything there is.
        bulletin: The latest news of the bot.
        bot_idle: Telegram can't know when a bot has finished with an update. Set this to something that can, and
            `quiet` waits for it too: `application.update_queue.join` for python-telegram-bot.
    """

    def __init__(
        self,
        port: int = 0,
        page: bool = False,
        privacy: bool = True,
        *,
        inline: bool = False,
        inline_feedback: bool = False,
        name: str = "Local Bot",
        clock: Callable[[], float] = time.time,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.url = f"http://{HOST}:{port}"
        self.token = "1:local"  # noqa: S105 (it opens nothing)
        self.bulletin: Bulletin | None = None
        self.bot_idle: Callable[[], Awaitable[object]] | None = None
        self._port = port
        self._watch = Watch()
        bot = User(1, name, "local_bot", is_bot=True)
        self.world = World(bot, self._watch.changed, privacy, clock, inline=inline, inline_feedback=inline_feedback)
        self._api = BotApi(self.world, self.token, self._watch)
        faults = self._api.faults
        self._delivery = Delivery(self.world, self._watch, self._api.carry_out, faults.comes_again, pause)
        self._delivering: asyncio.Task[None] | None = None
        self._page = Page(self, self._watch) if page else None
        self._runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        """What to give to `ApplicationBuilder.base_url`."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """What to give to `ApplicationBuilder.base_file_url`. No file is there: what files hold is not kept."""
        return f"{self.url}/file/bot"

    # --- running -----------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin to serve.

        Raises:
            OSError: The port is taken.
        """
        app = web.Application(middlewares=[loopback_only], client_max_size=limits.REQUEST_BYTES)
        self._api.add_routes(app)
        if self._page:
            self._page.add_routes(app)
        app.router.add_route("*", "/{path:.*}", unknown_path)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, self._port).start()
        except OSError:
            await self.stop()
            raise
        self.url = f"http://{HOST}:{self._runner.addresses[0][1]}"
        self._delivering = asyncio.create_task(self._delivery.run())

    async def stop(self) -> None:
        """Stop serving."""
        if self._delivering:
            self._delivering.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._delivering
            self._delivering = None
        self._api.close()
        if self._page:
            self._page.close()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    # --- people ------------------------------------------------------------------------------------------------------

    def person(self, name: str, language: str = "en", username: str = "") -> Person:
        """Make someone with a private chat in which nothing was said yet.

        As with Telegram the bot can't write to them before they have written.
        """
        chat = self.world.private_chat(name, language, username)
        if chat.user is None:
            raise ValueError("A private chat is with someone.")
        return Person(self, chat, chat.user)

    def group(
        self,
        title: str,
        members: Sequence[Person],
        kind: Literal["group", "supergroup"] = "supergroup",
        forum: bool = False,
    ) -> Group:
        """Make a group of people, the first of whom made it and adds the bot.

        Raises:
            ValueError: Nobody is in it, or a group that is no supergroup is to be a forum.
        """
        if not members:
            raise ValueError("A group needs someone who makes it.")
        if forum and kind != "supergroup":
            raise ValueError("Only a supergroup can be a forum.")
        chat = self.world.group_chat(title, kind, forum)
        chat.members = {person.user.id: person.user for person in members}
        self.world.set_bot_status(chat, "member", by=members[0].user)
        return Group(self, chat, members[0].user)

    # --- what the bot tells of itself --------------------------------------------------------------------------------

    def shows_inside(self, chat_id: int, inside: Inside) -> None:
        """Show beside a chat how the bot came to an answer."""
        if chat := self.world.chats.get(chat_id):
            self.world.show_inside(chat, inside)

    def announces(self, bulletin: Bulletin) -> None:
        """Show news of the bot in every tab, until there are other news."""
        self.bulletin = bulletin
        self._watch.changed("bulletin")

    # --- looking and waiting -----------------------------------------------------------------------------------------

    def calls(self, method: str | None = None) -> list[Call]:
        """Return the calls of a method that came so far; without one all but getUpdates."""
        wanted = method.lower() if method else None
        return [
            call
            for call in self._api.calls
            if (call.method.lower() == wanted if wanted else call.method.lower() != "getupdates")
        ]

    def calls_since(self, number: int) -> tuple[int, list[Call]]:
        """Return how many calls there were in all, and those that are kept of the ones after the first `number`."""
        new = min(self._api.number - number, len(self._api.calls))
        return self._api.number, list(islice(reversed(self._api.calls), new))[::-1]

    def sent(self, chat_id: int) -> list[Message]:
        """Return the bot's messages of a chat as they were sent, in that order, with those that are deleted by now."""
        seen = (event.message for event in self.world.chats[chat_id].events if event.kind == "message")
        return [message for message in seen if message and message.sender == self.world.bot]

    @property
    def polled(self) -> bool:
        """Whether the bot has asked for updates yet."""
        return self._api.polled

    def fail(self, fault: Fault) -> None:
        """Let something go wrong once its turn comes."""
        self._api.faults.add(fault)

    def fail_at_random(self, chance: Chance | None) -> None:
        """Let things go wrong at given rates from now on; None ends it."""
        self._api.faults.chance = chance

    async def until(self, topic: Hashable, look: Callable[[], T | None], waiting_for: str) -> T:
        """Wait until `look` finds something after a change of `topic`.

        Raises:
            AssertionError: It found nothing in time; the message lists what went over the wire.
        """
        return await within(
            PATIENCE, self._watch.until(topic, look), lambda: f"Waited {PATIENCE:g} s for {waiting_for}. {self._wire()}"
        )

    async def called(self, method: str, times: int = 1) -> list[Call]:
        """Wait until a method was called so many times in all, and return those calls."""

        def look() -> list[Call] | None:
            calls = self.calls(method)
            return calls if len(calls) >= times else None

        return await self.until("calls", look, f"call {times} of {method}")

    async def quiet(self) -> None:
        """Wait until the bot has handled all that was sent so far.

        It has once it confirmed every update by a later offset and, where `bot_idle` is set, is idle.

        Raises:
            AssertionError: It didn't in time; the message lists what went over the wire.
        """
        await self.until("calls", lambda: len(self.world.updates) == 0 or None, "the bot to fetch all updates")
        if self.bot_idle:
            await within(PATIENCE, self.bot_idle(), lambda: f"The bot is busy after {PATIENCE:g} s. {self._wire()}")

    def _wire(self) -> str:
        calls = [str(call) for call in self.calls()[-_CALLS_SHOWN:]]
        waiting = [next(kind for kind in update if kind != "update_id") for update in self.world.updates.first(5)]
        lines = [f"Updates not fetched: {len(self.world.updates)} {waiting}. Calls so far:", *(calls or ["none"])]
        return "\n  ".join(lines)
