"""A reply as Telegram takes it."""

import re
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup

from bot.assistant import Assistant
from bot.local_telegram.entities import parse_html
from bot.reply import Action, Block, Button, Message, Reply, Style, Verb
from bot.telegram.render import Rendered, answered, render
from knowledge.load import Knowledge
from knowledge.wording import Wording

TELEGRAM_TAKES = 4096


@pytest.fixture(scope="module")
def wording(knowledge: Knowledge) -> Wording:
    return knowledge.wording


def reply(*blocks: Block) -> Reply:
    return Reply("answer", blocks, again=Action(Verb.ENTRY, "ice_or_heat"))


def all_pages(long: Reply, wording: Wording) -> list[str]:
    """Return the text of each message of a reply, going on for as long as there is a button for the rest."""
    texts: list[str] = []
    while True:
        shown = render(long, wording, "a_bot", len(texts))
        texts.append(parse_html(shown.html).text)
        if not isinstance(shown.keyboard, InlineKeyboardMarkup):
            return texts
        (((more,),),) = (shown.keyboard.inline_keyboard,)
        assert more.callback_data == f"e{len(texts)}:ice_or_heat"


def told(shown: Rendered) -> str:
    """Return the entry that the buttons of a message name."""
    assert not isinstance(shown.keyboard, ReplyKeyboardMarkup)
    return answered(shown.keyboard)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def test_each_style_has_its_look(wording: Wording) -> None:
    shown = render(
        reply(
            Block(Style.HEADING, "Ice & heat"),
            Block(Style.SMALL, "From <there>"),
            Block(Style.TEXT, "Warm it."),
            Block(Style.NOTE, "Newer: ice."),
            Block(Style.SOURCE, "NHS", "https://www.nhs.uk/?a=1&b=2"),
            Block(Style.SOURCE, "The article"),
            Block(Style.ALARM, "Call 112"),
        ),
        wording,
        "a_bot",
    )
    assert shown.html == (
        "<b>Ice &amp; heat</b>\n<i>From &lt;there&gt;</i>\n\nWarm it.\n\n<blockquote>Newer: ice.</blockquote>\n"
        '• <a href="https://www.nhs.uk/?a=1&amp;b=2">NHS</a>\n• The article\n<b>Call 112</b>'
    )


def test_a_long_text_is_cut_at_a_sentence(wording: Wording) -> None:
    sentences = [f"This is sentence number {i} of a very long answer." for i in range(300)]
    texts = all_pages(reply(Block(Style.TEXT, " ".join(sentences))), wording)
    assert len(texts) > 2
    assert all(text.endswith(".") and units(text) <= TELEGRAM_TAKES for text in texts)
    assert " ".join(texts).split() == " ".join(sentences).split()


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=3000), max_size=8
    )
)
@settings(max_examples=60)
def test_nothing_is_lost_and_every_message_fits(wording: Wording, words: list[str]) -> None:
    texts = all_pages(reply(Block(Style.TEXT, " ".join(words)), Block(Style.NOTE, "end")), wording)
    assert all(units(text) <= TELEGRAM_TAKES for text in texts)
    assert re.sub(r"\s", "", "".join(texts)) == re.sub(r"\s", "", "".join(words)) + "end"


def test_every_reply_of_ours_is_one_message(assistant: Assistant, knowledge: Knowledge, wording: Wording) -> None:
    for intent in knowledge.entries:
        shown = render(assistant.open(intent), wording, "a_bot")
        assert units(unescape(shown.html)) <= TELEGRAM_TAKES
        assert shown.keyboard is None or wording.labels.more not in str(shown.keyboard), intent


def test_what_a_message_answers_with_is_told_by_its_buttons(
    assistant: Assistant, knowledge: Knowledge, wording: Wording
) -> None:
    for intent, entry in knowledge.entries.items():
        shown = render(assistant.open(intent), wording, "a_bot")
        assert told(shown) == ("" if entry.origin == "conversation" else intent)
    for message, is_about_an_entry in [
        ("ice or heat? and does acupuncture work?", True),
        ("spine", False),
        ("hello", False),
    ]:
        answer = assistant.reply(Message(message))
        assert told(render(answer, wording, "a_bot")) == answer.about
        assert bool(answer.about) == is_about_an_entry
    for page in (assistant.examples(), assistant.page("help"), assistant.press(Action(Verb.TOPICS))):
        assert told(render(page, wording, "a_bot")) == ""


def test_each_part_of_a_long_answer_tells_what_it_answers_with(wording: Wording) -> None:
    long = replace(
        reply(Block(Style.TEXT, " ".join(f"This is sentence number {i} of a very long answer." for i in range(200)))),
        buttons=((Button("Sources", Action(Verb.SOURCES, "ice_or_heat")),),),
    )
    parts = [render(long, wording, "a_bot", page) for page in range(3)]
    assert len({part.html for part in parts}) == len(parts)
    assert [told(part) for part in parts] == ["ice_or_heat"] * 3


def test_an_alert_is_no_answer_though_one_stands_under_it(assistant: Assistant, wording: Wording) -> None:
    alert = assistant.reply(Message("fever and back pain, does massage help?"))
    assert (alert.kind, alert.intents) == ("alert", ("massage",))
    assert told(render(alert, wording, "a_bot")) == ""


def test_buttons_that_are_not_ours_tell_nothing() -> None:
    foreign = [
        InlineKeyboardButton("A link", url="https://www.nhs.uk"),
        InlineKeyboardButton("Play", callback_data="x"),
    ]
    assert answered(InlineKeyboardMarkup([foreign])) == ""


def test_the_share_button_stands_beside_the_sources(wording: Wording) -> None:
    answer = Reply(
        "answer",
        (Block(Style.TEXT, "x"),),
        buttons=((Button("Sources", Action(Verb.SOURCES, "massage")),),),
        about="massage",
    )
    keyboard = render(answer, wording, "a_bot").keyboard
    assert isinstance(keyboard, InlineKeyboardMarkup)
    sources, share = keyboard.inline_keyboard[0]
    assert sources.callback_data == "s:massage"
    assert share.url == "https://t.me/share/url?url=https%3A%2F%2Ft.me%2Fa_bot%3Fstart%3Dmassage"
