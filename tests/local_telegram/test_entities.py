"""Telegram's HTML and the entities that Telegram finds by itself."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.local_telegram.entities import (
    Entity,
    Formatted,
    ParseError,
    detected,
    escape,
    finished,
    parse_html,
    part,
    to_html,
    utf16_length,
)
from bot.local_telegram.entities import given as entities_given

# Text as Telegram may see it: any characters, and the ones that HTML is made of more often than by chance.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
markup = st.lists(
    st.one_of(
        st.sampled_from(
            ["<b>", "</b>", "<a href=", "'", '"', ">", "<", "</", "&lt;", "&#x1f600;", "&#", "&amp", ";", "="]
        ),
        st.sampled_from(
            ["<code>", "</code>", "<pre>", "</pre>", "<i", "</i>", "<span class=tg-spoiler>", "</span>", " "]
        ),
        st.sampled_from(["<blockquote expandable>", "</blockquote>", "<a href='https://nhs.uk'>", "</a>", "😀"]),
        texts,
    )
).map("".join)


@given(texts)
@example("<b> & \"quotes\" 'n' &amp; &#39; 😀")
def test_escaped_text_parses_back_to_itself(text: str) -> None:
    assert parse_html(escape(text)) == Formatted(text)


@given(st.one_of(st.text(), markup))
@example("&#" + "9" * 5000)
@example("<a href='")
@example("\ud800")
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        formatted = finished(parse_html(text))
    except ParseError:
        return
    for entity in formatted.entities:
        assert 0 <= entity.offset < entity.end <= utf16_length(formatted.text)
        assert utf16_length(part(formatted.text, entity)) == entity.length


TAGS = [("<b>", "</b>"), ("<i>", "</i>"), ("<u>", "</u>"), ("<s>", "</s>"), ("<code>", "</code>"), ("<pre>", "</pre>")]
TAGS += [
    ("<tg-spoiler>", "</tg-spoiler>"),
    ("<blockquote>", "</blockquote>"),
    ("<blockquote expandable>", "</blockquote>"),
]
TAGS += [('<pre><code class="language-c">', "</code></pre>"), ('<a href="https://nhs.uk/?a=1&amp;b=2">', "</a>")]
TAGS += [('<a href="tg://user?id=7">', "</a>"), ('<tg-emoji emoji-id="7">', "</tg-emoji>")]
words = st.sampled_from(["x", "back ", "/ask", "@local_bot", " ", "\n", "😀", "https://nhs.uk"]) | texts
pages = st.recursive(
    words.map(escape),
    lambda inner: (
        st.lists(inner, max_size=3).map("".join)
        | st.builds(lambda tags, text: tags[0] + text + tags[1], st.sampled_from(TAGS), inner)
    ),
)


@given(pages)
@example('<a href="https://nhs.uk/?a=1&amp;b=2"><a href="tg://user?id=7">x</a></a>')
def test_what_was_stored_is_the_same_when_sent_again(page: str) -> None:
    stored = finished(parse_html(page))
    assert finished(parse_html(to_html(stored))) == stored


@given(
    st.text("ab😀", min_size=9),
    st.lists(st.tuples(st.sampled_from(["bold", "italic", "code"]), *[st.integers(0, 8)] * 2)),
)
def test_entities_of_any_order_are_stored_nested(text: str, wanted: list[tuple[str, int, int]]) -> None:
    values = [{"type": type_, "offset": offset, "length": length} for type_, offset, length in wanted]
    try:
        stored = finished(entities_given(text, values))
    except ParseError:
        return
    for one in stored.entities:
        for other in stored.entities:
            assert not one.offset < other.offset < one.end < other.end


@given(st.text())
def test_what_is_found_never_overlaps(text: str) -> None:
    found = sorted(detected(text), key=lambda entity: entity.offset)
    assert all(one.end <= other.offset for one, other in pairwise(found))


@pytest.mark.parametrize(
    ("source", "type_"),
    [
        ("<b>x</b>", "bold"),
        ("<strong>x</strong>", "bold"),
        ("<B>x</b>", "bold"),
        ("<i>x</i>", "italic"),
        ("<em>x</em>", "italic"),
        ("<u>x</u>", "underline"),
        ("<ins>x</ins>", "underline"),
        ("<s>x</s>", "strikethrough"),
        ("<strike>x</strike>", "strikethrough"),
        ("<del>x</del>", "strikethrough"),
        ("<code>x</code>", "code"),
        ("<pre>x</pre>", "pre"),
        ("<blockquote>x</blockquote>", "blockquote"),
        ("<blockquote expandable>x</blockquote>", "expandable_blockquote"),
        ("<tg-spoiler>x</tg-spoiler>", "spoiler"),
        ('<span class="tg-spoiler">x</span>', "spoiler"),
        ("<b>x</>", "bold"),
    ],
)
def test_each_tag(source: str, type_: str) -> None:
    assert parse_html(source) == Formatted("x", (Entity(type_, 0, 1),))


@pytest.mark.parametrize(
    ("source", "entity"),
    [
        ('<a href="https://nhs.uk/back">x</a>', Entity("text_link", 0, 1, "https://nhs.uk/back")),
        ("<a href='https://nhs.uk?a=1&amp;b=2'>x</a>", Entity("text_link", 0, 1, "https://nhs.uk/?a=1&b=2")),
        ("<a href=nhs.uk>x</a>", Entity("text_link", 0, 1, "http://nhs.uk/")),
        ("<a>nhs.uk</a>", Entity("text_link", 0, 6, "http://nhs.uk/")),
        ('<a href="tg://user?id=7">x</a>', Entity("text_mention", 0, 1, "7")),
        ('<pre><code class="language-python">x</code></pre>', Entity("pre", 0, 1, "python")),
        ('<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>', Entity("custom_emoji", 0, 2, "5368324170671202286")),
    ],
)
def test_what_a_tag_says_more(source: str, entity: Entity) -> None:
    assert parse_html(source).entities == (entity,)


def test_offsets_count_utf16_code_units() -> None:
    formatted = parse_html("😀 <b>é😀</b> <i>x</i>")
    assert formatted.entities == (Entity("bold", 3, 3), Entity("italic", 7, 1))
    assert part(formatted.text, formatted.entities[0]) == "é😀"


def test_nested_tags_come_outer_first() -> None:
    assert parse_html("<b><i>x</i>y</b>").entities == (Entity("bold", 0, 2), Entity("italic", 0, 1))
    assert parse_html("<i><b>x</b></i>").entities == (Entity("bold", 0, 1), Entity("italic", 0, 1))


def test_an_address_that_is_none_is_no_link() -> None:
    assert parse_html('<a href="back spasm">x</a>') == Formatted("x")
    assert parse_html('<a href="javascript:alert(1)">x</a>') == Formatted("x")


def test_an_empty_tag_leaves_nothing() -> None:
    assert parse_html("x<b></b>") == Formatted("x")


def test_entities_it_does_not_know_stay_as_they_are() -> None:
    assert parse_html("&nbsp;&copy &#0; &#xD7; &lt &amp;amp;").text == "&nbsp;&copy &#0; × < &amp;"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("12345<x>", 'Unsupported start tag "x" at byte offset 5'),
        ("é<p>", 'Unsupported start tag "p" at byte offset 2'),
        ("pain < 3 days", 'Unsupported start tag "" at byte offset 5'),
        ("<br/>", 'Unsupported start tag "br/" at byte offset 0'),
        ("<b>x", "Can't find end tag corresponding to start tag b"),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b x", 'Unclosed start tag "b" at byte offset 0'),
        ("<a href=", 'Unclosed start tag "a" at byte offset 0'),
        ("<a href='x", "Unclosed start tag at byte offset 0"),
        ("<a href=x/y>", "Unexpected end of name token at byte offset 8"),
        ("<a =x>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<tg-emoji emoji-id='x'>x</tg-emoji>", "Invalid custom emoji identifier specified"),
        (
            "&#xD800;",
            "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate",
        ),
        ("\0", "Text must not contain null bytes"),
    ],
)
def test_what_telegram_refuses_in_its_own_words(source: str, reason: str) -> None:
    with pytest.raises(ParseError) as refusal:
        parse_html(source)
    assert str(refusal.value).startswith(reason)


def test_a_text_is_trimmed_up_to_its_entities() -> None:
    assert finished(parse_html("  \n x <b>y</b> \n")) == Formatted("x y", (Entity("bold", 2, 1),))
    assert finished(parse_html("<code> x</code>")) == Formatted(" x", (Entity("code", 0, 2),))
    assert finished(Formatted(" \n\u2029 ")) == Formatted()


def test_control_characters_become_spaces() -> None:
    assert finished(parse_html("a\tb\r\n<b>c\x07d</b>")) == Formatted("a b\nc d", (Entity("bold", 4, 3),))


def test_code_holds_no_other_formatting() -> None:
    stored = finished(parse_html("<b>a<code>b<i>c</i></code>d</b>"))
    assert stored.entities == (Entity("bold", 0, 1), Entity("code", 1, 2), Entity("bold", 3, 1))


def test_quotes_hold_no_quotes() -> None:
    stored = finished(parse_html("<blockquote>a<blockquote expandable>b</blockquote></blockquote>"))
    assert stored.entities == (Entity("blockquote", 0, 2),)


def test_entities_beyond_the_hundredth_are_dropped() -> None:
    assert len(finished(parse_html("<b>x</b> " * 101)).entities) == 100


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/ask@local_bot why?", {"bot_command": "/ask@local_bot"}),
        ("😀 /ask why?", {"bot_command": "/ask"}),
        ("and/or", {}),
        ("1/2 tablet", {}),
        ("hey @local_bot, why?", {"mention": "@local_bot"}),
        ("anna@example.org", {"email": "anna@example.org"}),
        ("see https://nhs.uk/back.", {"url": "https://nhs.uk/back"}),
        ("#back and #1", {"hashtag": "#back"}),
    ],
)
def test_what_telegram_finds_by_itself(text: str, found: dict[str, str]) -> None:
    assert {entity.type: part(text, entity) for entity in finished(Formatted(text)).entities} == found


def test_nothing_is_found_in_code() -> None:
    assert [entity.type for entity in finished(parse_html("<code>/ask</code> <b>/ask</b>")).entities] == [
        "code",
        "bot_command",
        "bold",
    ]
