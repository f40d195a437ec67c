"""One question or two, on its own or after the last answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matching.matcher import Matcher
from bot.matching.understanding import leans_back, questions, understand


@pytest.mark.parametrize(
    "text",
    ["and at night?", "why", "is it addictive", "how long should i do that", "what about massage?", "for how long"],
)
def test_a_short_message_that_points_back_leans_on_the_last_answer(text: str) -> None:
    assert leans_back(text)


@pytest.mark.parametrize(
    "text",
    [
        "ibuprofen",
        "does massage help",
        "my back went yesterday when i lifted a box and now it hurts to sit, what is it",
    ],
)
def test_a_message_that_says_it_all_does_not(text: str) -> None:
    assert not leans_back(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("ice or heat? and can i drive", ["ice or heat?", "and can i drive"]),
        ("need xray and can i go to work", ["need xray", "can i go to work"]),
        ("ice or heat", []),
        ("hello. ok", []),
        ("i have sciatica. can i drive?", []),
    ],
)
def test_a_message_is_cut_where_another_question_begins(text: str, parts: list[str]) -> None:
    assert list(questions(text)) == parts


@given(st.text())
def test_any_text_can_be_cut(text: str) -> None:
    assert len(list(questions(text))) in (0, 2, 3, 4)


def test_the_last_answer_decides_what_a_follow_up_means(matcher: Matcher) -> None:
    alone, _ = understand(matcher, "and for how long?")
    after_heat, _ = understand(matcher, "and for how long?", "Ice or heat")
    assert alone.intents[0] == "how_long_does_it_last"
    assert after_heat.intents == ("ice_or_heat",)


def test_what_means_nothing_alone_is_read_after_the_last_answer(matcher: Matcher) -> None:
    assert understand(matcher, "how do i get into one?")[0].kind != "answer"
    assert understand(matcher, "how do i get into one?", "Pain management")[0].intents == ("pain_management",)


@pytest.mark.parametrize("text", ["is it going to rain", "whats the weather there", "who won it"])
def test_another_subject_is_not_bent_by_the_last_answer(matcher: Matcher, text: str) -> None:
    assert understand(matcher, text, "Ice or heat")[0].kind == "fallback"


def test_a_clear_message_is_not_bent_by_the_last_answer(matcher: Matcher) -> None:
    decision, _ = understand(matcher, "is tramadol addictive", "Ice or heat")
    assert decision.intents == ("pain_reliever_addiction",)
