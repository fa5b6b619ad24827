"""`python -m tests.pages.tour [name ...]`: photographs the pages for docs/pages.md, those with these names or all.

EVALSERVE_URL names a service that runs already; otherwise one is started for it, which keeps nothing. TOUR_DIR is
another folder for the photographs, and TOUR_SCHEMES and TOUR_WIDTHS look at them in other ways as well.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import NamedTuple

import httpx2
from playwright.async_api import Browser, HttpCredentials, Page, ViewportSize, async_playwright

from deploy.demo.service import service
from deploy.local.options import PROJECT
from tests.actors import Client
from tests.pages.conftest import CHROMIUM, FLAGS
from tests.pages.reader import Reader
from tests.pages.tour.account import Account, furnish

ADMINISTRATOR = ("root", "the tour's password")


class View(NamedTuple):
    """A photograph to take: its page and its height."""

    name: str
    path: str
    height: int
    # The selector of an element to click first.
    click: str = ""


# What somebody sees who is not signed in.
LANDING = View("landing-page", "/", 640)


def views(account: Account) -> list[View]:
    """Return the photographs of the documentation."""
    first, second = account.analyses
    image = f"/app/images/{account.image}"
    uids = "&".join(f"uid={uid}" for uid in account.matrices)
    return [
        View("overview-page", "/", 900),
        View("runs-page", "/app/runs?sort=f1.class", 900),
        View("run-page", f"/app/runs/{account.runs[-1]}?threshold=0.45", 1700),
        View("comparison-page", f"/app/comparisons/{account.comparison}", 1700),
        View("trend-page", "/app/runs/trend?model=mail+filter", 900),
        View("new-matrix-page", "/app/matrices/new", 720),
        View("matrices-page", "/app/matrices", 560),
        View("matrix-page", f"/app/matrices/{account.matrices[1]}?order=errors&diagonal=hide", 900,
             "a[data-cell] >> nth=1"),
        View("compare-page", f"/app/compare?{uids}", 900),
        View("curve-page", f"/app/curves/{account.curve}", 900),
        View("project-page", f"/app/projects/{account.project}", 1000),
        View("detection-page", f"/app/detection-runs/{account.detection_run}?confidence=0.3", 1760),
        View("image-page", f"{image}?first={first}", 1000),
        View("account-page", "/app/account", 820),
        View("image-compare-page", f"{image}?first={first}&second={second}&layout=beside", 900),
    ]  # fmt: skip


async def _photograph(page: Page, view: View, file: Path) -> None:
    await page.goto(view.path)
    await page.wait_for_load_state("networkidle")
    if view.click:
        await page.locator(view.click).click()
        await page.wait_for_load_state("networkidle")
        await page.evaluate("scrollTo(0, 0)")
    await page.screenshot(path=file)


async def _photograph_administration(browser: Browser, url: str, folder: Path) -> None:
    # The name and password of the settings are known only for a service that was started here.
    if "EVALSERVE_URL" in os.environ:
        return
    credentials: HttpCredentials = {"username": ADMINISTRATOR[0], "password": ADMINISTRATOR[1]}
    viewport: ViewportSize = {"width": 1100, "height": 900}
    context = await browser.new_context(base_url=url, viewport=viewport, http_credentials=credentials)
    await _photograph(await context.new_page(), View("admin-page", "/app/admin", 900), folder / "admin-page.png")
    await context.close()


async def tour(url: str, names: list[str], folder: Path) -> None:
    """Photograph the pages of a new account."""
    widths = [int(width) for width in os.environ.get("TOUR_WIDTHS", "1100").split()]
    schemes = os.environ.get("TOUR_SCHEMES", "light").split()
    async with async_playwright() as playwright, httpx2.AsyncClient(base_url=url, timeout=60, trust_env=False) as http:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        client = await Client.sign_up(http)
        account = await furnish(client)
        for width in widths:
            context = await browser.new_context(base_url=url, viewport={"width": width, "height": 900})
            page = await context.new_page()
            if not names or LANDING.name in names:
                await page.set_viewport_size({"width": width, "height": LANDING.height})
                await _photograph(
                    page, LANDING, folder / f"{LANDING.name}{'' if len(widths) == 1 else f'-{width}'}.png"
                )
            await Reader(page, client).sign_in()
            for view in views(account):
                if names and view.name not in names:
                    continue
                await page.set_viewport_size({"width": width, "height": view.height})
                for scheme in schemes:
                    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                    suffix = "" if len(widths) == len(schemes) == 1 else f"-{width}-{scheme}"
                    await _photograph(page, view, folder / f"{view.name}{suffix}.png")
            await context.close()
        if not names or "admin-page" in names:
            await _photograph_administration(browser, url, folder)
        await browser.close()


def main() -> None:
    """Take the photographs."""
    folder = Path(os.environ.get("TOUR_DIR") or PROJECT / "docs/pictures")
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PYCM_API_ADMIN"], os.environ["PYCM_API_ADMIN_PASSWORD"] = ADMINISTRATOR
    with service(os.environ.get("EVALSERVE_URL")) as instance:
        asyncio.run(tour(instance.url, sys.argv[1:], folder))


if __name__ == "__main__":
    main()
