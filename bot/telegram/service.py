"""Runs the bot on Telegram."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from telegram import Bot, BotCommand, Update
from telegram.error import InvalidToken, NetworkError, TelegramError
from telegram.ext import Application, ApplicationBuilder, ContextTypes, ExtBot

from bot.assistant import Assistant
from bot.settings import Settings
from bot.telegram.handlers import ChatData, Context, Conversation
from bot.telegram.transport import Transport
from knowledge.wording import Wording

log = logging.getLogger(__name__)

App = Application[ExtBot[None], Context, dict[Any, Any], ChatData, dict[Any, Any], Any]

LONGEST_WAIT = 60
"""Seconds between two attempts to reach Telegram at the start."""

UPDATES = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY]
"""The kinds of updates that the bot asks Telegram for."""


class TokenRefusedError(Exception):
    """Telegram doesn't know the token."""


def build(conversation: Conversation, token: str, url: str) -> App:
    """Return the application, with its handlers, for the Bot API at `url`."""
    application = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{url}/bot")
        .base_file_url(f"{url}/file/bot")
        .request(Transport())
        .get_updates_request(Transport(connections=1))
        .context_types(ContextTypes(chat_data=ChatData))
        .build()
    )
    application.add_handlers(conversation.handlers())
    application.add_error_handler(conversation.failed)
    return application


def polling(assistant: Assistant, token: str, url: str) -> AbstractAsyncContextManager[App]:
    """Run the bot, by polling, for the length of the block.

    Raises:
        TokenRefusedError: Telegram doesn't know the token.
    """
    return conversing(Conversation(assistant), token, url)


@asynccontextmanager
async def conversing(conversation: Conversation, token: str, url: str) -> AsyncIterator[App]:
    """Run a conversation's handlers, by polling, for the length of the block.

    Raises:
        TokenRefusedError: Telegram doesn't know the token.
    """
    application = build(conversation, token, url)
    try:
        await _connect(application)
        await introduce(application.bot, conversation.wording)
        await application.start()
        updater = application.updater
        assert updater is not None  # noqa: S101 - the builder makes one unless told otherwise
        await updater.start_polling(allowed_updates=UPDATES)
        try:
            yield application
        finally:
            await updater.stop()
            await application.stop()
    finally:
        await application.shutdown()
        await application.bot.shutdown()  # where it was never connected, the line above leaves it open


async def _connect(application: App) -> None:
    """Reach Telegram for the first time, however long its bad day lasts."""
    wait = 1
    while True:
        try:
            await application.initialize()
        except InvalidToken:
            raise TokenRefusedError(
                "Telegram doesn't know this token (401): copy TELEGRAM_TOKEN again from @BotFather"
            ) from None
        except NetworkError as error:
            log.warning("can't reach Telegram (%s); trying again in %d s", error, wait)
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)
        else:
            return


async def introduce(bot: Bot, wording: Wording) -> None:
    """Tell Telegram the bot's commands and descriptions. The bot goes on without, where Telegram has no time for it."""
    try:
        await bot.set_my_commands([BotCommand(c.command, c.description) for c in wording.commands])
        await bot.set_my_description(wording.description)
        await bot.set_my_short_description(wording.short_description)
    except TelegramError as error:
        log.warning("the commands and descriptions could not be set: %s", error)


async def run_polling(assistant: Assistant, settings: Settings) -> None:
    """Run the bot on Telegram until the process is told to stop."""
    async with polling(assistant, settings.telegram_token.get_secret_value(), settings.telegram_url) as application:
        log.info("answering as @%s", application.bot.username)
        await stopped()


async def stopped() -> None:
    """Return when the process is told to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    await stop.wait()
