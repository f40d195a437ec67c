"""Reads a folder of YAML files, and tables of messages, into one `Knowledge`.

Every scalar is read as text (YAML's own guesses would turn the phrasing "no" into a truth value and "12" into a
number); the models of `knowledge.schema` make numbers and truth values of it where a field asks for them. The line of
each value is kept, so that a finding can name it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from knowledge.schema import (
    Alert,
    Alerts,
    Claim,
    Concept,
    Countries,
    Country,
    Entry,
    LabelledMessage,
    LabelledWarning,
    Languages,
    Messages,
    Model,
    OffTopic,
    Reading,
    Reports,
    Source,
    Sources,
    Theme,
    Warnings,
    Words,
)
from knowledge.wording import Wording

DEFAULT_FOLDER = Path(__file__).parent
"""The knowledge that comes with the package."""

TABLES = {"messages": ("text", "intents"), "warnings": ("text", "intents", "flags")}
"""The columns of the tables in a folder."""

M = TypeVar("M", bound=Model)
Key = str | int
Place = tuple[Key, ...]
"""Where a value stands within a file: ("entries", 3, "answer")."""


@dataclass(frozen=True, order=True)
class Finding:
    """Something in a knowledge file that an editor should mend.

    Attributes:
        file: The file's path.
        line: Line number, from 1.
        what: What is wrong.
        mend: What to do about it.
    """

    file: Path
    line: int
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what} {self.mend}"


class KnowledgeError(Exception):
    """The knowledge can't be read. Carries the findings that say why."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = findings


@dataclass(frozen=True)
class Document:
    """A parsed YAML file: its data, and the line of each value."""

    file: Path
    data: Any
    lines: dict[Place, int]

    def line(self, place: Place) -> int:
        """Return the line of the value at `place`, or of the nearest thing around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def finding(self, place: Place, what: str, mend: str) -> Finding:
        """Return a finding about the value at `place`."""
        return Finding(self.file, self.line(place), what, mend)


def read_document(file: Path) -> Document:
    """Parse one YAML file.

    Raises:
        KnowledgeError: The file is missing, is not UTF-8 or is not YAML, or a key stands in it twice.
    """
    text = _read(file)
    try:
        node = yaml.compose(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "not YAML"
        line = mark.line + 1 if mark else 1
        mend = "Look at the indentation, and put text that holds ': ' or ' #' in quotes."
        raise KnowledgeError([Finding(file, line, f"Not YAML: {problem}.", mend)]) from None
    lines: dict[Place, int] = {}
    return Document(file, _plain(node, (), lines, file), lines)


def read_table(file: Path, columns: Sequence[str]) -> Document:
    """Read a table of messages: columns with tabs between, which the first line names.

    Raises:
        KnowledgeError: The file can't be read, is not UTF-8, or a line has another number of columns than the first.
    """
    head, *lines = _read(file).removesuffix("\n").split("\n")
    named = ", ".join(columns)
    if head.split("\t") != [*columns]:
        raise KnowledgeError([Finding(file, 1, f"The columns are not {named}.", "Name them in the first line.")])
    rows = [line.split("\t") for line in lines]
    wrong = [
        Finding(file, number, f"{len(row)} columns.", f"Write {named}, with a tab between.")
        for number, row in enumerate(rows, 2)
        if len(row) != len(columns)
    ]
    if wrong:
        raise KnowledgeError(wrong)
    data = {"messages": [dict(zip(columns, row, strict=True)) for row in rows]}
    return Document(file, data, {("messages", i): i + 2 for i in range(len(rows))})


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise KnowledgeError([Finding(file, 1, f"Can't read the file: {error.strerror}.", "Put it there.")]) from None
    except UnicodeDecodeError as error:
        raise KnowledgeError([Finding(file, 1, f"Not UTF-8 text: {error.reason}.", "Save it as UTF-8.")]) from None


def _plain(node: yaml.Node | None, place: Place, lines: dict[Place, int], file: Path) -> Any:
    if node is None:
        return {}
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, (*place, i), lines, file) for i, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        out: dict[str, Any] = {}
        for key, value in node.value:
            if key.value in out:
                line = key.start_mark.line + 1
                raise KnowledgeError([Finding(file, line, f"'{key.value}' stands twice.", "Keep one of the two.")])
            out[key.value] = _plain(value, (*place, key.value), lines, file)
        return out
    return node.value


def parse(document: Document, model: type[M]) -> M:
    """Make a model of a document.

    Raises:
        KnowledgeError: With a finding for each value that doesn't fit the model.
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise KnowledgeError([_explain(document, detail) for detail in error.errors()]) from None


def _explain(document: Document, detail: Any) -> Finding:
    place = tuple(detail["loc"])
    name = ".".join(str(p) for p in place) or "the file"
    mends = {
        "extra_forbidden": "Remove it, or mend its spelling.",
        "missing": "Add it.",
        "string_too_long": "Shorten it.",
    }
    what = f"{name}: {detail['msg'][0].lower()}{detail['msg'][1:]}."
    return document.finding(place, what, mends.get(detail["type"], "See knowledge/schema.py for what it may be."))


@dataclass(frozen=True)
class Knowledge:
    """All that the bot knows, with the documents it was read from."""

    folder: Path
    themes: tuple[Theme, ...]
    alerts: Alerts
    reading: Reading
    reports: tuple[Reports, ...]
    countries: Countries
    warnings: dict[str, Warnings]
    words: Words
    off_topic: OffTopic
    messages: dict[str, Messages]
    languages: Languages
    sources: Sources
    wording: Wording
    documents: dict[str, Document] = field(repr=False)

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """All entries by intent, in the order of the files."""
        return {entry.intent: entry for theme in self.themes for entry in theme.entries}

    @cached_property
    def alert(self) -> dict[str, Alert]:
        """The warning signs by flag."""
        return {alert.flag: alert for alert in self.alerts.alerts}

    @cached_property
    def country(self) -> dict[str, Country]:
        """The countries by code."""
        return {country.code: country for country in self.countries.countries}

    @cached_property
    def source(self) -> dict[str, Source]:
        """The sources by id."""
        return {source.id: source for source in self.sources.sources}

    @cached_property
    def claim(self) -> dict[str, Claim]:
        """The article's claims by id."""
        return {claim.id: claim for claim in self.sources.claims}

    @cached_property
    def concepts(self) -> tuple[Concept, ...]:
        """The lexicon's concepts."""
        return self.words.concepts

    def placed_entries(self) -> Iterator[tuple[Document, Place, Entry]]:
        """Yield each entry with its document and its place there."""
        for theme, document in zip(self.themes, self._theme_documents(), strict=True):
            for i, entry in enumerate(theme.entries):
                yield document, ("entries", i), entry

    def placed_messages(self) -> Iterator[tuple[Document, Place, LabelledMessage]]:
        """Yield each labelled message with its document and its place there."""
        for name, table in self.messages.items():
            for i, message in enumerate(table.messages):
                yield self.documents[f"messages/{name}"], ("messages", i), message

    def placed_warnings(self) -> Iterator[tuple[Document, Place, LabelledWarning]]:
        """Yield each message that reports warning signs, or may seem to, with its document and its place there."""
        for name, table in self.warnings.items():
            for i, message in enumerate(table.messages):
                yield self.documents[f"warnings/{name}"], ("messages", i), message

    def _theme_documents(self) -> list[Document]:
        return [document for name, document in self.documents.items() if name.startswith("entries/")]


def load(folder: Path = DEFAULT_FOLDER) -> Knowledge:
    """Read a knowledge folder.

    Args:
        folder: A folder with `entries/*.yaml`, `alerts.yaml`, `words.yaml`, `off_topic.yaml`, `languages.yaml`,
            `sources.yaml`, `wording.yaml`, `countries.yaml`, `reading.yaml`, a file of `reports/` for each alert, and
            any number of `messages/*.tsv` and `warnings/*.tsv`.

    Raises:
        KnowledgeError: With all findings that keep the files from being read.
    """
    findings: list[Finding] = []
    documents: dict[str, Document] = {}

    def read(name: str, model: type[M]) -> M | None:
        try:
            columns = TABLES.get(name.partition("/")[0])
            documents[name] = read_table(folder / name, columns) if columns else read_document(folder / name)
            return parse(documents[name], model)
        except KnowledgeError as error:
            findings.extend(error.findings)
            return None

    names = sorted(f"entries/{file.name}" for file in (folder / "entries").glob("*.yaml"))
    if not names:
        findings.append(Finding(folder / "entries", 1, "No entry file here.", "Name a folder of knowledge files."))
    themes = [read(name, Theme) for name in names]
    alerts = read("alerts.yaml", Alerts)
    reading = read("reading.yaml", Reading)
    signs = alerts.alerts if alerts else ()
    reports = [read(f"reports/{alert.flag}.yaml", Reports) for alert in signs]
    countries = read("countries.yaml", Countries)
    tables = sorted(file.name for file in (folder / "warnings").glob("*.tsv"))
    warnings = {name: read(f"warnings/{name}", Warnings) for name in tables}
    words = read("words.yaml", Words)
    off_topic = read("off_topic.yaml", OffTopic)
    tables = sorted(file.name for file in (folder / "messages").glob("*.tsv"))
    messages = {name: read(f"messages/{name}", Messages) for name in tables}
    languages = read("languages.yaml", Languages)
    sources = read("sources.yaml", Sources)
    wording = read("wording.yaml", Wording)
    if findings or not (alerts and reading and countries and words and off_topic and languages and sources and wording):
        raise KnowledgeError(findings)
    return Knowledge(
        folder,
        tuple(theme for theme in themes if theme),
        alerts,
        reading,
        tuple(one for one in reports if one),
        countries,
        {name: table for name, table in warnings.items() if table},
        words,
        off_topic,
        {name: table for name, table in messages.items() if table},
        languages,
        sources,
        wording,
        documents=documents,
    )
