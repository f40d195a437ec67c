"""How alike texts are, letter by letter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from bot.matching.fuzzy import FuzzyTexts

Words = list[str]

texts = st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=8), max_size=6)


def likeness(text: str, *others: str) -> list[float]:
    prepared = FuzzyTexts.of(other.split() for other in others)
    return [float(one) for one in prepared.likeness(text.split(), np.arange(len(others)))]


def test_the_same_words_are_wholly_alike() -> None:
    assert likeness("ice or heat", "ice or heat") == [1]


def test_another_order_is_nearly_as_good_and_a_slip_too() -> None:
    same, turned, slip, other = likeness("ice or heat", "ice or heat", "heat or ice", "ice or heta", "my car")
    assert same > turned > 0.8
    assert same > slip > 0.8
    assert other < 0.5


def test_a_text_that_says_more_is_forgiven() -> None:
    longer, other = likeness("ice or heat", "please ice or heat for my back today", "please what of the weather here")
    assert longer > other + 0.2


def test_only_the_places_that_are_asked_for_are_compared_in_their_order() -> None:
    prepared = FuzzyTexts.of([["ice"], ["heat"], ["massage"]])
    assert prepared.likeness(["heat"], np.array([2, 1])).tolist()[1] == 1
    assert len(prepared.likeness(["heat"], np.array([2, 1]))) == 2


def test_nothing_is_like_nothing() -> None:
    assert FuzzyTexts.of([["ice"]]).likeness(["ice"], np.array([], dtype=np.intp)).tolist() == []


@given(texts, texts)
def test_it_is_the_mean_of_three_views(words: Words, others: Words) -> None:
    prepared = FuzzyTexts.of([others])
    (found,) = prepared.likeness(words, np.array([0]))
    one, other = " ".join(words), " ".join(others)
    in_order = fuzz.ratio(" ".join(sorted(words)), " ".join(sorted(others)))
    assert found == pytest.approx(
        (fuzz.ratio(one, other) + fuzz.token_set_ratio(one, other) + in_order) / 300, abs=1e-5
    )
    assert 0 <= found <= 1 + 1e-6
