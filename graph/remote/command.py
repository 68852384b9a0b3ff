"""`grahaql bulk`: births from a file, a selection over each, its progress as a bar, and the results as a file."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from graph.remote.failures import first_failures
from graph.remote.operation import Operation, cancel, follow, submit, upload
from graph.remote.saving import save
from graph.remote.site import RefusedError, Site, UnreachableError

LINES_FAILED = 1
REFUSED = 2
ENDED_OTHERWISE = 3
UNREACHABLE = 4
INTERRUPTED = 130
"""Exit codes, beside 0 for a chart in every line."""

_MEDIA = {".jsonl": "application/jsonl", ".ndjson": "application/jsonl", ".csv": "text/csv"}
_CODINGS = {".gz": "gzip", ".zst": "zstd", ".br": "br"}


def run_bulk(chosen: argparse.Namespace) -> int:
    """Do what the command line says; answers the exit code."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        return _run(chosen, console)
    except RefusedError as error:
        _say(console, str(error), *error.details)
        return REFUSED
    except OSError as error:
        _say(console, f"{error.filename or ''}: {error.strerror or error}")
        return REFUSED
    except UnreachableError as error:
        _say(console, str(error))
        return UNREACHABLE
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(chosen: argparse.Namespace, console: Console) -> int:
    site = Site(chosen.url, _key(chosen.api_key_env))
    if (chosen.file is None) == (chosen.operation is None):
        raise RefusedError("Say either a FILE of births, or --operation.")
    id = chosen.operation or _submitted(site, chosen, console)
    if id is None:
        return 0
    last = _followed(site, id, console)
    if last.state not in ("COMPLETED", "CANCELLED"):
        why = f": {last.problem.message} {last.problem.remedy}" if last.problem else "."
        _say(console, f"The operation {id} is {last.state}{why}")
        return ENDED_OTHERWISE
    _save(site, last, chosen, console)
    if last.failed:
        _say(console, *map(str, first_failures(site, id)))
    if last.state == "CANCELLED":
        _say(console, f"The operation {id} was cancelled.")
        return ENDED_OTHERWISE
    return LINES_FAILED if last.failed else 0


def _submitted(site: Site, chosen: argparse.Namespace, console: Console) -> str | None:
    """The id of a new operation; None after a dry run."""
    found = submit(site, _input(chosen, _uploaded(site, chosen.file, console)))
    if found.operation is None:
        if found.estimate:
            asked = found.estimate
            cost = f"{asked.cost_per_birth:g} points each"
            _say(console, f"{asked.births:,} births, {cost}: some {asked.seconds:.0f} s and {asked.bytes:,.0f} bytes.")
        return None
    _say(console, f"The operation is {found.operation.id}")
    return found.operation.id


def _uploaded(site: Site, file: Path, console: Console) -> str:
    size = file.stat().st_size
    columns = (TextColumn("Uploading"), BarColumn(), DownloadColumn())
    with file.open("rb") as opened, Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=size)
        return upload(site, _Counted(opened, partial(progress.advance, task)), size, _headers_of(file))


def _headers_of(file: Path) -> dict[str, str]:
    """The headers that a file's name stands for. Raises: RefusedError: it stands for none."""
    coding = _CODINGS.get(file.suffix.lower())
    media = _MEDIA.get((Path(file.stem) if coding else file).suffix.lower())
    if media is None:
        raise RefusedError(
            f"{file.name} says no format: call it .jsonl or .csv, followed by .gz, .zst or .br if coded."
        )
    return {"Content-Type": media, **({"Content-Encoding": coding} if coding else {})}


def _input(chosen: argparse.Namespace, upload_id: str) -> dict[str, Any]:
    given = {
        "births": {"uploadId": upload_id},
        "selection": _selection(chosen),
        "settings": chosen.settings,
        "idempotencyKey": chosen.idempotency_key or secrets.token_hex(16),
        "dryRun": chosen.dry_run,
    }
    return {name: value for name, value in given.items() if value is not None}


def _selection(chosen: argparse.Namespace) -> dict[str, Any]:
    if chosen.fragment is not None:
        return {"fragment": _text(chosen.fragment)}
    if chosen.document is not None:
        return {"document": {"text": _text(chosen.document), "variables": chosen.variables}}
    if chosen.persisted is not None:
        return {"persisted": {"documentId": chosen.persisted, "variables": chosen.variables}}
    raise RefusedError("Say what of each chart: --fragment, --document or --persisted.")


def _followed(site: Site, id: str, console: Console) -> Operation:
    """The operation at its end. Ctrl-C stops it, where it is wanted; a second one leaves it alone."""
    try:
        return _watched(site, id, console)
    except KeyboardInterrupt:
        if not _is_to_be_cancelled(console):
            _say(console, f"It goes on. Follow it by: grahaql bulk --operation {id}")
            raise
        cancel(site, id)
        return _watched(site, id, console)


def _is_to_be_cancelled(console: Console) -> bool:
    """Whether to stop it: who is there is asked, and a script that is interrupted leaves nothing running."""
    if not sys.stdin.isatty():
        return True
    return console.input("\nCancel the operation? What is done stays. [y/N] ").strip().lower() in ("y", "yes")


def _watched(site: Site, id: str, console: Console) -> Operation:
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[told]}"),
        TimeRemainingColumn(),
    )  # fmt: skip
    last: Operation | None = None
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Waiting", total=None, told="")
        for last in follow(site, id):
            progress.update(
                task, description=last.state.capitalize(), total=last.total, completed=last.done, told=_rate(last)
            )
    assert last is not None, "who follows hears at least how it ended"
    return last


def _rate(operation: Operation) -> str:
    rate = f"{operation.rate_per_second:,.0f} a second" if operation.rate_per_second else ""
    failed = f"{operation.failed:,} failed" if operation.failed else ""
    return ", ".join(filter(None, (rate, failed)))


def _save(site: Site, last: Operation, chosen: argparse.Namespace, console: Console) -> None:
    format = chosen.format or (chosen.output.suffix.lstrip(".") if chosen.output else "jsonl")
    target = chosen.output or Path(f"results.{format}")
    with Progress(TextColumn("Downloading"), BarColumn(), DownloadColumn(), console=console) as progress:
        task = progress.add_task("", total=None)
        size = save(site, last.id, format, target, partial(progress.advance, task))
        progress.update(task, total=size, completed=size)
    told = f"{target}: {last.done:,} of {last.total:,} lines, {last.failed:,} of them failed"
    Console(highlight=False, soft_wrap=True).print(told, markup=False)


def _key(name: str | None) -> str | None:
    """The API key. Raises: RefusedError: there is no such variable."""
    if name is None:
        return None
    if not os.environ.get(name):
        raise RefusedError(f"The environment variable {name} has no API key.")
    return os.environ[name]


def _text(said: str) -> str:
    return Path(said[1:]).read_text(encoding="utf-8") if said.startswith("@") else said


def _say(console: Console, *lines: str) -> None:
    for line in lines:
        console.print(f"grahaql: {line}", markup=False)


class _Counted:
    """A file whose bytes are counted as they are read."""

    def __init__(self, file: Any, took: Any) -> None:
        self._file = file
        self._took = took

    def read(self, size: int = -1, /) -> bytes:
        data: bytes = self._file.read(size)
        self._took(len(data))
        return data
