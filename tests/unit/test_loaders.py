"""The loaders of one operation: what is asked in one turn is one batch, and nobody spoils it for others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest

from ephemeris.chart import NatalChart
from ephemeris.errors import ChartError
from resolvers.cache import ChartCache
from resolvers.kinds import NATAL
from resolvers.loaders import CacheLoader, Loaders
from resolvers.requests import NatalRequest
from tests.questions import OUTSIDE, cache_over, question, varga_question


class WatchedCache:
    """A cache that notes its batches and answers when its gate is open."""

    def __init__(self) -> None:
        self.batches: list[list[NatalRequest]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.bug: Exception | None = None
        self._cache = cache_over(None)

    async def fetch(self, kind: Any, asked: Sequence[NatalRequest]) -> list[Any]:
        self.batches.append(list(asked))
        await self.gate.wait()
        if self.bug is not None:
            raise self.bug
        return await self._cache.fetch(kind, asked)


@pytest.fixture
async def watched() -> WatchedCache:
    return WatchedCache()


@pytest.fixture
async def loaders(watched: WatchedCache) -> Loaders:
    return Loaders(cast("ChartCache", watched))


def sizes(watched: WatchedCache) -> list[int]:
    return [len(batch) for batch in watched.batches]


async def turns(number: int) -> None:
    """Let the loop go a few times: a loader's batch starts two turns after it was asked."""
    for _ in range(number):
        await asyncio.sleep(0)


async def test_what_is_asked_in_one_turn_is_one_batch(loaders: Loaders, watched: WatchedCache) -> None:
    async def resolver(number: int) -> NatalChart:
        return await loaders.natal.load(question(number))

    charts = await asyncio.gather(*map(resolver, range(50)))
    assert sizes(watched) == [50]
    assert [chart.frame.horizon.instant for chart in charts] == [question(number).instant for number in range(50)]


async def test_a_question_asked_again_is_not_asked_of_the_cache_again(loaders: Loaders, watched: WatchedCache) -> None:
    first, second = await asyncio.gather(loaders.natal.load(question()), loaders.natal.load(question()))
    third = await loaders.natal.load(question())
    assert first is second is third
    assert sizes(watched) == [1]


async def test_more_than_a_thousand_questions_are_several_batches(loaders: Loaders, watched: WatchedCache) -> None:
    asked = [question(number % 3) if number % 2 else question(number) for number in range(4400)]
    charts = await loaders.natal.answers(asked)
    assert len(charts) == 4400
    distinct = len({each.token for each in asked})
    assert sizes(watched) == [1000] * (distinct // 1000) + [distinct % 1000]


async def test_kinds_have_batches_of_their_own(loaders: Loaders, watched: WatchedCache) -> None:
    chart = await loaders.natal.load(question())
    await asyncio.gather(
        loaders.vargas.load(varga_question(chart, 9)),
        loaders.vargas.load(varga_question(chart, 10)),
        loaders.natal.load(question(1)),
    )
    assert sorted(sizes(watched)) == [1, 1, 2]


async def test_an_error_fails_only_its_own_question(loaders: Loaders, watched: WatchedCache) -> None:
    found = await asyncio.gather(
        *[loaders.natal.load(asked) for asked in (question(), OUTSIDE, question(1))], return_exceptions=True
    )
    assert [type(each).__name__ for each in found] == ["NatalChart", "EphemerisError", "NatalChart"]
    assert sizes(watched) == [3]


async def test_answers_stand_in_order_with_errors_in_their_place(loaders: Loaders, watched: WatchedCache) -> None:
    asked = [question(3), OUTSIDE, question(1), question(3), OUTSIDE, question(2)]
    found = await loaders.natal.answers(asked)
    for each, answer in zip(asked, found, strict=True):
        if each is OUTSIDE:
            assert isinstance(answer, ChartError)
        else:
            assert isinstance(answer, NatalChart)
            assert answer.frame.horizon.instant == each.instant
    assert sizes(watched) == [4]


async def test_no_questions_have_no_answers(loaders: Loaders, watched: WatchedCache) -> None:
    assert await loaders.natal.answers([]) == []
    assert watched.batches == []


async def test_loaders_belong_to_an_operation(loaders: Loaders, watched: WatchedCache) -> None:
    other = Loaders(cast("ChartCache", watched))
    await asyncio.gather(loaders.natal.load(question()), other.natal.load(question()))
    assert sizes(watched) == [1, 1]


async def test_a_bug_fails_every_question_and_is_not_remembered(loaders: Loaders, watched: WatchedCache) -> None:
    watched.bug = RuntimeError("a bug")
    assert await loaders.natal.answers([question(), question(1)]) == [watched.bug] * 2
    watched.bug = None
    assert isinstance(await loaders.natal.load(question()), NatalChart)


async def test_whoever_is_cancelled_takes_the_answer_from_nobody(loaders: Loaders, watched: WatchedCache) -> None:
    async def resolver() -> NatalChart:
        return await loaders.natal.load(question())

    watched.gate.clear()
    first, second = asyncio.create_task(resolver()), asyncio.create_task(resolver())
    several = asyncio.create_task(loaders.natal.answers([question(), question(1)]))
    more = asyncio.create_task(loaders.natal.answers([question(1), question()]))
    await turns(4)
    assert sizes(watched) == [2]
    first.cancel()
    several.cancel()
    await turns(4)
    watched.gate.set()
    chart, other = await more
    assert await second is other
    assert isinstance(chart, NatalChart)
    assert first.cancelled()
    assert several.cancelled()
    assert sizes(watched) == [2]


async def test_a_time_out_of_one_caller_is_nobody_elses(loaders: Loaders, watched: WatchedCache) -> None:
    watched.gate.clear()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(loaders.natal.load(question()), 0.01)
    watched.gate.set()
    assert isinstance(await loaders.natal.load(question()), NatalChart)
    assert sizes(watched) == [1]


async def test_an_error_that_nobody_waits_for_any_more_is_no_complaint_of_the_loop(
    loaders: Loaders, watched: WatchedCache
) -> None:
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context))
    watched.gate.clear()
    tasks: list[asyncio.Future[Any]] = [
        asyncio.create_task(loaders.natal.answers([OUTSIDE])),
        asyncio.ensure_future(loaders.natal.load(OUTSIDE)),
    ]
    await turns(4)
    for task in tasks:
        task.cancel()
    watched.gate.set()
    await turns(8)
    loaders.natal.clear_all()
    del tasks, task
    await turns(2)
    assert complaints == []


async def test_a_loader_asks_the_cache_for_its_kind() -> None:
    cache = cache_over(None)
    loader = CacheLoader(cache, NATAL)
    await loader.answers([question(), question(1)])
    assert (cache.counts["natal"].batches, cache.counts["natal"].computed) == (1, 2)
    assert cache.counts["vargas"].batches == 0


async def test_a_loader_that_met_an_error_says_so_and_its_answers_are_not_kept_whole() -> None:
    fresh = Loaders(cache_over(None))
    await fresh.natal.answers([question()])
    assert not fresh.failed
    await fresh.natal.answers([OUTSIDE, question()])
    assert fresh.failed
