"""Dramatiq, which carries wake-ups and nothing else: to lose one, or to get it twice, harms nobody."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import dramatiq
import structlog
from dramatiq.broker import Broker, Consumer, MessageProxy
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import ConnectionClosed, DramatiqError
from redis import Redis
from redis.exceptions import RedisError

from jobs.ledger import ROOT
from runtime.errors import ConfigurationError

QUEUE = "bulk"
ACTOR = "run_chunk"

HEARTBEAT_MS = 15_000
"""After which Dramatiq takes a worker for dead and puts its wake-ups back: tidying up, for the reconcilers are faster."""

_PAUSE_SECONDS = 0.2

_log = structlog.get_logger(__name__)


def make_broker(url: str | None, client: Redis) -> Broker:
    """The broker that a setting names: RabbitMQ by amqp:// or amqps://, else the server of the records.

    No middleware: no retries, no age limits, no results, for the record knows what is to be done.

    Raises:
        ConfigurationError: RabbitMQ is wanted, and its client is not installed.
    """
    broker = WakeUpBroker(client) if url is None else _rabbitmq(url)
    broker.declare_queue(QUEUE)
    return broker


def add_actor(broker: Broker, run: Callable[[str], None]) -> None:
    """Have *run* called with the token of each wake-up."""
    dramatiq.actor(broker=broker, actor_name=ACTOR, queue_name=QUEUE)(run)


class Waker:
    """Sends wake-ups. It blocks as long as the broker's client waits: an event loop calls it in a thread."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def send(self, tokens: Iterable[str]) -> bool:
        """Whether all were sent; what was not, the reconcilers send later."""
        try:
            for token in tokens:
                message = dramatiq.Message[Any](
                    queue_name=QUEUE, actor_name=ACTOR, args=(token,), kwargs={}, options={}
                )
                self._broker.enqueue(message)
        except (RedisError, DramatiqError, OSError) as error:
            _log.warning("wake.not_sent", error=type(error).__name__)
            return False
        return True

    def close(self) -> None:
        """Let connections go."""
        self._broker.close()


class WakeUpBroker(RedisBroker):
    """Dramatiq's broker on Redis, in the slot of the records, without a queue of delayed messages."""

    def __init__(self, client: Redis) -> None:
        super().__init__(  # type: ignore[no-untyped-call]  # Dramatiq types it not
            client=client, namespace=f"{ROOT}:mq", middleware=[], heartbeat_timeout=HEARTBEAT_MS
        )

    def declare_queue(self, queue_name: str) -> None:
        """Declare a queue alone: nothing is ever delayed, and each queue costs a thread that polls."""
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues.add(queue_name)
            self.emit_after("declare_queue", queue_name)

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:
        """The queue's wake-ups, over every fault of Redis."""
        return _Patient(super().consume(queue_name, prefetch, timeout))


class _Patient(Consumer):
    """Goes on when Redis was away. By itself Dramatiq then waits three to five seconds, or takes it for a bug."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer
        self._away = False

    def __next__(self) -> MessageProxy | None:
        try:
            message: MessageProxy | None = next(self._consumer)
        except (ConnectionClosed, RedisError) as error:
            self._tell(type(error).__name__)
            time.sleep(_PAUSE_SECONDS)
            return None
        self._away = False
        return message

    def ack(self, message: MessageProxy) -> None:
        self._forgiven(lambda: self._consumer.ack(message))

    def nack(self, message: MessageProxy) -> None:
        self._forgiven(lambda: self._consumer.nack(message))

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        self._forgiven(lambda: self._consumer.requeue(messages))

    def close(self) -> None:
        self._consumer.close()

    def _forgiven(self, do: Callable[[], None]) -> None:
        try:
            do()
        except (ConnectionClosed, RedisError) as error:  # it comes again, and then there is nothing to do
            self._tell(type(error).__name__)

    def _tell(self, error: str) -> None:
        if not self._away:
            _log.warning("broker.away", error=error)
        self._away = True


def _rabbitmq(url: str) -> Broker:
    try:
        from dramatiq.brokers.rabbitmq import RabbitmqBroker  # noqa: PLC0415  an extra: only who asks for it needs it
    except ImportError:
        shown = urlsplit(url)._replace(netloc="***").geturl()
        remedy = "Install grahaql[rabbitmq], or leave it unset: then the server of the records carries wake-ups."
        raise ConfigurationError("GRAHAQL_BROKER_URL", shown, remedy) from None
    return RabbitmqBroker(url=url, middleware=[])
