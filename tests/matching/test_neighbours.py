"""The nearest examples, through an index of what they share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matching.features import Vector
from bot.matching.neighbours import LOOKED_AT, Neighbours, nearest

FEATURES = 8

sparse = st.dictionaries(st.integers(0, FEATURES - 1), st.floats(0.01, 1), max_size=FEATURES)


def vector(weights: dict[int, float]) -> Vector:
    return Vector(np.array(list(weights), dtype=np.int32), np.array(list(weights.values()), dtype=np.float32))


def dense(weights: dict[int, float]) -> list[float]:
    return [weights.get(feature, 0) for feature in range(FEATURES)]


@given(st.lists(sparse, min_size=1, max_size=12), sparse)
def test_a_similarity_is_the_product_of_two_vectors(examples: list[dict[int, float]], text: dict[int, float]) -> None:
    index = Neighbours.of([vector(one) for one in examples], FEATURES)
    expected = np.array([dense(one) for one in examples]) @ np.array(dense(text))
    assert index.similarities(vector(text)) == pytest.approx(expected, abs=1e-5)


def test_what_shares_nothing_is_not_alike() -> None:
    index = Neighbours.of([vector({0: 1}), vector({1: 1})], FEATURES)
    assert index.similarities(vector({2: 1})).tolist() == [0, 0]
    assert index.similarities(vector({})).tolist() == [0, 0]


def test_of_very_many_examples_those_that_share_what_is_rare_are_looked_at() -> None:
    common = [vector({0: 1, 1: 1})] * (LOOKED_AT * 3 // 4)
    text = vector({0: 1, 1: 1, 2: 1})
    index = Neighbours.of([*common, text], FEATURES)
    # The third feature is rare. There is room for one of the two common ones, and not for the other.
    similarities = index.similarities(text)
    assert similarities[-1] == 2
    assert set(similarities[:-1].tolist()) == {1}
    exact = index.similarities(text, exact=True)
    assert exact[-1] == 3
    assert set(exact[:-1].tolist()) == {2}


def test_a_single_feature_is_looked_at_however_common_it_is() -> None:
    index = Neighbours.of([vector({0: 0.5})] * (LOOKED_AT + 1), FEATURES)
    assert set(index.similarities(vector({0: 1})).tolist()) == {0.5}


def test_the_nearest_are_the_most_alike() -> None:
    similarities = np.array([0.1, 0.9, 0, 0.5, 0.7, 0])
    assert sorted(nearest(similarities, 2).tolist()) == [1, 4]
    assert sorted(nearest(similarities, 3).tolist()) == [1, 3, 4]


def test_what_is_not_alike_is_no_neighbour() -> None:
    assert sorted(nearest(np.array([0.1, 0, 0.2]), 5).tolist()) == [0, 2]
    assert nearest(np.zeros(3), 5).tolist() == []


@given(st.lists(st.floats(0, 1), max_size=40), st.integers(1, 50))
def test_none_that_is_left_out_is_more_alike(values: list[float], wanted: int) -> None:
    similarities = np.array(values)
    found = nearest(similarities, wanted).tolist()
    left_out = [value for i, value in enumerate(values) if i not in found]
    assert len(found) == len(set(found)) == min(wanted, sum(value > 0 for value in values))
    if found:
        assert min(values[i] for i in found) >= max(left_out, default=0)
