"""The world as Telegram sees it: users, chats, messages, and what waits for the bot.

State and Telegram's rules about it, without any I/O. People act on it through `bot.local_telegram.people`, the bot
through `bot.local_telegram.methods`; whoever waits is woken through `changed`.
"""

import asyncio
import time
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Literal

from bot.local_telegram import limits
from bot.local_telegram.entities import NO_TEXT, Formatted, part
from bot.local_telegram.inline import InlineAnswer, InlineResult
from bot.local_telegram.inside import Inside
from bot.local_telegram.profile import Profile, in_language
from bot.local_telegram.queries import Queries
from bot.local_telegram.refusals import BLOCKED, bad_request, forbidden
from bot.local_telegram.updates import Updates

JSON = dict[str, Any]
ChatType = Literal["private", "group", "supergroup"]
EventKind = Literal["message", "edit", "delete", "keyboard", "notice", "action", "clear", "inside"]
BotStatus = Literal["member", "administrator", "left", "kicked"]


@dataclass(frozen=True)
class User:
    """A person or the bot."""

    id: int
    first_name: str
    username: str = ""
    language_code: str = "en"
    is_bot: bool = False

    def wire(self) -> JSON:
        """Return the user as the Bot API sends it."""
        out: JSON = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            out["username"] = self.username
        if not self.is_bot:
            out["language_code"] = self.language_code
        return out


@dataclass(frozen=True)
class Message:
    """A message as it stands at one moment; an edit makes another one with the same id.

    Attributes:
        kind: "text", or the Bot API's field that holds `content`: "photo", "voice", "forum_topic_created" …
        formatted: The text, or the caption of an attachment.
        content: The attachment or the service message, as the Bot API sends it; None for text.
        markup: The keyboard it was sent with, of any kind.
        thread_id: The topic or thread it is in.
        date: Seconds since 1970.
        edited: When it was last edited; 0 where it never was.
        marked: Whether people see that it was edited: they don't where its buttons alone were.
        link_preview: `link_preview_options` as the bot gave them.
        via: The bot whose inline result it was sent as.
        inline_id: `inline_message_id`, by which that bot knows it; empty where it has no buttons.
    """

    id: int
    chat: "Chat"
    sender: User
    date: int
    formatted: Formatted = NO_TEXT
    kind: str = "text"
    content: Any = None
    markup: JSON | None = None
    reply_to: "Message | None" = None
    thread_id: int | None = None
    edited: int = 0
    marked: bool = False
    link_preview: JSON | None = None
    via: User | None = None
    inline_id: str = ""

    @property
    def inline_keyboard(self) -> list[list[JSON]]:
        """The rows of buttons under it."""
        rows: list[list[JSON]] = (self.markup or {}).get("inline_keyboard") or []
        return rows

    @property
    def is_service(self) -> bool:
        """Whether it tells of something that happened in the chat rather than says something."""
        return self.kind in SERVICE_KINDS

    def wire(self, with_reply: bool = True) -> JSON:
        """Return the message as the Bot API sends it."""
        out: JSON = {
            "message_id": self.id,
            "from": self.sender.wire(),
            "chat": self.chat.wire(),
            "date": self.date,
        }
        if self.via:
            out["via_bot"] = self.via.wire()
        if self.edited:
            out["edit_date"] = self.edited
        out |= self._place_wire()
        if self.reply_to and with_reply:
            out["reply_to_message"] = self.reply_to.wire(with_reply=False)
        if self.kind != "text":
            out[self.kind] = self.content
        if self.formatted.text:
            names = ("text", "entities") if self.kind == "text" else ("caption", "caption_entities")
            out[names[0]] = self.formatted.text
            if self.formatted.entities:
                out[names[1]] = [entity.wire() for entity in self.formatted.entities]
        if self.inline_keyboard:
            out["reply_markup"] = {"inline_keyboard": self.inline_keyboard}
        if self.link_preview:
            out["link_preview_options"] = self.link_preview
        return out

    def _place_wire(self) -> JSON:
        """Return where in the chat it is."""
        if not self.thread_id:
            return {}
        topic = {"is_topic_message": True} if self.chat.is_forum else {}
        return {"message_thread_id": self.thread_id} | topic


SERVICE_KINDS = frozenset(
    {"forum_topic_created", "migrate_to_chat_id", "migrate_from_chat_id", "new_chat_members", "left_chat_member"}
)


@dataclass(frozen=True)
class Notice:
    """What a person sees after a tap on a button.

    Attributes:
        text: Shown at the top of the chat; empty where the tap is only acknowledged.
        alert: Whether it is shown in a box that must be closed.
        url: What is opened.
    """

    text: str = ""
    alert: bool = False
    url: str = ""


@dataclass
class Webhook:
    """Where the bot wants its updates posted.

    Attributes:
        url: An address on this machine.
        secret_token: Sent along, so that the bot knows who posts; empty for none.
        max_connections: How many the bot would take at once.
        free: Those of them that nothing is being posted through.
        error: Why the latest attempt that failed did; empty where none has.
        error_date: When that was, in seconds since 1970.
    """

    url: str
    secret_token: str = ""
    max_connections: int = limits.WEBHOOK_CONNECTIONS_DEFAULT
    error: str = ""
    error_date: int = 0
    free: asyncio.Semaphore = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.free = asyncio.Semaphore(self.max_connections)

    def failed(self, date: int, error: str) -> None:
        """Remember why an attempt failed."""
        self.error, self.error_date = error, date


@dataclass
class CallbackQuery:
    """A tap on a callback button, which waits for the bot's answer."""

    id: str
    sender: User
    message: Message
    data: str
    asked: float
    notice: Notice | None = None

    @property
    def answered(self) -> bool:
        """Whether the bot has answered it."""
        return self.notice is not None


@dataclass
class InlineQuery:
    """What a person typed behind the bot's name, which waits for the bot's answer."""

    id: str
    sender: User
    text: str
    asked: float
    answer: InlineAnswer | None = None

    @property
    def answered(self) -> bool:
        """Whether the bot has answered it."""
        return self.answer is not None


@dataclass(frozen=True)
class Event:
    """Something that those who look at a chat see happen.

    Attributes:
        number: Counts up within the chat.
        kind: What happened: a message came, was edited or was deleted; the shown reply keyboard changed; the bot
            answered a tap, says that it is typing, or tells how it came to an answer; the chat was emptied.
        message: The message concerned.
        query: The tap that was answered.
        inside: How the bot came to an answer.
    """

    number: int
    kind: EventKind
    message: Message | None = None
    query: CallbackQuery | None = None
    inside: Inside | None = None


@dataclass(eq=False)
class Chat:
    """A chat and all that was said in it lately.

    Attributes:
        user: The person, in a private chat.
        members: The people in a group.
        topics: Names of a forum's topics by thread id.
        bot: What the bot is here; "kicked" in a private chat means blocked.
        started: Whether the bot may write: in a private chat the person writes first.
        migrated_to: The supergroup that this group became.
        keyboard: The reply keyboard that is shown.
        inside: How the bot came to its latest answer, if it tells.
    """

    id: int
    type: ChatType
    title: str = ""
    user: User | None = None
    members: dict[int, User] = field(default_factory=dict)
    is_forum: bool = False
    topics: dict[int, str] = field(default_factory=dict)
    bot: BotStatus = "member"
    started: bool = True
    migrated_to: int | None = None
    keyboard: JSON | None = None
    inside: Inside | None = None
    messages: OrderedDict[int, Message] = field(default_factory=OrderedDict, repr=False)
    events: deque[Event] = field(default_factory=lambda: deque(maxlen=limits.EVENTS_KEPT), repr=False)
    event_number: int = 0

    def wire(self) -> JSON:
        """Return the chat as the Bot API sends it within a message."""
        out: JSON = {"id": self.id, "type": self.type}
        if self.user:
            out["first_name"] = self.user.first_name
            if self.user.username:
                out["username"] = self.user.username
        else:
            out["title"] = self.title
        if self.is_forum:
            out["is_forum"] = True
        return out


class World:
    """Everything there is.

    Args:
        bot: The bot, which is in every chat from the start.
        changed: Called with a topic after each change: a chat's id, or "updates".
        privacy: Whether the bot is kept from messages of groups that are not meant for it (BotFather's default).
        clock: Seconds since 1970.
        inline: Whether the bot takes inline queries (BotFather's /setinline).
        inline_feedback: Whether it is told which results are chosen (BotFather's /setinlinefeedback).
    """

    def __init__(
        self,
        bot: User,
        changed: Callable[[Hashable], None],
        privacy: bool = True,
        clock: Callable[[], float] = time.time,
        *,
        inline: bool = False,
        inline_feedback: bool = False,
    ) -> None:
        self.bot = bot
        self.privacy = privacy
        self.inline = inline
        self.inline_feedback = inline_feedback
        self.profile = Profile()
        self.updates = Updates()
        self.webhook: Webhook | None = None
        self.chats: dict[int, Chat] = {}
        self.taps: Queries[CallbackQuery] = Queries(limits.CALLBACKS_KEPT, limits.CALLBACK_SECONDS)
        self.inline_queries: Queries[InlineQuery] = Queries(limits.INLINE_QUERIES_KEPT, limits.INLINE_SECONDS)
        self.clock = clock
        self._inline_messages: OrderedDict[str, tuple[Chat, int]] = OrderedDict()
        self._changed = changed
        self._user_ids = count(100_001)
        self._group_ids = count(5_000_001)
        self._supergroup_ids = count(1_000_000_000_001)
        self._callback_ids = count(1)
        self._inline_ids = count(1)
        # One row of message ids for all private chats and groups of an account, another for each supergroup.
        self._message_ids: defaultdict[int, count[int]] = defaultdict(lambda: count(1))

    @property
    def now(self) -> int:
        """The time in whole seconds since 1970."""
        return int(self.clock())

    def bot_name(self, language_code: str = "") -> str:
        """Return the name that people of this language see: the one that the bot has set, or the one it began with."""
        return in_language(self.profile.names, language_code) or self.bot.first_name

    # --- chats -------------------------------------------------------------------------------------------------------

    def private_chat(self, name: str, language_code: str = "en", username: str = "") -> Chat:
        """Make a person and the chat between them and the bot."""
        user = User(next(self._user_ids), name, username, language_code)
        chat = Chat(user.id, "private", user=user, started=False)
        self.chats[chat.id] = chat
        return chat

    def group_chat(self, title: str, type_: ChatType, is_forum: bool = False) -> Chat:
        """Make a group that nobody is in."""
        chat = Chat(-next(self._supergroup_ids if type_ == "supergroup" else self._group_ids), type_, title)
        chat.is_forum = is_forum
        chat.bot = "left"
        self.chats[chat.id] = chat
        return chat

    def writable(self, chat_id: int) -> Chat:
        """Return a chat that the bot may write to.

        Raises:
            Refusal: There is no such chat, or the bot may not.
        """
        chat = self.chats.get(chat_id)
        if chat is None:
            raise bad_request("chat not found")
        if chat.migrated_to:
            raise bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
        kind = f"{chat.type} chat"
        match chat.type, chat.bot:
            case "private", "kicked":
                raise forbidden(BLOCKED)
            case _, "kicked":
                raise forbidden(f"bot was kicked from the {kind}")
            case _, "left":
                raise forbidden(f"bot is not a member of the {kind}")
        if not chat.started:
            if any(chat.id in other.members and other.bot == "member" for other in self.chats.values()):
                raise forbidden("bot can't initiate conversation with a user")
            raise bad_request("chat not found")
        return chat

    def set_bot_status(self, chat: Chat, status: BotStatus, by: User) -> None:
        """Let the bot be blocked, unblocked, added, made administrator or removed, and tell it."""
        old, chat.bot = chat.bot, status
        if old == status:
            return
        self._update(
            "my_chat_member",
            chat.id,
            {
                "chat": chat.wire(),
                "from": by.wire(),
                "date": self.now,
                "old_chat_member": self._member(old),
                "new_chat_member": self._member(status),
            },
        )

    def _member(self, status: BotStatus) -> JSON:
        out: JSON = {"user": self.bot.wire(), "status": status}
        match status:
            case "kicked":
                out["until_date"] = 0
            case "administrator":
                out |= dict.fromkeys(_ADMINISTRATOR_RIGHTS, False) | {"can_manage_chat": True}
        return out

    def upgrade(self, group: Chat, by: User) -> Chat:
        """Turn a group into a supergroup, and return that."""
        new = self.group_chat(group.title, "supergroup")
        new.members, new.bot = dict(group.members), group.bot
        self.post(group, by, kind="migrate_to_chat_id", content=new.id)
        group.migrated_to = new.id
        self.post(new, by, kind="migrate_from_chat_id", content=group.id)
        return new

    def add_topic(self, forum: Chat, name: str, by: User) -> int:
        """Open a topic and return its thread id."""
        message = self.post(forum, by, kind="forum_topic_created", content={"name": name, "icon_color": 0x6FB9F0})
        forum.topics[message.id] = name
        forum.messages[message.id] = replace(message, thread_id=message.id)
        return message.id

    # --- messages ----------------------------------------------------------------------------------------------------

    def post(
        self,
        chat: Chat,
        sender: User,
        formatted: Formatted = NO_TEXT,
        *,
        kind: str = "text",
        content: Any = None,
        markup: JSON | None = None,
        reply_to: Message | None = None,
        thread_id: int | None = None,
        link_preview: JSON | None = None,
        via: User | None = None,
        inline_id: str = "",
    ) -> Message:
        """Put a message into a chat, and tell the bot where it is not its own."""
        ids = self._message_ids[chat.id if chat.type == "supergroup" else 0]
        message = Message(
            next(ids),
            chat,
            sender,
            self.now,
            formatted,
            kind,
            content,
            markup,
            _alone(reply_to or chat.messages.get(thread_id or 0)),
            self._thread(chat, reply_to, thread_id),
            link_preview=link_preview,
            via=via,
            inline_id=inline_id,
        )
        chat.messages[message.id] = message
        while len(chat.messages) > limits.MESSAGES_KEPT:
            chat.messages.popitem(last=False)
        self._see(chat, "message", message)
        if sender != self.bot:
            if chat.type == "private":
                chat.started = True
            self._tell("message", message)
        elif markup and "inline_keyboard" not in markup:
            self._show_keyboard(chat, markup)
        return message

    @staticmethod
    def _thread(chat: Chat, reply_to: Message | None, thread_id: int | None) -> int | None:
        if thread_id or reply_to is None or chat.type != "supergroup":
            return thread_id
        if chat.is_forum:
            return reply_to.thread_id
        # Outside forums a thread is what hangs on one message by replies, and bears its id.
        return reply_to.thread_id or reply_to.id

    def edit(self, message: Message, formatted: Formatted, markup: JSON | None, by: User) -> Message:
        """Change a message, and tell the bot where it hasn't done so itself."""
        marked = message.marked or formatted != message.formatted
        edited = replace(message, formatted=formatted, markup=markup, edited=self.now, marked=marked)
        message.chat.messages[message.id] = edited
        self._see(message.chat, "edit", edited)
        if by != self.bot:
            self._tell("edited_message", edited)
        return edited

    def delete(self, message: Message) -> None:
        """Remove a message."""
        del message.chat.messages[message.id]
        self._see(message.chat, "delete", message)

    def clear(self, chat: Chat) -> None:
        """Remove all messages of a chat and its keyboard. The bot isn't told, as with Telegram."""
        chat.messages.clear()
        chat.keyboard = chat.inside = None
        self._see(chat, "clear")

    def show_inside(self, chat: Chat, inside: Inside) -> None:
        """Let it be seen how the bot came to an answer."""
        chat.inside = inside
        self._see(chat, "inside", inside=inside)

    def act(self, chat: Chat) -> None:
        """Let the bot be seen typing or the like."""
        self._see(chat, "action")

    def _show_keyboard(self, chat: Chat, markup: JSON) -> None:
        if markup.get("keyboard"):
            chat.keyboard = markup
        elif markup.get("remove_keyboard"):
            chat.keyboard = None
        else:
            return
        self._see(chat, "keyboard")

    def _tell(self, kind: Literal["message", "edited_message"], message: Message) -> None:
        if message.chat.bot in ("member", "administrator") and self._meant_for_bot(message):
            self._update(kind, message.chat.id, message.wire())

    def _meant_for_bot(self, message: Message) -> bool:
        """Return whether the bot gets to see a message.

        https://core.telegram.org/bots/features#privacy-mode, and mentions, which come through as well.
        """
        chat = message.chat
        if chat.type == "private" or not self.privacy or chat.bot == "administrator" or message.is_service:
            return True
        if self.bot in (message.via, message.reply_to.sender if message.reply_to else None):
            return True
        mention = f"@{self.bot.username}".lower()
        for entity in message.formatted.entities:
            said = part(message.formatted.text, entity).lower()
            if entity.type == "mention" and said == mention:
                return True
            if entity.type == "bot_command" and ("@" not in said or said.endswith(mention)):
                return True
        return False

    # --- taps --------------------------------------------------------------------------------------------------------

    def tap(self, message: Message, sender: User, data: str) -> CallbackQuery:
        """Let a person tap a callback button."""
        query = CallbackQuery(str(next(self._callback_ids)), sender, message, data, self.clock())
        self.taps.add(query)
        content: JSON = {"id": query.id, "from": sender.wire()}
        content |= {"inline_message_id": message.inline_id} if message.inline_id else {"message": message.wire()}
        content |= {"chat_instance": str(abs(message.chat.id)), "data": data}
        self._update("callback_query", sender.id, content)
        return query

    def answer_tap(self, query_id: str, notice: Notice) -> None:
        """Answer a tap.

        Raises:
            Refusal: There is no such tap, it was answered before, or it is too old.
        """
        query = self.taps.waiting(query_id, self.clock())
        query.notice = notice
        self._see(query.message.chat, "notice", query=query)

    # --- inline queries ----------------------------------------------------------------------------------------------

    def ask_inline(self, chat: Chat, sender: User, text: str, offset: str = "") -> InlineQuery:
        """Let a person type an inline query in a chat. Telegram doesn't say in which, only of what kind it is."""
        query = InlineQuery(str(next(self._inline_ids)), sender, text, self.clock())
        self.inline_queries.add(query)
        chat_type = "sender" if chat.type == "private" else chat.type
        content: JSON = {"id": query.id, "from": sender.wire(), "query": text, "offset": offset}
        self._update("inline_query", sender.id, content | {"chat_type": chat_type})
        return query

    def answer_inline(self, query_id: str, answer: InlineAnswer) -> None:
        """Answer an inline query.

        Raises:
            Refusal: There is no such query, it was answered before, or it is too old.
        """
        query = self.inline_queries.waiting(query_id, self.clock())
        query.answer = answer
        self._changed("inline")

    def choose(self, chat: Chat, query: InlineQuery, result: InlineResult) -> Message:
        """Let a person send one of the results."""
        inline_id = f"local-{next(self._inline_ids)}" if result.markup else ""
        message = self.post(
            chat,
            query.sender,
            result.formatted,
            kind=result.kind,
            content=result.content,
            markup=result.markup,
            via=self.bot,
            inline_id=inline_id,
        )
        if inline_id:
            self._inline_messages[inline_id] = (chat, message.id)
            while len(self._inline_messages) > limits.INLINE_MESSAGES_KEPT:
                self._inline_messages.popitem(last=False)
        if self.inline_feedback:
            content: JSON = {"result_id": result.id, "from": query.sender.wire(), "query": query.text}
            if inline_id:
                content["inline_message_id"] = inline_id
            self._update("chosen_inline_result", query.sender.id, content)
        return message

    def inline_message(self, inline_id: str) -> Message | None:
        """Return the message that the bot knows by an `inline_message_id`; None where there is none."""
        chat, message_id = self._inline_messages.get(inline_id, (None, 0))
        return chat.messages.get(message_id) if chat else None

    # --- the webhook -------------------------------------------------------------------------------------------------

    def set_webhook(self, webhook: Webhook | None) -> None:
        """Let updates be posted from now on, or with None be fetched again."""
        self.webhook = webhook
        self._changed("updates")

    # --- telling -----------------------------------------------------------------------------------------------------

    def _see(
        self,
        chat: Chat,
        kind: EventKind,
        message: Message | None = None,
        query: CallbackQuery | None = None,
        inside: Inside | None = None,
    ) -> None:
        chat.event_number += 1
        chat.events.append(Event(chat.event_number, kind, message, query, inside))
        self._changed(chat.id)

    def _update(self, kind: str, of: int, content: JSON) -> None:
        if self.updates.add(kind, content, of):
            self._changed("updates")


def _alone(message: Message | None) -> Message | None:
    """Return a message without the one that it answers: else a chain of replies would keep all of a chat for good."""
    return replace(message, reply_to=None) if message else None


# "ChatMemberAdministrator": the rights that every answer names.
_ADMINISTRATOR_RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
