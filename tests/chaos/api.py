"""The api with its crash points."""

from api.__main__ import APPLICATION, serve
from tests.chaos import points

if __name__ == "__main__":
    points.in_api()
    serve(APPLICATION)
