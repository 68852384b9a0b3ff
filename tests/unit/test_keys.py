"""Names of values outside the process: nothing of a birth can be read from them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from hashlib import blake2b

import pytest
from redis.crc import key_slot

from ephemeris.moments import Instant
from ephemeris.places import Place
from resolvers.keys import Keys
from resolvers.requests import natal_request
from tests.questions import CONVENTIONS, SECRET, question

KEYS = Keys(SECRET, "0123456789ab")
PATTERN = re.compile(r"grahaql:\{([0-9a-f])\}:natal:0123456789ab:([0-9a-f]{32})")
INDIA = timezone(timedelta(hours=5, minutes=30))
BIRTH = natal_request(
    Instant(2447965.510417, 2447965.511073),
    Place(19.076, 72.8777),
    CONVENTIONS,
    datetime(1990, 3, 15, 5, 45, tzinfo=INDIA),
)
TOKENS = [question(number).token for number in range(500)]


def test_a_key_is_a_name_of_fixed_form_and_length() -> None:
    for token in TOKENS:
        found = PATTERN.fullmatch(KEYS.redis_key("natal", token))
        assert found is not None
        assert found[2].endswith(found[1])


def test_no_date_place_or_token_stands_in_a_name() -> None:
    names = [KEYS.redis_key("natal", BIRTH.token), KEYS.label(BIRTH.token)]
    personal = ["1990", "0315", "05:45", "0545", "2447965", "19.07", "1907", "72.87", "7287", BIRTH.token.hex()]
    assert [(name, part) for name in names for part in personal if part in name] == []
    assert BIRTH.token[:8] not in KEYS.digest(BIRTH.token)


def test_without_the_secret_a_guessed_birth_does_not_give_the_name() -> None:
    salt = KEYS.release.encode()
    guesses = {
        blake2b(BIRTH.token, digest_size=16).digest(),
        blake2b(BIRTH.token, digest_size=16, salt=salt).digest(),
        blake2b(BIRTH.token, digest_size=16, key=bytes(32), salt=salt).digest(),
    }
    assert KEYS.digest(BIRTH.token) not in guesses


@pytest.mark.parametrize(
    "other",
    [Keys(bytes(32), KEYS.release), Keys(SECRET, "0123456789ac"), Keys(SECRET[:-1] + b"\xff", KEYS.release)],
    ids=["another secret", "another release", "the last byte of the secret"],
)
def test_another_secret_or_release_gives_other_names(other: Keys) -> None:
    names = {KEYS.digest(token) for token in TOKENS}
    assert names.isdisjoint({other.digest(token) for token in TOKENS})


def test_the_same_secret_and_release_give_the_same_names_in_every_process() -> None:
    assert Keys(SECRET, KEYS.release).redis_key("natal", BIRTH.token) == KEYS.redis_key("natal", BIRTH.token)


def test_a_secret_of_any_length_that_is_accepted_makes_keys() -> None:
    assert len({Keys(bytes(range(length)), "r").digest(b"birth") for length in (32, 48, 64, 65, 200)}) == 3


def test_kinds_do_not_share_names() -> None:
    assert KEYS.redis_key("natal", BIRTH.token) != KEYS.redis_key("vargas", BIRTH.token)


def test_different_tokens_have_different_names() -> None:
    assert len({KEYS.redis_key("natal", token) for token in TOKENS}) == len(TOKENS)
    assert len({KEYS.label(token) for token in TOKENS}) == len(TOKENS)


def test_a_cluster_keeps_the_keys_of_one_tag_in_one_slot_and_there_are_sixteen() -> None:
    slots: dict[str, set[int]] = {}
    for token in TOKENS:
        for kind in ("natal", "vargas"):
            key = KEYS.redis_key(kind, token)
            slots.setdefault(key[len("grahaql:{")], set()).add(key_slot(key.encode()))
    assert set(slots) == set("0123456789abcdef")
    assert all(len(found) == 1 for found in slots.values())


def test_a_label_is_safe_in_an_address_and_belongs_to_the_chart_with_or_without_the_outer_three() -> None:
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", KEYS.label(token)) for token in TOKENS)
    plain, whole = question(1), question(1, outer=True)
    assert KEYS.label(plain.identity) == KEYS.label(whole.identity)
    assert KEYS.label(plain.identity) != KEYS.label(question(2).identity)
