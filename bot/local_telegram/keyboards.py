"""Keyboards as a bot gives them, checked as Telegram checks them."""

from typing import Any

from bot.local_telegram import limits
from bot.local_telegram.entities import checked_url
from bot.local_telegram.refusals import Refusal, bad_request

Markup = dict[str, Any]

_INLINE_ACTIONS = (
    "copy_text",
    "login_url",
    "pay",
    "callback_game",
    "switch_inline_query",
    "switch_inline_query_chosen_chat",
    "switch_inline_query_current_chat",
    "web_app",
)


def checked(markup: Markup | None) -> Markup | None:
    """Return a keyboard of any kind, or None where it is none.

    Raises:
        Refusal: Telegram wouldn't take it.
    """
    if markup is None:
        return None
    keyboard = _rows(markup.get("keyboard"), 'field "keyboard" must be an Array of Arrays')
    inline = _rows(
        markup.get("inline_keyboard"), 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
    )
    for row in keyboard:
        for button in row:
            _check_button(button)
    for row in inline:
        for button in row:
            _check_inline_button(button)
    if sum(map(len, keyboard)) > limits.KEYBOARD_BUTTONS or sum(map(len, inline)) > limits.INLINE_BUTTONS:
        raise bad_request("reply markup is too long")
    if keyboard:
        return markup | {"keyboard": [[_as_button(button) for button in row] for row in keyboard]}
    if inline:
        return {"inline_keyboard": inline}
    return markup if markup.get("remove_keyboard") or markup.get("force_reply") else None


def inline_only(markup: Markup | None) -> Markup | None:
    """Return an inline keyboard, or None where it has no button.

    Raises:
        Refusal: Telegram wouldn't take it, or it is of another kind.
    """
    keyboard = checked(markup)
    if keyboard and "inline_keyboard" not in keyboard:
        raise bad_request("inline keyboard expected")
    return keyboard


def _rows(value: Any, refusal: str) -> list[list[Any]]:
    rows = value or []
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(refusal)
    return [row for row in rows if row]


def _as_button(button: Any) -> Markup:
    return {"text": button} if isinstance(button, str) else button


def _check_button(button: Any) -> None:
    if not isinstance(button, str | dict):
        raise bad_request("can't parse keyboard button: KeyboardButton must be a String or an Object")
    _check_text(_as_button(button), "keyboard button")


def _check_inline_button(button: Any) -> None:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    _check_text(button, "inline keyboard button")
    for field in ("url", "callback_data"):
        if not isinstance(button.get(field, ""), str):
            raise _unreadable("inline keyboard button", f'Field "{field}" must be of type String')
    if url := button.get("url"):
        if checked_url(url) is None and not url.startswith("tg://"):
            raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    elif data := button.get("callback_data"):
        if len(data.encode("utf-8", "surrogatepass")) > limits.CALLBACK_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    elif not any(action in button for action in _INLINE_ACTIONS):
        raise _unreadable("inline keyboard button", "Text buttons are unallowed in the inline keyboard")


def _check_text(button: Markup, what: str) -> None:
    if "text" not in button:
        raise _unreadable(what, 'Can\'t find field "text"')
    if not isinstance(button["text"], str):
        raise _unreadable(what, 'Field "text" must be of type String')
    if not button["text"].strip():
        raise bad_request(f"{what} text must be non-empty")


def _unreadable(what: str, why: str) -> Refusal:
    return bad_request(f"can't parse {what}: {why}")
