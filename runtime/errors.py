"""Why a service cannot start, as one tree.

StartError                  the service cannot start; the message says what to do
├── ConfigurationError      a variable, its value, and the remedy
├── StateInUseError         another instance holds the state folder
└── EmbeddedServerError     a private server did not come up
"""

from __future__ import annotations

from pathlib import Path

EX_CONFIG = 78
"""The exit code of a process that cannot serve with this configuration, so restarting it is pointless (sysexits.h)."""


class StartError(Exception):
    """Base of all: the service cannot start, and a restart without a change would fail again."""

    exit_code = EX_CONFIG


class ConfigurationError(StartError):
    """Raised when a setting cannot be used: names the variable, its value and the remedy.

    Args:
        variable: the environment variable.
        value: what it was, masked by the caller where it is secret; None when it was unset.
        remedy: what to do, as a sentence.

    >>> str(ConfigurationError("GRAHAQL_PORT", "http", "Write a whole number from 0 to 65535."))
    "GRAHAQL_PORT='http': Write a whole number from 0 to 65535."
    >>> str(ConfigurationError("REDIS_URL", None, "Set it."))
    'REDIS_URL is unset: Set it.'
    """

    def __init__(self, variable: str, value: str | None, remedy: str) -> None:
        stated = f"{variable} is unset" if value is None else f"{variable}={value!r}"
        super().__init__(f"{stated}: {remedy}")
        self.variable = variable
        self.value = value
        self.remedy = remedy


class StateInUseError(StartError):
    """Raised when another instance holds the state folder: names the folder and the process that holds it."""

    def __init__(self, folder: Path, holder_pid: int | None) -> None:
        holder = "an unknown process" if holder_pid is None else f"process {holder_pid}"
        super().__init__(
            f"The state folder {folder} is in use by {holder}: "
            "stop that instance, or give this one a folder of its own in GRAHAQL_STATE_DIR."
        )
        self.folder = folder
        self.holder_pid = holder_pid


class EmbeddedServerError(StartError):
    """Raised when a private Redis-compatible server does not come up: names its program and quotes its log."""

    def __init__(self, program: Path, log: Path, reason: str) -> None:
        super().__init__(
            f"{program} did not come up: {reason} Its log is {log}; with REDIS_URL set, no private server is started."
        )
        self.program = program
        self.log = log
