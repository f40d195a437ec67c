"""The assistant: what comes out for what goes in, with no channel around it."""

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts import AlertReader
from bot.assistant import Assistant
from bot.chat import Chat
from bot.languages import LanguageReader
from bot.matching.features import Floats
from bot.matching.matcher import OFF_TOPIC, Example, Matcher
from bot.reply import Action, Memory, Message, Raised, Reply, Style, Verb
from knowledge.load import Knowledge, read_document
from knowledge.schema import Alert, Entry, Language

ENTRY_COUNT = 80
ALERT_COUNT = 27


def medical(knowledge: Knowledge) -> list[Entry]:
    return [entry for entry in knowledge.entries.values() if entry.origin != "conversation"]


def raised(assistant: Assistant, alert: Alert) -> Reply:
    """Return the alert of a sign."""
    return assistant.press(Action(Verb.YES, alert.flag))


def test_the_knowledge_is_complete(knowledge: Knowledge) -> None:
    assert len(knowledge.entries) == ENTRY_COUNT
    assert len(knowledge.alert) == ALERT_COUNT


def test_every_medical_answer_ends_with_the_disclaimer(assistant: Assistant, knowledge: Knowledge) -> None:
    for entry in medical(knowledge):
        reply = assistant.open(entry.intent)
        assert reply.text.endswith(knowledge.wording.disclaimer), entry.intent
        assert reply.text.count(knowledge.wording.disclaimer) == 1


def test_every_medical_answer_says_where_it_comes_from(assistant: Assistant, knowledge: Knowledge) -> None:
    for entry in medical(knowledge):
        text = assistant.open(entry.intent).text
        assert ("From the article of 4 March 2011" in text) == (entry.origin == "article"), entry.intent
        assert ("Current guidance, not from the article" in text) == (entry.origin == "guidance"), entry.intent


def test_a_note_always_stands_with_its_claim(assistant: Assistant, knowledge: Knowledge) -> None:
    for entry in medical(knowledge):
        notes = [block for block in assistant.open(entry.intent).blocks if block.style == Style.NOTE]
        assert len(notes) == bool(entry.note), entry.intent


def test_every_entry_has_its_sources_a_tap_away(assistant: Assistant, knowledge: Knowledge) -> None:
    for entry in medical(knowledge):
        sources = assistant.press(Action(Verb.SOURCES, entry.intent)).text
        assert all(knowledge.source[source].name in sources for source in entry.sources), entry.intent


def test_hello_has_no_disclaimer(assistant: Assistant) -> None:
    hello = assistant.reply(Message("hello"))
    assert hello.intents == ("greeting",)
    assert "Emergency: 112" not in hello.text


def test_every_emergency_alert_begins_with_the_numbers(assistant: Assistant, knowledge: Knowledge) -> None:
    emergencies = [alert for alert in knowledge.alerts.alerts if alert.level == "emergency"]
    assert emergencies
    for alert in emergencies:
        reply = raised(assistant, alert)
        assert reply.kind == "alert"
        assert reply.intents == ()
        assert knowledge.wording.disclaimer not in reply.text
        assert f"You may have written about {alert.name}" in reply.text
        if alert.flag == "self_harm":
            care, line = reply.text.split("\n\n")[:2]
            assert "glad you wrote" in care
            assert re.search(r"\b988\b", line)
        else:
            assert re.match(r"Call (?:your emergency number now: )?112", reply.text), alert.flag


def test_an_overdose_names_the_poison_lines(assistant: Assistant) -> None:
    text = assistant.reply(Message("i took a whole box of tylenol")).text
    assert text.startswith("Call 112, 911 or 999 now, or a poison line: 1-800-222-1222 (US)")


def test_the_poison_lines_come_first_among_emergencies(assistant: Assistant) -> None:
    reply = assistant.reply(Message("he took the whole box of oxycodone and i cant wake him, his lips are blue"))
    assert {"overdose", "sedation"} <= {raised.flag for raised in reply.flags}
    assert "poison line" in reply.text.split("\n\n")[0]


def test_a_theme_is_a_list_and_no_close_call(assistant: Assistant) -> None:
    reply = assistant.reply(Message("Medicines"))
    assert (reply.kind, reply.choices) == ("answer", ())
    assert len(reply.buttons) > 10


def test_self_harm_is_met_with_care_first(assistant: Assistant) -> None:
    reply = assistant.reply(Message("my back hurts so much i want to die"))
    assert [flag.flag for flag in reply.flags] == ["self_harm"]
    assert reply.text.startswith("I'm really glad you wrote this.")
    assert "988" in reply.text


def test_every_urgent_alert_sends_to_a_doctor_first(assistant: Assistant, knowledge: Knowledge) -> None:
    urgent = [alert for alert in knowledge.alerts.alerts if alert.level == "urgent"]
    assert urgent
    for alert in urgent:
        text = raised(assistant, alert).text
        assert text.startswith("Please speak to a doctor today."), alert.flag
        assert text.endswith(knowledge.wording.disclaimer)


def test_an_urgent_sign_is_said_before_the_answer(assistant: Assistant, knowledge: Knowledge) -> None:
    reply = assistant.reply(Message("i had breast cancer, does massage help my back spasm?"))
    assert reply.kind == "alert"
    assert reply.intents == ("massage",)
    assert reply.text.startswith("Please speak to a doctor today.")
    assert reply.text.index("cancer") < reply.text.index("Massage")
    assert reply.text.endswith(knowledge.wording.disclaimer)


def test_a_sign_is_said_once(assistant: Assistant, knowledge: Knowledge) -> None:
    text = assistant.reply(Message("im 62, never had back pain before. i had breast cancer. does massage help?")).text
    for alert in knowledge.alerts.alerts:
        assert text.count(alert.advice) <= 1, alert.flag


@pytest.mark.parametrize(
    ("text", "redirect"),
    [
        ("im pregnant, can i take ibuprofen for my back", "pregnancy"),
        ("12 weeks pregnant is flexeril ok", "pregnancy"),
        ("can my 9 year old son have ibuprofen for his back", "children_and_teens"),
        ("im on warfarin can i take naproxen for my back", "mixing_medicines"),
        ("i have a stomach ulcer, is ibuprofen ok", "mixing_medicines"),
    ],
)
def test_a_risk_group_is_never_given_the_medicines_entry(
    assistant: Assistant, knowledge: Knowledge, text: str, redirect: str
) -> None:
    reply = assistant.reply(Message(text))
    assert reply.intents[:1] == (redirect,) or redirect in reply.choices
    shown = {*reply.intents, *reply.choices} | {
        value
        for row in reply.buttons
        for button in row
        if button.action.verb == Verb.ENTRY
        for value in button.action.values
    }
    assert not [intent for intent in shown - {redirect} if knowledge.entries[intent].medicine]


@pytest.mark.parametrize("flag", ["pregnant", "child", "medicine_risk_group"])
def test_every_medicine_is_redirected_for_every_risk_group(
    assistant: Assistant, knowledge: Knowledge, flag: str
) -> None:
    who = {
        "pregnant": "I'm pregnant.",
        "child": "My son is 9 and has back spasms.",
        "medicine_risk_group": "I'm on warfarin.",
    }[flag]
    redirect = knowledge.alert[flag].redirect
    medicines = [entry for entry in knowledge.entries.values() if entry.medicine and entry.intent != redirect]
    for entry in medicines:
        for phrasing in entry.phrasings[::6]:
            reply = assistant.reply(Message(f"{who} {phrasing}"))
            given = {*reply.intents, *reply.choices}
            assert not [one for one in given - {redirect} if knowledge.entries[one].medicine], (who, phrasing)


def test_two_questions_are_both_answered(assistant: Assistant) -> None:
    reply = assistant.reply(Message("ice or heat? and does acupuncture work?"))
    assert set(reply.intents) == {"ice_or_heat", "acupuncture"}


def test_a_follow_up_is_read_in_the_light_of_the_last_answer(assistant: Assistant) -> None:
    chat = Chat()
    chat.heard(assistant.reply(chat.message("ice or heat?", 0)), 0)
    assert assistant.reply(chat.message("and for how long?", 1)).intents == ("ice_or_heat",)


def test_small_talk_between_does_not_break_the_thread(assistant: Assistant) -> None:
    chat = Chat()
    for text in ("ice or heat?", "ok"):
        chat.heard(assistant.reply(chat.message(text, 0)), 0)
    assert assistant.reply(chat.message("and for how long?", 1)).intents == ("ice_or_heat",)


@pytest.mark.parametrize(
    ("answer", "kind"), [("yes", "alert"), ("Yeah it is", "alert"), ("no", "answer"), ("nope", "answer")]
)
def test_a_check_can_be_answered_in_words(assistant: Assistant, answer: str, kind: str) -> None:
    chat = Chat()
    check = assistant.reply(chat.message("my bum goes numb when i sit too long, does massage help?", 0))
    assert check.kind == "check"
    chat.heard(check, 0)
    assert assistant.reply(chat.message(answer, 1)).kind == kind


def test_a_check_is_asked_once(assistant: Assistant) -> None:
    chat = Chat()
    for text in ("my bum goes numb when i sit too long", "ice or heat?"):
        chat.heard(assistant.reply(chat.message(text, 0)), 0)
    assert assistant.reply(chat.message("yes", 1)).kind != "alert"


def test_who_asks_is_remembered(assistant: Assistant, knowledge: Knowledge) -> None:
    for first, second in [
        ("my son is 8 and his back hurts", "can he have ibuprofen"),
        ("im 34 weeks pregnant and my back aches", "what about tylenol"),
        ("i take warfarin, what can i do for my back", "is naproxen ok"),
    ]:
        chat = Chat()
        chat.heard(assistant.reply(chat.message(first, 0)), 0)
        reply = assistant.reply(chat.message(second, 1))
        redirects = {alert.redirect for alert in knowledge.alerts.alerts}
        given = {*reply.intents, *reply.choices}
        assert given & redirects
        assert not [one for one in given - redirects if knowledge.entries[one].medicine]
        offered = {value for row in reply.buttons for button in row for value in button.action.values}
        assert not [one for one in offered & knowledge.entries.keys() - redirects if knowledge.entries[one].medicine]
        tapped = assistant.press(Action(Verb.ENTRY, "anti_inflammatory"), chat.memory(1))
        assert set(tapped.intents) <= redirects


def test_thanks_beside_a_question_is_not_a_second_question(assistant: Assistant) -> None:
    assert assistant.reply(Message("thanks a lot! does acupuncture work?")).intents == ("acupuncture",)


def test_the_reminder_of_an_alert_ends_after_an_hour(assistant: Assistant) -> None:
    chat = Chat()
    chat.heard(assistant.reply(chat.message("my groin is numb", 0)), 0)
    assert assistant.reply(chat.message("ice or heat?", 3599)).text.startswith("Earlier")
    assert not assistant.reply(chat.message("ice or heat?", 3601)).text.startswith("Earlier")


@pytest.mark.parametrize("text", ["asdf qwer zxcv", "what is the capital of france", "book me a flight to rome"])
def test_what_it_does_not_know_it_says(assistant: Assistant, text: str) -> None:
    reply = assistant.reply(Message(text))
    assert reply.kind == "fallback"
    assert reply.intents == ()
    assert len(reply.choices) <= 4


def test_an_emergency_in_a_message_too_long_to_read_is_seen(assistant: Assistant) -> None:
    reply = assistant.reply(Message("so it began like this. " * 4000 + "i cant pee"))
    assert reply.kind == "alert"


def test_a_message_too_long_to_read_is_said_so(assistant: Assistant) -> None:
    reply = assistant.reply(Message("so it began like this. " * 5000))
    assert "more than I can read" in reply.text
    assert "112, 911 or 999" in reply.text


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u202e", "\ud83d", "?!"])
def test_a_message_without_words_is_said_so(assistant: Assistant, text: str) -> None:
    assert assistant.reply(Message(text)).text.startswith("I didn't get any words.")


@given(st.text())
@settings(max_examples=300)
def test_any_text_gets_a_reply(assistant: Assistant, text: str) -> None:
    reply = assistant.reply(Message(text))
    assert reply.text
    assert 0 <= reply.confidence <= 1
    assert len(reply.choices) <= 4


FOREIGN: dict[str, list[str]] = read_document(Path(__file__).parent / "languages.yaml").data


def notice_is_first(reply: Reply, language: Language) -> bool:
    return reply.text.startswith(language.notice) and "112" in reply.text.split("\n\n")[0]


def test_a_message_in_another_language_is_answered_in_it(assistant: Assistant, knowledge: Knowledge) -> None:
    """Unless it holds a warning sign, which comes first."""
    reader = LanguageReader(knowledge.languages)
    assert knowledge.languages.languages
    for language in knowledge.languages.languages:
        said = [message for message in FOREIGN[language.id] if reader.language(message) is language]
        replies = [assistant.reply(Message(message)) for message in said]
        noticed = [reply for reply in replies if not reply.flags]
        assert len(noticed) > 20 - len(language.id), language.id
        for reply in noticed:
            assert (reply.kind, reply.intents, reply.choices) == ("fallback", (), ())
            assert notice_is_first(reply, language)
            labels = {button.label for row in reply.buttons for button in row}
            for topic in knowledge.wording.topics:
                assert topic.label in labels
                assert f"{topic.label} – {language.topics[topic.label]}" in reply.text


def test_topics_without_a_name_in_a_language_still_have_their_buttons(
    knowledge: Knowledge, matcher: Matcher, reader: AlertReader
) -> None:
    spanish = next(language for language in knowledge.languages.languages if language.id == "es")
    nameless = spanish.model_copy(update={"topics": {}})
    languages = knowledge.languages.model_copy(update={"languages": (nameless,)})
    reply = Assistant(replace(knowledge, languages=languages), matcher, reader).reply(Message(HIELO_O_CALOR))
    assert reply.text == spanish.notice
    assert {topic.label for topic in knowledge.wording.topics} < {b.label for row in reply.buttons for b in row}


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("no siento las piernas desde ayer, ¿qué hago?", "leg_weakness"),
        ("me duele la espalda y no puedo orinar", "bladder_bowel"),
        ("не могу помочиться со вчерашнего дня, очень болит спина", "bladder_bowel"),
        ("quiero morir", "self_harm"),
    ],
)
def test_a_warning_sign_in_another_language_comes_first(assistant: Assistant, text: str, flag: str) -> None:
    reply = assistant.reply(Message(text))
    assert reply.kind == "alert"
    assert Raised(flag, "emergency") in reply.flags


def test_a_greeting_and_a_question_in_another_language_have_one_notice(
    assistant: Assistant, knowledge: Knowledge
) -> None:
    spanish = next(language for language in knowledge.languages.languages if language.id == "es")
    reply = assistant.reply(Message("me duele la espalda", Memory(pending="hola")))
    assert reply.joins
    assert notice_is_first(reply, spanish)
    assert reply.text.count(spanish.notice) == 1


def test_after_a_notice_a_question_in_english_is_answered(assistant: Assistant) -> None:
    chat = Chat(joins=True)
    chat.heard(assistant.reply(chat.message(HIELO_O_CALOR, 0)), 0, HIELO_O_CALOR)
    reply = assistant.reply(chat.message("ice or heat?", 1))
    assert (reply.kind, reply.intents, reply.joins) == ("answer", ("ice_or_heat",), True)
    assert reply.text.startswith("Ice or heat")


HIELO_O_CALOR = "¿me pongo hielo o calor en la espalda?"
IN_ENGLISH = {
    HIELO_O_CALOR: "should i put ice or heat on my back",
    "¿puedo tomar ibuprofeno para el dolor de espalda?": "can i take ibuprofen for back pain",
    "¿cuál es la capital de francia y dónde está?": "what is the capital of france and where is it",
}


class Bilingual:
    """Means by a text what its words mean, and knows what a few Spanish sentences mean in English."""

    name = "bilingual"

    def embed(self, texts: Sequence[str]) -> Floats:
        meant = [np.sum([self._word(word) for word in IN_ENGLISH.get(text, text).split()], axis=0) for text in texts]
        return np.array([vector / np.linalg.norm(vector) for vector in meant], dtype=np.float32)

    @staticmethod
    def _word(word: str) -> Floats:
        return np.random.default_rng(zlib.crc32(word.encode())).normal(size=64).astype(np.float32)


LEARNED = {
    "ice_or_heat": ["ice or heat", "should i put ice on my back", "heat on my back or ice", "put heat on it", "ice it"],
    "anti_inflammatory": ["can i take ibuprofen", "ibuprofen for back pain", "take ibuprofen", "naproxen for pain"],
    "sleeping_position": ["how should i sleep", "best sleeping position", "which pillow", "sleep on my side"],
    OFF_TOPIC: ["what is the capital of spain", "where is france", "the capital of italy", "what is the weather"],
}


@pytest.fixture(scope="module")
def bilingual(knowledge: Knowledge, reader: AlertReader) -> Assistant:
    """An assistant that finds what is meant in Spanish, though it has learned a few entries only."""
    examples = [Example(text, (intent,)) for intent, texts in LEARNED.items() for text in texts]
    return Assistant(knowledge, Matcher(examples, embedding=Bilingual()), reader)


@pytest.fixture(scope="module")
def spanish(knowledge: Knowledge) -> Language:
    return next(language for language in knowledge.languages.languages if language.id == "es")


def test_what_is_meant_in_another_language_is_answered_under_the_notice(
    bilingual: Assistant, knowledge: Knowledge, spanish: Language
) -> None:
    reply = bilingual.reply(Message(HIELO_O_CALOR))
    assert (reply.kind, reply.intents, reply.about) == ("answer", ("ice_or_heat",), "ice_or_heat")
    assert notice_is_first(reply, spanish)
    assert reply.text.removeprefix(spanish.notice).strip() == bilingual.open("ice_or_heat").text
    assert reply.text.endswith(knowledge.wording.disclaimer)
    assert reply.buttons == bilingual.open("ice_or_heat").buttons


def test_an_answer_in_english_has_no_notice(bilingual: Assistant) -> None:
    reply = bilingual.reply(Message("should i put ice or heat on my back"))
    assert reply.intents == ("ice_or_heat",)
    assert reply.text.startswith("Ice or heat")


@pytest.mark.parametrize(
    "text", ["¿cuál es la capital de francia y dónde está?", "me duele mucho la pierna, ¿qué hago?"]
)
def test_what_is_not_found_in_another_language_has_the_notice_alone(
    bilingual: Assistant, spanish: Language, text: str
) -> None:
    reply = bilingual.reply(Message(text))
    assert (reply.kind, reply.intents) == ("fallback", ())
    assert notice_is_first(reply, spanish)


def test_who_is_at_risk_is_given_no_medicine_in_another_language_either(
    bilingual: Assistant, knowledge: Knowledge, spanish: Language
) -> None:
    text = "¿puedo tomar ibuprofeno para el dolor de espalda?"
    assert bilingual.reply(Message(text)).intents == ("anti_inflammatory",)
    reply = bilingual.reply(Message(text, Memory(at_risk="pregnant")))
    assert reply.intents == (knowledge.alert["pregnant"].redirect,)
    assert notice_is_first(reply, spanish)


def test_who_is_at_risk_is_offered_no_medicine_in_another_language_either(
    bilingual: Assistant, knowledge: Knowledge
) -> None:
    def medicines(memory: Memory) -> list[str]:
        reply = bilingual.reply(Message(HIELO_O_CALOR, memory))
        offered = {value for row in reply.buttons[:-1] for button in row for value in button.action.values}
        return [one for one in offered if knowledge.entries[one].medicine]

    assert medicines(Memory())
    assert not medicines(Memory(at_risk="pregnant"))


def test_a_lesser_sign_in_another_language_is_named_too(assistant: Assistant, knowledge: Knowledge) -> None:
    reply = assistant.reply(Message("estoy embarazada y me duele la cintura"))
    assert reply.flags == (Raised("pregnant", "soon"),)
    assert knowledge.alert["pregnant"].advice in reply.text


def test_another_language_is_read_without_the_last_answer(bilingual: Assistant) -> None:
    last = next(iter(bilingual.knowledge.entries))
    assert bilingual.reply(Message(HIELO_O_CALOR, Memory(last_intent=last))) == bilingual.reply(Message(HIELO_O_CALOR))


def test_a_warning_sign_comes_before_what_is_meant(bilingual: Assistant) -> None:
    reply = bilingual.reply(Message(f"no siento las piernas. {HIELO_O_CALOR}"))
    assert reply.kind == "alert"
    assert "Call your emergency number now" in reply.text


def sentences(knowledge: Knowledge) -> Iterator[str]:
    """Yield all that the bot may say."""
    for entry in knowledge.entries.values():
        yield from (entry.title, entry.answer, entry.note)
    for alert in knowledge.alert.values():
        yield from (alert.name, alert.advice, alert.emergency_advice, alert.check)


TALK = ("my", "back", "spasm", "ibuprofen", "heat", "numb", "help", "pregnant", "cant", "pee", "doctor", "how", "why")


@given(words=st.lists(st.sampled_from(TALK)))
@settings(max_examples=200)
def test_nothing_is_made_up(assistant: Assistant, knowledge: Knowledge, words: list[str]) -> None:
    known = " ".join(sentences(knowledge)).split() + knowledge.wording.model_dump_json().replace('"', " ").split()
    letters = set(re.findall(r"\w+", " ".join(known).replace("\\n", " ")))
    said = set(re.findall(r"\w+", assistant.reply(Message(" ".join(words))).text))
    assert said <= letters


@given(st.text(max_size=80))
def test_what_is_no_action_is_refused(data: str) -> None:
    try:
        action = Action.unpack(data)
    except ValueError:
        return
    assert Action.unpack(action.pack()) == action


def test_actions_fit_into_callback_data(assistant: Assistant, knowledge: Knowledge) -> None:
    names = sorted(knowledge.entries, key=len)[-2:]
    flag = max(knowledge.alert, key=len)
    for action in (Action(Verb.ENTRY, "+".join(names), 12), Action(Verb.NO, f"{flag}+{names[-1]}")):
        assert len(action.pack().encode()) <= 64
        assert Action.unpack(action.pack()) == action


def test_a_chosen_country_s_numbers_stand_wherever_numbers_stand(assistant: Assistant, knowledge: Knowledge) -> None:
    japan = Memory(country="JP")
    many = re.compile(r"\b(112|911|999|000)\b")
    for text in (
        "my groin is numb",
        "i want to die",
        "took too many pills",
        "i have a fever",
        "qwertz",
        "heat or ice?",
    ):
        reply = assistant.reply(Message(text, japan))
        assert "119 (Japan)" in reply.text, text
        assert not many.search(reply.text.replace("1-800-222-1222", "")), text
    alert = assistant.reply(Message("my groin is numb", japan))
    assert alert.blocks[0].text == "Call your emergency number now: 119 (Japan)."


def test_a_country_is_chosen_once(assistant: Assistant) -> None:
    chat = Chat()
    asked = assistant.press(Action(Verb.COUNTRY))
    poland = next(button for row in asked.buttons for button in row if button.label == "Poland")
    chosen = assistant.press(poland.action)
    assert "112 or 999 (Poland)" in chosen.text
    chat.heard(chosen, 0)
    assert "112 or 999 (Poland)" in assistant.reply(chat.message("my groin is numb", 10_000)).text
    chat.heard(assistant.press(Action(Verb.COUNTRY, "-")), 10_001)
    assert "911" in assistant.reply(chat.message("my groin is numb", 10_002)).text


def test_111_never_stands_bare(assistant: Assistant) -> None:
    text = assistant.reply(Message("my groin is numb", Memory(country="NZ"))).text
    assert "111 (New Zealand)" in text
    assert not re.search(r"\b111\b(?! \((New Zealand|UK)\))", text)


def test_a_country_that_has_gone_is_asked_for_again(assistant: Assistant) -> None:
    assert assistant.press(Action(Verb.COUNTRY, "XX")).blocks == assistant.press(Action(Verb.COUNTRY)).blocks


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("ich kann nicht mehr laufen und spüre meine beine nicht", "Im Notfall rufen Sie 112"),
        ("no siento las piernas y me orino encima", "En una emergencia llama al 112"),
        ("quiero morir", "I'm really glad you wrote this."),
    ],
)
def test_an_emergency_in_another_language_names_the_numbers_in_it(assistant: Assistant, text: str, first: str) -> None:
    reply = assistant.reply(Message(text))
    assert reply.kind == "alert"
    assert reply.text.startswith(first)
    assert "En una emergencia llama al 112" in reply.text or "Im Notfall" in reply.text


@pytest.mark.parametrize(
    "text", ["ok what about acupuncture then", "thanks! and is heat good?", "ok so does massage help"]
)
def test_small_talk_is_no_different_result(assistant: Assistant, text: str) -> None:
    reply = assistant.reply(Message(text))
    entries = assistant.knowledge.entries
    assert reply.kind == "answer"
    assert len(reply.others) == 4
    assert not any(entries[intent].origin == "conversation" for intent in reply.others)
