"""Acting as people: what a test or the chat page does on the other side of the chat."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qs, urlsplit

from bot.local_telegram import limits
from bot.local_telegram.entities import NO_TEXT, Entity, Formatted, finished, utf16_length
from bot.local_telegram.world import Chat, Event, InlineQuery, Message, Notice, User, World

PATIENCE = 10.0
"""Seconds that a person waits for the bot before the wait fails."""

T = TypeVar("T")


class Telegram(Protocol):
    """What people need of the server they are on."""

    world: World

    async def until(self, topic: Hashable, look: Callable[[], T | None], waiting_for: str) -> T:
        """Wait for something, and fail with all that went over the wire."""
        ...

    async def quiet(self) -> None:
        """Wait until the bot has nothing left to do."""
        ...


@dataclass(frozen=True)
class Heard:
    """A message of the bot as a person sees it.

    Attributes:
        message: The message at that moment.
        edited: Whether it is an edit of an earlier message.
    """

    message: Message
    edited: bool = False

    @property
    def id(self) -> int:
        """The message's id."""
        return self.message.id

    @property
    def text(self) -> str:
        """The text or caption, without formatting."""
        return self.message.formatted.text

    @property
    def html(self) -> str:
        """The text in Telegram's HTML."""
        return self.message.formatted.html

    @property
    def entities(self) -> tuple[Entity, ...]:
        """The text's entities."""
        return self.message.formatted.entities

    @property
    def buttons(self) -> list[str]:
        """The labels of the buttons under it."""
        return [button["text"] for row in self.message.inline_keyboard for button in row]

    @property
    def links(self) -> dict[str, str]:
        """The addresses of the buttons that open one, by label."""
        return {b["text"]: b["url"] for row in self.message.inline_keyboard for b in row if "url" in b}

    @property
    def keyboard(self) -> list[str]:
        """The labels of the reply keyboard that came with it."""
        return _labels(self.message.markup)

    @property
    def reply_to(self) -> Message | None:
        """The message it answers to."""
        return self.message.reply_to


def _labels(markup: dict[str, Any] | None) -> list[str]:
    return [button["text"] for row in (markup or {}).get("keyboard") or [] for button in row]


class Group:
    """A group, as those in it handle it.

    Attributes:
        chat: The chat; another one after `becomes_supergroup`.
    """

    def __init__(self, telegram: Telegram, chat: Chat, owner: User) -> None:
        self.chat = chat
        self._telegram = telegram
        self._owner = owner

    @property
    def id(self) -> int:
        """The chat's id."""
        return self.chat.id

    async def adds(self, *people: "Person") -> None:
        """Let people join."""
        self.chat.members |= {person.user.id: person.user for person in people}

    async def adds_bot(self, status: Any = "member") -> None:
        """Add the bot, or make it "administrator"."""
        self._telegram.world.set_bot_status(self.chat, status, by=self._owner)

    async def removes_bot(self) -> None:
        """Throw the bot out."""
        self._telegram.world.set_bot_status(self.chat, "kicked", by=self._owner)

    async def opens_topic(self, name: str) -> int:
        """Open a topic in a forum, and return its thread id."""
        if not self.chat.is_forum:
            raise AssertionError(f"{self.chat.title} is no forum: make it with forum=True.")
        return self._telegram.world.add_topic(self.chat, name, by=self._owner)

    async def becomes_supergroup(self) -> None:
        """Turn it into a supergroup, which has another id."""
        if self.chat.type != "group":
            raise AssertionError(f"{self.chat.title} is a supergroup already.")
        self.chat = self._telegram.world.upgrade(self.chat, by=self._owner)


class Person:
    """Someone with a private chat with the bot.

    Methods that take `to` or `where` mean the private chat unless a group is named.
    """

    def __init__(self, telegram: Telegram, chat: Chat, user: User) -> None:
        self.chat = chat
        self.user = user
        self._telegram = telegram
        self._heard: dict[int, int] = {}

    @property
    def id(self) -> int:
        """The person's id, which is the private chat's too."""
        return self.user.id

    @property
    def keyboard(self) -> list[str]:
        """The labels of the reply keyboard that is shown now."""
        return _labels(self.chat.keyboard)

    @property
    def messages(self) -> list[Message]:
        """The private chat as it stands, the oldest message first."""
        return list(self.chat.messages.values())

    # --- saying ------------------------------------------------------------------------------------------------------

    async def says(
        self,
        text: str,
        *,
        to: Group | None = None,
        topic: int | None = None,
        reply_to: "Message | Heard | None" = None,
    ) -> Message:
        """Send a text, and return the message."""
        return self._post(to, topic, reply_to, formatted=_written(text))

    async def starts(self, payload: str = "") -> Message:
        """Press Start, after a deep link where there is a payload.

        Raises:
            ValueError: Telegram makes no link with such a payload.
        """
        if payload and not re.fullmatch(limits.START_PAYLOAD, payload):
            raise ValueError(f"{payload!r} can't be a start payload: 1 to 64 of A-Z, a-z, 0-9, _ and -.")
        return await self.says(f"/start {payload}".strip())

    async def opens(self, link: str) -> Message:
        """Follow a link to the bot, such as `https://t.me/local_bot?start=causes`, and press Start.

        Raises:
            ValueError: It is no link to a bot.
        """
        parts = urlsplit(link)
        if parts.netloc not in ("t.me", "telegram.me") or not parts.path.strip("/"):
            raise ValueError(f"{link} is no link to a bot: https://t.me/NAME?start=PAYLOAD.")
        return await self.starts(parse_qs(parts.query).get("start", [""])[0])

    async def presses(self, label: str) -> Message:
        """Press a button of the reply keyboard that is shown."""
        if label not in self.keyboard:
            raise AssertionError(f"No button {label!r} on the keyboard; there is {self.keyboard}.")
        return await self.says(label)

    async def edits(self, message: Message, text: str) -> Message:
        """Change one of their own messages, and return it as it is now."""
        current = message.chat.messages[message.id]
        if current.sender != self.user:
            raise AssertionError("People can edit their own messages only.")
        return self._telegram.world.edit(current, _written(text), current.markup, by=self.user)

    async def sends(
        self,
        kind: str,
        content: Any,
        caption: str = "",
        *,
        to: Group | None = None,
        topic: int | None = None,
        reply_to: "Message | Heard | None" = None,
    ) -> Message:
        """Send anything else: `kind` and `content` as in the Bot API's Message, such as "dice"."""
        formatted = _written(caption, limits.CAPTION) if caption else NO_TEXT
        return self._post(to, topic, reply_to, formatted=formatted, kind=kind, content=content)

    async def sends_photo(self, caption: str = "", **where: Any) -> Message:
        """Send a picture."""
        sizes = [_file("photo", width=90, height=67), _file("photo_big", width=1280, height=960)]
        return await self.sends("photo", sizes, caption, **where)

    async def sends_voice(self, caption: str = "", seconds: int = 4, **where: Any) -> Message:
        """Send a voice message."""
        return await self.sends("voice", _file("voice", duration=seconds, mime_type="audio/ogg"), caption, **where)

    async def sends_video(self, caption: str = "", **where: Any) -> Message:
        """Send a video."""
        return await self.sends("video", _file("video", width=640, height=480, duration=9), caption, **where)

    async def sends_document(self, name: str = "scan.pdf", caption: str = "", **where: Any) -> Message:
        """Send a file."""
        document = _file("document", file_name=name, mime_type="application/pdf", file_size=20_000)
        return await self.sends("document", document, caption, **where)

    async def sends_sticker(self, emoji: str = "👍", **where: Any) -> Message:
        """Send a sticker."""
        looks = {"width": 512, "height": 512, "is_animated": False, "is_video": False, "emoji": emoji}
        return await self.sends("sticker", _file("sticker", type="regular", **looks), **where)

    async def sends_location(self, latitude: float = 51.5, longitude: float = -0.12, **where: Any) -> Message:
        """Send a place."""
        return await self.sends("location", {"latitude": latitude, "longitude": longitude}, **where)

    async def sends_contact(self, name: str = "Dr Bone", phone: str = "+15550100", **where: Any) -> Message:
        """Send someone's number."""
        return await self.sends("contact", {"phone_number": phone, "first_name": name}, **where)

    def _post(self, to: Group | None, topic: int | None, reply_to: "Message | Heard | None", **what: Any) -> Message:
        chat = to.chat if to else self.chat
        self._check_may_write(chat)
        if topic is not None and topic not in chat.topics:
            raise AssertionError(f"{chat.title} has no topic {topic}; there is {chat.topics}.")
        replied = chat.messages.get(reply_to.id) if reply_to else None  # as it stands now, whenever it was heard
        return self._telegram.world.post(chat, self.user, reply_to=replied, thread_id=topic, **what)

    def _check_may_write(self, chat: Chat) -> None:
        if chat.type == "private" and chat.bot == "kicked":
            raise AssertionError(f"{self.user.first_name} has blocked the bot: unblock it first.")
        if chat.type != "private" and self.user.id not in chat.members:
            raise AssertionError(f"{self.user.first_name} isn't in {chat.title}.")

    # --- tapping -----------------------------------------------------------------------------------------------------

    async def taps(self, label: str, on: "Message | Heard | None" = None, where: Group | None = None) -> Notice:
        """Tap a button under the latest message that has it, or under `on`, and wait for the bot's notice.

        A button with an address is answered at once with that address.
        """
        chat = where.chat if where else self.chat
        message, button = _find_button(chat, label, on.message if isinstance(on, Heard) else on)
        if "url" in button:
            return Notice(url=button["url"])
        query = self._telegram.world.tap(message, self.user, button["callback_data"])
        return await self._telegram.until(
            chat.id, lambda: query.notice, f"an answer to {self.user.first_name}'s tap on {label!r}"
        )

    # --- inline queries ----------------------------------------------------------------------------------------------

    async def asks_inline(self, text: str, where: Group | None = None, offset: str = "") -> InlineQuery:
        """Type the bot's name and a query, and wait for what the bot offers. `offset` asks for results that follow.

        Raises:
            AssertionError: The bot takes no inline queries, or the query is too long for Telegram's field.
        """
        if not self._telegram.world.inline:
            raise AssertionError("The bot takes no inline queries: make the local Telegram with inline=True.")
        if utf16_length(text) > limits.INLINE_QUERY:
            raise AssertionError(f"An inline query holds at most {limits.INLINE_QUERY} characters.")
        query = self._telegram.world.ask_inline(where.chat if where else self.chat, self.user, text, offset)
        name = self.user.first_name
        await self._telegram.until("inline", lambda: query.answer, f"an answer to {name}'s inline query {text!r}")
        return query

    async def chooses(self, title: str, of: InlineQuery, where: Group | None = None) -> Message:
        """Send the result of this title, and return the message."""
        if of.answer is None:
            raise AssertionError("The bot hasn't answered this query.")
        chat = where.chat if where else self.chat
        self._check_may_write(chat)
        return self._telegram.world.choose(chat, of, of.answer.find(title))

    # --- hearing -----------------------------------------------------------------------------------------------------

    async def hears(self, where: Group | None = None) -> Heard:
        """Wait for the bot's next message or edit that wasn't heard yet, and return it."""
        chat = where.chat if where else self.chat

        def look() -> Heard | None:
            event = next(iter(self._unheard(chat)), None)
            return self._hear(chat, event) if event else None

        name = self.user.first_name
        return await self._telegram.until(chat.id, look, f"the bot to say something to {name}")

    async def hears_all(self, where: Group | None = None) -> list[Heard]:
        """Wait until the bot has nothing left to do, and return all that wasn't heard yet."""
        await self._telegram.quiet()
        chat = where.chat if where else self.chat
        return [self._hear(chat, event) for event in self._unheard(chat)]

    async def hears_nothing(self, where: Group | None = None) -> None:
        """Wait until the bot has nothing left to do, and fail if it said something."""
        heard = await self.hears_all(where)
        if heard:
            raise AssertionError(f"{self.user.first_name} expected silence but heard {[one.text for one in heard]}.")

    def _unheard(self, chat: Chat) -> list[Event]:
        last = self._heard.get(chat.id, 0)
        bot = self._telegram.world.bot
        return [
            event
            for event in chat.events
            if event.number > last
            and event.kind in ("message", "edit")
            and event.message
            and event.message.sender == bot
        ]

    def _hear(self, chat: Chat, event: Event) -> Heard:
        if event.message is None:
            raise ValueError(f"{event.kind} is no message.")
        self._heard[chat.id] = event.number
        return Heard(event.message, edited=event.kind == "edit")

    # --- the chat itself ---------------------------------------------------------------------------------------------

    async def blocks(self) -> None:
        """Block the bot."""
        self._telegram.world.set_bot_status(self.chat, "kicked", by=self.user)

    async def unblocks(self) -> None:
        """Let the bot write again."""
        self._telegram.world.set_bot_status(self.chat, "member", by=self.user)


def _find_button(chat: Chat, label: str, on: Message | None) -> tuple[Message, dict[str, Any]]:
    messages = [chat.messages[on.id]] if on else list(chat.messages.values())[::-1]
    seen: list[str] = []
    for message in messages:
        for row in message.inline_keyboard:
            for button in row:
                if button["text"] == label:
                    return message, button
                seen.append(button["text"])
    raise AssertionError(f"No button {label!r} to tap; there is {seen}.")


def _file(name: str, **more: Any) -> dict[str, Any]:
    return {"file_id": f"local-{name}", "file_unique_id": name, **more}


def _written(text: str, limit: int = limits.MESSAGE_TEXT) -> Formatted:
    # Halves of surrogate pairs can't be sent.
    formatted = finished(Formatted(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")))
    if not formatted.text:
        raise AssertionError("Telegram sends no message without text.")
    if utf16_length(formatted.text) > limit:
        raise AssertionError(f"A message holds at most {limit} characters.")
    return formatted


async def within(seconds: float, what: Awaitable[T], explain: Callable[[], str]) -> T:
    """Wait for `what`, at most so long.

    Raises:
        AssertionError: It took longer; with the explanation.
    """
    try:
        async with asyncio.timeout(seconds):
            return await what
    except TimeoutError:
        raise AssertionError(explain()) from None
