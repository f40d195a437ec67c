"""What is remembered of a chat, and a question that comes in pieces."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.assistant import Assistant
from bot.chat import BREATH, LASTS, MOMENT, Chat, Kept
from bot.reply import Action, Block, Button, Kind, Memory, Message, Raised, Reply, Style, Verb

WORDS = (Block(Style.TEXT, "…"),)
CHOICES = Reply("choices", WORDS)
FALLBACK = Reply("fallback", WORDS)
SMALL_TALK = Reply("answer", WORDS, intents=("greeting",))
ANSWER = Reply("answer", WORDS, intents=("massage",), about="massage")
ALERT = Reply("alert", WORDS, flags=(Raised("saddle_numbness", "emergency"),))
CHECK = Reply("check", WORDS, buttons=((Button("Yes", Action(Verb.YES, "saddle_numbness+massage")),),))

FLIGHT = "what is the capital of france"
"""Has no answer here."""


def says(assistant: Assistant, chat: Chat, text: str, now: float) -> Reply:
    """Let a person write something, and the bot reply and remember it."""
    reply = assistant.reply(chat.message(text, now))
    chat.heard(reply, now, text)
    return reply


class TestWhatIsPending:
    @pytest.mark.parametrize("reply", [CHOICES, FALLBACK, SMALL_TALK], ids=["choices", "fallback", "small talk"])
    def test_words_without_an_answer_wait_for_a_moment(self, reply: Reply) -> None:
        chat = Chat(joins=True)
        chat.heard(reply, 100, "who should")
        assert chat.memory(100).pending == "who should"
        assert chat.memory(100 + MOMENT).pending == "who should"
        assert chat.memory(100 + MOMENT + 0.1).pending == ""

    @pytest.mark.parametrize("reply", [ANSWER, ALERT, CHECK], ids=["answer", "alert", "check"])
    def test_words_that_had_their_reply_don_t_wait(self, reply: Reply) -> None:
        chat = Chat(joins=True)
        chat.heard(reply, 100, "does massage help?")
        assert chat.memory(100).pending == ""

    def test_a_tap_or_a_command_between_ends_the_wait(self) -> None:
        chat = Chat(joins=True)
        chat.heard(FALLBACK, 100, "who should")
        chat.heard(FALLBACK, 101)  # no words were given to it
        assert chat.memory(101).pending == ""

    def test_an_answer_between_ends_the_wait(self) -> None:
        chat = Chat(joins=True)
        chat.heard(FALLBACK, 100, "who should")
        chat.heard(ANSWER, 101, "does massage help?")
        assert chat.memory(101).pending == ""

    def test_pieces_are_joined_in_order(self) -> None:
        chat = Chat(joins=True)
        chat.heard(SMALL_TALK, 100, "hello")
        chat.heard(Reply("choices", WORDS, joins=True), 101, "who should")
        chat.heard(Reply("fallback", WORDS, joins=True), 102, "i")
        assert chat.memory(102).pending == "hello\nwho should\ni"

    def test_each_piece_gives_the_next_a_moment_of_its_own(self) -> None:
        chat = Chat(joins=True)
        chat.heard(SMALL_TALK, 100, "hello")
        chat.heard(Reply("choices", WORDS, joins=True), 100 + MOMENT, "who should")
        assert chat.memory(100 + 2 * MOMENT).pending == "hello\nwho should"
        assert chat.memory(101 + 2 * MOMENT).pending == ""

    def test_what_was_not_joined_is_left_behind(self) -> None:
        chat = Chat(joins=True)
        chat.heard(FALLBACK, 100, FLIGHT)
        chat.heard(CHOICES, 101, "spine")  # read alone, though within the moment: a group, an edit
        assert chat.memory(101).pending == "spine"

    def test_a_message_brings_what_waits_unless_it_stands_alone(self) -> None:
        chat = Chat(joins=True)
        chat.heard(FALLBACK, 100, "who should")
        message = chat.message("i go to first", 101)
        assert message == Message("i go to first", Memory(pending="who should", before="who should"))
        assert message.alone() == Message("i go to first")

    @given(
        st.lists(
            st.tuples(
                st.sampled_from([CHOICES, FALLBACK, SMALL_TALK, ANSWER, ALERT, CHECK]),
                st.floats(0, 4 * MOMENT),
                st.sampled_from(["", "a", "b"]),
            ),
            min_size=1,
        ),
        st.floats(0, 4 * MOMENT),
    )
    def test_only_the_latest_words_wait_and_never_longer_than_a_moment(
        self, told: list[tuple[Reply, float, str]], later: float
    ) -> None:
        chat, now = Chat(joins=True), 0.0
        for reply, pause, text in told:
            now += pause
            chat.heard(reply, now, text)
        reply, _, text = told[-1]
        waits = reply in (CHOICES, FALLBACK, SMALL_TALK) and now + later - now <= MOMENT
        assert chat.memory(now + later).pending == (text if waits else "")


class TestWhatElseIsRemembered:
    def test_the_last_answer_stays_under_small_talk(self) -> None:
        chat = Chat(joins=True)
        chat.heard(ANSWER, 0)
        chat.heard(SMALL_TALK, 1)
        assert chat.memory(LASTS * 9).last_intent == "massage"

    def test_a_message_may_be_about_an_older_answer(self) -> None:
        chat = Chat(joins=True)
        chat.heard(ANSWER, 0)
        assert chat.message("and for how long?", 1).memory.last_intent == "massage"
        assert chat.message("and for how long?", 1, about="ice_or_heat").memory.last_intent == "ice_or_heat"

    def test_an_alert_and_who_is_at_risk_fade_after_an_hour(self) -> None:
        chat = Chat(joins=True)
        chat.heard(ALERT, 0)
        chat.heard(Reply("fallback", WORDS, at_risk="pregnant"), 10)
        assert chat.memory(LASTS) == Memory(alert="saddle_numbness", at_risk="pregnant")
        assert chat.memory(LASTS + 1) == Memory(at_risk="pregnant")
        assert chat.memory(LASTS + 11) == Memory()

    def test_a_check_is_open_until_the_next_reply(self) -> None:
        chat = Chat(joins=True)
        chat.heard(CHECK, 0, "my bum goes numb")
        assert chat.memory(1).check == "saddle_numbness+massage"
        chat.heard(SMALL_TALK, 2, "hello")
        assert chat.memory(2).check == ""


class TestAQuestionInPieces:
    def test_three_messages_have_one_answer(self, assistant: Assistant) -> None:
        chat = Chat(joins=True)
        hello = says(assistant, chat, "hello", 0)
        who = says(assistant, chat, "who should", 2)
        whole = says(assistant, chat, "i go to first", 4)
        assert (hello.intents, hello.joins) == (("greeting",), False)
        assert (who.about, who.joins) == ("", True)
        assert (whole.kind, whole.intents, whole.joins) == ("answer", ("which_professional",), True)

    def test_the_same_message_later_is_read_alone(self, assistant: Assistant) -> None:
        chat = Chat(joins=True)
        says(assistant, chat, "who should", 0)
        later = says(assistant, chat, "i go to first", MOMENT + 1)
        assert (later.about, later.joins) == ("", False)
        assert later == assistant.reply(Message("i go to first"))

    def test_after_an_answer_nothing_is_joined(self, assistant: Assistant) -> None:
        chat = Chat(joins=True)
        for now, text in enumerate(("ice or heat?", "does massage help?", "does acupuncture work?")):
            assert not says(assistant, chat, text, now).joins

    @pytest.mark.parametrize("before", ["hello", FLIGHT, "spine"], ids=["small talk", "fallback", "choices"])
    def test_a_whole_question_is_answered_whatever_came_before(self, assistant: Assistant, before: str) -> None:
        chat = Chat(joins=True)
        assert says(assistant, chat, before, 0).about == ""
        answer = says(assistant, chat, "does massage help?", 1)
        assert (answer.kind, answer.intents, answer.joins) == ("answer", ("massage",), True)

    def test_what_answers_alone_is_not_spoilt_by_what_came_before(self, assistant: Assistant) -> None:
        alone = assistant.reply(Message("does acupuncture work?"))
        before = f"{FLIGHT}, and will it rain there, and who won the football match. " * 5
        joined = assistant.reply(Message("does acupuncture work?", Memory(pending=before)))
        assert assistant.reply(Message(f"{before}\ndoes acupuncture work?")).intents != ("acupuncture",)
        assert (joined.intents, joined.confidence, joined.joins) == (alone.intents, alone.confidence, True)

    def test_a_question_waits_for_nobody_who_is_silent(self, assistant: Assistant) -> None:
        for text in ("hello", "ice or heat?", "i cant feel my legs"):
            assert not assistant.reply(Message(text)).joins

    @pytest.mark.parametrize(
        ("pieces", "flag"),
        [
            (("my tongue", "is swelling"), "allergic_reaction"),
            (("my bladder", "feels full yet nothing comes out"), "bladder_bowel"),
            (("my face", "is drooping on one side"), "stroke"),
            (("hello", "my tongue", "is swelling"), "allergic_reaction"),
        ],
    )
    def test_a_warning_sign_spread_over_pieces_is_seen(
        self, assistant: Assistant, pieces: tuple[str, ...], flag: str
    ) -> None:
        assert not any(assistant.reply(Message(piece)).flags for piece in pieces)
        chat = Chat(joins=True)
        *_, alert = [says(assistant, chat, piece, now) for now, piece in enumerate(pieces)]
        assert (alert.kind, alert.joins) == ("alert", True)
        assert Raised(flag, "emergency") in alert.flags

    @pytest.mark.parametrize(("pause", "kind"), [(BREATH, "alert"), (BREATH + 1, "fallback")])
    def test_a_warning_sign_spread_over_two_messages_is_seen_for_a_while(
        self, assistant: Assistant, pause: float, kind: Kind
    ) -> None:
        chat = Chat()
        says(assistant, chat, "my tongue", 0)
        assert says(assistant, chat, "is swelling", pause).kind == kind

    def test_a_warning_sign_is_seen_where_the_first_message_was_answered(self, assistant: Assistant) -> None:
        chat = Chat()
        assert says(assistant, chat, "what helps against back spasms", 0).kind == "answer"
        assert says(assistant, chat, "and i have a fever", 30).flags[0].flag == "infection"

    def test_a_warning_sign_is_raised_once(self, assistant: Assistant) -> None:
        chat = Chat()
        assert says(assistant, chat, "my groin is numb", 0).kind == "alert"
        assert says(assistant, chat, "does massage help?", 30).kind == "answer"

    @pytest.mark.parametrize("before", ["never", "in a film", "i dont have", "hello", FLIGHT, "years ago was"])
    @pytest.mark.parametrize("sign", ["i cant feel my legs", "i have chest pain", "i want to kill myself"])
    def test_a_warning_sign_is_not_hidden_by_the_pieces_before(
        self, assistant: Assistant, before: str, sign: str
    ) -> None:
        alone = assistant.reply(Message(sign))
        reply = assistant.reply(Message(sign, Memory(pending=before)))
        assert reply.kind == "alert"
        assert set(alone.flags) <= set(reply.flags)

    @pytest.mark.parametrize("before", ["never", "i dont have", "no", "so"])
    def test_who_is_at_risk_is_not_forgotten_for_the_pieces_before(self, assistant: Assistant, before: str) -> None:
        alone = assistant.reply(Message("73 and on tramadol"))
        assert (alone.intents, alone.at_risk) == (("mixing_medicines",), "medicine_risk_group")
        reply = assistant.reply(Message("73 and on tramadol", Memory(pending=before)))
        assert reply.at_risk == "medicine_risk_group"
        assert set(alone.flags) <= set(reply.flags)
        assert "strong_pain_relievers" not in reply.intents

    PIECES = ("hello", "who should", "i go to first", "spine", "my tongue", "is swelling", "never", FLIGHT, "ice")

    @given(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from([1.0, MOMENT + 1])), max_size=6))
    def test_pieces_are_never_served_worse_than_alone(
        self, assistant: Assistant, told: list[tuple[str, float]]
    ) -> None:
        worse_first: tuple[Kind, ...] = ("fallback", "choices", "answer", "check", "alert")
        chat, now = Chat(joins=True), 0.0
        for text, pause in told:
            now += pause
            message = chat.message(text, now)
            alone, reply = assistant.reply(message.alone()), says(assistant, chat, text, now)
            assert not reply.joins or message.memory.pending
            assert reply.about or not alone.about
            if reply.about or not alone.intents:  # small talk is no answer: choices serve better
                assert worse_first.index(reply.kind) >= worse_first.index(alone.kind)


class TestWhatIsKept:
    def test_no_words_are_kept(self) -> None:
        chat = Chat(joins=True)
        chat.heard(FALLBACK, 100, "my knee is made of cheese")
        chat.heard(ALERT, 101, "and I am numb between the legs")
        assert "cheese" not in repr(chat.kept)
        assert "numb between" not in repr(chat.kept)

    def test_another_process_goes_on_with_what_is_kept(self) -> None:
        chat = Chat()
        chat.heard(ANSWER, 100, "does massage help?")
        chat.heard(CHECK, 101, "I feel strange down there")
        chat.heard(replace(ALERT, at_risk="pregnant", country="gb"), 102, "numb")
        elsewhere = Chat(kept=chat.kept)
        words_aside = replace(chat.memory(102 + LASTS), before="", pending="")
        assert elsewhere.memory(102 + LASTS) == words_aside
        assert words_aside == Memory("massage", alert="saddle_numbness", at_risk="pregnant", country="gb")
        assert elsewhere.memory(102 + LASTS + 1).alert == elsewhere.memory(102 + LASTS + 1).at_risk == ""

    def test_the_face_sets_the_latest_message(self) -> None:
        chat = Chat(kept=Kept(latest=7))
        chat.heard(ANSWER, 100, "does massage help?")
        assert chat.kept.latest == 7
