"""What /mydata shows: all that is kept of a chat, in the person's words rather than the store's."""

from collections.abc import Iterator
from datetime import UTC, datetime

from bot.store import MyData
from knowledge.load import Knowledge


def shown_data(data: MyData, knowledge: Knowledge) -> str:
    """Return all that is kept of a chat as text."""
    lines = list(_lines(data, knowledge))
    return "\n".join([knowledge.wording.mydata.heading, *lines]) if lines else knowledge.wording.nothing_kept


def _lines(data: MyData, knowledge: Knowledge) -> Iterator[str]:
    words = knowledge.wording.mydata

    def titles(intents: tuple[str, ...]) -> str:
        return ", ".join(
            knowledge.entries[intent].title if intent in knowledge.entries else intent for intent in intents
        )

    if data.seen_at is not None:
        yield words.seen.replace("{day}", f"{datetime.fromtimestamp(data.seen_at, UTC):%d %B %Y}")
    kept = data.kept
    if kept and kept.last_intent:
        yield words.topic.replace("{name}", titles((kept.last_intent,)))
    signs = (
        (words.alert, kept and kept.alert),
        (words.check, kept and kept.check.partition("+")[0]),
        (words.at_risk, kept and kept.at_risk),
    )
    for line, flag in signs:
        if flag:
            yield line.replace("{name}", knowledge.alert[flag].name if flag in knowledge.alert else flag)
    if kept and kept.country:
        country = knowledge.country.get(kept.country)
        yield words.chosen_country.replace(
            "{name}", country.name if country else knowledge.wording.labels.another_country
        )
    if data.answers:
        yield words.answers.replace("{number}", str(len(data.answers)))
    for vote in data.votes:
        line = words.vote_for if vote.value > 0 else words.vote_against
        yield line.replace("{name}", titles(vote.intents))
    for missed in data.missed:
        yield words.missed.replace("{name}", missed.text)
