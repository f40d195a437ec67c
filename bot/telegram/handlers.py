"""What the bot does with each kind of update. The list in `handlers` is the order in which they are tried."""

import asyncio
import logging
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from telegram import Chat as TelegramChat
from telegram import MaybeInaccessibleMessage, Message, Update
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import (
    BaseHandler,
    CallbackContext,
    CallbackQueryHandler,
    CommandHandler,
    ExtBot,
    MessageHandler,
    filters,
)

from bot.assistant import Assistant
from bot.chat import Chat
from bot.reply import Action, Memory, Reply, Verb
from bot.telegram.delivery import edit, send
from bot.telegram.render import Rendered, answered, render, topics_keyboard, unpack
from knowledge.wording import Wording

log = logging.getLogger(__name__)

REMEMBERED = 50
"""Questions of a chat whose answers can still be mended by an edit."""

READABLE = filters.TEXT | filters.CAPTION
COMMANDS = filters.Regex(
    r"^/(?:start(?:@\w+)?(?:\s+\S+)?|(?:topics|sources|country|help|about|disclaimer|privacy)(?:@\w+)?)\s*$"
)
"""Commands and nothing else: words behind one are a question, which may report an emergency."""


@dataclass
class ChatData:
    """What is remembered of a chat.

    Attributes:
        chat: What the assistant needs of the past.
        answers: The message that answers each of the latest questions.
        latest: The latest message of ours; 0 before there is one.
    """

    chat: Chat = field(default_factory=lambda: Chat(joins=True))
    answers: "OrderedDict[int, int]" = field(default_factory=OrderedDict)
    latest: int = 0

    def answered(self, question: int, answer: int) -> None:
        """Remember which message answers a question."""
        self.answers[question] = self.latest = answer
        while len(self.answers) > REMEMBERED:
            self.answers.popitem(last=False)


Context = CallbackContext[ExtBot[None], dict[Any, Any], ChatData, dict[Any, Any]]
Handler = BaseHandler[Update, Context, None]


class Addressed(filters.MessageFilter):
    """Messages meant for the bot: all in a private chat; in a group those that mention it or reply to it."""

    def filter(self, message: Message) -> bool:
        """Return whether the message is meant for the bot."""
        if message.chat.type == TelegramChat.PRIVATE or _replied_to(message):
            return True
        return f"@{message.get_bot().username}".casefold() in _words(message).casefold()


Observer = Callable[[Message, Reply, float], object]
"""Told of each question's reply, and of the milliseconds that it took."""


class Conversation:
    """The handlers, with the assistant that they ask.

    Args:
        assistant: What answers.
        observer: Told of each reply to a question.
    """

    def __init__(self, assistant: Assistant, observer: Observer | None = None) -> None:
        self._observer = observer
        self.answer_with(assistant)

    def answer_with(self, assistant: Assistant) -> None:
        """Let another assistant answer from now on."""
        self._assistant = assistant
        self.wording: Wording = assistant.knowledge.wording

    def handlers(self) -> list[Handler]:
        """Return all handlers, in the order in which they are tried."""
        fresh, edited = filters.UpdateType.MESSAGE, filters.UpdateType.EDITED_MESSAGE
        private = fresh & filters.ChatType.PRIVATE
        return [
            CommandHandler("ask", self.ask, fresh | edited),
            MessageHandler((fresh | edited) & Addressed() & READABLE & ~COMMANDS, self.question),
            CommandHandler("start", self.start, private),
            CommandHandler("topics", self.topics, private),
            CommandHandler("sources", self.sources, private),
            CommandHandler("country", self.country, private),
            CommandHandler(["help", "about", "disclaimer", "privacy"], self.page, private),
            MessageHandler(private & ~READABLE & ~filters.StatusUpdate.ALL, self.not_text),
            CallbackQueryHandler(self.tapped),
        ]

    async def start(self, update: Update, context: Context) -> None:
        """/start: who the bot is; with an entry's id behind it (a shared link), that entry."""
        message = _message(update)
        if context.args:
            await self._show(self._assistant.open(context.args[0], _memory(context)), message, context)
            return
        # A message takes one keyboard: the lasting one comes with the text, the examples with a line of their own.
        shown = render(self._assistant.page("start", _memory(context)), self.wording, context.bot.username)
        await send(message, Rendered(shown.html, topics_keyboard(self.wording)))
        await self._show(self._assistant.examples(), message, context)

    async def ask(self, update: Update, context: Context) -> None:
        """/ask and a question: the way to ask in a group."""
        message = _message(update)
        question = _words(message).partition(" ")[2].strip()
        if question:
            await self._reply(question, message, context)
        else:
            await self._show(self._assistant.fixed(self.wording.ask_in_group), message, context)

    async def question(self, update: Update, context: Context) -> None:
        """A question in free words, or a picture's caption; also an edited one."""
        message = _message(update)
        question = re.sub(re.escape(f"@{context.bot.username}"), " ", _words(message), flags=re.IGNORECASE)
        await self._reply(question.strip(), message, context)

    async def topics(self, update: Update, context: Context) -> None:
        """/topics: all themes."""
        await self._show(self._assistant.press(Action(Verb.TOPICS)), _message(update), context)

    async def sources(self, update: Update, context: Context) -> None:
        """/sources: where the answers come from."""
        await self._show(self._assistant.press(Action(Verb.SOURCES)), _message(update), context)

    async def country(self, update: Update, context: Context) -> None:
        """/country: whose emergency numbers are named."""
        await self._show(self._assistant.press(Action(Verb.COUNTRY), _memory(context)), _message(update), context)

    async def page(self, update: Update, context: Context) -> None:
        """/help and the other pages of the bot's own."""
        message = _message(update)
        name = re.split(r"[ @]", _words(message).removeprefix("/").casefold())[0]
        await self._show(self._assistant.page(name, _memory(context)), message, context)

    async def not_text(self, update: Update, context: Context) -> None:
        """A picture, a voice message and whatever else holds no words."""
        message, lines = _message(update), self.wording.not_text
        kinds = [
            (message.photo or message.video or message.animation or message.video_note, lines.picture),
            (message.voice or message.audio, lines.voice),
            (message.sticker, lines.sticker),
            (message.document, lines.file),
            (message.location or message.venue, lines.location),
        ]
        text = next((line for there, line in kinds if there), lines.other)
        await self._show(self._assistant.fixed(text, _memory(context)), message, context)

    async def tapped(self, update: Update, context: Context) -> None:
        """A tap on a button."""
        query = update.callback_query
        if query is None:
            return
        try:
            await query.answer()
        except BadRequest:
            log.info("a tap was answered too late for its notice")
        action = unpack(query.data or "")
        memory = _memory(context)
        reply = self._assistant.press(action, memory) if action else self._assistant.fixed(self.wording.gone)
        # A button on a message too old for Telegram to show still has its chat.
        if query.message is not None:
            await self._show(reply, query.message, context, page=action.page if action else 0)

    async def failed(self, update: object, context: Context) -> None:
        """An error in a handler: log it under an id that the person is given, and go on."""
        if isinstance(context.error, Forbidden):
            log.info("a person has blocked the bot, or it was removed from a group")
        elif isinstance(update, Update) and update.effective_message:
            error_id = secrets.token_hex(4)
            log.error("error %s", error_id, exc_info=context.error)
            text = self.wording.error.replace("{error_id}", error_id)
            try:
                await self._show(self._assistant.fixed(text, _memory(context)), update.effective_message, context)
            except TelegramError:
                log.warning("error %s: the person could not be told", error_id)
        else:
            log.warning("trouble on the way to Telegram: %s", context.error)

    async def _reply(self, question: str, message: Message, context: Context) -> None:
        """Answer a question. One that was edited has its answer mended; an alert is sent anew, so that it is seen."""
        data, now = _data(context), time.monotonic()
        replied_to = _replied_to(message)
        about = answered(replied_to.reply_markup) if replied_to else ""
        asked = data.chat.message(question, now, about)
        answer = data.answers.get(message.message_id)
        if answer or about:
            asked = asked.alone()
        # In a thread, so that Telegram is still listened to. The next message waits: the application takes one update
        # after another, so that each is read in the light of the one before it.
        began = time.perf_counter()
        reply = await asyncio.to_thread(self._assistant.reply, asked)
        if self._observer:
            self._observer(message, reply, 1000 * (time.perf_counter() - began))
        for sign in reply.explanation.signs if reply.explanation else ():
            log.info("warning sign %s (%s%s) by %s", sign.flag, sign.level, "" if sign.sure else ", unsure", sign.rule)
        if answer is None or reply.kind == "alert":
            # In a group the next message may be another person's.
            said = question if message.chat.type == TelegramChat.PRIVATE else ""
            await self._show(reply, message, context, said=said)
            return
        data.chat.heard(reply, now)
        shown = render(reply, self.wording, context.bot.username)
        try:
            await edit(message, answer, shown)
        except BadRequest as error:
            if "not modified" not in error.message:
                await self._show(reply, message, context)

    async def _show(
        self, reply: Reply, to: MaybeInaccessibleMessage, context: Context, page: int = 0, said: str = ""
    ) -> None:
        """Send a reply, and remember it. It takes the place of the one before, where it answers for that as well.

        Args:
            reply: What to say.
            to: The message that it answers, or whose button was tapped.
            context: The update's.
            page: Which part of a long reply, from 0.
            said: What was written, if the next message may go on with it.
        """
        data = _data(context)
        sent = await send(to, render(reply, self.wording, context.bot.username, page))
        if reply.joins and data.latest:
            await _take_back(to, data.latest)
        data.chat.heard(reply, time.monotonic(), said)
        data.answered(to.message_id, sent.message_id)


async def _take_back(chat_of: MaybeInaccessibleMessage, reply: int) -> None:
    """Delete a reply of ours that another one has replaced. It stays where Telegram doesn't let it be deleted."""
    try:
        await chat_of.get_bot().delete_message(chat_of.chat.id, reply)
    except TelegramError as error:
        log.info("a reply that was replaced could not be deleted: %s", error)


def _message(update: Update) -> Message:
    """Return the message that a message handler was called with; PTB's types don't say that there is one."""
    message = update.effective_message
    assert message is not None  # noqa: S101 - tells the type checker what the filters have made sure
    return message


def _replied_to(message: Message) -> Message | None:
    """Return the message of ours that a message replies to; nothing where it replies to none, or to a person's."""
    replied_to = message.reply_to_message
    author = replied_to.from_user if replied_to else None
    return replied_to if author and author.id == message.get_bot().id else None


def _data(context: Context) -> ChatData:
    data = context.chat_data
    assert data is not None  # noqa: S101 - handlers run within a chat
    return data


def _memory(context: Context) -> Memory:
    return _data(context).chat.memory(time.monotonic())


def _words(message: Message) -> str:
    return message.text or message.caption or ""
