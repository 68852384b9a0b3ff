"""The worker processes of bulk operations, as the supervisor starts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runtime.api_children import child_environment
from runtime.children import ChildSpec
from runtime.settings import ServerSettings


def worker_children(
    settings: ServerSettings, command: Sequence[str], environ: Mapping[str, str], first_slot: int = 0
) -> tuple[ChildSpec, ...]:
    """The workers that *settings* ask for, in slots from *first_slot* on; none without a jobs server.

    None is vital: whatever ends a worker, charts are answered.

    Args:
        command: the command line of a worker.
        environ: what the environment of each is made from, usually `os.environ`.
        first_slot: so many slots are the API processes'.
    """
    if settings.jobs_url is None:
        return ()
    return tuple(
        ChildSpec(
            name=f"worker-{number}",
            argv=tuple(command),
            environment=child_environment(settings, first_slot + number, environ),
            nice=settings.worker_nice,
            vital=False,
            slot=first_slot + number,
        )
        for number in range(settings.workers)
    )
