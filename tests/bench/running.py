"""How long the bot takes to start, to reply to a message and to read it for warning signs, and how much memory it holds
while it waits.

    python -m tests.bench.running

The start is that of `preview`, up to where it answers, when the matcher has been fitted before; the memory is read on
Linux alone.
"""

import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from bot.alerts.fitted import fitted_reader
from bot.assistant import Assistant
from bot.matching.fitted import fitted_matcher
from bot.matching.meaning import installed_embedding
from bot.reply import Message
from knowledge.load import load

STARTS = 3


def start() -> tuple[float, int]:
    """Return the seconds of a start, and the megabytes held after it (resident; 0 where they can't be read)."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "bot", "preview", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as bot:
        assert bot.stdout
        bot.stdout.readline()
        seconds = time.perf_counter() - begun
        status = Path(f"/proc/{bot.pid}/status")
        held = re.search(r"VmRSS:\s*(\d+)", status.read_text()) if status.exists() else None
        bot.terminate()
    return seconds, int(held[1]) // 1024 if held else 0


def took_ms(work: Callable[[], object]) -> float:
    """Return the milliseconds that something takes."""
    begun = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begun)


def main() -> None:
    """Print the medians."""
    knowledge, embedding = load(), installed_embedding()
    reader = fitted_reader(knowledge)
    assistant = Assistant(knowledge, fitted_matcher(knowledge, embedding), reader)
    messages = [message.text for table in knowledge.messages.values() for message in table.messages][::17]
    assistant.reply(Message("warm up"))
    reply = statistics.median(took_ms(partial(assistant.reply, Message(text))) for text in messages)
    signs = statistics.median(took_ms(partial(reader.read, text)) for text in messages)
    starts, held = zip(*(start() for _ in range(STARTS)), strict=True)
    click.echo(
        f"{'with' if embedding else 'without'} the extra: a reply {reply:.1f} ms, "
        f"warning signs {signs:.2f} ms of it (medians of {len(messages)} messages), "
        f"start {statistics.median(starts):.1f} s, idle {statistics.median(held)} MB"
    )


if __name__ == "__main__":
    main()
