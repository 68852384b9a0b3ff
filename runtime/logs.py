"""Logs: one line per event, as JSON or for people, the same for our own events and for those of libraries."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import PurePath
from typing import Any, BinaryIO, cast

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from runtime.settings import ServerSettings

WITHHELD = frozenset({
    "date", "time", "datetime", "local_time", "utc_time", "timezone", "utc_offset", "moment", "instant",
    "julian_day", "jd", "jd_tt", "jd_ut",
    "latitude", "longitude", "lat", "lon", "lng", "altitude", "coordinates", "location", "place", "city", "country",
    "name", "full_name", "first_name", "last_name", "person", "gender", "subject", "chart", "charts",
    "variables", "variable_values", "arguments", "args", "input", "inputs", "query", "document", "body", "payload", "url",
})  # fmt: skip
"""Keys that could carry birth data; so is every key that begins with `birth`, save `birth_hash`."""

_BRIDGED = ("uvicorn", "uvicorn.error", "uvicorn.asgi", "dramatiq", "redis")
"""Loggers that may have brought handlers of their own."""


def configure_logs(settings: ServerSettings, stream: BinaryIO | None = None) -> None:
    """Write every log line of this process to *stream* (standard output if None) in the format of *settings*.

    JSON unless the stream is a terminal in development, or as `log_format` says. What libraries log and warn of goes
    through the same processors. uvicorn's access log is silenced: its lines hold whole URLs, and so variables.

    Call it once per process, before the first event, and start uvicorn with `log_config=None`.
    """
    output = _Output(sys.stdout.buffer if stream is None else stream)
    shared = _shared_processors(settings)
    rendering = _for_people(output) if _is_for_people(settings, output) else _for_machines()
    structlog.configure(
        processors=[*shared, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        logger_factory=structlog.BytesLoggerFactory(cast("BinaryIO", output)),
        cache_logger_on_first_use=True,
    )
    _bridge_standard_library(settings.log_level, output, shared, rendering)


def withhold_birth_data(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A processor that drops every key which could carry birth data, at any depth, and lists them under `withheld`.

    Birth data are personal data: date, time, place and name of a birth, the variables and documents of a request,
    and whatever stands under `birth...`, save `birth_hash`. It sees keys, not texts: never write such data into an
    event's own words.

    >>> withhold_birth_data(None, "info", {"event": "chart.computed", "latitude": 13.08, "birth_hash": "a1"})
    {'event': 'chart.computed', 'birth_hash': 'a1', 'withheld': ['latitude']}
    """
    withheld: list[str] = []
    kept: EventDict = _without_birth_data(event, withheld)
    if withheld:
        kept["withheld"] = withheld
    return kept


def _without_birth_data(value: Any, withheld: list[str]) -> Any:
    if isinstance(value, Mapping):
        withheld += [str(key) for key in value if _is_withheld(key)]
        return {key: _without_birth_data(kept, withheld) for key, kept in value.items() if not _is_withheld(key)}
    if isinstance(value, list | tuple):  # a tuple stays one: structlog knows exc_info by that
        items = [_without_birth_data(item, withheld) for item in value]
        return items if isinstance(value, list) else tuple(items)
    return value


def _is_withheld(key: object) -> bool:
    plain = str(key).lower().replace("-", "_")
    return plain in WITHHELD or (plain.startswith("birth") and plain != "birth_hash")


def _shared_processors(settings: ServerSettings) -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *([] if settings.slot is None else [_slot_adder(settings.slot)]),
        withhold_birth_data,
    ]


def _slot_adder(slot: int) -> Processor:
    def add_slot(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["slot"] = slot
        return event

    return add_slot


def _is_for_people(settings: ServerSettings, output: _Output) -> bool:
    automatic = output.isatty() and not settings.production
    return settings.log_format == "console" or (settings.log_format == "auto" and automatic)


def _for_people(output: _Output) -> list[Processor]:
    # The default traceback shows every local variable, and so births.
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=output.isatty(), exception_formatter=plain), _encoded]


def _for_machines() -> list[Processor]:
    return [structlog.processors.format_exc_info, _as_json]


def _as_json(_logger: WrappedLogger, _method: str, event: EventDict) -> bytes:
    try:
        return orjson.dumps(event, default=_written, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS)
    except TypeError as error:  # a number over 64 bits, half a surrogate pair: an event must never raise
        return orjson.dumps({"event": ascii(event.get("event")), "level": event.get("level"), "unwritable": str(error)})


def _written(value: object) -> str:
    """A path as it is, of anything else the type alone: what is inside could be a birth."""
    return str(value) if isinstance(value, PurePath) else f"<{type(value).__name__}>"


def _encoded(_logger: WrappedLogger, _method: str, line: Any) -> bytes:
    return str(line).encode(errors="backslashreplace")


def _decoded(_logger: WrappedLogger, _method: str, line: Any) -> str:
    return bytes(line).decode()


def _bridge_standard_library(level: int, output: _Output, shared: list[Processor], rendering: list[Processor]) -> None:
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering, _decoded],
    )
    handler = _BytesHandler(output)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _BRIDGED:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True
    logging.captureWarnings(capture=True)


class _Output:
    """A stream that a full disk or a closed pipe does not turn into failed requests: the line is lost, no more."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, line: bytes) -> None:
        with suppress(OSError, ValueError):
            self._stream.write(line)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()


class _BytesHandler(logging.Handler):
    """Writes to the stream of our own events, so that no line of one kind splits a line of the other."""

    def __init__(self, output: _Output) -> None:
        super().__init__()
        self._output = output

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._output.write(self.format(record).encode(errors="backslashreplace") + b"\n")
            self._output.flush()
        except Exception:  # noqa: BLE001  (logging's own rule: a record must never raise)
            self.handleError(record)
