"""The handlers: what is done for one job kind each, in the module named like the kind.

The handler of a kind that is somebody else's is the entry point of its name in the group `evalserve.handlers`.
"""

import importlib
import pkgutil
from collections.abc import Sequence
from importlib.metadata import entry_points
from typing import Any, Protocol, cast

from shared.kinds import KINDS
from shared.kit.files import AnyFile
from shared.kit.platform import Platform
from worker.job_attempt import JobAttempt


class Handler(Protocol):
    """What a handler module offers; the inputs are its own affair."""

    async def load(self, platform: Platform, attempt: JobAttempt[Any], /) -> Any:
        """Read what the job needs; what is too large for memory goes into the attempt's scratch folder."""

    def perform(self, inputs: Any, attempt: JobAttempt[Any], /) -> Sequence[AnyFile]:
        """Make the files, in memory or in the scratch folder; in a thread where no event loop runs."""


def _find() -> dict[str, Handler]:
    modules = [(name, importlib.import_module(f"{__name__}.{name}")) for _, name, _ in pkgutil.iter_modules(__path__)]
    modules += [(point.name, point.load()) for point in entry_points(group="evalserve.handlers")]
    names = sorted(name for name, _ in modules)
    if names != sorted(KINDS):
        raise RuntimeError(f"job kinds {sorted(KINDS)} and handlers {names} do not match")
    return {name: cast("Handler", module) for name, module in modules}


HANDLERS = _find()
