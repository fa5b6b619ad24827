"""How the tests are collected and shared out; what they use is in `tests/fixtures.py`."""

import gc
from importlib import import_module
from pathlib import Path

import hypothesis
import pytest
from xdist.remote import Producer

from tests.scheduling import Scheduling, rank

# The time of one example depends more on the load of the machine than on the code. What is drawn depends on the code
# alone, so that the same code passes or fails wherever it is tested; `make fuzz` draws anew, and ten times as much.
hypothesis.settings.register_profile(
    "same", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile(
    "anew", deadline=None, max_examples=1000, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("same")

ROOT = Path(__file__).parents[1]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """Distribute the tests to the test processes."""
    return Scheduling(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """Load what tests use where tests run, and let each test process begin at another place to load their files.

    The process that shares tests out runs none, and no other starts before it has loaded. Who comes to a file first
    rewrites its asserts for all; beginning together, each process would rewrite every file.
    """
    if hasattr(config, "workerinput") or config.getoption("dist") == "no":
        # Modules and tests are no garbage: looking for some took a quarter of the time to make them.
        gc.disable()
        # A conftest further down may have loaded it, which `import_plugin` would warn of.
        config.pluginmanager.register(import_module("tests.fixtures"), "tests.fixtures")
    if hasattr(config, "workerinput") and config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        number, of = int(config.workerinput["workerid"].removeprefix("gw")), config.workerinput["workercount"]
        files = sorted(str(path) for path in ROOT.glob("tests/**/test_*.py"))
        start = len(files) * number // of
        config.args[:] = files[start:] + files[:start]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the files in one order, wherever their loading began."""
    items.sort(key=rank)


def pytest_collection_finish() -> None:
    """Keep a million objects of modules and tests out of every later collection of garbage.

    A full collection that visits them takes 0.2 s, and statsmodels asks for one in each call.
    """
    gc.freeze()
    gc.enable()
