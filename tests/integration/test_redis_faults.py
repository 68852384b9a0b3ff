"""Redis stopped, killed, full or lying: a query for charts answers all the same, and the tier heals by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from ephemeris.chart import NatalChart
from resolvers.breaker import Circuit
from resolvers.cache import ChartCache
from resolvers.kinds import NATAL
from runtime.clients import cache_client
from tests.asking import Asking, births
from tests.questions import bare, cache_over, question
from tests.redises import PrivateValkey

WAIT_SECONDS = 10.0
"""The longest that a test waits for something to happen."""

SLOW_SECONDS = 2.0
"""What a query may take, on a busy machine, that runs into the time-outs of 50 ms itself."""

TIMEOUT_SECONDS = 0.05
PATIENCE_SECONDS = 5.0

QUERY = """
query ($births: [BirthInput!]!) {
  charts(births: $births) {
    chart { lagna { longitude } grahas { graha longitude bhava retrograde } vargas { code grahas { rashi } } }
    problem { code }
  }
}
"""


@pytest.fixture
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., PrivateValkey]]:
    started: list[PrivateValkey] = []

    def start(*options: str) -> PrivateValkey:
        started.append(PrivateValkey(tmp_path_factory.mktemp("v"), *options))
        return started[-1].start()

    yield start
    for server in started:
        server.kill()


@pytest.fixture
def valkey(start: Callable[..., PrivateValkey]) -> PrivateValkey:
    return start()


@pytest.fixture
async def hasty(valkey: PrivateValkey) -> AsyncIterator[Asking]:
    """As in service: it gives Redis up after 50 ms."""
    found = Asking(cache_client(valkey.url, timeout_seconds=TIMEOUT_SECONDS))
    yield found
    await found.engine.close()


@pytest.fixture
async def asking(valkey: PrivateValkey) -> AsyncIterator[Asking]:
    """So patient that a busy machine is not taken for a fault."""
    found = Asking(cache_client(valkey.url, timeout_seconds=PATIENCE_SECONDS))
    yield found
    await found.engine.close()


@pytest.fixture
async def cache(valkey: PrivateValkey) -> AsyncIterator[ChartCache]:
    found = cache_over(cache_client(valkey.url, timeout_seconds=PATIENCE_SECONDS))
    yield found
    await found.close()


async def timed(asking: Asking, count: int = 3, first: int = 0) -> tuple[Any, float]:
    """The data, and how long they took."""
    began = time.monotonic()
    data = await asking.data(QUERY, births=births(count, first))
    return data, time.monotonic() - began


async def expected(count: int = 3, first: int = 0) -> Any:
    """The data as an engine without Redis answers."""
    return await Asking(None).data(QUERY, births=births(count, first))


async def until(happened: Callable[[], bool], do: Callable[[], Any]) -> None:
    """Do something again and again until what was waited for has happened."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        await do()
        await asyncio.sleep(0.02)


async def healed(asking: Asking) -> None:
    """Ask until Redis is used again, which nobody has to order."""

    async def ask() -> None:
        asking.engine.cache.clear_memory()
        await timed(asking)
        await asking.shared.settle()

    before = asking.natal.l2_hits
    await until(lambda: asking.natal.l2_hits > before, ask)
    assert asking.shared.state is Circuit.CLOSED


# ── the answer ──


async def test_the_chart_is_the_same_with_and_without_redis(asking: Asking) -> None:
    alone = await expected()
    computed, _ = await timed(asking)
    await asking.shared.settle()
    asking.engine.cache.clear_memory()
    read, _ = await timed(asking)
    assert asking.natal.l2_hits == 3
    assert computed == read == alone


# ── a server that does not answer ──


async def test_a_stopped_server_delays_the_first_queries_and_then_none(hasty: Asking, valkey: PrivateValkey) -> None:
    await timed(hasty)
    await hasty.shared.settle()
    valkey.pause()
    for number in range(4):
        data, seconds = await timed(hasty, first=100 + 10 * number)
        assert data == await expected(first=100 + 10 * number)
        assert seconds < SLOW_SECONDS
    await hasty.shared.settle()
    assert hasty.shared.state is Circuit.OPEN
    assert hasty.shared.errors >= 3
    trips, began = hasty.shared.round_trips, time.monotonic()
    for number in range(5):
        await timed(hasty, first=200 + 10 * number)
    probes = 1 + round(time.monotonic() - began)  # one a second, and nobody else asks
    assert hasty.shared.round_trips <= trips + probes
    valkey.resume()
    await healed(hasty)


async def test_many_queries_at_once_do_not_queue_up_behind_a_stopped_server(
    hasty: Asking, valkey: PrivateValkey
) -> None:
    await timed(hasty)
    await hasty.shared.settle()
    valkey.pause()
    answers = await asyncio.gather(*[timed(hasty, first=10 * number) for number in range(1, 40)])
    assert max(seconds for _, seconds in answers) < 3 * SLOW_SECONDS
    assert all(item["chart"] for data, _ in answers for item in data["charts"])
    valkey.resume()
    await healed(hasty)


async def test_what_memory_has_is_answered_at_once_while_the_server_is_stopped(
    hasty: Asking, valkey: PrivateValkey
) -> None:
    first, _ = await timed(hasty)
    await hasty.shared.settle()
    valkey.pause()
    trips = hasty.shared.round_trips
    assert (await timed(hasty))[0] == first
    assert hasty.shared.round_trips == trips
    valkey.resume()


async def test_a_read_that_was_given_up_leaves_its_answer_to_nobody_else(
    cache: ChartCache, valkey: PrivateValkey
) -> None:
    asked = [question(number) for number in range(20)]
    await cache.fetch(NATAL, asked)
    await cache.shared.settle()
    valkey.pause()
    cache.clear_memory()
    given_up = [asyncio.create_task(cache.fetch(NATAL, [each])) for each in asked[:10]]
    await asyncio.sleep(0.01)
    for task in given_up:
        task.cancel()
    await asyncio.wait(given_up)
    valkey.resume()
    for each in [*asked[10:], *asked[:10]]:
        cache.clear_memory()
        (answer,) = await cache.fetch(NATAL, [each])
        assert bare(answer) == bare(NATAL.compute(each))
    counts = cache.counts["natal"]
    assert (counts.undecodable, counts.computed, counts.l2_hits) == (0, 20, 20)


# ── a server that is gone ──


async def test_a_server_that_was_killed_is_missed_by_nobody_and_used_again_after_its_restart(
    hasty: Asking, valkey: PrivateValkey
) -> None:
    await timed(hasty)
    await hasty.shared.settle()
    valkey.kill()
    for number in range(6):
        data, seconds = await timed(hasty, first=10 * number)
        await hasty.shared.settle()
        assert data == await expected(first=10 * number)
        assert seconds < SLOW_SECONDS
    assert hasty.shared.state is Circuit.OPEN
    valkey.start()
    await healed(hasty)
    assert valkey.ask("DBSIZE") > 0


async def test_a_server_that_was_never_there_is_missed_by_nobody(valkey: PrivateValkey) -> None:
    valkey.kill()
    asking = Asking(cache_client(valkey.url, timeout_seconds=TIMEOUT_SECONDS))
    assert (await timed(asking))[0] == await expected()
    assert asking.shared.errors > 0
    assert not await asking.shared.ping()
    await asking.engine.close()


async def test_a_server_that_restarts_between_two_queries_is_no_error(asking: Asking, valkey: PrivateValkey) -> None:
    await timed(asking)
    await asking.shared.settle()
    valkey.kill()
    valkey.start()
    asking.engine.cache.clear_memory()
    await timed(asking)
    await asking.shared.settle()
    assert asking.shared.errors == 0
    assert valkey.ask("DBSIZE") == 6


async def test_connections_that_are_cut_are_made_again_without_an_error(asking: Asking, valkey: PrivateValkey) -> None:
    await timed(asking)
    await asking.shared.settle()
    for _ in range(3):
        valkey.ask("CLIENT", "KILL", "TYPE", "normal")
        asking.engine.cache.clear_memory()
        await timed(asking)
        await asking.shared.settle()
    assert asking.shared.errors == 0
    assert (asking.natal.computed, asking.natal.l2_hits) == (3, 9)


# ── a server that refuses or lies ──


async def test_a_full_server_takes_nothing_and_is_counted(start: Callable[..., PrivateValkey]) -> None:
    full = start("--maxmemory", "1", "--maxmemory-policy", "noeviction")
    asking = Asking(cache_client(full.url, timeout_seconds=PATIENCE_SECONDS))
    for _ in range(5):
        asking.engine.cache.clear_memory()
        assert (await timed(asking))[0] == await expected()
        await asking.shared.settle()
    assert asking.shared.errors == 10  # each write of natal charts and of vargas
    assert asking.shared.state is Circuit.CLOSED  # it can still be read
    assert full.ask("DBSIZE") == 0
    await asking.engine.close()


async def test_a_server_that_may_only_be_read_is_still_read(asking: Asking, valkey: PrivateValkey) -> None:
    first, _ = await timed(asking)
    await asking.shared.settle()
    valkey.ask("CONFIG", "SET", "min-replicas-to-write", 1)
    asking.engine.cache.clear_memory()
    assert (await timed(asking))[0] == first
    assert (asking.natal.l2_hits, asking.shared.errors) == (3, 0)
    assert (await timed(asking, first=10))[0] == await expected(first=10)
    await asking.shared.settle()
    assert asking.shared.errors == 2
    assert valkey.ask("DBSIZE") == 6


async def test_a_server_that_wants_a_password_is_done_without(asking: Asking, valkey: PrivateValkey) -> None:
    valkey.ask("CONFIG", "SET", "requirepass", "secret")
    assert (await timed(asking))[0] == await expected()
    await asking.shared.settle()
    assert asking.shared.errors > 0


@pytest.mark.parametrize(
    "command", [("RPUSH", "a", "b"), ("HSET", "a", "b"), ("SADD", "a", "b")], ids=["list", "hash", "set"]
)
async def test_another_type_under_our_key_is_a_miss_and_is_replaced(
    cache: ChartCache, valkey: PrivateValkey, command: tuple[str, str, str]
) -> None:
    await cache.fetch(NATAL, [question()])
    await cache.shared.settle()
    (key,) = valkey.ask("KEYS", "*")
    valkey.ask("DEL", key)
    valkey.ask(command[0], key, *command[1:])
    cache.clear_memory()
    (answer,) = await cache.fetch(NATAL, [question()])
    await cache.shared.settle()
    assert isinstance(answer, NatalChart)
    assert valkey.ask("GET", key) == bare(answer) == NATAL.encode(NATAL.compute(question()))
    assert cache.shared.errors == 0


async def test_an_engine_closes_while_its_server_is_stopped(valkey: PrivateValkey) -> None:
    asking = Asking(cache_client(valkey.url, timeout_seconds=TIMEOUT_SECONDS))
    await timed(asking)
    valkey.pause()
    began = time.monotonic()
    await asking.engine.close()
    assert time.monotonic() - began < SLOW_SECONDS
    valkey.resume()
