"""Warning signs in words that no pattern foresaw, learned from labelled messages.

A logistic regression on words, pairs of neighbours and pairs with a word between says how likely it is that a message
reports an emergency or urgent sign at all. Which one, the centres of the signs' messages say (Rocchio, 1971): there are
too few messages of each sign to learn more. It knows nothing of denials and clauses, so the patterns go before it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.matching.features import Floats, Space, Vocabulary, word_ngrams
from bot.reading import words

RAISES = 0.8
"""Probability from which a sign is raised; chosen on messages of authors whose own had been left out."""

ASKS = 0.5
"""Probability from which it is asked about."""

FITS = 30.0
"""Weight of the examples against the penalty on large weights."""

RAREST = 2
"""Examples that a feature must stand in to count."""

SHOWN = 4
"""Features that explain a likeness."""


@dataclass(frozen=True)
class Example:
    """A message to learn from, with its emergency and urgent signs; none where it reports nothing of the kind."""

    text: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Likeness:
    """How like the reports of a sign a message is.

    Attributes:
        flag: The sign.
        probability: That the message reports an emergency or urgent sign, from 0 to 1.
        words: Those of its words that say so the most.
    """

    flag: str
    probability: float
    words: str


@dataclass(frozen=True)
class Learned:
    """What was learned.

    Attributes:
        vocabulary: The features.
        weights: By how much each speaks for a report: (features,).
        constant: How much speaks for one beforehand.
        flags: The signs.
        centres: Of the messages of each sign, as directions from the middle of all messages: (signs, features).
    """

    vocabulary: Vocabulary
    weights: Floats
    constant: float
    flags: tuple[str, ...]
    centres: Floats

    def likeness(self, text: str) -> Likeness:
        """Return how like a report a message is, and of which sign."""
        count = Counter(word_ngrams(words(text)))
        vector = self.vocabulary.vector(count)
        shares = vector.weights * self.weights[vector.features]
        probability = 1 / (1 + np.exp(-float(shares.sum()) - self.constant))
        flag = self.flags[int((self.centres[:, vector.features] @ vector.weights).argmax())]
        known = [feature for feature in count if feature in self.vocabulary.numbers]
        strongest = [known[i] for i in np.argsort(-shares)[:SHOWN] if shares[i] > 0]
        return Likeness(flag, float(probability), " … ".join(strongest))


def learn(examples: Sequence[Example]) -> Learned:
    """Learn from labelled messages."""
    from scipy.optimize import minimize  # noqa: PLC0415 - slow to import, and a fit is rare

    counts = [Counter(word_ngrams(words(example.text))) for example in examples]
    vocabulary = Vocabulary.of(counts, RAREST)
    matrix = Space((vocabulary,), (1.0,)).matrix([vocabulary.vector(count) for count in counts])
    reports = np.array([bool(example.flags) for example in examples])
    signs = np.where(reports, 1.0, -1.0)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = signs * (matrix @ weights[:-1] + weights[-1])
        slopes = -FITS * signs / (1 + np.exp(np.clip(margins, -30, 30)))
        penalty = weights[:-1]
        value = FITS * np.logaddexp(0, -margins).sum() + penalty @ penalty / 2
        return value, np.append(matrix.T @ slopes + penalty, slopes.sum())

    found = minimize(loss, np.zeros(matrix.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    flags = tuple(sorted({flag for example in examples for flag in example.flags}))
    middle = np.asarray(matrix.mean(axis=0)).ravel()
    directions = [
        np.asarray(matrix[[flag in example.flags for example in examples]].mean(axis=0)).ravel() - middle
        for flag in flags
    ]
    centres = np.array([direction / np.linalg.norm(direction) for direction in directions], dtype=np.float32)
    return Learned(vocabulary, found[:-1].astype(np.float32), float(found[-1]), flags, centres)
