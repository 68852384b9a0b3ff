"""Inputs built by plans are the inputs that strawberry builds by itself."""

from collections.abc import Mapping
from typing import Any

import pytest
from strawberry.types.arguments import convert_argument

from ephemeris.words import Ayanamsha, Disambiguation, SettingsPreset, SolarTime, VargaSet, VargaVariant
from graph.inputs import BirthInput, SettingsInput, VargaSelection
from graph.schema import schema

BIRTH = {
    "date": "1990-03-15", "time": "10:30", "latitude": 19.0, "longitude": 72.0, "altitude": 0.0,
    "disambiguation": Disambiguation.REJECT,
}  # fmt: skip
VALUES: dict[str, tuple[type, Mapping[str, Any]]] = {
    "a birth without a zone": (BirthInput, BIRTH),
    "a birth whose zone is null": (BirthInput, BIRTH | {"zone": None, "ref": "7"}),
    "a birth with a zone": (BirthInput, BIRTH | {"zone": {"offsetHours": 5.5}}),
    "a birth by the Sun": (BirthInput, BIRTH | {"zone": {"solar": SolarTime.LOCAL_MEAN_TIME}}),
    "no settings": (SettingsInput, {"preset": SettingsPreset.DEFAULT}),
    "settings with objects and lists": (
        SettingsInput,
        {
            "preset": SettingsPreset.KP,
            "ayanamsha": Ayanamsha.CUSTOM,
            "customAyanamsha": {"epochJd": 2451545.0, "value": 23.5},
            "vargaVariants": [{"division": 2, "variant": VargaVariant.RAMAN}],
        },
    ),
    "a null among settings": (SettingsInput, {"preset": SettingsPreset.DEFAULT, "vargaVariants": None}),
    "a set of vargas": (VargaSelection, {"set": VargaSet.SHADVARGA}),
    "divisions": (VargaSelection, {"divisions": [1, 9]}),
    "vargas with variants": (VargaSelection, {"charts": [{"division": 9, "variant": VargaVariant.KALACHAKRA}]}),
}


@pytest.mark.parametrize(("declared", "value"), VALUES.values(), ids=VALUES)
def test_an_input_is_built_as_strawberry_builds_it(
    declared: type, value: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    registry, config = schema().schema_converter.scalar_registry, schema().config
    quick = convert_argument(value, declared, registry, config)
    monkeypatch.setattr(declared.__strawberry_definition__, "from_input", None)  # type: ignore[attr-defined]
    assert quick == convert_argument(value, declared, registry, config)
    assert type(quick) is declared
