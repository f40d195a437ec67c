"""Answer, choices or fallback: the way with the lowest expected cost."""

from hypothesis import given
from hypothesis import strategies as st

from bot.matching.decision import OFFERED, decide
from bot.matching.matcher import Ranking


def ranking(*probabilities: float, off_topic: float = 0.0) -> Ranking:
    labels = tuple(f"entry{i}" for i in range(len(probabilities)))
    return Ranking(labels, probabilities, off_topic, ())


def test_sure_and_clear_is_answered() -> None:
    decision = decide(ranking(0.9, 0.05, 0.05))
    assert (decision.kind, decision.intents, decision.confidence) == ("answer", ("entry0",), 0.9)


def test_a_close_call_is_offered() -> None:
    decision = decide(ranking(0.5, 0.45, 0.05))
    assert (decision.kind, decision.intents) == ("choices", ("entry0", "entry1", "entry2"))


def test_what_is_hardly_likely_is_not_offered() -> None:
    assert decide(ranking(0.5, 0.47, 0.02, 0.01)).intents == ("entry0", "entry1")


def test_there_are_always_two_choices() -> None:
    assert decide(ranking(0.65, 0.01, 0.01, off_topic=0.33)).intents == ("entry0", "entry1")


def test_off_topic_is_not_answered() -> None:
    assert decide(ranking(0.1, 0.05, off_topic=0.85)).kind == "fallback"


def test_it_says_why() -> None:
    assert decide(ranking(0.9, 0.1)).reason == "expected cost: answer 0.40, choices 1.00, fallback 2.00"


@given(st.lists(st.floats(0.001, 1), min_size=2, max_size=30), st.floats(0.001, 1))
def test_any_ranking_has_a_decision(weights: list[float], off_topic: float) -> None:
    total = sum(weights) + off_topic
    decision = decide(ranking(*sorted((w / total for w in weights), reverse=True), off_topic=off_topic / total))
    assert 1 <= len(decision.intents) <= OFFERED
    assert 0 <= decision.cost <= 4
