"""The dispatcher with its crash points."""

import asyncio

from shared.kit import logging
from tests.chaos import points
from worker.dispatcher import main

if __name__ == "__main__":
    logging.configure(level="INFO", form="json")
    points.in_dispatcher()
    asyncio.run(main())
