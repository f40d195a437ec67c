"""In groups the bot answers only what is meant for it."""

from bot.local_telegram import LocalTelegram, Person


async def test_only_mentions_replies_and_ask_are_answered(anna: Person, bert: Person) -> None:
    telegram = anna._telegram
    assert isinstance(telegram, LocalTelegram)
    telegram.world.privacy = False  # even where the operator lets the bot read everything
    group = telegram.group("Back pals", [anna, bert])
    said = await anna.says("ice or heat for a back spasm?", to=group)
    await bert.says("does massage help?", to=group, reply_to=said)
    await anna.says("/help", to=group)
    await anna.sends_photo(to=group)
    await anna.hears_nothing(group)

    asked = await anna.says("/ask ice or heat?", to=group)
    answer = await anna.hears(group)
    assert answer.text.startswith("Ice or heat")
    assert answer.reply_to
    assert answer.reply_to.id == asked.id

    await bert.says("hey @Local_Bot does massage help?", to=group)
    assert (await bert.hears(group)).text.startswith("Ice or heat")
    assert (await bert.hears(group)).text.startswith("Massage")

    await bert.says("does acupuncture help?", to=group, reply_to=answer)
    assert (await bert.hears(group)).text.startswith("Acupuncture")


async def test_a_reply_in_a_group_is_read_in_the_light_of_what_it_replies_to(
    anna: Person, bert: Person, telegram: LocalTelegram
) -> None:
    group = telegram.group("Back pals", [anna, bert])
    await anna.says("/ask ice or heat?", to=group)
    ice_or_heat = await anna.hears(group)
    asked = await bert.says("/ask does acupuncture work?", to=group)
    await anna.hears(group)
    await anna.says("and for how long?", to=group, reply_to=ice_or_heat)
    assert (await anna.hears(group)).text.startswith("Ice or heat")
    await bert.says("/ask does acupuncture work?", to=group)
    await anna.hears(group)
    await anna.says("/ask and for how long?", to=group, reply_to=ice_or_heat)
    assert (await anna.hears(group)).text.startswith("Ice or heat")
    await bert.says("@local_bot massage?", to=group)
    await anna.hears(group)
    await anna.says("@local_bot is it worth it?", to=group, reply_to=asked)
    assert (await anna.hears(group)).text.startswith("Massage")


async def test_an_emergency_in_a_group(anna: Person, telegram: LocalTelegram) -> None:
    group = telegram.group("Back pals", [anna])
    await anna.says("@local_bot my mum cant feel her legs", to=group)
    assert (await anna.hears(group)).text.startswith("Call your emergency number now")


async def test_an_answer_stays_in_its_topic(anna: Person, telegram: LocalTelegram) -> None:
    group = telegram.group("Back pals", [anna], forum=True)
    topic = await group.opens_topic("Spasms")
    await anna.says("@local_bot ice or heat?", to=group, topic=topic)
    answer = await anna.hears(group)
    assert answer.message.thread_id == topic
    await anna.taps("Sources", where=group)
    assert (await anna.hears(group)).message.thread_id == topic


async def test_a_group_that_became_a_supergroup_is_answered_there(anna: Person, telegram: LocalTelegram) -> None:
    group = telegram.group("Back pals", [anna], kind="group")
    await anna.says("@local_bot ice or heat?", to=group)
    await anna.hears(group)
    await group.becomes_supergroup()
    await anna.says("@local_bot does massage help?", to=group)
    assert (await anna.hears(group)).text.startswith("Massage")


async def test_an_edited_mention_has_its_answer_mended(anna: Person, telegram: LocalTelegram) -> None:
    group = telegram.group("Back pals", [anna])
    question = await anna.says("@local_bot ice or heat?", to=group)
    answer = await anna.hears(group)
    await anna.edits(question, "@local_bot does massage help?")
    mended = await anna.hears(group)
    assert mended.id == answer.id
    assert mended.text.startswith("Massage")
