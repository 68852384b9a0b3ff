"""Real worker processes on a real server: they finish every operation, whatever a birth or a signal does to them."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jobs import calls
from jobs.births import put_births
from jobs.broker import Waker, make_broker
from jobs.folder_store import FolderStore
from jobs.isolation import WORKER_FAILED
from jobs.record import Record
from jobs.states import State
from jobs.tuning import Limits, Tuning
from runtime.children import EX_RECYCLED
from tests.bulk import Bench, Crew, births, expected, results, server, submission
from tests.bulk_worker import Trouble
from tests.redises import PrivateValkey

BRISK = Tuning(lease_ms=1_500, chunk_ms=100, lost_ms=2_000)
WAIT_SECONDS = 30.0


class House:
    """A server, a folder, and workers over both."""

    def __init__(self, valkey: PrivateValkey, folder: Path) -> None:
        self.valkey = valkey
        self.bench = Bench(valkey.url, BRISK)
        self.folder = folder / "bulk"
        self.store = FolderStore(self.folder)
        self.waker = Waker(make_broker(None, self.bench.client))
        self.crews: list[Crew] = []

    def crew(self, count: int = 1, **started: Any) -> Crew:
        words = {"tuning": msgspec.to_builtins(BRISK), **started}
        self.crews.append(Crew(self.valkey.url, self.folder, **words))
        return self.crews[-1].start(count)

    def submit(self, id: str, count: int, trouble: Trouble | None = None, **asked: Any) -> None:
        """Births that wait, and the wake-ups for them sent."""
        put_births(self.store, id, births(count))
        made = submission(id, count, selection=msgspec.json.encode(trouble or Trouble()), **asked)
        self.bench.ledger.do(calls.create(made, Limits(), BRISK))
        self.bench.ledger.do(calls.begin(id))
        self.wake()

    def wake(self) -> None:
        assert self.waker.send(self.bench.ledger.do(calls.wake(BRISK)))

    def until(self, id: str, happened: Callable[[Record], bool]) -> Record:
        """The record when it happened, workers being restarted meanwhile."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not happened(found := self.bench.find(id)):
            assert time.monotonic() < deadline, found
            for crew in self.crews:
                crew.tend()
            time.sleep(0.01)
        return found

    def finished(self, id: str) -> Record:
        return self.until(id, lambda found: found.state.finished)

    def close(self) -> None:
        for crew in self.crews:
            crew.close()
        self.bench.close()


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Iterator[House]:
    with server("valkey", tmp_path_factory.mktemp("v"), "--appendonly", "yes") as valkey:
        house = House(valkey, tmp_path)
        yield house
        house.close()


def lines_but(count: int, failed: set[int]) -> list[tuple[int, str | None]]:
    """Index and code of every line, where these births could not be worked at."""
    return [(line.index, WORKER_FAILED if line.index in failed else line.code) for line in expected(count)]


def told(house: House, id: str) -> list[tuple[int, str | None]]:
    return [(line.index, line.code) for line in results(house.store, house.bench.client, id)]


def test_two_workers_finish_an_operation_and_every_line_is_right(house: House) -> None:
    house.crew(2)
    house.submit("operation-a", 5_000)
    found = house.finished("operation-a")
    assert (found.state, found.done, found.failed) == (State.COMPLETED, 5_000, 500)
    assert results(house.store, house.bench.client, "operation-a") == expected(5_000)


def test_ten_births_do_not_wait_for_an_operation_of_150_000(house: House) -> None:
    house.crew(2)
    house.submit("operation-large", 150_000, Trouble(seconds=0.001))
    house.until("operation-large", lambda found: found.done > 1_000)
    house.submit("operation-small", 10)
    found = house.finished("operation-small")
    assert house.bench.find("operation-large").done < 20_000
    assert house.bench.find("operation-large").state is State.RUNNING
    chunks_before = [event for event in house.bench.events("operation-large") if int(event["version"]) > 0]
    assert found.finished - found.created < 100 * len(chunks_before)  # not all of them came first


def test_births_that_raise_become_failed_lines_and_those_beside_them_do_not(house: House) -> None:
    house.crew(2)
    house.submit("operation-a", 500, Trouble(raises=("7", "123", "124", "499")))
    assert house.finished("operation-a").state is State.COMPLETED
    assert told(house, "operation-a") == lines_but(500, {7, 123, 124, 499})


def test_a_birth_that_kills_its_worker_becomes_a_failed_line(house: House) -> None:
    tuning = msgspec.structs.replace(BRISK, tries=1)
    crew = house.crew(2, tuning=msgspec.to_builtins(tuning))
    house.submit("operation-a", 60, Trouble(kills=("17",)))
    assert house.finished("operation-a").state is State.COMPLETED
    assert told(house, "operation-a") == lines_but(60, {17})
    assert set(crew.codes) == {-signal.SIGKILL}
    assert len(crew.codes) <= 3


def test_a_birth_that_never_ends_becomes_a_failed_line(house: House) -> None:
    tuning = msgspec.structs.replace(BRISK, chunk_seconds=0.5, tries=1)
    crew = house.crew(2, tuning=msgspec.to_builtins(tuning))
    house.submit("operation-a", 20, Trouble(hangs=("17",)))
    assert house.finished("operation-a").state is State.COMPLETED
    assert told(house, "operation-a") == lines_but(20, {17})
    assert set(crew.codes) == {EX_RECYCLED}


def test_a_selection_that_cannot_be_prepared_fails_its_operation_alone(house: House) -> None:
    house.crew(1, tuning=msgspec.to_builtins(msgspec.structs.replace(BRISK, faults=0)))
    house.submit("operation-a", 10, Trouble(unready=True))
    house.submit("operation-b", 10)
    found = house.finished("operation-a")
    assert found.state is State.FAILED
    assert found.problem is not None
    assert found.problem.code == WORKER_FAILED
    assert house.finished("operation-b").state is State.COMPLETED


def test_births_that_are_not_there_fail_the_operation_and_say_so(house: House) -> None:
    house.crew(1, tuning=msgspec.to_builtins(msgspec.structs.replace(BRISK, faults=0)))
    house.submit("operation-a", 10)
    made = submission("operation-b", 10)
    house.bench.ledger.do(calls.create(made, Limits(), BRISK))
    house.bench.ledger.do(calls.begin("operation-b"))
    house.wake()
    found = house.finished("operation-b")
    assert found.problem is not None
    assert found.problem.code == "PART_MISSING"
    assert house.finished("operation-a").state is State.COMPLETED


def test_cancelling_takes_effect_within_a_chunk(house: House) -> None:
    house.crew(2)
    house.submit("operation-a", 100_000, Trouble(seconds=0.001))
    house.until("operation-a", lambda found: found.done > 500)
    house.bench.ledger.do(calls.cancel("operation-a"))
    chunks = len(house.bench.events("operation-a"))
    found = house.finished("operation-a")
    assert found.state is State.CANCELLED
    assert found.done < 100_000
    assert len(house.bench.events("operation-a")) <= chunks + 2
    assert results(house.store, house.bench.client, "operation-a")[: found.readable] == expected(found.readable)


def test_failed_births_run_again_while_the_others_stay_as_they_are(house: House) -> None:
    house.crew(2)
    house.submit("operation-a", 300)
    house.finished("operation-a")
    assert house.bench.ledger.do(calls.retry("operation-a")) == 30
    house.wake()
    found = house.finished("operation-a")
    assert (found.state, found.done, found.failed) == (State.COMPLETED, 300, 30)
    assert results(house.store, house.bench.client, "operation-a") == expected(300)


def test_a_worker_that_is_asked_to_end_finishes_its_chunk(house: House) -> None:
    crew = house.crew(1)
    house.submit("operation-a", 1_000, Trouble(seconds=0.01))
    house.until("operation-a", lambda found: found.state is State.RUNNING)
    assert crew.end() == [0]
    found = house.bench.find("operation-a")
    assert 0 < found.done < 1_000
    assert house.bench.client.zcard("grahaql:{bulk}:op:operation-a:lease") == 0


def test_a_worker_that_cannot_finish_in_time_gives_its_chunk_back(house: House) -> None:
    crew = house.crew(1, stop_seconds=0.1)
    house.submit("operation-a", 50, Trouble(seconds=1.0))
    house.until("operation-a", lambda found: found.state is State.RUNNING)
    assert crew.end() == [0]
    assert house.bench.client.zcard("grahaql:{bulk}:op:operation-a:lease") == 0
    assert house.bench.take().tries == 1


def test_a_worker_makes_room_for_a_fresh_one_after_so_many_chunks(house: House) -> None:
    crew = house.crew(1, chunks=3)
    house.submit("operation-a", 200, Trouble(seconds=0.001))
    assert house.finished("operation-a").state is State.COMPLETED
    assert crew.codes
    assert set(crew.codes) == {EX_RECYCLED}
    assert results(house.store, house.bench.client, "operation-a") == expected(200)


def test_wake_ups_that_were_never_sent_delay_an_operation_and_do_not_lose_it(house: House) -> None:
    house.crew(1)
    put_births(house.store, "operation-a", births(10))
    house.bench.ledger.do(calls.create(submission("operation-a", 10), Limits(), BRISK))
    house.bench.ledger.do(calls.begin("operation-a"))
    assert house.bench.ledger.do(calls.wake(BRISK))  # and whoever asked dies before sending them
    assert house.finished("operation-a").state is State.COMPLETED


def test_an_operation_that_expires_is_removed_everywhere(house: House) -> None:
    house.crew(1)
    house.submit("operation-a", 10)
    house.finished("operation-a")
    house.bench.client.zadd("grahaql:{bulk}:expiry", {"operation-a": 1})
    deadline = time.monotonic() + WAIT_SECONDS
    while house.bench.ledger.find("operation-a") is not None or house.store.parts("operation-a"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert house.store.kept() == []
