"""What the import contracts cannot say about the shape of the code."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from shared import __version__
from shared.operations import readiness

ROOT = Path(__file__).parents[1]
SOURCES = [path for package in ("api", "worker", "shared", "deploy") for path in sorted((ROOT / package).rglob("*.py"))]
OURS = [path for path in SOURCES if "migrations/versions" not in str(path)]


def test_no_file_is_longer_than_can_be_read_at_once() -> None:
    # A table with an entry a line is not read at once anyway.
    tables = {"overall.py", "per_class.py"}
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in OURS}

    assert {name: n for name, n in lengths.items() if n > 260 and Path(name).name not in tables} == {}


def broad_excepts(code: str) -> list[ast.ExceptHandler | ast.Call]:
    """Handlers of every error, and suppressions of them, but for those that always raise again what they caught."""
    tree = ast.parse(code)
    handlers = [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)]
    suppressions = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "suppress"
    ]
    return [
        *(node for node in handlers if (node.type is None or _is_broad(node.type)) and not _raises_again(node)),
        *(node for node in suppressions if any(_is_broad(argument) for argument in node.args)),
    ]


def _is_broad(kind: ast.expr) -> bool:
    names = {node.id for node in ast.walk(kind) if isinstance(node, ast.Name)}
    attributes = {node.attr for node in ast.walk(kind) if isinstance(node, ast.Attribute)}
    return bool((names | attributes) & {"Exception", "BaseException", "ExceptionGroup", "BaseExceptionGroup"})


def _raises_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    leaves = any(isinstance(node, ast.Return | ast.Break | ast.Continue) for node in ast.walk(handler))
    return isinstance(last, ast.Raise) and last.exc is None and not leaves


@pytest.mark.parametrize(
    "handler",
    [
        "except: pass",
        "except Exception: pass",
        "except BaseException: pass",
        "except (Exception,): pass",
        "except (ValueError, Exception) as error: log(error)",
        "except builtins.Exception: pass",
        "except* Exception: pass",
        "except BaseException as error: raise Unavailable from error",
        "except BaseException:\n    if held: return\n    raise",
    ],
)
def test_a_broad_except_is_seen_in_every_form(handler: str) -> None:
    assert len(broad_excepts(f"try:\n    work()\n{handler}")) == 1


@pytest.mark.parametrize("suppression", ["suppress(Exception)", "contextlib.suppress(KeyError, BaseException)"])
def test_a_broad_suppression_is_seen(suppression: str) -> None:
    assert len(broad_excepts(f"with {suppression}:\n    work()")) == 1


@pytest.mark.parametrize("handler", ["except BaseException:\n    undo()\n    raise", "except ValueError: pass"])
def test_an_except_that_loses_nothing_is_let_pass(handler: str) -> None:
    assert broad_excepts(f"try:\n    work()\n{handler}") == []


def test_broad_excepts_stand_only_at_the_edges_of_processes() -> None:
    broad = {str(path.relative_to(ROOT)) for path in OURS if broad_excepts(path.read_text())}

    # The last five are tasks that run beside the work, unwatched: what they meet must not end them.
    assert broad == {
        "worker/execution.py",
        "worker/dispatcher.py",
        "worker/courier.py",
        "worker/thumbnailer.py",
        "worker/heartbeat.py",
        "shared/kit/database/notifications.py",
        "api/usage/flushing.py",
        "api/jobs/waiter.py",
        "shared/idempotency/claims.py",
    }


# The methods that block until the storage answers.
BLOCKING = re.compile(r"storage\.(put|get|stream|stat|adopt|delete|pages|check)\b")


def storage_calls_in_common_threads(code: str) -> list[str]:
    """Calls of `asyncio.to_thread` that wait for the storage, in their arguments or in a function of the same file."""
    tree = ast.parse(code)
    bodies = {
        node.name: ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"asyncio.to_thread", "to_thread"}
    ]
    texts = {
        call: [ast.unparse(each) for each in (*call.args, *(named.value for named in call.keywords))] for call in calls
    }
    return [
        ast.unparse(call)
        for call, arguments in texts.items()
        if any("storage" in text or BLOCKING.search(bodies.get(text, "")) for text in arguments)
    ]


@pytest.mark.parametrize(
    "call",
    [
        "await asyncio.to_thread(platform.storage.get, key)",
        "await asyncio.to_thread(_put, platform.storage, key)",
        "await to_thread(lambda: storage.stat(key))",
        "def work(platform): platform.storage.delete([])\nasync def call(): await asyncio.to_thread(work, platform)",
    ],
)
def test_a_storage_call_in_a_common_thread_is_seen(call: str) -> None:
    assert len(storage_calls_in_common_threads(call)) == 1


def test_a_link_in_a_common_thread_is_let_pass() -> None:
    code = "def work(platform): platform.storage.link('')\nasync def call(): await asyncio.to_thread(work, platform)"
    assert storage_calls_in_common_threads(code) == []


def test_no_request_waits_for_the_storage_in_a_thread_that_others_need() -> None:
    # A server that hangs would take all of them; `Storage.apart` has threads of its own, and a deadline.
    calls = {str(path.relative_to(ROOT)): storage_calls_in_common_threads(path.read_text()) for path in OURS}

    assert {name: found for name, found in calls.items() if found} == {}


_TRANSACTION = re.compile(r"db\.transaction\(\)|quotas\.counted\(")


def unprotected_transactions(code: str) -> list[str]:
    """Functions that open a transaction and are not tried again when it collides with another one."""
    return [
        node.name
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.AsyncFunctionDef)
        and any(
            isinstance(each, ast.AsyncWith) and _TRANSACTION.search(ast.unparse(each.items[0]))
            for each in ast.walk(node)
        )
        and "retry_conflicts" not in [ast.unparse(decorator) for decorator in node.decorator_list]
    ]


def test_every_transaction_is_tried_again_when_it_collides() -> None:
    unprotected = "async def change(platform):\n    async with platform.db.transaction() as connection: pass"
    assert unprotected_transactions(unprotected) == ["change"]
    assert unprotected_transactions(f"@retry_conflicts\n{unprotected}") == []
    assert unprotected_transactions(unprotected.replace("platform.db.transaction()", "quotas.counted(1)")) == ["change"]

    found = {str(path.relative_to(ROOT)): unprotected_transactions(path.read_text()) for path in OURS}
    assert {name: functions for name, functions in found.items() if functions} == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = {"utils", "util", "common", "helpers", "manager", "misc", "crud", "base"}

    assert [path for path in OURS if path.stem in empty or path.parent.name in empty] == []


def test_a_public_class_has_a_name_of_its_own() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in OURS:
        if path.relative_to(ROOT).parts[0] in {"shared", "api"}:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    places[node.name].append(f"{path.relative_to(ROOT)}:{node.lineno}")

    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_the_version_is_the_same_everywhere() -> None:
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text()


def test_readiness_asks_for_the_newest_migration() -> None:
    script = ScriptDirectory(str(ROOT / "shared/migrations"))

    assert readiness.newest_migration() == script.get_current_head()
