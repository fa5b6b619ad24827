"""`python -m shared.kit.child_process`: calls functions of bytes, one after the other, each within its processor time.

It is started and asked by `shared.kit.children`. Nothing of the service is in it: no setting, no secret, no connection.
"""

import json
import os
import resource
import signal
import sys
from importlib import import_module
from typing import BinaryIO

SIZE_BYTES = 8
NICENESS = 5


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until they end: a line of JSON, and the body; the answer is its size, and its bytes."""
    while line := requests.readline():
        request = json.loads(line)
        body = requests.read(request["size"])
        module, name = request["function"].split(":")
        function = getattr(import_module(module), name)
        # The signal's default action ends the process, also within a library's loop that never comes back to Python.
        signal.setitimer(signal.ITIMER_PROF, request["cpu_s"])
        answer = function(request["argument"].encode(), body)
        signal.setitimer(signal.ITIMER_PROF, 0)
        del body
        answers.write(len(answer).to_bytes(SIZE_BYTES, "big"))
        answers.write(answer)
        answers.flush()


def main() -> None:
    """Serve the parent until it closes the pipe, which its death does as well."""
    # A key that ends the parent reaches the whole group; requests under way may still end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Requests that are answered in milliseconds come before work that takes seconds.
    os.nice(NICENESS)
    if sys.platform == "linux":
        memory_bytes = int(sys.argv[1])
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    answers = os.fdopen(os.dup(1), "wb")
    # What a library prints must not be taken for an answer.
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
