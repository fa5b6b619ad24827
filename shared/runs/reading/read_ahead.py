"""Batches of a file that are read while those before them are worked on."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def read_ahead(batches: Iterator[T]) -> Generator[T, None, None]:
    """Yield the same batches, of which the next one is being read in a thread; an error is raised in its turn.

    Reading and counting take about as long, each a processor of its own; memory holds one batch more.
    """
    # A small file has no second batch, and needs no thread.
    batch = next(batches, None)
    if batch is not None:
        yield batch
        batch = next(batches, None)
    if batch is None:
        return
    with ThreadPoolExecutor(1, thread_name_prefix="read-ahead") as thread:
        while batch is not None:
            following = thread.submit(next, batches, None)
            yield batch
            batch = following.result()
