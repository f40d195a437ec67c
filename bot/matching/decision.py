"""What to do with a ranking: answer, offer choices, or say that the bot doesn't know.

Each way has a stated cost, and the one with the lowest expected cost is taken: a wrong answer costs as much as four
choices that hold the right entry, a missed one as much as two. The probabilities are calibrated, each for itself: they
don't sum to one, since several entries may serve a message. Choices fail if none of them serves: the product of each
one's chance not to, as if they were independent.
"""

from dataclasses import dataclass
from math import prod
from typing import Literal

from bot.matching.matcher import Ranking

WRONG = 4.0
"""An answer that was not asked for."""
CHOICES = 1.0
"""Having to choose."""
MISSED = 2.0
"""Getting neither the answer nor a choice that leads to it."""
OFFERED = 4
"""Choices at the most."""
LIKELY = 0.04
"""Probability from which an entry is worth a button."""


@dataclass(frozen=True)
class Decision:
    """What to do.

    Attributes:
        kind: The way taken.
        intents: The entries to answer with, or else the choices to offer, best first.
        confidence: The probability, from 0 to 1, that the first of them serves.
        cost: The expected cost, in costs of having to choose.
        reason: Why, for a person to read.
    """

    kind: Literal["answer", "choices", "fallback"]
    intents: tuple[str, ...]
    confidence: float
    cost: float
    reason: str


def decide(ranking: Ranking) -> Decision:
    """Return the way with the lowest expected cost."""
    pairs = list(zip(ranking.labels, ranking.probabilities, strict=True))
    offered = [(label, p) for i, (label, p) in enumerate(pairs[:OFFERED]) if i < 2 or p >= LIKELY]
    first = pairs[0][1]
    inside = 1 - prod(1 - p for _, p in offered)
    costs: dict[Literal["answer", "choices", "fallback"], float] = {
        "answer": WRONG * (1 - first),
        "choices": CHOICES * inside + MISSED * (1 - inside),
        "fallback": MISSED * (1 - ranking.off_topic),
    }
    kind = min(costs, key=lambda way: costs[way])
    labels = tuple(label for label, _ in offered)
    reason = "expected cost: " + ", ".join(f"{way} {cost:.2f}" for way, cost in costs.items())
    return Decision(kind, labels[:1] if kind == "answer" else labels, first, costs[kind], reason)
