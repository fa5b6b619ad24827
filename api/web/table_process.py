"""`python -m api.web.table_process`: reads one large table in a process of its own.

The rules look at every cell in Python, for seconds, and hold dozens of bytes for each. In the api's own process that
would delay all other requests, and the memory would stay with it. The process knows no secret and no address of the
service, and ends once it takes more processor time or memory than any table that is taken needs.
"""

import asyncio
import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from api.web import tables
from shared.evaluation.inputs.errors import InvalidLabels
from shared.kit.errors import Fault, InvalidInput, ServiceUnavailable, problem_of

T = TypeVar("T")
P = ParamSpec("P")

# Reading so much takes less time than starting a process.
IN_THREAD_BYTES = 128 * 1024
# A table of 8 MiB takes 9 s at most, and 60 bytes for each of its own beside the libraries.
CPU_S = 60.0
MEMORY_BYTES, MEMORY_PER_BYTE = 512 * 2**20, 128

_OUT_OF_MEMORY = 3
_TOO_COSTLY = InvalidInput(
    Fault("", "The table takes more time or memory than a form has; send it as the file of a run, which has a job's.")
)
# The libraries' paths only.
_ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(Path(__file__).parents[2])}


async def read(size: int, work: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
    """Return what a function of `api.web.tables` returns for so many bytes; raises InvalidInput or InvalidLabels."""
    if size <= IN_THREAD_BYTES:
        return await asyncio.to_thread(work, *arguments, **keywords)
    bounds = map(str, (CPU_S, MEMORY_BYTES + MEMORY_PER_BYTE * size))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, *bounds, stdin=pipe, stdout=pipe, env=_ENVIRONMENT
    )
    try:
        output, _ = await process.communicate(pickle.dumps((work.__name__, arguments, keywords)))
    finally:
        # A client that is gone leaves nobody to read for.
        if process.returncode is None:
            process.kill()
    if process.returncode in {_OUT_OF_MEMORY, -signal.SIGPROF}:
        raise _TOO_COSTLY
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


def main(cpu_s: float, memory_bytes: int) -> None:
    """Perform the call that comes in, within so much processor time and memory."""
    # The signal's default action ends the process, also within a library's loop that never comes back to Python.
    signal.setitimer(signal.ITIMER_PROF, cpu_s)
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    try:
        sys.stdout.buffer.write(call(sys.stdin.buffer.read()))
    except MemoryError:
        sys.exit(_OUT_OF_MEMORY)


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
