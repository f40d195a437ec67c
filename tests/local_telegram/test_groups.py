"""Groups, supergroups and forums."""

import pytest
from telegram import Bot, ReplyParameters, Update

from bot.local_telegram import Group, LocalTelegram, Person


@pytest.fixture
def anna(telegram: LocalTelegram) -> Person:
    return telegram.person("Anna")


@pytest.fixture
def bert(telegram: LocalTelegram) -> Person:
    return telegram.person("Bert")


@pytest.fixture
def group(telegram: LocalTelegram, anna: Person, bert: Person) -> Group:
    return telegram.group("Back pals", members=[anna, bert])


@pytest.fixture
def forum(telegram: LocalTelegram, anna: Person) -> Group:
    return telegram.group("Back forum", members=[anna], forum=True)


async def fetch(bot: Bot) -> list[Update]:
    updates = await bot.get_updates()
    await bot.get_updates(offset=updates[-1].update_id + 1 if updates else None)
    return list(updates)


async def texts(bot: Bot) -> list[str | None]:
    return [update.effective_message.text for update in await fetch(bot) if update.effective_message]


async def test_the_bot_is_told_that_it_was_added(group: Group, anna: Person, bot: Bot) -> None:
    change = (await fetch(bot))[0].my_chat_member
    assert change
    assert (change.chat.id, change.chat.title, change.from_user.id) == (group.id, "Back pals", anna.id)
    assert (change.old_chat_member.status, change.new_chat_member.status) == ("left", "member")


async def test_in_privacy_mode_the_bot_hears_what_is_meant_for_it(
    telegram: LocalTelegram, group: Group, anna: Person, bot: Bot
) -> None:
    mine = telegram.world.post(group.chat, telegram.world.bot)
    await anna.says("my back hurts", to=group)
    await anna.says("/ask ice?", to=group)
    await anna.says("/ask@local_bot heat?", to=group)
    await anna.says("/ask@other_bot rest?", to=group)
    await anna.says("so @local_bot, what now?", to=group)
    await anna.says("so @local_bottle, what now?", to=group)
    await anna.says("thanks", to=group, reply_to=mine)
    await anna.sends_photo(caption="@local_bot look", to=group)
    heard = [u.message.text or u.message.caption for u in await fetch(bot) if u.message]
    assert heard == ["/ask ice?", "/ask@local_bot heat?", "so @local_bot, what now?", "thanks", "@local_bot look"]


async def test_an_administrator_hears_everything(group: Group, anna: Person, bot: Bot) -> None:
    await group.adds_bot("administrator")
    await anna.says("my back hurts", to=group)
    promotion, message = (await fetch(bot))[1:]
    assert promotion.my_chat_member
    assert promotion.my_chat_member.new_chat_member.status == "administrator"
    assert message.effective_message
    assert message.effective_message.text == "my back hurts"


async def test_without_privacy_mode_the_bot_hears_everything() -> None:
    async with LocalTelegram(privacy=False) as telegram:
        anna = telegram.person("Anna")
        group = telegram.group("Back pals", members=[anna])
        await anna.says("my back hurts", to=group)
        assert len(telegram.world.updates) == 2


async def test_a_mention_and_a_command_carry_their_entities(group: Group, anna: Person, bot: Bot) -> None:
    await anna.says("😀 @local_bot /ask@local_bot ice?", to=group)
    message = (await fetch(bot))[-1].message
    assert message
    assert {entity.type: (entity.offset, message.parse_entity(entity)) for entity in message.entities} == {
        "mention": (3, "@local_bot"),
        "bot_command": (14, "/ask@local_bot"),
    }


async def test_everyone_in_a_group_hears_the_bot(group: Group, anna: Person, bert: Person, bot: Bot) -> None:
    await bot.send_message(group.id, "hello all")
    assert (await anna.hears(group)).text == (await bert.hears(group)).text == "hello all"


async def test_strangers_cannot_speak(telegram: LocalTelegram, group: Group) -> None:
    carl = telegram.person("Carl")
    with pytest.raises(AssertionError, match="Carl isn't in Back pals"):
        await carl.says("hi", to=group)
    await group.adds(carl)
    await carl.says("hi", to=group)


async def test_a_bot_that_was_thrown_out_hears_nothing(group: Group, anna: Person, bot: Bot) -> None:
    await group.removes_bot()
    await anna.says("/ask", to=group)
    assert await texts(bot) == []
    await group.adds_bot()
    await anna.says("/ask again", to=group)
    assert await texts(bot) == ["/ask again"]


async def test_a_reply_in_a_supergroup_has_a_thread(group: Group, anna: Person, bot: Bot) -> None:
    question = await anna.says("/ask", to=group)
    reply = await bot.send_message(group.id, "answer", reply_parameters=ReplyParameters(question.id))
    assert reply.reply_to_message
    assert (reply.reply_to_message.message_id, reply.message_thread_id) == (question.id, question.id)
    assert not reply.is_topic_message
    assert await bot.send_message(group.id, "more", message_thread_id=reply.message_thread_id)


async def test_a_supergroup_counts_its_messages_itself(group: Group, anna: Person) -> None:
    assert [(await anna.says("x")).id, (await anna.says("x", to=group)).id, (await anna.says("x")).id] == [1, 1, 2]


async def test_a_forum_has_topics(forum: Group, anna: Person, bot: Bot) -> None:
    topic = await forum.opens_topic("Ice")
    await anna.says("/ask", to=forum, topic=topic)
    await anna.says("/ask", to=forum)
    opened, asked, general = [update.message for update in await fetch(bot) if update.message]
    assert opened.forum_topic_created
    assert (asked.message_thread_id, asked.is_topic_message) == (topic, True)
    # Telegram ties every message of a topic to the topic's first one.
    assert asked.reply_to_message
    assert asked.reply_to_message.forum_topic_created
    assert (general.message_thread_id, general.is_topic_message) == (None, None)
    answer = await asked.reply_text("answer")
    assert answer.message_thread_id == topic
    with pytest.raises(AssertionError, match="has no topic 99"):
        await anna.says("x", to=forum, topic=99)


async def test_only_forums_have_topics(group: Group) -> None:
    with pytest.raises(AssertionError, match="is no forum"):
        await group.opens_topic("Ice")


async def test_a_group_becomes_a_supergroup(telegram: LocalTelegram, anna: Person, bot: Bot) -> None:
    group = telegram.group("Back pals", members=[anna], kind="group")
    old = group.id
    await group.becomes_supergroup()
    gone, come = [update.message for update in await fetch(bot) if update.message]
    assert (gone.chat.id, gone.migrate_to_chat_id) == (old, group.id)
    assert (come.chat.id, come.migrate_from_chat_id) == (group.id, old)
    await anna.says("/ask", to=group)
    assert await texts(bot) == ["/ask"]
    with pytest.raises(AssertionError, match="supergroup already"):
        await group.becomes_supergroup()


def test_a_group_must_be_possible(telegram: LocalTelegram, anna: Person) -> None:
    with pytest.raises(ValueError, match="someone who makes it"):
        telegram.group("Nobody", members=[])
    with pytest.raises(ValueError, match="Only a supergroup"):
        telegram.group("Old forum", members=[anna], kind="group", forum=True)
