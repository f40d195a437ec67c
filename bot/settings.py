"""What the operator sets: environment variables, or a file `.env` in the working directory."""

import re
from typing import Annotated, Self

from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Port = Annotated[int, Field(ge=0, le=65535)]


class SettingsError(Exception):
    """A setting can't be used."""


class Limits(BaseModel):
    """How much the bot takes on, and how long it tries.

    Attributes:
        messages_per_second: To all chats together. Telegram allows about 30.
        chat_seconds: Between two messages to one chat, in the long run. Telegram asks for 1.
        most_waiting: Updates that may be on their way at once; Telegram keeps what is beyond.
        stop_seconds: How long what is on its way may take to end when the bot is told to stop.
        patience_seconds: How long a call that Telegram doesn't take is tried again before its update is given back.
        answer_seconds: How long Telegram's answer to a call is waited for; then it counts as failed.
    """

    messages_per_second: Annotated[float, Field(gt=0, le=1000)] = 25.0
    chat_seconds: Annotated[float, Field(ge=0, le=60)] = 1.0
    most_waiting: Annotated[int, Field(ge=1, le=100_000)] = 1000
    stop_seconds: Annotated[float, Field(ge=0, le=600)] = 20.0
    patience_seconds: Annotated[float, Field(ge=0, le=600)] = 45.0
    answer_seconds: Annotated[float, Field(gt=0, le=60)] = 5.0


class Settings(Limits, BaseSettings):
    """The operator's settings, the limits among them. Each is an environment variable of the same name, in capitals.

    Attributes:
        telegram_token: The bot's token from @BotFather.
        telegram_url: The Bot API server.
        database_url: Where things are kept: `sqlite:///file` or `postgresql://…`; empty for a SQLite file in the user's
            data folder.
        operator: Who runs the bot, as the privacy page says it: a name, and how to reach them.
        keep_missed: Whether questions that the bot can't answer are kept, redacted, for 30 days.
        webhook_url: Where Telegram should post updates; polling where it is not set.
        webhook_secret: What Telegram shows with each update, so that nobody else can post any.
        webhook_host: The address on which updates are awaited.
        webhook_port: The port on which they are.
        monitor_host: The address of `/healthz`, `/readyz` and `/metrics`.
        monitor_port: Their port; 0 for none.
    """

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", hide_input_in_errors=True
    )

    telegram_token: SecretStr = SecretStr("")
    telegram_url: str = "https://api.telegram.org"
    database_url: SecretStr = SecretStr("")
    operator: str = ""
    keep_missed: bool = False
    webhook_url: str = ""
    webhook_secret: SecretStr = SecretStr("")
    webhook_host: str = "0.0.0.0"  # noqa: S104 - a proxy in front of it ends TLS, most often on another machine
    webhook_port: Port = 8443
    monitor_host: str = "127.0.0.1"
    monitor_port: Port = 0

    @field_validator("webhook_url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        if url and not re.fullmatch(r"https?://[^/\s]+(/\S*)?", url):
            raise ValueError("must be an address such as https://bot.example.org/telegram")
        return url

    @field_validator("webhook_secret")
    @classmethod
    def _is_secret(cls, secret: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret.get_secret_value()):
            raise ValueError("must be 1 to 256 letters, digits, _ and -")
        return secret

    @model_validator(mode="after")
    def _webhook_is_guarded(self) -> Self:
        if self.webhook_url and not self.webhook_secret.get_secret_value():
            raise ValueError("WEBHOOK_URL needs a WEBHOOK_SECRET, or anyone could post updates")
        return self


def read_settings() -> Settings:
    """Return the settings.

    Raises:
        SettingsError: One can't be used; all that can't are named, none with its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"{'.'.join(map(str, one['loc'])).upper() or 'the settings'}: {one['msg'].removeprefix('Value error, ')}"
            for one in error.errors(include_input=False, include_url=False)
        ]
        raise SettingsError("; ".join(lines)) from None
