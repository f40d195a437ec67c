"""The matcher fitted to the knowledge, from a cache that notices when anything it rests on has changed."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import rapidfuzz
from numpy.typing import ArrayLike, NDArray

import bot.reading
import bot.spelling
from bot.cache import cache_folder, fitted, joined, numbered, seal
from bot.matching.calibration import Calibration
from bot.matching.features import Space, Vocabulary
from bot.matching.matcher import OFF_TOPIC, Example, Fit, Matcher, Settings
from bot.matching.meaning import Embedding, Meanings
from bot.matching.neighbours import Neighbours
from knowledge.load import Knowledge
from knowledge.schema import OUT_OF_SCOPE, LabelledMessage


def fitted_matcher(knowledge: Knowledge, embedding: Embedding | None = None, folder: Path | None = None) -> Matcher:
    """Return the matcher of this knowledge, fitted anew only where the cache has no fit for it.

    Args:
        knowledge: What to match against.
        embedding: Finds meanings; None for words alone.
        folder: The cache folder; the user's own where it isn't named. One that can't be written is done without.
    """
    examples, settings = examples_of(knowledge), Settings()
    model = embedding.name if embedding else ""
    rests_on = (examples, knowledge.concepts, settings, model, rapidfuzz.__version__)
    file = (folder or cache_folder()) / f"fit-{seal(rests_on, _code())}.npz"
    fit = fitted(file, _fit, lambda: Matcher(examples, knowledge.concepts, settings, embedding).fit, _arrays)
    return Matcher(examples, knowledge.concepts, settings, embedding, fit)


def examples_of(knowledge: Knowledge) -> list[Example]:
    """Return what the matcher learns from: phrasings and titles, off-topic messages, and messages by their authors."""
    asked = [
        Example(text, (entry.intent,))
        for entry in knowledge.entries.values()
        for text in (entry.title, *entry.phrasings)
    ]
    off_topic = [Example(text, (OFF_TOPIC,)) for text in (*knowledge.off_topic.medical, *knowledge.off_topic.other)]
    written = [
        Example(message.text, _labels(message), group=name)
        for name, table in knowledge.messages.items()
        for message in table.messages
    ]
    return asked + off_topic + written


def _labels(message: LabelledMessage) -> tuple[str, ...]:
    """Return the intents that serve a message, best first: of two questions, first the best of either."""
    by_rank = [
        intent for i in range(len(max(message.intents, key=len))) for q in message.intents for intent in q[i : i + 1]
    ]
    return tuple(dict.fromkeys(OFF_TOPIC if intent in OUT_OF_SCOPE else intent for intent in by_rank))


def _code() -> Iterator[Path]:
    yield from (Path(bot.reading.__file__), Path(bot.spelling.__file__))
    yield from sorted(Path(__file__).parent.glob("*.py"))


def _fit(kept: Mapping[str, NDArray[Any]]) -> Fit:
    texts, scales = int(kept["texts"]), tuple(kept["scales"].tolist())
    kinds = tuple(Vocabulary(texts, numbered(kept[f"features.{i}"]), kept[f"idf.{i}"]) for i in range(len(scales)))
    return Fit(
        space=Space(kinds, scales),
        neighbours=Neighbours(texts, kept["starts"], kept["examples"], kept["shares"]),
        weights=kept["weights"],
        calibration=Calibration(kept["label"], kept["off_topic"]),
        meanings=Meanings(kept["meanings"], kept["mean"]) if kept["meanings"].size else None,
        worth=kept["worth"],
        right=float(kept["right"]),
    )


def _arrays(fit: Fit) -> Iterator[tuple[str, ArrayLike]]:
    nothing = np.zeros((0, 0), dtype=np.float32)
    yield "texts", fit.neighbours.size
    yield "scales", fit.space.scales
    for i, kind in enumerate(fit.space.kinds):
        yield f"features.{i}", joined(kind.numbers)
        yield f"idf.{i}", kind.idf
    yield "starts", fit.neighbours.starts
    yield "examples", fit.neighbours.examples
    yield "shares", fit.neighbours.weights
    yield "weights", fit.weights
    yield "label", fit.calibration.label
    yield "off_topic", fit.calibration.off_topic
    yield "meanings", fit.meanings.vectors if fit.meanings else nothing
    yield "mean", fit.meanings.mean if fit.meanings else nothing
    yield "worth", fit.worth
    yield "right", fit.right
