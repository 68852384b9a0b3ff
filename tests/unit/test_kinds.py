"""Kinds: how a value is computed, written, read back and joined."""

from __future__ import annotations

import pytest

from ephemeris.chart import NatalChart
from ephemeris.varga_rules import CLASSICAL_DIVISIONS
from ephemeris.words import Graha, VargaVariant
from resolvers.keys import Keys
from resolvers.kinds import KINDS, NATAL, VARGAS
from resolvers.requests import VargaRequest, varga_request
from tests.questions import SECRET, bare, question, varga_question

KEYS = Keys(SECRET, "r1")


def chart(number: int = 0, *, outer: bool = False) -> NatalChart:
    """A natal chart, joined."""
    asked = question(number, outer=outer)
    return NATAL.join(NATAL.compute(asked), asked, KEYS)


@pytest.fixture(scope="module")
def sixteen() -> VargaRequest:
    return varga_question(chart(), *CLASSICAL_DIVISIONS)


def test_each_kind_has_a_name_of_its_own_that_stands_in_a_key_as_it_is() -> None:
    names = [kind.name for kind in KINDS]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() for name in names)


@pytest.mark.parametrize("outer", [False, True])
def test_a_natal_chart_is_written_and_read_back_bit_for_bit(outer: bool) -> None:
    for number in range(50):
        computed = NATAL.compute(question(number, outer=outer))
        written = NATAL.encode(computed)
        assert NATAL.decode(written) == computed
        assert NATAL.encode(NATAL.decode(written)) == written


def test_vargas_are_written_and_read_back_bit_for_bit(sixteen: VargaRequest) -> None:
    computed = VARGAS.compute(sixteen)
    written = VARGAS.encode(computed)
    assert VARGAS.decode(written) == computed
    assert VARGAS.encode(VARGAS.decode(written)) == written


def test_a_natal_chart_is_about_a_kilobyte() -> None:
    assert len(NATAL.encode(NATAL.compute(question()))) < 1200


def test_a_value_travels_without_its_frame_and_cannot_be_written_with_it() -> None:
    computed = NATAL.compute(question())
    unjoined: object = computed.frame
    assert unjoined is None
    before = NATAL.encode(computed)
    joined = NATAL.join(computed, question(), KEYS)
    assert bare(joined) == before
    with pytest.raises(TypeError, match="Frame"):
        NATAL.encode(joined)


def test_a_natal_chart_is_joined_with_what_was_asked() -> None:
    asked = question(5)
    frame = chart(5).frame
    assert (frame.horizon.instant, frame.horizon.place) == (asked.instant, asked.place)
    assert (frame.settings, frame.local) == (asked.conventions.settings, asked.local)
    assert frame.key == KEYS.label(asked.identity)


def test_a_chart_has_the_same_name_with_and_without_the_outer_three() -> None:
    plain, whole = chart(5), chart(5, outer=True)
    assert plain.frame.key == whole.frame.key != chart(6).frame.key
    assert [len(found.grahas) for found in (plain, whole)] == [9, 12]


def test_vargas_are_joined_with_the_natal_chart_they_were_asked_of(sixteen: VargaRequest) -> None:
    joined = VARGAS.join(VARGAS.decode(VARGAS.encode(VARGAS.compute(sixteen))), sixteen, KEYS)
    assert [varga.division for varga in joined] == list(CLASSICAL_DIVISIONS)
    assert all(varga.frame.natal is sixteen.frame for varga in joined)
    assert all(placement.frame is varga.frame for varga in joined for placement in varga.placements)


def test_vargas_come_in_the_order_asked_with_the_grahas_of_their_chart() -> None:
    whole = chart(outer=True)
    wanted = [(60, VargaVariant.PARASHARA), (2, VargaVariant.UMA_SHAMBHU), (60, VargaVariant.PARASHARA)]
    found = VARGAS.compute(varga_request(whole.frame, wanted))
    assert [(varga.division, varga.variant) for varga in found] == wanted
    assert [placement.graha for placement in found[0].placements] == list(Graha)


def test_a_batch_of_natal_charts_is_computed_in_the_order_of_time() -> None:
    asked = [question(number) for number in (3, 1, 2)]
    assert sorted(asked, key=NATAL.order) == [asked[1], asked[2], asked[0]]
