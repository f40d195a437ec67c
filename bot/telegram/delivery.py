"""Sends, edits and deletes messages."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

from telegram import Chat, InlineKeyboardMarkup, LinkPreviewOptions, MaybeInaccessibleMessage, Message, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import ChatMigrated, TelegramError
from telegram.ext import ExtBot

from bot.telegram.render import Rendered
from bot.telegram.sending import Pace

log = logging.getLogger(__name__)

T = TypeVar("T")

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


async def send(to: MaybeInaccessibleMessage, shown: Rendered, pace: Pace) -> Message:
    """Send a message to the chat (and topic) of another; in a group as a reply to it, to show whom it answers."""
    grouped = to.chat.type != Chat.PRIVATE
    reply_to = ReplyParameters(to.message_id, allow_sending_without_reply=True) if grouped else None
    thread = to.message_thread_id if isinstance(to, Message) and to.is_topic_message else None
    bot = cast("ExtBot[Pace]", to.get_bot())  # messages know their bot as a plain one

    async def attempt(chat_id: int) -> Message:
        return await bot.send_message(
            chat_id,
            shown.html,
            parse_mode=ParseMode.HTML,
            reply_markup=shown.keyboard,
            reply_parameters=reply_to,
            message_thread_id=thread,
            link_preview_options=_NO_PREVIEW,
            rate_limit_args=pace,
        )

    return await _followed(attempt, to.chat.id)


async def edit(question: Message, answer: int, shown: Rendered) -> None:
    """Change the answer to a question."""

    async def attempt(chat_id: int) -> object:
        return await question.get_bot().edit_message_text(
            shown.html,
            chat_id=chat_id,
            message_id=answer,
            parse_mode=ParseMode.HTML,
            reply_markup=shown.keyboard if isinstance(shown.keyboard, InlineKeyboardMarkup) else None,
            link_preview_options=_NO_PREVIEW,
        )

    await _followed(attempt, question.chat.id)


async def delete(chat_of: MaybeInaccessibleMessage, reply: int) -> None:
    """Delete a reply of ours that another one has replaced. It stays where Telegram doesn't let it be deleted."""
    try:
        await chat_of.get_bot().delete_message(chat_of.chat.id, reply)
    except TelegramError as error:
        log.info("a reply that was replaced could not be deleted: %s", error)


async def _followed(attempt: Callable[[int], Awaitable[T]], chat_id: int) -> T:
    """Make a call, and follow a group that has become a supergroup."""
    try:
        return await attempt(chat_id)
    except ChatMigrated as error:
        return await attempt(error.new_chat_id)
