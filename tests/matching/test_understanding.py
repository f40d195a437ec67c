"""One question or two, on its own or after the last answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matching.decision import decide
from bot.matching.matcher import OFF_TOPIC, Example, Matcher, Settings
from bot.matching.understanding import CLEAR_ALONE, MOST_QUESTIONS, SECOND, questions, understand


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("ice or heat? and can i drive", ["ice or heat?", "and can i drive"]),
        ("need xray and can i go to work", ["need xray", "can i go to work"]),
        ("is yoga ok, also can i swim", ["is yoga ok", "also can i swim"]),
        ("how long / when to see a doctor", ["how long", "when to see a doctor"]),
        ("is it serious?can i drive?", ["is it serious", "can i drive?"]),
        ("heat packs and can i drive", ["heat packs", "can i drive"]),
        ("can i drive? heat packs", []),  # only at the start is a question short of its words
        ("can i drive? why?", []),  # one word is no question of its own
        ("ice or heat", []),
        ("i twisted it, can i swim", []),  # a comma may as well stand within a question
        ("hello. ok", []),
        ("i have sciatica. can i drive?", []),
        # A story.
        ("can i run? can i swim? can i walk? can i sit? can i lie?", []),
    ],
)
def test_a_message_is_cut_where_another_question_begins(text: str, parts: list[str]) -> None:
    assert list(questions(text)) == parts


@given(st.text() | st.text("ice or?!, and can i. /\n"))
def test_any_text_can_be_cut(text: str) -> None:
    parts = list(questions(text))
    assert len(parts) in (0, *range(2, MOST_QUESTIONS + 1))
    assert all(part in text for part in parts)


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("ice or heat? and can i drive", "ice_or_heat", "work_and_daily_life"),
        ("how long / when to see a doctor", "how_long_does_it_last", "when_to_see_doctor"),
    ],
)
def test_two_questions_have_two_answers_in_their_order(matcher: Matcher, text: str, first: str, second: str) -> None:
    decision, ranking = understand(matcher, text)
    assert (decision.kind, decision.intents) == ("answer", (first, second))
    assert decision.confidence == decide(matcher.rank(next(questions(text)))).confidence
    assert decision.reason.startswith("two questions, each sure; expected cost: ")
    assert ranking == matcher.rank(text)


@pytest.mark.parametrize("last_title", ["Massage", "What causes it"])
def test_two_questions_that_are_sure_alone_are_not_bent_by_the_last_answer(matcher: Matcher, last_title: str) -> None:
    """Though the message as a whole is less sure."""
    text = "is massage ok and can i go to work"
    assert decide(matcher.rank(text)).cost > CLEAR_ALONE
    decision, ranking = understand(matcher, text, last_title)
    assert decision.intents == ("massage", "work_and_daily_life")
    assert ranking == matcher.rank(text)


@pytest.mark.parametrize(
    "text", ["is it safe? and how long should i do it", "is it safe? is massage ok? can i go to work?"]
)
def test_questions_that_are_not_all_sure_alone_are_read_after_the_last_answer(matcher: Matcher, text: str) -> None:
    _, ranking = understand(matcher, text, "Ice or heat")
    assert ranking == matcher.rank(text, after="Ice or heat")


def test_no_more_than_two_questions_are_answered(matcher: Matcher) -> None:
    decision, _ = understand(matcher, "ice or heat? can i drive? is massage safe?")
    assert decision.intents == ("ice_or_heat", "work_and_daily_life")


def test_one_question_asked_in_two_ways_has_one_answer(matcher: Matcher) -> None:
    decision, _ = understand(matcher, "is ice or heat better? should i use ice or heat?")
    assert decision.intents == ("ice_or_heat",)


def test_of_two_subjects_that_can_t_be_told_apart_both_are_answered(matcher: Matcher) -> None:
    decision, ranking = understand(matcher, "stress and dehydration")
    assert set(decision.intents) == {"stress_and_anxiety", "hydration_and_minerals"}
    assert decision.intents == ranking.labels[:2]
    assert decision.reason.startswith("the second entry is likely too; expected cost: ")


def test_a_message_of_one_subject_has_one_answer(matcher: Matcher) -> None:
    """A second entry may serve it as well, and is not given."""
    decision, ranking = understand(matcher, "can a sneeze strain your back muscles")
    assert ranking.probabilities[1] >= SECOND
    assert decision.intents == ranking.labels[:1]


def test_the_last_answer_decides_what_a_follow_up_means(matcher: Matcher) -> None:
    alone, _ = understand(matcher, "and for how long?")
    after_heat, ranking = understand(matcher, "and for how long?", "Ice or heat")
    assert alone.intents[0] == "how_long_does_it_last"
    assert after_heat.intents == ("ice_or_heat",)
    assert ranking == matcher.rank("and for how long?", after="Ice or heat")


def test_what_means_nothing_alone_is_read_after_the_last_answer(matcher: Matcher) -> None:
    assert understand(matcher, "how do i get into one?")[0].kind != "answer"
    assert understand(matcher, "how do i get into one?", "Pain management")[0].intents == ("pain_management",)


@pytest.mark.parametrize("text", ["is it going to rain", "whats the weather there", "who won it"])
def test_another_subject_is_not_bent_by_the_last_answer(matcher: Matcher, text: str) -> None:
    decision, ranking = understand(matcher, text, "Ice or heat")
    assert decision.kind == "fallback"
    assert ranking == matcher.rank(text)


def test_a_clear_message_is_not_bent_by_the_last_answer(matcher: Matcher) -> None:
    decision, ranking = understand(matcher, "is tramadol addictive", "Ice or heat")
    assert decision.intents == ("pain_reliever_addiction",)
    assert ranking == matcher.rank("is tramadol addictive")


@given(st.text(), st.sampled_from(["", "Ice or heat"]))
def test_any_text_is_understood(matcher: Matcher, text: str, last_title: str) -> None:
    decision, ranking = understand(matcher, text, last_title)
    assert set(decision.intents) <= set(ranking.labels)
    assert len(decision.intents) in ((1, 2) if decision.kind == "answer" else (2, 3, 4))


def test_a_knowledge_of_one_entry_is_understood() -> None:
    examples = [Example(text, ("a",)) for text in ("ice or heat and cold", "ice and heat", "heat and ice")]
    examples += [Example(text, (OFF_TOPIC,)) for text in ("a joke please", "pizza order", "who won")]
    decision, _ = understand(Matcher(examples, settings=Settings(rarest=1)), "ice and heat")
    assert decision.intents == ("a",)
