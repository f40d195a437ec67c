"""The Telegram face: handlers, keyboards, rendering, and the service that runs them."""

import os

# Lengths of time come as timedelta, as they will in python-telegram-bot 23: without this it warns of the change.
os.environ.setdefault("PTB_TIMEDELTA", "true")
