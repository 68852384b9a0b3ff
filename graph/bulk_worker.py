"""One worker of bulk operations: `python -m graph.bulk_worker`, started by the supervisor."""

from __future__ import annotations

import asyncio
import gc
import os
import secrets
import socket
import sys

import msgspec
import structlog

from ephemeris.errors import EphemerisError
from graph.bulk_work import Selection, SelectionWork
from graph.compiled.plans import Compile
from graph.engine_facts import engine_facts
from graph.operations import Operations
from graph.schema import schema
from graph.server import engine_from
from jobs.broker import make_broker
from jobs.hooks import calling
from jobs.ledger import Ledger
from jobs.stores import make_store
from jobs.tuning import tuning_from
from jobs.webhooks.webhook import make_webhooks
from jobs.work import MakeWork
from jobs.worker import Worker, WorkerSettings
from resolvers.engine import Engine
from resolvers.zones import ZoneDatabaseError
from runtime.clients import records_client
from runtime.errors import EX_CONFIG, ConfigurationError, StartError
from runtime.logs import configure_logs
from runtime.settings import ServerSettings, read_settings
from runtime.state import open_state

_STOP_SECONDS = 10.0
"""Within which a chunk is finished after SIGTERM; else it is given back."""

_L1_BYTES = 8 * 1024 * 1024
"""Charts that a worker keeps: those of one chunk, which its loaders share."""

_COLLECTED_AFTER = (100_000, 50, 100)
"""Objects, collections of the youngest, collections of the middle: some 20 MB at most between two looks."""

_log = structlog.get_logger(__name__)


def work_maker(engine: Engine, source_url: str, loop: asyncio.AbstractEventLoop) -> MakeWork:
    """What makes the work of a selection as `submitBulk` writes it."""
    operations, facts = Operations(schema(), compiled=Compile.ALWAYS), engine_facts(engine, source_url)
    read = msgspec.msgpack.Decoder(Selection).decode
    return lambda selection, _settings: SelectionWork(read(selection), operations, engine, facts, loop)


def run(settings: ServerSettings) -> int:
    """Work until told to end; answers the exit code."""
    if settings.jobs_url is None:
        raise ConfigurationError("JOBS_URL", None, "Name the server that keeps the records of bulk operations.")
    client = records_client(settings.jobs_url)
    engine = engine_from(_alone(settings), settings.secret_key or open_state(settings.state_dir).secret_key())
    with asyncio.Runner() as runner:
        worker = Worker(
            WorkerSettings(
                name=f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}",
                tuning=tuning_from(settings),
                chunks=settings.worker_chunks,
                memory_bytes=settings.worker_memory,
                stop_seconds=min(_STOP_SECONDS, settings.grace_seconds / 2),
            ),
            Ledger(client),
            make_store(settings),
            make_broker(settings.broker_url, client),
            work_maker(engine, settings.source_url, runner.get_loop()),
            calling(make_webhooks(settings)),
        )
        _spare_collections()
        return worker.run()


def _spare_collections() -> None:
    """Look for garbage seldom: a chunk's tasks live as long as the chunk, and looking at them again and again costs a third."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTED_AFTER)


def _alone(settings: ServerSettings) -> ServerSettings:
    """As API processes compute, but by itself: births of a bulk operation hardly ever come again, and a million of their
    charts would drive out of the cache server what clients ask for.
    """
    most = min(settings.l1_bytes, _L1_BYTES)
    return msgspec.structs.replace(settings, pool_processes=0, cache_url=None, l1_bytes=most)


def main() -> None:
    """Read the environment and work; a problem of configuration or data ends the process with EX_CONFIG."""
    try:
        settings = read_settings(os.environ)
        configure_logs(settings)
        code = run(settings)
    except (StartError, EphemerisError, ZoneDatabaseError) as error:
        _log.error("worker.refused", reason=str(error), remedy=getattr(error, "remedy", None))
        sys.exit(EX_CONFIG)
    sys.exit(code)


if __name__ == "__main__":
    main()
