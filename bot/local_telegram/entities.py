"""Formatted text: Telegram's HTML, its entities, and the entities that Telegram finds by itself.

Offsets and lengths are counted in UTF-16 code units, as the Bot API does. The parser accepts and refuses what
Telegram's own does (tdlib/td, td/telegram/MessageEntity.cpp, parse_html) in the same words.
"""

import html
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from bot.local_telegram import limits


class ParseError(ValueError):
    """HTML that Telegram refuses; the text is Telegram's own reason."""


@dataclass(frozen=True)
class Entity:
    """A stretch of text with a meaning: `MessageEntity` of the Bot API.

    Attributes:
        type: "bold", "text_link", "mention" …
        offset: Where it begins, in UTF-16 code units.
        length: How long it is, in UTF-16 code units.
        argument: The address of a text_link, the language of a pre, the user's id of a text_mention, the id of a
            custom_emoji; else empty.
    """

    type: str
    offset: int
    length: int
    argument: str = ""

    @property
    def end(self) -> int:
        """The offset after its last code unit."""
        return self.offset + self.length

    def wire(self) -> dict[str, Any]:
        """Return it as the Bot API sends it."""
        out: dict[str, Any] = {"type": self.type, "offset": self.offset, "length": self.length}
        if self.type == "text_mention":
            out["user"] = {"id": int(self.argument), "is_bot": False, "first_name": "User"}
        elif self.argument:
            out[_ARGUMENTS[self.type]] = self.argument
        return out


@dataclass(frozen=True)
class Formatted:
    """A text with its entities, in Telegram's order: by offset, the longer first."""

    text: str = ""
    entities: tuple[Entity, ...] = ()

    @property
    def html(self) -> str:
        """The text as HTML that parses back to it."""
        return to_html(self)


NO_TEXT = Formatted()

F = TypeVar("F", str, int, dict[str, Any])
_JSON_TYPES: dict[type, str] = {str: "String", int: "Number", dict: "Object"}

_ARGUMENTS = {"text_link": "url", "pre": "language", "custom_emoji": "custom_emoji_id"}
_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "pre": "pre",
    "code": "code",
    "blockquote": "blockquote",
}
_STYLES = {"bold", "italic", "underline", "strikethrough", "spoiler"}
_RAW = {"code", "pre"}
_QUOTES = {"blockquote", "expandable_blockquote"}
_DETECTED = {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"}
# Which of two entities over the same text lies outside: the lower number.
_NESTING = {"blockquote": 0, "expandable_blockquote": 0, "pre": 11, "code": 20, "text_link": 49, "text_mention": 49}
_NESTING |= {"bold": 90, "italic": 91, "underline": 92, "strikethrough": 93, "spoiler": 94, "custom_emoji": 99}
_DETECTED_NESTING = 50

_ASTRAL = 0x10000


def utf16_length(text: str) -> int:
    """Return the length of `text` in UTF-16 code units."""
    return len(text) + sum(ord(char) >= _ASTRAL for char in text)


def escape(text: str) -> str:
    """Return `text` as HTML that parses back to it."""
    return html.escape(text, quote=True).replace("&#x27;", "'")


# --- Telegram's HTML -------------------------------------------------------------------------------------------------

_SPACE = " \t\r\n\v"
_NAME = re.compile(rf"[^{_SPACE}>]*")
_SPACES = re.compile(rf"[{_SPACE}]*")
_ATTRIBUTE = re.compile(rf"[^{_SPACE}=>/\"']*")
_TOKEN = re.compile(r"[A-Za-z0-9.-]*")
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-zA-Z]+));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE_LENGTH = 10
_LAST_CHARACTER = 0x10FFFF
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse_html(source: str) -> Formatted:
    """Read text in Telegram's HTML.

    Raises:
        ParseError: With Telegram's reason, such as `Unsupported start tag "x" at byte offset 5`.
    """
    if "\0" in source:
        raise ParseError("Text must not contain null bytes")
    formatted = _HtmlParser(source).parse()
    if _SURROGATE.search(formatted.text):
        raise ParseError(
            "Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units"
        )
    return formatted


def _character(reference: re.Match[str]) -> str:
    hexadecimal, decimal, name = reference.groups()
    if name:
        return _NAMED.get(name, reference[0])
    if len(reference[0].rstrip(";")) >= _REFERENCE_LENGTH:
        return reference[0]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if 0 < code < _LAST_CHARACTER else reference[0]


@dataclass(frozen=True)
class _OpenTag:
    tag: str
    argument: str
    offset: int
    first_piece: int


class _HtmlParser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.position = 0
        self.pieces: list[str] = []
        self.offset = 0
        self.open: list[_OpenTag] = []
        self.entities: list[Entity] = []

    def parse(self) -> Formatted:
        while (tag := self.source.find("<", self.position)) >= 0:
            self._text(self.source[self.position : tag])
            self.position = tag
            if self.source.startswith("</", tag):
                self._end_tag()
            else:
                self._start_tag()
        self._text(self.source[self.position :])
        if self.open:
            raise ParseError(f"Can't find end tag corresponding to start tag {self.open[-1].tag}")
        return Formatted("".join(self.pieces), _sorted(self.entities))

    def _text(self, source: str) -> None:
        text = _REFERENCE.sub(_character, source)
        self.pieces.append(text)
        self.offset += utf16_length(text)

    def _start_tag(self) -> None:
        start = self.position
        tag = self._match(_NAME, start + 1).lower()
        if self._ended:
            raise self._error("Unclosed start tag", start)
        if tag not in _TYPES:
            raise self._error(f'Unsupported start tag "{tag}"', start)
        attributes = self._attributes(tag, start)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise self._error('Tag "span" must have class "tg-spoiler"', start)
        self.open.append(_OpenTag(tag, _argument(tag, attributes), self.offset, len(self.pieces)))

    def _attributes(self, tag: str, start: int) -> dict[str, str]:
        attributes: dict[str, str] = {}
        while self._next() != ">":
            name = self._match(_ATTRIBUTE, self.position)
            if not name:
                raise self._error(f'Empty attribute name in the tag "{tag}"', start)
            if self._next() != "=":
                if self._ended:
                    raise self._error(f'Unclosed start tag "{tag}"', start)
                attributes[name] = ""
                continue
            self.position += 1
            self._next()
            if self._ended:
                raise self._error(f'Unclosed start tag "{tag}"', start)
            attributes[name] = self._value()
            if self._ended:
                raise self._error("Unclosed start tag", start)
        self.position += 1
        return attributes

    def _value(self) -> str:
        start = self.position
        quote = self.source[start]
        if quote in "'\"":
            end = self.source.find(quote, start + 1)
            self.position = end + 1 if end >= 0 else len(self.source)
            return _REFERENCE.sub(_character, self.source[start + 1 : end])
        token = self._match(_TOKEN, start).lower()
        if not self._ended and self.source[self.position] not in _SPACE + ">":
            raise self._error("Unexpected end of name token", start)
        return token

    def _end_tag(self) -> None:
        start = self.position
        if not self.open:
            raise self._error("Unexpected end tag", start)
        name = self._match(_NAME, start + 2).lower()
        if self._next() != ">":
            raise self._error("Unclosed end tag", start)
        self.position += 1
        opened = self.open.pop()
        if name and name != opened.tag:
            where = f"Unmatched end tag at byte offset {self._byte(start)}"
            raise ParseError(f'{where}, expected "</{opened.tag}>", found "</{name}>"')
        if self.offset > opened.offset:
            self._close(opened)

    def _close(self, tag: _OpenTag) -> None:
        whole = Entity(_TYPES[tag.tag], tag.offset, self.offset - tag.offset, tag.argument)
        match whole.type:
            case "text_link":
                link = _link(whole, tag.argument or "".join(self.pieces[tag.first_piece :]))
                self.entities += [link] if link else []
            case "custom_emoji" if not tag.argument.isascii() or not tag.argument.isdigit():
                raise ParseError("Invalid custom emoji identifier specified")
            case "blockquote" if tag.argument:
                self.entities.append(replace(whole, type="expandable_blockquote", argument=""))
            case "pre" if self.entities and self.entities[-1] == replace(
                whole, type="code", argument=self.entities[-1].argument
            ):
                self.entities[-1] = replace(self.entities[-1], type="pre")
            case _:
                self.entities.append(whole)

    def _match(self, pattern: re.Pattern[str], position: int) -> str:
        match = pattern.match(self.source, position)
        found = match[0] if match else ""
        self.position = position + len(found)
        return found

    def _next(self) -> str:
        """Skip spaces and return the character there; empty at the end."""
        self._match(_SPACES, self.position)
        return self.source[self.position : self.position + 1]

    @property
    def _ended(self) -> bool:
        return self.position >= len(self.source)

    def _byte(self, position: int) -> int:
        return len(self.source[:position].encode("utf-8", "surrogatepass"))

    def _error(self, reason: str, position: int) -> ParseError:
        return ParseError(f"{reason} at byte offset {self._byte(position)}")


def _argument(tag: str, attributes: dict[str, str]) -> str:
    match tag:
        case "a":
            return attributes.get("href", "")
        case "code" if attributes.get("class", "").startswith("language-"):
            return attributes["class"].removeprefix("language-")
        case "tg-emoji":
            return attributes.get("emoji-id", "")
        case "blockquote":
            return "expandable" if "expandable" in attributes else ""
        case _:
            return ""


_DOMAIN = re.compile(r"[^\s/?#@]+\.[^\s/?#@.]{2,}(?::\d+)?", re.IGNORECASE)


def checked_url(url: str) -> str | None:
    """Return `url` as Telegram keeps it, or None where Telegram doesn't take it for an address."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host = parts.netloc
    except ValueError:
        return None
    if parts.scheme in ("tg", "ton"):
        return url
    if parts.scheme not in ("http", "https") or not _DOMAIN.fullmatch(host):
        return None
    return parts._replace(path=parts.path or "/").geturl()


def _link(whole: Entity, url: str) -> Entity | None:
    if url.startswith("tg://user"):
        user = parse_qs(urlsplit(url).query).get("id", [""])[0]
        return replace(whole, type="text_mention", argument=user) if user.isascii() and user.isdigit() else None
    checked = checked_url(url)
    return replace(whole, argument=checked) if checked else None


def to_html(formatted: Formatted) -> str:
    """Return a formatted text as HTML. Entities that Telegram finds by itself need no tag and get none."""
    opens: dict[int, list[Entity]] = {}
    for entity in formatted.entities:
        if entity.type not in _DETECTED:
            opens.setdefault(entity.offset, []).append(entity)
    out: list[str] = []
    stack: list[Entity] = []
    offset = 0
    for char in [*formatted.text, ""]:
        while stack and stack[-1].end <= offset:
            out.append(_tags(stack.pop())[1])
        for entity in opens.get(offset, []):
            out.append(_tags(entity)[0])
            stack.append(entity)
        out.append(escape(char))
        offset += utf16_length(char)
    return "".join(out)


def _tags(entity: Entity) -> tuple[str, str]:
    argument = escape(entity.argument)
    match entity.type:
        case "text_link" | "text_mention":
            address = argument if entity.type == "text_link" else f"tg://user?id={argument}"
            return f'<a href="{address}">', "</a>"
        case "pre" if argument:
            return f'<pre><code class="language-{argument}">', "</code></pre>"
        case "expandable_blockquote":
            return "<blockquote expandable>", "</blockquote>"
        case "custom_emoji":
            return f'<tg-emoji emoji-id="{argument}">', "</tg-emoji>"
        case "spoiler":
            return "<tg-spoiler>", "</tg-spoiler>"
        case _:
            tag = next(tag for tag, type_ in _TYPES.items() if type_ == entity.type)
            return f"<{tag}>", f"</{tag}>"


# --- What Telegram does with every text ------------------------------------------------------------------------------

_CONTROL = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f]")
_DROPPED = re.compile("[\r\u2028-\u202e]")


def finished(formatted: Formatted) -> Formatted:
    """Return a text as Telegram stores it: cleaned, trimmed, its entities in order, its mentions and the like found.

    A text that shows nothing comes back empty.
    """
    clean = _rewritten(formatted, _clean)
    trimmed = _trimmed(clean)
    if not trimmed.text:
        return NO_TEXT
    entities = _nested(_untangled(trimmed.entities))
    found = [one for one in detected(trimmed.text) if not any(_clash(one, other) for other in entities)]
    return Formatted(trimmed.text, _sorted([*entities, *found])[: limits.ENTITIES])


def _clean(char: str) -> str:
    if _DROPPED.match(char):
        return ""
    return _CONTROL.sub(" ", char)


def _rewritten(formatted: Formatted, rewrite: Callable[[str], str]) -> Formatted:
    return _replaced(formatted, [rewrite(char) for char in formatted.text])


def _replaced(formatted: Formatted, chars: Sequence[str]) -> Formatted:
    """Replace each character; entities stay over what they were over, and vanish where nothing is left."""
    moved = [0]
    new = 0
    for old, char in zip(formatted.text, chars, strict=True):
        new += utf16_length(char)
        moved += [new] * utf16_length(old)
    entities = [
        replace(entity, offset=moved[entity.offset], length=moved[entity.end] - moved[entity.offset])
        for entity in formatted.entities
    ]
    return Formatted("".join(chars), tuple(entity for entity in entities if entity.length))


def _trimmed(formatted: Formatted) -> Formatted:
    text = formatted.text
    end = len(text.rstrip())
    # At the front Telegram cuts up to the first entity only.
    first = min((entity.offset for entity in formatted.entities), default=len(text))
    start = 0
    while start < end and start < first and text[start] in " \n":
        start += 1
    return _replaced(formatted, [char if start <= i < end else "" for i, char in enumerate(text)])


def _untangled(entities: Iterable[Entity]) -> list[Entity]:
    """Keep code free of other formatting, and links and quotes out of each other, as Telegram does."""
    raw = [entity for entity in entities if entity.type in _RAW]
    out: list[Entity] = []
    for entity in entities:
        if entity.type in _RAW:
            clear = not any(_within(entity, other) for other in raw[: raw.index(entity)])
            out += [replace(entity, argument="" if entity.type == "code" else entity.argument)] if clear else []
        elif entity.type in _STYLES:
            out += _around(entity, raw)
        elif not any(_within(entity, other) for other in out if _same_family(entity, other) or other.type in _RAW):
            out.append(entity)
    return out


def _nested(entities: Iterable[Entity]) -> list[Entity]:
    """Cut what begins within one entity and ends after it, and drop what is within another of its type."""
    out: list[Entity] = []
    for entity in _sorted(entities):
        cuts = sorted({other.end for other in out if entity.offset < other.end < entity.end})
        if cuts and entity.type not in _STYLES:
            continue
        for start, end in pairwise([entity.offset, *cuts, entity.end]):
            piece = replace(entity, offset=start, length=end - start)
            if not any(_within(piece, other) for other in out if other.type == piece.type):
                out.append(piece)
    return out


def _around(entity: Entity, holes: Iterable[Entity]) -> list[Entity]:
    pieces = [entity]
    for hole in holes:
        cut: list[Entity] = []
        for piece in pieces:
            before = min(piece.end, hole.offset) - piece.offset
            after = piece.end - max(piece.offset, hole.end)
            if before > 0:
                cut.append(replace(piece, length=before))
            if after > 0:
                cut.append(replace(piece, offset=piece.end - after, length=after))
        pieces = cut
    return pieces


def _within(inner: Entity, outer: Entity) -> bool:
    return outer.offset <= inner.offset and inner.end <= outer.end


def _same_family(one: Entity, other: Entity) -> bool:
    return one.type == other.type or {one.type, other.type} <= _QUOTES


def _clash(found: Entity, other: Entity) -> bool:
    return other.type not in _STYLES | _QUOTES and found.offset < other.end and other.offset < found.end


def _sorted(entities: Iterable[Entity]) -> tuple[Entity, ...]:
    return tuple(sorted(entities, key=lambda e: (e.offset, -e.length, _NESTING.get(e.type, _DETECTED_NESTING), e.type)))


# --- What Telegram finds by itself -----------------------------------------------------------------------------------

_USERNAME = "[A-Za-z0-9_]"
# In the order in which they win over each other. Telegram finds more addresses than these (any known top-level domain).
_FINDERS = {
    "url": re.compile(r"(?:https?://|(?<![\w@.])www\.|(?<![\w@./])t\.me/)[^\s<>\"]*[^\s<>\".,;:!?')\]]", re.IGNORECASE),
    "email": re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,}", re.ASCII),
    "bot_command": re.compile(rf"(?<![\w/<>]){'/'}{_USERNAME}{{1,64}}(?:@{_USERNAME}{{3,32}})?(?![\w/<>])"),
    "mention": re.compile(rf"(?<!\w)@{_USERNAME}{{2,32}}(?!\w)"),
    "hashtag": re.compile(r"(?<![\w#])#(?=\w*[^\W\d])\w{1,256}"),
}


def detected(text: str) -> list[Entity]:
    """Return the mentions, commands, addresses and hashtags of a text."""
    out: list[Entity] = []
    for type_, finder in _FINDERS.items():
        for match in finder.finditer(text):
            entity = Entity(type_, utf16_length(text[: match.start()]), utf16_length(match[0]))
            if not any(entity.offset < other.end and other.offset < entity.end for other in out):
                out.append(entity)
    return out


def part(text: str, entity: Entity) -> str:
    """Return the stretch of `text` that an entity is over."""
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * entity.offset : 2 * entity.end].decode("utf-16-le", "replace")


def given(text: str, values: Iterable[Any]) -> Formatted:
    """Return a text with the entities that a bot gave as JSON, those apart that Telegram finds by itself.

    Raises:
        ParseError: An entity lacks a field, or doesn't fit the text.
    """
    edges = {0}
    offset = 0
    for char in text:
        offset += utf16_length(char)
        edges.add(offset)
    entities = [entity for value in values if (entity := _given(value))]
    for entity in entities:
        if entity.offset not in edges or entity.length <= 0:
            raise ParseError(f"entity begins in a middle of a UTF-16 symbol at UTF-16 offset {entity.offset}")
        if entity.end not in edges:
            where = "after the end of the text" if entity.end > offset else "in a middle of a UTF-16 symbol"
            raise ParseError(
                f"entity beginning at UTF-16 offset {entity.offset} ends {where} at UTF-16 offset {entity.end}"
            )
    return Formatted(text, _sorted(entities))


def _given(value: Any) -> Entity | None:
    if not isinstance(value, dict):
        raise ParseError("can't parse MessageEntity: expected an Object")
    offset, length = _field(value, "offset", int), _field(value, "length", int)
    type_ = _field(value, "type", str)
    if type_ in _DETECTED:
        return None
    if type_ not in {*_TYPES.values(), "text_mention", "expandable_blockquote"}:
        raise ParseError("can't parse MessageEntity: Unsupported type specified")
    if type_ == "text_mention":
        return Entity(type_, offset, length, str(_field(_field(value, "user", dict), "id", int)))
    if type_ in ("text_link", "custom_emoji"):
        return Entity(type_, offset, length, _field(value, _ARGUMENTS[type_], str))
    return Entity(type_, offset, length, str(value.get("language", "")) if type_ == "pre" else "")


def _field(value: dict[str, Any], name: str, type_: type[F]) -> F:
    if name not in value:
        raise ParseError(f"can't parse MessageEntity: Can't find field \"{name}\"")
    field = value[name]
    if not isinstance(field, type_):
        raise ParseError(f'can\'t parse MessageEntity: Field "{name}" must be of type {_JSON_TYPES[type_]}')
    return field
