"""A plugin of pytest that lists what `assert_not_worse` compared, also where the tests passed."""

import sys
from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print a line for each comparison."""
    # Tests without a comparison do not load the client.
    testing = sys.modules.get("evalserve.testing")
    if testing is not None and testing.made:
        terminalreporter.section("evalserve")
        for comparison in testing.made:
            terminalreporter.line(comparison.summary)
