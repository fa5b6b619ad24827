"""The kinds of job: every module in this package holds one, and is found by being here."""

import importlib
import pkgutil
from typing import Any, Union

import msgspec

from shared.jobs.work import Work


def _modules() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def _kinds() -> dict[str, type[Work]]:
    kinds = {}
    for name in _modules():
        module = importlib.import_module(f"{__name__}.{name}")
        (kinds[name],) = (
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, Work) and value.__struct_config__.tag == name
        )
    return kinds


KINDS = _kinds()

# One of them, told apart by its tag; a union made at run time, which no annotation can spell.
AnyWork: Any = Union[tuple(KINDS.values())]  # noqa: UP007 -- made of a list that is only known at run time


def load(arguments: dict[str, Any]) -> Work:
    """The work that a job's row holds."""
    work: Work = msgspec.convert(arguments, AnyWork)
    return work


def dump(work: Work) -> dict[str, Any]:
    """What a job's row holds of the work."""
    arguments: dict[str, Any] = msgspec.to_builtins(work)
    return arguments
