"""Who wants to know that an operation has ended is called once it has, and again where that failed."""

from __future__ import annotations

import time
from collections.abc import Iterator

import msgspec
import pytest

from jobs import calls
from jobs.calls import Brief
from jobs.hooks import Hooks
from jobs.record import Record
from jobs.states import State
from jobs.tuning import Limits
from tests.bulk import Bench, server, submission


@pytest.fixture
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with server("valkey", tmp_path_factory.mktemp("v")) as valkey:
        bench = Bench(valkey.url)
        yield bench
        bench.close()


class Told:
    """Notes who was called about what, and answers as it is told to."""

    def __init__(self, *answers: float | None) -> None:
        self._answers = list(answers)
        self.calls: list[tuple[State, str, int]] = []

    def __call__(self, record: Record, address: str, calls: int) -> float | None:
        self.calls.append((record.state, address, calls))
        return self._answers.pop(0)


def finish(bench: Bench, id: str, webhook: bytes) -> None:
    made = msgspec.structs.replace(submission(id, 10), brief=Brief(b"", b"", webhook))
    bench.ledger.do(calls.create(made, Limits(), bench.tuning))
    bench.ledger.do(calls.begin(id))
    bench.run()


def test_a_call_is_made_once_when_the_operation_has_ended(bench: Bench) -> None:
    told = Told(None)
    hooks = Hooks(bench.ledger, told)
    hooks.look()
    finish(bench, "a", b"https://a.example")
    for _ in range(3):
        hooks.look()
    assert told.calls == [(State.COMPLETED, "https://a.example", 0)]


def test_nobody_is_called_who_did_not_ask(bench: Bench) -> None:
    finish(bench, "a", b"")
    Hooks(bench.ledger, Told()).look()


def test_a_call_that_failed_is_made_again_when_it_is_due(bench: Bench) -> None:
    told = Told(0.0, 3600.0)
    hooks = Hooks(bench.ledger, told)
    finish(bench, "a", b"https://a.example")
    hooks.look()
    time.sleep(0.005)
    for _ in range(3):
        hooks.look()
    assert [number for _, _, number in told.calls] == [0, 1]


def test_two_workers_do_not_call_at_once(bench: Bench) -> None:
    finish(bench, "a", b"https://a.example")
    other = Told()

    def notify(_record: Record, _address: str, _calls: int) -> float | None:
        Hooks(bench.ledger, other).look()
        return None

    Hooks(bench.ledger, notify).look()
    assert other.calls == []


def test_an_operation_that_was_removed_meanwhile_is_not_told_of(bench: Bench) -> None:
    finish(bench, "a", b"https://a.example")
    bench.ledger.do(calls.delete("a", bench.tuning))
    Hooks(bench.ledger, Told()).look()
    assert bench.ledger.due_hooks() == []
