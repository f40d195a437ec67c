"""The words of a chat, for the two minutes in which the next message may belong to them."""

from bot.chat import BREATH, Kept
from bot.telegram.turn import LastWords


def test_a_chat_is_remembered_for_as_long_as_its_words_matter() -> None:
    words = LastWords()
    anna = words.chat(1, Kept(), now=1000.0)
    words.chat(2, Kept(), now=1000.0 + BREATH)
    assert words.chat(1, Kept(), now=1000.0 + BREATH) is anna


def test_what_is_older_is_forgotten_with_the_next_message_of_anyone() -> None:
    words = LastWords()
    anna = words.chat(1, Kept(), now=1000.0)
    words.chat(2, Kept(), now=1001.0 + BREATH)
    assert len(words) == 1
    assert words.chat(1, Kept(), now=1001.0 + BREATH) is not anna


def test_words_before_an_answer_of_another_replica_are_forgotten() -> None:
    words = LastWords()
    anna = words.chat(1, Kept(latest=7), now=1000.0)
    assert words.chat(1, Kept(latest=7), now=1001.0) is anna
    other = words.chat(1, Kept(latest=9), now=1002.0)
    assert other is not anna
    assert other.kept.latest == 9


def test_no_more_chats_are_remembered_than_there_is_room_for() -> None:
    words = LastWords(most=2)
    for chat in range(5):
        words.chat(chat, Kept(), now=1000.0)
    assert len(words) == 2
