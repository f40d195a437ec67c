"""From scores to probabilities: a logistic regression on examples that the scores have not been learned from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.matching.features import Floats

Doubles = NDArray[np.float64]

TOP = 4
"""Labels of a text whose probability is fitted: as many as are ever offered."""

PENALTY = 0.01
"""On the squares of the coefficients, for sets so small that they can be told apart without a mistake."""

STEPS = 25
"""Of Newton's method, at the most."""


@dataclass(frozen=True)
class Calibration:
    """Coefficients of two logistic regressions (Platt, 1999), on a score and its distances to others.

    Attributes:
        label: For the probability that a label serves: a constant, its score, how far it is above the best other label,
            and how far above off-topic.
        off_topic: For the probability that no label serves: a constant, the off-topic score, and how far it is above
            the best label.
    """

    label: Doubles
    off_topic: Doubles

    def labels(self, scores: Floats, off_topic: float) -> Doubles:
        """Return the probability of each label, from 0 to 1.

        Args:
            scores: Of all labels but off-topic, best first.
            off_topic: The off-topic score.
        """
        return _logistic(_label_terms(scores[None], np.array([off_topic]))[0] @ self.label)

    def none(self, scores: Floats, off_topic: float) -> float:
        """Return the probability that no label serves. Arguments as in `labels`."""
        return float(_logistic(_off_topic_terms(scores[None], np.array([off_topic])) @ self.off_topic)[0])


def calibrate(scores: Floats, serves: NDArray[np.bool_], unknown: int) -> Calibration:
    """Fit a calibration.

    Args:
        scores: Of texts that they were not learned from: (texts, labels).
        serves: Which labels serve which text, of the same shape.
        unknown: The column of the off-topic label.
    """
    off_topic = scores[:, unknown]
    known = [i for i in range(scores.shape[1]) if i != unknown]
    order = np.argsort(-scores[:, known], axis=1, kind="stable")
    ranked = np.take_along_axis(scores[:, known], order, axis=1)
    right = np.take_along_axis(serves[:, known], order, axis=1)[:, :TOP]
    terms = _label_terms(ranked, off_topic)[:, :TOP]
    return Calibration(
        label=_fit(terms.reshape(-1, terms.shape[-1]), right.reshape(-1)),
        off_topic=_fit(_off_topic_terms(ranked, off_topic), serves[:, unknown]),
    )


def _label_terms(ranked: Floats, off_topic: Floats | Doubles) -> Doubles:
    """Return the terms of each label: (texts, labels, terms). The labels of a text stand best first."""
    best = np.repeat(ranked[:, :1], ranked.shape[1], axis=1)
    best[:, :1] = ranked[:, 1:2] if ranked.shape[1] > 1 else 0
    terms = (np.ones_like(ranked), ranked, ranked - best, ranked - off_topic[:, None])
    return np.stack(terms, axis=-1).astype(np.float64)


def _off_topic_terms(ranked: Floats, off_topic: Floats | Doubles) -> Doubles:
    return np.stack([np.ones(len(ranked)), off_topic, off_topic - ranked[:, 0]], axis=-1).astype(np.float64)


def _logistic(values: Doubles) -> Doubles:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))))


def _fit(terms: Doubles, right: NDArray[np.bool_]) -> Doubles:
    """Return the coefficients that make what is right most likely (by Newton's method)."""
    coefficients = np.zeros(terms.shape[1])
    ridge = PENALTY * np.eye(terms.shape[1])
    for _ in range(STEPS):
        chance = _logistic(terms @ coefficients)
        slope = terms.T @ (right - chance) - PENALTY * coefficients
        curve = (terms * (chance * (1 - chance))[:, None]).T @ terms + ridge
        step = np.linalg.solve(curve, slope)
        coefficients += step
        if np.abs(step).max() < 1e-6:
            break
    return coefficients
