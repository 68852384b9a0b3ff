"""Errors as they are told: coded ones as they are, and what was not foreseen behind a number that the log has, too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLError
from structlog.testing import capture_logs

from ephemeris.errors import InputError
from ephemeris.moments import Candidate
from ephemeris.words import ErrorCode
from graph.errors import BAD_USER_INPUT, PARSE_FAILED, REMEDIES, VALIDATION_FAILED, formatted, refusal
from graph.types.problems import extensions_of, problem_of
from tests.served import MUMBAI, asked, data

BIRTH = MUMBAI | {"date": "1879-03-14", "latitude": 48.4011, "zone": {"offset": "+00:40"}}
TELLTALES = ("1879", "48.40", "Ulm")
CHART = "query ($birth: BirthInput!) { chart(birth: $birth) { id } engine { firstDate } }"
ITEM_ERRORS = {"code", "message", "remedy", "path", "candidates"}


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """The resolver of `chart` raises, quoting the birth as a careless library would; what is logged meanwhile."""

    def fail(birth: Any, *_args: object) -> None:
        raise RuntimeError(f"cannot compute {birth.date} at {birth.latitude} (Ulm)")

    monkeypatch.setattr("graph.births.chart_need", fail)
    with capture_logs() as events:
        yield events


async def test_what_was_not_foreseen_is_told_by_a_number_that_the_log_has_too(broken: list[Any]) -> None:
    body = await asked(CHART, {"birth": BIRTH})
    (error,) = body["errors"]
    number = re.search(r"[0-9a-f]{32}", error["message"])
    assert number
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["remedy"]
    assert error["path"] == ["chart"]
    assert [event["correlation"] for event in broken if event["event"] == "resolver.failed"] == [number[0]]


async def test_the_log_says_what_kind_of_error_it_was_and_where_it_was_raised(broken: list[Any]) -> None:
    await asked(CHART, {"birth": BIRTH})
    (event,) = [event for event in broken if event["event"] == "resolver.failed"]
    assert "RuntimeError" in str(event)
    assert "test_errors.py" in str(event)


async def test_neither_the_answer_nor_the_log_has_anything_of_the_birth(broken: list[Any]) -> None:
    body = await asked(CHART, {"birth": BIRTH})
    assert [word for word in TELLTALES if word in str(body["errors"]) or word in str(broken)] == []


async def test_what_was_asked_beside_it_is_answered(broken: list[Any]) -> None:
    body = await asked(CHART, {"birth": BIRTH})
    assert body["data"] == {"chart": None, "engine": {"firstDate": "1800-01-01"}}


async def test_two_failures_have_two_numbers(broken: list[Any]) -> None:
    first, second = await asked(CHART, {"birth": BIRTH}), await asked(CHART, {"birth": BIRTH})
    assert first["errors"][0]["message"] != second["errors"][0]["message"]


async def test_a_coded_error_keeps_its_code_value_remedy_and_path() -> None:
    body = await asked(CHART, {"birth": BIRTH | {"date": "1879-02-30"}})
    (error,) = body["errors"]
    assert error["message"] == "There is no 1879-02-30."
    assert error["extensions"] == {
        "code": "DATE_INVALID",
        "remedy": "Send a day that exists.",
        "path": ["birth", "date"],
        "candidates": [],
    }


async def test_an_error_and_a_problem_say_the_same() -> None:
    birth = MUMBAI | {"date": "1945-10-14", "time": "23:30", "latitude": 22.57, "longitude": 88.36}
    problem = "{ code message remedy path candidates { utc utcOffset abbreviation daylightSaving disambiguation } }"
    document = f"query ($birth: BirthInput!) {{ checkBirth(birth: $birth) {{ problem {problem} }} }}"
    told = (await data(document, {"birth": birth}))["checkBirth"]["problem"]
    (error,) = (await asked(CHART, {"birth": birth}))["errors"]
    assert {"message": error["message"], **error["extensions"]} == told
    assert set(told) == ITEM_ERRORS
    assert len(told["candidates"]) == 2


def test_a_refusal_begins_its_path_in_the_argument() -> None:
    error = InputError(ErrorCode.TIME_INVALID, "The time is '25:00'.", "Send 00:00 to 23:59.", ("time",))
    told = formatted(refusal(error, "births", 3))
    assert told["extensions"]["path"] == ["births", "3", "time"]
    assert problem_of(error, "births", 3).path == ("births", "3", "time")


def test_an_error_that_a_resolver_lets_through_is_told_by_its_own_path() -> None:
    error = InputError(ErrorCode.TIME_INVALID, "The time is '25:00'.", "Send 00:00 to 23:59.", ("time",))
    told = formatted(GraphQLError(error.message, path=["chart"], original_error=error))
    assert told["extensions"] == extensions_of(error)
    assert Candidate.__name__ not in str(told)


@pytest.mark.parametrize("code", [PARSE_FAILED, VALIDATION_FAILED, BAD_USER_INPUT])
def test_GraphQLs_own_errors_get_a_code_a_remedy_and_a_path(code: str) -> None:
    told = formatted(GraphQLError("Something about the document."), code)
    assert told["extensions"] == {"code": code, "remedy": REMEDIES[code], "path": []}


def test_a_message_that_quotes_a_whole_document_is_cut() -> None:
    assert len(formatted(GraphQLError("x" * 100_000), VALIDATION_FAILED)["message"]) < 1000
