"""Sends and edits messages, with patience for what Telegram may answer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram import Chat, InlineKeyboardMarkup, LinkPreviewOptions, MaybeInaccessibleMessage, Message, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import ChatMigrated, RetryAfter

from bot.telegram.render import Rendered

ATTEMPTS = 4
"""How often one message is tried, when Telegram asks to wait or says that the chat has moved."""

T = TypeVar("T")


async def send(to: MaybeInaccessibleMessage, shown: Rendered) -> Message:
    """Send a message to the chat (and topic) of another; in a group as a reply to it, to show whom it answers."""
    grouped = to.chat.type != Chat.PRIVATE
    reply_to = ReplyParameters(to.message_id, allow_sending_without_reply=True) if grouped else None
    thread = to.message_thread_id if isinstance(to, Message) and to.is_topic_message else None

    async def attempt(chat_id: int) -> Message:
        return await to.get_bot().send_message(
            chat_id,
            shown.html,
            parse_mode=ParseMode.HTML,
            reply_markup=shown.keyboard,
            reply_parameters=reply_to,
            message_thread_id=thread,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )

    return await _patiently(attempt, to.chat.id)


async def edit(question: Message, answer: int, shown: Rendered) -> None:
    """Change the answer to a question."""

    async def attempt(chat_id: int) -> object:
        return await question.get_bot().edit_message_text(
            shown.html,
            chat_id=chat_id,
            message_id=answer,
            parse_mode=ParseMode.HTML,
            reply_markup=shown.keyboard if isinstance(shown.keyboard, InlineKeyboardMarkup) else None,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )

    await _patiently(attempt, question.chat.id)


async def _patiently(attempt: Callable[[int], Awaitable[T]], chat_id: int) -> T:
    """Make a call; wait where Telegram asks for it, and follow a group that has become a supergroup."""
    for _ in range(ATTEMPTS - 1):
        try:
            return await attempt(chat_id)
        except RetryAfter as error:
            wait = error.retry_after
            await asyncio.sleep(wait if isinstance(wait, int) else wait.total_seconds())
        except ChatMigrated as error:
            chat_id = error.new_chat_id
    return await attempt(chat_id)
