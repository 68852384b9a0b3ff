"""The circuit breaker by a clock that the test turns."""

from __future__ import annotations

import pytest

from resolvers.breaker import Breaker, Circuit


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(failures=3, rest=1.0, clock=clock)


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.failed()


def test_a_closed_circuit_lets_every_call_pass(breaker: Breaker) -> None:
    assert breaker.state is Circuit.CLOSED
    assert all(breaker.allows() for _ in range(10))


def test_failures_in_a_row_open_the_circuit(breaker: Breaker) -> None:
    fail(breaker, 2)
    assert breaker.allows()
    fail(breaker, 1)
    assert breaker.state is Circuit.OPEN
    assert not breaker.allows()


def test_a_success_between_failures_keeps_the_circuit_closed(breaker: Breaker) -> None:
    for _ in range(5):
        fail(breaker, 2)
        breaker.succeeded()
    assert breaker.state is Circuit.CLOSED


def test_an_open_circuit_rests_and_then_lets_one_call_probe(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 0.999
    assert not breaker.allows()
    clock.now += 0.001
    assert [breaker.allows() for _ in range(3)] == [True, False, False]
    assert breaker.state is Circuit.PROBING


def test_a_probe_that_succeeds_closes_the_circuit(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 1
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.state is Circuit.CLOSED
    fail(breaker, 2)
    assert breaker.allows()  # it counts from nought again


def test_a_probe_that_fails_opens_the_circuit_for_another_rest(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    for _ in range(3):
        clock.now += 1
        assert breaker.allows()
        breaker.failed()
        assert breaker.state is Circuit.OPEN
        clock.now += 0.5
        assert not breaker.allows()
        clock.now -= 0.5


def test_a_probe_that_was_given_up_does_not_keep_the_circuit_open_for_ever(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 1
    assert breaker.allows()
    clock.now += 1  # nobody said how the probe went
    assert breaker.allows()


def test_a_late_success_of_an_earlier_call_closes_the_circuit(breaker: Breaker) -> None:
    fail(breaker, 3)
    breaker.succeeded()
    assert breaker.allows()


def test_the_last_failures_of_many_calls_at_once_are_no_new_outage(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 30)
    clock.now += 1
    assert breaker.allows()
