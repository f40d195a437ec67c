"""`evaluate` as a shell runs it."""

import json
import shutil
from pathlib import Path

import pytest

from bot.evaluation.run import read_run
from knowledge.load import DEFAULT_FOLDER
from tests.test_cli import bot, refused

ASKED = "text\tintents\tflags\nice or heat?\tice_or_heat\t-\nmy groin is numb\t\tsaddle_numbness\nqwerty\tmassage\t-\n"


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    file = tmp_path / "asked.tsv"
    file.write_text(ASKED)
    return file


def test_replies_are_scored_kept_shown_and_compared(labelled: Path, tmp_path: Path) -> None:
    kept, page = tmp_path / "run.json", tmp_path / "report.html"
    first = bot("evaluate", str(labelled), "--save", str(kept), "--html", str(page), "--show", "missed")
    assert first.returncode == 0, first.stderr
    assert first.stderr == ""
    assert "asked.tsv  2  50.0%" in first.stdout
    assert "asked.tsv: missed (1)" in first.stdout
    assert [one.verdict.bin for one in read_run(kept).messages] == ["right", "alert", "missed"]
    assert json.loads(kept.read_text())["figures"]["right"] == {"hits": 1, "n": 2, "percent": 50.0}
    assert page.read_text().startswith("<!doctype html>")
    again = bot("evaluate", "--compare", str(kept), str(labelled))
    assert "Of the 3 messages that both runs hold" in again.stdout


def test_without_files_the_knowledge_is_tested(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(DEFAULT_FOLDER, folder)
    for file in (folder / "entries").iterdir():
        if file.name != "about.yaml":
            file.unlink()
    shutil.rmtree(folder / "messages")
    (folder / "messages").mkdir()
    (folder / "messages" / "ann.tsv").write_text("text\tintents\nwat is this spasm\twhat_is_a_back_spasm\n")
    (folder / "off_topic.yaml").write_text("medical: [my tooth hurts, an itchy eye]\nother: [a joke, pizza please]\n")
    done = bot("evaluate", "--knowledge", str(folder))
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "\nphrasings " in done.stdout
    assert "\noff-topic " in done.stdout
    assert "\nann.tsv " in done.stdout
    assert "\nmessages " in done.stdout


def test_the_engine_stands_beside_files(tmp_path: Path) -> None:
    train, test, out = (tmp_path / f"{name}.tsv" for name in ("train", "test", "out"))
    train.write_text("".join(f"text of {label} {i}\t{label}\n" for label in ("one", "two", "three") for i in range(4)))
    test.write_text("text of two\n")
    done = bot("evaluate", "engine", "--train", str(train), "--test", str(test), "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert out.read_text().startswith("two\t")
    assert "engine" in bot("evaluate", "--help").stdout
    assert "--train" in bot("evaluate", "engine", "--help").stdout


def test_what_can_t_be_used_is_refused_in_one_line(labelled: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.tsv"
    wrong.write_text("text\tintents\tflags\nice?\tfire\t-\n")
    nowhere = tmp_path / "nowhere" / "out"
    assert f"{wrong}:2: " in refused(bot("evaluate", str(labelled), str(wrong)))
    assert "engines" in refused(bot("evaluate", "engines"))
    assert "no folder" in refused(bot("evaluate", "--html", str(nowhere)))
    assert "not a run" in refused(bot("evaluate", "--compare", str(wrong)))
    assert "purple" in refused(bot("evaluate", "--show", "purple"))
    assert "--test" in refused(bot("evaluate", "engine", "--train", str(labelled)))
    assert "No entry file" in refused(bot("evaluate", "--knowledge", str(tmp_path)))
