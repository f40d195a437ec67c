"""What a call to Telegram costs on python-telegram-bot's own transport, and on ours.

    python -m tests.bench.transport

Both send the same messages to the local Telegram, which runs in a process of its own, in turns of some seconds. The
processor's time is the bot's alone.
"""

import asyncio
import statistics
import time
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event

import click
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.request import BaseRequest, HTTPXRequest

from bot.local_telegram import LocalTelegram
from bot.telegram.transport import Transport

ROUNDS = 5
CALLS = 1000
"""In each round."""
AT_ONCE = 32

TEXT = "<b>Ice or heat</b>\n" + "Either can ease a spasm; use what feels better. " * 10
BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton(f"Question {i}", callback_data=f"e:{i}")] for i in range(4)])


async def serve(ready: Connection, done: Event) -> None:
    """Run a local Telegram until told to stop; send its address, the bot's token, and a chat."""
    async with LocalTelegram() as telegram:
        person = telegram.person("Anna")
        await person.starts()
        ready.send((telegram.url, telegram.token, person.id))
        await asyncio.to_thread(done.wait)


def run_server(ready: Connection, done: Event) -> None:
    """Run the server's process."""
    asyncio.run(serve(ready, done))


async def measure(request: BaseRequest, url: str, token: str, chat: int) -> tuple[float, float]:
    """Return calls a second, and milliseconds of the processor's time for each."""
    bot = Bot(token, base_url=f"{url}/bot", request=request, get_updates_request=Transport())

    async def send(number: int) -> None:
        for _ in range(number):
            await bot.send_message(chat, TEXT, parse_mode="HTML", reply_markup=BUTTONS)

    async with request:
        await asyncio.gather(*(send(1) for _ in range(AT_ONCE)))
        begun, busy = time.perf_counter(), time.process_time()
        await asyncio.gather(*(send(CALLS // AT_ONCE) for _ in range(AT_ONCE)))
        calls = CALLS // AT_ONCE * AT_ONCE
        return calls / (time.perf_counter() - begun), 1000 * (time.process_time() - busy) / calls


async def compare(url: str, token: str, chat: int) -> None:
    """Print the medians of both, and their ratio."""
    theirs, ours = [], []
    for _ in range(ROUNDS):
        theirs.append(await measure(HTTPXRequest(), url, token, chat))
        ours.append(await measure(Transport(), url, token, chat))
    (their_rate, their_cost), (our_rate, our_cost) = (
        [statistics.median(column) for column in zip(*rounds, strict=True)] for rounds in (theirs, ours)
    )
    click.echo(f"HTTPXRequest  {their_rate:5.0f} calls a second, {their_cost:.2f} ms of the processor each")
    click.echo(f"Transport     {our_rate:5.0f} calls a second, {our_cost:.2f} ms of the processor each")
    click.echo(f"ratio         {our_rate / their_rate:5.1f} times the calls, each at 1/{their_cost / our_cost:.0f}")


def main() -> None:
    """Start the server's process and compare."""
    context = get_context("spawn")
    ready, sender = context.Pipe(duplex=False)
    done = context.Event()
    server = context.Process(target=run_server, args=(sender, done))
    server.start()
    try:
        asyncio.run(compare(*ready.recv()))
    finally:
        done.set()
        server.join()


if __name__ == "__main__":
    main()
