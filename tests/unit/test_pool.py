"""The pool over stub workers: fair turns, dropped slices, replaced workers, and what is said when nothing helps."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from ephemeris.errors import ChartError, EphemerisError, InputError
from ephemeris.words import ErrorCode
from resolvers.breaker import Breaker
from resolvers.calculator import Inline, Pace, Pooled, WorkerFaultError, _portions
from resolvers.keys import Keys
from resolvers.kinds import NATAL, VARGAS
from resolvers.pool import Pool
from resolvers.requests import NatalRequest
from resolvers.wire import TRAVELS, Question, Refusal, Reply, decode_questions, decode_reply, frame, refusal
from resolvers.workers import Worker, WorkerError
from tests.questions import bare, question, varga_question

KEYS = Keys(bytes(32), "r")


class Stub:
    """A worker that answers when the gate is open, unless it is to die first."""

    def __init__(self, dies_at: int | None = None) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.seen: list[Sequence[Question]] = []
        self.dies_at = dies_at
        self.ended = False

    async def ask(self, questions: Sequence[Question]) -> Reply:
        self.seen.append(questions)
        await self.gate.wait()
        if len(self.seen) == self.dies_at:
            raise WorkerError("killed")
        await asyncio.sleep(0)
        return Reply(tuple([asked.answer() for asked in questions]), 0.001 * len(questions))

    def end(self) -> None:
        self.ended = True


def starting(*stubs: Worker | WorkerError) -> Callable[[], Awaitable[Worker]]:
    coming = iter(stubs)

    async def start() -> Worker:
        await asyncio.sleep(0)
        found = next(coming, WorkerError("no more"))
        if isinstance(found, WorkerError):
            raise found
        return found

    return start


def natal(count: int, first: int = 0) -> list[NatalRequest]:
    return [question(first + number) for number in range(count)]


def packed(asked: Sequence[NatalRequest]) -> list[Question]:
    return [TRAVELS["natal"].pack(request) for request in asked]


# ── what travels ──


def test_questions_and_replies_come_back_as_they_were_sent() -> None:
    chart = NATAL.join(NATAL.compute(question()), question(), KEYS)
    asked = (*packed(natal(3)), TRAVELS["vargas"].pack(varga_question(chart, 1, 9, 60)))
    assert decode_questions(frame(asked)[4:]) == asked
    told = Reply((b"chart", Refusal("InputError", ErrorCode.DATE_INVALID, "no", "send", ("births", 3))), 0.5)
    assert decode_reply(frame(told)[4:]) == told


@pytest.mark.parametrize("kind", [ChartError, InputError, EphemerisError])
def test_an_error_arrives_as_it_was_raised(kind: type[ChartError]) -> None:
    sent = kind(ErrorCode.DATE_OUT_OF_RANGE, "message", "remedy", ("date", 3))
    found = refusal(sent).error()
    assert type(found) is kind
    assert (found.code, found.message, found.remedy, found.path) == (sent.code, "message", "remedy", ("date", 3))


def test_a_question_answers_with_the_bytes_that_are_computed_here() -> None:
    asked = question()
    chart = NATAL.compute(asked)
    assert TRAVELS["natal"].pack(asked).answer() == NATAL.encode(chart)
    vargas = varga_question(NATAL.join(chart, asked, KEYS), 1, 9, 60, 144)
    assert TRAVELS["vargas"].pack(vargas).answer() == VARGAS.encode(VARGAS.compute(vargas))


def test_portions_keep_the_order_and_end_when_they_are_full() -> None:
    weights = [1, 1, 1, 5, 1, 1]
    asked = [question(number) for number in range(len(weights))]
    of = dict(zip([request.token for request in asked], weights, strict=True))
    cut = list(_portions(asked, lambda request: of[request.token], 2))
    assert [len(portion) for portion in cut] == [2, 2, 2]
    assert [request for portion in cut for request in portion] == asked


# ── turns ──


async def test_a_pool_starts_when_it_is_first_needed_and_ends_when_idle() -> None:
    stubs = [Stub(), Stub()]
    pool = Pool(2, starting(*stubs), idle_seconds=0.05)
    assert not pool.workers
    assert not pool.awake()
    assert await pool.started()
    await asyncio.gather(*pool.submit([packed(natal(1)), packed(natal(1))]))
    await asyncio.sleep(0.15)
    assert not pool.workers
    assert all(stub.ended for stub in stubs)
    await pool.close()


async def test_a_short_request_waits_for_its_turn_and_not_for_the_whole_of_a_long_one() -> None:
    stub = Stub()
    stub.gate.clear()
    pool = Pool(1, starting(stub))
    assert await pool.started()
    long = pool.submit([packed(natal(1, number)) for number in range(10)])
    short = pool.submit([packed(natal(1, 99))])
    stub.gate.set()
    await asyncio.gather(*long, *short)
    assert stub.seen.index(packed(natal(1, 99))) == 2, "after the slice under way and one more"
    await pool.close()


async def test_slices_of_a_cancelled_request_are_dropped_unless_they_have_begun() -> None:
    stub = Stub()
    stub.gate.clear()
    pool = Pool(1, starting(stub))
    assert await pool.started()
    calculator = Pooled(KEYS, pool)
    request = asyncio.create_task(calculator.compute(NATAL, natal(900)))
    await asyncio.sleep(0.01)
    request.cancel()
    await asyncio.gather(request, return_exceptions=True)
    stub.gate.set()
    (reply,) = await asyncio.gather(*pool.submit([packed(natal(2))]))
    assert len(reply.answers) == 2
    assert len(stub.seen) == 2, "the one that had begun, and the new one"
    await pool.close()


async def test_workers_share_the_slices_of_one_request() -> None:
    stubs = [Stub(), Stub()]
    pool = Pool(2, starting(*stubs))
    assert await pool.started()
    await Pooled(KEYS, pool).compute(NATAL, natal(400))
    assert min(len(stub.seen) for stub in stubs) >= 2
    await pool.close()


# ── failures ──


async def test_a_worker_that_dies_is_replaced_and_its_slice_is_asked_again() -> None:
    dying, fresh = Stub(dies_at=2), Stub()
    pool = Pool(1, starting(dying, fresh))
    assert await pool.started()
    asked = natal(300)
    found = await Pooled(KEYS, pool).compute(NATAL, asked)
    inline = await Inline(KEYS).compute(NATAL, asked)
    assert [(request.token, written) for request, _, written in found] == [
        (request.token, written) for request, _, written in inline
    ]
    assert dying.ended
    assert fresh.seen[0] == dying.seen[1]
    await pool.close()


async def test_a_slice_that_kills_two_workers_becomes_errors_and_the_others_are_answered() -> None:
    pool = Pool(1, starting(Stub(dies_at=1), Stub(dies_at=1), Stub()))
    assert await pool.started()
    first, second = await asyncio.gather(*pool.submit([packed(natal(2)), packed(natal(3))]))
    assert all(isinstance(answer, bytes) for answer in second.answers)
    assert [answer.code for answer in first.answers if isinstance(answer, Refusal)] == [ErrorCode.UNAVAILABLE] * 2
    await pool.close()


async def test_when_no_worker_can_be_started_again_nobody_waits_for_ever() -> None:
    pool = Pool(1, starting(Stub(dies_at=1)), breaker=Breaker(failures=2, rest=60))
    assert await pool.started()
    async with asyncio.timeout(5):
        found = await Pooled(KEYS, pool).compute(NATAL, natal(300))
    assert {type(answer) for _, answer, _ in found} == {EphemerisError}
    assert all(written is None for _, _, written in found)
    await pool.close()


async def test_a_pool_that_cannot_start_leaves_the_work_here_and_is_tried_again_later() -> None:
    now = [0.0]
    pool = Pool(1, starting(WorkerError("no"), Stub()), breaker=Breaker(failures=1, rest=30, clock=lambda: now[0]))
    calculator = Pooled(KEYS, pool)
    assert len(await calculator.compute(NATAL, natal(100))) == 100
    assert not pool.workers
    assert not pool.awake()
    now[0] = 31.0
    assert await pool.started()
    await pool.close()


async def test_a_bug_in_a_worker_is_raised_where_it_was_asked() -> None:
    class Faulty(Stub):
        async def ask(self, questions: Sequence[Question]) -> Reply:
            return Reply((), fault="Traceback: ZeroDivisionError")

    pool = Pool(1, starting(Faulty()))
    assert await pool.started()
    with pytest.raises(WorkerFaultError, match="ZeroDivisionError"):
        await Pooled(KEYS, pool).compute(NATAL, natal(300))
    await pool.close()


async def test_closing_tells_whoever_waits() -> None:
    stub = Stub()
    stub.gate.clear()
    pool = Pool(1, starting(stub))
    assert await pool.started()
    replies = pool.submit([packed(natal(1)), packed(natal(1))])
    await asyncio.sleep(0)
    await pool.close()
    for reply in await asyncio.gather(*replies):
        assert all(isinstance(answer, Refusal) for answer in reply.answers)
    assert stub.ended
    assert not pool.awake()


# ── what goes where ──


async def test_short_work_stays_here_and_long_work_goes_to_the_pool() -> None:
    stub = Stub()
    pool = Pool(1, starting(stub))
    assert await pool.started()
    calculator = Pooled(KEYS, pool)
    await calculator.compute(NATAL, natal(10))
    assert stub.seen == []
    found = await calculator.compute(NATAL, natal(200))
    assert sum(map(len, stub.seen)) == 200
    charts = [bare(answer) for _, answer, _ in found]
    assert charts == [bare(answer) for _, answer, _ in await Inline(KEYS).compute(NATAL, natal(200))]
    await pool.close()


def test_what_is_measured_moves_the_mean() -> None:
    pace = Pace(100.0)
    for _ in range(50):
        pace.learn(1000, 0.5)
    assert pace.us == pytest.approx(500, rel=0.01)
    pace.learn(0, 1.0)
    assert pace.us == pytest.approx(500, rel=0.01)
