"""Makes Telegram messages of a reply: HTML, cut to Telegram's limits, and the buttons."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from html import escape
from typing import Any
from urllib.parse import quote

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup
from telegram.constants import MessageLimit

from bot.reply import Action, Block, Button, Reply, Style, Verb
from knowledge.wording import Wording

ROOM = MessageLimit.MAX_TEXT_LENGTH - 96
"""UTF-16 units of text in one message: Telegram's limit, less a little for what it counts otherwise than we do."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_HTML = {
    Style.ALARM: "<b>{}</b>",
    Style.HEADING: "<b>{}</b>",
    Style.TEXT: "{}",
    Style.NOTE: "<blockquote>{}</blockquote>",
    Style.SMALL: "<i>{}</i>",
}
_AFTER = {Style.HEADING: "\n", Style.NOTE: "\n", Style.SOURCE: "\n"}
"""What parts a block from the next one, where that is no empty line."""


@dataclass(frozen=True)
class Rendered:
    """One message as Telegram takes it: HTML and the buttons under it."""

    html: str
    keyboard: InlineKeyboardMarkup | ReplyKeyboardMarkup | None


def render(reply: Reply, wording: Wording, bot_name: str, page: int = 0) -> Rendered:
    """Return one message of a reply.

    Args:
        reply: What to show.
        wording: The labels of the buttons that every reply has.
        bot_name: The bot's username, for links that open an entry.
        page: Which message of a reply too long for one, from 0.
    """
    pages = list(_pages(reply.blocks))
    page = min(page, len(pages) - 1)
    html = "".join(_html(block) + _AFTER.get(block.style, "\n\n") for block in pages[page]).rstrip()
    rows, labels, shared = reply.buttons, wording.labels, ""
    if page + 1 < len(pages) and reply.again:
        rows = ((Button(labels.more, replace(reply.again, page=page + 1)),),)
    elif reply.about and rows:
        answers = "+".join(reply.intents)
        useful, not_useful = Action(Verb.USEFUL, answers), Action(Verb.NOT_USEFUL, answers)
        rows = (*rows, (Button(labels.useful, useful), Button(labels.not_useful, not_useful)))
        shared = reply.about
    return Rendered(html, _keyboard(rows, labels.share, bot_name, shared) if rows else None)


class _Keyboard(InlineKeyboardMarkup):
    """Buttons that are taken apart once, not each time that they are sent."""

    def to_dict(self, recursive: bool = True) -> dict[str, Any]:
        return self._parts

    @cached_property
    def _parts(self) -> dict[str, Any]:
        return super().to_dict()


@lru_cache(maxsize=1000)
def _keyboard(rows: tuple[tuple[Button, ...], ...], label: str, bot_name: str, shared: str) -> InlineKeyboardMarkup:
    """Return buttons as Telegram takes them; where an entry can be shared, that is the last one above the votes."""
    buttons = [[InlineKeyboardButton(b.label, callback_data=b.action.pack()) for b in row] for row in rows]
    if shared:
        buttons[-2].append(InlineKeyboardButton(label, url=share_link(bot_name, shared)))
    return _Keyboard(buttons)


def share_link(bot_name: str, intent: str) -> str:
    """Return the link by which a person passes on an entry: it lets them pick a chat."""
    return f"https://t.me/share/url?url={quote(entry_link(bot_name, intent), safe='')}"


def entry_link(bot_name: str, intent: str) -> str:
    """Return the deep link that opens an entry in a chat with the bot."""
    return f"https://t.me/{bot_name}?start={intent}"


def topics_keyboard(wording: Wording) -> ReplyKeyboardMarkup:
    """Return the buttons that are always at hand."""
    labels = [topic.label for topic in wording.topics]
    return ReplyKeyboardMarkup(
        [labels[i : i + 2] for i in range(0, len(labels), 2)],
        is_persistent=True,
        resize_keyboard=True,
        input_field_placeholder=wording.placeholder,
    )


def _html(block: Block) -> str:
    if block.style == Style.SOURCE:
        text = escape(block.text)
        return f'• <a href="{escape(block.url)}">{text}</a>' if block.url else f"• {text}"
    return _HTML[block.style].format(escape(block.text))


def _pages(blocks: tuple[Block, ...]) -> Iterator[list[Block]]:
    """Yield the blocks of each message: cut between blocks, and within a block between sentences."""
    page: list[Block] = []
    used = 0
    for block in blocks:
        for piece in _pieces(block):
            length = _length(piece.text) + 4
            if page and used + length > ROOM:
                yield page
                page, used = [], 0
            page.append(piece)
            used += length
    if page:
        yield page


def _pieces(block: Block) -> Iterator[Block]:
    """Yield a block in pieces that fit one message."""
    if _length(block.text) <= ROOM:
        yield block
        return
    piece = ""
    for sentence in _SENTENCE_END.split(block.text):
        for part in _hard_cut(sentence):
            if piece and _length(piece) + _length(part) + 1 > ROOM:
                yield replace(block, text=piece)
                piece = ""
            piece = f"{piece} {part}".strip() if piece else part
    yield replace(block, text=piece)


def _hard_cut(sentence: str) -> Iterator[str]:
    """Yield a sentence; in pieces where it alone is longer than a message."""
    step = len(sentence) if _length(sentence) <= ROOM else ROOM // 2
    for start in range(0, len(sentence), max(step, 1)):
        yield sentence[start : start + step]


def _length(text: str) -> int:
    """Return the length as Telegram counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def answered(keyboard: InlineKeyboardMarkup | None) -> str:
    """Return the entry that a message of ours answers with, as its buttons tell; empty where it is no answer.

    An answer ends with the button for its sources; where it takes several messages, each of the others has the button
    for the next. An alert is no answer, though one may stand under it.
    """
    buttons = [button for row in keyboard.inline_keyboard for button in row] if keyboard else []
    actions = [action for b in buttons if isinstance(b.callback_data, str) and (action := unpack(b.callback_data))]
    if any(action.verb == Verb.NOT_MEANT for action in actions):
        return ""
    naming = (a for a in actions if a.verb == Verb.SOURCES or (a.verb == Verb.ENTRY and a.page))
    return next((intent for action in naming for intent in action.values), "")


def unpack(data: str) -> Action | None:
    """Return the action of a tapped button; nothing where the data is not ours."""
    try:
        return Action.unpack(data)
    except ValueError:
        return None
