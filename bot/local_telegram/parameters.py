"""A call's parameters, read the way Telegram reads them: each value a string, or in a JSON body the value itself."""

import json
from collections.abc import Mapping
from typing import Any

from bot.local_telegram.refusals import bad_request

# Parameters that hold JSON, with the name Telegram gives them when it can't read them.
_STRUCTURES = {
    "allowed_updates": "allowed updates",
    "button": "inline query results button",
    "caption_entities": "entities",
    "commands": "commands",
    "entities": "entities",
    "input_message_content": "input message content",
    "link_preview_options": "link preview options",
    "menu_button": "menu button",
    "message_ids": "message identifiers",
    "reply_markup": "reply keyboard markup",
    "reply_parameters": "reply parameters",
    "results": "inline query results",
    "scope": "bot command scope",
}
_NUMBERS = {
    "cache_time",
    "chat_id",
    "limit",
    "max_connections",
    "message_id",
    "message_thread_id",
    "offset",
    "timeout",
}
_FLAGS = {
    "disable_notification",
    "drop_pending_updates",
    "for_channels",
    "has_spoiler",
    "is_personal",
    "protect_content",
    "show_alert",
    "show_caption_above_media",
}


def decoded(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters with structures, numbers and truth values read; what can't be read stays a string."""
    return {name: _decoded(name, value) for name, value in raw.items()}


def _decoded(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name in _FLAGS:
        return value.strip().lower() in ("true", "yes", "1")
    try:
        if name in _STRUCTURES:
            return json.loads(value)
        if name in _NUMBERS:
            return int(value)
    except ValueError:
        pass
    return value


class Parameters:
    """A call's decoded parameters, each with the refusal that Telegram has for it."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def text(self, name: str) -> str:
        """Return a text; empty where it isn't given."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else str(value)

    def number(self, name: str, default: int = 0) -> int:
        """Return a number; `default` where it isn't given or is none."""
        value = self.values.get(name, default)
        return value if isinstance(value, int) else default

    def flag(self, name: str) -> bool:
        """Return a truth value; False where it isn't given."""
        return self.values.get(name) is True

    def mapping(self, name: str) -> dict[str, Any] | None:
        """Return an object; None where it isn't given.

        Raises:
            Refusal: It isn't JSON, or no object.
        """
        value = self._structure(name)
        if value is not None and not isinstance(value, dict):
            raise bad_request(f"object expected as {_STRUCTURES[name].replace('reply keyboard', 'reply')}")
        return value

    def items(self, name: str) -> list[Any] | None:
        """Return an array; None where it isn't given.

        Raises:
            Refusal: It isn't JSON, or no array.
        """
        value = self._structure(name)
        if value is not None and not isinstance(value, list):
            raise bad_request(f"expected an Array of {_STRUCTURES[name]}")
        return value

    def _structure(self, name: str) -> Any:
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            raise bad_request(f"can't parse {_STRUCTURES[name]} JSON object")
        return value

    def chat_id(self) -> int:
        """Return `chat_id`.

        Raises:
            Refusal: It isn't given, or is no number: public names belong to no chat here.
        """
        value = self.values.get("chat_id", "")
        if value == "":
            raise bad_request("chat_id is empty")
        if not isinstance(value, int):
            raise bad_request("chat not found")
        return value
