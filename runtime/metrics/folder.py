"""The folder of a service's metrics: held by the supervisor, emptied when it starts, rid of what dead children left."""

from __future__ import annotations

import os
from pathlib import Path

from runtime.errors import ConfigurationError
from runtime.state import try_lock

_SERVICES_MAX = 64


class MetricsFolder:
    """A folder that no other service uses, for as long as this value is kept. `open_metrics_folder` makes one."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock = lock

    def forget(self, slot: int) -> None:
        """Drop the levels (memory, open connections) that a process left when it ended; its counts stay."""
        for file in self.path.glob(f"gauge_live*_{slot}.db"):
            file.unlink(missing_ok=True)

    def close(self) -> None:
        """Let another service have it."""
        os.close(self._lock)


def open_metrics_folder(parent: Path) -> MetricsFolder:
    """The first folder in *parent* that is free, empty.

    Services that share a state folder, which is possible where the Redis server is not theirs, have one each.

    Raises:
        ConfigurationError: none is free.
        OSError: it cannot be made.
    """
    for number in range(_SERVICES_MAX):
        folder = parent / str(number)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if try_lock(lock):
            for left in (*folder.glob("*.db"), *folder.glob("*.new")):
                left.unlink()
            return MetricsFolder(folder, lock)
        os.close(lock)
    raise ConfigurationError("GRAHAQL_STATE_DIR", str(parent), "Name a folder that fewer services share.")
