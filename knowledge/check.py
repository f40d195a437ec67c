"""The lint of the knowledge: each check is one function; each finding says file, line, what is wrong, and the mend."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from string import Formatter
from typing import Any

import readability
from pydantic import BaseModel
from rapidfuzz import fuzz, process, utils

from knowledge.load import Document, Finding, Knowledge, Place
from knowledge.schema import OUT_OF_SCOPE, Entry
from knowledge.wording import PLACEHOLDERS

ANSWER_WORDS = 90
NOTE_WORDS = 60
PHRASINGS = 20
GRADE = 8.0
"""Flesch-Kincaid grade: what a US pupil of that school year reads with ease (Kincaid and others, 1975)."""
TELEGRAM_TEXT = 4096
"""Characters of one Telegram message, after its entities are parsed."""
NEARLY_SAME = 96
"""Similarity (RapidFuzz `token_sort_ratio`, 0 to 100) from which two phrasings are one."""

_NUMBER = r"(?:\d+(?:[.,]\d+)?|half a|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve)"
_DOSE = re.compile(
    rf"\b{_NUMBER}[ -]*"
    r"(?:mg|mcg|milligrams?|grams?|ml|tablets?|pills?|capsules?|hours?|hourly|times (?:a|per) day|doses?)\b",
    re.IGNORECASE,
)

Check = Callable[[Knowledge], Iterator[Finding]]


def check(knowledge: Knowledge) -> list[Finding]:
    """Return all findings, in the order of files and lines; none where the knowledge is sound."""
    return sorted(finding for one in CHECKS for finding in one(knowledge))


def _entry_ids(knowledge: Knowledge) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    titles: dict[str, str] = {}
    for document, place, entry in knowledge.placed_entries():
        if entry.intent in seen:
            what = f"The intent {entry.intent} stands in {seen[entry.intent]} too."
            yield document.finding((*place, "intent"), what, "Keep one of the two entries.")
        if entry.title.casefold() in titles:
            what = f"The title '{entry.title}' is {titles[entry.title.casefold()]}'s too."
            yield document.finding((*place, "title"), what, "Give each entry a title of its own.")
        seen[entry.intent] = document.file.name
        titles[entry.title.casefold()] = entry.intent


def _entry_references(knowledge: Knowledge) -> Iterator[Finding]:
    for document, place, entry in knowledge.placed_entries():
        for i, intent in enumerate(entry.related):
            if intent not in knowledge.entries or intent == entry.intent:
                what = f"related: {intent} is not another entry."
                yield document.finding((*place, "related", i), what, "Name the intent of another entry.")
        for i, source in enumerate(entry.sources):
            if source not in knowledge.source:
                what = f"sources: {source} is not in sources.yaml."
                yield document.finding((*place, "sources", i), what, "Add it there, or mend the id.")
        for i, claim in enumerate(entry.claims):
            if claim not in knowledge.claim:
                what = f"claims: the article has no claim {claim}."
                yield document.finding((*place, "claims", i), what, "See the claims in sources.yaml.")


def _entry_origin(knowledge: Knowledge) -> Iterator[Finding]:
    for document, place, entry in knowledge.placed_entries():
        where = (*place, "origin")
        if entry.origin == "article" and not (entry.claims and "article" in entry.sources):
            yield document.finding(where, "An article entry has no claim or no article source.", "Add both.")
        if entry.origin != "article" and entry.claims:
            yield document.finding(where, f"An entry of origin {entry.origin} has claims.", "Make it an article entry.")
        if entry.origin == "guidance" and not entry.sources:
            yield document.finding(where, "A guidance entry has no source.", "Name the guidance it rests on.")
        if entry.origin != "conversation" and not 2 <= len(entry.related) <= 4:
            what = f"{len(entry.related)} related entries."
            yield document.finding((*place, "related"), what, "Name two to four.")


def _claims_have_notes(knowledge: Knowledge) -> Iterator[Finding]:
    for document, place, entry in knowledge.placed_entries():
        for i, claim in enumerate(entry.claims):
            verdict = knowledge.claim[claim].verdict if claim in knowledge.claim else "agree"
            if verdict in ("qualify", "contradict") and not entry.note:
                what = f"The verdict on {claim} is {verdict}, and the entry has no note."
                yield document.finding((*place, "claims", i), what, "Add a note that says so.")


def _claims_are_reached(knowledge: Knowledge) -> Iterator[Finding]:
    reached = {claim for entry in knowledge.entries.values() for claim in entry.claims}
    document = knowledge.documents["sources.yaml"]
    for i, claim in enumerate(knowledge.sources.claims):
        if claim.id not in reached and claim.verdict != "editorial":
            yield document.finding(("claims", i), f"No entry reaches {claim.id}.", "Put it into an entry's claims.")


def _answers_are_short_and_plain(knowledge: Knowledge) -> Iterator[Finding]:
    for document, place, entry in knowledge.placed_entries():
        for name, text, most in (("answer", entry.answer, ANSWER_WORDS), ("note", entry.note, NOTE_WORDS)):
            where = (*place, name)
            if (count := len(text.split())) > most:
                yield document.finding(where, f"{entry.intent}: {name} of {count} words.", f"Keep it to {most}.")
            yield from _too_hard(document, where, text)


def _alerts_are_plain(knowledge: Knowledge) -> Iterator[Finding]:
    document = knowledge.documents["alerts.yaml"]
    for i, alert in enumerate(knowledge.alerts.alerts):
        for name in ("advice", "emergency_advice", "check"):
            yield from _too_hard(document, ("alerts", i, name), getattr(alert, name))


def _too_hard(document: Document, where: Place, text: str) -> Iterator[Finding]:
    if text and (grade := reading_grade(text)) > GRADE:
        what = f"{where[-1]}: reading grade {grade:.1f}."
        yield document.finding(where, what, f"Shorter sentences and plainer words: {GRADE:.0f} or less.")


def reading_grade(text: str) -> float:
    """Return the Flesch-Kincaid grade of a text."""
    sentences = "\n".join(re.split(r"(?<=[.!?:;])\s+", text.strip()))
    return float(readability.getmeasures(sentences, lang="en")["readability grades"]["Kincaid"])


def _no_doses(knowledge: Knowledge) -> Iterator[Finding]:
    for document, place, entry in knowledge.placed_entries():
        for name, text in (("answer", entry.answer), ("note", entry.note)):
            if entry.medicine and (dose := _DOSE.search(text)):
                what = f"{entry.intent}: '{dose.group()}' reads like a dose."
                yield document.finding((*place, name), what, "Medicine answers name no amount, number or interval.")


def _phrasings(knowledge: Knowledge) -> Iterator[Finding]:
    places: list[tuple[Document, Place, Entry]] = []
    texts: list[str] = []
    for document, place, entry in knowledge.placed_entries():
        if len(entry.phrasings) < PHRASINGS:
            what = f"{entry.intent} has {len(entry.phrasings)} phrasings."
            yield document.finding(
                (*place, "phrasings"), what, f"Write {PHRASINGS} or more, as people would type them."
            )
        for i, phrasing in enumerate(entry.phrasings):
            places.append((document, (*place, "phrasings", i), entry))
            texts.append(utils.default_process(phrasing) or phrasing)
    alike = process.cdist(texts, texts, scorer=fuzz.token_sort_ratio, score_cutoff=NEARLY_SAME, workers=-1)
    for first, second in zip(*alike.nonzero(), strict=True):
        if first < second:
            document, place, entry = places[second]
            other_document, other_place, other = places[first]
            what = f"'{entry.phrasings[int(place[-1])]}' stands in {other.intent} too, or nearly so"
            where = f"({other_document.file.name}:{other_document.line(other_place)})."
            yield document.finding(place, f"{what} {where}", "Keep it where it belongs.")


def _reports(knowledge: Knowledge) -> Iterator[Finding]:
    stands: dict[str, str] = dict.fromkeys(knowledge.reading.groups, "reading.yaml")
    for alert, reports in zip(knowledge.alerts.alerts, knowledge.reports, strict=True):
        name = f"reports/{alert.flag}.yaml"
        document = knowledge.documents[name]
        if reports.flag != alert.flag:
            yield document.finding(("flag",), f"flag: {reports.flag} in the file of {alert.flag}.", "Name it alike.")
        for group in reports.groups:
            if group in stands:
                what = f"The group {group} stands in {stands[group]} too."
                yield document.finding(("groups", group), what, "Give one of the two another name.")
            stands[group] = name
            yield from _listed_once(document, ("groups", group), reports.groups[group])
        for kind in ("report", "emergency", "borderline", "softened", "unless"):
            yield from _listed_once(document, (kind,), getattr(reports, kind))
        for pattern in sorted({*reports.report, *reports.emergency} & {*reports.borderline, *reports.unless}):
            yield document.finding(
                ("report",), f"'{pattern}' raises the sign and is borderline or void too.", "Keep one."
            )


def _listed_once(document: Document, place: Place, listed: Sequence[str]) -> Iterator[Finding]:
    for i, text in enumerate(listed):
        if text in listed[:i]:
            yield document.finding((*place, i), f"'{text}' stands twice.", "Keep one.")


def _alerts(knowledge: Knowledge) -> Iterator[Finding]:
    document = knowledge.documents["alerts.yaml"]
    seen: set[str] = set()
    for i, (alert, reports) in enumerate(zip(knowledge.alerts.alerts, knowledge.reports, strict=True)):
        place = ("alerts", i)
        if alert.flag in seen:
            yield document.finding(place, f"The flag {alert.flag} stands twice.", "Keep one.")
        seen.add(alert.flag)
        if alert.redirect and alert.redirect not in knowledge.entries:
            what = f"redirect: {alert.redirect} is not an entry."
            yield document.finding((*place, "redirect"), what, "Name an entry's intent.")
        for j, source in enumerate(alert.sources):
            if source not in knowledge.source:
                what = f"sources: {source} is not in sources.yaml."
                yield document.finding((*place, "sources", j), what, "Add it there, or mend the id.")
        if reports.borderline and not alert.check:
            yield document.finding(place, f"{alert.flag} can be borderline, and has no check.", "Add a question.")
        if reports.emergency and not alert.emergency_advice:
            what = f"{alert.flag} can be an emergency, and has no emergency_advice."
            yield document.finding(place, what, "Say what to do then.")


def _wording_references(knowledge: Knowledge) -> Iterator[Finding]:
    document = knowledge.documents["wording.yaml"]
    themes = {theme.theme for theme in knowledge.themes}
    for i, topic in enumerate(knowledge.wording.topics):
        if (topic.entry in knowledge.entries) == (topic.theme in themes):
            what = f"The topic '{topic.label}' opens neither an entry nor a theme, or both."
            yield document.finding(("topics", i), what, "Name one of the two.")
    for theme in sorted(themes.symmetric_difference(knowledge.wording.themes)):
        what = f"themes: {theme} stands here and has no file, or the other way round."
        yield document.finding(("themes",), what, "List each theme once.")
    for i, intent in enumerate(knowledge.wording.examples):
        if intent not in knowledge.entries:
            yield document.finding(("examples", i), f"{intent} is not an entry.", "Name an entry's intent.")


def _wording_placeholders(knowledge: Knowledge) -> Iterator[Finding]:
    document = knowledge.documents["wording.yaml"]
    for place, text in _texts(knowledge.wording, ()):
        allowed = PLACEHOLDERS.get(str(place[-1]), frozenset()) | {"numbers"}
        try:
            named = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        except ValueError:
            named = {"{"}
        for name in sorted(named - allowed):
            what = f"{place[-1]}: the placeholder '{name}' is not filled in here."
            yield document.finding(place, what, f"It may hold: {', '.join(sorted(allowed))}.")


def _fits_telegram(knowledge: Knowledge) -> Iterator[Finding]:
    wording, numbers = knowledge.documents["wording.yaml"], len(knowledge.wording.numbers)
    for place, text in _texts(knowledge.wording, ()):
        if (length := len(text) + numbers * text.count("{")) > TELEGRAM_TEXT:
            yield wording.finding(place, f"{place[-1]}: {length} characters.", f"Telegram takes {TELEGRAM_TEXT}.")
    alerts = knowledge.documents["alerts.yaml"]
    card = max(len(text) for _, text in _texts(knowledge.wording.cards, ()))
    for i, alert in enumerate(knowledge.alerts.alerts):
        length = card + len(alert.name) + len(alert.advice) + len(alert.emergency_advice)
        if length > TELEGRAM_TEXT // 2:
            what = f"{alert.flag}: an alert of {length} characters."
            yield alerts.finding(("alerts", i), what, f"Keep it to {TELEGRAM_TEXT // 2}: two may stand together.")


def _texts(model: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(model, str):
        yield place, model
    elif isinstance(model, BaseModel):
        for name in type(model).model_fields:
            yield from _texts(getattr(model, name), (*place, name))
    elif isinstance(model, tuple):
        for i, item in enumerate(model):
            yield from _texts(item, (*place, i))


def _concepts(knowledge: Knowledge) -> Iterator[Finding]:
    document = knowledge.documents["words.yaml"]
    seen: dict[str, int] = defaultdict(int)
    for i, concept in enumerate(knowledge.concepts):
        seen[concept.name] += 1
        if seen[concept.name] == 2:
            yield document.finding(("concepts", i), f"The concept {concept.name} stands twice.", "Join the two.")


def _messages(knowledge: Knowledge) -> Iterator[Finding]:
    for document, place, message in knowledge.placed_messages():
        for intent in {one for question in message.intents for one in question} - OUT_OF_SCOPE:
            if intent not in knowledge.entries:
                what = f"intents: {intent} is not an entry."
                yield document.finding(place, what, "Name an entry's intent, or an out_of_scope id.")


def _warnings(knowledge: Knowledge) -> Iterator[Finding]:
    for document, place, message in knowledge.placed_warnings():
        for flag in sorted({flag.removesuffix("?") for flag in message.flags} - knowledge.alert.keys() - {"-"}):
            yield document.finding(place, f"flags: {flag} is not a warning sign.", "Name a flag of alerts.yaml.")


def _messages_stand_once(knowledge: Knowledge) -> Iterator[Finding]:
    for placed in (knowledge.placed_messages(), knowledge.placed_warnings()):
        seen: dict[str, str] = {}
        for document, place, message in placed:
            if message.text in seen:
                yield document.finding(place, f"The message stands in {seen[message.text]} too.", "Keep one.")
            seen[message.text] = document.file.name


def _languages(knowledge: Knowledge) -> Iterator[Finding]:
    document = knowledge.documents["languages.yaml"]
    numbers = re.findall(r"\d+", knowledge.wording.numbers)
    labels = {topic.label for topic in knowledge.wording.topics}
    seen: set[str] = set()
    for i, language in enumerate(knowledge.languages.languages):
        place = ("languages", i)
        if language.id in seen:
            yield document.finding((*place, "id"), f"The language {language.id} stands twice.", "Keep one of the two.")
        seen.add(language.id)
        first = re.findall(r"\d+", language.notice.split("\n")[0])
        for number in numbers:
            if number not in first:
                what = f"{language.id}: the notice's first paragraph doesn't name {number}."
                yield document.finding(
                    (*place, "notice"), what, "Put the emergency numbers there, in the digits 0 to 9."
                )
        for label in language.topics:
            if label not in labels:
                what = f"{language.id}: there is no topic '{label}'."
                yield document.finding((*place, "topics", label), what, "See the topics in wording.yaml.")
        length = len(language.notice) + sum(map(len, (*language.topics, *language.topics.values())))
        if length > TELEGRAM_TEXT // 2:
            what = f"{language.id}: a notice of {length} characters, topics and all."
            yield document.finding((*place, "notice"), what, f"Keep it to {TELEGRAM_TEXT // 2}.")
        if language.script != "latin" and not language.letters:
            yield document.finding(place, f"{language.id} has no letters.", "Add its alphabet.")


CHECKS: tuple[Check, ...] = (
    _entry_ids,
    _entry_references,
    _entry_origin,
    _claims_have_notes,
    _claims_are_reached,
    _answers_are_short_and_plain,
    _alerts_are_plain,
    _no_doses,
    _phrasings,
    _alerts,
    _reports,
    _wording_references,
    _wording_placeholders,
    _fits_telegram,
    _concepts,
    _messages,
    _warnings,
    _messages_stand_once,
    _languages,
)
