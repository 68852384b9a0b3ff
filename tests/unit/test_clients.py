"""Who a client is: by its key where keys were given out, else by its address, whatever it writes about itself."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from ephemeris.errors import InputError
from graph.clients import ClientSettings, client_of, known_client

OLD, NEW = sha256(b"old-key").hexdigest(), sha256(b"new-key").hexdigest()
KEYS = ClientSettings((OLD, NEW))


def scope(peer: str | None = "192.0.2.7", **headers: str) -> dict[str, Any]:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"client": peer and (peer, 40_000), "headers": raw}


def behind(proxies: int, forwarded: str) -> str | None:
    return client_of(scope(x_forwarded_for=forwarded), ClientSettings(trusted_proxies=proxies))


def test_without_keys_and_proxies_a_client_is_the_address_that_connected() -> None:
    assert behind(0, "203.0.113.1") == "address 192.0.2.7"
    assert client_of(scope(authorization="Bearer old-key"), ClientSettings()) == "address 192.0.2.7"
    assert client_of(scope(None), ClientSettings()) == "address local"


def test_behind_proxies_it_is_the_address_that_the_outermost_of_them_saw() -> None:
    assert behind(1, "203.0.113.1, 198.51.100.9") == "address 198.51.100.9"
    assert behind(2, "10.0.0.1, 198.51.100.9:5000 , 10.0.0.2") == "address 198.51.100.9"
    assert behind(1, 'forged, "[2001:DB8::1]:443"') == "address 2001:db8::1"


@pytest.mark.parametrize("forwarded", ["", " , ", "unknown", "999.1.1.1"])
def test_what_a_proxy_did_not_write_leaves_the_address_that_connected(forwarded: str) -> None:
    assert behind(1, forwarded) == "address 192.0.2.7"
    assert behind(2, "198.51.100.9") == "address 192.0.2.7"


@pytest.mark.parametrize(
    ("headers", "digest"),
    [
        ({"authorization": "Bearer old-key"}, OLD),
        ({"authorization": "bearer   new-key "}, NEW),
        ({"x_api_key": "new-key"}, NEW),
        ({"authorization": "Basic bmV3LWtleQ==", "x_api_key": "old-key"}, OLD),
    ],
)
def test_with_keys_a_client_is_its_key_wherever_it_connects_from(headers: dict[str, str], digest: str) -> None:
    assert client_of(scope(**headers), KEYS) == f"key {digest}"
    assert client_of(scope("198.51.100.9", **headers), KEYS) == f"key {digest}"


def test_a_socket_may_send_its_key_in_its_first_message() -> None:
    assert client_of(scope(), KEYS, "Bearer old-key") == f"key {OLD}"
    assert client_of(scope(authorization="Bearer old-key"), KEYS, "Bearer wrong") == f"key {OLD}"


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "Bearer"}, {"authorization": f"Bearer {OLD}"}, {"x_api_key": "old-key-"}]
)
def test_without_a_known_key_it_is_told_how_to_send_one(headers: dict[str, str]) -> None:
    found = client_of(scope(**headers), KEYS)
    with pytest.raises(InputError, match="need an API key") as caught:
        known_client(found)
    assert (caught.value.code.name, "Authorization: Bearer" in caught.value.remedy) == ("UNAUTHENTICATED", True)
