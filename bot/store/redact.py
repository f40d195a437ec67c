"""Takes out of a question what may tell who asked it."""

import re
from typing import NewType

Redacted = NewType("Redacted", str)
"""A text without numbers, addresses, links, @names, and names that were given as such."""

LONGEST = 500
"""Characters that are kept of a text."""

MARK = "…"
"""Stands where something was taken out."""

_LINK = r"(?<!\S)\S*(?:://|www\.)\S*|(?<![\w.-])[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|info|io|me|uk|de|eu)(?!\w)\S*"
_MAIL = r"(?<!\S)\S*[@＠]\S*"
_NUMBER = r"(?<!\w)[+#(]*\w*\d\w*(?:[\s().,:/+-]{1,3}\w*\d\w*)*"
_WORD = r"(?:(?:[^\W\d_]\.)+|[^\W_][\w'’-]*)"
# Up to four words: more would take the question away, fewer leave a family name.
_NAME = (
    r"(\bmy (?:[\w'’]+ )?names?(?: is|['’]s|:)?|\b(?:i|we)(?:['’]?m| am| are)? (?:called|named)|\bcall me)"
    rf"\s+{_WORD}(?:\s+(?!(?:and|but|i|i['’]m|my|with|who|what|how|why|can|does|is|it)\b){_WORD}){{0,3}}"
)
_TELLING = [re.compile(pattern, re.IGNORECASE) for pattern in (_MAIL, _LINK, _NAME, _NUMBER)]


def redact(text: str) -> Redacted:
    """Return the text without what may tell who wrote it, on one line, and cut to `LONGEST` characters.

    Taken out are numbers, e-mail addresses, links, @names, and what follows "my name is", "I'm called" and the like.
    A name that is not introduced so stays: nothing tells it from another word.
    """
    words = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    for telling in _TELLING:
        words = telling.sub(lambda found: f"{found[1]} {MARK}" if found.re.groups else MARK, words)
    return Redacted(words[:LONGEST])
