"""Evaluate classifiers and detectors with an evalserve service.

The names are loaded when they are first used, so that the import takes no time.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evalserve.accounts import async_sign_in, async_sign_up, sign_in, sign_up
    from evalserve.async_client import AsyncClient
    from evalserve.client import Client, evaluate
    from evalserve.errors import (
        EvalserveError,
        InputRefused,
        NeedsMapping,
        NotConfigured,
        NotPermitted,
        ServiceUnavailable,
    )
    from evalserve.results.check import AsyncCheck, Check
    from evalserve.results.comparison import AsyncComparison, Comparison
    from evalserve.results.run import AsyncRun, Run
    from evalserve.verification import Verification, verify

__all__ = [
    "AsyncCheck",
    "AsyncClient",
    "AsyncComparison",
    "AsyncRun",
    "Check",
    "Client",
    "Comparison",
    "EvalserveError",
    "InputRefused",
    "NeedsMapping",
    "NotConfigured",
    "NotPermitted",
    "Run",
    "ServiceUnavailable",
    "Verification",
    "async_sign_in",
    "async_sign_up",
    "evaluate",
    "sign_in",
    "sign_up",
    "verify",
]

_MODULES = {
    "AsyncClient": "async_client",
    "Client": "client",
    "evaluate": "client",
    "AsyncCheck": "results.check",
    "Check": "results.check",
    "AsyncRun": "results.run",
    "Run": "results.run",
    "AsyncComparison": "results.comparison",
    "Comparison": "results.comparison",
    "async_sign_in": "accounts",
    "async_sign_up": "accounts",
    "sign_in": "accounts",
    "sign_up": "accounts",
    "Verification": "verification",
    "verify": "verification",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'evalserve' has no attribute {name!r}")
    return getattr(import_module(f"evalserve.{_MODULES.get(name, 'errors')}"), name)


def __dir__() -> list[str]:
    return __all__
