"""A Telegram bot that answers questions about back spasms."""
