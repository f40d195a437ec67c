"""Labelled messages, and the files they stand in."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation import EvaluationError
from bot.evaluation.files import rows, write_whole
from bot.evaluation.labelled import Labelled, read_labelled
from knowledge.load import Knowledge

HEADER = "text\tintents\tflags\n"


def write(folder: Path, text: str) -> Path:
    file = folder / "messages.tsv"
    file.write_text(text, encoding="utf-8")
    return file


def test_labels_are_read(tmp_path: Path, knowledge: Knowledge) -> None:
    file = write(
        tmp_path,
        HEADER
        + 'ice or "heat\tice_or_heat,massage+sport_and_gym\t-\n\n'
        + "no feeling down there\t\tsaddle_numbness,child?\r\n"
        + "my car\tout_of_scope_other\t",
    )
    assert read_labelled(file, knowledge) == (
        Labelled(text='ice or "heat', wanted=(("ice_or_heat", "massage"), ("sport_and_gym",))),
        Labelled(text="no feeling down there", sure=("saddle_numbness",), borderline=("child",)),
        Labelled(text="my car", wanted=(("out_of_scope_other",),)),
    )


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path, knowledge: Knowledge) -> None:
    assert read_labelled(write(tmp_path, "\ufeff" + HEADER + "ice?\tice_or_heat\t-\n"), knowledge)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("", ":1:", "the first row must be the header"),
        ("question\tintents\tflags\n", ":1:", "the first row must be the header"),
        (HEADER, ":", "no message"),
        (HEADER + "ice?\tice_or_heat\n", ":2:", "2 cells"),
        (HEADER + "ice?\tice_or_heat\t-\t-\n", ":2:", "4 cells"),
        (HEADER + "ice?\tice_or_heat\t-\nfire?\tfire_or_heat\tburn?\n", ":3:", "fire_or_heat, burn"),
    ],
)
def test_what_can_t_be_used_is_named(tmp_path: Path, knowledge: Knowledge, text: str, where: str, what: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(EvaluationError) as error:
        read_labelled(file, knowledge)
    assert str(error.value).startswith(f"{file}{where}")
    assert what in str(error.value)


def test_text_that_is_not_utf_8_is_named_with_its_row(tmp_path: Path) -> None:
    file = tmp_path / "messages.tsv"
    file.write_bytes(b"good\nb\xe4d\n")
    with pytest.raises(EvaluationError, match=r"messages\.tsv:2: not UTF-8"):
        list(rows(file, ("text",)))


def test_a_file_that_can_t_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="can't be read"):
        list(rows(tmp_path, ("text",)))


@given(st.lists(st.text(st.characters(exclude_characters="\t\n\r", codec="utf-8"))))
def test_any_texts_come_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    file = tmp_path_factory.mktemp("any") / "texts.tsv"
    write_whole(file, "".join(f"{text}\n" for text in texts))
    read = [text for _, (text,) in rows(file, ("text",))]
    # A byte order mark at the start belongs to the file.
    assert read == [text.removeprefix("\ufeff") if i == 0 else text for i, text in enumerate(texts)]


def test_a_file_is_written_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "out.tsv"
    write_whole(file, "new\n")
    assert file.read_text() == "new\n"
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(EvaluationError, match="can't be written"):
        write_whole(folder, "text")
    with pytest.raises(EvaluationError, match="can't be written"):
        write_whole(tmp_path / "nowhere" / "out.tsv", "text")
    assert sorted(tmp_path.iterdir()) == [folder, file]
