"""What takes seconds to learn from the knowledge is kept between runs, in the user's cache folder."""

import contextlib
import hashlib
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import platformdirs
from numpy.typing import ArrayLike, NDArray

KEPT = 5
"""Fits of a kind that stay: one for each knowledge folder that is in use, and a few to go back to."""

BETWEEN = "\n"
"""Parts features in a file: no feature holds a line break."""

F = TypeVar("F")


def cache_folder() -> Path:
    """Return where fits are kept between runs."""
    return Path(platformdirs.user_cache_dir("back-spasm-bot"))


def seal(rests_on: object, code: Iterable[Path]) -> str:
    """Return a name for what a fit rests on: data whose `repr` tells all, and the code that reads it."""
    digest = hashlib.sha256(repr((rests_on, np.__version__)).encode())
    for file in code:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:20]


def fitted(
    file: Path,
    read: Callable[[Mapping[str, NDArray[Any]]], F],
    fit: Callable[[], F],
    arrays: Callable[[F], Iterable[tuple[str, ArrayLike]]],
) -> F:
    """Return the fit in a file; where there is none that can be read, fit, and keep it there if that can be done.

    Args:
        file: Its name is the kind, a hyphen and a seal.
        read: Makes a fit of the arrays that were kept.
        fit: Makes one anew.
        arrays: What is kept of it.
    """
    unreadable = (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile)
    with contextlib.suppress(*unreadable), file.open("rb") as opened, np.load(opened, allow_pickle=False) as kept:
        return read(kept)
    made = fit()
    _write(file, dict(arrays(made)))
    return made


def _write(file: Path, arrays: Mapping[str, ArrayLike]) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".tmp", delete=False) as half:
            np.savez(half, allow_pickle=False, **arrays)
        Path(half.name).replace(file)
        kind = file.name.partition("-")[0]
        by_age = sorted(file.parent.glob(f"{kind}-*.npz"), key=lambda kept: kept.stat().st_mtime, reverse=True)
        for old in by_age[KEPT:]:
            old.unlink(missing_ok=True)
    except OSError:
        return


def joined(features: Iterable[str]) -> NDArray[np.uint8]:
    """Return features as an array that can be kept."""
    return np.frombuffer(BETWEEN.join(features).encode(), dtype=np.uint8)


def numbered(kept: NDArray[np.uint8]) -> dict[str, int]:
    """Return the features of such an array with their numbers."""
    text = kept.tobytes().decode()
    return {feature: number for number, feature in enumerate(text.split(BETWEEN))} if text else {}
