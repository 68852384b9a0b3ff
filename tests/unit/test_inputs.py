"""What is sent becomes what is asked: settings from presets and single ones, their echo, offsets, ids."""

from __future__ import annotations

from typing import Any

import pytest

from ephemeris import settings as conventions
from ephemeris.errors import InputError
from ephemeris.settings import PRESETS
from ephemeris.words import (
    Ayanamsha,
    ErrorCode,
    HouseSystem,
    LunarNode,
    SettingsPreset,
    TimeScale,
    VargaVariant,
)
from graph.inputs import (
    DEFAULT_SETTINGS,
    CustomAyanamshaInput,
    SettingsInput,
    VargaVariantInput,
    ZoneInput,
    resolved_settings,
)
from graph.scalars import UtcOffset
from graph.setting_rows import SETTINGS
from tests.served import MUMBAI, data

CHART = """
query ($birth: BirthInput!, $settings: SettingsInput) {
  chart(birth: $birth, settings: $settings) {
    id
    settings { asInput }
    ayanamsha { ayanamsha value }
    lagna { id longitude }
    grahas(outer: true) { longitude eclipticLatitude speed retrograde dignity chalitBhava bhava }
    vargas { variant lagna { rashi } grahas { rashi } }
    wars { winner loser }
    aspects { from to bhava count }
  }
}
"""

SENT: dict[str, dict[str, Any]] = {
    "nothing": {},
    **{preset.name: {"preset": preset.name} for preset in SettingsPreset},
    "a preset with single settings": {
        "preset": "JAGANNATHA_HORA_8",
        "node": "MEAN_NODE",
        "vargaVariants": [{"division": 9, "variant": "KALACHAKRA"}],
    },
    "a preset less its variant": {
        "preset": "JAGANNATHA_HORA_8",
        "vargaVariants": [{"division": 2, "variant": "PARASHARA"}],
    },
    "an ayanamsha of one's own": {"ayanamsha": "CUSTOM", "customAyanamsha": {"epochJd": 2451545.0, "value": 23.5}},
}


async def chart(settings: dict[str, Any] | None = None, **birth: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await data(CHART, {"birth": MUMBAI | birth, "settings": settings}))["chart"]
    return found


def test_nothing_sent_means_the_default_preset() -> None:
    assert resolved_settings(None) is DEFAULT_SETTINGS
    assert SettingsInput().resolved() == PRESETS[SettingsPreset.DEFAULT].settings


@pytest.mark.parametrize("preset", SettingsPreset)
def test_a_preset_alone_is_that_preset(preset: SettingsPreset) -> None:
    assert SettingsInput(preset=preset).resolved() == PRESETS[preset].settings


def test_a_single_setting_replaces_the_presets_and_the_rest_stays() -> None:
    found = SettingsInput(preset=SettingsPreset.KP, node=LunarNode.TRUE_NODE).resolved()
    assert (found.node, found.chalit_system) == (LunarNode.TRUE_NODE, HouseSystem.PLACIDUS)
    assert (found.ayanamsha, found.time_scale) == (Ayanamsha.KRISHNAMURTI, TimeScale.UT1)


def test_null_for_a_setting_means_the_presets() -> None:
    assert SettingsInput(preset=SettingsPreset.KP, ayanamsha=None).resolved().ayanamsha is Ayanamsha.KRISHNAMURTI


def test_every_setting_of_one_value_can_be_sent_and_is_taken() -> None:
    for row in SETTINGS:
        default = getattr(DEFAULT_SETTINGS, row.field)
        other = next(term for term in row.terms if term not in (default, Ayanamsha.CUSTOM))
        own: dict[str, Any] = {row.field: other}
        assert getattr(SettingsInput(**own).resolved(), row.field) is other


def test_variants_are_taken_division_by_division() -> None:
    own = [VargaVariantInput(division=9, variant=VargaVariant.KALACHAKRA)]
    found = SettingsInput(preset=SettingsPreset.JAGANNATHA_HORA_8, varga_variants=own).resolved()
    assert (found.variant(2), found.variant(9)) == (VargaVariant.UMA_SHAMBHU, VargaVariant.KALACHAKRA)
    assert found.variant(3) is VargaVariant.PARASHARA


def test_an_ayanamsha_of_ones_own_needs_its_value_and_its_value_needs_it() -> None:
    own = CustomAyanamshaInput(epoch_jd=2451545.0, value=23.5)
    found = SettingsInput(ayanamsha=Ayanamsha.CUSTOM, custom_ayanamsha=own).resolved()
    assert found.custom_ayanamsha == conventions.CustomAyanamsha(2451545.0, 23.5)
    for sent in (SettingsInput(ayanamsha=Ayanamsha.CUSTOM), SettingsInput(custom_ayanamsha=own)):
        with pytest.raises(InputError) as refused:
            sent.resolved()
        assert refused.value.code is ErrorCode.SETTING_INVALID


def test_a_zone_is_said_in_the_one_way_that_was_sent() -> None:
    request = ZoneInput(offset=UtcOffset("+05:30")).request()
    assert (request.name, request.offset, request.offset_hours, request.solar) == (None, "+05:30", None, None)


@pytest.mark.parametrize("sent", SENT.values(), ids=SENT)
async def test_the_settings_that_come_back_reproduce_the_chart_and_themselves(sent: dict[str, Any]) -> None:
    first = await chart(sent)
    again = await chart(first["settings"]["asInput"])
    for ours in (first, again):
        del ours["id"], ours["lagna"]["id"]  # the first names the preset it started from, the second names none
    assert again == first


async def test_the_settings_that_come_back_name_every_setting_there_is() -> None:
    echoed = (await chart(SENT["an ayanamsha of one's own"]))["settings"]["asInput"]
    document = '{ __type(name: "SettingsInput") { inputFields { name } } }'
    fields = (await data(document))["__type"]["inputFields"]
    assert {row["name"] for row in fields} == {"preset", *echoed}


@pytest.mark.parametrize(
    ("hours", "offset"),
    [(5.5, "+05:30"), (-3.5, "-03:30"), (0, "Z"), (5.888889, "+05:53:20"), (-0.422500, "-00:25:21")],
)
async def test_hours_are_the_offset_they_stand_for(hours: float, offset: str) -> None:
    by_hours = await chart(zone={"offsetHours": hours})
    by_offset = await chart(zone={"offset": offset})
    assert by_hours["lagna"]["longitude"] == by_offset["lagna"]["longitude"]
    assert by_hours["grahas"] == by_offset["grahas"]


async def test_one_birth_has_one_id_whatever_reference_it_carries() -> None:
    assert (await chart(ref="a"))["id"] == (await chart(ref="b"))["id"] == (await chart())["id"]


async def test_an_id_says_its_kind_and_changes_with_birth_and_settings() -> None:
    charts = [
        await chart(),
        await chart(time="10:31"),
        await chart(latitude=19.077),
        await chart(altitude=10),
        await chart({"preset": "KP"}),
        await chart({"node": "TRUE_NODE"}),
    ]
    assert len({row["id"] for row in charts}) == len(charts)
    assert all(row["id"].startswith("c_") and row["lagna"]["id"].startswith("l_") for row in charts)


async def test_an_id_shows_nothing_of_the_birth() -> None:
    found = await chart()
    assert not any(part in found["id"] for part in ("1990", "19.0", "72.8", "Mumbai", "Kolkata"))


async def test_the_same_varga_has_the_same_ids_by_whatever_way_it_is_reached() -> None:
    document = """
    query ($birth: BirthInput!) {
      chart(birth: $birth) {
        varga(division: 9) { id graha(name: MOON) { id } }
        vargas(of: { charts: [{ division: 9, variant: PARASHARA }] }) { id graha(name: MOON) { id } }
        graha(name: MOON) { inVarga(division: 9) { id } }
        other: varga(division: 9, variant: KALACHAKRA) { id }
        wide: varga(division: 9) { grahas(outer: true, only: [MOON]) { id } }
      }
      charts(births: [$birth]) { chart { varga(division: 9) { id } } }
    }
    """
    found = await data(document, {"birth": MUMBAI})
    one, several = found["chart"]["varga"], found["chart"]["vargas"][0]
    assert one == several
    assert found["chart"]["graha"]["inVarga"]["id"] == one["graha"]["id"]
    assert found["chart"]["wide"]["grahas"][0]["id"] == one["graha"]["id"]
    assert found["charts"][0]["chart"]["varga"]["id"] == one["id"]
    assert found["chart"]["other"]["id"] != one["id"]
