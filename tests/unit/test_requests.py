"""Tokens: equal questions have equal ones, and whatever tells questions apart is in them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, strategies as st

from ephemeris.moments import Instant
from ephemeris.places import Place
from ephemeris.settings import Settings, VargaVariantSetting, settings
from ephemeris.words import Ayanamsha, DashaYear, SettingsPreset, VargaVariant
from resolvers.keys import Keys
from resolvers.kinds import NATAL
from resolvers.requests import (
    NatalRequest,
    conventions,
    natal_request,
    request_in,
    varga_request,
)
from tests.questions import CONVENTIONS, MUMBAI, SECRET, question

INSTANT = Instant(2447965.510417, 2447965.511073)
PARASHARA = VargaVariant.PARASHARA


def local(hours: float) -> datetime:
    """One instant as clocks at that offset show it."""
    return datetime(1990, 3, 15, 0, 15, tzinfo=timezone.utc).astimezone(timezone(timedelta(hours=hours)))  # noqa: UP017  beside timezone(…)


IN_INDIA = local(5.5)


def asked(
    instant: Instant = INSTANT,
    place: Place = MUMBAI,
    by: Settings = CONVENTIONS.settings,
    at: datetime = IN_INDIA,
    outer: bool = False,
) -> NatalRequest:
    return natal_request(instant, place, conventions(by), at, outer)


OTHERS = {
    "another second of UT1": asked(instant=Instant(INSTANT.jd_ut + 1 / 86400, INSTANT.jd_tt)),
    "another second of TT": asked(instant=Instant(INSTANT.jd_ut, INSTANT.jd_tt + 1 / 86400)),
    "another latitude": asked(place=Place(19.0700001, 72.88)),
    "another longitude": asked(place=Place(19.07, 72.8800001)),
    "latitude and longitude exchanged": asked(place=Place(72.88, 19.07)),
    "another altitude": asked(place=Place(19.07, 72.88, 14.0)),
    "another ayanamsha": asked(by=settings(ayanamsha=Ayanamsha.RAMAN)),
    "another preset": asked(by=settings(SettingsPreset.KP)),
    "a setting that moves no graha": asked(by=settings(dasha_year=DashaYear.SAVANA)),
    "another varga variant": asked(by=settings(varga_variants=(VargaVariantSetting(2, VargaVariant.UMA_SHAMBHU),))),
    "another offset": asked(at=local(0)),
    "an offset a second away": asked(at=local(5.5 + 1 / 3600)),
    "with the outer three": asked(outer=True),
}


def test_equal_questions_have_equal_tokens_however_often_they_are_made() -> None:
    again = natal_request(Instant(*_numbers(INSTANT)), Place(19.07, 72.88), conventions(settings()), local(5.5))
    assert again.token == asked().token


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
def test_whatever_tells_two_questions_apart_is_in_the_token(other: NatalRequest) -> None:
    assert other.token != asked().token


def test_each_difference_has_a_token_of_its_own() -> None:
    assert len({other.token for other in OTHERS.values()}) == len(OTHERS)


@pytest.mark.parametrize("hours", [12, 13, 9, 11.75])
def test_offsets_a_day_apart_are_different_questions(hours: float) -> None:
    east, west = asked(at=local(hours)), asked(at=local(hours - 24))
    assert east.local == west.local  # the same instant, told by the day before
    assert east.token != west.token


@given(st.integers(-57599, 57599), st.integers(-57599, 57599))
def test_offsets_have_one_token_each(first: int, second: int) -> None:
    tokens = [asked(at=local(seconds / 3600)).token for seconds in (first, second)]
    assert (tokens[0] == tokens[1]) == (first == second)


def test_the_identity_is_the_token_without_the_outer_three() -> None:
    plain, whole = asked(), asked(outer=True)
    assert plain.identity == whole.identity == plain.token
    assert asked(at=local(0)).identity != plain.identity


def test_a_frame_knows_the_question_that_its_chart_answered() -> None:
    for outer in (False, True):
        ask = asked(outer=outer)
        chart = NATAL.join(NATAL.compute(ask), ask, Keys(SECRET, "r"))
        assert request_in(chart.frame, outer=outer).token == ask.token
        assert request_in(chart.frame, outer=not outer).token == asked(outer=not outer).token


def test_conventions_are_made_once_for_equal_settings() -> None:
    assert conventions(Settings()) is conventions(Settings())
    assert conventions(settings(SettingsPreset.KP)) is not conventions(Settings())


def test_vargas_are_told_apart_by_chart_division_variant_order_and_number() -> None:
    frames = [
        NATAL.join(NATAL.compute(ask), ask, Keys(SECRET, "r")).frame
        for ask in (question(), question(1), question(outer=True))
    ]
    wanted = [
        [(9, PARASHARA)],
        [(10, PARASHARA)],
        [(9, VargaVariant.UMA_SHAMBHU)],
        [(9, PARASHARA), (10, PARASHARA)],
        [(10, PARASHARA), (9, PARASHARA)],
        [(9, PARASHARA), (9, PARASHARA)],
        [(300, PARASHARA)],
        [],
    ]
    tokens = {varga_request(frame, rows).token for frame in frames for rows in wanted}
    assert len(tokens) == len(frames) * len(wanted)
    assert tokens.isdisjoint({question().token, question(1).token, question(outer=True).token})
    assert varga_request(frames[0], wanted[3]).token == varga_request(frames[0], tuple(wanted[3])).token


def _numbers(instant: Instant) -> tuple[float, float]:
    return instant.jd_ut, instant.jd_tt
