"""A bulk operation of a service elsewhere: uploaded, submitted, followed by events, stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPResponse
from typing import Any

import msgspec

from graph.remote.site import Body, RefusedError, Site, UnreachableError, refusal_of

PATIENCE_SECONDS = 300.0
"""For which a service that was there once may be away."""

_PAUSES = (0.5, 1.0, 2.0, 5.0)

_BAR = "id state finished total done failed ratePerSecond etaSeconds problem { message remedy }"
_SUBMIT = f"""mutation ($input: SubmitBulkInput!) {{ submitBulk(input: $input) {{
  operation {{ {_BAR} }} estimate {{ births costPerBirth seconds bytes }} problems {{ message remedy path }} }} }}"""
_FOLLOW = f"""subscription ($id: ID!, $after: String) {{
  bulkProgress(id: $id, after: $after) {{ cursor operation {{ {_BAR} }} }} }}"""
_CANCEL = "mutation ($id: ID!) { cancelBulk(id: $id) { problems { message remedy path } } }"


class Problem(msgspec.Struct, frozen=True):
    """What is wrong, and what to do."""

    message: str
    remedy: str
    path: tuple[str, ...] = ()


class Estimate(msgspec.Struct, frozen=True, rename="camel"):
    """What an operation would take."""

    births: int
    cost_per_birth: float
    seconds: float
    bytes: float


class Operation(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """An operation as it is shown."""

    id: str
    state: str
    finished: bool
    total: int
    done: int
    failed: int
    rate_per_second: float | None = None
    eta_seconds: float | None = None
    problem: Problem | None = None


class Submitted(msgspec.Struct, frozen=True):
    """What submitting answered: an operation, or after a dry run an estimate alone."""

    operation: Operation | None
    estimate: Estimate | None
    problems: tuple[Problem, ...]


class Event(msgspec.Struct, frozen=True):
    """A change, and the cursor to go on after."""

    cursor: str
    operation: Operation


def upload(site: Site, body: Body, size: int, headers: Mapping[str, str]) -> str:
    """The id of births that were sent. Raises: UnreachableError, RefusedError: with its lines."""
    with site.asked("POST", "/bulk/births", {**headers, "Content-Length": str(size)}, body) as answer:
        return str(msgspec.json.decode(answer.read())["uploadId"])


def submit(site: Site, asked: Mapping[str, Any]) -> Submitted:
    """What came of it; asked again where no answer came, which its idempotency key makes harmless.

    Raises:
        RefusedError: it has problems.
        UnreachableError: no answer came for long.
    """
    found = patiently(lambda: site.graphql(_SUBMIT, {"input": asked}))
    submitted = msgspec.convert(found["submitBulk"], Submitted)
    _check(submitted.problems)
    return submitted


def cancel(site: Site, id: str) -> None:
    """Stop it. Raises: RefusedError, UnreachableError."""
    found = patiently(lambda: site.graphql(_CANCEL, {"id": id}))
    _check(msgspec.convert(found["cancelBulk"]["problems"], tuple[Problem, ...]))


def follow(site: Site, id: str) -> Iterator[Operation]:
    """Each state until the last; a connection that breaks off is made again, and goes on behind the last event.

    Raises:
        RefusedError: there is no such operation.
        UnreachableError: the service was away for long.
    """
    cursor: str | None = None
    silent = _Silence()
    while True:
        try:
            for event in _events(site, id, cursor):
                silent.broken()
                cursor = event.cursor
                yield event.operation
                if event.operation.finished:
                    return
        except UnreachableError as error:
            silent.wait(error)
        else:
            silent.wait(UnreachableError("The stream ended before the operation did."))


def patiently(ask: Callable[[], Any]) -> Any:
    """What is answered, asked again while nothing is. Raises: UnreachableError: for too long; RefusedError."""
    silent = _Silence()
    while True:
        try:
            return ask()
        except UnreachableError as error:
            silent.wait(error)


class _Silence:
    """How long nothing was heard, and so how long to wait."""

    def __init__(self) -> None:
        self.broken()

    def broken(self) -> None:
        """Something was heard."""
        self._since = time.monotonic()
        self._pauses = iter(_PAUSES)

    def wait(self, error: UnreachableError) -> None:
        """Wait, longer each time. Raises: UnreachableError: it was long enough."""
        if time.monotonic() - self._since > PATIENCE_SECONDS:
            raise error
        time.sleep(next(self._pauses, _PAUSES[-1]))


def _events(site: Site, id: str, after: str | None) -> Iterator[Event]:
    body = msgspec.json.encode({"query": _FOLLOW, "variables": {"id": id, "after": after}})
    headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
    with site.asked("POST", "/graphql", headers, body) as answer:
        for data in _data_of(answer):
            told = msgspec.json.decode(data)
            if told.get("errors"):
                raise refusal_of(told)
            yield msgspec.convert(told["data"]["bulkProgress"], Event)


def _data_of(answer: HTTPResponse) -> Iterator[bytes]:
    """The data of each `next`: one line each, as the service writes them."""
    for line in answer:
        if line.startswith(b"event: complete"):
            return
        if line.startswith(b"data: ") and len(line.strip()) > len(b"data:"):
            yield line[len(b"data: ") :]


def _check(problems: tuple[Problem, ...]) -> None:
    if problems:
        first, *others = [_told(problem) for problem in problems]
        raise RefusedError(first, tuple(others))


def _told(problem: Problem) -> str:
    place = f" ({'.'.join(problem.path)})" if problem.path else ""
    return f"{problem.message} {problem.remedy}{place}"
