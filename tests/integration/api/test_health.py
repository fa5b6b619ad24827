"""What the service says about itself: whether it is ready, and the page of its documentation."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from html.parser import HTMLParser

import httpx2
import pytest

from deploy.local.server import Server
from deploy.local.stack import Stack
from shared.kit.platform import Platform
from shared.kit.settings import Settings
from shared.kit.storage.bucket import Storage
from shared.operations import readiness
from shared.operations.readiness import newest_migration
from tests.actors import ROOT, eventually
from tests.postgres import read_only

NAMES = ["postgres", "migrations", "redis", "s3"]
READY = {"ready": True, "checks": [{"name": name, "ok": True, "detail": "ok"} for name in NAMES], "degraded": []}
SERVERS: dict[str, Callable[[Stack], Server]] = {
    "postgres": lambda stack: stack.postgres,
    "valkey": lambda stack: stack.valkey,
    "s3": lambda stack: stack.s3,
}


async def test_a_service_that_has_everything_is_ready(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, READY)


@asynccontextmanager
async def _without(server: Server, http: httpx2.AsyncClient) -> AsyncIterator[None]:
    server.kill()
    try:
        yield
    finally:
        server.start()

        async def is_whole() -> bool:
            return bool((await http.get("/readyz")).json() == READY)

        await eventually(is_whole)


@pytest.mark.parametrize(
    ("server", "lines", "is_ready"),
    [("postgres", ["postgres", "migrations"], False), ("valkey", ["redis"], True), ("s3", ["s3"], True)],
)
async def test_a_part_that_is_away_is_named_and_only_postgres_is_needed(
    http: httpx2.AsyncClient, stack: Stack, server: str, lines: list[str], *, is_ready: bool
) -> None:
    async with _without(SERVERS[server](stack), http):
        ready = await http.get("/readyz")
        alive = await http.get("/healthz")

    checks = ready.json()["checks"]
    assert (ready.status_code, ready.json()["ready"]) == (200 if is_ready else 503, is_ready)
    assert ready.json()["degraded"] == (lines if is_ready else [])
    assert [check["name"] for check in checks] == NAMES
    assert [check["name"] for check in checks if not check["ok"]] == lines
    assert {check["detail"] for check in checks if not check["ok"]} <= {
        "does not respond",
        "no answer within 3 s",
    }
    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})


async def test_a_server_that_takes_no_writes_is_not_ready(http: httpx2.AsyncClient, stack: Stack) -> None:
    async with read_only(stack):
        answer = await http.get("/readyz")

    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    assert [check for check in answer.json()["checks"] if not check["ok"]] == [
        {"name": "postgres", "ok": False, "detail": "takes no writes"}
    ]
    assert (await http.get("/readyz")).json() == READY


async def test_storage_that_refuses_the_service_degrades_it(
    http: httpx2.AsyncClient, platform: Platform, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = Storage(settings.model_copy(update={"s3_bucket": "no-such-bucket"}))
    for name in ("_bucket", "_requests"):
        monkeypatch.setattr(platform.storage, name, getattr(refused, name))

    answer = await http.get("/readyz")

    assert (answer.status_code, answer.json()["degraded"]) == (200, ["s3"])
    assert answer.json()["checks"][3] == {"name": "s3", "ok": False, "detail": "refuses the service"}


async def test_all_who_ask_at_once_share_one_check(http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    check, made = readiness.checks, 0
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def checks(platform: Platform) -> list[readiness.Check]:
        nonlocal made
        made += 1
        begun.set()
        await go_on.wait()
        return await check(platform)

    monkeypatch.setattr(readiness, "checks", checks)
    asking = [asyncio.create_task(http.get("/readyz")) for _ in range(200)]
    await begun.wait()
    # One who goes away takes nothing from the others.
    asking.pop(0).cancel()
    late = asyncio.create_task(http.get("/readyz"))
    await asyncio.sleep(0)
    go_on.set()
    answers = await asyncio.gather(*asking, late)

    assert {answer.status_code for answer in answers} == {200}
    assert made == 1
    await http.get("/readyz")
    assert made == 2


@asynccontextmanager
async def _migrated_to(platform: Platform, applied: str | None) -> AsyncIterator[None]:
    async with platform.db.connection() as connection:
        await connection.execute("DELETE FROM alembic_version")
        if applied:
            await connection.execute("INSERT INTO alembic_version VALUES ($1)", applied)
        try:
            yield
        finally:
            await connection.execute("DELETE FROM alembic_version")
            await connection.execute("INSERT INTO alembic_version VALUES ($1)", newest_migration())


@pytest.mark.parametrize("applied", ["0000", None])
async def test_a_database_that_was_not_migrated_is_not_ready(
    http: httpx2.AsyncClient, platform: Platform, applied: str | None
) -> None:
    async with _migrated_to(platform, applied):
        answer = await http.get("/readyz")

    detail = f"the database is at {applied}, the program needs {newest_migration()}: run the migrations"
    assert answer.status_code == 503
    assert [check for check in answer.json()["checks"] if not check["ok"]] == [
        {"name": "migrations", "ok": False, "detail": detail}
    ]
    assert (await http.get("/readyz")).json() == READY


async def test_a_database_that_the_next_program_has_migrated_is_ready_for_this_one(
    http: httpx2.AsyncClient, platform: Platform
) -> None:
    async with _migrated_to(platform, f"{int(newest_migration()) + 1:04}"):
        answer = await http.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, READY)


async def test_a_program_waits_for_the_migrations(platform: Platform, environment: dict[str, str]) -> None:
    async with _migrated_to(platform, "0001"):
        waiting = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "shared.operations.readiness",
            env=environment,
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        assert waiting.stdout is not None
        first = await waiting.stdout.readline()
    await waiting.stdout.read()

    assert b"the database is at 0001" in first
    assert await waiting.wait() == 0


@pytest.mark.parametrize("path", ["/healthz", "/api/health", "/readyz"])
async def test_a_watcher_may_ask_for_the_head_only(http: httpx2.AsyncClient, path: str) -> None:
    answer = await http.head(path)

    assert (answer.status_code, answer.content) == (200, b"")


class Links(HTMLParser):
    """Every address that a page loads or links to, and what scripts and styles it holds itself."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self._tag = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href", "action", "data", "srcset"}]
        self.inline += [name for name, _ in attrs if name.startswith("on") or name == "style"]

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._tag = ""

    def handle_data(self, data: str) -> None:
        if self._tag in {"script", "style"} and data.strip():
            self.inline.append(data)


async def test_the_root_says_where_the_documentation_is(http: httpx2.AsyncClient) -> None:
    assert (await http.get("/")).json() == {"message": "Refer to /docs for API documentation."}


async def test_the_page_of_the_documentation_loads_only_files_of_ours(http: httpx2.AsyncClient) -> None:
    page = await http.get("/docs")
    links = Links(page.text)

    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert re.findall(r"https?:|(?<![:\w])//", page.text) == []
    loaded = [address for address in links.addresses if address.startswith("/static/")]
    assert len(loaded) == 5
    assert [address for address in links.addresses if address not in loaded] == ["/", "/openapi.json"]
    assert links.inline == []
    kinds = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
    for address in loaded:
        file = await http.get(address)
        assert (file.status_code, bool(file.content)) == (200, True)
        assert file.headers.get("content-type", "").partition(";")[0] == kinds[address.rpartition(".")[2]], address
    policy = dict(rule.strip().split(" ", 1) for rule in page.headers["content-security-policy"].split(";"))
    assert (policy["default-src"], policy["script-src"], policy["connect-src"]) == ("'none'", "'self'", "'self'")


async def test_the_files_of_the_page_lead_nowhere_else(http: httpx2.AsyncClient) -> None:
    style = (await http.get("/static/vendor/swagger-ui/swagger-ui.css")).text
    script = (await http.get("/static/docs.js")).text
    targets = {target.strip("\"' ")[:5] for target in re.findall(r"url\(([^)]*)\)", style)}
    assert targets == {"data:"}
    assert "@import" not in style
    assert re.findall(r'url: "([^"]*)"', script) == ["/openapi.json"]
    assert "http" not in script


async def test_our_files_are_compressed_once_for_who_takes_that(http: httpx2.AsyncClient) -> None:
    address = "/static/web/pages.css"
    plain = await http.get(address, headers={"Accept-Encoding": "identity"})
    compressed = await http.get(address, headers={"Accept-Encoding": "br, GZIP ;q=0.5"})
    known = {"Accept-Encoding": "gzip", "If-None-Match": compressed.headers["etag"]}
    unchanged = await http.get(address, headers=known)
    others = [
        await http.get(address, headers={"Accept-Encoding": text} | more)
        for text, more in (("gzip;q=0", {}), ("gzip; q=0.000", {}), ("br", {}), ("gzip", {"Range": "bytes=0-9"}))
    ]

    assert compressed.headers["content-encoding"] == "gzip"
    assert int(compressed.headers["content-length"]) < len(plain.content) / 3
    assert compressed.content == plain.content
    assert (compressed.headers["content-type"], plain.headers["content-type"]) == ("text/css; charset=utf-8",) * 2
    assert compressed.headers["cache-control"] == plain.headers["cache-control"]
    assert compressed.headers["etag"] != plain.headers["etag"]
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert [answer.headers.get("content-encoding") for answer in others] == [None] * 4
    assert {answer.headers["vary"] for answer in (plain, compressed, unchanged, *others)} == {"Accept-Encoding"}


async def test_the_type_of_a_problem_leads_to_what_it_means(http: httpx2.AsyncClient) -> None:
    problem = (await http.get("/v1/jobs")).json()

    meaning = await http.get(problem["type"])

    assert (meaning.status_code, meaning.json()) == (200, problem)
    assert (await http.get("/problems/nonsense")).status_code == 404
