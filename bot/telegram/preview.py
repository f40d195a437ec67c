"""Runs the bot on the Telegram of this machine, with a look inside and an ear for saved knowledge files."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from telegram import Bot, Message

from bot.assistant import Assistant
from bot.local_telegram import Bulletin, Inside, LocalTelegram, Row, Section
from bot.reply import Explanation, Reply
from bot.settings import Limits
from bot.store import Store
from bot.telegram.handlers import Conversation
from bot.telegram.service import PortTakenError, introduce, polled, running, told_to_stop
from knowledge.load import KnowledgeError

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""Between two looks at the knowledge files."""

Stamps = dict[Path, tuple[int, int]]
"""When each file was last saved, in nanoseconds, and its size in bytes."""

Anew = Callable[[], Assistant]
"""Reads the knowledge anew; raises KnowledgeError where it can't be used."""


async def run_preview(assistant: Assistant, port: int, ready: Callable[[str], object], anew: Anew) -> None:
    """Run the bot against a Telegram on this machine, with its chat page, until the process is told to stop.

    Args:
        assistant: What answers.
        port: The page's port.
        ready: Called with the page's address once the bot answers there.
        anew: Called, in a thread, whenever a knowledge file was saved.

    Raises:
        PortTakenError: The port is in use.
    """
    stop = told_to_stop()
    telegram = LocalTelegram(port=port, page=True, name=assistant.knowledge.wording.name)
    conversation = Conversation(assistant, look_inside(telegram))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(_served(telegram, port))
        bot = await stack.enter_async_context(on(telegram, conversation, Limits()))

        async def replace(new: Assistant) -> None:
            conversation.answer_with(new)
            await introduce(bot, conversation.wording)

        editing = asyncio.create_task(follow(assistant.knowledge.folder, anew, replace, telegram.announces))
        try:
            ready(telegram.url)
            await stop.wait()
        finally:
            editing.cancel()
            with suppress(asyncio.CancelledError):
                await editing


@asynccontextmanager
async def on(telegram: LocalTelegram, conversation: Conversation, limits: Limits) -> AsyncIterator[Bot]:
    """Run a bot on the Telegram of this machine for the length of the block; what it keeps is gone in the end."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="back-spasm-bot-"))
        store = await Store.open(f"sqlite:///{folder}/store.db")
        stack.push_async_callback(store.close)
        running_bot = await stack.enter_async_context(
            running(conversation, store, telegram.token, telegram.url, limits=limits)
        )
        await stack.enter_async_context(polled(running_bot, limits))
        yield running_bot.bot


@asynccontextmanager
async def _served(telegram: LocalTelegram, port: int) -> AsyncIterator[None]:
    try:
        await telegram.start()
    except OSError as error:
        raise PortTakenError(f"port {port} can't be used ({error.strerror}): name another with --port") from None
    try:
        yield
    finally:
        await telegram.stop()


def look_inside(telegram: LocalTelegram) -> Callable[[Message, Reply, float], None]:
    """Return an observer that shows each reply's explanation beside its chat."""

    def observe(message: Message, reply: Reply, milliseconds: float) -> None:
        telegram.shows_inside(message.chat.id, Inside(message.message_id, milliseconds, tuple(_sections(reply))))

    return observe


def _sections(reply: Reply) -> list[Section]:
    explanation = reply.explanation or Explanation(decision="the message is no question, but words of the bot's own")
    signs = [
        Row(f"{sign.flag}, {sign.level}{'' if sign.sure else ', unsure'}", f"“{sign.words}” by the rule {sign.rule}")
        for sign in explanation.signs
    ]
    return [
        Section("Reply", (Row(reply.kind, explanation.decision),)),
        Section("Warning signs", tuple(signs) or (Row("none"),)),
        Section("Most probable", tuple(Row(intent, share=share) for intent, share in explanation.ranking)),
        Section(
            "Nearest phrasings",
            tuple(Row(text, intent or "off topic", min(share, 1.0)) for share, text, intent in explanation.nearest),
        ),
    ]


async def follow(
    folder: Path,
    anew: Anew,
    replace: Callable[[Assistant], Awaitable[None]],
    announce: Callable[[Bulletin], object],
    pause: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(LOOK_SECONDS),
) -> None:
    """Have the knowledge read anew whenever a file of it was saved, for good.

    Args:
        folder: The knowledge.
        anew: Reads it, in a thread.
        replace: Called with what answers from now on.
        announce: Told what became of it.
        pause: Waited for between two looks at the files.
    """
    known = stamps(folder)
    while True:
        await pause()
        found = stamps(folder)
        if found == known:
            continue
        known = found
        announce(Bulletin("A knowledge file was saved: checking and fitting it …", "busy"))
        try:
            assistant = await asyncio.to_thread(anew)
        except KnowledgeError as error:
            announce(Bulletin(_first(error), "bad"))
        except Exception:
            log.exception("the saved knowledge could not be taken up")
            announce(Bulletin("The saved knowledge could not be taken up: the preview's log says why.", "bad"))
        else:
            await replace(assistant)
            announce(Bulletin("The saved knowledge answers now."))


def stamps(folder: Path) -> Stamps:
    """Return the state of each knowledge file, by which a saved one is noticed."""
    found: Stamps = {}
    for file in sorted([*folder.rglob("*.yaml"), *folder.rglob("*.tsv")]):
        with suppress(FileNotFoundError):  # editors put a file aside while they save it
            stat = file.stat()
            found[file] = (stat.st_mtime_ns, stat.st_size)
    return found


def _first(error: KnowledgeError) -> str:
    more = len(error.findings) - 1
    hint = f"\n{more} more: back-spasm-bot knowledge check." if more else ""
    return f"{error.findings[0]}\nUntil it is mended the knowledge from before answers.{hint}"
