"""Other languages are told, and English is never taken for one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.languages import LanguageReader
from knowledge.load import DEFAULT_FOLDER, Knowledge, parse, read_document
from knowledge.schema import Language, Languages

MESSAGES: dict[str, list[str]] = read_document(Path(__file__).parent / "languages.yaml").data
ROWS = (Path(__file__).parent / "questions" / "languages.tsv").read_text(encoding="utf-8").splitlines()[1:]
QUESTIONS = [row.split("\t")[0] for row in ROWS]
LANGUAGES = parse(read_document(DEFAULT_FOLDER / "languages.yaml"), Languages)
READER = LanguageReader(LANGUAGES)
IDS = [language.id for language in LANGUAGES.languages]

FOREIGN_OFF_TOPIC = {
    "como te llamas": "es",
    "que hora es": "es",
    "wie spät ist es": "de",
    "wie ist das wetter morgen": "de",
    "kannst du deutsch": "de",
    "quanto costa": "pt",  # Italian, which the bot can't tell
    "qual é o seu nome": "pt",
    "merhaba nasılsın": "tr",
    "как дела": "ru",
    "привет что делаешь": "ru",
    "какая погода": "ru",
    "مرحبا كيف حالك": "ar",
    "kaise ho bhai": "hi-Latn",
    "kya haal hai": "hi-Latn",
    "aap kahan se ho": "hi-Latn",
    "apa kabar": "id",
}
"""Messages of `off_topic.yaml` that are not English, as far as they are told."""


def told(message: str) -> str:
    """Return the id of a message's language; empty where none is told."""
    language = READER.language(message)
    return language.id if language else ""


class TestOtherLanguages:
    def test_there_are_messages_in_each(self) -> None:
        assert set(MESSAGES) == {*IDS, "english", "not_told"}
        assert all(len(MESSAGES[language]) >= 20 for language in IDS)

    @pytest.mark.parametrize("language", IDS)
    def test_nine_of_ten_messages_are_told_and_none_as_another(self, language: str) -> None:
        missed = [message for message in MESSAGES[language] if told(message) != language]
        assert [message for message in missed if told(message)] == []
        assert len(missed) <= len(MESSAGES[language]) / 10, missed

    @pytest.mark.parametrize(("first", "language"), [(0, "es"), (10, "pt"), (20, "ru"), (30, "de"), (40, "tr")])
    def test_longer_questions_are_all_told(self, first: int, language: str) -> None:
        assert {told(question) for question in QUESTIONS[first : first + 10]} == {language}

    @pytest.mark.parametrize("language", LANGUAGES.languages, ids=IDS)
    def test_a_notice_is_told_as_its_own_language(self, language: Language) -> None:
        assert READER.language(language.notice) is language

    @pytest.mark.parametrize(
        ("message", "language"),
        [
            ("болит спина", "ru"),
            ("болить спина", "uk"),
            ("їжа", "uk"),  # no word is known, a letter is
            ("объём", "ru"),
            ("الظهر", "ar"),
            ("پشت", "fa"),
            ("que remedio para dormir", "es"),  # as good in Portuguese, which stands later
            ("¿qué hago si me duele la espalda?", "es"),
            ("QUÉ HAGO SI ME DUELE LA ESPALDA", "es"),
            ("gün boyu ağrıyor", "tr"),
            ("gun boyu agriyor", "tr"),
            ("МНЕ БОЛЬНО!!! 😭😭", "ru"),
        ],
    )
    def test_neighbours(self, message: str, language: str) -> None:
        assert told(message) == language

    def test_only_the_beginning_of_a_long_message_is_read(self) -> None:
        assert told("my back hurts. " * 100 + "у меня очень болит спина " * 1000) == ""
        assert told("у меня очень болит спина " * 100_000) == "ru"


class TestEnglish:
    @pytest.mark.parametrize("message", MESSAGES["english"])
    def test_is_no_other_language(self, message: str) -> None:
        assert told(message) == ""

    @pytest.mark.parametrize("message", MESSAGES["not_told"])
    def test_too_little_mixed_or_unknown(self, message: str) -> None:
        assert told(message) == ""

    def test_nothing_of_the_knowledge_is_another_language(self, knowledge: Knowledge) -> None:
        texts = [
            text
            for entry in knowledge.entries.values()
            for text in (entry.title, *entry.phrasings, entry.answer, entry.note)
        ]
        assert {text: told(text) for text in texts if told(text)} == {}

    def test_what_is_off_topic_is_english_too(self, knowledge: Knowledge) -> None:
        messages = (*knowledge.off_topic.medical, *knowledge.off_topic.other)
        assert {message: told(message) for message in messages if told(message)} == FOREIGN_OFF_TOPIC

    @pytest.mark.parametrize("message", ["сhest pаin", "bаck spаsm", "ⓑⓐⓒⓚ", "𝓫𝓪𝓬𝓴 𝓹𝓪𝓲𝓷", "b@ck p4in"])
    def test_disguised_letters_are_no_other_script(self, message: str) -> None:
        assert told(message) == ""

    @pytest.mark.parametrize("language", [one for one in LANGUAGES.languages if one.script == "latin"])
    def test_a_quotation_does_not_change_it(self, language: Language) -> None:
        for message in MESSAGES[language.id]:
            quoted = f"what does it mean when they say '{message}', i think it was about my back but how should i know"
            assert told(quoted) == "", quoted


@given(st.text())
def test_any_text_gives_a_result(text: str) -> None:
    language = READER.language(text)
    assert language is None or language in LANGUAGES.languages


@given(st.lists(st.sampled_from(LANGUAGES.english), max_size=12))
def test_english_words_in_any_order_are_no_other_language(words: list[str]) -> None:
    assert told(" ".join(words)) == ""


@given(st.text(st.characters(min_codepoint=0x400, max_codepoint=0x4FF)))
def test_cyrillic_is_never_told_as_a_language_of_another_script(text: str) -> None:
    assert told(text) in {"", "ru", "uk"}
