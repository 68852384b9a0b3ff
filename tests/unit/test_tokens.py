"""Chart tokens: what is sealed comes back exactly, nothing else opens, and what was sealed once opens for ever."""

from __future__ import annotations

import string
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from enum import IntEnum
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from ephemeris.errors import InputError
from ephemeris.settings import PRESETS, CustomAyanamsha, Settings, VargaVariantSetting, settings
from ephemeris.words import (
    AshtakavargaTable,
    Ayanamsha,
    AyanamshaNutation,
    CharaKarakaScheme,
    CoLordRule,
    CombustionTable,
    DashaYear,
    Disambiguation,
    ErrorCode,
    HouseSystem,
    LunarNode,
    MasaScheme,
    NodeAspects,
    NodeDignity,
    NodeRetrograde,
    PositionKind,
    PositionOrigin,
    SettingsPreset,
    SolarTime,
    SunriseRule,
    TimeScale,
    VargaVariant,
    WarRule,
)
from resolvers.births import BirthRequest, ZoneRequest
from resolvers.tokens import PREFIX, Tokens, _padded, _written
from runtime.errors import ConfigurationError
from runtime.settings import read_settings

NEW, OLD = bytes(range(32)), bytes(range(100, 164))
TOKENS = Tokens([NEW])
MUMBAI = BirthRequest("1990-03-15", "05:45", 19.07, 72.88, zone=ZoneRequest(name="Asia/Kolkata"))
URL_SAFE = frozenset(string.ascii_letters + string.digits + "-_.")

finite = st.floats(allow_nan=False)
texts = st.text(max_size=40)
zones = st.one_of(
    st.none(),
    st.builds(
        ZoneRequest,
        st.none() | texts,
        st.none() | texts,
        st.none() | finite,
        st.none() | st.sampled_from(SolarTime),
    ),
)
births = st.builds(BirthRequest, texts, texts, finite, finite, finite, zones, st.sampled_from(Disambiguation))


def every_setting(kind: Any) -> st.SearchStrategy[Any]:
    """Any member of a setting's enum, any value of the two settings that are none."""
    if isinstance(kind, type) and issubclass(kind, IntEnum):
        return st.sampled_from(kind)
    if kind == tuple[VargaVariantSetting, ...]:
        return st.lists(
            st.builds(VargaVariantSetting, st.integers(1, 300), st.sampled_from(VargaVariant)), max_size=5
        ).map(tuple)
    return st.none() | st.builds(CustomAyanamsha, finite, finite)


SETTING_TYPES: Mapping[str, Any] = {field.name: field.type for field in msgspec.structs.fields(Settings)}
conventions = st.fixed_dictionaries({name: every_setting(kind) for name, kind in SETTING_TYPES.items()}).map(
    lambda fields: Settings(**fields)
)


def refused(token: str, tokens: Tokens = TOKENS) -> None:
    with pytest.raises(InputError) as caught:
        tokens.open(token)
    assert (caught.value.code, caught.value.path) == (ErrorCode.TOKEN_INVALID, ("token",))


def sealed_bytes(token: str) -> bytes:
    text = token.removeprefix(PREFIX)
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


# ── what comes back ──


@given(births, conventions)
def test_what_is_sealed_is_opened(birth: BirthRequest, chosen: Settings) -> None:
    token = TOKENS.seal(birth, chosen)
    opened, by = TOKENS.open(token)
    assert (opened, by) == (birth, chosen)
    assert msgspec.msgpack.encode((opened, by)) == msgspec.msgpack.encode((birth, chosen)), "ids would differ"
    assert type(by) is Settings
    assert set(token) <= URL_SAFE


@given(births, conventions)
def test_the_same_birth_and_settings_have_the_same_token(birth: BirthRequest, chosen: Settings) -> None:
    assert Tokens([NEW, OLD]).seal(birth, chosen) == TOKENS.seal(birth, chosen)


@given(births, births, conventions, conventions)
def test_different_births_or_settings_have_different_tokens(
    one: BirthRequest, other: BirthRequest, first: Settings, second: Settings
) -> None:
    same = msgspec.msgpack.encode((one, first)) == msgspec.msgpack.encode((other, second))
    assert (TOKENS.seal(one, first) == TOKENS.seal(other, second)) is same


@pytest.mark.parametrize("preset", PRESETS)
def test_a_token_fits_into_an_address(preset: SettingsPreset) -> None:
    longest = ZoneRequest(name="America/Argentina/ComodRivadavia")
    birth = BirthRequest("1990-03-15", "05:45:10.250", -45.8641321, -67.4965641, 1234.5, longest)
    assert len(TOKENS.seal(birth, settings(preset))) <= 200
    assert len(TOKENS.seal(MUMBAI, settings(preset))) <= 160


def test_a_tokens_length_does_not_tell_Calcutta_from_Oslo() -> None:
    names = ("Europe/Oslo", "Asia/Kolkata", "Asia/Calcutta", "America/New_York")
    lengths = {
        len(TOKENS.seal(msgspec.structs.replace(MUMBAI, zone=ZoneRequest(name=name)), Settings())) for name in names
    }
    assert len(lengths) == 1


def test_nothing_of_the_birth_stands_in_the_token() -> None:
    token = TOKENS.seal(MUMBAI, Settings())
    raw = sealed_bytes(token)
    plain = msgspec.msgpack.encode(MUMBAI)
    parts = [b"1990", b"05:45", b"Asia", b"Kolkata", *(plain[at : at + 4] for at in range(len(plain) - 3))]
    assert not [part for part in parts if part in raw]
    near = sealed_bytes(TOKENS.seal(msgspec.structs.replace(MUMBAI, time="05:46"), Settings()))
    alike = sum(a == b for a, b in zip(raw, near, strict=True))
    assert alike < len(raw) / 8, "a minute of birth time changes everything"


# ── what does not open ──


def test_every_changed_bit_is_noticed() -> None:
    token = TOKENS.seal(MUMBAI, Settings())
    for at in range(len(token)):
        for bit in range(8):
            refused(token[:at] + chr(ord(token[at]) ^ 1 << bit) + token[at + 1 :])


def test_every_shorter_or_longer_text_is_noticed() -> None:
    token = TOKENS.seal(MUMBAI, Settings())
    for end in range(len(token)):
        refused(token[:end])
    for more in ("A", "=", "==", " ", "\n", ".", "\0", token):
        refused(token + more)
        refused(more + token)


@given(st.text(max_size=300) | st.text(max_size=300).map(PREFIX.__add__) | st.binary(max_size=200).map(bytes.hex))
def test_no_other_text_opens(text: str) -> None:
    refused(text)


@pytest.mark.parametrize("text", ["", PREFIX, "t2.AAAA", "t1.\ud800", PREFIX + "A" * 1_000_000, "t1.AAAA+/AA"])
def test_odd_texts_are_refused_alike(text: str) -> None:
    refused(text)


def test_a_token_of_another_service_does_not_open() -> None:
    refused(Tokens([OLD]).seal(MUMBAI, Settings()))


def test_keys_that_begin_alike_are_different_keys() -> None:
    refused(Tokens([NEW + bytes(64)]).seal(MUMBAI, Settings()), Tokens([NEW + bytes(63) + b"\1"]))


@pytest.mark.parametrize(
    "inside",
    [
        (1, "1990-03-15", "05:45", 19.0, 72.0, 0.0, None, 0, [0] * 60),
        (1, "1990-03-15", "05:45", 19.0, 72.0, 0.0, None, 0, [99]),
        (1, "1990-03-15", "05:45", 19.0, 72.0, 0.0, None, 0, [], "more"),
        (1, "1990-03-15"),
        {"date": "1990-03-15"},
    ],
    ids=["more settings", "a newer preset", "more fields", "fewer fields", "another shape"],
)
def test_what_a_newer_release_sealed_is_refused_rather_than_misread(inside: object) -> None:
    cipher = TOKENS._ciphers[0]
    sealed = cipher.encrypt(_padded(msgspec.msgpack.encode(inside)), [PREFIX.encode()])
    refused(_written(sealed))


# ── rotation ──


def test_the_newest_key_seals_and_the_older_ones_open() -> None:
    before, during, after = Tokens([OLD]), Tokens([NEW, OLD]), Tokens([NEW])
    old, new = before.seal(MUMBAI, Settings()), during.seal(MUMBAI, Settings())
    assert old != new
    assert new == after.seal(MUMBAI, Settings())
    assert during.open(old) == during.open(new) == after.open(new) == (MUMBAI, Settings())
    refused(old, after)
    refused(new, before)


def test_the_keys_are_read_newest_first_and_never_shown() -> None:
    read = read_settings({"HOME": "/home/a", "GRAHAQL_TOKEN_KEYS": f"{NEW.hex()}, {OLD.hex()}"})
    assert read.token_keys == (NEW, OLD)
    assert "token_keys" not in repr(read)
    assert read_settings({"HOME": "/home/a"}).token_keys is None


@pytest.mark.parametrize("text", ["hunter2", NEW.hex() + ",", NEW.hex() + ";" + OLD.hex(), NEW.hex()[:-2]])
def test_keys_that_are_none_end_the_start_and_are_not_shown(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_settings({"HOME": "/home/a", "GRAHAQL_TOKEN_KEYS": text})
    assert (caught.value.variable, caught.value.value) == ("GRAHAQL_TOKEN_KEYS", "***")
    assert text not in str(caught.value)


# ── for ever ──

SEALED_ONCE = (
    "t1.hSct9IVWEl4xHGBq5Jgd1wQB3x9673ehTgmV0sAXHZPRFI_JqhsnJ0KvMsq2TYOaq3HcGUHM7SAwwpnhLFF4KdsBUYGNYRE"
    "fRs9uncdWUIZuKcpWHKu-scJf4zYjKlhKX9PxOYFZ8NzG6sERFmWtHwlFoIerqi1i3nKDmBAbfnD1VufV6wGgCXdpbNBA3fLU"
)
"""Sealed by the first release under the key 00 01 … 1f. No authority but a promise: links are kept for years."""


def test_what_the_first_release_sealed_still_opens() -> None:
    chosen = settings(
        SettingsPreset.JAGANNATHA_HORA_8,
        ayanamsha=Ayanamsha.CUSTOM,
        custom_ayanamsha=CustomAyanamsha(2415020.0, 22.46),
        chalit_system=HouseSystem.KOCH,
    )
    birth = BirthRequest(
        "1896-02-29",
        "23:59:59.5",
        -33.25,
        18.5,
        40.0,
        ZoneRequest(solar=SolarTime.LOCAL_MEAN_TIME),
        Disambiguation.LATER,
    )
    assert TOKENS.open(SEALED_ONCE) == (birth, chosen)


FIRST_SETTINGS = (
    "preset time_scale ayanamsha custom_ayanamsha ayanamsha_nutation node node_retrograde positions origin chalit_system node_dignity "
    "co_lords node_aspects combustion war_rule varga_variants sunrise dasha_year ashtakavarga chara_karakas masa"
)
FIRST_TERMS: Mapping[type[IntEnum], str] = {
    SettingsPreset: "DEFAULT JAGANNATHA_HORA_8 ASTROLOGY_API PROKERALA KP",
    TimeScale: "UTC UT1",
    AyanamshaNutation: "INCLUDED EXCLUDED EXCLUDED_FOR_LAGNA",
    LunarNode: "MEAN_NODE TRUE_NODE",
    NodeRetrograde: "ALWAYS BY_SPEED",
    PositionKind: "APPARENT GEOMETRIC",
    PositionOrigin: "GEOCENTRIC TOPOCENTRIC",
    HouseSystem: "WHOLE_SIGN EQUAL_LAGNA_MIDDLE EQUAL_LAGNA_BEGINS SRIPATI PORPHYRY PLACIDUS KOCH",
    NodeDignity: "NONE TAURUS_SCORPIO GEMINI_SAGITTARIUS",
    CoLordRule: "SINGLE STRONGER",
    NodeAspects: "SEVENTH FIVE_SEVEN_NINE NONE",
    CombustionTable: "SURYA_SIDDHANTA PYJHORA",
    WarRule: "NORTHERN LARGER_DISC",
    SunriseRule: "DISC_CENTER HINDU UPPER_LIMB_REFRACTED",
    DashaYear: "TRUE_SIDEREAL MEAN_SIDEREAL JULIAN GREGORIAN TROPICAL SAVANA LUNAR",
    AshtakavargaTable: "A B",
    CharaKarakaScheme: "SEVEN EIGHT",
    MasaScheme: "AMANTA PURNIMANTA",
    VargaVariant: (
        "PARASHARA PARIVRITTI_CYCLIC PARIVRITTI_EVEN_REVERSED PARIVRITTI_ALTERNATE EVEN_SIGN_REVERSED "
        "EVEN_SIGN_REVERSED_FROM_END UMA_SHAMBHU KASHINATHA RAMAN JAGANNATHA KALACHAKRA "
        "KRISHNA_MISHRA_UNIFORM KRISHNA_MISHRA_RANGACHARYA SHASHTYAMSHA_LIKE FROM_ARIES "
        "FROM_ARIES_EVEN_REVERSED"
    ),
    Disambiguation: "REJECT EARLIER LATER COMPATIBLE",
    SolarTime: "LOCAL_MEAN_TIME",
}
"""The terms of the settings in the order in which tokens number them: new ones come at the end, or old tokens would open
another chart. Ayanamshas have numbers of their own, the library's modes."""


def test_settings_and_their_terms_keep_their_numbers() -> None:
    names = FIRST_SETTINGS.split()
    assert list(Settings.__struct_fields__[: len(names)]) == names
    for terms, first in FIRST_TERMS.items():
        assert [term.name for term in terms][: len(first.split())] == first.split()
        assert [int(term) for term in terms] == list(range(len(terms)))


def test_every_term_that_a_token_may_hold_is_listed() -> None:
    held = {kind for kind in SETTING_TYPES.values() if isinstance(kind, type) and issubclass(kind, IntEnum)}
    assert held - {Ayanamsha} <= set(FIRST_TERMS)
