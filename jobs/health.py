"""Whether operations can be had, and will be there tomorrow."""

from __future__ import annotations

from typing import NamedTuple

from redis.exceptions import RedisError

from jobs.ledger import AsyncLedger, Server

NOT_DURABLE = "The jobs server keeps no append-only file: when it ends, operations are LOST. Set appendonly yes."
EVICTS = "The jobs server may evict records when its memory is full. Set maxmemory-policy noeviction."
EMPTIED = "The jobs server was emptied since this process started: operations from before are LOST."
NO_WORKERS = "No worker is alive: operations wait. Start `grahaql worker`, or set GRAHAQL_WORKERS."


class Health(NamedTuple):
    """Whether the records can be had now, workers alive, unfinished operations, and what is wrong, as sentences."""

    up: bool
    workers: int
    unfinished: int
    warnings: tuple[str, ...]


class HealthCheck:
    """Looks at the server of the records, and remembers whether it was emptied."""

    def __init__(self, ledger: AsyncLedger) -> None:
        self._ledger = ledger
        self._epochs: set[str] = set()

    async def look(self) -> Health:
        """How it is now."""
        try:
            server = await self._ledger.server()
        except (RedisError, OSError) as error:
            reason = f"The jobs server does not answer ({type(error).__name__})."
            return Health(up=False, workers=0, unfinished=0, warnings=(reason,))
        self._epochs.add(server.epoch)
        return Health(True, server.workers, server.unfinished, self._warnings(server))

    def _warnings(self, server: Server) -> tuple[str, ...]:
        told = {
            NOT_DURABLE: not server.durable,
            EVICTS: not server.keeps_all,
            EMPTIED: len(self._epochs) > 1,
            NO_WORKERS: server.workers == 0,
        }
        return tuple(text for text, wrong in told.items() if wrong)
