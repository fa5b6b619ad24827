"""Which test process runs which tests, and in which order."""

import pytest
from xdist.scheduler import LoadScopeScheduling

# The folder whose tests need all the processes of the service, and share those that start slowly.
WHOLE = "tests/e2e/"

# What begins first: the folder that takes one test process half of the time; the file that copies all that is stored,
# several times, which is little but its own while its stack is new; the folder that makes browsers work; and the one
# that draws, whose longest file would otherwise be the last to begin.
FIRST = (WHOLE, "tests/integration/deploy/test_backup.py", "tests/pages/", "tests/unit/worker/rendering/")


class Scheduling(LoadScopeScheduling):  # type: ignore[misc] # it has no types
    """Gives a test process one file after the other, but the folder with the whole service at once.

    So only one test at a time needs all the processes of the service, beside small ones.
    """

    def _split_scope(self, nodeid: str) -> str:
        return WHOLE if nodeid.startswith(WHOLE) else nodeid.partition("::")[0]


def rank(item: pytest.Item) -> tuple[int, str]:
    """The place of a test by its file; what takes longest is first: last, it would keep one process busy to the end."""
    first = next((i for i, path in enumerate(FIRST) if item.nodeid.startswith(path)), len(FIRST))
    return first, item.nodeid.partition("::")[0]
