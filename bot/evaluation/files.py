"""The files of an evaluation: tables in, whole files out."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.evaluation import EvaluationError


def read(file: Path) -> str:
    """Return the text of a file.

    Raises:
        EvaluationError: It can't be read, or is not UTF-8.
    """
    try:
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise EvaluationError(f"{file}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        row = error.object[: error.start].count(b"\n") + 1
        raise EvaluationError(f"{file}:{row}: not UTF-8 text; save it as UTF-8") from None


def rows(file: Path, columns: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the number (from 1) and the cells of each row of a table without quoting: a '"' is a '"'.

    A blank line is a row only where there is one column.

    Raises:
        EvaluationError: The file can't be read, or a row doesn't have these columns.
    """
    text = read(file)
    lines = text.removesuffix("\n").split("\n") if text else []
    for number, line in enumerate(lines, 1):
        cells = line.removesuffix("\r").split("\t")
        if cells == [""] and len(columns) > 1:
            continue
        if len(cells) != len(columns):
            expected = f"{len(columns)} ({', '.join(columns)})"
            raise EvaluationError(f"{file}:{number}: the row has {len(cells)} cells between tabs, not {expected}")
        yield number, cells


def write_whole(file: Path, text: str) -> None:
    """Write a file so that nobody ever finds half of it.

    Raises:
        EvaluationError: It can't be written.
    """
    half = file.with_name(f"{file.name}.half")
    try:
        half.write_text(text, encoding="utf-8", newline="\n")
        half.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            half.unlink()
        raise EvaluationError(f"{file}: can't be written: {error.strerror}") from None
