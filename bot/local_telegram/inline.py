"""Inline queries: what a person types behind the bot's name in any chat, and the results that the bot offers."""

from dataclasses import dataclass
from typing import Any

from bot.local_telegram import limits
from bot.local_telegram.entities import NO_TEXT, Formatted
from bot.local_telegram.keyboards import inline_only
from bot.local_telegram.parameters import Parameters
from bot.local_telegram.refusals import Refusal, bad_request
from bot.local_telegram.texts import caption, message_text, photo_sizes, too_long


@dataclass(frozen=True)
class InlineResult:
    """One of the results that a person can choose from.

    Attributes:
        id: The bot's name for it.
        type: "article" or "photo".
        title: What the list shows.
        description: A second line of the list.
        formatted: The text that is sent, or the caption.
        kind: Of the message that is sent: "text" or "photo".
        content: Of the message that is sent, as the Bot API sends it; None for text.
        markup: The inline keyboard of the message that is sent.
    """

    id: str
    type: str
    title: str = ""
    description: str = ""
    formatted: Formatted = NO_TEXT
    kind: str = "text"
    content: Any = None
    markup: dict[str, Any] | None = None


@dataclass(frozen=True)
class InlineAnswer:
    """What the bot offers for an inline query.

    Attributes:
        results: In the bot's order.
        next_offset: What to ask for the results that follow; empty where none do.
        button: The button above the results, as the bot gave it.
    """

    results: tuple[InlineResult, ...] = ()
    next_offset: str = ""
    button: dict[str, Any] | None = None

    @property
    def titles(self) -> list[str]:
        """What the list shows."""
        return [result.title for result in self.results]

    def find(self, title: str) -> InlineResult:
        """Return the first result of this title.

        Raises:
            AssertionError: There is none.
        """
        for result in self.results:
            if result.title == title:
                return result
        raise AssertionError(f"No result {title!r}; there is {self.titles}.")


def read_results(values: list[Any]) -> tuple[InlineResult, ...]:
    """Return the results of a call.

    Raises:
        Refusal: Telegram wouldn't take them.
    """
    if len(values) > limits.INLINE_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    results = tuple(_result(value) for value in values)
    if len({result.id for result in results}) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    return results


def _result(value: Any) -> InlineResult:
    if not isinstance(value, dict):
        raise _unreadable("expected an Object")
    given = Parameters(value)
    for name in ("type", "id"):
        if not given.text(name):
            raise _unreadable(f'Can\'t find field "{name}"')
    if len(given.text("id").encode("utf-8", "surrogatepass")) > limits.INLINE_RESULT_ID_BYTES:
        raise bad_request("RESULT_ID_INVALID")
    match given.text("type"):
        case "article":
            return _article(given)
        case "photo":
            return _photo(given)
        case _:
            # Not a refusal of Telegram's: it says that this emulator knows less than Telegram does.
            raise Refusal(501, "Not Implemented: the local Telegram offers results of type article and photo only")


def _article(given: Parameters) -> InlineResult:
    content = given.mapping("input_message_content")
    if not given.text("title"):
        raise bad_request("ARTICLE_TITLE_EMPTY")
    if content is None:
        raise _unreadable('Can\'t find field "input_message_content"')
    return _listed(given, formatted=_sent_text(content))


def _photo(given: Parameters) -> InlineResult:
    photo = given.text("photo_file_id") or given.text("photo_url")
    if not photo:
        raise _unreadable('Can\'t find field "photo_url"')
    content = given.mapping("input_message_content")
    if content is not None:
        return _listed(given, formatted=_sent_text(content))
    return _listed(given, formatted=caption(given), kind="photo", content=photo_sizes(photo))


def _listed(given: Parameters, **sent: Any) -> InlineResult:
    return InlineResult(
        id=given.text("id"),
        type=given.text("type"),
        title=given.text("title"),
        description=given.text("description"),
        markup=inline_only(given.mapping("reply_markup")),
        **sent,
    )


def _sent_text(content: dict[str, Any]) -> Formatted:
    if "message_text" not in content:
        raise Refusal(501, "Not Implemented: the local Telegram sends an inline result as text only")
    formatted = message_text(Parameters(content), "message_text")
    if too_long(formatted, limits.MESSAGE_TEXT):
        raise bad_request("MESSAGE_TOO_LONG")
    return formatted


def _unreadable(why: str) -> Refusal:
    return bad_request(f"can't parse inline query result: {why}")
