"""What the bot does with each kind of update. The list in `handlers` is the order in which they are tried."""

import logging
import re
import secrets
import time
from collections.abc import Callable

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message, Update
from telegram import Chat as TelegramChat
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.ext import (
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    MessageHandler,
    filters,
)

from bot.assistant import Assistant
from bot.reply import Action, Memory, Reply, Verb
from bot.store import Answer, Count, StoreAwayError, Vote, redact
from bot.telegram.data import shown_data
from bot.telegram.delivery import delete, edit, send
from bot.telegram.render import Rendered, answered, render, topics_keyboard, unpack
from bot.telegram.turn import Context
from knowledge.wording import Wording

log = logging.getLogger(__name__)

LATE = 600.0
"""Seconds after which a message is answered with a word about the delay."""

VOTES = (Verb.USEFUL, Verb.NOT_USEFUL)

FLOOD = 10
"""Messages of a chat in a row that had to wait, after which the person is asked to slow down."""

READABLE = filters.TEXT | filters.CAPTION
COMMANDS = filters.Regex(
    r"^/(?:start(?:@\w+)?(?:\s+\S+)?|(?:topics|sources|country|help|about|disclaimer|privacy|mydata|forget)(?:@\w+)?)\s*$"
)
"""Commands and nothing else: words behind one are a question, which may report an emergency."""


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
        operator: Who runs the bot, for the privacy page; empty where they haven't said.
        keeps_missed: Whether questions that the bot can't answer are kept.
    """

    def __init__(
        self,
        assistant: Assistant,
        observer: Observer | None = None,
        *,
        operator: str = "",
        keeps_missed: bool = False,
    ) -> None:
        self._observer = observer
        self._operator = operator
        self._keeps_missed = keeps_missed
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
            CommandHandler(["help", "about", "disclaimer"], self.page, private),
            CommandHandler("privacy", self.privacy, private),
            CommandHandler("mydata", self.mydata, private),
            CommandHandler("forget", self.forget, private),
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
        await send(message, Rendered(shown.html, topics_keyboard(self.wording)), context.turn.pace)
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

    async def privacy(self, update: Update, context: Context) -> None:
        """/privacy: what is kept, and who runs the bot."""
        wording = self.wording
        operator = wording.operator.replace("{name}", self._operator) if self._operator else wording.no_operator
        missed = wording.keeps_missed if self._keeps_missed else wording.keeps_no_missed
        text = wording.pages.privacy.replace("{operator}", operator).replace("{missed}", missed)
        await self._show(self._assistant.own(text, _memory(context)), _message(update), context)

    async def mydata(self, update: Update, context: Context) -> None:
        """/mydata: all that is kept of the chat."""
        message = _message(update)
        try:
            text = shown_data(await context.turn.store.mydata(message.chat.id), self._assistant.knowledge)
        except StoreAwayError:
            text = self.wording.not_readable
        await self._show(self._assistant.own(text, _memory(context)), message, context)

    async def forget(self, update: Update, context: Context) -> None:
        """/forget: delete all that is kept of the chat."""
        message, turn, text = _message(update), context.turn, self.wording.forgotten
        try:
            await turn.store.forget(message.chat.id)
        except StoreAwayError:
            text = self.wording.not_forgotten
        else:
            turn.forgotten = True
        await self._show(self._assistant.own(text, _memory(context)), message, context)

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
        action = unpack(query.data or "")
        message = query.message
        # A button on a message too old for Telegram to show still has its chat.
        if action and action.verb in VOTES and self._knows(action) and message is not None:
            await self._voted(action, query, message, context)
            return
        await _notify(query)
        memory = _memory(context)
        reply = self._assistant.press(action, memory) if action else self._assistant.fixed(self.wording.gone)
        context.turn.counts += [Count(intent, "tap") for intent in reply.intents]
        if message is not None:
            await self._show(reply, message, context, page=action.page if action else 0)

    def _knows(self, action: Action) -> bool:
        """Return whether a button names entries, and nothing else: a tap can be forged, and a vote is kept."""
        return bool(action.values) and set(action.values) <= self._assistant.knowledge.entries.keys()

    async def _voted(
        self, action: Action, query: CallbackQuery, message: MaybeInaccessibleMessage, context: Context
    ) -> None:
        """Take a vote, and offer what came next in rank to one whom the answer didn't help."""
        turn, useful, wording = context.turn, action.verb == Verb.USEFUL, self.wording
        turn.vote = Vote(message.message_id, tuple(action.values), 1 if useful else -1)
        turn.then = lambda kept: _notify(query, wording.voted if kept else wording.not_voted)
        if not useful:
            answer = await turn.store.answer(message.chat.id, message.message_id)
            await self._show(
                self._assistant.another(answer.others if answer else (), _memory(context)), message, context
            )

    async def failed(self, update: object, context: Context) -> None:
        """An error in a handler. What Telegram couldn't take comes again; else the person is told its id."""
        error = context.error
        if isinstance(error, Forbidden):
            log.info("a person has blocked the bot, or it was removed from a group")
        elif not isinstance(update, Update) or update.effective_message is None:
            log.warning("trouble with an update that nobody waits for: %s", type(error).__name__)
        elif isinstance(error, NetworkError | RetryAfter) and not isinstance(error, BadRequest):
            context.turn.failure = error
        else:
            error_id = secrets.token_hex(4)
            said = error.message if isinstance(error, TelegramError) else "of ours"
            log.error("error %s: %s", error_id, said, exc_info=error)
            text = self.wording.error.replace("{error_id}", error_id)
            try:
                await self._show(self._assistant.fixed(text, _memory(context)), update.effective_message, context)
            except TelegramError:
                log.warning("error %s: the person could not be told", error_id)

    async def _reply(self, question: str, message: Message, context: Context) -> None:
        """Answer a question. One that was edited has its answer mended; an alert is sent anew, so that it is seen."""
        turn = context.turn
        replied_to = _replied_to(message)
        about = answered(replied_to.reply_markup) if replied_to else ""
        asked = turn.chat.message(question, turn.now, about)
        edited = message.edit_date is not None
        before = await turn.store.answer_to(message.chat.id, message.message_id) if edited else None
        if before or about:
            asked = asked.alone()
        began = time.perf_counter()
        # Not in a thread: two that want the interpreter at once cost more than the millisecond that this takes.
        reply = self._assistant.reply(asked)
        if self._observer:
            self._observer(message, reply, 1000 * (time.perf_counter() - began))
        for sign in reply.explanation.signs if reply.explanation else ():
            log.info("warning sign %s (%s%s) by %s", sign.flag, sign.level, "" if sign.sure else ", unsure", sign.rule)
        turn.counts += [Count(intent, reply.kind) for intent in reply.intents or ("",)]
        if self._keeps_missed and reply.kind == "fallback":
            turn.missed = redact(question)
        if turn.now - (message.edit_date or message.date).timestamp() > LATE:
            reply = self._assistant.delayed(reply)
        if before is None or reply.kind == "alert":
            # In a group the next message may be another person's.
            said = question if message.chat.type == TelegramChat.PRIVATE else ""
            await self._show(reply, message, context, said=said)
            return
        turn.chat.heard(reply, turn.now)
        try:
            await edit(message, before.answer_id, render(reply, self.wording, context.bot.username))
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
        turn = context.turn
        turn.pace.first = reply.kind == "alert"
        if turn.pace.waits == FLOOD and not turn.pace.first:
            await send(to, render(self._assistant.fixed(self.wording.slow_down), self.wording, ""), turn.pace)
        sent = await send(to, render(reply, self.wording, context.bot.username, page), turn.pace)
        if reply.joins and turn.chat.kept.latest:
            await delete(to, turn.chat.kept.latest)
        turn.chat.heard(reply, turn.now, said)
        turn.chat.sent(sent.message_id)
        turn.answer = Answer(sent.message_id, to.message_id, reply.intents, reply.others)


async def _notify(query: CallbackQuery, text: str = "") -> None:
    """Answer a tap, so that its button comes to rest."""
    try:
        await query.answer(text)
    except TelegramError as error:
        log.info("a tap has no notice: %s", error)


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


def _memory(context: Context) -> Memory:
    return context.turn.chat.memory(context.turn.now)


def _words(message: Message) -> str:
    return message.text or message.caption or ""
