"""A browser tab: the people who act in it, the chats it shows, and what it is told of them."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.local_telegram import limits
from bot.local_telegram.inside import Bulletin
from bot.local_telegram.people import Group, Person, Telegram
from bot.local_telegram.profile import in_language
from bot.local_telegram.server import Call
from bot.local_telegram.world import JSON, Chat, Event, Message, World

News = tuple[str, JSON]
"""Something to tell a tab: its kind, and what there is to know."""


class HostTelegram(Telegram, Protocol):
    """What the page needs of the server it is on."""

    bulletin: Bulletin | None

    def person(self, name: str, language: str = "en", username: str = "") -> Person:
        """Make a person."""
        ...

    def group(self, title: str, members: list[Person]) -> Group:
        """Make a group of people and the bot."""
        ...

    def calls_since(self, number: int) -> tuple[int, list[Call]]:
        """Return how many calls there were, and those after the first `number`."""
        ...


class Tab:
    """A person's private chat with the bot and, once they ask for it, a group of theirs with someone else."""

    def __init__(self, telegram: HostTelegram) -> None:
        self._telegram = telegram
        self.you = telegram.person("You")
        self.friend: Person | None = None
        self.group: Group | None = None

    @property
    def chats(self) -> list[Chat]:
        """The chats of the tab, the private one first."""
        return [self.you.chat, *([self.group.chat] if self.group else [])]

    @property
    def people(self) -> list[Person]:
        """All who act in this tab."""
        return [self.you, *([self.friend] if self.friend else [])]

    @property
    def topics(self) -> list[Hashable]:
        """What the tab waits for."""
        return [*(chat.id for chat in self.chats), self.you, "calls", "bulletin"]

    def open_group(self) -> Chat:
        """Make the group, if there is none yet, and return its chat."""
        if self.group is None:
            self.friend = self._telegram.person("A friend")
            self.group = self._telegram.group("A group", [self.you, self.friend])
        return self.group.chat

    def chat(self, chat_id: int) -> Chat:
        """Return a chat of this tab.

        Raises:
            ValueError: It has no such chat.
        """
        for chat in self.chats:
            if chat.id == chat_id:
                return chat
        raise ValueError("That chat is gone.")

    def person(self, person_id: int) -> Person:
        """Return one of those who act in this tab; the person of the private chat where it is none of them."""
        return next((person for person in self.people if person.id == person_id), self.you)

    def where(self, chat: Chat) -> Group | None:
        """Return the group, where the chat is its."""
        return self.group if self.group and self.group.chat is chat else None


@dataclass
class Feed:
    """What one tab is told, from a first look at everything to the latest change."""

    telegram: HostTelegram
    tab: Tab
    _events: dict[int, int] = field(default_factory=dict)
    _calls: int = 0
    _bulletin: Bulletin | None = None
    _bot: JSON = field(default_factory=dict)

    def state(self) -> JSON:
        """Return everything as it stands now; `news` goes on from here."""
        self._calls, calls = self.telegram.calls_since(0)
        self._bulletin = self.telegram.bulletin
        self._bot = self._bot_wire()
        return {
            "bot": self._bot,
            "you": self.tab.you.id,
            "chats": [self._chat(chat, calls) for chat in self.tab.chats],
            "bulletin": self._bulletin.wire() if self._bulletin else None,
        }

    def news(self) -> list[News] | None:
        """Return what has happened since the last look; None where nothing has."""
        number, calls = self.telegram.calls_since(self._calls)
        found: list[News] = []
        for chat in self.tab.chats:
            if chat.id not in self._events:
                found.append(("chat", self._chat(chat, [])))
                continue
            found += [(event.kind, _event_wire(chat, event)) for event in self._new_events(chat)]
            about = _calls_wire(self.telegram.world, chat, calls)
            found += [("call", {"chat": chat.id, "call": call}) for call in about]
        self._calls = number
        if (bot := self._bot_wire()) != self._bot:
            self._bot = bot
            found.append(("bot", bot))
        if self.telegram.bulletin is not self._bulletin:
            self._bulletin = self.telegram.bulletin
            found.append(("bulletin", self._bulletin.wire() if self._bulletin else {}))
        return found or None

    def _new_events(self, chat: Chat) -> list[Event]:
        last, self._events[chat.id] = self._events[chat.id], chat.event_number
        return [event for event in chat.events if event.number > last]

    def _bot_wire(self) -> JSON:
        """Return the bot as this person sees it, with the commands that it offers in each chat."""
        world, language = self.telegram.world, self.tab.you.user.language_code
        return {
            "id": world.bot.id,
            "name": world.bot_name(language),
            "username": world.bot.username,
            "about": in_language(world.profile.descriptions, language),
            "commands": {str(chat.id): world.profile.menu(chat.id, chat.type, language) for chat in self.tab.chats},
        }

    def _chat(self, chat: Chat, calls: list[Call]) -> JSON:
        self._events[chat.id] = chat.event_number
        return {
            "id": chat.id,
            "title": chat.title,
            "members": [user.wire() for user in chat.members.values()],
            "messages": [_message_wire(message) for message in chat.messages.values()],
            "keyboard": chat.keyboard,
            "inside": chat.inside.wire() if chat.inside else None,
            "calls": list(_calls_wire(self.telegram.world, chat, calls))[-limits.CALLS_SHOWN :],
        }


def _event_wire(chat: Chat, event: Event) -> JSON:
    wire: JSON = {"chat": chat.id}
    match event.kind:
        case "message" | "edit" if event.message:
            wire["message"] = _message_wire(event.message)
        case "delete" if event.message:
            wire["message_id"] = event.message.id
        case "notice" if event.query and event.query.notice:
            notice = event.query.notice
            wire |= {"query": event.query.id, "text": notice.text, "alert": notice.alert, "url": notice.url}
        case "keyboard":
            wire["keyboard"] = chat.keyboard
        case "inside" if event.inside:
            wire["inside"] = event.inside.wire()
    return wire


def _message_wire(message: Message) -> JSON:
    return message.wire() | {"marked": message.marked}


def _calls_wire(world: World, chat: Chat, calls: list[Call]) -> Iterator[JSON]:
    """Yield the calls that are about a chat; of getUpdates only the updates that are."""
    for call in calls:
        answer = call.answer
        if call.method.lower() == "getupdates":
            updates = (answer or {}).get("result") or []
            answer = {"ok": True, "result": [update for update in updates if _chat_of(update) == chat.id]}
            about = bool(answer["result"])
        else:
            query = world.taps.get(str(call.parameters.get("callback_query_id", "")))
            about = call.parameters.get("chat_id") == chat.id or (query is not None and query.message.chat is chat)
        if about:
            yield {"method": call.method, "parameters": call.parameters, "answer": answer, "status": call.status}


def _chat_of(update: JSON) -> Any:
    """Return the id of the chat that an update is about; None where it is about none."""
    content: JSON = next((value for kind, value in update.items() if kind != "update_id"), {})
    return (content.get("chat") or content.get("message", {}).get("chat") or {}).get("id")
