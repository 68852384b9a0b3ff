"""What the HTTP and GraphQL faces count, as readings, and every metric that a process of this service may tell."""

from __future__ import annotations

import platform
from collections.abc import Iterator

from graphql import OperationType

from graph.bounds import Bounds
from graph.counts import CODES, KINDS, METHODS, NAMES_MAX, OUTCOMES, STATUSES, HttpCounts, OperationCounts
from graph.drain import OpenStreams
from graph.engine_facts import EngineFacts
from graph.kept import KeptAnswers
from resolvers.figures import ENGINE_METRICS
from runtime.metrics.process import PROCESS_METRICS
from runtime.metrics.rows import Label, Metric, Reading, Type

REQUESTS = Metric(
    "http_server_request_duration_seconds", Type.HISTOGRAM, "Time from a request's head to its answer's last byte.",
    (Label("method", METHODS), Label("status", STATUSES), Label("kind", KINDS)),
)  # fmt: skip
IN_FLIGHT = Metric("http_server_requests_in_flight", Type.GAUGE, "Requests being answered, streams among them.")
OPERATIONS = Metric(
    "graphql_operation_duration_seconds", Type.HISTOGRAM, "Time of executing an operation that no cache answered.",
    (
        Label("operation_type", tuple([kind.value for kind in OperationType])),
        Label("operation_name", bound=f"names of published documents and of GRAHAQL_METRICS_OPERATIONS, {NAMES_MAX} at most, "
              "and `other`"),
        Label("outcome", OUTCOMES),
    ),
)  # fmt: skip
ERRORS = Metric(
    "graphql_errors_total", Type.COUNTER, "Errors told: of executed operations, and of requests by HTTP that were refused.",
    (Label("code", CODES),),
)  # fmt: skip
RUNNING = Metric("graphql_operations_in_flight", Type.GAUGE, "Operations being executed.")
SUBSCRIPTIONS = Metric("graphql_subscriptions_active", Type.GAUGE, "Subscriptions open, whatever carries them.")
STREAMS = Metric("graphql_streams_open", Type.GAUGE, "WebSockets, event streams and multipart answers open.")
KEPT = Metric(
    "http_kept_answers_total", Type.COUNTER, "Look-ups of whole answers by the very bytes of their requests.",
    (Label("result", ("hit", "miss")),),
)  # fmt: skip
BUILD = Metric(
    "grahaql_build_info", Type.GAUGE, "What runs here; always 1.",
    (Label("version", bound="one"), Label("release", bound="one"), Label("python", bound="one"),
     Label("ephemeris", bound="one"), Label("zones", bound="one")),
    greatest=True,
)  # fmt: skip

FACE_METRICS = (REQUESTS, IN_FLIGHT, KEPT, OPERATIONS, ERRORS, RUNNING, SUBSCRIPTIONS, STREAMS, BUILD)
METRICS = (*FACE_METRICS, *ENGINE_METRICS, *PROCESS_METRICS)
"""Every metric; a room that counts adds its rows here."""


class FaceReadings:
    """Reads what the faces of one process count."""

    def __init__(
        self, http: HttpCounts, operations: OperationCounts, kept: KeptAnswers, bounds: Bounds,
        streams: OpenStreams, facts: EngineFacts,
    ) -> None:  # fmt: skip
        self._http = http
        self._operations = operations
        self._kept = kept
        self._bounds = bounds
        self._streams = streams
        self._build = (facts.version, facts.release, platform.python_version(), facts.ephemeris, facts.zone_database)

    def __call__(self) -> Iterator[Reading]:
        """All readings."""
        for request, seconds in self._http.seconds.items():
            yield Reading(REQUESTS, seconds, request)
        for operation, seconds in self._operations.seconds.items():
            yield Reading(OPERATIONS, seconds, operation)
        for code, count in self._operations.errors.items():
            yield Reading(ERRORS, count, (code,))
        yield Reading(KEPT, self._kept.hits, ("hit",))
        yield Reading(KEPT, self._kept.misses, ("miss",))
        yield Reading(IN_FLIGHT, self._http.in_flight)
        yield Reading(RUNNING, self._bounds.running)
        yield Reading(SUBSCRIPTIONS, self._bounds.subscriptions)
        yield Reading(STREAMS, self._streams.count)
        yield Reading(BUILD, 1, self._build)
