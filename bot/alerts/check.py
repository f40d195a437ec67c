"""The lint of the patterns in `alerts.yaml`, which only their reader can judge."""

from collections.abc import Iterator

from bot.alerts.language import PatternError
from bot.alerts.reader import AlertReader
from knowledge.load import Finding, Knowledge


def pattern_findings(knowledge: Knowledge) -> Iterator[Finding]:
    """Yield a finding where a pattern or a group can't be read."""
    try:
        AlertReader(knowledge.alerts)
    except PatternError as error:
        file = knowledge.documents["alerts.yaml"].file
        lines = file.read_text(encoding="utf-8").splitlines()
        line = next((number for number, text in enumerate(lines, 1) if error.text in text), 1)
        yield Finding(file, line, error.what, error.mend)
