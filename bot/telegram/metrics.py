"""What an operator's Prometheus reads of the bot."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.telegram.turn import Turn

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """The figures of one process.

    Attributes:
        repeats: Updates that came once more, and were dropped.
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._updates = Counter("bot_updates", "Updates that were handled", registry=self._registry)
        self._replies = Counter("bot_replies", "Replies to questions, by kind", ["kind"], registry=self._registry)
        self._seconds = Histogram(
            "bot_update_seconds", "From an update's arrival to its end", buckets=SECONDS, registry=self._registry
        )
        self._telegram = Counter("bot_telegram_errors", "Calls that failed", ["error"], registry=self._registry)
        self.repeats = Counter("bot_repeated_updates", "Updates that came once more", registry=self._registry)

    def handled(self, turn: Turn, seconds: float) -> None:
        """Count an update that was handled."""
        self._updates.inc()
        self._seconds.observe(seconds)
        for kind in {count.kind for count in turn.counts}:
            self._replies.labels(kind).inc()

    def telegram_error(self, name: str) -> None:
        """Count an error of Telegram's."""
        self._telegram.labels(name).inc()

    def watch(self, name: str, meaning: str, value: Callable[[], float]) -> None:
        """Add a figure that is looked up whenever it is asked for."""
        Gauge(name, meaning, registry=self._registry).set_function(value)

    def text(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return generate_latest(self._registry)
