"""Webhooks over real TLS: signed, to the address that was checked and no other, within a deadline, and no more than once
too often."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from jobs.webhooks.addresses import is_public
from jobs.webhooks.signing import HEADER, WINDOW_SECONDS, signature, verified
from jobs.webhooks.targets import Target, WebhookError, target_of
from jobs.webhooks.webhook import PAUSES, Ended, Outcome, Webhooks, make_webhooks
from runtime.errors import ConfigurationError
from runtime.settings import read_settings
from tests.tls import Authority, Receiver, drips, receiving, says

HOST = "hooks.example.com"
KEY, OLDER_KEY = bytes(range(32)), bytes(range(32, 64))
ENDED = Ended(
    id="operation_01-9", operation="operation_01", state="COMPLETED", total=10, done=10, failed=2,
    finished_at="2026-11-24T02:00:00Z",
)  # fmt: skip


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def receiver(authority: Authority) -> Iterator[Receiver]:
    with receiving(authority.server(HOST)) as receiver:
        yield receiver


def webhooks(authority: Authority, receiver: Receiver, *addresses: str, allow_all: bool = True) -> Webhooks:
    """Webhooks that find the receiver under HOST, which no name server knows."""

    def resolve(host: str, port: int) -> tuple[str, ...]:
        assert (host, port) == (HOST, receiver.port)
        return addresses or ("127.0.0.1",)

    allow = (lambda address: True) if allow_all else is_public
    keys = (KEY, OLDER_KEY)
    return Webhooks([f"{HOST}:{receiver.port}"], keys, resolve=resolve, allow=allow, context=authority.client())


def url(receiver: Receiver, path: str = "/done?token=hunter2") -> str:
    return f"https://{HOST}:{receiver.port}{path}"


# ── the call ──


def test_a_receiver_is_told_id_state_and_counts_and_can_verify_it_with_either_key(
    authority: Authority, receiver: Receiver
) -> None:
    assert webhooks(authority, receiver).call(url(receiver), ENDED) is Outcome.DELIVERED
    (call,) = receiver.calls
    assert call.line == "POST /done?token=hunter2 HTTP/1.1"
    assert (call.headers["host"], call.headers["content-type"]) == (f"{HOST}:{receiver.port}", "application/json")
    assert json.loads(call.body) == {
        "id": "operation_01-9", "type": "bulk.ended", "operation": "operation_01", "state": "COMPLETED", "total": 10,
        "done": 10, "failed": 2, "finishedAt": "2026-11-24T02:00:00Z",
    }  # fmt: skip
    header = call.headers[HEADER.lower()]
    assert verified(KEY, header, call.body, time.time())
    assert verified(OLDER_KEY, header, call.body, time.time())


def test_nothing_but_this_body_this_key_and_this_hour_is_verified() -> None:
    header = signature([KEY], 1_700_000_000, b"{}")
    assert verified(KEY, header, b"{}", 1_700_000_000 + WINDOW_SECONDS)
    assert not verified(KEY, header, b"{} ", 1_700_000_000)
    assert not verified(OLDER_KEY, header, b"{}", 1_700_000_000)
    assert not verified(KEY, header, b"{}", 1_700_000_001 + WINDOW_SECONDS)
    assert not verified(KEY, header, b"{}", 1_699_999_999 - WINDOW_SECONDS)
    for wrong in ("", "t=1", "v1=00", header.replace("t=17", "t=18"), header[:-1], header.replace("v1", "v0"), ",,,"):
        assert not verified(KEY, wrong, b"{}", 1_700_000_000)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.DELIVERED), (299, Outcome.DELIVERED), (500, Outcome.AGAIN), (503, Outcome.AGAIN),
        (408, Outcome.AGAIN), (429, Outcome.AGAIN), (400, Outcome.GIVEN_UP), (410, Outcome.GIVEN_UP),
    ],
)  # fmt: skip
def test_the_status_says_whether_to_call_again(
    authority: Authority, receiver: Receiver, status: int, outcome: Outcome
) -> None:
    receiver.answers = [says(status, body=b"x" * 100_000)]
    assert webhooks(authority, receiver).call(url(receiver), ENDED) is outcome


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(authority: Authority, receiver: Receiver, status: int) -> None:
    receiver.answers = [says(status, f"Location: {url(receiver, '/elsewhere')}\r\n")]
    assert webhooks(authority, receiver).call(url(receiver), ENDED) is Outcome.GIVEN_UP
    assert len(receiver.calls) == 1


def test_it_is_called_again_with_growing_pauses_until_it_is_taken(authority: Authority, receiver: Receiver) -> None:
    waited: list[float] = []
    receiver.answers = [says(500), says(503), says(200)]
    assert webhooks(authority, receiver).deliver(url(receiver), ENDED, waited.append) is Outcome.DELIVERED
    assert waited == list(PAUSES[:2])
    assert len({call.body for call in receiver.calls}) == 1


def test_it_is_given_up_after_a_number_of_calls(authority: Authority, receiver: Receiver) -> None:
    waited: list[float] = []
    receiver.answers = [says(500)] * 20
    assert webhooks(authority, receiver).deliver(url(receiver), ENDED, waited.append) is Outcome.AGAIN
    assert (waited, len(receiver.calls)) == (list(PAUSES), len(PAUSES) + 1)


# ── what it is not fooled by ──


def test_a_certificate_of_another_host_is_not_trusted(authority: Authority) -> None:
    with receiving(authority.server("other.example.com")) as receiver:
        assert webhooks(authority, receiver).call(url(receiver), ENDED) is Outcome.AGAIN
        assert receiver.calls == []


def test_a_certificate_of_another_authority_is_not_trusted(authority: Authority, tmp_path: Path) -> None:
    with receiving(Authority(tmp_path).server(HOST)) as receiver:
        assert webhooks(authority, receiver).call(url(receiver), ENDED) is Outcome.AGAIN
        assert receiver.calls == []


def test_an_answer_that_drips_for_ever_is_cut_off(authority: Authority, receiver: Receiver) -> None:
    receiver.answers = [drips(20)]
    began = time.monotonic()
    assert webhooks(authority, receiver).call(url(receiver), ENDED, attempt_seconds=0.5) is Outcome.AGAIN
    assert time.monotonic() - began < 10


def test_an_answer_that_is_no_HTTP_and_none_at_all_are_called_again(authority: Authority, receiver: Receiver) -> None:
    receiver.answers = [lambda connected: connected.sendall(b"hello\r\n\r\n"), lambda connected: None]
    assert webhooks(authority, receiver).call(url(receiver), ENDED) is Outcome.AGAIN
    assert webhooks(authority, receiver).call(url(receiver), ENDED) is Outcome.AGAIN


def test_an_address_of_our_own_network_is_never_called(authority: Authority, receiver: Receiver) -> None:
    for addresses in (("127.0.0.1",), ("93.184.215.14", "127.0.0.1"), ()):
        hooks = Webhooks(
            [f"{HOST}:{receiver.port}"], (KEY,), resolve=lambda host, port, found=addresses: found,
            context=authority.client(),
        )  # fmt: skip
        assert hooks.call(url(receiver), ENDED) is Outcome.GIVEN_UP
    assert receiver.calls == []


def test_another_address_of_the_host_is_tried_where_one_does_not_answer(
    authority: Authority, receiver: Receiver
) -> None:
    assert webhooks(authority, receiver, "127.0.0.9", "127.0.0.1").call(url(receiver), ENDED) is Outcome.DELIVERED


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "100.100.100.200", "168.63.129.16", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1",
        "::", "::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:4136:e378::", "2001:db8::1", "localhost", "", "127.1", "0x7f.1",
    ],
)  # fmt: skip
def test_an_address_that_leads_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


# ── what is allowed ──


def test_webhooks_are_off_until_hosts_are_named(tmp_path: Path) -> None:
    hooks = make_webhooks(read_settings({"HOME": str(tmp_path)}))
    with pytest.raises(WebhookError, match="Webhooks are off") as caught:
        hooks.check("https://hooks.example.com/")
    assert "GRAHAQL_WEBHOOK_HOSTS" in caught.value.remedy
    assert hooks.call("https://hooks.example.com/", ENDED) is Outcome.GIVEN_UP


def test_hosts_without_a_key_are_refused_at_the_start(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "GRAHAQL_WEBHOOK_HOSTS": HOST}
    with pytest.raises(ConfigurationError, match="GRAHAQL_WEBHOOK_KEYS is unset"):
        make_webhooks(read_settings(environ))
    make_webhooks(read_settings({**environ, "GRAHAQL_WEBHOOK_KEYS": KEY.hex()})).check(f"https://{HOST}/")


@pytest.mark.parametrize(
    "refused",
    [
        "http://hooks.example.com/", "https://other.example.com/", "https://hooks.example.com:8443/",
        "https://hooks.example.com@evil.example/", "https://evil.example/hooks.example.com", "hooks.example.com",
        "https://me@hooks.example.com/", "https://hooks.example.com/#x", "https://hooks.example.com.evil.example/",
        "https://hooks.example.com\\@evil.example/", "https://hooks.example.com/a b", "https://hooks.example.com/\r\nX: y",
        "https://127.0.0.1/", "https://[::1]/", "https://[/", "https://hooks.example.com:99999/", "file:///etc/passwd",
        "https://hooks.example.com/" + "x" * 2000, "https://h\u043eoks.example.com/", "", "https://",
    ],
)  # fmt: skip
def test_an_address_that_is_not_allowed_is_refused_when_it_is_sent(refused: str) -> None:
    with pytest.raises(WebhookError) as caught:
        target_of(refused, (HOST,))
    assert (caught.value.code, bool(caught.value.remedy)) == ("WEBHOOK_REFUSED", True)


def test_an_allowed_address_is_called_as_it_stands() -> None:
    assert target_of(f"https://{HOST.upper()}:443/a/b?c=d%20e", (HOST,)) == Target(HOST, 443, "/a/b?c=d%20e")
    assert target_of(f"https://{HOST}:8443", (f"{HOST}:8443",)) == Target(HOST, 8443, "/")


def test_no_log_has_the_path_or_a_key(authority: Authority, receiver: Receiver) -> None:
    receiver.answers = [says(500), says(200)]
    with capture_logs() as logs:
        webhooks(authority, receiver).call(url(receiver), ENDED)
        webhooks(authority, receiver).call(url(receiver), ENDED)
        webhooks(authority, receiver).call("https://evil.example/hunter2", ENDED)
    assert [log["event"] for log in logs] == ["webhook.failed", "webhook.delivered", "webhook.failed"]
    assert "hunter2" not in str(logs)
    assert KEY.hex() not in str(logs)
