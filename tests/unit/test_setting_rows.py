"""The rows of the settings: what they say of the schema is so."""

import pytest
from graphql import build_schema

from graph.schema import sdl
from graph.setting_rows import SETTINGS

FIELDS = {
    f"{name}.{field}" for name, found in build_schema(sdl()).type_map.items() for field in getattr(found, "fields", {})
}


@pytest.mark.parametrize("row", SETTINGS, ids=lambda row: row.name)
def test_a_setting_affects_fields_that_the_schema_has_each_named_once(row) -> None:
    assert set(row.affects) <= FIELDS
    assert len(set(row.affects)) == len(row.affects)


def test_what_moves_a_graha_moves_every_chart_that_shows_it() -> None:
    moving = {"time_scale", "ayanamsha", "ayanamsha_nutation", "node", "positions", "origin"}
    shown = {"Chart.grahas", "Chart.graha", "Chart.bhavas", "Chart.chalit", "Chart.varga", "Chart.vargas"}
    assert {row.field for row in SETTINGS if shown <= set(row.affects)} == moving
