"""How bulk operations are paced and bounded: what is set, and what is fixed."""

from __future__ import annotations

import msgspec

from runtime.settings import ServerSettings


class Limits(msgspec.Struct, frozen=True):
    """What may be unfinished at a time: operations and births, of one client and of all."""

    client_operations: int = 20
    client_births: int = 2_000_000
    all_operations: int = 1_000
    all_births: int = 20_000_000


class Tuning(msgspec.Struct, frozen=True, kw_only=True):
    """How work is cut, leased and given up.

    Args:
        chunk_ms: milliseconds that a chunk shall take.
        first_chunk: births of an operation's first chunks, before its rate is known.
        least, most: births of a chunk.
        lease_ms: after which a chunk is someone else's, unless its worker says that it still works.
        lost_ms: after which a wake-up that nobody answered is taken for lost.
        wakes: wake-ups under way for each worker.
        tries: how often a chunk may end its worker, and a single birth be tried.
        faults: how often a chunk waits for what it needs before the operation fails.
        chunk_seconds: after which a chunk's worker is ended.
        operation_seconds: after which an operation is given up.
        receiving_seconds: within which all births of an operation must have come.
    """

    chunk_ms: int = 350
    first_chunk: int = 50
    least: int = 10
    most: int = 2_000
    lease_ms: int = 5_000
    lost_ms: int = 10_000
    wakes: int = 4
    tries: int = 3
    faults: int = 8
    chunk_seconds: float = 60.0
    operation_seconds: float = 86_400.0
    receiving_seconds: float = 600.0

    @property
    def last_write_ms(self) -> int:
        """After which no worker writes any more for an operation that was removed."""
        return int(self.chunk_seconds * 1000) + 2 * self.lease_ms


def tuning_from(settings: ServerSettings) -> Tuning:
    """How a service's settings pace and bound its operations."""
    return Tuning(
        tries=settings.bulk_tries,
        chunk_seconds=settings.bulk_chunk_seconds,
        operation_seconds=settings.bulk_seconds,
    )


def limits_from(settings: ServerSettings) -> Limits:
    """What a service's settings allow to be unfinished."""
    return Limits(
        settings.bulk_client_operations,
        settings.bulk_client_births,
        settings.bulk_operations,
        settings.bulk_births,
    )
