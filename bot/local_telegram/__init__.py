"""A small Telegram on this machine: a Bot API server on loopback with people in it.

An unmodified bot talks to it when its base address is changed:

    async with LocalTelegram() as telegram:
        application = Application.builder().token(telegram.token).base_url(telegram.base_url).build()
        ...
        anna = telegram.person("Anna")
        await anna.says("ice or heat?")
        reply = await anna.hears()

It is for trying the bot out in a browser (`LocalTelegram(port=8080, page=True)`), for tests and for load. A bot in the
same process can have shown beside the chat how it came to an answer (`LocalTelegram.shows_inside`).

Updates are fetched with getUpdates or posted to a webhook on this machine. With `inline=True` people can type inline
queries. What Telegram refuses is refused in its own words; its limits stand in `limits`, each with its source. What is
asked for and isn't there (parse_mode Markdown, inline results other than articles and pictures) is answered with 501;
a method that isn't in `methods.METHODS`, with 404. Otherwise than with Telegram:

- A webhook's address is one of this machine, http or https on any port, and no call goes anywhere else.
- Updates never expire. One that is being posted isn't fetched before the bot has answered, nor is any after it.
- Answers to inline queries aren't cached.
"""

from bot.local_telegram.entities import Entity, Formatted
from bot.local_telegram.faults import Chance, Fault
from bot.local_telegram.inline import InlineAnswer, InlineResult
from bot.local_telegram.inside import Bulletin, Inside, Row, Section
from bot.local_telegram.people import Group, Heard, Person
from bot.local_telegram.server import Call
from bot.local_telegram.telegram import LocalTelegram
from bot.local_telegram.world import InlineQuery, Message, Notice

__all__ = [
    "Bulletin",
    "Call",
    "Chance",
    "Entity",
    "Fault",
    "Formatted",
    "Group",
    "Heard",
    "InlineAnswer",
    "InlineQuery",
    "InlineResult",
    "Inside",
    "LocalTelegram",
    "Message",
    "Notice",
    "Person",
    "Row",
    "Section",
]
