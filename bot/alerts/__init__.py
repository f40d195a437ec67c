"""Warning signs in a message.

What a sign is stands in `knowledge/alerts.yaml`, what reports it in `knowledge/reports/`. Here stands how a message is
read for it (`reader`): the language of the patterns (`language`), denials and questions around a sign (`context`), and
numbers that mean something (`numbers`). What no pattern foresees is learned from `knowledge/warnings/` (`learned`).
"""

from bot.alerts.check import pattern_findings
from bot.alerts.language import PatternError
from bot.alerts.reader import RANK, AlertReader, Finding

__all__ = ["RANK", "AlertReader", "Finding", "PatternError", "pattern_findings"]
