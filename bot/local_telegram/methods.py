"""The Bot API's methods, each a function of the world and the call's parameters that returns the `result`.

A method refuses by raising `Refusal`. getUpdates, which may have to wait, is the server's.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from bot.local_telegram import keyboards, limits
from bot.local_telegram.entities import Formatted, ParseError, finished, given, parse_html, utf16_length
from bot.local_telegram.parameters import Parameters
from bot.local_telegram.refusals import Refusal, bad_request
from bot.local_telegram.world import JSON, Chat, Message, Notice, World

Method = Callable[[World, Parameters], Any]

# --- Messages --------------------------------------------------------------------------------------------------------


def send_message(world: World, call: Parameters) -> JSON:
    """Send a text."""
    chat = world.writable(call.chat_id())
    formatted = _formatted(call, "text", "entities")
    if _too_long(formatted, limits.MESSAGE_TEXT):
        raise bad_request("message is too long")
    return _sent(world, chat, call, formatted, link_preview=call.mapping("link_preview_options"))


def send_photo(world: World, call: Parameters) -> JSON:
    """Send a picture. It is told apart by its name only: what it shows is not kept."""
    chat = world.writable(call.chat_id())
    photo = call.text("photo")
    if not photo:
        raise bad_request("there is no photo in the request")
    caption = _formatted(call, "caption", "caption_entities", may_be_empty=True)
    if _too_long(caption, limits.CAPTION):
        raise bad_request("message caption is too long")
    sizes = [{"file_id": photo, "file_unique_id": photo, "width": 800, "height": 600}]
    return _sent(world, chat, call, caption, kind="photo", content=sizes)


def _sent(world: World, chat: Chat, call: Parameters, formatted: Formatted, **more: Any) -> JSON:
    markup = keyboards.checked(call.mapping("reply_markup"))
    thread_id = _thread_id(chat, call)
    reply_to = _reply_to(chat, call)
    message = world.post(chat, world.bot, formatted, markup=markup, reply_to=reply_to, thread_id=thread_id, **more)
    return message.wire()


def edit_message_text(world: World, call: Parameters) -> JSON:
    """Change the text of one of the bot's messages, and its buttons: without `reply_markup` it has none afterwards."""
    formatted = _formatted(call, "text", "entities")
    markup = keyboards.inline_only(call.mapping("reply_markup"))
    message = _editable(world, call)
    if message.kind != "text":
        raise bad_request("there is no text in the message to edit")
    if _too_long(formatted, limits.MESSAGE_TEXT):
        raise bad_request("MESSAGE_TOO_LONG")
    return _edited(world, message, formatted, markup)


def edit_message_reply_markup(world: World, call: Parameters) -> JSON:
    """Change the buttons under one of the bot's messages."""
    markup = keyboards.inline_only(call.mapping("reply_markup"))
    message = _editable(world, call)
    return _edited(world, message, message.formatted, markup)


def _edited(world: World, message: Message, formatted: Formatted, markup: JSON | None) -> JSON:
    if (formatted, markup) == (message.formatted, message.markup):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message"
        )
    return world.edit(message, formatted, markup).wire()


def delete_message(world: World, call: Parameters) -> bool:
    """Delete a message of the bot's, or in a private chat a message of the person's."""
    chat = world.writable(call.chat_id())
    message = chat.messages.get(_message_id(call))
    if message is None:
        raise bad_request("message to delete not found")
    own = message.sender == world.bot
    if not own and chat.type != "private":
        raise bad_request("message can't be deleted")
    if world.now - message.date > limits.DELETE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    world.delete(message)
    return True


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


def _formatted(call: Parameters, text_name: str, entities_name: str, may_be_empty: bool = False) -> Formatted:
    source = call.text(text_name)
    if not source and not may_be_empty:
        raise bad_request("message text is empty")
    try:
        raw = source.encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    if len(raw) > limits.RAW_TEXT_BYTES:
        raise bad_request("text is too long")
    formatted = finished(_parsed(source, call.text("parse_mode").lower(), call.items(entities_name) or []))
    if not formatted.text and not may_be_empty:
        raise bad_request("text must be non-empty")
    return formatted


def _parsed(source: str, parse_mode: str, entities: list[Any]) -> Formatted:
    match parse_mode:
        case "" | "none":
            try:
                return given(source, entities)
            except ParseError as error:
                raise bad_request(str(error)) from None
        case "html":
            try:
                return parse_html(source)
            except ParseError as error:
                raise bad_request(f"can't parse entities: {error}") from None
        case "markdown" | "markdownv2":
            # Not a refusal of Telegram's: it says that this emulator knows less than Telegram does.
            raise Refusal(501, "Not Implemented: the local Telegram reads parse_mode HTML only")
        case _:
            raise bad_request("unsupported parse_mode")


def _too_long(formatted: Formatted, limit: int) -> bool:
    return utf16_length(formatted.text) > limit


def _message_id(call: Parameters) -> int:
    message_id = call.number("message_id")
    if message_id <= 0:
        raise bad_request("message identifier is not specified")
    return message_id


def _editable(world: World, call: Parameters) -> Message:
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


# --- The bot itself --------------------------------------------------------------------------------------------------


def get_me(world: World, _call: Parameters) -> JSON:
    """Describe the bot."""
    more: JSON = {
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    name = world.profile.names.get("", world.bot.first_name)
    return world.bot.wire() | more | {"first_name": name}


def delete_webhook(world: World, call: Parameters) -> bool:
    """Do nothing: there is no webhook. Forget the updates that wait where asked to."""
    if call.flag("drop_pending_updates"):
        world.updates.drop()
    return True


def done(_world: World, _call: Parameters) -> bool:
    """Agree to `logOut` and `close`, which have nothing to do here."""
    return True


def set_my_name(world: World, call: Parameters) -> bool:
    """Set the bot's name."""
    return _set_text(world.profile.names, call, "name", limits.BOT_NAME)


def get_my_name(world: World, call: Parameters) -> JSON:
    """Return the bot's name."""
    return {"name": _text(world.profile.names, call) or world.bot.first_name}


def set_my_description(world: World, call: Parameters) -> bool:
    """Set what people read in an empty chat."""
    return _set_text(world.profile.descriptions, call, "description", limits.DESCRIPTION)


def get_my_description(world: World, call: Parameters) -> JSON:
    """Return what people read in an empty chat."""
    return {"description": _text(world.profile.descriptions, call)}


def set_my_short_description(world: World, call: Parameters) -> bool:
    """Set what people read on the bot's profile."""
    return _set_text(world.profile.short_descriptions, call, "short_description", limits.SHORT_DESCRIPTION)


def get_my_short_description(world: World, call: Parameters) -> JSON:
    """Return what people read on the bot's profile."""
    return {"short_description": _text(world.profile.short_descriptions, call)}


def _set_text(texts: dict[str, str], call: Parameters, name: str, limit: int) -> bool:
    text = call.text(name)
    if len(text) > limit:
        raise bad_request(f"{name.replace('_', ' ')} length must not exceed {limit}")
    texts[call.text("language_code")] = text
    return True


def _text(texts: dict[str, str], call: Parameters) -> str:
    return texts.get(call.text("language_code")) or texts.get("", "")


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
    return json.dumps(scope, sort_keys=True), call.text("language_code")


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
    "close": done,
    "deletemessage": delete_message,
    "deletemycommands": delete_my_commands,
    "deletewebhook": delete_webhook,
    "editmessagereplymarkup": edit_message_reply_markup,
    "editmessagetext": edit_message_text,
    "getchat": get_chat,
    "getchatmenubutton": get_chat_menu_button,
    "getme": get_me,
    "getmycommands": get_my_commands,
    "getmydescription": get_my_description,
    "getmyname": get_my_name,
    "getmyshortdescription": get_my_short_description,
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
}
"""By name in small letters: Telegram doesn't tell them apart by case."""
