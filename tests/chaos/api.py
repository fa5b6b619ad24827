"""The api with its crash points."""

from api.app import create_app
from tests.chaos import points

__all__ = ["create_app"]

points.in_api()
