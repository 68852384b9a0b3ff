"""How many batches a query makes: the number depends on its shape, never on how many births it is about."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from runtime.clients import cache_client
from tests.asking import Asking, births
from tests.redises import Counted, PrivateValkey

NATAL_AND_VARGAS = """
query ($births: [BirthInput!]!) {
  charts(births: $births) { chart { vargas { code lagna { rashi } } grahas { rashi } } }
}
"""

NATAL_ALONE = "query ($births: [BirthInput!]!) { charts(births: $births) { chart { grahas { rashi longitude } } } }"

SINGLE_VARGAS = """
query ($births: [BirthInput!]!) {
  charts(births: $births) {
    chart {
      d9: varga(division: 9) { code }
      again: varga(division: 9) { lagna { rashi } }
      d10: varga(division: 10) { code }
      grahas { rashi inVarga(division: 9) { rashi } seventh: inVarga(division: 7) { rashi } }
    }
  }
}
"""

OUTER = """
query ($births: [BirthInput!]!) {
  charts(births: $births) {
    chart {
      grahas(outer: true) { rashi }
      pluto: graha(name: PLUTO) { rashi }
      varga(division: 9) { grahas(outer: true) { rashi } }
    }
  }
}
"""

TWO_LISTS = """
query ($births: [BirthInput!]!) {
  first: charts(births: $births) { chart { varga(division: 9) { code } } }
  second: charts(births: $births) { chart { varga(division: 9) { lagna { rashi } } } }
}
"""


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateValkey]:
    server = PrivateValkey(tmp_path_factory.mktemp("v")).start()
    yield server
    server.kill()


@pytest.fixture
async def client(valkey: PrivateValkey) -> AsyncIterator[Counted]:
    found = cache_client(valkey.url, timeout_seconds=5)
    await found.flushall()
    yield Counted(found)
    await found.aclose()


@pytest.fixture
async def asking(client: Counted) -> AsyncIterator[Asking]:
    found = Asking(client)
    yield found
    await found.shared.settle()


@pytest.mark.parametrize("count", [1, 100])
async def test_charts_with_their_vargas_make_one_batch_of_each(asking: Asking, client: Counted, count: int) -> None:
    data = await asking.data(NATAL_AND_VARGAS, births=births(count))
    await asking.shared.settle()
    assert len(data["charts"]) == count
    assert [len(item["chart"]["vargas"]) for item in data["charts"]] == [16] * count
    assert (asking.natal.batches, asking.vargas.batches) == (1, 1)
    assert (client.reads, client.writes) == ([count, count], [count, count])
    assert (asking.natal.computed, asking.vargas.computed) == (count, count)


@pytest.mark.parametrize("count", [1, 100])
async def test_what_redis_has_is_read_by_as_many_batches_and_nothing_is_computed_or_written(
    asking: Asking, client: Counted, count: int
) -> None:
    first = await asking.data(NATAL_AND_VARGAS, births=births(count))
    await asking.shared.settle()
    asking.engine.cache.clear_memory()
    client.forget()
    computed = asking.natal.computed, asking.vargas.computed
    assert await asking.data(NATAL_AND_VARGAS, births=births(count)) == first
    await asking.shared.settle()
    assert (client.reads, client.writes) == ([count, count], [])
    assert (asking.natal.computed, asking.vargas.computed) == computed
    assert (asking.natal.l2_hits, asking.vargas.l2_hits) == (count, count)


async def test_what_memory_has_asks_redis_nothing(asking: Asking, client: Counted) -> None:
    first = await asking.data(NATAL_AND_VARGAS, births=births(100))
    client.forget()
    assert await asking.data(NATAL_AND_VARGAS, births=births(100)) == first
    await asking.shared.settle()
    assert client.reads == []


@pytest.mark.parametrize("count", [1, 60])
async def test_single_vargas_are_one_batch_and_those_that_only_grahas_ask_for_another(
    asking: Asking, client: Counted, count: int
) -> None:
    data = await asking.data(SINGLE_VARGAS, births=births(count))
    await asking.shared.settle()
    assert {graha["inVarga"]["rashi"] for item in data["charts"] for graha in item["chart"]["grahas"]}
    batches = [count, 2 * count, count]  # natal; D9 and D10 of the charts; D7 of their grahas, who know D9 by then
    assert (asking.natal.batches, asking.vargas.batches) == (1, 2)
    assert (client.reads, sorted(client.writes)) == (batches, sorted(batches))


@pytest.mark.parametrize("count", [1, 60])
async def test_the_outer_three_are_one_more_natal_batch_and_one_more_of_vargas(
    asking: Asking, client: Counted, count: int
) -> None:
    data = await asking.data(OUTER, births=births(count))
    await asking.shared.settle()
    assert [len(item["chart"]["grahas"]) for item in data["charts"]] == [12] * count
    assert [len(item["chart"]["varga"]["grahas"]) for item in data["charts"]] == [12] * count
    assert (asking.natal.computed, asking.vargas.computed) == (2 * count, 2 * count)
    assert client.reads == [count] * 4


@pytest.mark.parametrize("count", [1, 60])
async def test_two_lists_of_the_same_births_are_asked_once(asking: Asking, client: Counted, count: int) -> None:
    data = await asking.data(TWO_LISTS, births=births(count))
    await asking.shared.settle()
    assert [len(data[name]) for name in ("first", "second")] == [count, count]
    assert (client.reads, client.writes) == ([count, count], [count, count])
    assert (asking.natal.computed, asking.vargas.computed) == (count, count)


async def test_a_birth_sent_a_hundred_times_is_one_question(asking: Asking, client: Counted) -> None:
    data = await asking.data(NATAL_AND_VARGAS, births=births(1) * 100)
    await asking.shared.settle()
    assert data["charts"] == [data["charts"][0]] * 100
    assert (client.reads, client.writes) == ([1, 1], [1, 1])


async def test_a_thousand_births_are_one_batch(asking: Asking, client: Counted) -> None:
    data = await asking.data(NATAL_ALONE, births=births(1000))
    await asking.shared.settle()
    assert all(item["chart"] for item in data["charts"])
    assert (client.reads, client.writes) == ([1000], [1000])
