"""What the bot costs as a service, beside plain python-telegram-bot (PTB), as ratios of one run.

    python -m tests.bench.service [handling|webhook|chats|memory]

Needs the extra `bench`. Without a name all four run, each in a process of its own. Telegram is the smallest server
that can stand for it, in a process of its own: it takes every call at once. The assistant is the real one, with the
knowledge and without the extra `semantic`; people write the messages of `knowledge/messages`.

- handling: updates that are there already, many chats beside each other, up to where the answer was sent and kept: a
  bot of PTB that sends each text back, one that renders and sends the assistant's answers, and ours, with a store that
  only remembers and with SQLite; each with an assistant that knows its answers (what is left is the handling alone),
  and with one that thinks. All make their calls on our transport.
- webhook: from Telegram's posting an update to the answer's arrival: the bot with SQLite on its own webhook, and the
  same assistant and rendering on PTB's webhook and PTB's own transport, with nothing kept; both kinds of assistant.
- chats: the handling with SQLite, where the same number of messages comes from 1, 100 and 10,000 chats.
- memory: what the process holds (resident, Linux alone) after 1,000, 10,000 and 100,000 messages of 20,000 chats.
"""

import asyncio
import gc
import itertools
import json
import os
import re
import socket
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import click
from aiohttp import ClientSession, web
from telegram import Bot, Update
from telegram.constants import ParseMode
from telegram.ext import Application, ApplicationBuilder, CallbackContext, MessageHandler, filters

from bot.alerts.fitted import fitted_reader
from bot.assistant import Assistant
from bot.chat import Kept
from bot.matching.fitted import fitted_matcher
from bot.reply import Message, Reply
from bot.settings import Limits, Settings
from bot.store import Done, Store
from bot.telegram.handlers import Conversation
from bot.telegram.render import render
from bot.telegram.service import CONNECTIONS, Running, posted, running
from bot.telegram.transport import JSON, Transport
from bot.telegram.webhook import SECRET_HEADER
from knowledge.load import load

ROUNDS = 5
MESSAGES = 1000
"""In each round."""
CHATS = 10_000

TOKEN = "1:bench"
SECRET = "bench"
ME = {"id": 1, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}

SPAWN = get_context("spawn")

Handle = Callable[[Update], Awaitable[object]]
PlainContext = CallbackContext[Any, Any, Any, Any]
Plain = Application[Any, Any, Any, Any, Any, Any]


class Cost(NamedTuple):
    """What messages have cost: how many were answered in a second, and the milliseconds of the processor for each."""

    rate: float
    busy_ms: float


# Telegram's process


@dataclass(frozen=True)
class Posting:
    """What Telegram is to post: messages numbered from `first`, each from the next of the chats in turn."""

    url: str
    first: int
    texts: list[str]


class Posted(NamedTuple):
    """What came of it: answers in a second, and milliseconds from each update's posting to its answer."""

    rate: float
    waits_ms: list[float]


class Telegram:
    """Takes the bot's calls, and posts updates with no two of a chat at once."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._awaited: dict[int, asyncio.Future[None]] = {}

    async def call(self, request: web.Request) -> web.Response:
        """Take a call of the Bot API."""
        method, result = request.match_info["method"], "true"
        if method == "getMe":
            result = json.dumps(ME)
        elif method == "sendMessage":
            asked = await (request.json() if request.content_type == JSON else request.post())
            chat = int(str(asked["chat_id"]))
            if chat in self._awaited:
                self._awaited.pop(chat).set_result(None)
            result = (
                f'{{"message_id":{next(self._numbers)},"date":{int(time.time())},'
                f'"chat":{{"id":{chat},"type":"private"}},"text":"answered"}}'
            )
        return web.Response(text=f'{{"ok":true,"result":{result}}}', content_type=JSON)

    async def post(self, posting: Posting) -> Posted:
        """Post updates, as many at once as Telegram does; each is at its end when the answer has come."""
        waits: list[float] = []
        updates = (update_of(number, text) for number, text in enumerate(posting.texts, posting.first))

        async def one_by_one(session: ClientSession) -> None:
            for update in updates:
                answered = self._awaited[update["message"]["chat"]["id"]] = asyncio.get_running_loop().create_future()
                begun = time.perf_counter()
                async with session.post(posting.url, json=update) as response:
                    assert response.status == 200, response.status
                await answered
                waits.append(1000 * (time.perf_counter() - begun))

        async with ClientSession(headers={SECRET_HEADER: SECRET}) as session:
            begun = time.perf_counter()
            await asyncio.gather(*(one_by_one(session) for _ in range(CONNECTIONS)))
            return Posted(len(waits) / (time.perf_counter() - begun), waits)

    async def serve(self, told: Connection) -> None:
        """Say where it is; then post what it is told to, and say what came of it, until told nothing."""
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self.call)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        port = free_port()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        told.send(f"http://127.0.0.1:{port}")
        while posting := await asyncio.to_thread(told.recv):
            told.send(await self.post(posting))
        await runner.cleanup()


def run_telegram(told: Connection) -> None:
    """Run Telegram's process."""
    asyncio.run(Telegram().serve(told))


@asynccontextmanager
async def telegram() -> AsyncIterator[tuple[str, Connection]]:
    """Run Telegram for the length of the block: its address, and the way to tell it what to post."""
    ours, its = SPAWN.Pipe()
    process = SPAWN.Process(target=run_telegram, args=(its,))
    process.start()
    try:
        yield await asyncio.to_thread(ours.recv), ours
    finally:
        ours.send(None)
        await asyncio.to_thread(process.join)


def free_port() -> int:
    """Return a port that is free."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def update_of(number: int, text: str, chats: int = CHATS) -> dict[str, Any]:
    """Return an update as Telegram sends it."""
    chat = 1000 + number % chats
    message = {
        "message_id": number,
        "date": int(time.time()),
        "chat": {"id": chat, "type": "private", "first_name": "Anna"},
        "from": {"id": chat, "is_bot": False, "first_name": "Anna", "language_code": "en"},
        "text": text,
    }
    return {"update_id": number, "message": message}


# The bots


class MemoryStore(Store):
    """A store that only remembers: what is left of a store without a database."""

    def __init__(self) -> None:
        super().__init__("sqlite:///never-opened.db", 0.0, time.time, asyncio.sleep, 0.0)
        self._seen: set[int] = set()
        self._kept: dict[int, Kept] = {}

    async def begin(self, update_id: int, chat_id: int) -> Kept | None:
        return None if update_id in self._seen else self._kept.get(chat_id, Kept())

    async def finish(self, done: Done) -> bool:
        self._seen.add(done.update_id)
        if done.kept:
            self._kept[done.chat_id] = done.kept
        return True

    async def reserve(self, *, per_second: float, burst: int = 1) -> float:
        return 0.0


def real_assistant() -> Assistant:
    """Return the assistant as it runs without the extra `semantic`."""
    knowledge = load()
    return Assistant(knowledge, fitted_matcher(knowledge), fitted_reader(knowledge))


class Prepared(Assistant):
    """An assistant that has thought before: it knows its reply to each of some texts."""

    def __init__(self, assistant: Assistant, texts: Iterable[str]) -> None:
        self.knowledge = assistant.knowledge
        self._replies = {text: assistant.reply(Message(text)) for text in texts}

    def reply(self, message: Message) -> Reply:
        return self._replies[message.text]


def written() -> list[str]:
    """Return what people write."""
    return [message.text.strip() for table in load().messages.values() for message in table.messages]


@asynccontextmanager
async def sqlite() -> AsyncIterator[Store]:
    """Keep things in a SQLite file for the length of the block."""
    with TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite:///{folder}/store.db")
        try:
            yield store
        finally:
            await store.close()


@asynccontextmanager
async def ours(assistant: Assistant, store: Store, url: str) -> AsyncIterator[Running]:
    """Run the bot for the length of the block."""
    # The pace that Telegram asks for would be all that is measured: it is set beyond what an operator may set.
    limits = Limits.model_construct(messages_per_second=1e6, chat_seconds=0.0)
    async with running(Conversation(assistant), store, TOKEN, url, limits=limits) as bot:
        await bot.application.initialize()
        yield bot


def answering(assistant: Assistant) -> MessageHandler[PlainContext, None]:
    """Return a handler of PTB that renders and sends the assistant's answers."""
    wording = assistant.knowledge.wording

    async def answer(update: Update, context: PlainContext) -> None:
        message = update.effective_message
        assert message
        assert message.text
        shown = render(assistant.reply(Message(message.text)), wording, context.bot.username)
        await message.reply_text(shown.html, parse_mode=ParseMode.HTML, reply_markup=shown.keyboard)

    return MessageHandler(filters.TEXT, answer)


async def say_again(update: Update, _context: PlainContext) -> None:
    """Send a text back."""
    message = update.effective_message
    assert message
    assert message.text
    await message.reply_text(message.text)


@asynccontextmanager
async def plain(handler: MessageHandler[PlainContext, None], url: str) -> AsyncIterator[Plain]:
    """Run a bot of PTB on our transport for the length of the block."""
    builder = ApplicationBuilder().token(TOKEN).base_url(f"{url}/bot").updater(None)
    application: Plain = builder.request(Transport()).get_updates_request(Transport(connections=1)).build()
    application.add_handler(handler)
    async with application:
        yield application


@asynccontextmanager
async def ptb(assistant: Assistant, url: str) -> AsyncIterator[str]:
    """Run a bot of PTB on its own webhook and transport for the length of the block; yield where it listens."""
    builder = ApplicationBuilder().token(TOKEN).base_url(f"{url}/bot").concurrent_updates(CONNECTIONS)
    application: Plain = builder.build()
    application.add_handler(answering(assistant))
    port = free_port()
    address = f"http://127.0.0.1:{port}/updates"
    async with application:
        await application.start()
        assert application.updater
        await application.updater.start_webhook("127.0.0.1", port, "updates", webhook_url=address, secret_token=SECRET)
        yield address
        await application.updater.stop()
        await application.stop()


@asynccontextmanager
async def hooked(assistant: Assistant, url: str) -> AsyncIterator[str]:
    """Run the bot with SQLite on its own webhook for the length of the block; yield where it listens."""
    port = free_port()
    address = f"http://127.0.0.1:{port}/updates"
    settings = Settings(
        _env_file=None, webhook_url=address, webhook_secret=SECRET, webhook_host="127.0.0.1", webhook_port=port
    )
    async with sqlite() as store, ours(assistant, store, url) as bot, posted(bot, settings):
        yield address


# The benchmarks


async def cost(handle: Handle, updates: Iterator[Update]) -> Cost:
    """Return what it costs to handle updates, as many at once as Telegram posts."""
    handled = 0

    async def one_by_one() -> None:
        nonlocal handled
        for update in updates:
            await handle(update)
            handled += 1

    begun, busy = time.perf_counter(), time.process_time()
    await asyncio.gather(*(one_by_one() for _ in range(CONNECTIONS)))
    return Cost(handled / (time.perf_counter() - begun), 1000 * (time.process_time() - busy) / handled)


def taking(bot: Running) -> Handle:
    """Return what hands an update to the bot's intake."""
    return lambda update: bot.intake.take(update, comes_again=False)


def median(costs: list[Cost]) -> Cost:
    """Return the median of each figure."""
    return Cost(*(statistics.median(column) for column in zip(*costs, strict=True)))


async def handling() -> None:
    """Compare the handling of updates with a bare bot's."""
    thinks, texts, numbers = real_assistant(), written(), itertools.count(1)
    knows, endless = Prepared(thinks, texts), itertools.cycle(texts)
    gc.freeze()  # as `run` does
    ways: dict[str, tuple[Handle, Bot]] = {}
    async with AsyncExitStack() as stack:
        url, _told = await stack.enter_async_context(telegram())
        bots = {
            "PTB, echo": MessageHandler(filters.TEXT, say_again),
            "PTB, answers known": answering(knows),
            "PTB": answering(thinks),
        }
        for name, handler in bots.items():
            application = await stack.enter_async_context(plain(handler, url))
            ways[name] = application.process_update, application.bot
        for kind, assistant in (", answers known", knows), ("", thinks):
            for where, store in (
                ("memory", MemoryStore()),
                ("SQLite", await stack.enter_async_context(sqlite())),
            ):
                bot = await stack.enter_async_context(ours(assistant, store, url))
                ways[f"ours, {where}{kind}"] = taking(bot), bot.bot
        costs: dict[str, list[Cost]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, (handle, itself) in ways.items():
                own = [Update.de_json(update_of(next(numbers), next(endless)), itself) for _ in range(MESSAGES)]
                costs[name].append(await cost(handle, iter(own)))
    medians = {name: median(one) for name, one in costs.items()}
    base = medians["PTB, echo"].rate
    click.echo(f"{'handling':28} updates a second   ms of the processor   of the echo's rate")
    for name, one in medians.items():
        click.echo(f"{name:28} {one.rate:16.0f} {one.busy_ms:21.2f} {one.rate / base:20.2f}")


async def webhook() -> None:
    """Compare the way from a posted update to its answer with PTB's own."""
    thinks, texts, numbers = real_assistant(), written(), itertools.count(1, MESSAGES)
    knows, endless = Prepared(thinks, texts), itertools.cycle(texts)
    gc.freeze()  # as `run` does
    base, own = "PTB's webhook and httpx{}", "ours, SQLite{}"
    addresses: dict[str, str] = {}
    async with AsyncExitStack() as stack:
        url, told = await stack.enter_async_context(telegram())
        for kind, assistant in (", answers known", knows), ("", thinks):
            addresses[base.format(kind)] = await stack.enter_async_context(ptb(assistant, url))
            addresses[own.format(kind)] = await stack.enter_async_context(hooked(assistant, url))
        rounds: dict[str, list[Posted]] = {name: [] for name in addresses}
        for _ in range(ROUNDS):
            for name, address in addresses.items():
                told.send(Posting(address, next(numbers), list(itertools.islice(endless, MESSAGES))))
                rounds[name].append(await asyncio.to_thread(told.recv))
    click.echo(f"{'webhook':38} answers a second   ms to an answer: median   95 of 100   of PTB's rate")
    rates = {name: statistics.median(one.rate for one in of_name) for name, of_name in rounds.items()}
    for kind in ", answers known", "":
        for name in base.format(kind), own.format(kind):
            waits = statistics.quantiles(itertools.chain.from_iterable(one.waits_ms for one in rounds[name]), n=20)
            share = rates[name] / rates[base.format(kind)]
            click.echo(f"{name:38} {rates[name]:16.0f} {waits[9]:25.0f} {waits[18]:11.0f} {share:15.2f}")


async def chats() -> None:
    """Show how the handling grows with the number of chats."""
    assistant, texts, numbers = real_assistant(), itertools.cycle(written()), itertools.count(1)
    gc.freeze()  # as `run` does
    costs: dict[int, list[Cost]] = {1: [], 100: [], CHATS: []}
    async with telegram() as (url, _told), sqlite() as store, ours(assistant, store, url) as bot:
        for _ in range(ROUNDS):
            for number, of_number in costs.items():
                own = (
                    Update.de_json(update_of(next(numbers), text, number), bot.bot)
                    for text in itertools.islice(texts, MESSAGES)
                )
                of_number.append(await cost(taking(bot), own))
    medians = {number: median(of_number) for number, of_number in costs.items()}
    click.echo(f"{'chats':>6} updates a second   ms of the processor   of the rate with 100")
    for number, one in medians.items():
        click.echo(f"{number:6} {one.rate:16.0f} {one.busy_ms:21.2f} {one.rate / medians[100].rate:22.2f}")


async def memory() -> None:
    """Show what the process holds after more and more messages."""
    assistant, texts = real_assistant(), itertools.cycle(written())
    gc.freeze()  # as `run` does
    click.echo("messages   MB held")
    async with telegram() as (url, _told), sqlite() as store, ours(assistant, store, url) as bot:
        for begun, until in itertools.pairwise((0, 1_000, 10_000, 100_000)):
            own = (
                Update.de_json(update_of(number, text, 2 * CHATS), bot.bot)
                for number, text in zip(range(begun, until), texts, strict=False)
            )
            await cost(taking(bot), own)
            click.echo(f"{until:8} {resident_mb():9.0f}")


def resident_mb() -> float:
    """Return the megabytes that this process holds in memory."""
    held = re.search(r"VmRSS:\s*(\d+)", Path(f"/proc/{os.getpid()}/status").read_text())
    assert held
    return int(held[1]) / 1024


BENCHMARKS = {"handling": handling, "webhook": webhook, "chats": chats, "memory": memory}


def run(name: str) -> None:
    """Run one benchmark."""
    asyncio.run(BENCHMARKS[name]())


@click.command(help=__doc__)
@click.argument("name", type=click.Choice(list(BENCHMARKS)), required=False)
def main(name: str | None) -> None:
    """Run one benchmark, or all, each in a process of its own."""
    for one in [name] if name else BENCHMARKS:
        process = SPAWN.Process(target=run, args=(one,))
        process.start()
        process.join()


if __name__ == "__main__":
    main()
