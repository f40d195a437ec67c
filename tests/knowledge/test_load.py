"""Reading the knowledge: what is wrong is named with its file, its line and the mend."""

import shutil
from pathlib import Path

import pytest

from knowledge.load import DEFAULT_FOLDER, KnowledgeError, load, read_document


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the knowledge to break."""
    copy = tmp_path / "knowledge"
    shutil.copytree(DEFAULT_FOLDER, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copy


def broken(folder: Path) -> str:
    with pytest.raises(KnowledgeError) as error:
        load(folder)
    return str(error.value)


def test_every_scalar_is_text(tmp_path: Path) -> None:
    file = tmp_path / "words.yaml"
    file.write_text("phrasings:\n  - no\n  - 12\n  - 1.50\n  - ~\n")
    assert read_document(file).data == {"phrasings": ["no", "12", "1.50", "~"]}


def test_a_misspelt_field_is_refused_with_its_line(folder: Path) -> None:
    file = folder / "entries" / "causes.yaml"
    text = file.read_text().replace("    answer:", "    anwser:", 1)
    line = text[: text.index("anwser:")].count("\n") + 1
    file.write_text(text)
    findings = broken(folder)
    assert f"causes.yaml:{line}: entries.0.anwser" in findings
    assert "mend its spelling" in findings
    assert "answer: field required" in findings


def test_a_key_that_stands_twice_is_refused(folder: Path) -> None:
    file = folder / "wording.yaml"
    file.write_text(file.read_text() + "\nnumbers: 112\n")
    assert "'numbers' stands twice" in broken(folder)


def test_what_is_not_yaml_is_refused_with_its_line(folder: Path) -> None:
    (folder / "words.yaml").write_text('concepts:\n  - name: "heat\n')
    assert "words.yaml:" in broken(folder)


def test_what_is_not_text_is_refused(folder: Path) -> None:
    (folder / "words.yaml").write_bytes(b"concepts: \xff\xfe")
    assert "Not UTF-8 text" in broken(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "alerts.yaml").unlink()
    assert "alerts.yaml:1: Can't read the file" in broken(folder)


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    assert "No entry file here" in broken(tmp_path)


def test_all_findings_come_at_once(folder: Path) -> None:
    (folder / "words.yaml").unlink()
    (folder / "sources.yaml").write_text("")
    findings = broken(folder)
    assert "words.yaml" in findings
    assert "sources.yaml" in findings
