"""The scripts that change records, on the embedded server, on Redis 7.0 and on a cluster's node."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest

from jobs import calls
from jobs.calls import Completion, Release
from jobs.record import Item, Problem, Taken
from jobs.refusals import ConflictError, LimitError
from jobs.states import State
from jobs.tuning import Limits, Tuning
from tests.bulk import SERVERS, Bench, server, submission

HASTY = Tuning(lease_ms=1, tries=2, receiving_seconds=0.0)


@pytest.fixture(scope="module", params=SERVERS)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with server(request.param, tmp_path_factory.mktemp("v")) as found:
        yield found.url


@pytest.fixture
def bench(url: str) -> Iterator[Bench]:
    bench = Bench(url)
    bench.client.flushall()
    yield bench
    bench.close()


def reap(bench: Bench, tuning: Tuning = HASTY) -> calls.Found:
    time.sleep(0.003)
    return bench.ledger.do(calls.reap(tuning))


def hasty(bench: Bench) -> Bench:
    bench.tuning = HASTY
    return bench


# ── from the first birth to the last ──


def test_an_operation_is_received_waits_runs_and_completes(bench: Bench) -> None:
    bench.ledger.do(calls.create(submission("a", 120), Limits(), bench.tuning))
    assert bench.find("a").state is State.RECEIVING
    assert bench.ledger.do(calls.take("", bench.tuning)) is None
    assert bench.ledger.do(calls.begin("a"))
    assert bench.find("a").state is State.QUEUED
    first = bench.take()
    assert bench.find("a").state is State.RUNNING
    bench.complete(first)
    bench.run()
    found = bench.find("a")
    assert (found.state, found.done, found.failed, found.readable) == (State.COMPLETED, 120, 0, 120)
    assert found.finished >= found.started >= found.created > 0


def test_chunks_cover_every_birth_once(bench: Bench) -> None:
    bench.submit("a", 12_345)
    taken = []
    while (found := bench.ledger.do(calls.take("", bench.tuning))) is not None:
        taken.append(found)
        bench.complete(found, took_ms=random.randint(1, 900))
    births = [birth for found in taken for birth in range(found.item.start, found.item.start + found.item.length)]
    assert births == list(range(12_345))


def test_a_chunk_counts_once_whoever_says_it_how_often(bench: Bench) -> None:
    bench.submit("a", 60)
    taken = bench.take()
    version = bench.find("a").version
    assert [bench.complete(taken, 2) for _ in range(3)] == [Completion.DONE, *[Completion.DUPLICATE] * 2]
    found = bench.find("a")
    assert (found.done, found.failed, found.version) == (taken.item.length, 2, version + 1)


def test_lines_are_readable_as_far_as_there_is_no_gap(bench: Bench) -> None:
    bench.submit("a", 1000)
    first, second = bench.take(), bench.take()
    bench.complete(second)
    assert bench.find("a").readable == 0
    bench.complete(first)
    assert bench.find("a").readable == first.item.length + second.item.length


def test_versions_rise_by_one_with_every_event_and_the_end_is_told_once(bench: Bench) -> None:
    bench.submit("a", 500)
    bench.run()
    events = bench.events("a")
    assert [int(event["version"]) for event in events] == list(range(1, len(events) + 1))
    assert [event["state"] for event in events].count("COMPLETED") == 1
    assert events[-1]["done"] == "500"


def test_nothing_is_left_of_what_was_under_way(bench: Bench) -> None:
    bench.submit("a", 500)
    bench.run()
    names = {name.decode() for name in bench.client.scan_iter()}
    assert not {name for name in names if name.endswith((":lease", ":tries", ":again", ":ready", ":open"))}
    assert bench.client.hgetall("grahaql:{bulk}:load")[b"all"] == b"0"


def test_chunks_grow_until_they_take_the_time_they_shall(bench: Bench) -> None:
    bench.submit("a", 100_000)
    for _ in range(20):
        taken = bench.take()
        bench.complete(taken, took_ms=taken.item.length // 2)  # two births a millisecond
    assert 650 <= bench.take().item.length <= 750


def test_chunks_shrink_to_the_least_when_births_are_slow(bench: Bench) -> None:
    bench.submit("a", 100_000)
    for _ in range(20):
        taken = bench.take()
        bench.complete(taken, took_ms=taken.item.length * 1000)
    assert bench.take().item.length == bench.tuning.least


def test_a_small_operation_is_cut_for_all_workers(bench: Bench) -> None:
    for worker in ("one", "two"):
        bench.ledger.do(calls.wake(bench.tuning, worker))
    bench.submit("a", 48)
    assert bench.take().item.length == 12


# ── fairness ──


def test_the_next_chunk_is_that_of_the_operation_that_came_last(bench: Bench) -> None:
    bench.submit("large", 150_000)
    for _ in range(5):
        bench.complete(bench.take())
    bench.submit("small", 10)
    assert bench.take().id == "small"
    assert bench.take().id == "large"


def test_operations_take_turns(bench: Bench) -> None:
    for name in ("a", "b", "c"):
        bench.submit(name, 10_000)
    turns = [bench.take().id for _ in range(30)]
    assert {name: turns.count(name) for name in "abc"} == {"a": 10, "b": 10, "c": 10}


# ── wake-ups ──


def test_there_are_two_wake_ups_for_a_chunk_but_no_more_than_workers_can_use(bench: Bench) -> None:
    bench.submit("small", 10)
    assert len(bench.ledger.do(calls.wake(bench.tuning))) == 2
    bench.submit("large", 100_000)
    assert len(bench.ledger.do(calls.wake(bench.tuning))) == bench.tuning.wakes - 2
    assert bench.ledger.do(calls.wake(bench.tuning)) == ()


def test_a_wake_up_that_was_lost_is_sent_again(bench: Bench) -> None:
    bench.tuning = Tuning(lost_ms=1)
    bench.submit("a", 10)
    assert len(bench.ledger.do(calls.wake(bench.tuning))) == 2
    time.sleep(0.005)
    assert len(bench.ledger.do(calls.wake(bench.tuning))) == 2


def test_an_idle_worker_wakes_itself_while_there_is_work(bench: Bench) -> None:
    bench.submit("a", 100_000)
    bench.ledger.do(calls.wake(bench.tuning))
    assert len(bench.ledger.do(calls.wake(bench.tuning, "w", idle=True))) == 1
    bench.run()
    assert bench.ledger.do(calls.wake(bench.tuning, "w", idle=True)) == ()


# ── what is given up ──


def test_a_chunk_whose_worker_died_is_handed_out_again(bench: Bench) -> None:
    hasty(bench).submit("a", 20)
    lost = bench.take()
    assert bench.ledger.do(calls.take("", bench.tuning)) is None or lost.item.length < 20
    assert reap(bench).recovered >= 1
    again = bench.take()
    assert (again.item, again.tries) == (lost.item, 2)


def test_a_lease_that_is_renewed_does_not_expire(bench: Bench) -> None:
    hasty(bench).submit("a", 10)
    taken = bench.take()
    assert bench.ledger.renew(taken, 60_000)
    assert reap(bench).recovered == 0


def test_who_comes_late_is_welcome_unless_another_has_begun(bench: Bench) -> None:
    hasty(bench).submit("a", 10)
    late = bench.take()
    reap(bench)
    assert bench.complete(late) is Completion.DONE
    assert bench.find("a").state is State.COMPLETED
    assert not bench.ledger.renew(late, 1)


def test_a_chunk_that_kills_its_workers_is_cut_until_the_birth_is_found(bench: Bench) -> None:
    hasty(bench).submit("a", 100)
    deaths, given_up = 0, []
    while bench.find("a").state is not State.COMPLETED:
        assert deaths < 40
        taken = bench.ledger.do(calls.take("", bench.tuning))
        if taken is None:
            reap(bench)
        elif taken.tries > bench.tuning.tries:
            given_up.append(taken.item)
            bench.complete(taken, failed=1)
        elif taken.item.start <= 42 < taken.item.start + taken.item.length:
            deaths += 1
        else:
            bench.complete(taken)
    assert given_up == [Item(42, 1)]
    assert (bench.find("a").done, bench.find("a").failed) == (100, 1)


def test_a_chunk_given_back_was_never_begun(bench: Bench) -> None:
    bench.submit("a", 10)
    taken = bench.take()
    bench.ledger.do(calls.release(taken, Release.UNRUN, bench.tuning))
    assert bench.take() == taken


def test_a_chunk_without_what_it_needs_waits_and_at_last_fails_the_operation(bench: Bench) -> None:
    hasty(bench).submit("a", 10)
    bench.tuning = Tuning(faults=1, lease_ms=1)
    problem = Problem("STORE_FULL", "There is no room.", "Make some.")
    bench.ledger.do(calls.release(bench.take(), Release.FAULT, bench.tuning, problem))
    assert reap(bench).recovered == 0
    time.sleep(1.1)
    assert reap(bench).recovered == 1
    bench.ledger.do(calls.release(bench.take(), Release.FAULT, bench.tuning, problem))
    found = bench.find("a")
    assert (found.state, found.problem) == (State.FAILED, problem)


def test_an_operation_that_takes_too_long_fails_and_says_so(bench: Bench) -> None:
    bench.submit("a", 10)
    taken = bench.take()
    reap(bench, Tuning(operation_seconds=0.0))
    found = bench.find("a")
    assert found.state is State.FAILED
    assert found.problem is not None
    assert found.problem.code == "TIME_LIMIT"
    assert bench.complete(taken) is Completion.CLOSED


def test_births_that_stop_coming_fail_the_operation_and_free_its_key(bench: Bench) -> None:
    asked = submission("a", 10, idempotency="k")
    bench.ledger.do(calls.create(asked, Limits(), HASTY))
    reap(bench)
    assert bench.find("a").state is State.FAILED
    again = submission("b", 10, idempotency="k")
    assert bench.ledger.do(calls.create(again, Limits(), HASTY)) == ("b", False)


# ── the same key, and limits ──


def test_the_same_key_and_payload_are_the_same_operation(bench: Bench) -> None:
    def create(id: str, payload: str = "p", client: str = "c") -> calls.Created:
        asked = submission(id, 10, client=client, idempotency="k", payload=payload)
        return bench.ledger.do(calls.create(asked, Limits(), bench.tuning))

    assert create("a") == ("a", False)
    assert create("b") == ("a", True)
    assert create("c", client="another") == ("c", False)
    with pytest.raises(ConflictError) as raised:
        create("d", payload="another")
    assert raised.value.older == "a"
    assert bench.ledger.find("b") is None


def test_a_creation_whose_answer_was_lost_is_not_refused(bench: Bench) -> None:
    call = calls.create(submission("a", 10, idempotency="k"), Limits(client_operations=1), bench.tuning)
    assert bench.ledger.do(call) == bench.ledger.do(call) == ("a", False)
    assert bench.find("a").version == 1


@pytest.mark.parametrize(
    ("limits", "kind"),
    [
        (Limits(client_operations=1), "CLIENT_OPERATIONS"),
        (Limits(client_births=19), "CLIENT_BIRTHS"),
        (Limits(all_operations=1), "ALL_OPERATIONS"),
        (Limits(all_births=19), "ALL_BIRTHS"),
    ],
)
def test_what_is_too_much_now_is_told_when_to_come_back(bench: Bench, limits: Limits, kind: str) -> None:
    bench.ledger.do(calls.create(submission("a", 10), limits, bench.tuning))
    with pytest.raises(LimitError) as raised:
        bench.ledger.do(calls.create(submission("b", 10), limits, bench.tuning))
    assert raised.value.kind == kind
    assert 1 <= raised.value.retry_after <= 3600
    bench.ledger.do(calls.cancel("a"))
    bench.ledger.do(calls.create(submission("b", 10), limits, bench.tuning))


# ── stopping, trying again, removing ──


def test_cancelling_lets_what_is_under_way_end_and_hands_out_no_more(bench: Bench) -> None:
    bench.submit("a", 1000)
    taken = bench.take()
    assert bench.ledger.do(calls.cancel("a")) is State.CANCELLING
    assert bench.ledger.do(calls.take("", bench.tuning)) is None
    bench.complete(taken)
    found = bench.find("a")
    assert (found.state, found.done, found.readable) == (State.CANCELLED, taken.item.length, taken.item.length)


def test_cancelling_what_nobody_works_at_ends_it_at_once(bench: Bench) -> None:
    bench.submit("a", 1000)
    assert bench.ledger.do(calls.cancel("a")) is State.CANCELLED
    assert bench.ledger.do(calls.cancel("a")) is State.CANCELLED
    assert bench.ledger.do(calls.cancel("unknown")) is None


def test_cancelling_ends_though_the_worker_died(bench: Bench) -> None:
    hasty(bench).submit("a", 1000)
    bench.take()
    bench.ledger.do(calls.cancel("a"))
    reap(bench)
    assert bench.find("a").state is State.CANCELLED


def test_failed_births_run_again_and_the_counts_come_back(bench: Bench) -> None:
    bench.submit("a", 200)
    failed = bench.run(failed_per_chunk=3)
    assert bench.ledger.do(calls.retry("a")) == failed
    found = bench.find("a")
    assert (found.state, found.done, found.failed, found.readable) == (State.QUEUED, 200 - failed, 0, 200)
    assert bench.ledger.do(calls.retry("a")) == -1
    assert bench.take().item.round == 1
    bench.ledger.do(calls.cancel("a"))


def test_failed_births_that_succeed_at_last_count_as_done(bench: Bench) -> None:
    bench.submit("a", 200)
    bench.run(failed_per_chunk=3)
    bench.ledger.do(calls.retry("a"))
    bench.run()
    found = bench.find("a")
    assert (found.state, found.done, found.failed) == (State.COMPLETED, 200, 0)
    assert bench.ledger.do(calls.retry("a")) == 0


def test_a_retry_that_kills_its_workers_leaves_the_lines_as_they_were(bench: Bench) -> None:
    hasty(bench).submit("a", 10)
    bench.run(failed_per_chunk=3)
    bench.ledger.do(calls.retry("a"))
    for _ in range(bench.tuning.tries):
        bench.take()
        reap(bench)
    found = bench.find("a")
    assert (found.state, found.done, found.failed) == (State.COMPLETED, 10, 3)


def test_a_cancelled_retry_keeps_what_was_there(bench: Bench) -> None:
    bench.submit("a", 200)
    failed = bench.run(failed_per_chunk=3)
    bench.ledger.do(calls.retry("a"))
    taken = bench.take()
    bench.ledger.do(calls.cancel("a"))
    bench.ledger.do(calls.release(taken, Release.UNRUN, bench.tuning))
    found = bench.find("a")
    assert (found.state, found.done, found.failed) == (State.CANCELLED, 200, failed)


def test_a_removed_operation_leaves_only_that_it_was_there(bench: Bench) -> None:
    bench.submit("a", 1000)
    taken = bench.take()
    assert bench.ledger.do(calls.delete("a", bench.tuning)) == "a"
    assert bench.complete(taken) is Completion.GONE
    assert bench.ledger.find("a") is None
    assert bench.events("a")[-1]["state"] == "CANCELLED"
    assert bench.client.exists("grahaql:{bulk}:gone:a")
    assert not [name for name in bench.client.scan_iter() if b":op:a" in name]
    assert bench.ledger.do(calls.delete("a", bench.tuning)) is None


def test_what_expired_and_what_is_trash_is_found(bench: Bench) -> None:
    bench.submit("a", 10)
    bench.client.zadd("grahaql:{bulk}:expiry", {"a": 1})
    assert reap(bench).expired == ("a",)
    bench.ledger.do(calls.delete("a", Tuning(chunk_seconds=0.0, lease_ms=1)))
    assert reap(bench).trash == ("a",)
    bench.ledger.emptied("a")
    assert reap(bench).trash == ()


# ── any order of anything ──


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_every_birth_is_counted_once(bench: Bench, seed: int) -> None:
    chance, held = random.Random(seed), list[Taken]()
    hasty(bench).submit("a", 3000)
    covered: dict[int, int] = {}
    while bench.find("a").state is not State.COMPLETED:
        step = chance.random()
        if step < 0.45 and (taken := bench.ledger.do(calls.take("", bench.tuning))):
            held.append(taken)
        elif step < 0.8 and held:
            taken = held.pop(chance.randrange(len(held)))
            if bench.complete(taken, took_ms=chance.randint(1, 400)) is Completion.DONE:
                covered.update(dict.fromkeys(range(taken.item.start, taken.item.start + taken.item.length), 1))
        elif step < 0.85 and held:
            kind = chance.choice(list(Release))
            bench.ledger.do(calls.release(chance.choice(held), kind, Tuning(faults=1000)))
        elif step > 0.97:
            reap(bench)
        assert bench.find("a").done == len(covered)
    assert len(covered) == 3000
    assert [event["state"] for event in bench.events("a")].count("COMPLETED") == 1
