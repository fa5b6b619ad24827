"""The courier with its crash point."""

from tests.chaos import points
from worker.courier import main

if __name__ == "__main__":
    points.in_courier()
    main()
