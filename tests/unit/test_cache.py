"""The two-tier cache over a stub of Redis; tests/integration/test_cache_on_redis.py runs the same tests on a real one."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ephemeris.chart import NatalChart
from ephemeris.errors import ChartError
from ephemeris.words import ErrorCode
from resolvers.cache import ChartCache
from resolvers.keys import Keys
from resolvers.kinds import NATAL, NATAL_BYTES, VARGAS, Kind
from resolvers.requests import NatalRequest
from tests.questions import OUTSIDE, SECRET, bare, cache_over, question, varga_question
from tests.redises import Counted, StubRedis

TTL_SECONDS = 10_000
LAG_SECONDS = 0.05
"""Ten times what a slice may hold the loop for."""

CORRUPTED = {
    "nothing": b"",
    "text": b"OK",
    "nil": b"\xc0",
    "another shape": b"\x93\x01\x02\x03",
    "a string that is no UTF-8": b"\x99\x98\xa2\xff\xfe",
    "the beginning": NATAL.encode(NATAL.compute(question()))[:500],
    "a varga": VARGAS.encode(
        VARGAS.compute(varga_question(NATAL.join(NATAL.compute(question()), question(), Keys(SECRET, "r")), 9))
    ),
}


@pytest.fixture
def client() -> Counted:
    return Counted(StubRedis())


@pytest.fixture
def cache(client: Counted) -> ChartCache:
    return cache_over(client, ttl_seconds=TTL_SECONDS)


class CountingKind:
    """The natal kind with a computation that counts, and that fails while `bug` is set."""

    def __init__(self) -> None:
        self.computed = 0
        self.bug: Exception | None = None
        self.kind: Kind[NatalRequest, NatalChart] = NATAL._replace(compute=self._compute)

    def _compute(self, asked: NatalRequest) -> NatalChart:
        self.computed += 1
        if self.bug is not None:
            raise self.bug
        return NATAL.compute(asked)


async def natal(cache: ChartCache, *asked: NatalRequest) -> list[NatalChart | ChartError]:
    """Answers, and what was computed written."""
    answers = await cache.fetch(NATAL, asked)
    await cache.shared.settle()
    return answers


async def chart(cache: ChartCache, asked: NatalRequest) -> NatalChart:
    """The one answer, which is a chart."""
    (answer,) = await natal(cache, asked)
    assert isinstance(answer, NatalChart)
    return answer


async def only_key(client: Counted) -> bytes:
    (key,) = await client.keys()
    assert isinstance(key, bytes)
    return key


@contextmanager
def no_collections() -> Iterator[None]:
    """Without pauses of the garbage collector, which looks at the whole test run and not at the cache alone."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def longest_lag(work: Awaitable[Any]) -> float:
    """How long others had to wait for their turn while *work* was done: this thread's seconds, however busy the machine."""
    longest, began = 0.0, time.thread_time()
    task = asyncio.ensure_future(work)
    while not task.done():
        await asyncio.sleep(0)
        longest, began = max(longest, time.thread_time() - began), time.thread_time()
    await task
    return longest


# ── tiers ──


async def test_the_second_answer_comes_from_memory(cache: ChartCache, client: Counted) -> None:
    first = await chart(cache, question())
    client.forget()
    assert await chart(cache, question()) is first
    counts = cache.counts["natal"]
    assert (counts.computed, counts.l1_hits, counts.l2_hits) == (1, 1, 0)
    assert (client.reads, client.writes) == ([], [])


async def test_what_memory_forgot_comes_from_redis_and_is_not_written_again(cache: ChartCache, client: Counted) -> None:
    first = await chart(cache, question())
    cache.clear_memory()
    client.forget()
    second = await chart(cache, question())
    assert second is not first
    assert await chart(cache, question()) is second
    counts = cache.counts["natal"]
    assert (counts.computed, counts.l1_hits, counts.l2_hits) == (1, 1, 1)
    assert (client.reads, client.writes) == ([1], [])


@pytest.mark.parametrize("outer", [False, True])
async def test_a_chart_read_back_is_the_computed_one_bit_for_bit(
    cache: ChartCache, client: Counted, outer: bool
) -> None:
    asked = question(3, outer=outer)
    first = await chart(cache, asked)
    cache.clear_memory()
    second = await chart(cache, asked)
    computed = NATAL.encode(NATAL.compute(asked))
    assert await client.get(await only_key(client)) == computed
    assert bare(first) == bare(second) == computed
    assert NATAL.encode(NATAL.decode(computed)) == computed


async def test_a_chart_read_back_is_joined_as_the_computed_one(cache: ChartCache) -> None:
    first = await chart(cache, question(3))
    cache.clear_memory()
    second = await chart(cache, question(3))
    assert first.frame.key == second.frame.key
    assert first.frame.rashis == second.frame.rashis
    assert first.aspects == second.aspects
    assert [graha.lord_of for graha in first.grahas] == [graha.lord_of for graha in second.grahas]
    assert all(graha.frame is second.frame for graha in second.grahas)


async def test_vargas_read_back_are_the_computed_ones_bit_for_bit(cache: ChartCache) -> None:
    asked = varga_question(await chart(cache, question(3)), 1, 9, 60)
    (first,) = await cache.fetch(VARGAS, [asked])
    await cache.shared.settle()
    cache.clear_memory()
    (second,) = await cache.fetch(VARGAS, [asked])
    assert bare(first) == bare(second) == VARGAS.encode(VARGAS.compute(asked))
    assert cache.counts["vargas"].l2_hits == 1


async def test_without_redis_answers_are_computed_and_remembered() -> None:
    cache = cache_over(None)
    first = await chart(cache, question())
    assert await chart(cache, question()) is first
    assert cache.shared.state is None
    assert cache.shared.round_trips == 0


# ── batches ──


async def test_answers_stand_in_the_order_of_the_questions(cache: ChartCache) -> None:
    numbers = [7, 2, 9, 4, 2, 1, 8]
    await natal(cache, question(2), question(8))
    cache.clear_memory()
    await natal(cache, question(4))
    answers = await natal(cache, *[question(number) for number in numbers])
    assert [bare(answer) for answer in answers] == [bare(NATAL.compute(question(number))) for number in numbers]
    assert answers[1] is answers[4]


async def test_a_question_asked_twice_in_a_batch_is_computed_once(cache: ChartCache, client: Counted) -> None:
    first, second, third = await natal(cache, question(), question(1), question())
    assert first is third
    assert first is not second
    assert cache.counts["natal"].computed == 2
    assert (client.reads, client.writes) == ([2], [2])


@pytest.mark.parametrize("size", [1, 7, 300])
async def test_a_batch_of_any_size_makes_one_read_and_one_write(cache: ChartCache, client: Counted, size: int) -> None:
    await natal(cache, *map(question, range(size)))
    assert (client.reads, client.writes) == ([size], [size])
    cache.clear_memory()
    client.forget()
    await natal(cache, *map(question, range(size)))
    assert (client.reads, client.writes) == ([size], [])


async def test_only_what_memory_lacks_is_read_and_only_what_redis_lacks_is_written(
    cache: ChartCache, client: Counted
) -> None:
    await natal(cache, *map(question, range(4)))
    cache.clear_memory()
    await natal(cache, *map(question, range(2)))
    client.forget()
    await natal(cache, *map(question, range(10)))
    assert (client.reads, client.writes) == ([8], [6])


async def test_an_empty_batch_asks_nobody(cache: ChartCache, client: Counted) -> None:
    assert await natal(cache) == []
    assert (client.reads, client.writes) == ([], [])


async def test_every_question_is_counted_once(cache: ChartCache) -> None:
    asked = 0
    for numbers in ([1, 2, 3], [3, 4, 4, 5], [1, 1, 6, 6], [2, 7]):
        await asyncio.gather(*[natal(cache, *map(question, numbers)) for _ in range(3)])
        asked += 3 * len(numbers)
        if 6 in numbers:
            cache.clear_memory()
    counts = cache.counts["natal"]
    assert counts.l1_hits + counts.l2_hits + counts.joined + counts.computed == asked
    assert (counts.computed, counts.l2_hits) == (7, 1)


# ── how long values are kept ──


async def test_values_are_kept_for_the_time_to_live_give_or_take_a_tenth(cache: ChartCache, client: Counted) -> None:
    await natal(cache, *map(question, range(100)))
    lives = [await client.pttl(key) / 1000 for key in await client.keys()]
    assert len(lives) == 100
    assert min(lives) >= 0.9 * TTL_SECONDS - 30  # the real one has counted down since
    assert max(lives) <= 1.1 * TTL_SECONDS
    assert max(lives) - min(lives) > 0.1 * TTL_SECONDS


async def test_memory_holds_no_more_than_its_bytes(client: Counted) -> None:
    cache = cache_over(client, memory_bytes=2 * 11 * NATAL_BYTES)
    await natal(cache, *map(question, range(30)))
    assert len(cache._memory["natal"]) == 10
    client.forget()
    await natal(cache, *map(question, range(30)))
    assert cache.counts["natal"].computed == 30
    assert client.reads == [20]
    assert len(cache._memory["natal"]) == 10


async def test_values_of_another_release_are_not_read(cache: ChartCache, client: Counted) -> None:
    await chart(cache, question())
    newer = cache_over(client, release="r2")
    await chart(newer, question())
    assert newer.counts["natal"].computed == 1
    assert len(await client.keys()) == 2


async def test_what_one_process_computed_another_reads(cache: ChartCache, client: Counted) -> None:
    await chart(cache, question())
    other = cache_over(client)
    await chart(other, question())
    assert (other.counts["natal"].computed, other.counts["natal"].l2_hits) == (0, 1)


@pytest.mark.parametrize("value", CORRUPTED.values(), ids=CORRUPTED.keys())
async def test_a_corrupted_value_is_computed_again_and_overwritten(
    cache: ChartCache, client: Counted, value: bytes
) -> None:
    await natal(cache, question(), question(1))
    computed = NATAL.encode(NATAL.compute(question()))
    (key,) = [key for key in await client.keys() if await client.get(key) == computed]
    await client.set(key, value)
    cache.clear_memory()
    healed, other = await natal(cache, question(), question(1))
    counts = cache.counts["natal"]
    assert (counts.undecodable, counts.computed, counts.l2_hits) == (1, 3, 1)
    assert (bare(healed), bare(other)) == (computed, bare(NATAL.compute(question(1))))
    assert await client.get(key) == computed


# ── errors ──


async def test_one_wrong_question_spoils_no_other(cache: ChartCache, client: Counted) -> None:
    before, wrong, after = await natal(cache, question(), OUTSIDE, question(1))
    assert isinstance(before, NatalChart)
    assert isinstance(after, NatalChart)
    assert isinstance(wrong, ChartError)
    assert wrong.code is ErrorCode.UNAVAILABLE
    assert (client.reads, client.writes) == ([3], [2])


async def test_errors_are_never_kept(cache: ChartCache, client: Counted) -> None:
    for _ in range(2):
        (answer,) = await natal(cache, OUTSIDE)
        assert isinstance(answer, ChartError)
    assert cache.counts["natal"].computed == 2
    assert (client.writes, await client.keys()) == ([], [])
    assert len(cache._memory["natal"]) == 0


async def test_a_bug_reaches_whoever_waits_and_leaves_nothing_behind(cache: ChartCache) -> None:
    counting = CountingKind()
    counting.bug = RuntimeError("a bug")
    waiting = [cache.fetch(counting.kind, [question(1), question()]) for _ in range(400)]
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert answers == [counting.bug] * 400
    assert (counting.computed, cache._flights) == (1, {})
    counting.bug = None
    assert all(isinstance(answer, NatalChart) for answer in await cache.fetch(counting.kind, [question(), question(1)]))
    await cache.shared.settle()


# ── one computation for all who ask at once ──


async def test_what_two_ask_at_once_is_computed_once(cache: ChartCache, client: Counted) -> None:
    counting = CountingKind()
    (first,), (second,) = await asyncio.gather(*[cache.fetch(counting.kind, [question()]) for _ in range(2)])
    assert first is second
    assert (counting.computed, cache.counts["natal"].joined, client.reads) == (1, 1, [1])
    await cache.shared.settle()


async def test_batches_that_overlap_ask_only_for_what_is_not_under_way(cache: ChartCache, client: Counted) -> None:
    batches = [[question(1), question(2)], [question(3), question(2)], [question(3), question(1)]]
    found = await asyncio.gather(*[cache.fetch(NATAL, batch) for batch in batches])
    await cache.shared.settle()
    for batch, answers in zip(batches, found, strict=True):
        assert [bare(answer) for answer in answers] == [bare(NATAL.compute(asked)) for asked in batch]
    assert (cache.counts["natal"].computed, cache.counts["natal"].joined) == (3, 3)
    assert (client.reads, sorted(client.writes)) == ([2, 1], [1, 2])


async def test_an_error_reaches_whoever_joined(cache: ChartCache) -> None:
    (first,), (second,) = await asyncio.gather(*[cache.fetch(NATAL, [OUTSIDE]) for _ in range(2)])
    assert isinstance(first, ChartError)
    assert first is second
    assert cache.counts["natal"].computed == 1


async def test_whoever_joined_gets_the_answer_when_the_first_caller_goes_away(
    cache: ChartCache, client: Counted
) -> None:
    asked = [question(number) for number in range(20)]
    client.gate.clear()
    first = asyncio.create_task(cache.fetch(NATAL, asked))
    await asyncio.sleep(0)
    others = [asyncio.create_task(cache.fetch(NATAL, asked)) for _ in range(3)]
    await asyncio.sleep(0)
    assert cache.counts["natal"].joined == 60
    first.cancel()
    client.gate.set()
    answers = await asyncio.gather(*others)
    await cache.shared.settle()
    assert first.cancelled()
    assert [bare(answer) for answer in answers[0]] == [bare(NATAL.compute(each)) for each in asked]
    assert answers[0] == answers[1] == answers[2]
    assert cache.counts["natal"].computed == 20
    assert client.reads == [20, 20]  # the one that was given up, and one for all who were left
    assert cache._flights == {}


async def test_whoever_goes_away_while_waiting_takes_the_answer_from_nobody(cache: ChartCache, client: Counted) -> None:
    client.gate.clear()
    first = asyncio.create_task(cache.fetch(NATAL, [question()]))
    await asyncio.sleep(0)
    second = asyncio.create_task(cache.fetch(NATAL, [question()]))
    await asyncio.sleep(0)
    second.cancel()
    client.gate.set()
    (answer,) = await first
    assert isinstance(answer, NatalChart)
    assert second.cancelled()
    await cache.shared.settle()


# ── manners ──


async def test_a_big_batch_lets_the_event_loop_go(cache: ChartCache) -> None:
    asked = [question(number) for number in range(1000)]
    with no_collections():
        assert await longest_lag(cache.fetch(NATAL, asked)) < LAG_SECONDS
        await cache.shared.settle()
        cache.clear_memory()
        assert await longest_lag(cache.fetch(NATAL, asked)) < LAG_SECONDS
    assert cache.counts["natal"].l2_hits == 1000


async def test_reading_big_values_back_lets_the_event_loop_go(cache: ChartCache) -> None:
    charts = await cache.fetch(NATAL, [question(number) for number in range(300)])
    asked = [varga_question(found, *range(1, 41)) for found in charts if isinstance(found, NatalChart)]
    await cache.fetch(VARGAS, asked)
    await cache.shared.settle()
    cache.clear_memory()
    with no_collections():
        assert await longest_lag(cache.fetch(VARGAS, asked)) < LAG_SECONDS
    assert cache.counts["vargas"].l2_hits == 300


async def test_writes_that_pile_up_are_left_out_and_counted() -> None:
    released = asyncio.Event()

    class Slow(StubRedis):
        async def set(self, key: bytes | str, value: bytes, ex: int = 0) -> bool:
            await released.wait()
            return await super().set(key, value, ex)

    client = Slow()
    cache = cache_over(client)
    for number in range(40):
        await cache.fetch(NATAL, [question(number)])
    assert cache.shared.skipped_writes == 8
    released.set()
    await cache.close()
    assert len(await client.keys()) == 32
