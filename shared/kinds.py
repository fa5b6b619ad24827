"""The kinds of job: every module in a folder `kinds` of this package defines one; there is no list of them.

Kinds of third parties come with installed distributions: the module of a kind is the entry point of its name in the
group `evalserve.kinds`, the module of its handler the one in `evalserve.handlers`.
"""

import importlib
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, Union

import msgspec

from shared.jobs import Arguments


def _modules() -> Iterator[tuple[str, ModuleType]]:
    for path in Path(__file__).parent.glob("*/kinds/[!_]*.py"):
        yield path.stem, importlib.import_module(f"shared.{path.parents[1].name}.kinds.{path.stem}")
    for point in entry_points(group="evalserve.kinds"):
        yield point.name, point.load()


def _kinds() -> dict[str, type[Arguments]]:
    kinds: dict[str, type[Arguments]] = {}
    for name, module in _modules():
        if name in kinds:
            raise RuntimeError(f"two kinds of job are called {name}")
        (kinds[name],) = (
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, Arguments) and value.__struct_config__.tag == name
        )
    return dict(sorted(kinds.items()))


KINDS = _kinds()

# The arguments of any kind, distinguished by their tag; a union made at run time, which no annotation can spell.
AnyArguments: Any = Union[tuple(KINDS.values())]  # noqa: UP007 -- made of a list that is only known at run time

# Those that a request may submit by itself.
REQUESTED = {name: kind for name, kind in KINDS.items() if kind.is_requested}
RequestedArguments: Any = Union[tuple(REQUESTED.values())]  # noqa: UP007 -- as above


def load(arguments: dict[str, Any]) -> Arguments:
    """Return the arguments stored in a job's row."""
    # Of a known kind by its own type: msgspec reads the types of a union anew for each conversion.
    loaded: Arguments = msgspec.convert(arguments, KINDS.get(arguments.get("kind", ""), AnyArguments))
    return loaded
