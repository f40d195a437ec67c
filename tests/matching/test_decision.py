"""Answer, choices or fallback: the way with the lowest expected cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matching.decision import LIKELY, OFFERED, WRONG, decide
from bot.matching.matcher import Ranking

probabilities = st.lists(st.floats(0, 1), min_size=1, max_size=30).map(lambda some: sorted(some, reverse=True))


def ranking(*probabilities: float, off_topic: float = 0.0) -> Ranking:
    labels = tuple(f"entry{i}" for i in range(len(probabilities)))
    return Ranking(labels, probabilities, probabilities, off_topic, ())


def test_sure_and_clear_is_answered() -> None:
    decision = decide(ranking(0.9, 0.05, 0.05))
    assert (decision.kind, decision.intents, decision.confidence) == ("answer", ("entry0",), 0.9)


def test_a_close_call_is_offered() -> None:
    decision = decide(ranking(0.5, 0.45, 0.05))
    assert (decision.kind, decision.intents) == ("choices", ("entry0", "entry1", "entry2"))


def test_where_two_entries_serve_the_first_is_answered() -> None:
    assert decide(ranking(0.95, 0.9)).kind == "answer"


def test_what_is_hardly_likely_is_not_offered() -> None:
    assert decide(ranking(0.5, 0.47, LIKELY, LIKELY - 0.01)).intents == ("entry0", "entry1", "entry2")


def test_there_are_always_two_choices() -> None:
    decision = decide(ranking(0.65, 0.01, 0.01, off_topic=0.3))
    assert (decision.kind, decision.intents) == ("choices", ("entry0", "entry1"))


def test_there_are_four_choices_at_the_most() -> None:
    assert decide(ranking(0.3, 0.3, 0.3, 0.3, 0.3)).intents == ("entry0", "entry1", "entry2", "entry3")


def test_off_topic_is_not_answered() -> None:
    decision = decide(ranking(0.1, 0.05, off_topic=0.85))
    assert (decision.kind, decision.intents) == ("fallback", ("entry0", "entry1"))


def test_choices_that_are_unlikely_to_hold_the_entry_are_not_offered_to_the_off_topic() -> None:
    assert decide(ranking(0.2, 0.1, off_topic=0.1)).kind == "choices"
    assert decide(ranking(0.2, 0.1, off_topic=0.2)).kind == "fallback"


def test_it_says_why() -> None:
    decision = decide(ranking(0.9, 0.1))
    assert decision.reason == "expected cost: answer 0.40, choices 1.09, fallback 2.00"
    assert decision.cost == pytest.approx(0.4)


@given(probabilities, st.floats(0, 1))
def test_any_ranking_has_a_decision(some: list[float], off_topic: float) -> None:
    decision = decide(ranking(*some, off_topic=off_topic))
    assert decision.intents[0] == "entry0"
    assert len(decision.intents) <= (1 if decision.kind == "answer" else OFFERED)
    assert decision.confidence == some[0]
    assert 0 <= decision.cost <= min(WRONG * (1 - some[0]), 2 * (1 - off_topic), 2) + 1e-9


@given(probabilities, st.floats(0, 1), st.floats(0, 1))
def test_what_is_answered_would_be_when_it_is_surer(some: list[float], off_topic: float, surer: float) -> None:
    if decide(ranking(*some, off_topic=off_topic)).kind == "answer":
        first = some[0] + surer * (1 - some[0])
        assert decide(ranking(first, *some[1:], off_topic=off_topic)).kind == "answer"
