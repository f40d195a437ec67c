"""The text of a call, read and measured as Telegram does it."""

from typing import Any

from bot.local_telegram import limits
from bot.local_telegram.entities import Formatted, ParseError, finished, given, parse_html, utf16_length
from bot.local_telegram.parameters import Parameters
from bot.local_telegram.refusals import Refusal, bad_request


def message_text(call: Parameters, text: str = "text", entities: str = "entities") -> Formatted:
    """Return the text under these names.

    Raises:
        Refusal: Telegram wouldn't take it.
    """
    if not call.text(text):
        raise bad_request("message text is empty")
    formatted = _read(call, text, entities)
    if not formatted.text:
        raise bad_request("text must be non-empty")
    return formatted


def caption(call: Parameters) -> Formatted:
    """Return the caption, which may be empty.

    Raises:
        Refusal: Telegram wouldn't take it.
    """
    formatted = _read(call, "caption", "caption_entities")
    if too_long(formatted, limits.CAPTION):
        raise bad_request("message caption is too long")
    return formatted


def photo_sizes(photo: str) -> list[dict[str, Any]]:
    """Return a picture as the Bot API sends it. It is told apart by its name only: what it shows is not kept."""
    return [{"file_id": photo, "file_unique_id": photo, "width": 800, "height": 600}]


def too_long(formatted: Formatted, limit: int) -> bool:
    """Return whether a text holds more than so many UTF-16 code units."""
    return utf16_length(formatted.text) > limit


def _read(call: Parameters, text: str, entities: str) -> Formatted:
    source = call.text(text)
    try:
        raw = source.encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    if len(raw) > limits.RAW_TEXT_BYTES:
        raise bad_request("text is too long")
    return finished(_parsed(source, call.text("parse_mode").lower(), call.items(entities) or []))


def _parsed(source: str, parse_mode: str, entities: list[Any]) -> Formatted:
    match parse_mode:
        case "" | "none":
            try:
                return given(source, entities)
            except ParseError as error:
                raise bad_request(str(error)) from None
        case "html":
            try:
                return parse_html(source)
            except ParseError as error:
                raise bad_request(f"can't parse entities: {error}") from None
        case "markdown" | "markdownv2":
            # Not a refusal of Telegram's: it says that this emulator knows less than Telegram does.
            raise Refusal(501, "Not Implemented: the local Telegram reads parse_mode HTML only")
        case _:
            raise bad_request("unsupported parse_mode")
