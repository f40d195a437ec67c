"""What a message asks: one question or two, on its own or after the last answer."""

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.matching.decision import Decision, decide
from bot.matching.matcher import Matcher, Ranking
from bot.reading import words

FOLLOW_UP_WORDS = 8
"""A message of more words than this makes sense by itself."""

MOST_QUESTIONS = 4
"""A message of more questions is a story."""

CLEAR_ALONE = 0.1
"""Expected cost up to which a message has its answer without the last one."""

OFF_TOPIC = 0.97
"""Probability from which a message is about something else, whatever was said before."""

CONTEXT = 0.2
"""What the last answer is worth to a message that leans on it, in the decision's costs."""

_QUESTION_WORD = (
    "what|which|who|where|when|why|how|is|are|am|can|could|should|shall|do|does|did|will|would|may|need|any|got"
)
_JOINT = r"(?:and|also|plus|&|n)"
_BREAK = re.compile(
    rf"(?<=[?!.;\n])\s+|\s*/\s*|,?\s+{_JOINT}\s+(?:also\s+)?(?=(?:{_QUESTION_WORD})\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(rf"^(?:{_JOINT}\s+)?(?:also\s+)?(?:{_QUESTION_WORD})\b|\?\s*$", re.IGNORECASE)
_STATES = re.compile(r"[.!;]\s*$")
_LEANS_BACK = re.compile(
    r"^(?:and|but|so|or|ok|okay|then|what about|how about|n|even|also|why|how|when|where|who|which|for how|with|not)\b"
    r"|\b(?:it|its|that|thats|this|them|they|those|these|one|ones|he|she|him|her|there)\b",
    re.IGNORECASE,
)


def understand(matcher: Matcher, text: str, last_title: str = "") -> tuple[Decision, Ranking]:
    """Return what to do about a message, and the ranking that the decision rests on.

    Args:
        matcher: The fitted matcher.
        text: The person's words.
        last_title: The title of the entry that the chat's last answer was about; empty where there is none.
    """
    ranking = matcher.rank(text)
    decision = decide(ranking)
    clear = ranking.off_topic > OFF_TOPIC or (decision.kind == "answer" and decision.cost <= CLEAR_ALONE)
    if last_title and not clear and leans_back(text):
        in_context = matcher.rank(f"{last_title} {text}")
        if decide(in_context).cost < decision.cost + CONTEXT:
            return decide(in_context), in_context
    answers = [one for one in map(decide, map(matcher.rank, questions(text))) if one.kind == "answer"]
    asked = dict.fromkeys(one.intents[0] for one in answers)
    if len(asked) > 1:
        sure = min(one.confidence for one in answers)
        both = tuple(asked)[:2]
        return replace(
            decision, kind="answer", intents=both, confidence=sure, reason="two questions, each sure"
        ), ranking
    return decision, ranking


def leans_back(text: str) -> bool:
    """Return whether a message is short and points at what was said before it."""
    return len(words(text)) <= FOLLOW_UP_WORDS and _LEANS_BACK.search(text.strip()) is not None


def questions(text: str) -> Iterator[str]:
    """Yield the parts of a message that are questions of their own; nothing where there is only one."""
    parts = [part for part in _BREAK.split(text) if len(words(part)) > 1]
    asking = [part for i, part in enumerate(parts) if _ASKS.search(part) or (i == 0 and not _STATES.search(part))]
    if 1 < len(asking) <= MOST_QUESTIONS:
        yield from asking
