"""RabbitMQ wakes the workers instead of the jobs server, where a server can be had: Debian's, started here alone."""

from __future__ import annotations

import gc
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from jobs import calls
from jobs.births import put_births
from jobs.broker import Waker, make_broker
from jobs.folder_store import FolderStore
from jobs.states import State
from jobs.tuning import Limits, Tuning
from runtime.errors import ConfigurationError
from runtime.settings import read_settings
from tests.bulk import Bench, Crew, births, expected, free_port, results, server, submission

PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""Debian's own; the one on PATH would switch to a user of its own."""

START_SECONDS = 60.0
WAIT_SECONDS = 30.0
TUNING = Tuning(lease_ms=1_500, chunk_ms=100, lost_ms=2_000)


@pytest.fixture(scope="module")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server of ours alone, on loopback."""
    epmd = shutil.which("epmd")
    if epmd is None or not PROGRAM.exists():
        pytest.skip("RabbitMQ is not installed (apt install rabbitmq-server)")
    folder, port, names, links = tmp_path_factory.mktemp("rabbit"), free_port(), free_port(), free_port()
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "RABBITMQ_NODENAME": f"grahaql-{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1", "RABBITMQ_NODE_PORT": str(port), "RABBITMQ_DIST_PORT": str(links),
        "RABBITMQ_MNESIA_BASE": str(folder), "RABBITMQ_LOG_BASE": str(folder), "RABBITMQ_CONF_ENV_FILE": os.devnull,
        "RABBITMQ_CONFIG_FILE": str(folder / "none"), "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "ERL_EPMD_PORT": str(names), "ERL_EPMD_ADDRESS": "127.0.0.1",
    }  # fmt: skip
    with (folder / "log").open("wb") as log:
        names_server = subprocess.Popen([epmd], env=environment, stdout=log, stderr=log)
        process = subprocess.Popen([PROGRAM], env=environment, stdout=log, stderr=log)
    try:
        await_port(process, port)
        yield f"amqp://guest:guest@127.0.0.1:{port}/"
    finally:
        for running in (process, names_server):
            running.terminate()
            running.wait(START_SECONDS)


def await_port(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        assert process.poll() is None, "RabbitMQ ended at once"
        assert time.monotonic() < deadline, "RabbitMQ does not answer"
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)


def test_rabbitmq_wakes_the_workers(rabbit: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with server("valkey", tmp_path_factory.mktemp("v")) as valkey:
        bench, store = Bench(valkey.url, TUNING), FolderStore(tmp_path / "bulk")
        waker = Waker(make_broker(rabbit, bench.client))
        words = {"tuning": msgspec.to_builtins(TUNING), "broker_url": rabbit, "watch_seconds": 30.0}
        crew = Crew(valkey.url, tmp_path / "bulk", **words).start(2)
        put_births(store, "operation-a", births(3_000))
        bench.ledger.do(calls.create(submission("operation-a", 3_000), Limits(), TUNING))
        bench.ledger.do(calls.begin("operation-a"))
        assert waker.send(bench.ledger.do(calls.wake(TUNING)))
        deadline = time.monotonic() + WAIT_SECONDS
        while bench.find("operation-a").state is not State.COMPLETED:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert results(store, bench.client, "operation-a") == expected(3_000)
        assert not list(bench.client.scan_iter("*:mq*"))
        assert crew.end() == [0, 0]
        crew.close()
        waker.close()
        bench.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # pika leaves a socket that was refused
def test_a_rabbitmq_that_is_away_is_no_error() -> None:
    waker = Waker(make_broker(f"amqp://127.0.0.1:{free_port()}/", Bench("redis://127.0.0.1:1").client))
    assert not waker.send(["1"])
    gc.collect()


def test_the_url_of_a_broker_is_checked_and_never_shown() -> None:
    environ = {"HOME": "/home/a", "GRAHAQL_BROKER_URL": "amqp://me:secret@rabbit:5672/"}
    settings = read_settings(environ)
    assert settings.broker_url == environ["GRAHAQL_BROKER_URL"]
    assert "secret" not in repr(settings)
    with pytest.raises(ConfigurationError) as raised:
        read_settings({"HOME": "/home/a", "GRAHAQL_BROKER_URL": "redis://me:secret@rabbit/"})
    assert "secret" not in str(raised.value)
