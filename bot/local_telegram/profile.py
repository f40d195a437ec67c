"""What BotFather and the profile methods know of the bot."""

import json
from dataclasses import dataclass, field
from typing import Any

Menu = list[dict[str, Any]]
"""Commands with their descriptions, as the Bot API has them."""


@dataclass
class Profile:
    """The bot's profile; each text by language, "" for every other language.

    Attributes:
        commands: By scope (see `scope_key`) and language.
        menu_button: As the Bot API has it.
    """

    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[str, str], Menu] = field(default_factory=dict)
    menu_button: dict[str, Any] = field(default_factory=lambda: {"type": "commands"})

    def menu(self, chat_id: int, chat_type: str, language_code: str) -> Menu:
        """Return the commands that people of a language are offered in a chat, those of the narrowest scope with any.

        https://core.telegram.org/bots/api, "Determining list of commands". Those for single members and for
        administrators are passed over.
        """
        everywhere = "all_private_chats" if chat_type == "private" else "all_group_chats"
        for scope in ({"type": "chat", "chat_id": chat_id}, {"type": everywhere}, {"type": "default"}):
            for language in (language_code, ""):
                if menu := self.commands.get((scope_key(scope), language)):
                    return menu
        return []


def scope_key(scope: dict[str, Any]) -> str:
    """Return what tells a scope of commands from others, whatever the order of its fields."""
    return json.dumps(scope, sort_keys=True)


def in_language(texts: dict[str, str], language_code: str) -> str:
    """Return the text for people of a language; the one for everybody, or none, where it isn't there."""
    return texts.get(language_code) or texts.get("", "")
