"""Puts replies together from the knowledge: every sentence comes from there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bot.alerts import Finding
from bot.reply import Action, Block, Button, Raised, Reply, Style, Verb
from knowledge.load import Knowledge
from knowledge.schema import Entry, Language, Theme

Rows = tuple[tuple[Button, ...], ...]

CARDS = ("crisis", "poison", "emergency")
"""Which card opens an alert of several emergencies: the first that one of them has."""

ANOTHER_COUNTRY = "-"
"""Stands for the countries that the bot doesn't know, and for those who would rather not say."""

MANY_SIGNS = 3
"""Warning signs that one alert names: more would bury what to do."""


class Composer:
    """Makes each sort of reply."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._wording = knowledge.wording

    def answer(
        self, intents: Sequence[str], *, confidence: float = 1.0, signs: Sequence[Finding] = (), medicines: bool = True
    ) -> Reply:
        """Answer with one or two entries.

        Args:
            intents: The entries.
            confidence: Probability that the first was meant.
            signs: Signs of level soon, each of which adds its line.
            medicines: Whether related entries about medicines may be offered.
        """
        entries = [self._knowledge.entries[intent] for intent in intents]
        medical = any(entry.origin != "conversation" for entry in entries)
        blocks = [block for entry in entries for block in self._entry(entry)]
        blocks += self._soon(sign for sign in signs if self._knowledge.alert[sign.flag].redirect not in intents)
        if medical:
            blocks.append(self._disclaimer())
        return Reply(
            kind="answer",
            blocks=tuple(blocks),
            buttons=(*self._related(entries, medicines=medicines), *self._more_about(entries)),
            intents=tuple(intents),
            flags=_raised(signs),
            confidence=confidence,
            about=entries[0].intent if medical else "",
            again=Action(Verb.ENTRY, "+".join(intents)),
        )

    def emergency(self, signs: Sequence[Finding], language: Language | None = None) -> Reply:
        """Tell a person to get help now: the numbers, what to do, and nothing else.

        Args:
            signs: What was found; one is an emergency.
            language: The language of the message, where it isn't English: the numbers are named in it too.
        """
        emergencies = sorted(
            (sign for sign in signs if sign.level == "emergency"), key=lambda sign: CARDS.index(self._card(sign))
        )
        first = emergencies[0]
        card = getattr(self._wording.cards, self._card(first))
        blocks = [Block(Style.ALARM, part) for part in self._fill(card).split("\n\n")]
        if language:
            # Whoever reads no English must see the number first; after a crisis card's lines of care.
            at = len(blocks) if self._card(first) == "crisis" else 0
            blocks.insert(at, Block(Style.ALARM, language.notice.split("\n\n")[0]))
        if self._card(first) != "crisis":
            blocks.append(Block(Style.TEXT, self._wording.emergency_now))
        blocks += [Block(Style.TEXT, self._named(sign)) for sign in emergencies[:MANY_SIGNS]]
        return Reply(
            kind="alert",
            blocks=tuple(blocks),
            buttons=(self._not_meant(first),),
            flags=_raised(signs),
        )

    def urgent(self, signs: Sequence[Finding], answer: Reply | None) -> Reply:
        """Send a person to a doctor today, and answer the question under it."""
        loud = [sign for sign in signs if sign.level == "urgent"]
        blocks = [Block(Style.ALARM, self._fill(self._wording.cards.doctor))]
        blocks += [Block(Style.TEXT, self._named(sign)) for sign in loud[:MANY_SIGNS]]
        blocks += answer.blocks if answer else [*self._soon(signs), self._disclaimer()]
        return Reply(
            kind="alert",
            blocks=tuple(blocks),
            buttons=(self._not_meant(loud[0]), *(answer.buttons if answer else ())),
            intents=answer.intents if answer else (),
            flags=_raised(signs),
            confidence=answer.confidence if answer else 1.0,
            about=answer.about if answer else "",
        )

    def check(self, sign: Finding, intent: str) -> Reply:
        """Ask whether a borderline sign is meant. `intent` is what a No is answered with."""
        alert, labels = self._knowledge.alert[sign.flag], self._wording.labels
        value = f"{sign.flag}+{intent}"
        return Reply(
            kind="check",
            blocks=(
                Block(Style.TEXT, alert.check),
                Block(Style.TEXT, self._fill(self._wording.check_numbers)),
            ),
            buttons=((Button(labels.yes, Action(Verb.YES, value)), Button(labels.no, Action(Verb.NO, value))),),
            asks=(sign.flag,),
        )

    def choices(self, intents: Sequence[str], *, confidence: float, signs: Sequence[Finding] = ()) -> Reply:
        """Ask which of a few entries was meant."""
        none = Button(self._wording.labels.none_of_these, Action(Verb.NONE_OF_THESE))
        return Reply(
            kind="choices",
            blocks=(Block(Style.TEXT, self._wording.did_you_mean), *self._soon(signs)),
            buttons=(*((self._entry_button(intent),) for intent in intents), (none,)),
            choices=tuple(intents),
            flags=_raised(signs),
            confidence=confidence,
        )

    def another(self, intents: Sequence[str]) -> Reply:
        """Offer other entries to one whom an answer didn't help."""
        return replace(self.choices(intents, confidence=0.0), blocks=(Block(Style.TEXT, self._wording.try_another),))

    def fallback(
        self, text: str, intents: Sequence[str] = (), *, confidence: float = 0.0, signs: Sequence[Finding] = ()
    ) -> Reply:
        """Say that the bot can't answer (in the words of `text`), and offer entries, or else its topics."""
        blocks = [Block(Style.TEXT, self._fill(text)), *self._soon(signs)]
        if intents:
            blocks.append(Block(Style.TEXT, self._wording.fallback_topics))
        offered: Rows = tuple((self._entry_button(intent),) for intent in intents) or self._topic_rows()
        return Reply(
            kind="fallback",
            blocks=tuple(blocks),
            buttons=(*offered, (self._all_topics(),)),
            choices=tuple(intents),
            flags=_raised(signs),
            confidence=confidence,
        )

    def notice(self, language: Language, signs: Sequence[Finding] = (), intents: Sequence[str] = ()) -> Reply:
        """Say in another language that the bot reads and writes English; offer entries, or else name its topics."""
        topics = "\n".join(f"{label} – {meaning}" for label, meaning in language.topics.items())
        named = [Block(Style.TEXT, topics)] if topics and not intents else []
        offered: Rows = tuple((self._entry_button(intent),) for intent in intents) or self._topic_rows()
        return Reply(
            kind="fallback",
            blocks=(*self._paragraphs(language.notice), *named, *self._soon(signs)),
            buttons=(*offered, (self._all_topics(),)),
            choices=tuple(intents),
            flags=_raised(signs),
            confidence=0.0,
        )

    def under_notice(self, language: Language, answer: Reply) -> Reply:
        """Put that notice above an answer."""
        return replace(answer, blocks=(*self._paragraphs(language.notice), *answer.blocks))

    def page(self, text: str, intents: Sequence[str] = ()) -> Reply:
        """Show a text of the bot's own, with buttons for a few entries."""
        blocks = tuple(self._paragraphs(self._fill(text)))
        rows: Rows = tuple((self._entry_button(intent),) for intent in intents)
        country = Button(self._wording.labels.country, Action(Verb.COUNTRY))
        return Reply(kind="answer", blocks=blocks, buttons=(*rows, (self._all_topics(), country)))

    def themes(self) -> Reply:
        """List all themes."""
        titles = {theme.theme: theme.title for theme in self._knowledge.themes}
        buttons = [Button(titles[name], Action(Verb.THEME, name)) for name in self._wording.themes if name in titles]
        return Reply(
            kind="answer",
            blocks=(Block(Style.TEXT, self._wording.choose_topic),),
            buttons=tuple(_pairs(buttons)),
            again=Action(Verb.TOPICS),
        )

    def theme(self, theme: Theme) -> Reply:
        """List the entries of a theme."""
        return Reply(
            kind="answer",
            blocks=(Block(Style.HEADING, theme.title), Block(Style.TEXT, self._wording.choose_entry)),
            buttons=(*((self._entry_button(entry.intent),) for entry in theme.entries), (self._all_topics(),)),
            again=Action(Verb.THEME, theme.theme),
        )

    def sources(self, intents: Sequence[str]) -> Reply:
        """Show the sources of entries, or of everything where no entry is named."""
        sources = self._knowledge.source
        if intents:
            ids = dict.fromkeys(id_ for intent in intents for id_ in self._knowledge.entries[intent].sources)
            heading = self._wording.sources
        else:
            ids = dict.fromkeys(sources)
            heading = self._wording.all_sources
        blocks = [Block(Style.HEADING, heading)]
        for id_ in ids:
            source = sources[id_]
            unread = f" {self._wording.unread_source}" if source.read == "memory" else ""
            date = f", {source.date}" if source.date else ""
            blocks.append(Block(Style.SOURCE, f"{source.name}{date}{unread}", source.url))
        return Reply(kind="answer", blocks=tuple(blocks), again=Action(Verb.SOURCES, "+".join(intents)))

    def countries(self) -> Reply:
        """Ask for the country whose emergency numbers are named."""
        buttons = [Button(one.name, Action(Verb.COUNTRY, one.code)) for one in self._knowledge.countries.countries]
        another = Button(self._wording.labels.another_country, Action(Verb.COUNTRY, ANOTHER_COUNTRY))
        return Reply(
            kind="answer",
            blocks=(Block(Style.TEXT, self._fill(self._wording.choose_country)),),
            buttons=(*_rows(buttons, 3), (another,)),
            again=Action(Verb.COUNTRY),
        )

    def country_chosen(self, code: str) -> Reply:
        """Say that the numbers of a country are named from now on."""
        return Reply("answer", (Block(Style.TEXT, self._fill(self._wording.country_chosen)),), country=code)

    def in_country(self, reply: Reply, code: str) -> Reply:
        """Return a reply with the emergency numbers of a country in place of those of many, wherever they stand."""
        country = self._knowledge.country.get(code)
        if not country:
            return reply
        own = f"{' or '.join(country.numbers)} ({country.name})"
        many = (self._wording.by_country, self._wording.numbers)
        return replace(
            reply, blocks=tuple(replace(block, text=_swapped(block.text, many, own)) for block in reply.blocks)
        )

    def after_alert(self, reply: Reply) -> Reply:
        """Put the reminder of a recent alert above a reply."""
        reminder = Block(Style.TEXT, self._fill(self._wording.after_alert))
        return replace(reply, blocks=(reminder, *reply.blocks))

    def delayed(self, reply: Reply) -> Reply:
        """Put a word about its delay above a reply; in an alert below what can't wait."""
        alarms = sum(block.style == Style.ALARM for block in reply.blocks)
        word = Block(Style.TEXT, self._wording.delayed)
        return replace(reply, blocks=(*reply.blocks[:alarms], word, *reply.blocks[alarms:]))

    def _entry(self, entry: Entry) -> Iterator[Block]:
        if entry.origin == "conversation":
            yield from self._paragraphs(entry.answer)
            return
        article = entry.origin == "article"
        yield Block(Style.HEADING, entry.title)
        yield Block(Style.SMALL, self._wording.from_article if article else self._wording.from_guidance)
        yield from self._paragraphs(entry.answer)
        if entry.note:
            yield Block(Style.NOTE, f"{self._wording.note}: {entry.note}")

    @staticmethod
    def _paragraphs(text: str) -> Iterator[Block]:
        return (Block(Style.TEXT, paragraph) for paragraph in text.split("\n\n"))

    def _named(self, sign: Finding) -> str:
        alert = self._knowledge.alert[sign.flag]
        raised = sign.level == "emergency" and alert.level != "emergency"
        advice = alert.emergency_advice if raised and alert.emergency_advice else alert.advice
        return f"{self._wording.you_may_have_written.format(name=alert.name)} {advice}"

    def _card(self, sign: Finding) -> str:
        card = self._knowledge.alert[sign.flag].card
        return "emergency" if sign.level == "emergency" and card in ("doctor", "none") else card

    def _soon(self, signs: Iterable[Finding]) -> list[Block]:
        return [Block(Style.TEXT, self._knowledge.alert[sign.flag].advice) for sign in signs if sign.level == "soon"]

    def _disclaimer(self) -> Block:
        return Block(Style.SMALL, self._wording.disclaimer)

    def _fill(self, text: str) -> str:
        return text.replace("{numbers}", self._wording.numbers).replace("{by_country}", self._wording.by_country)

    def _entry_button(self, intent: str) -> Button:
        return Button(self._knowledge.entries[intent].title, Action(Verb.ENTRY, intent))

    def _all_topics(self) -> Button:
        return Button(self._wording.labels.topics, Action(Verb.TOPICS))

    def _not_meant(self, sign: Finding) -> tuple[Button, ...]:
        return (Button(self._wording.labels.not_meant, Action(Verb.NOT_MEANT, sign.flag)),)

    def _topic_rows(self) -> Rows:
        buttons = [
            Button(topic.label, Action(Verb.ENTRY, topic.entry) if topic.entry else Action(Verb.THEME, topic.theme))
            for topic in self._wording.topics
        ]
        return tuple(_pairs(buttons))

    def _related(self, entries: Sequence[Entry], *, medicines: bool) -> Rows:
        shown = {entry.intent for entry in entries}
        each = 4 // len(entries)
        intents = dict.fromkeys(
            intent
            for entry in entries
            for intent in entry.related[:each]
            if intent not in shown and (medicines or not self._knowledge.entries[intent].medicine)
        )
        return tuple(_pairs([self._entry_button(intent) for intent in intents]))

    def _more_about(self, entries: Sequence[Entry]) -> Rows:
        intents = [entry.intent for entry in entries if entry.sources]
        if not intents:
            return ()
        return ((Button(self._wording.labels.sources, Action(Verb.SOURCES, "+".join(intents))),),)


def _raised(signs: Iterable[Finding]) -> tuple[Raised, ...]:
    return tuple(Raised(sign.flag, sign.level) for sign in signs)


def _pairs(buttons: Sequence[Button]) -> Iterator[tuple[Button, ...]]:
    return _rows(buttons, 2)


def _rows(buttons: Sequence[Button], each: int) -> Iterator[tuple[Button, ...]]:
    for start in range(0, len(buttons), each):
        yield tuple(buttons[start : start + each])


def _swapped(text: str, many: Iterable[str], own: str) -> str:
    for numbers in many:
        text = text.replace(numbers, own)
    return text
