"""A person writes to the bot in a private chat."""

import logging
from collections.abc import Awaitable, Callable

import pytest

from bot.local_telegram import Heard, LocalTelegram, Person
from bot.local_telegram import Message as Sent
from knowledge.load import Knowledge

NUMBERS = "112, 911 or 999"
DISCLAIMER = "Emergency: 112, 911 or 999."


async def test_a_whole_conversation(telegram: LocalTelegram, anna: Person, bert: Person) -> None:
    await anna.starts()
    welcome = await anna.hears()
    assert "not a doctor" in welcome.text
    assert "4 March 2011" in welcome.text
    assert NUMBERS in welcome.text
    assert welcome.keyboard == [
        "First step",
        "Causes",
        "Medicines",
        "Ice or heat",
        "When to see a doctor",
        "Warning signs",
    ]
    examples = await anna.hears()
    assert len(examples.buttons) == 4

    await anna.says("spine")
    choices = await anna.hears()
    assert choices.text == "Did you mean one of these?"
    assert 3 <= len(choices.buttons) <= 5
    assert choices.buttons[-1] == "None of these"
    await anna.taps("None of these")
    assert "Causes" in (await anna.hears()).buttons

    question = await anna.says("should I put ice or heat on my back?")
    answer = await anna.hears()
    assert answer.text.startswith("Ice or heat")
    assert "From the article of 4 March 2011" in answer.text
    assert "Newer guidance:" in answer.text
    assert answer.text.endswith(DISCLAIMER)
    assert {"Sources", "Share"} <= set(answer.buttons)

    await anna.taps("Sources")
    sources = await anna.hears()
    assert "Back spasms treatment (the article), 4 March 2011" in sources.text
    assert "Cochrane review: Heat or cold for low back pain" in sources.text

    related = answer.buttons[0]
    await anna.taps(related, on=answer)
    assert (await anna.hears()).text.startswith(related)

    await anna.says("ibuprophen for bck spasm")
    assert (await anna.hears()).text.startswith("Anti-inflammatories")

    await anna.edits(question, "does acupuncture work for back spasms?")
    mended = await anna.hears()
    assert mended.edited
    assert mended.id == answer.id
    assert mended.text.startswith("Acupuncture")

    await anna.sends_photo()
    assert NUMBERS in (await anna.hears()).text

    await anna.says("i cant pee since this morning and my back hurts")
    alert = await anna.hears()
    assert alert.text.startswith("Call your emergency number now: 112")
    assert "You may have written about" in alert.text
    assert DISCLAIMER not in alert.text
    assert alert.buttons == ["That's not what I meant"]

    group = telegram.group("Back pals", [anna, bert])
    await bert.says("@local_bot how long does a back spasm last?", to=group)
    assert (await bert.hears(group)).text.startswith("How long")


async def test_a_topic_button_opens_its_entry(anna: Person) -> None:
    await anna.starts()
    await anna.hears()
    await anna.hears()
    for label, opened in [("Ice or heat", "Ice or heat"), ("Medicines", "Medicines"), ("Warning signs", "Emergency")]:
        await anna.presses(label)
        assert (await anna.hears()).text.startswith(opened)


async def test_text_typed_while_choices_stand_is_a_new_question(anna: Person) -> None:
    await anna.says("spine")
    assert (await anna.hears()).text == "Did you mean one of these?"
    await anna.says("is massage good for back spasms?")
    assert (await anna.hears()).text.startswith("Massage")


async def test_paragraphs_stay_apart(anna: Person, knowledge: Knowledge) -> None:
    paragraphs = knowledge.entries["work_and_daily_life"].answer.split("\n\n")
    assert len(paragraphs) > 1
    await anna.says("can i go to work with a bad back")
    assert "\n\n".join(paragraphs) in (await anna.hears()).text


async def test_a_choice_that_is_tapped_is_answered(anna: Person) -> None:
    await anna.says("spine")
    choices = await anna.hears()
    assert choices.text == "Did you mean one of these?"
    first = choices.buttons[0]
    await anna.taps(first)
    assert (await anna.hears()).text.startswith(first)


async def test_topics_can_be_browsed_to_every_entry(anna: Person, knowledge: Knowledge) -> None:
    await anna.says("/topics")
    topics = await anna.hears()
    assert topics.buttons[0] == "Treatments"
    assert set(topics.buttons) == {theme.title for theme in knowledge.themes}
    found: set[str] = set()
    for theme in topics.buttons:
        await anna.taps(theme, on=topics)
        found.update((await anna.hears()).buttons)
    assert {entry.title for entry in knowledge.entries.values()} <= found


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/help", "/topics lists all I know"),
        ("/about", "No doctor or nurse has reviewed"),
        ("/disclaimer", "not a diagnosis"),
        ("/privacy", "keep no copy"),
        ("/ask", "Write your question after the command"),
        ("/ask ice or heat?", "Ice or heat"),
        ("/ask@local_bot ice or heat?", "Ice or heat"),
    ],
)
async def test_commands(anna: Person, command: str, said: str) -> None:
    await anna.says(command)
    assert said in (await anna.hears()).text


async def test_words_behind_a_command_are_read(anna: Person) -> None:
    for command in ("/help", "/start", "/topics", "/nonsense"):
        await anna.says(f"{command} i cant feel my legs")
        assert (await anna.hears()).text.startswith("Call your emergency number now"), command


async def test_all_sources_come_in_parts_with_a_button_for_the_rest(anna: Person, knowledge: Knowledge) -> None:
    await anna.says("/sources")
    part = await anna.hears()
    text = part.text
    while "Read on" in part.buttons:
        await anna.taps("Read on", on=part)
        part = await anna.hears()
        text += part.text
    assert all(source.name in text for source in knowledge.sources.sources)


async def test_a_shared_link_opens_its_entry(anna: Person, bert: Person) -> None:
    await anna.says("does massage help?")
    share = (await anna.hears()).links["Share"]
    assert share == "https://t.me/share/url?url=https%3A%2F%2Ft.me%2Flocal_bot%3Fstart%3Dmassage"
    await bert.opens("https://t.me/local_bot?start=massage")
    assert (await bert.hears()).text.startswith("Massage")


async def test_a_link_to_an_entry_that_has_gone_says_so(anna: Person) -> None:
    await anna.starts("leeches")
    gone = await anna.hears()
    assert gone.text.startswith("That answer is no longer here")
    assert "Causes" in gone.buttons


async def test_an_edit_that_reports_an_emergency_is_answered_anew(anna: Person) -> None:
    question = await anna.says("ice or heat?")
    answer = await anna.hears()
    await anna.edits(question, "ice or heat? and i cant feel my legs")
    alert = await anna.hears()
    assert not alert.edited
    assert alert.id != answer.id
    assert alert.text.startswith("Call your emergency number now")


async def test_an_edit_that_changes_nothing_is_no_error(telegram: LocalTelegram, anna: Person) -> None:
    question = await anna.says("ice or heat?")
    await anna.hears()
    await anna.edits(question, "Ice or heat??")
    await anna.hears_nothing()
    assert "not modified" in str(telegram.calls("editMessageText")[-1].answer)


async def test_an_edit_whose_answer_was_deleted_is_answered_anew(telegram: LocalTelegram, anna: Person) -> None:
    question = await anna.says("ice or heat?")
    answer = await anna.hears()
    del anna.chat.messages[answer.id]
    await anna.edits(question, "does massage help?")
    assert (await anna.hears()).text.startswith("Massage")


async def test_what_holds_no_words_gets_a_friendly_line_with_the_numbers(anna: Person) -> None:
    cases: list[tuple[Callable[[], Awaitable[object]], str]] = [
        (anna.sends_photo, "pictures"),
        (anna.sends_video, "pictures"),
        (anna.sends_voice, "voice"),
        (anna.sends_sticker, "only read words"),
        (anna.sends_document, "files"),
        (anna.sends_location, "location"),
        (anna.sends_contact, "only read text"),
    ]
    for send, said in cases:
        await send()
        line = (await anna.hears()).text
        assert said in line
        assert NUMBERS in line


async def test_a_pictures_caption_is_read(anna: Person) -> None:
    await anna.sends_photo(caption="is this heating pad any good for a back spasm?")
    assert (await anna.hears()).text.startswith("Ice or heat")
    await anna.sends_document(caption="i cant feel my legs")
    assert (await anna.hears()).text.startswith("Call your emergency number now")


async def test_after_an_alert_the_next_answer_carries_a_reminder(anna: Person) -> None:
    await anna.says("my groin is numb")
    assert (await anna.hears()).text.startswith("Call your emergency number now")
    await anna.says("ice or heat?")
    answer = (await anna.hears()).text
    assert answer.startswith("Earlier you may have written about a warning sign")
    assert "Ice or heat" in answer


async def test_a_sign_spread_over_two_messages_is_seen_though_the_first_had_its_answer(anna: Person) -> None:
    await anna.says("does heat help a bad back?")
    assert (await anna.hears()).text.startswith("Ice or heat")
    await anna.says("trouble getting an erection too")
    assert (await anna.hears()).text.startswith("Call your emergency number now")


async def test_the_log_names_the_sign_and_its_rule_and_no_words(anna: Person, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await anna.says("since tuesday grandma has a numb groin")
        await anna.hears()
    assert any(line.startswith("warning sign saddle_numbness (emergency) by {") for line in caplog.messages)
    logged = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("bot."))
    assert "grandma" not in logged
    assert "groin" not in logged


async def test_a_country_is_chosen_and_its_number_named(anna: Person, bert: Person) -> None:
    await anna.says("/country")
    countries = await anna.hears()
    assert len(countries.buttons) == 31
    await anna.taps("Japan")
    assert "119 (Japan)" in (await anna.hears()).text
    await anna.says("my groin is numb")
    assert (await anna.hears()).text.startswith("Call your emergency number now: 119 (Japan).")
    await bert.says("my groin is numb")
    assert "911" in (await bert.hears()).text


async def test_an_alert_that_was_not_meant_can_be_corrected(anna: Person) -> None:
    await anna.says("my groin is numb")
    await anna.hears()
    await anna.taps("That's not what I meant")
    assert NUMBERS in (await anna.hears()).text


async def test_a_borderline_sign_is_asked_about(anna: Person) -> None:
    await anna.says("slipped on ice and landed on my bum")
    check = await anna.hears()
    assert check.buttons == ["Yes", "No"]
    assert NUMBERS in check.text
    await anna.taps("Yes", on=check)
    assert "Call your emergency number now" in (await anna.hears()).text
    await anna.taps("No", on=check)
    assert "Call your emergency number now" not in (await anna.hears()).text


async def test_two_people_don_t_share_a_memory(anna: Person, bert: Person) -> None:
    await anna.says("my groin is numb")
    await anna.hears()
    await bert.says("ice or heat?")
    assert (await bert.hears()).text.startswith("Ice or heat")


async def follow_up(anna: Person, earlier: Heard | Sent) -> str:
    """Let Anna ask about acupuncture, and then, in reply to an earlier message, what means nothing alone."""
    await anna.says("does acupuncture work?")
    await anna.hears()
    await anna.says("and for how long?", reply_to=earlier)
    return (await anna.hears()).text


async def test_a_reply_to_an_older_answer_is_read_in_its_light(anna: Person) -> None:
    await anna.says("ice or heat?")
    ice_or_heat = await anna.hears()
    await anna.says("does acupuncture work?")
    await anna.hears()
    await anna.says("and for how long?")
    assert (await anna.hears()).text.startswith("Acupuncture")
    await anna.says("and for how long?", reply_to=ice_or_heat)
    assert (await anna.hears()).text.startswith("Ice or heat")
    await anna.says("is it safe?")
    assert (await anna.hears()).text.startswith("Ice or heat")


async def test_a_reply_that_makes_sense_alone_is_read_alone(anna: Person) -> None:
    await anna.says("ice or heat?")
    ice_or_heat = await anna.hears()
    await anna.says("does acupuncture work?", reply_to=ice_or_heat)
    assert (await anna.hears()).text.startswith("Acupuncture")
    await anna.says("i cant feel my legs", reply_to=ice_or_heat)
    assert (await anna.hears()).text.startswith("Call your emergency number now")


@pytest.mark.parametrize(
    "earlier",
    [
        "spine",  # choices
        "my groin is numb",  # an alert
        "fever and back pain, does massage help?",  # an alert with an answer under it
        "slipped on ice and landed on my bum",  # a check
        "/help",  # a page
        "/sources",  # a page in several messages
        "what is the capital of france",  # a fallback
        "hello",
    ],
)
async def test_a_reply_to_what_is_no_answer_is_read_as_without_it(anna: Person, earlier: str) -> None:
    await anna.says(earlier)
    no_answer = await anna.hears()
    await anna.says("/about")  # what comes between is not joined, so that the earlier reply stays
    await anna.hears()
    assert "Acupuncture" in await follow_up(anna, no_answer)
    assert no_answer.id in anna.chat.messages


async def test_a_reply_to_one_s_own_question_is_read_as_without_it(anna: Person) -> None:
    question = await anna.says("ice or heat?")
    await anna.hears()
    assert (await follow_up(anna, question)).startswith("Acupuncture")


async def test_a_reply_to_a_mended_answer_is_read_in_the_light_of_what_it_says_now(anna: Person) -> None:
    question = await anna.says("does massage help?")
    answer = await anna.hears()
    await anna.edits(question, "ice or heat?")
    await anna.hears()
    assert (await follow_up(anna, answer)).startswith("Ice or heat")


async def test_a_reply_that_is_edited_is_still_a_reply(anna: Person) -> None:
    await anna.says("ice or heat?")
    ice_or_heat = await anna.hears()
    reply = await anna.says("can i go to work with a bad back", reply_to=ice_or_heat)
    await anna.hears()
    await anna.says("does acupuncture work?")
    await anna.hears()
    await anna.edits(reply, "and for how long?")
    mended = await anna.hears()
    assert mended.edited
    assert mended.text.startswith("Ice or heat")


@pytest.mark.parametrize("text", ["<b>ice</b> & heat </i>", "ice &lt; heat", "{numbers} {name} ice or heat"])
async def test_what_looks_like_markup_is_harmless(anna: Person, text: str) -> None:
    await anna.says(text)
    assert "went wrong" not in (await anna.hears()).text


@pytest.mark.parametrize("text", ["👍", "...", "\u202e\u202egnikcab", "١٢٣", "ice " * 1000, "🍕" * 200, "?"])
async def test_odd_messages_get_a_sensible_reply(anna: Person, text: str) -> None:
    await anna.says(text)
    assert "went wrong" not in (await anna.hears()).text
