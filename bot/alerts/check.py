"""The lint of the patterns in `reports/`, which only their reader can judge."""

from collections.abc import Iterator

from bot.alerts.language import PatternError
from bot.alerts.reader import AlertReader
from knowledge.load import Finding, Knowledge


def pattern_findings(knowledge: Knowledge) -> Iterator[Finding]:
    """Yield a finding where a pattern or a group can't be read."""
    try:
        AlertReader(knowledge.alerts.alerts, knowledge.reading, knowledge.reports)
    except PatternError as error:
        for name in ("reading.yaml", *(f"reports/{reports.flag}.yaml" for reports in knowledge.reports)):
            file = knowledge.documents[name].file
            lines = file.read_text(encoding="utf-8").splitlines()
            for number in (number for number, text in enumerate(lines, 1) if error.text in text):
                yield Finding(file, number, error.what, error.mend)
                return
        yield Finding(knowledge.folder / "reports", 1, error.what, error.mend)
