"""Parts in S3-compatible object storage: for several hosts and operations of any size. Needs `grahaql[s3]`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store as Bucket

from jobs.errors import MissingPart, StoreError
from jobs.parts import Kept, Part, check_part, operation_at, place_of

if TYPE_CHECKING:
    from obstore.store import S3Config

REQUEST_SECONDS = 30
CONNECT_SECONDS = 5
RETRIES = 3
RETRY_SECONDS = 20
"""A part has well under a megabyte: a service that needs longer for it is down, and the chunk is tried again later."""

_P = ParamSpec("_P")
_T = TypeVar("_T")


def open_bucket(url: str) -> Bucket:
    """The bucket that a URL names; nothing is asked of it yet.

    Args:
        url: s3://bucket/prefix?endpoint=https://host:port&region=name; without an endpoint it is Amazon's. Keys come from
            AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, else from the machine's role.

    >>> open_bucket("s3://births/grahaql?region=eu-central-1")
    S3Store(bucket="births", prefix="grahaql")
    """
    parts = urlsplit(url)
    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return Bucket(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        config=cast("S3Config", options),
        client_options={
            "allow_http": options.get("endpoint", "").startswith("http://"),
            "timeout": timedelta(seconds=REQUEST_SECONDS),
            "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
        },
        retry_config={"max_retries": RETRIES, "retry_timeout": timedelta(seconds=RETRY_SECONDS)},
    )


def _told(call: Callable[_P, _T]) -> Callable[_P, _T]:
    @wraps(call)
    def told(*args: _P.args, **named: _P.kwargs) -> _T:
        try:
            return call(*args, **named)
        except (BaseError, OSError) as error:
            remedy = (
                "Look at the bucket, endpoint and region of GRAHAQL_BULK_STORE and at the keys of the AWS_ variables."
            )
            raise StoreError(f"The object storage refuses: {type(error).__name__}.", remedy) from error

    return told


class S3Store:
    """Parts as objects of a bucket. Args: bucket: of `open_bucket`."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    @_told
    def put(self, operation: str, name: str, data: bytes) -> None:
        """Keep a part. Raises: StoreError."""
        obstore.put(self._bucket, _path(operation, name), data, use_multipart=False)

    @_told
    def get(self, operation: str, name: str) -> bytes:
        """A part. Raises: MissingPart, StoreError."""
        try:
            return bytes(obstore.get(self._bucket, _path(operation, name)).bytes())
        except FileNotFoundError as error:
            raise _missing(error, name) from None

    @_told
    def get_range(self, operation: str, name: str, start: int, count: int) -> bytes:
        """Up to *count* bytes from *start* on. Raises: MissingPart, StoreError."""
        try:
            return bytes(obstore.get_range(self._bucket, _path(operation, name), start=start, length=count))
        except FileNotFoundError as error:
            raise _missing(error, name) from None
        except BaseError as error:
            if "InvalidRange" in str(error):  # it begins behind the end
                return b""
            raise

    @_told
    def parts(self, operation: str, prefix: str = "") -> list[Part]:
        """The parts whose names begin with *prefix*. Raises: StoreError."""
        place = f"{place_of(operation)}/"
        found = [
            Part(entry["path"].removeprefix(place), entry["size"])
            for page in obstore.list(self._bucket, prefix=place)
            for entry in page
        ]
        return [part for part in found if part.name.startswith(prefix)]

    @_told
    def delete(self, operation: str) -> None:
        """Remove everything of the operation. Raises: StoreError."""
        for page in obstore.list(self._bucket, prefix=f"{place_of(operation)}/"):
            obstore.delete(self._bucket, [entry["path"] for entry in page])

    @_told
    def kept(self) -> list[Kept]:
        """Every operation of which something is kept. Raises: StoreError."""
        now = datetime.now(UTC)
        places = obstore.list_with_delimiter(self._bucket)["common_prefixes"]
        return [Kept(operation, self._age(place, now)) for place in places if (operation := operation_at(place))]

    def close(self) -> None:
        """Connections go with the bucket."""

    def _age(self, place: str, now: datetime) -> float:
        page = next(iter(obstore.list(self._bucket, prefix=f"{place}/", chunk_size=1)), [])
        return min(((now - entry["last_modified"]).total_seconds() for entry in page), default=0.0)


def _path(operation: str, name: str) -> str:
    check_part(operation, name)
    return f"{place_of(operation)}/{name}"


def _missing(error: FileNotFoundError, name: str) -> StoreError:
    if "NoSuchBucket" in str(error):
        return StoreError("The object storage has no such bucket.", "Make the bucket that GRAHAQL_BULK_STORE names.")
    return MissingPart(f"There is no part {name}.")
