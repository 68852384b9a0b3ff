import pytest

from ephemeris.angles import DEGREE_UNITS, RASHI_UNITS
from ephemeris.dignities import (
    EXALTATIONS,
    MOOLATRIKONAS,
    VARGA_DIGNITIES,
    compound_relation,
    dignity_d1,
    dignity_in_varga,
    exaltation_distance,
    natal_dignities,
    natural_relation,
    rashi_lord,
    temporal_relation,
)
from ephemeris.settings import Settings
from ephemeris.words import Dignity, Graha, NodeDignity, Rashi, Relation

RASHIS = tuple(Rashi)
SEVEN = [graha for graha in Graha if graha < Graha.RAHU]


def at(rashi: Rashi, degree: float) -> int:
    return rashi * RASHI_UNITS + round(degree * DEGREE_UNITS)


def d1(graha: Graha, rashi: Rashi, degree: float, relation: Relation | None = None) -> Dignity | None:
    return dignity_d1(graha, at(rashi, degree), relation, NodeDignity.NONE)


def test_the_Moon_is_exalted_up_to_3_degrees_of_Taurus_and_moolatrikona_after() -> None:
    dignities = [d1(Graha.MOON, Rashi.TAURUS, degree, Relation.NEUTRAL) for degree in (0, 2.9999999, 3, 29.9999999)]
    assert dignities == [Dignity.EXALTED, Dignity.EXALTED, Dignity.MOOLATRIKONA, Dignity.MOOLATRIKONA]


def test_Mercury_in_Virgo_is_exalted_then_moolatrikona_then_own() -> None:
    dignities = [d1(Graha.MERCURY, Rashi.VIRGO, degree) for degree in (0, 14.9999999, 15, 19.9999999, 20, 29.9999999)]
    assert dignities == 2 * [Dignity.EXALTED] + 2 * [Dignity.MOOLATRIKONA] + 2 * [Dignity.OWN]


@pytest.mark.parametrize("graha", [Graha.SUN, Graha.MARS, Graha.JUPITER, Graha.VENUS, Graha.SATURN])
def test_the_other_five_are_exalted_in_the_whole_sign(graha: Graha) -> None:
    rashi = EXALTATIONS[graha].rashi
    relation = natural_relation(graha, rashi_lord(rashi))
    assert {d1(graha, rashi, degree, relation) for degree in (0, 10, 29.9999999)} == {Dignity.EXALTED}


@pytest.mark.parametrize("graha", [Graha.SUN, Graha.MARS, Graha.JUPITER, Graha.VENUS, Graha.SATURN])
def test_beyond_its_moolatrikona_a_graha_is_in_its_own_sign(graha: Graha) -> None:
    arc = MOOLATRIKONAS[graha]
    assert d1(graha, arc.rashi, arc.end - 1e-7) is Dignity.MOOLATRIKONA
    assert d1(graha, arc.rashi, arc.end) is Dignity.OWN


@pytest.mark.parametrize("graha", SEVEN)
def test_the_sign_opposite_its_exaltation_debilitates_a_graha_everywhere(graha: Graha) -> None:
    opposite = RASHIS[(EXALTATIONS[graha].rashi + 6) % 12]
    for degree in (0, 15, 29.9999999):
        assert d1(graha, opposite, degree, Relation.GREAT_FRIEND) is Dignity.DEBILITATED
    assert dignity_in_varga(graha, opposite, Settings()) is Dignity.DEBILITATED


def test_elsewhere_dignity_in_D1_is_the_compound_relation() -> None:
    assert d1(Graha.SUN, Rashi.CANCER, 5, Relation.GREAT_FRIEND) is Dignity.GREAT_FRIEND
    assert d1(Graha.SUN, Rashi.CANCER, 5, Relation.GREAT_ENEMY) is Dignity.GREAT_ENEMY


def test_every_graha_of_the_seven_owns_its_signs_in_a_varga_and_is_never_moolatrikona_there() -> None:
    for graha in SEVEN:
        dignities = VARGA_DIGNITIES[NodeDignity.NONE][graha]
        own = {rashi for rashi in Rashi if rashi_lord(rashi) is graha} - {EXALTATIONS[graha].rashi}
        assert {rashi for rashi in Rashi if dignities[rashi] is Dignity.OWN} == own
        assert Dignity.MOOLATRIKONA not in dignities


def test_nodes_have_no_dignity_unless_the_settings_give_them_one() -> None:
    assert {dignity_in_varga(Graha.RAHU, rashi, Settings()) for rashi in Rashi} == {None}
    assert dignity_d1(Graha.KETU, at(Rashi.SCORPIO, 5), Relation.FRIEND, NodeDignity.NONE) is None


@pytest.mark.parametrize(
    ("node_dignity", "rahu"),
    [(NodeDignity.TAURUS_SCORPIO, Rashi.TAURUS), (NodeDignity.GEMINI_SAGITTARIUS, Rashi.GEMINI)],
)
def test_Rahu_and_Ketu_are_exalted_and_debilitated_opposite_each_other(node_dignity: NodeDignity, rahu: Rashi) -> None:
    settings, ketu = Settings(node_dignity=node_dignity), RASHIS[rahu + 6]
    assert (
        dignity_in_varga(Graha.RAHU, rahu, settings) is dignity_in_varga(Graha.KETU, ketu, settings) is Dignity.EXALTED
    )
    assert dignity_in_varga(Graha.RAHU, ketu, settings) is Dignity.DEBILITATED
    assert dignity_in_varga(Graha.RAHU, Rashi.AQUARIUS, settings) is Dignity.FRIEND
    assert dignity_in_varga(Graha.KETU, Rashi.LEO, settings) is Dignity.ENEMY


@pytest.mark.parametrize("graha", [Graha.URANUS, Graha.NEPTUNE, Graha.PLUTO])
def test_the_outer_three_have_neither_dignity_nor_relations(graha: Graha) -> None:
    assert dignity_in_varga(graha, Rashi.ARIES, Settings(node_dignity=NodeDignity.TAURUS_SCORPIO)) is None
    assert natural_relation(graha, Graha.SUN) is None
    assert natural_relation(Graha.SUN, graha) is None


def test_nobody_regards_the_nodes_or_itself() -> None:
    assert {natural_relation(graha, node) for graha in Graha for node in (Graha.RAHU, Graha.KETU)} == {None}
    assert {natural_relation(graha, graha) for graha in Graha} == {None}


def test_temporal_friendship_is_mutual_and_half_of_the_zodiac() -> None:
    for rashi in Rashi:
        friends = [other for other in Rashi if temporal_relation(rashi, other) is Relation.FRIEND]
        assert len(friends) == 6
        assert all(temporal_relation(other, rashi) is Relation.FRIEND for other in friends)


def test_compound_relation_adds_both() -> None:
    natural = (Relation.FRIEND, Relation.NEUTRAL, Relation.ENEMY)
    sums = [[compound_relation(one, two) for two in (Relation.FRIEND, Relation.ENEMY)] for one in natural]
    assert sums == [
        [Relation.GREAT_FRIEND, Relation.NEUTRAL],
        [Relation.FRIEND, Relation.ENEMY],
        [Relation.NEUTRAL, Relation.GREAT_ENEMY],
    ]
    assert compound_relation(None, Relation.FRIEND) is None


def test_natal_dignities_take_the_compound_relation_to_the_lord_of_the_sign() -> None:
    # Jupiter in Taurus regards Venus as an enemy; Venus in the second from it is a temporary friend: neutral.
    units = [at(Rashi.GEMINI, 5)] * 9
    units[Graha.JUPITER] = at(Rashi.TAURUS, 5)
    assert natal_dignities(units, NodeDignity.NONE)[Graha.JUPITER] is Dignity.NEUTRAL


@pytest.mark.parametrize("graha", SEVEN)
def test_exaltation_distance_is_0_at_the_exact_degree_and_180_opposite(graha: Graha) -> None:
    uccha = EXALTATIONS[graha]
    exact = at(uccha.rashi, uccha.exact)
    assert exaltation_distance(graha, exact) == 0
    assert exaltation_distance(graha, (exact + 6 * RASHI_UNITS) % (12 * RASHI_UNITS)) == 180


def test_exaltation_distance_goes_the_short_way_over_0_degrees() -> None:
    assert exaltation_distance(Graha.VENUS, at(Rashi.ARIES, 7)) == 10


@pytest.mark.parametrize("graha", [Graha.RAHU, Graha.KETU, Graha.PLUTO])
def test_nodes_and_outer_three_have_no_exact_exaltation(graha: Graha) -> None:
    assert exaltation_distance(graha, 0) is None
