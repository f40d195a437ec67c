"""A message in, a reply out. No channel, no I/O: the faces bring the message and what they remember of the chat."""

from collections.abc import Sequence
from dataclasses import replace

from bot.alerts import AlertReader, Finding
from bot.compose import ANOTHER_COUNTRY, Composer
from bot.languages import LanguageReader
from bot.matching.decision import OFFERED, Decision
from bot.matching.features import LONGEST, tokens
from bot.matching.matcher import Matcher, Ranking
from bot.matching.understanding import understand
from bot.reply import NOTHING, Action, Explanation, Kind, Memory, Message, Reply, Verb
from knowledge.load import Knowledge
from knowledge.schema import Language

YES_OR_NO_WORDS = 4
"""Words of the longest message that is read as yes or no to a check question."""

HARDLY_OURS = 0.9
"""From this off-topic probability on, the nearest entries are not worth offering."""


class Assistant:
    """Answers messages and taps from the knowledge.

    Warning signs are read before everything else. Then the matcher ranks the entries, and the decision says whether one
    or two of them answer, a few are offered, or the bot says that it doesn't know.
    """

    def __init__(self, knowledge: Knowledge, matcher: Matcher, reader: AlertReader) -> None:
        self.knowledge = knowledge
        self._matcher = matcher
        self._reader = reader
        self._languages = LanguageReader(knowledge.languages)
        self._compose = Composer(knowledge)
        self._topics = {topic.label.casefold(): topic for topic in knowledge.wording.topics}
        self._yes, self._no = frozenset(knowledge.wording.yes), frozenset(knowledge.wording.no)
        self._themes = {theme.theme: theme for theme in knowledge.themes}

    def reply(self, message: Message) -> Reply:
        """Return the reply to a message, together with what was written a moment ago and had no answer."""
        return self._compose.in_country(self._joined(message), message.memory.country)

    def press(self, action: Action, memory: Memory = NOTHING) -> Reply:
        """Return what a tap on a button asks for; if what it names has gone, say so and offer topics."""
        return self._compose.in_country(self._press(action, memory), memory.country)

    def open(self, intent: str, memory: Memory = NOTHING) -> Reply:
        """Return the answer of one entry; if the entry has gone, say so and offer topics."""
        return self.press(Action(Verb.ENTRY, intent), memory)

    def page(self, name: str, memory: Memory = NOTHING) -> Reply:
        """Return one of the pages of `Wording.pages`."""
        return self.own(getattr(self.knowledge.wording.pages, name), memory)

    def own(self, text: str, memory: Memory = NOTHING) -> Reply:
        """Return a text of the bot's own as a page."""
        return self._compose.in_country(self._compose.page(text), memory.country)

    def another(self, intents: Sequence[str], memory: Memory = NOTHING) -> Reply:
        """Return what is offered to one whom an answer didn't help: the entries that came next, or else the topics."""
        entries = self.knowledge.entries
        offered = self._safe([intent for intent in intents if intent in entries], self._redirect((), memory))
        reply = (
            self._compose.another(offered) if offered else self._compose.fallback(self.knowledge.wording.none_of_these)
        )
        return self._compose.in_country(reply, memory.country)

    def examples(self) -> Reply:
        """Return the questions to begin with."""
        wording = self.knowledge.wording
        return self._compose.page(wording.for_instance, wording.examples)

    def fixed(self, text: str, memory: Memory = NOTHING) -> Reply:
        """Return a reply in the bot's own words, with the topics under it."""
        return self._compose.in_country(self._compose.fallback(text), memory.country)

    def delayed(self, reply: Reply) -> Reply:
        """Return a reply with a word about its delay."""
        return self._compose.delayed(reply)

    def _joined(self, message: Message) -> Reply:
        alone = self._reply(message)
        if not message.memory.pending:
            return alone
        joined = self._reply(replace(message, text=f"{message.memory.pending}\n{message.text}"))
        best = max(joined, alone, key=_served)
        # Small talk answers nothing of what came before it.
        return replace(best, joins=best is joined or best.kind == "alert" or bool(best.about))

    def _reply(self, message: Message) -> Reply:
        signs = self._reader.read(message.text, message.memory.before)
        if any(sign.sure and sign.level == "emergency" for sign in signs):
            language = self._languages.language(message.text)
            reply = self._compose.emergency([sign for sign in signs if sign.sure], language)
            reply = replace(reply, explanation=_explain(signs))
        else:
            reply = self._below_emergency(message, signs)
            reply = self._compose.after_alert(reply) if message.memory.alert else reply
        at_risk = (sign.flag for sign in signs if self._is_at_risk(sign.flag))
        return replace(reply, at_risk=next(at_risk, ""))

    def _below_emergency(self, message: Message, signs: Sequence[Finding]) -> Reply:
        text, memory = message.text, message.memory
        topic = self._topics.get(text.strip().casefold())
        if topic:
            verb, value = (Verb.ENTRY, topic.entry) if topic.entry else (Verb.THEME, topic.theme)
            return self._press(Action(verb, value), memory)
        read = tokens(text)
        if not read:
            return self._compose.fallback(self.knowledge.wording.empty)
        if memory.check and len(read) <= YES_OR_NO_WORDS and (read[0] in self._yes or read[0] in self._no):
            return self._press(Action(Verb.YES if read[0] in self._yes else Verb.NO, memory.check), memory)
        language = self._languages.language(text)
        # What was said before in English would drown the few words of another language that can be placed.
        last = self.knowledge.entries.get(memory.last_intent) if language is None else None
        decision, ranking = understand(self._matcher, text, last.title if last else "")
        if language and all(sign.level == "soon" for sign in signs):
            return self._foreign(language, decision, ranking, signs, self._redirect(signs, memory))
        redirect = self._redirect(signs, memory)
        decision = replace(decision, intents=self._safe(self._without_small_talk(decision.intents), redirect))
        sure = [sign for sign in signs if sign.sure]
        unsure = [sign for sign in signs if not sign.sure and sign.level != "soon"]
        if any(sign.level == "urgent" for sign in sure):
            answer = self._carry_out(decision, ranking, sure, redirect) if decision.kind == "answer" else None
            reply = self._compose.urgent(sure, answer)
        elif unsure:
            reply = self._compose.check(unsure[0], decision.intents[0])
        elif len(text) > LONGEST:
            reply = self._compose.fallback(self.knowledge.wording.too_long, signs=sure)
        else:
            reply = self._carry_out(decision, ranking, sure, redirect)
        return replace(reply, explanation=_explain(signs, decision, ranking))

    def _foreign(
        self, language: Language, decision: Decision, ranking: Ranking, signs: Sequence[Finding], redirect: str
    ) -> Reply:
        """Return what is said to a message in another language: a notice in it, and what was found by its meaning."""
        if not self._matcher.finds_meanings:
            return self._compose.notice(language, signs)
        if decision.kind != "answer":
            # By its meaning alone a message is never sure of its entry, but the entry is often among the first.
            return self._compose.notice(language, signs, self._safe(ranking.labels[:OFFERED], redirect))
        intents = self._safe(decision.intents, redirect)
        answer = self._compose.answer(intents, confidence=decision.confidence, signs=signs, medicines=not redirect)
        return self._compose.under_notice(language, answer)

    def _carry_out(self, decision: Decision, ranking: Ranking, signs: Sequence[Finding], redirect: str) -> Reply:
        soon = [sign for sign in signs if sign.level == "soon"]
        confidence, intents = decision.confidence, decision.intents
        if decision.kind == "answer" or (decision.kind == "choices" and len(intents) == 1):
            answer = self._compose.answer(intents, confidence=confidence, signs=soon, medicines=not redirect)
            next_best = (one for one in self._safe(ranking.labels, redirect) if one not in intents)
            return replace(answer, others=tuple(one for one in next_best if not self._is_small_talk(one))[:OFFERED])
        if decision.kind == "choices":
            return self._compose.choices(decision.intents, confidence=confidence, signs=soon)
        offered = decision.intents if ranking.off_topic < HARDLY_OURS else ()
        return self._compose.fallback(self.knowledge.wording.fallback, offered, confidence=confidence, signs=soon)

    def _without_small_talk(self, intents: tuple[str, ...]) -> tuple[str, ...]:
        """Return the entries to answer with, without the thanks or hello that stands beside a question."""
        questions = tuple(one for one in intents if not self._is_small_talk(one))
        return questions if len(intents) == 2 and questions else intents

    def _is_small_talk(self, intent: str) -> bool:
        return self.knowledge.entries[intent].origin == "conversation"

    def _redirect(self, signs: Sequence[Finding], memory: Memory) -> str:
        """Return the entry that stands in for medicines where someone at risk asks; empty where nobody is."""
        flags = (*(sign.flag for sign in signs), memory.at_risk, memory.alert)
        return next((self.knowledge.alert[flag].redirect for flag in flags if self._is_at_risk(flag)), "")

    def _is_at_risk(self, flag: str) -> bool:
        return flag in self.knowledge.alert and bool(self.knowledge.alert[flag].redirect)

    def _safe(self, intents: Sequence[str], redirect: str) -> tuple[str, ...]:
        """Return the entries, with the redirect in the place of each medicine's."""
        entries = self.knowledge.entries
        return tuple(dict.fromkeys(redirect if redirect and entries[one].medicine else one for one in intents))

    def _press(self, action: Action, memory: Memory) -> Reply:
        redirect = self._redirect((), memory)
        known = self._safe([value for value in action.values if value in self.knowledge.entries], redirect)
        wording = self.knowledge.wording
        match action.verb:
            case Verb.ENTRY if known:
                return self._compose.answer(known, medicines=not redirect)
            case Verb.SOURCES if known or not action.values:
                return self._compose.sources(known)
            case Verb.TOPICS:
                return self._compose.themes()
            case Verb.THEME if action.value in self._themes:
                return self._compose.theme(self._themes[action.value])
            case Verb.COUNTRY if action.value in self.knowledge.country or action.value == ANOTHER_COUNTRY:
                # Named at once, in the words of the choice itself.
                return self._compose.in_country(self._compose.country_chosen(action.value), action.value)
            case Verb.COUNTRY:
                return self._compose.countries()
            case Verb.NONE_OF_THESE:
                return self._compose.fallback(wording.none_of_these)
            case Verb.NOT_MEANT:
                return self._compose.fallback(wording.not_meant)
            case Verb.YES | Verb.NO if action.values and action.values[0] in self.knowledge.alert:
                return self._checked(action.values[0], known, yes=action.verb == Verb.YES)
            case _:
                return self._compose.fallback(wording.gone)

    def _checked(self, flag: str, known: Sequence[str], *, yes: bool) -> Reply:
        """Return what the answer to a check question leads to: the alert, or the ordinary answer."""
        answer = self._compose.answer(known) if known else None
        if not yes:
            return answer or self._compose.fallback(self.knowledge.wording.none_of_these)
        sign = Finding(flag, self.knowledge.alert[flag].level, sure=True, words="", rule="check")
        return self._compose.emergency([sign]) if sign.level == "emergency" else self._compose.urgent([sign], answer)


def _served(reply: Reply) -> tuple[bool, int, int, float]:
    """Return how well a reply serves: warnings first, no sign lost, an answer before choices; and how sure it is."""
    kinds: tuple[Kind, ...] = ("fallback", "choices", "answer", "check", "alert")
    small_talk = reply.kind == "answer" and not reply.about
    kind = 0 if small_talk else kinds.index(reply.kind)
    return reply.kind in ("check", "alert"), len(reply.flags) + bool(reply.at_risk), kind, round(reply.confidence, 1)


def _explain(signs: Sequence[Finding], decision: Decision | None = None, ranking: Ranking | None = None) -> Explanation:
    found = tuple(signs)
    if not decision or not ranking:
        return Explanation(signs=found, decision="an emergency comes before everything else")
    pairs = list(zip(ranking.labels, ranking.probabilities, strict=True))[:5]
    return Explanation(
        signs=found,
        nearest=tuple((similarity, example.text, example.labels[0]) for similarity, example in ranking.nearest),
        ranking=(*pairs, ("off topic", ranking.off_topic)),
        decision=f"{decision.kind}: {', '.join(decision.intents)} ({decision.reason})",
    )
