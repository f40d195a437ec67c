"""The reader of warning signs with what was learned from labelled messages, kept between runs."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import bot.matching.features
import bot.reading
import bot.spelling
from bot.alerts.learned import Example, Learned, learn
from bot.alerts.reader import AlertReader
from bot.cache import cache_folder, fitted, joined, numbered, seal
from bot.matching.features import Vocabulary
from knowledge.load import Knowledge


def fitted_reader(knowledge: Knowledge, folder: Path | None = None) -> AlertReader:
    """Return the reader of this knowledge, which learns anew only where the cache has nothing for it.

    Args:
        knowledge: Holds the signs, and the messages to learn from.
        folder: The cache folder; the user's own where it isn't named.

    Raises:
        PatternError: A pattern or group can't be read.
    """
    patterns = AlertReader(knowledge.alerts.alerts, knowledge.reading, knowledge.reports)
    known = (knowledge.alerts, knowledge.reading, knowledge.reports, knowledge.warnings, knowledge.messages)
    file = (folder or cache_folder()) / f"signs-{seal((known, knowledge.themes, knowledge.off_topic), _code())}.npz"
    return patterns.with_learned(fitted(file, _read, lambda: learn(examples_of(knowledge, patterns)), _arrays))


def examples_of(knowledge: Knowledge, patterns: AlertReader) -> list[Example]:
    """Return what is learned from: the labelled messages, and the ordinary ones in which no pattern sees a sign.

    Messages whose emergency and urgent signs are all borderline are left out: they say neither yes nor no.

    Args:
        knowledge: Holds them.
        patterns: The reader of patterns.
    """
    loud = {flag for flag, alert in knowledge.alert.items() if alert.level != "soon"}
    labelled = [
        Example(message.text, tuple(flag for flag in message.sure if flag in loud))
        for table in knowledge.warnings.values()
        for message in table.messages
        if loud & {*message.sure} or not loud & _named(message.flags)
    ]
    return labelled + [Example(text) for text in _ordinary(knowledge) if not patterns.read(text)]


def _named(flags: Collection[str]) -> set[str]:
    return {flag.removesuffix("?") for flag in flags}


def _ordinary(knowledge: Knowledge) -> Iterator[str]:
    yield from (phrasing for entry in knowledge.entries.values() for phrasing in entry.phrasings)
    yield from (message.text for table in knowledge.messages.values() for message in table.messages)
    yield from (*knowledge.off_topic.medical, *knowledge.off_topic.other)


def _code() -> Iterator[Path]:
    yield from (Path(bot.reading.__file__), Path(bot.spelling.__file__), Path(bot.matching.features.__file__))
    yield from sorted(Path(__file__).parent.glob("*.py"))


def _read(kept: Mapping[str, NDArray[Any]]) -> Learned:
    vocabulary = Vocabulary(int(kept["texts"]), numbered(kept["features"]), kept["idf"])
    return Learned(
        vocabulary, kept["weights"], float(kept["constant"]), tuple(numbered(kept["flags"])), kept["centres"]
    )


def _arrays(learned: Learned) -> Iterator[tuple[str, ArrayLike]]:
    yield "texts", learned.vocabulary.texts
    yield "features", joined(learned.vocabulary.numbers)
    yield "idf", learned.vocabulary.idf
    yield "weights", learned.weights
    yield "constant", np.array(learned.constant)
    yield "flags", joined(learned.flags)
    yield "centres", learned.centres
