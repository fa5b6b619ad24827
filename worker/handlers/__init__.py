"""The handlers: each performs the jobs of one kind, in the module named like the kind.

The handler of a kind from another package is the entry point of its name in the group `evalserve.handlers`.
"""

import importlib
import pkgutil
from collections.abc import Sequence
from importlib.metadata import entry_points
from typing import Any, Protocol, cast

from shared.kinds import KINDS
from shared.kit.platform import Platform
from shared.kit.storage.files import AnyFile
from worker.conclusion import Conclusion, Split
from worker.job_attempt import JobAttempt


class Handler(Protocol):
    """The interface of a handler module; the type of the inputs is its own."""

    async def load(self, platform: Platform, attempt: JobAttempt[Any], /) -> Any:
        """Read the inputs of the job; those too large for memory go into the attempt's scratch folder."""

    def perform(self, inputs: Any, attempt: JobAttempt[Any], /) -> Sequence[AnyFile] | Conclusion | Split:
        """Make the files, in memory or in the scratch folder; called in a thread without an event loop.

        Files are artifacts of the job; a conclusion is of a thing that has rows of its own; a split ends no job yet.
        """


def _find() -> dict[str, Handler]:
    modules = [(name, importlib.import_module(f"{__name__}.{name}")) for _, name, _ in pkgutil.iter_modules(__path__)]
    modules += [(point.name, point.load()) for point in entry_points(group="evalserve.handlers")]
    names = sorted(name for name, _ in modules)
    if names != sorted(KINDS):
        raise RuntimeError(f"job kinds {sorted(KINDS)} and handlers {names} do not match")
    return {name: cast("Handler", module) for name, module in modules}


HANDLERS = _find()
