"""The fitted matcher and its cache."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching.fitted import KEPT, examples_of, fitted_matcher
from bot.matching.matcher import OFF_TOPIC, Example, Matcher
from knowledge.load import Knowledge

EXAMPLES = [
    *(Example(text, "heat") for text in ("ice or heat", "should i use a heating pad", "cold pack or hot bath", "heat")),
    *(Example(text, "sleep") for text in ("how should i sleep", "best sleeping position", "which pillow", "mattress")),
    *(Example(text, "drive") for text in ("can i drive", "is driving ok", "behind the wheel", "long drive in a car")),
    *(Example(text, OFF_TOPIC) for text in ("what is the weather", "tell me a joke", "order a pizza", "who won")),
]


@pytest.fixture(scope="module")
def small() -> Matcher:
    return Matcher(EXAMPLES)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("heat or ice??", "heat"),
        ("HEETING PAD", "heat"),
        ("what position to sleep in", "sleep"),
        ("driving with it", "drive"),
    ],
)
def test_the_closest_label_comes_first(small: Matcher, text: str, label: str) -> None:
    assert small.rank(text).labels[0] == label


def test_off_topic_is_a_probability_and_no_label(small: Matcher) -> None:
    ranking = small.rank("tell me another joke")
    assert OFF_TOPIC not in ranking.labels
    assert ranking.off_topic > max(ranking.probabilities)


def test_the_nearest_examples_explain_it(small: Matcher) -> None:
    nearest = small.rank("ice or heat").nearest
    assert nearest[0][1] == Example("ice or heat", "heat")
    assert [similarity for similarity, _ in nearest] == sorted((s for s, _ in nearest), reverse=True)


@given(st.text())
@settings(max_examples=200)
def test_probabilities_sum_to_one(small: Matcher, text: str) -> None:
    ranking = small.rank(text)
    assert sum(ranking.probabilities) + ranking.off_topic == pytest.approx(1, abs=1e-4)
    assert list(ranking.probabilities) == sorted(ranking.probabilities, reverse=True)


def test_every_phrasing_of_a_kind_is_close_to_its_entry(knowledge: Knowledge, matcher: Matcher) -> None:
    """What the matcher has learned it must know."""
    asked = [(text, entry.intent) for entry in knowledge.entries.values() for text in entry.phrasings[::9]]
    known = [matcher.rank(text).labels[0] == intent for text, intent in asked]
    assert np.mean(known) > 0.97


def test_a_medicine_is_not_taken_for_another(matcher: Matcher) -> None:
    for text, intent in [
        ("tramadol", "strong_pain_relievers"),
        ("tizanidine", "muscle_relaxants"),
        ("naproxen", "anti_inflammatory"),
        ("panadol", "paracetamol"),
        ("lidocaine patch", "creams_and_patches"),
        ("cbd oil", "cannabis_and_cbd"),
    ]:
        assert matcher.rank(text).labels[0] == intent


@pytest.fixture
def little(knowledge: Knowledge) -> Knowledge:
    """A part of the knowledge, quick to fit."""
    off_topic = knowledge.off_topic.model_copy(update={"medical": ("my tooth hurts",), "other": ("a joke please",)})
    return replace(knowledge, themes=knowledge.themes[:1], off_topic=off_topic)


def test_a_fit_from_the_cache_ranks_the_same(little: Knowledge, tmp_path: Path) -> None:
    fitted = fitted_matcher(little, tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    again = fitted_matcher(little, tmp_path)
    assert again.fit is not fitted.fit
    for text in ("what is a back spasm", "how long", "joke"):
        assert again.rank(text) == fitted.rank(text)


def test_changed_knowledge_is_fitted_anew(little: Knowledge, tmp_path: Path) -> None:
    fitted_matcher(little, tmp_path)
    changed = replace(little, off_topic=little.off_topic.model_copy(update={"other": ("another joke please",)}))
    fitted_matcher(changed, tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_broken_cache_is_fitted_anew(little: Knowledge, tmp_path: Path) -> None:
    fitted_matcher(little, tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for broken in (b"", b"nonsense", whole[: len(whole) // 2]):
        file.write_bytes(broken)
        assert fitted_matcher(little, tmp_path).rank("what is a back spasm").labels
        assert file.read_bytes() == whole


def test_the_cache_keeps_a_few_fits(little: Knowledge, tmp_path: Path) -> None:
    for i in range(KEPT + 2):
        off_topic = little.off_topic.model_copy(update={"other": (f"joke {i}",)})
        fitted_matcher(replace(little, off_topic=off_topic), tmp_path)
    assert len(list(tmp_path.iterdir())) == KEPT


def test_a_cache_that_can_t_be_written_is_done_without(little: Knowledge, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert fitted_matcher(little, blocked).rank("what is a back spasm").labels


def test_titles_and_off_topic_messages_are_examples(knowledge: Knowledge) -> None:
    examples = examples_of(knowledge)
    assert Example("Ice or heat", "ice_or_heat") in examples
    assert sum(example.label == OFF_TOPIC for example in examples) > 800
