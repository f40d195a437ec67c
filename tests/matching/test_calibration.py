"""From scores to probabilities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bot.matching.calibration import Calibration, calibrate
from bot.matching.features import Floats

TRUE = Calibration(label=np.array([-3.0, 2.0, 3.0, 1.0]), off_topic=np.array([-1.0, 2.0, 3.0]))
"""By which the messages below were labelled: a calibration to be found again."""

UNKNOWN = 1
"""The off-topic column: not the first, so that the others have to be told from it."""


def labelled(size: int, labels: int = 4) -> tuple[Floats, NDArray[np.bool_]]:
    """Return scores, and which labels serve, drawn by the true probabilities; the same each time."""
    chance = np.random.default_rng(7)
    scores = chance.normal(0.3, 1, (size, labels)).astype(np.float32)
    serves = np.zeros((size, labels), dtype=np.bool_)
    known = np.array([i for i in range(labels) if i != UNKNOWN])
    for row, right in zip(scores, serves, strict=True):
        order = known[np.argsort(-row[known])]
        right[order] = chance.random(labels - 1) < TRUE.labels(row[order], float(row[UNKNOWN]))
        right[UNKNOWN] = chance.random() < TRUE.none(row[order], float(row[UNKNOWN]))
    return scores, serves


@pytest.fixture(scope="module")
def found() -> Calibration:
    return calibrate(*labelled(6000), UNKNOWN)


def test_a_known_calibration_is_found_again(found: Calibration) -> None:
    assert found.label == pytest.approx(TRUE.label, abs=0.25)
    assert found.off_topic == pytest.approx(TRUE.off_topic, abs=0.25)


def test_of_what_has_a_probability_that_share_is_right(found: Calibration) -> None:
    scores, serves = labelled(6000)
    chances, right = [], []
    for row, true in zip(scores, serves, strict=True):
        order = np.array([0, 2, 3])[np.argsort(-row[[0, 2, 3]])]
        chances += found.labels(row[order], float(row[UNKNOWN])).tolist()
        right += true[order].tolist()
    for low, high in ((0, 0.3), (0.3, 0.7), (0.7, 1)):
        band = [(p, hit) for p, hit in zip(chances, right, strict=True) if low <= p < high]
        assert np.mean([p for p, _ in band]) == pytest.approx(np.mean([hit for _, hit in band]), abs=0.04)


def test_probability_rises_with_the_score(found: Calibration) -> None:
    rising = [found.labels(np.array([score, 0.2], dtype=np.float32), 0.1)[0] for score in (0.2, 0.5, 0.8, 1.1)]
    assert rising == sorted(set(rising))
    rising = [found.none(np.array([0.4, 0.2], dtype=np.float32), score) for score in (0.0, 0.3, 0.6, 0.9)]
    assert rising == sorted(set(rising))


def test_a_rival_makes_a_label_less_likely(found: Calibration) -> None:
    alone, rivalled = (found.labels(np.array([0.9, other], dtype=np.float32), 0.1)[0] for other in (0.1, 0.8))
    assert alone > rivalled
    quiet, off_topic = (found.labels(np.array([0.9, 0.1], dtype=np.float32), other)[0] for other in (0.0, 0.8))
    assert quiet > off_topic


def test_two_labels_may_both_be_likely(found: Calibration) -> None:
    assert found.labels(np.array([2.5, 2.5, 0], dtype=np.float32), 0.0)[:2].min() > 0.9


def test_labels_beyond_the_ones_that_are_offered_do_not_count() -> None:
    """Of very many labels nearly all are wrong, and that says nothing of the best."""
    scores, serves = labelled(300)
    low = np.full((300, 50), -9, dtype=np.float32)
    with_four = calibrate(np.hstack([scores, low[:, :1]]), np.hstack([serves, low[:, :1] > 0]), UNKNOWN)
    with_many = calibrate(np.hstack([scores, low]), np.hstack([serves, low > 0]), UNKNOWN)
    assert with_many.label == pytest.approx(with_four.label)


def test_a_single_label_has_no_rival() -> None:
    scores, serves = labelled(200, labels=2)
    calibration = calibrate(scores, serves, UNKNOWN)
    low, high = (calibration.labels(np.array([score], dtype=np.float32), 0.0)[0] for score in (-1, 2))
    assert 0 < low < high < 1


@pytest.mark.parametrize("right", [True, False])
def test_what_is_always_so_is_likely_and_never_sure(*, right: bool) -> None:
    """Without the penalty the coefficients would have no end."""
    scores, _ = labelled(50)
    calibration = calibrate(scores, np.full(scores.shape, right), UNKNOWN)
    (first, *_), none = calibration.labels(scores[0], 0.5), calibration.none(scores[0], 0.5)
    for chance in (first, none):
        assert (0.8 < chance < 1) if right else (0 < chance < 0.2)


@pytest.mark.parametrize("seed", [92, 114, 295])
def test_scores_on_which_it_does_not_settle_have_probabilities_too(seed: int) -> None:
    """Scores are about 1, not 20."""
    chance = np.random.default_rng(seed)
    scores = (chance.normal(size=(chance.integers(1, 40), 4)) * 20).astype(np.float32)
    serves = scores == scores.max(axis=1, keepdims=True)
    calibration = calibrate(scores, serves, UNKNOWN)
    chances = calibration.labels(np.array([1, 0], dtype=np.float32), 0.0)
    assert ((chances >= 0) & (chances <= 1)).all()


scores_of_one = st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=6)


@given(scores_of_one, st.floats(-100, 100, width=32))
def test_any_scores_have_probabilities(found: Calibration, scores: list[float], off_topic: float) -> None:
    best_first = np.array(sorted(scores, reverse=True), dtype=np.float32)
    chances = found.labels(best_first, off_topic)
    assert len(chances) == len(scores)
    assert ((chances >= 0) & (chances <= 1)).all()
    assert chances.tolist() == sorted(chances.tolist(), reverse=True)
    assert 0 <= found.none(best_first, off_topic) <= 1


@given(
    st.lists(
        st.tuples(
            st.lists(st.floats(-2, 2, width=32), min_size=3, max_size=3),
            st.lists(st.booleans(), min_size=3, max_size=3),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_any_messages_can_be_calibrated_on(messages: list[tuple[list[float], list[bool]]]) -> None:
    scores = np.array([row for row, _ in messages], dtype=np.float32)
    calibration = calibrate(scores, np.array([right for _, right in messages]), UNKNOWN)
    assert np.isfinite(calibration.label).all()
    assert np.isfinite(calibration.off_topic).all()
