"""The preview: the look inside, and knowledge files that are saved while it runs."""

import asyncio
from collections.abc import Awaitable, Callable
from copy import copy
from pathlib import Path

import pytest

from bot.assistant import Assistant
from bot.local_telegram import Bulletin, Inside, LocalTelegram
from bot.telegram.handlers import Conversation
from bot.telegram.preview import follow, look_inside, run_preview
from bot.telegram.service import PortTakenError
from knowledge.load import Finding, KnowledgeError
from tests.telegram.answering import answering


async def explained(assistant: Assistant, text: str) -> Inside:
    async with LocalTelegram() as local:
        conversation = Conversation(assistant, look_inside(local))
        async with answering(conversation, local.token, local.url):
            anna = local.person("Anna")
            await anna.says(text)
            await local.quiet()
            assert anna.chat.inside
            return anna.chat.inside


def rows(inside: Inside, title: str) -> list[str]:
    return [row.text for section in inside.sections if section.title == title for row in section.rows]


async def test_a_question_shows_how_its_answer_came_about(assistant: Assistant) -> None:
    inside = await explained(assistant, "ice or heat?")
    assert inside.message_id == 1
    assert inside.milliseconds > 0
    assert rows(inside, "Reply") == ["answer"]
    assert rows(inside, "Warning signs") == ["none"]
    assert rows(inside, "Most probable")[0] == "ice_or_heat"
    nearest = next(section for section in inside.sections if section.title == "Nearest phrasings")
    assert nearest.rows[0].detail == "ice_or_heat"
    assert 0 < (nearest.rows[0].share or 0) <= 1


async def test_a_warning_sign_shows_its_words_and_its_rule(assistant: Assistant) -> None:
    inside = await explained(assistant, "I can't pee")
    [sign] = [section.rows[0] for section in inside.sections if section.title == "Warning signs"]
    assert sign.text == "bladder_bowel, emergency"
    assert "by the rule" in sign.detail


async def test_a_topic_says_that_nothing_was_matched(assistant: Assistant) -> None:
    topic = assistant.knowledge.wording.topics[0].label
    inside = await explained(assistant, topic)
    assert "no question" in inside.sections[0].rows[0].detail


async def test_a_port_that_is_taken_is_named_and_other_trouble_is_not_called_that(assistant: Assistant) -> None:
    def ready(_url: str) -> None:
        raise FileNotFoundError

    def anew() -> Assistant:
        return assistant

    async with LocalTelegram() as other:
        port = int(other.url.rpartition(":")[2])
        with pytest.raises(PortTakenError, match=f"port {port} can't be used"):
            await run_preview(assistant, port, ready, anew)
    with pytest.raises(FileNotFoundError):
        await run_preview(assistant, 0, ready, anew)


class Editor:
    """Saves one knowledge file before each look of the preview, and stops it after the last."""

    def __init__(self, folder: Path, texts: list[str | None]) -> None:
        self.file = folder / "entries" / "one.yaml"
        self.file.parent.mkdir()
        self.file.write_text("before", encoding="utf-8")
        self._texts = iter(texts)

    async def pause(self) -> None:
        try:
            text = next(self._texts)
        except StopIteration:
            raise asyncio.CancelledError from None
        if text is not None:
            self.file.write_text(text, encoding="utf-8")


Edited = Callable[[list[str | None]], Awaitable[tuple[list[Assistant], list[Bulletin]]]]


@pytest.fixture
def edited(tmp_path: Path, assistant: Assistant) -> Edited:
    """Let a file be saved with these texts, one after the other; None saves nothing."""

    async def run(texts: list[str | None]) -> tuple[list[Assistant], list[Bulletin]]:
        editor = Editor(tmp_path, texts)
        answering: list[Assistant] = []
        told: list[Bulletin] = []

        def anew() -> Assistant:
            if editor.file.read_text(encoding="utf-8") == "beyond the check":
                raise ZeroDivisionError
            if "wrong" in editor.file.read_text(encoding="utf-8"):
                finding = Finding(editor.file, 3, "The title is too long.", "Shorten it.")
                raise KnowledgeError([finding, finding])
            return assistant

        async def replace(new: Assistant) -> None:
            answering.append(new)

        with pytest.raises(asyncio.CancelledError):
            await follow(tmp_path, anew, replace, told.append, editor.pause)
        return answering, told

    return run


async def test_files_that_stay_as_they_are_are_let_alone(edited: Edited) -> None:
    assert await edited([None, None]) == ([], [])


async def test_a_saved_file_answers_from_then_on(edited: Edited, assistant: Assistant) -> None:
    answering, told = await edited(["something else", None])
    assert answering == [assistant]
    assert [bulletin.kind for bulletin in told] == ["busy", "good"]


async def test_a_faulty_file_is_named_until_it_is_mended(edited: Edited, assistant: Assistant) -> None:
    answering, told = await edited(["this is wrong", None, "this is mended"])
    assert answering == [assistant]
    assert [bulletin.kind for bulletin in told] == ["busy", "bad", "busy", "good"]
    assert "one.yaml:3: The title is too long. Shorten it." in told[1].text
    assert "1 more" in told[1].text


async def test_a_file_that_breaks_what_reads_it_does_not_end_the_looking(edited: Edited, assistant: Assistant) -> None:
    answering, told = await edited(["beyond the check", "this is mended"])
    assert answering == [assistant]
    assert [bulletin.kind for bulletin in told] == ["busy", "bad", "busy", "good"]


async def test_another_assistant_takes_over_in_the_middle_of_a_chat(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaf = copy(assistant)
    monkeypatch.setattr(deaf, "reply", lambda _message: assistant.fixed("I am deaf."))
    conversation = Conversation(assistant)
    async with LocalTelegram() as local, answering(conversation, local.token, local.url):
        anna = local.person("Anna")
        await anna.says("ice or heat?")
        assert "Ice or heat" in (await anna.hears()).text
        conversation.answer_with(deaf)
        await anna.says("ice or heat?")
        assert (await anna.hears()).text == "I am deaf."
