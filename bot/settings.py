"""What the operator sets: environment variables, or a file `.env` in the working directory."""

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The operator's settings.

    Attributes:
        telegram_token: The bot's token from @BotFather.
        telegram_url: The Bot API server.
        webhook_url: Where Telegram should deliver updates; polling where it is not set.
        database_url: Where the store is: `sqlite:///file` or `postgresql://…`; a SQLite file in the user's data folder
            where it is not set.
    """

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore")

    telegram_token: SecretStr = SecretStr("")
    telegram_url: str = "https://api.telegram.org"
    webhook_url: str = ""
    database_url: SecretStr = SecretStr("")
