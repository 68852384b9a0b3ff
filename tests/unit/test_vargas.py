import msgspec
import pytest

from ephemeris.angles import CIRCLE_UNITS, DEGREE_UNITS, RASHI_UNITS, degree_in_rashi, quantise, text
from ephemeris.dignities import natal_dignities
from ephemeris.errors import InputError
from ephemeris.settings import Settings
from ephemeris.varga_deities import DEITIES, deity
from ephemeris.varga_rules import (
    CLASSICAL_DIVISIONS,
    DIVISIONS,
    GENERAL_RULES,
    RULES,
    SHODASHAVARGA,
    VARGA_SETS,
    varga_rule,
    varga_rules,
)
from ephemeris.vargas import Longitudes, Varga, bhava_from, reference_rashi, varga, varga_bhavas
from ephemeris.words import (
    AngleFormat,
    Dignity,
    ErrorCode,
    Graha,
    NodeDignity,
    Rashi,
    Reference,
    VargaSet,
    VargaVariant,
)

PARASHARA = VargaVariant.PARASHARA
NATAL = Longitudes(
    quantise(202.45),
    [(graha, quantise(17.3 + 41.7 * graha), graha is Graha.SATURN) for graha in Graha],
)


def one(degrees: float, division: int, variant: VargaVariant = PARASHARA) -> Varga:
    return varga(Longitudes(0, [(Graha.SUN, quantise(degrees), False)]), division, variant, Settings())


def test_a_varga_keeps_the_bodies_in_order_with_their_retrograde_marks() -> None:
    placements = varga(NATAL, 9, PARASHARA, Settings()).placements
    assert [placement.graha for placement in placements] == list(Graha)
    assert [placement.graha for placement in placements if placement.retrograde] == [Graha.SATURN]


@pytest.mark.parametrize("division", [1, 2, 7, 9, 30, 60, 300])
def test_degree_in_a_varga_is_the_natal_one_times_the_division(division: int) -> None:
    placement = one(123.456789, division).placements[0]
    assert placement.units == quantise(123.456789) * division % RASHI_UNITS
    assert placement.degree_in_rashi == pytest.approx(123.456789 * division % 30, abs=1e-6)


@pytest.mark.parametrize("variant", [VargaVariant.UMA_SHAMBHU, VargaVariant.PARIVRITTI_EVEN_REVERSED])
def test_reversed_parts_reverse_the_degree_in_even_signs_only(variant: VargaVariant) -> None:
    assert one(4, 2, variant).placements[0].degree_in_rashi == 8
    assert one(34, 2, variant).placements[0].degree_in_rashi == 22


def test_a_reversed_degree_stays_below_30_where_a_part_begins() -> None:
    placement = one(30, 2, VargaVariant.UMA_SHAMBHU).placements[0]
    assert placement.units == RASHI_UNITS - 1
    assert placement.degree_in_rashi == 29.9999999
    assert placement.rashi is Rashi.CANCER


def test_D1_prints_the_degree_that_the_natal_chart_prints() -> None:
    for k in range(108):
        units = quantise(k * 360 / 108)
        assert varga(Longitudes(units, []), 1, PARASHARA, Settings()).lagna.degree_in_rashi == degree_in_rashi(units)


def test_D1_by_the_cyclic_variant_is_D1_with_its_dignities() -> None:
    by_cycle = varga(NATAL, 1, VargaVariant.PARIVRITTI_CYCLIC, Settings())
    assert by_cycle.placements == varga(NATAL, 1, PARASHARA, Settings()).placements


def test_D1_has_the_dignities_of_the_natal_chart_and_other_vargas_have_theirs_by_sign() -> None:
    settings = Settings(node_dignity=NodeDignity.TAURUS_SCORPIO)
    d1 = varga(NATAL, 1, PARASHARA, settings)
    assert tuple(placement.dignity for placement in d1.placements) == natal_dignities(
        [units for _, units, _ in NATAL.bodies], settings.node_dignity
    )
    assert one(121, 12).placements[0].dignity is Dignity.OWN


def test_same_as_natal_in_D9_is_vargottama() -> None:
    assert [one(degrees, 9).placements[0].same_as_natal for degrees in (1, 45, 89, 5, 35)] == [True] * 3 + [False] * 2


def test_the_lagna_and_a_graha_at_one_longitude_are_in_one_place() -> None:
    built = varga(Longitudes(quantise(77.7), [(Graha.SUN, quantise(77.7), False)]), 60, PARASHARA, Settings())
    lagna, sun = built.lagna, built.placements[0]
    assert (lagna.rashi, lagna.units, lagna.part) == (sun.rashi, sun.units, sun.part)
    assert (sun.bhava, sun.rashi_number) == (1, lagna.rashi_number)


def test_text_names_the_sign_of_the_varga() -> None:
    assert text(one(71, 9).placements[0].longitude_units, AngleFormat.JHORA) == "9Cp00"


def test_code_is_D_and_the_division() -> None:
    assert one(0, 144).code == "D144"


def test_bhavas_count_from_the_varga_lagna() -> None:
    built = varga(NATAL, 9, PARASHARA, Settings())
    for placement in built.placements:
        assert placement.bhava == (placement.rashi - built.lagna.rashi) % 12 + 1


@pytest.mark.parametrize("reference", list(Reference))
def test_varga_bhavas_hold_every_graha_once_and_agree_with_the_placements(reference: Reference) -> None:
    built = varga(NATAL, 10, PARASHARA, Settings())
    bhavas = varga_bhavas(built, reference)
    assert [bhava.number for bhava in bhavas] == list(range(1, 13))
    assert bhavas[0].rashi is reference_rashi(built, reference)
    assert sorted(graha for bhava in bhavas for graha in bhava.occupants(outer=True)) == list(Graha)
    assert sorted(graha for bhava in bhavas for graha in bhava.occupants()) == [g for g in Graha if g <= Graha.KETU]
    for placement in built.placements:
        house = bhavas[bhava_from(placement.rashi, bhavas[0].rashi) - 1]
        assert placement.graha in house.present
        assert (house.rashi, house.rashi_number) == (placement.rashi, placement.rashi_number)


def test_occupants_stand_in_order_of_degree() -> None:
    degrees = {Graha.SUN: 20, Graha.MOON: 10}
    bodies = [(graha, degrees.get(graha, 200) * DEGREE_UNITS, False) for graha in Graha]
    assert varga_bhavas(varga(Longitudes(0, bodies), 1, VargaVariant.PARIVRITTI_CYCLIC, Settings()), Reference.LAGNA)[
        0
    ].occupants() == (Graha.MOON, Graha.SUN)


@pytest.mark.parametrize("division", [-9, 0, 301])
def test_a_division_outside_1_to_300_is_refused(division: int) -> None:
    with pytest.raises(InputError) as refused:
        one(0, division)
    assert refused.value.code is ErrorCode.DIVISION_UNSUPPORTED
    assert refused.value.path == ("division",)
    assert refused.value.remedy == "Send a division of 1 to 300."


def test_a_variant_that_a_division_lacks_is_refused_with_those_it_has() -> None:
    with pytest.raises(InputError, match="D10 has no variant KALACHAKRA") as refused:
        one(0, 10, VargaVariant.KALACHAKRA)
    assert refused.value.code is ErrorCode.VARIANT_UNSUPPORTED
    assert refused.value.path == ("variant",)
    assert refused.value.remedy == (
        "Send one of PARASHARA, PARIVRITTI_CYCLIC, PARIVRITTI_EVEN_REVERSED, PARIVRITTI_ALTERNATE, "
        "EVEN_SIGN_REVERSED, EVEN_SIGN_REVERSED_FROM_END."
    )


def test_every_division_is_built_in_every_variant_that_its_rules_list() -> None:
    for division in DIVISIONS:
        for row in varga_rules(division):
            assert row.division == division
            assert varga(NATAL, division, row.variant, Settings()).variant is row.variant


def test_every_variant_of_the_vocabulary_is_built_for_some_division() -> None:
    assert {row.variant for row in (*RULES, *GENERAL_RULES)} == set(VargaVariant)


def test_no_two_rows_are_for_one_division_and_variant() -> None:
    assert len({(row.division, row.variant) for row in RULES}) == len(RULES)


def test_every_row_says_its_rule_and_its_source() -> None:
    for row in (*RULES, *GENERAL_RULES):
        assert row.rule.endswith(".")
        assert row.source


def test_the_classical_divisions_are_those_with_a_rule_of_their_own() -> None:
    assert tuple(sorted({row.division for row in RULES if row.variant is PARASHARA})) == CLASSICAL_DIVISIONS


def test_sets_are_as_their_descriptions_say() -> None:
    assert VARGA_SETS[VargaSet.SHODASHAVARGA] == SHODASHAVARGA
    for group in (VargaSet.SHADVARGA, VargaSet.SHODASHAVARGA):
        assert VARGA_SETS[group] == tuple(int(code[1:].rstrip(".")) for code in group.description.split())
    assert set(VARGA_SETS[VargaSet.SAPTAVARGA]) == {*VARGA_SETS[VargaSet.SHADVARGA], 7}
    assert set(VARGA_SETS[VargaSet.DASHAVARGA]) == {*VARGA_SETS[VargaSet.SAPTAVARGA], 10, 16, 60}


def test_a_rule_knows_its_sets_and_what_it_is_read_for() -> None:
    navamsha, d57 = varga_rule(9, PARASHARA), varga_rule(57, PARASHARA)
    assert navamsha is not None
    assert d57 is not None
    assert navamsha.sets == tuple(VargaSet)
    assert navamsha.signification == "the spouse; the strength of each graha"
    assert (d57.sets, d57.signification) == ((), None)


def test_a_varga_survives_its_encoding() -> None:
    built = varga(NATAL, 60, PARASHARA, Settings())
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(built), type=Varga) == built


def test_deities_of_D60_run_from_Ghora_in_odd_signs_and_to_Ghora_in_even_ones() -> None:
    assert [deity(60, part, Rashi.GEMINI) for part in (1, 2, 59, 60)] == [
        "Ghora",
        "Rakshasa",
        "Bhramana",
        "Chandrarekha",
    ]
    for part in range(1, 61):
        assert deity(60, part, Rashi.CANCER) == deity(60, 61 - part, Rashi.LEO)


@pytest.mark.parametrize("division", sorted(set(DEITIES) - {40}))
def test_names_of_deities_repeat_a_whole_number_of_times(division: int) -> None:
    assert {division % len(names) for names in DEITIES[division]} == {0}


def test_the_twelve_deities_of_D40_end_with_the_fourth() -> None:
    assert deity(40, 1, Rashi.ARIES) == deity(40, 37, Rashi.ARIES) == "Vishnu"
    assert deity(40, 40, Rashi.TAURUS) == "Tvashta"


def test_deities_of_D30_keep_the_unequal_parts() -> None:
    assert [deity(30, part, Rashi.ARIES) for part in (5, 6, 18, 19, 26)] == [
        "Agni",
        "Vayu",
        "Indra",
        "Kubera",
        "Varuna",
    ]
    assert [deity(30, part, Rashi.TAURUS) for part in (5, 6, 12, 13, 26)] == [
        "Varuna",
        "Kubera",
        "Kubera",
        "Indra",
        "Agni",
    ]


def test_deities_of_D9_begin_by_the_kind_of_sign() -> None:
    assert [deity(9, 1, rashi) for rashi in (Rashi.ARIES, Rashi.TAURUS, Rashi.GEMINI)] == [
        "Deva",
        "Manushya",
        "Rakshasa",
    ]


def test_the_last_unit_of_the_circle_is_in_the_last_part() -> None:
    for division in CLASSICAL_DIVISIONS:
        lagna = varga(Longitudes(CIRCLE_UNITS - 1, []), division, VargaVariant.PARIVRITTI_CYCLIC, Settings()).lagna
        assert lagna.part == division
        assert lagna.rashi is Rashi.PISCES
