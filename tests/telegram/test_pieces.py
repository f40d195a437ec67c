"""A question that comes in several short messages has one answer.

All that is said here comes within the moment in which messages are joined; for what comes later see `test_chat`.
"""

import logging

import pytest

from bot.local_telegram import Fault, Group, LocalTelegram, Person
from knowledge.load import Knowledge

FLIGHT = "what is the capital of france"
"""Has no answer here."""


def replies(telegram: LocalTelegram, where: Person | Group) -> list[str]:
    """Return the first line of each message of the bot's that stands in a chat now."""
    sent = where.chat.messages.values()
    return [message.formatted.text.split("\n")[0] for message in sent if message.sender == telegram.world.bot]


async def told_all(telegram: LocalTelegram, person: Person, *texts: str) -> list[str]:
    """Let a person send messages one right after the other, and return what stands of the bot's in the end."""
    for text in texts:
        await person.says(text)
    await telegram.quiet()
    return replies(telegram, person)


async def test_three_messages_have_one_answer(telegram: LocalTelegram, anna: Person) -> None:
    await anna.says("hello")
    hello = await anna.hears()
    await anna.says("who should")
    choices = await anna.hears()
    await anna.says("i go to first")
    answer = await anna.hears()
    assert answer.text.startswith("Which doctor to see")
    assert not answer.edited
    await telegram.quiet()
    assert replies(telegram, anna) == [answer.text.split("\n")[0]]
    assert [call.parameters["message_id"] for call in telegram.calls("deleteMessage")] == [hello.id, choices.id]


async def test_messages_sent_at_once_have_one_answer(telegram: LocalTelegram, anna: Person) -> None:
    (answer,) = await told_all(telegram, anna, "hello", "who should", "i go to first")
    assert answer.startswith("Which doctor to see")


async def test_the_person_s_own_messages_stay(telegram: LocalTelegram, anna: Person) -> None:
    await told_all(telegram, anna, "hello", "who should", "i go to first")
    said = [message.formatted.text for message in anna.messages if message.sender == anna.user]
    assert said == ["hello", "who should", "i go to first"]


async def test_the_new_reply_is_there_before_the_old_one_goes(telegram: LocalTelegram, anna: Person) -> None:
    await told_all(telegram, anna, "who should", "i go to first")
    methods = [call.method for call in telegram.calls() if call.method in ("sendMessage", "deleteMessage")]
    assert methods == ["sendMessage", "sendMessage", "deleteMessage"]


async def test_a_warning_sign_spread_over_two_messages_is_seen(telegram: LocalTelegram, anna: Person) -> None:
    (alert,) = await told_all(telegram, anna, "my tongue", "is swelling")
    assert alert.startswith("Call your emergency number now")


async def test_answers_stay_and_the_next_message_is_read_alone(telegram: LocalTelegram, anna: Person) -> None:
    ice, massage, choices = await told_all(telegram, anna, "ice or heat?", "does massage help?", "i go to first")
    assert (ice, massage) == ("Ice or heat", "Massage")
    assert choices != "Which doctor to see"
    assert not telegram.calls("deleteMessage")


async def test_a_reply_is_replaced_once(telegram: LocalTelegram, anna: Person) -> None:
    """After the answer, a new question begins."""
    whole, massage = await told_all(telegram, anna, "who should", "i go to first", "does massage help?")
    assert whole.startswith("Which doctor to see")
    assert massage == "Massage"
    assert len(telegram.calls("deleteMessage")) == 1


@pytest.mark.parametrize("before", [FLIGHT, "hello", "spine"], ids=["fallback", "small talk", "choices"])
async def test_an_answer_takes_the_place_of_a_reply_that_was_none(
    telegram: LocalTelegram, anna: Person, before: str
) -> None:
    assert await told_all(telegram, anna, before, "does massage help?") == ["Massage"]


async def test_an_alert_stays(telegram: LocalTelegram, anna: Person) -> None:
    alert, earlier = await told_all(telegram, anna, "my groin is numb", "i go to first")
    assert alert.startswith("Call your emergency number now")
    assert earlier.startswith("Earlier")


async def test_two_people_s_pieces_are_kept_apart(telegram: LocalTelegram, anna: Person, bert: Person) -> None:
    assert len(await told_all(telegram, anna, "who should")) == 1
    assert len(await told_all(telegram, bert, "i go to first")) == 1
    assert not telegram.calls("deleteMessage")


# --- what ends the wait ----------------------------------------------------------------------------------------------


async def test_a_picture_between_ends_it(telegram: LocalTelegram, anna: Person) -> None:
    await anna.says("who should")
    await anna.sends_photo()
    assert len(await told_all(telegram, anna, "i go to first")) == 3


async def test_a_command_between_ends_it(telegram: LocalTelegram, anna: Person) -> None:
    assert len(await told_all(telegram, anna, "who should", "/help", "i go to first")) == 3


async def test_a_tap_between_ends_it(telegram: LocalTelegram, anna: Person) -> None:
    await anna.says("who should")
    await anna.hears()
    await anna.taps("Topics")
    await anna.hears()
    assert len(await told_all(telegram, anna, "i go to first")) == 3


# --- edits and replies -----------------------------------------------------------------------------------------------


async def test_an_edited_message_is_read_alone(telegram: LocalTelegram, anna: Person) -> None:
    question = await anna.says(FLIGHT)
    answer = await anna.hears()
    await anna.says("/help")
    await anna.hears()
    await anna.says("who should")
    await anna.hears()
    await anna.edits(question, "i go to first")
    mended = await anna.hears()
    assert (mended.id, mended.edited) == (answer.id, True)
    assert not mended.text.startswith("Which doctor to see")
    await telegram.quiet()
    assert not telegram.calls("deleteMessage")


async def test_an_edited_message_is_not_joined_with_the_piece_it_was(telegram: LocalTelegram, anna: Person) -> None:
    piece = await anna.says("who should")
    choices = await anna.hears()
    await anna.edits(piece, "i go to first")
    mended = await anna.hears()
    assert mended.id == choices.id
    assert not mended.text.startswith("Which doctor to see")
    await telegram.quiet()
    assert not telegram.calls("deleteMessage")


async def test_a_piece_that_is_edited_after_its_reply_has_gone_is_answered_anew(
    telegram: LocalTelegram, anna: Person
) -> None:
    piece = await anna.says("who should")
    await anna.hears()
    await anna.says("i go to first")
    whole = await anna.hears()
    await anna.edits(piece, "does massage help?")
    massage = await anna.hears()
    assert not massage.edited
    assert massage.text.startswith("Massage")
    await telegram.quiet()
    assert replies(telegram, anna) == [whole.text.split("\n")[0], "Massage"]


async def test_a_reply_to_an_older_answer_is_read_in_its_light_alone(telegram: LocalTelegram, anna: Person) -> None:
    await anna.says("ice or heat?")
    ice_or_heat = await anna.hears()
    await anna.says(FLIGHT)
    fallback = await anna.hears()
    await anna.says("and for how long?", reply_to=ice_or_heat)
    assert (await anna.hears()).text.startswith("Ice or heat")
    await telegram.quiet()
    assert replies(telegram, anna) == ["Ice or heat", fallback.text.split("\n")[0], "Ice or heat"]


# --- groups ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("addressed", ["/ask {}", "@local_bot {}"])
async def test_in_a_group_nothing_is_joined(
    telegram: LocalTelegram, anna: Person, bert: Person, addressed: str
) -> None:
    group = telegram.group("Back pals", [anna, bert])
    for person, text in ((anna, "who should"), (bert, "i go to first"), (bert, "does massage help?")):
        await person.says(addressed.format(text), to=group)
    await telegram.quiet()
    _, second, massage = replies(telegram, group)
    assert massage == "Massage"
    assert not second.startswith("Which doctor to see")
    assert not telegram.calls("deleteMessage")


# --- a reply that stays ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["403", "429", "500", "502", "drop"])
async def test_a_reply_that_can_t_be_deleted_stays_and_the_bot_goes_on(
    telegram: LocalTelegram, anna: Person, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    telegram.fail(Fault(kind, method="deleteMessage"))  # type: ignore[arg-type]
    choices, whole = await told_all(telegram, anna, "who should", "i go to first")
    assert not choices.startswith("Which doctor to see")
    assert whole.startswith("Which doctor to see")
    assert len(telegram.calls("deleteMessage")) == 1
    assert (await told_all(telegram, anna, "does massage help?"))[2:] == ["Massage"]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_reply_that_the_person_has_deleted_is_no_error(
    telegram: LocalTelegram, anna: Person, caplog: pytest.LogCaptureFixture
) -> None:
    await anna.says("who should")
    telegram.world.delete((await anna.hears()).message)
    (whole,) = await told_all(telegram, anna, "i go to first")
    assert whole.startswith("Which doctor to see")
    assert "message to delete not found" in str(telegram.calls("deleteMessage")[-1].answer)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_pieces_are_joined_on_though_a_reply_could_not_be_deleted(telegram: LocalTelegram, anna: Person) -> None:
    telegram.fail(Fault("500", method="deleteMessage"))
    hello, whole = await told_all(telegram, anna, "hello", "who should", "i go to first")
    assert "back spasms" in hello
    assert whole.startswith("Which doctor to see")


# --- another language ------------------------------------------------------------------------------------------------


async def test_another_language_has_a_notice_in_it_with_the_topics(
    telegram: LocalTelegram, anna: Person, knowledge: Knowledge
) -> None:
    spanish = next(language for language in knowledge.languages.languages if language.id == "es")
    await anna.says("me duele mucho la espalda, ¿qué hago?")
    notice = await anna.hears()
    assert notice.text.startswith(spanish.notice)
    assert "112" in notice.text.split("\n")[0]
    assert {topic.label for topic in knowledge.wording.topics} < set(notice.buttons)
    await anna.taps("Ice or heat", on=notice)
    assert (await anna.hears()).text.startswith("Ice or heat")


async def test_another_language_in_pieces_has_one_notice(telegram: LocalTelegram, anna: Person) -> None:
    (notice,) = await told_all(telegram, anna, "hola", "me duele mucho la espalda", "¿qué hago para el dolor?")
    assert notice.startswith("En una emergencia llama al 112")


async def test_a_warning_sign_in_another_language_takes_the_place_of_the_notice(
    telegram: LocalTelegram, anna: Person
) -> None:
    (alert,) = await told_all(telegram, anna, "me duele mucho la espalda", "no siento las piernas")
    assert alert.startswith("En una emergencia llama al 112")
    assert "Call your emergency number now" in telegram.calls("sendMessage")[-1].parameters["text"]
