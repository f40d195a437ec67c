"""The Bot API's methods, each a function of the world and the call's parameters that returns the `result`.

A method refuses by raising `Refusal`. getUpdates, which may have to wait, is the server's.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from bot.local_telegram import keyboards, limits
from bot.local_telegram.entities import Formatted
from bot.local_telegram.inline import InlineAnswer, read_results
from bot.local_telegram.parameters import Parameters
from bot.local_telegram.profile import in_language, scope_key
from bot.local_telegram.refusals import Refusal, bad_request
from bot.local_telegram.texts import caption, message_text, photo_sizes, too_long
from bot.local_telegram.world import JSON, Chat, Message, Notice, Webhook, World

Method = Callable[[World, Parameters], Any]

# --- Messages --------------------------------------------------------------------------------------------------------


def send_message(world: World, call: Parameters) -> JSON:
    """Send a text."""
    chat = world.writable(call.chat_id())
    formatted = message_text(call)
    if too_long(formatted, limits.MESSAGE_TEXT):
        raise bad_request("message is too long")
    return _sent(world, chat, call, formatted, link_preview=call.mapping("link_preview_options"))


def send_photo(world: World, call: Parameters) -> JSON:
    """Send a picture."""
    chat = world.writable(call.chat_id())
    photo = call.text("photo")
    if not photo:
        raise bad_request("there is no photo in the request")
    return _sent(world, chat, call, caption(call), kind="photo", content=photo_sizes(photo))


def _sent(world: World, chat: Chat, call: Parameters, formatted: Formatted, **more: Any) -> JSON:
    markup = keyboards.checked(call.mapping("reply_markup"))
    thread_id = _thread_id(chat, call)
    reply_to = _reply_to(chat, call)
    message = world.post(chat, world.bot, formatted, markup=markup, reply_to=reply_to, thread_id=thread_id, **more)
    return message.wire()


def edit_message_text(world: World, call: Parameters) -> JSON | bool:
    """Change the text of one of the bot's messages, and its buttons: without `reply_markup` it has none afterwards."""
    formatted = message_text(call)
    markup = keyboards.inline_only(call.mapping("reply_markup"))
    message = _editable(world, call)
    if message.kind != "text":
        raise bad_request("there is no text in the message to edit")
    if too_long(formatted, limits.MESSAGE_TEXT):
        raise bad_request("MESSAGE_TOO_LONG")
    return _edited(world, message, formatted, markup)


def edit_message_caption(world: World, call: Parameters) -> JSON | bool:
    """Change the caption of one of the bot's messages, and its buttons, in the same way."""
    formatted = caption(call)
    markup = keyboards.inline_only(call.mapping("reply_markup"))
    message = _editable(world, call)
    if message.kind not in _CAPTIONED:
        raise bad_request("there is no caption in the message to edit")
    return _edited(world, message, formatted, markup)


# "editMessageCaption": what the bot can send here, or an inline result of the bot's can be, that has a caption.
_CAPTIONED = frozenset({"photo"})


def edit_message_reply_markup(world: World, call: Parameters) -> JSON | bool:
    """Change the buttons under one of the bot's messages."""
    markup = keyboards.inline_only(call.mapping("reply_markup"))
    message = _editable(world, call)
    return _edited(world, message, message.formatted, markup)


def _edited(world: World, message: Message, formatted: Formatted, markup: JSON | None) -> JSON | bool:
    if (formatted, markup) == (message.formatted, message.markup):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message"
        )
    edited = world.edit(message, formatted, markup, by=world.bot)
    # A bot isn't shown the chats that its inline results were sent to.
    return True if message.inline_id else edited.wire()


def delete_message(world: World, call: Parameters) -> bool:
    """Delete a message of the bot's, or in a private chat a message of the person's."""
    chat = world.writable(call.chat_id())
    message = chat.messages.get(_message_id(call))
    if message is None:
        raise bad_request("message to delete not found")
    if refusal := _undeletable(world, message):
        raise refusal
    world.delete(message)
    return True


def delete_messages(world: World, call: Parameters) -> bool:
    """Delete several messages at once. Those that aren't there, or can't be deleted, are passed over."""
    ids = call.items("message_ids")
    if ids is None:
        raise bad_request("message identifiers are not specified")
    if len(ids) > limits.DELETED_AT_ONCE:
        raise bad_request("too many message identifiers specified")
    if not all(isinstance(one, int) and one > 0 for one in ids):
        raise bad_request("invalid message identifier specified")
    chat = world.writable(call.chat_id())
    for one in ids:
        message = chat.messages.get(one)
        if message and not _undeletable(world, message):
            world.delete(message)
    return True


def _undeletable(world: World, message: Message) -> Refusal | None:
    """Return why Telegram lets the bot not delete a message; None where it may."""
    private, age = message.chat.type == "private", world.now - message.date
    if message.kind in _LASTING or (message.sender != world.bot and not private):
        return bad_request("message can't be deleted")
    if age > limits.DELETE_SECONDS or (message.kind == "dice" and private and age < limits.DICE_SECONDS):
        return bad_request("message can't be deleted for everyone")
    return None


# "deleteMessage": service messages about a topic's creation can't be deleted; nor can those about a group's move.
_LASTING = frozenset({"forum_topic_created", "migrate_to_chat_id", "migrate_from_chat_id"})


def answer_callback_query(world: World, call: Parameters) -> bool:
    """Answer a tap on a callback button."""
    text = call.text("text")
    if len(text) > limits.NOTICE:
        raise bad_request("MESSAGE_TOO_LONG")
    world.answer_tap(call.text("callback_query_id"), Notice(text, call.flag("show_alert"), call.text("url")))
    return True


_ACTIONS = {
    "typing",
    "cancel",
    "choose_sticker",
    "find_location",
    "pick_up_location",
    "upload_photo",
    "upload_document",
}
_ACTIONS |= {f"{verb}_{what}" for verb in ("record", "upload") for what in ("video", "audio", "voice", "video_note")}


def send_chat_action(world: World, call: Parameters) -> bool:
    """Show that the bot is typing or the like."""
    chat = world.writable(call.chat_id())
    if call.text("action").lower() not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    _thread_id(chat, call)
    world.act(chat)
    return True


def _message_id(call: Parameters) -> int:
    message_id = call.number("message_id")
    if message_id <= 0:
        raise bad_request("message identifier is not specified")
    return message_id


def _editable(world: World, call: Parameters) -> Message:
    if inline_id := call.text("inline_message_id"):
        message = world.inline_message(inline_id)
        if message is None:
            raise bad_request("MESSAGE_ID_INVALID")
        return message
    chat = world.writable(call.chat_id())
    message = chat.messages.get(_message_id(call))
    if message is None:
        raise bad_request("message to edit not found")
    # "editMessageText": only messages without reply_markup or with inline keyboards can be edited.
    if message.sender != world.bot or message.is_service or (message.markup and not message.inline_keyboard):
        raise bad_request("message can't be edited")
    return message


def _thread_id(chat: Chat, call: Parameters) -> int | None:
    thread_id = call.number("message_thread_id")
    if not thread_id:
        return None
    known = chat.topics if chat.is_forum else chat.messages if chat.type == "supergroup" else ()
    if thread_id not in known:
        raise bad_request("message thread not found")
    return thread_id


def _reply_to(chat: Chat, call: Parameters) -> Message | None:
    reply = call.mapping("reply_parameters")
    if not reply:
        return None
    message_id = reply.get("message_id")
    if not isinstance(message_id, int):
        raise bad_request('can\'t find field "message_id"')
    message = chat.messages.get(message_id)
    if message is None and not reply.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return message


# --- Inline queries --------------------------------------------------------------------------------------------------


def answer_inline_query(world: World, call: Parameters) -> bool:
    """Answer an inline query. `cache_time` has no effect: every query reaches the bot."""
    results = read_results(call.items("results") or [])
    next_offset = call.text("next_offset")
    if len(next_offset.encode("utf-8", "surrogatepass")) > limits.INLINE_OFFSET_BYTES:
        raise bad_request("NEXT_OFFSET_INVALID")
    button = call.mapping("button")
    if button and not re.fullmatch(limits.START_PAYLOAD, str(button.get("start_parameter", "start"))):
        raise bad_request("START_PARAM_INVALID")
    world.answer_inline(call.text("inline_query_id"), InlineAnswer(results, next_offset, button))
    return True


# --- Chats -----------------------------------------------------------------------------------------------------------


def get_chat(world: World, call: Parameters) -> JSON:
    """Describe a chat."""
    chat = world.writable(call.chat_id())
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    more: JSON = {
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }
    return chat.wire() | more


def leave_chat(world: World, call: Parameters) -> bool:
    """Leave a group."""
    chat = world.writable(call.chat_id())
    if chat.type == "private":
        raise bad_request("chat member status can't be changed in private chats")
    world.set_bot_status(chat, "left", by=world.bot)
    return True


# --- The webhook -----------------------------------------------------------------------------------------------------


def set_webhook(world: World, call: Parameters) -> bool:
    """Let updates be posted from now on; with an empty `url` let them be fetched."""
    url = call.text("url")
    if not url:
        return delete_webhook(world, call)
    try:
        parts = urlsplit(url)
        scheme, host, _port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        raise bad_request("invalid webhook URL specified") from None
    if scheme not in ("http", "https"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if host not in _LOOPBACK:
        # Not a refusal of Telegram's, which wants the opposite: nothing that is said here leaves this machine.
        raise bad_request("bad webhook: the local Telegram calls addresses of this machine only")
    secret = call.text("secret_token")
    if not re.fullmatch(limits.WEBHOOK_SECRET, secret):
        raise bad_request("secret token contains unallowed characters")
    wanted = call.number("max_connections", limits.WEBHOOK_CONNECTIONS_DEFAULT)
    _prepare_updates(world, call)
    world.set_webhook(Webhook(url, secret, min(max(wanted, 1), limits.WEBHOOK_CONNECTIONS)))
    return True


_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def delete_webhook(world: World, call: Parameters) -> bool:
    """Let updates be fetched from now on."""
    _prepare_updates(world, call)
    world.set_webhook(None)
    return True


def _prepare_updates(world: World, call: Parameters) -> None:
    allowed = call.items("allowed_updates")
    if allowed is not None:
        world.updates.allow([str(kind) for kind in allowed])
    if call.flag("drop_pending_updates"):
        world.updates.drop()


def get_webhook_info(world: World, _call: Parameters) -> JSON:
    """Describe the webhook, and the latest attempt that failed."""
    info: JSON = {"url": "", "has_custom_certificate": False, "pending_update_count": len(world.updates)}
    if webhook := world.webhook:
        info |= {"url": webhook.url, "max_connections": webhook.max_connections}
        if webhook.error:
            info |= {"last_error_date": webhook.error_date, "last_error_message": webhook.error}
    if world.updates.allowed:
        info["allowed_updates"] = sorted(world.updates.allowed)
    return info


# --- The bot itself --------------------------------------------------------------------------------------------------


def get_me(world: World, _call: Parameters) -> JSON:
    """Describe the bot."""
    more: JSON = {
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy,
        "supports_inline_queries": world.inline,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return world.bot.wire() | more | {"first_name": world.bot_name()}


def done(_world: World, _call: Parameters) -> bool:
    """Agree to `logOut` and `close`, which have nothing to do here."""
    return True


def set_my_name(world: World, call: Parameters) -> bool:
    """Set the bot's name."""
    return _set_text(world.profile.names, call, "name", limits.BOT_NAME)


def get_my_name(world: World, call: Parameters) -> JSON:
    """Return the bot's name."""
    return {"name": world.bot_name(call.text("language_code"))}


def set_my_description(world: World, call: Parameters) -> bool:
    """Set what people read in an empty chat."""
    return _set_text(world.profile.descriptions, call, "description", limits.DESCRIPTION)


def get_my_description(world: World, call: Parameters) -> JSON:
    """Return what people read in an empty chat."""
    return {"description": in_language(world.profile.descriptions, call.text("language_code"))}


def set_my_short_description(world: World, call: Parameters) -> bool:
    """Set what people read on the bot's profile."""
    return _set_text(world.profile.short_descriptions, call, "short_description", limits.SHORT_DESCRIPTION)


def get_my_short_description(world: World, call: Parameters) -> JSON:
    """Return what people read on the bot's profile."""
    return {"short_description": in_language(world.profile.short_descriptions, call.text("language_code"))}


def _set_text(texts: dict[str, str], call: Parameters, name: str, limit: int) -> bool:
    text = call.text(name)
    if len(text) > limit:
        raise bad_request(f"{name.replace('_', ' ')} length must not exceed {limit}")
    texts[call.text("language_code")] = text
    return True


def set_my_commands(world: World, call: Parameters) -> bool:
    """Set the menu of commands."""
    commands = call.items("commands") or []
    if len(commands) > limits.COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    world.profile.commands[_scope(call)] = [_command(value) for value in commands]
    return True


def get_my_commands(world: World, call: Parameters) -> list[JSON]:
    """Return the menu of commands."""
    return world.profile.commands.get(_scope(call), [])


def delete_my_commands(world: World, call: Parameters) -> bool:
    """Empty the menu of commands."""
    world.profile.commands.pop(_scope(call), None)
    return True


def _scope(call: Parameters) -> tuple[str, str]:
    scope = call.mapping("scope") or {"type": "default"}
    return scope_key(scope), call.text("language_code")


def _command(value: Any) -> JSON:
    if not isinstance(value, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    for field in ("command", "description"):
        if not isinstance(value.get(field), str):
            raise bad_request(f"can't parse BotCommand: Can't find field \"{field}\"")
    name, description = value["command"].removeprefix("/"), value["description"].strip()
    if not re.fullmatch(limits.COMMAND_NAME, name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > limits.COMMAND_DESCRIPTION:
        raise bad_request(f"command description length must not exceed {limits.COMMAND_DESCRIPTION}")
    return {"command": name, "description": description}


def set_chat_menu_button(world: World, call: Parameters) -> bool:
    """Set what the button beside the input field opens."""
    button = call.mapping("menu_button") or {"type": "default"}
    if button.get("type") not in ("default", "commands", "web_app"):
        raise bad_request("MenuButton has unsupported type")
    world.profile.menu_button = button
    return True


def get_chat_menu_button(world: World, _call: Parameters) -> JSON:
    """Return what the button beside the input field opens."""
    return world.profile.menu_button


METHODS: dict[str, Method] = {
    "answercallbackquery": answer_callback_query,
    "answerinlinequery": answer_inline_query,
    "close": done,
    "deletemessage": delete_message,
    "deletemessages": delete_messages,
    "deletemycommands": delete_my_commands,
    "deletewebhook": delete_webhook,
    "editmessagecaption": edit_message_caption,
    "editmessagereplymarkup": edit_message_reply_markup,
    "editmessagetext": edit_message_text,
    "getchat": get_chat,
    "getchatmenubutton": get_chat_menu_button,
    "getme": get_me,
    "getmycommands": get_my_commands,
    "getmydescription": get_my_description,
    "getmyname": get_my_name,
    "getmyshortdescription": get_my_short_description,
    "getwebhookinfo": get_webhook_info,
    "leavechat": leave_chat,
    "logout": done,
    "sendchataction": send_chat_action,
    "sendmessage": send_message,
    "sendphoto": send_photo,
    "setchatmenubutton": set_chat_menu_button,
    "setmycommands": set_my_commands,
    "setmydescription": set_my_description,
    "setmyname": set_my_name,
    "setmyshortdescription": set_my_short_description,
    "setwebhook": set_webhook,
}
"""By name in small letters: Telegram doesn't tell them apart by case."""
