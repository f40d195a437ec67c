"""The matcher fitted to the knowledge, from a cache that notices when anything it rests on has changed."""

import hashlib
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
import rapidfuzz
from numpy.typing import ArrayLike, NDArray

import bot.reading
import bot.spelling
from bot.matching.features import Index
from bot.matching.matcher import OFF_TOPIC, Example, Fit, Matcher, Settings
from knowledge.load import Knowledge
from knowledge.schema import Concept

KEPT = 5
"""Fits that stay in the cache: one for each knowledge folder that is in use, and a few to go back to."""

ARRAYS = ("idf", "starts", "texts", "weights")
BETWEEN = "\n"
"""Parts features in the file: no feature holds a line break."""


def cache_folder() -> Path:
    """Return where fits are kept between runs."""
    return Path(platformdirs.user_cache_dir("back-spasm-bot"))


def fitted_matcher(knowledge: Knowledge, folder: Path | None = None) -> Matcher:
    """Return the matcher of this knowledge, fitted anew only where the cache has no fit for it.

    Args:
        knowledge: What to match against.
        folder: The cache folder; the user's own where it isn't named. One that can't be written is done without.
    """
    examples, settings = examples_of(knowledge), Settings()
    folder = folder or cache_folder()
    file = folder / f"fit-{_key(examples, knowledge.concepts, settings)}.npz"
    fit = _read(file)
    matcher = Matcher(examples, knowledge.concepts, settings, fit)
    if fit is None:
        _write(file, matcher.fit)
    return matcher


def examples_of(knowledge: Knowledge) -> list[Example]:
    """Return what the matcher learns from: every phrasing and title, and the off-topic messages."""
    asked = [
        Example(text, entry.intent) for entry in knowledge.entries.values() for text in (entry.title, *entry.phrasings)
    ]
    return asked + [Example(text, OFF_TOPIC) for text in (*knowledge.off_topic.medical, *knowledge.off_topic.other)]


def _key(examples: list[Example], concepts: tuple[Concept, ...], settings: Settings) -> str:
    """Return a name for all that a fit rests on: texts, lexicon, settings, the code and the libraries' versions."""
    seal = hashlib.sha256(repr((examples, concepts, settings, np.__version__, rapidfuzz.__version__)).encode())
    for file in _code():
        seal.update(file.read_bytes())
    return seal.hexdigest()[:20]


def _code() -> Iterator[Path]:
    yield from (Path(bot.reading.__file__), Path(bot.spelling.__file__))
    yield from sorted(Path(__file__).parent.glob("*.py"))


def _read(file: Path) -> Fit | None:
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as kept:
            indexes = tuple(_index(kept, i) for i in range(int(kept["indexes"])))
            return Fit(indexes, kept["weights"], float(kept["scale"]), float(kept["off_topic"]))
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        return None


def _index(kept: Mapping[str, NDArray[Any]], i: int) -> Index:
    features = bytes(kept[f"{i}.features"]).decode().split(BETWEEN)
    return Index(
        size=int(kept[f"{i}.size"]),
        numbers={feature: number for number, feature in enumerate(features)},
        **{name: kept[f"{i}.{name}"] for name in ARRAYS},
    )


def _arrays(fit: Fit) -> Iterator[tuple[str, ArrayLike]]:
    yield "weights", fit.weights
    yield "scale", fit.scale
    yield "off_topic", fit.off_topic
    yield "indexes", len(fit.indexes)
    for i, index in enumerate(fit.indexes):
        yield f"{i}.size", index.size
        yield f"{i}.features", np.frombuffer(BETWEEN.join(index.numbers).encode(), dtype=np.uint8)
        for name in ARRAYS:
            yield f"{i}.{name}", getattr(index, name)


def _write(file: Path, fit: Fit) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".tmp", delete=False) as half:
            np.savez(half, allow_pickle=False, **dict(_arrays(fit)))
        Path(half.name).replace(file)
        by_age = sorted(file.parent.glob("fit-*.npz"), key=lambda kept: kept.stat().st_mtime, reverse=True)
        for old in by_age[KEPT:]:
            old.unlink(missing_ok=True)
    except OSError:
        return
