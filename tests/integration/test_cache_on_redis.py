"""The tests of the cache once more, on a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from runtime.clients import cache_client
from tests.redises import Counted, PrivateValkey
from tests.unit.test_cache import *  # noqa: F403  the same tests; only what `client` is differs


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateValkey]:
    server = PrivateValkey(tmp_path_factory.mktemp("v")).start()
    yield server
    server.kill()


@pytest.fixture  # type: ignore[no-redef]  # in the place of the stub
async def client(valkey: PrivateValkey) -> AsyncIterator[Counted]:
    found = cache_client(valkey.url, timeout_seconds=5)  # how it fares when time is short, test_redis_faults.py asks
    await found.flushall()
    yield Counted(found)
    await found.aclose()
