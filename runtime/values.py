"""One value out of one string: what the rows of `runtime.variables` are read with.

Every reader takes the text of an environment variable and returns its value, or raises ValueError whose message is the
remedy, a sentence that says what to write instead.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

from runtime.cores import usable_cores

REDIS_SCHEMES = ("redis", "rediss", "unix")
KEY_BYTES_MIN = 32
EPHEMERIS_PATH_BYTES_MAX = 200
"""The Swiss Ephemeris drops a longer SE_EPHE_PATH without a word and computes from its built-in model."""

Reader = Callable[[str], Any]


def whole_number(low: int, high: int) -> Reader:
    """A reader of whole numbers from *low* to *high*.

    >>> whole_number(0, 65535)("8000")
    8000
    """

    def read(text: str) -> int:
        if re.fullmatch(r"\s*\d{1,18}\s*", text, re.ASCII) and low <= int(text) <= high:
            return int(text)
        raise ValueError(f"Write a whole number from {low} to {high}.")

    return read


def seconds(low: float, high: float) -> Reader:
    """A reader of durations in seconds from *low* to *high*.

    >>> seconds(0.001, 10)("0.05")
    0.05
    """

    def read(text: str) -> float:
        if re.fullmatch(r"\s*\d{1,9}(\.\d{1,9})?\s*", text, re.ASCII) and low <= float(text) <= high:
            return float(text)
        raise ValueError(f"Write seconds as a number from {low:g} to {high:g}.")

    return read


def one_of(choices: Mapping[str, Any]) -> Reader:
    """A reader of one of *choices*, in any case.

    >>> one_of({"info": 20})(" INFO")
    20
    """

    def read(text: str) -> Any:
        try:
            return choices[text.strip().lower()]
        except KeyError:
            raise ValueError(f"Write one of {', '.join(choices)}.") from None

    return read


def words(text: str) -> str:
    """The text without the white space around it, never empty."""
    return text.strip()


def folder(text: str) -> Path:
    """The folder as an absolute path; it need not exist. `~` is not expanded: the shell does that.

    >>> folder("/srv/grahaql/../state").as_posix()
    '/srv/state'
    """
    return Path(os.path.abspath(text))  # noqa: PTH100  (resolve() would follow links, absolute() would keep ..)


def ephemeris_folder(text: str) -> Path:
    """The folder of Swiss Ephemeris files, one that exists and that the library will not silently ignore or split."""
    path = folder(text)
    if len(os.fsencode(path)) > EPHEMERIS_PATH_BYTES_MAX:
        raise ValueError(f"Name a folder whose path is at most {EPHEMERIS_PATH_BYTES_MAX} bytes long.")
    if set(str(path)) & {":", ";"}:
        raise ValueError("Name a folder without : and ; in its path: the Swiss Ephemeris reads them as separators.")
    if not path.is_dir():
        raise ValueError("Name a folder that exists and holds sepl_18.se1 and semo_18.se1.")
    return path


def process_count(text: str) -> int:
    """A number of processes; 0 stands for one per core that may be used."""
    given: int = whole_number(0, 64)(text)
    return given or min(usable_cores(), 64)


def existing_files(text: str) -> tuple[Path, ...]:
    """Files separated by colons, each of which exists."""
    paths = tuple([Path(os.path.abspath(name)) for name in text.split(":") if name.strip()])  # noqa: PTH100  keeps links
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        raise ValueError(f"Name files that exist, separated by colons; there is no {missing[0]}.")
    return paths


def secret_key(text: str) -> bytes:
    """The key's bytes from hexadecimal digits, else from base64 (either alphabet, with or without padding).

    >>> secret_key("00" * 32) == secret_key("A" * 43) == bytes(32)
    True
    """
    key = _decoded(text.strip())
    if len(key) < KEY_BYTES_MIN:
        raise ValueError(f"Write at least {KEY_BYTES_MIN} random bytes in hexadecimal or base64.")
    return key


def secret_keys(text: str) -> tuple[bytes, ...]:
    """The keys of a list that is separated by commas, in its order.

    >>> secret_keys("00" * 32 + ", " + "A" * 43) == (bytes(32), bytes(32))
    True
    """
    return tuple([secret_key(key) for key in text.split(",")])


def _decoded(text: str) -> bytes:
    if re.fullmatch(r"([0-9a-fA-F]{2})+", text):
        return bytes.fromhex(text)
    standard = text.translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except binascii.Error:
        return b""


def redis_url(text: str) -> str:
    """The URL of a Redis-compatible server, checked for what can be checked without connecting.

    >>> redis_url("redis://cache.internal:6379/1")
    'redis://cache.internal:6379/1'
    """
    url = text.strip()
    parts = _split(url)
    if parts.scheme not in REDIS_SCHEMES:
        known = ", ".join(f"{scheme}://" for scheme in REDIS_SCHEMES)
        raise ValueError(f"Write a URL that begins with one of {known}.")
    if parts.scheme == "unix" and not parts.path:
        raise ValueError("Write the socket's path, as in unix:///run/redis/redis.sock?db=0.")
    if parts.scheme != "unix" and not _has_host_and_port(parts):
        raise ValueError("Write a host, and a port from 1 to 65535 if not 6379, as in redis://127.0.0.1:6379/0.")
    database_of(url)
    return url


def broker_url(text: str) -> str:
    """The URL of a RabbitMQ server, checked for what can be checked without connecting.

    >>> broker_url("amqp://rabbit.internal:5672/bulk")
    'amqp://rabbit.internal:5672/bulk'
    """
    url = text.strip()
    parts = _split(url)
    if parts.scheme not in ("amqp", "amqps") or not _has_host_and_port(parts):
        raise ValueError("Write a URL such as amqp://user:password@rabbit.internal:5672/, or leave it unset.")
    return url


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise ValueError("Write a URL such as redis://127.0.0.1:6379/0; a literal IPv6 address goes in [].") from None


def _has_host_and_port(parts: SplitResult) -> bool:
    try:
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def database_of(url: str) -> int:
    """The logical database that *url* names, 0 if none: `?db=` wins over the path, as in redis-py.

    >>> database_of("redis://h/3"), database_of("unix:///run/r.sock?db=2"), database_of("redis://h")
    (3, 2, 0)
    """
    parts = urlsplit(url)
    path = "" if parts.scheme == "unix" else parts.path.strip("/")
    number = parse_qs(parts.query).get("db", [path])[0] or "0"
    if not re.fullmatch(r"\d{1,4}", number, re.ASCII):
        raise ValueError("Write the logical database as a whole number, as in redis://127.0.0.1:6379/0.")
    return int(number)


def with_database(url: str, number: int) -> str:
    """*url* with its logical database replaced.

    >>> with_database("redis://h:1/0?timeout=2", 1)
    'redis://h:1/0?timeout=2&db=1'
    """
    server, _, query = url.partition("?")
    options = {name: values for name, values in parse_qs(query).items() if name != "db"}
    return f"{server}?{urlencode({**options, 'db': [str(number)]}, doseq=True)}"


def masked_url(url: str) -> str:
    """*url* fit to be shown: without user, password and what might be a misplaced password.

    >>> masked_url("redis://me:pa/ss@host:6379/0?password=x"), masked_url("redis://:secret"), masked_url("secret")
    ('redis://***@host:6379/0?password=***', 'redis://:***', '***')
    """
    if "://" not in url:
        return "***"
    shown = re.sub(r"(?<=://).*@", "***@", url)
    shown = re.sub(r"((?:password|username)=)[^&]*", r"\1***", shown)
    return re.sub(r"(?<=://)([^/?@\[\]]*):(?!\d{1,5}(?:[/?]|$))[^/?@]*$", r"\1:***", shown)


def masked(_text: str) -> str:
    """What is shown in place of a secret."""
    return "***"


def as_written(text: str) -> str:
    """What is shown of a value that is no secret: itself."""
    return text


def comma_separated(text: str) -> tuple[str, ...]:
    """Words separated by commas.

    >>> comma_separated("https://a.example, https://b.example")
    ('https://a.example', 'https://b.example')
    """
    return tuple(word.strip() for word in text.split(",") if word.strip())


def operation_names(text: str) -> tuple[str, ...]:
    """Names separated by commas, as GraphQL spells them, at most 100 of them.

    >>> operation_names("Kundali, Match_2")
    ('Kundali', 'Match_2')
    """
    names = comma_separated(text)
    if len(names) > 100 or not all(re.fullmatch(r"[_A-Za-z][_0-9A-Za-z]{0,63}", name) for name in names):
        raise ValueError("Write at most 100 names of letters, digits and _, each of up to 64, separated by commas.")
    return names


def bearer_key(text: str) -> str:
    """A key that a header can carry: 16 to 256 plain characters without white space."""
    if not re.fullmatch(r"[!-~]{16,256}", text.strip()):
        raise ValueError("Write 16 to 256 letters, digits and signs of ASCII, without white space.")
    return text.strip()


def key_digests(text: str) -> tuple[str, ...]:
    """SHA-256 digests of keys, separated by commas, in small letters.

    >>> key_digests("AB" * 32) == ("ab" * 32,)
    True
    """
    digests = tuple([word.lower() for word in comma_separated(text)])
    if not all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in digests):
        raise ValueError("Write the SHA-256 of each key in 64 hexadecimal digits: printf %s KEY | sha256sum.")
    return digests


def host_names(text: str) -> tuple[str, ...]:
    """Names of hosts, separated by commas, in small letters, each with its port where that is not 443.

    >>> host_names("Hooks.example.com:443, b.example:8443")
    ('hooks.example.com', 'b.example:8443')
    """
    names = tuple([name.lower().removesuffix(":443") for name in comma_separated(text)])
    wrong = [name for name in names if not re.fullmatch(r"(?:[a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{0,62}(:\d{1,5})?", name)]
    if wrong:
        raise ValueError(f"Write full names of hosts, as in hooks.example.com, not {wrong[0]!r}.")
    return names
