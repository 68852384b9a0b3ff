"""A worker of the pool: `python -m resolvers.pool_worker FD PARENT FOLDER VERSION...`, started by exec from an API process.

It opens the ephemeris with the self-test of its own, says its release, and answers frames of questions until the other end
of the socket is closed. It imports the ephemeris and little else: 30 MB.
"""

from __future__ import annotations

import gc
import os
import socket
import sys
import traceback
from pathlib import Path
from time import perf_counter
from typing import BinaryIO

from ephemeris import swiss
from ephemeris.errors import ChartError
from resolvers.release import release
from resolvers.wire import LENGTH_BYTES, Question, Refusal, Reply, decode_questions, frame, refusal
from runtime.children import die_with_parent

NICENESS = 5
"""Event loops go first where cores are scarce, workers of bulk operations (10) last."""


def answer(question: Question) -> bytes | Refusal:
    """The answer in the bytes that are kept and sent, or why there is none."""
    try:
        return question.answer()
    except ChartError as error:
        return refusal(error)


def reply(payload: bytes) -> Reply:
    """What is said to one frame of questions; a bug is told with its traceback and raised where it was asked."""
    started = perf_counter()
    try:
        answers = tuple([answer(question) for question in decode_questions(payload)])
    except Exception:  # noqa: BLE001  the outer edge of this process; the one that asked logs it
        return Reply((), fault=traceback.format_exc())
    return Reply(answers, perf_counter() - started)


def serve(asked: BinaryIO, told: BinaryIO) -> None:
    """Answer frames until there are no more."""
    while head := asked.read(LENGTH_BYTES):
        payload = asked.read(int.from_bytes(head, "little"))
        told.write(frame(reply(payload)))
        told.flush()


def main() -> None:
    """Open the ephemeris, say hello and serve."""
    descriptor, parent, folder, *versions = sys.argv[1:]
    die_with_parent(int(parent))
    os.nice(NICENESS)
    opened = swiss.open_ephemeris(Path(folder))
    gc.freeze()
    with (
        socket.socket(fileno=int(descriptor)) as channel,
        channel.makefile("rb") as asked,
        channel.makefile("wb") as told,
    ):
        told.write(frame(release([opened.version, *opened.files, *versions])))
        told.flush()
        serve(asked, told)


if __name__ == "__main__":
    main()
