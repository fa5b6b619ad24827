"""The dispatcher with its crash points."""

from tests.chaos import points
from worker.dispatcher import main

if __name__ == "__main__":
    points.in_dispatcher()
    main()
