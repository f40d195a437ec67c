"""Runs the bot on Telegram: builds it, connects it, lets updates in, and stops it in order."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web
from telegram import Bot, BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats, Update
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import ApplicationBuilder, ContextTypes

from bot.assistant import Assistant
from bot.pauses import Pause, growing
from bot.settings import Limits, Settings
from bot.store import Store
from bot.telegram.handlers import Conversation
from bot.telegram.intake import Intake
from bot.telegram.metrics import Metrics
from bot.telegram.monitor import monitor
from bot.telegram.polling import Polling
from bot.telegram.sending import Sending, asked_wait
from bot.telegram.transport import Transport
from bot.telegram.turn import App, Context, Turns
from bot.telegram.webhook import webhook
from knowledge.wording import Wording

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds between two attempts to reach Telegram at the start, at first and at last."""

CONNECTIONS = 40
"""Updates that Telegram may post to one address at once; of the messages of a chat it never posts two."""

SECOND_SIGNAL = 130
"""The exit status where the bot was told twice to stop, and did at once."""

BURST = 5
"""Messages that may go to all chats at once, after a rest."""

UPDATES = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY]
"""The kinds of updates that the bot asks Telegram for."""


class TokenRefusedError(Exception):
    """Telegram doesn't know the token."""


class WebhookRefusedError(Exception):
    """Telegram doesn't take the webhook's address."""


class PortTakenError(Exception):
    """A port that the bot is to listen on is in use."""


@dataclass
class Running:
    """A bot at work.

    Attributes:
        application: What its handlers run in.
        conversation: Its handlers.
        intake: What takes updates in.
        store: What it keeps.
        metrics: Its figures.
        ready: Whether updates are taken in.
    """

    application: App
    conversation: Conversation
    intake: Intake
    store: Store
    metrics: Metrics
    ready: bool = False

    @property
    def bot(self) -> Bot:
        """The bot."""
        return self.application.bot


@asynccontextmanager
async def running(
    conversation: Conversation, store: Store, token: str, url: str, *, limits: Limits, pause: Pause = asyncio.sleep
) -> AsyncIterator[Running]:
    """Have a bot for the length of the block. It takes no updates before `polled` or `posted` lets them in.

    Args:
        conversation: Its handlers.
        store: What it keeps.
        token: The bot's.
        url: The Bot API server.
        limits: How much it takes on.
        pause: Waits for so many seconds between attempts; a test's own needn't.
    """
    metrics = Metrics()
    metrics.watch("bot_store_away", "Whether the store doesn't answer", lambda: not store.state.answers)
    metrics.watch("bot_store_backlog", "Updates that wait to be kept", lambda: store.state.backlog)
    metrics.watch("bot_store_lost", "Updates that could not be kept since the start", lambda: store.state.lost)
    metrics.watch("bot_store_errors", "Errors of the store since the start", lambda: sum(store.state.errors.values()))

    async def reserve() -> float:
        return await store.reserve(per_second=limits.messages_per_second, burst=BURST)

    sending = Sending(reserve, limits.patience_seconds, wait=pause, count=metrics.telegram_error)
    application: App = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{url}/bot")
        .base_file_url(f"{url}/file/bot")
        .request(Transport(read_timeout=limits.answer_seconds))
        .get_updates_request(Transport(connections=1, read_timeout=limits.answer_seconds))
        .context_types(ContextTypes(context=Context, bot_data=Turns))
        .rate_limiter(sending)
        .updater(None)
        .build()
    )
    application.add_handlers(conversation.handlers())
    application.add_error_handler(conversation.failed)
    intake = Intake(
        application,
        store,
        chat_seconds=limits.chat_seconds,
        most=limits.most_waiting,
        metrics=metrics,
        pause=pause,
    )
    metrics.watch("bot_updates_waiting", "Updates that are on their way", lambda: len(intake))
    try:
        yield Running(application, conversation, intake, store, metrics)
    finally:
        await application.shutdown()
        await application.bot.shutdown()  # where it was never connected, the line above leaves it open


@asynccontextmanager
async def polled(bot: Running, limits: Limits, pause: Pause = asyncio.sleep) -> AsyncIterator[None]:
    """Let a bot fetch its updates for the length of the block; what is on its way in the end comes to an end.

    Raises:
        TokenRefusedError: Telegram doesn't know the token.
    """
    await _connect(bot, pause)
    await _reach(bot.bot.delete_webhook, pause)
    polling = Polling(bot.bot, bot.intake, UPDATES, pause)
    fetching = asyncio.create_task(polling.run())
    bot.ready = True
    try:
        yield
    finally:
        bot.ready = False
        fetching.cancel()
        with suppress(asyncio.CancelledError):
            await fetching
        await bot.intake.finish(limits.stop_seconds)
        await polling.confirm()


@asynccontextmanager
async def posted(bot: Running, settings: Settings, pause: Pause = asyncio.sleep) -> AsyncIterator[None]:
    """Let Telegram post a bot's updates for the length of the block; what is on its way in the end comes to an end.

    Raises:
        PortTakenError: The port is in use.
        TokenRefusedError: Telegram doesn't know the token.
        WebhookRefusedError: Telegram doesn't take the webhook's address.
    """
    await _connect(bot, pause)
    secret = settings.webhook_secret.get_secret_value()
    app = webhook(urlsplit(settings.webhook_url).path or "/", secret, bot.bot, bot.intake)
    try:
        async with listening(app, settings.webhook_host, settings.webhook_port, "WEBHOOK_PORT", settings.stop_seconds):
            try:
                await _reach(
                    lambda: bot.bot.set_webhook(
                        settings.webhook_url, secret_token=secret, allowed_updates=UPDATES, max_connections=CONNECTIONS
                    ),
                    pause,
                )
            except BadRequest as error:
                raise WebhookRefusedError(f"Telegram doesn't take WEBHOOK_URL: {error.message}") from None
            bot.ready = True
            try:
                yield
            finally:
                bot.ready = False
    finally:
        await bot.intake.finish(0)  # requests have had their time; this is for those whose sender hung up


@asynccontextmanager
async def listening(app: web.Application, host: str, port: int, setting: str, seconds: float) -> AsyncIterator[None]:
    """Serve a web application for the length of the block.

    Args:
        app: The application.
        host: Its address.
        port: Its port.
        setting: What names the port, for the error.
        seconds: How long requests that are on their way in the end may take.

    Raises:
        PortTakenError: The port is in use.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=seconds)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise PortTakenError(f"port {port} can't be used ({error.strerror}): name another in {setting}") from None
        yield
    finally:
        await runner.cleanup()


async def _connect(bot: Running, pause: Pause) -> None:
    await _reach(bot.application.initialize, pause)
    await introduce(bot.bot, bot.conversation.wording)


async def _reach(call: Callable[[], Awaitable[object]], pause: Pause) -> None:
    """Make a call that the bot can't begin without, however long Telegram's bad day lasts."""
    pauses = growing(FIRST_PAUSE, LONGEST_PAUSE)
    while True:
        try:
            await call()
        except InvalidToken:
            raise TokenRefusedError(
                "Telegram doesn't know this token (401): copy TELEGRAM_TOKEN again from @BotFather"
            ) from None
        except BadRequest:
            raise
        except (NetworkError, RetryAfter) as error:
            seconds = asked_wait(error) or next(pauses)
            log.warning("can't reach Telegram (%s); trying again in %.0f s", error, seconds)
            await pause(seconds)
        else:
            return


async def introduce(bot: Bot, wording: Wording) -> None:
    """Tell Telegram the bot's commands and descriptions. The bot goes on without, where Telegram has no time for it."""
    try:
        for in_groups, scope in ((False, BotCommandScopeAllPrivateChats()), (True, BotCommandScopeAllGroupChats())):
            commands = [BotCommand(c.command, c.description) for c in wording.commands if c.in_groups is in_groups]
            await bot.set_my_commands(commands, scope)
        await bot.set_my_description(wording.description)
        await bot.set_my_short_description(wording.short_description)
    except TelegramError as error:
        log.warning("the commands and descriptions could not be set: %s", error)


async def run_service(assistant: Assistant, settings: Settings, pause: Pause = asyncio.sleep) -> None:
    """Run the bot on Telegram until the process is told to stop.

    Args:
        assistant: What answers.
        settings: The operator's.
        pause: Waits for so many seconds between attempts; a test's own needn't wait so long.

    Raises:
        DatabaseUrlError: The store's address can't be used.
        TokenRefusedError: Telegram doesn't know the token.
        WebhookRefusedError: Telegram doesn't take the webhook's address.
        PortTakenError: A port is in use.
    """
    stop = asyncio.create_task(told_to_stop().wait())
    serving = asyncio.create_task(_serve(assistant, settings, pause))
    await asyncio.wait({stop, serving}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if serving.cancel():
        log.info("stopping: what is on its way has %.0f s", settings.stop_seconds)
    with suppress(asyncio.CancelledError):
        await serving


async def _serve(assistant: Assistant, settings: Settings, pause: Pause) -> None:
    """Run the bot on Telegram until cancelled."""
    conversation = Conversation(assistant, operator=settings.operator, keeps_missed=settings.keep_missed)
    async with AsyncExitStack() as stack:
        store = await Store.open(settings.database_url.get_secret_value())
        stack.push_async_callback(store.close)
        token = settings.telegram_token.get_secret_value()
        bot = await stack.enter_async_context(
            running(conversation, store, token, settings.telegram_url, limits=settings, pause=pause)
        )
        if settings.monitor_port:
            watched = monitor(bot.metrics, lambda: store.state, lambda: bot.ready)
            await stack.enter_async_context(
                listening(watched, settings.monitor_host, settings.monitor_port, "MONITOR_PORT", 1.0)
            )
        updates = posted(bot, settings, pause) if settings.webhook_url else polled(bot, settings, pause)
        await stack.enter_async_context(updates)
        log.info("answering as @%s", bot.bot.username)
        await asyncio.Event().wait()


def told_to_stop() -> asyncio.Event:
    """Return what is set when the process is told to stop. Told a second time, it ends at once."""
    stop = asyncio.Event()

    def told() -> None:
        if stop.is_set():
            os._exit(SECOND_SIGNAL)
        stop.set()

    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, told)
    return stop
