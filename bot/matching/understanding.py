"""What a message asks: one question or two, on its own or after the last answer."""

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.matching.decision import Decision, decide
from bot.matching.matcher import Matcher, Ranking
from bot.reading import words

MOST_QUESTIONS = 4
"""A message of more questions is a story."""

CLEAR_ALONE = 0.1
"""Expected cost up to which a message has its answer without the last one."""

ELSEWHERE = 0.97
"""Off-topic probability from which a message is about something else, whatever was said before."""

SECOND = 0.65
"""Probability from which a second entry is given as well, in a message that may ask two questions."""

_QUESTION_WORD = (
    "what|whats|wat|wats|which|who|whos|where|wheres|when|whens|wen|why|how|hows|is|are|am|can|cud|could|shud|should|"
    "shall|do|does|did|will|wud|would|may|need|any|got"
)
_JOINT = r"(?:and|also|plus|&|n|an|or)"
_BREAK = re.compile(
    rf"(?<=[?!.;\n])\s+|\?(?=\w)|\s*/\s*|,?\s+(?=(?:also|plus)\b)|,?\s+{_JOINT}\s+(?=(?:{_QUESTION_WORD})\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(rf"^(?:also|plus)\b|^(?:{_JOINT}\s+)?(?:{_QUESTION_WORD})\b|\?\s*$", re.IGNORECASE)
_STATES = re.compile(r"[.!;]\s*$")
_TWO = re.compile(r"\b(?:and|also|plus|n|an)\b|[&+/]|\?.*\w.*\?", re.IGNORECASE | re.DOTALL)
"""What a message of two questions holds, though they may not be told apart."""


def understand(matcher: Matcher, text: str, last_title: str = "") -> tuple[Decision, Ranking]:
    """Return what to do about a message, and the ranking that the decision rests on.

    Args:
        matcher: The fitted matcher.
        text: The person's words.
        last_title: The title of the entry that the chat's last answer was about; empty where there is none.
    """
    ranking = matcher.rank(text)
    decision = decide(ranking)
    parts = [decide(matcher.rank(part)) for part in questions(text)]
    sure = [part for part in parts if _answers(part)]
    asked = tuple(dict.fromkeys(part.intents[0] for part in sure))
    clear = (
        ranking.off_topic > ELSEWHERE
        or (_answers(decision) and decision.cost <= CLEAR_ALONE)
        or (len(asked) > 1 and sure == parts)
    )
    if last_title and not clear:
        ranking = matcher.rank(text, after=last_title)
        return decide(ranking), ranking
    if len(asked) > 1:
        return _both(sure[0], asked[:2], "two questions, each sure"), ranking
    second = next(iter(ranking.probabilities[1:]), 0.0)
    if _answers(decision) and second >= SECOND and _TWO.search(text):
        return _both(decision, ranking.labels[:2], "the second entry is likely too"), ranking
    return decision, ranking


def _answers(decision: Decision) -> bool:
    return decision.kind == "answer"


def _both(decision: Decision, intents: tuple[str, ...], reason: str) -> Decision:
    return replace(decision, kind="answer", intents=intents, reason=f"{reason}; {decision.reason}")


def questions(text: str) -> Iterator[str]:
    """Yield the parts of a message that are questions of their own; nothing where there is only one."""
    parts = [part for part in _BREAK.split(text) if len(words(part)) > 1]
    asking = [part for i, part in enumerate(parts) if _ASKS.search(part) or (i == 0 and not _STATES.search(part))]
    if 1 < len(asking) <= MOST_QUESTIONS:
        yield from asking
