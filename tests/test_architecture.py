"""What the import contracts cannot say about the shape of the code."""

import ast
from pathlib import Path

from alembic.script import ScriptDirectory

from shared import __version__
from shared.operations import readiness

ROOT = Path(__file__).parents[1]
SOURCES = [path for package in ("api", "worker", "shared", "deploy") for path in sorted((ROOT / package).rglob("*.py"))]
OURS = [path for path in SOURCES if "migrations/versions" not in str(path)]


def test_no_file_is_longer_than_can_be_read_at_once() -> None:
    # A table with an entry a line is not read at once anyway.
    tables = {"explanations.py"}
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in OURS}

    assert {name: n for name, n in lengths.items() if n > 260 and Path(name).name not in tables} == {}


def test_broad_excepts_stand_only_at_the_edges_of_processes() -> None:
    broad = {
        str(path.relative_to(ROOT))
        for path in OURS
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id == "Exception"))
    }

    # The last three are tasks that run beside the work, unwatched: what they meet must not end them.
    assert broad == {
        "worker/execution.py",
        "worker/dispatcher.py",
        "worker/heartbeat.py",
        "shared/jobs/notifications.py",
        "api/usage/flushing.py",
    }


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = {"utils", "util", "common", "helpers", "manager", "misc", "crud", "base"}

    assert [path for path in OURS if path.stem in empty or path.parent.name in empty] == []


def test_the_version_is_the_same_everywhere() -> None:
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text()


def test_readiness_asks_for_the_newest_migration() -> None:
    script = ScriptDirectory(str(ROOT / "shared/migrations"))

    assert readiness.newest_migration() == script.get_current_head()
