"""The handlers: the work of one job kind each, in the module named like the kind."""

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from typing import Any, Protocol, cast

from shared.jobs.kinds import KINDS
from shared.jobs.records import JobRecord
from shared.kit.files import File
from shared.kit.platform import Platform

Progress = Callable[[float], None]


class Handler(Protocol):
    """What a handler module offers; the inputs are its own affair."""

    async def load(self, platform: Platform, job: JobRecord, work: Any, /) -> Any:
        """Read what the work needs."""

    def perform(self, inputs: Any, work: Any, progress: Progress, /) -> Sequence[File]:
        """Make the files; pure, in a thread where no event loop runs."""


def _find() -> dict[str, Handler]:
    names = {module.name for module in pkgutil.iter_modules(__path__)}
    if names != set(KINDS):
        raise RuntimeError(f"job kinds {sorted(KINDS)} and handlers {sorted(names)} do not match")
    return {name: cast("Handler", importlib.import_module(f"{__name__}.{name}")) for name in names}


HANDLERS = _find()
