"""The terminal face: a chat on standard input and output."""

import textwrap
import time
from collections.abc import Iterator

import click

from bot.assistant import Assistant
from bot.chat import Chat
from bot.reply import Button, Explanation, Reply

WIDTH = 88


def chat(assistant: Assistant) -> None:
    """Talk until the end of the input. A number taps the button that shows it."""
    memory = Chat()
    reply = assistant.page("start")
    show(reply)
    while True:
        try:
            text = click.prompt("", prompt_suffix="> ", default="", show_default=False)
        except click.Abort:
            click.echo()
            return
        buttons = [button for row in reply.buttons for button in row]
        now = time.monotonic()
        if text.strip().isdecimal() and 1 <= int(text) <= len(buttons):
            reply = assistant.press(buttons[int(text) - 1].action, memory.memory(now))
        else:
            reply = assistant.reply(memory.message(text, now))
        memory.heard(reply, now, text)
        show(reply)


def show(reply: Reply) -> None:
    """Print a reply, with its buttons numbered."""
    for block in reply.blocks:
        click.echo(textwrap.fill(block.plain, WIDTH, break_long_words=False, break_on_hyphens=False) + "\n")
    buttons: list[Button] = [button for row in reply.buttons for button in row]
    for number, button in enumerate(buttons, 1):
        click.echo(f"  [{number}] {button.label}")
    if buttons:
        click.echo()


def explained(explanation: Explanation) -> Iterator[str]:
    """Yield the lines that say how a reply came about."""
    for sign in explanation.signs:
        sure = "" if sign.sure else ", unsure"
        yield f"sign      {sign.flag} ({sign.level}{sure}): '{sign.words}' by {sign.rule}"
    if not explanation.signs:
        yield "sign      none"
    for similarity, phrasing, intent in explanation.nearest:
        yield f"near      {similarity:.2f}  {intent or 'off topic'}: {phrasing}"
    for intent, probability in explanation.ranking:
        yield f"probable  {probability:.2f}  {intent}"
    yield f"decision  {explanation.decision}"
