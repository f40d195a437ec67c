"""`evaluate alerts`: warning signs by file and by sign, and what raised false alarms."""

from pathlib import Path

import pytest

from bot.alerts import Finding
from bot.evaluation.alerts import Read, read_all, report
from bot.evaluation.labelled import Labelled
from knowledge.load import load
from knowledge.schema import Level
from tests.test_cli import bot, refused

KNOWLEDGE = load()
ROWS = {
    "my groin is numb": "saddle_numbness",
    "the barn owl flew at noon": "chest_or_breathing",
    "i have a fever and my back hurts": "infection",
    "my bum goes numb when i sit too long": "saddle_numbness?",
    "ice or heat?": "-",
    "im 15 and my back hurts": "child",
}


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    file = tmp_path / "signs.tsv"
    file.write_text("text\tintents\tflags\n" + "".join(f"{text}\t\t{flags}\n" for text, flags in ROWS.items()))
    return file


def read(sure: str = "", level: Level | None = None, *, calm: bool = False, found: tuple[Finding, ...] = ()) -> Read:
    return Read("a.tsv", Labelled(text="…", sure=(sure,) if sure else ()), level, calm, found)


def finding(flag: str, level: Level, *, sure: bool = True) -> Finding:
    return Finding(flag, level, sure, "words", "rule of it")


def test_files_and_signs_are_counted(labelled: Path) -> None:
    lines = list(report(KNOWLEDGE, read_all(KNOWLEDGE, [labelled, labelled])))
    row = next(line for line in lines if line.startswith("signs.tsv"))
    assert row.split() == ["signs.tsv", "4", "50.0%", "2", "100.0%", "4", "0.0%", "0.0%"]
    assert next(line for line in lines if line.startswith("saddle_numbness")).split()[1:6] == [
        *("2", "100.0%", "100.0%", "0.0%", "2"),
    ]
    assert next(line for line in lines if line.startswith("child ")).split()[1:3] == ["2", "100.0%"]


@pytest.mark.parametrize(
    ("one", "caught"),
    [
        (read("aortic", "emergency", found=(finding("aortic", "emergency"),)), True),
        (read("aortic", "emergency", found=(finding("stroke", "emergency"),)), True),
        (read("aortic", "emergency", found=(finding("infection", "urgent"),)), False),
        (read("aortic", "emergency", found=(finding("aortic", "emergency", sure=False),)), False),
        (read("infection", "urgent", found=(finding("aortic", "emergency"),)), True),
        (read("self_harm", "emergency", found=(finding("overdose", "emergency"),)), False),
    ],
)
def test_what_counts_as_caught(one: Read, caught: bool) -> None:
    assert one.caught is caught
    assert one.is_shown("missed") is not caught


def test_false_alarms_are_listed_with_their_rules() -> None:
    alarm = read(calm=True, found=(finding("aortic", "emergency"),))
    check = read(calm=True, found=(finding("stroke", "emergency", sure=False),))
    lines = "\n".join(report(KNOWLEDGE, [alarm, alarm, check], "needless check"))
    assert "aortic  rule of it      2" in lines
    assert "needless check (1)" in lines
    assert "found stroke? by rule of it" in lines


def test_from_the_shell(labelled: Path) -> None:
    done = bot("evaluate", "alerts", str(labelled), "--show", "missed")
    assert done.returncode == 0, done.stderr
    assert "missed (1)" in done.stdout
    assert "'the barn owl flew at noon'" in done.stdout


def test_a_sign_that_does_not_exist_is_refused(labelled: Path) -> None:
    labelled.write_text("text\tintents\tflags\nhello\t\ttoothache\n")
    assert "signs.tsv:2: the knowledge has no entry or warning sign toothache" in refused(
        bot("evaluate", "alerts", str(labelled))
    )
