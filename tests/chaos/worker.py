"""The worker with its crash points; reports kill the process that makes them."""

from tests.chaos import points
from tests.integration.worker.poisoned import app

__all__ = ["app"]

points.in_worker()
