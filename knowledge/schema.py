"""The shape of the knowledge: one model for each kind of thing that stands in the YAML files.

Every model is frozen and refuses fields it doesn't know, so that a misspelt field is an error and not a silent loss.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

Origin = Literal["article", "guidance", "conversation"]
Level = Literal["soon", "urgent", "emergency"]
Verdict = Literal["agree", "qualify", "contradict", "opinion", "editorial"]
Read = Literal["text", "copy", "memory"]
Script = Literal["latin", "cyrillic", "arabic", "devanagari"]

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=30)]
"""A short stable name. It travels in Telegram's callback data (64 bytes), two of them at the most."""

Word = Annotated[str, StringConstraints(pattern=r"^\S+$")]
"""A single word."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""Text that may not be empty."""


def paragraphs(text: str) -> str:
    """Return a text with an empty line between its paragraphs (folding in YAML leaves them on lines of their own)."""
    return "\n\n".join(line.strip() for line in text.splitlines() if line.strip())


Paragraphs = Annotated[Text, AfterValidator(paragraphs)]
"""Text of one or more paragraphs."""

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=30)]
"""What a button shows: 30 characters fit on a phone."""


class Model(BaseModel):
    """Base of all knowledge models."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(Model):
    """An FAQ entry: one intent, many ways of asking, one answer.

    Attributes:
        intent: The entry's id.
        title: What a button shows.
        origin: `article` where the answer carries claims of the article, `guidance` where it comes from public guidance
            alone, `conversation` for hello and the like.
        medicine: Whether the answer is about a medicine. People at risk are sent to a professional instead, and
            the answer may hold no dose.
        phrasings: Real ways of asking.
        answer: At most 90 words.
        note: At most 60 words: what newer guidance says where it qualifies or contradicts the article.
        claims: The claims of the article that the answer carries.
        sources: Where the answer and the note come from.
        related: Two to four entries offered under the answer.
        reviewed_by: The clinician who has read it; empty until one has.
    """

    intent: Id
    title: Title
    origin: Origin
    medicine: bool = False
    phrasings: tuple[Text, ...] = Field(min_length=1)
    answer: Paragraphs
    note: str = ""
    claims: tuple[str, ...] = ()
    sources: tuple[Id, ...] = ()
    related: tuple[Id, ...] = ()
    reviewed_by: str = ""


class Theme(Model):
    """One file of `entries/`: entries on one theme, in the order in which people browse them."""

    theme: Id
    title: Title
    entries: tuple[Entry, ...] = Field(min_length=1)


class Alert(Model):
    """A warning sign: how urgent it is, and what is said.

    Attributes:
        flag: The sign's id.
        level: Its level when a pattern of `Reports.report` is met.
        name: Completes "You may have written about …".
        advice: What to do, and what to tell the person who answers the call.
        emergency_advice: The same for a sign that is not an emergency by itself, when it is one.
        check: The short Yes or No question for a borderline message.
        card: Which numbers open the alert: emergency services, poison lines, crisis lines, or a doctor today.
        redirect: The entry that stands in for a medicine's entry when this sign is there.
        lasting: Whether the sign counts in the past too (an illness one has had).
        sources: Where the sign comes from.
        reviewed_by: The clinician who has read it; empty until one has.
    """

    flag: Id
    level: Level
    name: Text
    advice: Text
    emergency_advice: str = ""
    check: str = ""
    card: Literal["emergency", "poison", "crisis", "doctor", "none"]
    redirect: str = ""
    lasting: bool = False
    sources: tuple[Id, ...] = ()
    reviewed_by: str = ""


class Alerts(Model):
    """`alerts.yaml`: the warning signs, from the most dangerous."""

    alerts: tuple[Alert, ...]


Groups = dict[Id, tuple[Text, ...]]
"""Groups of words and phrases that patterns name."""


class Reports(Model):
    """One file of `reports/`: which words report a warning sign, and which only look like it.

    The patterns' language is described in `bot.alerts.language`.

    Attributes:
        flag: The sign's id.
        groups: Groups of words that its patterns name; those of other files may name them too.
        report: Patterns that report the sign.
        emergency: Patterns that report it at the level of an emergency, whatever its own.
        borderline: Patterns that may report it.
        softened: Patterns that make a report a borderline one: the words they cover can't report this sign surely.
        unless: Patterns that only look like it: the words they cover can't report this sign.
    """

    flag: Id
    groups: Groups = {}
    report: tuple[Text, ...] = Field(min_length=1)
    emergency: tuple[Text, ...] = ()
    borderline: tuple[Text, ...] = ()
    softened: tuple[Text, ...] = ()
    unless: tuple[Text, ...] = ()


class Reading(Model):
    """`reading.yaml`: how messages are read for warning signs, whichever sign it is.

    Attributes:
        groups: Groups of words that patterns of several signs name.
        little_words: Words that count neither in a pattern nor in a message.
        spellings: Slips and short forms, each with what it stands for.
        ordinary_words: Words that are no slip for a word of a sign, near as they look ("threat", "throat").
        denials: Words that deny the sign that follows them ("no fever").
        no_denials: Words that hold a denial and deny nothing ("no idea").
        denials_after: Words that deny the sign before them ("was ruled out").
        questions: Words by which a clause asks about the sign that follows them, unless it speaks of somebody.
        question_starts: Words that do so where they open a clause.
        worries: Words by which a question about a sign is about one's own ("is foot drop serious").
        owned: Words by which one who asks about a sign says that they have it ("I've had it since").
        told: Words by which others speak of a sign ("the nurse asked me about").
        mourning: Words that speak of the dead; what the clause says of them is no report.
        stories: Words of learning, work, news and art: what their sentence says of nobody in particular is no report.
        suppositions: Words that only suppose the sign that follows them ("if"); it is asked about then.
        no_suppositions: Words that hold one and suppose nothing ("not sure if").
        some_day: Words by which what is supposed is surely not so now ("if I ever").
        persons: Words that speak of somebody ("i", "my mum").
        speakers: Those of them that speak of the writer, or of somebody near by their own words ("i", "my").
        over: Words that say that a sign is over; it is asked about then.
        animals: A clause that opens with one and speaks of no person reports nothing.
    """

    groups: Groups
    little_words: tuple[Text, ...] = ()
    spellings: dict[str, Text] = {}
    ordinary_words: tuple[Text, ...] = ()
    denials: tuple[Text, ...] = ()
    no_denials: tuple[Text, ...] = ()
    denials_after: tuple[Text, ...] = ()
    questions: tuple[Text, ...] = ()
    question_starts: tuple[Text, ...] = ()
    worries: tuple[Text, ...] = ()
    owned: tuple[Text, ...] = ()
    told: tuple[Text, ...] = ()
    mourning: tuple[Text, ...] = ()
    stories: tuple[Text, ...] = ()
    suppositions: tuple[Text, ...] = ()
    no_suppositions: tuple[Text, ...] = ()
    some_day: tuple[Text, ...] = ()
    speakers: tuple[Text, ...] = ()
    persons: tuple[Text, ...] = ()
    over: tuple[Text, ...] = ()
    animals: tuple[Text, ...] = ()


class Country(Model):
    """The emergency numbers of a country.

    Attributes:
        code: Its two letters (ISO 3166-1).
        name: Its name in English.
        numbers: What to call for an ambulance, the one to try first in front.
    """

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    name: Title
    numbers: tuple[Annotated[str, StringConstraints(pattern=r"^[0-9]{2,5}$")], ...] = Field(min_length=1)


class Countries(Model):
    """`countries.yaml`: the countries whose numbers the bot can name alone."""

    countries: tuple[Country, ...]


class Concept(Model):
    """An idea of this subject and the ways people say it."""

    name: Id
    says: tuple[Text, ...] = Field(min_length=1)


class Words(Model):
    """`words.yaml`: the lexicon."""

    concepts: tuple[Concept, ...]


class OffTopic(Model):
    """`off_topic.yaml`: messages that the bot can't answer, by which it learns what it doesn't know."""

    medical: tuple[Text, ...]
    other: tuple[Text, ...]


OUT_OF_SCOPE_MEDICAL = "out_of_scope_medical"
OUT_OF_SCOPE_OTHER = "out_of_scope_other"
OUT_OF_SCOPE = frozenset({OUT_OF_SCOPE_MEDICAL, OUT_OF_SCOPE_OTHER})
"""What stands for an entry in the labels of a message that none answers."""


def questions(labels: str) -> tuple[tuple[str, ...], ...]:
    """Return the labels of a message, one tuple for each question: "a,b+c" is two questions."""
    return tuple(tuple(filter(None, question.split(","))) for question in labels.split("+"))


Labels = Annotated[tuple[Id, ...], Field(min_length=1)]
"""The intents that serve one question, best first."""


class LabelledMessage(Model):
    """A message as people really write them, with the entries that serve it.

    Attributes:
        text: The message.
        intents: For each question in it the intents that serve, best first. Ids of `OUT_OF_SCOPE` stand for none.
    """

    text: Text
    intents: Annotated[
        tuple[Labels, ...], BeforeValidator(lambda labels: questions(labels) if isinstance(labels, str) else labels)
    ] = Field(min_length=1)


class Messages(Model):
    """One file of `messages/`: messages by one author.

    The matcher learns from them beside the phrasings. How sure it may be is measured on each author's messages after
    learning from the others', so a file should hold one author's work and nobody else's.
    """

    messages: tuple[LabelledMessage, ...] = Field(min_length=1)


class LabelledWarning(Model):
    """A message as people really write them, with the warning signs that it reports.

    Attributes:
        text: The message.
        intents: Empty here; the column is there so that a file can be measured as it is.
        flags: The signs that a nurse would say are reported now; a "?" behind one marks it as borderline, "-" stands
            for none.
    """

    text: Text
    intents: Literal[""]
    flags: Annotated[tuple[str, ...], BeforeValidator(lambda flags: tuple(str(flags).split(",")))]

    @property
    def sure(self) -> tuple[str, ...]:
        """The signs that it surely reports."""
        return tuple(flag for flag in self.flags if flag != "-" and not flag.endswith("?"))


class Warnings(Model):
    """One file of `warnings/`: messages by one author that report warning signs, and such as only look so."""

    messages: tuple[LabelledWarning, ...] = Field(min_length=1)


class Source(Model):
    """The article, or a piece of public guidance.

    Attributes:
        id: The source's id.
        name: What a person reads.
        url: Its official address; empty for the article, which is no longer on the web.
        date: When it was published, as far as it is known.
        read: What our reading rests on: the source's own text, a copy of it, or memory (which still needs a check).
    """

    id: Id
    name: Text
    url: str = ""
    date: str = ""
    read: Read


class Claim(Model):
    """A statement of the article, in our words, and how newer guidance judges it."""

    id: Annotated[str, StringConstraints(pattern=r"^C\d\d$")]
    paragraph: str
    says: Text
    verdict: Verdict


class Sources(Model):
    """`sources.yaml`."""

    sources: tuple[Source, ...]
    claims: tuple[Claim, ...]


class Language(Model):
    """A language that the bot neither reads nor writes, and what it says in it to those who do.

    Attributes:
        id: ISO 639-1, with `-Latn` after it for a language of another script that is typed in Latin letters.
        name: What its speakers call it.
        english_name: What it is called in English.
        script: What it is written in. Latin letters may be anything, so such a language is told by its words.
        letters: Its letters, without a to z.
        words: Words that are common in its messages: little words, and words of this subject.
        notice: The emergency numbers in the first paragraph; then what the bot reads and what it is about.
        topics: What the labels of the topics mean, by the English label.
        reviewed_by: The native speaker who has read it; empty until one has.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-Latn)?$")]
    name: Text
    english_name: Text
    script: Script
    letters: str = ""
    words: tuple[Word, ...] = Field(min_length=1)
    notice: Paragraphs
    topics: dict[str, Text] = {}
    reviewed_by: str = ""


class Languages(Model):
    """`languages.yaml`: the languages that are told from English.

    Attributes:
        english: Words that English messages are made of. One that is another language's too counts for neither.
        languages: The other languages; of two that fit a message as well, the first is taken.
    """

    english: tuple[Word, ...]
    languages: tuple[Language, ...]
