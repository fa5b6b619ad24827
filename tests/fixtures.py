"""Fixtures: real servers for the tests alone, a database built by the migrations, and the service's processes."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from ssl import SSLContext

import asyncpg
import httpcore2
import httpx2
import pytest
from argon2 import PasswordHasher
from litestar import Litestar

from api.app import create_app
from deploy.local.forking import Nursery
from deploy.local.process import Process
from deploy.local.stack import Stack
from shared.accounts import passwords
from shared.kit.platform import Platform
from shared.kit.settings import Settings
from tests.actors import Client, Team
from tests.receiver import Receiver

ROOT = Path(__file__).parents[1]

TEMPLATE = "evalserve_template"
MIGRATE_S = 200.0

_load_trusted = httpcore2.default_ssl_context


@cache
def _trusted(trust_env: bool, *_: str | None) -> SSLContext:
    return _load_trusted(_trust_env=trust_env)


def _trusted_here(*, _trust_env: bool = True) -> SSLContext:
    return _trusted(_trust_env, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


# Every session of every test would load whom to trust, 30 ms of the processor, and nearly none speaks TLS.
httpcore2.default_ssl_context = _trusted_here

# jsonschema would build a grammar of IRIs, a second of the processor in each test process, for a check of formats that
# no test asks for.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment] # so that its import fails


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Postgres, Valkey and S3 of this test process alone, so that breaking them disturbs no other."""
    with Stack(tmp_path_factory.mktemp("stack"), durable=False) as running:
        yield running


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """The process that forks those of the service, as `make run` has one.

    Tests kill and start them a hundred times, and loading the libraries takes each two seconds of the processor.
    """
    made = Nursery(ROOT, tmp_path_factory.mktemp("nursery") / "nursery.log", os.environ, first=("alembic", "worker"))
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
async def environment(stack: Stack, nursery: Nursery) -> dict[str, str]:
    """The environment of the service's processes, with a database cloned from a template that was migrated."""
    await _run_sql(stack, f"CREATE DATABASE {TEMPLATE}")
    template = _with_database(stack.environment, TEMPLATE)
    migration = [sys.executable, "-m", "alembic", "upgrade", "head"]
    migrate = Process("migrate", migration, data=stack.data, environment=template, folder=ROOT, nursery=nursery)
    migrate.spawn()
    assert await asyncio.to_thread(migrate.wait, MIGRATE_S)
    assert migrate.exit_code == 0, migrate.tail(20)
    await _run_sql(stack, f"CREATE DATABASE evalserve_test TEMPLATE {TEMPLATE}")
    return _with_database(stack.environment, "evalserve_test") | {
        "WEBHOOK_ALLOW_NETS": "127.0.0.0/8",
        # Most applications of the tests answer within this process, where no other client reaches them.
        "S3_PUBLIC_ENDPOINT_URL": stack.environment["S3_ENDPOINT_URL"],
        "ML_CALLBACK_HMAC_SECRET": "the operator's secret,the one before it",
        "ML_ALLOWED_MODELS": "yolo_v8,resnet50,custom_model,person",
        # All tests come from one address, and none waits for a guesser's delay.
        "SIGN_UPS_PER_HOUR": "1000000",
        "AUDIT_EVENTS_PER_HOUR": "1000000",
        "SIGN_IN_DELAY_S": "0.01",
        "PYCM_API_ADMIN": "root",
        "PYCM_API_ADMIN_PASSWORD": "root's password",
    }


@pytest.fixture(scope="session")
def settings(environment: dict[str, str]) -> Settings:
    """The environment as settings."""
    return Settings.model_validate({name.lower(): value for name, value in environment.items()})


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[Litestar]:
    """The application, in this process."""
    application = create_app(settings)
    with pytest.MonkeyPatch.context() as patch:
        # Nearly every test makes accounts, and as shipped a password takes 32 ms of the processor. The api as a process
        # of its own hashes as shipped.
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        async with running(application):
            yield application


@asynccontextmanager
async def running(application: Litestar) -> AsyncIterator[None]:
    """Run an application for as long as the context lasts."""
    started, is_over = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with application.lifespan():
            started.set()
            await is_over.wait()

    # The lifespan ends in the task that it began in, and a fixture's two halves may run in different ones.
    async with asyncio.TaskGroup() as group:
        group.create_task(live())
        await started.wait()
        yield
        is_over.set()


@pytest.fixture(scope="session")
def platform(app: Litestar) -> Platform:
    """The connections of the application."""
    app_platform: Platform = app.state.platform
    return app_platform


@pytest.fixture(scope="session")
async def http(app: Litestar, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx2.AsyncClient]:
    """A session without credentials; links to the storage leave this process."""
    transport = httpx2.ASGITransport(app=app)  # type: ignore[arg-type] # the same protocol in other words
    url = "http://evalserve.test"
    with pytest.MonkeyPatch.context() as patch:
        # Where the Python client notes unfinished uploads.
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        async with httpx2.AsyncClient(mounts={url: transport}, base_url=url, timeout=40) as client:
            yield client


@pytest.fixture
async def alice(http: httpx2.AsyncClient) -> Client:
    """A user with an account."""
    return await Client.sign_up(http)


@pytest.fixture
async def mallory(http: httpx2.AsyncClient) -> Client:
    """Another user with an account."""
    return await Client.sign_up(http)


@pytest.fixture(scope="session")
def team(environment: dict[str, str], nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """A worker, a thumbnailer, a courier and a dispatcher as real processes; tests start them."""
    with Team(environment, tmp_path_factory.mktemp("team"), nursery) as running:
        yield running


@pytest.fixture
def workers(team: Team) -> Team:
    """The processes, all of them running."""
    team.start()
    return team


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A real HTTP server that receives callbacks."""
    with Receiver() as running:
        yield running


async def _run_sql(stack: Stack, statement: str) -> None:
    connection = await asyncpg.connect(_with_database(stack.environment, "postgres")["DATABASE_URL"])
    await connection.execute(statement)
    await connection.close()


def _with_database(environment: dict[str, str], name: str) -> dict[str, str]:
    inherited = {variable: os.environ[variable] for variable in ("PATH", "HOME", "LANG") if variable in os.environ}
    url = environment["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    return inherited | environment | {"DATABASE_URL": url}
