"""`python -m api.web.table_process`: reads one large table in a process of its own.

The rules look at every cell in Python, for seconds, and hold dozens of bytes for each. In the api's own process that
would delay all other requests, and the memory would stay with it.
"""

import asyncio
import pickle
import sys
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from api.web import tables
from shared.evaluation.inputs.errors import InvalidLabels
from shared.kit.errors import Fault, InvalidInput, ServiceUnavailable, problem_of

T = TypeVar("T")
P = ParamSpec("P")

# Reading so much takes less time than starting a process.
IN_THREAD_BYTES = 128 * 1024


async def read(size: int, work: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
    """Return what a function of `api.web.tables` returns for so many bytes; raises InvalidInput or InvalidLabels."""
    if size <= IN_THREAD_BYTES:
        return await asyncio.to_thread(work, *arguments, **keywords)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        output, _ = await process.communicate(pickle.dumps((work.__name__, arguments, keywords)))
    finally:
        # A client that is gone leaves nobody to read for.
        if process.returncode is None:
            process.kill()
    if process.returncode != 0:
        raise ServiceUnavailable
    # What our own process wrote.
    result, faults = pickle.loads(output)  # noqa: S301
    if faults:
        raise InvalidInput(*faults)
    value: T = result
    return value


def call(request: bytes) -> bytes:
    """Perform one call, and return its result and its faults."""
    name, arguments, keywords = pickle.loads(request)  # noqa: S301 -- what our own process wrote
    return pickle.dumps(_result(getattr(tables, name), arguments, keywords))


def _result(work: Callable[..., Any], arguments: Any, keywords: Any) -> tuple[Any, list[Fault]]:
    try:
        return work(*arguments, **keywords), []
    except (InvalidInput, InvalidLabels) as error:
        problem = problem_of(error)
        return None, problem.errors or [Fault("", problem.detail)]


if __name__ == "__main__":
    sys.stdout.buffer.write(call(sys.stdin.buffer.read()))
