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
"""

from bot.local_telegram.entities import Entity, Formatted
from bot.local_telegram.faults import Chance, Fault
from bot.local_telegram.inside import Bulletin, Inside, Row, Section
from bot.local_telegram.people import Group, Heard, Person
from bot.local_telegram.server import Call
from bot.local_telegram.telegram import LocalTelegram
from bot.local_telegram.world import Message, Notice

__all__ = [
    "Bulletin",
    "Call",
    "Chance",
    "Entity",
    "Fault",
    "Formatted",
    "Group",
    "Heard",
    "Inside",
    "LocalTelegram",
    "Message",
    "Notice",
    "Person",
    "Row",
    "Section",
]
