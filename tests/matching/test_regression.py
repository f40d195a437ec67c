"""What examples are worth, and what they would score had they not been seen."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bot.matching.features import Floats
from bot.matching.regression import regress

RIDGE = 0.7
LABELS = 3


def some_examples(size: int) -> tuple[Floats, Floats]:
    """Return the vectors of examples and their targets, the same each time."""
    chance = np.random.default_rng(size)
    return chance.normal(size=(size, 4)).astype(np.float32), chance.random((size, LABELS)).astype(np.float32)


def fitted_without(left_out: NDArray[np.intp], vectors: Floats, targets: Floats) -> NDArray[Any]:
    """Return the scores of the examples left out, by a regression that is really fitted without them."""
    seen = np.setdiff1d(np.arange(len(vectors)), left_out)
    kernel = vectors[seen] @ vectors[seen].T + RIDGE * np.eye(len(seen))
    return np.asarray(vectors[left_out] @ vectors[seen].T @ np.linalg.solve(kernel, targets[seen]))


def test_what_an_example_is_worth_solves_the_regression() -> None:
    vectors, targets = some_examples(9)
    kernel = vectors @ vectors.T
    worth = regress(kernel.copy(), targets, RIDGE, [""] * 9).worth
    assert worth == pytest.approx(np.linalg.solve(kernel + RIDGE * np.eye(9), targets), abs=1e-4)


@pytest.mark.parametrize("size", [1, 2, 9, 40])
def test_an_example_without_a_group_is_scored_as_if_it_had_not_been_there(size: int) -> None:
    vectors, targets = some_examples(size)
    unseen = regress(vectors @ vectors.T, targets, RIDGE, [""] * size).unseen
    expected = [fitted_without(np.array([i]), vectors, targets)[0] for i in range(size)]
    assert unseen == pytest.approx(np.array(expected), abs=1e-3)


@given(st.lists(st.sampled_from(["", "ann", "bob", "eve"]), min_size=2, max_size=30))
def test_an_example_of_a_group_is_scored_as_if_its_group_had_not_been_there(groups: list[str]) -> None:
    vectors, targets = some_examples(len(groups))
    unseen = regress(vectors @ vectors.T, targets, RIDGE, groups).unseen
    for i, group in enumerate(groups):
        left_out = np.array([j for j, other in enumerate(groups) if other == group]) if group else np.array([i])
        expected = fitted_without(left_out, vectors, targets)[left_out.tolist().index(i)]
        assert unseen[i] == pytest.approx(expected, abs=1e-3)


def test_the_targets_are_left_as_they_are() -> None:
    vectors, targets = some_examples(5)
    before = targets.copy()
    regress(vectors @ vectors.T, targets, RIDGE, ["ann", "ann", "", "bob", ""])
    assert (targets == before).all()


def test_similarities_that_are_no_products_are_refused() -> None:
    with pytest.raises(ArithmeticError, match=r"not positive definite \(row 2\)"):
        regress(np.array([[1, 5], [5, 1]], dtype=np.float32), np.eye(2, dtype=np.float32), 0.1, ["", ""])
