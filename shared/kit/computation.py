"""What computed a result: so that it can be computed once more."""

import platform
from importlib.metadata import version
from typing import Annotated

import msgspec
from msgspec import Meta

from shared import __version__


class Computation(msgspec.Struct, frozen=True):
    """The programs and the seed that computed a result."""

    evalserve: Annotated[str, Meta(description="Version of evalserve.")]
    python: Annotated[str, Meta(description="Version of Python.")]
    numpy: Annotated[str, Meta(description="Version of NumPy.")]
    seed: Annotated[int | None, Meta(description="Seed of the bootstrap; null where nothing is random.")] = None


def computation(seed: int | None = None) -> Computation:
    """What computes in this process."""
    return Computation(__version__, platform.python_version(), version("numpy"), seed)
