"""The pool: slices of work handed to child processes in fair turns, started when first needed and ended when idle."""

from __future__ import annotations

import asyncio
from asyncio import Future, Task, TimerHandle
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence

import structlog

from ephemeris.words import ErrorCode
from resolvers.breaker import Breaker
from resolvers.wire import Question, Refusal, Reply
from resolvers.workers import Worker, WorkerError

IDLE_SECONDS = 300.0
"""After how long without work the workers end."""

_REST_SECONDS = 30.0
"""How long a pool is left alone whose workers do not start, or end whenever they are asked."""

_TRIES = 2

_log = structlog.get_logger(__name__)


class _Slice:
    """Questions that one worker answers at once, and who waits for the reply."""

    def __init__(self, questions: Sequence[Question], reply: Future[Reply]) -> None:
        self.questions = questions
        self.reply = reply
        self.tries = 0

    def tell(self, reply: Reply) -> None:
        """Hand over the reply, if anybody still waits for it."""
        if not self.reply.done():
            self.reply.set_result(reply)

    def give_up(self) -> None:
        """Say for every question that it could not be answered."""
        refusal = Refusal(
            "EphemerisError",
            ErrorCode.UNAVAILABLE,
            "The process that computes charts ended before it answered.",
            "Send the request again; if it fails again, the log of the service says why.",
            (),
        )
        self.tell(Reply((refusal,) * len(self.questions)))


class Pool:
    """Workers, and the slices that wait for them: every request in turn gets one slice done.

    Args:
        size: how many workers.
        start: makes a worker that is ready, or raises WorkerError.
        idle_seconds: without work, until the workers end.
        breaker: when to leave a pool alone whose workers fail.
    """

    def __init__(
        self,
        size: int,
        start: Callable[[], Awaitable[Worker]],
        idle_seconds: float = IDLE_SECONDS,
        breaker: Breaker | None = None,
    ) -> None:
        self.workers: set[Worker] = set()
        self._size = size
        self._start = start
        self._idle_seconds = idle_seconds
        self._breaker = breaker or Breaker(failures=size + _TRIES, rest=_REST_SECONDS)
        self._free: list[Worker] = []
        self._starting = 0
        self._batches: deque[deque[_Slice]] = deque()
        self._tasks: set[Task[None]] = set()
        self._timer: TimerHandle | None = None

    def awake(self) -> bool:
        """Whether a worker is ready; workers that are missing begin to start, and nobody waits for them."""
        while len(self.workers) + self._starting < self._size and self._breaker.allows():
            self._starting += 1
            self._run(self._add_worker())
        return bool(self.workers)

    async def started(self) -> bool:
        """As `awake`, once the workers that begin to start have done so or failed."""
        self.awake()
        while self._starting:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        return bool(self.workers)

    def submit(self, slices: Sequence[Sequence[Question]]) -> list[Future[Reply]]:
        """The replies to come, one for each slice. Cancel one and its slice is dropped, unless it has begun."""
        loop = asyncio.get_running_loop()
        batch = deque([_Slice(questions, loop.create_future()) for questions in slices])
        replies = [piece.reply for piece in batch]
        if batch:
            self._batches.append(batch)
            self._go_on()
        return replies

    async def close(self) -> None:
        """End every worker; who still waits for a slice is told that it could not be answered."""
        self._size = 0
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._give_up_waiting()
        self._end_all()

    def _go_on(self) -> None:
        """Hand slices to free workers; see that there are workers where slices wait."""
        while self._free and (piece := self._next()) is not None:
            self._run(self._hand(self._free.pop(), piece))
        if self._batches and not self.awake() and not self._starting:
            self._give_up_waiting()
        self._set_timer()

    def _next(self) -> _Slice | None:
        """The next slice that somebody still waits for: one of each batch in turn."""
        while self._batches:
            batch = self._batches.popleft()
            piece = batch.popleft()
            if batch:
                self._batches.append(batch)
            if not piece.reply.done():
                return piece
        return None

    async def _hand(self, worker: Worker, piece: _Slice) -> None:
        piece.tries += 1
        try:
            reply = await worker.ask(piece.questions)
        except WorkerError as error:
            _log.warning("pool.worker_lost", reason=str(error), tries=piece.tries)
            self._breaker.failed()
            self._drop(worker)
            self._retry(piece)
        except BaseException:
            self._drop(worker)
            piece.give_up()
            raise
        else:
            self._breaker.succeeded()
            piece.tell(reply)
            self._free.append(worker)
        self._go_on()

    def _retry(self, piece: _Slice) -> None:
        if piece.tries < _TRIES:
            self._batches.appendleft(deque([piece]))
        else:
            piece.give_up()

    async def _add_worker(self) -> None:
        try:
            worker = await self._start()
        except WorkerError as error:
            _log.warning("pool.not_started", reason=str(error))
            self._breaker.failed()
        else:
            self.workers.add(worker)
            self._free.append(worker)
        finally:
            self._starting -= 1
        self._go_on()

    def _give_up_waiting(self) -> None:
        while (piece := self._next()) is not None:
            piece.give_up()

    def _drop(self, worker: Worker) -> None:
        self.workers.discard(worker)
        worker.end()

    def _set_timer(self) -> None:
        """The workers end when nothing happened for a while."""
        if self._timer is not None:
            self._timer.cancel()
        idle = bool(self.workers) and len(self._free) == len(self.workers)
        self._timer = asyncio.get_running_loop().call_later(self._idle_seconds, self._end_all) if idle else None

    def _end_all(self) -> None:
        for worker in tuple(self.workers):
            self._drop(worker)
        self._free.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _run(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
