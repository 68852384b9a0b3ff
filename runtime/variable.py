"""One environment variable: its row of the table, and its value in an environment."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from runtime import values
from runtime.errors import ConfigurationError

Environ = Mapping[str, str]


class Variable(NamedTuple):
    """One environment variable: what it is called, what may stand in it, and how it is read.

    `default` is text that `read` understands or, where `computed` is given, words for what that does.
    """

    name: str
    field: str
    kind: str
    default: str
    range: str
    description: str
    read: values.Reader
    computed: Callable[[Environ], Any] | None = None
    shown: Callable[[str], str] = values.as_written

    def value(self, environ: Environ) -> Any:
        """What *environ* gives the variable. Raises: ConfigurationError: it is out of its range."""
        text = stated(environ, self.name)
        if text is None and self.computed is not None:
            return self.computed(environ)
        return self.parsed(self.default if text is None else text)

    def parsed(self, text: str) -> Any:
        """The value that a text stands for. Raises: ConfigurationError: it is out of its range."""
        try:
            return self.read(text)
        except ValueError as error:
            raise ConfigurationError(self.name, self.shown(text), str(error)) from None


def stated(environ: Environ, name: str) -> str | None:
    """The text of a variable, None where it is unset, empty or not meant for us."""
    text = environ.get(name, "")
    return None if not text.strip() or is_service_link(name, text) else text


def is_service_link(name: str, text: str) -> bool:
    """Whether Kubernetes put the variable there because a Service is called grahaql or grahaql-something."""
    if re.fullmatch(r"GRAHAQL_(\w+_)?(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)", name):
        return True
    return bool(re.fullmatch(r"GRAHAQL_(\w+_)?PORT", name) and re.match(r"(tcp|udp|sctp)://", text))
