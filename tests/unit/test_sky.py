"""The sky of an instant: what is asked, in which order, and where the ayanamsha goes."""

import pytest

from ephemeris import swiss
from ephemeris.moments import Instant
from ephemeris.places import Place
from ephemeris.settings import CustomAyanamsha, settings
from ephemeris.sky import ayanamsha_at, sky
from ephemeris.words import (
    Ayanamsha,
    AyanamshaNutation,
    Graha,
    HouseSystem,
    LunarNode,
    PositionKind,
    PositionOrigin,
)

J2000 = Instant(2451545.0, 2451545.0 + 63.83 / 86400)
MUMBAI = Place(19.07, 72.88)
ARCSECOND = 1 / 3600


def nutation() -> float:
    return swiss.nutation(J2000.jd_tt).longitude


def test_rows_are_Sun_to_Saturn_and_Rahu_and_the_outer_three_when_asked() -> None:
    plain, wide = sky(J2000, MUMBAI, settings()), sky(J2000, MUMBAI, settings(), outer=True)
    assert (len(plain.rows), len(wide.rows)) == (8, 11)
    assert wide.rows[:8] == plain.rows
    assert wide.longitudes[:8] == plain.longitudes


def test_an_included_nutation_is_in_the_value_and_in_what_is_taken_from_the_angles() -> None:
    found = ayanamsha_at(J2000.jd_tt, settings(), swiss.nutation(J2000.jd_tt))
    assert found.value == found.with_nutation
    assert found.with_nutation - found.without_nutation == pytest.approx(nutation(), abs=1e-12)
    assert found.for_grahas == found.without_nutation
    assert found.for_angles == found.with_nutation


def test_an_excluded_nutation_moves_grahas_and_angles_alike() -> None:
    included, excluded = (sky(J2000, MUMBAI, settings(ayanamsha_nutation=rule)) for rule in list(AyanamshaNutation)[:2])
    for a, b in zip(included.longitudes, excluded.longitudes, strict=True):
        assert b - a == pytest.approx(nutation(), abs=1e-12)
    assert excluded.angles.ascendant - included.angles.ascendant == pytest.approx(nutation(), abs=1e-12)
    assert excluded.horizon.ayanamsha.value == excluded.horizon.ayanamsha.without_nutation


def test_a_nutation_excluded_for_the_lagna_moves_the_angles_alone() -> None:
    included = sky(J2000, MUMBAI, settings())
    mixed = sky(J2000, MUMBAI, settings(ayanamsha_nutation=AyanamshaNutation.EXCLUDED_FOR_LAGNA))
    assert mixed.longitudes == included.longitudes
    assert mixed.angles.ascendant - included.angles.ascendant == pytest.approx(nutation(), abs=1e-12)
    assert mixed.angles.midheaven - included.angles.midheaven == pytest.approx(nutation(), abs=1e-12)


@pytest.mark.parametrize("ayanamsha", [*sorted(swiss.PROJECTED), Ayanamsha.LAHIRI], ids=lambda mode: mode.name)
@pytest.mark.parametrize("rule", AyanamshaNutation, ids=lambda rule: rule.name)
def test_speed_is_the_change_of_longitude_wherever_the_nutation_goes(
    ayanamsha: Ayanamsha, rule: AyanamshaNutation
) -> None:
    chosen = settings(ayanamsha=ayanamsha, ayanamsha_nutation=rule)
    step = 0.02
    early, late = (
        sky(Instant(J2000.jd_ut + way, J2000.jd_tt + way), MUMBAI, chosen).longitudes for way in (-step, step)
    )
    found = sky(J2000, MUMBAI, chosen)
    for graha, before, after, speed in zip(Graha, early, late, found.speeds, strict=False):
        tolerance = (0.5 if graha is Graha.MOON else 0.05) * ARCSECOND
        assert speed == pytest.approx(((after - before + 180) % 360 - 180) / (2 * step), abs=tolerance), graha


def test_tropical_positions_have_no_ayanamsha_and_the_true_equinox() -> None:
    found = sky(J2000, MUMBAI, settings(ayanamsha=Ayanamsha.TROPICAL))
    assert found.horizon.ayanamsha[:3] == (0.0, 0.0, 0.0)
    for row, longitude in zip(found.rows, found.longitudes, strict=True):
        assert longitude - row[0] == pytest.approx(nutation(), abs=1e-12)


def test_a_custom_ayanamsha_with_Lahiris_value_is_Lahiris() -> None:
    lahiri = sky(J2000, MUMBAI, settings())
    given = CustomAyanamsha(J2000.jd_tt, lahiri.horizon.ayanamsha.without_nutation)
    own = sky(J2000, MUMBAI, settings(ayanamsha=Ayanamsha.CUSTOM, custom_ayanamsha=given))
    for a, b in zip(lahiri.longitudes, own.longitudes, strict=True):
        assert a == pytest.approx(b, abs=0.001 * ARCSECOND)


def test_geometric_positions_are_without_aberration() -> None:
    apparent, geometric = (sky(J2000, MUMBAI, settings(positions=kind)) for kind in PositionKind)
    assert geometric.longitudes[Graha.SUN] - apparent.longitudes[Graha.SUN] == pytest.approx(
        20.7 * ARCSECOND, abs=0.3 * ARCSECOND
    )


def test_from_the_place_of_birth_the_Moon_is_elsewhere_and_the_node_is_not() -> None:
    centre, place = (sky(J2000, MUMBAI, settings(origin=origin)) for origin in PositionOrigin)
    assert 0.05 < abs(centre.longitudes[Graha.MOON] - place.longitudes[Graha.MOON]) < 1.02
    assert abs(centre.longitudes[Graha.SUN] - place.longitudes[Graha.SUN]) < 9 * ARCSECOND
    assert centre.longitudes[Graha.RAHU] == place.longitudes[Graha.RAHU]


def test_from_the_place_of_birth_the_earth_has_turned_as_the_instant_says() -> None:
    # A second of UT1, at the same TT, turns the observer by 15″, which is 0.15″ of the Moon or so.
    chosen = settings(origin=PositionOrigin.TOPOCENTRIC)
    later = Instant(J2000.jd_ut + 1 / 86400, J2000.jd_tt)
    moons = [sky(moment, MUMBAI, chosen).longitudes[Graha.MOON] for moment in (J2000, later)]
    east = Place(MUMBAI.latitude, MUMBAI.longitude + 360.98564736629 / 86400)
    moved = sky(J2000, east, chosen).longitudes[Graha.MOON]
    assert moons[1] == pytest.approx(moved, abs=1e-9)
    assert 0.01 * ARCSECOND < abs(moons[1] - moons[0]) < 0.5 * ARCSECOND


def test_the_true_node_is_within_two_degrees_of_the_mean_one() -> None:
    mean, true = (sky(J2000, MUMBAI, settings(node=node)) for node in LunarNode)
    assert 0.1 < abs(mean.longitudes[Graha.RAHU] - true.longitudes[Graha.RAHU]) < 2
    assert mean.longitudes[:7] == true.longitudes[:7]


@pytest.mark.parametrize("ayanamsha", [Ayanamsha.LAHIRI, Ayanamsha.J2000], ids=lambda mode: mode.name)
def test_beyond_the_polar_circle_there_are_angles_and_no_cusps_of_Placidus(ayanamsha: Ayanamsha) -> None:
    chosen = settings(ayanamsha=ayanamsha, chalit_system=HouseSystem.PLACIDUS)
    arctic, temperate = (sky(J2000, Place(latitude, 20.0), chosen).angles for latitude in (78.2, 60.0))
    assert (len(arctic.cusps), len(temperate.cusps)) == (0, 12)
    assert arctic.midheaven == pytest.approx(temperate.midheaven, abs=1e-9)
