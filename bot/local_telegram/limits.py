"""Telegram's limits, each with where it is written down, and the few of our own that keep memory bounded."""

# https://core.telegram.org/bots/api, "sendMessage": 1-4096 characters after entities parsing. Telegram's clients count
# UTF-16 code units, so an emoji weighs two; counting the same way is the strict reading.
MESSAGE_TEXT = 4096
# "sendPhoto": 0-1024 characters after entities parsing.
CAPTION = 1024
# tdlib/telegram-bot-api, Client.cpp, get_formatted_text: text as sent, tags included, in bytes.
RAW_TEXT_BYTES = 1 << 15
# https://limits.tginfo.me: entities beyond the hundredth are dropped without a word.
ENTITIES = 100

# "InlineKeyboardButton": callback_data, 1-64 bytes.
CALLBACK_DATA_BYTES = 64
# https://limits.tginfo.me: buttons of an inline keyboard, and of a reply keyboard.
INLINE_BUTTONS = 100
KEYBOARD_BUTTONS = 300
# "answerCallbackQuery": 0-200 characters.
NOTICE = 200
# Not documented. Bots report from 15 seconds to some minutes; this is the strict end.
CALLBACK_SECONDS = 15
INLINE_SECONDS = 15

# "setMyCommands", "BotCommand".
COMMANDS = 100
COMMAND_NAME = r"[a-z0-9_]{1,32}"
COMMAND_DESCRIPTION = 256
# "setMyName", "setMyDescription", "setMyShortDescription".
BOT_NAME = 64
DESCRIPTION = 512
SHORT_DESCRIPTION = 120

# https://core.telegram.org/bots/features#deep-linking.
START_PAYLOAD = r"[A-Za-z0-9_-]{1,64}"
# "deleteMessage": a message can only be deleted if it was sent less than 48 hours ago.
DELETE_SECONDS = 48 * 3600
# "deleteMessage": a dice message in a private chat can only be deleted if it was sent more than 24 hours ago.
DICE_SECONDS = 24 * 3600
# "deleteMessages": message_ids, 1-100.
DELETED_AT_ONCE = 100
# tdlib/telegram-bot-api, Client.h, LONG_POLL_MAX_TIMEOUT; "getUpdates": limit 1-100.
LONG_POLL_SECONDS = 50
UPDATES_AT_ONCE = 100

# "setWebhook": max_connections 1-100, 40 unless said otherwise; secret_token 1-256 of these characters.
WEBHOOK_CONNECTIONS = 100
WEBHOOK_CONNECTIONS_DEFAULT = 40
WEBHOOK_SECRET = r"[A-Za-z0-9_-]{0,256}"  # noqa: S105 (a pattern)
# tdlib/telegram-bot-api, WebhookActor.cpp, on_update_error: the second attempt follows the first at once, the third
# after two seconds, then each after twice the time. The longest pause is drawn from 60 to 120 seconds; this is the
# short end. A Retry-After of the bot's is followed up to an hour.
WEBHOOK_PAUSE_SECONDS = 1.0
WEBHOOK_LONGEST_PAUSE_SECONDS = 60.0
WEBHOOK_RETRY_AFTER_SECONDS = 3600.0
# tdlib/telegram-bot-api, WebhookActor.cpp: the time a connection may idle.
WEBHOOK_ANSWER_SECONDS = 60.0

# "InlineQuery": up to 256 characters. "answerInlineQuery": no more than 50 results, next_offset up to 64 bytes.
INLINE_QUERY = 256
INLINE_RESULTS = 50
INLINE_OFFSET_BYTES = 64
# "InlineQueryResult": id, 1-64 bytes.
INLINE_RESULT_ID_BYTES = 64

# tdlib's TQueue, get: an offset further ahead of the next update's number is an error, and all that waits is given.
OFFSET_AHEAD = 10

# Ours: what is kept. Telegram keeps updates for 24 hours; a local bot that is away so long has no one waiting for it.
MESSAGES_KEPT = 1000
EVENTS_KEPT = 4000
UPDATES_KEPT = 10_000
CALLS_KEPT = 10_000
CALLBACKS_KEPT = 1000
INLINE_QUERIES_KEPT = 1000
INLINE_MESSAGES_KEPT = 1000
# Ours: browser tabs, each with people and chats of its own; and what a tab is told of a chat's calls when it opens.
TABS = 1000
CALLS_SHOWN = 200
# Ours: an upload may be as big as Telegram lets a photo be, and the rest of the form beside it.
REQUEST_BYTES = 11 * 1024 * 1024
