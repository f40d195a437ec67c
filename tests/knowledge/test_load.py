"""Reading the knowledge: what is wrong is named with its file, its line and the mend."""

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.load import DEFAULT_FOLDER, KnowledgeError, load, parse, read_document, read_table
from knowledge.schema import Messages


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the knowledge to break, with three phrasings an entry: the lint compares each with each."""
    copy = tmp_path / "knowledge"
    shutil.copytree(DEFAULT_FOLDER, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for file in (copy / "entries").iterdir():
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r"(phrasings:\n(?: +- .*\n){3})(?: +- .*\n)+", r"\1", text), encoding="utf-8")
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


CHAT = "messages/chat.tsv"


def write(folder: Path, *lines: str) -> None:
    (folder / CHAT).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def test_messages_stand_in_tables_by_their_authors(folder: Path) -> None:
    write(
        folder,
        "text\tintents",
        'is it "ice" or heat?\tice_or_heat,first_step',
        "ice? driving?\tice_or_heat+causes,symptoms",
    )
    messages = load(folder).messages
    assert set(messages) == {file.name for file in (folder / "messages").iterdir()}
    assert [(one.text, one.intents) for one in messages["chat.tsv"].messages] == [
        ('is it "ice" or heat?', (("ice_or_heat", "first_step"),)),
        ("ice? driving?", (("ice_or_heat",), ("causes", "symptoms"))),
    ]


def test_knowledge_needs_no_messages(folder: Path) -> None:
    shutil.rmtree(folder / "messages")
    assert load(folder).messages == {}


@pytest.mark.parametrize(
    ("lines", "line", "what"),
    [
        ([], 1, "The columns are not text, intents. Name them in the first line."),
        (["hi\tgreeting"], 1, "The columns are not text, intents."),
        (["intents\ttext", "greeting\thi"], 1, "The columns are not text, intents."),
        (["text\tintents", "hi\tgreeting", "hello"], 3, "1 columns. Write text, intents, with a tab between."),
        (["text\tintents", "hi\tgreeting\t-"], 2, "3 columns."),
        (["text\tintents", "", "hi\tgreeting"], 2, "1 columns."),
        (["text\tintents", "hi\tgreeting", "  \tgreeting"], 3, "messages.1.text: "),
        (["text\tintents", "hi\tgreeting", "hello\tsay hello"], 3, "messages.1.intents.0.0: "),
        (["text\tintents", "hi\tgreeting", "hello\t"], 3, "messages.1.intents"),
        (["text\tintents", "hi\tgreeting+"], 2, "messages.0.intents"),
        (["text\tintents"], 1, "messages: "),
    ],
)
def test_a_table_that_can_t_be_used_is_refused_with_its_line(
    folder: Path, lines: list[str], line: int, what: str
) -> None:
    write(folder, *lines)
    assert f"{folder / CHAT}:{line}: {what}" in broken(folder)


def test_a_table_that_is_a_folder_is_named(folder: Path) -> None:
    (folder / "messages" / "more.tsv").mkdir()
    assert "more.tsv:1: Can't read the file" in broken(folder)


def test_every_line_that_has_not_two_columns_is_named(folder: Path) -> None:
    write(folder, "text\tintents", "hi", "hi\tgreeting", "hello")
    findings = broken(folder).splitlines()
    assert [finding.split(": ")[0] for finding in findings] == [f"{folder / CHAT}:2", f"{folder / CHAT}:4"]


def test_a_table_that_is_not_text_is_refused(folder: Path) -> None:
    (folder / CHAT).write_bytes(b"text\tintents\nh\xff\tgreeting\n")
    assert f"{folder / CHAT}:1: Not UTF-8 text: " in broken(folder)


def test_a_line_of_a_table_may_end_as_on_windows(folder: Path) -> None:
    (folder / CHAT).write_bytes(b"text\tintents\r\nhi\tgreeting\r\n")
    (message,) = load(folder).messages["chat.tsv"].messages
    assert (message.text, message.intents) == ("hi", (("greeting",),))


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\t\r\n")).filter(str.strip), min_size=1))
def test_any_texts_can_stand_in_a_table(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    file = tmp_path_factory.mktemp("any") / "ann.tsv"
    file.write_text("text\tintents\n" + "".join(f"{text}\tgreeting\n" for text in texts), encoding="utf-8")
    document = read_table(file, ("text", "intents"))
    messages = parse(document, Messages).messages
    assert [one.text.strip() for one in messages] == [text.strip() for text in texts]  # which blanks count differs
    assert document.line(("messages", len(texts) - 1, "text")) == len(texts) + 1
