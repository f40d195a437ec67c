"""The shape of `wording.yaml`: the bot's own sentences, apart from entries and alerts.

Names in braces stand for what is filled in: `{numbers}` for the emergency numbers in one line, `{by_country}` for the
same with the names of their countries, `{name}` for a warning sign. `PLACEHOLDERS` says which field may hold which;
`knowledge check` holds the file to it.
"""

from typing import Annotated

from pydantic import Field, StringConstraints

from knowledge.schema import Id, Model, Paragraphs, Text, Title

PLACEHOLDERS: dict[str, frozenset[str]] = {
    "you_may_have_written": frozenset({"name"}),
    "error": frozenset({"error_id"}),
    "emergency": frozenset({"by_country"}),
    "privacy": frozenset({"missed", "operator"}),
    "operator": frozenset({"name"}),
    "seen": frozenset({"day"}),
    "answers": frozenset({"number"}),
    **{
        line: frozenset({"name"})
        for line in ("topic", "alert", "check", "at_risk", "chosen_country", "vote_for", "vote_against", "missed")
    },
}
"""Placeholders beyond `{numbers}`, which may stand everywhere."""

CommandName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,32}$")]


class Topic(Model):
    """A quick-reply button that is always at hand: it opens an entry or lists a theme."""

    label: Title
    entry: str = ""
    theme: str = ""


class Command(Model):
    """A command of the bot and its line in Telegram's menu.

    Attributes:
        in_groups: Whether it stands in the menu of groups, rather than in that of private chats.
    """

    command: CommandName
    description: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    in_groups: bool = False


class Labels(Model):
    """What the bot's own buttons show."""

    sources: Title
    topics: Title
    none_of_these: Title
    yes: Title
    no: Title
    not_meant: Title
    more: Title
    share: Title
    country: Title
    another_country: Title
    useful: Title
    not_useful: Title


class Pages(Model):
    """The texts behind /start, /help and the like."""

    start: Paragraphs
    help: Paragraphs
    about: Paragraphs
    disclaimer: Paragraphs
    privacy: Paragraphs


class Cards(Model):
    """How an alert opens: the numbers first."""

    emergency: Paragraphs
    poison: Paragraphs
    crisis: Paragraphs
    doctor: Paragraphs


class NotText(Model):
    """Answers to messages that hold no text the bot can read."""

    picture: Text
    voice: Text
    sticker: Text
    file: Text
    location: Text
    other: Text


class MyDataLines(Model):
    """The lines of /mydata."""

    heading: Text
    seen: Text
    topic: Text
    alert: Text
    check: Text
    at_risk: Text
    chosen_country: Text
    answers: Text
    vote_for: Text
    vote_against: Text
    missed: Text


class Wording(Model):
    """`wording.yaml`.

    Attributes:
        name: The bot's name in Telegram (at most 64 characters).
        description: What a person sees before the first message (at most 512 characters).
        short_description: What stands on the bot's profile (at most 120 characters).
        numbers: The emergency numbers in one short line; other sentences name it as `{numbers}`.
        by_country: The same with the countries in which they hold. Both are replaced by a country's own numbers for one
            who has chosen it.
        disclaimer: The line under every medical answer.
        themes: The themes in the order in which they are listed.
        yes: Words that say yes to a check question, where a message begins with one.
        no: Words that say no to it.
        operator: Part of the privacy page where the operator has given a name, `no_operator` where not; likewise
            `keeps_missed` where questions without an answer are kept.
        voted: The notice after a vote (at most 200 characters), `not_voted` where it could not be kept.
        try_another: Said above other entries to one whom an answer didn't help.
        delayed: Said under an answer that comes long after its question.
        slow_down: Said once to one who writes faster than the bot answers.
        examples: Two questions to tap under /start: intents.
    """

    name: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    description: Annotated[str, StringConstraints(min_length=1, max_length=512)]
    short_description: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    commands: tuple[Command, ...] = Field(min_length=1, max_length=100)
    topics: tuple[Topic, ...] = Field(min_length=1, max_length=12)
    themes: tuple[Id, ...]
    examples: tuple[Id, ...]
    labels: Labels
    pages: Pages
    cards: Cards
    for_instance: Text
    not_text: NotText
    numbers: Text
    by_country: Text
    disclaimer: Text
    from_article: Text
    from_guidance: Text
    note: Text
    emergency_now: Text
    you_may_have_written: Text
    check_numbers: Text
    yes: tuple[Text, ...]
    no: tuple[Text, ...]
    after_alert: Text
    not_meant: Text
    did_you_mean: Text
    fallback: Text
    fallback_topics: Text
    none_of_these: Text
    choose_topic: Text
    choose_entry: Text
    choose_country: Text
    country_chosen: Text
    sources: Text
    all_sources: Text
    unread_source: Text
    gone: Text
    too_long: Text
    empty: Text
    error: Text
    operator: Text
    no_operator: Text
    keeps_missed: Text
    keeps_no_missed: Text
    voted: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    not_voted: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    try_another: Text
    forgotten: Text
    not_forgotten: Text
    nothing_kept: Text
    mydata: MyDataLines
    not_readable: Text
    delayed: Text
    slow_down: Text
    ask_in_group: Text
    placeholder: Annotated[str, StringConstraints(min_length=1, max_length=64)]
