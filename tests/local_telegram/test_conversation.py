"""An unmodified bot talks with people."""

import pytest

from tests.conversation import LocalTelegram, assert_valid_wire
from tests.local_telegram.conftest import Received, sends_every_kind


async def test_a_person_says_something_and_the_bot_answers(echo: LocalTelegram) -> None:
    anna = echo.person("Anna")
    await anna.says("ice or heat?")
    answer = await anna.hears()
    assert answer.text == "ice or heat?"
    assert answer.html == "<b>ice or heat?</b>"
    assert answer.buttons == ["Sources", "NHS"]
    assert answer.links == {"NHS": "nhs.uk"}
    await anna.hears_nothing()


async def test_a_tap_brings_a_notice_and_the_edit_is_heard(echo: LocalTelegram) -> None:
    anna = echo.person("Anna")
    await anna.says("hello")
    assert (await anna.hears()).buttons
    assert (await anna.taps("Sources")).text == "You tapped sources"
    edit = await anna.hears()
    assert edit.edited
    assert edit.buttons == []


async def test_a_tap_on_an_address_opens_it(echo: LocalTelegram) -> None:
    anna = echo.person("Anna")
    await anna.says("hello")
    await anna.hears()
    assert (await anna.taps("NHS")).url == "nhs.uk"


async def test_a_reply_keyboard_is_pressed(echo: LocalTelegram) -> None:
    anna = echo.person("Anna")
    await anna.says("/menu")
    assert (await anna.hears()).keyboard == anna.keyboard == ["Ice or heat", "Rest", "Stretches"]
    await anna.presses("Ice or heat")
    assert (await anna.hears()).text == "Ice or heat"
    await anna.says("/nomenu")
    assert (await anna.hears()).text == "Write"
    assert anna.keyboard == []


async def test_a_button_that_is_not_there_cannot_be_used(echo: LocalTelegram) -> None:
    anna = echo.person("Anna")
    with pytest.raises(AssertionError, match="No button 'Rest' on the keyboard"):
        await anna.presses("Rest")
    with pytest.raises(AssertionError, match="No button 'Sources' to tap"):
        await anna.taps("Sources")


async def test_people_have_chats_of_their_own(echo: LocalTelegram) -> None:
    anna, bert = echo.person("Anna"), echo.person("Bert")
    await anna.says("I am Anna")
    await bert.says("I am Bert")
    assert (await bert.hears()).text == "I am Bert"
    assert (await anna.hears()).text == "I am Anna"
    await bert.hears_nothing()


async def test_an_edit_reaches_the_bot_as_an_edit(echo: LocalTelegram, received: Received) -> None:
    anna = echo.person("Anna")
    message = await anna.says("ise or heat")
    await anna.hears()
    await anna.edits(message, "ice or heat")
    assert (await anna.hears()).text == "ice or heat"
    edited = received.updates[-1].edited_message
    assert edited
    assert edited.message_id == message.id
    assert edited.edit_date


async def test_a_link_starts_the_bot_with_its_payload(echo: LocalTelegram, received: Received) -> None:
    anna = echo.person("Anna")
    await anna.opens("https://t.me/local_bot?start=ice_or_heat")
    await anna.hears()
    message = received.updates[-1].message
    assert message
    assert message.text == "/start ice_or_heat"
    assert [entity.type for entity in message.entities] == ["bot_command"]


@pytest.mark.parametrize("payload", ["a b", "a" * 65, "ü", "a.b"])
async def test_telegram_makes_no_link_with_a_payload_it_does_not_allow(telegram: LocalTelegram, payload: str) -> None:
    with pytest.raises(ValueError, match="can't be a start payload"):
        await telegram.person("Anna").starts(payload)


async def test_a_link_to_something_else_is_not_followed(telegram: LocalTelegram) -> None:
    with pytest.raises(ValueError, match="is no link to a bot"):
        await telegram.person("Anna").opens("https://nhs.uk/?start=x")


async def test_people_edit_their_own_messages_only(echo: LocalTelegram) -> None:
    anna = echo.person("Anna")
    await anna.says("hello")
    answer = await anna.hears()
    assert answer.reply_to is None
    with pytest.raises(AssertionError, match="their own messages only"):
        await anna.edits(answer.message, "goodbye")


async def test_a_reply_brings_the_message_with_its_buttons_as_they_are_now(
    echo: LocalTelegram, received: Received
) -> None:
    anna = echo.person("Anna")
    await anna.says("hello")
    answer = await anna.hears()
    await anna.says("and then?", reply_to=answer)
    await anna.taps("Sources", on=answer)
    await echo.quiet()
    await anna.says("and now?", reply_to=answer)
    await echo.quiet()
    first, before, after = [update.message for update in received.updates if update.message]
    assert first.reply_to_message is None
    assert before.reply_to_message
    assert before.reply_to_message.reply_markup
    assert [button.text for (button, *_) in before.reply_to_message.reply_markup.inline_keyboard] == ["Sources"]
    assert after.reply_to_message
    assert after.reply_to_message.reply_markup is None  # the tap's edit took the buttons away


async def test_silence_is_noticed_when_broken(echo: LocalTelegram) -> None:
    anna = echo.person("Anna")
    await anna.says("hello")
    with pytest.raises(AssertionError, match=r"Anna expected silence but heard \['hello'\]"):
        await anna.hears_nothing()


async def test_a_test_can_wait_for_a_call(echo: LocalTelegram) -> None:
    anna = echo.person("Anna")
    await anna.says("one")
    await anna.says("two")
    calls = await echo.called("sendMessage", times=2)
    assert [call.parameters["text"] for call in calls] == ["<b>one</b>", "<b>two</b>"]


async def test_a_port_that_is_taken_is_an_error(telegram: LocalTelegram) -> None:
    with pytest.raises(OSError, match="address already in use"):
        await LocalTelegram(port=int(telegram.url.rpartition(":")[2])).start()


async def test_everything_that_can_be_sent_arrives(echo: LocalTelegram, received: Received) -> None:
    anna = echo.person("Anna")
    await sends_every_kind(anna)
    await anna.sends("dice", {"emoji": "🎲", "value": 6})
    await echo.quiet()
    messages = [update.message for update in received.updates if update.message]
    assert messages[0].caption == "my back"
    kinds = ["photo", "voice", "video", "document", "sticker", "location", "contact", "dice"]
    assert [kind for kind, message in zip(kinds, messages, strict=True) if getattr(message, kind)] == kinds


async def test_a_blocked_bot_is_told_and_hears_no_more(echo: LocalTelegram, received: Received) -> None:
    anna = echo.person("Anna")
    await anna.says("hello")
    await anna.hears()
    await anna.blocks()
    await echo.quiet()
    change = received.updates[-1].my_chat_member
    assert change
    assert (change.old_chat_member.status, change.new_chat_member.status) == ("member", "kicked")
    with pytest.raises(AssertionError, match="Anna has blocked the bot"):
        await anna.says("hello?")
    await anna.unblocks()
    await anna.says("hello again")
    assert (await anna.hears()).text == "hello again"


async def test_waiting_in_vain_says_what_went_over_the_wire(
    telegram: LocalTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.local_telegram.telegram.PATIENCE", 0.01)
    anna = telegram.person("Anna")
    await anna.says("hello")
    with pytest.raises(
        AssertionError, match=r"Waited 0.01 s for the bot to say something to Anna. Updates not fetched: 1"
    ):
        await anna.hears()


async def test_every_call_and_every_answer_is_one_of_the_bot_api(echo: LocalTelegram) -> None:
    anna = echo.person("Anna")
    group = echo.group("Back pals", members=[anna], forum=True)
    topic = await group.opens_topic("Ice")
    await anna.says("<hello> https://example.org")
    await anna.hears()
    await anna.taps("Sources")
    await anna.says("/menu")
    await anna.says("@local_bot what about ice?", to=group, topic=topic)
    await anna.sends_photo(caption="@local_bot look", to=group)
    await echo.quiet()
    assert {call.method for call in echo.calls()} >= {"getMe", "sendMessage", "answerCallbackQuery"}
    assert_valid_wire([*echo.calls(), *echo.calls("getUpdates")])
