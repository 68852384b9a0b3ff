"""The sky as it moves, by a clock that the test turns."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from graph.clock import Clock
from graph.context import Context
from graph.cost import LIMIT
from graph.requests import GraphQLRequest, RequestError
from graph.streaming import Results, open_stream
from graph.subscription import ticks
from tests.served import asked, context, data, engine, operations

START = datetime(2026, 11, 23, 12, 0, 0, 400_000, tzinfo=UTC)
MUMBAI = {"latitude": 19.076, "longitude": 72.878, "zone": {"name": "Asia/Kolkata"}}
SKY = """subscription Sky($place: PlaceInput!, $every: Int! = 60, $settings: SettingsInput) {
  sky(place: $place, every: $every, settings: $settings) {
    at lagna lagnaRashi grahas { graha longitude rashi nakshatra retrograde }
  }
}"""


class TurnedClock(Clock):
    """Stands still but for its sleeps, each of which takes a little longer than asked; `late` is how long work takes."""

    def __init__(self, late: float = 0.0) -> None:
        self.passed = 0.0
        self.slept: list[float] = []
        self.late = late

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed)

    def seconds(self) -> float:
        return 1000 + self.passed

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed += seconds + 0.01
        await asyncio.sleep(0)


async def opened(clock: Clock | None = None, **variables: object) -> Results:
    def contexts() -> Context:
        return Context(engine(), context().facts, clock or TurnedClock())

    return await open_stream(operations(), GraphQLRequest(SKY, {"place": MUMBAI, **variables}), contexts)


async def first(count: int, **variables: object) -> list[dict[str, Any]]:
    results = await opened(**variables)
    found = [(await anext(results))["data"]["sky"] for _ in range(count)]
    await results.aclose()
    return found


async def refusal(**variables: object) -> dict[str, Any]:
    with pytest.raises(RequestError) as raised:
        await opened(**variables)
    (error,) = raised.value.errors
    assert raised.value.status == 422
    return dict(error)


async def test_the_first_event_comes_at_once_and_the_others_at_even_distances() -> None:
    times = [event["at"] for event in await first(4, every=60)]
    assert times == [f"2026-11-23T17:3{minute}:00+05:30" for minute in range(4)]


async def test_an_event_is_the_chart_of_its_instant() -> None:
    (event,) = await first(1)
    birth = {"date": "2026-11-23", "time": "17:30", **MUMBAI}
    document = """query($birth: BirthInput!) { chart(birth: $birth) {
      lagna { longitude rashi } grahas { graha longitude rashi nakshatra retrograde } } }"""
    chart = (await data(document, {"birth": birth}))["chart"]
    assert event["grahas"] == chart["grahas"]
    assert (event["lagna"], event["lagnaRashi"]) == (chart["lagna"]["longitude"], chart["lagna"]["rashi"])


async def test_the_sky_moves() -> None:
    now, later = await first(2, every=3600)
    assert (later["lagna"] - now["lagna"]) % 360 == pytest.approx(15, abs=5)
    assert later["grahas"][1]["longitude"] != now["grahas"][1]["longitude"]


async def test_settings_are_obeyed() -> None:
    (lahiri,), (raman,) = await first(1), await first(1, settings={"ayanamsha": "RAMAN"})
    assert lahiri["grahas"][0]["longitude"] != raman["grahas"][0]["longitude"]


async def test_lateness_does_not_add_up() -> None:
    clock = TurnedClock()
    times = ticks(clock, 10)
    for _ in range(50):
        await anext(times)
    await times.aclose()
    assert clock.passed == pytest.approx(49 * 10, abs=0.02)


async def test_who_comes_late_misses_events_instead_of_getting_them_all_at_once() -> None:
    clock = TurnedClock()
    times = ticks(clock, 10)
    await anext(times)
    clock.passed += 34
    late = await anext(times)
    await times.aclose()
    assert clock.slept == [pytest.approx(6)]
    assert late == datetime(2026, 11, 23, 12, 0, 40, tzinfo=UTC)


async def test_waking_a_little_early_does_not_repeat_an_event() -> None:
    class EarlyClock(TurnedClock):
        async def sleep(self, seconds: float) -> None:
            self.passed += seconds - 0.001

    times = ticks(EarlyClock(), 1)
    found = [await anext(times) for _ in range(5)]
    await times.aclose()
    assert found == [datetime(2026, 11, 23, 12, 0, second, tzinfo=UTC) for second in range(5)]


@pytest.mark.parametrize("every", [0, -1, 3601, 2_000_000_000])
async def test_a_distance_out_of_range_is_refused_before_anything_begins(every: int) -> None:
    error = await refusal(every=every)
    assert error["message"] == f"every is {every}."
    assert (error["extensions"]["code"], error["extensions"]["path"]) == ("ARGUMENT_INVALID", ["every"])


@pytest.mark.parametrize("every", [1, 3600])
async def test_the_ends_of_the_range_are_in_it(every: int) -> None:
    assert len(await first(2, every=every)) == 2


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"latitude": 91}, "LATITUDE_INVALID", ["place", "latitude"]),
        ({"longitude": 181}, "LONGITUDE_INVALID", ["place", "longitude"]),
        ({"altitude": -501}, "ALTITUDE_INVALID", ["place", "altitude"]),
        ({"zone": {"name": "Asia/Bombay"}}, "ZONE_UNKNOWN", ["place", "zone", "name"]),
        ({"zone": {"offset": "5:30"}}, "OFFSET_INVALID", ["place", "zone", "offset"]),
        ({"zone": {"offsetHours": 17}}, "OFFSET_INVALID", ["place", "zone", "offsetHours"]),
        ({"latitude": 0, "longitude": -150, "zone": None}, "ZONE_NOT_FOUND", ["place", "zone"]),
    ],
)
async def test_a_wrong_place_is_refused_before_anything_begins(
    change: dict[str, Any], code: str, path: list[str]
) -> None:
    error = await refusal(place={**MUMBAI, **change})
    assert (error["extensions"]["code"], error["extensions"]["path"]) == (code, path)


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ({"offset": "-03:00"}, "2026-11-23T09:00:00-03:00"),
        ({"offsetHours": 5.75}, "2026-11-23T17:45:00+05:45"),
        ({"solar": "LOCAL_MEAN_TIME"}, "2026-11-23T16:51:31+04:51:31"),
        (None, "2026-11-23T17:30:00+05:30"),
    ],
)
async def test_the_instant_is_told_in_the_places_own_time(zone: object, at: str) -> None:
    (event,) = await first(1, place={**MUMBAI, "zone": zone})
    assert event["at"] == at


async def test_wrong_settings_are_refused_before_anything_begins() -> None:
    error = await refusal(settings={"ayanamsha": "CUSTOM"})
    assert (error["extensions"]["code"], error["extensions"]["path"][0]) == ("SETTING_INVALID", "settings")


async def test_every_event_has_a_context_of_its_own() -> None:
    made: list[Context] = []

    def contexts() -> Context:
        made.append(Context(engine(), context().facts, TurnedClock()))
        return made[-1]

    results = await open_stream(operations(), GraphQLRequest(SKY, {"place": MUMBAI}), contexts)
    for _ in range(3):
        await anext(results)
    await results.aclose()
    assert len(made) == 4


async def test_stopping_ends_live_results_even_while_they_wait() -> None:
    results = await opened(Clock(), every=3600)
    await anext(results)
    waiting = asyncio.ensure_future(anext(results, None))
    await asyncio.sleep(0.01)
    results.stop()
    assert await asyncio.wait_for(waiting, 1) is None
    assert await anext(results, None) is None


async def test_the_sky_has_no_ids() -> None:
    body = await asked(
        '{ sky: __type(name: "Sky") { fields { name } } one: __type(name: "SkyPosition") { fields { name } } }'
    )
    names = [field["name"] for kind in body["data"].values() for field in kind["fields"]]
    assert "id" not in names


async def test_a_failing_source_is_told_without_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    class BrokenClock(Clock):
        def now(self) -> datetime:
            raise OSError("secret")

    results = await opened(BrokenClock())
    with pytest.raises(RequestError) as raised:
        await anext(results)
    assert raised.value.errors[0]["extensions"]["code"] == "INTERNAL"
    assert "secret" not in str(raised.value.errors)


# ── what it costs ──

DEFERRED = "query($birth: BirthInput!) { chart(birth: $birth) { id ... @defer { lagna { rashi } } } }"
BIRTH = {
    "date": "1990-03-15",
    "time": "10:30",
    "latitude": 19.076,
    "longitude": 72.878,
    "zone": {"name": "Asia/Kolkata"},
}


@pytest.mark.parametrize(
    ("document", "variables"),
    [(SKY, {"place": MUMBAI}), (DEFERRED, {"birth": BIRTH}), ("{ engine { firstDate } }", {})],
)
async def test_the_first_result_tells_the_cost_where_it_is_asked_for(document: str, variables: dict[str, Any]) -> None:
    def contexts() -> Context:
        return Context(engine(), context().facts, TurnedClock())

    async def told(extensions: dict[str, Any]) -> list[Any]:
        request = GraphQLRequest(document, variables, extensions=extensions)
        results = await open_stream(operations(), request, contexts)
        found = [await anext(results, {}) for _ in range(2)]
        await results.aclose()
        return found

    first, second = await told({"cost": True})
    assert first["extensions"]["cost"]["limit"] == LIMIT
    assert first["extensions"]["cost"]["cost"] >= 1
    assert "extensions" not in second
    assert ["extensions" in result for result in await told({"cost": "yes"})] == [False, False]
