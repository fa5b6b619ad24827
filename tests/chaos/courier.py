"""The courier with its crash point."""

from tests.chaos import points
from worker.app import app

__all__ = ["app"]

points.in_courier()
