"""What BotFather and the profile methods know of the bot."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Profile:
    """The bot's profile; each text by language, "" for every other language.

    Attributes:
        commands: By scope (as the bot gave it, in JSON) and language.
        menu_button: As the Bot API has it.
    """

    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    menu_button: dict[str, Any] = field(default_factory=lambda: {"type": "commands"})
