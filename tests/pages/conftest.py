"""The pages in a real browser, on the real stack."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Browser, async_playwright, expect

from deploy.local.commands import commands
from deploy.local.datadir import DataDir
from deploy.local.forking import Nursery
from deploy.local.ports import free_ports
from deploy.local.process import Process
from tests.actors import ROOT, Client, eventually
from tests.pages.reader import Reader

# The time of a page depends more on the load of the machine than on the page.
expect.set_options(timeout=20_000)

# The full browser works as well, at three times the cost.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
async def site(
    environment: dict[str, str], nursery: Nursery, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    """The address of the service as a browser reaches it."""
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    data = DataDir(tmp_path_factory.mktemp("site"))
    data.lock()
    command = commands(host="127.0.0.1", port=port, api_workers=1, worker_concurrency=1).parts["api"]
    process = Process("api", command, data=data, environment=environment, folder=ROOT, nursery=nursery)
    process.spawn()

    async def answers() -> bool:
        async with httpx2.AsyncClient(base_url=url) as client:
            try:
                return (await client.get("/healthz")).status_code == 200
            except httpx2.TransportError:
                return False

    try:
        await eventually(answers)
        yield url
    finally:
        process.kill()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's chromium."""
    if CHROMIUM is None:
        pytest.skip("no chromium here: tests/chromium.sh installs it as root where there is apt-get")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        await chromium.close()


@pytest.fixture
async def reader(browser: Browser, site: str) -> AsyncIterator[Reader]:
    """A user with a browser, signed in to a new account."""
    async with httpx2.AsyncClient(base_url=site, timeout=40) as http:
        client = await Client.sign_up(http)
        context = await browser.new_context(base_url=site)
        page_reader = Reader(await context.new_page(), client)
        await page_reader.sign_in()
        yield page_reader
        await context.close()


@pytest.fixture
def axe() -> str:
    """The accessibility checker's script."""
    return (Path(__file__).parents[1] / "vendor/axe-core/axe.min.js").read_text()
