"""Measures the bot on labelled messages, and the knowledge on its own phrasings; reports and plots."""


class EvaluationError(Exception):
    """Something given to an evaluation can't be used: what, where, and the mend."""
